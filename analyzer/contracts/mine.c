#include "contracts/mine_engine.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A public name of a function. */
typedef struct public_name {
    cp_str name;
    struct public_name *next;
} public_name;

/* A function whose contracts are looked for. */
typedef struct entry_point {
    cp_module *module;
    cp_func *func;
    cp_str call;
} entry_point;

/* One thread's share of the results. */
typedef struct mine_worker {
    struct miner *miner;
    cp_arena arena;
    mine_facts facts;
    cp_mined_entry *entries;
    size_t entry_count, entry_room;
    cp_mined_rest *rest;
    size_t rest_count, rest_room;
} mine_worker;

typedef struct miner {
    cp_arena *arena;
    const cp_mine_input *input;
    mine_program *program;
    mine_run *run;   /* of the names; entry points have one each */
    cp_map imported; /* dotted names that import statements spell */
    cp_map names;    /* address of a function -> public_name */
    entry_point *points;
    size_t point_count, point_room;
    atomic_size_t next;
} miner;

mine_run *mine_run_new(cp_arena *arena, mine_program *program)
{
    mine_run *run = cp_new(arena, mine_run, 1);
    run->program = program;
    run->arena = arena;
    run->touched.arena = run->symbols.arena = run->stores.arena = arena;
    run->kept.arena = run->names.arena = arena;
    return run;
}

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
static void note_imports(miner *m, const cp_module *module)
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
static bool is_reachable(const miner *m, const cp_module *module, cp_str dotted)
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

static cp_str key_of(cp_arena *arena, const cp_func *func)
{
    return cp_str_copy(arena, (cp_str){(const char *)&func, sizeof(const cp_func *)});
}

static void add_name(miner *m, const cp_func *func, cp_str package, cp_str local)
{
    public_name *name = cp_new(m->arena, public_name, 1);
    name->name =
        cp_str_printf(m->arena, "%.*s.%.*s", CP_STR_ARGS(package), CP_STR_ARGS(local));
    public_name **slot = (public_name **)cp_map_slot(&m->names, key_of(m->arena, func));
    name->next = *slot;
    *slot = name;
}

/* Names that `__getattr__` of a package loads on first use: {"name": ".module"}. */
static void add_lazy_names(miner *m, cp_module *module, cp_str package, cp_expr *table)
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
        if (value->kind == VALUE_FUNC)
            add_name(m, value->func, package, name->text);
    }
}

static void find_names(miner *m, cp_module *module)
{
    cp_str package = dotted_name(m->arena, m->input, module);
    if (!module->is_package || !is_public_package(m->input, package))
        return;
    bool lazy = mine_binding(m->program, module, CP_STR("__getattr__")) != NULL;
    const cp_map *names = cp_map_get(&m->program->bindings, module->source->path);
    for (size_t i = 0; names && i < names->count; i++) {
        cp_stmt *stmt = names->entries[i].value;
        cp_str local = names->entries[i].key;
        if (stmt->kind == CP_STMT_ASSIGN && lazy && stmt->value &&
            stmt->value->kind == CP_EXPR_DICT)
            add_lazy_names(m, module, package, stmt->value);
        if (stmt->kind != CP_STMT_IMPORT || !local.len || local.ptr[0] == '_')
            continue;
        const mine_value *value = mine_module_name(m->run, module, local);
        if (value && value->kind == VALUE_FUNC)
            add_name(m, value->func, package, local);
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
static cp_str call_name(miner *m, const cp_module *module, const cp_func *func)
{
    cp_str dotted = dotted_name(m->arena, m->input, module), best = {0};
    const public_name *first = cp_map_get(&m->names, key_of(m->arena, func));
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
    if (func->name.ptr[0] == '_')
        return (cp_str){0};
    return cp_str_printf(m->arena, "%.*s.%.*s", CP_STR_ARGS(dotted),
                         CP_STR_ARGS(func->name));
}

static void add_entry(mine_worker *w, const entry_point *point)
{
    miner *m = w->miner;
    const cp_func *func = point->func;
    cp_mined_entry entry = {.call = point->call};
    entry.parameters = cp_new(&w->arena, cp_str, func->param_count + 1);
    for (uint32_t i = 0; i < func->param_count; i++)
        if (func->params[i].kind == CP_PARAM_PLAIN ||
            func->params[i].kind == CP_PARAM_KEYWORD_ONLY)
            entry.parameters[entry.parameter_count++] =
                cp_str_copy(&w->arena, func->params[i].name);
    size_t room = 0, count = 0;
    cp_str own =
        cp_str_printf(&w->arena, "%.*s.%.*s",
                      CP_STR_ARGS(dotted_name(&w->arena, m->input, point->module)),
                      CP_STR_ARGS(func->name));
    if (!cp_str_eq(own, point->call))
        cp_push(&w->arena, entry.aliases, count, room, own);
    const public_name *n = cp_map_get(&m->names, key_of(&w->arena, func));
    for (; n; n = n->next)
        if (!cp_str_eq(n->name, point->call) && !cp_str_eq(n->name, own))
            cp_push(&w->arena, entry.aliases, count, room, n->name);
    entry.alias_count = (uint32_t)count;
    cp_push(&w->arena, w->entries, w->entry_count, w->entry_room, entry);
}

static void add_rest(mine_worker *w, const entry_point *point, const mine_run *run)
{
    cp_mined_rest rest = {.call = point->call, .why = run->gave_up};
    rest.place =
        mine_place(&w->arena, w->miner->input, point->module, point->func->span.start);
    cp_push(&w->arena, w->rest, w->rest_count, w->rest_room, rest);
}

/* What stands for an argument: `dtype: torch.dtype` says that it is one. */
static const mine_value *given_value(mine_run *run, const cp_param *param)
{
    const mine_value *value = mine_text(run, VALUE_PARAM, param->name);
    const cp_expr *type = param->annotation;
    bool dtype = type && type->kind == CP_EXPR_ATTR && cp_str_is(type->text, "dtype");
    bool optional = param->fallback && cp_str_is(param->fallback->text, "None");
    return dtype && !optional ? mine_as_dtype(run, value) : value;
}

void mine_run_entry(mine_run *run, cp_func *func, bool is_native)
{
    mine_scope *outer = cp_new(run->arena, mine_scope, 1);
    outer->module = func->module;
    outer->is_native = is_native;
    const mine_value *entry = mine_func_value(run, func, outer, NULL);
    mine_args args = {0};
    for (uint32_t i = 0; i < func->param_count; i++) {
        mine_bound bound = {func->params[i].name, given_value(run, &func->params[i])};
        if (func->params[i].kind == CP_PARAM_PLAIN ||
            func->params[i].kind == CP_PARAM_KEYWORD_ONLY)
            cp_push(run->arena, args.items, args.count, args.room, bound);
    }
    cp_expr site = {.kind = CP_EXPR_OTHER, .span = func->span};
    mine_apply(run, entry, &args, outer, &site);
}

static void mine_function(mine_worker *w, const entry_point *point)
{
    cp_arena scratch = {0};
    mine_run *run = mine_run_new(&scratch, w->miner->program);
    mine_run_entry(run, point->func, false);
    size_t before = w->facts.count;
    mine_solve(run, point->call, &w->facts);
    if (w->facts.count > before)
        add_entry(w, point);
    if (run->gave_up)
        add_rest(w, point, run);
    cp_arena_dispose(&scratch);
}

static void *mine_share(void *data)
{
    mine_worker *w = data;
    for (;;) {
        size_t i = atomic_fetch_add(&w->miner->next, 1);
        if (i >= w->miner->point_count)
            return NULL;
        mine_function(w, &w->miner->points[i]);
    }
}

static int by_fact(const void *a, const void *b)
{
    const cp_mined *x = a, *y = b;
    int order = cp_str_cmp(x->call, y->call);
    order = order ? order : cp_str_cmp(x->parameter, y->parameter);
    order = order ? order : cp_str_cmp(x->when, y->when);
    order = order ? order : cp_str_cmp(x->same_as, y->same_as);
    return order ? order : (x->accepts > y->accepts) - (x->accepts < y->accepts);
}

void mine_sort_facts(cp_mined *facts, size_t count)
{
    if (count)
        qsort(facts, count, sizeof *facts, by_fact);
}

static int by_call(const void *a, const void *b)
{
    return cp_str_cmp(((const cp_mined_entry *)a)->call,
                      ((const cp_mined_entry *)b)->call);
}

static int by_place(const void *a, const void *b)
{
    const cp_mined_rest *x = a, *y = b;
    int order = cp_str_cmp(x->place, y->place);
    return order ? order : cp_str_cmp(x->call, y->call);
}

static int by_text(const void *a, const void *b)
{
    return cp_str_cmp(*(const cp_str *)a, *(const cp_str *)b);
}

/* All public functions, in the order of their files. */
static void list_points(miner *m)
{
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
        cp_module *module = modules[i];
        cp_str dotted = dotted_name(m->arena, m->input, module);
        if (!is_public_package(m->input, dotted) || !is_reachable(m, module, dotted))
            continue;
        for (uint32_t k = 0; k < module->body.count; k++) {
            if (module->body.stmts[k]->kind != CP_STMT_DEF)
                continue;
            entry_point point = {module, module->body.stmts[k]->func, {0}};
            point.call = call_name(m, module, point.func);
            if (point.call.len && point.func->param_count)
                cp_push(m->arena, m->points, m->point_count, m->point_room, point);
        }
    }
}

static void run_threads(mine_worker *workers, int threads)
{
    pthread_t ids[64];
    pthread_attr_t attr;
    int started = 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, (size_t)64 << 20); /* calls nest deeply */
    while (started < threads - 1 &&
           pthread_create(&ids[started], &attr, mine_share, &workers[started + 1]) == 0)
        started++;
    mine_share(&workers[0]);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    pthread_attr_destroy(&attr);
}

static void sort_set(cp_mined_set *set)
{
    mine_sort_facts(set->facts, set->count);
    if (set->entry_count)
        qsort(set->entries, set->entry_count, sizeof *set->entries, by_call);
    if (set->rest_count)
        qsort(set->rest, set->rest_count, sizeof *set->rest, by_place);
    for (size_t i = 0; i < set->entry_count; i++)
        if (set->entries[i].alias_count)
            qsort(set->entries[i].aliases, set->entries[i].alias_count, sizeof(cp_str),
                  by_text);
}

cp_mined_set cp_mine(cp_arena *arena, const cp_mine_input *input, int threads)
{
    cp_arena names = {0};
    miner m = {.arena = arena, .input = input};
    m.program = mine_program_new(arena, input);
    m.names.arena = m.imported.arena = arena;
    m.run = mine_run_new(&names, m.program);
    m.run->loaded_only = true;
    list_points(&m);
    cp_arena_dispose(&names);
    threads = threads < 1 ? 1 : threads > 64 ? 64 : threads;
    mine_worker *workers = cp_new(arena, mine_worker, (size_t)threads);
    for (int i = 0; i < threads; i++) {
        workers[i].miner = &m;
        workers[i].facts.arena = &workers[i].arena;
    }
    run_threads(workers, threads);
    cp_mined_set set = {0};
    size_t fact_room = 0, entry_room = 0, rest_room = 0;
    for (int i = 0; i < threads; i++) {
        for (size_t k = 0; k < workers[i].facts.count; k++)
            cp_push(arena, set.facts, set.count, fact_room, workers[i].facts.items[k]);
        for (size_t k = 0; k < workers[i].entry_count; k++)
            cp_push(arena, set.entries, set.entry_count, entry_room,
                    workers[i].entries[k]);
        for (size_t k = 0; k < workers[i].rest_count; k++)
            cp_push(arena, set.rest, set.rest_count, rest_room, workers[i].rest[k]);
        cp_arena_adopt(arena, &workers[i].arena);
    }
    sort_set(&set);
    return set;
}
