/*
 * fix.h - the record of a fix, made of a drafted group.
 *
 * Layer: edits. Used within this layer only.
 */
#ifndef CP_EDITS_FIX_H
#define CP_EDITS_FIX_H

#include "edits/group.h"

/*
 * The fix of a group that was not refused. `twins` of the fixes made before it
 * have the same file and the same text: it tells their identifiers apart.
 */
cp_fix *cp_fix_of(cp_arena *arena, const cp_group *group, uint32_t twins);

/* Whether the file can still be read after the edits as well as before. */
bool cp_fix_reads_back(const cp_module *module, cp_fix *const *fixes, size_t count);

#endif
