/*
 * plan_cases.h - casts by their spelling in, the text after the fixes out.
 *
 * Layer: tests. Only for files named test_*.c: it has the state of one test.
 */
#ifndef CP_TESTS_PLAN_CASES_H
#define CP_TESTS_PLAN_CASES_H

#include "harness.h"

#include "plan_text.h"

static cp_findings findings;
static plan_text t;

#define F32 ".to(torch.float32)"
#define BF16 ".to(torch.bfloat16)"

static inline int begin_plan(void **state)
{
    begin(state);
    findings = (cp_findings){.arena = &arena};
    return 0;
}

static inline void add(const char *cast)
{
    assert_non_null(plan_text_add(&t, "CP101", cast));
}

static inline cp_str planned(void)
{
    cp_str text;
    assert_int_equal(cp_plan_fixes(&arena, &findings, &t.plan, NULL), CP_OK);
    assert_int_equal(
        cp_plan_apply(&arena, t.module, t.plan.fixes, t.plan.fix_count, &text, NULL),
        CP_OK);
    return text;
}

/* `text` after the fixes of the casts in `casts`, which are separated by `|`. */
static inline cp_str fixed_at(const char *path, const char *text, const char *casts)
{
    findings.count = 0;
    t = plan_text_of(&arena, &findings, path, cp_str_of(text));
    cp_str rest = cp_str_of(casts);
    while (rest.len)
        add(cp_str_c(&arena, cp_str_next(&rest, '|')));
    return planned();
}

static inline cp_str fixed(const char *text, const char *casts)
{
    return fixed_at("m.py", text, casts);
}

static inline void refused(const char *text, const char *casts, const char *why)
{
    assert_str(fixed(text, casts), text);
    assert_int_equal(t.plan.fix_count, 0);
    assert_true(t.plan.refusal_count > 0);
    assert_null(t.plan.refusals[0].finding->fix);
    assert_non_null(strstr(cp_str_c(&arena, t.plan.refusals[0].reason), why));
}

#define PLAN(name) cmocka_unit_test_setup_teardown(name, begin_plan, end)

#endif
