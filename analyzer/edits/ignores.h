/*
 * ignores.h - comments that silence what was found, put where each counts.
 *
 * Layer: edits. The comment stands at the end of a finding's first line, or its last
 * where the first takes none; above a finding that is itself a comment; and a comment on
 * that line that already ignores other codes gets the new ones.
 */
#ifndef CP_EDITS_IGNORES_H
#define CP_EDITS_IGNORES_H

#include "findings/finding.h"

typedef struct cp_ignores {
    cp_fix **fixes; /* one a file: edits alone, no findings */
    size_t fix_count, fix_room;
    size_t added;            /* findings that the comments silence */
    const cp_finding **left; /* where no comment can stand, as within a long string */
    size_t left_count, left_room;
} cp_ignores;

/*
 * Comments with `reason` for all findings but CP001, which is about such comments. Each
 * was read back from its file's new text.
 */
void cp_ignores_plan(cp_arena *arena, const cp_findings *findings, cp_str reason,
                     cp_ignores *ignores);

#endif
