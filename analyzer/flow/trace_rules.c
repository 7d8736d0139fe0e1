#include "flow/trace_rules.h"

bool cp_trace_shows_storage(cp_str method)
{
    return cp_str_is(method, "data_ptr") || cp_str_is(method, "element_size");
}

bool cp_trace_kept_by_field(const cp_value *held)
{
    for (uint32_t i = 0; i < held->ref_count; i++) {
        cp_ref_kind kind = held->refs[i]->kind;
        if (kind != CP_REF_OBJECT && kind != CP_REF_CLASS && kind != CP_REF_MODULE)
            return false;
    }
    return !held->tensor && !held->plain && (held->unknown || held->ref_count);
}

bool cp_trace_harmless_attr(cp_str name)
{
    static const char *const names[] = {"shape",  "device", "ndim",   "is_cuda", "size",
                                        "stride", "layout", "is_cpu", "is_xpu"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return false;
}

bool cp_trace_seen_elsewhere(const cp_flow_rules *rules, const cp_node *join)
{
    switch (join->join) {
    case CP_JOIN_RETURN:
        if (join->func->outer && join->user_count)
            return false;
        return !join->user_count || !cp_str_starts(join->func->name, CP_STR("_"));
    case CP_JOIN_FIELD:
        return !cp_name_is_routing(rules, join->name);
    case CP_JOIN_GLOBAL:
        return true;
    case CP_JOIN_LOCAL:
    case CP_JOIN_PARAM:
    case CP_JOIN_NAMESAKES:
        break;
    }
    return false;
}
