#include "plan_cases.h"

/* Blank lines and comments */

static void test_one_of_two_blank_lines_around_goes(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\n\nx = x" F32 "\n\nb = 2\n", "x" F32), "a = 1\n\nb = 2\n");
}

static void test_the_larger_group_of_blank_lines_stays(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\n\nx = x" F32 "\n\n\ndef f():\n    pass\n", "x" F32),
               "a = 1\n\n\ndef f():\n    pass\n");
}

static void test_a_blank_line_on_one_side_stays(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\n\nx = x" F32 "\nb = 2\n", "x" F32), "a = 1\n\nb = 2\n");
    assert_str(fixed("a = 1\nx = x" F32 "\n\nb = 2\n", "x" F32), "a = 1\n\nb = 2\n");
}

static void test_no_blank_line_is_left_at_the_edges_of_a_block(void **state)
{
    (void)state;
    assert_str(fixed("def f(x):  # c\n    x = x" F32 "\n\n    return x\n", "x" F32),
               "def f(x):  # c\n    return x\n");
    assert_str(fixed("if c:\n    a = 1\n\n    x = x" F32 "\nelse:\n    b = 2\n", "x" F32),
               "if c:\n    a = 1\nelse:\n    b = 2\n");
    assert_str(fixed("a = 1\n\nx = x" F32 "\n", "x" F32), "a = 1\n");
}

static void test_stale_comments_go_with_the_statement(void **state)
{
    (void)state;
    t = plan_text_of(
        &arena, &findings, "m.py",
        CP_STR("a = 1\n\n# old: float32\n# old: see there\nif m:\n    x = x" F32
               "\n\nf(x,  # old: float\n  1)  # new\n"));
    cp_finding *f = plan_text_add(&t, "CP101", "x" F32);
    plan_text_stale(&t, f, "old");
    assert_str(planned(), "a = 1\n\nf(x,\n  1)  # new\n");
}

static void test_other_comments_stay(void **state)
{
    (void)state;
    assert_str(fixed("# about b\nx = x" F32 "\nb = 2\n", "x" F32), "# about b\nb = 2\n");
}

static void test_a_stale_comment_finding_shares_the_fix_of_its_cast(void **state)
{
    (void)state;
    t = plan_text_of(&arena, &findings, "m.py",
                     CP_STR("# needs float32\nx = x" F32 "\nb = 2\n"));
    cp_finding *f = plan_text_add(&t, "CP101", "x" F32);
    plan_text_stale(&t, f, "float32");
    cp_finding *stale =
        cp_findings_new(&findings, "CP202", t.module, t.module->comments[0].span);
    assert_str(planned(), "b = 2\n");
    assert_ptr_equal(stale->fix, f->fix);
    assert_ptr_equal(f->fix->findings[0], stale);
    assert_int_equal(f->fix->finding_count, 2);
}

/* Bytes that must stay */

static void test_crlf_line_ends_stay(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\r\n\r\nif m:\r\n    x = x" F32 "\r\n\r\nb = f(y" F32 ")\r\n",
                     "x" F32 "|y" F32),
               "a = 1\r\n\r\nb = f(y)\r\n");
}

static void test_a_file_without_a_last_line_break_keeps_none(void **state)
{
    (void)state;
    assert_str(fixed("a = 1\nx = x" F32, "x" F32), "a = 1");
    assert_str(fixed("a = 1\r\n\r\nx = x" F32, "x" F32), "a = 1");
}

static void test_tabs_and_form_feeds_stay(void **state)
{
    (void)state;
    assert_str(
        fixed("\f\nif a:\n\tif m:\n\t\tx = x" F32 "\n\telse:\n\t\ty = 1\n", "x" F32),
        "\f\nif a:\n\tif not m:\n\t\ty = 1\n");
}

static void test_a_byte_order_mark_stays(void **state)
{
    (void)state;
    assert_str(fixed("\xef\xbb\xbfx = x" F32 "\nb = 2\n", "x" F32), "\xef\xbb\xbf"
                                                                    "b = 2\n");
}

static void test_a_function_with_a_syntax_error_is_left_alone(void **state)
{
    (void)state;
    refused("def f(x):\n    x = x" F32 "\n    y = = 2\n    return x\n", "x" F32,
            "could not be parsed");
}

static void
test_a_module_with_a_syntax_error_is_left_alone_outside_functions(void **state)
{
    (void)state;
    refused("x = f(x" F32 ")\ny = = 2\n", "x" F32, "could not be parsed");
    assert_str(fixed("def f(x):\n    return g(x" F32 ")\n\n\ny = = 2\n", "x" F32),
               "def f(x):\n    return g(x)\n\n\ny = = 2\n");
}

static void test_bytes_outside_the_file_are_an_error(void **state)
{
    (void)state;
    t = plan_text_of(&arena, &findings, "m.py", CP_STR("x = x" F32 "\n"));
    plan_text_add(&t, "CP101", "x" F32)->change.cast.end = 1000;
    cp_err err = {0};
    assert_int_equal(cp_plan_fixes(&arena, &findings, &t.plan, &err), CP_ERR_RANGE);
    assert_non_null(strstr(err.msg, "m.py"));
}

static void test_a_span_that_is_no_expression_is_refused(void **state)
{
    (void)state;
    t = plan_text_of(&arena, &findings, "m.py", CP_STR("y = x" F32 "\n"));
    plan_text_add(&t, "CP101", "x" F32)->change.cast.end--;
    assert_str(planned(), "y = x" F32 "\n");
    assert_int_equal(t.plan.refusal_count, 1);
}

/* Imports */

#define GUARDED "if m == R.V3:\n    x = x" F32 "\nb = 2\n"

static void test_an_import_that_becomes_unused_goes(void **state)
{
    (void)state;
    assert_str(fixed("import os\nfrom a import R\n\n" GUARDED, "x" F32),
               "import os\n\nb = 2\n");
}

static void test_one_name_of_an_import_goes(void **state)
{
    (void)state;
    assert_str(fixed("from a import R, S\n" GUARDED "S()\n", "x" F32),
               "from a import S\nb = 2\nS()\n");
    assert_str(fixed("from a import Q, R, S\n" GUARDED, "x" F32),
               "from a import Q, S\nb = 2\n");
    assert_str(fixed("from a import Q, R\n" GUARDED, "x" F32),
               "from a import Q\nb = 2\n");
}

static void test_a_list_of_imports_keeps_its_layout(void **state)
{
    (void)state;
    assert_str(
        fixed("from a import (\n    Q,\n    R,  # enum\n    S,\n)\n" GUARDED, "x" F32),
        "from a import (\n    Q,\n    S,\n)\nb = 2\n");
}

static void test_an_import_of_the_function_goes(void **state)
{
    (void)state;
    assert_str(
        fixed("def f(x, m):\n    from a import R\n\n    if m == R.V3:\n        x = x" F32
              "\n    return x\n\n\ndef g():\n    return R\n",
              "x" F32),
        "def f(x, m):\n    return x\n\n\ndef g():\n    return R\n");
}

static void stays(const char *head, const char *tail)
{
    findings.count = 0;
    cp_str text = cp_str_printf(&arena, "%s" GUARDED "%s", head, tail);
    cp_str want = cp_str_printf(&arena, "%sb = 2\n%s", head, tail);
    assert_same(fixed(text.ptr, "x" F32), want);
}

static void test_an_import_that_may_be_used_stays(void **state)
{
    (void)state;
    stays("from a import R\n", "print(R)\n");
    stays("from a import R\n", "def f(r: 'R'):\n    pass\n");
    stays("from a import R\n", "def f(r: 'Optional[R]'):\n    pass\n");
    stays("from a import R\n", "__all__ = ['R']\n");
    stays("from a import R\n", "print(f'{R.V3}')\n");
    stays("from a import R  # noqa: F401\n", "");
    stays("from a import R as R\n", "");
    stays("try:\n    from a import R\nexcept ImportError:\n    R = None\n", "");
    stays("if c:\n    from a import R\n", "");
    stays("from a import R\nif c:\n    from b import R\n    d = 1\n", "");
    stays("from a import *\n", "");
}

static void test_an_import_is_not_kept_by_an_attribute_of_its_name(void **state)
{
    (void)state;
    assert_str(fixed("from a import R\n" GUARDED "print(b.R)\n", "x" F32),
               "b = 2\nprint(b.R)\n");
}

static void test_an_import_of_a_package_stays(void **state)
{
    (void)state;
    t = plan_text_of(&arena, &findings, "a/__init__.py",
                     CP_STR("from a import R\n" GUARDED));
    ((cp_module *)t.module)->is_package = true;
    add("x" F32);
    assert_str(planned(), "from a import R\nb = 2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN(test_one_of_two_blank_lines_around_goes),
        PLAN(test_the_larger_group_of_blank_lines_stays),
        PLAN(test_a_blank_line_on_one_side_stays),
        PLAN(test_no_blank_line_is_left_at_the_edges_of_a_block),
        PLAN(test_stale_comments_go_with_the_statement),
        PLAN(test_other_comments_stay),
        PLAN(test_a_stale_comment_finding_shares_the_fix_of_its_cast),
        PLAN(test_crlf_line_ends_stay),
        PLAN(test_a_file_without_a_last_line_break_keeps_none),
        PLAN(test_tabs_and_form_feeds_stay),
        PLAN(test_a_byte_order_mark_stays),
        PLAN(test_a_function_with_a_syntax_error_is_left_alone),
        PLAN(test_a_module_with_a_syntax_error_is_left_alone_outside_functions),
        PLAN(test_bytes_outside_the_file_are_an_error),
        PLAN(test_a_span_that_is_no_expression_is_refused),
        PLAN(test_an_import_that_becomes_unused_goes),
        PLAN(test_one_name_of_an_import_goes),
        PLAN(test_a_list_of_imports_keeps_its_layout),
        PLAN(test_an_import_of_the_function_goes),
        PLAN(test_an_import_that_may_be_used_stays),
        PLAN(test_an_import_is_not_kept_by_an_attribute_of_its_name),
        PLAN(test_an_import_of_a_package_stays),
    };
    return cmocka_run_group_tests_name("plan_lines", tests, NULL, NULL);
}
