#include "harness.h"

#include <stdlib.h>

#include "parse/cuda.h"

/* The declarations of `text`, one a line: kind and the first line of its source. */
static cp_str declared(const char *name, const char *text)
{
    const cp_cuda_library *library;
    cp_cuda_decl *decls;
    size_t count;
    cp_err err;
    if (cp_cuda_load(&arena, &library, &err))
        skip();
    cp_str copy = cp_str_copy(&arena, cp_str_of(text));
    if (cp_cuda_parse(library, &arena, cp_str_of(name), copy, &decls, &count, &err))
        fail_msg("%s", err.msg);
    cp_buf out = {.arena = &arena};
    static const char *const kinds[] = {"function", "class", "enum", "namespace"};
    for (size_t i = 0; i < count; i++) {
        cp_str rest = cp_str_cut(copy, decls[i].start, copy.len);
        cp_str line = cp_str_next(&rest, '\n');
        cp_buf_printf(&out, "%s %.*s\n", kinds[decls[i].kind], CP_STR_ARGS(line));
    }
    return cp_buf_str(&out);
}

static void test_declarations_come_outer_before_inner(void **state)
{
    (void)state;
    assert_str(declared("a.cu", "namespace n {\n"
                                "class A : public B {\n"
                                "  void f() const override {}\n"
                                "};\n"
                                "}\n"
                                "__global__ void k(float *x) {}\n"),
               "namespace namespace n {\n"
               "class class A : public B {\n"
               "function void f() const override {}\n"
               "function __global__ void k(float *x) {}\n");
}

static void test_unknown_types_and_headers_are_passed_over(void **state)
{
    (void)state;
    assert_str(declared("a.cpp", "#include <torch/all.h>\n"
                                 "template <typename T>\n"
                                 "void f(Optional<TensorView> const& x, Unheard y) {\n"
                                 "  UNHEARD_OF(x) << \"text\";\n"
                                 "}\n"
                                 "enum class E : int { A };\n"),
               "function template <typename T>\n"
               "enum enum class E : int { A };\n");
}

static void test_no_library_is_said_in_one_message(void **state)
{
    (void)state;
    const cp_cuda_library *library;
    cp_err err;
    setenv("CASTPROOF_LIBCLANG", "/there/is/none", 1);
    cp_status st = cp_cuda_load(&arena, &library, &err);
    unsetenv("CASTPROOF_LIBCLANG");
    assert_int_equal(st, CP_ERR_IO);
    assert_true(cp_str_has(cp_str_of(err.msg), CP_STR("/there/is/none")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_declarations_come_outer_before_inner),
        TEST(test_unknown_types_and_headers_are_passed_over),
        TEST(test_no_library_is_said_in_one_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
