#include "harness.h"

#include "parse/python.h"

static const cp_python_node *nodes;
static uint32_t count;

/* The nodes of `text`, one line each: depth as blanks, then kind's name and text. */
static cp_str outline(cp_str text)
{
    cp_python_parser *parser = cp_python_parser_new(&arena);
    nodes = cp_python_parse(parser, &arena, text, &count);
    cp_buf buf = {.arena = &arena};
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i].kind == CP_PYTHON_TOKEN)
            continue;
        cp_buf_printf(&buf, "%s %u-%u\n", cp_python_name(parser, &nodes[i]),
                      nodes[i].start, nodes[i].end);
    }
    cp_python_parser_free(parser);
    return cp_buf_str(&buf);
}

static cp_str repeat(const char *piece, size_t times)
{
    cp_buf buf = {.arena = &arena};
    for (size_t i = 0; i < times; i++)
        cp_buf_puts(&buf, piece);
    return cp_buf_str(&buf);
}

static void test_nodes_come_in_source_order_each_before_what_is_in_it(void **state)
{
    (void)state;
    assert_str(outline(CP_STR("x = f(1)\n")), "module 0-9\n"
                                              "expression_statement 0-8\n"
                                              "assignment 0-8\n"
                                              "identifier 0-1\n"
                                              "call 4-8\n"
                                              "identifier 4-5\n"
                                              "argument_list 5-8\n"
                                              "integer 6-7\n");
}

static void test_next_skips_what_is_in_a_node(void **state)
{
    (void)state;
    outline(CP_STR("a(1, 2)\nb\n"));
    uint32_t first = 1, second = nodes[first].next;
    assert_int_equal(nodes[second].start, 8);
    assert_int_equal(nodes[second].next, count);
    assert_int_equal(nodes[0].next, count);
}

static void test_parts_are_neither_tokens_nor_comments(void **state)
{
    (void)state;
    outline(CP_STR("f(a,  # why\n  b)\n"));
    uint32_t list = 0;
    while (nodes[list].kind != CP_PYTHON_ARGUMENT_LIST)
        list++;
    uint32_t a = cp_python_part_from(nodes, list, list + 1);
    uint32_t b = cp_python_part_from(nodes, list, nodes[a].next);
    assert_int_equal(nodes[a].start, 2);
    assert_int_equal(nodes[b].start, 14);
    assert_int_equal(cp_python_part_from(nodes, list, nodes[b].next), 0);
}

static void test_a_broken_file_is_broken_at_its_root_and_where_the_error_is(void **state)
{
    (void)state;
    outline(CP_STR("x = 1\ny = = 2\nz = 3\n"));
    uint32_t errors = 0;
    for (uint32_t i = 0; i < count; i++)
        errors += nodes[i].kind == CP_PYTHON_ERROR;
    assert_true(nodes[0].broken);
    assert_false(nodes[1].broken);
    assert_int_equal(errors, 1);
}

static void test_a_missing_node_has_no_width(void **state)
{
    (void)state;
    outline(CP_STR("x = [f(a]\n"));
    uint32_t missing = 0;
    for (uint32_t i = 0; i < count; i++) {
        missing += nodes[i].missing;
        assert_true(!nodes[i].missing || nodes[i].start == nodes[i].end);
    }
    assert_int_equal(missing, 1);
}

static void test_an_empty_text_is_a_root_alone(void **state)
{
    (void)state;
    assert_str(outline(CP_STR("")), "module 0-0\n");
}

static void test_offsets_count_the_byte_order_mark(void **state)
{
    (void)state;
    outline(CP_STR("\xef\xbb\xbfx = 1\n"));
    assert_false(nodes[0].broken);
    assert_int_equal(nodes[1].start, 3);
}

static void test_nul_bytes_are_an_error_and_not_the_end(void **state)
{
    (void)state;
    outline(CP_STR("x\n\0\0y = 2\n"));
    assert_true(nodes[0].broken);
    assert_int_equal(nodes[0].end, 10);
}

static void test_bytes_that_are_no_utf8_may_stand_in_a_string(void **state)
{
    (void)state;
    assert_str(outline(CP_STR("\"\xff\"\n")), "module 0-4\n"
                                              "expression_statement 0-3\n"
                                              "string 0-3\n"
                                              "string_start 0-1\n"
                                              "string_content 1-2\n"
                                              "string_end 2-3\n");
}

static void test_a_parser_reads_one_file_after_the_other(void **state)
{
    (void)state;
    cp_python_parser *parser = cp_python_parser_new(&arena);
    uint32_t first, second;
    cp_python_parse(parser, &arena, CP_STR("x = (\n"), &first);
    nodes = cp_python_parse(parser, &arena, CP_STR("pass\n"), &second);
    cp_python_parser_free(parser);
    assert_false(nodes[0].broken);
    assert_int_equal(second, 3); /* module, pass_statement, its keyword */
}

static void test_deep_nesting_is_read_without_recursion(void **state)
{
    (void)state;
    outline(repeat("[", 100000));
    assert_true(count > 100000);
    outline(repeat("a(", 100000));
    assert_true(nodes[0].broken);
}

static void test_each_listed_kind_is_named_as_the_grammar_names_it(void **state)
{
    (void)state;
    static const char *const names[] = {
#define X(id, name) name,
#include "parse/python.def"
#undef X
    };
    cp_python_parser *parser = cp_python_parser_new(&arena);
    nodes =
        cp_python_parse(parser, &arena,
                        CP_STR("async def f(*, a: x.y = {**b}) -> [c]:\n"
                               "    '''s''' f'{d!r:>{e}}' # g\n"
                               "    del h; return lambda i, *j: k if not l else ...\n"),
                        &count);
    for (uint32_t i = 0; i < count; i++) {
        int kind = nodes[i].kind;
        if (kind > CP_PYTHON_ERROR)
            assert_string_equal(cp_python_name(parser, &nodes[i]),
                                names[kind - CP_PYTHON_ERROR - 1]);
    }
    cp_python_parser_free(parser);
}

static void test_the_list_of_kinds_is_sorted(void **state)
{
    (void)state;
    static const char *const names[] = {
#define X(id, name) name,
#include "parse/python.def"
#undef X
    };
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        assert_true(strcmp(names[i - 1], names[i]) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nodes_come_in_source_order_each_before_what_is_in_it),
        TEST(test_next_skips_what_is_in_a_node),
        TEST(test_parts_are_neither_tokens_nor_comments),
        TEST(test_a_broken_file_is_broken_at_its_root_and_where_the_error_is),
        TEST(test_a_missing_node_has_no_width),
        TEST(test_an_empty_text_is_a_root_alone),
        TEST(test_offsets_count_the_byte_order_mark),
        TEST(test_nul_bytes_are_an_error_and_not_the_end),
        TEST(test_bytes_that_are_no_utf8_may_stand_in_a_string),
        TEST(test_a_parser_reads_one_file_after_the_other),
        TEST(test_deep_nesting_is_read_without_recursion),
        TEST(test_each_listed_kind_is_named_as_the_grammar_names_it),
        TEST(test_the_list_of_kinds_is_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
