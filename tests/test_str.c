#include "harness.h"

#include "base/embed.h"

static void test_equality_is_by_bytes_and_length(void **state)
{
    (void)state;
    assert_true(cp_str_eq(CP_STR("a\0b"), CP_STR("a\0b")));
    assert_false(cp_str_eq(CP_STR("a\0b"), CP_STR("a\0c")));
    assert_false(cp_str_eq(CP_STR("ab"), CP_STR("abc")));
    assert_true(cp_str_eq((cp_str){0}, CP_STR("")));
}

static void test_starts_and_ends_hold_for_the_whole_and_the_empty_text(void **state)
{
    (void)state;
    assert_true(cp_str_starts(CP_STR("topk"), CP_STR("topk")));
    assert_true(cp_str_ends(CP_STR("topk"), CP_STR("")));
    assert_true(cp_str_ends(CP_STR("a.py"), CP_STR(".py")));
    assert_false(cp_str_starts(CP_STR("to"), CP_STR("topk")));
    assert_false(cp_str_ends(CP_STR("py"), CP_STR(".py")));
}

static void test_find_begins_where_it_is_told(void **state)
{
    (void)state;
    cp_str text = CP_STR("gate and gate");
    assert_int_equal(cp_str_find(text, CP_STR("gate"), 0), 0);
    assert_int_equal(cp_str_find(text, CP_STR("gate"), 1), 9);
    assert_int_equal(cp_str_find(text, CP_STR("gate"), 10), SIZE_MAX);
    assert_int_equal(cp_str_find(text, CP_STR("gate"), 99), SIZE_MAX);
}

static void test_find_without_case_folds_ascii_only(void **state)
{
    (void)state;
    assert_int_equal(cp_str_find_nocase(CP_STR("a ToDo"), CP_STR("todo"), 0), 2);
    assert_int_equal(cp_str_find_nocase(CP_STR("\xc4"), CP_STR("\xe4"), 0), SIZE_MAX);
    assert_int_equal(cp_str_find_nocase(CP_STR("to"), CP_STR("todo"), 0), SIZE_MAX);
}

static void test_trim_takes_space_from_both_ends_only(void **state)
{
    (void)state;
    assert_str(cp_str_trim(CP_STR(" \t a b\r\n")), "a b");
    assert_int_equal(cp_str_trim(CP_STR(" \n ")).len, 0);
}

static void test_order_is_by_bytes_then_by_length(void **state)
{
    (void)state;
    assert_true(cp_str_cmp(CP_STR("a"), CP_STR("b")) < 0);
    assert_true(cp_str_cmp(CP_STR("a"), CP_STR("ab")) < 0);
    assert_true(cp_str_cmp(CP_STR("\xff"), CP_STR("a")) > 0);
    assert_int_equal(cp_str_cmp(CP_STR("a"), CP_STR("a")), 0);
}

static void test_next_takes_parts_until_nothing_is_left(void **state)
{
    (void)state;
    cp_str rest = CP_STR("a,,b");
    assert_str(cp_str_next(&rest, ','), "a");
    assert_str(cp_str_next(&rest, ','), "");
    assert_str(cp_str_next(&rest, ','), "b");
    assert_int_equal(rest.len, 0);
}

static void test_a_copy_ends_with_a_nul_it_does_not_count(void **state)
{
    (void)state;
    cp_str copy = cp_str_copy(&arena, cp_str_cut(CP_STR("routing"), 0, 5));
    assert_int_equal(copy.len, 5);
    assert_string_equal(copy.ptr, "routi");
}

static void test_a_buffer_keeps_all_that_was_added(void **state)
{
    (void)state;
    cp_buf buf = {.arena = &arena};
    for (int i = 0; i < 100; i++)
        cp_buf_printf(&buf, "%d,", i);
    cp_buf_add(&buf, CP_STR("x\0y"));
    assert_true(cp_str_starts(cp_buf_str(&buf), CP_STR("0,1,2,")));
    assert_true(cp_str_ends(cp_buf_str(&buf), CP_STR("98,99,x\0y")));
}

static void test_an_empty_buffer_is_an_empty_text(void **state)
{
    (void)state;
    cp_buf buf = {.arena = &arena};
    assert_string_equal(cp_buf_str(&buf).ptr, "");
}

static void test_a_failure_records_its_code_and_text(void **state)
{
    (void)state;
    cp_err err = {0};
    assert_int_equal(cp_fail(&err, CP_ERR_IO, "%s: %d", "a.py", 7), CP_ERR_IO);
    assert_int_equal(err.code, CP_ERR_IO);
    assert_string_equal(err.msg, "a.py: 7");
    assert_int_equal(cp_fail(NULL, CP_ERR_SYNTAX, "unseen"), CP_ERR_SYNTAX);
}

static void test_a_long_failure_is_cut_and_not_overrun(void **state)
{
    (void)state;
    cp_err err = {0};
    assert_int_equal(cp_fail(&err, CP_ERR_IO, "%2000d", 1), CP_ERR_IO);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
}

static void test_embedded_files_are_sorted_and_end_with_a_nul(void **state)
{
    (void)state;
    for (size_t i = 0; i < cp_embedded_count; i++) {
        const cp_embedded *file = &cp_embedded_files[i];
        assert_int_equal(file->text.ptr[file->text.len], '\0');
        if (i)
            assert_true(strcmp(file[-1].name, file->name) < 0);
    }
    assert_null(cp_embedded_files[cp_embedded_count].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_equality_is_by_bytes_and_length),
        TEST(test_starts_and_ends_hold_for_the_whole_and_the_empty_text),
        TEST(test_find_begins_where_it_is_told),
        TEST(test_find_without_case_folds_ascii_only),
        TEST(test_trim_takes_space_from_both_ends_only),
        TEST(test_order_is_by_bytes_then_by_length),
        TEST(test_next_takes_parts_until_nothing_is_left),
        TEST(test_a_copy_ends_with_a_nul_it_does_not_count),
        TEST(test_a_buffer_keeps_all_that_was_added),
        TEST(test_an_empty_buffer_is_an_empty_text),
        TEST(test_a_failure_records_its_code_and_text),
        TEST(test_a_long_failure_is_cut_and_not_overrun),
        TEST(test_embedded_files_are_sorted_and_end_with_a_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
