/*
 * plan_text.h - findings made by hand on Python text, for tests of edits and patches.
 *
 * Layer: tests.
 */
#ifndef CP_TESTS_PLAN_TEXT_H
#define CP_TESTS_PLAN_TEXT_H

#include "edits/plan.h"

/* A parsed file and what is found in it. */
typedef struct plan_text {
    cp_arena *arena;
    const cp_module *module;
    cp_findings *findings;
    cp_plan plan;
} plan_text;

plan_text plan_text_of(cp_arena *arena, cp_findings *findings, const char *path,
                       cp_str text);

/*
 * A finding `code` on the next cast that is spelt `cast` and has none yet; what
 * stands before its last ".to(" or ".float(" is the value. NULL if there is none.
 */
cp_finding *plan_text_add(plan_text *t, const char *code, const char *cast);

/* The comments that hold `word` go with the finding. */
void plan_text_stale(plan_text *t, cp_finding *finding, const char *word);

#endif
