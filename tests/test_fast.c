#include "harness.h"

#include <math.h>

#include "kernels/inputs.h"
#include "kernels/lanes_list.h"
#include "validation/preset.h"

/* No multiple of the lanes, and more than two blocks. */
#define TOKENS 19

/* Rows of one kind as float32, and what holds the results; for the largest shape. */
typedef struct set {
    cp_route_spec spec;
    cp_storage cast;
    int64_t tokens;
    float *rows, *bias, *other_bias;
    void *logits;
    int32_t *ids, *wanted;
    void *weights, *wanted_weights;
} set;

static set new_set(cp_route_spec spec, cp_input_kind kind, float std, int64_t tokens)
{
    size_t cells = (size_t)tokens * (size_t)spec.experts;
    size_t picks = (size_t)tokens * (size_t)spec.top_k;
    set s = {.spec = spec, .tokens = tokens, .cast = CP_STORE_BF16};
    s.rows = cp_new(&arena, float, cells);
    s.logits = cp_new(&arena, float, cells);
    s.bias = cp_new(&arena, float, (size_t)spec.experts);
    s.other_bias = cp_new(&arena, float, (size_t)spec.experts);
    s.ids = cp_new(&arena, int32_t, picks);
    s.wanted = cp_new(&arena, int32_t, picks);
    s.weights = cp_new(&arena, float, picks);
    s.wanted_weights = cp_new(&arena, float, picks);
    for (int64_t t = 0; t < tokens; t++)
        cp_input_row(kind, std, 5, t, spec.experts, s.rows + t * spec.experts);
    for (size_t i = 0; i < cells; i++)
        cp_store(s.logits, spec.logits, i, s.rows[i]);
    for (int32_t e = 0; e < spec.experts; e++) {
        float bias = cp_input_bias(0.01f, 5, e);
        cp_store(s.bias, spec.bias, (size_t)e, bias);
        cp_store(s.other_bias, spec.bias, (size_t)e, cp_round_to(bias, CP_STORE_BF16));
    }
    return s;
}

static void agrees(const set *s)
{
    size_t picks = (size_t)s->tokens * (size_t)s->spec.top_k;
    size_t size = picks * cp_storage_size(s->spec.weights);
    cp_route_f32(&s->spec, s->logits, s->bias, s->tokens, s->wanted, s->wanted_weights);
    cp_route_fast(&s->spec, s->logits, s->bias, s->tokens, 1, s->ids, s->weights);
    assert_memory_equal(s->ids, s->wanted, picks * sizeof *s->ids);
    assert_memory_equal(s->weights, s->wanted_weights, size);
}

/* One token by both routes of the reference. */
static void compare_token(const set *s, int64_t token, const void *bias_a,
                          cp_comparison *sum)
{
    cp_route_spec spec = s->spec;
    float row[2][CP_ROUTE_MAX_EXPERTS];
    int32_t ids[2][CP_ROUTE_MAX_TOP_K];
    cp_weights weights[2];
    spec.logits = CP_STORE_F32;
    for (int32_t e = 0; e < spec.experts; e++) {
        size_t at = (size_t)(token * spec.experts + e);
        row[1][e] = cp_load(s->logits, s->spec.logits, at);
        row[0][e] = cp_round_to(row[1][e], s->cast);
    }
    cp_route_f32(&spec, row[0], bias_a, 1, ids[0], &weights[0]);
    cp_route_f32(&spec, row[1], s->bias, 1, ids[1], &weights[1]);
    cp_compare_token(sum, &spec, token, (cp_choice){ids[0], &weights[0]},
                     (cp_choice){ids[1], &weights[1]});
}

static void pair_agrees(const set *s, const void *bias_a)
{
    cp_comparison wanted = {0};
    for (int64_t t = 0; t < s->tokens; t++)
        compare_token(s, t, bias_a, &wanted);
    cp_route_pair pair = {s->spec, s->logits, s->cast, bias_a, s->bias};
    cp_comparison got = cp_route_pair_compare(&pair, s->tokens, 1);
    assert_int_equal(got.tokens, wanted.tokens);
    assert_int_equal(got.expert_set_mismatches, wanted.expert_set_mismatches);
    assert_int_equal(got.order_mismatches, wanted.order_mismatches);
    assert_int_equal(got.weight_mismatches, wanted.weight_mismatches);
    assert_memory_equal(&got.max_weight_error, &wanted.max_weight_error, sizeof(double));
    assert_int_equal(got.has_first, wanted.has_first);
    if (wanted.has_first)
        assert_memory_equal(&got.first, &wanted.first, sizeof got.first);
}

/* Every kind of input, the normal one with several deviations. */
static void agrees_on_all_kinds(cp_route_spec spec)
{
    static const float stds[] = {0.5f, 3, 20};
    for (int kind = 0; kind < CP_INPUT_COUNT + 3; kind++) {
        bool normal = kind >= CP_INPUT_COUNT;
        set s = new_set(spec, normal ? CP_INPUT_NORMAL : (cp_input_kind)kind,
                        normal ? stds[kind - CP_INPUT_COUNT] : 1, TOKENS);
        agrees(&s);
        pair_agrees(&s, s.bias);
    }
}

static void test_every_preset_agrees_on_every_kind(void **state)
{
    (void)state;
    cp_presets presets = cp_presets_bundled(&arena);
    for (size_t i = 0; i < presets.count; i++)
        agrees_on_all_kinds(presets.items[i].spec);
}

static const cp_route_spec shapes[] = {
    {.experts = 1, .top_k = 1, .groups = 1, .keep_groups = 1, .scale = 1},
    {.experts = 16, .top_k = 1, .groups = 16, .keep_groups = 3, .scale = 1},
    {.experts = 8, .top_k = 2, .groups = 2, .keep_groups = 1, .scale = 1},
    {.experts = 33, .top_k = 5, .groups = 3, .keep_groups = 2, .scale = 2.5f},
    {.experts = 72, .top_k = 8, .groups = 6, .keep_groups = 1, .scale = 1},
    {.experts = 128, .top_k = 8, .groups = 4, .keep_groups = 2, .scale = 1},
    {.experts = 256, .top_k = 8, .groups = 64, .keep_groups = 4, .scale = 1},
    {.experts = 40, .top_k = 32, .groups = 1, .keep_groups = 1, .scale = 1},
    {.experts = 1024, .top_k = 32, .groups = 32, .keep_groups = 5, .scale = 1},
};

static void test_every_method_agrees_on_every_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int m = 0; m < CP_METHOD_COUNT; m++) {
            cp_route_spec spec = shapes[i];
            spec.method = (cp_method)m;
            if (!cp_method_steps(spec.method).grouped)
                spec.groups = spec.keep_groups = 1;
            if (spec.groups > 1 || i % 3 == 0)
                agrees_on_all_kinds(spec);
            set s = new_set(spec, CP_INPUT_NORMAL, 1, TOKENS);
            agrees(&s);
        }
}

static void test_every_storage_agrees(void **state)
{
    (void)state;
    const cp_storage storages[] = {CP_STORE_F32, CP_STORE_BF16, CP_STORE_F16};
    for (int i = 0; i < 27; i++) {
        cp_route_spec spec = shapes[3];
        spec.method = CP_METHOD_DEEPSEEK_V3;
        spec.logits = storages[i % 3];
        spec.bias = storages[i / 3 % 3];
        spec.weights = storages[i / 9];
        spec.round_bias = i & 1;
        set s = new_set(spec, CP_INPUT_NORMAL, 1, TOKENS);
        s.cast = storages[(i + 1) % 3];
        agrees(&s);
        pair_agrees(&s, s.bias);
    }
}

static void test_a_narrow_compute_dtype_agrees(void **state)
{
    (void)state;
    cp_route_spec spec = shapes[5];
    spec.method = CP_METHOD_DEEPSEEK_V3;
    spec.compute = CP_STORE_BF16;
    set s = new_set(spec, CP_INPUT_NORMAL, 1, TOKENS);
    agrees(&s);
    pair_agrees(&s, s.bias);
}

static void test_biases_of_two_kinds_agree(void **state)
{
    (void)state;
    const cp_method methods[] = {CP_METHOD_DEEPSEEK_V3, CP_METHOD_DEEPSEEK_V4,
                                 CP_METHOD_TOPK};
    for (size_t m = 0; m < 3; m++) {
        cp_route_spec spec = shapes[5];
        spec.method = methods[m];
        set s = new_set(spec, CP_INPUT_NORMAL, 1, 200);
        s.cast = CP_STORE_F32;
        pair_agrees(&s, s.other_bias);
        pair_agrees(&s, NULL);
    }
}

static void test_biases_that_are_no_numbers_agree(void **state)
{
    (void)state;
    const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f};
    for (size_t i = 0; i < 5; i++) {
        cp_route_spec spec = shapes[5];
        spec.method = CP_METHOD_DEEPSEEK_V3;
        set s = new_set(spec, CP_INPUT_NORMAL, 1, TOKENS);
        s.bias[7] = odd[i];
        agrees(&s);
        pair_agrees(&s, s.other_bias);
    }
}

/* Logits beyond float16, which the cast makes infinite. */
static void test_a_cast_that_overflows_agrees(void **state)
{
    (void)state;
    for (int m = 0; m < CP_METHOD_COUNT; m++) {
        cp_route_spec spec = shapes[5];
        spec.method = (cp_method)m;
        set s = new_set(spec, CP_INPUT_NORMAL, 50000, TOKENS);
        s.cast = CP_STORE_F16;
        agrees(&s);
        pair_agrees(&s, s.bias);
    }
}

static void test_threads_make_no_difference(void **state)
{
    (void)state;
    cp_route_spec spec = shapes[2];
    spec.method = CP_METHOD_DEEPSEEK_V3;
    set s = new_set(spec, CP_INPUT_NORMAL, 1, 5003);
    cp_route_pair pair = {spec, s.logits, CP_STORE_BF16, s.bias, s.bias};
    cp_comparison one = cp_route_pair_compare(&pair, s.tokens, 1);
    for (int threads = 2; threads < 6; threads++) {
        cp_comparison some = cp_route_pair_compare(&pair, s.tokens, threads);
        assert_int_equal(some.expert_set_mismatches, one.expert_set_mismatches);
        assert_int_equal(some.weight_mismatches, one.weight_mismatches);
        assert_int_equal(some.first.token, one.first.token);
        cp_route_f32(&spec, s.logits, s.bias, s.tokens, s.wanted, s.wanted_weights);
        cp_route_fast(&spec, s.logits, s.bias, s.tokens, threads, s.ids, s.weights);
        assert_memory_equal(s.ids, s.wanted, (size_t)s.tokens * 2 * sizeof(int32_t));
        assert_memory_equal(s.weights, s.wanted_weights, (size_t)s.tokens * 2 * 4);
    }
    assert_true(one.expert_set_mismatches > 0);
}

/* The widest instructions are those that all tests above ran; these are the others. */
static void test_plain_lanes_agree(void **state)
{
    (void)state;
    cp_route_spec spec = shapes[5];
    spec.method = CP_METHOD_DEEPSEEK_V3;
    set s = new_set(spec, CP_INPUT_NORMAL, 1, 800);
    cp_route_pair pair = {spec, s.logits, CP_STORE_BF16, s.bias, s.bias};
    cp_lanes_job *job = cp_new(&arena, cp_lanes_job, 1);
    cp_lanes_work work;
    assert_true(cp_lanes_prepare(job, &pair));
    cp_route_f32(&spec, s.logits, s.bias, s.tokens, s.wanted, s.wanted_weights);
    for (int64_t t = 0; t < s.tokens; t += CP_LANES) {
        assert_true(cp_lanes_plain()->route(job, &work, s.logits, t, CP_LANES, 1));
        for (int i = 0; i < CP_LANES * 8; i++) {
            int32_t lane = i / 8, k = i % 8;
            assert_int_equal(work.b.id[k][lane], s.wanted[(t + lane) * 8 + k]);
        }
    }
}

/* Of an odd number of experts the last shares a division with what memory held. */
static void test_memory_behind_the_last_expert_has_no_say(void **state)
{
    (void)state;
    cp_route_spec spec = shapes[3];
    spec.method = CP_METHOD_DEEPSEEK_V3;
    set s = new_set(spec, CP_INPUT_NORMAL, 1, CP_LANES);
    cp_route_pair pair = {spec, s.logits, CP_STORE_BF16, s.bias, s.bias};
    cp_lanes_job *job = cp_new(&arena, cp_lanes_job, 1);
    cp_lanes_work work;
    for (int32_t i = 0; i < CP_LANES_CELLS; i++)
        work.value[i] = -88.9f; /* 1 + exp(88.9) is no number where x is taken as calm */
    assert_true(cp_lanes_prepare(job, &pair));
    assert_true(cp_lanes_plain()->route(job, &work, s.logits, 0, CP_LANES, 1));
    cp_route_f32(&spec, s.logits, s.bias, CP_LANES, s.wanted, s.wanted_weights);
    for (int32_t lane = 0; lane < CP_LANES; lane++)
        for (int32_t k = 0; k < spec.top_k; k++)
            assert_int_equal(work.b.id[k][lane], s.wanted[lane * spec.top_k + k]);
}

/* What estimates are off by, which the slack of a list must cover. */
static void test_an_estimate_is_as_near_as_the_slack_says(void **state)
{
    (void)state;
    double worst = 0;
    for (float x = -120; x < 120; x += 0.0137f) {
        int32_t calm = fabsf(x) < CP_LANE_CALM;
        cp_vf d = cp_lane_denominator(cp_lane_all(x), calm);
        worst = fmax(worst, fabs(1 / (double)d[3] - 1 / (1 + exp(-(double)x))));
    }
    assert_true(worst < 2.5e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_preset_agrees_on_every_kind),
        TEST(test_every_method_agrees_on_every_shape),
        TEST(test_every_storage_agrees),
        TEST(test_a_narrow_compute_dtype_agrees),
        TEST(test_biases_of_two_kinds_agree),
        TEST(test_biases_that_are_no_numbers_agree),
        TEST(test_a_cast_that_overflows_agrees),
        TEST(test_threads_make_no_difference),
        TEST(test_plain_lanes_agree),
        TEST(test_memory_behind_the_last_expert_has_no_say),
        TEST(test_an_estimate_is_as_near_as_the_slack_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
