/*
 * ignore.h - what git ignores in one repository.
 *
 * Layer: read. Only libgit2 decides. But starting it takes longer than the walk
 * of a large tree, so a file's name is first held against the last parts of all
 * patterns that are in force; libgit2 is started, and asked, only where one of
 * them could match.
 */
#ifndef CP_READ_IGNORE_H
#define CP_READ_IGNORE_H

#include "base/str.h"

typedef struct cp_ignore cp_ignore;

/*
 * The rules for the folder at the absolute path `folder`, without links in it;
 * NULL outside a repository, and where the folder itself is ignored: whoever
 * asks for it by name wants it. Lives in `arena`, but must be closed.
 */
cp_ignore *cp_ignore_open(cp_arena *arena, cp_str folder);
void cp_ignore_close(cp_ignore *ignore);

/*
 * Brings in the patterns of the .gitignore in the open folder `fd`. Patterns are
 * given back in reverse order: cp_ignore_leave takes what cp_ignore_enter returned.
 */
size_t cp_ignore_enter(cp_ignore *ignore, int fd);
void cp_ignore_leave(cp_ignore *ignore, size_t mark);

/* Whether `name` at `path`, counted from the folder that was opened, is ignored. */
bool cp_ignore_has(cp_ignore *ignore, cp_str path, cp_str name, bool is_folder);

#endif
