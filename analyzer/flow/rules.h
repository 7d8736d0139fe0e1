/*
 * rules.h - what is known of torch, of layer classes and of names, as data.
 *
 * Layer: flow. Read from rules/torch.toml and rules/roles.toml, which say where
 * each fact comes from.
 */
#ifndef CP_FLOW_RULES_H
#define CP_FLOW_RULES_H

#include "base/map.h"
#include "facts/dtype.h"

typedef enum cp_result_kind {
    CP_RESULT_ARG,     /* the dtype of argument `arg` (a method's receiver is 0) */
    CP_RESULT_FIXED,   /* a tensor of `dtype` */
    CP_RESULT_PROMOTE, /* arguments `arg` and `arg` + 1, by type promotion */
    CP_RESULT_DEFAULT, /* torch's default dtype */
    CP_RESULT_PLAIN,   /* no tensor */
    CP_RESULT_OBJECT,  /* argument `arg` itself, whatever it is */
    CP_RESULT_POINTEE, /* what argument `arg`, a pointer in a Triton kernel, points to */
    CP_RESULT_NUMBER,  /* a tensor of argument `arg`, a number or a tensor */
} cp_result_kind;

/* One value that a function gives. */
typedef struct cp_result {
    cp_result_kind kind;
    uint32_t arg;
    cp_dtype dtype;
} cp_result;

/* How a function of torch, or a method of tensors, makes its result's dtype. */
typedef struct cp_torch_rule {
    cp_str name;
    cp_str dtype_keyword; /* an argument that sets the dtype if given and not None */
    int dtype_position;   /* of that argument among the positional ones, or -1 */
    cp_result results[4]; /* one, or the elements of the tuple it gives */
    uint32_t result_count;
    bool moves;    /* it only moves elements about, and computes nothing on them */
    bool converts; /* argument 0 is converted to the dtype given before all else */
    bool has_dims; /* what it gives has a dimension, if it is given any argument */
    bool reduces;  /* what it gives may have fewer dimensions than argument 0 */
    bool stores;   /* argument 1 is converted to what argument 0 points to */
} cp_torch_rule;

/* A class of linear layers, known by its name. */
typedef struct cp_layer_rule {
    cp_str name;          /* class name, or dotted name of an external one */
    cp_str dtype_keyword; /* constructor argument that sets the weights' dtype */
    bool gives_tuple;     /* its call gives (output, bias) */
} cp_layer_rule;

typedef struct cp_flow_rules {
    cp_map functions;    /* dotted name -> cp_torch_rule * */
    cp_map methods;      /* method name -> cp_torch_rule * */
    cp_map layers;       /* class name -> cp_layer_rule * */
    cp_map test_folders; /* names of folders that hold tests and benchmarks */
    cp_map loaders; /* attributes of a parameter that hold a function called with it */
    cp_map model_dtypes; /* attributes that name the dtype of the model */
    cp_map whole_models; /* base classes whose models are cast as a whole once built */
    cp_map logits, bias, weights, activations, inputs; /* names -> non-NULL */
    cp_map local_logits, local_bias, local_weights;    /* where the function routes */
    cp_map numbers;  /* attributes of configurations that are numbers */
    cp_str *needles; /* what a file must hold one of to be read at once */
    size_t needle_count;
    cp_str *hints; /* parts of names that are worth following into other files */
    size_t hint_count;
} cp_flow_rules;

/* The bundled rules, in `arena`. A fault in them is a bug. */
const cp_flow_rules *cp_flow_rules_bundled(cp_arena *arena);

/* Whether values are told by this name alone, whatever object holds them. */
bool cp_name_is_routing(const cp_flow_rules *rules, cp_str name);

#endif
