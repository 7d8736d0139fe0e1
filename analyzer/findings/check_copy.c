#include "findings/cast.h"

/* A cast to the dtype of the tensor that the value is then copied into. */
void cp_check_copy(cp_study *study, const cp_cast *cast)
{
    if (!cast->copy || cast->moves_device || cast->hazard)
        return;
    const cp_value *target = &cast->copy->call->receiver->value;
    cp_dtypes held = cp_dtypes_assume(target->tensor, 0);
    if (target->unknown || target->tensor != held || held != CP_DTYPES(cast->to) ||
        (!cast->partly && cast->from == CP_DTYPES(cast->to)))
        return; /* the last: a cast that does nothing is another rule's */
    cp_arena *arena = study->arena;
    cp_finding *finding = cp_cast_finding(study, cast, "CP101", NULL);
    finding->consumer = CP_STR("torch.Tensor.copy_");
    finding->parameter = CP_STR("src");
    finding->message = cp_str_printf(
        arena,
        "`%.*s` is cast to %s before it is copied into a tensor of that dtype: the copy "
        "converts it itself",
        CP_STR_ARGS(finding->tensor), cp_dtype_name(cast->to));
    finding->help = CP_STR("copy it as it is: the tensor gets the same bits");
    finding->effect = CP_EFFECT_EXACT;
    finding->plan.copied = true;
    finding->assumption_count = 0; /* it holds for every dtype that reaches the cast */
}
