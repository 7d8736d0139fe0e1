#include "findings/cast.h"
#include "findings/missing.h"

/* The dtypes that every check which surely applies lets through; all if none does. */
static cp_dtypes surely_accepted(const cp_site *site, const cp_release *release,
                                 const cp_contract **shown)
{
    cp_site asked = *site;
    cp_dtypes accepts = CP_CONCRETE;
    size_t count;
    const cp_contract *const *contracts = cp_site_facts(site, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_contract *contract = contracts[i];
        if (contract->kind != CP_CONTRACT_CHECK || !contract->accepts ||
            !cp_str_eq(contract->parameter, site->parameter) ||
            !cp_spec_allows(&contract->versions, release->version))
            continue;
        if (cp_cond_eval(contract->when, cp_site_atom, &asked) != CP_TRUE)
            continue;
        accepts &= contract->accepts;
        *shown = cp_contract_at(site->study->arena, contract, release->version);
    }
    return accepts;
}

static cp_role role_of(const cp_study *study, const cp_site *site)
{
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    if (cp_map_get(&rules->weights, site->parameter))
        return CP_ROLE_TOPK_WEIGHTS;
    if (cp_map_get(&rules->bias, site->parameter) || cp_str_is(site->parameter, "bias"))
        return CP_ROLE_ROUTING_BIAS;
    return CP_ROLE_ROUTER_LOGITS;
}

static bool is_known(const cp_study *study, const cp_module *module, cp_span span)
{
    for (size_t i = 0; i < study->findings->count; i++) {
        const cp_finding *finding = study->findings->items[i];
        if (finding->module == module && finding->span.start == span.start &&
            cp_str_is(finding->code, "CP201"))
            return true;
    }
    return false;
}

void cp_missing_at(cp_study *study, const cp_missing *missing, const cp_node *node,
                   const cp_module *module, const cp_expr *expr)
{
    cp_arena *arena = study->arena;
    const cp_site *site = missing->site;
    if (is_known(study, module, expr->span))
        return;
    cp_dtypes given = cp_dtypes_assume(node->value.tensor, study->model);
    cp_finding *finding = cp_findings_new(study->findings, "CP201", module, expr->span);
    finding->tensor = cp_str_cut(module->source->text, expr->span.start, expr->span.end);
    finding->from = given;
    finding->to = CP_DTYPE_NONE;
    finding->role = role_of(study, site);
    finding->guard = cp_guard_text(arena, module, node->guard);
    finding->consumer = site->entry->call;
    finding->parameter = site->parameter;
    finding->contract = missing->contract;
    finding->contract_version = cp_range_text(study, &missing->range);
    finding->effect = CP_EFFECT_BREAKS_CONTRACT;
    finding->plan.computes = finding->plan.rounds_to = CP_DTYPE_NONE;
    finding->message = cp_str_printf(
        arena, "`%.*s` is %.*s, and %.*s takes %.*s only as %.*s (%.*s %.*s)",
        CP_STR_ARGS(finding->tensor), CP_STR_ARGS(cp_dtypes_or(arena, given)),
        CP_STR_ARGS(finding->consumer), CP_STR_ARGS(finding->parameter),
        CP_STR_ARGS(cp_dtypes_or(arena, missing->accepts)),
        CP_STR_ARGS(site->entry->package), CP_STR_ARGS(finding->contract_version));
    finding->help = cp_str_printf(arena, "cast it to %.*s before the call",
                                  CP_STR_ARGS(cp_dtypes_or(arena, missing->accepts)));
    if (node->value.tensor & CP_SYM_MODEL)
        cp_finding_assume(study, finding,
                          cp_str_printf(arena, "the model's dtype is %.*s",
                                        CP_STR_ARGS(cp_dtypes_or(arena, study->model))));
    if (node == missing->argument->node)
        return;
    finding->help = cp_str_printf(arena, "give it as %.*s",
                                  CP_STR_ARGS(cp_dtypes_or(arena, missing->accepts)));
    cp_finding_assume(study, finding,
                      cp_str_printf(arena, "the experts run where %.*s is called",
                                    CP_STR_ARGS(finding->consumer)));
    cp_finding_relate(study, finding,
                      cp_place_of(site->call->module, site->call->expr->kids[0]->span,
                                  CP_STR("given to the call here")));
}

static bool has_condition(const cp_guard *guard)
{
    for (; guard; guard = guard->outer)
        if (!guard->branch)
            return true;
    return false;
}

/* Whether each visible call of the function is under an assert or a test of that kind. */
static bool is_called_under_condition(const cp_study *study, const cp_func *func)
{
    bool called = false;
    for (uint32_t p = func->owner != NULL; p < func->param_count; p++) {
        const cp_node *param = cp_flow_param_of(study->flow, func, p);
        for (uint32_t i = 0; param && i < param->input_count; i++) {
            if (param->inputs[i].node->kind == CP_NODE_FIXED)
                continue; /* its default, or what its annotation says */
            called = true;
            if (!has_condition(param->inputs[i].guard))
                return false;
        }
    }
    return called || !func->owner;
}

/* An assert, or a test by which others returned, may keep some producers from the call.
 */
static bool is_under_condition(const cp_study *study, const cp_node *call)
{
    return has_condition(call->guard) ||
           (call->func && is_called_under_condition(study, call->func));
}

void cp_check_argument(cp_study *study, cp_site *site, cp_str parameter)
{
    bool unsure;
    site->parameter = parameter;
    const cp_argument *arg = cp_site_argument(site, parameter, &unsure);
    if (!arg || !arg->node || !arg->expr)
        return;
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    const cp_value *value = &arg->node->value;
    cp_missing missing = {.site = site, .argument = arg, .accepts = CP_CONCRETE};
    missing.range = cp_site_range(site, site->call->module->source->path);
    bool all = cp_value_only_tensor(value) && !(value->tensor & CP_SYM_MODEL);
    bool some = false;
    for (size_t i = 0; i < missing.range.count; i++) {
        cp_dtypes accepts =
            surely_accepted(site, missing.range.releases[i], &missing.contract);
        missing.accepts = i ? missing.accepts | accepts : accepts;
        some |= (value->tensor & accepts) != 0;
    }
    if (!missing.contract || !missing.range.count)
        return;
    if (all && !some)
        cp_missing_at(study, &missing, arg->node, site->call->module, arg->expr);
    else if (!is_under_condition(study, site->call) &&
             cp_map_get(&rules->weights, parameter) && (value->tensor & ~missing.accepts))
        cp_check_producers(study, &missing);
}

void cp_check_missing(cp_study *study)
{
    size_t count;
    cp_node *const *calls = cp_flow_calls(study->flow, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_call *call = calls[i]->call;
        for (uint32_t e = 0; e < call->external_count; e++) {
            const cp_entry *entry =
                cp_contracts_entry(study->contracts, call->externals[e]);
            if (!entry)
                continue;
            cp_site site = {.study = study,
                            .call = calls[i],
                            .entry = entry,
                            .guard = calls[i]->guard};
            for (uint32_t p = 0; p < entry->parameter_count; p++)
                cp_check_argument(study, &site, entry->parameters[p]);
        }
    }
    cp_check_missing_own(study);
}
