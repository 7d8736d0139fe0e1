#include "findings/cast.h"

/* What decides whether a join is known to cope with what the narrowing takes away. */
typedef struct round_trip {
    const cp_study *study;
    cp_dtypes loses;
    const cp_node *other; /* a value of such a dtype that some join is given besides */
} round_trip;

static bool crosses_functions(const cp_node *join)
{
    return join->join == CP_JOIN_PARAM || join->join == CP_JOIN_FIELD;
}

/* Behind a field, and in one function of several, it is not known which value it is. */
static bool is_mixed(const cp_node *join, const cp_node *value, void *data)
{
    (void)value;
    (void)data;
    return join->join == CP_JOIN_FIELD || join->picked;
}

/* Other code hands the same parameter a wide value: what is behind it takes that. */
static bool takes_wide_already(const cp_node *join, const cp_node *value, void *data)
{
    round_trip *trip = data;
    if (!crosses_functions(join))
        return false;
    for (uint32_t i = 0; i < join->input_count; i++) {
        const cp_node *input = join->inputs[i].node;
        if (input == value || !(input->value.tensor & trip->loses))
            continue;
        trip->other = input;
        return true;
    }
    return false;
}

/* A cast on the way that makes a dtype which holds all that was taken away. */
static bool widens_again(const round_trip *trip, const cp_use *use)
{
    if (use->kind != CP_USE_CAST)
        return false;
    const cp_value *to = &use->at->inputs[1].node->value;
    for (int d = 0; d < CP_DTYPE_COUNT; d++)
        if (to->dtype == CP_DTYPES(d) && !to->unknown &&
            cp_dtype_holds_all((cp_dtype)d, trip->loses))
            return true;
    return false;
}

/* Those casts, each once, in the order of the walk. */
static size_t find_widenings(const round_trip *trip, const cp_reach *reach,
                             const cp_node ***again)
{
    size_t count = 0, room = 0;
    for (size_t i = 0; i < reach->use_count; i++) {
        const cp_node *at = reach->uses[i].at;
        bool known = !widens_again(trip, &reach->uses[i]);
        for (size_t k = 0; k < count && !known; k++)
            known = (*again)[k] == at;
        if (!known)
            cp_push(trip->study->arena, *again, count, room, at);
    }
    return count;
}

/* The parameter that takes it, where it is one of router logits by its name; or NULL. */
static const cp_node *are_logits(const cp_study *study, const cp_reach *reach)
{
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    for (size_t i = 0; i < reach->stop_count; i++)
        if (cp_map_get(&rules->logits, reach->stops[i]->name))
            return reach->stops[i];
    return NULL;
}

/* Objects may be told elsewhere, in a field NAME_dtype, which dtype to be ready for. */
static cp_str declared_by(const cp_study *study, const cp_reach *reach)
{
    for (size_t i = 0; i < reach->stop_count; i++) {
        cp_str field =
            cp_str_printf(study->arena, "%.*s_dtype", CP_STR_ARGS(reach->stops[i]->name));
        if (cp_flow_has_field(study->flow, field))
            return field;
    }
    return CP_STR("");
}

/* What a function gives, where some caller of it is visible. */
static bool is_followed_return(const cp_use *use)
{
    return use->kind == CP_USE_ESCAPE && use->at->kind == CP_NODE_JOIN &&
           use->at->join == CP_JOIN_RETURN && use->at->user_count;
}

/* Whether every use before the joins that take it wide is another cast. */
static bool nothing_needs_it(const cp_reach *reach)
{
    for (size_t i = 0; i < reach->use_count; i++)
        if (reach->uses[i].kind != CP_USE_CAST && !is_followed_return(&reach->uses[i]))
            return false;
    return reach->whole && reach->stop_count;
}

/* Whether it comes to a function that the model chose: others may have chosen others. */
static bool is_chosen(const cp_reach *far)
{
    for (size_t i = 0; i < far->stop_count; i++)
        if (far->stops[i]->handed)
            return true;
    return false;
}

/* More places of widening than this are counted, not shown. */
enum { SHOWN_MAX = 4 };

/* What a name was bound to: something to point at. */
static const cp_node *with_source(const cp_node *node)
{
    for (int steps = 0; node && !node->expr && steps < 8; steps++)
        node = node->input_count ? node->inputs[0].node : NULL;
    return node && node->expr && node->module ? node : NULL;
}

static void report(cp_study *study, const cp_cast *cast, const round_trip *trip,
                   const cp_node *const *again, size_t count)
{
    cp_arena *arena = study->arena;
    cp_finding *finding = cp_cast_finding(study, cast, "CP103", NULL);
    cp_place place =
        cp_place_of(again[0]->module, again[0]->expr->span, CP_STR("widened again here"));
    cp_str more = count > 1 ? cp_str_printf(arena, " and %zu more place%s", count - 1,
                                            count > 2 ? "s" : "")
                            : CP_STR("");
    finding->message = cp_str_printf(
        arena,
        "`%.*s` can be %.*s, is narrowed to %s, and is widened again at %.*s:%u%.*s",
        CP_STR_ARGS(
            cp_str_next(&(cp_str){finding->tensor.ptr, finding->tensor.len}, '\n')),
        CP_STR_ARGS(cp_dtypes_or(arena, trip->loses)), cp_dtype_name(cast->to),
        CP_STR_ARGS(place.path), place.line, CP_STR_ARGS(more));
    finding->help = CP_STR("pass it as it is: what it goes to is given unrounded values "
                           "by other code, and experts are then chosen by those");
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++)
        cp_finding_relate(study, finding,
                          cp_place_of(again[i]->module, again[i]->expr->span,
                                      CP_STR("widened again here")));
    const cp_node *other = with_source(trip->other);
    if (other)
        cp_finding_relate(study, finding,
                          cp_place_of(other->module, other->expr->span,
                                      CP_STR("the same consumers are given it unrounded "
                                             "from here")));
    finding->effect = CP_EFFECT_CHANGES_EXPERTS;
    finding->plan.computes = CP_F32;
}

/* Narrowed for a parameter that other code gives unrounded values. */
static void report_narrowed(cp_study *study, const cp_cast *cast, const round_trip *trip,
                            const cp_node *logits, cp_str declared)
{
    cp_arena *arena = study->arena;
    const cp_node *other = with_source(trip->other);
    if (!logits->func || !other)
        return;
    cp_finding *finding = cp_cast_finding(study, cast, "CP104", NULL);
    finding->consumer = logits->func->qualname;
    finding->parameter = logits->name;
    finding->message = cp_str_printf(
        arena,
        "`%.*s` can be %.*s and is narrowed to %s although %.*s is given its %.*s as "
        "%.*s "
        "by other code",
        CP_STR_ARGS(
            cp_str_next(&(cp_str){finding->tensor.ptr, finding->tensor.len}, '\n')),
        CP_STR_ARGS(cp_dtypes_or(arena, trip->loses)), cp_dtype_name(cast->to),
        CP_STR_ARGS(finding->consumer), CP_STR_ARGS(finding->parameter),
        CP_STR_ARGS(cp_dtypes_or(arena, trip->loses)));
    finding->help =
        CP_STR("pass it as it is: experts are then chosen by unrounded values");
    finding->effect = CP_EFFECT_CHANGES_EXPERTS;
    finding->plan.computes = CP_F32;
    cp_finding_relate(study, finding,
                      cp_place_of(other->module, other->expr->span,
                                  CP_STR("given unrounded from here")));
    if (!declared.len)
        return;
    finding->change.kind = CP_CHANGE_NONE; /* two changes that need each other */
    finding->help = cp_str_printf(
        arena, "%.*s. No patch: see that the receiver is made with %.*s to match",
        CP_STR_ARGS(finding->help), CP_STR_ARGS(declared));
}

/* Widened, and every use casts on: each of those casts gives the same without it. */
static void check_wide_and_back(cp_study *study, const cp_cast *cast)
{
    if (cast->partly || cast->assumed || cast->moves_device || cast->hazard ||
        cast->from == CP_DTYPES(cast->to))
        return;
    cp_reach reach = cp_trace_reach(study->flow, study->arena, cast->node, NULL);
    if (!reach.whole || !reach.use_count)
        return;
    bool narrows = false;
    for (size_t i = 0; i < reach.use_count; i++) {
        if (reach.uses[i].kind != CP_USE_CAST)
            return;
        narrows |= !cp_cast_same_dtype(study, cast, &reach.uses[i]);
    }
    if (!narrows)
        return; /* each makes what this one makes: redundant, and told as that */
    const cp_node *next = reach.uses[0].at;
    cp_finding *finding = cp_cast_finding(study, cast, "CP103", NULL);
    cp_place place =
        cp_place_of(next->module, next->expr->span, CP_STR("the cast behind it"));
    finding->message = cp_str_printf(
        study->arena, "`%.*s` is widened to %s only to be cast again at %.*s:%u",
        CP_STR_ARGS(finding->tensor), cp_dtype_name(cast->to), CP_STR_ARGS(place.path),
        place.line);
    finding->help = CP_STR("cast it once: widening first changes no bit of the result");
    finding->effect = CP_EFFECT_EXACT;
    finding->plan.computes = cast->to;
    cp_finding_relate(study, finding, place);
    const cp_value *back = &next->inputs[1].node->value;
    if (cp_dtypes_assume(back->dtype | back->tensor, study->model) != cast->from)
        return;
    finding->help = CP_STR("drop both casts: the value has the dtype of the second one "
                           "before the first");
    finding->change.kind = CP_CHANGE_NONE; /* two changes that need each other */
}

/* What else takes the value, and of which nothing is known, must take it wide too. */
static void name_unknown_sinks(cp_study *study, const cp_reach *far, cp_finding *finding)
{
    enum { NAMED_MAX = 3 };
    cp_str named[NAMED_MAX];
    uint32_t count = 0;
    for (size_t i = 0; i < far->use_count && count < NAMED_MAX; i++) {
        cp_str dotted = far->uses[i].dotted;
        bool known = far->uses[i].kind != CP_USE_SINK || !dotted.len ||
                     cp_contracts_entry(study->contracts, dotted);
        for (uint32_t k = 0; k < count; k++)
            known |= cp_str_eq(named[k], dotted);
        if (known)
            continue;
        named[count++] = dotted;
        cp_finding_assume(study, finding,
                          cp_str_printf(study->arena,
                                        "%.*s, of whose contract nothing is known, takes "
                                        "it unrounded as well, or is not used",
                                        CP_STR_ARGS(dotted)));
    }
}

/* Narrowed, and widened again by code that is given unrounded values by others. */
static void check_narrow_and_back(cp_study *study, const cp_cast *cast, cp_dtypes loses)
{
    round_trip trip = {.study = study, .loses = loses};
    if (cast->assumed || cast->moves_device || cast->hazard ||
        (cast->site_count && cast->only_sites) || cast->role != CP_ROLE_ROUTER_LOGITS)
        return;
    const cp_reach_options options = {.stop = takes_wide_already, .data = &trip};
    cp_reach near = cp_trace_reach(study->flow, study->arena, cast->node, &options);
    const cp_node *logits = are_logits(study, &near);
    if (!nothing_needs_it(&near) || !logits)
        return;
    cp_str declared = declared_by(study, &near);
    const cp_reach_options told = {.stop = is_mixed};
    cp_reach far = cp_trace_reach(study->flow, study->arena, cast->node, &told);
    const cp_node **again = NULL;
    size_t count = find_widenings(&trip, &far, &again);
    if ((!count || declared.len) && !is_chosen(&far))
        report_narrowed(study, cast, &trip, logits, declared);
    if (!count || declared.len)
        return;
    report(study, cast, &trip, again, count);
    name_unknown_sinks(study, &far, study->findings->items[study->findings->count - 1]);
    for (size_t i = 0; i < near.use_count; i++)
        if (is_followed_return(&near.uses[i]))
            cp_finding_assume(
                study, study->findings->items[study->findings->count - 1],
                cp_str_printf(study->arena, "%.*s is called only where that is visible",
                              CP_STR_ARGS(near.uses[i].at->func->qualname)));
}

void cp_check_roundtrip(cp_study *study, const cp_cast *cast)
{
    cp_dtypes loses = cp_cast_lost(cast);
    if (loses)
        check_narrow_and_back(study, cast, loses);
    else
        check_wide_and_back(study, cast);
}
