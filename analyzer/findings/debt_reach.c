#include "findings/debt_parts.h"

static bool looks_at_tensors(cp_str dotted)
{
    static const char *const others[] = {
        "torch.",       "builtins.", "logging.", "typing.", "warnings.", "functools.",
        "dataclasses.", "copy.",     "numpy.",   "os.",     "triton."};
    if (cp_str_starts(dotted, CP_STR("torch.ops.")))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cp_str_starts(dotted, cp_str_of(others[i])))
            return false;
    return cp_str_has(dotted, CP_STR("."));
}

/* The last name of what is given: `a.topk_ids[i].int()` is `topk_ids`. */
static cp_str name_of(const cp_use *use)
{
    const cp_call *call = use->at->call;
    const cp_expr *expr = NULL;
    size_t position = 0;
    for (uint32_t i = 0; call && i < call->arg_count; i++) {
        bool by_name = use->keyword.len && cp_str_eq(call->args[i].name, use->keyword);
        if (by_name || (!call->args[i].name.len && position == use->position))
            expr = call->args[i].expr;
        position += call->args[i].name.len == 0;
    }
    while (expr && expr->kid_count &&
           (expr->kind == CP_EXPR_CALL || expr->kind == CP_EXPR_SUBSCRIPT)) {
        bool method = expr->kind == CP_EXPR_CALL && expr->kids[0]->kind == CP_EXPR_ATTR;
        expr = method ? expr->kids[0]->kids[0] : expr->kids[0];
    }
    return expr && (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR)
               ? expr->text
               : use->keyword;
}

static bool has_part(cp_str name, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cp_str_find_nocase(name, cp_str_of(parts[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

#define HAS_PART(name, parts) has_part((name), (parts), sizeof(parts) / sizeof *(parts))

/* Lists and tuples that hold logits, ids and weights are not told apart everywhere. */
bool cp_debt_is_other_name(cp_str name, cp_role role)
{
    static const char *const ids[] = {"_id", "ids", "idx", "indices", "index", "row"};
    static const char *const weights[] = {"weight", "scale"};
    return HAS_PART(name, ids) ||
           (role != CP_ROLE_TOPK_WEIGHTS && HAS_PART(name, weights));
}

bool cp_debt_is_consumer(const cp_study *study, const cp_use *use, cp_role role)
{
    if (use->kind != CP_USE_SINK || cp_debt_is_other_name(name_of(use), role) ||
        cp_debt_is_other_name(use->keyword, role))
        return false;
    const cp_entry *entry = cp_contracts_entry(study->contracts, use->dotted);
    if (!entry)
        return looks_at_tensors(use->dotted);
    return role == CP_ROLE_TOPK_WEIGHTS || !cp_str_is(entry->reads, "topk_weights");
}

bool cp_debt_is_own(const cp_study *study, const cp_use *use, cp_role role)
{
    cp_site site;
    return use->kind == CP_USE_ESCAPE && cp_site_of_own(study, use, NULL, &site) &&
           !cp_debt_is_other_name(site.parameter, role);
}

static void add_unknown(cp_arena *arena, cp_debt_reach *reach, cp_str dotted,
                        size_t *room)
{
    for (size_t i = 0; i < reach->unknown_count; i++)
        if (cp_str_eq(reach->unknown[i], dotted))
            return;
    cp_push(arena, reach->unknown, reach->unknown_count, *room, dotted);
}

cp_debt_reach cp_debt_reach_of(const cp_study *study, const cp_node *node, cp_role role)
{
    cp_debt_reach reach = {0};
    size_t count, room = 0, unknown_room = 0, assert_room = 0;
    bool whole;
    cp_use *uses = cp_trace_uses(study->flow, study->arena, node, &count, &whole);
    for (size_t i = 0; i < count; i++) {
        cp_site site;
        cp_debt_own own;
        if (cp_debt_assertion(study, &uses[i], &own))
            cp_push(study->arena, reach.asserts, reach.assert_count, assert_room, own);
        else if (cp_debt_built(study, &uses[i], &own))
            add_unknown(study->arena, &reach, own.function, &unknown_room);
        bool consumer = cp_debt_is_consumer(study, &uses[i], role);
        if (!consumer && !cp_debt_is_own(study, &uses[i], role))
            continue;
        if (cp_site_of_use(study, &uses[i], node->guard, &site))
            cp_push(study->arena, reach.sites, reach.site_count, room, site);
        else
            add_unknown(study->arena, &reach, uses[i].dotted, &unknown_room);
    }
    if (!whole)
        add_unknown(study->arena, &reach, CP_STR("more code than could be followed"),
                    &unknown_room);
    return reach;
}

bool cp_debt_reaches_routing(const cp_debt_reach *reach)
{
    static const char *const inputs[] = {"routing_logits", "routing_bias", "scores",
                                         "bias"};
    for (size_t i = 0; i < reach->site_count; i++) {
        const cp_site *site = &reach->sites[i];
        if (site->entry->is_gate && cp_debt_is_written(site))
            return true;
        for (size_t n = 0; n < sizeof inputs / sizeof *inputs; n++)
            if (site->entry->reads.len && cp_str_is(site->parameter, inputs[n]))
                return true;
    }
    return false;
}
