#include "harness.h"

#include <stdio.h>

#include "tree.h"

#include "facts/project.h"

static cp_project *project;

static int begin_tree(void **state)
{
    project = NULL;
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    if (project)
        cp_project_dispose(project);
    return cp_tree_end() || end(state);
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

static void ignore_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)err;
    *(cp_str *)data = path;
}

/* A project of the two files; those that hold "router_logits" are read at once. */
static cp_str open_two(const char *first, const char *second)
{
    static const char needle[] = "router_logits";
    cp_str needles[] = {cp_str_of(needle)}, trouble = {"", 0};
    cp_str *paths = cp_new(&arena, cp_str, 2);
    paths[0] = cp_str_of(first);
    paths[1] = cp_str_of(second);
    const cp_scanner *scanner = cp_scanner_new(&arena, needles, 1);
    project = cp_project_new(paths, 2, scanner, 2, ignore_trouble, &trouble);
    return trouble;
}

static cp_module *first_module(void)
{
    size_t count;
    cp_module *const *modules = cp_project_modules(project, &count);
    return count ? modules[0] : NULL;
}

static void test_only_files_with_a_needle_are_read_at_once(void **state)
{
    (void)state;
    cp_tree_put("p/a.py", "router_logits = 1\n");
    cp_tree_put("p/b.py", "x = 1\n");
    open_two("p/a.py", "p/b.py");
    size_t count;
    cp_project_modules(project, &count);
    assert_int_equal(count, 1);
    assert_int_equal(cp_project_file_count(project), 2);
}

static void test_an_import_reads_a_further_file(void **state)
{
    (void)state;
    cp_tree_put("p/a.py", "router_logits = 1\n");
    cp_tree_put("p/b.py", "def f(): pass\n");
    open_two("p/a.py", "p/b.py");
    cp_module *from = first_module();
    assert_null(cp_project_loaded(project, from, CP_STR("p.b")));
    cp_module *found = cp_project_import(project, from, CP_STR("p.b"));
    assert_non_null(found);
    assert_int_equal(found->func_count, 1);
    assert_ptr_equal(cp_project_loaded(project, from, CP_STR("p.b")), found);
}

static void test_what_the_tree_does_not_hold_is_not_imported(void **state)
{
    (void)state;
    cp_tree_put("p/a.py", "router_logits = 1\n");
    cp_tree_put("p/b.py", "x = 1\n");
    open_two("p/a.py", "p/b.py");
    assert_null(cp_project_import(project, first_module(), CP_STR("torch.nn")));
}

static void test_a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    cp_tree_put("p/a.py", "router_logits = 1\n");
    cp_str trouble = open_two("p/a.py", "p/missing.py");
    assert_str(trouble, "p/missing.py");
    assert_non_null(first_module());
}

static void test_a_file_with_a_nul_byte_does_not_end_the_run(void **state)
{
    (void)state;
    cp_tree_put("p/a.py", "router_logits = 1\n");
    FILE *file = fopen("p/b.py", "wb");
    assert_non_null(file);
    assert_int_equal(fwrite("router_logits\0 = (\n", 1, 19, file), 19);
    assert_int_equal(fclose(file), 0);
    open_two("p/a.py", "p/b.py");
    assert_str(first_module()->dotted, "p.a");
}

/* What `statement`, at the top of p/q/a.py, asks for. */
static cp_str target_of(const char *statement)
{
    cp_str text = cp_str_printf(&arena, "%s\n", statement);
    project = cp_project_of_text(CP_STR("p/q/a.py"), text);
    const cp_module *module = first_module();
    cp_str target = cp_import_target(&arena, module, &module->imports[0]->imports[0]);
    return cp_str_copy(&arena, target);
}

static void test_an_absolute_import_asks_for_its_module(void **state)
{
    (void)state;
    assert_str(target_of("from x.y import z"), "x.y");
}

static void test_one_dot_asks_beside_the_module(void **state)
{
    (void)state;
    cp_str target = target_of("from .y import z");
    assert_true(cp_str_ends(target, CP_STR("q.y")));
}

static void test_two_dots_ask_one_package_up(void **state)
{
    (void)state;
    cp_str target = target_of("from ..y import z");
    assert_true(cp_str_ends(target, CP_STR("y")));
    assert_false(cp_str_has(target, CP_STR("q")));
}

static void test_the_innermost_function_holds_the_byte(void **state)
{
    (void)state;
    cp_str text = CP_STR("def f():\n    def g():\n        return 1\n    return g\n");
    project = cp_project_of_text(CP_STR("a.py"), text);
    const cp_module *module = first_module();
    size_t inner = cp_str_find(text, CP_STR("return 1"), 0);
    size_t outer = cp_str_find(text, CP_STR("return g"), 0);
    assert_str(cp_module_func_at(module, inner)->name, "g");
    assert_str(cp_module_func_at(module, outer)->name, "f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_only_files_with_a_needle_are_read_at_once),
        TREE_TEST(test_an_import_reads_a_further_file),
        TREE_TEST(test_what_the_tree_does_not_hold_is_not_imported),
        TREE_TEST(test_a_file_that_cannot_be_read_is_named),
        TREE_TEST(test_a_file_with_a_nul_byte_does_not_end_the_run),
        TREE_TEST(test_an_absolute_import_asks_for_its_module),
        TREE_TEST(test_one_dot_asks_beside_the_module),
        TREE_TEST(test_two_dots_ask_one_package_up),
        TREE_TEST(test_the_innermost_function_holds_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
