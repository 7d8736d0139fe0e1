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

/* Whether a test is about the dtype of something, in a form not taken apart here. */
static bool asks_dtype(const cp_flow *flow, const cp_expr *test, const cp_expr *value,
                       int depth)
{
    if (depth > 8)
        return true;
    if (test->kind == CP_EXPR_ATTR && cp_expr_same(test->kids[0], value) &&
        (cp_str_is(test->text, "dtype") || cp_str_is(test->text, "is_floating_point")))
        return true;
    const cp_node *node = test->kind == CP_EXPR_NAME ? cp_flow_node_of(flow, test) : NULL;
    while (node && node->kind == CP_NODE_JOIN && node->input_count == 1)
        node = node->inputs[0].node;
    if (node && node->kind == CP_NODE_ATTR && node->expr && node->expr != test)
        return asks_dtype(flow, node->expr, value, depth + 1);
    for (uint32_t i = 0; i < test->kid_count; i++)
        if (test->kids[i] && asks_dtype(flow, test->kids[i], value, depth + 1))
            return true;
    return false;
}

/* What tests of the value's own dtype, such as `x.dtype == torch.float16`, leave. */
static cp_dtypes left_by_guards(const cp_flow *flow, const cp_node *node,
                                const cp_expr *value, cp_dtypes from, bool *confused)
{
    for (const cp_guard *guard = node->guard; guard; guard = guard->outer) {
        const cp_expr *test = guard->test;
        if (test->kind != CP_EXPR_COMPARE || test->kid_count != 2 ||
            test->kids[0]->kind != CP_EXPR_ATTR ||
            !cp_str_is(test->kids[0]->text, "dtype") ||
            !cp_expr_same(test->kids[0]->kids[0], value)) {
            *confused |= asks_dtype(flow, test, value, 0);
            continue;
        }
        if (test->kids[0]->kids[0]->kind == CP_EXPR_NAME &&
            cp_flow_node_of(flow, test->kids[0]->kids[0]) != cp_flow_node_of(flow, value))
            continue; /* the name was bound anew since the test */
        cp_dtype named = named_dtype(test->kids[1]);
        bool equal = cp_str_is(test->text, "=="), differs = cp_str_is(test->text, "!=");
        if (named == CP_DTYPE_NONE || (!equal && !differs))
            *confused = true;
        if (*confused)
            return from;
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
    bool confused = false;
    cast->from = left_by_guards(study->flow, node, cast->value, cast->from, &confused);
    cast->uses_model |= (operand->tensor & CP_SYM_MODEL) != 0;
    cast->partly = operand->unknown;
    if (cast->partly) /* what was mixed in by a name that means something else too */
        cast->from &= FLOATS;
    if (confused)
        cast->from = 0;
    else if (!cast->from && !operand->tensor && cast->role == CP_ROLE_ROUTER_LOGITS) {
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

static bool is_return(const cp_node *join, const cp_node *value, void *data)
{
    (void)value;
    (void)data;
    return join->join == CP_JOIN_RETURN;
}

static cp_role role_of_reach(const cp_study *study, const cp_node *node,
                             const cp_reach_options *options)
{
    cp_arena scratch = {0};
    cp_reach reach = cp_trace_reach(study->flow, &scratch, node, options);
    cp_role role = CP_ROLE_NONE;
    for (size_t i = 0; i < reach.join_count && role == CP_ROLE_NONE; i++)
        role = role_of_name(study, reach.joins[i]->name);
    cp_arena_dispose(&scratch);
    return role;
}

/*
 * By what the value is called further on, or else what is computed from it in the same
 * function: what a layer returns is computed from everything that it was given.
 */
static cp_role role_of_later_name(const cp_study *study, const cp_node *node)
{
    const cp_reach_options as_it_is = {0};
    const cp_reach_options computed = {.through_compute = true, .stop = is_return};
    cp_role role = role_of_reach(study, node, &as_it_is);
    return role != CP_ROLE_NONE ? role : role_of_reach(study, node, &computed);
}

/* By the names that a tensor came by to where it is copied into. */
static cp_role role_of_target(const cp_study *study, const cp_node *target)
{
    for (int steps = 0; target && steps < 8; steps++) {
        cp_role role = role_of_name(study, target->name);
        if (role != CP_ROLE_NONE)
            return role;
        target = target->input_count ? target->inputs[0].node : NULL;
    }
    return CP_ROLE_NONE;
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
        [CP_USE_COPY] = "a copy into another tensor",
        [CP_USE_ESCAPE] = "code that could not be followed",
    };
    for (size_t i = 0; i < count; i++) {
        cp_site site;
        if (cp_site_of_use(study, &uses[i], node->guard, &site)) {
            cp_push(study->arena, cast->sites, found, room, site);
            continue;
        }
        if (uses[i].kind == CP_USE_COPY && count == 1 && whole)
            cast->copy = uses[i].at;
        if (uses[i].kind == CP_USE_CAST && same_behind(study, cast, uses[i].at)) {
            cast->behind = uses[i].at;
            continue;
        }
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
    cast->hazard = cp_cast_hazard(node->inputs[0].node, 0);
    find_target(study, node, cast);
    if (cast->to == CP_DTYPE_NONE || !cp_dtype_is_float(cast->to))
        return false;
    find_from(study, node, cast);
    find_sites(study, node, cast);
    if (cast->site_count) {
        cp_role role = role_of_parameter(study, &cast->sites[0]);
        cast->role = role != CP_ROLE_NONE ? role : cast->role;
    }
    if (cast->role == CP_ROLE_NONE && cast->copy)
        cast->role = role_of_target(study, cast->copy->call->receiver);
    if (cast->role != CP_ROLE_NONE && cast->copy)
        return true; /* whatever it is: the copy converts it */
    bool worth_a_look = cast->from && !(cast->from & ~(cp_dtypes)FLOATS) &&
                        (cast->from == CP_DTYPES(cast->to) || cp_cast_lost(cast));
    if (cast->role == CP_ROLE_NONE && worth_a_look)
        cast->role = role_of_later_name(study, node);
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

/* Why no rule had anything to say: the first thing that stands in the way. */
static const char *why_unjudged(const cp_study *study, const cp_cast *cast)
{
    if (cast->hazard)
        return cast->hazard;
    if (cast->partly && !cast->site_count)
        return cast->partly;
    if (!cast->site_count)
        return cast->other_use ? cast->other_use : "nothing that uses it is visible";
    if (!cast->only_sites)
        return cast->other_use;
    const cp_site *site = &cast->sites[0];
    cp_range range =
        cp_range_of(study, cast->node->module->source->path, site->entry->package);
    if (!range.count)
        return "no contract is known for the pinned release";
    cp_terms terms = cp_terms_at(site, range.releases[range.count - 1]);
    if (terms.labels)
        return "an output of the call has the dtype that it makes";
    if (terms.coupled)
        return "another argument must have the dtype that it makes";
    if (terms.known && (cast->from & ~terms.accepts))
        return "the kernel needs it";
    return "it is not known in which dtype the kernel computes";
}

static void run_rules(cp_study *study, const cp_node *node)
{
    cp_cast cast;
    if (!cp_cast_of(study, node, &cast))
        return;
    size_t before = study->findings->count;
    cp_check_upcast(study, &cast);
    cp_check_narrow(study, &cast);
    cp_check_noop(study, &cast);
    cp_check_copy(study, &cast);
    cp_check_roundtrip(study, &cast);
    if (study->findings->count > before)
        return;
    cp_unjudged unjudged = {node->module, node->expr->span, why_unjudged(study, &cast)};
    cp_push(study->arena, study->unjudged, study->unjudged_count, study->unjudged_room,
            unjudged);
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
