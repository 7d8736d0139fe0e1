#include "flow/exprs.h"

#include <stdlib.h>

#include "flow/build.h"

static int by_place(const void *a, const void *b)
{
    const cp_span l = ((const cp_placed *)a)->expr->span;
    const cp_span r = ((const cp_placed *)b)->expr->span;
    if (l.start != r.start)
        return l.start < r.start ? -1 : 1;
    return (l.end < r.end) - (l.end > r.end);
}

cp_placed *cp_flow_exprs_of(const cp_flow *flow, cp_arena *arena, const cp_module *module,
                            size_t *count)
{
    cp_placed *found = NULL;
    size_t room = 0;
    uintptr_t first = (uintptr_t)module->source->text.ptr;
    *count = 0;
    for (size_t i = 0; i < flow->nodes.count; i++) {
        const cp_map_entry *entry = &flow->nodes.entries[i];
        cp_placed placed = {.node = entry->value};
        memcpy(&placed.expr, entry->key.ptr, sizeof placed.expr);
        if ((uintptr_t)placed.expr->code - first < module->source->text.len)
            cp_push(arena, found, *count, room, placed);
    }
    if (*count)
        qsort(found, *count, sizeof *found, by_place);
    return found;
}
