#include "findings/cast.h"

/* Whether each of the later conversions is a copy into a tensor of the cast's dtype. */
static bool is_only_copied(const cp_study *study, const cp_cast *cast)
{
    for (uint32_t i = 0; i < cast->later_count; i++)
        if (cast->later[i].kind != CP_USE_COPY ||
            !cp_cast_same_dtype(study, cast, &cast->later[i]))
            return false;
    return true;
}

/* Whether some later conversion takes away what the cast added: CP103 says that. */
static bool is_narrowed_later(const cp_study *study, const cp_cast *cast)
{
    for (uint32_t i = 0; i < cast->later_count; i++) {
        const cp_value *to = &cast->later[i].to->value;
        cp_dtypes dtypes =
            cp_dtypes_assume(to->dtype | to->tensor | to->pointer, study->model);
        bool wide = false;
        for (int d = 0; d < CP_DTYPE_COUNT; d++)
            wide |= dtypes == CP_DTYPES(d) && cp_dtype_holds((cp_dtype)d, cast->to);
        if (!wide || to->unknown)
            return true;
    }
    return false;
}

static cp_str name_of_use(const cp_use *use)
{
    const cp_call *call = use->at->kind == CP_NODE_CALL ? use->at->call : NULL;
    if (use->kind == CP_USE_COPY && call && call->receiver && !call->external_count)
        return CP_STR("torch.Tensor.copy_");
    if (call && call->external_count)
        return call->externals[0];
    return use->kind == CP_USE_COPY ? CP_STR("torch.Tensor.__setitem__")
           : call                   ? CP_STR("torch.Tensor.softmax")
                                    : CP_STR("torch.Tensor.to");
}

static cp_str parameter_of_use(const cp_use *use)
{
    const cp_call *call = use->at->kind == CP_NODE_CALL ? use->at->call : NULL;
    if (use->kind != CP_USE_COPY)
        return CP_STR("input");
    return call && call->receiver ? CP_STR("src") : CP_STR("value");
}

static void say_copied(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    bool tensor = cast->later[0].at->kind != CP_NODE_CALL ||
                  cast->later[0].at->call->receiver != NULL;
    cp_str to = cast->to != CP_DTYPE_NONE ? cp_str_of(cp_dtype_name(cast->to))
                                          : CP_STR("the dtype of another tensor");
    finding->message = cp_str_printf(
        study->arena,
        "`%.*s` is cast to %.*s before it is %s a tensor of that dtype: the %s converts "
        "it itself",
        CP_STR_ARGS(finding->tensor), CP_STR_ARGS(to),
        tensor ? "copied into" : "stored into", tensor ? "copy" : "store");
    finding->help = CP_STR("copy it as it is: the tensor gets the same bits");
    finding->plan.ground = CP_GROUND_COPIED;
    finding->assumption_count = 0; /* it holds for every dtype that reaches the cast */
}

static void say_converted(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    const cp_use *first = &cast->later[0];
    cp_place place = cp_place_of(first->at->module, first->at->expr->span,
                                 CP_STR("converts it itself"));
    cp_str more = cast->later_count > 1
                      ? cp_str_printf(study->arena, ", as do the %u other uses",
                                      cast->later_count - 1)
                      : CP_STR("");
    if (cast->later_count == 2)
        more = CP_STR(", as does the other use");
    finding->message = cp_str_printf(
        study->arena,
        "`%.*s` is %s to %s although %.*s at %.*s:%u converts it itself%.*s",
        CP_STR_ARGS(finding->tensor),
        cast->from == CP_DTYPES(cast->to) ? "cast" : "widened", cp_dtype_name(cast->to),
        CP_STR_ARGS(finding->consumer), CP_STR_ARGS(place.path), place.line,
        CP_STR_ARGS(more));
    finding->plan.ground = CP_GROUND_CONVERTED;
    finding->help =
        CP_STR("pass it as it is: widening first changes no bit of the result");
    for (uint32_t i = 0; i < cast->later_count && i < 4; i++) {
        const cp_node *at = cast->later[i].at;
        if (at->expr && at->module)
            cp_finding_relate(study, finding,
                              cp_place_of(at->module, at->expr->span,
                                          CP_STR("converts it itself: to be kept")));
    }
}

/* What must stay if this cast goes: the casts that then do its work. */
static void rest_on_later(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    cp_resting resting = {finding, cast->node,
                          cp_new(study->arena, const cp_node *, cast->later_count),
                          cast->later_count};
    for (uint32_t i = 0; i < cast->later_count; i++)
        resting.stays[i] = cast->later[i].at;
    cp_push(study->arena, study->resting, study->resting_count, study->resting_room,
            resting);
}

void cp_check_later(cp_study *study, const cp_cast *cast)
{
    if (!cast->only_sites || cast->site_count || !cast->later_count || cast->argument ||
        cast->moves_device || cast->hazard || cp_cast_does_nothing(cast))
        return;
    bool copied = is_only_copied(study, cast);
    bool alike = true; /* each makes what this one makes: then any dtype may come */
    for (uint32_t i = 0; i < cast->later_count; i++)
        alike &= cp_cast_same_dtype(study, cast, &cast->later[i]);
    bool widens = cast->from && cast->to != CP_DTYPE_NONE &&
                  (!cast->partly || cast->assumed || alike) &&
                  cp_dtype_holds_all(cast->to, cast->from);
    if (!copied && (!widens || is_narrowed_later(study, cast)))
        return;
    cp_finding *finding = cp_cast_finding(study, cast, "CP101", NULL);
    finding->consumer = name_of_use(&cast->later[0]);
    finding->parameter = parameter_of_use(&cast->later[0]);
    finding->effect = CP_EFFECT_EXACT;
    finding->plan.computes = cast->to;
    if (copied)
        say_copied(study, cast, finding);
    else
        say_converted(study, cast, finding);
    rest_on_later(study, cast, finding);
}
