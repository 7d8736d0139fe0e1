/*
 * walk.h - the state of a walk over one function's code.
 *
 * Layer: flow; shared by the files that build it only. The names in sight are a
 * list that is only ever added to in front, so that a branch starts from its
 * predecessor's list and a merge looks no further than where both began.
 */
#ifndef CP_FLOW_WALK_H
#define CP_FLOW_WALK_H

#include "flow/build.h"

typedef struct cp_binding {
    const struct cp_binding *next;
    cp_str name;
    cp_node *node;
} cp_binding;

typedef struct cp_walk {
    cp_flow *flow;
    cp_module *module;
    cp_func *func;           /* NULL at module level */
    cp_func_flow *func_flow; /* likewise */
    const cp_binding *names;
    const cp_binding *shared; /* names that a global statement gave to the module */
    const cp_guard *guard;
    const char *doubt;    /* why torch's own rules may not hold here, or NULL */
    struct cp_loop *loop; /* the innermost one around, or NULL */
    bool ended;           /* return, raise, break or continue was passed */
} cp_walk;

/* What is in sight at each way out of a loop's body but its end. */
typedef struct cp_loop {
    const cp_binding **exits;
    size_t count, room;
} cp_loop;

/* walk_stmt.c */
void cp_walk_block(cp_walk *walk, const cp_block *block);
/* Has an inner function walked, called or not: it uses the names around it. */
void cp_walk_later(cp_walk *walk, cp_func *func);
/* Why torch's rules may not hold under the call (of a `with`, a decorator), or NULL. */
const char *cp_walk_doubt(const cp_expr *call, const char *outer);

/* walk_branch.c: statements whose parts run or do not. */
void cp_walk_if(cp_walk *walk, const cp_stmt *stmt);
void cp_walk_loop(cp_walk *walk, const cp_stmt *stmt);
void cp_walk_try(cp_walk *walk, const cp_stmt *stmt);
void cp_walk_match(cp_walk *walk, const cp_stmt *stmt);
/* What was bound since `start` may also not have been. */
void cp_walk_perhaps(cp_walk *walk, const cp_binding *start);

/*
 * walk_refine.c: after an assert, or a test that all else returned or raised by, a name
 * whose dtype was asked for has one of those that were named.
 */
void cp_walk_refine(cp_walk *walk, const cp_expr *test, bool holds);

/* custom_op.c: a call, or a decorator, that makes a function an operator of torch. */
void cp_note_custom_op(cp_walk *walk, const cp_call *call);
void cp_note_decorated_op(cp_walk *walk, cp_func *func, cp_node *value);

/* walk_bind.c: `stmt` is the assignment that binds, or NULL. */
void cp_walk_bind(cp_walk *walk, const cp_expr *target, cp_node *value,
                  const cp_stmt *stmt);
void cp_walk_bind_name(cp_walk *walk, cp_str name, cp_node *value, const cp_stmt *stmt);
/* The node that `name` has in the list, or NULL. */
cp_node *cp_walk_in_sight(const cp_binding *names, cp_str name);
/* The name, if it is in sight, may from here on be something else too. */
void cp_walk_unsure_name(cp_walk *walk, cp_str name, const char *why);

/* walk_expr.c */
cp_node *cp_walk_expr(cp_walk *walk, const cp_expr *expr);
cp_node *cp_walk_name(cp_walk *walk, cp_str name);
/* A node for `expr`, found again by cp_flow_node_of. */
cp_node *cp_walk_node(cp_walk *walk, cp_node_kind kind, const cp_expr *expr);

/* walk_call.c */
cp_node *cp_walk_call(cp_walk *walk, const cp_expr *expr);

const cp_guard *cp_guard_with(cp_arena *arena, const cp_guard *outer, const cp_expr *test,
                              bool holds, bool branch);

#endif
