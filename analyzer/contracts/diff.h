/*
 * diff.h - what changed between two sets of contracts.
 *
 * Layer: contracts. Only what the library checks is compared (kind CHECK), by call and
 * parameter; where it is stated and who said so does not count.
 */
#ifndef CP_CONTRACTS_DIFF_H
#define CP_CONTRACTS_DIFF_H

#include "contracts/contract.h"

/* What is said of one parameter of one call. */
typedef struct cp_terms_line {
    cp_str call, parameter;
    cp_str *texts; /* "float32, bfloat16 when routing_logits is given", sorted */
    uint32_t count;
    const cp_contract **facts; /* what the texts say */
    uint32_t fact_count;
} cp_terms_line;

typedef struct cp_terms_list {
    cp_terms_line *lines; /* by call, then parameter */
    size_t count;
} cp_terms_list;

/*
 * The lines of a set: a file's path, or PACKAGE==VERSION of the bundled ones.
 *
 * CP_ERR_IO, CP_ERR_SYNTAX  the file cannot be read, or is no set
 * CP_ERR_USAGE              the bundled sets do not know that release
 */
CP_MUST_CHECK cp_status cp_terms_read(cp_arena *arena, cp_str name, cp_terms_list *list,
                                      cp_err *err);

typedef enum cp_terms_change_kind {
    CP_TERMS_NEW,       /* a parameter that was not there */
    CP_TERMS_GONE,      /* nothing is said of it any more */
    CP_TERMS_LOOSENED,  /* more is accepted, or under fewer conditions */
    CP_TERMS_TIGHTENED, /* the reverse */
    CP_TERMS_OTHER,
    CP_TERMS_SAME, /* in other words; such changes are not listed */
} cp_terms_change_kind;

typedef struct cp_terms_change {
    cp_terms_change_kind kind;
    const cp_terms_line *before, *after; /* NULL for what is new or gone */
} cp_terms_change;

/* The changes from `a` to `b`, by call and parameter. */
const cp_terms_change *cp_terms_diff(cp_arena *arena, const cp_terms_list *a,
                                     const cp_terms_list *b, size_t *count);

/* "loosened", "new", … */
const char *cp_terms_change_name(cp_terms_change_kind kind);

#endif
