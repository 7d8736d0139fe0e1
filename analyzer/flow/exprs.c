#include "flow/exprs.h"

#include <stdlib.h>

#include "flow/build.h"

static int by_place(const void *a, const void *b)
{
    const cp_placed *left = a, *right = b;
    const cp_span l = left->expr->span, r = right->expr->span;
    if (l.start != r.start)
        return l.start < r.start ? -1 : 1;
    if (l.end != r.end)
        return l.end > r.end ? -1 : 1;
    return (left->node->id > right->node->id) - (left->node->id < right->node->id);
}

cp_placed *cp_flow_exprs_of(const cp_flow *flow, cp_arena *arena, const cp_module *module,
                            size_t *count)
{
    cp_placed *found = NULL;
    size_t room = 0;
    uintptr_t first = (uintptr_t)module->source->text.ptr;
    *count = 0;
    for (size_t i = 0; i < flow->nodes.room; i++) {
        const cp_table_entry *entry = &flow->nodes.entries[i];
        cp_placed placed = {.expr = entry->key, .node = entry->value};
        if (placed.expr &&
            (uintptr_t)placed.expr->code - first < module->source->text.len)
            cp_push(arena, found, *count, room, placed);
    }
    if (*count)
        qsort(found, *count, sizeof *found, by_place);
    return found;
}
