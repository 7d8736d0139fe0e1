#include "contracts/mine_memo.h"

/* Calls of one function that are kept; further ones are run each time. */
#define KEPT_MAX 64
/* A call so deep may have been cut short by the limit of depth. */
#define KEPT_DEPTH 40

/* A call that was run, and what came of it. */
typedef struct kept_call {
    const mine_value *callee, *result;
    mine_args args;
    const mine_cond **path, **known; /* what held where it was run */
    size_t path_count, known_count;
    bool muted, failed;
    struct kept_call *next;
    size_t place; /* how many were kept before it */
} kept_call;

static bool same_value(const mine_value *a, const mine_value *b);

/* Whether the scope holds nothing but its module. */
static bool is_bare(const mine_scope *scope)
{
    return !scope || (!scope->parent && !scope->self && !scope->count);
}

static bool same_home(const mine_scope *a, const mine_scope *b)
{
    if (!a || !b || a == b)
        return a == b;
    if (a->module != b->module || a->is_native != b->is_native || a->self || b->self ||
        a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!cp_str_eq(a->vars[i].name, b->vars[i].name) ||
            !same_value(a->vars[i].value, b->vars[i].value))
            return false;
    return same_home(a->parent, b->parent);
}

static bool same_items(const mine_value *a, const mine_value *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && same; i++)
        same = same_value(a->items[i], b->items[i]);
    return same;
}

static bool same_options(const mine_value *a, const mine_value *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && same; i++)
        same = mine_cond_same(a->options[i].cond, b->options[i].cond) &&
               same_value(a->options[i].value, b->options[i].value);
    return same;
}

/* Whether both are sure to be one value, now and later: an object may change. */
static bool same_value(const mine_value *a, const mine_value *b)
{
    if (!a || !b || a->kind != b->kind)
        return a == b;
    switch (a->kind) {
    case VALUE_UNKNOWN:
    case VALUE_NONE:
        return true;
    case VALUE_DTYPE:
        return a->set == b->set && a->set != MINE_OTHER;
    case VALUE_POINTER:
        return a->set == b->set && a->module == b->module && a->at == b->at &&
               cp_str_eq(a->text, b->text);
    case VALUE_TENSOR:
        return same_value(a->of, b->of);
    case VALUE_BOOL:
        return mine_cond_same(a->cond, b->cond);
    case VALUE_FUNC:
    case VALUE_CLASS:
        return a->func == b->func && a->class == b->class && !a->self && !b->self &&
               !a->bound_count && !b->bound_count && is_bare(a->scope) &&
               is_bare(b->scope);
    case VALUE_PYTHON:
        return a->module == b->module;
    case VALUE_LIST:
    case VALUE_DICT:
        return same_items(a, b);
    case VALUE_SELECT:
        return same_options(a, b);
    case VALUE_OBJECT:
    case VALUE_MATCHER:
        return false;
    default:
        return cp_str_eq(a->text, b->text);
    }
}

/* Whether nothing of the entry point can be seen through the value. */
static bool is_plain(const mine_value *value)
{
    switch (value->kind) {
    case VALUE_UNKNOWN:
    case VALUE_NONE:
    case VALUE_DTYPE:
    case VALUE_TEXT:
    case VALUE_NUMBER:
    case VALUE_ENUM:
    case VALUE_PYTHON:
    case VALUE_OUTER:
        return true;
    case VALUE_BOOL:
        return value->cond->kind == COND_TRUE || value->cond->kind == COND_FALSE;
    case VALUE_LIST:
    case VALUE_DICT:
        for (uint32_t i = 0; i < value->count; i++)
            if (!is_plain(value->items[i]))
                return false;
        return true;
    default:
        return false;
    }
}

bool mine_is_apart(const mine_value *callee, const mine_args *args)
{
    bool native = callee->scope && callee->scope->is_native;
    if (native || callee->func->outer || !callee->func->name.len || callee->self)
        return false;
    for (size_t i = 0; i < args->count; i++)
        if (!is_plain(args->items[i].value))
            return false;
    return true;
}

/* Whether a second call alike would do nothing but what the first one did. */
static bool can_keep(const mine_value *callee)
{
    const cp_func *func = callee->func;
    return !callee->self && func->name.len && !func->outer;
}

static bool same_args(const mine_args *a, const mine_args *b)
{
    bool same = a->count == b->count && a->unsure == b->unsure;
    for (size_t i = 0; i < a->count && same; i++)
        same = cp_str_eq(a->items[i].name, b->items[i].name) &&
               same_value(a->items[i].value, b->items[i].value);
    return same;
}

static bool starts_with(const mine_cond *const *all, size_t all_count,
                        const mine_cond *const *start, size_t count)
{
    bool same = count <= all_count;
    for (size_t i = 0; i < count && same; i++)
        same = mine_cond_same(all[i], start[i]);
    return same;
}

static cp_str key_of(cp_arena *arena, const cp_func *func)
{
    return cp_str_copy(arena, (cp_str){(const char *)&func, sizeof(const cp_func *)});
}

/* Who gets an object that a call made may change it. */
const mine_value *mine_copy_object(mine_run *run, const mine_value *value)
{
    if (value->kind != VALUE_OBJECT)
        return value;
    mine_value *copy = cp_new(run->arena, mine_value, 1);
    *copy = *value;
    copy->object = cp_new(run->arena, mine_object, 1);
    *copy->object = *value->object;
    copy->object->path_count = run->path_count;
    copy->object->room = value->object->count;
    copy->object->fields = cp_new(run->arena, mine_var, value->object->count + 1);
    for (size_t i = 0; i < value->object->count; i++)
        copy->object->fields[i] = value->object->fields[i];
    return copy;
}

const mine_value *mine_recall(mine_run *run, const mine_value *callee,
                              const mine_args *args, bool apart)
{
    if (!can_keep(callee))
        return NULL;
    const kept_call *kept =
        cp_map_get(apart ? &run->kept_apart : &run->kept,
                   (cp_str){(const char *)&callee->func, sizeof callee->func});
    for (; kept; kept = kept->next)
        if (same_home(kept->callee->scope, callee->scope) &&
            same_args(&kept->args, args) && (!kept->muted || run->muted) &&
            starts_with(run->path, run->path_count, kept->path, kept->path_count) &&
            starts_with(run->known, run->known_count, kept->known, kept->known_count)) {
            run->failed = kept->failed;
            return mine_copy_object(run, kept->result);
        }
    return NULL;
}

static const mine_cond **copy_of(mine_run *run, const mine_cond **items, size_t count)
{
    const mine_cond **copy = cp_new(run->arena, const mine_cond *, count + 1);
    for (size_t i = 0; i < count; i++)
        copy[i] = items[i];
    return copy;
}

void mine_keep(mine_run *run, const mine_value *callee, const mine_args *args, bool apart,
               const mine_value *result)
{
    if (!can_keep(callee) || run->depth > KEPT_DEPTH || run->gave_up)
        return;
    kept_call **slot = (kept_call **)cp_map_slot(apart ? &run->kept_apart : &run->kept,
                                                 key_of(run->arena, callee->func));
    if (*slot && (*slot)->place >= KEPT_MAX)
        return;
    kept_call *kept = cp_new(run->arena, kept_call, 1);
    *kept = (kept_call){.callee = callee,
                        .result = mine_copy_object(run, result),
                        .args = *args,
                        .path = copy_of(run, run->path, run->path_count),
                        .known = copy_of(run, run->known, run->known_count),
                        .path_count = run->path_count,
                        .known_count = run->known_count,
                        .muted = run->muted > 0,
                        .failed = run->failed,
                        .next = *slot,
                        .place = *slot ? (*slot)->place + 1 : 1};
    *slot = kept;
}

mine_aside mine_put_aside(mine_run *run)
{
    mine_aside aside = {run->path,      run->known,       run->path_count,
                        run->path_room, run->known_count, run->known_room,
                        run->chain};
    run->path = run->known = NULL;
    run->path_count = run->path_room = run->known_count = run->known_room = run->chain =
        0;
    return aside;
}

void mine_put_back(mine_run *run, mine_aside aside)
{
    run->path = aside.path;
    run->known = aside.known;
    run->path_count = aside.path_count;
    run->path_room = aside.path_room;
    run->known_count = aside.known_count;
    run->known_room = aside.known_room;
    run->chain = aside.chain;
}
