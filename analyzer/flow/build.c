#include "flow/build.h"

#include "flow/walk.h"

/* Class bodies: assignments there are fields, annotations alone name record fields. */
static void walk_class_body(cp_walk *walk, cp_class *class)
{
    for (uint32_t i = 0; i < class->body.count; i++) {
        const cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind != CP_STMT_ASSIGN || !stmt->value)
            continue;
        cp_node *value = cp_walk_expr(walk, stmt->value);
        for (uint32_t t = 0; t < stmt->target_count; t++)
            if (stmt->targets[t]->kind == CP_EXPR_NAME)
                cp_node_add_input(walk->flow,
                                  cp_field_of(walk->flow, class, stmt->targets[t]->text),
                                  value, NULL);
    }
}

void cp_build_module(cp_flow *flow, cp_module *module)
{
    cp_module_flow *known = cp_module_flow_of(flow, module);
    if (known->built)
        return;
    known->built = true; /* before the walk: imports may come back here */
    cp_walk walk = {.flow = flow, .module = module};
    cp_walk_block(&walk, &module->body);
    for (uint32_t i = 0; i < module->class_count; i++) {
        cp_walk body = {
            .flow = flow, .module = module, .func = module->classes[i]->outer};
        walk_class_body(&body, module->classes[i]);
    }
}

/* The class that an annotation names: X, m.X, Optional[X], X | None; else NULL. */
static cp_class *annotated_class(cp_walk *walk, const cp_expr *annotation)
{
    if (!annotation)
        return NULL;
    if (annotation->kind == CP_EXPR_SUBSCRIPT && annotation->kid_count == 2 &&
        cp_str_is(annotation->kids[0]->text, "Optional"))
        return annotated_class(walk, annotation->kids[1]);
    if (annotation->kind == CP_EXPR_BINARY && cp_str_is(annotation->text, "|")) {
        cp_class *left = annotated_class(walk, annotation->kids[0]);
        return left ? left : annotated_class(walk, annotation->kids[1]);
    }
    if (annotation->kind != CP_EXPR_NAME)
        return NULL;
    cp_node *node = cp_walk_name(walk, annotation->text);
    for (int hops = 0; node && hops < 8; hops++) {
        for (uint32_t i = 0; i < node->value.ref_count; i++)
            if (node->value.refs[i]->kind == CP_REF_CLASS)
                return node->value.refs[i]->class;
        node =
            node->kind == CP_NODE_JOIN && node->input_count ? node->inputs[0].node : NULL;
    }
    return NULL;
}

static void add_ref(cp_flow *flow, cp_node *node, cp_class *class, cp_ref_kind kind)
{
    cp_value value = {0};
    cp_ref ref = {.kind = kind, .class = class};
    cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, &ref));
    cp_node_add_input(flow, node, cp_node_fixed(flow, &value), NULL);
}

/* What is known of a parameter without any call: its default, its annotation, self. */
static void prepare_param(cp_walk *walk, cp_func *func, uint32_t index, cp_node *param)
{
    cp_flow *flow = walk->flow;
    const cp_param *given = &func->params[index];
    if (index == 0 && func->owner && !cp_func_decorated(func, "staticmethod")) {
        bool of_class = cp_func_decorated(func, "classmethod");
        add_ref(flow, param, func->owner, of_class ? CP_REF_CLASS : CP_REF_OBJECT);
        return;
    }
    if (given->fallback) /* evaluated outside, where the function is defined */
        cp_node_add_input(flow, param, cp_walk_expr(walk, given->fallback), NULL);
    cp_class *class = annotated_class(walk, given->annotation);
    if (class)
        add_ref(flow, param, class, CP_REF_OBJECT);
}

/* Decorators that leave arguments and results as they are. */
static bool keeps_result(const cp_expr *decorator)
{
    static const char *const names[] = {
        "staticmethod",
        "classmethod",
        "property",
        "cached_property",
        "abstractmethod",
        "overload",
        "override",
        "final",
        "no_grad",
        "inference_mode",
        "compile",
        "script",
        "lru_cache",
        "cache",
        "wraps",
        "autocast",
        "disable",
        "custom_op",
        "register_fake",
        "torch_compile",
        "support_torch_compile",
        "setter",
        "deprecated",
        "register_custom_op",
        "jit",
        "autotune",
        "heuristics",
    };
    if (decorator->kind == CP_EXPR_CALL)
        decorator = decorator->kids[0];
    if (decorator->kind != CP_EXPR_NAME && decorator->kind != CP_EXPR_ATTR)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(decorator->text, names[i]))
            return true;
    return cp_str_has(decorator->text, CP_STR("compile"));
}

void cp_build_func(cp_flow *flow, cp_func *func)
{
    cp_func_flow *known = cp_func_flow_of(flow, func);
    if (known->built)
        return;
    known->built = true;
    cp_build_module(flow, func->module);
    if (func->outer)
        cp_build_func(flow, func->outer);
    cp_walk outside = {.flow = flow, .module = func->module, .func = func->outer};
    cp_walk walk = {
        .flow = flow, .module = func->module, .func = func, .func_flow = known};
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        walk.doubt = cp_walk_doubt(func->decorators[i], walk.doubt);
        if (!keeps_result(func->decorators[i]))
            cp_node_add_input(
                flow, known->result,
                cp_node_unknown(flow, "a decorator may change what the function gives"),
                NULL);
    }
    for (uint32_t i = 0; i < func->param_count; i++) {
        prepare_param(&outside, func, i, known->params[i]);
        cp_walk_bind_name(&walk, func->params[i].name, known->params[i], NULL);
    }
    cp_walk_block(&walk, &func->body);
    if (!walk.ended && func->name.len) {
        cp_value none = {.none = true};
        cp_node_add_input(flow, known->result, cp_node_fixed(flow, &none), walk.guard);
    }
}
