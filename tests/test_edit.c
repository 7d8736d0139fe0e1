#include "harness.h"

#include "edits/edit.h"

static cp_edit_set *set;

static cp_status add(size_t start, size_t end, cp_str text, cp_err *err)
{
    cp_edit edit = {start, end, text, "CP101", CP_SAFETY_EXACT};
    return cp_edit_set_add(set, &edit, err);
}

static int begin_set(void **state)
{
    begin(state);
    set = cp_edit_set_new(&arena, CP_STR("gate(x)"));
    return 0;
}

static void test_no_edit_gives_the_original(void **state)
{
    (void)state;
    assert_str(cp_edit_set_apply(set, CP_SAFETY_MANUAL), "gate(x)");
}

static void test_order_of_adding_does_not_matter(void **state)
{
    (void)state;
    assert_int_equal(add(5, 6, CP_STR("y"), NULL), CP_OK);
    assert_int_equal(add(0, 4, CP_STR("route"), NULL), CP_OK);
    assert_int_equal(add(6, 6, CP_STR("_bf16"), NULL), CP_OK);
    assert_str(cp_edit_set_apply(set, CP_SAFETY_EXACT), "route(y_bf16)");
}

static void test_overlap_is_refused_and_names_both_rules(void **state)
{
    (void)state;
    cp_err err = {0};
    assert_int_equal(add(2, 6, CP_STR(""), NULL), CP_OK);
    assert_int_equal(add(5, 7, CP_STR("y"), &err), CP_ERR_OVERLAP);
    assert_string_equal(err.msg, "CP101 and CP101 both want bytes 5..7");
    assert_str(cp_edit_set_apply(set, CP_SAFETY_MANUAL), "ga)");
}

static void test_two_inserts_at_one_place_are_refused(void **state)
{
    (void)state;
    assert_int_equal(add(4, 4, CP_STR("_a"), NULL), CP_OK);
    assert_int_equal(add(4, 4, CP_STR("_b"), NULL), CP_ERR_OVERLAP);
}

static void test_the_same_edit_twice_is_made_once(void **state)
{
    (void)state;
    size_t count;
    assert_int_equal(add(4, 4, CP_STR("_a"), NULL), CP_OK);
    assert_int_equal(add(4, 4, CP_STR("_a"), NULL), CP_OK);
    cp_edit_set_all(set, &count);
    assert_int_equal(count, 1);
}

static void test_edits_that_only_touch_are_both_made(void **state)
{
    (void)state;
    assert_int_equal(add(0, 4, CP_STR("route"), NULL), CP_OK);
    assert_int_equal(add(4, 5, CP_STR("["), NULL), CP_OK);
    assert_str(cp_edit_set_apply(set, CP_SAFETY_EXACT), "route[x)");
}

static void test_a_range_past_the_end_is_refused(void **state)
{
    (void)state;
    assert_int_equal(add(6, 8, CP_STR(""), NULL), CP_ERR_RANGE);
}

static void test_a_reversed_range_is_refused(void **state)
{
    (void)state;
    assert_int_equal(add(6, 5, CP_STR(""), NULL), CP_ERR_RANGE);
}

static void test_edits_less_safe_than_the_limit_are_left_out(void **state)
{
    (void)state;
    cp_edit edit = {5, 6, CP_STR("y"), "CP104", CP_SAFETY_MANUAL};
    assert_int_equal(cp_edit_set_add(set, &edit, NULL), CP_OK);
    assert_int_equal(add(0, 4, CP_STR("route"), NULL), CP_OK);
    assert_str(cp_edit_set_apply(set, CP_SAFETY_BOUNDED), "route(x)");
}

#define EDIT(name) cmocka_unit_test_setup_teardown(name, begin_set, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDIT(test_no_edit_gives_the_original),
        EDIT(test_order_of_adding_does_not_matter),
        EDIT(test_overlap_is_refused_and_names_both_rules),
        EDIT(test_two_inserts_at_one_place_are_refused),
        EDIT(test_the_same_edit_twice_is_made_once),
        EDIT(test_edits_that_only_touch_are_both_made),
        EDIT(test_a_range_past_the_end_is_refused),
        EDIT(test_a_reversed_range_is_refused),
        EDIT(test_edits_less_safe_than_the_limit_are_left_out),
    };
    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
