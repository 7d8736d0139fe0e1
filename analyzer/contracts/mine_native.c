#include "contracts/mine_native.h"

#include "contracts/mine_files.h"
#include "contracts/mine_reads.h"

static mine_scope *native_scope(mine_run *run, cp_module *module)
{
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    scope->module = module;
    scope->is_native = true;
    return scope;
}

/* Has files parsed that may hold the name, where they are parsed when asked for. */
void mine_expect_name(mine_program *program, cp_str name)
{
    if (program->input->files)
        cp_mine_files_holding(program->input->files, name, mine_program_add, program);
}

/* All functions of that name; NULL if there are none. */
static const native_list *functions_named(mine_program *program, cp_str name)
{
    mine_expect_name(program, name);
    const native_list *list = cp_map_get(&program->functions, name);
    if (list || !program->input->files)
        return list;
    cp_mine_files_defining(program->input->files, name, mine_program_add, program);
    return cp_map_get(&program->functions, name);
}

static bool takes(const cp_func *func, size_t arg_count)
{
    uint32_t least = 0;
    bool many = false;
    for (uint32_t i = 0; i < func->param_count; i++) {
        many |= func->params[i].kind == CP_PARAM_ARGS;
        least += !func->params[i].fallback && func->params[i].kind != CP_PARAM_ARGS;
    }
    return arg_count == SIZE_MAX ||
           (arg_count >= least && (many || arg_count <= func->param_count));
}

static bool same_type(const cp_expr *a, const cp_expr *b)
{
    if (!a || !b)
        return a == b;
    return a->stars == b->stars && cp_expr_same(a, b);
}

/* Whether pointers are the same in both, whichever of them is called. */
static bool take_alike(const cp_func *a, const cp_func *b)
{
    for (uint32_t i = 0; i < a->param_count && i < b->param_count; i++)
        if (!same_type(a->params[i].annotation, b->params[i].annotation))
            return false;
    return true;
}

static cp_func *method_in(mine_run *run, cp_class *class, cp_str name, size_t arg_count,
                          bool is_native)
{
    cp_func *found = NULL;
    bool doubt = false;
    for (uint32_t i = 0; i < class->body.count; i++) {
        cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind != CP_STMT_DEF || !cp_str_eq(stmt->func->name, name) ||
            (is_native && !takes(stmt->func, arg_count)))
            continue;
        doubt |= found && !take_alike(found, stmt->func);
        if (!found || !is_native)
            found = stmt->func; /* Python: the last one; C++: the first that fits */
    }
    if (found || !is_native)
        return doubt && is_native && run->reads ? NULL : found;
    cp_str whole = cp_str_printf(run->arena, "%.*s::%.*s", CP_STR_ARGS(class->name),
                                 CP_STR_ARGS(name));
    const native_list *list = cp_map_get(&run->program->members, whole);
    /* Defaults stand in the class, not here. */
    for (size_t i = 0; list && i < list->count; i++) {
        cp_func *func = list->items[i];
        bool own = cp_str_eq(func->space, class->space);
        if ((arg_count == SIZE_MAX || arg_count <= func->param_count) &&
            (!found || (own && !cp_str_eq(found->space, class->space))))
            found = func;
    }
    return found;
}

static cp_class *base_class(mine_run *run, mine_scope *scope, cp_expr *base,
                            bool is_native, mine_scope **found)
{
    if (is_native) {
        cp_class *class = mine_native_class(run, scope, base);
        if (class && run->reads)
            *found = mine_class_scope(run, scope, class, base);
        return class;
    }
    const mine_value *value = mine_eval(run, scope, base);
    *found = value->kind == VALUE_CLASS ? value->scope : scope;
    return value->kind == VALUE_CLASS ? value->class : NULL;
}

cp_func *mine_find_method(mine_run *run, cp_class *class, cp_str name, size_t arg_count,
                          bool is_native, mine_scope **scope)
{
    cp_func *found = method_in(run, class, name, arg_count, is_native);
    for (uint32_t i = 0; i < class->base_count && !found && run->depth < 56; i++) {
        mine_scope *at = *scope;
        run->frames[run->depth++] = (mine_frame){class->module, 0, NULL};
        cp_class *base = base_class(run, *scope, class->bases[i], is_native, &at);
        if (base && base != class)
            found = mine_find_method(run, base, name, arg_count, is_native, &at);
        run->depth--;
        if (found)
            *scope = at;
    }
    if (found && is_native) {
        mine_scope *own = native_scope(run, found->module);
        if (*scope && ((*scope)->count || (*scope)->parent))
            own->parent = *scope; /* template arguments */
        *scope = own;
    }
    return found;
}

/* Names for the template parameters, seen from the function or class that has them. */
void mine_bind_template(mine_run *run, mine_scope *scope, const cp_expr *params,
                        mine_scope *from, const cp_expr *args)
{
    for (uint32_t i = 0; params && i < params->kid_count && i + 1 < args->kid_count;
         i++) {
        if (params->kids[i]->kind != CP_EXPR_NAME)
            continue;
        cp_expr *arg = args->kids[i + 1];
        const mine_value *value = mine_eval(run, from, arg);
        if (run->reads && value->kind == VALUE_UNKNOWN)
            value = mine_type(run, from, arg);
        mine_set_var(run, scope, params->kids[i]->text, value);
    }
}

/* The function of that name which fits best; `strict` asks for enough arguments too. */
static cp_func *pick_function(mine_run *run, const mine_scope *scope, const cp_expr *name,
                              size_t arg_count, bool strict)
{
    const native_list *list = functions_named(run->program, name->text);
    cp_func *found = NULL;
    unsigned most = 0;
    bool alone = list && list->count == 1 && !run->reads;
    cp_str qualifier = alone ? (cp_str){0} : mine_qualifier(run->arena, name);
    cp_str from = alone ? (cp_str){0} : mine_space(run, scope);
    bool doubt = false;
    for (size_t i = 0; list && i < list->count; i++) {
        cp_func *func = list->items[i];
        bool fits = strict ? takes(func, arg_count) : arg_count <= func->param_count;
        if (func->owner || cp_str_has(func->qualname, CP_STR("::")) || !fits)
            continue;
        unsigned fit = mine_fit(func->space, qualifier, from);
        if (run->reads &&
            !mine_is_visible(run, scope, func->module, func->space, qualifier, fit))
            continue;
        if (func->module == scope->module && (!qualifier.len || fit >= 100))
            fit += 4000;
        if (found && fit == most)
            doubt |= !take_alike(found, func);
        if (fit > most) {
            found = func;
            most = fit;
            doubt = false;
        }
    }
    return doubt && run->reads ? NULL : found; /* an overload must not be guessed */
}

static const mine_value *best_function(mine_run *run, mine_scope *scope,
                                       const cp_expr *name, size_t arg_count)
{
    cp_func *found = pick_function(run, scope, name, arg_count, true);
    if (!found) /* its defaults may stand where it is declared */
        found = pick_function(run, scope, name, arg_count, false);
    return found ? mine_func_value(run, found, native_scope(run, found->module), NULL)
                 : &mine_unknown;
}

const mine_value *mine_native_name(mine_run *run, mine_scope *scope, cp_str name)
{
    mine_program *program = run->program;
    cp_dtype dtype = cp_dtype_of_native(name);
    if (dtype != CP_DTYPE_NONE)
        return mine_dtype_value(run, CP_DTYPES(dtype));
    mine_expect_name(run->program, name);
    for (const mine_export *c = cp_map_get(&program->constants, name); c; c = c->next)
        if (c->module == scope->module || !c->next) {
            if (run->depth >= 56)
                return NULL;
            run->frames[run->depth++] = (mine_frame){scope->module, 0, NULL};
            const mine_value *value =
                mine_eval(run, native_scope(run, c->module), c->target);
            run->depth--;
            return value->kind == VALUE_UNKNOWN ? NULL : value;
        }
    if (run->reads && cp_map_get(&program->functions, name)) {
        const cp_expr bare = {.kind = CP_EXPR_NAME, .text = name};
        const mine_value *function = best_function(run, scope, &bare, SIZE_MAX);
        return function->kind == VALUE_FUNC ? function : NULL;
    }
    if (cp_map_get(&program->functions, name)) {
        const native_list *list = cp_map_get(&program->functions, name);
        return mine_func_value(run, list->items[0],
                               native_scope(run, list->items[0]->module), NULL);
    }
    return NULL;
}

/* `object.name` where it depends which object that is. */
static const mine_value *target_of_each(mine_run *run, mine_scope *scope,
                                        const mine_value *owners, const cp_expr *expr,
                                        size_t arg_count)
{
    mine_option *options = cp_new(run->arena, mine_option, owners->count);
    for (uint32_t i = 0; i < owners->count; i++) {
        const mine_value *owner = owners->options[i].value, *target = &mine_unknown;
        bool object = owner->kind == VALUE_OBJECT && owner->object->class;
        mine_scope *from = object && owner->object->scope
                               ? owner->object->scope
                               : native_scope(run, scope->module);
        cp_func *method = object ? mine_find_method(run, owner->object->class, expr->text,
                                                    arg_count, true, &from)
                                 : NULL;
        if (method)
            target = mine_func_value(run, method, from, owner);
        else if (object)
            mine_need(run, expr->text, owner->object->class->name);
        options[i] = (mine_option){owners->options[i].cond, target};
    }
    return mine_select(run, options, owners->count);
}

/* `object.name` or `Class::name` as a target. */
static const mine_value *member_target(mine_run *run, mine_scope *scope, cp_expr *expr,
                                       size_t arg_count)
{
    cp_class *class = mine_native_class(run, scope, expr->kids[0]);
    mine_scope *from = native_scope(run, scope->module);
    const mine_value *owner = NULL;
    if (!class) {
        owner = mine_eval(run, scope, expr->kids[0]);
        if (owner->kind == VALUE_OBJECT && owner->object->class) {
            class = owner->object->class;
            from = owner->object->scope ? owner->object->scope : from;
        } else if (owner->kind == VALUE_SELECT && run->reads) {
            return target_of_each(run, scope, owner, expr, arg_count);
        } else {
            owner = NULL;
        }
    } else if (expr->kids[0]->kind == CP_EXPR_SUBSCRIPT) {
        mine_bind_template(run, from, class->type_params, scope, expr->kids[0]);
    }
    if (class) {
        cp_func *method =
            mine_find_method(run, class, expr->text, arg_count, true, &from);
        if (method)
            return mine_func_value(run, method, from,
                                   owner              ? owner
                                   : scope->is_native ? scope->self
                                                      : NULL);
        mine_need(run, expr->text, class->name);
        return &mine_unknown;
    }
    const cp_expr *root = expr;
    while (root->kind == CP_EXPR_ATTR || root->kind == CP_EXPR_SUBSCRIPT)
        root = root->kids[0];
    bool space = root->kind == CP_EXPR_NAME && !mine_lookup(run, scope, root->text);
    if (!space)
        return &mine_unknown;
    const mine_value *function = best_function(run, scope, expr, arg_count);
    class = function->kind == VALUE_UNKNOWN && run->reads
                ? mine_native_class(run, scope, expr)
                : NULL;
    return class ? mine_class_value(run, class, native_scope(run, class->module))
                 : function;
}

const mine_value *mine_native_target(mine_run *run, mine_scope *scope, cp_expr *expr,
                                     size_t arg_count)
{
    if (expr->kind == CP_EXPR_SUBSCRIPT && cp_str_is(expr->text, "<")) {
        const mine_value *target =
            mine_native_target(run, scope, expr->kids[0], arg_count);
        if (target->kind != VALUE_FUNC && target->kind != VALUE_CLASS)
            return target;
        mine_value *bound = cp_new(run->arena, mine_value, 1);
        *bound = *target;
        bound->scope = native_scope(run, target->scope->module);
        bool holds = target->scope->count || target->scope->parent;
        bound->scope->parent = holds ? target->scope : NULL;
        mine_bind_template(run, bound->scope,
                           target->func ? target->func->type_params
                                        : target->class->type_params,
                           scope, expr);
        return bound;
    }
    if (expr->kind == CP_EXPR_ATTR)
        return member_target(run, scope, expr, arg_count);
    if (expr->kind != CP_EXPR_NAME)
        return mine_eval(run, scope, expr);
    for (mine_scope *s = scope; s; s = s->parent)
        for (size_t i = 0; i < s->count; i++)
            if (cp_str_eq(s->vars[i].name, expr->text))
                return s->vars[i].value;
    for (mine_scope *s = scope; s; s = s->parent) {
        bool object = s->self && s->self->kind == VALUE_OBJECT && s->self->object->class;
        cp_class *own = object    ? s->self->object->class
                        : s->func ? s->func->owner /* static, or the object is unknown */
                                  : NULL;
        mine_scope *from = object ? s->self->object->scope : s->parent;
        cp_func *method =
            own ? mine_find_method(run, own, expr->text, arg_count, true, &from) : NULL;
        if (method)
            return mine_func_value(run, method, from, s->self);
    }
    cp_class *class = mine_native_class(run, scope, expr);
    if (class)
        return mine_class_value(run, class, mine_class_scope(run, scope, class, expr));
    return best_function(run, scope, expr, arg_count);
}

const mine_value *mine_template_target(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (!run->reads || !scope->is_native)
        return NULL;
    const mine_value *target = mine_native_target(run, scope, expr, SIZE_MAX);
    const cp_expr *name = expr->kids[0];
    if (target->kind == VALUE_UNKNOWN)
        mine_need(run, name->text, mine_qualifier(run->arena, name));
    return target->kind == VALUE_FUNC ? target : NULL;
}

bool mine_is_among(cp_str files, const cp_module *module)
{
    cp_str rest = files;
    while (rest.len) {
        cp_str file = cp_str_next(&rest, ' ');
        cp_str path = module->source->path;
        if (file.len && cp_str_ends(path, file) &&
            (path.len == file.len || path.ptr[path.len - file.len - 1] == '/'))
            return true;
    }
    return false;
}

/* Notes the export, if it is sure that it is the one that is meant. */
static const mine_value *mark_exported(mine_run *run, const mine_value *target,
                                       cp_str files, const mine_export *export)
{
    if (target->kind != VALUE_FUNC ||
        (files.len && !mine_is_among(files, export->module)))
        return target;
    mine_value *value = cp_new(run->arena, mine_value, 1);
    *value = *target;
    value->exported = export;
    return value;
}

const mine_value *mine_native_export(mine_run *run, cp_str files, cp_str name,
                                     size_t arg_count)
{
    mine_program *program = run->program;
    if (program->input->files && files.len)
        cp_mine_files_named(program->input->files, files, mine_program_add, program);
    else if (program->input->files)
        cp_mine_files_registering(program->input->files, name, mine_program_add, program);
    const mine_export *first = cp_map_get(&program->exports, name), *found = NULL;
    unsigned others = 0;
    for (const mine_export *e = first; e; e = e->next) {
        if (mine_is_among(files, e->module)) {
            found = e;
            break;
        }
        others += e->next || !found;
        found = found ? found : e;
    }
    bool sure = found && (mine_is_among(files, found->module) || others == 1);
    if (!sure)
        return NULL;
    mine_scope *scope = native_scope(run, found->module);
    if (found->target->kind == CP_EXPR_LAMBDA)
        return mark_exported(run, mine_eval(run, scope, found->target), files, found);
    const mine_value *target = mine_native_target(run, scope, found->target, arg_count);
    return target->kind == VALUE_FUNC || target->kind == VALUE_CLASS
               ? mark_exported(run, target, files, found)
               : NULL;
}
