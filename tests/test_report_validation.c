#include "harness.h"

#include "report_case.h"
#include "report_check.h"

/* What validation said about `f`, added to the report; one result so far. */
static cp_validation *validated(report_case *c, cp_finding *f, cp_effect effect)
{
    cp_checked *checked = cp_new(&arena, cp_checked, c->report.checked_count + 1);
    if (c->report.checked_count)
        memcpy(checked, c->report.checked, c->report.checked_count * sizeof *checked);
    cp_verdict *verdict = cp_new(&arena, cp_verdict, 1);
    *verdict = (cp_verdict){effect, {"", 0}, cp_new(&arena, cp_validation, 1), 1, 1};
    verdict->results[0] =
        (cp_validation){.device = CP_STR("cpu"), .from = CP_BF16, .effect = effect};
    checked[c->report.checked_count] = (cp_checked){f, verdict};
    c->report.checked = checked;
    c->report.checked_count++;
    return verdict->results;
}

/* A narrowing: 20 of 1,000 tokens choose other experts. */
static cp_validation *measured(report_case *c, cp_finding *f)
{
    cp_validation *result = validated(c, f, CP_EFFECT_CHANGES_EXPERTS);
    result->method = CP_STR("Renormalize");
    result->preset = CP_STR("Mixtral");
    result->inputs = CP_STR("N(0, 1), seed 7");
    result->reason = CP_STR("measured");
    result->from = CP_F32;
    result->tokens = 1000;
    result->seed = 7;
    result->expert_set_mismatches = 20;
    result->order_mismatches = 3;
    result->rate_low = 0.013;
    result->rate_high = 0.0307;
    result->max_weight_error = 0.25;
    return result;
}

static cp_str validation_text(report_case *c, cp_format format)
{
    return cp_report_validation(&arena, &c->report, format, &c->style);
}

static json_t *first_patch(json_t *root)
{
    return json_array_get(json_object_get(root, "patches"), 0);
}

static void test_proof_is_printed_with_its_effect(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    case_fix(f);
    validated(c, f, CP_EFFECT_EXACT)->proof = CP_STR("all 65536 values");
    assert_str(validation_text(c, CP_FORMAT_FULL),
               "cp-0123456789ab  exact  a.py:2 (CP101)\n"
               " CP101, line 2\n"
               "  exact  from bfloat16, any routing method, on cpu\n"
               "    proof: all 65536 values\n\n"
               "1 patch: 1 exact.\n");
}

static void test_measured_rate_comes_with_interval_and_inputs(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    f->effect = CP_EFFECT_CHANGES_EXPERTS;
    case_fix(f);
    measured(c, f);
    cp_str text = validation_text(c, CP_FORMAT_FULL);
    assert_has(text, "from float32, Renormalize, preset Mixtral, on cpu\n");
    assert_has(text, "    inputs: N(0, 1), seed 7\n"
                     "    result: 1000 tokens, 20 choose other experts (2 %, 95 % "
                     "interval 1.3 to 3.07 %), 3 the same in another order; weights "
                     "differ by at most 0.25\n");
}

static void test_worse_effect_than_claimed_is_said(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    case_fix(f);
    measured(c, f);
    cp_str text = validation_text(c, CP_FORMAT_CONCISE);
    assert_str(text, "cp-0123456789ab  changes-experts (claimed exact)  a.py:2 (CP101)\n"
                     "1 patch: 1 changes-experts; 1 worse than claimed.\n");
}

static void test_patch_that_was_not_run_is_not_called_validated(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_fix(case_finding(c));
    assert_has(validation_text(c, CP_FORMAT_CONCISE), "  exact (not validated)  a.py:2");
}

static void test_claim_holds_when_validation_finds_it_or_better(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    cp_fix *fix = case_fix(f);
    validated(c, f, CP_EFFECT_EXACT);
    assert_true(cp_report_holds(&c->report, fix));
    fix->effect = CP_EFFECT_UNPROVED;
    assert_true(cp_report_holds(&c->report, fix));
}

static void test_claim_does_not_hold_when_nothing_was_proved(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    cp_fix *fix = case_fix(f);
    validated(c, f, CP_EFFECT_UNPROVED);
    assert_false(cp_report_holds(&c->report, fix));
}

static void test_validation_cannot_lift_a_broken_contract(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    f->effect = CP_EFFECT_BREAKS_CONTRACT;
    cp_fix *fix = case_fix(f);
    validated(c, f, CP_EFFECT_EXACT);
    assert_int_equal(cp_report_effect(&c->report, fix), CP_EFFECT_BREAKS_CONTRACT);
}

static void test_comment_that_goes_along_does_not_decide_the_effect(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c), *comment = case_finding(c);
    cp_fix *fix = case_fix(f);
    comment->change.kind = CP_CHANGE_NONE;
    comment->effect = CP_EFFECT_UNPROVED;
    comment->fix = fix;
    fix->findings = cp_new(&arena, cp_finding *, 2);
    fix->findings[0] = f;
    fix->findings[1] = comment;
    fix->finding_count = 2;
    validated(c, f, CP_EFFECT_EXACT);
    assert_int_equal(cp_report_effect(&c->report, fix), CP_EFFECT_EXACT);
}

static void test_json_patch_has_every_key(void **state)
{
    (void)state;
    static const char *const keys[] = {"id",
                                       "effect",
                                       "device",
                                       "method",
                                       "preset",
                                       "inputs",
                                       "tokens",
                                       "proof",
                                       "max_weight_error",
                                       "order_mismatches",
                                       "holds",
                                       "expert_set_mismatches"};
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    case_fix(f);
    validated(c, f, CP_EFFECT_EXACT);
    json_t *root = parsed(validation_text(c, CP_FORMAT_JSON));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_object_get(first_patch(root), keys[i]))
            fail_msg("no key `%s`", keys[i]);
    json_decref(root);
}

static void test_json_patch_shows_the_result_that_decided(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c), *g = case_finding(c);
    cp_fix *fix = case_fix(f);
    g->fix = fix;
    fix->findings = cp_new(&arena, cp_finding *, 2);
    fix->findings[0] = f;
    fix->findings[1] = g;
    fix->finding_count = 2;
    validated(c, f, CP_EFFECT_EXACT);
    measured(c, g);
    json_t *root = parsed(validation_text(c, CP_FORMAT_JSON));
    json_t *patch = first_patch(root);
    assert_int_equal(json_integer_value(json_object_get(patch, "expert_set_mismatches")),
                     20);
    assert_int_equal(json_array_size(json_object_get(patch, "results")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "patches")), 1);
    json_decref(root);
}

static void test_json_gives_no_counts_where_nothing_ran_or_was_proved(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    case_fix(f);
    validated(c, f, CP_EFFECT_UNPROVED);
    json_t *root = parsed(validation_text(c, CP_FORMAT_JSON));
    json_t *patch = first_patch(root);
    assert_true(json_is_null(json_object_get(patch, "expert_set_mismatches")));
    assert_true(json_is_null(json_object_get(patch, "max_weight_error")));
    json_decref(root);
}

static void test_json_finding_carries_the_validation_of_its_fix(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    case_fix(f);
    measured(c, f);
    json_t *root = parsed(case_text(c, CP_FORMAT_JSON));
    json_t *found = json_array_get(json_object_get(root, "findings"), 0);
    json_t *fix = json_object_get(found, "fix");
    assert_string_equal(json_string_value(json_object_get(fix, "effect")),
                        "changes-experts");
    assert_true(json_is_object(json_object_get(fix, "validation")));
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_proof_is_printed_with_its_effect),
        TEST(test_measured_rate_comes_with_interval_and_inputs),
        TEST(test_worse_effect_than_claimed_is_said),
        TEST(test_patch_that_was_not_run_is_not_called_validated),
        TEST(test_claim_holds_when_validation_finds_it_or_better),
        TEST(test_claim_does_not_hold_when_nothing_was_proved),
        TEST(test_validation_cannot_lift_a_broken_contract),
        TEST(test_comment_that_goes_along_does_not_decide_the_effect),
        TEST(test_json_patch_has_every_key),
        TEST(test_json_patch_shows_the_result_that_decided),
        TEST(test_json_gives_no_counts_where_nothing_ran_or_was_proved),
        TEST(test_json_finding_carries_the_validation_of_its_fix),
    };
    return cmocka_run_group_tests_name("report_validation", tests, NULL, NULL);
}
