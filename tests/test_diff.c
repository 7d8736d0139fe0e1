#include "harness.h"

#include "contracts/diff.h"

#include "tree.h"

static int begin_tree(void **state)
{
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    return cp_tree_end() || end(state);
}

#define TREE(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

#define FACT(parameter, rest)                                                            \
    "[[contract]]\npackage = \"p\"\nversion = \"1.0\"\ncall = \"p.f\"\n"                 \
    "parameter = \"" parameter "\"\nstated = [\"f.py:1\"]\n" rest "\n"

/* "parameter change" of each change from text `a` to text `b`, one a line. */
static cp_str changes(const char *a, const char *b)
{
    cp_terms_list before, after;
    cp_buf out = {.arena = &arena};
    size_t count;
    cp_err err;
    cp_tree_put("a.toml", a);
    cp_tree_put("b.toml", b);
    if (cp_terms_read(&arena, CP_STR("a.toml"), &before, &err) ||
        cp_terms_read(&arena, CP_STR("b.toml"), &after, &err))
        fail_msg("%s", err.msg);
    const cp_terms_change *all = cp_terms_diff(&arena, &before, &after, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_terms_line *line = all[i].after ? all[i].after : all[i].before;
        cp_buf_printf(&out, "%.*s %s\n", CP_STR_ARGS(line->parameter),
                      cp_terms_change_name(all[i].kind));
    }
    return cp_buf_str(&out);
}

static void test_fewer_guards_are_looser(void **state)
{
    (void)state;
    assert_str(changes(FACT("x", "accepts = [\"float32\"]\nwhen = \"flag\"")
                           FACT("x", "accepts = [\"bfloat16\"]\nwhen = \"not flag\""),
                       FACT("x", "accepts = [\"float32\", \"bfloat16\"]")),
               "x loosened\n");
}

static void test_a_narrower_set_is_tighter(void **state)
{
    (void)state;
    assert_str(changes(FACT("x", "accepts = [\"float32\", \"bfloat16\"]"),
                       FACT("x", "accepts = [\"float32\"]")),
               "x tightened\n");
}

static void test_what_comes_and_goes_is_named(void **state)
{
    (void)state;
    assert_str(changes(FACT("x", "accepts = [\"int32\"]"), FACT("y", "same_as = \"x\"")),
               "x gone\ny new\n");
}

static void test_places_do_not_count(void **state)
{
    (void)state;
    assert_str(
        changes(FACT("x", "accepts = [\"int32\"]"),
                "[[contract]]\npackage = \"p\"\nversion = \"1.1\"\ncall = \"p.f\"\n"
                "parameter = \"x\"\nstated = [\"g.py:7\"]\naccepts = [\"int32\"]\n"),
        "");
}

static void test_more_devices_are_looser(void **state)
{
    (void)state;
    assert_str(changes(FACT("x", "accepts = [\"int32\"]\nwhen = \"compute_capability == "
                                 "100\""),
                       FACT("x", "accepts = [\"int32\"]\nwhen = \"compute_capability in "
                                 "{100, 103}\"")),
               "x loosened\n");
}

static void test_other_words_for_the_same_are_no_change(void **state)
{
    (void)state;
    assert_str(
        changes(FACT("x", "accepts = [\"float32\"]\nwhen = \"m == A\"")
                    FACT("x", "accepts = [\"float32\", \"bfloat16\"]\nwhen = \"m != A\""),
                FACT("x", "accepts = [\"float32\"]\nwhen = \"m == A\"")
                    FACT("x", "accepts = [\"float32\", \"bfloat16\"]")),
        "");
}

static void test_code_that_may_always_hold_loosens_nothing_for_sure(void **state)
{
    (void)state;
    assert_str(changes(FACT("x", "accepts = [\"float32\"]"),
                       FACT("x", "accepts = [\"float32\"]\nwhen = \"`?`\"")),
               "x changed\n");
    assert_str(changes(FACT("x", "accepts = [\"float32\"]"),
                       FACT("x", "accepts = [\"float32\", \"int32\"]\nwhen = \"`?`\"")),
               "x loosened\n");
}

static void test_relations_are_told_apart(void **state)
{
    (void)state;
    assert_str(changes(FACT("x", "same_as = \"a\""), FACT("x", "same_as = \"b\"")),
               "x changed\n");
    assert_str(changes(FACT("x", "same_as = \"a\""),
                       FACT("x", "same_as = \"a\"") FACT("x", "accepts = [\"int32\"]")),
               "x tightened\n");
}

static void test_a_release_that_nobody_read_is_refused(void **state)
{
    (void)state;
    cp_terms_list list;
    assert_int_equal(cp_terms_read(&arena, CP_STR("flashinfer-python==0.1"), &list, NULL),
                     CP_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE(test_fewer_guards_are_looser),
        TREE(test_a_narrower_set_is_tighter),
        TREE(test_what_comes_and_goes_is_named),
        TREE(test_places_do_not_count),
        TREE(test_more_devices_are_looser),
        TREE(test_other_words_for_the_same_are_no_change),
        TREE(test_code_that_may_always_hold_loosens_nothing_for_sure),
        TREE(test_relations_are_told_apart),
        TREE(test_a_release_that_nobody_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
