#include "findings/cast.h"

/* A call of which the flow knows no more than that it goes out of the tree's Python. */
bool cp_site_goes_out(const cp_study *study, const cp_node *call)
{
    if (!study->own || call->kind != CP_NODE_CALL || !call->expr ||
        call->expr->kind != CP_EXPR_CALL || !call->module)
        return false;
    bool operator_call = false;
    for (uint32_t i = 0; i < call->call->external_count; i++)
        operator_call |= cp_str_starts(call->call->externals[i], CP_STR("torch.ops."));
    const cp_node *module = call->call->receiver; /* a compiled one, as far as is known */
    bool unknown = !call->call->external_count && !call->call->tied_count && module &&
                   !module->value.tensor;
    return (operator_call || unknown) && cp_own_may_lead_out(study->own, call->module);
}

/* What the call gives to the parameter, as it is written there; or NULL. */
static const cp_expr *given_to(const cp_node *call, const cp_node *param)
{
    for (uint32_t i = 0; i < call->call->arg_count; i++)
        for (uint32_t k = 0; k < param->input_count; k++)
            if (param->inputs[k].node == call->call->args[i].node)
                return call->call->args[i].expr;
    return NULL;
}

/* What the call gives, as the use has it; or NULL. */
static const cp_expr *given_here(const cp_use *use)
{
    size_t position = 0;
    for (uint32_t i = 0; i < use->at->call->arg_count; i++) {
        const cp_argument *arg = &use->at->call->args[i];
        if (arg->name.len ? use->keyword.len && cp_str_eq(arg->name, use->keyword)
                          : use->kind == CP_USE_SINK && position == use->position)
            return arg->expr;
        position += arg->name.len == 0;
    }
    return NULL;
}

/* Whether the value is called after routing somewhere on its way. */
static bool is_of_routing(const cp_study *study, const cp_use *use)
{
    const cp_expr *here = given_here(use);
    if (here && cp_role_of_text(study, here) != CP_ROLE_NONE)
        return true;
    for (uint32_t i = 0; i < use->hop_count; i++) {
        const cp_expr *given = given_to(use->hops[i], use->params[i]);
        if (cp_role_of_name(study, use->params[i]->name) != CP_ROLE_NONE ||
            (given && cp_role_of_text(study, given) != CP_ROLE_NONE))
            return true;
    }
    return false;
}

/* The function that the hop goes into, if C++ code is found behind the call by it. */
static const cp_own_function *function_at(const cp_study *study, const cp_use *use,
                                          uint32_t hop)
{
    cp_func *func = use->params[hop]->func;
    const cp_own_function *own = func ? cp_own_function_of(study->own, func) : NULL;
    return own && cp_own_leads_out(own, use->at->expr) ? own : NULL;
}

/*
 * The hop into the function that is meant to be called: the innermost one that is not
 * private to its module, past private ones around the call; 1 more than it, 0 for none.
 */
static uint32_t public_hop(const cp_use *use)
{
    for (uint32_t i = use->hop_count; i > 0; i--) {
        const cp_func *func = use->params[i - 1]->func;
        if (!func || func->owner || func->outer)
            return 0;
        if (!cp_own_is_private(func))
            return i;
    }
    return 0;
}

static bool function_on_way(const cp_study *study, const cp_use *use,
                            const cp_guard *guard, cp_site *site)
{
    uint32_t hop = public_hop(use);
    const cp_own_function *own = hop ? function_at(study, use, hop - 1) : NULL;
    if (!own && hop != use->hop_count) { /* the private one that holds the call */
        hop = use->hop_count;
        own = function_at(study, use, hop - 1);
    }
    if (!own)
        return false;
    *site = (cp_site){.study = study,
                      .call = use->hops[hop - 1],
                      .hops = use->hops,
                      .hop_count = hop - 1,
                      .guard = guard,
                      .entry = own->entry,
                      .own = own,
                      .parameter = use->params[hop - 1]->name};
    return true;
}

/* An operator that is called where the value is at hand and no parameter. */
static bool operator_at(const cp_study *study, const cp_use *use, const cp_guard *guard,
                        const cp_own_function *own, cp_site *site)
{
    if (use->position != SIZE_MAX && use->position >= own->entry->parameter_count)
        return false;
    *site = (cp_site){.study = study,
                      .call = use->at,
                      .hops = use->hops,
                      .hop_count = use->hop_count,
                      .guard = guard,
                      .entry = own->entry,
                      .own = own,
                      .parameter = use->position == SIZE_MAX
                                       ? use->keyword
                                       : own->entry->parameters[use->position]};
    return true;
}

bool cp_site_of_own(const cp_study *study, const cp_use *use, const cp_guard *guard,
                    cp_site *site)
{
    bool sink = use->kind == CP_USE_SINK;
    if ((!sink && use->kind != CP_USE_ESCAPE) || !cp_site_goes_out(study, use->at) ||
        !is_of_routing(study, use))
        return false;
    const cp_own_function *operator_called =
        sink ? cp_own_operator_of(study->own, use->at->module, use->dotted) : NULL;
    if (sink && !operator_called)
        return false;
    return function_on_way(study, use, guard, site) ||
           (sink && operator_at(study, use, guard, operator_called, site));
}

const cp_contracts *cp_site_contracts(const cp_site *site)
{
    return site->own ? site->own->contracts : site->study->contracts;
}

const cp_contract *const *cp_site_facts(const cp_site *site, size_t *count)
{
    size_t told = 0;
    const cp_study *study = site->study;
    const cp_contract *const *all =
        cp_contracts_of(cp_site_contracts(site), site->entry->call, count);
    const cp_contract *const *more =
        site->own ? cp_contracts_of(study->contracts, site->entry->call, &told) : NULL;
    if (!told)
        return all;
    const cp_contract **both = cp_new(study->arena, const cp_contract *, *count + told);
    for (size_t i = 0; i < *count; i++)
        both[i] = all[i];
    for (size_t i = 0; i < told; i++)
        both[*count + i] = more[i];
    *count += told;
    return both;
}

cp_range cp_site_range(const cp_site *site, cp_str path)
{
    if (!site->own)
        return cp_range_of(site->study, path, site->entry->package);
    cp_range range = {.own = true, .count = 1};
    range.releases = cp_new(site->study->arena, const cp_release *, 1);
    range.releases[0] = site->own->release;
    return range;
}
