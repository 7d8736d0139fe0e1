/*
 * path.h - paths as text, and the tree that a file belongs to.
 *
 * Layer: read. Symbolic links are not followed: a file is where its path says.
 */
#ifndef CP_READ_PATH_H
#define CP_READ_PATH_H

#include "base/str.h"

/* `path` without empty and "." parts, and without "x/..". */
cp_str cp_path_plain(cp_arena *arena, cp_str path);

/* The folder that holds `path`: "" above a relative one, "/" above an absolute one. */
cp_str cp_path_parent(cp_str path);

/* The plain path from the root of the file system on. */
cp_str cp_path_whole(cp_arena *arena, cp_str path);

/* What stands behind the last '/', all of it where there is none. */
cp_str cp_path_name(cp_str path);

/* `path` without the '/' that it ends with; "/" stays. */
cp_str cp_path_unslashed(cp_str path);

/* Whether there is anything called `name` in the folder. */
bool cp_path_has(cp_arena *arena, cp_str folder, const char *name);

/*
 * The root of the project around a folder, given by its whole path: the nearest folder
 * that is a git repository; without one the outermost with a pyproject.toml,
 * castproof.toml, setup.py or setup.cfg; "" where there is none.
 */
cp_str cp_path_project(cp_arena *arena, cp_str folder);

/* The folder that holds the outermost Python package around a folder, which may hold
   others that are none, within its repository; "" where there is none. */
cp_str cp_path_package(cp_arena *arena, cp_str folder);

/* The project, else what holds the package. */
cp_str cp_path_root(cp_arena *arena, cp_str folder);

/*
 * `path` below `folder`, both whole; the path itself where it is not below it. What is
 * in the folder of that name has the same name wherever the tree lies.
 */
cp_str cp_path_below(cp_str path, cp_str folder);

/* What the current folder, or one above it, sees a whole path as: "a/b", "../b", "" for
   the current folder; the path itself where they have nothing in common. */
cp_str cp_path_seen(cp_arena *arena, cp_str whole);

/* The file of the running program; "" where the system does not tell. */
cp_str cp_path_program(cp_arena *arena);

#endif
