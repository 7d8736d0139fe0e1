#include "harness.h"

static void test_memory_is_zero_and_aligned(void **state)
{
    (void)state;
    for (size_t size = 1; size < 200; size += 7) {
        unsigned char *p = cp_arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
    }
}

static void test_pieces_do_not_overlap(void **state)
{
    (void)state;
    char *first = cp_new(&arena, char, 24), *second = cp_new(&arena, char, 24);
    memset(first, 'a', 24);
    memset(second, 'b', 24);
    assert_int_equal(first[23], 'a');
}

static void test_a_large_piece_leaves_the_begun_block_in_use(void **state)
{
    (void)state;
    cp_arena_alloc(&arena, 16);
    cp_arena_alloc(&arena, (size_t)1 << 20);
    size_t before = cp_arena_size(&arena);
    cp_arena_alloc(&arena, 16);
    assert_in_range(cp_arena_size(&arena), before, before + 256);
}

static void test_disposing_empties_the_arena_and_it_works_again(void **state)
{
    (void)state;
    cp_arena_alloc(&arena, 100);
    cp_arena_dispose(&arena);
    assert_int_equal(cp_arena_size(&arena), 0);
    assert_non_null(cp_arena_alloc(&arena, 100));
}

static void test_adopting_keeps_the_pieces_of_both(void **state)
{
    (void)state;
    cp_arena other = {0};
    char *mine = cp_new(&arena, char, 8), *theirs = cp_new(&other, char, 8);
    memcpy(mine, "mine", 5);
    memcpy(theirs, "theirs", 7);
    cp_arena_adopt(&arena, &other);
    assert_int_equal(cp_arena_size(&other), 0);
    assert_string_equal(mine, "mine");
    assert_string_equal(theirs, "theirs");
}

static void test_adopting_into_an_empty_arena(void **state)
{
    (void)state;
    cp_arena other = {0};
    char *theirs = cp_new(&other, char, 8);
    memcpy(theirs, "theirs", 7);
    cp_arena_adopt(&arena, &other);
    cp_arena_dispose(&other);
    assert_string_equal(theirs, "theirs");
}

static void test_a_growing_array_keeps_what_it_holds(void **state)
{
    (void)state;
    int *numbers = NULL;
    size_t count = 0, room = 0;
    for (int i = 0; i < 1000; i++)
        cp_push(&arena, numbers, count, room, i);
    assert_int_equal(count, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_memory_is_zero_and_aligned),
        TEST(test_pieces_do_not_overlap),
        TEST(test_a_large_piece_leaves_the_begun_block_in_use),
        TEST(test_disposing_empties_the_arena_and_it_works_again),
        TEST(test_adopting_keeps_the_pieces_of_both),
        TEST(test_adopting_into_an_empty_arena),
        TEST(test_a_growing_array_keeps_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
