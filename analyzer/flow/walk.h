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
    const cp_guard *guard;
    bool ended; /* return, raise, break or continue was passed */
} cp_walk;

/* walk_stmt.c */
void cp_walk_block(cp_walk *walk, const cp_block *block);

/* walk_branch.c: statements whose parts run or do not. */
void cp_walk_if(cp_walk *walk, const cp_stmt *stmt);
void cp_walk_loop(cp_walk *walk, const cp_stmt *stmt);
void cp_walk_try(cp_walk *walk, const cp_stmt *stmt);
void cp_walk_match(cp_walk *walk, const cp_stmt *stmt);

/* walk_bind.c: `stmt` is the assignment that binds, or NULL. */
void cp_walk_bind(cp_walk *walk, const cp_expr *target, cp_node *value,
                  const cp_stmt *stmt);
void cp_walk_bind_name(cp_walk *walk, cp_str name, cp_node *value, const cp_stmt *stmt);

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
