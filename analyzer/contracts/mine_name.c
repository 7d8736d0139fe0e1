#include "contracts/mine_memo.h"
#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

#include <assert.h>

static const mine_value *find_var(const mine_scope *scope, cp_str name)
{
    for (size_t i = scope->count; i > 0; i--)
        if (cp_str_eq(scope->vars[i - 1].name, name))
            return scope->vars[i - 1].value;
    return NULL;
}

const mine_value *mine_lookup(mine_run *run, mine_scope *scope, cp_str name)
{
    assert(scope);
    for (mine_scope *s = scope; s; s = s->parent) {
        const mine_value *found = find_var(s, name);
        if (found)
            return found;
        if (s->self && s->is_native) {
            if (cp_str_is(name, "this"))
                return s->self;
            found = s->self->kind == VALUE_OBJECT ? mine_field(run, s->self, name) : NULL;
            if (found)
                return found;
        }
        cp_class *class = !run->reads || !s->is_native ? NULL
                          : s->class                   ? s->class
                          : s->func                    ? mine_owner(run, s->func)
                                                       : NULL;
        found = class && run->depth < 56 ? mine_member_alias(run, class, s, name) : NULL;
        if (found)
            return found;
    }
    return scope->is_native ? mine_native_name(run, scope, name)
                            : mine_module_name(run, scope->module, name);
}

static mine_scope *module_scope(mine_run *run, cp_module *module)
{
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    scope->module = module;
    return scope;
}

const mine_value *mine_class_value(mine_run *run, cp_class *class, mine_scope *scope)
{
    mine_value *value = cp_new(run->arena, mine_value, 1);
    *value = (mine_value){.kind = VALUE_CLASS, .class = class, .scope = scope};
    return value;
}

static const mine_value *module_value(mine_run *run, cp_module *module)
{
    mine_value *value = cp_new(run->arena, mine_value, 1);
    *value = (mine_value){.kind = VALUE_PYTHON, .module = module};
    return value;
}

const mine_value *mine_imported(mine_run *run, cp_module *module, const cp_import *import)
{
    cp_str target = cp_import_target(run->arena, module, import);
    if (!import->name.len) {
        bool renamed = !cp_str_starts(target, import->local) ||
                       !cp_str_has(import->module, CP_STR("."));
        cp_str dotted = renamed ? target : import->local;
        cp_module *found = mine_import(run, module, dotted);
        return found ? module_value(run, found) : mine_text(run, VALUE_OUTER, dotted);
    }
    cp_module *found = mine_import(run, module, target);
    cp_str whole = cp_str_printf(run->arena, "%.*s.%.*s", CP_STR_ARGS(target),
                                 CP_STR_ARGS(import->name));
    if (found && found != module) {
        const mine_value *value = mine_module_name(run, found, import->name);
        if (value)
            return value;
    }
    found = mine_import(run, module, whole);
    return found ? module_value(run, found) : mine_text(run, VALUE_OUTER, whole);
}

/* An empty container, or None, outside of all functions is there to be filled. */
static bool is_filled_later(const mine_value *value)
{
    bool container = value->kind == VALUE_DICT || value->kind == VALUE_LIST;
    return value->kind == VALUE_NONE || (container && !value->count);
}

static const mine_value *bound_value(mine_run *run, cp_module *module, cp_stmt *stmt,
                                     cp_str name)
{
    switch (stmt->kind) {
    case CP_STMT_DEF:
        return mine_func_value(run, stmt->func, module_scope(run, module), NULL);
    case CP_STMT_CLASS:
        return mine_class_value(run, stmt->class, module_scope(run, module));
    case CP_STMT_IMPORT:
        for (uint32_t i = 0; i < stmt->import_count; i++)
            if (cp_str_eq(stmt->imports[i].local, name))
                return mine_imported(run, module, &stmt->imports[i]);
        return NULL;
    case CP_STMT_ASSIGN: {
        bool plain = stmt->value && stmt->target_count == 1 &&
                     stmt->targets[0]->kind == CP_EXPR_NAME;
        const mine_value *value =
            plain ? mine_eval(run, module_scope(run, module), stmt->value)
                  : &mine_unknown;
        return is_filled_later(value) ? &mine_unknown : value;
    }
    default:
        return &mine_unknown;
    }
}

const mine_value *mine_module_name(mine_run *run, cp_module *module, cp_str name)
{
    cp_str key = cp_str_printf(run->arena, "%p %.*s", (void *)module, CP_STR_ARGS(name));
    const mine_value *known = cp_map_get(&run->names, key);
    cp_stmt *stmt = known ? NULL : mine_binding(run->program, module, name);
    if (!stmt || run->depth >= 60)
        return known;
    mine_aside aside = mine_put_aside(run);
    run->depth++;
    const mine_value *value = bound_value(run, module, stmt, name);
    run->depth--;
    mine_put_back(run, aside);
    if (value)
        cp_map_put(&run->names, key, (void *)value);
    return value;
}

/* A dtype, an attribute of a module of the tree, or a name outside of it. */
static const mine_value *outer_attribute(mine_run *run, const mine_value *owner,
                                         cp_str name)
{
    if (cp_str_is(owner->text, "torch") || cp_str_ends(owner->text, CP_STR(".numpy"))) {
        cp_dtype dtype = cp_dtype_of_torch(name);
        if (dtype != CP_DTYPE_NONE)
            return mine_dtype_value(run, CP_DTYPES(dtype));
    }
    return mine_text(run, VALUE_OUTER,
                     cp_str_printf(run->arena, "%.*s.%.*s", CP_STR_ARGS(owner->text),
                                   CP_STR_ARGS(name)));
}

bool mine_is_enum(mine_run *run, const cp_class *class)
{
    for (uint32_t i = 0; i < class->base_count; i++) {
        cp_str base = cp_expr_dotted(run->arena, class->bases[i]);
        if (cp_str_ends(base, CP_STR("Enum")) || cp_str_ends(base, CP_STR("Flag")))
            return true;
    }
    return false;
}

/* `Class.name`: an enum's member, a method, or what the class body assigns. */
static const mine_value *class_attribute(mine_run *run, const mine_value *owner,
                                         cp_str name)
{
    if (mine_is_enum(run, owner->class))
        return mine_text(run, VALUE_ENUM, name);
    for (uint32_t i = owner->class->body.count; i > 0; i--) {
        cp_stmt *stmt = owner->class->body.stmts[i - 1];
        if (stmt->kind == CP_STMT_DEF && cp_str_eq(stmt->func->name, name))
            return mine_func_value(run, stmt->func, owner->scope,
                                   cp_func_decorated(stmt->func, "classmethod") ? owner
                                                                                : NULL);
        if (stmt->kind == CP_STMT_ASSIGN && stmt->value && stmt->target_count &&
            stmt->targets[0]->kind == CP_EXPR_NAME &&
            cp_str_eq(stmt->targets[0]->text, name))
            return mine_eval(run, owner->scope, stmt->value);
    }
    return NULL;
}

/* What the body of the class or of a base assigns to the name; NULL if nothing does. */
static const mine_value *class_field(mine_run *run, const cp_class *class,
                                     mine_scope *scope, cp_str name, bool open,
                                     unsigned depth)
{
    for (uint32_t i = class->body.count; i > 0; i--) {
        cp_stmt *stmt = class->body.stmts[i - 1];
        if (stmt->kind != CP_STMT_ASSIGN || !stmt->value || stmt->target_count != 1 ||
            stmt->targets[0]->kind != CP_EXPR_NAME ||
            !cp_str_eq(stmt->targets[0]->text, name))
            continue;
        const mine_value *value = mine_eval(run, scope, stmt->value);
        if (open && (stmt->annotation || value->kind == VALUE_NONE))
            return NULL; /* a default that its object may have another value for */
        return value->kind != VALUE_NONE && is_filled_later(value) ? &mine_unknown
                                                                   : value;
    }
    for (uint32_t i = 0; i < class->base_count && depth < 8; i++) {
        const mine_value *base = mine_eval(run, scope, class->bases[i]);
        const mine_value *found =
            base->kind == VALUE_CLASS
                ? class_field(run, base->class, base->scope, name, open, depth + 1)
                : NULL;
        if (found)
            return found;
    }
    return NULL;
}

const mine_value *mine_field(mine_run *run, const mine_value *value, cp_str name)
{
    const mine_object *object = value->object;
    for (size_t i = 0; i < object->count; i++)
        if (cp_str_eq(object->fields[i].name, name))
            return object->fields[i].value;
    if (!object->class)
        return NULL;
    mine_scope *scope = object->scope;
    cp_func *method = mine_find_method(run, object->class, name, SIZE_MAX,
                                       scope && scope->is_native, &scope);
    if (scope && scope->is_native)
        return method ? NULL : mine_field_default(run, object, name);
    if (!method) {
        const mine_value *found = object->scope
                                      ? class_field(run, object->class, object->scope,
                                                    name, object->open.len > 0, 0)
                                      : NULL;
        return found || !object->open.len
                   ? found
                   : mine_text(run, VALUE_PARAM,
                               cp_str_printf(run->arena, "%.*s.%.*s",
                                             CP_STR_ARGS(object->open),
                                             CP_STR_ARGS(name)));
    }
    if (cp_func_decorated(method, "property"))
        return NULL;
    bool bare = cp_func_decorated(method, "staticmethod");
    if (cp_func_decorated(method, "classmethod"))
        value = mine_class_value(run, object->class, object->scope);
    return mine_func_value(run, method, scope, bare ? NULL : value);
}

/* A property of an object, called with nothing. */
static const mine_value *property(mine_run *run, const mine_value *value, cp_expr *site)
{
    mine_scope *scope = value->object->scope;
    if (!value->object->class || (scope && scope->is_native))
        return NULL;
    cp_func *method =
        mine_find_method(run, value->object->class, site->text, SIZE_MAX, false, &scope);
    if (!method || !cp_func_decorated(method, "property"))
        return NULL;
    mine_args none = {0};
    return mine_apply(run, mine_func_value(run, method, scope, value), &none, scope,
                      site);
}

static bool is_dtype_word(cp_str name)
{
    return cp_str_is(name, "dtype") || cp_str_is(name, "scalar_type");
}

/* Attributes of a tensor that say nothing of a dtype. */
static bool is_shape_word(cp_str name)
{
    static const char *const words[] = {
        "shape", "device", "ndim", "is_cuda", "size",  "stride", "numel",
        "dim",   "T",      "mT",   "strides", "sizes", "layout", "requires_grad"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_is(name, words[i]))
            return true;
    return false;
}

const mine_value *mine_attribute(mine_run *run, mine_scope *scope,
                                 const mine_value *value, cp_expr *expr)
{
    cp_str name = expr->text;
    const mine_value *found = NULL;
    if (value->kind == VALUE_SELECT) {
        mine_option *options = cp_new(run->arena, mine_option, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            options[i] =
                (mine_option){value->options[i].cond,
                              mine_attribute(run, scope, value->options[i].value, expr)};
        return mine_select(run, options, value->count);
    }
    switch (value->kind) {
    case VALUE_PARAM:
        if (is_dtype_word(name))
            return mine_dtype_of(run, value);
        if (cp_str_is(name, "T") || cp_str_is(name, "mT") || cp_str_is(name, "data"))
            return value;
        if (cp_str_is(name, "value"))
            return value;
        return is_shape_word(name) ? &mine_unknown
                                   : mine_text(run, VALUE_PARAM,
                                               cp_str_printf(run->arena, "%.*s.%.*s",
                                                             CP_STR_ARGS(value->text),
                                                             CP_STR_ARGS(name)));
    case VALUE_TENSOR:
        return is_dtype_word(name) ? mine_dtype_of(run, value) : &mine_unknown;
    case VALUE_DTYPE:
    case VALUE_DTYPE_OF:
        return mine_dtype_part(run, value, name);
    case VALUE_OBJECT:
        found = mine_field(run, value, name);
        if (!found)
            found = property(run, value, expr);
        if (!found && (cp_str_is(name, "second") || cp_str_is(name, "first")))
            found = value->object->element ? value->object->element : value;
        if (!found && !scope->is_native)
            found = mine_offered(run, value, name);
        return found ? found : &mine_unknown;
    case VALUE_PYTHON:
        found = mine_module_name(run, value->module, name);
        return found ? found : &mine_unknown;
    case VALUE_OUTER:
        return cp_str_is(name, "value") ? value : outer_attribute(run, value, name);
    case VALUE_CLASS:
        found = class_attribute(run, value, name);
        return found ? found : &mine_unknown;
    case VALUE_ENUM:
        return cp_str_is(name, "value") ? value : &mine_unknown;
    case VALUE_NATIVE:
        found = mine_native_export(run, value->text, name, SIZE_MAX);
        return found ? found : &mine_unknown;
    default:
        return &mine_unknown;
    }
}
