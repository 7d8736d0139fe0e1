#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "read/walk.h"
#include "tree.h"

static cp_buf troubles;

static int begin_folder(void **state)
{
    begin(state);
    troubles = (cp_buf){.arena = &arena};
    return cp_tree_begin();
}

static int end_folder(void **state)
{
    return cp_tree_end() || end(state);
}

#define WALK(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

static void note_trouble(void *data, cp_str path, const char *why)
{
    (void)data;
    cp_buf_printf(&troubles, "%.*s: %s\n", CP_STR_ARGS(path), why);
}

static cp_str walk_with(const char *paths, const cp_walk_options *options, cp_err *err)
{
    cp_str given[8], rest = cp_str_of(paths);
    size_t count = 0, found = 0;
    do
        given[count++] = cp_str_next(&rest, ' ');
    while (rest.len);
    cp_file *files = NULL;
    if (cp_walk_files(&arena, given, count, options, &files, &found, err))
        return CP_STR("failed");
    cp_buf all = {.arena = &arena};
    for (size_t i = 0; i < found; i++)
        cp_buf_printf(&all, "%s%s", i ? " " : "", files[i].path.ptr);
    return cp_buf_str(&all);
}

/* The files below `paths` (cut at spaces), with a space between them. */
static cp_str walk(const char *paths)
{
    cp_walk_options options = {.trouble = note_trouble};
    return walk_with(paths, &options, NULL);
}

static cp_str walk_without(const char *glob)
{
    cp_str exclude = cp_str_of(glob);
    cp_walk_options options = {.excludes = &exclude, .exclude_count = 1};
    return walk_with("", &options, NULL);
}

static void test_python_files_come_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    cp_tree_put_all("b.py a/z.py a.py a/b/c.pyi a-b/x.py README.md a/notes.txt Z.py");
    assert_str(walk(""), "Z.py a-b/x.py a.py a/b/c.pyi a/z.py b.py");
}

static void test_paths_are_reported_as_given(void **state)
{
    (void)state;
    cp_tree_put_all("a/x.py");
    assert_str(walk("."), "./a/x.py");
    assert_str(walk("a"), "a/x.py");
    assert_str(walk("a/"), "a/x.py");
    assert_str(walk("./a/../a"), "./a/../a/x.py");
}

static void test_a_file_reached_in_two_ways_comes_once(void **state)
{
    (void)state;
    cp_tree_put_all("a/x.py a/y.py");
    assert_str(walk("a a/x.py a"), "a/x.py a/y.py");
    assert_str(walk("a ./a//x.py"), "./a//x.py a/y.py");
}

static void test_hidden_and_vendored_folders_are_left_out(void **state)
{
    (void)state;
    cp_tree_put_all(
        ".tox/x.py node_modules/x.py third_party/x.py a/vendor/x.py build/x.py "
        "__pycache__/x.py a.egg-info/x.py a/builder/x.py");
    assert_str(walk(""), "a/builder/x.py");
}

static void test_a_vendored_folder_is_walked_when_it_is_given(void **state)
{
    (void)state;
    cp_tree_put_all("third_party/a/x.py third_party/vendor/x.py");
    assert_str(walk("third_party"), "third_party/a/x.py");
}

static void test_a_virtual_environment_is_known_by_its_settings(void **state)
{
    (void)state;
    cp_tree_put_all("env/pyvenv.cfg env/lib/x.py venv/x.py");
    assert_str(walk(""), "venv/x.py");
    assert_str(walk("env"), "env/lib/x.py");
}

static void test_all_folders_are_walked_where_that_is_asked(void **state)
{
    (void)state;
    cp_tree_repository(".");
    cp_tree_put(".gitignore", "gen\n");
    cp_tree_put_all("third_party/x.py gen/x.py .hidden/x.py");
    cp_walk_options options = {.all_folders = true};
    assert_str(walk_with("", &options, NULL), "gen/x.py third_party/x.py");
}

static void test_a_file_given_by_name_is_taken_whatever_it_is_called(void **state)
{
    (void)state;
    cp_tree_repository(".");
    cp_tree_put(".gitignore", "*\n");
    cp_tree_put_all("script third_party/x.py");
    assert_str(walk("script third_party/x.py"), "script third_party/x.py");
}

static void test_kinds_are_told_by_the_ending(void **state)
{
    (void)state;
    cp_tree_put_all("a.py b.cu c.cuh d.hpp e.txt");
    cp_walk_options options = {.kinds = CP_FILE_NATIVE};
    assert_str(walk_with("", &options, NULL), "b.cu c.cuh d.hpp");
    cp_str path = CP_STR("b.cu");
    cp_file *files;
    size_t found;
    assert_int_equal(cp_walk_files(&arena, &path, 1, &options, &files, &found, NULL), 0);
    assert_int_equal(files[0].kind, CP_FILE_NATIVE);
}

static void test_links_in_a_tree_are_not_followed(void **state)
{
    (void)state;
    cp_tree_put_all("a/x.py");
    assert_int_equal(symlink("..", "a/loop"), 0);
    assert_int_equal(symlink("x.py", "a/y.py"), 0);
    assert_str(walk(""), "a/x.py");
}

static void test_a_link_that_is_given_is_followed(void **state)
{
    (void)state;
    cp_tree_put_all("a/x.py");
    assert_int_equal(symlink("a", "b"), 0);
    assert_int_equal(symlink("a/x.py", "y.py"), 0);
    assert_str(walk("b y.py"), "b/x.py y.py");
}

static void test_what_is_no_regular_file_is_left_out(void **state)
{
    (void)state;
    cp_tree_put_all("a.py");
    assert_int_equal(mkfifo("b.py", 0600), 0);
    assert_int_equal(mkdir("c.py", 0755), 0);
    assert_str(walk(""), "a.py");
}

static void test_a_fifo_that_is_given_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("b.py", 0600), 0);
    cp_err err = {0};
    assert_str(walk_with("b.py", &(cp_walk_options){0}, &err), "failed");
    assert_string_equal(err.msg,
                        "b.py: neither a file nor a folder; give its text as '-'");
}

static void test_a_path_that_does_not_exist_is_an_error_that_names_it(void **state)
{
    (void)state;
    cp_tree_put_all("a.py");
    cp_err err = {0};
    assert_str(walk_with("a.py nowhere", &(cp_walk_options){0}, &err), "failed");
    assert_string_equal(
        err.msg,
        "nowhere: No such file or directory; name a file or a folder that is there");
}

static void test_a_folder_without_permission_is_told_and_the_walk_goes_on(void **state)
{
    (void)state;
    cp_tree_put_all("a/x.py b/x.py");
    assert_int_equal(chmod("a", 0), 0);
    bool root = geteuid() == 0; /* who may read everything */
    if (root)
        assert_int_equal(chmod(".", 0755) || seteuid(65534), 0);
    cp_str found = walk("");
    if (root)
        assert_int_equal(seteuid(0), 0);
    chmod("a", 0755);
    assert_str(found, "b/x.py");
    assert_str(cp_buf_str(&troubles), "a: Permission denied\n");
}

static void test_excludes_match_paths_names_and_ends_of_paths(void **state)
{
    (void)state;
    cp_tree_put_all("a/b/x.py a/b/y.py c/x.py");
    assert_str(walk_without("b"), "c/x.py");
    assert_str(walk_without("x.py"), "a/b/y.py");
    assert_str(walk_without("b/x.py"), "a/b/y.py c/x.py");
    assert_str(walk_without("a/*"), "c/x.py");
    assert_str(walk_without("a/"), "c/x.py");
    assert_str(walk_without("**/b/**"), "c/x.py");
    assert_str(walk_without("**/c/**"), "a/b/x.py a/b/y.py");
    assert_str(walk_without("*.pyi"), "a/b/x.py a/b/y.py c/x.py");
}

static void test_many_folders_deep_is_no_trouble(void **state)
{
    (void)state;
    cp_buf path = {.arena = &arena};
    for (int i = 0; i < 200; i++)
        cp_buf_puts(&path, "d/");
    cp_buf_puts(&path, "x.py");
    cp_tree_put_all(cp_buf_str(&path).ptr);
    assert_same(walk(""), cp_buf_str(&path));
}

static void test_strange_names_are_only_bytes(void **state)
{
    (void)state;
    cp_tree_put("a\nb.py", "");
    cp_tree_put("\xff\xfe.py", "");
    assert_str(walk(""), "a\nb.py \xff\xfe.py");
}

static void test_a_path_is_judged_as_the_walk_would(void **state)
{
    (void)state;
    cp_str exclude = CP_STR("a/gen/");
    cp_walk_options options = {.kinds = CP_FILE_PYTHON | CP_FILE_NATIVE,
                               .excludes = &exclude,
                               .exclude_count = 1};
    static const struct {
        const char *path;
        unsigned kind;
    } rows[] = {{"x.py", CP_FILE_PYTHON},
                {"a/b/x.cu", CP_FILE_NATIVE},
                {"a/x.txt", 0},
                {"a/build/x.py", 0},
                {"a/.git/x.py", 0},
                {"a/gen/x.py", 0},
                {"gen/x.py", CP_FILE_PYTHON},
                {"a/.x.py", CP_FILE_PYTHON},
                {"a/build.py", CP_FILE_PYTHON},
                {"b/a/gen/c/x.py", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (cp_walk_kind(&options, cp_str_of(rows[i].path)) != rows[i].kind)
            fail_msg("%s", rows[i].path);
}

static void test_a_glob_matches_a_path_or_a_folder_in_it(void **state)
{
    (void)state;
    const cp_str globs[] = {{"gen_*.py", 8}, {"tests", 5}, {"a/*.py", 6}};
    assert_true(cp_walk_matches(globs, 3, CP_STR("x/gen_a.py")));
    assert_true(cp_walk_matches(globs, 3, CP_STR("x/tests/y/b.py")));
    assert_true(cp_walk_matches(globs, 3, CP_STR("x/a/b.py")));
    assert_false(cp_walk_matches(globs, 3, CP_STR("x/tests_a/b.py")));
    assert_false(cp_walk_matches(globs, 0, CP_STR("tests/b.py")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALK(test_python_files_come_in_the_order_of_their_bytes),
        WALK(test_paths_are_reported_as_given),
        WALK(test_a_file_reached_in_two_ways_comes_once),
        WALK(test_hidden_and_vendored_folders_are_left_out),
        WALK(test_a_vendored_folder_is_walked_when_it_is_given),
        WALK(test_a_virtual_environment_is_known_by_its_settings),
        WALK(test_all_folders_are_walked_where_that_is_asked),
        WALK(test_a_file_given_by_name_is_taken_whatever_it_is_called),
        WALK(test_kinds_are_told_by_the_ending),
        WALK(test_links_in_a_tree_are_not_followed),
        WALK(test_a_link_that_is_given_is_followed),
        WALK(test_what_is_no_regular_file_is_left_out),
        WALK(test_a_fifo_that_is_given_is_an_error),
        WALK(test_a_path_that_does_not_exist_is_an_error_that_names_it),
        WALK(test_a_folder_without_permission_is_told_and_the_walk_goes_on),
        WALK(test_excludes_match_paths_names_and_ends_of_paths),
        WALK(test_many_folders_deep_is_no_trouble),
        WALK(test_strange_names_are_only_bytes),
        WALK(test_a_path_is_judged_as_the_walk_would),
        WALK(test_a_glob_matches_a_path_or_a_folder_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
