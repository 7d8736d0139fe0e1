#include "contracts/own_parts.h"

/* Enough of a module to say where something is. */
static const cp_module *place_only(cp_own *own, cp_map *copies, const cp_module *module)
{
    const cp_module **slot =
        (const cp_module **)cp_map_slot(copies, module->source->path);
    if (*slot)
        return *slot;
    cp_source *source = cp_new(own->arena, cp_source, 1);
    cp_module *copy = cp_new(own->arena, cp_module, 1);
    *source = cp_source_of(own->arena, cp_str_copy(own->arena, module->source->path),
                           cp_str_copy(own->arena, module->source->text));
    copy->source = source;
    copy->is_native = true;
    return *slot = copy;
}

static void let_go(cp_own *own, cp_map *copies, cp_misread *misread)
{
    misread->check.module = place_only(own, copies, misread->check.module);
    if (misread->cast.module)
        misread->cast.module = place_only(own, copies, misread->cast.module);
    for (uint32_t i = 0; i < misread->read_count; i++)
        misread->reads[i].module = place_only(own, copies, misread->reads[i].module);
}

void cp_own_look_for_misreads(cp_own *own)
{
    size_t count, room = 0;
    const cp_own_tree *trees = cp_own_trees(own, &count);
    cp_map copies = {.arena = own->arena};
    own->misreads = NULL;
    own->misread_count = 0;
    for (size_t i = 0; i < count; i++) {
        cp_misreads found =
            cp_mine_misreads(own->arena, &trees[i].mined, own->options.threads);
        for (size_t k = 0; k < found.count; k++) {
            cp_own_misread one = {found.items[k], trees[i].package, trees[i].version};
            let_go(own, &copies, &one.misread);
            if (cp_own_is_checked(own, one.misread.check.module->source->path))
                cp_push(own->arena, own->misreads, own->misread_count, room, one);
        }
    }
    own_forget_trees(own);
}

const cp_own_misread *cp_own_misreads(const cp_own *own, size_t *count)
{
    *count = own->misread_count;
    return own->misreads;
}
