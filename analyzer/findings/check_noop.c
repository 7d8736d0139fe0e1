#include "findings/cast.h"

void cp_check_noop(cp_study *study, const cp_cast *cast)
{
    if (cast->partly || cast->assumed || cast->from != CP_DTYPES(cast->to))
        return;
    cp_arena *arena = study->arena;
    const cp_site *site = cast->site_count ? &cast->sites[0] : NULL;
    cp_finding *finding = cp_cast_finding(study, cast, "CP102", site);
    finding->message =
        cp_str_printf(arena, "`%.*s` is %s here already", CP_STR_ARGS(finding->tensor),
                      cp_dtype_name(cast->to));
    finding->effect = CP_EFFECT_EXACT;
    if (!cast->moves_device) {
        finding->help = CP_STR("drop the cast");
        return;
    }
    finding->help =
        CP_STR("drop the dtype, and keep the move to the device if it is one");
    finding->change.kind = CP_CHANGE_NONE;
}
