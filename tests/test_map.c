#include "harness.h"

#include "base/map.h"

static int one = 1, two = 2;

static void test_an_empty_map_holds_nothing(void **state)
{
    (void)state;
    cp_map map = {.arena = &arena};
    assert_null(cp_map_get(&map, CP_STR("a")));
}

static void test_the_last_value_put_is_found(void **state)
{
    (void)state;
    cp_map map = {.arena = &arena};
    cp_map_put(&map, CP_STR("a"), &one);
    cp_map_put(&map, CP_STR("a"), &two);
    assert_ptr_equal(cp_map_get(&map, CP_STR("a")), &two);
    assert_int_equal(map.count, 1);
}

static void test_keys_differ_by_every_byte(void **state)
{
    (void)state;
    cp_map map = {.arena = &arena};
    cp_map_put(&map, CP_STR("a\0b"), &one);
    cp_map_put(&map, CP_STR(""), &two);
    assert_null(cp_map_get(&map, CP_STR("a\0c")));
    assert_null(cp_map_get(&map, CP_STR("a")));
    assert_ptr_equal(cp_map_get(&map, CP_STR("")), &two);
}

static void test_many_keys_are_found_after_the_map_has_grown(void **state)
{
    (void)state;
    cp_map map = {.arena = &arena};
    for (int i = 0; i < 5000; i++)
        cp_map_put(&map, cp_str_printf(&arena, "key%d", i), cp_new(&arena, int, 1));
    for (int i = 0; i < 5000; i++)
        assert_non_null(cp_map_get(&map, cp_str_printf(&arena, "key%d", i)));
    assert_null(cp_map_get(&map, CP_STR("key5000")));
}

static void test_entries_stay_in_the_order_of_their_first_put(void **state)
{
    (void)state;
    cp_map map = {.arena = &arena};
    cp_map_put(&map, CP_STR("z"), &one);
    cp_map_put(&map, CP_STR("a"), &one);
    cp_map_put(&map, CP_STR("z"), &two);
    assert_str(map.entries[0].key, "z");
    assert_str(map.entries[1].key, "a");
}

static void test_a_slot_is_made_as_null_and_found_again(void **state)
{
    (void)state;
    cp_map map = {.arena = &arena};
    void **slot = cp_map_slot(&map, CP_STR("a"));
    assert_null(*slot);
    *slot = &one;
    assert_ptr_equal(cp_map_get(&map, CP_STR("a")), &one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_empty_map_holds_nothing),
        TEST(test_the_last_value_put_is_found),
        TEST(test_keys_differ_by_every_byte),
        TEST(test_many_keys_are_found_after_the_map_has_grown),
        TEST(test_entries_stay_in_the_order_of_their_first_put),
        TEST(test_a_slot_is_made_as_null_and_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
