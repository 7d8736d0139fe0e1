#include "findings/cast.h"

enum { F32 = CP_DTYPES(CP_F32) };

static bool is_in_kernel(const cp_node *node)
{
    return node->func && cp_func_is_kernel(node->func);
}

/* The other side of the arithmetic that the value comes into; NULL where it has none. */
static const cp_node *other_side(const cp_use *use)
{
    const cp_node *at = use->at;
    if (use->kind != CP_USE_COMPUTE || at->kind != CP_NODE_PROMOTE || !at->expr)
        return NULL;
    if (cp_str_is(at->expr->text, "@") || cp_str_is(at->expr->text, "@="))
        return NULL; /* a product of matrices wants one dtype */
    return at->inputs[0].node == use->value ? at->inputs[1].node : at->inputs[0].node;
}

/*
 * Whether the other side was itself cast for this product alone: then both casts say
 * in which dtype to compute, and neither is more redundant than the other.
 */
static bool is_cast_for_it(const cp_study *study, const cp_node *other,
                           const cp_node *product)
{
    const cp_node *source = cp_past_names(other);
    if (source->kind != CP_NODE_CAST)
        return false;
    size_t count;
    bool whole;
    const cp_use *uses = cp_trace_uses(study->flow, study->arena, source, &count, &whole);
    for (size_t i = 0; i < count; i++)
        if (uses[i].at != product)
            return false;
    return whole;
}

/* Whether the arithmetic widens the value to `to` itself, by type promotion. */
static bool promotes(const cp_study *study, const cp_cast *cast, const cp_use *use)
{
    const cp_node *other = other_side(use);
    if (is_in_kernel(use->at))
        return false; /* it costs nothing there, and says in which dtype is computed */
    bool in_place = use->at->kind == CP_NODE_PROMOTE && use->at->index == 0;
    if (!other || (in_place && use->at->inputs[0].node == use->value))
        return false;
    return cp_value_only_tensor(&other->value) &&
           other->value.tensor == CP_DTYPES(cast->to) &&
           (in_place || cp_trace_has_dims(study->flow, other)) &&
           !is_cast_for_it(study, other, use->at) &&
           !cp_trace_comes_from(study->arena, other, cast->node);
}

/* Widened before arithmetic that widens it itself. */
void cp_check_promoted(cp_study *study, const cp_cast *cast)
{
    if (!cast->from || cast->to != CP_F32 || cp_cast_lost(cast) ||
        cp_cast_does_nothing(cast) || cast->argument || cast->hazard ||
        cast->moves_device || cast->site_count || !cast->other_count || !cast->whole)
        return;
    for (uint32_t i = 0; i < cast->other_count; i++)
        if (!promotes(study, cast, &cast->others[i]))
            return;
    const cp_node *other = other_side(&cast->others[0]);
    const cp_node *at = cast->others[0].at;
    cp_finding *finding = cp_cast_finding(study, cast, "CP101", NULL);
    cp_str with = other->expr ? cp_str_cut(other->module->source->text,
                                           other->expr->span.start, other->expr->span.end)
                              : other->name;
    finding->consumer = CP_STR("torch.promote_types");
    finding->parameter = CP_STR("type1");
    finding->message = cp_str_printf(
        study->arena,
        "`%.*s` is %s to %s although the arithmetic with `%.*s`, "
        "which is %s, widens "
        "it itself",
        CP_STR_ARGS(finding->tensor),
        cast->from == CP_DTYPES(cast->to) ? "cast" : "widened", cp_dtype_name(cast->to),
        CP_STR_ARGS(with), cp_dtype_name(cast->to));
    finding->help = CP_STR("use it as it is: the result has the same bits");
    finding->effect = CP_EFFECT_EXACT;
    finding->plan.ground = CP_GROUND_PROMOTED;
    finding->plan.computes = cast->to;
    cp_finding_relate(study, finding,
                      cp_place_of(at->module, at->expr->span,
                                  CP_STR("promotes both sides to float32")));
}

/* How far a product is followed through sums and the like. */
enum { STEPS_MAX = 3 };

static bool is_sum(const cp_node *node)
{
    const cp_call *call = node->kind == CP_NODE_CALL ? node->call : NULL;
    if (!call)
        return false;
    cp_str name = call->receiver              ? call->method
                  : call->external_count == 1 ? call->externals[0]
                                              : (cp_str){"", 0};
    return cp_str_is(name, "sum") || cp_str_ends(name, CP_STR(".sum"));
}

/* Whether all that is made of the product is converted to some dtype afterwards. */
static bool is_cut_later(const cp_study *study, const cp_node *product, int steps,
                         const cp_node **where)
{
    size_t count;
    bool whole;
    cp_use *uses = cp_trace_uses(study->flow, study->arena, product, &count, &whole);
    for (size_t i = 0; i < count; i++) {
        bool converted =
            uses[i].to && !uses[i].to->value.none && uses[i].kind != CP_USE_CONVERT;
        bool summed = uses[i].kind == CP_USE_COMPUTE && is_sum(uses[i].at) &&
                      steps < STEPS_MAX &&
                      is_cut_later(study, uses[i].at, steps + 1, where);
        if (!converted && !summed)
            return false;
        if (converted && !*where)
            *where = uses[i].at;
    }
    return whole && count;
}

typedef enum product_kind {
    NO_PRODUCT,
    IN_PLACE,    /* x.mul_(cast): the result has the dtype of x whatever it is given */
    CUT_LATER,   /* the product is converted afterwards anyway */
    ACCUMULATED, /* added to a variable of a Triton kernel, of the narrow dtype */
} product_kind;

static bool is_in_place_method(const cp_use *use)
{
    static const char *const names[] = {"mul_", "add_", "sub_", "div_"};
    const cp_call *call = use->at->kind == CP_NODE_CALL ? use->at->call : NULL;
    if (use->kind != CP_USE_COMPUTE || !call || !call->receiver || !call->arg_count ||
        call->args[0].node != use->value || call->tied_count)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(call->method, names[i]))
            return true;
    return false;
}

/* Whether the product is added, in a Triton kernel, to something of that dtype. */
static bool is_accumulated(const cp_study *study, const cp_cast *cast,
                           const cp_node *product)
{
    for (uint32_t i = 0; i < product->user_count; i++) {
        const cp_node *sum = product->users[i];
        if (sum->kind != CP_NODE_PROMOTE || sum->index != 0 ||
            sum->inputs[1].node != product)
            continue;
        const cp_node *held = sum->inputs[0].node;
        while (held->kind == CP_NODE_JOIN && held->join == CP_JOIN_LOCAL &&
               held->input_count)
            held = held->inputs[0].node;
        return cp_trace_same_dtype(study->flow, held, cast->asked);
    }
    return false;
}

static product_kind kind_of(const cp_study *study, const cp_cast *cast, const cp_use *use,
                            const cp_node **where)
{
    if (is_in_place_method(use)) {
        *where = use->at;
        return IN_PLACE;
    }
    if (!other_side(use) || use->at->index == 0)
        return NO_PRODUCT;
    if (is_cut_later(study, use->at, 0, where))
        return CUT_LATER;
    if (!is_in_kernel(use->at) || !is_accumulated(study, cast, use->at))
        return NO_PRODUCT;
    *where = use->at;
    return ACCUMULATED;
}

static cp_str asked_text(const cp_cast *cast)
{
    const cp_expr *call = cast->node->expr;
    cp_span span = call->arg_count ? call->args[0].value->span : call->span;
    return cp_str_cut(cast->node->module->source->text, span.start, span.end);
}

static void say_product(cp_study *study, const cp_cast *cast, product_kind kind,
                        const cp_node *where)
{
    static const char *const why[] = {
        [IN_PLACE] =
            "the product in place takes it as it is and rounds once, to the dtype "
            "of what it changes",
        [CUT_LATER] = "the product takes it as it is, and is converted afterwards anyway",
        [ACCUMULATED] = "the product takes it as it is",
    };
    cp_arena *arena = study->arena;
    cp_finding *finding = cp_cast_finding(study, cast, "CP104", NULL);
    cp_str to =
        cast->to != CP_DTYPE_NONE
            ? cp_str_printf(arena, "narrowed to %s", cp_dtype_name(cast->to))
            : cp_str_printf(arena, "cast to `%.*s`", CP_STR_ARGS(asked_text(cast)));
    finding->consumer =
        is_in_kernel(where) ? CP_STR("triton.language.mul") : CP_STR("torch.mul");
    finding->parameter = CP_STR("other");
    finding->message = cp_str_printf(
        arena, "`%.*s` can be float32 and is %.*s before it is multiplied: %s",
        CP_STR_ARGS(finding->tensor), CP_STR_ARGS(to), why[kind]);
    finding->help =
        CP_STR("multiply with it as it is: the same experts, and weights that are not "
               "rounded before they are used");
    finding->effect = CP_EFFECT_SAME_EXPERTS;
    finding->plan.ground = CP_GROUND_WEIGHED;
    if (kind == ACCUMULATED) {
        finding->change.kind = CP_CHANGE_NONE;
        finding->help = CP_STR("keep the weight and the sum in float32: one without the "
                               "other would change the dtype of the sum within the loop");
    } else if (kind == CUT_LATER) {
        finding->change.kind = CP_CHANGE_NONE;
        finding->help =
            CP_STR("multiply with it as it is, if the product, which then is "
                   "float32 until it is converted, may take twice the memory");
    }
    if (cast->to == CP_DTYPE_NONE)
        cp_finding_assume(study, finding,
                          CP_STR("the cast narrows: where it does not, it does nothing"));
    cp_finding_relate(study, finding,
                      cp_place_of(where->module, where->expr->span,
                                  kind == CUT_LATER ? CP_STR("converted here anyway")
                                                    : CP_STR("multiplied here")));
    cp_keep_move(cast, finding);
}

/* A top-k weight rounded before it is multiplied, where nothing asks for that. */
void cp_check_product(cp_study *study, const cp_cast *cast)
{
    bool narrows = cast->to == CP_DTYPE_NONE || cp_cast_lost(cast);
    if (cast->role != CP_ROLE_TOPK_WEIGHTS || !(cast->from & F32) || !narrows ||
        cast->assumed || cast->hazard || cast->argument || cp_cast_does_nothing(cast) ||
        cast->site_count || !cast->other_count || !cast->whole || cast->later_count)
        return;
    product_kind kind = NO_PRODUCT;
    const cp_node *where = NULL;
    for (uint32_t i = 0; i < cast->other_count; i++) {
        product_kind here = kind_of(study, cast, &cast->others[i], &where);
        if (here == NO_PRODUCT)
            return;
        kind = here > kind ? here : kind;
    }
    say_product(study, cast, kind, where);
}
