/*
 * walk.h - which files are read, always in the same order.
 *
 * Layer: read. The order is that of the paths' bytes; no path occurs twice.
 *
 * Below a folder that was given, a file is taken by its name's ending. Left out
 * are: what git ignores, hidden and vendored folders, virtual environments,
 * build outputs, whatever is no regular file, and symbolic links, so that there
 * are no loops and no file is rewritten under two names. What the user names is
 * walked or taken whatever it is called, links included, and also where git
 * ignores it.
 */
#ifndef CP_READ_WALK_H
#define CP_READ_WALK_H

#include "base/str.h"

typedef enum cp_file_kind {
    CP_FILE_PYTHON = 1, /* .py, .pyi, and whatever else is given by name */
    CP_FILE_NATIVE = 2, /* CUDA and C++: .cu .cuh .c .cc .cpp .cxx .h .hpp .hxx .inc
                           .inl */
} cp_file_kind;

typedef struct cp_file {
    cp_str path; /* as given, joined with '/'; followed by an uncounted NUL */
    cp_file_kind kind;
} cp_file;

typedef struct cp_walk_options {
    const cp_str *excludes; /* globs that the whole path, its end or a name matches */
    size_t exclude_count;
    unsigned kinds;   /* CP_FILE_… to look for in folders; 0 means Python */
    bool all_folders; /* vendored folders and what git ignores are walked too */
    /* May be NULL. Called for each folder or path that cannot be read; the walk goes on.
     */
    void (*trouble)(void *data, cp_str path, const char *why);
    void *data;
} cp_walk_options;

/*
 * Lists the files of the `count` paths into `arena`, *found of them. An empty
 * path is the current folder, whose files are then named without "./".
 *
 * CP_ERR_IO  a path does not exist, or is neither a file nor a folder;
 *            *files is then as it was
 */
CP_MUST_CHECK cp_status cp_walk_files(cp_arena *arena, const cp_str *paths, size_t count,
                                      const cp_walk_options *options, cp_file **files,
                                      size_t *found, cp_err *err);

/*
 * What the walk of a folder would take the file at `path` for, which counts from that
 * folder: for files that no folder holds. 0 where it would be left out for its name or
 * that of a folder, or is of none of the kinds.
 */
unsigned cp_walk_kind(const cp_walk_options *options, cp_str path);

/* Whether one of the globs matches the path or a folder in it, as excludes do. */
bool cp_walk_matches(const cp_str *globs, size_t count, cp_str path);

/* What a file is by the end of its name; 0 where that says nothing. */
unsigned cp_file_kind_of(cp_str name);

#endif
