#include "findings/cast.h"

enum {
    FLOATS =
        CP_DTYPES(CP_F64) | CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16) | CP_DTYPES(CP_F16)
};

static cp_role role_of_name(const cp_study *study, cp_str name)
{
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    if (cp_map_get(&rules->logits, name))
        return CP_ROLE_ROUTER_LOGITS;
    if (cp_map_get(&rules->bias, name))
        return CP_ROLE_ROUTING_BIAS;
    if (cp_map_get(&rules->weights, name))
        return CP_ROLE_TOPK_WEIGHTS;
    return CP_ROLE_NONE;
}

/* By the parameter that it is given to: contracts name the logits `scores` too. */
static cp_role role_of_parameter(const cp_study *study, const cp_site *site)
{
    cp_str parameter = site->parameter;
    if (site->entry->is_gate)
        return cp_str_eq(parameter, site->entry->writes) ? CP_ROLE_GATE_OUTPUT
               : cp_str_is(parameter, "mat_a")           ? CP_ROLE_GATE_INPUT
                                                         : CP_ROLE_NONE;
    if (cp_str_is(parameter, "scores"))
        return CP_ROLE_ROUTER_LOGITS;
    if (cp_str_is(parameter, "bias") && cp_str_is(site->entry->reads, "router_logits"))
        return CP_ROLE_ROUTING_BIAS;
    return role_of_name(study, parameter);
}

/* By the names in the value's own text, the last one first: a.b.router_logits[i]. */
static cp_role role_of_text(const cp_study *study, const cp_expr *expr)
{
    for (int steps = 0; steps < 16; steps++) {
        cp_role role = CP_ROLE_NONE;
        if (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR)
            role = role_of_name(study, expr->text);
        if (role != CP_ROLE_NONE)
            return role;
        bool through = expr->kind == CP_EXPR_SUBSCRIPT || expr->kind == CP_EXPR_CALL;
        if (!through || !expr->kid_count)
            return CP_ROLE_NONE;
        expr = expr->kids[0];
        if (expr->kind == CP_EXPR_ATTR && through) /* x.view(…): look at x */
            expr = role_of_name(study, expr->text) != CP_ROLE_NONE ? expr : expr->kids[0];
    }
    return CP_ROLE_NONE;
}

static bool one_bit(cp_dtypes set)
{
    return set && !(set & (set - 1));
}

static cp_dtype only_dtype(cp_dtypes set)
{
    for (int d = 0; one_bit(set) && d < CP_DTYPE_COUNT; d++)
        if (set == CP_DTYPES(d))
            return (cp_dtype)d;
    return CP_DTYPE_NONE;
}

static void find_target(const cp_study *study, const cp_node *node, cp_cast *cast)
{
    const cp_value *asked = &node->inputs[1].node->value;
    cp_dtypes to = asked->dtype | asked->tensor;
    cast->uses_model |= (to & CP_SYM_MODEL) != 0;
    cast->to = CP_DTYPE_NONE;
    if (!asked->unknown && !asked->plain && !asked->none)
        cast->to = only_dtype(cp_dtypes_assume(to, study->model));
    /* `.to(other)` and `.to(device, dtype)` move as well; `.float()` does not. */
    cast->moves_device = asked->tensor != 0;
    const cp_expr *call = node->expr;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        bool dtype = cp_str_is(call->args[i].name, "dtype");
        cast->moves_device |= call->arg_count > 1 && !dtype &&
                              !cp_str_is(call->args[i].name, "non_blocking");
    }
}

/* The dtype that `torch.T` or `T` names in a test; NONE for anything else. */
static cp_dtype named_dtype(const cp_expr *expr)
{
    return expr->kind == CP_EXPR_ATTR ? cp_dtype_of_torch(expr->text) : CP_DTYPE_NONE;
}

/* What tests of the value's own dtype, such as `x.dtype == torch.float16`, leave. */
static cp_dtypes left_by_guards(const cp_node *node, const cp_expr *value, cp_dtypes from)
{
    for (const cp_guard *guard = node->guard; guard; guard = guard->outer) {
        const cp_expr *test = guard->test;
        if (test->kind != CP_EXPR_COMPARE || test->kid_count != 2 ||
            test->kids[0]->kind != CP_EXPR_ATTR ||
            !cp_str_is(test->kids[0]->text, "dtype") ||
            !cp_expr_same(test->kids[0]->kids[0], value))
            continue;
        cp_dtype named = named_dtype(test->kids[1]);
        bool equal = cp_str_is(test->text, "=="), differs = cp_str_is(test->text, "!=");
        if (named == CP_DTYPE_NONE || (!equal && !differs))
            return 0; /* a test that is not understood: nothing is sure */
        if (equal == guard->holds)
            from = CP_DTYPES(named);
        else
            from &= ~CP_DTYPES(named);
    }
    return from;
}

static void find_from(const cp_study *study, const cp_node *node, cp_cast *cast)
{
    const cp_value *operand = &node->inputs[0].node->value;
    cast->from = cp_dtypes_assume(operand->tensor, study->model);
    cast->from = left_by_guards(node, cast->value, cast->from);
    cast->uses_model |= (operand->tensor & CP_SYM_MODEL) != 0;
    cast->partly = operand->unknown;
    if (cast->partly) /* what was mixed in by a name that means something else too */
        cast->from &= FLOATS;
    if (!cast->from && !operand->tensor && cast->role == CP_ROLE_ROUTER_LOGITS) {
        cast->from = study->model | CP_DTYPES(CP_F32);
        cast->assumed = cast->uses_model = true;
    }
}

/*
 * Whether another cast behind this one gives the same without it: always where
 * this one only widens, else where both make the same dtype.
 */
static bool same_behind(const cp_study *study, const cp_cast *cast, const cp_node *next)
{
    if (cast->from && cp_dtype_holds_all(cast->to, cast->from))
        return true;
    const cp_value *asked = &next->inputs[1].node->value;
    cp_dtypes to = cp_dtypes_assume(asked->dtype | asked->tensor, study->model);
    return !asked->unknown && to == CP_DTYPES(cast->to);
}

static void find_sites(const cp_study *study, const cp_node *node, cp_cast *cast)
{
    size_t count, room = 0, found = 0;
    bool whole;
    cp_use *uses = cp_trace_uses(study->flow, study->arena, node, &count, &whole);
    cast->only_sites = whole;
    cast->other_use = whole ? NULL : "it goes to more places than were followed";
    static const char *const why[] = {
        [CP_USE_SINK] = "code outside the tree whose contract is not known",
        [CP_USE_COMPUTE] = "arithmetic in the dtype that the cast makes",
        [CP_USE_CAST] = "another cast",
        [CP_USE_DTYPE] = "code that asks for its dtype",
        [CP_USE_ESCAPE] = "code that could not be followed",
    };
    for (size_t i = 0; i < count; i++) {
        cp_site site;
        if (cp_site_of_use(study, &uses[i], node->guard, &site)) {
            cp_push(study->arena, cast->sites, found, room, site);
            continue;
        }
        if (uses[i].kind == CP_USE_CAST && same_behind(study, cast, uses[i].at))
            continue;
        cast->only_sites = false;
        if (!cast->other_use)
            cast->other_use = why[uses[i].kind];
    }
    cast->site_count = (uint32_t)found;
}

bool cp_cast_of(const cp_study *study, const cp_node *node, cp_cast *cast)
{
    const cp_expr *callee = node->expr->kids[0];
    if (node->expr->kind != CP_EXPR_CALL || callee->kind != CP_EXPR_ATTR)
        return false;
    *cast = (cp_cast){.node = node, .value = callee->kids[0]};
    cast->role = role_of_text(study, cast->value);
    find_target(study, node, cast);
    if (cast->to == CP_DTYPE_NONE || !cp_dtype_is_float(cast->to))
        return false;
    find_from(study, node, cast);
    find_sites(study, node, cast);
    if (cast->site_count) {
        cp_role role = role_of_parameter(study, &cast->sites[0]);
        cast->role = role != CP_ROLE_NONE ? role : cast->role;
    }
    if (cast->role == CP_ROLE_NONE)
        return false;
    find_from(study, node, cast);
    return !(cast->from & ~(cp_dtypes)FLOATS) && cast->from;
}

/* Whether the test is answered yes by every site at the release. */
static bool all_sites(const cp_cast *cast, const cp_release *release, cp_terms_test *test,
                      bool *known)
{
    for (uint32_t i = 0; i < cast->site_count; i++) {
        cp_terms terms = cp_terms_at(&cast->sites[i], release);
        if (!terms.known)
            *known = false;
        if (!terms.known || terms.broken || !test(cast, &terms))
            return false;
    }
    return true;
}

/* The first known release from which on the answer is yes at all known ones. */
static const cp_release *find_since(const cp_study *study, const cp_cast *cast,
                                    cp_str package, cp_terms_test *test)
{
    size_t count;
    const cp_release *releases = cp_contracts_releases(study->contracts, package, &count);
    const cp_release *since = NULL;
    for (size_t i = count; i > 0; i--) {
        bool known = true;
        if (!all_sites(cast, &releases[i - 1], test, &known))
            break;
        since = &releases[i - 1];
    }
    return since;
}

cp_judgement cp_cast_judge(const cp_study *study, const cp_cast *cast,
                           cp_terms_test *test)
{
    cp_judgement verdict = {0};
    if (!cast->site_count || !cast->only_sites)
        return verdict;
    verdict.site = &cast->sites[0];
    cp_str package = verdict.site->entry->package;
    for (uint32_t i = 1; i < cast->site_count; i++)
        if (!cp_str_eq(cast->sites[i].entry->package, package))
            return verdict; /* two libraries: not together yet */
    verdict.range = cp_range_of(study, cast->node->module->source->path, package);
    if (!verdict.range.count)
        return verdict;
    verdict.judged = verdict.holds = true;
    for (size_t i = 0; i < verdict.range.count; i++) {
        bool known = true;
        if (!all_sites(cast, verdict.range.releases[i], test, &known))
            verdict.holds = false;
        verdict.judged &= known;
    }
    verdict.release = verdict.range.releases[verdict.range.count - 1];
    if (!verdict.holds)
        verdict.since = find_since(study, cast, package, test);
    if (verdict.since)
        verdict.release = verdict.since;
    verdict.terms = cp_terms_at(verdict.site, verdict.release);
    return verdict;
}

static void run_rules(cp_study *study, const cp_node *node)
{
    cp_cast cast;
    if (!cp_cast_of(study, node, &cast))
        return;
    cp_check_upcast(study, &cast);
    cp_check_narrow(study, &cast);
    cp_check_noop(study, &cast);
}

void cp_study_run(cp_study *study)
{
    size_t count;
    cp_node *const *casts = cp_flow_casts(study->flow, &count);
    for (size_t i = 0; i < count; i++)
        run_rules(study, casts[i]);
    cp_check_missing(study);
    cp_findings_sort(study->findings);
}
