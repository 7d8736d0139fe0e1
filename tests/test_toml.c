#include "harness.h"

#include "parse/toml.h"

static cp_err err;

static cp_toml *parse(const char *text)
{
    cp_toml *root = NULL;
    if (cp_toml_parse(&arena, CP_STR("t.toml"), cp_str_of(text), &root, &err))
        fail_msg("%s", err.msg);
    return root;
}

/* The message for a text that is not TOML, without "t.toml:". */
static const char *refusal(cp_str text)
{
    cp_toml *root = NULL;
    cp_err wrong = {0};
    if (cp_toml_parse(&arena, CP_STR("t.toml"), text, &root, &wrong) != CP_ERR_SYNTAX)
        fail_msg("taken for TOML: %.*s", CP_STR_ARGS(text));
    assert_null(root);
    return cp_str_c(&arena, cp_str_of(wrong.msg + strlen("t.toml:")));
}

static cp_str text_of(const char *toml)
{
    const cp_toml *value = cp_toml_get_kind(parse(toml), "a", CP_TOML_STRING);
    assert_non_null(value);
    return value->text;
}

static void test_an_empty_document_is_an_empty_table(void **state)
{
    (void)state;
    assert_int_equal(parse("")->pair_count, 0);
    assert_int_equal(parse("# only a comment")->pair_count, 0);
}

static void test_all_four_kinds_of_strings_are_read(void **state)
{
    (void)state;
    assert_str(text_of("a = \"x # y\" # z"), "x # y");
    assert_str(text_of("a = 'C:\\x'"), "C:\\x");
    assert_str(text_of("a = \"\"\"\none\ntwo\"\"\""), "one\ntwo");
    assert_str(text_of("a = '''\none\\\ntwo'''"), "one\\\ntwo");
    assert_str(text_of("a = \"\""), "");
    assert_str(text_of("a = \"\"\"\"quoted\"\"\"\""), "\"quoted\"");
}

static void test_escapes_become_what_they_mean(void **state)
{
    (void)state;
    assert_str(text_of("a = \"t\\tn\\nq\\\"b\\\\\""), "t\tn\nq\"b\\");
    assert_str(text_of("a = \"\\u00e9\\u20ac\\U0001F600\""), "\xc3\xa9\xe2\x82\xac"
                                                             "\xf0\x9f\x98\x80");
    assert_str(text_of("a = \"\"\"one \\\n\n   two\"\"\""), "one two");
}

static void test_an_escaped_nul_is_kept(void **state)
{
    (void)state;
    assert_int_equal(text_of("a = \"x\\u0000y\"").len, 3);
}

static void test_integers_are_read_in_every_base(void **state)
{
    (void)state;
    const cp_toml *a = cp_toml_get(
        parse("a = [1_000, -17, +3, 0, 0xDEAD_beef, 0o17, 0b101, 9223372036854775807]"),
        "a");
    const int64_t wanted[] = {1000, -17, 3, 0, 0xdeadbeef, 15, 5, INT64_MAX};
    assert_int_equal(a->item_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(a->items[i]->kind, CP_TOML_INTEGER);
        assert_true(a->items[i]->integer == wanted[i]);
    }
}

static void test_floats_are_read(void **state)
{
    (void)state;
    const cp_toml *a = cp_toml_get(parse("a = [1.5, -2e3, 6.26e-2, inf, nan]"), "a");
    const double wanted[] = {1.5, -2000, 0.0626};
    for (size_t i = 0; i < 3; i++)
        assert_true(a->items[i]->kind == CP_TOML_FLOAT &&
                    a->items[i]->number == wanted[i]);
    assert_true(a->items[3]->number > 1e308);
    assert_true(a->items[4]->number != a->items[4]->number);
}

static void test_dates_keep_their_text(void **state)
{
    (void)state;
    cp_toml *root = parse("a = 1979-05-27 07:32:00Z\nb = 07:32:00\nc = 1979-05-27 # d");
    assert_str(cp_toml_get_kind(root, "a", CP_TOML_DATE)->text, "1979-05-27 07:32:00Z");
    assert_str(cp_toml_get_kind(root, "b", CP_TOML_DATE)->text, "07:32:00");
    assert_str(cp_toml_get_kind(root, "c", CP_TOML_DATE)->text, "1979-05-27");
}

static void test_booleans_are_read(void **state)
{
    (void)state;
    cp_toml *root = parse("a = true\nb = false");
    assert_true(cp_toml_get_kind(root, "a", CP_TOML_BOOLEAN)->truth);
    assert_false(cp_toml_get_kind(root, "b", CP_TOML_BOOLEAN)->truth);
}

static void test_headers_and_dotted_keys_lead_to_the_same_tables(void **state)
{
    (void)state;
    cp_toml *root = parse("[a.b]\nc.d = 1\n[a]\ne = 2\n[ a . \"f g\" ]\nh = 3");
    const cp_toml *a = cp_toml_get(root, "a");
    assert_int_equal(cp_toml_get(cp_toml_get(cp_toml_get(a, "b"), "c"), "d")->integer, 1);
    assert_int_equal(cp_toml_get(a, "e")->integer, 2);
    assert_int_equal(cp_toml_get(cp_toml_get(a, "f g"), "h")->integer, 3);
}

static void test_arrays_of_tables_grow_and_can_be_entered(void **state)
{
    (void)state;
    cp_toml *root = parse("[[p]]\nn = 1\n[[p]]\nn = 2\n[p.q]\nr = 3\n[[p.s]]\n[[p.s]]");
    const cp_toml *p = cp_toml_get_kind(root, "p", CP_TOML_ARRAY);
    assert_int_equal(p->item_count, 2);
    assert_null(cp_toml_get(p->items[0], "q"));
    assert_int_equal(cp_toml_get(cp_toml_get(p->items[1], "q"), "r")->integer, 3);
    assert_int_equal(cp_toml_get(p->items[1], "s")->item_count, 2);
}

static void test_arrays_span_lines_and_hold_inline_tables(void **state)
{
    (void)state;
    cp_toml *root = parse("a = [ # one\n  { x = 1, y.z = \"w\" },\n  [2],\n]\nb = 4");
    const cp_toml *a = cp_toml_get(root, "a");
    assert_int_equal(a->item_count, 2);
    assert_str(cp_toml_get(cp_toml_get(a->items[0], "y"), "z")->text, "w");
    assert_int_equal(a->items[1]->items[0]->integer, 2);
    assert_int_equal(cp_toml_get(root, "b")->line, 5);
}

static void test_many_keys_are_found_and_doubles_of_them_refused(void **state)
{
    (void)state;
    cp_buf text = {.arena = &arena};
    for (int i = 0; i < 100; i++)
        cp_buf_printf(&text, "k%d = %d\n", i, i);
    cp_toml *root = parse(cp_str_c(&arena, cp_buf_str(&text)));
    assert_int_equal(cp_toml_get(root, "k99")->integer, 99);
    assert_int_equal(cp_toml_get(root, "k0")->integer, 0);
    cp_buf_puts(&text, "k50 = 1\n");
    assert_string_equal(refusal(cp_buf_str(&text)),
                        "101: key `k50` is already defined on line 51");
}

static void test_windows_line_breaks_and_a_byte_order_mark_are_taken(void **state)
{
    (void)state;
    cp_toml *root = parse("\xef\xbb\xbf[t]\r\na = 1 # c\r\nb = 2\r\n");
    assert_int_equal(cp_toml_get(cp_toml_get(root, "t"), "b")->integer, 2);
    assert_int_equal(cp_toml_get(cp_toml_get(root, "t"), "b")->line, 3);
}

static void test_what_is_defined_twice_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a = 1\na = 2",         "[a]\n[a]",
        "[a]\nb = 1\n[a.b]",    "a = 1\n[[a]]",
        "[[a]]\n[a]",           "a = [1]\n[[a]]",
        "a = {}\n[a.b]",        "a = { b = 1, b = 2 }",
        "a.b = 1\n[a]",         "[a.b.c]\nx = 1\n[a]\nb.d = 2",
        "a = {b = 1}\na.c = 2", "[a]\nb.c = 1\n[a.b]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_non_null(refusal(cp_str_of(texts[i])));
}

static void test_what_is_no_value_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a = x",
        "a = 01",
        "a = 1_",
        "a = _1",
        "a = 1__0",
        "a = 0x",
        "a = 1.",
        "a = .5",
        "a = +0x1",
        "a = 9223372036854775808",
        "a = [1 2]",
        "a = [1,,2]",
        "a = {b=1,}",
        "a = ",
        "a",
        "= 1",
        "a = 1 b = 2",
        "[a",
        "[[a]",
        "[]",
        "a = \"x",
        "a = \"x\ny\"",
        "a = '''x",
        "a = \"\\q\"",
        "a = \"\\u12\"",
        "a = \"\\ud800\"",
        "a = {\nb = 1}",
        "a = \"\x01\"",
        "a.b",
        "a = \"\xff\"",
        "a = \"\xed\xa0\x80\"",
        "a = \"\xc0\x80\"",
        "# \x01",
        "a = [",
        "a = {",
        "a = tru",
        "a = 2020-01-02x",
        "a = 2020-01-02T03:04",
        "a = 03:04",
        "a = 03:04:05Z",
        "a = 2020-01-02T03:04:05+1",
        "\\",
        "a = 1e",
        "a = \"\"\"x\\ y\"\"\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_non_null(refusal(cp_str_of(texts[i])));
}

static void test_an_error_names_file_and_line(void **state)
{
    (void)state;
    cp_toml *root = NULL;
    assert_int_equal(cp_toml_parse(&arena, CP_STR("p/x.toml"),
                                   CP_STR("a = 1\nb = oops\n"), &root, &err),
                     CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "p/x.toml:2: `oops` is no value; text needs quotes");
}

static void test_bytes_of_nul_are_refused_outside_of_strings(void **state)
{
    (void)state;
    assert_non_null(refusal(CP_STR("a = 1\0")));
    assert_non_null(refusal(CP_STR("\0")));
    assert_non_null(refusal(CP_STR("a = \"x\0\"")));
}

static void test_deep_nesting_is_refused_and_not_followed(void **state)
{
    (void)state;
    cp_buf text = {.arena = &arena};
    cp_buf_puts(&text, "a = ");
    for (int i = 0; i < 100000; i++)
        cp_buf_puts(&text, "[");
    assert_string_equal(refusal(cp_buf_str(&text)),
                        "1: values are nested more than 100 deep");
}

static void test_every_cut_of_a_document_ends_without_a_crash(void **state)
{
    (void)state;
    static const char text[] = "[a.\"b\"]\nc = [1, { d = '''x\ny''' }, 2020-01-01]\n"
                               "[[e]]\nf = \"\\u00e9\\\\\" # g\nh = \"\"\"\\\n i\"\"\"\n";
    size_t taken = 0;
    for (size_t n = 0; n < sizeof text; n++) {
        cp_toml *root = NULL;
        char *cut = cp_new(&arena, char, n ? n : 1); /* no byte behind it to rely on */
        memcpy(cut, text, n);
        taken += !cp_toml_parse(&arena, CP_STR("t"), (cp_str){cut, n}, &root, &err);
    }
    assert_in_range(taken, 5, sizeof text - 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_empty_document_is_an_empty_table),
        TEST(test_all_four_kinds_of_strings_are_read),
        TEST(test_escapes_become_what_they_mean),
        TEST(test_an_escaped_nul_is_kept),
        TEST(test_integers_are_read_in_every_base),
        TEST(test_floats_are_read),
        TEST(test_dates_keep_their_text),
        TEST(test_booleans_are_read),
        TEST(test_headers_and_dotted_keys_lead_to_the_same_tables),
        TEST(test_arrays_of_tables_grow_and_can_be_entered),
        TEST(test_arrays_span_lines_and_hold_inline_tables),
        TEST(test_many_keys_are_found_and_doubles_of_them_refused),
        TEST(test_windows_line_breaks_and_a_byte_order_mark_are_taken),
        TEST(test_what_is_defined_twice_is_refused),
        TEST(test_what_is_no_value_is_refused),
        TEST(test_an_error_names_file_and_line),
        TEST(test_bytes_of_nul_are_refused_outside_of_strings),
        TEST(test_deep_nesting_is_refused_and_not_followed),
        TEST(test_every_cut_of_a_document_ends_without_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
