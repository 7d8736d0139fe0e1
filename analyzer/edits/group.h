/*
 * group.h - findings whose changes go together, and the edits of all of them.
 *
 * Layer: edits. Used within this layer only.
 */
#ifndef CP_EDITS_GROUP_H
#define CP_EDITS_GROUP_H

#include "edits/draft.h"

typedef struct cp_group {
    cp_finding **findings; /* by position */
    uint32_t count;
    cp_draft *core; /* without imports */
    cp_draft *full; /* NULL where `core` was refused */
} cp_group;

/* A group of the findings, drafted. `findings` is copied. */
cp_group *cp_group_new(cp_arena *arena, cp_finding **findings, uint32_t count);

/*
 * The same group with fewer lines changed, or (narrow is false) as it was: a test
 * for None stays, though it does nothing any more. Its findings' changes say so.
 */
cp_group *cp_group_narrow(cp_arena *arena, const cp_group *group, bool narrow);

/* The worst effect of its findings. */
cp_effect cp_group_effect(const cp_group *group);

/* The group of the findings of both. */
cp_group *cp_group_join(cp_arena *arena, const cp_group *a, const cp_group *b);

/* Whether the lines that both change overlap, or touch. */
bool cp_group_touches(const cp_group *a, const cp_group *b);

/*
 * Whether the edits of `joint` are other than those of its parts put together:
 * then the parts cannot be fixes of their own.
 */
bool cp_group_adds(const cp_group *joint, cp_group *const *parts, size_t count);

/* Why there is no fix; "" if there is one. */
static inline cp_str cp_group_refusal(const cp_group *group)
{
    return group->core->refusal;
}

#endif
