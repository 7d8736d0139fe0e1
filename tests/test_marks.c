#include "harness.h"

#include "marks.h"

static cp_marks read_marks(const char *text)
{
    cp_source source = cp_source_of(&arena, CP_STR("a.py"), cp_str_of(text));
    cp_marks marks;
    assert_int_equal(cp_marks_read(&arena, &source, &marks, NULL), CP_OK);
    return marks;
}

static void assert_bad(const char *text, const char *message)
{
    cp_source source = cp_source_of(&arena, CP_STR("a.py"), cp_str_of(text));
    cp_marks marks;
    cp_err err = {0};
    assert_int_equal(cp_marks_read(&arena, &source, &marks, &err), CP_ERR_SYNTAX);
    assert_string_equal(err.msg, message);
}

static cp_str compare(const char *text, uint32_t line, const char *code)
{
    cp_marks marks = read_marks(text);
    cp_mark one = {.line = line, .code = cp_str_of(code)};
    cp_marks found = {&one, line ? 1 : 0, 1};
    return cp_marks_compare(&arena, CP_STR("a.py"), &marks, &found);
}

static void test_several_codes_may_stand_on_one_line(void **state)
{
    (void)state;
    cp_marks marks = read_marks("x\ny  # expect: CP101, CP104\n");
    assert_int_equal(marks.count, 2);
    assert_int_equal(marks.items[0].line, 2);
    assert_str(marks.items[0].code, "CP101");
    assert_str(marks.items[1].code, "CP104");
}

static void test_a_mark_may_speak_of_another_line(void **state)
{
    (void)state;
    cp_marks marks = read_marks("# expect@+2: CP101\nx\ny\n# todo@-1: CP102\n");
    assert_int_equal(marks.items[0].line, 3);
    assert_int_equal(marks.items[1].line, 3);
    assert_true(marks.items[1].todo);
}

static void test_a_carriage_return_ends_no_code(void **state)
{
    (void)state;
    cp_marks marks = read_marks("x  # expect: CP101\r\ny\r\n");
    assert_str(marks.items[0].code, "CP101");
}

static void test_a_mark_without_a_code_is_refused(void **state)
{
    (void)state;
    const char *message = "a.py:1: a mark wants codes, such as `# expect: CP101, CP104`";
    assert_bad("x  # expect:\n", message);
    assert_bad("x  # expect: CP1\n", message);
}

static void test_a_mark_of_a_line_that_is_not_there_is_refused(void **state)
{
    (void)state;
    assert_bad("x  # expect@-1: CP101\n",
               "a.py:1: the mark speaks of a line that is not there");
}

static void test_the_pin_is_read(void **state)
{
    (void)state;
    cp_source source =
        cp_source_of(&arena, CP_STR("a.py"), CP_STR("# One.\n# with: a>=1,<2\nx\n"));
    assert_str(cp_marks_with(&source), "a>=1,<2");
}

static void test_what_is_expected_and_found_is_no_difference(void **state)
{
    (void)state;
    assert_str(compare("x  # expect: CP101\n", 1, "CP101"), "");
}

static void test_what_is_not_expected_is_named(void **state)
{
    (void)state;
    assert_str(compare("x\n", 1, "CP101"),
               "a.py:1: CP101 was found and is not expected\n");
}

static void test_what_is_not_found_is_named(void **state)
{
    (void)state;
    assert_str(compare("x  # expect: CP101\n", 0, "CP101"),
               "a.py:1: CP101 is expected and was not found\n");
}

static void test_a_finding_on_another_line_does_not_count(void **state)
{
    (void)state;
    assert_true(compare("x  # expect: CP101\ny\n", 2, "CP101").len > 0);
}

static void test_one_mark_stands_for_one_finding(void **state)
{
    (void)state;
    cp_marks marks = read_marks("x  # expect: CP101\n");
    cp_mark twice[] = {marks.items[0], marks.items[0]};
    cp_marks found = {twice, 2, 2};
    assert_str(cp_marks_compare(&arena, CP_STR("a.py"), &marks, &found),
               "a.py:1: CP101 was found and is not expected\n");
}

static void test_a_gap_that_is_open_is_no_difference(void **state)
{
    (void)state;
    assert_str(compare("x  # todo: CP101\n", 0, "CP101"), "");
}

static void test_a_gap_that_is_closed_is_named(void **state)
{
    (void)state;
    assert_str(compare("x  # todo: CP101\n", 1, "CP101"),
               "a.py:1: CP101 was found: the gap is closed, write expect:\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_several_codes_may_stand_on_one_line),
        TEST(test_a_mark_may_speak_of_another_line),
        TEST(test_a_carriage_return_ends_no_code),
        TEST(test_a_mark_without_a_code_is_refused),
        TEST(test_a_mark_of_a_line_that_is_not_there_is_refused),
        TEST(test_the_pin_is_read),
        TEST(test_what_is_expected_and_found_is_no_difference),
        TEST(test_what_is_not_expected_is_named),
        TEST(test_what_is_not_found_is_named),
        TEST(test_a_finding_on_another_line_does_not_count),
        TEST(test_one_mark_stands_for_one_finding),
        TEST(test_a_gap_that_is_open_is_no_difference),
        TEST(test_a_gap_that_is_closed_is_named),
    };
    return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
