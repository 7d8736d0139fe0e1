#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parse/decls.h"
#include "read/source.h"
#include "tree.h"

static cp_decls *decls;
static const char *library_asked; /* by whoever runs the tests; or NULL */

static bool have_libclang(void)
{
    const cp_cuda_library *library;
    return cp_cuda_load(&arena, &library, NULL) == CP_OK;
}

static void start(cp_decls_options options)
{
    decls = cp_decls_new(&arena, &options);
}

/* "function class": the kinds of what the file declares, or the error. */
static cp_str declared(const char *path)
{
    static const char *const kinds[] = {"function", "class", "enum", "namespace"};
    cp_source source;
    cp_cuda_decl *found = NULL;
    size_t count;
    cp_err err = {0};
    cp_buf out = {.arena = &arena};
    assert_int_equal(cp_source_read(&arena, cp_str_of(path), &source, NULL), CP_OK);
    if (cp_decls_of(decls, &arena, cp_str_of(path), source.text, &found, &count, &err))
        return cp_str_copy(&arena, cp_str_of(err.msg));
    for (size_t i = 0; i < count; i++)
        cp_buf_printf(&out, "%s%s", i ? " " : "", kinds[found[i].kind]);
    return cp_buf_str(&out);
}

static size_t entries_in(const char *folder)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static void test_both_ways_give_the_same(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    cp_tree_put("a.cu", "struct S { int x; };\nvoid f(S s) { g(s); }\n");
    cp_tree_put("b.cpp", "namespace n { enum E { A }; }\n");
    for (unsigned apart = 0; apart < 2; apart++) {
        start((cp_decls_options){.apart = apart});
        assert_str(declared("a.cu"), "class function");
        assert_str(declared("b.cpp"), "namespace enum");
        assert_str(declared("a.cu"), "class function");
        cp_decls_dispose(decls);
    }
    decls = NULL;
}

static void test_no_process_is_left_behind(void **state)
{
    (void)state;
    start((cp_decls_options){.apart = true});
    cp_decls_dispose(decls);
    decls = NULL;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_what_was_parsed_once_needs_no_libclang(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    setenv("XDG_CACHE_HOME", cp_str_printf(&arena, "%s/cache", cp_tree_path()).ptr, 1);
    cp_tree_put("a.cu", "void f();\nint g() { return 1; }\n");
    start((cp_decls_options){.use_cache = true});
    assert_str(declared("a.cu"), "function function");
    assert_int_equal(entries_in("cache/castproof"), 1);
    setenv("CASTPROOF_LIBCLANG", "/nowhere/libclang.so", 1);
    start((cp_decls_options){.use_cache = true});
    assert_str(declared("a.cu"), "function function");
    cp_tree_put("a.cu", "void f();\n");
    assert_true(cp_str_has(declared("a.cu"), CP_STR("CASTPROOF_LIBCLANG")));
    assert_int_equal(entries_in("cache/castproof"), 1);
}

static void test_an_entry_that_something_else_wrote_is_none(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    setenv("XDG_CACHE_HOME", cp_str_printf(&arena, "%s/cache", cp_tree_path()).ptr, 1);
    cp_tree_put("a.cu", "void f();\n");
    start((cp_decls_options){.use_cache = true});
    assert_str(declared("a.cu"), "function");
    DIR *dir = opendir("cache/castproof");
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            cp_tree_put(cp_str_printf(&arena, "cache/castproof/%s", entry->d_name).ptr,
                        "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01");
    closedir(dir);
    assert_str(declared("a.cu"), "function");
}

static void test_a_file_that_changes_meanwhile_is_not_believed(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    cp_tree_put("a.cu", "void f();\n");
    start((cp_decls_options){.apart = true});
    cp_cuda_decl *found;
    size_t count;
    cp_err err;
    cp_str before = CP_STR("void other();\n");
    assert_int_equal(
        cp_decls_of(decls, &arena, CP_STR("a.cu"), before, &found, &count, &err),
        CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "a.cu: it changed while it was read");
}

static void test_without_libclang_both_ways_say_so(void **state)
{
    (void)state;
    setenv("CASTPROOF_LIBCLANG", "/nowhere/libclang.so", 1);
    cp_tree_put("a.cu", "void f();\n");
    for (unsigned apart = 0; apart < 2; apart++) {
        cp_cuda_decl *found;
        size_t count;
        cp_err err;
        start((cp_decls_options){.apart = apart});
        assert_int_equal(cp_decls_of(decls, &arena, CP_STR("a.cu"), CP_STR("void f();\n"),
                                     &found, &count, &err),
                         CP_ERR_IO);
        cp_decls_dispose(decls);
    }
    decls = NULL;
}

/* Writes down which process it is called in. */
static void foresee(void *data, cp_decls *self)
{
    (void)data;
    cp_tree_put("foreseen", cp_str_printf(&arena, "%ld", (long)getpid()).ptr);
    cp_decls_expect(self, CP_STR("a.cu"), CP_STR("void f();\n"));
    cp_decls_expect(self, CP_STR("b.cu"), CP_STR("struct S {};\n"));
}

static void test_what_is_foreseen_is_done_elsewhere(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    cp_tree_put("a.cu", "void f();\n");
    cp_tree_put("b.cu", "struct S {};\n");
    cp_tree_put("c.cu", "void f();\nstruct S {};\n");
    start((cp_decls_options){.apart = true, .foresee = foresee});
    cp_decls_ahead(decls);
    assert_str(declared("c.cu"), "function class");
    assert_str(declared("b.cu"), "class");
    assert_str(declared("a.cu"), "function");
    cp_source mark;
    assert_int_equal(cp_source_read(&arena, CP_STR("foreseen"), &mark, NULL), CP_OK);
    assert_int_not_equal(atol(mark.text.ptr), getpid());
}

static int begin_tree(void **state)
{
    decls = NULL;
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    if (decls)
        cp_decls_dispose(decls);
    unsetenv("CASTPROOF_LIBCLANG");
    if (library_asked)
        setenv("CASTPROOF_LIBCLANG", library_asked, 1);
    unsetenv("XDG_CACHE_HOME");
    return end(state) || cp_tree_end();
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

int main(void)
{
    const char *asked = getenv("CASTPROOF_LIBCLANG");
    library_asked = asked ? strdup(asked) : NULL;
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_both_ways_give_the_same),
        TREE_TEST(test_no_process_is_left_behind),
        TREE_TEST(test_what_was_parsed_once_needs_no_libclang),
        TREE_TEST(test_an_entry_that_something_else_wrote_is_none),
        TREE_TEST(test_a_file_that_changes_meanwhile_is_not_believed),
        TREE_TEST(test_without_libclang_both_ways_say_so),
        TREE_TEST(test_what_is_foreseen_is_done_elsewhere),
    };
    return cmocka_run_group_tests_name("decls", tests, NULL, NULL);
}
