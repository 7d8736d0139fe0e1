#include "plan_cases.h"

/* Statements */

static void test_an_assignment_to_itself_goes(void **state)
{
    (void)state;
    assert_str(
        fixed("def f(x):\n    a = 1\n    x = x" F32 "  # why\n    return x\n", "x" F32),
        "def f(x):\n    a = 1\n    return x\n");
    assert_str(
        fixed("def f(self):\n    self.x = self.x" F32 "\n    return 1\n", "self.x" F32),
        "def f(self):\n    return 1\n");
}

static void test_an_annotated_assignment_to_itself_goes(void **state)
{
    (void)state;
    assert_str(fixed("def f(x):\n    x: T = x" F32 "\n    return x\n", "x" F32),
               "def f(x):\n    return x\n");
}

static void test_an_assignment_to_another_name_stays(void **state)
{
    (void)state;
    assert_str(fixed("y = x" F32 "\n", "x" F32), "y = x\n");
    assert_str(fixed("x = z = x" F32 "\n", "x" F32), "x = z = x\n");
}

static void test_a_class_attribute_named_like_a_global_stays(void **state)
{
    (void)state;
    assert_str(fixed("class C:\n    x = x" F32 "\n", "x" F32), "class C:\n    x = x\n");
}

static void test_an_emptied_if_goes(void **state)
{
    (void)state;
    assert_str(fixed("def f(x, m):\n    a()\n    if m == 1:\n        x = x" F32
                     "\n    return x\n",
                     "x" F32),
               "def f(x, m):\n    a()\n    return x\n");
}

static void test_an_emptied_if_on_one_line_goes(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\nif m: x = x" F32 "\nb = 2\n", "x" F32), "a = 1\nb = 2\n");
}

static void test_an_emptied_if_takes_the_comments_of_its_block_with_it(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\nif m:\n    # widen\n    x = x" F32
                     "\n    # done\n# next\nb = 2\n",
                     "x" F32),
               "a = 1\n# next\nb = 2\n");
}

static void test_an_if_that_keeps_a_statement_stays(void **state)
{
    (void)state;
    assert_str(fixed("if m:\n    x = x" F32 "\n    y = 1\n", "x" F32),
               "if m:\n    y = 1\n");
}

static void test_nested_emptied_ifs_go(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\nif m:\n    if n:\n        x = x" F32 "\nb = 2\n", "x" F32),
               "a = 1\nb = 2\n");
}

static void test_an_emptied_if_whose_test_calls_is_refused(void **state)
{
    (void)state;
    refused("if m():\n    x = x" F32 "\n", "x" F32, "calls something");
}

static void test_both_branches_emptied_take_the_if(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\nif m == V3:\n    x = x" F32 "\nelse:\n    x = x" BF16
                     "\nb = 2\n",
                     "x" F32 "|x" BF16),
               "a = 1\nb = 2\n");
    assert_int_equal(t.plan.fix_count, 1);
    assert_ptr_equal(findings.items[0]->fix, findings.items[1]->fix);
}

static void inverts(const char *test, const char *turned)
{
    cp_str before = cp_str_printf(
        &arena, "if %s:  # a\n    x = x" F32 "\nelse:\n    y = 1\nz = 2\n", test);
    cp_str after = cp_str_printf(&arena, "if %s:  # a\n    y = 1\nz = 2\n", turned);
    findings.count = 0;
    assert_same(fixed(before.ptr, "x" F32), after);
}

static void test_an_emptied_first_branch_turns_the_test_round(void **state)
{
    (void)state;
    inverts("m == V3", "m != V3");
    inverts("m != V3", "m == V3");
    inverts("m is None", "m is not None");
    inverts("m is not None", "m is None");
    inverts("m in (1, 2)", "m not in (1, 2)");
    inverts("m not in (1, 2)", "m in (1, 2)");
    inverts("not m", "m");
    inverts("not (a or b)", "a or b");
    inverts("m.v", "not m.v");
    inverts("m()", "not m()");
    inverts("a and b", "not (a and b)");
    inverts("(a and b)", "not (a and b)");
    inverts("a < b", "not (a < b)");
    inverts("a == b == c", "not (a == b == c)");
}

static void test_an_emptied_else_goes(void **state)
{
    (void)state;
    assert_str(fixed("if m():\n    y = 1\nelse:\n    x = x" F32 "\nz = 2\n", "x" F32),
               "if m():\n    y = 1\nz = 2\n");
}

static void test_an_emptied_elif_at_the_end_goes(void **state)
{
    (void)state;
    assert_str(fixed("if m:\n    y = 1\nelif n:\n    x = x" F32 "\nz = 2\n", "x" F32),
               "if m:\n    y = 1\nz = 2\n");
}

static void test_an_emptied_elif_before_an_else_is_turned_round(void **state)
{
    (void)state;
    assert_str(
        fixed("if m:\n    y = 1\nelif n:\n    x = x" F32 "\nelse:\n    y = 2\n", "x" F32),
        "if m:\n    y = 1\nelif not n:\n    y = 2\n");
}

static void test_an_emptied_branch_before_an_elif_is_refused(void **state)
{
    (void)state;
    refused("if m:\n    x = x" F32 "\nelif n:\n    y = 1\n", "x" F32, "elif");
}

static void test_a_chain_with_only_emptied_branches_goes(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\nif m:\n    x = x" F32 "\nelif n:\n    x = x" BF16
                     "\nb = 2\n",
                     "x" F32 "|x" BF16),
               "a = 1\nb = 2\n");
}

static void test_branches_that_become_equal_are_joined(void **state)
{
    (void)state;
    assert_str(fixed("def f():\n    if m:\n        y = g(x" F32 ")\n        h(\n"
                     "            y\n        )\n    else:\n        y = g(x)\n"
                     "        h(\n            y\n        )\n    return y\n",
                     "x" F32),
               "def f():\n    y = g(x)\n    h(\n        y\n    )\n    return y\n");
    assert_str(fixed("if m:\n    y = g(x)\nelse:\n    y = g(x" F32 ")\nz = 1\n", "x" F32),
               "y = g(x)\nz = 1\n");
}

static void test_branches_equal_only_by_both_casts_are_one_fix(void **state)
{
    (void)state;
    assert_str(fixed("if m:\n    y = g(x" F32 ")\nelse:\n    y = g(x" BF16 ")\nz = 1\n",
                     "x" F32 "|x" BF16),
               "y = g(x)\nz = 1\n");
    assert_int_equal(t.plan.fix_count, 1);
}

static void test_an_elif_equal_to_its_else_is_joined_with_it(void **state)
{
    (void)state;
    assert_str(fixed("if m:\n    a = 1\nelif n:\n    y = g(x" F32
                     ")\nelse:\n    y = g(x)\n",
                     "x" F32),
               "if m:\n    a = 1\nelse:\n    y = g(x)\n");
}

static void test_equal_branches_with_a_long_string_are_refused(void **state)
{
    (void)state;
    refused("if m:\n    y = g(x" F32 ", '''a\n    b''')\nelse:\n"
            "    y = g(x, '''a\n    b''')\n",
            "x" F32, "cannot be joined");
}

static void test_emptying_another_block_is_refused(void **state)
{
    (void)state;
    refused("for x in z:\n    x = x" F32 "\n", "x" F32, "must not be empty");
    refused("with c:\n    x = x" F32 "\n", "x" F32, "must not be empty");
    refused("try:\n    x = x" F32 "\nfinally:\n    y = 1\n", "x" F32,
            "must not be empty");
    refused("def f(x):\n    if c:\n        x = x" F32 "\n", "x" F32, "must not be empty");
}

static void test_of_two_fixes_that_empty_a_block_one_stays(void **state)
{
    (void)state;
    assert_str(fixed("for i in z:\n    x = x" F32 "\n    # apart\n    y = y" F32 "\n",
                     "x" F32 "|y" F32),
               "for i in z:\n    # apart\n    y = y" F32 "\n");
    assert_int_equal(t.plan.fix_count, 1);
    assert_int_equal(t.plan.refusal_count, 1);
}

static void test_three_fixes_that_empty_an_if_only_together_are_one(void **state)
{
    (void)state;
    assert_str(fixed("if c:\n    x = x" F32 "\n    # 1\n    y = y" F32
                     "\n    # 2\n    z = z" F32 "\nw = 1\n",
                     "x" F32 "|y" F32 "|z" F32),
               "w = 1\n");
    assert_int_equal(t.plan.fix_count, 1);
}

static void test_a_statement_between_semicolons_goes_alone(void **state)
{
    (void)state;
    assert_str(fixed("a = 1; x = x" F32 "; b = 2\n", "x" F32), "a = 1; b = 2\n");
    assert_str(fixed("x = x" F32 "; b = 2\n", "x" F32), "b = 2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN(test_an_assignment_to_itself_goes),
        PLAN(test_an_annotated_assignment_to_itself_goes),
        PLAN(test_an_assignment_to_another_name_stays),
        PLAN(test_a_class_attribute_named_like_a_global_stays),
        PLAN(test_an_emptied_if_goes),
        PLAN(test_an_emptied_if_on_one_line_goes),
        PLAN(test_an_emptied_if_takes_the_comments_of_its_block_with_it),
        PLAN(test_an_if_that_keeps_a_statement_stays),
        PLAN(test_nested_emptied_ifs_go),
        PLAN(test_an_emptied_if_whose_test_calls_is_refused),
        PLAN(test_both_branches_emptied_take_the_if),
        PLAN(test_an_emptied_first_branch_turns_the_test_round),
        PLAN(test_an_emptied_else_goes),
        PLAN(test_an_emptied_elif_at_the_end_goes),
        PLAN(test_an_emptied_elif_before_an_else_is_turned_round),
        PLAN(test_an_emptied_branch_before_an_elif_is_refused),
        PLAN(test_a_chain_with_only_emptied_branches_goes),
        PLAN(test_branches_that_become_equal_are_joined),
        PLAN(test_branches_equal_only_by_both_casts_are_one_fix),
        PLAN(test_an_elif_equal_to_its_else_is_joined_with_it),
        PLAN(test_equal_branches_with_a_long_string_are_refused),
        PLAN(test_emptying_another_block_is_refused),
        PLAN(test_of_two_fixes_that_empty_a_block_one_stays),
        PLAN(test_three_fixes_that_empty_an_if_only_together_are_one),
        PLAN(test_a_statement_between_semicolons_goes_alone),
    };
    return cmocka_run_group_tests_name("plan_stmt", tests, NULL, NULL);
}
