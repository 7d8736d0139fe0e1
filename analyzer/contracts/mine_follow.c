#include <stdatomic.h>
#include <stdlib.h>

#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* How often files are fetched that the code which was followed so far asks for. */
#define ROUNDS_MAX 8
#define NEEDS_MAX 256

/* An entry point whose pointers are followed. */
typedef struct follow_point {
    const mine_point *point;
    bool again; /* it asked for something that was not there */
    mine_misreads found;
    cp_arena arena; /* of what was found */
} follow_point;

typedef struct follower {
    mine_program *program;
    follow_point *points;
    size_t count;
    atomic_size_t next;
} follower;

void mine_watch(cp_arena *arena, const mine_run *run, mine_point *point)
{
    size_t room = 0;
    for (size_t i = 0; i < run->erased.count; i++) {
        cp_str param = run->erased.entries[i].key;
        cp_dtypes listed = 0;
        for (size_t k = 0; k < run->clause_count && !listed; k++)
            listed = mine_listed(&run->clauses[k], param);
        if (listed)
            cp_push(arena, point->watched, point->watched_count, room,
                    cp_str_copy(arena, param));
    }
}

static cp_str need_key(cp_arena *arena, cp_str name, cp_str space)
{
    return cp_str_printf(arena, "%.*s %.*s", CP_STR_ARGS(name), CP_STR_ARGS(space));
}

/* Names of libraries that no tree of kernels defines. */
static bool is_foreign(cp_str space)
{
    static const char *const spaces[] = {"std", "at",   "c10",    "torch",
                                         "tvm", "cub",  "cg",     "thrust",
                                         "ffi", "cute", "nvcuda", "cuda"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (cp_str_is(space, spaces[i]))
            return true;
    return false;
}

/* Types and functions of CUDA itself. */
static bool is_of_driver(cp_str name)
{
    return cp_str_starts(name, CP_STR("cuda")) || cp_str_starts(name, CP_STR("CU")) ||
           cp_str_starts(name, CP_STR("hip")) || cp_str_is(name, "dim3");
}

void mine_need(mine_run *run, cp_str name, cp_str space)
{
    const char *colon = memrchr(space.ptr, ':', space.len);
    if (colon)
        space = cp_str_cut(space, (size_t)(colon + 1 - space.ptr), space.len);
    if (!run->reads || name.len < 3 || is_foreign(space) || is_foreign(name) ||
        cp_dtype_of_native(name) != CP_DTYPE_NONE || is_of_driver(name))
        return;
    mine_program *program = run->program;
    pthread_mutex_lock(&program->lock);
    cp_str key = need_key(program->arena, name, space);
    void **slot = cp_map_slot(&program->needs, key);
    if (!*slot) {
        cp_mine_need *need = cp_new(program->arena, cp_mine_need, 1);
        *need = (cp_mine_need){cp_str_copy(program->arena, name),
                               cp_str_copy(program->arena, space)};
        *slot = need;
    }
    /* What was looked for before and is not in the tree is no reason to come again. */
    run->asked |= cp_map_get(&program->looked_for, key) == NULL;
    pthread_mutex_unlock(&program->lock);
}

static void follow_one(follower *f, follow_point *at)
{
    cp_arena scratch = {0};
    mine_run *run = mine_run_new(&scratch, f->program);
    run->reads = at->point;
    mine_run_entry(run, at->point->func, false);
    cp_arena_dispose(&at->arena);
    at->found = (mine_misreads){.arena = &at->arena};
    if (!run->gave_up)
        mine_find_misreads(run, at->point->call, &at->found);
    at->again = run->asked;
    cp_arena_dispose(&scratch);
}

static void *follow_share(void *data)
{
    follower *f = data;
    for (;;) {
        size_t i = atomic_fetch_add(&f->next, 1);
        if (i >= f->count)
            return NULL;
        if (f->points[i].again)
            follow_one(f, &f->points[i]);
    }
}

static void follow_all(follower *f, int threads)
{
    pthread_t ids[64];
    pthread_attr_t attr;
    int started = 0;
    f->next = 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, (size_t)64 << 20); /* calls nest deeply */
    while (started < threads - 1 &&
           pthread_create(&ids[started], &attr, follow_share, f) == 0)
        started++;
    follow_share(f);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    pthread_attr_destroy(&attr);
    cp_arena_trim();
}

static int by_need(const void *a, const void *b)
{
    const cp_mine_need *x = a, *y = b;
    int order = cp_str_cmp(x->name, y->name);
    return order ? order : cp_str_cmp(x->space, y->space);
}

/* Fetches what was asked for since the last time; whether there is anything new. */
static bool fetch(mine_program *program)
{
    cp_mine_need *needs = cp_new(program->arena, cp_mine_need, NEEDS_MAX);
    size_t count = 0;
    for (size_t i = 0; i < program->needs.count; i++) {
        cp_str key = program->needs.entries[i].key;
        if (count < NEEDS_MAX && !cp_map_get(&program->looked_for, key)) {
            needs[count++] = *(cp_mine_need *)program->needs.entries[i].value;
            cp_map_put(&program->looked_for, key, program);
        }
    }
    if (!count || !program->input->load)
        return false;
    qsort(needs, count, sizeof *needs, by_need);
    cp_module **modules = NULL;
    size_t got = program->input->load(program->input->load_data, needs, count, &modules);
    for (size_t i = 0; i < got; i++)
        mine_program_add(program, modules[i]);
    return got > 0;
}

static mine_misreads follow_points(mine_program *program, const mine_point *points,
                                   size_t count, int threads)
{
    follower f = {.program = program, .count = count};
    f.points = cp_new(program->arena, follow_point, count + 1);
    for (size_t i = 0; i < count; i++)
        f.points[i] = (follow_point){.point = &points[i], .again = true};
    threads = threads < 1 ? 1 : threads > 64 ? 64 : threads;
    follow_all(&f, threads);
    for (unsigned round = 0; round < ROUNDS_MAX && fetch(program); round++)
        follow_all(&f, threads);
    mine_misreads all = {.arena = program->arena};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < f.points[i].found.count; k++)
            cp_push(all.arena, all.items, all.count, all.room,
                    f.points[i].found.items[k]);
        cp_arena_adopt(program->arena, &f.points[i].arena);
    }
    return all;
}

/* ---- one for each check and pair of dtypes ---- */

static int by_place(const cp_mine_place *a, const cp_mine_place *b)
{
    int order = cp_str_cmp(a->module->source->path, b->module->source->path);
    return order ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

/* What makes two of them the same finding. */
static int by_check(const mine_misread *a, const mine_misread *b)
{
    int order = by_place(&a->check, &b->check);
    order = order ? order : cp_str_cmp(a->parameter, b->parameter);
    if (order || a->accepted != b->accepted)
        return order ? order : a->accepted < b->accepted ? -1 : 1;
    return (a->as > b->as) - (a->as < b->as);
}

static int by_misread(const void *a, const void *b)
{
    const mine_misread *x = a, *y = b;
    int order = by_check(x, y);
    order = order ? order : cp_str_cmp(x->when, y->when);
    return order ? order : cp_str_cmp(x->call, y->call);
}

static cp_dtype only_dtype(cp_dtypes set)
{
    unsigned d = 0;
    while (!(set & CP_DTYPES(d)))
        d++;
    return (cp_dtype)d;
}

static int by_read(const void *a, const void *b)
{
    return by_place(a, b);
}

static cp_misread misread_of(cp_arena *arena, const mine_misread *m)
{
    cp_misread out = {.call = cp_str_copy(arena, m->call),
                      .parameter = cp_str_copy(arena, m->parameter),
                      .when = cp_str_copy(arena, m->when),
                      .check_when = cp_str_copy(arena, m->check_when),
                      .accepted = only_dtype(m->accepted),
                      .as = only_dtype(m->as),
                      .accepts = m->accepts,
                      .check = m->check,
                      .cast = m->cast,
                      .reads = cp_new(arena, cp_mine_place, m->read_count),
                      .read_count = (uint32_t)m->read_count};
    memcpy(out.reads, m->reads, m->read_count * sizeof *m->reads);
    qsort(out.reads, out.read_count, sizeof *out.reads, by_read);
    return out;
}

cp_misreads cp_mine_misreads(cp_arena *arena, const cp_mined_set *set, int threads)
{
    mine_misreads all =
        follow_points(set->program, set->erased, set->erased_count, threads);
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, by_misread);
    cp_misreads out = {0};
    size_t room = 0;
    for (size_t i = 0; i < all.count;) {
        cp_misread one = misread_of(arena, &all.items[i]);
        size_t others = 0, k = i + 1;
        for (; k < all.count && by_check(&all.items[i], &all.items[k]) == 0; k++)
            cp_push(arena, one.others, one.other_count, others,
                    cp_str_copy(arena, all.items[k].call));
        cp_push(arena, out.items, out.count, room, one);
        i = k;
    }
    return out;
}
