/*
 * store.h - files that are written beside their place and then renamed to it.
 *
 * Layer: patches. Used within this layer only.
 */
#ifndef CP_PATCHES_STORE_H
#define CP_PATCHES_STORE_H

#include "base/str.h"

/* A file that is about to change. */
typedef struct cp_staged {
    const char *path; /* its place */
    const char *temp; /* the new content beside it; NULL where there is none */
} cp_staged;

/*
 * Writes `text` to a new file in the folder of `path`, on disk when this returns.
 * Where there is a file at `path`, its mode and, if the system allows it, its owner
 * are taken over. CP_ERR_IO: nothing is left behind.
 */
CP_MUST_CHECK cp_status cp_store_stage(cp_arena *arena, const char *path, cp_str text,
                                       cp_staged *staged, cp_err *err);

/* Puts the new content in its place. CP_ERR_IO: the place is as it was. */
CP_MUST_CHECK cp_status cp_store_commit(cp_staged *staged, cp_err *err);

/* Removes what was staged and not committed. */
void cp_store_drop(cp_staged *staged, size_t count);

#endif
