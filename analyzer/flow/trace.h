/*
 * trace.h - where a value comes from, and where it goes.
 *
 * Layer: flow. Asked of a flow that has settled. Values are followed through
 * names, branches, parameters, returns, fields, tuples and dicts of known keys,
 * and through what only moves elements about.
 */
#ifndef CP_FLOW_TRACE_H
#define CP_FLOW_TRACE_H

#include "flow/graph.h"

/* A place that gives a tensor its dtype, or where it is lost from sight. */
typedef struct cp_origin {
    const cp_node *node;
    cp_dtypes dtypes;    /* 0 where it is not known */
    const char *unknown; /* why, or NULL */
} cp_origin;

/* The origins of `node`, nearest first, no more than `max`; in `arena`. */
cp_origin *cp_trace_origins(cp_arena *arena, const cp_node *node, size_t max,
                            size_t *count);

typedef enum cp_use_kind {
    CP_USE_SINK,    /* an argument of a call to code outside the tree */
    CP_USE_COMPUTE, /* arithmetic, or a torch function that computes */
    CP_USE_CAST,    /* cast on to another dtype */
    CP_USE_DTYPE,   /* its dtype is asked for */
    CP_USE_ESCAPE,  /* given to code that could not be followed */
} cp_use_kind;

typedef struct cp_use {
    cp_use_kind kind;
    const cp_node *at;    /* the call, the operation, the cast */
    cp_str dotted;        /* of a sink: the name outside the tree */
    cp_str keyword;       /* of a sink: the argument's keyword, or "" */
    size_t position;      /* or its position; SIZE_MAX for a keyword */
    const cp_node **hops; /* the calls on the way into inner functions, outermost first */
    uint32_t hop_count;
} cp_use;

/*
 * Every use of `node`'s value, in the order of the walk; in `arena`. `*whole` is
 * false where there were more than could be looked at.
 */
cp_use *cp_trace_uses(const cp_flow *flow, cp_arena *arena, const cp_node *node,
                      size_t *count, bool *whole);

#endif
