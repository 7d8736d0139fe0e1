/*
 * mine_engine.h - what the files of the miner share.
 *
 * Layer: contracts. Private to mine_*.c. A run of one entry point lives in the run's
 * scratch arena; conditions and values never change once they are made.
 */
#ifndef CP_CONTRACTS_MINE_ENGINE_H
#define CP_CONTRACTS_MINE_ENGINE_H

#include <pthread.h>

#include "base/map.h"
#include "contracts/mine.h"
#include "contracts/mine_cond.h"

/* ---- values ---- */

typedef enum mine_kind {
    VALUE_UNKNOWN,
    VALUE_PARAM,      /* text: a parameter of the entry point, or a part of one */
    VALUE_DTYPE_OF,   /* text: the dtype of that parameter */
    VALUE_DTYPE_CODE, /* text or set: as of a dtype; its kind of number alone, or … */
    VALUE_DTYPE_BITS, /* … the width alone */
    VALUE_DTYPE,      /* set: one dtype */
    VALUE_TENSOR,     /* a tensor made here; of: its dtype; text: its name */
    VALUE_BOOL,       /* cond */
    VALUE_NONE,
    VALUE_TEXT,
    VALUE_NUMBER,  /* text */
    VALUE_ENUM,    /* text: the member's name */
    VALUE_FUNC,    /* func in scope, with self and the bound arguments; text: the
                      namespace of an operator */
    VALUE_CLASS,   /* class in scope */
    VALUE_OBJECT,  /* object */
    VALUE_PYTHON,  /* a module of the tree */
    VALUE_OUTER,   /* text: the dotted name of something outside of the tree */
    VALUE_NATIVE,  /* a compiled module; text: its files, ended by blanks each */
    VALUE_LIST,    /* items */
    VALUE_DICT,    /* items: key, value, … */
    VALUE_SELECT,  /* options: under which condition which value */
    VALUE_MATCHER, /* a TensorMatcher: set, or text: its symbol */
    VALUE_POINTER, /* to the elements of text; set: as what, 0: untyped; cast at `at` */
} mine_kind;

/*
 * Stands in a VALUE_TEXT for a part that is unknown; or, with a number behind it and then
 * MINE_HOLE_END, for one of the values in `holes` of the run.
 */
#define MINE_HOLE '\1'
#define MINE_HOLE_END '\2'

typedef struct mine_value mine_value;
typedef struct mine_scope mine_scope;
typedef struct mine_object mine_object;
typedef struct mine_export mine_export;

typedef struct mine_option {
    const mine_cond *cond;
    const mine_value *value;
} mine_option;

typedef struct mine_bound {
    cp_str name; /* of a keyword; "" if positional */
    const mine_value *value;
} mine_bound;

struct mine_value {
    mine_kind kind;
    cp_str text;
    cp_dtypes set;
    const mine_cond *cond;
    cp_func *func;
    cp_class *class;
    cp_module *module;
    mine_scope *scope;
    mine_object *object;
    const mine_value *of, *self;
    const mine_export *exported; /* of a function that Python got by its exported name */
    const mine_value **items;
    mine_option *options;
    mine_bound *bound; /* arguments that a partial call gave already */
    uint32_t count, bound_count;
    uint32_t at; /* a place in module */
};

typedef struct mine_var {
    cp_str name;
    const mine_value *value;
} mine_var;

struct mine_object {
    cp_class *class; /* NULL: a bag of names */
    mine_scope *scope;
    mine_var *fields;
    size_t count, room;
    const mine_value *element; /* of a container: what was put into it */
    cp_str open;       /* not "": it is given, and fields that nobody set are its parts */
    size_t path_count; /* length of the path where it was made */
};

struct mine_scope {
    mine_scope *parent; /* of a nested function */
    cp_module *module;
    cp_func *func;
    bool is_native;
    const mine_value *self; /* of a C++ method */
    cp_class *class;        /* whose names are seen, besides those of func's owner */
    mine_var *vars;
    size_t count, room;
};

extern const mine_value mine_unknown, mine_none;

/* ---- failures ---- */

typedef struct mine_clause {
    const mine_cond **literals; /* sorted, none twice */
    cp_str *subjects;           /* whose dtype the check itself looks at */
    uint32_t count, subject_count;
    cp_str *places; /* the check first */
    uint32_t place_count;
    const cp_module *module; /* the check itself */
    uint32_t offset;
} mine_clause;

typedef struct mine_frame {
    const cp_module *module;
    uint32_t offset; /* of the call */
    cp_func *func;   /* that is called */
} mine_frame;

/* How control leaves a block. */
typedef enum mine_flow {
    FLOW_ON,     /* at its end, under `on` */
    FLOW_RETURN, /* every way returns */
    FLOW_FAIL,   /* every way fails */
} mine_flow;

typedef struct mine_exit {
    mine_flow flow;
    const mine_cond *on;
} mine_exit;

typedef struct mine_returns {
    mine_option *items;
    size_t count, room;
    size_t path_count;
} mine_returns;

/* ---- the program: what does not change while entry points run ---- */

typedef struct native_list {
    cp_func **items;
    size_t count, room;
} native_list;

typedef struct class_list {
    cp_class **items; /* by path */
    size_t count, room;
} class_list;

typedef enum mine_export_form {
    EXPORT_BOUND,    /* m.def("name", f), as pybind11 and torch have it */
    EXPORT_TYPED,    /* a macro of TVM's FFI around the function itself */
    EXPORT_OPERATOR, /* an operator of torch with a schema, or its implementation */
} mine_export_form;

struct mine_export {
    cp_str name;
    cp_expr *target;
    cp_module *module;
    mine_export_form form;
    struct mine_export *next; /* another one of the same name */
};

/* An operator's schema, as the text that defines it has it. */
typedef struct mine_schema {
    cp_str text;
    cp_str space;             /* its namespace; "" where the build gives it */
    struct mine_schema *next; /* another one of the same name */
} mine_schema;

/* What takes its dtype from a parameter. */
typedef struct mine_output {
    cp_str param, name, how;
} mine_output;

typedef struct mine_program {
    cp_arena *arena;
    const cp_mine_input *input;
    cp_map functions;     /* C++ name -> native_list */
    cp_map classes;       /* C++ name -> class_list */
    cp_map members;       /* "Class::method" defined out of the class -> native_list */
    cp_map constants;     /* C++ name -> mine_export (its value) */
    cp_map exports;       /* exported or registered name -> mine_export */
    cp_map registered;    /* name -> what Python code registers under it */
    cp_map operators;     /* torch.ops.ns.name of C++ that Python code calls */
    cp_map schemas;       /* name of an operator -> mine_schema */
    cp_map bindings;      /* path of a Python file -> cp_map of its names */
    cp_map needs;         /* "name space" -> cp_mine_need: asked for and not there */
    cp_map looked_for;    /* those of them that were looked for */
    pthread_mutex_t lock; /* around bindings, needs and imports, made on first use */
} mine_program;

typedef struct mine_run {
    mine_program *program;
    cp_arena *arena; /* scratch */
    const mine_cond **path;
    size_t path_count, path_room, chain; /* chain: where the innermost `if` begins */
    const cp_stmt *chain_stmt;           /* … and that statement */
    const cp_module *chain_module;
    mine_frame frames[64];
    uint32_t depth;
    mine_returns *returns;
    mine_clause *clauses;
    size_t clause_count, clause_room;
    struct mine_broken *broken; /* see mine_arity.h */
    size_t broken_count, broken_room;
    uint32_t choice; /* the depth, from 1, at which one of several callees is tried */
    cp_map touched;  /* parameters that kernels read: name -> place */
    unsigned muted;  /* > 0 where a failure is caught */
    size_t steps;
    bool loaded_only;    /* modules that were not read are not read now */
    bool failed;         /* the last call never comes back */
    bool in_bases;       /* arguments of a base class are looked at */
    bool asked;          /* it needs what was not looked for so far */
    const char *gave_up; /* why the rest is not looked at; NULL while it is */
    cp_map stores; /* what was put into a container that is no object, by its name */
    const mine_cond **known; /* what checks that were passed leave; no guards */
    size_t known_count, known_room;
    const cp_expr **ways_out; /* calls of Python code that C++ code was run for */
    size_t way_out_count, way_out_room;
    mine_output *outputs;
    size_t output_count, output_room;
    cp_map symbols; /* of TensorMatcher: symbol -> the parameter that has it */
    cp_map plain;   /* parameters that are annotated as a number or a text -> that type */
    const mine_value **holes; /* dtypes that stand in texts */
    size_t hole_count, hole_room;
    cp_map kept;       /* address of a function -> calls of it that were run */
    cp_map kept_apart; /* the same of those that nothing of the entry point reaches */
    size_t bytes;      /* what the arena held when the entry point was begun */
    cp_map names;      /* address of a module, then a name in it -> its value */
    /* As what pointers are read: see mine_reads.h. */
    const struct mine_point *reads; /* whose pointers are followed; or NULL */
    struct mine_read *read_list;
    size_t read_count, read_room;
    cp_map erased; /* parameters taken as a pointer without a type */
    cp_map memo;   /* calls that were worked out: a hash of all that counts -> value */
    cp_map uses;   /* what was looked for in texts and kernels -> yes or no */
} mine_run;

/* Lists what the modules read so far register: operators of torch, kernels by name. */
void mine_index_registered(mine_program *program);
/* The function behind torch.ops.ns.name that Python code defines; NULL if none does. */
const mine_value *mine_registered_operator(mine_run *run, cp_str name);
/* What a registry may give for the name; NULL if nothing is registered by it. */
const mine_value *mine_registered(mine_run *run, cp_str name);
mine_program *mine_program_new(cp_arena *arena, const cp_mine_input *input);
/* Lists what a C++ file defines and exports; `program` is a mine_program. */
void mine_program_add(void *program, cp_module *module);
/* What a module of Python binds to the name: a statement, or NULL. */
cp_stmt *mine_binding(mine_program *program, cp_module *module, cp_str name);

/* The module that a dotted name means when imported from `from`; NULL if none. */
cp_module *mine_import(mine_run *run, const cp_module *from, cp_str dotted);

/* ---- evaluation ---- */

const mine_value *mine_eval(mine_run *run, mine_scope *scope, cp_expr *expr);
const mine_value *mine_call(mine_run *run, mine_scope *scope, cp_expr *call);
/* The value of a name seen from the scope; NULL if nothing is known by it. */
const mine_value *mine_lookup(mine_run *run, mine_scope *scope, cp_str name);
const mine_value *mine_module_name(mine_run *run, cp_module *module, cp_str name);
const mine_value *mine_attribute(mine_run *run, mine_scope *scope,
                                 const mine_value *value, cp_expr *expr);
const mine_value *mine_text(mine_run *run, mine_kind kind, cp_str text);
/* Whether a part of the text is unknown. */
bool mine_has_hole(cp_str text);
const mine_value *mine_bool(mine_run *run, const mine_cond *cond);
const mine_value *mine_dtype_value(mine_run *run, cp_dtypes set);
const mine_value *mine_func_value(mine_run *run, cp_func *func, mine_scope *scope,
                                  const mine_value *self);
/* One of several values by condition; what is impossible is left out. */
const mine_value *mine_select(mine_run *run, const mine_option *options, size_t count);
/* Whether the value counts as true, as a condition; `expr` names what is unknown. */
const mine_cond *mine_truth(mine_run *run, const mine_value *value, const cp_expr *expr);
const mine_cond *mine_equal(mine_run *run, const mine_value *a, const mine_value *b,
                            const cp_expr *expr);
const mine_cond *mine_condition(mine_run *run, mine_scope *scope, cp_expr *expr);
const mine_cond *mine_opaque(mine_run *run, const cp_expr *expr);
/* `a == b` of `a != b`, to be quoted under a `not`; NULL of other expressions. */
const cp_expr *mine_turned(mine_run *run, const cp_expr *expr);
/* A parameter where a dtype is wanted: that dtype. Any other value as it is. */
const mine_value *mine_as_dtype(mine_run *run, const mine_value *value);
/* The dtype that a tensor value has. */
const mine_value *mine_dtype_of(mine_run *run, const mine_value *value);
/* `cond` with what the path settles taken as settled. */
const mine_cond *mine_under_path(mine_run *run, const mine_cond *cond);
/* A field of an object, or what its class holds by that name; NULL if there is none. */
const mine_value *mine_field(mine_run *run, const mine_value *object, cp_str name);
void mine_set_field(mine_run *run, mine_object *object, cp_str name,
                    const mine_value *value);
void mine_set_var(mine_run *run, mine_scope *scope, cp_str name, const mine_value *value);
void mine_assign(mine_run *run, mine_scope *scope, cp_expr *target,
                 const mine_value *value);

/* ---- calls ---- */

typedef struct mine_args {
    mine_bound *items;
    size_t count, room;
    bool unsure; /* a *x or **x was among them */
} mine_args;

/* The argument of that keyword, or NULL. */
const mine_bound *mine_named(mine_args *args, cp_str name);
/* Bound arguments first, then those of the call; `self` before all in Python. */
mine_args mine_all_args(mine_run *run, const mine_value *callee, const mine_args *args);
void mine_bind_params(mine_run *run, const mine_value *callee, mine_args *args,
                      mine_scope *scope);
/* Whether the function is being run already, often enough not to be run again. */
bool mine_is_running(const mine_run *run, const cp_func *func);
mine_args mine_arguments(mine_run *run, mine_scope *scope, cp_expr *call);
/* Calls a function value; `site` is where. */
const mine_value *mine_apply(mine_run *run, const mine_value *callee,
                             const mine_args *args, mine_scope *scope, cp_expr *site);
const mine_value *mine_construct(mine_run *run, const mine_value *class,
                                 const mine_args *args, mine_scope *scope, cp_expr *site);
/* A call that the engine itself knows; NULL if it is none. */
const mine_value *mine_builtin_python(mine_run *run, mine_scope *scope, cp_expr *call);
/* A call of something outside of the tree, of which torch and a few more are known. */
const mine_value *mine_call_outer(mine_run *run, mine_scope *scope,
                                  const mine_value *target, cp_expr *call);
/* A method that values other than objects have; NULL if it is none. */
const mine_value *mine_method(mine_run *run, mine_scope *scope, const mine_value *value,
                              cp_expr *call);
/* Whether a class of Python is an enumeration. */
bool mine_is_enum(mine_run *run, const cp_class *class);
/* The method in the class or its bases that takes so many arguments; NULL if none. */
cp_func *mine_find_method(mine_run *run, cp_class *class, cp_str name, size_t arg_count,
                          bool is_native, mine_scope **scope);
/* A call that names source files gives the module compiled from them; else NULL. */
const mine_value *mine_compiled(mine_run *run, mine_scope *scope, const mine_args *args);
/* Whether `files`, as below, names the module's file. */
bool mine_is_among(cp_str files, const cp_module *module);
/* The files (.cu, …) that a value names, each ended by a blank; "" for none. */
cp_str mine_files(mine_run *run, const mine_value *value);
/*
 * Runs the checkers that decorators name, with the values that `scope` holds. Device
 * gates stay on the path: what follows is only reached on those devices.
 */
void mine_call_checkers(mine_run *run, cp_func *func, mine_scope *scope);

/* ---- statements ---- */

/* What an import statement binds to a name. */
const mine_value *mine_imported(mine_run *run, cp_module *module,
                                const cp_import *import);
const mine_value *mine_class_value(mine_run *run, cp_class *class, mine_scope *scope);
mine_exit mine_block(mine_run *run, mine_scope *scope, const cp_block *block);
/* The call fails under `bad`, which the code at `offset` of `module` says. */
void mine_failure(mine_run *run, const cp_module *module, uint32_t offset,
                  const mine_cond *bad, bool by_chain);
void mine_touch(mine_run *run, mine_scope *scope, const mine_value *value,
                uint32_t offset);
/* An assignment, or the declaration of a C++ variable. */
mine_exit mine_run_assign(mine_run *run, mine_scope *scope, cp_stmt *stmt);
/* By which name of run->stores something is put into the container `expr`. */
cp_str mine_store_name(mine_run *run, const mine_scope *scope, const cp_expr *expr);
bool mine_add_to_list(mine_run *run, mine_scope *scope, cp_expr *target,
                      const mine_value *more, bool all);
mine_exit mine_run_for(mine_run *run, mine_scope *scope, cp_stmt *stmt);
void mine_push_path(mine_run *run, const mine_cond *cond);

/* ---- results ---- */

/* Runs a function with each of its parameters as what an entry point is given. */
void mine_run_entry(mine_run *run, cp_func *func, bool is_native);
mine_run *mine_run_new(cp_arena *arena, mine_program *program);
/* Notes what the value that the entry point returns takes its dtype from. */
void mine_note_outputs(mine_run *run, const mine_value *returned);
/* A tensor that is made here is called by the first name that it is given. */
const mine_value *mine_named_tensor(mine_run *run, const mine_value *value, cp_str name);

typedef struct mine_facts {
    cp_arena *arena; /* of the results */
    cp_mined *items;
    size_t count, room;
} mine_facts;

/* Turns the failures of a run into contracts of `call`; sorted, by call and parameter. */
void mine_solve(mine_run *run, cp_str call, mine_facts *facts);
void mine_sort_facts(cp_mined *facts, size_t count);
/* A module's path below the root of the input. */
cp_str mine_path(const cp_mine_input *input, const cp_module *module);
cp_str mine_place(cp_arena *arena, const cp_mine_input *input, const cp_module *module,
                  uint32_t offset);

#endif
