#include "harness.h"

#include <math.h>

#include "kernels/inputs.h"
#include "validation/preset.h"

#define TOKENS 60

static bool same_set(const int32_t *a, const int32_t *b, int32_t top_k)
{
    int32_t found = 0;
    for (int32_t k = 0; k < top_k; k++)
        for (int32_t j = 0; j < top_k; j++)
            found += a[k] == b[j];
    return found == top_k;
}

/*
 * What float32 may not tell apart: a score is off by three units in its last place, a
 * bias and a second score of a group add half a unit each. Scores are at most 2 but for
 * the root of softplus, which is at most 12 for the logits here.
 */
static double reach(const cp_route_spec *spec)
{
    bool large = cp_method_steps(spec->method).score == CP_SCORE_SQRT_SOFTPLUS;
    return 4 * (large ? 16 : 2) * 0x1p-24;
}

/* Counts tokens whose choice hangs on less than float32 resolves; no other may differ. */
static int32_t explained(const cp_preset *preset, cp_input_kind kind, float std)
{
    const cp_route_spec *spec = &preset->spec;
    int32_t count = 0;
    float bias[CP_ROUTE_MAX_EXPERTS], x[CP_ROUTE_MAX_EXPERTS];
    for (int32_t e = 0; e < spec->experts; e++)
        bias[e] = preset->bias ? cp_input_bias(0.01f, 3, e) : 0;
    for (int64_t t = 0; t < TOKENS; t++) {
        int32_t ids[CP_ROUTE_MAX_TOP_K], wanted[CP_ROUTE_MAX_TOP_K];
        float weights[CP_ROUTE_MAX_TOP_K];
        double exact[CP_ROUTE_MAX_TOP_K], margin;
        cp_input_row(kind, std, 17, t, spec->experts, x);
        cp_route_f32(spec, x, bias, 1, ids, weights);
        cp_route_f64(spec, x, bias, 1, wanted, exact, &margin);
        if (same_set(ids, wanted, spec->top_k))
            continue;
        assert_true(margin <= reach(spec));
        count++;
    }
    return count;
}

static void test_float32_differs_where_it_cannot_tell(void **state)
{
    (void)state;
    cp_presets presets = cp_presets_bundled(&arena);
    for (size_t i = 0; i < presets.count; i++) {
        for (int kind = 0; kind < CP_INPUT_COUNT; kind++)
            explained(&presets.items[i], (cp_input_kind)kind, 1);
        assert_true(explained(&presets.items[i], CP_INPUT_NORMAL, 0.5f) <= 1);
        assert_true(explained(&presets.items[i], CP_INPUT_NORMAL, 3) <= 1);
    }
}

/* No logit is rounded where they are chosen by themselves: there is nothing to tell. */
static void test_methods_without_scores_never_differ(void **state)
{
    (void)state;
    cp_presets presets = cp_presets_bundled(&arena);
    for (size_t i = 0; i < presets.count; i++)
        for (int kind = 0; kind < CP_INPUT_COUNT; kind++)
            if (cp_method_steps(presets.items[i].spec.method).score == CP_SCORE_LOGIT)
                assert_int_equal(explained(&presets.items[i], (cp_input_kind)kind, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_float32_differs_where_it_cannot_tell),
        TEST(test_methods_without_scores_never_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
