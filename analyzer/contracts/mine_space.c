#include "contracts/mine_native.h"

/* Which of several things of C++ that share a name is meant: namespaces, aliases. */

/* Whether `path` is `outer` or something in it. */
static bool is_in(cp_str path, cp_str outer)
{
    if (!outer.len || cp_str_eq(path, outer))
        return true;
    return cp_str_starts(path, outer) && path.len > outer.len + 2 &&
           path.ptr[outer.len] == ':' && path.ptr[outer.len + 1] == ':';
}

static bool ends_with(cp_str path, cp_str tail)
{
    if (cp_str_eq(path, tail))
        return true;
    return cp_str_ends(path, tail) && path.len > tail.len + 2 &&
           path.ptr[path.len - tail.len - 1] == ':';
}

static cp_str last_part(cp_str path)
{
    const char *colon = memrchr(path.ptr, ':', path.len);
    return colon ? cp_str_cut(path, (size_t)(colon + 1 - path.ptr), path.len) : path;
}

cp_str mine_within(cp_arena *arena, cp_str space, cp_str name)
{
    if (!space.len || !name.len)
        return name.len ? name : space;
    return cp_str_printf(arena, "%.*s::%.*s", CP_STR_ARGS(space), CP_STR_ARGS(name));
}

/* "A::B" of "A::B::f", which is defined out of its class. */
static cp_str owner_part(const cp_func *func)
{
    size_t end = func->qualname.len - func->name.len;
    return end > 2 ? cp_str_cut(func->qualname, 0, end - 2) : (cp_str){0};
}

cp_str mine_space(mine_run *run, const mine_scope *scope)
{
    for (const mine_scope *s = scope; s; s = s->parent) {
        if (s->class)
            return mine_within(run->arena, s->class->space, s->class->name);
        if (s->func && s->func->name.len)
            return mine_within(run->arena, s->func->space, owner_part(s->func));
    }
    return (cp_str){"", 0};
}

cp_str mine_qualifier(cp_arena *arena, const cp_expr *expr)
{
    while (expr->kind == CP_EXPR_SUBSCRIPT && expr->kid_count)
        expr = expr->kids[0];
    if (expr->kind != CP_EXPR_ATTR)
        return (cp_str){"", 0};
    const cp_expr *owner = expr->kids[0];
    while (owner->kind == CP_EXPR_SUBSCRIPT && owner->kid_count)
        owner = owner->kids[0];
    return mine_within(arena, mine_qualifier(arena, owner), owner->text);
}

unsigned mine_fit(cp_str space, cp_str qualifier, cp_str from)
{
    unsigned length = (unsigned)(space.len < 1000 ? space.len : 1000);
    if (!qualifier.len)
        return is_in(from, space) ? 1000 + length : 1;
    if (!ends_with(space, qualifier)) /* an alias of a namespace may stand in front */
        return ends_with(space, last_part(qualifier)) ? 100 : 1;
    cp_str rest = cp_str_cut(space, 0, space.len - qualifier.len);
    rest = cp_str_cut(rest, 0, rest.len > 2 ? rest.len - 2 : 0);
    return is_in(from, rest) ? 1000 + length : 500;
}

/* Whether the file says `using namespace` of that namespace or of the end of it. */
static bool uses_space(const cp_module *module, cp_str space)
{
    cp_str text = module->source->text, words = CP_STR("using namespace ");
    for (size_t at = 0; (at = cp_str_find(text, words, at)) != SIZE_MAX;) {
        at += words.len;
        size_t end = cp_str_find(text, CP_STR(";"), at);
        if (end != SIZE_MAX && ends_with(space, cp_str_trim(cp_str_cut(text, at, end))))
            return true;
    }
    return false;
}

/* The same, looked for in a file's text once. */
static bool is_used(mine_run *run, const cp_module *module, cp_str space)
{
    static char yes[1], no[1];
    cp_str key = cp_str_printf(run->arena, "%p using %.*s", (const void *)module,
                               CP_STR_ARGS(space));
    void **slot = cp_map_slot(&run->uses, key);
    if (!*slot)
        *slot = uses_space(module, space) ? yes : no;
    return *slot == yes;
}

bool mine_is_visible(mine_run *run, const mine_scope *scope, const cp_module *module,
                     cp_str space, cp_str qualifier, unsigned fit)
{
    if (qualifier.len)
        return fit >= 100;
    return fit >= 1000 || module == scope->module || is_used(run, scope->module, space);
}

cp_class *mine_native_class(mine_run *run, const mine_scope *scope, const cp_expr *type)
{
    const cp_expr *name = type;
    while (name->kind == CP_EXPR_SUBSCRIPT && name->kid_count)
        name = name->kids[0];
    if (name->kind != CP_EXPR_NAME && name->kind != CP_EXPR_ATTR)
        return NULL;
    mine_expect_name(run->program, name->text);
    const class_list *list = cp_map_get(&run->program->classes, name->text);
    if (!list || (list->count == 1 && !run->reads))
        return list ? list->items[0] : NULL;
    cp_str qualifier = mine_qualifier(run->arena, name), from = mine_space(run, scope);
    cp_class *best = NULL;
    unsigned most = 0;
    bool doubt = false;
    for (size_t i = 0; i < list->count; i++) {
        const cp_class *class = list->items[i];
        unsigned fit = mine_fit(class->space, qualifier, from);
        if (run->reads &&
            !mine_is_visible(run, scope, class->module, class->space, qualifier, fit))
            continue;
        fit = 2 * fit + (class->module == scope->module);
        doubt = fit == most || (doubt && fit < most);
        if (fit > most) {
            best = list->items[i];
            most = fit;
        }
    }
    /* A pointer's type must not be guessed: such as those of specializations. */
    return doubt && run->reads ? NULL : best;
}

cp_class *mine_owner(mine_run *run, const cp_func *func)
{
    if (func->owner)
        return func->owner;
    cp_str owner = owner_part(func);
    const class_list *list =
        owner.len ? cp_map_get(&run->program->classes, last_part(owner)) : NULL;
    cp_str whole = list ? mine_within(run->arena, func->space, owner) : (cp_str){0};
    for (size_t i = 0; list && i < list->count; i++)
        if (cp_str_eq(
                mine_within(run->arena, list->items[i]->space, list->items[i]->name),
                whole))
            return list->items[i];
    return list && list->count == 1 ? list->items[0] : NULL;
}

/* A scope in which the template arguments of `type`, an instance of `class`, are known.
 */
mine_scope *mine_class_scope(mine_run *run, mine_scope *scope, cp_class *class,
                             const cp_expr *type)
{
    mine_scope *own = cp_new(run->arena, mine_scope, 1);
    own->module = class->module;
    own->is_native = true;
    if (type->kind == CP_EXPR_SUBSCRIPT) {
        mine_bind_template(run, own, class->type_params, scope, type);
        return own;
    }
    /* In the class itself its name stands for the instance that the code runs in. */
    for (mine_scope *s = scope; s && class->type_params; s = s->parent)
        if (s->func && s->parent && mine_owner(run, s->func) == class)
            return s->parent;
    return own;
}

const mine_value *mine_member_alias(mine_run *run, cp_class *class, mine_scope *scope,
                                    cp_str name)
{
    mine_scope *own = cp_new(run->arena, mine_scope, 1);
    *own = (mine_scope){
        .parent = scope, .module = class->module, .is_native = true, .class = class};
    for (uint32_t i = 0; i < class->body.count; i++) {
        cp_stmt *stmt = class->body.stmts[i];
        bool found = stmt->kind == CP_STMT_ASSIGN && cp_str_is(stmt->text, "using") &&
                     cp_str_eq(stmt->targets[0]->text, name);
        /* `using T = T;` names what is outside. */
        if (found &&
            !(stmt->value->kind == CP_EXPR_NAME && cp_str_eq(stmt->value->text, name)))
            return mine_type(run, own, stmt->value);
    }
    for (uint32_t i = 0; i < class->base_count && !run->in_bases; i++) {
        cp_class *base = mine_native_class(run, own, class->bases[i]);
        if (!base || base == class || run->depth >= 56)
            continue;
        run->in_bases = true; /* what a base is given does not come from the bases */
        mine_scope *from = mine_class_scope(run, own, base, class->bases[i]);
        run->in_bases = false;
        run->depth++;
        const mine_value *value = mine_member_alias(run, base, from, name);
        run->depth--;
        if (value)
            return value;
    }
    return NULL;
}
