/*
 * migration.h - the change of the gate's dtype in steps, none of which breaks a
 * consumer.
 *
 * Layer: findings. Plain records in the arena that is given. A step comes behind all
 * that it needs. What holds at every point of the order:
 *
 *   - a cast goes only where its finding holds at the pinned releases and at each one
 *     that a later step raises a pin to;
 *   - a cast stays where the gate's output comes through it to a consumer of which it
 *     is not known that it takes bfloat16;
 *   - the gate changes when each consumer that it reaches takes bfloat16, has a cast of
 *     its own, or was looked at by hand.
 */
#ifndef CP_FINDINGS_MIGRATION_H
#define CP_FINDINGS_MIGRATION_H

#include "findings/debt.h"

/* A dependency to raise, and what a study of the tree finds then. */
typedef struct cp_raise {
    cp_str package, version;
    cp_str path;             /* of a source that waits for it */
    const cp_findings *then; /* with fixes planned; all earlier raises are made too */
} cp_raise;

/* How a consumer takes it when the gate's output becomes bfloat16. */
typedef enum cp_reached_state {
    CP_REACHED_CAST,     /* a cast stands before it, which no step drops */
    CP_REACHED_TAKES,    /* it takes bfloat16 at the pinned releases */
    CP_REACHED_LATER,    /* it does once a pin is raised */
    CP_REACHED_COMPUTES, /* it takes it, and its result is bfloat16 too */
    CP_REACHED_UNKNOWN,  /* no contract says so */
    CP_REACHED_REJECTS,
} cp_reached_state;

typedef struct cp_reached {
    const cp_debt_row *row;
    cp_reached_state state; /* the worst of its places */
    cp_place *places;       /* those in that state */
    size_t place_count;
    cp_str since; /* of CP_REACHED_LATER: PACKAGE VERSION */
} cp_reached;

/* What makes a gate's output. */
typedef struct cp_gate {
    cp_place place;
    const cp_module *module;
    cp_span span;
    cp_dtypes dtypes;    /* the model's written out; 0 where it is not known */
    const char *unknown; /* why it may have others, or NULL */
} cp_gate;

typedef enum cp_step_kind {
    CP_STEP_DROP,     /* a patch that drops casts */
    CP_STEP_RAISE,    /* a pin to raise */
    CP_STEP_CONSUMER, /* a consumer to be made ready by hand */
    CP_STEP_GATE,     /* the gate's own change */
} cp_step_kind;

typedef struct cp_step {
    cp_step_kind kind;
    uint32_t *needs; /* numbers, from 1, of steps before this one */
    size_t need_count, need_room;
    const cp_fix *fix;         /* of a drop; NULL where `no_patch` says why */
    const cp_finding *finding; /* of a drop: its first one that drops a cast */
    cp_str no_patch;           /* "" where there is one */
    const cp_pin *pin;         /* of a raise: what is pinned now, or NULL */
    const cp_raise *raise;     /* of a raise, and of a drop that waits for one */
    cp_place *breaks;          /* of a raise: calls to be mended in the same change */
    size_t break_count, break_room;
    const cp_reached *consumer; /* of a consumer */
    const cp_debt_item *item;   /* of a gate: the remark; NULL: gates without one */
    bool blocked;               /* no known release lifts what it waits for */
    cp_str *checks;             /* what is to be looked at by hand, a sentence each */
    size_t check_count, check_room;
} cp_step;

/* A patch that is no step, or a finding without one, and why. */
typedef struct cp_left {
    const cp_finding *finding;
    cp_str reason;
} cp_left;

typedef struct cp_migration {
    cp_step *steps; /* step number n is steps[n - 1] */
    size_t step_count, step_room;
    cp_reached *consumers; /* in the order of the debt's rows */
    size_t consumer_count;
    cp_gate *gates; /* by place */
    size_t gate_count, gate_room;
    cp_left *kept; /* casts that could go now, and that later steps need */
    size_t kept_count, kept_room;
    cp_left *left; /* other findings about casts, of which no step is made */
    size_t left_count, left_room;
    const cp_debt *debt;
} cp_migration;

/* "casts", "raise", "consumer" or "gate". */
const char *cp_step_name(cp_step_kind kind);
/* "keeps-cast", "takes", "takes-after-raise", "computes", "unknown" or "rejects". */
const char *cp_reached_name(cp_reached_state state);

/*
 * Which dependencies to raise, by package and version: what casts, consumers of the
 * gate's output and remarks wait for. `then` is NULL, the caller's to fill.
 */
cp_raise *cp_migration_raises(const cp_study *study, const cp_debt *debt, size_t *count);

/* The migration, in the study's arena. The findings have their fixes planned. */
void cp_migration_make(const cp_study *study, const cp_debt *debt, const cp_raise *raises,
                       size_t raise_count, cp_migration *migration);

#endif
