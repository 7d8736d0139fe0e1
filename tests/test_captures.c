#include "harness.h"

#include "validation/validate.h"

static cp_presets presets;
static cp_str methods[1];

static cp_route_plan narrowing(void)
{
    methods[0] = CP_STR("DeepSeekV3");
    return (cp_route_plan){.role = CP_ROLE_ROUTER_LOGITS,
                           .before = CP_DTYPES(CP_F32),
                           .cast_to = CP_BF16,
                           .methods = methods,
                           .method_count = 1,
                           .computes = CP_F32,
                           .rounds_to = CP_DTYPE_NONE,
                           .computes_stated = CP_STR("launcher.cu:12")};
}

/* As many tokens as experts: token t has most of expert t, and neighbours too near for
 * bfloat16 behind it. */
static cp_captures captured(cp_storage storage, float *values, const float *bias)
{
    static cp_tensor logits, biases;
    static cp_capture item;
    for (int t = 0; t < 256; t++)
        for (int e = 0; e < 256; e++)
            values[t * 256 + e] = 1 - (float)((e - t + 256) % 256) / 1e4f;
    logits = (cp_tensor){.path = CP_STR("run.safetensors"),
                         .name = CP_STR("gate.router_logits"),
                         .storage = storage,
                         .rows = 256,
                         .columns = 256,
                         .dims = 2,
                         .values = (const char *)values};
    biases = (cp_tensor){.rows = 1, .columns = 256, .values = (const char *)bias};
    item = (cp_capture){&logits, bias ? &biases : NULL};
    return (cp_captures){.items = &item, .count = 1};
}

static cp_verdict validate_captured(const cp_route_plan *plan, const char *preset,
                                    const cp_captures *captures)
{
    presets = cp_presets_bundled(&arena);
    cp_validate_options options = {
        .presets = &presets, .tokens = 64, .captures = captures};
    const cp_preset *one = preset ? cp_presets_find(&presets, cp_str_of(preset)) : NULL;
    return cp_validate_plan(&arena, plan, one, &options);
}

static const cp_validation *captured_result(const cp_verdict *v, const char *preset)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->results[i].captured && cp_str_is(v->results[i].preset, preset))
            return &v->results[i];
    return NULL;
}

static float rows[256 * 256];

static void test_captured_logits_are_routed_by_the_presets_that_fit(void **state)
{
    (void)state;
    static const float bias[256];
    cp_route_plan plan = narrowing();
    cp_captures captures = captured(CP_STORE_F32, rows, bias);
    cp_verdict v = validate_captured(&plan, NULL, &captures);
    const cp_validation *got = captured_result(&v, "DeepSeek-V3");
    assert_non_null(got);
    assert_null(captured_result(&v, "Kimi-K2"));
    assert_int_equal(got->tokens, 256);
    assert_true(got->rate_low == 0 && got->rate_high == 0);
    cp_comparison wanted = {0};
    const cp_preset *p = cp_presets_find(&presets, CP_STR("DeepSeek-V3"));
    for (int64_t t = 0; t < 256; t++) {
        float rounded[256], weights[2][8];
        int32_t ids[2][8];
        for (int e = 0; e < 256; e++)
            rounded[e] = cp_round_to(rows[t * 256 + e], CP_STORE_BF16);
        cp_route_f32(&p->spec, rounded, bias, 1, ids[0], weights[0]);
        cp_route_f32(&p->spec, rows + t * 256, bias, 1, ids[1], weights[1]);
        cp_compare_token(&wanted, &p->spec, t, (cp_choice){ids[0], weights[0]},
                         (cp_choice){ids[1], weights[1]});
    }
    assert_true(wanted.expert_set_mismatches > 0);
    assert_int_equal(got->expert_set_mismatches, wanted.expert_set_mismatches);
    assert_int_equal(got->order_mismatches, wanted.order_mismatches);
    assert_true(cp_str_has(got->inputs, CP_STR("the bias captured with them")));
    assert_true(cp_str_has(got->reason, CP_STR("gate.router_logits of run.safetensors")));
}

static void test_captured_logits_that_fit_no_preset_are_told(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    cp_captures captures = captured(CP_STORE_F32, rows, NULL);
    cp_verdict v = validate_captured(&plan, "Kimi-K2", &captures);
    assert_str(v.results[v.count - 1].reason,
               "gate.router_logits of run.safetensors has 256 experts, which no preset "
               "has that was to be run; --model names one");
}

static void test_what_was_captured_behind_the_cast_says_nothing(void **state)
{
    (void)state;
    cp_route_plan plan = narrowing();
    cp_captures captures = captured(CP_STORE_BF16, rows, NULL);
    cp_verdict v = validate_captured(&plan, "DeepSeek-V3", &captures);
    assert_int_equal(v.results[v.count - 1].effect, CP_EFFECT_UNPROVED);
    assert_str(v.results[v.count - 1].reason,
               "gate.router_logits of run.safetensors was captured behind a cast: its "
               "values are not the float32 ones that the cast reads");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_captured_logits_are_routed_by_the_presets_that_fit),
        TEST(test_captured_logits_that_fit_no_preset_are_told),
        TEST(test_what_was_captured_behind_the_cast_says_nothing),
    };
    return cmocka_run_group_tests_name("captures", tests, NULL, NULL);
}
