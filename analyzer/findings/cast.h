/*
 * cast.h - one cast of a routing tensor, with all that the rules ask about it.
 *
 * Layer: findings; shared by its rules.
 */
#ifndef CP_FINDINGS_CAST_H
#define CP_FINDINGS_CAST_H

#include "findings/site.h"

typedef struct cp_cast {
    const cp_node *node;    /* the cast, or the call whose argument names the dtype */
    const cp_node *operand; /* what is cast */
    const cp_node *asked;   /* what has, or names, the dtype that it is cast to */
    const cp_expr *value;   /* the source of `operand` */
    const cp_arg *argument; /* `dtype=…` of such a call; NULL for a cast of its own */
    cp_dtypes from;         /* float dtypes that can reach it, the model's written out */
    bool assumed;           /* nothing is known of where it comes from */
    const char *partly;     /* why not all that reaches it is known, or NULL */
    bool uses_model;        /* `from` or `to` holds the model's dtype by assumption */
    bool same_source;   /* what is cast was made with the very dtype that is asked for */
    cp_dtype to;        /* NONE where it is not one known dtype */
    bool moves_device;  /* the call may also move the tensor to another device */
    const char *hazard; /* what else the cast does, so that it cannot just go; or NULL */
    cp_role role;
    cp_site *sites; /* the entry points that its result reaches */
    uint32_t site_count;
    cp_use *later; /* uses that convert it again, and give the same without it */
    uint32_t later_count;
    cp_use *others; /* all other uses */
    uint32_t other_count;
    bool whole;            /* those are all */
    bool only_sites;       /* it has no use but sites, and such as convert it again */
    const char *other_use; /* what the other use is */
} cp_cast;

/* A finding and what it rests on, told apart once all are known. */
typedef struct cp_resting {
    cp_finding *finding;
    const cp_node *node;   /* its cast */
    const cp_node **stays; /* casts that must stay if this one goes */
    uint32_t stay_count;
} cp_resting;

/* What of the dtypes that reach the cast loses bits in it. */
cp_dtypes cp_cast_lost(const cp_cast *cast);

/* What a cast of `value` does besides changing its dtype, or NULL; depth is 0. */
const char *cp_cast_hazard(const cp_node *value, int depth);

/*
 * Looks at a cast node, or at a call of torch with an argument that names a dtype.
 * False where it is no cast of a routing tensor.
 */
bool cp_cast_of(const cp_study *study, const cp_node *node, cp_cast *cast);

/* Whether what is cast has the dtype already: CP102 says so, if it is sure of it. */
bool cp_cast_does_nothing(const cp_cast *cast);

/* Whether a use converts to the dtype that the cast makes, whichever that is. */
bool cp_cast_same_dtype(const cp_study *study, const cp_cast *cast, const cp_use *use);

/* The role that a name tells, and that the names in an expression tell, the last first.
 */
cp_role cp_role_of_name(const cp_study *study, cp_str name);
cp_role cp_role_of_text(const cp_study *study, const cp_expr *expr);
/* What the value is to the routing, by the names that it has where it is cast. */
cp_role cp_role_of_value(const cp_study *study, const cp_cast *cast);
/* By the names that it had before. */
cp_role cp_role_of_origin(const cp_study *study, const cp_cast *cast);
/* By the names that code which routes gives it. */
cp_role cp_role_of_local(const cp_study *study, const cp_cast *cast);
/* By the tensor whose dtype is asked for. */
cp_role cp_role_of_dtype(const cp_study *study, const cp_cast *cast);
/* By the parameter of the entry point that it is given to. */
cp_role cp_role_of_parameter(const cp_study *study, const cp_site *site);
/* By the names of the tensor that it is copied into. */
cp_role cp_role_of_target(const cp_study *study, const cp_node *target);
/* By what it, or what is computed from it in the same function, is called later. */
cp_role cp_role_of_later(const cp_study *study, const cp_node *node);

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

/* Whether cp_check_noop has something to say of it. */
bool cp_noop_is_sure(const cp_study *study, const cp_cast *cast);

/* The rules; each adds its findings. */
void cp_check_upcast(cp_study *study, const cp_cast *cast);
void cp_check_narrow(cp_study *study, const cp_cast *cast);
void cp_check_noop(cp_study *study, const cp_cast *cast);
void cp_check_later(cp_study *study, const cp_cast *cast);
void cp_check_product(cp_study *study, const cp_cast *cast);
void cp_check_promoted(cp_study *study, const cp_cast *cast);
void cp_check_roundtrip(cp_study *study, const cp_cast *cast);
void cp_check_missing(cp_study *study);
void cp_check_reinterpret(cp_study *study);

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
/* The sentence that some parameter on the way to `node` is taken to be as others of its
   name are; "" where there is none. */
cp_str cp_namesake_assumption(const cp_study *study, const cp_node *node);
/* The source text of a span on one line, cut where it gets long. */
cp_str cp_shown_text(cp_arena *arena, const cp_module *module, cp_span span);
/* How much an origin, which has an expression, tells of where a dtype comes from: 0 for
   a gate's product, most for a buffer that waits to be filled. */
int cp_producer_rank(const cp_node *node);
/* "bfloat16 or float32". */
cp_str cp_dtypes_or(cp_arena *arena, cp_dtypes set);

#endif
