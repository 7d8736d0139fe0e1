/*
 * diff.h - unified diffs between two texts, by libgit2.
 *
 * Layer: patches. Used within this layer only.
 */
#ifndef CP_PATCHES_DIFF_H
#define CP_PATCHES_DIFF_H

#include "base/str.h"

/* Lines of the old text that a diff changes, from 1, half open. */
typedef struct cp_rows {
    uint32_t start, end;
} cp_rows;

typedef struct cp_diff {
    cp_str text; /* from "diff --git" on; "" where the texts are equal */
    uint32_t added, removed;
    cp_rows *hunks; /* with their context */
    size_t hunk_count;
} cp_diff;

/*
 * The diff from `before` to `after`, both of the file `path`, with `context`
 * lines around each change. CP_ERR_IO: libgit2 failed; its message is passed on.
 */
CP_MUST_CHECK cp_status cp_diff_make(cp_arena *arena, cp_str path, cp_str before,
                                     cp_str after, uint32_t context, cp_diff *diff,
                                     cp_err *err);

#endif
