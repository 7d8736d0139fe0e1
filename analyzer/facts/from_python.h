/*
 * from_python.h - what the files that lower Python's syntax tree share.
 *
 * Layer: facts. Private to from_python*.c. A node is named by its index in
 * `nodes`; 0, the root, is in none and so stands for "there is none".
 */
#ifndef CP_FACTS_FROM_PYTHON_H
#define CP_FACTS_FROM_PYTHON_H

#include "facts/fact.h"
#include "parse/outline.h"
#include "parse/python.h"

/* Nesting that is lowered; deeper code is an error of the file. */
#define CP_LOWER_DEPTH 500

typedef struct cp_lower {
    cp_arena *arena;
    const char *text;
    const cp_python_parser *parser;
    const cp_python_node *nodes;
    cp_module *module;
    cp_func *func;   /* the function whose body is being lowered, or NULL */
    cp_class *class; /* the class whose body holds it directly, or NULL */
    cp_str scope;    /* qualname of what holds it, ended by a dot; or empty */
    uint32_t depth;
    uint32_t in_error;            /* > 0 within an ERROR node: nesting is not certain */
    uint32_t unread;              /* how often cp_lower_unread was called so far */
    const cp_outline *outline;    /* of the file, where functions are left out; or NULL */
    const cp_outline_func **left; /* those, in source order, `left_count` of them */
    bool imports_known;           /* the module lists them already */
    uint32_t left_count, left_at; /* those before have a place already */
    size_t func_room, class_room, import_room, error_room;
} cp_lower;

/* Children of `parent`, of every kind, in source order. */
#define cp_each_child(lower, parent, child)                                              \
    for (uint32_t child = (parent) + 1; (child) < (lower)->nodes[parent].next;           \
         (child) = (lower)->nodes[child].next)

/* Children that are parts of the meaning (cp_python_is_part). */
#define cp_each_part(lower, parent, child)                                               \
    for (uint32_t child = cp_python_part_from((lower)->nodes, parent, (parent) + 1);     \
         child; (child) = cp_python_part_from((lower)->nodes, parent,                    \
                                              (lower)->nodes[child].next))

static inline cp_python_kind cp_lower_kind(const cp_lower *lower, uint32_t node)
{
    return (cp_python_kind)lower->nodes[node].kind;
}
static inline cp_span cp_lower_span(const cp_lower *lower, uint32_t node)
{
    return (cp_span){lower->nodes[node].start, lower->nodes[node].end};
}
static inline cp_str cp_lower_text(const cp_lower *lower, uint32_t node)
{
    const cp_python_node *n = &lower->nodes[node];
    return (cp_str){lower->text + n->start, n->end - n->start};
}

/* The n-th part of `parent`, from 0; or 0. */
uint32_t cp_lower_part(const cp_lower *lower, uint32_t parent, uint32_t n);
/* The first child of that kind, or 0. */
uint32_t cp_lower_find(const cp_lower *lower, uint32_t parent, cp_python_kind kind);
uint32_t cp_lower_count(const cp_lower *lower, uint32_t parent);
/* Whether the token `text` is a child of `parent`; *at is its node (may be NULL). */
bool cp_lower_has_token(const cp_lower *lower, uint32_t parent, const char *text,
                        uint32_t *at);
/* The grammar's name of the node. */
cp_str cp_lower_name(const cp_lower *lower, uint32_t node);
/* A dotted name or relative import without blanks: "a . b" gives "a.b". */
cp_str cp_lower_dotted(const cp_lower *lower, uint32_t node);

/* Notes that `node` cannot be read, in the module and in every function around. */
void cp_lower_unread(cp_lower *lower, uint32_t node);

/* The expression of a node; never NULL, also for 0 (then it has an error). */
cp_expr *cp_lower_expr(cp_lower *lower, uint32_t node);
/* CP_EXPR_OTHER of the node, with each of its parts as a kid. */
cp_expr *cp_lower_other(cp_lower *lower, uint32_t node);
/* The same into `expr`, but its spans. */
void cp_lower_fill_other(cp_lower *lower, uint32_t node, cp_expr *expr);
/* A tuple of the parts [first, …] of `parent` up to `end` (excluded) or the last. */
cp_expr *cp_lower_tuple(cp_lower *lower, uint32_t parent, uint32_t first, uint32_t end);
/* Puts `type(…)` in the place of the parentheses that *target begins with. */
void cp_lower_type_call(cp_lower *lower, uint32_t type, cp_expr **target);
/* NULL for 0. */
static inline cp_expr *cp_lower_optional(cp_lower *lower, uint32_t node)
{
    return node ? cp_lower_expr(lower, node) : NULL;
}
/* The arguments of an argument list, or the generator in the place of one. */
cp_arg *cp_lower_args(cp_lower *lower, uint32_t list, uint32_t *count);

/* The block of a statement or a clause of it; one without any cannot be read. */
cp_block cp_lower_suite(cp_lower *lower, uint32_t owner);
/* The block of a class, with the functions that were left out. */
cp_block cp_lower_members(cp_lower *lower, uint32_t class);
/* The statements of a whole file. */
cp_block cp_lower_root(cp_lower *lower);
/* A block of the one statement. */
cp_block cp_lower_one(cp_lower *lower, cp_stmt *stmt);
/* Ends a compound statement where the last statement in it ends. */
void cp_lower_end_with_code(cp_stmt *stmt);
/* `node` as the only target of `stmt`. */
void cp_lower_target(cp_lower *lower, cp_stmt *stmt, uint32_t node);
/* All parts of a statement of that kind, into `stmt`. */
void cp_lower_if(cp_lower *lower, uint32_t node, cp_stmt *stmt);
void cp_lower_while(cp_lower *lower, uint32_t node, cp_stmt *stmt);
void cp_lower_for(cp_lower *lower, uint32_t node, cp_stmt *stmt);
void cp_lower_with(cp_lower *lower, uint32_t node, cp_stmt *stmt);
void cp_lower_try(cp_lower *lower, uint32_t node, cp_stmt *stmt);
void cp_lower_match(cp_lower *lower, uint32_t node, cp_stmt *stmt);
void cp_lower_import(cp_lower *lower, uint32_t node, cp_stmt *stmt);

/* A function, a class or a lambda; `decorated` is the node around it, or 0. */
cp_func *cp_lower_func(cp_lower *lower, uint32_t node, uint32_t decorated);
cp_class *cp_lower_class(cp_lower *lower, uint32_t node, uint32_t decorated);
cp_func *cp_lower_lambda(cp_lower *lower, uint32_t node);

/* A function that is all of `node`, into one that is listed already. */
void cp_lower_func_into(cp_lower *lower, cp_func *func, uint32_t node,
                        uint32_t decorated);
/* One whose parts are not known, in the module's list. */
cp_func *cp_lower_new_func(cp_lower *lower, cp_span span, cp_str name);

/* The comments of the whole file, told by the nodes or by the outline. */
void cp_lower_comments(cp_lower *lower, uint32_t count);

/* Notes ERROR nodes, the outermost ones, and missing nodes. */
void cp_lower_errors(cp_lower *lower, uint32_t count);
void cp_lower_sort_errors(cp_module *module);

/* from_python_left.c: functions that are left for later. */
/* Chooses and parses; NULL where all of the file is to be parsed. */
const cp_python_node *cp_left_parse(cp_reader *reader, cp_arena *scratch, cp_lower *lower,
                                    cp_reader_wants *wants, const void *data,
                                    uint32_t *count);
/* Tells the outline; false where it cannot be told. */
bool cp_left_outline(cp_arena *scratch, cp_lower *lower);
/* The function as one that is left, at its place in the module or in lower->class. */
cp_stmt *cp_left_func(cp_lower *lower, const cp_outline_func *found);
/* Lists the imports in what was left; false where they cannot be read alone. */
bool cp_left_imports(cp_reader *reader, cp_arena *scratch, cp_lower *lower);
/*
 * The next function that was left out of the block of the class that begins at `class`
 * (CP_OUTLINE_MODULE for the module), if it stands before the byte; else NULL.
 */
cp_stmt *cp_left_stmt(cp_lower *lower, uint32_t class, uint32_t before);
/* Where the class ends by the outline, if that is behind `end`. */
uint32_t cp_left_class_end(const cp_lower *lower, uint32_t class, uint32_t end);

struct cp_reader {
    cp_arena *arena;
    cp_python_parser *parser;
};

#endif
