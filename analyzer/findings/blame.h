/*
 * blame.h - who last changed a line, and when, as the history has it.
 *
 * Layer: findings. The only user of libgit2's blame.
 */
#ifndef CP_FINDINGS_BLAME_H
#define CP_FINDINGS_BLAME_H

#include "base/str.h"

typedef struct cp_blame {
    /* asked: */
    cp_str path;   /* of the file */
    cp_str text;   /* what it holds now */
    uint32_t line; /* from 1 */
    /* answered: */
    bool known;    /* some history says it; else what follows is left as it was */
    cp_str author; /* name, in the arena */
    int64_t time;  /* when it was written, in seconds since 1970 */
} cp_blame;

/*
 * Answers `count` questions. A line is not known where its file is in no
 * repository or not in the last commit, where it was changed since, or where the
 * history ends (a shallow clone) before the change.
 */
void cp_blame_lines(cp_arena *arena, cp_blame *lines, size_t count);

/* Seconds since 1970 that count as now: SOURCE_DATE_EPOCH, else the clock. */
int64_t cp_blame_now(void);

#endif
