/*
 * pack.h - archives for tests, made member by member.
 *
 * Layer: tests. One archive at a time; a member's bytes are those of a C string.
 */
#ifndef CP_TESTS_PACK_H
#define CP_TESTS_PACK_H

#include <stddef.h>

/* Begins the archive `path`: a zip where its name ends so (.whl too), else a tar.gz. */
void cp_pack_begin(const char *path);
/* The same as a zip whose members that follow are encrypted. */
void cp_pack_begin_secret(const char *path);
void cp_pack_add(const char *name, const char *text);
/* A member of `size` bytes that compress well. */
void cp_pack_add_large(const char *name, size_t size);
void cp_pack_add_symlink(const char *name, const char *target);
void cp_pack_add_hardlink(const char *name, const char *target);
/* All files below `folder`, by their paths in it and `prefix` before these. */
void cp_pack_add_tree(const char *folder, const char *prefix);
void cp_pack_end(void);

/* Cuts the file `path` so that only `size` bytes of it are left. */
void cp_pack_cut(const char *path, long size);

#endif
