#include "facts/from_python.h"

/* What holds the code being lowered; put back when a body is done. */
typedef struct place {
    cp_func *func;
    cp_class *class;
    cp_str scope;
} place;

static place enter(cp_lower *lower, cp_func *func, cp_class *class, cp_str qualname)
{
    place before = {lower->func, lower->class, lower->scope};
    lower->func = func;
    lower->class = class;
    lower->scope = cp_str_printf(lower->arena, "%.*s.", CP_STR_ARGS(qualname));
    return before;
}

static void leave(cp_lower *lower, place before)
{
    lower->func = before.func;
    lower->class = before.class;
    lower->scope = before.scope;
}

static cp_str qualified(const cp_lower *lower, cp_str name)
{
    if (!lower->scope.len)
        return name;
    return cp_str_printf(lower->arena, "%.*s%.*s", CP_STR_ARGS(lower->scope),
                         CP_STR_ARGS(name));
}

static cp_expr **decorators(cp_lower *lower, uint32_t decorated, uint32_t *count)
{
    *count = 0;
    if (!decorated)
        return NULL;
    cp_expr **list = NULL;
    size_t room = 0;
    cp_each_child(lower, decorated, child)
    {
        if (cp_lower_kind(lower, child) != CP_PYTHON_DECORATOR)
            continue;
        cp_expr *expr = cp_lower_expr(lower, cp_lower_part(lower, child, 0));
        cp_push(lower->arena, list, *count, room, expr);
    }
    return list;
}

static cp_expr *type_params(cp_lower *lower, uint32_t node)
{
    uint32_t list = cp_lower_find(lower, node, CP_PYTHON_TYPE_PARAMETER);
    return list ? cp_lower_other(lower, list) : NULL;
}

/* The name of a parameter, and whether it is a plain one, `*name` or `**name`. */
static void name_param(cp_lower *lower, uint32_t node, cp_param *param, bool keyword_only)
{
    cp_python_kind kind = cp_lower_kind(lower, node);
    param->kind = keyword_only ? CP_PARAM_KEYWORD_ONLY : CP_PARAM_PLAIN;
    if (kind == CP_PYTHON_LIST_SPLAT_PATTERN)
        param->kind = CP_PARAM_ARGS;
    else if (kind == CP_PYTHON_DICTIONARY_SPLAT_PATTERN)
        param->kind = CP_PARAM_KWARGS;
    if (param->kind == CP_PARAM_ARGS || param->kind == CP_PARAM_KWARGS)
        node = cp_lower_part(lower, node, 0);
    if (node && cp_lower_kind(lower, node) == CP_PYTHON_IDENTIFIER)
        param->name = cp_lower_text(lower, node);
    else if (node)
        cp_lower_unread(lower, node); /* `def f((a, b))` is Python 2 */
}

static cp_param parameter(cp_lower *lower, uint32_t node, bool keyword_only)
{
    cp_param param = {.span = cp_lower_span(lower, node)};
    cp_python_kind kind = cp_lower_kind(lower, node);
    bool typed =
        kind == CP_PYTHON_TYPED_PARAMETER || kind == CP_PYTHON_TYPED_DEFAULT_PARAMETER;
    bool with_default =
        kind == CP_PYTHON_DEFAULT_PARAMETER || kind == CP_PYTHON_TYPED_DEFAULT_PARAMETER;
    if (!typed && !with_default) {
        name_param(lower, node, &param, keyword_only);
        return param;
    }
    uint32_t name = cp_lower_part(lower, node, 0);
    if (name)
        name_param(lower, name, &param, keyword_only);
    if (typed)
        param.annotation = cp_lower_expr(lower, cp_lower_part(lower, node, 1));
    if (with_default)
        param.fallback = cp_lower_expr(lower, cp_lower_part(lower, node, typed ? 2 : 1));
    return param;
}

static void fill_params(cp_lower *lower, uint32_t list, cp_func *func)
{
    if (!list)
        return;
    size_t room = cp_lower_count(lower, list);
    func->params = cp_new(lower->arena, cp_param, room);
    bool keyword_only = false;
    cp_each_part(lower, list, part)
    {
        cp_python_kind kind = cp_lower_kind(lower, part);
        if (kind == CP_PYTHON_POSITIONAL_SEPARATOR)
            continue;
        if (kind != CP_PYTHON_KEYWORD_SEPARATOR) {
            cp_param param = parameter(lower, part, keyword_only);
            cp_push(lower->arena, func->params, func->param_count, room, param);
            keyword_only = keyword_only || param.kind == CP_PARAM_ARGS;
        } else {
            keyword_only = true;
        }
    }
}

cp_func *cp_lower_new_func(cp_lower *lower, cp_span span, cp_str name)
{
    cp_module *module = lower->module;
    cp_func *func = cp_new(lower->arena, cp_func, 1);
    func->name = name;
    func->qualname = qualified(lower, name.len ? name : CP_STR("<lambda>"));
    func->owner = lower->class;
    func->outer = lower->func;
    func->module = module;
    func->span = span;
    func->index = module->func_count;
    cp_push(lower->arena, module->funcs, module->func_count, lower->func_room, func);
    if (lower->class && name.len)
        cp_map_put(&lower->class->methods, name, func);
    return func;
}

static bool is_broken(const cp_lower *lower, uint32_t node)
{
    return lower->nodes[node].broken || lower->in_error > 0;
}

static cp_str name_of(const cp_lower *lower, uint32_t node)
{
    uint32_t name = cp_lower_find(lower, node, CP_PYTHON_IDENTIFIER);
    return name ? cp_lower_text(lower, name) : CP_STR("");
}

void cp_lower_func_into(cp_lower *lower, cp_func *func, uint32_t node, uint32_t decorated)
{
    uint32_t unread = lower->unread;
    func->has_error = is_broken(lower, node);
    func->decorated = decorated != 0;
    func->decorators = decorators(lower, decorated, &func->decorator_count);
    func->type_params = type_params(lower, node);
    fill_params(lower, cp_lower_find(lower, node, CP_PYTHON_PARAMETERS), func);
    func->returns = cp_lower_optional(lower, cp_lower_find(lower, node, CP_PYTHON_TYPE));

    place before = enter(lower, func, NULL, func->qualname);
    func->body = cp_lower_suite(lower, node);
    leave(lower, before);
    func->has_error = func->has_error || lower->unread != unread;
}

cp_func *cp_lower_func(cp_lower *lower, uint32_t node, uint32_t decorated)
{
    cp_func *func =
        cp_lower_new_func(lower, cp_lower_span(lower, node), name_of(lower, node));
    cp_lower_func_into(lower, func, node, decorated);
    return func;
}

static cp_block lambda_body(cp_lower *lower, uint32_t node)
{
    cp_stmt *stmt = cp_new(lower->arena, cp_stmt, 1);
    cp_stmt **stmts = cp_new(lower->arena, cp_stmt *, 1);
    stmt->kind = CP_STMT_RETURN;
    stmt->value = cp_lower_expr(lower, node);
    stmt->span = stmt->value->outer;
    stmt->has_error = stmt->value->has_error;
    stmts[0] = stmt;
    return (cp_block){.stmts = stmts, .count = 1, .span = stmt->span};
}

cp_func *cp_lower_lambda(cp_lower *lower, uint32_t node)
{
    uint32_t unread = lower->unread;
    cp_func *func = cp_lower_new_func(lower, cp_lower_span(lower, node), CP_STR(""));
    func->has_error = is_broken(lower, node);
    uint32_t params = cp_lower_find(lower, node, CP_PYTHON_LAMBDA_PARAMETERS);
    fill_params(lower, params, func);
    place before = enter(lower, func, NULL, func->qualname);
    func->body = lambda_body(lower, cp_lower_part(lower, node, params ? 1 : 0));
    leave(lower, before);
    func->has_error = func->has_error || lower->unread != unread;
    return func;
}

static void fill_bases(cp_lower *lower, uint32_t list, cp_class *class)
{
    uint32_t count;
    cp_arg *args = cp_lower_args(lower, list, &count);
    class->bases = cp_new(lower->arena, cp_expr *, count);
    class->keywords = cp_new(lower->arena, cp_arg, count);
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].name.len)
            class->keywords[class->keyword_count++] = args[i];
        else
            class->bases[class->base_count++] = args[i].value;
    }
}

cp_class *cp_lower_class(cp_lower *lower, uint32_t node, uint32_t decorated)
{
    cp_module *module = lower->module;
    cp_class *class = cp_new(lower->arena, cp_class, 1);
    class->name = name_of(lower, node);
    class->qualname = qualified(lower, class->name);
    class->outer = lower->func;
    class->module = module;
    class->span = cp_lower_span(lower, node);
    class->methods.arena = lower->arena;
    cp_push(lower->arena, module->classes, module->class_count, lower->class_room, class);

    class->decorators = decorators(lower, decorated, &class->decorator_count);
    class->type_params = type_params(lower, node);
    fill_bases(lower, cp_lower_find(lower, node, CP_PYTHON_ARGUMENT_LIST), class);
    place before = enter(lower, lower->func, class, class->qualname);
    class->body = cp_lower_members(lower, node);
    class->span.end = cp_left_class_end(lower, class->span.start, class->span.end);
    leave(lower, before);
    return class;
}
