/*
 * fact.h - what a source file says, free of the parser that read it.
 *
 * Layer: facts. Plain records in the file's arena, borrowed text from its
 * source, nothing to free. Offsets count bytes of the source, half open.
 * Expressions keep their order and nesting; what the analysis has no use for
 * is CP_EXPR_OTHER with its parts as kids, so that nothing is lost from sight.
 */
#ifndef CP_FACTS_FACT_H
#define CP_FACTS_FACT_H

#include "base/map.h"
#include "base/str.h"
#include "read/source.h"

typedef struct cp_expr cp_expr;
typedef struct cp_stmt cp_stmt;
typedef struct cp_func cp_func;
typedef struct cp_class cp_class;
typedef struct cp_module cp_module;

typedef struct cp_span {
    uint32_t start, end;
} cp_span;

typedef enum cp_expr_kind {
    CP_EXPR_NAME,      /* text: the identifier */
    CP_EXPR_ATTR,      /* kids[0].text */
    CP_EXPR_CALL,      /* kids[0](args) */
    CP_EXPR_STRING,    /* text: what stands between the quotes, escapes as written;
                          an f-string or a concatenation is CP_EXPR_OTHER */
    CP_EXPR_NUMBER,    /* text: as written */
    CP_EXPR_CONST,     /* text: True, False, None or ... */
    CP_EXPR_SUBSCRIPT, /* kids[0][kids[1], …] */
    CP_EXPR_TUPLE,     /* kids; text: "(", "[" or "{" for tuple, list, set */
    CP_EXPR_DICT,      /* kids: key, value, key, value, …; a `**x` has a NULL key */
    CP_EXPR_UNARY,     /* text: "-", "+", "~" or "not"; kids[0] */
    CP_EXPR_BINARY,    /* text: the operator; kids[0], kids[1] */
    CP_EXPR_COMPARE,   /* text: the first operator ("==", "not in", …); kids: operands;
                          a chain of several operators is CP_EXPR_OTHER */
    CP_EXPR_BOOL,      /* text: "and" or "or"; kids[0], kids[1] */
    CP_EXPR_TERNARY,   /* kids[0] if kids[1] else kids[2] */
    CP_EXPR_WALRUS,    /* kids[0] := kids[1] */
    CP_EXPR_STAR,      /* text: "*" or "**"; kids[0] */
    CP_EXPR_LAMBDA,    /* func */
    CP_EXPR_OTHER,     /* text: the grammar's own name of it; kids: its parts */
} cp_expr_kind;

/* One argument of a call. */
typedef struct cp_arg {
    cp_str name;    /* of a keyword argument; empty for the others */
    cp_expr *value; /* a CP_EXPR_STAR for *x and **x */
    cp_span span;   /* with the keyword */
} cp_arg;

/* There are hundreds of thousands of these in a run: 64 bytes each. */
struct cp_expr {
    cp_expr_kind kind : 7;
    unsigned has_error : 1;  /* the parser could not read a part of it */
    unsigned arg_count : 20; /* of a call */
    unsigned stars : 4;      /* of a type of C++: how many `*` stand behind it */
    cp_span span;            /* without parentheses around it */
    cp_span outer;           /* with all parentheses around it that are its own */
    uint32_t kid_count;
    cp_str text;
    cp_expr **kids;
    union {
        cp_arg *args;  /* of a call, in source order */
        cp_func *func; /* of a lambda */
    };
    const char *code; /* the bytes of `span`, in the source */
};

typedef enum cp_stmt_kind {
    CP_STMT_ASSIGN, /* targets[0] = targets[1] = … = value; or an annotation alone
                       (value NULL) */
    CP_STMT_AUG,    /* targets[0] text value, text such as "+=" */
    CP_STMT_EXPR,   /* value */
    CP_STMT_RETURN, /* value, or NULL */
    CP_STMT_IF,     /* if value: body else: orelse; an elif is a lone CP_STMT_IF with
                       is_elif in orelse */
    CP_STMT_WHILE,  /* while value: body else: orelse */
    CP_STMT_FOR,    /* for targets[0] in value: body else: orelse */
    CP_STMT_WITH,   /* with items: body; items[i].value as items[i].target */
    CP_STMT_TRY,    /* body; handlers; orelse; final; items[i] is what handlers[i]
                       catches (value, NULL for all) and names (target) */
    CP_STMT_MATCH,  /* match value: cases */
    CP_STMT_RAISE,  /* value, or NULL; items[0].value is what it is from */
    CP_STMT_ASSERT, /* value; items[0].value is its message */
    CP_STMT_DEF,    /* func */
    CP_STMT_CLASS,  /* class */
    CP_STMT_IMPORT, /* imports */
    CP_STMT_DELETE, /* targets */
    CP_STMT_JUMP,   /* text: break or continue */
    CP_STMT_OTHER,  /* pass, global, nonlocal, …: text as the grammar names it;
                       value: its parts. "ERROR": body holds what can be read */
} cp_stmt_kind;

typedef struct cp_block {
    cp_stmt **stmts;
    uint32_t count;
    cp_span span; /* of the statements, from the first to the last */
} cp_block;

/* `from module import name as local`, or `import module as local` (name empty). */
typedef struct cp_import {
    cp_str module;  /* dotted, without the leading dots of a relative import */
    uint32_t level; /* number of those dots */
    cp_str name;    /* "*" for all */
    cp_str local;   /* the name bound here; for `import a.b` it is "a" */
    cp_span span;   /* of this name in the statement, with its `as` */
} cp_import;

typedef struct cp_with_item {
    cp_expr *value, *target; /* target may be NULL */
} cp_with_item;

typedef struct cp_case {
    cp_expr *pattern; /* a value pattern as an expression; NULL for `_`;
                         anything else is CP_EXPR_OTHER */
    cp_expr *guard;   /* may be NULL */
    cp_block body;
} cp_case;

struct cp_stmt {
    cp_stmt_kind kind : 8;
    bool is_elif : 1;
    bool has_error : 1;
    cp_span span; /* with decorators; up to the last code, comments behind it not */
    uint32_t target_count;
    cp_str text;
    cp_expr **targets;
    cp_expr *value, *annotation;
    cp_block body, orelse, final;
    cp_span else_span; /* the `else` with its colon; empty where there is none */
    cp_with_item *items;
    cp_case *cases;
    cp_block *handlers;
    cp_import *imports;
    uint32_t item_count, case_count, handler_count, import_count;
    cp_func *func;
    cp_class *class;
};

typedef enum cp_param_kind {
    CP_PARAM_PLAIN,
    CP_PARAM_KEYWORD_ONLY,
    CP_PARAM_ARGS,   /* *args */
    CP_PARAM_KWARGS, /* **kwargs */
} cp_param_kind;

typedef struct cp_param {
    cp_str name;
    cp_param_kind kind;
    cp_expr *fallback;   /* the default value, or NULL */
    cp_expr *annotation; /* or NULL */
    cp_span span;
} cp_param;

struct cp_func {
    cp_str name;     /* empty for a lambda */
    cp_str qualname; /* "Class.method", "outer.inner", as __qualname__ less "<locals>" */
    cp_str space;    /* of C++: the namespaces and classes around it, "a::b::C" */
    cp_param *params;
    uint32_t param_count;
    cp_expr **decorators;
    uint32_t decorator_count;
    bool decorated;       /* by one at least: known before they are read */
    cp_expr *returns;     /* the annotation, or NULL */
    cp_expr *type_params; /* CP_EXPR_OTHER for `[T: Bound]`, or NULL */
    cp_block body;        /* a lambda's body is one CP_STMT_RETURN */
    cp_class *owner;      /* the class whose body holds it directly, or NULL */
    cp_func *outer;       /* the function whose body holds it, or NULL */
    cp_module *module;
    cp_span span;         /* from `def` to the comments that close its body */
    bool has_error;       /* an ERROR node is in it: no patch is written there */
    uint32_t index;       /* place in module->funcs */
    struct cp_left *left; /* NULL once all of it was read: see cp_func_read */
};

struct cp_class {
    cp_str name, qualname;
    cp_str space;    /* as of a function */
    cp_expr **bases; /* positional ones */
    uint32_t base_count;
    cp_arg *keywords; /* metaclass=…, total=… */
    uint32_t keyword_count;
    cp_expr *type_params; /* as of a function */
    cp_expr **decorators;
    uint32_t decorator_count;
    cp_block body;
    cp_func *outer; /* the function that holds it, or NULL */
    cp_module *module;
    cp_span span;
    cp_map methods; /* name -> cp_func *, the last definition of a name */
};

typedef struct cp_comment {
    cp_span span;  /* from '#' to the end of the line, the line break not counted */
    cp_str text;   /* without the '#' */
    bool own_line; /* nothing but blanks stands before it on its line */
} cp_comment;

struct cp_module {
    const cp_source *source;
    cp_str dotted;   /* import name: "sglang.srt.layers.moe.topk"; set by the project */
    bool is_package; /* the file is an __init__.py */
    bool is_native;  /* CUDA or C++ */
    cp_block body;
    cp_func **funcs; /* all of the file, lambdas too, outer before inner */
    cp_class **classes;
    cp_stmt **imports; /* all import statements of the file, at any depth, in order */
    cp_comment *comments;
    uint32_t func_count, class_count, import_count, comment_count;
    cp_span *errors; /* what the parser could not read */
    uint32_t error_count;
    struct cp_reader *reader; /* of what is left, for cp_func_read */
};

/*
 * The facts of a Python file. Always gives a module: a file that is not valid
 * Python gives what can be read of it, with `errors` saying where it is not.
 * All of it lives in `arena`; text is borrowed from `source`.
 */
cp_module *cp_facts_from_python(cp_arena *arena, const cp_source *source);

/* Reads files one after the other; one thread at a time. */
typedef struct cp_reader cp_reader;

/* The facts that it reads live in `arena`, as it does; it must be freed all the same. */
cp_reader *cp_reader_new(cp_arena *arena);
void cp_reader_free(cp_reader *reader);

/* Whether the function whose text this is, with its decorators, is to be read at once. */
typedef bool cp_reader_wants(const void *data, cp_str text, cp_span func);

/*
 * The facts of a file less what is in functions that no one wants so far: `reader`
 * must live until the last cp_func_read. Such functions are those of the module and of
 * its classes that hold no class, in a file that is otherwise valid.
 */
cp_module *cp_reader_read(cp_reader *reader, const cp_source *source,
                          cp_reader_wants *wants, const void *data);

/*
 * The function of the module, or of a class of it, that holds all of `span`, read alone:
 * its owner is not known. NULL where none does, or it cannot be told.
 */
cp_func *cp_reader_func(cp_reader *reader, const cp_source *source, cp_span span);

/*
 * Reads what was left of the function, if anything was: until then only its name, its
 * place and what holds it are known, and functions in it are not listed. What cannot
 * be read is then added to the errors of the module.
 */
void cp_func_read(cp_func *func);

/* The function or lambda that holds the byte directly; NULL at module level. */
cp_func *cp_module_func_at(const cp_module *module, size_t offset);

/* The absolute dotted name that an import statement in `from` asks for. */
cp_str cp_import_target(cp_arena *arena, const cp_module *from, const cp_import *import);

/* The dotted name that a chain of names spells ("torch.float32"), else "". */
cp_str cp_expr_dotted(cp_arena *arena, const cp_expr *expr);

/* Whether both spell the same code, white space and comments aside. */
bool cp_expr_same(const cp_expr *a, const cp_expr *b);

/* The keyword argument `name` of a call, or NULL. */
cp_expr *cp_call_keyword(const cp_expr *call, cp_str name);

/* Whether `@name` stands before the function. */
bool cp_func_decorated(cp_func *func, const char *name);
/* Whether it is a kernel of Triton: decorated with triton.jit, by whatever name. */
bool cp_func_is_kernel(cp_func *func);

/* Calls `visit` for `expr` and all below it, parents first. */
void cp_expr_walk(cp_expr *expr, void (*visit)(cp_expr *, void *), void *data);

/* The function or lambda that holds the byte directly; NULL at module level. */
cp_func *cp_module_func_at(const cp_module *module, size_t offset);

#endif
