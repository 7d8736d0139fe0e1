/*
 * site.h - a value's arrival at an entry point that has a contract.
 *
 * Layer: findings. What is known of the call's other arguments decides which of
 * the entry point's conditions hold: constants, enum members, and the tests that
 * the value's way there was under, followed through wrapper functions.
 */
#ifndef CP_FINDINGS_SITE_H
#define CP_FINDINGS_SITE_H

#include "findings/study.h"

typedef struct cp_site {
    const cp_study *study;
    const cp_node *call;  /* of the entry point itself, perhaps within a wrapper */
    const cp_node **hops; /* calls on the way there, outermost first */
    uint32_t hop_count;
    const cp_guard *guard; /* that the value is under, in the outermost function */
    const cp_entry *entry;
    const cp_own_function *own; /* the entry, where the tree itself has it; or NULL */
    cp_str parameter;
    cp_str method;  /* the routing method taken for granted; "" for what the site says */
    bool one_group; /* a single group of experts is taken for granted */
} cp_site;

/* Whether `use` is an argument of a known entry point; then `*site` tells which. */
bool cp_site_of_use(const cp_study *study, const cp_use *use, const cp_guard *guard,
                    cp_site *site);

/*
 * site_own.c: the same for a function of the tree that C++ code of the tree is behind;
 * cp_site_of_use asks it. And whether a call, in Python, may lead to such code.
 */
bool cp_site_of_own(const cp_study *study, const cp_use *use, const cp_guard *guard,
                    cp_site *site);
bool cp_site_goes_out(const cp_study *study, const cp_node *call);

/* Where the entry point and its releases are listed, and what is said of it: of a
   function of the tree what was mined, then what the user's sets and the bundled ones
   add. */
const cp_contracts *cp_site_contracts(const cp_site *site);
const cp_contract *const *cp_site_facts(const cp_site *site, size_t *count);
/* The releases of it that count for a file. */
cp_range cp_site_range(const cp_site *site, cp_str path);

/* Whether the atom holds there. `data` is the site. */
cp_truth cp_site_atom(const cp_atom *atom, void *data);

/* The argument given to `parameter` of the entry point, or NULL. */
const cp_argument *cp_site_argument(const cp_site *site, cp_str parameter, bool *unsure);

/* What the library says of the parameter at one release, under the site's conditions. */
typedef struct cp_terms {
    bool known;        /* some check states it, or says that nothing checks it */
    bool broken;       /* the call cannot succeed at that release */
    bool ignored;      /* the kernel never reads the parameter */
    bool labels;       /* some output may get the parameter's dtype */
    cp_dtypes accepts; /* checked, and read right */
    cp_dtype computes; /* widened to this before anything is computed; else NONE */
    cp_dtype rounds_to;
    cp_dtype may_round_to;      /* the same under a condition that the site leaves open */
    const cp_contract *check;   /* the first check that applies, or NULL */
    const cp_contract *inside;  /* what states `computes` or `rounds_to`, or NULL */
    bool told;                  /* something says what the kernel reads it as */
    const cp_contract *coupled; /* another parameter must have this one's dtype */
} cp_terms;

cp_terms cp_terms_at(const cp_site *site, const cp_release *release);

/* The enum member that the argument `routing_method_type` must be; 0 of them: any. */
cp_str *cp_site_methods(const cp_site *site, uint32_t *count);

/*
 * The members that the site leaves open, and for which the kernel is known to read
 * `from` right and to compute in *computes (NONE: there is no such member).
 */
cp_str *cp_site_open_methods(const cp_site *site, const cp_release *release,
                             cp_dtypes from, uint32_t *count, cp_dtype *computes);

/* What a local name was bound to, where that is one value; the node itself where it is
 * no name; NULL of NULL. */
const cp_node *cp_past_names(const cp_node *node);

#endif
