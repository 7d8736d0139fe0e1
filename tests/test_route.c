#include "harness.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/inputs.h"
#include "kernels/route.h"
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

static cp_route_spec deepseek(void)
{
    cp_route_spec spec = plain(CP_METHOD_DEEPSEEK_V3, 256, 8);
    spec.groups = 8;
    spec.keep_groups = 4;
    spec.scale = 2.5f;
    return spec;
}

static void assert_ids(const int32_t *got, const int32_t *wanted, size_t count)
{
    assert_memory_equal(got, wanted, count * sizeof *got);
}

static void test_float16_rounds_to_even_and_overflows_to_infinity(void **state)
{
    (void)state;
    assert_int_equal(cp_f16_of_float(1 + 0x1p-11f), 0x3c00);
    assert_int_equal(cp_f16_of_float(1 + 3 * 0x1p-11f), 0x3c02);
    assert_int_equal(cp_f16_of_float(65519.996f), 0x7bff);
    assert_int_equal(cp_f16_of_float(65520), 0x7c00);
    assert_int_equal(cp_f16_of_float(-INFINITY), 0xfc00);
    assert_int_equal(cp_f16_of_float(0x1p-24f), 1);
    assert_int_equal(cp_f16_of_float(0x1p-25f), 0);
    assert_int_equal(cp_f16_of_float(0x1.8p-25f), 1);
    assert_int_equal(cp_f16_of_float(-0.0f), 0x8000);
    assert_int_equal(cp_f16_of_float(0x1.ff8p-15f), 0x03ff);
    assert_int_equal(cp_f16_of_float(0x1.ffcp-15f), 0x0400);
}

static void test_bfloat16_rounds_to_even_and_keeps_nan(void **state)
{
    (void)state;
    assert_int_equal(cp_bf16_of_float(1 + 0x1p-8f), 0x3f80);
    assert_int_equal(cp_bf16_of_float(1 + 3 * 0x1p-8f), 0x3f82);
    assert_int_equal(cp_bf16_of_float(1 + 0x1p-8f + 0x1p-20f), 0x3f81);
    assert_int_equal(cp_bf16_of_float(3.4e38f), 0x7f80);
    assert_int_equal(cp_bf16_of_float(cp_float_of_bits(0x7f800001)), 0x7fc0);
}

/* The nearest of all 65,536 values, found the slow way, for floats all over. */
static void test_rounding_finds_the_nearest_value(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        float x = cp_float_of_bits((uint32_t)cp_input_mix(i) & 0x7fffffff);
        if (!(x < 65504))
            continue;
        uint16_t h = cp_f16_of_float(x);
        double here = fabs((double)cp_float_of_f16(h) - x);
        assert_true(here <= fabs((double)cp_float_of_f16((uint16_t)(h + 1)) - x));
        assert_true(h == 0 ||
                    here <= fabs((double)cp_float_of_f16((uint16_t)(h - 1)) - x));
    }
}

/* How far `got` is from `wanted`, in units of its last place. */
static double ulps(float got, double wanted)
{
    int exponent;
    frexp(wanted, &exponent);
    return fabs((double)got - wanted) / ldexp(1, exponent - 24);
}

static void test_exp_is_right_to_one_unit(void **state)
{
    (void)state;
    double worst = 0;
    for (float x = -87; x < 88; x += 0.000731f)
        worst = fmax(worst, ulps(cp_exp(x), exp((double)x)));
    assert_true(worst <= 1.0);
}

static void test_exp_ends_in_zero_infinity_and_nan(void **state)
{
    (void)state;
    assert_true(cp_exp(-104) == 0);
    assert_true(cp_exp(-INFINITY) == 0);
    assert_true(cp_exp(-103) > 0);
    assert_true(isinf(cp_exp(89)));
    assert_true(isinf(cp_exp(INFINITY)));
    assert_true(isnan(cp_exp(NAN)));
    assert_true(cp_exp(-0.0f) == 1);
}

static void test_sigmoid_is_right_to_three_units(void **state)
{
    (void)state;
    double worst = 0;
    for (float x = -86; x < 86; x += 0.000731f)
        worst = fmax(worst, ulps(cp_sigmoid(x), 1 / (1 + exp(-(double)x))));
    assert_true(worst <= 3.0);
}

static void test_order_puts_nan_above_infinity_and_ties_the_zeros(void **state)
{
    (void)state;
    assert_true(cp_order(NAN) > cp_order(INFINITY));
    assert_true(cp_order(-NAN) == cp_order(NAN));
    assert_true(cp_order(INFINITY) > cp_order(3));
    assert_true(cp_order(-1) > cp_order(-2));
    assert_true(cp_order(-2) > cp_order(-INFINITY));
    assert_true(cp_order(-0.0f) == cp_order(0.0f));
    assert_true(cp_order(0x1p-149f) > cp_order(0.0f));
}

static void test_ties_go_to_the_lower_index(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_TOPK, 6, 3);
    const float x[] = {1, 2, 2, -0.0f, 2, 0};
    int32_t ids[3];
    float weights[3];
    cp_route_f32(&spec, x, NULL, 1, ids, weights);
    assert_ids(ids, (const int32_t[]){1, 2, 4}, 3);
    assert_true(weights[0] == 2 && weights[2] == 2);
}

static void test_tied_groups_go_to_the_lower_index(void **state)
{
    (void)state;
    cp_route_spec spec = deepseek();
    float x[256] = {0}, weights[8];
    int32_t ids[8];
    cp_route_f32(&spec, x, NULL, 1, ids, weights);
    assert_ids(ids, (const int32_t[]){0, 1, 2, 3, 4, 5, 6, 7}, 8);
}

static void test_an_expert_of_a_dropped_group_is_not_chosen(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_DEEPSEEK_V3, 6, 2);
    spec.groups = 3;
    spec.keep_groups = 1;
    const float x[] = {5, -9, 1, 1.5f, 0, 0}; /* the best expert is alone in its group */
    int32_t ids[2];
    float weights[2];
    cp_route_f32(&spec, x, NULL, 1, ids, weights);
    assert_ids(ids, (const int32_t[]){3, 2}, 2);
}

static void test_bias_chooses_but_does_not_weigh(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_DEEPSEEK_V3, 3, 2);
    const float x[] = {0, 0, 4}, bias[] = {0, 1, -1};
    int32_t ids[2];
    float weights[2];
    cp_route_f32(&spec, x, bias, 1, ids, weights);
    assert_ids(ids, (const int32_t[]){1, 0}, 2);
    assert_true(weights[0] == 0.5f && weights[1] == 0.5f);
}

static void test_a_bias_is_rounded_where_the_kernel_does_so(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_DEEPSEEK_V3, 2, 1);
    const float x[] = {0, 0}, bias[] = {1, 1 + 0x1p-10f};
    int32_t kept, rounded;
    float weight;
    cp_route_f32(&spec, x, bias, 1, &kept, &weight);
    spec.round_bias = 1;
    cp_route_f32(&spec, x, bias, 1, &rounded, &weight);
    assert_int_equal(kept, 1);
    assert_int_equal(rounded, 0);
}

static void test_default_weights_are_the_softmax_over_all(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_DEFAULT, 4, 2);
    const float x[] = {0, 0, 0, 0};
    int32_t ids[2];
    float weights[2];
    cp_route_f32(&spec, x, NULL, 1, ids, weights);
    assert_true(weights[0] == 0.25f && weights[1] == 0.25f);
}

static void test_renormalized_weights_add_up_to_one(void **state)
{
    (void)state;
    const cp_method methods[] = {CP_METHOD_RENORMALIZE, CP_METHOD_RENORMALIZE_NAIVE};
    for (size_t m = 0; m < 2; m++) {
        cp_route_spec spec = plain(methods[m], 128, 8);
        float x[128], weights[8];
        int32_t ids[8];
        double sum = 0;
        cp_input_row(CP_INPUT_NORMAL, 3, 7, 0, 128, x);
        cp_route_f32(&spec, x, NULL, 1, ids, weights);
        for (int k = 0; k < 8; k++)
            sum += (double)weights[k];
        assert_true(fabs(sum - 1) < 1e-6);
    }
}

static void test_llama4_weighs_by_the_sigmoid(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_LLAMA4, 16, 1);
    float x[16] = {0}, weight;
    int32_t id;
    x[9] = 2;
    cp_route_f32(&spec, x, NULL, 1, &id, &weight);
    assert_int_equal(id, 9);
    assert_true(weight == cp_sigmoid(2));
}

static void test_nan_is_chosen_first_and_stays_nan(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_TOPK, 4, 2);
    spec.weights = CP_STORE_BF16;
    const float x[] = {1, INFINITY, -NAN, 0};
    int32_t ids[2];
    uint16_t weights[2];
    cp_route_f32(&spec, x, NULL, 1, ids, weights);
    assert_ids(ids, (const int32_t[]){2, 1}, 2);
    assert_int_equal(weights[0], 0x7fc0);
    assert_int_equal(weights[1], 0x7f80);
}

static void test_weights_are_stored_as_asked(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_TOPK, 2, 1);
    spec.logits = CP_STORE_F16;
    spec.weights = CP_STORE_F16;
    const uint16_t x[] = {0x3c01, 0x3c00};
    int32_t id;
    uint16_t weight;
    cp_route_f32(&spec, x, NULL, 1, &id, &weight);
    assert_int_equal(weight, 0x3c01);
}

static void test_shapes_that_cannot_be_routed_are_named(void **state)
{
    (void)state;
    cp_route_spec spec = deepseek();
    assert_null(cp_route_fault(&spec));
    spec.groups = 7;
    assert_string_equal(cp_route_fault(&spec),
                        "the experts cannot be shared equally among the groups");
    spec = plain(CP_METHOD_TOPK, 8, 9);
    assert_string_equal(cp_route_fault(&spec),
                        "top-k is larger than the number of experts");
    spec = plain(CP_METHOD_COUNT, 8, 2);
    assert_string_equal(cp_route_fault(&spec), "the routing method is not known");
    spec = deepseek();
    spec.groups = spec.keep_groups = 256;
    spec.keep_groups = 4;
    assert_non_null(cp_route_fault(&spec));
}

static void test_method_names_come_back(void **state)
{
    (void)state;
    for (int m = 0; m < CP_METHOD_COUNT; m++) {
        const char *name = cp_method_name((cp_method)m);
        assert_int_equal(cp_method_of_name(name, strlen(name)), m);
    }
    assert_int_equal(cp_method_of_name("Unspecified", 11), CP_METHOD_COUNT);
}

/* Both sets, sorted by the caller's ids; a set bit each. */
static void assert_same_set(const int32_t *a, const int32_t *b, int32_t top_k)
{
    for (int32_t k = 0; k < top_k; k++) {
        int32_t i = 0;
        while (i < top_k && b[i] != a[k])
            i++;
        assert_true(i < top_k);
    }
}

/* Where no margin is within float32's reach, both routes must choose alike. */
static void agree_with_oracle(cp_route_spec spec, float std)
{
    float bias[256], x[256], weights[8];
    double exact[8], margin;
    int32_t ids[8], wanted[8], skipped = 0;
    for (int32_t e = 0; e < spec.experts; e++)
        bias[e] = cp_input_bias(0.01f, 5, e);
    for (int64_t t = 0; t < 2000; t++) {
        cp_input_row(CP_INPUT_NORMAL, std, 11, t, spec.experts, x);
        cp_route_f32(&spec, x, bias, 1, ids, weights);
        cp_route_f64(&spec, x, bias, 1, wanted, exact, &margin);
        skipped += margin < 1e-6;
        if (margin < 1e-6)
            continue;
        assert_same_set(ids, wanted, spec.top_k);
        if (ids[0] == wanted[0])
            assert_true(fabs((double)weights[0] - exact[0]) < 1e-5 * fabs(exact[0]));
    }
    assert_true(skipped < 40);
}

static void test_every_method_agrees_with_float64(void **state)
{
    (void)state;
    for (int m = 0; m < CP_METHOD_COUNT; m++) {
        cp_route_spec spec = plain((cp_method)m, 64, 8);
        agree_with_oracle(spec, 1);
    }
    agree_with_oracle(deepseek(), 1);
    agree_with_oracle(deepseek(), 3);
}

static void test_odd_rows_and_ties_agree_with_float64(void **state)
{
    (void)state;
    cp_route_spec spec = plain(CP_METHOD_TOPK, 33, 8);
    for (int kind = 0; kind < CP_INPUT_COUNT; kind++) {
        for (int64_t t = 0; t < 50; t++) {
            float x[33], weights[8];
            double exact[8];
            int32_t ids[8], wanted[8];
            cp_input_row((cp_input_kind)kind, 1, 3, t, 33, x);
            cp_route_f32(&spec, x, NULL, 1, ids, weights);
            cp_route_f64(&spec, x, NULL, 1, wanted, exact, NULL);
            assert_ids(ids, wanted, 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_float16_rounds_to_even_and_overflows_to_infinity),
        TEST(test_bfloat16_rounds_to_even_and_keeps_nan),
        TEST(test_rounding_finds_the_nearest_value),
        TEST(test_exp_is_right_to_one_unit),
        TEST(test_exp_ends_in_zero_infinity_and_nan),
        TEST(test_sigmoid_is_right_to_three_units),
        TEST(test_order_puts_nan_above_infinity_and_ties_the_zeros),
        TEST(test_ties_go_to_the_lower_index),
        TEST(test_tied_groups_go_to_the_lower_index),
        TEST(test_an_expert_of_a_dropped_group_is_not_chosen),
        TEST(test_bias_chooses_but_does_not_weigh),
        TEST(test_a_bias_is_rounded_where_the_kernel_does_so),
        TEST(test_default_weights_are_the_softmax_over_all),
        TEST(test_renormalized_weights_add_up_to_one),
        TEST(test_llama4_weighs_by_the_sigmoid),
        TEST(test_nan_is_chosen_first_and_stays_nan),
        TEST(test_weights_are_stored_as_asked),
        TEST(test_shapes_that_cannot_be_routed_are_named),
        TEST(test_method_names_come_back),
        TEST(test_every_method_agrees_with_float64),
        TEST(test_odd_rows_and_ties_agree_with_float64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
