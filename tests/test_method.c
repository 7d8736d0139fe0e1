#include "harness.h"

#include <math.h>

#include "kernels/inputs.h"
#include "kernels/route_token.h"

static cp_route_spec plain(cp_method method, int32_t experts, int32_t top_k)
{
    return (cp_route_spec){.method = method,
                           .experts = experts,
                           .top_k = top_k,
                           .groups = 1,
                           .keep_groups = 1,
                           .scale = 1};
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static void assert_near(float got, double wanted)
{
    assert_true(fabs((double)got - wanted) <= 1e-6 * fabs(wanted));
}

/* The two best of four experts, the third and then the first, and their weights. */
static void assert_weights(cp_method method, const float *bias, double best, double next)
{
    cp_route_spec spec = plain(method, 4, 2);
    const float x[] = {1, -1, 2, 0.5f};
    int32_t ids[2];
    float weights[2];
    cp_route_f32(&spec, x, bias, 1, ids, weights);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 0);
    assert_near(weights[0], best);
    assert_near(weights[1], next);
}

static void test_scores_are_weights_where_nothing_is_shared(void **state)
{
    (void)state;
    double sum = exp(1) + exp(-1) + exp(2) + exp(0.5);
    assert_weights(CP_METHOD_TOPK, NULL, 2, 1);
    assert_weights(CP_METHOD_DEFAULT, NULL, exp(2) / sum, exp(1) / sum);
    assert_weights(CP_METHOD_SIGMOID, NULL, logistic(2), logistic(1));
    assert_weights(CP_METHOD_TOPK_SIGMOID, NULL, logistic(2), logistic(1));
    assert_weights(CP_METHOD_LLAMA4, NULL, logistic(2), logistic(1));
}

static void test_shares_are_of_the_chosen(void **state)
{
    (void)state;
    double both = logistic(2) + logistic(1), soft = exp(2) + exp(1);
    assert_weights(CP_METHOD_RENORMALIZE, NULL, exp(2) / soft, exp(1) / soft);
    assert_weights(CP_METHOD_RENORMALIZE_NAIVE, NULL, exp(2) / soft, exp(1) / soft);
    assert_weights(CP_METHOD_SIGMOID_RENORM, NULL, logistic(2) / both,
                   logistic(1) / both);
    assert_weights(CP_METHOD_MINIMAX2, NULL, logistic(2) / both, logistic(1) / both);
}

static void test_deepseek_v4_scores_by_the_root_of_softplus(void **state)
{
    (void)state;
    double a = sqrt(log1p(exp(2))), b = sqrt(log1p(exp(1)));
    assert_weights(CP_METHOD_DEEPSEEK_V4, NULL, a / (a + b), b / (a + b));
}

/* Expert 1 is the best with its bias, and is weighed without. */
static void test_a_bias_counts_for_the_methods_that_have_one(void **state)
{
    (void)state;
    const float x[] = {1, -1, 2}, bias[] = {0, 3, 0};
    for (int m = 0; m < CP_METHOD_COUNT; m++) {
        cp_route_spec spec = plain((cp_method)m, 3, 1);
        int32_t id;
        float weight;
        cp_route_f32(&spec, x, bias, 1, &id, &weight);
        assert_int_equal(id, cp_method_steps(spec.method).biased ? 1 : 2);
    }
}

static void test_a_scale_counts_for_the_methods_that_have_one(void **state)
{
    (void)state;
    const float x[] = {1, -1};
    for (int m = 0; m < CP_METHOD_COUNT; m++) {
        cp_route_spec spec = plain((cp_method)m, 2, 1), twice = spec;
        int32_t id;
        float once, scaled;
        twice.scale = 2;
        cp_route_f32(&spec, x, NULL, 1, &id, &once);
        cp_route_f32(&twice, x, NULL, 1, &id, &scaled);
        bool has = cp_method_steps(spec.method).weight == CP_WEIGHT_SCALED_SHARE;
        assert_true(scaled == (has ? 2 * once : once));
    }
}

/* sigmoid(-104) is 0: nothing to share, and no 0 / 0. */
static void test_a_sum_of_nothing_is_not_divided_by(void **state)
{
    (void)state;
    const cp_method methods[] = {CP_METHOD_DEEPSEEK_V3, CP_METHOD_MINIMAX2,
                                 CP_METHOD_SIGMOID_RENORM, CP_METHOD_DEEPSEEK_V4};
    const float x[] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < 4; i++) {
        cp_route_spec spec = plain(methods[i], 2, 1);
        int32_t id;
        float weight;
        cp_route_f32(&spec, x, NULL, 1, &id, &weight);
        assert_int_equal(id, 0);
        assert_true(weight == 0);
    }
}

/* 0.5 + 0.001 and 0.5 + 0.0015 are one bfloat16: the lower index wins there. */
static void test_a_choice_is_rounded_to_the_compute_dtype(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_DEEPSEEK_V3, 2, 1);
    const float x[] = {0, 0}, bias[] = {0.001f, 0.0015f};
    int32_t id;
    float weight;
    cp_route_f32(&spec, x, bias, 1, &id, &weight);
    assert_int_equal(id, 1);
    spec.compute = CP_STORE_BF16;
    cp_route_f32(&spec, x, bias, 1, &id, &weight);
    assert_int_equal(id, 0);
}

/* Storage is float32 for all: every weight is a value of the compute dtype all the same.
 */
static void test_weights_are_of_the_compute_dtype(void **state)
{
    (void)state;
    const cp_storage narrow[] = {CP_STORE_BF16, CP_STORE_F16};
    for (int i = 0; i < 2 * CP_METHOD_COUNT; i++) {
        cp_route_spec spec = plain((cp_method)(i / 2), 32, 4);
        spec.compute = narrow[i % 2];
        float x[32], weights[4];
        int32_t ids[4];
        cp_input_row(CP_INPUT_NORMAL, 1, 3, i, 32, x);
        cp_route_f32(&spec, x, NULL, 1, ids, weights);
        for (int k = 0; k < 4; k++)
            assert_true(weights[k] == cp_round_to(weights[k], spec.compute));
    }
}

/* A logit that the compute dtype cannot hold is rounded before it is scored. */
static void test_logits_are_rounded_to_the_compute_dtype(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_TOPK, 2, 1);
    const float x[] = {1, 1 + 0x1p-12f};
    int32_t id;
    float weight;
    spec.compute = CP_STORE_F16;
    cp_route_f32(&spec, x, NULL, 1, &id, &weight);
    assert_int_equal(id, 0);
}

static double ulps(float got, double wanted)
{
    int exponent;
    frexp(wanted, &exponent);
    return fabs((double)got - wanted) / ldexp(1, exponent - 24);
}

static void test_sqrt_softplus_is_right_to_three_units(void **state)
{
    (void)state;
    double worst = 0;
    for (float x = -86; x < 60; x += 0.000731f)
        worst = fmax(worst, ulps(cp_sqrt_softplus(x),
                                 sqrt(x > 20 ? (double)x : log1p(exp((double)x)))));
    assert_true(worst <= 3.0);
}

static void test_sqrt_softplus_ends_in_zero_infinity_and_nan(void **state)
{
    (void)state;
    assert_true(cp_sqrt_softplus(-INFINITY) == 0);
    assert_true(cp_sqrt_softplus(-103) > 0);
    assert_true(cp_sqrt_softplus(0x1p100f) == 0x1p50f);
    assert_true(isinf(cp_sqrt_softplus(INFINITY)));
    assert_true(isnan(cp_sqrt_softplus(NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_scores_are_weights_where_nothing_is_shared),
        TEST(test_shares_are_of_the_chosen),
        TEST(test_deepseek_v4_scores_by_the_root_of_softplus),
        TEST(test_a_bias_counts_for_the_methods_that_have_one),
        TEST(test_a_scale_counts_for_the_methods_that_have_one),
        TEST(test_a_sum_of_nothing_is_not_divided_by),
        TEST(test_a_choice_is_rounded_to_the_compute_dtype),
        TEST(test_weights_are_of_the_compute_dtype),
        TEST(test_logits_are_rounded_to_the_compute_dtype),
        TEST(test_sqrt_softplus_is_right_to_three_units),
        TEST(test_sqrt_softplus_ends_in_zero_infinity_and_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
