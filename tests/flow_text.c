#include "flow_text.h"

static const char imports[] = "import torch\n"
                              "import torch.nn as nn\n"
                              "import torch.nn.functional as F\n"
                              "import other\n"
                              "from flashinfer.fused_moe import kernel\n";

flow_text flow_text_of(cp_arena *arena, const char *code)
{
    cp_str text = cp_str_printf(arena, "%s%s", imports, code);
    cp_project *project = cp_project_of_text(CP_STR("a.py"), text);
    const cp_flow_rules *rules = cp_flow_rules_bundled(cp_project_arena(project));
    return (flow_text){arena, project, cp_flow_new(project, rules)};
}

void flow_text_end(flow_text *t)
{
    cp_project_dispose(t->project);
    t->project = NULL;
}

cp_node *flow_text_cast(const flow_text *t, const char *cast)
{
    cp_node *found = NULL;
    size_t count;
    cp_node *const *casts = cp_flow_casts(t->flow, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_expr *expr = casts[i]->expr;
        cp_str code = {expr->code, expr->span.end - expr->span.start};
        if (cp_str_is(code, cast))
            found = casts[i];
    }
    return found;
}

cp_str flow_text_operand(const flow_text *t, const char *cast)
{
    const cp_node *node = flow_text_cast(t, cast);
    if (!node)
        return CP_STR("no such cast");
    const cp_value *value = &node->inputs[0].node->value;
    cp_str known = cp_value_text(t->arena, value->tensor);
    if (!value->unknown)
        return known;
    return known.len ? cp_str_printf(t->arena, "%.*s or unknown", CP_STR_ARGS(known))
                     : CP_STR("unknown");
}

cp_str flow_text_uses(const flow_text *t, const char *cast)
{
    static const char *const names[] = {
        [CP_USE_SINK] = "sink",   [CP_USE_COMPUTE] = "compute", [CP_USE_CAST] = "cast",
        [CP_USE_DTYPE] = "dtype", [CP_USE_ESCAPE] = "escape",
    };
    const cp_node *node = flow_text_cast(t, cast);
    if (!node)
        return CP_STR("no such cast");
    size_t count;
    bool whole, seen[sizeof names / sizeof *names] = {0};
    cp_use *uses = cp_trace_uses(t->flow, t->arena, node, &count, &whole);
    for (size_t i = 0; i < count; i++)
        seen[uses[i].kind] = true;
    cp_buf buf = {.arena = t->arena};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if (!seen[k])
            continue;
        cp_buf_puts(&buf, buf.len ? " " : "");
        cp_buf_puts(&buf, names[k]);
    }
    return cp_buf_str(&buf);
}
