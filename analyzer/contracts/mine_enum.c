#include "contracts/mine_enum.h"

#include <stdlib.h>

#include "contracts/enums.h"
#include "contracts/mine_engine.h"

/* Whether the module is below one of the public packages, where there are any. */
static bool is_public(const cp_mine_input *input, const cp_module *module)
{
    cp_str path = module->source->path;
    if (input->root.len && cp_str_starts(path, input->root))
        path = cp_str_cut(path, input->root.len, path.len);
    while (path.len && path.ptr[0] == '/')
        path = cp_str_cut(path, 1, path.len);
    cp_str top = cp_str_next(&path, '/');
    for (size_t i = 0; i < input->package_count; i++)
        if (cp_str_eq(input->packages[i], top))
            return true;
    return !input->package_count;
}

static bool same_members(const cp_mined_enum *a, const cp_mined_enum *b)
{
    bool same = a->member_count == b->member_count;
    for (uint32_t i = 0; i < a->member_count && same; i++)
        same = cp_str_eq(a->members[i], b->members[i]);
    return same;
}

static int by_name(const void *a, const void *b)
{
    const cp_mined_enum *x = a, *y = b;
    int order = cp_str_cmp(x->name, y->name);
    return order ? order : cp_str_cmp(x->stated, y->stated);
}

/* Of enums of one name the first is left, and none where they differ. */
static void drop_twins(cp_mined_set *set)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->enum_count;) {
        size_t end = i + 1;
        bool same = true;
        while (end < set->enum_count &&
               cp_str_eq(set->enums[end].name, set->enums[i].name))
            same &= same_members(&set->enums[i], &set->enums[end++]);
        if (same)
            set->enums[kept++] = set->enums[i];
        i = end;
    }
    set->enum_count = kept;
}

void mine_enums(cp_arena *arena, const cp_mine_input *input, cp_mined_set *set)
{
    size_t count, room = 0;
    cp_module *const *modules = cp_project_modules(input->project, &count);
    for (size_t m = 0; m < count; m++) {
        const cp_module *module = modules[m];
        for (uint32_t i = 0; i < module->class_count && is_public(input, module); i++) {
            const cp_class *class = module->classes[i];
            cp_enum e;
            if (class->outer || class->name.ptr[0] == '_' ||
                !cp_enum_of_class(arena, class, &e))
                continue;
            cp_mined_enum mined = {
                .name = e.name,
                .members = cp_enum_texts(arena, &e),
                .member_count = e.member_count,
                .stated = mine_place(arena, input, module, class->span.start)};
            cp_push(arena, set->enums, set->enum_count, room, mined);
        }
    }
    if (set->enum_count)
        qsort(set->enums, set->enum_count, sizeof *set->enums, by_name);
    drop_twins(set);
}
