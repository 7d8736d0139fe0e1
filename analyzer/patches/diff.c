#include "patches/diff.h"

#include <git2.h>

static cp_status failed(cp_str path, cp_err *err)
{
    const git_error *why = git_error_last();
    return cp_fail(err, CP_ERR_IO, "%.*s: cannot make a diff: %s", CP_STR_ARGS(path),
                   why && why->message ? why->message : "unknown error of libgit2");
}

static int read_patch(cp_arena *arena, git_patch *patch, cp_diff *diff)
{
    size_t added, removed, count = git_patch_num_hunks(patch);
    int bad = git_patch_line_stats(NULL, &added, &removed, patch);
    diff->hunks = cp_new(arena, cp_rows, count + 1);
    for (size_t i = 0; !bad && i < count; i++) {
        const git_diff_hunk *hunk;
        bad = git_patch_get_hunk(&hunk, NULL, patch, i);
        if (!bad)
            diff->hunks[diff->hunk_count++] = (cp_rows){
                (uint32_t)hunk->old_start, (uint32_t)(hunk->old_start + hunk->old_lines)};
    }
    if (!bad) {
        diff->added = (uint32_t)added;
        diff->removed = (uint32_t)removed;
    }
    return bad;
}

cp_status cp_diff_make(cp_arena *arena, cp_str path, cp_str before, cp_str after,
                       uint32_t context, cp_diff *diff, cp_err *err)
{
    const char *name = cp_str_c(arena, path);
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.context_lines = context;
    options.flags = GIT_DIFF_FORCE_TEXT;
    git_patch *patch = NULL;
    git_buf text = {0};
    *diff = (cp_diff){.text = CP_STR("")};
    git_libgit2_init();
    int bad = git_patch_from_buffers(&patch, before.ptr, before.len, name, after.ptr,
                                     after.len, name, &options);
    if (!bad && git_patch_num_hunks(patch)) {
        bad = git_patch_to_buf(&text, patch) || read_patch(arena, patch, diff);
        if (!bad)
            diff->text = cp_str_copy(arena, (cp_str){text.ptr, text.size});
    }
    cp_status st = bad ? failed(path, err) : CP_OK;
    git_buf_dispose(&text);
    git_patch_free(patch);
    git_libgit2_shutdown();
    return st;
}
