#include "flow/build.h"

/* How the functions that a call may be of are told to their parameters. */
typedef struct picks {
    cp_flow *flow;
    bool mark, handed;
} picks;

static uint32_t count_function(const picks *p, const cp_ref *ref)
{
    if (ref->kind != CP_REF_FUNC || ref->func->owner)
        return 0;
    const cp_func_flow *known = cp_func_flow_of(p->flow, ref->func);
    for (uint32_t i = 0; p->mark && i < ref->func->param_count; i++) {
        known->params[i]->picked = true;
        known->params[i]->handed |= p->handed;
    }
    return 1;
}

/* How many functions, methods aside, the value may be; marks their parameters too. */
static uint32_t count_functions(const picks *p, const cp_value *callee)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < callee->ref_count; i++) {
        const cp_ref *ref = callee->refs[i];
        count += count_function(p, ref);
        if (ref->kind != CP_REF_PARTIAL)
            continue;
        const cp_value *target = &ref->site->call->args[0].node->value;
        for (uint32_t t = 0; t < target->ref_count; t++)
            count += count_function(p, target->refs[t]);
    }
    return count;
}

/* Whether the function comes by a parameter: then its caller chose it. */
static bool comes_by_param(const cp_node *node, int depth)
{
    if (depth > 6 || (node->kind == CP_NODE_JOIN && node->join == CP_JOIN_PARAM))
        return true;
    bool names = node->kind == CP_NODE_JOIN &&
                 (node->join == CP_JOIN_LOCAL || node->join == CP_JOIN_FIELD);
    if (!names && node->kind != CP_NODE_ATTR)
        return false;
    for (uint32_t i = names ? 0 : 1; i < node->input_count; i++)
        if (comes_by_param(node->inputs[i].node, depth + 1))
            return true;
    return false;
}

/*
 * Functions that are handed on as values: which of them the call is of is not known. A
 * name that a module binds in branches is, for the process that runs.
 */
void cp_note_picked(cp_flow *flow, const cp_node *callee)
{
    if (callee->kind == CP_NODE_JOIN && callee->join == CP_JOIN_GLOBAL)
        return;
    picks p = {.flow = flow};
    uint32_t count = count_functions(&p, &callee->value);
    if (count < 2 && !(count && callee->value.unknown))
        return;
    p.mark = true;
    p.handed = comes_by_param(callee, 0);
    count_functions(&p, &callee->value);
}
