/*
 * finding.h - what a rule found, and what it would change.
 *
 * Layer: findings. Plain records in the run's arena. A rule fills in everything
 * but `fix`, which the edits stage adds. Nothing here was guessed: what is not
 * known is empty, and what was taken for granted stands in `assumptions`.
 */
#ifndef CP_FINDINGS_FINDING_H
#define CP_FINDINGS_FINDING_H

#include "contracts/contract.h"
#include "facts/dtype.h"
#include "facts/fact.h"

typedef enum cp_severity {
    CP_SEVERITY_INFO,
    CP_SEVERITY_WARNING,
    CP_SEVERITY_ERROR,
} cp_severity;

typedef enum cp_role {
    CP_ROLE_NONE,
    CP_ROLE_ROUTER_LOGITS,
    CP_ROLE_ROUTING_BIAS,
    CP_ROLE_TOPK_WEIGHTS,
    CP_ROLE_GATE_INPUT,
    CP_ROLE_GATE_OUTPUT,
} cp_role;

/* "router_logits", …; "" for CP_ROLE_NONE. */
const char *cp_role_name(cp_role role);

/* A place that matters, with what is to be seen there. */
typedef struct cp_place {
    cp_str path;
    uint32_t line, end_line, column; /* 1-based; column 0 where it is not known */
    cp_str what;
    cp_dtypes dtypes; /* of a producer; 0 otherwise */
} cp_place;

/* What a change does to the routing, from nothing to anything; the order matters. */
typedef enum cp_effect {
    CP_EFFECT_EXACT,           /* same experts and weights, bit for bit, every input */
    CP_EFFECT_SAME_EXPERTS,    /* same experts for every input, weights within a bound */
    CP_EFFECT_CHANGES_EXPERTS, /* some inputs choose other experts */
    CP_EFFECT_UNPROVED,
    CP_EFFECT_BREAKS_CONTRACT,
} cp_effect;

/* "exact", "same-experts", "changes-experts", "unproved", "breaks-contract". */
const char *cp_effect_name(cp_effect effect);

typedef enum cp_change_kind {
    CP_CHANGE_NONE,
    CP_CHANGE_DROP_CAST, /* put the bytes of `keep` in the place of the bytes of `cast` */
    CP_CHANGE_DROP_ARGUMENT, /* `cast` is an argument of a call, which goes */
} cp_change_kind;

/* What should replace what; edits/plan.h decides how the lines come out. */
typedef struct cp_change {
    cp_change_kind kind;
    cp_span cast; /* the whole cast expression, `x.to(torch.float32)`, or argument,
                     `dtype=torch.float32` */
    cp_span keep; /* the value in it: `x` */
    const cp_func *func;
    const cp_comment **comments; /* stale ones that go with it */
    uint32_t comment_count;
    bool keep_none_test; /* set by the edits stage: `None if x is None else x` stays */
} cp_change;

typedef struct cp_edit_range {
    uint32_t start, end; /* bytes of the file, half open */
    cp_str text;
} cp_edit_range;

/* One patch: the edits of all findings that must go together. */
typedef struct cp_fix {
    cp_str id; /* "cp-" and 12 hexadecimal digits, of path and content, not of lines */
    cp_effect effect; /* the worst of its findings' */
    const cp_module *module;
    cp_edit_range *edits; /* in position order, none overlapping */
    uint32_t edit_count;
    struct cp_finding **findings; /* by position */
    uint32_t finding_count;
} cp_fix;

/* What the claim that a change is safe rests on. */
typedef enum cp_ground {
    CP_GROUND_KERNEL,    /* a kernel reads the value: its contract, and the reference */
    CP_GROUND_SAME,      /* the value was made with the dtype that it is cast to */
    CP_GROUND_COPIED,    /* it is only copied into tensors of the dtype that is made */
    CP_GROUND_CONVERTED, /* each use converts it itself */
    CP_GROUND_PROMOTED,  /* arithmetic widens it itself */
    CP_GROUND_WEIGHED,   /* a top-k weight, multiplied once the experts are chosen */
} cp_ground;

/* What validation must route both ways to see what a change does. */
typedef struct cp_route_plan {
    cp_role role;          /* which input changes its dtype */
    cp_dtypes before;      /* dtypes in which it reaches the cast */
    cp_dtype cast_to;      /* the dtype that the cast makes */
    cp_str *methods;       /* RoutingMethodType members that the site allows, by name */
    uint32_t method_count; /* 0: any */
    cp_dtype computes;  /* the kernel widens to this before it computes; NONE: unknown */
    cp_dtype rounds_to; /* the kernel rounds it to this itself; else NONE */
    cp_str computes_stated; /* where that is stated */
    cp_ground ground;
    bool one_group; /* with several groups the kernel rounds it itself: only
                       shapes with a single group can differ */
} cp_route_plan;

typedef struct cp_finding {
    cp_str code; /* "CP101" */
    const cp_module *module;
    cp_span span; /* of the cast expression */

    cp_str fingerprint; /* by which it is known again; "" before cp_fingerprint */

    cp_str tensor; /* source text of the value */
    cp_role role;
    cp_dtypes from;  /* what can reach the cast */
    cp_dtype to;     /* what it makes; CP_DTYPE_NONE where there is no cast */
    bool is_reading; /* there is no cast: it is read as `to` */
    cp_str guard;    /* the condition that it is under, as source text; "" if none */

    cp_str consumer; /* dotted public name; "" if none */
    cp_str parameter;
    const cp_contract *contract; /* or NULL */
    cp_str contract_version;     /* the release, or the specifier, that was looked at */
    cp_str package, since;       /* of CP105: what must be raised, and to which version */

    cp_place *producers;
    uint32_t producer_count;
    cp_place *related;
    uint32_t related_count;
    cp_place *trace; /* from the cast to the consumer, hop by hop */
    uint32_t trace_count;
    cp_str *assumptions; /* a sentence each */
    uint32_t assumption_count;

    cp_str message; /* one sentence, no full stop at the end */
    cp_str help;    /* what to do */

    cp_effect effect; /* of `change`, as far as the contracts say */
    cp_change change;
    cp_route_plan plan;
    cp_fix *fix; /* or NULL */
} cp_finding;

/* The findings of a run, which grow in its arena. */
typedef struct cp_findings {
    cp_arena *arena;
    cp_finding **items;
    size_t count, room;
} cp_findings;

/* A new finding with `code`, at `span` of `module`, already in the list. */
cp_finding *cp_findings_new(cp_findings *findings, const char *code,
                            const cp_module *module, cp_span span);

/* "file:line", as a place. */
cp_place cp_place_stated(cp_str stated, cp_str what);

/* By path, offset and code: the order of every report. */
void cp_findings_sort(cp_findings *findings);

#endif
