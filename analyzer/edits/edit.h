/*
 * edit.h - the byte ranges of one source file that are to be replaced.
 *
 * Layer: edits. Rules propose edits; only this module turns them into text.
 *
 * A set holds its edits in position order and never two that want the same
 * bytes, so applying it is one copy from left to right, and the result does
 * not depend on the order in which the rules ran.
 *
 * Offsets count bytes of the original and are half open, [start, end).
 * An edit with start == end inserts before that byte.
 */
#ifndef CP_EDITS_EDIT_H
#define CP_EDITS_EDIT_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/* What an edit may change, from nothing to anything. The order matters. */
typedef enum cp_safety {
    CP_SAFETY_EXACT,   /* the same bits come out, for every input */
    CP_SAFETY_BOUNDED, /* results move, within a bound that the rule states */
    CP_SAFETY_MANUAL,  /* a suggestion: shown, never written */
} cp_safety;

typedef struct cp_edit {
    size_t start, end;
    cp_str text;      /* borrowed: must live as long as the set's arena */
    const char *rule; /* id of the rule that asks, such as "CP101" */
    cp_safety safety;
} cp_edit;

typedef struct cp_edit_set cp_edit_set;

/*
 * An empty set for `original`, which is borrowed. The set and all that it
 * gives out live in `arena`; there is nothing to free.
 */
cp_edit_set *cp_edit_set_new(cp_arena *arena, cp_str original);

/*
 * Adds a copy of `edit`. Adding an edit that is already there is no error:
 * two rules may ask for the same change, and the first one keeps the credit.
 *
 * CP_ERR_RANGE    the range is reversed or runs past the original
 * CP_ERR_OVERLAP  an edit in the set wants some of the same bytes
 *
 * After an error the set is as it was.
 */
CP_MUST_CHECK cp_status cp_edit_set_add(cp_edit_set *set, const cp_edit *edit,
                                        cp_err *err);

/* The edits in position order, *count of them; NULL and 0 when there is none. */
const cp_edit *cp_edit_set_all(const cp_edit_set *set, size_t *count);

/* The original with every edit made whose safety is `limit` or better. */
cp_str cp_edit_set_apply(const cp_edit_set *set, cp_safety limit);

#endif
