#include "harness.h"

#include <stdlib.h>
#include <unistd.h>

#include <git2.h>

#include "findings/blame.h"
#include "tree.h"

enum { FIRST = 1500000000, SECOND = 1600000000 };

static int begin_folder(void **state)
{
    begin(state);
    return cp_tree_begin();
}

static int end_folder(void **state)
{
    unsetenv("SOURCE_DATE_EPOCH");
    return cp_tree_end() || end(state);
}

#define BLAME(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

/* Commits all files of the current folder's repository. */
static void commit(const char *author, int64_t when)
{
    git_repository *repo = NULL;
    git_index *index = NULL;
    git_tree *tree = NULL;
    git_signature *who = NULL, *committer = NULL;
    git_object *parent = NULL;
    git_oid tree_id, id;
    git_libgit2_init();
    assert_int_equal(git_repository_open(&repo, "."), 0);
    assert_int_equal(git_repository_index(&index, repo), 0);
    assert_int_equal(git_index_add_all(index, NULL, 0, NULL, NULL), 0);
    assert_int_equal(git_index_write(index), 0);
    assert_int_equal(git_index_write_tree(&tree_id, index), 0);
    assert_int_equal(git_tree_lookup(&tree, repo, &tree_id), 0);
    assert_int_equal(git_signature_new(&who, author, "a@example.org", when, 0), 0);
    assert_int_equal(
        git_signature_new(&committer, "Committer", "c@example.org", when + 9, 0), 0);
    git_revparse_single(&parent, repo, "HEAD");
    const git_commit *parents[] = {(const git_commit *)parent};
    assert_int_equal(git_commit_create(&id, repo, "HEAD", who, committer, NULL, "m", tree,
                                       parent ? 1 : 0, parents),
                     0);
    git_object_free(parent);
    git_signature_free(committer);
    git_signature_free(who);
    git_tree_free(tree);
    git_index_free(index);
    git_repository_free(repo);
    git_libgit2_shutdown();
}

/* A repository whose a/x.py was written by Ada, its second line by Bo later on. */
static void make_history(void)
{
    cp_tree_repository(".");
    cp_tree_put("a/x.py", "one\ntwo\nthree\n");
    commit("Ada", FIRST);
    cp_tree_put("a/x.py", "one\nTWO\nthree\n");
    commit("Bo", SECOND);
}

/* What is known of line `line` of a file that now holds `text`. */
static cp_blame blame(const char *path, const char *text, uint32_t line)
{
    cp_blame asked = {.path = cp_str_of(path), .text = cp_str_of(text), .line = line};
    cp_blame_lines(&arena, &asked, 1);
    return asked;
}

static void test_author_and_time_are_those_of_the_line(void **state)
{
    (void)state;
    make_history();
    cp_blame two = blame("a/x.py", "one\nTWO\nthree\n", 2);
    assert_true(two.known);
    assert_str(two.author, "Bo");
    assert_int_equal(two.time, SECOND);
    cp_blame three = blame("a/x.py", "one\nTWO\nthree\n", 3);
    assert_str(three.author, "Ada");
    assert_int_equal(three.time, FIRST);
}

static void test_line_that_moved_keeps_its_author(void **state)
{
    (void)state;
    make_history();
    cp_blame moved = blame("a/x.py", "new\nnew\none\nTWO\nthree\n", 4);
    assert_true(moved.known);
    assert_str(moved.author, "Bo");
    assert_str(blame("a/x.py", "TWO\nthree\n", 2).author, "Ada");
}

static void test_line_changed_since_the_commit_is_not_known(void **state)
{
    (void)state;
    make_history();
    assert_false(blame("a/x.py", "one\nTWO!\nthree\n", 2).known);
    assert_true(blame("a/x.py", "one\nTWO!\nthree\n", 3).known);
}

static void test_line_past_the_end_is_not_known(void **state)
{
    (void)state;
    make_history();
    assert_false(blame("a/x.py", "one\nTWO\nthree\n", 99).known);
}

static void test_file_that_was_never_committed_is_not_known(void **state)
{
    (void)state;
    make_history();
    cp_tree_put("a/y.py", "one\n");
    assert_false(blame("a/y.py", "one\n", 1).known);
}

static void test_repository_without_commits_knows_nothing(void **state)
{
    (void)state;
    cp_tree_repository(".");
    cp_tree_put("x.py", "one\n");
    assert_false(blame("x.py", "one\n", 1).known);
}

static void test_file_in_no_repository_is_not_known(void **state)
{
    (void)state;
    cp_tree_put("x.py", "one\n");
    assert_false(blame("x.py", "one\n", 1).known);
    assert_false(blame("missing.py", "one\n", 1).known);
}

static void test_broken_repository_is_no_error(void **state)
{
    (void)state;
    make_history();
    cp_tree_put(".git/HEAD", "nothing of use");
    assert_false(blame("a/x.py", "one\nTWO\nthree\n", 2).known);
}

static void test_path_given_absolutely_is_found_too(void **state)
{
    (void)state;
    make_history();
    cp_str path = cp_str_printf(&arena, "%s/a/../a/x.py", cp_tree_path());
    assert_str(blame(path.ptr, "one\nTWO\nthree\n", 2).author, "Bo");
}

static void test_lines_of_one_call_are_answered_one_by_one(void **state)
{
    (void)state;
    make_history();
    cp_str text = CP_STR("one\nTWO\nthree\n");
    cp_blame lines[] = {{.path = CP_STR("a/x.py"), .text = text, .line = 1},
                        {.path = CP_STR("gone.py"), .text = text, .line = 1},
                        {.path = CP_STR("a/x.py"), .text = text, .line = 2}};
    cp_blame_lines(&arena, lines, 3);
    assert_str(lines[0].author, "Ada");
    assert_false(lines[1].known);
    assert_str(lines[2].author, "Bo");
}

static void test_source_date_epoch_is_now(void **state)
{
    (void)state;
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    assert_int_equal(cp_blame_now(), 1700000000);
}

static void test_epoch_that_is_no_number_is_passed_over(void **state)
{
    (void)state;
    unsetenv("SOURCE_DATE_EPOCH");
    int64_t clock = cp_blame_now();
    setenv("SOURCE_DATE_EPOCH", "17x", 1);
    int64_t now = cp_blame_now();
    assert_true(now >= clock && now - clock < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BLAME(test_author_and_time_are_those_of_the_line),
        BLAME(test_line_that_moved_keeps_its_author),
        BLAME(test_line_changed_since_the_commit_is_not_known),
        BLAME(test_line_past_the_end_is_not_known),
        BLAME(test_file_that_was_never_committed_is_not_known),
        BLAME(test_repository_without_commits_knows_nothing),
        BLAME(test_file_in_no_repository_is_not_known),
        BLAME(test_broken_repository_is_no_error),
        BLAME(test_path_given_absolutely_is_found_too),
        BLAME(test_lines_of_one_call_are_answered_one_by_one),
        BLAME(test_source_date_epoch_is_now),
        BLAME(test_epoch_that_is_no_number_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
