#include "harness.h"

#include <math.h>

#include "kernels/compare.h"

static const cp_route_spec spec = {.experts = 8, .top_k = 3};

/* Compares one token's lists; weights in float32. */
static cp_comparison compare(const int32_t *a, const float *wa, const int32_t *b,
                             const float *wb)
{
    cp_comparison sum = {0};
    cp_compare_token(&sum, &spec, 4, (cp_choice){a, wa}, (cp_choice){b, wb});
    return sum;
}

static const int32_t ids[] = {5, 2, 7};
static const float weights[] = {3, 2, 1};

static void test_equal_lists_have_no_mismatch(void **state)
{
    (void)state;
    cp_comparison sum = compare(ids, weights, ids, weights);
    assert_true(cp_compare_equal(&sum));
    assert_int_equal(sum.tokens, 1);
    assert_false(sum.has_first);
}

static void test_another_expert_is_a_set_mismatch(void **state)
{
    (void)state;
    cp_comparison sum = compare(ids, weights, (const int32_t[]){5, 2, 6}, weights);
    assert_int_equal(sum.expert_set_mismatches, 1);
    assert_int_equal(sum.order_mismatches, 0);
    assert_int_equal(sum.weight_mismatches, 0);
    assert_int_equal(sum.first.token, 4);
    assert_int_equal(sum.first.rank, 2);
    assert_int_equal(sum.first.id_a, 7);
    assert_int_equal(sum.first.id_b, 6);
}

static void test_another_order_is_an_order_mismatch_alone(void **state)
{
    (void)state;
    cp_comparison sum =
        compare(ids, weights, (const int32_t[]){2, 5, 7}, (const float[]){2, 3, 1});
    assert_int_equal(sum.expert_set_mismatches, 0);
    assert_int_equal(sum.order_mismatches, 1);
    assert_int_equal(sum.weight_mismatches, 0);
    assert_false(cp_compare_equal(&sum));
}

static void test_weights_are_compared_by_expert(void **state)
{
    (void)state;
    cp_comparison sum =
        compare(ids, weights, (const int32_t[]){2, 5, 7}, (const float[]){2, 3.25f, 1});
    assert_int_equal(sum.weight_mismatches, 1);
    assert_true(sum.max_weight_error == 0.25);
}

static void test_zeros_of_two_signs_differ_in_bits_but_not_in_value(void **state)
{
    (void)state;
    const float a[] = {3, 2, 0.0f}, b[] = {3, 2, -0.0f};
    cp_comparison sum = compare(ids, a, ids, b);
    assert_int_equal(sum.weight_mismatches, 1);
    assert_true(sum.max_weight_error == 0);
    assert_int_equal(sum.first.bits_b, 0x80000000);
}

static void test_nan_equals_nan_and_nothing_else(void **state)
{
    (void)state;
    const float a[] = {NAN, 2, 1}, b[] = {NAN, 2, NAN};
    cp_comparison sum = compare(ids, a, ids, a);
    assert_true(cp_compare_equal(&sum));
    sum = compare(ids, a, ids, b);
    assert_int_equal(sum.weight_mismatches, 1);
    assert_true(isinf(sum.max_weight_error));
}

static void test_parts_add_up_and_keep_the_first_mismatch(void **state)
{
    (void)state;
    const float other[] = {3, 2.5f, 1};
    cp_comparison sum = compare(ids, weights, ids, weights);
    cp_comparison one = compare(ids, weights, ids, other);
    cp_comparison two = compare(ids, weights, (const int32_t[]){0, 1, 3}, weights);
    cp_compare_add(&sum, &one);
    cp_compare_add(&sum, &two);
    assert_int_equal(sum.tokens, 3);
    assert_int_equal(sum.expert_set_mismatches, 1);
    assert_int_equal(sum.weight_mismatches, 1);
    assert_int_equal(sum.first.id_b, 2);
    assert_true(sum.first.weight_b == 2.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_equal_lists_have_no_mismatch),
        TEST(test_another_expert_is_a_set_mismatch),
        TEST(test_another_order_is_an_order_mismatch_alone),
        TEST(test_weights_are_compared_by_expert),
        TEST(test_zeros_of_two_signs_differ_in_bits_but_not_in_value),
        TEST(test_nan_equals_nan_and_nothing_else),
        TEST(test_parts_add_up_and_keep_the_first_mismatch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
