#include "harness.h"

#include "base/digest.h"

enum { LENGTH = 100 };

static cp_digest digest_of(const char *bytes, size_t len)
{
    return cp_digest_add((cp_digest){0}, (cp_str){bytes, len});
}

static void fill(char *bytes)
{
    for (int i = 0; i < LENGTH; i++)
        bytes[i] = (char)(i * 7);
}

static int bits_set(uint64_t word)
{
    int count = 0;
    for (; word; word &= word - 1)
        count++;
    return count;
}

static void test_the_same_bytes_give_the_same_digest(void **state)
{
    (void)state;
    char one[LENGTH], two[LENGTH];
    fill(one);
    fill(two);
    assert_true(cp_digest_eq(digest_of(one, LENGTH), digest_of(two, LENGTH)));
}

/* About half of the bits of both halves change, whichever bit it is. */
static void test_each_bit_counts_in_both_halves(void **state)
{
    (void)state;
    char bytes[LENGTH];
    fill(bytes);
    cp_digest before = digest_of(bytes, LENGTH);
    for (int i = 0; i < LENGTH * 8; i++) {
        bytes[i / 8] ^= (char)(1 << i % 8);
        cp_digest after = digest_of(bytes, LENGTH);
        bytes[i / 8] ^= (char)(1 << i % 8);
        for (int half = 0; half < 2; half++) {
            int changed = bits_set(before.half[half] ^ after.half[half]);
            assert_in_range(changed, 8, 56);
        }
    }
}

static void test_zeros_are_told_apart_by_their_number(void **state)
{
    (void)state;
    char zeros[LENGTH] = {0};
    cp_digest digests[LENGTH + 1];
    for (size_t n = 0; n <= LENGTH; n++) {
        digests[n] = digest_of(zeros, n);
        for (size_t k = 0; k < n; k++)
            assert_false(cp_digest_eq(digests[k], digests[n]));
    }
}

static void test_where_a_piece_ends_counts(void **state)
{
    (void)state;
    cp_digest ab = cp_digest_add(digest_of("ab", 2), CP_STR("c"));
    cp_digest a = cp_digest_add(digest_of("a", 1), CP_STR("bc"));
    assert_false(cp_digest_eq(ab, a));
    assert_false(cp_digest_eq(ab, digest_of("abc", 3)));
}

static void test_the_order_of_pieces_and_of_words_counts(void **state)
{
    (void)state;
    cp_digest ab = cp_digest_add(digest_of("a", 1), CP_STR("b"));
    cp_digest ba = cp_digest_add(digest_of("b", 1), CP_STR("a"));
    assert_false(cp_digest_eq(ab, ba));
    char bytes[64] = {0}, swapped[64] = {0};
    bytes[0] = 1;
    swapped[32] = 1;
    assert_false(cp_digest_eq(digest_of(bytes, 64), digest_of(swapped, 64)));
}

static void test_the_text_is_both_halves(void **state)
{
    (void)state;
    cp_digest digest = {{0x123, 0xfedcba9876543210u}};
    assert_str(cp_digest_text(&arena, digest), "0000000000000123fedcba9876543210");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_same_bytes_give_the_same_digest),
        TEST(test_each_bit_counts_in_both_halves),
        TEST(test_zeros_are_told_apart_by_their_number),
        TEST(test_where_a_piece_ends_counts),
        TEST(test_the_order_of_pieces_and_of_words_counts),
        TEST(test_the_text_is_both_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
