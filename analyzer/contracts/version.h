/*
 * version.h - versions and requirements of Python packages.
 *
 * Layer: contracts. Source of the rules: PEP 440 (versions, specifiers), PEP 503
 * (names), PEP 508 (requirements and markers).
 */
#ifndef CP_CONTRACTS_VERSION_H
#define CP_CONTRACTS_VERSION_H

#include "base/str.h"

typedef struct cp_version cp_version;

/* NULL where `text` is no PEP 440 version. */
cp_version *cp_version_parse(cp_arena *arena, cp_str text);
/* <0, 0, >0 by PEP 440's order; a local label counts last. */
int cp_version_cmp(const cp_version *a, const cp_version *b);

/* A conjunction of clauses such as ">=0.6.7,<0.7". {0} allows every version. */
typedef struct cp_spec {
    cp_str text; /* as written, or joined by commas */
    struct cp_clause *clauses;
    uint32_t count;
} cp_spec;

/* CP_ERR_SYNTAX: `text` is no version specifier; `spec` is untouched. */
CP_MUST_CHECK cp_status cp_spec_parse(cp_arena *arena, cp_str text, cp_spec *spec,
                                      cp_err *err);
/* Whether `version` is in the set; pre-releases only where a clause names one. */
bool cp_spec_allows(const cp_spec *spec, const cp_version *version);
/* Both conditions together. */
cp_spec cp_spec_and(cp_arena *arena, const cp_spec *a, const cp_spec *b);

/* "FlashInfer_Python" -> "flashinfer-python". */
cp_str cp_package_name(cp_arena *arena, cp_str name);

/* `name[extra,…] specifier ; marker`, or `name @ url` (then any version). */
typedef struct cp_requirement {
    cp_str package; /* normalized */
    cp_spec spec;
    cp_str marker; /* as written, "" if there is none; it is not evaluated: a
                      requirement under a marker counts as if it held */
    bool by_url;
} cp_requirement;

/* CP_ERR_SYNTAX: `text` is no requirement; `requirement` is untouched. */
CP_MUST_CHECK cp_status cp_requirement_parse(cp_arena *arena, cp_str text,
                                             cp_requirement *requirement, cp_err *err);

#endif
