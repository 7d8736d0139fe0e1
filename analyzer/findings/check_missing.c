#include "findings/cast.h"

/* The dtypes that every check which surely applies lets through; all if none does. */
static cp_dtypes surely_accepted(const cp_site *site, const cp_release *release,
                                 const cp_contract **shown)
{
    cp_site asked = *site;
    cp_dtypes accepts = CP_CONCRETE;
    size_t count;
    const cp_contract *const *contracts =
        cp_contracts_of(site->study->contracts, site->entry->call, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_contract *contract = contracts[i];
        if (contract->kind != CP_CONTRACT_CHECK || !contract->accepts ||
            !cp_str_eq(contract->parameter, site->parameter) ||
            !cp_spec_allows(&contract->versions, release->version))
            continue;
        if (cp_cond_eval(contract->when, cp_site_atom, &asked) != CP_TRUE)
            continue;
        accepts &= contract->accepts;
        *shown = contract;
    }
    return accepts;
}

static void report_missing(cp_study *study, const cp_site *site, const cp_argument *arg,
                           cp_dtypes given, const cp_range *range,
                           const cp_contract *contract, cp_dtypes accepts)
{
    cp_arena *arena = study->arena;
    const cp_module *module = site->call->module;
    cp_span span = arg->expr ? arg->expr->span : site->call->expr->span;
    cp_finding *finding = cp_findings_new(study->findings, "CP201", module, span);
    finding->tensor = cp_str_cut(module->source->text, span.start, span.end);
    finding->from = given;
    finding->to = CP_DTYPE_NONE;
    finding->role = CP_ROLE_ROUTER_LOGITS;
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    if (cp_map_get(&rules->weights, site->parameter))
        finding->role = CP_ROLE_TOPK_WEIGHTS;
    else if (cp_map_get(&rules->bias, site->parameter) ||
             cp_str_is(site->parameter, "bias"))
        finding->role = CP_ROLE_ROUTING_BIAS;
    finding->guard = cp_guard_text(arena, module, site->call->guard);
    finding->consumer = site->entry->call;
    finding->parameter = site->parameter;
    finding->contract = contract;
    finding->contract_version = cp_range_text(study, range);
    finding->effect = CP_EFFECT_BREAKS_CONTRACT;
    finding->plan.computes = finding->plan.rounds_to = CP_DTYPE_NONE;
    finding->message = cp_str_printf(
        arena, "`%.*s` is %.*s, and %.*s takes %.*s only as %.*s (%.*s %.*s)",
        CP_STR_ARGS(finding->tensor), CP_STR_ARGS(cp_dtypes_or(arena, given)),
        CP_STR_ARGS(finding->consumer), CP_STR_ARGS(finding->parameter),
        CP_STR_ARGS(cp_dtypes_or(arena, accepts)), CP_STR_ARGS(site->entry->package),
        CP_STR_ARGS(finding->contract_version));
    finding->help = cp_str_printf(arena, "cast it to %.*s before the call",
                                  CP_STR_ARGS(cp_dtypes_or(arena, accepts)));
}

/* One parameter of one call: rejected whatever reaches it, at every release. */
static void check_argument(cp_study *study, cp_site *site, cp_str parameter)
{
    bool unsure;
    site->parameter = parameter;
    const cp_argument *arg = cp_site_argument(site, parameter, &unsure);
    if (!arg || !arg->node)
        return;
    const cp_value *value = &arg->node->value;
    if (value->unknown || value->none || value->plain || value->ref_count ||
        !value->tensor || (value->tensor & CP_SYM_MODEL))
        return;
    cp_range range =
        cp_range_of(study, site->call->module->source->path, site->entry->package);
    const cp_contract *shown = NULL;
    cp_dtypes accepts = CP_CONCRETE;
    for (size_t i = 0; i < range.count; i++) {
        accepts = surely_accepted(site, range.releases[i], &shown);
        if (value->tensor & accepts)
            return;
    }
    if (shown)
        report_missing(study, site, arg, value->tensor, &range, shown, accepts);
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
                check_argument(study, &site, entry->parameters[p]);
        }
    }
}
