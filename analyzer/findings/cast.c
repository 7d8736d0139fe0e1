#include "findings/cast.h"

enum {
    FLOATS =
        CP_DTYPES(CP_F64) | CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16) | CP_DTYPES(CP_F16)
};

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

static void find_target(const cp_study *study, cp_cast *cast)
{
    const cp_value *asked = &cast->asked->value;
    cp_dtypes to = asked->dtype | asked->tensor;
    cast->uses_model |= (to & CP_SYM_MODEL) != 0;
    cast->to = CP_DTYPE_NONE;
    if (!asked->unknown && !asked->plain && !asked->none)
        cast->to = only_dtype(cp_dtypes_assume(to, study->model));
    if (cast->argument)
        return;
    /* `.to(other)` and `.to(device, dtype)` move as well; `.float()` does not. */
    cast->moves_device = asked->tensor != 0;
    const cp_expr *call = cast->node->expr;
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

/* Router logits, and what is widened to float32, are not wider than that. */
static bool may_be_assumed(const cp_cast *cast)
{
    return cast->role == CP_ROLE_ROUTER_LOGITS ||
           (cast->role != CP_ROLE_NONE && cast->to == CP_F32);
}

static void find_from(const cp_study *study, cp_cast *cast)
{
    const cp_value *operand = &cast->operand->value;
    cast->from = cp_dtypes_assume(operand->tensor, study->model);
    bool confused = false;
    cast->from =
        left_by_guards(study->flow, cast->node, cast->value, cast->from, &confused);
    cast->uses_model |= (operand->tensor & CP_SYM_MODEL) != 0;
    cast->partly = operand->unknown;
    if (cast->partly) /* what was mixed in by a name that means something else too */
        cast->from &= FLOATS;
    if (confused)
        cast->from = 0;
    else if (!cast->from && !operand->tensor && may_be_assumed(cast)) {
        cast->from = study->model | CP_DTYPES(CP_F32);
        cast->assumed = cast->uses_model = true;
    }
}

bool cp_cast_same_dtype(const cp_study *study, const cp_cast *cast, const cp_use *use)
{
    const cp_value *asked = &use->to->value;
    cp_dtypes to = cp_dtypes_assume(asked->dtype | asked->tensor | asked->pointer, 0);
    bool known = !asked->unknown && !(asked->tensor & CP_SYM_MODEL);
    return (known && cast->to != CP_DTYPE_NONE && to == CP_DTYPES(cast->to)) ||
           cp_trace_same_dtype(study->flow, use->to, cast->asked);
}

/*
 * Whether what converts the result again gives the same without the cast: always
 * where the cast only widens, else where both make the same dtype.
 */
static bool converts_alike(const cp_study *study, const cp_cast *cast, const cp_use *use)
{
    if (!use->to)
        return false;
    bool widens = cast->from && cast->to != CP_DTYPE_NONE &&
                  cp_dtype_holds_all(cast->to, cast->from);
    return widens || cp_cast_same_dtype(study, cast, use);
}

/* An assert about the dtype that what comes without the cast meets as well. */
static bool is_met_without(const cp_cast *cast, const cp_use *use)
{
    return use->kind == CP_USE_DTYPE && use->at->asserted && cast->from &&
           !(cast->from & ~use->at->asserted);
}

static void find_uses(const cp_study *study, cp_cast *cast)
{
    size_t count, room = 0, later_room = 0, other_room = 0;
    size_t found = 0, later = 0, others = 0;
    bool whole;
    cp_use *uses = cp_trace_uses(study->flow, study->arena, cast->node, &count, &whole);
    cast->other_use = whole ? NULL : "it goes to more places than were followed";
    static const char *const why[] = {
        [CP_USE_SINK] = "code outside the tree whose contract is not known",
        [CP_USE_COMPUTE] = "arithmetic in the dtype that the cast makes",
        [CP_USE_CAST] = "another cast",
        [CP_USE_CONVERT] = "a function that casts it again",
        [CP_USE_DTYPE] = "code that asks for its dtype",
        [CP_USE_COPY] = "a copy into another tensor",
        [CP_USE_ESCAPE] = "code that could not be followed",
    };
    for (size_t i = 0; i < count; i++) {
        cp_site site;
        if (is_met_without(cast, &uses[i]))
            continue;
        if (cp_site_of_use(study, &uses[i], cast->node->guard, &site)) {
            cp_push(study->arena, cast->sites, found, room, site);
        } else if (converts_alike(study, cast, &uses[i])) {
            cp_push(study->arena, cast->later, later, later_room, uses[i]);
        } else {
            cp_push(study->arena, cast->others, others, other_room, uses[i]);
            if (!cast->other_use)
                cast->other_use = why[uses[i].kind];
        }
    }
    cast->site_count = (uint32_t)found;
    cast->later_count = (uint32_t)later;
    cast->other_count = (uint32_t)others;
    cast->whole = whole;
    cast->only_sites = whole && !others;
}

/* x.to(…) and its like: what is cast, and what names the dtype. */
static bool find_parts(const cp_study *study, cp_cast *cast)
{
    const cp_node *node = cast->node;
    if (node->kind == CP_NODE_CALL) {
        const cp_argument *value = NULL;
        uint32_t index;
        cast->asked =
            cp_trace_converting(study->flow, node, &cast->operand, &value, &index);
        if (!cast->asked)
            return false;
        cast->argument = &node->expr->args[index];
        cast->value = value ? value->expr : node->expr->kids[0]->kids[0];
        return true;
    }
    const cp_expr *callee = node->expr->kids[0];
    if (node->expr->kind != CP_EXPR_CALL || callee->kind != CP_EXPR_ATTR)
        return false;
    cast->value = callee->kids[0];
    cast->operand = node->inputs[0].node;
    cast->asked = node->inputs[1].node;
    return true;
}

/* The tensor that all uses copy it into, or one of them; NULL where some do not. */
static const cp_node *copied_into(const cp_cast *cast)
{
    for (uint32_t i = 0; i < cast->later_count; i++)
        if (cast->later[i].kind != CP_USE_COPY)
            return NULL;
    return cast->only_sites && !cast->site_count && cast->later_count ? cast->later[0].to
                                                                      : NULL;
}

bool cp_cast_of(const cp_study *study, const cp_node *node, cp_cast *cast)
{
    *cast = (cp_cast){.node = node};
    if (!find_parts(study, cast))
        return false;
    cast->role = cp_role_of_value(study, cast);
    cast->hazard = cp_cast_hazard(cast->operand, 0);
    cast->same_source = cp_trace_same_dtype(study->flow, cast->operand, cast->asked);
    find_target(study, cast);
    bool known = cast->to != CP_DTYPE_NONE;
    if ((known && !cp_dtype_is_float(cast->to)) ||
        (!known && cast->argument && !cast->same_source))
        return false;
    find_from(study, cast);
    find_uses(study, cast);
    if (cast->site_count) {
        cp_role role = cp_role_of_parameter(study, &cast->sites[0]);
        cast->role = role != CP_ROLE_NONE ? role : cast->role;
    }
    const cp_node *target = copied_into(cast);
    if (cast->role == CP_ROLE_NONE && target)
        cast->role = cp_role_of_target(study, target);
    if (cast->role == CP_ROLE_NONE)
        cast->role = cp_role_of_origin(study, cast);
    if (cast->role == CP_ROLE_NONE)
        cast->role = cp_role_of_dtype(study, cast);
    bool floats = cast->from && !(cast->from & ~(cp_dtypes)FLOATS);
    if (cast->role == CP_ROLE_NONE && (floats || cast->same_source))
        cast->role = cp_role_of_later(study, node);
    if (cast->role == CP_ROLE_NONE && (floats || cast->same_source))
        cast->role = cp_role_of_local(study, cast);
    if (cast->role == CP_ROLE_NONE)
        return false;
    find_from(study, cast);
    return !(cast->from & ~(cp_dtypes)FLOATS);
}

bool cp_cast_does_nothing(const cp_cast *cast)
{
    return cast->same_source ||
           (!cast->partly && !cast->assumed && cast->to != CP_DTYPE_NONE &&
            cast->from == CP_DTYPES(cast->to));
}
