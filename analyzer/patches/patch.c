#include "patches/patch.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patches/diff.h"
#include "patches/words.h"

#define CONTEXT 3
#define CONTEXT_MAX 20

/* Where the folder of `path`, absolute, lies below one that holds .git; else 0. */
static size_t root_length(cp_arena *arena, cp_str path)
{
    for (size_t len = path.len; len > 0; len--) {
        if (path.ptr[len - 1] != '/')
            continue;
        cp_str mark = cp_str_printf(arena, "%.*s.git", (int)len, path.ptr);
        if (access(mark.ptr, F_OK) == 0)
            return len;
    }
    return 0;
}

static cp_str diff_path(cp_arena *arena, cp_str given)
{
    char full[PATH_MAX];
    if (realpath(cp_str_c(arena, given), full)) {
        cp_str path = cp_str_copy(arena, cp_str_of(full));
        size_t root = root_length(arena, path);
        if (root)
            return cp_str_cut(path, root, path.len);
    }
    while (cp_str_starts(given, CP_STR("./")) || cp_str_starts(given, CP_STR("/")))
        given = cp_str_cut(given, given.ptr[0] == '/' ? 1 : 2, given.len);
    return given;
}

/* git warns where a diff states another mode than the file has. */
static cp_str with_mode(cp_arena *arena, cp_str diff, cp_str path)
{
    struct stat info;
    size_t at = cp_str_find(diff, CP_STR(" 100644\n"), 0);
    if (at == SIZE_MAX || stat(cp_str_c(arena, path), &info) != 0 ||
        !(info.st_mode & S_IXUSR))
        return diff;
    return cp_str_printf(arena, "%.*s 100755%.*s", (int)at, diff.ptr,
                         (int)(diff.len - at - 7), diff.ptr + at + 7);
}

/* The diff of some patches of one file. */
static cp_status diff_of(cp_arena *arena, const cp_patch *patch, cp_fix *const *fixes,
                         size_t count, uint32_t context, cp_diff *diff, cp_err *err)
{
    const cp_module *module = patch->fix->module;
    cp_str after;
    cp_status st = cp_plan_apply(arena, module, fixes, count, &after, err);
    if (!st)
        st = cp_diff_make(arena, patch->path, module->source->text, after, context, diff,
                          err);
    if (!st)
        diff->text = with_mode(arena, diff->text, module->source->path);
    return st;
}

static uint32_t gap(const cp_diff *a, const cp_diff *b)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < a->hunk_count; i++)
        for (size_t k = 0; k < b->hunk_count; k++) {
            cp_rows p = a->hunks[i], q = b->hunks[k];
            uint32_t between = p.end <= q.start   ? q.start - p.end
                               : q.end <= p.start ? p.start - q.end
                                                  : 0;
            least = between < least ? between : least;
        }
    return least;
}

/* Whether the old lines of a hunk stand at another place of the file too. */
static bool is_ambiguous(const cp_source *source, const cp_diff *diff)
{
    for (size_t i = 0; i < diff->hunk_count; i++) {
        cp_rows rows = diff->hunks[i];
        size_t start = source->line_starts[rows.start - 1];
        size_t end = rows.end <= source->line_count ? source->line_starts[rows.end - 1]
                                                    : source->text.len;
        cp_str lines = cp_str_cut(source->text, start, end);
        size_t first = cp_str_find(source->text, lines, 0);
        if (first != start || cp_str_find(source->text, lines, first + 1) != SIZE_MAX)
            return true;
    }
    return false;
}

/* `bare` are the diffs of all patches without context. */
static cp_status finish(cp_arena *arena, cp_patches *patches, const cp_diff *bare,
                        size_t i, cp_err *err)
{
    cp_patch *patch = &patches->items[i];
    const cp_module *module = patch->fix->module;
    uint32_t most = CONTEXT_MAX;
    for (size_t k = 0; k < patches->count; k++) {
        if (k == i || patches->items[k].fix->module != module)
            continue;
        uint32_t between = gap(&bare[i], &bare[k]);
        most = between < most ? between : most;
    }
    most = most ? most : 1;
    cp_fix *fix = (cp_fix *)patch->fix;
    cp_diff diff = {0};
    uint32_t context = most < CONTEXT ? most : CONTEXT;
    cp_status st = diff_of(arena, patch, &fix, 1, context, &diff, err);
    while (!st && context < most && is_ambiguous(module->source, &diff))
        st = diff_of(arena, patch, &fix, 1, ++context, &diff, err);
    patch->diff = diff.text;
    patch->added = diff.added;
    patch->removed = diff.removed;
    return st;
}

cp_status cp_patches_make(cp_arena *arena, const cp_plan *plan,
                          const cp_patch_proof *proofs, const cp_patch_options *options,
                          cp_patches *patches, cp_err *err)
{
    *patches = (cp_patches){0};
    for (size_t i = 0; i < plan->fix_count; i++) {
        const cp_fix *fix = plan->fixes[i];
        if (options && options->only_exact && fix->effect != CP_EFFECT_EXACT)
            continue;
        cp_patch patch = {.fix = fix,
                          .path = diff_path(arena, fix->module->source->path)};
        if (proofs)
            patch.proof = proofs[i];
        patch.subject = cp_words_subject(arena, fix);
        patch.file = cp_words_file(arena, patch.subject, patches->count + 1);
        cp_push(arena, patches->items, patches->count, patches->room, patch);
    }
    cp_diff *bare = cp_new(arena, cp_diff, patches->count + 1);
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < patches->count; i++) {
        cp_fix *fix = (cp_fix *)patches->items[i].fix;
        st = diff_of(arena, &patches->items[i], &fix, 1, 0, &bare[i], err);
    }
    for (size_t i = 0; !st && i < patches->count; i++)
        st = finish(arena, patches, bare, i, err);
    if (st)
        patches->count = 0;
    return st;
}

static bool came_before(const cp_patches *patches, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (patches->items[k].fix->module == patches->items[i].fix->module)
            return true;
    return false;
}

cp_status cp_patches_diff(cp_arena *arena, const cp_patches *patches, cp_str *diff,
                          cp_err *err)
{
    cp_fix **fixes = cp_new(arena, cp_fix *, patches->count + 1);
    for (size_t i = 0; i < patches->count; i++)
        fixes[i] = (cp_fix *)patches->items[i].fix;
    cp_buf out = {.arena = arena};
    for (size_t i = 0; i < patches->count; i++) {
        cp_diff one = {0};
        if (came_before(patches, i))
            continue;
        cp_status st =
            diff_of(arena, &patches->items[i], fixes, patches->count, CONTEXT, &one, err);
        if (st)
            return st;
        cp_buf_add(&out, one.text);
    }
    *diff = cp_buf_str(&out);
    return CP_OK;
}
