#include "harness.h"

#include "kernels/exact.h"

static void test_every_bfloat16_value_widens_exactly(void **state)
{
    (void)state;
    cp_exact all = cp_exact_enumerate(CP_STORE_BF16);
    assert_int_equal(all.values, 65536);
    assert_int_equal(all.nans, 254);
    assert_int_equal(all.changed, 0);
    assert_int_equal(all.lost, 0);
}

static void test_every_float16_value_widens_exactly(void **state)
{
    (void)state;
    cp_exact all = cp_exact_enumerate(CP_STORE_F16);
    assert_int_equal(all.values, 65536);
    assert_int_equal(all.nans, 2046);
    assert_int_equal(all.changed, 0);
    assert_int_equal(all.lost, 0);
}

/* The enumeration can fail: float32's patterns are not those of a narrow type. */
static void test_another_format_is_noticed(void **state)
{
    (void)state;
    cp_exact all = cp_exact_enumerate(CP_STORE_F32);
    assert_true(all.changed > 0);
}

static cp_route_spec spec_of(cp_method method)
{
    cp_route_spec spec = {
        .method = method, .experts = 64, .top_k = 4, .groups = 4, .keep_groups = 2};
    spec.scale = 2.5f;
    return spec;
}

static void test_widened_logits_route_alike_by_every_method(void **state)
{
    (void)state;
    float bias[64];
    for (int32_t e = 0; e < 64; e++)
        bias[e] = cp_input_bias(0.01f, 1, e);
    for (int m = 0; m < CP_METHOD_COUNT; m++) {
        cp_route_spec spec = spec_of((cp_method)m);
        cp_comparison bf16 = cp_exact_run_logits(&spec, CP_STORE_BF16, bias, 1, 20);
        cp_comparison f16 = cp_exact_run_logits(&spec, CP_STORE_F16, bias, 1, 20);
        assert_int_equal(bf16.tokens, 20 * (CP_INPUT_COUNT + 2));
        assert_true(cp_compare_equal(&bf16));
        assert_true(cp_compare_equal(&f16));
    }
}

static void test_a_widened_bias_routes_alike(void **state)
{
    (void)state;
    cp_route_spec spec = spec_of(CP_METHOD_DEEPSEEK_V3);
    cp_comparison kept = cp_exact_run_bias(&spec, CP_STORE_BF16, 1, 20);
    spec.round_bias = 1;
    cp_comparison rounded = cp_exact_run_bias(&spec, CP_STORE_F16, 1, 20);
    assert_true(cp_compare_equal(&kept));
    assert_true(cp_compare_equal(&rounded));
}

static void test_adversarial_sets_are_what_their_names_say(void **state)
{
    (void)state;
    float row[64];
    cp_input_row(CP_INPUT_NEAR_BF16, 1, 1, 0, 64, row);
    assert_true(cp_round_to(row[0], CP_STORE_BF16) == row[0]);
    assert_true(cp_bits_of_float(row[0]) - cp_bits_of_float(row[1]) + 0x30000 < 0x60001);
    cp_input_row(CP_INPUT_EQUAL, 1, 1, 0, 64, row);
    assert_true(row[0] == row[63]);
    cp_input_row(CP_INPUT_NEGATIVE, 1, 1, 0, 64, row);
    for (int e = 0; e < 64; e++)
        assert_true(row[e] <= -1);
    cp_input_row(CP_INPUT_NAN, 1, 1, 0, 64, row);
    int nans = 0;
    for (int e = 0; e < 64; e++)
        nans += row[e] != row[e];
    assert_in_range(nans, 1, 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_bfloat16_value_widens_exactly),
        TEST(test_every_float16_value_widens_exactly),
        TEST(test_another_format_is_noticed),
        TEST(test_widened_logits_route_alike_by_every_method),
        TEST(test_a_widened_bias_routes_alike),
        TEST(test_adversarial_sets_are_what_their_names_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
