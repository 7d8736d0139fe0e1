#include "harness.h"

#include "report/show.h"
#include "base/utf8.h"

static cp_str shown(cp_str text)
{
    cp_buf out = {.arena = &arena};
    cp_show(&out, text);
    return cp_buf_str(&out);
}

static cp_str wrapped(const char *text, size_t used, size_t indent, size_t width)
{
    cp_buf out = {.arena = &arena};
    cp_show_wrapped(&out, cp_str_of(text), used, indent, width);
    return cp_buf_str(&out);
}

static int32_t point_of(const char *text)
{
    size_t at = 0;
    return cp_utf8_next(cp_str_of(text), &at);
}

static void test_code_points_of_each_length_are_read(void **state)
{
    (void)state;
    assert_int_equal(point_of("A"), 'A');
    assert_int_equal(point_of("\xc3\xa9"), 0xE9);
    assert_int_equal(point_of("\xe4\xb8\xad"), 0x4E2D);
    assert_int_equal(point_of("\xf0\x9f\x98\x80"), 0x1F600);
}

static void test_malformed_bytes_are_no_code_points(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\x80",
        "\xc0\xaf",
        "\xc3",
        "\xe4\xb8",
        "\xe0\x80\x80",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xf0\x80\x80\x80",
        "\xff",
        "\xf8\x88\x80\x80",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(point_of(wrong[i]), -1);
}

static void test_a_malformed_byte_takes_only_itself(void **state)
{
    (void)state;
    size_t at = 0;
    assert_int_equal(cp_utf8_next(CP_STR("\xe4xy"), &at), -1);
    assert_int_equal(at, 1);
}

static void test_clean_text_is_handed_back_itself(void **state)
{
    (void)state;
    cp_str text = CP_STR("caf\xc3\xa9");
    assert_ptr_equal(cp_utf8_clean(&arena, text).ptr, text.ptr);
}

static void test_control_characters_are_spelled_out(void **state)
{
    (void)state;
    assert_str(shown(CP_STR("a\x1b[0m\r\n\x7f")), "a\\x1b[0m\\x0d\\x0a\\x7f");
    assert_str(shown((cp_str){"a\0b", 3}), "a\\x00b");
}

static void test_second_set_of_controls_is_spelled_out(void **state)
{
    (void)state;
    assert_str(shown(CP_STR("\xc2\x9b"
                            "31m")),
               "\\u009b31m");
}

static void test_marks_of_direction_are_spelled_out(void **state)
{
    (void)state;
    assert_str(shown(CP_STR("\xe2\x80\xae\xe2\x81\xa6\xef\xbb\xbf")),
               "\\u202e\\u2066\\ufeff");
}

static void test_letters_of_other_scripts_are_kept(void **state)
{
    (void)state;
    assert_str(shown(CP_STR("\xe4\xb8\xad \xc3\xa9")), "\xe4\xb8\xad \xc3\xa9");
}

static void test_cells_are_those_of_the_visible_form(void **state)
{
    (void)state;
    assert_int_equal(cp_show_cells(CP_STR("ab")), 2);
    assert_int_equal(cp_show_cells(CP_STR("\t")), 4);
    assert_int_equal(cp_show_cells(CP_STR("\x1b")), 4);
    assert_int_equal(cp_show_cells(CP_STR("\xe4\xb8\xad")), 2);
    assert_int_equal(cp_show_cells(CP_STR("e\xcc\x81")), 1);
}

static void test_no_width_means_no_break(void **state)
{
    (void)state;
    assert_str(wrapped("one two three", 70, 4, 0), "one two three");
}

static void test_lines_break_at_blanks_and_are_indented(void **state)
{
    (void)state;
    assert_str(wrapped("one two three four", 0, 2, 12), "one two\n  three four");
}

static void test_line_breaks_of_the_text_are_blanks(void **state)
{
    (void)state;
    assert_str(wrapped("one\n    two\tthree", 0, 2, 0), "one two three");
}

static void test_cells_already_used_count(void **state)
{
    (void)state;
    assert_str(wrapped("one two", 8, 2, 12), "one\n  two");
}

static void test_long_path_breaks_behind_a_slash(void **state)
{
    (void)state;
    assert_str(wrapped("aaaa/bbbb/cccc", 0, 0, 12), "aaaa/bbbb/\ncccc");
}

static void test_long_word_breaks_somewhere(void **state)
{
    (void)state;
    assert_str(wrapped("aaaaaaaaaaaaaaaa", 0, 0, 12), "aaaaaaaaaaaa\naaaa");
}

static void test_indent_wider_than_the_line_still_ends(void **state)
{
    (void)state;
    cp_str text = wrapped("one two three four five", 0, 20, 10);
    assert_true(text.len < 200);
}

static void test_style_is_off_without_colour(void **state)
{
    (void)state;
    cp_buf out = {.arena = &arena};
    cp_show_styled(&out, false, CP_STYLE_RED, CP_STR("x"));
    assert_str(cp_buf_str(&out), "x");
}

static void test_style_ends_behind_its_text(void **state)
{
    (void)state;
    cp_buf out = {.arena = &arena};
    cp_show_styled(&out, true, CP_STYLE_RED, CP_STR("x\x1b"));
    assert_str(cp_buf_str(&out), "\x1b[1;31mx\\x1b\x1b[0m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_code_points_of_each_length_are_read),
        TEST(test_malformed_bytes_are_no_code_points),
        TEST(test_a_malformed_byte_takes_only_itself),
        TEST(test_clean_text_is_handed_back_itself),
        TEST(test_control_characters_are_spelled_out),
        TEST(test_second_set_of_controls_is_spelled_out),
        TEST(test_marks_of_direction_are_spelled_out),
        TEST(test_letters_of_other_scripts_are_kept),
        TEST(test_cells_are_those_of_the_visible_form),
        TEST(test_no_width_means_no_break),
        TEST(test_lines_break_at_blanks_and_are_indented),
        TEST(test_line_breaks_of_the_text_are_blanks),
        TEST(test_cells_already_used_count),
        TEST(test_long_path_breaks_behind_a_slash),
        TEST(test_long_word_breaks_somewhere),
        TEST(test_indent_wider_than_the_line_still_ends),
        TEST(test_style_is_off_without_colour),
        TEST(test_style_ends_behind_its_text),
    };
    return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
