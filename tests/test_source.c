#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/source.h"

static void position(cp_str text, size_t offset, uint32_t line, uint32_t column)
{
    cp_source source = cp_source_of(&arena, CP_STR("a.py"), text);
    uint32_t at_line, at_column;
    cp_source_position(&source, offset, &at_line, &at_column);
    assert_int_equal(at_line, line);
    assert_int_equal(at_column, column);
}

static void test_lines_and_columns_count_from_one(void **state)
{
    (void)state;
    position(CP_STR("ab\ncd\n"), 0, 1, 1);
    position(CP_STR("ab\ncd\n"), 2, 1, 3);
    position(CP_STR("ab\ncd\n"), 3, 2, 1);
    position(CP_STR("ab\ncd\n"), 4, 2, 2);
}

static void test_an_offset_past_the_end_is_the_end(void **state)
{
    (void)state;
    position(CP_STR("ab\ncd"), 99, 2, 3);
    position(CP_STR(""), 99, 1, 1);
}

static void test_a_last_line_break_begins_no_line(void **state)
{
    (void)state;
    assert_int_equal(cp_source_of(&arena, CP_STR("a"), CP_STR("x\n")).line_count, 1);
    assert_int_equal(cp_source_of(&arena, CP_STR("a"), CP_STR("x\ny")).line_count, 2);
    assert_int_equal(cp_source_of(&arena, CP_STR("a"), CP_STR("")).line_count, 1);
}

static void test_the_text_of_a_line_has_no_line_break(void **state)
{
    (void)state;
    cp_source source = cp_source_of(&arena, CP_STR("a.py"), CP_STR("one\r\ntwo\n\nx"));
    assert_str(cp_source_line_text(&source, 1), "one");
    assert_str(cp_source_line_text(&source, 2), "two");
    assert_str(cp_source_line_text(&source, 3), "");
    assert_str(cp_source_line_text(&source, 4), "x");
    assert_str(cp_source_line_text(&source, 5), "");
    assert_str(cp_source_line_text(&source, 0), "");
}

static void test_the_first_line_decides_the_line_break(void **state)
{
    (void)state;
    cp_source dos = cp_source_of(&arena, CP_STR("a"), CP_STR("a\r\nb\n"));
    cp_source unix_like = cp_source_of(&arena, CP_STR("a"), CP_STR("a\nb\r\n"));
    cp_source none = cp_source_of(&arena, CP_STR("a"), CP_STR(""));
    assert_str(cp_source_line_break(&dos), "\r\n");
    assert_str(cp_source_line_break(&unix_like), "\n");
    assert_str(cp_source_line_break(&none), "\n");
}

static void test_a_file_is_read_with_its_nuls(void **state)
{
    (void)state;
    char path[] = "/tmp/castproof-source-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "a\0b\n", 4), 4);
    close(fd);
    cp_source source;
    cp_status st = cp_source_read(&arena, cp_str_of(path), &source, NULL);
    unlink(path);
    assert_int_equal(st, CP_OK);
    assert_true(cp_str_eq(source.text, CP_STR("a\0b\n")));
    assert_int_equal(source.text.ptr[4], '\0');
}

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    cp_source source;
    cp_err err = {0};
    assert_int_equal(cp_source_read(&arena, CP_STR("/nowhere/a.py"), &source, &err),
                     CP_ERR_IO);
    assert_string_equal(err.msg, "/nowhere/a.py: cannot open: No such file or directory");
}

static void test_a_folder_is_no_source(void **state)
{
    (void)state;
    cp_source source;
    cp_err err = {0};
    assert_int_equal(cp_source_read(&arena, CP_STR("/tmp"), &source, &err), CP_ERR_IO);
    assert_string_equal(err.msg, "/tmp: not a regular file");
}

static void test_a_fifo_is_refused_without_waiting_for_a_writer(void **state)
{
    (void)state;
    char folder[] = "/tmp/castproof-source-XXXXXX";
    assert_non_null(mkdtemp(folder));
    cp_str path = cp_str_printf(&arena, "%s/fifo", folder);
    assert_int_equal(mkfifo(path.ptr, 0600), 0);
    cp_source source;
    cp_status st = cp_source_read(&arena, path, &source, NULL);
    unlink(path.ptr);
    rmdir(folder);
    assert_int_equal(st, CP_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lines_and_columns_count_from_one),
        TEST(test_an_offset_past_the_end_is_the_end),
        TEST(test_a_last_line_break_begins_no_line),
        TEST(test_the_text_of_a_line_has_no_line_break),
        TEST(test_the_first_line_decides_the_line_break),
        TEST(test_a_file_is_read_with_its_nuls),
        TEST(test_a_missing_file_is_named),
        TEST(test_a_folder_is_no_source),
        TEST(test_a_fifo_is_refused_without_waiting_for_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
