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

/*
 * Whether the dtypes of `node` follow from code that was seen in full: names of the
 * function, torch's own rules, and what functions of the tree return. Parameters,
 * fields, names of modules and methods that a subclass may replace are given by
 * any code, that which was not looked at included.
 */
bool cp_trace_is_local(cp_arena *arena, const cp_node *node);

/*
 * The same where the value may also come through what is closed to other code by
 * its name: parameters of private functions, and fields that only their own class
 * assigns.
 */
bool cp_trace_is_closed(const cp_flow *flow, cp_arena *arena, const cp_node *node);

/* The first parameter on its way that is told by its name alone, or NULL. */
const cp_node *cp_trace_namesake(cp_arena *arena, const cp_node *node);

/* The first parameter that the value comes through on its way to `node`, or NULL. */
const cp_node *cp_trace_param(cp_arena *arena, const cp_node *node);

/* Whether the value may be made of that of `source`; true where that is too far back. */
bool cp_trace_comes_from(cp_arena *arena, const cp_node *node, const cp_node *source);

typedef enum cp_use_kind {
    CP_USE_SINK,    /* an argument of a call to code outside the tree */
    CP_USE_COMPUTE, /* arithmetic, or a torch function that computes */
    CP_USE_CAST,    /* cast on to another dtype */
    CP_USE_CONVERT, /* given to a torch function that casts it on before all else */
    CP_USE_DTYPE,   /* its dtype is asked for */
    CP_USE_COPY,    /* copied into a tensor, by copy_, x[…] = or a store of Triton */
    CP_USE_ESCAPE,  /* given to code that could not be followed */
} cp_use_kind;

typedef struct cp_use {
    cp_use_kind kind;
    const cp_node *at;    /* the call, the operation, the cast */
    const cp_node *value; /* as what the value arrives there */
    const cp_node *to; /* of a cast, a convert and a copy: what has the dtype that it is
                          converted to: a dtype, a tensor, a pointer of Triton */
    cp_str dotted;     /* of a sink: the name outside the tree */
    cp_str keyword;    /* of a sink: the argument's keyword, or "" */
    size_t position;   /* or its position; SIZE_MAX for a keyword */
    const cp_node **hops; /* the calls on the way into inner functions, outermost first */
    const cp_node **params; /* the parameter that each of them gives the value to */
    uint32_t hop_count;
} cp_use;

/*
 * Whether both, each a dtype or a tensor, are of one dtype whatever that is: both
 * were made with, or say, the dtype of the same value.
 */
bool cp_trace_same_dtype(const cp_flow *flow, const cp_node *a, const cp_node *b);

/* Whether it is a tensor for certain, though perhaps of a dtype that is not known. */
bool cp_trace_is_tensor(const cp_flow *flow, const cp_node *node);

/* What a call of torch only moves the elements of, and gives back; or NULL. */
const cp_node *cp_trace_moved(const cp_flow *flow, const cp_call *call);

/* The field that an attribute reads, where one assignment alone gives it; or NULL. */
const cp_node *cp_trace_field(const cp_node *attribute);

/* Whether it is a number, or a tensor made of one: it promotes no tensor's dtype. */
bool cp_trace_is_number(const cp_flow *flow, const cp_node *node);

/* Whether the tensor surely has a dimension: one without has no say in promotion. */
bool cp_trace_has_dims(const cp_flow *flow, const cp_node *node);

/*
 * What names the dtype that a call of torch converts its first argument to before all
 * else, as softmax(x, dtype=…): it is argument *index of the call. *operand is what
 * is converted, and *argument it as an argument, NULL for a method. NULL for a call
 * that does no such thing.
 */
const cp_node *cp_trace_converting(const cp_flow *flow, const cp_node *call,
                                   const cp_node **operand, const cp_argument **argument,
                                   uint32_t *index);

typedef struct cp_reach_options {
    /* Whether not to go on into `join` from `value`, one of its inputs. May be NULL. */
    bool (*stop)(const cp_node *join, const cp_node *value, void *data);
    void *data;
    bool through_compute; /* name what is computed from the value too */
} cp_reach_options;

/* Where a value goes; in the arena that was given. */
typedef struct cp_reach {
    cp_use *uses; /* in the order of the walk */
    size_t use_count;
    const cp_node **joins; /* the names, parameters and fields that hold it, and with
                              through_compute what is computed from it */
    size_t join_count;
    const cp_node **stops; /* joins that it was not followed into */
    size_t stop_count;
    bool whole; /* false: there was more than could be looked at */
} cp_reach;

cp_reach cp_trace_reach(const cp_flow *flow, cp_arena *arena, const cp_node *node,
                        const cp_reach_options *options);

/* Every use of `node`'s value, as above with no options. */
cp_use *cp_trace_uses(const cp_flow *flow, cp_arena *arena, const cp_node *node,
                      size_t *count, bool *whole);

#endif
