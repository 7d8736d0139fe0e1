/*
 * library_parts.h - what finds the files of a library and reads what it says of itself.
 *
 * Layer: contracts. Shared by library.c, installed.c and dist.c; everybody else uses
 * library.h.
 */
#ifndef CP_CONTRACTS_LIBRARY_PARTS_H
#define CP_CONTRACTS_LIBRARY_PARTS_H

#include "contracts/library.h"

/* What a *.dist-info or *.egg-info folder says. */
typedef struct library_dist {
    cp_str info; /* that folder, in the folder of the files; "": the sdist's own */
    cp_str name, version; /* the name normalized */
} library_dist;

/* Whether a file of that name holds metadata. */
bool library_is_metadata(cp_str path);

/* False where there is no metadata in the folder `info` that names a library. */
bool library_read_dist(cp_arena *arena, const cp_files *files, cp_str info,
                       library_dist *dist);

/* The names that top_level.txt in `info` lists become the tops of the library. */
void library_take_tops(cp_arena *arena, const cp_files *files, cp_str info,
                       cp_library *library);

/* Name, version and tops as the files in the library's folder say; else `name`. */
void library_describe(cp_arena *arena, cp_library *library, cp_str name);

/* The library's paths count from `folder` on. */
void library_set_folder(cp_library *library, cp_arena *arena, cp_str folder);

/* Its files are those below `roots`, which are that folder or lie in it. */
CP_MUST_CHECK cp_status library_walk(cp_library *library, cp_arena *arena,
                                     const cp_str *roots, size_t count,
                                     const cp_library_options *options, cp_err *err);

/* The kinds of files that mining reads, and what the options leave out. */
cp_walk_options library_kinds(const cp_library_options *options);

/* Orders cp_file by their paths, for qsort. */
int library_by_path(const void *a, const void *b);

/* The text of a file that may not be there, in `arena`; else "". */
cp_str library_text(cp_arena *arena, const cp_files *files, cp_str path);

#endif
