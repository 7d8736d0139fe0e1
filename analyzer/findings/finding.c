#include "findings/finding.h"

#include <stdlib.h>

const char *cp_role_name(cp_role role)
{
    switch (role) {
    case CP_ROLE_ROUTER_LOGITS:
        return "router_logits";
    case CP_ROLE_ROUTING_BIAS:
        return "routing_bias";
    case CP_ROLE_TOPK_WEIGHTS:
        return "topk_weights";
    case CP_ROLE_GATE_INPUT:
        return "gate_input";
    case CP_ROLE_GATE_OUTPUT:
        return "gate_output";
    case CP_ROLE_NONE:
        break;
    }
    return "";
}

const char *cp_effect_name(cp_effect effect)
{
    switch (effect) {
    case CP_EFFECT_EXACT:
        return "exact";
    case CP_EFFECT_SAME_EXPERTS:
        return "same-experts";
    case CP_EFFECT_CHANGES_EXPERTS:
        return "changes-experts";
    case CP_EFFECT_BREAKS_CONTRACT:
        return "breaks-contract";
    case CP_EFFECT_UNPROVED:
        break;
    }
    return "unproved";
}

cp_finding *cp_findings_new(cp_findings *findings, const char *code,
                            const cp_module *module, cp_span span)
{
    cp_finding *finding = cp_new(findings->arena, cp_finding, 1);
    *finding = (cp_finding){
        .code = cp_str_of(code),
        .module = module,
        .span = span,
        .to = CP_DTYPE_NONE,
        .effect = CP_EFFECT_UNPROVED, /* nobody has said more yet */
        .plan = {.cast_to = CP_DTYPE_NONE,
                 .computes = CP_DTYPE_NONE,
                 .rounds_to = CP_DTYPE_NONE},
    };
    findings->items = cp_arena_grow(findings->arena, findings->items, findings->count,
                                    &findings->room, sizeof(cp_finding *));
    findings->items[findings->count++] = finding;
    return finding;
}

static int by_number(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* What comes after the code only keeps equal places in one order on every run. */
static int by_place(const void *left, const void *right)
{
    const cp_finding *a = *(cp_finding *const *)left;
    const cp_finding *b = *(cp_finding *const *)right;
    int order = cp_str_cmp(a->module->source->path, b->module->source->path);
    if (!order)
        order = by_number(a->span.start, b->span.start);
    if (!order)
        order = cp_str_cmp(a->code, b->code);
    if (!order)
        order = by_number(a->span.end, b->span.end);
    if (!order)
        order = cp_str_cmp(a->consumer, b->consumer);
    if (!order)
        order = cp_str_cmp(a->parameter, b->parameter);
    return order ? order : cp_str_cmp(a->message, b->message);
}

void cp_findings_sort(cp_findings *findings)
{
    if (findings->count > 1)
        qsort(findings->items, findings->count, sizeof(cp_finding *), by_place);
}

cp_place cp_place_stated(cp_str stated, cp_str what)
{
    cp_place place = {.path = stated, .what = what};
    size_t colon = stated.len;
    uint32_t line = 0, unit = 1;
    while (colon && stated.ptr[colon - 1] >= '0' && stated.ptr[colon - 1] <= '9') {
        line += (uint32_t)(stated.ptr[--colon] - '0') * unit;
        unit *= 10;
    }
    if (colon > 1 && colon < stated.len && stated.ptr[colon - 1] == ':') {
        place.path = cp_str_cut(stated, 0, colon - 1);
        place.line = place.end_line = line;
    }
    return place;
}
