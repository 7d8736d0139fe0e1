#include "contracts/mine_enum.h"
#include "contracts/mine_memo.h"
#include "contracts/mine_public.h"
#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Memory of one run after which the methods of a class go on in another one. */
#define GROUP_BYTES_MAX ((size_t)64 << 20)

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
    mine_names *names;
    const mine_entry *points;
    mine_point *watched; /* of each point */
    size_t point_count;
    atomic_size_t next;
} miner;

mine_run *mine_run_new(cp_arena *arena, mine_program *program)
{
    mine_run *run = cp_new(arena, mine_run, 1);
    run->program = program;
    run->arena = arena;
    run->touched.arena = run->symbols.arena = run->stores.arena = arena;
    run->kept.arena = run->kept_apart.arena = run->names.arena = run->plain.arena = arena;
    run->uses.arena = run->memo.arena = run->erased.arena = arena;
    return run;
}

static void add_rest(mine_worker *w, const mine_entry *point, const mine_run *run)
{
    cp_mined_rest rest = {.call = point->call, .why = run->gave_up};
    rest.place =
        mine_place(&w->arena, w->miner->input, point->module, point->func->span.start);
    cp_push(&w->arena, w->rest, w->rest_count, w->rest_room, rest);
}

/* An argument that is an object of a class of the tree, whose fields are its parts. */
static const mine_value *given_instance(mine_run *run, const cp_func *func,
                                        const cp_param *param)
{
    if (!param->annotation || param->annotation->kind != CP_EXPR_NAME || param->fallback)
        return NULL;
    const mine_value *class =
        mine_module_name(run, func->module, param->annotation->text);
    if (!class || class->kind != VALUE_CLASS || mine_is_enum(run, class->class))
        return NULL;
    mine_value *value = cp_new(run->arena, mine_value, 1);
    value->kind = VALUE_OBJECT;
    value->object = cp_new(run->arena, mine_object, 1);
    *value->object =
        (mine_object){.class = class->class, .scope = class->scope, .open = param->name};
    return value;
}

/* What stands for an argument: `dtype: torch.dtype` says that it is one. */
static const mine_value *given_value(mine_run *run, const cp_func *func,
                                     const cp_param *param)
{
    const mine_value *instance = given_instance(run, func, param);
    if (instance)
        return instance;
    const mine_value *value = mine_text(run, VALUE_PARAM, param->name);
    const cp_expr *type = param->annotation;
    bool optional = param->fallback && cp_str_is(param->fallback->text, "None");
    if (type && type->kind == CP_EXPR_NAME && !optional)
        cp_map_put(&run->plain, param->name, (void *)type);
    bool dtype = type && type->kind == CP_EXPR_ATTR && cp_str_is(type->text, "dtype");
    return dtype && !optional ? mine_as_dtype(run, value) : value;
}

/* The arguments of a call that gives each parameter from `first` on, by its name. */
static mine_args given_args(mine_run *run, const cp_func *func, uint32_t first,
                            cp_str prefix)
{
    mine_args args = {0};
    for (uint32_t i = first; i < func->param_count; i++) {
        const cp_param *param = &func->params[i];
        cp_param named = *param;
        named.name = cp_str_printf(run->arena, "%.*s%.*s", CP_STR_ARGS(prefix),
                                   CP_STR_ARGS(param->name));
        mine_bound bound = {param->name, given_value(run, func, &named)};
        if (param->kind == CP_PARAM_PLAIN || param->kind == CP_PARAM_KEYWORD_ONLY)
            cp_push(run->arena, args.items, args.count, args.room, bound);
    }
    return args;
}

void mine_run_entry(mine_run *run, cp_func *func, bool is_native)
{
    mine_scope *outer = cp_new(run->arena, mine_scope, 1);
    outer->module = func->module;
    outer->is_native = is_native;
    const mine_value *entry = mine_func_value(run, func, outer, NULL);
    mine_args args = given_args(run, func, 0, (cp_str){"", 0});
    cp_expr site = {.kind = CP_EXPR_OTHER, .span = func->span};
    mine_apply(run, entry, &args, outer, &site);
}

/* Whether a field that the constructor sets is what it is for good. */
static bool is_settled(const mine_value *value)
{
    switch (value->kind) {
    case VALUE_FUNC:
    case VALUE_CLASS:
    case VALUE_OBJECT:
    case VALUE_NATIVE:
    case VALUE_PYTHON:
        return true;
    case VALUE_SELECT:
        for (uint32_t i = 0; i < value->count; i++)
            if (!is_settled(value->options[i].value))
                return false;
        return true;
    default:
        return false;
    }
}

/*
 * An object of the class as any method finds it: modules, functions and objects as the
 * constructor sets them, while all other fields are given with the object.
 */
static const mine_value *given_object(mine_run *run, cp_class *class, mine_scope *scope)
{
    mine_value *self = cp_new(run->arena, mine_value, 1);
    self->kind = VALUE_OBJECT;
    mine_object *object = self->object = cp_new(run->arena, mine_object, 1);
    *object = (mine_object){.class = class, .scope = scope, .open = CP_STR("self")};
    mine_scope *from = scope;
    cp_func *init =
        mine_find_method(run, class, CP_STR("__init__"), SIZE_MAX, false, &from);
    if (!init)
        return self;
    mine_args args = given_args(run, init, 1, CP_STR("self."));
    cp_expr site = {.kind = CP_EXPR_OTHER, .span = init->span};
    run->muted++;
    mine_apply(run, mine_func_value(run, init, from, self), &args, scope, &site);
    run->muted--;
    size_t kept = 0;
    for (size_t i = 0; i < object->count && !run->gave_up; i++)
        if (is_settled(object->fields[i].value))
            object->fields[kept++] = object->fields[i];
    object->count = kept;
    run->failed = false;
    run->gave_up = NULL;
    run->steps = 0;
    return self;
}

/* What is left of a run for the next method of the same class. */
static void begin_method(mine_run *run)
{
    run->clause_count = run->path_count = run->known_count = run->chain = 0;
    run->output_count = 0;
    run->chain_stmt = NULL;
    run->touched = (cp_map){.arena = run->arena};
    run->symbols = (cp_map){.arena = run->arena};
    run->stores = (cp_map){.arena = run->arena};
    run->kept = (cp_map){.arena = run->arena};
    run->erased = (cp_map){.arena = run->arena};
    run->steps = 0;
    run->bytes = cp_arena_size(run->arena);
    run->failed = false;
    run->gave_up = NULL;
}

/* Calls the entry point with its own parameters. */
static void run_entry(mine_run *run, const mine_entry *point, const mine_value *object)
{
    cp_func *func = point->func;
    mine_scope *home = cp_new(run->arena, mine_scope, 1);
    home->module = func->module;
    const mine_value *self = NULL;
    if (object && point->class && cp_func_decorated(func, "classmethod"))
        self = mine_class_value(run, point->class, object->object->scope);
    else if (object && point->class && !cp_func_decorated(func, "staticmethod"))
        self = mine_copy_object(run, object);
    mine_args args = given_args(run, func, self != NULL, (cp_str){"", 0});
    cp_expr site = {.kind = CP_EXPR_OTHER, .span = func->span};
    mine_note_outputs(
        run, mine_apply(run, mine_func_value(run, func, home, self), &args, home, &site));
}

/* What the run found is of this entry point. */
static void keep_entry(mine_worker *w, mine_run *run, const mine_entry *point)
{
    size_t before = w->facts.count;
    mine_solve(run, point->call, &w->facts);
    if (w->facts.count > before)
        cp_push(&w->arena, w->entries, w->entry_count, w->entry_room,
                mine_entry_record(&w->arena, w->miner->names, point));
    if (run->gave_up)
        add_rest(w, point, run);
}

static void mine_one(mine_worker *w, mine_run *run, const mine_entry *point,
                     const mine_value *object)
{
    begin_method(run);
    run_entry(run, point, object);
    keep_entry(w, run, point);
    if (!point->class)
        mine_watch(&w->arena, run, &w->miner->watched[point - w->miner->points]);
}

/* A function, or all methods of a class: `count` entry points. */
static void mine_group(mine_worker *w, const mine_entry *points, size_t count)
{
    cp_arena scratch = {0};
    mine_run *run = mine_run_new(&scratch, w->miner->program);
    const mine_value *object = NULL;
    if (points->class) {
        mine_scope *scope = cp_new(&scratch, mine_scope, 1);
        scope->module = points->module;
        object = given_object(run, points->class, scope);
    }
    for (size_t i = 0; i < count; i++) {
        if (i && cp_arena_size(&scratch) > GROUP_BYTES_MAX) { /* the rest in a new run */
            cp_arena_dispose(&scratch);
            mine_group(w, points + i, count - i);
            return;
        }
        mine_one(w, run, &points[i], object);
    }
    cp_arena_dispose(&scratch);
}

static void *mine_share(void *data)
{
    mine_worker *w = data;
    const miner *m = w->miner;
    for (;;) {
        size_t i = atomic_fetch_add(&w->miner->next, 1), end = i + 1;
        if (i >= m->point_count)
            return NULL;
        const cp_class *class = m->points[i].class;
        if (class && i && m->points[i - 1].class == class)
            continue; /* done along with the first of its class */
        while (class && end < m->point_count && m->points[end].class == class)
            end++;
        mine_group(w, &m->points[i], end - i);
    }
}

/* An operator of torch that C++ code defines, called as it is. */
static void mine_operator(mine_worker *w, cp_str dotted)
{
    cp_arena scratch = {0};
    mine_run *run = mine_run_new(&scratch, w->miner->program);
    cp_str rest = dotted, name = {0};
    while (rest.len)
        name = cp_str_next(&rest, '.');
    const mine_value *target = mine_native_export(run, (cp_str){0}, name, SIZE_MAX);
    if (target && target->kind == VALUE_FUNC) {
        mine_entry entry = {target->func->module, target->func, NULL, dotted};
        mine_args args = given_args(run, target->func, 0, (cp_str){"", 0});
        cp_expr site = {.kind = CP_EXPR_OTHER, .span = target->func->span};
        begin_method(run);
        mine_note_outputs(run, mine_apply(run, target, &args, target->scope, &site));
        keep_entry(w, run, &entry);
    }
    cp_arena_dispose(&scratch);
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

/* The operators that were called along the way, in the order of their names. */
static void mine_operators(miner *m, mine_worker *worker)
{
    const cp_map *map = &m->program->operators;
    size_t count = map->count;
    cp_str *names = cp_new(m->arena, cp_str, count + 1);
    for (size_t i = 0; i < count; i++)
        names[i] = map->entries[i].key;
    if (count)
        qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++)
        mine_operator(worker, names[i]);
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

/* The functions whose tensors' pointers are worth following. */
static void list_watched(const miner *m, cp_mined_set *set)
{
    size_t room = 0;
    for (size_t i = 0; i < m->point_count; i++) {
        mine_point point = m->watched[i];
        point.func = m->points[i].func;
        point.call = m->points[i].call;
        if (point.watched_count)
            cp_push(m->arena, set->erased, set->erased_count, room, point);
    }
    set->program = m->program;
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
    m.names = mine_names_new(arena, mine_run_new(&names, m.program));
    mine_index_registered(m.program);
    m.points = mine_entries(m.names, &m.point_count);
    m.watched = cp_new(arena, mine_point, m.point_count + 1);
    cp_arena_dispose(&names);
    threads = threads < 1 ? 1 : threads > 64 ? 64 : threads;
    mine_worker *workers = cp_new(arena, mine_worker, (size_t)threads);
    for (int i = 0; i < threads; i++) {
        workers[i].miner = &m;
        workers[i].facts.arena = &workers[i].arena;
    }
    run_threads(workers, threads);
    cp_arena_trim();
    mine_operators(&m, &workers[0]);
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
    mine_enums(arena, input, &set);
    list_watched(&m, &set);
    sort_set(&set);
    return set;
}
