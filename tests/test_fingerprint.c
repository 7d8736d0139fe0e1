#include "harness.h"

#include "findings/fingerprint.h"
#include "tree.h"

static int begin_folder(void **state)
{
    return begin(state) || cp_tree_begin();
}

static int end_folder(void **state)
{
    return cp_tree_end() || end(state);
}

#define PRINT(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

static cp_module *module_of(const char *path, const char *text)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, cp_str_of(path), cp_str_of(text));
    return cp_facts_from_python(&arena, source);
}

static void add(cp_findings *all, const char *code, const cp_module *module,
                const char *part, size_t from)
{
    size_t at = cp_str_find(module->source->text, cp_str_of(part), from);
    assert_true(at != SIZE_MAX);
    cp_findings_new(all, code, module,
                    (cp_span){(uint32_t)at, (uint32_t)(at + strlen(part))});
}

/* The fingerprint of `part` as the one finding of a file. */
static cp_str print_of(const char *code, const char *path, const char *text,
                       const char *part)
{
    cp_findings all = {.arena = &arena};
    add(&all, code, module_of(path, text), part, 0);
    cp_fingerprint(&all);
    return all.items[0]->fingerprint;
}

#define assert_other(a, b) assert_false(cp_str_eq((a), (b)))

static const char text[] = "def f(x):\n    return g(x.to(f32))\n";
static const char moved[] =
    "import g\n\n\ndef f(x):\n    y = 1\n    return g(x.to( f32 ))\n";

static void test_moved_lines_and_white_space_do_not_matter(void **state)
{
    (void)state;
    cp_str print = print_of("CP101", "a.py", text, "x.to(f32)");
    assert_int_equal(print.len, 32);
    assert_same(print_of("CP101", "a.py", moved, "x.to( f32 )"), print);
}

static void test_code_path_function_and_text_matter(void **state)
{
    (void)state;
    cp_str print = print_of("CP101", "a.py", text, "x.to(f32)");
    assert_other(print_of("CP102", "a.py", text, "x.to(f32)"), print);
    assert_other(print_of("CP101", "b.py", text, "x.to(f32)"), print);
    assert_other(print_of("CP101", "a.py", text, "g(x.to(f32))"), print);
    assert_other(
        print_of("CP101", "a.py", "def h(x):\n    return g(x.to(f32))\n", "x.to(f32)"),
        print);
}

static void test_where_the_tree_lies_does_not_matter(void **state)
{
    (void)state;
    cp_tree_put("lib-1.0/pkg/__init__.py", "");
    cp_tree_put("lib-1.1/pkg/__init__.py", "");
    cp_str print = print_of("CP101", "lib-1.0/pkg/a.py", text, "x.to(f32)");
    assert_same(print_of("CP101", "./lib-1.1/pkg/a.py", text, "x.to(f32)"), print);
    assert_other(print_of("CP101", "lib-1.1/pkg/b.py", text, "x.to(f32)"), print);
}

static void test_the_path_counts_from_the_root_else_from_here(void **state)
{
    (void)state;
    cp_tree_put("repo/sub/a.py", "");
    cp_tree_repository("repo");
    assert_str(cp_fingerprint_path(&arena, CP_STR("repo/sub/a.py")), "sub/a.py");
    assert_str(cp_fingerprint_path(&arena, CP_STR("./plain/a.py")), "plain/a.py");
    assert_str(cp_fingerprint_path(&arena, CP_STR("/nowhere/at/all/a.py")), "a.py");
}

static void test_findings_alike_are_told_apart_by_their_order(void **state)
{
    (void)state;
    const cp_module *module = module_of("a.py", "f(x.to(y))\nf(x.to(y))\n");
    cp_findings all = {.arena = &arena};
    add(&all, "CP101", module, "x.to(y)", 0);
    add(&all, "CP101", module, "x.to(y)", 5);
    cp_fingerprint(&all);
    assert_other(all.items[0]->fingerprint, all.items[1]->fingerprint);
    assert_same(print_of("CP101", "a.py", "f(x.to(y))\n", "x.to(y)"),
                all.items[0]->fingerprint);
}

static void test_what_has_a_fingerprint_keeps_it(void **state)
{
    (void)state;
    const cp_module *module = module_of("a.py", text);
    cp_findings all = {.arena = &arena};
    add(&all, "CP101", module, "x.to(f32)", 0);
    cp_fingerprint(&all);
    cp_str print = all.items[0]->fingerprint;
    add(&all, "CP001", module, "def", 0);
    cp_fingerprint(&all);
    assert_same(all.items[0]->fingerprint, print);
    assert_int_equal(all.items[1]->fingerprint.len, 32);
}

/* Files that were written by an earlier release must be understood. */
static void test_fingerprints_stay_what_they_are(void **state)
{
    (void)state;
    assert_str(print_of("CP101", "a.py", text, "x.to(f32)"),
               "61fcb4e17693172377ff6d956c831273");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PRINT(test_moved_lines_and_white_space_do_not_matter),
        PRINT(test_code_path_function_and_text_matter),
        PRINT(test_where_the_tree_lies_does_not_matter),
        PRINT(test_the_path_counts_from_the_root_else_from_here),
        PRINT(test_findings_alike_are_told_apart_by_their_order),
        PRINT(test_what_has_a_fingerprint_keeps_it),
        PRINT(test_fingerprints_stay_what_they_are),
    };
    return cmocka_run_group_tests_name("fingerprint", tests, NULL, NULL);
}
