/*
 * files.h - a set of files that a run may read, wherever their bytes are.
 *
 * Layer: read. The files of a folder are read when somebody asks; those of an archive
 * are in memory. Paths count from one folder and are told without what stands before
 * it, so that the same files are the same set wherever they lie.
 */
#ifndef CP_READ_FILES_H
#define CP_READ_FILES_H

#include "base/map.h"
#include "read/walk.h"

typedef struct cp_files {
    const cp_map *packed; /* path in the archive -> cp_str; NULL: they are on the disk */
    cp_str folder;        /* that paths count from; "": the current one, or the archive */
    cp_file *items;       /* those to be looked at, by path; others may be read too */
    size_t count;
} cp_files;

/*
 * The bytes of the file at `path`, followed by an uncounted NUL. Those of a file on
 * the disk are in `into`, in the place of what was there; those of an archive live as
 * long as it.
 *
 * CP_ERR_IO     it is not there or cannot be read
 * CP_ERR_RANGE  it is larger than CP_SOURCE_MAX
 */
CP_MUST_CHECK cp_status cp_files_read(const cp_files *files, cp_str path, cp_buf *into,
                                      cp_str *text, cp_err *err);

/* Whether there is a file at `path`. */
bool cp_files_have(const cp_files *files, cp_str path);

/* The names of what lies in the folder itself, by their bytes, in `arena`. */
cp_str *cp_files_names(const cp_files *files, cp_arena *arena, size_t *count);

/* Whether there is a folder at `path`, which must end with an uncounted NUL. */
bool cp_is_folder(cp_str path);

/* "folder/path", ended by a NUL: the path without more where the folder is "". */
cp_str cp_files_place(const cp_files *files, cp_arena *arena, cp_str path);

#endif
