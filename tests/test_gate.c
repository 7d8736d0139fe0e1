#include "harness.h"

#include <math.h>

#include "kernels/dtype.h"
#include "validation/gate.h"

enum { TOKENS = 3, WIDTH = 1003, EXPERTS = 6 };

static void test_logits_are_those_of_the_definition(void **state)
{
    (void)state;
    static float weights[EXPERTS * WIDTH], hidden[TOKENS * WIDTH];
    float logits[TOKENS * EXPERTS];
    cp_gate_spec gate = {.width = WIDTH, .experts = EXPERTS, .std = 2, .seed = 5};
    cp_gate_weights(&gate, weights);
    cp_gate_hidden(&gate, 0, TOKENS, hidden);
    cp_gate_logits(&gate, weights, hidden, TOKENS, logits);
    for (int t = 0; t < TOKENS; t++)
        for (int e = 0; e < EXPERTS; e++) {
            double sum = 0, size = 0;
            for (int k = 0; k < WIDTH; k++) {
                double one =
                    (double)hidden[t * WIDTH + k] * (double)weights[e * WIDTH + k];
                sum += one;
                size += fabs(one);
            }
            /* Each of the additions rounds by 2^-24 of what is summed at most. */
            assert_true(fabs((double)logits[t * EXPERTS + e] - sum) <
                        size * WIDTH / CP_GATE_LANES * 0x1p-24);
        }
}

static void test_the_order_of_the_sum_is_stated(void **state)
{
    (void)state;
    float weights[WIDTH], hidden[WIDTH], logit, sums[CP_GATE_LANES] = {0};
    cp_gate_spec gate = {.width = WIDTH, .experts = 1, .std = 1, .seed = 6};
    cp_gate_weights(&gate, weights);
    cp_gate_hidden(&gate, 7, 1, hidden);
    cp_gate_logits(&gate, weights, hidden, 1, &logit);
    for (int k = 0; k < WIDTH; k++)
        sums[k % CP_GATE_LANES] += hidden[k] * weights[k];
    for (int n = CP_GATE_LANES / 2; n > 0; n /= 2)
        for (int i = 0; i < n; i++)
            sums[i] += sums[i + n];
    assert_true(logit == sums[0]);
}

static void test_what_a_gate_reads_is_bfloat16_of_the_spread_asked_for(void **state)
{
    (void)state;
    static float weights[8 * 4096], hidden[2 * 4096];
    cp_gate_spec gate = {.width = 4096, .experts = 8, .std = 3, .seed = 1};
    double of_weights = 0, of_hidden = 0;
    cp_gate_weights(&gate, weights);
    cp_gate_hidden(&gate, 0, 2, hidden);
    for (int i = 0; i < 8 * 4096; i++) {
        assert_true(weights[i] == cp_round_to(weights[i], CP_STORE_BF16));
        of_weights += (double)weights[i] * (double)weights[i];
    }
    for (int i = 0; i < 2 * 4096; i++) {
        assert_true(hidden[i] == cp_round_to(hidden[i], CP_STORE_BF16));
        of_hidden += (double)hidden[i] * (double)hidden[i];
    }
    assert_true(fabs(of_weights / 8 - 9) < 0.5);
    assert_true(fabs(of_hidden / (2 * 4096) - 1) < 0.1);
}

static void test_rounding_a_gates_output_is_measured(void **state)
{
    (void)state;
    cp_presets presets = cp_presets_bundled(&arena);
    const cp_preset *p = cp_presets_find(&presets, CP_STR("OLMoE-1B-7B"));
    cp_validate_options options = {.presets = &presets, .tokens = 130, .seed = 3};
    cp_gate_effects got = cp_validate_gate(&arena, p, &options);
    assert_int_equal(got.count, 1);
    cp_gate_spec gate = {p->hidden, p->spec.experts, CP_GATE_STD, 3};
    static float weights[64 * 2048], hidden[2048];
    float rows[2][64], w[2][8], bias[64] = {0};
    int32_t ids[2][8];
    cp_comparison wanted = {0};
    cp_gate_weights(&gate, weights);
    for (int64_t t = 0; t < 130; t++) {
        cp_gate_hidden(&gate, t, 1, hidden);
        cp_gate_logits(&gate, weights, hidden, 1, rows[1]);
        for (int e = 0; e < 64; e++)
            rows[0][e] = cp_round_to(rows[1][e], CP_STORE_BF16);
        for (int i = 0; i < 2; i++)
            cp_route_f32(&p->spec, rows[i], bias, 1, ids[i], w[i]);
        cp_compare_token(&wanted, &p->spec, t, (cp_choice){ids[0], w[0]},
                         (cp_choice){ids[1], w[1]});
    }
    assert_int_equal(got.items[0].tokens, 130);
    assert_true(wanted.expert_set_mismatches > 0);
    assert_int_equal(got.items[0].expert_set_mismatches, wanted.expert_set_mismatches);
    assert_int_equal(got.items[0].order_mismatches, wanted.order_mismatches);
    assert_int_equal(got.items[0].effect, CP_EFFECT_CHANGES_EXPERTS);
}

static void test_a_preset_of_unknown_width_has_no_gate(void **state)
{
    (void)state;
    cp_presets presets = cp_presets_bundled(&arena);
    cp_validate_options options = {.presets = &presets, .tokens = 1};
    const cp_preset *p = cp_presets_find(&presets, CP_STR("Kimi-K2"));
    assert_int_equal(cp_validate_gate(&arena, p, &options).count, 0);
    size_t known = 0;
    for (size_t i = 0; i < presets.count; i++)
        known += presets.items[i].is_default && presets.items[i].hidden > 0;
    assert_true(known > 3);
    assert_int_equal(cp_validate_gate(&arena, NULL, &options).count, known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_logits_are_those_of_the_definition),
        TEST(test_the_order_of_the_sum_is_stated),
        TEST(test_what_a_gate_reads_is_bfloat16_of_the_spread_asked_for),
        TEST(test_rounding_a_gates_output_is_measured),
        TEST(test_a_preset_of_unknown_width_has_no_gate),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
