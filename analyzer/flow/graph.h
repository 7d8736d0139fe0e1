/*
 * graph.h - the values of a program and how they make each other.
 *
 * Layer: flow. A node is a value at one place: an expression, a parameter, a
 * field, what a function returns. Within a function a rebound name is a new
 * node, and branches meet in a join whose inputs keep the conditions they come
 * under. Parameters, fields and returns join what any caller or any assignment
 * gives. Nodes are made while the code is walked; calls are tied to the
 * functions they reach while the values grow.
 */
#ifndef CP_FLOW_GRAPH_H
#define CP_FLOW_GRAPH_H

#include "facts/project.h"
#include "flow/rules.h"
#include "flow/value.h"

typedef struct cp_node cp_node;

/* A conjunction of tests, the innermost first; NULL is no condition. */
typedef struct cp_guard {
    const struct cp_guard *outer;
    const cp_expr *test;
    bool holds;  /* the test is true, or it is false */
    bool branch; /* from if, elif, else, match or a ternary; else an assert or a return */
} cp_guard;

typedef struct cp_input {
    cp_node *node;
    const cp_guard *guard; /* within the function of the node that has the input */
} cp_input;

typedef enum cp_node_kind {
    CP_NODE_FIXED,   /* `value` as it was made with */
    CP_NODE_JOIN,    /* any of its inputs */
    CP_NODE_CAST,    /* inputs[0] as a tensor of the dtype that inputs[1] names */
    CP_NODE_CALL,    /* the call `call` */
    CP_NODE_ATTR,    /* attribute `name` of inputs[0] */
    CP_NODE_ITEM,    /* inputs[0][…]: element `index`, or under the key `name` */
    CP_NODE_PROMOTE, /* arithmetic between inputs[0] and inputs[1] */
    CP_NODE_REFINE,  /* inputs[0], which a test left one of the dtypes of `value` */
    CP_NODE_POINTER, /* inputs[0] as a Triton kernel that is launched with it has it */
    CP_NODE_STORE,   /* inputs[0].name = inputs[1], or inputs[0][name] = inputs[1] */
} cp_node_kind;

/* The `index` of a store that is not to an attribute. */
enum {
    CP_STORE_KEY,    /* to the key `name` */
    CP_STORE_ELEMENT /* to an element: converted to the dtype of what holds it */
};

/* One argument; `name` is empty for a positional one, "*" or "**" for spread ones. */
typedef struct cp_argument {
    cp_str name;
    cp_node *node;
    const cp_expr *expr;
} cp_argument;

typedef struct cp_call {
    const cp_expr *expr;
    cp_node *callee;   /* NULL for a method call */
    cp_node *receiver; /* of a method call, else NULL */
    cp_str method;
    cp_argument *args;
    uint32_t arg_count;
    const cp_ref **tied; /* what the call was tied to so far */
    uint32_t tied_count;
    size_t tied_room;
    cp_str *externals; /* dotted names outside the tree that it can reach */
    uint32_t external_count;
    size_t external_room;
} cp_call;

/* What a join stands for, for those who follow values through it. */
typedef enum cp_join_role {
    CP_JOIN_LOCAL,
    CP_JOIN_PARAM,
    CP_JOIN_FIELD,
    CP_JOIN_RETURN,
    CP_JOIN_GLOBAL,
    CP_JOIN_NAMESAKES, /* values of one name: evidence, and no way that a value goes */
} cp_join_role;

struct cp_node {
    cp_node_kind kind : 8;
    cp_join_role join : 8;
    bool queued : 1;
    bool late : 1;    /* to stay empty is no reason for doubt */
    bool open : 1;    /* a parameter that no visible call gives a value */
    bool by_name : 1; /* the dtype of something that its name says is an activation */
    bool picked : 1; /* a parameter of a function that some call may be of among others */
    bool handed : 1; /* and whoever calls the caller chose that function */
    uint32_t id;     /* in the order of making */
    int index;       /* of an item; -1 where it is not a constant; of a parameter; of a
                        store, see above; 0 for arithmetic in place, as x += y */
    uint32_t input_count, input_room;
    uint32_t user_count, user_room;
    const cp_module *module;
    cp_func *func;         /* that holds it; NULL at module level and for fields */
    const cp_expr *expr;   /* the source of it, or NULL */
    const cp_stmt *stmt;   /* the assignment that a local is bound by, or NULL */
    const cp_guard *guard; /* under which the expression is reached, or NULL */
    cp_str name;
    cp_class *class; /* of a field, or NULL */
    cp_value value;
    cp_input *inputs;
    cp_node **users; /* nodes that have this one as an input */
    cp_call *call;
    cp_dtypes asserted; /* of x.dtype: what it is asserted to be one of; 0 if it is not */
    const char *doubt;  /* why torch's rules may not hold at a call, or NULL */
};

typedef struct cp_flow cp_flow;

/*
 * The flow of all functions in the modules that the project has read. Lives in
 * the project's arena.
 */
cp_flow *cp_flow_new(cp_project *project, const cp_flow_rules *rules);

/* Every cast of the program, in the order of the sources. */
cp_node *const *cp_flow_casts(const cp_flow *flow, size_t *count);
/* Every call, likewise. */
cp_node *const *cp_flow_calls(const cp_flow *flow, size_t *count);
/* The node of an expression, or NULL where the flow made none. */
cp_node *cp_flow_node_of(const cp_flow *flow, const cp_expr *expr);
/* What `func` returns; NULL where it was never reached. */
cp_node *cp_flow_return_of(const cp_flow *flow, const cp_func *func);
/* Whether some object has a field of that name. */
bool cp_flow_has_field(const cp_flow *flow, cp_str name);
/* Parameter `index` of `func`; NULL where the function was never reached. */
cp_node *cp_flow_param_of(const cp_flow *flow, const cp_func *func, uint32_t index);
cp_project *cp_flow_project(const cp_flow *flow);
const cp_flow_rules *cp_flow_rules_of(const cp_flow *flow);

/*
 * The argument that `call` gives to the parameter `name`, which is at `position`
 * (SIZE_MAX: by keyword only) of the external callee; looks into `**` of a dict
 * whose keys are known. NULL where none is given, or it cannot be told: then
 * *unsure is true.
 */
const cp_argument *cp_call_argument(const cp_call *call, cp_str name, size_t position,
                                    bool *unsure);

/* Whether the models of the file are cast as a whole after they are built. */
bool cp_models_are_cast(const cp_flow *flow, const cp_module *module);

#endif
