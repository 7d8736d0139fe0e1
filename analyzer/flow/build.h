/*
 * build.h - how the flow is made: shared by the files of this folder only.
 *
 * Layer: flow.
 */
#ifndef CP_FLOW_BUILD_H
#define CP_FLOW_BUILD_H

#include "base/table.h"
#include "flow/graph.h"

/* What is known of a function once its code was walked. */
typedef struct cp_func_flow {
    cp_func *func;
    cp_node **params; /* a join each */
    cp_node *result;  /* join of what it returns */
    cp_map names;     /* name -> join of all that it is bound to: for inner functions */
    cp_map *locals;   /* names that the function binds; NULL until walked */
    bool built;
    uint32_t call_count;   /* calls that were tied to it */
    uint32_t loaded_param; /* 1 + the parameter that it is called with as a loader */
} cp_func_flow;

typedef struct cp_module_flow {
    cp_module *module;
    cp_map globals; /* name -> join */
    bool built;     /* its top level was walked */
} cp_module_flow;

typedef struct cp_class_flow {
    cp_class *class;
    cp_map fields;   /* name -> join */
    cp_node **bases; /* the value of each base expression */
    cp_class **mro;  /* the class, then the classes of the tree it comes from */
    uint32_t mro_count;
    cp_class **subs; /* the classes that come from it, as far as they are known */
    size_t sub_count, sub_room;
    bool mro_known, foreign_base; /* some base is not of the tree */
    bool is_record; /* a dataclass or NamedTuple: its fields are constructor arguments */
    cp_str *record_fields;
    uint32_t record_field_count;
} cp_class_flow;

struct cp_flow {
    cp_arena *arena;
    cp_project *project;
    const cp_flow_rules *rules;
    cp_map funcs; /* by the bytes of the pointer, in the order of finding */
    cp_table modules, classes;
    cp_map wide;      /* field name -> join of that field of every object */
    cp_map stray;     /* field name -> join of assignments to it on unknown objects */
    cp_map namesakes; /* name of a routing tensor -> join of all values so called */
    cp_map ops;       /* name of a custom operator -> join of its functions */
    cp_map refs;      /* interned cp_ref, by the bytes of a key */
    cp_table nodes;   /* expression -> node */
    cp_table result_tuples; /* call or layer -> the tuple that a call gives */
    cp_node *none, *plain;  /* what stands for every None, and every other constant */
    cp_node **all;
    size_t count, room;
    cp_node **queue;
    size_t queue_head, queue_count, queue_room;
    cp_node **casts, **calls;
    size_t cast_count, cast_room, call_count, call_room;
    bool filled; /* values stopped growing once: what is not known by now never is */
    cp_func **pending; /* functions to walk */
    size_t pending_count, pending_room;
};

/* graph.c */
cp_node *cp_node_new(cp_flow *flow, cp_node_kind kind);
cp_node *cp_node_fixed(cp_flow *flow, const cp_value *value);
cp_node *cp_node_unknown(cp_flow *flow, const char *why);
cp_node *cp_node_join(cp_flow *flow, cp_join_role role, cp_str name);
void cp_node_add_input(cp_flow *flow, cp_node *node, cp_node *input,
                       const cp_guard *guard);
/* Adds `more` to the node's value, and has its users looked at if that was new. */
void cp_node_grow(cp_flow *flow, cp_node *node, const cp_value *more);
/* The node has what the source has, now and later; said again, nothing changes. */
void cp_node_take(cp_flow *flow, cp_node *node, cp_node *source);
void cp_flow_enqueue(cp_flow *flow, cp_node *node);
const cp_ref *cp_flow_ref(cp_flow *flow, const cp_ref *like);
cp_str cp_key_of(const void *const *pointer);

/* build.c: walks code */
void cp_build_module(cp_flow *flow, cp_module *module);
void cp_build_func(cp_flow *flow, cp_func *func);

/* lookup.c: names, attributes, classes */
cp_func_flow *cp_func_flow_of(cp_flow *flow, cp_func *func);
cp_module_flow *cp_module_flow_of(cp_flow *flow, cp_module *module);
cp_class_flow *cp_class_flow_of(cp_flow *flow, cp_class *class);
cp_node *cp_global_of(cp_flow *flow, cp_module *module, cp_str name);
cp_node *cp_field_of(cp_flow *flow, cp_class *class, cp_str name);
cp_node *cp_wide_field(cp_flow *flow, cp_str name);
cp_node *cp_stray_field(cp_flow *flow, cp_str name);
/* All that fields and local names of top-k weights so called are bound to, tests aside.
 */
cp_node *cp_namesakes(cp_flow *flow, cp_str name);
cp_func *cp_class_method(cp_flow *flow, cp_class *class, cp_str name);
/* The value of `import`, as a node. */
cp_node *cp_import_node(cp_flow *flow, cp_module *module, const cp_import *import);
/*
 * Whether `site` is in a test and what it hands something to is not: tests try each
 * dtype in turn, which says nothing about what the program does.
 */
bool cp_only_tests(const cp_flow *flow, const cp_node *site, const cp_module *to);
/* Whether the file is one of tests, by its path. */
bool cp_in_tests(const cp_flow *flow, const cp_module *module);

/* eval_attr.c */
/* What attribute `name` of `object` (whose value is known) is: joined into `node`. */
void cp_eval_attr(cp_flow *flow, cp_node *node);
/* Ties a store to attribute `name` of `object` to the right fields. */
void cp_eval_store(cp_flow *flow, cp_node *node);

/* pick.c: marks the parameters of functions that a call may be of among others. */
void cp_note_picked(cp_flow *flow, const cp_node *callee);

/* eval.c, call.c */
void cp_eval_node(cp_flow *flow, cp_node *node);
void cp_eval_call(cp_flow *flow, cp_node *node);
/* torch.c: what a function from outside, or a tensor's method, gives. */
void cp_eval_external(cp_flow *flow, cp_node *node, cp_str dotted);
/* Whether the method is one that the rules know. */
bool cp_eval_method(cp_flow *flow, cp_node *node);
/* The weights of a layer, an instance: unknown where it is none, or may be quantized. */
cp_value cp_layer_weight(const cp_flow *flow, const cp_ref *instance);
/* The functions behind "torch.ops.NAMESPACE.name", where the tree registers them. */
cp_node *cp_custom_op(const cp_flow *flow, cp_str dotted);
/* Runs until no value grows any more. */
void cp_flow_settle(cp_flow *flow);

#endif
