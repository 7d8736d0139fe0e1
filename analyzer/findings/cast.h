/*
 * cast.h - one cast of a routing tensor, with all that the rules ask about it.
 *
 * Layer: findings; shared by its rules.
 */
#ifndef CP_FINDINGS_CAST_H
#define CP_FINDINGS_CAST_H

#include "findings/site.h"

typedef struct cp_cast {
    const cp_node *node;
    const cp_expr *value; /* what is cast */
    cp_dtypes from;       /* float dtypes that can reach it, the model's written out */
    bool assumed;         /* nothing is known of where it comes from */
    const char *partly;   /* why not all that reaches it is known, or NULL */
    bool uses_model;      /* `from` or `to` holds the model's dtype by assumption */
    cp_dtype to;          /* NONE where it is not one known dtype */
    bool moves_device;    /* the call may also move the tensor to another device */
    const char *hazard; /* what else the cast does, so that it cannot just go; or NULL */
    cp_role role;
    cp_site *sites; /* the entry points that its result reaches */
    uint32_t site_count;
    bool only_sites;       /* it has no other use */
    const cp_node *copy;   /* a call of `copy_` that is its only use, or NULL */
    const char *other_use; /* what the other use is */
    const cp_node *behind; /* a cast to the same dtype that its result reaches, or NULL */
} cp_cast;

/* What of the dtypes that reach the cast loses bits in it. */
cp_dtypes cp_cast_lost(const cp_cast *cast);

/* What a cast of `value` does besides changing its dtype, or NULL; depth is 0. */
const char *cp_cast_hazard(const cp_node *value, int depth);

/* Looks at a cast node. False where it is no cast of a routing tensor. */
bool cp_cast_of(const cp_study *study, const cp_node *node, cp_cast *cast);

/*
 * A finding about the cast, with what every rule says of one: place, dtypes,
 * guard, producers, trace, assumptions. `site` may be NULL.
 */
cp_finding *cp_cast_finding(cp_study *study, const cp_cast *cast, const char *code,
                            const cp_site *site);

/* How the releases that count see the cast, all its sites together. */
typedef struct cp_judgement {
    bool judged; /* some release counts, and each has terms for every site */
    bool holds;  /* the question is answered yes at all releases that count */
    const cp_release
        *since;          /* else: it is from this one on, at all known ones; or NULL */
    const cp_site *site; /* the site to show */
    cp_terms terms;      /* there, at the release shown */
    const cp_release *release;
    cp_range range;
} cp_judgement;

/* A question to the terms of one site at one release. */
typedef bool cp_terms_test(const cp_cast *cast, const cp_terms *terms);

cp_judgement cp_cast_judge(const cp_study *study, const cp_cast *cast,
                           cp_terms_test *test);

/* The rules; each adds its findings. */
void cp_check_upcast(cp_study *study, const cp_cast *cast);
void cp_check_narrow(cp_study *study, const cp_cast *cast);
void cp_check_noop(cp_study *study, const cp_cast *cast);
void cp_check_copy(cp_study *study, const cp_cast *cast);
void cp_check_roundtrip(cp_study *study, const cp_cast *cast);
void cp_check_missing(cp_study *study);

/*
 * Comments at the cast that state a dtype contract which the terms contradict:
 * they go with the cast, and each is a finding of its own.
 */
void cp_check_comments(cp_study *study, const cp_cast *cast, cp_finding *finding);

/* What the contract says, as shown: contract record, release text. */
void cp_finding_contract(const cp_study *study, cp_finding *finding,
                         const cp_judgement *verdict);
/* Where the cast may also move the tensor to another device, nothing is changed: the
   help says what to keep. To be called after `help` was set. */
void cp_keep_move(const cp_cast *cast, cp_finding *finding);
/* Adds a sentence to the assumptions. */
void cp_finding_assume(const cp_study *study, cp_finding *finding, cp_str sentence);
void cp_finding_relate(const cp_study *study, cp_finding *finding, cp_place place);
/* The place of an expression, with `what`. */
cp_place cp_place_of(const cp_module *module, cp_span span, cp_str what);
/* "bfloat16 or float32". */
cp_str cp_dtypes_or(cp_arena *arena, cp_dtypes set);

#endif
