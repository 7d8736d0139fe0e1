#include "flow/value.h"

bool cp_value_is_bottom(const cp_value *value)
{
    return !value->tensor && !value->dtype && !value->pointer && !value->ref_count &&
           !value->none && !value->plain && !value->unknown;
}

bool cp_value_only_tensor(const cp_value *value)
{
    return value->tensor && !value->dtype && !value->pointer && !value->ref_count &&
           !value->none && !value->plain && !value->unknown;
}

static bool has_ref(const cp_value *value, const cp_ref *ref)
{
    for (uint32_t i = 0; i < value->ref_count; i++)
        if (value->refs[i] == ref)
            return true;
    return false;
}

bool cp_value_add_ref(cp_arena *arena, cp_value *value, const cp_ref *ref)
{
    if (has_ref(value, ref))
        return false;
    if (value->ref_count >= CP_REFS_MAX) {
        bool first = !value->unknown;
        if (first)
            value->unknown = "more possibilities than are told apart";
        return first;
    }
    /* A value's list may be shared with the value that it was copied from. */
    const cp_ref **refs = cp_new(arena, const cp_ref *, value->ref_count + 1);
    if (value->ref_count)
        memcpy(refs, value->refs, value->ref_count * sizeof *refs);
    refs[value->ref_count] = ref;
    value->refs = refs;
    value->ref_count++;
    return true;
}

bool cp_value_join(cp_arena *arena, cp_value *value, const cp_value *more)
{
    bool grew = (more->tensor & ~value->tensor) || (more->dtype & ~value->dtype) ||
                (more->pointer & ~value->pointer) || (more->none && !value->none) ||
                (more->plain && !value->plain) || (more->unknown && !value->unknown);
    value->tensor |= more->tensor;
    value->dtype |= more->dtype;
    value->pointer |= more->pointer;
    value->none |= more->none;
    value->plain |= more->plain;
    if (!value->unknown)
        value->unknown = more->unknown;
    if (!value->ref_count && more->ref_count) {
        value->refs = more->refs;
        value->ref_count = more->ref_count;
        return true;
    }
    for (uint32_t i = 0; i < more->ref_count; i++)
        grew |= cp_value_add_ref(arena, value, more->refs[i]);
    return grew;
}

cp_str cp_value_text(cp_arena *arena, cp_dtypes set)
{
    cp_str names = cp_dtypes_text(arena, set & CP_CONCRETE);
    if (!(set & CP_SYM_MODEL))
        return names;
    return names.len ? cp_str_printf(arena, "%.*s, the model's dtype", CP_STR_ARGS(names))
                     : CP_STR("the model's dtype");
}
