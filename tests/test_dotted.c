#include "harness.h"

#include "facts/dotted.h"
#include "tree.h"

static int begin_tree(void **state)
{
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    return end(state) || cp_tree_end();
}

#define TREE(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

static cp_str below_tree(const char *path)
{
    return cp_str_printf(&arena, "%s/%s", cp_tree_path(), path);
}

static void test_a_relative_path_is_its_name(void **state)
{
    (void)state;
    cp_dotted_roots roots = cp_dotted_begin(&arena);
    assert_str(cp_dotted_of(&roots, CP_STR("a/b/c.py")), "a.b.c");
    assert_str(cp_dotted_of(&roots, CP_STR("./a/b/__init__.py")), "a.b");
    assert_str(cp_dotted_of(&roots, CP_STR("a/b.pyi")), "a.b");
}

static void test_a_package_has_its_name_by_an_absolute_path(void **state)
{
    (void)state;
    cp_tree_put_all("old/lib/__init__.py old/lib/part/deep.py new/lib/__init__.py");
    cp_dotted_roots roots = cp_dotted_begin(&arena);
    assert_str(cp_dotted_of(&roots, below_tree("old/lib/__init__.py")), "lib");
    assert_str(cp_dotted_of(&roots, below_tree("old/lib/part/deep.py")), "lib.part.deep");
    assert_str(cp_dotted_of(&roots, below_tree("new/lib/x.py")), "lib.x");
}

static void test_a_project_without_packages_counts_from_its_root(void **state)
{
    (void)state;
    cp_tree_put_all("app/pyproject.toml app/src/main.py");
    cp_dotted_roots roots = cp_dotted_begin(&arena);
    assert_str(cp_dotted_of(&roots, below_tree("app/src/main.py")), "src.main");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE(test_a_relative_path_is_its_name),
        TREE(test_a_package_has_its_name_by_an_absolute_path),
        TREE(test_a_project_without_packages_counts_from_its_root),
    };
    return cmocka_run_group_tests_name("dotted", tests, NULL, NULL);
}
