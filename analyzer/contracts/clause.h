/*
 * clause.h - a version taken apart, and one clause of a version specifier.
 *
 * Layer: contracts. Shared by version.c (versions), spec.c (specifiers) and
 * requirement.c; everybody else uses version.h.
 */
#ifndef CP_CONTRACTS_CLAUSE_H
#define CP_CONTRACTS_CLAUSE_H

#include "contracts/version.h"

struct cp_version {
    cp_str text; /* as written, without white space around it */
    uint64_t epoch;
    uint64_t *release; /* at least one number */
    uint32_t release_count;
    char pre_kind; /* 'a', 'b', 'c' (a release candidate); 0 if it is none */
    uint64_t pre;
    bool has_post, has_dev;
    uint64_t post, dev;
    cp_str local; /* behind the `+`; "" if there is none */
};

typedef enum clause_op {
    CLAUSE_EQ,
    CLAUSE_NE,
    CLAUSE_LE,
    CLAUSE_LT,
    CLAUSE_GE,
    CLAUSE_GT,
    CLAUSE_COMPATIBLE, /* ~= */
    CLAUSE_ARBITRARY,  /* === */
} clause_op;

struct cp_clause {
    clause_op op;
    bool wildcard;       /* `== 1.2.*`: `version` is 1.2, a prefix */
    cp_version *version; /* NULL for a === of what is no version */
    cp_str text;         /* the version as written */
};

/* By PEP 440's order, local labels left out: <0, 0, >0. */
int clause_compare_public(const cp_version *a, const cp_version *b);

#endif
