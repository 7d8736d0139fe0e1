#include "contracts/mine_public.h"

#define BASES_MAX 8

/* A method of a class, by how many bases away it is defined; 0 for private ones too. */
typedef struct method {
    cp_func *func;
    unsigned depth;
    bool looked_at;
} method;

typedef struct class_methods {
    cp_arena *arena;
    cp_map by_name; /* -> method, that of the nearest class */
} class_methods;

static void collect(mine_run *run, class_methods *all, const mine_value *class,
                    unsigned depth)
{
    for (uint32_t i = class->class->body.count; i > 0; i--) {
        const cp_stmt *stmt = class->class->body.stmts[i - 1];
        if (stmt->kind != CP_STMT_DEF || cp_map_get(&all->by_name, stmt->func->name))
            continue;
        method *one = cp_new(all->arena, method, 1);
        bool hidden =
            class->class->name.ptr[0] == '_'; /* no one calls it by that class */
        *one = (method){stmt->func, hidden ? 0 : depth, false};
        cp_map_put(&all->by_name, stmt->func->name, one);
    }
    for (uint32_t i = 0; i < class->class->base_count && depth < BASES_MAX; i++) {
        const mine_value *base = mine_eval(run, class->scope, class->class->bases[i]);
        if (base->kind == VALUE_CLASS)
            collect(run, all, base, depth + 1);
    }
}

/* Whether the method comes to one that the class itself defines, by `self.name`. */
static bool comes_home(class_methods *all, method *from)
{
    if (from->depth == 0)
        return true;
    if (from->looked_at)
        return false;
    from->looked_at = true;
    cp_str text = from->func->module->source->text;
    text = cp_str_cut(text, from->func->span.start, from->func->span.end);
    size_t at = 0;
    while ((at = cp_str_find(text, CP_STR("self."), at)) != SIZE_MAX) {
        size_t end = at += 5;
        while (end < text.len && cp_is_word_byte(text.ptr[end]))
            end++;
        method *next = cp_map_get(&all->by_name, cp_str_cut(text, at, end));
        if (next && comes_home(all, next))
            return true;
    }
    return false;
}

bool mine_is_kernel(cp_func *func)
{
    if (func->decorated)
        cp_func_read(func);
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        const cp_expr *name = func->decorators[i];
        if (name->kind == CP_EXPR_CALL)
            name = name->kids[0];
        if (name->kind == CP_EXPR_ATTR &&
            (cp_str_is(name->text, "jit") || cp_str_is(name->text, "kernel")))
            return true;
    }
    return false;
}

static bool is_public(cp_func *func)
{
    static const char *const never[] = {"property", "abstractmethod", "overload",
                                        "setter", "cached_property"};
    if ((func->name.ptr[0] == '_' && !cp_str_is(func->name, "__call__")) ||
        mine_is_kernel(func))
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (cp_func_decorated(func, never[i]))
            return false;
    return true;
}

cp_func **mine_methods(mine_run *run, cp_module *module, cp_class *class, size_t *count)
{
    class_methods all = {run->arena, {.arena = run->arena}};
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    scope->module = module;
    collect(run, &all, mine_class_value(run, class, scope), 0);
    cp_func **methods = cp_new(run->arena, cp_func *, all.by_name.count + 1);
    *count = 0;
    for (size_t i = 0; i < all.by_name.count; i++) {
        method *one = all.by_name.entries[i].value;
        for (size_t k = 0; k < all.by_name.count; k++)
            ((method *)all.by_name.entries[k].value)->looked_at = false;
        if (is_public(one->func) && comes_home(&all, one))
            methods[(*count)++] = one->func;
    }
    return methods;
}
