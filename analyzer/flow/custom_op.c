#include "flow/walk.h"

/* The functions that stand behind torch.ops.NAMESPACE.name. */
static cp_node *op_named(cp_flow *flow, cp_str name)
{
    void **slot = cp_map_slot(&flow->ops, name);
    if (!*slot) {
        cp_node *node = cp_node_join(flow, CP_JOIN_LOCAL, CP_STR(""));
        node->late = true;
        *slot = node;
    }
    return *slot;
}

/* "namespace::name" without its namespace. */
static cp_str bare(cp_str name)
{
    size_t colons = cp_str_find(name, CP_STR("::"), 0);
    return colons == SIZE_MAX ? name : cp_str_cut(name, colons + 2, name.len);
}

static bool registers(const cp_expr *callee)
{
    return (callee->kind == CP_EXPR_NAME || callee->kind == CP_EXPR_ATTR) &&
           (cp_str_is(callee->text, "direct_register_custom_op") ||
            cp_str_is(callee->text, "register_custom_op") ||
            cp_str_is(callee->text, "custom_op"));
}

/* The text given by the keyword, or in that place; "" for anything else. */
static cp_str text_given(const cp_expr *call, const char *keyword, uint32_t place)
{
    const cp_expr *value = cp_call_keyword(call, cp_str_of(keyword));
    if (!value && place < call->arg_count && !call->args[place].name.len)
        value = call->args[place].value;
    return value && value->kind == CP_EXPR_STRING ? value->text : (cp_str){"", 0};
}

void cp_note_custom_op(cp_walk *walk, const cp_call *call)
{
    if (!registers(call->expr->kids[0]))
        return;
    cp_str name = bare(text_given(call->expr, "op_name", 0));
    for (uint32_t i = 0; name.len && i < call->arg_count; i++)
        if (cp_str_is(call->args[i].name, "op_func") ||
            (i == 1 && !call->args[i].name.len))
            cp_node_add_input(walk->flow, op_named(walk->flow, name), call->args[i].node,
                              NULL);
}

void cp_note_decorated_op(cp_walk *walk, cp_func *func, cp_node *value)
{
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        const cp_expr *decorator = func->decorators[i];
        bool call = decorator->kind == CP_EXPR_CALL;
        if (!registers(call ? decorator->kids[0] : decorator))
            continue;
        cp_str name = call ? bare(text_given(decorator, "op_name", 0)) : CP_STR("");
        cp_node_add_input(walk->flow, op_named(walk->flow, name.len ? name : func->name),
                          value, NULL);
    }
}

cp_node *cp_custom_op(const cp_flow *flow, cp_str dotted)
{
    cp_str rest = dotted, name = dotted;
    if (!cp_str_starts(dotted, CP_STR("torch.ops.")))
        return NULL;
    while (rest.len) {
        cp_str part = cp_str_next(&rest, '.');
        if (!cp_str_is(part, "default"))
            name = part;
    }
    return cp_map_get(&flow->ops, name);
}
