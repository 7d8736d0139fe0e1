#include "validation/captures.h"

#include "kernels/route.h"

#define LOGITS CP_STR("router_logits")
#define BIAS CP_STR("e_score_correction_bias")

/* Whether the last part of a dotted name is `last`; `owner` gets what stands before. */
static bool is_called(cp_str name, cp_str last, cp_str *owner)
{
    if (!cp_str_ends(name, last))
        return false;
    size_t before = name.len - last.len;
    *owner = cp_str_cut(name, 0, before);
    return before == 0 || name.ptr[before - 1] == '.';
}

static const cp_tensor *bias_of(const cp_tensors *all, const cp_tensor *logits,
                                cp_str owner)
{
    for (size_t i = 0; i < all->count; i++) {
        const cp_tensor *tensor = &all->items[i];
        cp_str of;
        if (is_called(tensor->name, BIAS, &of) && cp_str_eq(of, owner) &&
            tensor->rows == 1 && tensor->columns == logits->columns)
            return tensor;
    }
    return NULL;
}

static bool any_named(const cp_tensors *all)
{
    cp_str owner;
    for (size_t i = 0; i < all->count; i++)
        if (is_called(all->items[i].name, LOGITS, &owner))
            return true;
    return false;
}

static cp_status add(cp_arena *arena, cp_captures *captures, const cp_tensor *logits,
                     cp_str owner, cp_err *err)
{
    if (logits->columns < 1 || logits->columns > CP_ROUTE_MAX_EXPERTS)
        return cp_fail(err, CP_ERR_USAGE,
                       "%.*s: %.*s%slogits of %lld experts; 1 to %d can be routed",
                       CP_STR_ARGS(logits->path), CP_STR_ARGS(logits->name),
                       logits->name.len ? ": " : "", (long long)logits->columns,
                       CP_ROUTE_MAX_EXPERTS);
    cp_capture capture = {logits, bias_of(&captures->tensors, logits, owner)};
    cp_push(arena, captures->items, captures->count, captures->room, capture);
    return CP_OK;
}

static cp_status choose(cp_arena *arena, cp_captures *captures, cp_err *err)
{
    const cp_tensors *all = &captures->tensors;
    bool named = any_named(all);
    for (size_t i = 0; i < all->count; i++) {
        const cp_tensor *tensor = &all->items[i];
        cp_str owner = CP_STR("");
        bool wanted = named ? is_called(tensor->name, LOGITS, &owner) : tensor->dims >= 2;
        if (!wanted || tensor->rows == 0)
            continue;
        cp_status st = add(arena, captures, tensor, owner, err);
        if (st)
            return st;
    }
    if (captures->count)
        return CP_OK;
    return cp_fail(err, CP_ERR_USAGE,
                   "--logits: no router logits, [..., experts] in float32, bfloat16 or "
                   "float16, in the files named");
}

cp_status cp_captures_open(cp_arena *arena, const cp_str *paths, size_t count,
                           cp_captures *captures, cp_err *err)
{
    *captures = (cp_captures){0};
    cp_status st = CP_OK;
    for (size_t i = 0; i < count && !st; i++)
        st = cp_tensors_add(arena, paths[i], &captures->tensors, err);
    if (!st)
        st = choose(arena, captures, err);
    if (st)
        cp_captures_close(captures);
    return st;
}

void cp_captures_close(cp_captures *captures)
{
    cp_tensors_dispose(&captures->tensors);
    *captures = (cp_captures){0};
}
