#include "flow/walk.h"

/* The dtypes that an expression names: torch.float32, or a tuple of such; 0: others. */
static cp_dtypes named_dtypes(const cp_expr *expr)
{
    cp_dtypes set = 0;
    if (expr->kind == CP_EXPR_ATTR) {
        cp_dtype dtype = cp_dtype_of_torch(expr->text);
        return dtype == CP_DTYPE_NONE ? 0 : CP_DTYPES(dtype);
    }
    for (uint32_t i = 0; expr->kind == CP_EXPR_TUPLE && i < expr->kid_count; i++) {
        cp_dtypes one = named_dtypes(expr->kids[i]);
        if (!one)
            return 0;
        set |= one;
    }
    return set;
}

/*
 * From here on the name is a tensor of that dtype: else it was not got here. Several
 * dtypes tell less than what reaches the name does: they are what code can cope with.
 */
static void refine_name(cp_walk *walk, cp_str name, cp_dtypes dtypes)
{
    cp_node *known = cp_walk_in_sight(walk->names, name);
    if (!known || (dtypes & (dtypes - 1)))
        return;
    cp_node *node = cp_node_new(walk->flow, CP_NODE_REFINE);
    node->module = walk->module;
    node->func = walk->func;
    node->guard = walk->guard;
    node->name = name;
    node->value.tensor = dtypes;
    cp_node_add_input(walk->flow, node, known, NULL);
    cp_walk_bind_name(walk, name, node, NULL);
}

void cp_walk_refine(cp_walk *walk, const cp_expr *test, bool holds)
{
    if (test->kind == CP_EXPR_UNARY && cp_str_is(test->text, "not")) {
        cp_walk_refine(walk, test->kids[0], !holds);
        return;
    }
    if (test->kind == CP_EXPR_BOOL && cp_str_is(test->text, holds ? "and" : "or")) {
        cp_walk_refine(walk, test->kids[0], holds);
        cp_walk_refine(walk, test->kids[1], holds);
        return;
    }
    if (test->kind != CP_EXPR_COMPARE || test->kid_count != 2 ||
        test->kids[0]->kind != CP_EXPR_ATTR || !cp_str_is(test->kids[0]->text, "dtype"))
        return;
    bool equal = cp_str_is(test->text, "==") || cp_str_is(test->text, "in");
    bool differs = cp_str_is(test->text, "!=") || cp_str_is(test->text, "not in");
    cp_dtypes dtypes = named_dtypes(test->kids[1]);
    if (!dtypes || !((equal && holds) || (differs && !holds)))
        return;
    cp_node *asked = cp_flow_node_of(walk->flow, test->kids[0]);
    if (asked)
        asked->asserted = dtypes;
    if (test->kids[0]->kids[0]->kind == CP_EXPR_NAME)
        refine_name(walk, test->kids[0]->kids[0]->text, dtypes);
}
