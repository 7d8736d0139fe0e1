#include "findings/cast.h"

/*
 * Whether both are one dtype by what the code says: the model's dtype is itself,
 * but it is bfloat16 by assumption only, and the cast may be there for other models.
 */
static bool same_dtype(const cp_node *node)
{
    const cp_value *operand = &node->inputs[0].node->value;
    const cp_value *asked = &node->inputs[1].node->value;
    return operand->tensor == (asked->dtype | asked->tensor);
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

void cp_check_noop(cp_study *study, const cp_cast *cast)
{
    if (cast->partly || cast->assumed || cast->from != CP_DTYPES(cast->to) ||
        !same_dtype(cast->node) ||
        !cp_trace_is_closed(study->flow, study->arena, cast->node->inputs[0].node))
        return;
    cp_arena *arena = study->arena;
    const cp_site *site = cast->site_count ? &cast->sites[0] : NULL;
    cp_finding *finding = cp_cast_finding(study, cast, "CP102", site);
    finding->message =
        cp_str_printf(arena, "`%.*s` is %s here already", CP_STR_ARGS(finding->tensor),
                      cp_dtype_name(cast->to));
    finding->effect = CP_EFFECT_EXACT;
    if (!cp_trace_is_local(arena, cast->node->inputs[0].node))
        cp_finding_assume(study, finding,
                          CP_STR("the layers and parameters that it comes from keep the "
                                 "dtype that they are made with"));
    const cp_node *param = cp_trace_param(arena, cast->node->inputs[0].node);
    if (param)
        cp_finding_assume(study, finding,
                          cp_str_printf(arena,
                                        "every call of %.*s is in what was checked",
                                        CP_STR_ARGS(param->func->qualname)));
    finding->help = CP_STR("drop the cast");
    cp_keep_move(cast, finding);
    check_remarks(study, cast, finding);
}
