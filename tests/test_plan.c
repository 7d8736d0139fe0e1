#include "plan_cases.h"

/* Expressions */

static void test_a_cast_becomes_its_value(void **state)
{
    (void)state;
    assert_str(fixed("y = f(x" F32 ", 1)\n", "x" F32), "y = f(x, 1)\n");
    assert_int_equal(findings.items[0]->fix->edit_count, 1);
    assert_int_equal(findings.items[0]->fix->edits[0].start, 7);
    assert_int_equal(findings.items[0]->fix->edits[0].end, 7 + strlen(F32));
}

static void test_nested_casts_go_together(void **state)
{
    (void)state;
    assert_str(fixed("y = f(x" BF16 F32 ")\n", "x" BF16 "|x" BF16 F32), "y = f(x)\n");
    assert_int_equal(t.plan.fix_count, 1);
}

static void test_a_call_over_several_lines_keeps_its_other_lines(void **state)
{
    (void)state;
    assert_str(
        fixed("y = f(\n    x.to(\n        torch.float32,\n    ),  # logits\n    1,\n)\n",
              "x.to(\n        torch.float32,\n    )"),
        "y = f(\n    x,  # logits\n    1,\n)\n");
}

static void test_parentheses_of_a_sum_stay_in_a_product(void **state)
{
    (void)state;
    assert_str(fixed("y = (a + b)" F32 " * c\n", "(a + b)" F32), "y = (a + b) * c\n");
}

static void test_parentheses_of_a_product_go_in_a_sum(void **state)
{
    (void)state;
    assert_str(fixed("y = (a * b)" F32 " + c\n", "(a * b)" F32), "y = a * b + c\n");
}

static void test_parentheses_stay_on_the_right_of_a_difference(void **state)
{
    (void)state;
    assert_str(fixed("y = c - (a - b)" F32 "\n", "(a - b)" F32), "y = c - (a - b)\n");
}

static void test_parentheses_go_in_an_argument(void **state)
{
    (void)state;
    assert_str(fixed("y = f((a + b)" F32 ")\n", "(a + b)" F32), "y = f(a + b)\n");
}

static void test_parentheses_go_in_an_assignment_and_a_return(void **state)
{
    (void)state;
    assert_str(fixed("def f(a, b):\n    y = (a + b)" F32 "\n    return (y @ b)" F32 "\n",
                     "(a + b)" F32 "|(y @ b)" F32),
               "def f(a, b):\n    y = a + b\n    return y @ b\n");
}

static void test_parentheses_stay_before_an_attribute(void **state)
{
    (void)state;
    assert_str(fixed("y = (a + b)" F32 ".sum()\n", "(a + b)" F32), "y = (a + b).sum()\n");
    assert_str(fixed("y = (-a)" F32 ".sum()\n", "(-a)" F32), "y = (-a).sum()\n");
}

static void test_parentheses_that_join_lines_stay(void **state)
{
    (void)state;
    assert_str(fixed("y = (\n    a\n    + b\n)" F32 "\n", "(\n    a\n    + b\n)" F32),
               "y = (\n    a\n    + b\n)\n");
}

static void test_parentheses_of_a_walrus_stay(void **state)
{
    (void)state;
    assert_str(fixed("f((z := x)" F32 ")\n", "(z := x)" F32), "f((z := x))\n");
}

static void test_parentheses_of_an_await_stay(void **state)
{
    (void)state;
    assert_str(
        fixed("async def f(g):\n    return (await g)" F32 " ** 2\n", "(await g)" F32),
        "async def f(g):\n    return (await g) ** 2\n");
}

static void test_parentheses_around_a_cast_that_was_too_long_go(void **state)
{
    (void)state;
    assert_str(fixed("y = (\n    x" F32 "\n)\n", "x" F32), "y = x\n");
}

static void test_parentheses_with_a_comment_stay(void **state)
{
    (void)state;
    assert_str(fixed("y = (\n    # the logits\n    x" F32 "\n)\n", "x" F32),
               "y = (\n    # the logits\n    x\n)\n");
}

static void test_parentheses_stay_where_the_line_would_be_too_long(void **state)
{
    (void)state;
#define LONG                                                                             \
    "a_very_long_name_of_a_tensor_that_takes_most_of_the_line_by_itself_as_it_is.b[0]"
    assert_str(fixed("the_result_of = (\n    " LONG F32 "\n)\n", LONG F32),
               "the_result_of = (\n    " LONG "\n)\n");
}

static void test_a_cast_in_a_lambda_and_a_default_goes(void **state)
{
    (void)state;
    assert_str(
        fixed("f = lambda x, y=K" F32 ": (x + y)" F32 "\n", "K" F32 "|(x + y)" F32),
        "f = lambda x, y=K: x + y\n");
}

static void test_a_cast_in_a_comprehension_goes(void **state)
{
    (void)state;
    assert_str(fixed("y = [x" F32 " for x in z]\n", "x" F32), "y = [x for x in z]\n");
}

/* Ternaries */

static void test_a_ternary_with_equal_branches_collapses(void **state)
{
    (void)state;
    assert_str(fixed("f(a, l=x" F32 " if m == M.V3 else x)\n", "x" F32), "f(a, l=x)\n");
    assert_str(fixed("f(a, l=x if m == M.V3 else x" F32 ")\n", "x" F32), "f(a, l=x)\n");
}

static void test_parentheses_of_a_collapsed_ternary_go(void **state)
{
    (void)state;
    assert_str(fixed("f(\n    l=(\n        x" F32
                     "\n        if m == M.V3\n        else x\n    ),\n    b=b,\n)\n",
                     "x" F32),
               "f(\n    l=x,\n    b=b,\n)\n");
}

static void test_parentheses_of_a_collapsed_ternary_stay_where_needed(void **state)
{
    (void)state;
    assert_str(fixed("y = (a + b if c else (a + b)" F32 ") * d\n", "(a + b)" F32),
               "y = (a + b) * d\n");
}

static void test_none_or_a_cast_becomes_the_value(void **state)
{
    (void)state;
    assert_str(fixed("b = (\n    None\n    if t.b is None\n    else t.b.to(x.dtype)\n)\n",
                     "t.b.to(x.dtype)"),
               "b = t.b\n");
    assert_str(fixed("b = t.b.float() if t.b is not None else None\n", "t.b.float()"),
               "b = t.b\n");
}

static void test_none_or_another_value_stays_a_ternary(void **state)
{
    (void)state;
    assert_str(fixed("b = None if c is None else x" F32 "\n", "x" F32),
               "b = None if c is None else x\n");
}

static void test_a_ternary_with_other_branches_stays(void **state)
{
    (void)state;
    assert_str(fixed("y = x" F32 " if c else z\n", "x" F32), "y = x if c else z\n");
}

static void test_a_ternary_whose_condition_calls_is_refused(void **state)
{
    (void)state;
    refused("y = x" F32 " if c() else x\n", "x" F32, "calls something");
}

static void test_a_ternary_inside_a_cast_collapses_with_it(void **state)
{
    (void)state;
    assert_str(fixed("y = (x" BF16 " if c else x)" F32 " + 1\n",
                     "x" BF16 "|(x" BF16 " if c else x)" F32),
               "y = x + 1\n");
}

/* Fixes */

static void test_touching_lines_are_one_fix(void **state)
{
    (void)state;
    assert_str(fixed("a = 0\nx = f(x" F32 ")\ny = f(y" F32 ")\n", "x" F32 "|y" F32),
               "a = 0\nx = f(x)\ny = f(y)\n");
    assert_int_equal(t.plan.fix_count, 1);
}

static void test_lines_apart_are_two_fixes(void **state)
{
    (void)state;
    fixed("x = f(x" F32 ")\na = 0\ny = f(y" F32 ")\n", "x" F32 "|y" F32);
    assert_int_equal(t.plan.fix_count, 2);
    assert_string_not_equal(findings.items[0]->fix->id.ptr,
                            findings.items[1]->fix->id.ptr);
}

static void test_the_identifier_does_not_depend_on_lines(void **state)
{
    (void)state;
    fixed("x = f(x" F32 ")\n", "x" F32);
    cp_str first = findings.items[0]->fix->id;
    findings.count = 0;
    fixed("a = 0\n\nx = f(x" F32 ")\n", "x" F32);
    assert_same(findings.items[0]->fix->id, first);
    assert_int_equal(first.len, 15);
    assert_true(cp_str_starts(first, CP_STR("cp-")));
}

static void test_equal_fixes_of_a_file_have_identifiers_of_their_own(void **state)
{
    (void)state;
    fixed("x = f(x" F32 ")\na = 0\nb = 1\nx = f(x" F32 ")\n", "x" F32 "|x" F32);
    assert_int_equal(t.plan.fix_count, 2);
    assert_string_not_equal(t.plan.fixes[0]->id.ptr, t.plan.fixes[1]->id.ptr);
}

static void test_a_fix_has_the_worst_effect_of_its_findings(void **state)
{
    (void)state;
    t = plan_text_of(&arena, &findings, "m.py", CP_STR("x = f(x" F32 ", y" BF16 ")\n"));
    plan_text_add(&t, "CP101", "x" F32)->effect = CP_EFFECT_EXACT;
    plan_text_add(&t, "CP104", "y" BF16)->effect = CP_EFFECT_CHANGES_EXPERTS;
    planned();
    assert_int_equal(findings.items[0]->fix->effect, CP_EFFECT_CHANGES_EXPERTS);
}

static void test_a_finding_without_a_change_has_no_fix(void **state)
{
    (void)state;
    t = plan_text_of(&arena, &findings, "m.py", CP_STR("x = f(x" F32 ")\n"));
    plan_text_add(&t, "CP201", "x" F32)->change = (cp_change){0};
    planned();
    assert_null(findings.items[0]->fix);
    assert_int_equal(t.plan.refusal_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN(test_a_cast_becomes_its_value),
        PLAN(test_nested_casts_go_together),
        PLAN(test_a_call_over_several_lines_keeps_its_other_lines),
        PLAN(test_parentheses_of_a_sum_stay_in_a_product),
        PLAN(test_parentheses_of_a_product_go_in_a_sum),
        PLAN(test_parentheses_stay_on_the_right_of_a_difference),
        PLAN(test_parentheses_go_in_an_argument),
        PLAN(test_parentheses_go_in_an_assignment_and_a_return),
        PLAN(test_parentheses_stay_before_an_attribute),
        PLAN(test_parentheses_that_join_lines_stay),
        PLAN(test_parentheses_of_a_walrus_stay),
        PLAN(test_parentheses_of_an_await_stay),
        PLAN(test_parentheses_around_a_cast_that_was_too_long_go),
        PLAN(test_parentheses_with_a_comment_stay),
        PLAN(test_parentheses_stay_where_the_line_would_be_too_long),
        PLAN(test_a_cast_in_a_lambda_and_a_default_goes),
        PLAN(test_a_cast_in_a_comprehension_goes),
        PLAN(test_a_ternary_with_equal_branches_collapses),
        PLAN(test_parentheses_of_a_collapsed_ternary_go),
        PLAN(test_parentheses_of_a_collapsed_ternary_stay_where_needed),
        PLAN(test_none_or_a_cast_becomes_the_value),
        PLAN(test_none_or_another_value_stays_a_ternary),
        PLAN(test_a_ternary_with_other_branches_stays),
        PLAN(test_a_ternary_whose_condition_calls_is_refused),
        PLAN(test_a_ternary_inside_a_cast_collapses_with_it),
        PLAN(test_touching_lines_are_one_fix),
        PLAN(test_lines_apart_are_two_fixes),
        PLAN(test_the_identifier_does_not_depend_on_lines),
        PLAN(test_equal_fixes_of_a_file_have_identifiers_of_their_own),
        PLAN(test_a_fix_has_the_worst_effect_of_its_findings),
        PLAN(test_a_finding_without_a_change_has_no_fix),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
