#include "harness.h"

#include <math.h>

#include "validation/measure.h"
#include "validation/validate.h"

static cp_presets presets;
static cp_str methods[2];

static cp_verdict validate(const cp_route_plan *plan, const char *preset)
{
    presets = cp_presets_bundled(&arena);
    cp_validate_options options = {.presets = &presets, .seed = 1, .tokens = 2000};
    const cp_preset *one = preset ? cp_presets_find(&presets, cp_str_of(preset)) : NULL;
    return cp_validate_plan(&arena, plan, one, &options);
}

/* An upcast of bfloat16 logits before a kernel that computes in float32. */
static cp_route_plan upcast(void)
{
    methods[0] = CP_STR("DeepSeekV3");
    return (cp_route_plan){.role = CP_ROLE_ROUTER_LOGITS,
                           .before = CP_DTYPES(CP_BF16),
                           .cast_to = CP_F32,
                           .methods = methods,
                           .method_count = 1,
                           .computes = CP_F32,
                           .rounds_to = CP_DTYPE_NONE,
                           .computes_stated = CP_STR("launcher.cu:12")};
}

static cp_route_plan narrowing(void)
{
    cp_route_plan plan = upcast();
    plan.before = CP_DTYPES(CP_F32);
    plan.cast_to = CP_BF16;
    return plan;
}

static void test_a_dropped_upcast_is_exact_and_says_why(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_EXACT);
    assert_int_equal(v.count, 1);
    assert_str(v.results[0].preset, "DeepSeek-V3");
    assert_int_equal(v.results[0].expert_set_mismatches, 0);
    assert_true(v.results[0].tokens > 0);
    assert_true(cp_str_has(v.summary, CP_STR("each of the 65536 bfloat16 values")));
    assert_true(cp_str_has(v.summary, CP_STR("launcher.cu:12")));
}

static void test_an_upcast_without_a_contract_is_unproved(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.computes = CP_DTYPE_NONE;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_UNPROVED);
    assert_str(v.summary, "no contract says in which dtype the kernel computes");
}

static void test_a_kernel_that_computes_narrow_is_unproved(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.computes = CP_BF16;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_UNPROVED);
}

static void test_a_cast_to_the_same_dtype_is_exact_for_any_role(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.role = CP_ROLE_TOPK_WEIGHTS;
    plan.before = CP_DTYPES(CP_F32);
    plan.computes = CP_DTYPE_NONE;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_EXACT);
    assert_str(v.summary,
               "the value is float32 before the cast, which therefore changes nothing");
}

static void test_weights_that_change_their_dtype_are_unproved(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.role = CP_ROLE_TOPK_WEIGHTS;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_UNPROVED);
}

static void test_unknown_dtypes_are_unproved(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.before = 0;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_UNPROVED);
    assert_str(v.summary, "the dtypes that reach the cast are not known");
}

static void test_a_narrowing_is_measured_for_each_deviation(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_CHANGES_EXPERTS);
    assert_int_equal(v.count, 3);
    for (size_t i = 0; i < v.count; i++) {
        const cp_validation *r = &v.results[i];
        double rate = (double)r->expert_set_mismatches / (double)r->tokens;
        assert_int_equal(r->tokens, 2000);
        assert_true(0.01 < rate && rate < 0.05);
        assert_true(r->rate_low < rate && rate < r->rate_high);
        assert_true(r->max_weight_error > 0);
        assert_int_equal(r->proof.len, 0);
    }
    assert_true(cp_str_has(v.results[1].inputs, CP_STR("N(0, 1^2)")));
    assert_true(cp_str_has(v.results[1].inputs, CP_STR("seed 1")));
}

static void test_the_same_seed_gives_the_same_count(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    cp_verdict a = validate(&plan, NULL), b = validate(&plan, NULL);
    assert_int_equal(a.results[0].expert_set_mismatches,
                     b.results[0].expert_set_mismatches);
}

static void test_the_exact_dtype_of_a_mixed_set_is_still_proved(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    plan.before = CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16);
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_CHANGES_EXPERTS);
    size_t exact = 0;
    for (size_t i = 0; i < v.count; i++)
        exact += v.results[i].from == CP_BF16 && v.results[i].effect == CP_EFFECT_EXACT;
    assert_int_equal(exact, 1);
}

static void test_a_bias_that_the_kernel_rounds_itself_is_exact(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    plan.role = CP_ROLE_ROUTING_BIAS;
    plan.rounds_to = CP_BF16;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_EXACT);
    assert_true(cp_str_has(v.summary, CP_STR("rounds the value to bfloat16 itself")));
}

static void test_a_bias_that_the_kernel_keeps_is_measured(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    plan.role = CP_ROLE_ROUTING_BIAS;
    cp_verdict v = validate(&plan, "Kimi-K2");
    assert_int_equal(v.effect, CP_EFFECT_CHANGES_EXPERTS);
    assert_str(v.results[0].preset, "Kimi-K2");
}

static void test_a_widened_bias_is_exact(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.role = CP_ROLE_ROUTING_BIAS;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_EXACT);
}

static void test_a_method_without_a_reference_is_named(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    methods[1] = CP_STR("Unspecified");
    plan.method_count = 2;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_UNPROVED);
    assert_int_equal(v.results[0].effect, CP_EFFECT_EXACT);
    assert_str(v.results[1].reason, "there is no reference of the method Unspecified");
}

static void test_no_method_means_all_that_have_a_reference(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    plan.method_count = 0;
    cp_verdict v = validate(&plan, NULL);
    assert_int_equal(v.effect, CP_EFFECT_EXACT);
    assert_int_equal(v.count, CP_METHOD_COUNT);
}

static void test_a_preset_of_another_method_is_no_proof(void **state)
{
    (void)state;
    cp_route_plan plan = upcast();
    cp_verdict v = validate(&plan, "mixtral-8x7b");
    assert_int_equal(v.effect, CP_EFFECT_UNPROVED);
    assert_str(v.summary, "Mixtral-8x7B routes by Renormalize, not by DeepSeekV3");
}

static void test_the_bundled_presets_are_sound(void **state)
{
    (void)state;
    presets = cp_presets_bundled(&arena);
    assert_true(presets.count >= 6);
    const cp_preset *p = cp_presets_find(&presets, CP_STR("DeepSeek-V3"));
    assert_int_equal(p->spec.experts, 256);
    assert_int_equal(p->spec.keep_groups, 4);
    assert_true(p->spec.scale == 2.5f && p->bias);
    assert_null(cp_presets_find(&presets, CP_STR("DeepSeek")));
}

static void test_a_faulty_preset_is_named_by_line(void **state)
{
    (void)state;
    cp_presets read = {0};
    cp_err err = {0};
    cp_str text = CP_STR("[[preset]]\nname = 'x'\norigin = 'y'\nmethod = 'TopK'\n"
                         "experts = 4\ntop_k = 0\n");
    assert_int_equal(cp_presets_read(&arena, CP_STR("p.toml"), text, &read, &err),
                     CP_ERR_SYNTAX);
    assert_string_equal(err.msg,
                        "p.toml:6: preset: top_k must be a whole number from 1 to 1024");
    text = CP_STR("[[preset]]\nexpert = 4\n");
    assert_int_equal(cp_presets_read(&arena, CP_STR("p.toml"), text, &read, &err),
                     CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "p.toml:2: preset: unknown key expert");
    assert_int_equal(read.count, 0);
}

/* Values computed from Wilson's formula by hand for 10 of 100. */
static void test_the_interval_is_wilsons(void **state)
{
    (void)state;
    double low, high;
    cp_measure_interval(10, 100, &low, &high);
    assert_true(fabs(low - 0.05523) < 1e-4);
    assert_true(fabs(high - 0.17437) < 1e-4);
    cp_measure_interval(0, 100, &low, &high);
    assert_true(low == 0 && fabs(high - 0.03699) < 1e-4);
}

/* Token by token, by the reference, and rounded before it. */
static void test_a_measurement_is_that_of_the_reference(void **state)
{
    (void)state;
    presets = cp_presets_bundled(&arena);
    const cp_preset *p = cp_presets_find(&presets, CP_STR("DeepSeek-V3"));
    cp_measurement m = {.spec = p->spec,
                        .has_bias = true,
                        .from = CP_STORE_F32,
                        .to = CP_STORE_BF16,
                        .std = 3,
                        .seed = 2,
                        .tokens = 2100};
    cp_comparison got = cp_measure(&m), wanted = {0};
    float bias[256], rows[2][256], weights[2][8];
    int32_t ids[2][8];
    for (int32_t e = 0; e < 256; e++)
        bias[e] = cp_input_bias(CP_MEASURE_BIAS_STD, 2, e);
    for (int64_t t = 0; t < m.tokens; t++) {
        cp_input_row(CP_INPUT_NORMAL, 3, 2, t, 256, rows[1]);
        for (int32_t e = 0; e < 256; e++)
            rows[0][e] = cp_round_to(rows[1][e], CP_STORE_BF16);
        for (int i = 0; i < 2; i++)
            cp_route_f32(&p->spec, rows[i], bias, 1, ids[i], weights[i]);
        cp_compare_token(&wanted, &p->spec, t, (cp_choice){ids[0], weights[0]},
                         (cp_choice){ids[1], weights[1]});
    }
    assert_true(wanted.expert_set_mismatches > 0);
    assert_int_equal(got.tokens, wanted.tokens);
    assert_int_equal(got.expert_set_mismatches, wanted.expert_set_mismatches);
    assert_int_equal(got.order_mismatches, wanted.order_mismatches);
    assert_true(got.max_weight_error == wanted.max_weight_error);
    assert_memory_equal(&got.first, &wanted.first, sizeof got.first);
}

static void test_what_was_run_is_not_run_again(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    presets = cp_presets_bundled(&arena);
    cp_runs runs = {0};
    cp_validate_options options = {.presets = &presets, .tokens = 500, .runs = &runs};
    cp_verdict a = cp_validate_plan(&arena, &plan, NULL, &options);
    assert_int_equal(runs.measured_count, 3);
    cp_verdict b = cp_validate_plan(&arena, &plan, NULL, &options);
    assert_int_equal(runs.measured_count, 3);
    assert_int_equal(a.results[2].expert_set_mismatches,
                     b.results[2].expert_set_mismatches);
    options.seed = 9;
    cp_validate_plan(&arena, &plan, NULL, &options);
    assert_int_equal(runs.measured_count, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_dropped_upcast_is_exact_and_says_why),
        TEST(test_an_upcast_without_a_contract_is_unproved),
        TEST(test_a_kernel_that_computes_narrow_is_unproved),
        TEST(test_a_cast_to_the_same_dtype_is_exact_for_any_role),
        TEST(test_weights_that_change_their_dtype_are_unproved),
        TEST(test_unknown_dtypes_are_unproved),
        TEST(test_a_narrowing_is_measured_for_each_deviation),
        TEST(test_the_same_seed_gives_the_same_count),
        TEST(test_the_exact_dtype_of_a_mixed_set_is_still_proved),
        TEST(test_a_bias_that_the_kernel_rounds_itself_is_exact),
        TEST(test_a_bias_that_the_kernel_keeps_is_measured),
        TEST(test_a_widened_bias_is_exact),
        TEST(test_a_method_without_a_reference_is_named),
        TEST(test_no_method_means_all_that_have_a_reference),
        TEST(test_a_preset_of_another_method_is_no_proof),
        TEST(test_the_bundled_presets_are_sound),
        TEST(test_a_faulty_preset_is_named_by_line),
        TEST(test_the_interval_is_wilsons),
        TEST(test_a_measurement_is_that_of_the_reference),
        TEST(test_what_was_run_is_not_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
