#include "harness.h"

#include "base/table.h"

static int things[1000], first, second;

static void test_what_was_put_under_an_address_is_found_there(void **state)
{
    (void)state;
    cp_table table = {.arena = &arena};
    cp_table_put(&table, &things[0], &first);
    cp_table_put(&table, &things[1], &second);
    assert_ptr_equal(cp_table_get(&table, &things[0]), &first);
    assert_ptr_equal(cp_table_get(&table, &things[1]), &second);
}

static void test_other_addresses_hold_nothing(void **state)
{
    (void)state;
    cp_table table = {.arena = &arena};
    assert_null(cp_table_get(&table, &things[0]));
    cp_table_put(&table, &things[0], &first);
    assert_null(cp_table_get(&table, &things[1]));
}

static void test_putting_again_replaces(void **state)
{
    (void)state;
    cp_table table = {.arena = &arena};
    cp_table_put(&table, &things[0], &first);
    cp_table_put(&table, &things[0], &second);
    assert_ptr_equal(cp_table_get(&table, &things[0]), &second);
    assert_int_equal(table.count, 1);
}

static void test_a_slot_is_made_empty_and_stays(void **state)
{
    (void)state;
    cp_table table = {.arena = &arena};
    void **slot = cp_table_slot(&table, &things[0]);
    assert_null(*slot);
    *slot = &first;
    assert_ptr_equal(cp_table_slot(&table, &things[0]), slot);
}

static void test_it_grows_and_keeps_what_it_holds(void **state)
{
    (void)state;
    cp_table table = {.arena = &arena};
    for (int i = 0; i < 1000; i++)
        cp_table_put(&table, &things[i], &things[999 - i]);
    for (int i = 0; i < 1000; i++)
        assert_ptr_equal(cp_table_get(&table, &things[i]), &things[999 - i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_put_under_an_address_is_found_there),
        TEST(test_other_addresses_hold_nothing),
        TEST(test_putting_again_replaces),
        TEST(test_a_slot_is_made_empty_and_stays),
        TEST(test_it_grows_and_keeps_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
