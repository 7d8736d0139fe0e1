#include "harness.h"

#include "facts/dtype.h"
#include "facts/native.h"
#include "show_facts.h"

/* No declarations are given, so everything here is found again by its braces. */
static cp_module *module_of(const char *text)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, CP_STR("a.cu"), cp_str_copy(&arena, cp_str_of(text)));
    cp_macros *macros = cp_macros_new(&arena);
    cp_macros_add(macros, source);
    return cp_facts_from_native(&arena, source, NULL, 0, macros);
}

static cp_str body_of(const char *statements)
{
    cp_str text = cp_str_printf(&arena, "void f() { %s }", statements);
    cp_module *module = module_of(text.ptr);
    assert_int_equal(module->error_count, 0);
    assert_int_equal(module->func_count >= 1, 1);
    return show_block(&arena, &module->funcs[0]->body);
}

static cp_str expr_of(const char *text)
{
    return show_expr(&arena, cp_native_expr_of_text(&arena, cp_str_of(text)));
}

static void test_members_and_scopes_are_attributes(void **state)
{
    (void)state;
    assert_same(expr_of("a::b"), expr_of("a.b"));
    assert_same(expr_of("a->b(x)"), expr_of("a.b(x)"));
}

static void test_template_arguments_are_no_comparison(void **state)
{
    (void)state;
    cp_expr *call = cp_native_expr_of_text(&arena, CP_STR("x.data_ptr<float>()"));
    assert_int_equal(call->kind, CP_EXPR_CALL);
    assert_int_equal(call->kids[0]->kind, CP_EXPR_SUBSCRIPT);
    assert_int_equal(cp_native_expr_of_text(&arena, CP_STR("a < b && c > d"))->kind,
                     CP_EXPR_BOOL);
    assert_int_equal(cp_native_expr_of_text(&arena, CP_STR("a >> b"))->kind,
                     CP_EXPR_BINARY);
}

static void test_a_streamed_message_stands_beside_its_check(void **state)
{
    (void)state;
    cp_expr *expr = cp_native_expr_of_text(
        &arena, CP_STR("TVM_FFI_ICHECK_EQ(x.dtype(), dl_float32) << \"no\" << 1"));
    assert_int_equal(expr->kind, CP_EXPR_BINARY);
    while (expr->kind == CP_EXPR_BINARY)
        expr = expr->kids[0];
    assert_int_equal(expr->kind, CP_EXPR_CALL);
    assert_int_equal(expr->arg_count, 2);
}

static void test_a_cast_is_what_it_casts(void **state)
{
    (void)state;
    assert_same(expr_of("(int)x"), expr_of("x"));
    assert_same(expr_of("(int)(x)"), expr_of("int(x)"));
}

static void test_a_cast_to_a_pointer_says_to_what(void **state)
{
    (void)state;
    assert_same(expr_of("(float const*)x"), expr_of("static_cast<float const*>(x)"));
    const char *const casts[] = {"(n::T*)p->x", "reinterpret_cast<n::T *>(p->x)"};
    for (size_t i = 0; i < 2; i++) {
        cp_expr *cast = cp_native_expr_of_text(&arena, cp_str_of(casts[i]));
        assert_int_equal(cast->kind, CP_EXPR_CALL);
        assert_int_equal(cast->arg_count, 1);
        assert_str(cast->args[0].value->text, "x");
        assert_str(cast->kids[0]->kids[1]->text, "T");
        assert_int_equal(cast->kids[0]->kids[1]->stars, 1);
    }
    assert_int_equal(
        cp_native_expr_of_text(&arena, CP_STR("f<T**, T>()"))->kids[0]->kids[1]->stars,
        2);
}

static void test_namespaces_and_classes_around_are_known(void **state)
{
    (void)state;
    cp_module *module = module_of("namespace a::b { namespace { void f() {} }\n"
                                  "struct S { struct T {}; void m() {} };\n"
                                  "namespace c { void g() {} }\n"
                                  "void S::late() {} }\n"
                                  "extern \"C\" { void h() {} }\n"
                                  "namespace d = a::b;\n"
                                  "void i() {}\n");
    static const char *const names[] = {"f", "m", "g", "late", "h", "i"};
    static const char *const spaces[] = {"a::b", "a::b::S", "a::b::c", "a::b", "", ""};
    assert_int_equal(module->func_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_str(module->funcs[i]->name, names[i]);
        assert_str(module->funcs[i]->space, spaces[i]);
    }
    assert_str(module->classes[0]->space, "a::b");
    assert_str(module->classes[1]->space, "a::b::S");
    for (uint32_t i = 0; i < module->body.count; i++)
        assert_int_not_equal(module->body.stmts[i]->kind, CP_STMT_ASSIGN);
}

static void test_a_variable_has_its_type_as_annotation(void **state)
{
    (void)state;
    cp_module *module =
        module_of("void f() { std::vector<int> v(a, b); auto& y = v[0]; }");
    const cp_block *body = &module->funcs[0]->body;
    assert_int_equal(body->count, 2);
    assert_int_equal(body->stmts[0]->kind, CP_STMT_ASSIGN);
    assert_str(body->stmts[0]->targets[0]->text, "v");
    assert_int_equal(body->stmts[0]->value->kind, CP_EXPR_CALL);
    assert_str(body->stmts[1]->targets[0]->text, "y");
}

static void test_labels_of_a_switch_share_their_body(void **state)
{
    (void)state;
    cp_module *module = module_of(
        "void f() { switch (t) { case A: case B: g(); break; default: throw X(); } }");
    const cp_stmt *match = module->funcs[0]->body.stmts[0];
    assert_int_equal(match->kind, CP_STMT_MATCH);
    assert_int_equal(match->case_count, 2);
    assert_int_equal(match->cases[0].pattern->kid_count, 2);
    assert_null(match->cases[1].pattern);
    assert_int_equal(match->cases[1].body.stmts[0]->kind, CP_STMT_RAISE);
}

static void test_macros_of_the_run_are_expanded_and_others_stay_calls(void **state)
{
    (void)state;
    cp_module *module =
        module_of("#define CHECK_T(x, t) \\\n"
                  "  ICHECK_EQ(x.dtype(), t) << #x \" is wrong\";\n"
                  "void f() { CHECK_T(a.value(), dl_int32) UNKNOWN(b); }\n");
    const cp_block *body = &module->funcs[0]->body;
    assert_int_equal(module->error_count, 0);
    assert_int_equal(body->count, 2);
    assert_int_equal(cp_source_line(module->source, body->stmts[0]->span.start), 3);
    assert_int_equal(body->stmts[1]->value->kind, CP_EXPR_CALL);
}

static void test_an_argument_of_a_macro_is_expanded_before_it_is_put_in(void **state)
{
    (void)state;
    cp_module *module =
        module_of("#define PASS(...) __VA_ARGS__\n"
                  "#define RUN(types) run<types>();\n"
                  "#define NAME(a) a##_t\n"
                  "#define inner outer\n"
                  "void f() { RUN(PASS(PASS(float, 4), 8)) NAME(inner); }");
    const cp_block *body = &module->funcs[0]->body;
    assert_int_equal(body->count, 2);
    const cp_expr *callee = body->stmts[0]->value->kids[0];
    assert_int_equal(callee->kid_count, 4);
    assert_str(callee->kids[1]->text, "float");
    assert_str(callee->kids[3]->text, "8");
    assert_str(body->stmts[1]->value->text, "inner_t");
}

static void test_other_platforms_are_not_read(void **state)
{
    (void)state;
    assert_same(body_of("\n#ifdef USE_ROCM\n a();\n#else\n b();\n#endif\n"),
                body_of("b();"));
    assert_same(body_of("\n#ifdef ENABLE_BF16\n a();\n#endif\n b();"),
                body_of("a(); b();"));
}

static void test_a_class_has_methods_bases_and_initialisers(void **state)
{
    (void)state;
    cp_module *module = module_of("class A final : public n::B<int> {\n"
                                  " public:\n"
                                  "  A(int x) : B(x), y{x} { g(); }\n"
                                  "  int run(int a, bool b = true) const { return y; }\n"
                                  "  int y;\n"
                                  "};\n"
                                  "int A::late(int z) { return z; }\n");
    assert_int_equal(module->class_count, 1);
    const cp_class *class = module->classes[0];
    assert_str(class->name, "A");
    assert_int_equal(class->base_count, 1);
    const cp_func *run = cp_map_get(&class->methods, CP_STR("run"));
    assert_non_null(run);
    assert_int_equal(run->param_count, 2);
    assert_non_null(run->params[1].fallback);
    const cp_func *make = cp_map_get(&class->methods, CP_STR("A"));
    assert_int_equal(make->body.count, 3);
    assert_str(make->body.stmts[0]->text, "init");
    assert_str(module->funcs[module->func_count - 1]->qualname, "A::late");
}

static void test_a_bracket_without_a_partner_is_an_error_of_the_file(void **state)
{
    (void)state;
    assert_true(module_of("void f() { g(; }")->error_count > 0);
}

static void test_dtypes_are_known_by_what_libraries_call_them(void **state)
{
    (void)state;
    assert_int_equal(cp_dtype_of_native(CP_STR("dl_bfloat16")), CP_BF16);
    assert_int_equal(cp_dtype_of_native(CP_STR("kHalf")), CP_F16);
    assert_int_equal(cp_dtype_of_native(CP_STR("float")), CP_F32);
    assert_int_equal(cp_dtype_of_native(CP_STR("kDLCUDA")), CP_DTYPE_NONE);
}

/* The comments of a text, with `|` between them; `*` marks those on lines of their own.
 */
static cp_str comments_of(const char *text)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, CP_STR("a.cu"), cp_str_copy(&arena, cp_str_of(text)));
    const cp_module *module = cp_facts_of_comments(&arena, source);
    cp_buf out = {.arena = &arena};
    for (uint32_t i = 0; i < module->comment_count; i++)
        cp_buf_printf(&out, "%s%s%.*s", i ? "|" : "",
                      module->comments[i].own_line ? "*" : "",
                      CP_STR_ARGS(cp_str_trim(module->comments[i].text)));
    return cp_buf_str(&out);
}

static void test_comments_lose_their_marks_and_come_line_by_line(void **state)
{
    (void)state;
    assert_str(comments_of("int a; // b\n  /// c\r\n//!< d"), "b|*c|*d");
    assert_str(comments_of("/** a\n * b\n *\n */ int c; /* d */"), "*a|*b|*|*|d");
    assert_str(comments_of("// a \\\n  b\nint c; // d"), "*a|*b|d");
    assert_str(comments_of("/* never closed"), "*never closed");
}

static void test_strings_and_digits_hold_no_comments(void **state)
{
    (void)state;
    assert_str(comments_of("f(\"// a\", '\"', \"\\\"/*\"); // b"), "b");
    assert_str(comments_of("f(R\"x(\" // a)\" )x\", u8R\"(/*)\"); // b"), "b");
    assert_str(comments_of("int n = 1'000'000; // a\nchar c = u8'\\''; // b"), "a|b");
    assert_str(comments_of("#error don't // not seen\nint a; // b"), "b");
    assert_str(comments_of("R\"this is no raw string // at all"), "");
}

static void test_code_is_told_without_strings_and_comments(void **state)
{
    (void)state;
    cp_native_code code =
        cp_native_code_of(&arena, CP_STR("#define A\nf(\"b\", c); // d"));
    assert_int_equal(code.count, 6);
    assert_true(code.words[0].is_name && !code.words[1].is_name);
    assert_str(code.words[3].text, "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_members_and_scopes_are_attributes),
        TEST(test_template_arguments_are_no_comparison),
        TEST(test_a_streamed_message_stands_beside_its_check),
        TEST(test_a_cast_is_what_it_casts),
        TEST(test_a_cast_to_a_pointer_says_to_what),
        TEST(test_namespaces_and_classes_around_are_known),
        TEST(test_a_variable_has_its_type_as_annotation),
        TEST(test_labels_of_a_switch_share_their_body),
        TEST(test_macros_of_the_run_are_expanded_and_others_stay_calls),
        TEST(test_an_argument_of_a_macro_is_expanded_before_it_is_put_in),
        TEST(test_other_platforms_are_not_read),
        TEST(test_a_class_has_methods_bases_and_initialisers),
        TEST(test_a_bracket_without_a_partner_is_an_error_of_the_file),
        TEST(test_dtypes_are_known_by_what_libraries_call_them),
        TEST(test_comments_lose_their_marks_and_come_line_by_line),
        TEST(test_strings_and_digits_hold_no_comments),
        TEST(test_code_is_told_without_strings_and_comments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
