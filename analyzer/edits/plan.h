/*
 * plan.h - from what rules found to the edits that mend it.
 *
 * Layer: edits. A finding says which cast could go; this module decides how the
 * lines come out: a condition whose branches became equal goes, so do
 * parentheses that were only there for the cast, an assignment of a name to
 * itself, an `if` that holds nothing any more, the stale comments named in the
 * change, and an import that nothing uses any longer. Nothing else moves.
 *
 * Fixes of one file change lines that neither overlap nor touch, so that each
 * makes a patch of its own and the order in which they are applied is free.
 * Findings that would break this share a fix.
 */
#ifndef CP_EDITS_PLAN_H
#define CP_EDITS_PLAN_H

#include "findings/finding.h"

/* A finding whose change was not made, and why: one clause, no full stop. */
typedef struct cp_refusal {
    const cp_finding *finding;
    cp_str reason;
} cp_refusal;

typedef struct cp_plan {
    cp_fix **fixes; /* in the order of the findings, by position within a file */
    size_t fix_count, fix_room;
    cp_refusal *refusals;
    size_t refusal_count, refusal_room;
} cp_plan;

/*
 * Groups the findings into fixes and sets finding->fix, NULL where there is
 * none. A finding without a change has no fix, except a CP202 whose comment goes
 * with another one's. A change is refused where the parser saw an error in its
 * function, where it would take something away that runs, and where the file
 * would be read worse afterwards than before. All of it lives in `arena`.
 *
 * CP_ERR_RANGE  a change's bytes are not in its file; the plan is empty then
 */
CP_MUST_CHECK cp_status cp_plan_fixes(cp_arena *arena, cp_findings *findings,
                                      cp_plan *plan, cp_err *err);

/*
 * The text of `module` with the edits of those of the fixes that are its own.
 *
 * CP_ERR_OVERLAP  two of them want the same bytes: not fixes of one plan
 */
CP_MUST_CHECK cp_status cp_plan_apply(cp_arena *arena, const cp_module *module,
                                      cp_fix *const *fixes, size_t count, cp_str *text,
                                      cp_err *err);

#endif
