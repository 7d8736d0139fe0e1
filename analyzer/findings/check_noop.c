#include "findings/cast.h"

/*
 * Whether both are one dtype by what the code says: the model's dtype is itself,
 * but it is bfloat16 by assumption only, and the cast may be there for other models.
 */
static bool same_dtype(const cp_cast *cast)
{
    const cp_value *asked = &cast->asked->value;
    return cast->operand->value.tensor == (asked->dtype | asked->tensor);
}

/* The kernel takes more than what the cast makes: who says otherwise is wrong. */
static bool takes_more(const cp_cast *cast, const cp_terms *terms)
{
    return terms->check && (terms->check->accepts & ~CP_DTYPES(cast->to));
}

static void check_remarks(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    cp_judgement judgement = cp_cast_judge(study, cast, takes_more);
    if (!judgement.judged || !judgement.holds)
        return;
    cp_finding_contract(study, finding, &judgement);
    cp_check_comments(study, cast, finding);
}

static void say_same_source(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    const cp_module *module = cast->node->module;
    const cp_expr *asked = cast->asked->expr;
    finding->message = cp_str_printf(
        study->arena, "`%.*s` was made with the dtype that it is cast to%s%.*s%s",
        CP_STR_ARGS(finding->tensor), asked ? ", `" : "",
        CP_STR_ARGS(
            asked ? cp_str_cut(module->source->text, asked->span.start, asked->span.end)
                  : CP_STR("")),
        asked ? "`" : "");
    finding->plan.ground = CP_GROUND_SAME;
    finding->assumption_count = 0; /* it holds for every dtype */
}

/* Functions whose result may have another dtype under autocast. */
static bool is_autocast(const cp_call *call)
{
    static const char *const names[] = {
        "linear", "mm",   "matmul", "bmm", "softmax",  "log_softmax", "sum",   "cumsum",
        "prod",   "norm", "exp",    "pow", "softplus", "normalize",   "einsum"};
    cp_str name = call->external_count ? call->externals[0] : call->method;
    const char *dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;
    if (dot)
        name = cp_str_cut(name, (size_t)(dot + 1 - name.ptr), name.len);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return false;
}

static bool depends_on_autocast(const cp_node *node, const cp_func *func, int depth)
{
    if (depth > 12 || node->func != func)
        return false;
    bool product =
        node->kind == CP_NODE_PROMOTE && node->expr && cp_str_is(node->expr->text, "@");
    if (product || (node->kind == CP_NODE_CALL && is_autocast(node->call)))
        return true;
    for (uint32_t i = 0; i < node->input_count && i < 8; i++)
        if (depends_on_autocast(node->inputs[i].node, func, depth + 1))
            return true;
    return false;
}

/* Models that are trained may be run under autocast: then there is no patch. */
static void mind_autocast(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    const cp_func *func = cast->node->func;
    bool itself = cast->argument && is_autocast(cast->node->call);
    if (!itself && !depends_on_autocast(cast->operand, func, 0))
        return;
    cp_finding_assume(study, finding, CP_STR("it is not run under autocast"));
    if (!cp_models_are_cast(study->flow, cast->node->module))
        return;
    finding->change.kind = CP_CHANGE_NONE;
    finding->help =
        cp_str_printf(study->arena, "%.*s, where the model is not run under autocast",
                      CP_STR_ARGS(finding->help));
}

static void say_known(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    cp_arena *arena = study->arena;
    finding->message =
        cp_str_printf(arena, "`%.*s` is %s here already", CP_STR_ARGS(finding->tensor),
                      cp_dtype_name(cast->to));
    if (!cp_trace_is_local(arena, cast->operand))
        cp_finding_assume(study, finding,
                          CP_STR("the layers and parameters that it comes from keep the "
                                 "dtype that they are made with"));
    const cp_node *param = cp_trace_param(arena, cast->operand);
    if (param)
        cp_finding_assume(study, finding,
                          cp_str_printf(arena,
                                        "every call of %.*s is in what was checked",
                                        CP_STR_ARGS(param->func->qualname)));
}

bool cp_noop_is_sure(const cp_study *study, const cp_cast *cast)
{
    if (!cp_cast_does_nothing(cast))
        return false;
    return cast->same_source ||
           (same_dtype(cast) &&
            cp_trace_is_closed(study->flow, study->arena, cast->operand));
}

void cp_check_noop(cp_study *study, const cp_cast *cast)
{
    if (!cp_noop_is_sure(study, cast))
        return;
    const cp_site *site = cast->site_count ? &cast->sites[0] : NULL;
    cp_finding *finding = cp_cast_finding(study, cast, "CP102", site);
    finding->effect = CP_EFFECT_EXACT;
    if (cast->same_source)
        say_same_source(study, cast, finding);
    else
        say_known(study, cast, finding);
    finding->help =
        cast->argument ? CP_STR("drop the argument") : CP_STR("drop the cast");
    cp_keep_move(cast, finding);
    mind_autocast(study, cast, finding);
    check_remarks(study, cast, finding);
    cp_resting resting = {.finding = finding, .node = cast->node};
    cp_push(study->arena, study->resting, study->resting_count, study->resting_room,
            resting);
}
