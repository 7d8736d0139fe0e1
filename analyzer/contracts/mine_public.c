#include "contracts/mine_public.h"

/* A public name of a function or class. */
typedef struct public_name {
    cp_str name;
    struct public_name *next;
} public_name;

struct mine_names {
    cp_arena *arena;
    mine_run *run;
    const cp_mine_input *input;
    cp_map imported; /* dotted names that import statements spell */
    cp_map names;    /* address of a function or class -> public_name */
    mine_entry *entries;
    size_t count, room;
};

/* "pkg/a/b.py" -> "pkg.a.b" */
static cp_str dotted_name(cp_arena *arena, const cp_mine_input *input,
                          const cp_module *module)
{
    cp_str path = mine_path(input, module);
    if (cp_str_ends(path, CP_STR(".py")))
        path.len -= 3;
    if (cp_str_ends(path, CP_STR("/__init__")))
        path.len -= 9;
    char *dotted = cp_new(arena, char, path.len + 1);
    for (size_t i = 0; i < path.len; i++)
        dotted[i] = path.ptr[i] == '/' ? '.' : path.ptr[i];
    return (cp_str){dotted, path.len};
}

/* Notes each module that is imported by its whole name, and the folders around it. */
static void note_imports(mine_names *m, const cp_module *module)
{
    for (uint32_t i = 0; i < module->import_count; i++)
        for (uint32_t k = 0; k < module->imports[i]->import_count; k++) {
            const cp_import *import = &module->imports[i]->imports[k];
            for (size_t n = 0; n <= import->module.len && !import->level; n++)
                if (n == import->module.len || import->module.ptr[n] == '.')
                    cp_map_put(&m->imported, cp_str_cut(import->module, 0, n), m);
        }
}

/*
 * Whether every folder between the top one and the module's file is a package, or is
 * imported from as if it were: data folders hold files of other projects.
 */
static bool is_reachable(const mine_names *m, const cp_module *module, cp_str dotted)
{
    cp_project *project = m->input->project;
    cp_str rest = dotted, top = cp_str_next(&rest, '.');
    if (!cp_project_import(project, module, top))
        return true; /* no package at all: scripts, namespace packages */
    for (size_t i = top.len + 1; i < dotted.len; i++) {
        cp_str folder = cp_str_cut(dotted, 0, i);
        if (dotted.ptr[i] == '.' && !cp_map_get(&m->imported, folder) &&
            !cp_project_import(project, module, folder))
            return false;
    }
    return true;
}

static bool is_public_package(const cp_mine_input *input, cp_str dotted)
{
    static const char *const never[] = {"tests", "test",     "benchmarks", "benchmark",
                                        "docs",  "examples", "tools",      "scripts",
                                        "setup", "build"};
    cp_str rest = dotted, top = cp_str_next(&rest, '.');
    for (cp_str below = rest; below.len;) { /* a package's own tests */
        cp_str part = cp_str_next(&below, '.');
        if (cp_str_is(part, "test") || cp_str_is(part, "tests"))
            return false;
    }
    for (size_t i = 0; i < input->package_count; i++)
        if (cp_str_eq(input->packages[i], top))
            return true;
    if (input->package_count)
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (cp_str_is(top, never[i]))
            return false;
    return true;
}

static cp_str key_of(cp_arena *arena, const void *what)
{
    return cp_str_copy(arena, (cp_str){(const char *)&what, sizeof what});
}

static void add_name(mine_names *m, const mine_value *value, cp_str package, cp_str local)
{
    const void *what = value->kind == VALUE_FUNC    ? (const void *)value->func
                       : value->kind == VALUE_CLASS ? (const void *)value->class
                                                    : NULL;
    if (!what)
        return;
    public_name *name = cp_new(m->arena, public_name, 1);
    name->name =
        cp_str_printf(m->arena, "%.*s.%.*s", CP_STR_ARGS(package), CP_STR_ARGS(local));
    public_name **slot = (public_name **)cp_map_slot(&m->names, key_of(m->arena, what));
    name->next = *slot;
    *slot = name;
}

/* Names that `__getattr__` of a package loads on first use: {"name": ".module"}. */
static void add_lazy_names(mine_names *m, cp_module *module, cp_str package,
                           cp_expr *table)
{
    for (uint32_t i = 0; i + 1 < table->kid_count; i += 2) {
        const cp_expr *name = table->kids[i], *from = table->kids[i + 1];
        if (!name || name->kind != CP_EXPR_STRING)
            return;
        if (from->kind == CP_EXPR_TUPLE && from->kid_count)
            from = from->kids[0];
        if (from->kind != CP_EXPR_STRING)
            return;
        cp_import import = {
            .module = from->text, .name = name->text, .local = name->text};
        while (import.module.len && import.module.ptr[0] == '.') {
            import.module = cp_str_cut(import.module, 1, import.module.len);
            import.level++;
        }
        const mine_value *value = mine_imported(m->run, module, &import);
        add_name(m, value, package, name->text);
    }
}

static void find_names(mine_names *m, cp_module *module)
{
    cp_str package = dotted_name(m->arena, m->input, module);
    if (!module->is_package || !is_public_package(m->input, package))
        return;
    bool lazy = mine_binding(m->run->program, module, CP_STR("__getattr__")) != NULL;
    const cp_map *names = cp_map_get(&m->run->program->bindings, module->source->path);
    for (size_t i = 0; names && i < names->count; i++) {
        cp_stmt *stmt = names->entries[i].value;
        cp_str local = names->entries[i].key;
        if (stmt->kind == CP_STMT_ASSIGN && lazy && stmt->value &&
            stmt->value->kind == CP_EXPR_DICT)
            add_lazy_names(m, module, package, stmt->value);
        if (stmt->kind != CP_STMT_IMPORT || !local.len || local.ptr[0] == '_')
            continue;
        const mine_value *value = mine_module_name(m->run, module, local);
        if (value)
            add_name(m, value, package, local);
    }
}

static bool is_below(cp_str dotted, cp_str package)
{
    return cp_str_starts(dotted, package) &&
           (dotted.len == package.len || dotted.ptr[package.len] == '.');
}

static cp_str package_of(cp_str name)
{
    const char *dot = memrchr(name.ptr, '.', name.len);
    return dot ? cp_str_cut(name, 0, (size_t)(dot - name.ptr)) : (cp_str){0};
}

/*
 * The name that callers are meant to use: that of the nearest package around the module
 * which exports it, else the module's own. "" for what is private.
 */
static cp_str call_name(const mine_names *m, const cp_module *module, const void *what,
                        cp_str name)
{
    cp_str dotted = dotted_name(m->arena, m->input, module), best = {0};
    const public_name *first = cp_map_get(&m->names, key_of(m->arena, what));
    for (const public_name *n = first; n; n = n->next) {
        cp_str package = package_of(n->name);
        if (is_below(dotted, package) && n->name.len > package.len &&
            (!best.len || package.len > package_of(best).len))
            best = n->name;
    }
    if (!best.len && first)
        best = first->name;
    if (best.len)
        return best;
    if (name.ptr[0] == '_')
        return (cp_str){0};
    return cp_str_printf(m->arena, "%.*s.%.*s", CP_STR_ARGS(dotted), CP_STR_ARGS(name));
}

/* Whether a caller gives it anything: `self` and `cls` are not given. */
static bool takes_arguments(const mine_entry *entry)
{
    bool bound = entry->class && !cp_func_decorated(entry->func, "staticmethod");
    return entry->func->param_count > (bound ? 1 : 0);
}

static void add_entry(mine_names *m, mine_entry entry)
{
    if (entry.call.len && takes_arguments(&entry) && !mine_is_kernel(entry.func))
        cp_push(m->arena, m->entries, m->count, m->room, entry);
}

static void add_class(mine_names *m, cp_module *module, cp_class *class)
{
    cp_str name = call_name(m, module, class, class->name);
    size_t count = 0;
    cp_func **methods = name.len ? mine_methods(m->run, module, class, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        mine_entry entry = {module, methods[i], class, {0}};
        entry.call = cp_str_printf(m->arena, "%.*s.%.*s", CP_STR_ARGS(name),
                                   CP_STR_ARGS(methods[i]->name));
        add_entry(m, entry);
    }
}

/* The public functions and classes of a module. */
static void add_module(mine_names *m, cp_module *module)
{
    for (uint32_t k = 0; k < module->body.count; k++) {
        const cp_stmt *stmt = module->body.stmts[k];
        if (stmt->kind == CP_STMT_CLASS)
            add_class(m, module, stmt->class);
        if (stmt->kind != CP_STMT_DEF)
            continue;
        mine_entry entry = {module, stmt->func, NULL, {0}};
        entry.call = call_name(m, module, stmt->func, stmt->func->name);
        add_entry(m, entry);
    }
}

mine_names *mine_names_new(cp_arena *arena, mine_run *run)
{
    mine_names *m = cp_new(arena, mine_names, 1);
    *m = (mine_names){.arena = arena, .run = run, .input = run->program->input};
    m->names.arena = m->imported.arena = arena;
    size_t count;
    cp_module *const *modules = cp_project_modules(m->input->project, &count);
    for (size_t i = 0; i < count; i++)
        note_imports(m, modules[i]);
    size_t packages = count;
    for (size_t i = 0; i < packages; i++) {
        find_names(m, modules[i]);
        modules =
            cp_project_modules(m->input->project, &count); /* more may be read now */
    }
    for (size_t i = 0; i < count; i++) {
        cp_str dotted = dotted_name(m->arena, m->input, modules[i]);
        if (is_public_package(m->input, dotted) && is_reachable(m, modules[i], dotted))
            add_module(m, modules[i]);
        modules = cp_project_modules(m->input->project, &count);
    }
    return m;
}

const mine_entry *mine_entries(mine_names *names, size_t *count)
{
    *count = names->count;
    return names->entries;
}

static void add_alias(cp_arena *arena, cp_mined_entry *record, size_t *room, cp_str name)
{
    size_t count = record->alias_count;
    if (cp_str_eq(name, record->call))
        return;
    for (size_t i = 0; i < count; i++)
        if (cp_str_eq(record->aliases[i], name))
            return;
    cp_push(arena, record->aliases, count, *room, name);
    record->alias_count = (uint32_t)count;
}

cp_mined_entry mine_entry_record(cp_arena *arena, const mine_names *names,
                                 const mine_entry *entry)
{
    const cp_func *func = entry->func;
    cp_mined_entry record = {.call = entry->call};
    size_t room = 0;
    bool bound = entry->class && !cp_func_decorated(entry->func, "staticmethod");
    record.parameters = cp_new(arena, cp_str, func->param_count + 1);
    for (uint32_t i = bound; i < func->param_count; i++)
        if (func->params[i].kind == CP_PARAM_PLAIN ||
            func->params[i].kind == CP_PARAM_KEYWORD_ONLY)
            record.parameters[record.parameter_count++] =
                cp_str_copy(arena, func->params[i].name);
    if (cp_str_starts(entry->call, CP_STR("torch.ops.")))
        return record; /* code of C++ has no other name in Python */
    cp_str module = dotted_name(arena, names->input, entry->module);
    cp_str tail = entry->class ? cp_str_printf(arena, ".%.*s", CP_STR_ARGS(func->name))
                               : (cp_str){"", 0};
    cp_str name = entry->class ? entry->class->name : func->name;
    add_alias(arena, &record, &room,
              cp_str_printf(arena, "%.*s.%.*s%.*s", CP_STR_ARGS(module),
                            CP_STR_ARGS(name), CP_STR_ARGS(tail)));
    const void *what = entry->class ? (const void *)entry->class : (const void *)func;
    const public_name *n = cp_map_get(&names->names, key_of(arena, what));
    for (; n; n = n->next)
        add_alias(
            arena, &record, &room,
            cp_str_printf(arena, "%.*s%.*s", CP_STR_ARGS(n->name), CP_STR_ARGS(tail)));
    return record;
}
