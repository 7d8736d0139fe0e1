/*
 * tree.h - a folder of its own for a test that needs files.
 *
 * Layer: tests. The paths are counted from the current folder.
 */
#ifndef CP_TESTS_TREE_H
#define CP_TESTS_TREE_H

/*
 * Makes an empty folder, goes there, and lets HOME be there, so that no settings
 * of whoever runs the test matter. Its path lives until cp_tree_end, which
 * removes the folder; both return 0, or 1 where the system refused.
 */
int cp_tree_begin(void);
int cp_tree_end(void);
const char *cp_tree_path(void);

/* Writes a file, and makes the folders that its path names. */
void cp_tree_put(const char *path, const char *text);
/* The same for several paths, with a space between them, and some text. */
void cp_tree_put_all(const char *paths);

/* Makes `path` a git repository without commits. */
void cp_tree_repository(const char *path);

#endif
