/*
 * missing.h - an argument that its entry point rejects in some dtype.
 *
 * Layer: findings; shared by the files that look for CP201.
 */
#ifndef CP_FINDINGS_MISSING_H
#define CP_FINDINGS_MISSING_H

#include "findings/site.h"

typedef struct cp_missing {
    const cp_site *site;
    const cp_argument *argument;
    const cp_contract *contract; /* that rejects it */
    cp_dtypes accepts;
    cp_range range; /* of the releases that all reject what is not in `accepts` */
} cp_missing;

/* One parameter of one call: rejected whatever reaches it, at every release. */
void cp_check_argument(cp_study *study, cp_site *site, cp_str parameter);

/* check_own.c: the same for what the tree's own C++ code takes of routing tensors. */
void cp_check_missing_own(cp_study *study);

/* A finding at `expr`, which gives the argument the value of `node`; once for each. */
void cp_missing_at(cp_study *study, const cp_missing *missing, const cp_node *node,
                   const cp_module *module, const cp_expr *expr);

/*
 * Looks for functions whose result reaches the argument and has a dtype that is
 * rejected, whoever else gives it another one.
 */
void cp_check_producers(cp_study *study, const cp_missing *missing);

#endif
