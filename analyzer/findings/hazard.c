#include "findings/cast.h"

static bool is_in_place(cp_str method)
{
    return cp_str_ends(method, CP_STR("_")) && !cp_str_ends(method, CP_STR("__"));
}

/* Whether some code of the function changes the tensor's elements. */
static bool is_changed(const cp_node *node)
{
    for (uint32_t i = 0; i < node->user_count; i++) {
        const cp_node *user = node->users[i];
        if (user->kind == CP_NODE_CALL && user->call->receiver == node &&
            is_in_place(user->call->method))
            return true;
        if (user->inputs[0].node != node)
            continue;
        if ((user->kind == CP_NODE_STORE && user->index == CP_STORE_ELEMENT) ||
            (user->kind == CP_NODE_PROMOTE && user->index == 0))
            return true;
    }
    return false;
}

/* x[i] and x[a:b] take whole rows; x[:, i] and x[::2] leave gaps. */
static bool takes_rows(const cp_expr *expr)
{
    if (!expr || expr->kind != CP_EXPR_SUBSCRIPT || expr->kid_count != 2)
        return false;
    const cp_expr *index = expr->kids[1];
    size_t colons = 0;
    for (uint32_t i = 0; i < index->span.end - index->span.start; i++)
        colons += index->code[i] == ':';
    return colons < 2;
}

/* Methods whose result can have gaps between its elements, or overlaps. */
static bool makes_gaps(const cp_node *node)
{
    static const char *const methods[] = {
        "expand", "expand_as", "transpose", "permute",  "t",         "narrow",
        "select", "unfold",    "diagonal",  "swapaxes", "movedim",   "T",
        "mT",     "unbind",    "chunk",     "split",    "as_strided"};
    if (node->kind == CP_NODE_ITEM)
        return node->index < 0 && !node->name.len && !takes_rows(node->expr);
    cp_str name = node->kind == CP_NODE_CALL   ? node->call->method
                  : node->kind == CP_NODE_ATTR ? node->name
                                               : (cp_str){"", 0};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (cp_str_is(name, methods[i]))
            return true;
    return false;
}

/*
 * What a cast does besides changing the dtype: its result is a tensor of its own,
 * and a dense one, so what the value shares with others and its strides count.
 */
const char *cp_cast_hazard(const cp_node *value, int depth)
{
    if (depth > 6)
        return NULL;
    if (is_changed(value))
        return "the value is changed in place, and the cast keeps what it was";
    if (makes_gaps(value))
        return "the cast also makes the value dense";
    bool name = value->kind == CP_NODE_REFINE ||
                (value->kind == CP_NODE_JOIN && value->join == CP_JOIN_LOCAL);
    for (uint32_t i = 0; name && i < value->input_count; i++) {
        const char *hazard = cp_cast_hazard(value->inputs[i].node, depth + 1);
        if (hazard)
            return hazard;
    }
    if (value->kind == CP_NODE_CALL && value->call->receiver &&
        cp_str_is(value->call->method, "view")) /* a view shares its elements */
        return cp_cast_hazard(value->call->receiver, depth + 1);
    return NULL;
}
