#include "harness.h"

#include <unistd.h>

#include "read/path.h"
#include "tree.h"

static int begin_folder(void **state)
{
    return begin(state) || cp_tree_begin();
}

static int end_folder(void **state)
{
    return cp_tree_end() || end(state);
}

#define PATH(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

static cp_str plain(const char *path)
{
    return cp_path_plain(&arena, cp_str_of(path));
}

/* The root around a folder of the test's own, below that. */
static cp_str root(const char *folder)
{
    cp_str top = cp_path_whole(&arena, CP_STR("."));
    cp_str whole = cp_path_whole(&arena, cp_str_of(folder));
    cp_str found = cp_path_root(&arena, whole);
    return cp_str_eq(found, top) ? CP_STR(".") : cp_path_below(found, top);
}

static void test_a_plain_path_has_no_needless_parts(void **state)
{
    (void)state;
    assert_str(plain("./a//b/."), "a/b");
    assert_str(plain("a/b/../c"), "a/c");
    assert_str(plain("../a/../../b"), "../../b");
    assert_str(plain("/../a"), "/a");
    assert_str(plain("."), "");
}

static void test_the_parent_ends_at_the_top(void **state)
{
    (void)state;
    assert_str(cp_path_parent(CP_STR("a/b")), "a");
    assert_str(cp_path_parent(CP_STR("a")), "");
    assert_str(cp_path_parent(CP_STR("/a")), "/");
    assert_str(cp_path_parent(CP_STR("/")), "/");
}

static void test_a_whole_path_counts_from_the_current_folder(void **state)
{
    (void)state;
    assert_same(cp_path_whole(&arena, CP_STR("x/../a.py")),
                cp_str_printf(&arena, "%s/a.py", cp_tree_path()));
    assert_str(cp_path_whole(&arena, CP_STR("/x/./a.py")), "/x/a.py");
}

static void test_below_wants_a_whole_part(void **state)
{
    (void)state;
    assert_str(cp_path_below(CP_STR("/a/b/c"), CP_STR("/a/b")), "c");
    assert_str(cp_path_below(CP_STR("/a/bc"), CP_STR("/a/b")), "/a/bc");
    assert_str(cp_path_below(CP_STR("/a"), CP_STR("/")), "a");
    assert_str(cp_path_below(CP_STR("/a"), CP_STR("/a")), "/a");
}

static void test_a_repository_is_the_root_whatever_is_in_it(void **state)
{
    (void)state;
    cp_tree_put("repo/python/pyproject.toml", "");
    cp_tree_put("repo/python/pkg/__init__.py", "");
    cp_tree_repository("repo");
    assert_str(root("repo/python/pkg"), "repo");
}

static void test_without_a_repository_the_outermost_project_is_the_root(void **state)
{
    (void)state;
    cp_tree_put("top/castproof.toml", "");
    cp_tree_put("top/part/setup.py", "");
    cp_tree_put("top/part/pkg/__init__.py", "");
    assert_str(root("top/part/pkg"), "top");
}

static void test_without_a_project_the_root_holds_the_outermost_package(void **state)
{
    (void)state;
    cp_tree_put("lib-1.0/pkg/__init__.py", "");
    cp_tree_put("lib-1.0/pkg/plain/inner/__init__.py", "");
    assert_str(root("lib-1.0/pkg/plain/inner"), "lib-1.0");
}

static void test_where_nothing_tells_there_is_no_root(void **state)
{
    (void)state;
    cp_tree_put("scripts/a.py", "");
    assert_str(cp_path_root(&arena, cp_path_whole(&arena, CP_STR("scripts"))), "");
}

static void test_a_package_may_hold_folders_that_are_none(void **state)
{
    (void)state;
    cp_tree_put("lib-1.0/pkg/__init__.py", "");
    cp_tree_put("lib-1.0/pkg/plain/a.py", "");
    cp_str plain_folder = cp_path_whole(&arena, CP_STR("lib-1.0/pkg/plain"));
    assert_same(cp_path_package(&arena, plain_folder),
                cp_path_whole(&arena, CP_STR("lib-1.0")));
    assert_str(cp_path_package(&arena, cp_path_whole(&arena, CP_STR("lib-1.0"))), "");
}

static void test_a_path_is_seen_from_the_current_folder(void **state)
{
    (void)state;
    cp_tree_put("a/b/x.py", "");
    assert_int_equal(chdir("a/b"), 0);
    assert_str(cp_path_seen(&arena, cp_path_whole(&arena, CP_STR("x.py"))), "x.py");
    assert_str(cp_path_seen(&arena, cp_path_whole(&arena, CP_STR("."))), "");
    assert_str(cp_path_seen(&arena, cp_path_whole(&arena, CP_STR(".."))), "..");
    assert_str(cp_path_seen(&arena, cp_path_whole(&arena, CP_STR("../c/y.py"))),
               "../c/y.py");
    assert_str(cp_path_seen(&arena, CP_STR("/elsewhere/y.py")), "/elsewhere/y.py");
}

static void test_the_program_is_this_one(void **state)
{
    (void)state;
    cp_str path = cp_path_program(&arena);
    if (access("/proc/self/exe", F_OK) != 0 && !path.len)
        return; /* it was started by a path from another folder */
    assert_true(cp_str_starts(path, CP_STR("/")));
    assert_true(cp_str_ends(path, CP_STR("/test_path")));
    assert_int_equal(access(path.ptr, X_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PATH(test_a_plain_path_has_no_needless_parts),
        PATH(test_the_parent_ends_at_the_top),
        PATH(test_a_whole_path_counts_from_the_current_folder),
        PATH(test_below_wants_a_whole_part),
        PATH(test_a_repository_is_the_root_whatever_is_in_it),
        PATH(test_without_a_repository_the_outermost_project_is_the_root),
        PATH(test_without_a_project_the_root_holds_the_outermost_package),
        PATH(test_where_nothing_tells_there_is_no_root),
        PATH(test_a_package_may_hold_folders_that_are_none),
        PATH(test_a_path_is_seen_from_the_current_folder),
        TEST(test_the_program_is_this_one),
    };
    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
