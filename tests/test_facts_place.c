#include "harness.h"
#include "show_facts.h"

static const cp_module *module;

static cp_stmt *first(const char *text)
{
    module = facts_of(&arena, text);
    return module->body.stmts[0];
}

/* The text that a span of the module read last covers. */
#define assert_covers(span, wanted) assert_str(covered(module, (span)), (wanted))

static void test_parentheses_are_outside_of_the_span_but_in_the_outer_one(void **state)
{
    (void)state;
    cp_expr *value = first("x = (  # why\n  (a.b()))\n")->value;
    assert_covers(value->span, "a.b()");
    assert_covers(value->outer, "(  # why\n  (a.b()))");
}

static void test_parentheses_of_a_call_and_of_a_tuple_are_not_extra(void **state)
{
    (void)state;
    cp_expr *value = first("f((a, b))\n")->value;
    assert_covers(value->outer, "f((a, b))");
    assert_covers(value->args[0].value->outer, "(a, b)");
    assert_covers(value->args[0].value->span, "(a, b)");
}

static void test_an_argument_covers_its_keyword(void **state)
{
    (void)state;
    cp_expr *call = first("f(a, dtype = (b),)\n")->value;
    assert_covers(call->args[1].span, "dtype = (b)");
    assert_covers(call->args[1].value->outer, "(b)");
}

static void test_else_covers_its_word_and_its_colon(void **state)
{
    (void)state;
    cp_stmt *stmt = first("if a:\n    b\nelse :  # c\n    d\n");
    assert_covers(stmt->else_span, "else :");
    assert_covers(first("if a:\n    b\n")->else_span, "");
}

static void test_the_else_of_an_elif_belongs_to_the_elif(void **state)
{
    (void)state;
    cp_stmt *stmt = first("if a: b\nelif c: d\nelse: e\n");
    assert_int_equal(stmt->else_span.end, 0);
    assert_covers(stmt->orelse.stmts[0]->else_span, "else:");
    assert_covers(stmt->orelse.stmts[0]->span, "elif c: d\nelse: e");
}

static void test_a_statement_ends_with_its_last_code(void **state)
{
    (void)state;
    cp_stmt *stmt = first("if a:\n    b\nelse:\n    c  # d\n    # e\nf\n");
    assert_covers(stmt->span, "if a:\n    b\nelse:\n    c");
    assert_covers(stmt->orelse.span, "c");
}

static void test_a_function_covers_the_comments_that_close_its_body(void **state)
{
    (void)state;
    cp_stmt *stmt = first("@d\ndef f():\n    a  # b\nc\n");
    assert_covers(stmt->func->span, "def f():\n    a  # b");
    assert_covers(stmt->span, "@d\ndef f():\n    a");
}

static void test_an_import_covers_one_name_with_its_alias(void **state)
{
    (void)state;
    cp_stmt *stmt = first("from a import b, c as d\n");
    assert_covers(stmt->imports[0].span, "b");
    assert_covers(stmt->imports[1].span, "c as d");
}

static void test_functions_are_listed_outer_before_inner_with_their_place(void **state)
{
    (void)state;
    static const char *const names[] = {"A.m", "A.m.g", "A.m.<lambda>", "h"};
    first("class A:\n"
          "    def m(self):\n"
          "        def g(): pass\n"
          "        return lambda: 0\n"
          "def h(): pass\n");
    assert_int_equal(module->func_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_str(module->funcs[i]->qualname, names[i]);
        assert_int_equal(module->funcs[i]->index, i);
    }
}

static void test_a_method_knows_its_class_and_what_is_in_it_its_function(void **state)
{
    (void)state;
    cp_class *class = first("class A:\n    if x:\n        def m(self):\n"
                            "            def g(): pass\n")
                          ->class;
    assert_ptr_equal(module->funcs[0]->owner, class);
    assert_null(module->funcs[0]->outer);
    assert_null(module->funcs[1]->owner);
    assert_ptr_equal(module->funcs[1]->outer, module->funcs[0]);
}

static void test_a_class_in_a_function_has_methods_within_that_function(void **state)
{
    (void)state;
    cp_func *func = first("def f():\n    class A:\n        def m(self): pass\n")->func;
    assert_str(module->classes[0]->qualname, "f.A");
    assert_ptr_equal(module->classes[0]->outer, func);
    assert_str(module->funcs[1]->qualname, "f.A.m");
    assert_ptr_equal(module->funcs[1]->outer, func);
}

static void test_the_last_method_of_a_name_counts(void **state)
{
    (void)state;
    cp_class *class = first("class A:\n    def m(self): a\n    def m(self): b\n")->class;
    assert_ptr_equal(cp_map_get(&class->methods, CP_STR("m")), module->funcs[1]);
    assert_null(cp_map_get(&class->methods, CP_STR("n")));
}

static void test_bases_and_keywords_of_a_class_are_apart(void **state)
{
    (void)state;
    cp_class *class = first("@d\nclass A(B, metaclass=M, *c): pass\n")->class;
    assert_int_equal(class->base_count, 2);
    assert_int_equal(class->keyword_count, 1);
    assert_str(class->keywords[0].name, "metaclass");
    assert_str(class->decorators[0]->text, "d");
}

static void test_imports_are_found_at_any_depth(void **state)
{
    (void)state;
    first("import a\ndef f():\n    if x:\n        from b import c\n");
    assert_int_equal(module->import_count, 2);
    assert_str(module->imports[1]->imports[0].local, "c");
}

static void test_comments_know_whether_they_have_their_line_alone(void **state)
{
    (void)state;
    first("x = '# no'  # one\n\t # two\nf(a,  # three\n)\n");
    assert_int_equal(module->comment_count, 3);
    assert_str(module->comments[0].text, " one");
    assert_false(module->comments[0].own_line);
    assert_covers(module->comments[1].span, "# two");
    assert_true(module->comments[1].own_line);
    assert_false(module->comments[2].own_line);
}

static void test_a_carriage_return_belongs_to_no_comment(void **state)
{
    (void)state;
    first("# a\r\nx = 1  # b\r\n");
    assert_str(module->comments[0].text, " a");
    assert_str(module->comments[1].text, " b");
    assert_covers(module->body.stmts[0]->span, "x = 1");
}

static void test_offsets_count_the_byte_order_mark(void **state)
{
    (void)state;
    first("\xef\xbb\xbf# a\nx\n");
    assert_int_equal(module->comments[0].span.start, 3);
    assert_true(module->comments[0].own_line);
    assert_covers(module->body.stmts[0]->span, "x");
}

static void test_only_an_init_file_is_a_package(void **state)
{
    (void)state;
    cp_source source = cp_source_of(&arena, CP_STR("a/__init__.py"), CP_STR(""));
    assert_true(cp_facts_from_python(&arena, &source)->is_package);
    assert_false(facts_of(&arena, "")->is_package);
}

static void test_an_error_marks_the_functions_around_it_and_no_other(void **state)
{
    (void)state;
    first("def f():\n    def g():\n        x = f(1 2)\ndef h():\n    pass\n");
    assert_true(module->funcs[0]->has_error);
    assert_true(module->funcs[1]->has_error);
    assert_false(module->funcs[2]->has_error);
    assert_int_equal(module->error_count, 1);
}

static void test_a_missing_bracket_is_an_error_too(void **state)
{
    (void)state;
    first("def f():\n    x = [g(a]\n");
    assert_true(module->funcs[0]->has_error);
    assert_int_equal(module->error_count, 1);
}

static void test_python_2_is_an_error(void **state)
{
    (void)state;
    first("def f():\n    print 'x'\n");
    assert_true(module->funcs[0]->has_error);
    assert_true(module->funcs[0]->body.stmts[0]->has_error);
    first("def f((a, b)):\n    pass\n");
    assert_true(module->funcs[0]->has_error);
    first("def f():\n    raise A, b\n");
    assert_true(module->funcs[0]->has_error);
}

static void test_an_empty_block_is_an_error(void **state)
{
    (void)state;
    first("def f():\n    if x:\n        # a\n    y\n");
    assert_true(module->funcs[0]->has_error);
}

static cp_str nested(const char *open, const char *inner, size_t times)
{
    cp_buf buf = {.arena = &arena};
    cp_buf_puts(&buf, "def f():\n    x = ");
    for (size_t i = 0; i < times; i++)
        cp_buf_puts(&buf, open);
    cp_buf_puts(&buf, inner);
    return cp_buf_str(&buf);
}

static void test_nesting_too_deep_to_lower_is_an_error(void **state)
{
    (void)state;
    module = facts_of_bytes(&arena, nested("-", "a\ndef g(): pass\n", 100000));
    assert_true(module->funcs[0]->has_error);
    assert_true(module->funcs[0]->body.stmts[0]->value->has_error);
    assert_false(module->funcs[1]->has_error);
    assert_int_equal(module->error_count, 1);
}

static void test_nesting_of_everyday_code_is_lowered(void **state)
{
    (void)state;
    module = facts_of_bytes(&arena, nested("a + ", "a\n", 400));
    assert_int_equal(module->error_count, 0);
}

static void test_a_hundred_thousand_open_brackets_do_no_harm(void **state)
{
    (void)state;
    module = facts_of_bytes(&arena, nested("[", "", 100000));
    assert_int_equal(module->body.count, 1);
    assert_true(module->body.stmts[0]->has_error);
}

static void test_bytes_that_are_no_text_do_no_harm(void **state)
{
    (void)state;
    module = facts_of_bytes(&arena, CP_STR("x\n\0\0\xff\ndef f():\n    y\n"));
    assert_true(module->error_count > 0);
    module = facts_of_bytes(&arena, CP_STR("s = '\xff'  # \xfe\n"));
    assert_int_equal(module->error_count, 0);
    assert_str(module->comments[0].text, " \xfe");
}

static void test_an_empty_file_has_no_facts(void **state)
{
    (void)state;
    module = facts_of(&arena, "");
    assert_int_equal(module->body.count + module->func_count + module->comment_count, 0);
    assert_int_equal(module->error_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_parentheses_are_outside_of_the_span_but_in_the_outer_one),
        TEST(test_parentheses_of_a_call_and_of_a_tuple_are_not_extra),
        TEST(test_an_argument_covers_its_keyword),
        TEST(test_else_covers_its_word_and_its_colon),
        TEST(test_the_else_of_an_elif_belongs_to_the_elif),
        TEST(test_a_statement_ends_with_its_last_code),
        TEST(test_a_function_covers_the_comments_that_close_its_body),
        TEST(test_an_import_covers_one_name_with_its_alias),
        TEST(test_functions_are_listed_outer_before_inner_with_their_place),
        TEST(test_a_method_knows_its_class_and_what_is_in_it_its_function),
        TEST(test_a_class_in_a_function_has_methods_within_that_function),
        TEST(test_the_last_method_of_a_name_counts),
        TEST(test_bases_and_keywords_of_a_class_are_apart),
        TEST(test_imports_are_found_at_any_depth),
        TEST(test_comments_know_whether_they_have_their_line_alone),
        TEST(test_a_carriage_return_belongs_to_no_comment),
        TEST(test_offsets_count_the_byte_order_mark),
        TEST(test_only_an_init_file_is_a_package),
        TEST(test_an_error_marks_the_functions_around_it_and_no_other),
        TEST(test_a_missing_bracket_is_an_error_too),
        TEST(test_python_2_is_an_error),
        TEST(test_an_empty_block_is_an_error),
        TEST(test_nesting_too_deep_to_lower_is_an_error),
        TEST(test_nesting_of_everyday_code_is_lowered),
        TEST(test_a_hundred_thousand_open_brackets_do_no_harm),
        TEST(test_bytes_that_are_no_text_do_no_harm),
        TEST(test_an_empty_file_has_no_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
