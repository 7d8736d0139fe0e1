/*
 * exprs.h - the expressions of a file whose values the flow knows.
 *
 * Layer: flow. For those who begin at a place of the source, and not at a node.
 */
#ifndef CP_FLOW_EXPRS_H
#define CP_FLOW_EXPRS_H

#include "flow/graph.h"

typedef struct cp_placed {
    const cp_expr *expr;
    const cp_node *node; /* its value; of a name, what the name is bound to there */
} cp_placed;

/* All of the module, by their first byte and the longest first; in `arena`. */
cp_placed *cp_flow_exprs_of(const cp_flow *flow, cp_arena *arena, const cp_module *module,
                            size_t *count);

#endif
