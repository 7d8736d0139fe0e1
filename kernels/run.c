/*
 * run - checks the routing on the GPU against that on the CPU, to the bit: every method,
 * shape, dtype and set of inputs. `run [TOKENS [SEED [EVERY]]]`: TOKENS of each, and but
 * every EVERY-th of the runs, for tools that slow it down.
 * Exits with 0 (all equal), 1 (a difference, which is printed), 2 (CUDA failed or a
 * bad argument) or 77 (no device).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "kernels/compare.h"
#include "kernels/route_cuda.h"

#define MAX CP_ROUTE_MAX_EXPERTS
#define CHUNK 65536 /* tokens that are held at a time */
#define BY_CPU 64   /* rows of a set that are made on the CPU too */
#define SIGMOIDS 1000003
#define SIGMOID_STEP 4294u /* times SIGMOIDS: nearly all of 2^32 */

/* Buffers for CHUNK tokens of the largest shape, and what was found so far. */
typedef struct check {
    int64_t tokens, every;
    uint64_t seed;
    float *rows;
    void *logits;
    int32_t *ids, *device_ids;
    void *weights, *device_weights;
    void *bias;
    int64_t asked, runs, routed, compared, faults;
    int failed; /* CUDA itself */
} check;

static bool failed(check *c, const char *what)
{
    if (what)
        fprintf(stderr, "run: %s\n", what);
    c->failed = c->failed || what;
    return what != NULL;
}

static void differs(check *c, const cp_route_spec *spec, const char *set,
                    const cp_mismatch *m)
{
    c->faults++;
    printf("DIFFERS %s, %d experts, top %d, %d groups, logits %d, compute %d, %s: token "
           "%lld rank %d: cpu expert %d weight %.9g (%08x), gpu expert %d weight %.9g "
           "(%08x)\n",
           cp_method_name(spec->method), spec->experts, spec->top_k, spec->groups,
           (int)spec->logits, (int)spec->compute, set, (long long)m->token, m->rank,
           m->id_a, (double)m->weight_a, m->bits_a, m->id_b, (double)m->weight_b,
           m->bits_b);
}

/* Route b of the logits that are there. */
static void check_single(check *c, const cp_route_spec *spec, int64_t tokens,
                         const char *set)
{
    cp_comparison sum = {0};
    size_t k = (size_t)spec->top_k, each = cp_storage_size(spec->weights) * k;
    cp_route_fast(spec, c->logits, c->bias, tokens, 0, c->ids, c->weights);
    if (failed(c, cp_cuda_route(spec, c->logits, c->bias, tokens, c->device_ids,
                                c->device_weights)))
        return;
    c->routed += tokens;
    if (memcmp(c->ids, c->device_ids, (size_t)tokens * k * sizeof *c->ids) == 0 &&
        memcmp(c->weights, c->device_weights, (size_t)tokens * each) == 0)
        return;
    for (size_t t = 0; t < (size_t)tokens; t++)
        cp_compare_token(&sum, spec, (int64_t)t,
                         (cp_choice){c->ids + t * k, (const char *)c->weights + t * each},
                         (cp_choice){c->device_ids + t * k,
                                     (const char *)c->device_weights + t * each});
    differs(c, spec, set, &sum.first);
}

static bool same_counts(const cp_comparison *a, const cp_comparison *b)
{
    return a->tokens == b->tokens &&
           a->expert_set_mismatches == b->expert_set_mismatches &&
           a->order_mismatches == b->order_mismatches &&
           a->weight_mismatches == b->weight_mismatches &&
           a->max_weight_error == b->max_weight_error && a->has_first == b->has_first &&
           (!a->has_first ||
            (a->first.token == b->first.token && a->first.rank == b->first.rank &&
             a->first.bits_a == b->first.bits_a && a->first.bits_b == b->first.bits_b));
}

/* Both routes of the logits that are there, and what comparing them counts. */
static void check_pair(check *c, const cp_route_spec *spec, cp_storage cast,
                       int64_t tokens, const char *set)
{
    cp_route_pair pair = {*spec, c->logits, cast, c->bias, c->bias};
    cp_comparison here = cp_route_pair_compare(&pair, tokens, 0), there = {0};
    if (failed(c, cp_cuda_pair(&pair, tokens, &there)))
        return;
    c->compared += tokens;
    if (same_counts(&here, &there))
        return;
    printf(
        "pairs: cpu %lld sets, %lld orders, %lld weights, error %.17g, first %lld; gpu "
        "%lld, %lld, %lld, %.17g, %lld\n",
        (long long)here.expert_set_mismatches, (long long)here.order_mismatches,
        (long long)here.weight_mismatches, here.max_weight_error,
        (long long)here.first.token, (long long)there.expert_set_mismatches,
        (long long)there.order_mismatches, (long long)there.weight_mismatches,
        there.max_weight_error, (long long)there.first.token);
    differs(c, spec, set, &here.first);
}

/* Rows of one kind, made on the GPU; the first are made on the CPU too. */
static bool make_rows(check *c, cp_input_kind kind, float std, uint64_t seed,
                      int32_t experts, int64_t tokens)
{
    float row[MAX];
    if (failed(c, cp_cuda_rows(kind, std, seed, tokens, experts, c->rows)))
        return false;
    for (int64_t t = 0; t < tokens && t < BY_CPU; t++) {
        cp_input_row(kind, std, seed, t, experts, row);
        if (memcmp(row, c->rows + t * experts, sizeof(float) * (size_t)experts) != 0) {
            printf("DIFFERS inputs, %d experts, %s, token %lld\n", experts,
                   cp_input_name(kind), (long long)t);
            c->faults++;
        }
    }
    return true;
}

static void check_spec(check *c, const cp_route_spec *spec, cp_storage cast,
                       int64_t tokens, float bias_std, const char *set)
{
    size_t count = (size_t)tokens * (size_t)spec->experts;
    if (c->asked++ % c->every != 0)
        return;
    for (size_t i = 0; i < count; i++)
        cp_store(c->logits, spec->logits, i, c->rows[i]);
    for (int32_t e = 0; e < spec->experts; e++)
        cp_store(c->bias, spec->bias, (size_t)e, cp_input_bias(bias_std, c->seed, e));
    c->runs++;
    check_single(c, spec, tokens, set);
    if (!c->failed)
        check_pair(c, spec, cast, tokens, set);
}

/*
 * All methods on the rows that are there. `turn` varies what is stored and rounded; even
 * ones are what the fast kernels take: float32 logits rounded to bfloat16.
 */
static void check_methods(check *c, cp_route_spec spec, int turn, int64_t tokens,
                          const char *set)
{
    static const cp_storage storages[] = {CP_STORE_F32, CP_STORE_BF16, CP_STORE_F16};
    int32_t groups = spec.groups, keep = spec.keep_groups;
    for (int m = 0; m < CP_METHOD_COUNT && !c->failed; m++) {
        bool grouped = cp_method_steps((cp_method)m).grouped;
        spec.method = (cp_method)m;
        spec.groups = grouped ? groups : 1;
        spec.keep_groups = grouped ? keep : 1;
        int odd = turn % 2 ? turn / 2 + m : 0;
        spec.logits = storages[odd % 3];
        spec.weights = storages[odd / 2 % 3];
        spec.bias = storages[odd / 3 % 3];
        spec.compute = storages[turn % 4 == 3 ? odd % 3 : 0];
        spec.round_bias = odd & 1;
        check_spec(c, &spec, storages[odd ? 1 + m % 2 : 1], tokens,
                   turn % 8 < 4 ? 0.01f : 0.0f, set);
    }
}

static void check_shape(check *c, const cp_route_spec *spec)
{
    static const float stds[] = {0.5f, 1, 3, 20};
    for (int turn = 0; turn < 4 * (3 + CP_INPUT_COUNT) && !c->failed; turn++) {
        int which = turn / 4;
        cp_input_kind kind = which < 4 ? CP_INPUT_NORMAL : (cp_input_kind)(which - 3);
        float std = which < 4 ? stds[which] : stds[turn % 4];
        for (int64_t at = 0; at < c->tokens && !c->failed; at += CHUNK) {
            int64_t count = c->tokens - at < CHUNK ? c->tokens - at : CHUNK;
            uint64_t seed = c->seed + (uint64_t)(at / CHUNK * 4 + turn % 4) * 1000003;
            if (make_rows(c, kind, std, seed, spec->experts, count))
                check_methods(c, *spec, turn, count, cp_input_name(kind));
        }
    }
}

static void check_sigmoids(check *c, cp_arena *arena)
{
    float *results = cp_new(arena, float, SIGMOIDS);
    if (failed(c, cp_cuda_sigmoids(SIGMOID_STEP, SIGMOIDS, results)))
        return;
    int64_t wrong = 0;
    for (uint32_t i = 0; i < SIGMOIDS; i++) {
        float here = cp_sigmoid(cp_float_of_bits(i * SIGMOID_STEP));
        wrong +=
            cp_store_bits(here, CP_STORE_F32) != cp_store_bits(results[i], CP_STORE_F32);
    }
    c->faults += wrong;
    printf("sigmoid: %lld of %d floats differ\n", (long long)wrong, SIGMOIDS);
}

static int check_all(check *c, cp_arena *arena)
{
    static const cp_route_spec shapes[] = {
        {.experts = 256, .top_k = 8, .groups = 8, .keep_groups = 4, .scale = 2.5f},
        {.experts = 384, .top_k = 8, .groups = 1, .keep_groups = 1, .scale = 2.827f},
        {.experts = 384, .top_k = 6, .groups = 1, .keep_groups = 1, .scale = 1.5f},
        {.experts = 256, .top_k = 6, .groups = 1, .keep_groups = 1, .scale = 1.5f},
        {.experts = 160, .top_k = 8, .groups = 1, .keep_groups = 1, .scale = 2.5f},
        {.experts = 128, .top_k = 8, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 128, .top_k = 8, .groups = 4, .keep_groups = 2, .scale = 1},
        {.experts = 128, .top_k = 6, .groups = 1, .keep_groups = 1, .scale = 2.5f},
        {.experts = 128, .top_k = 4, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 128, .top_k = 1, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 64, .top_k = 8, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 32, .top_k = 4, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 16, .top_k = 1, .groups = 16, .keep_groups = 3, .scale = 1},
        {.experts = 8, .top_k = 2, .groups = 2, .keep_groups = 1, .scale = 1},
        {.experts = 8, .top_k = 8, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 33, .top_k = 5, .groups = 3, .keep_groups = 2, .scale = 1},
        {.experts = 512, .top_k = 22, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 512, .top_k = 10, .groups = 1, .keep_groups = 1, .scale = 1},
        {.experts = 1024, .top_k = 32, .groups = 32, .keep_groups = 5, .scale = 1},
        {.experts = 1024, .top_k = 32, .groups = 1, .keep_groups = 1, .scale = 1},
    };
    size_t rows = (size_t)(c->tokens < CHUNK ? c->tokens : CHUNK);
    size_t cells = rows * MAX, picks = rows * CP_ROUTE_MAX_TOP_K;
    c->rows = cp_new(arena, float, cells);
    c->logits = cp_new(arena, float, cells);
    c->bias = cp_new(arena, float, MAX);
    c->ids = cp_new(arena, int32_t, picks);
    c->device_ids = cp_new(arena, int32_t, picks);
    c->weights = cp_new(arena, float, picks);
    c->device_weights = cp_new(arena, float, picks);
    check_sigmoids(c, arena);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes && !c->failed; s++)
        check_shape(c, &shapes[s]);
    printf("%lld runs, %lld tokens routed, %lld compared by two routes, seed %llu: %lld "
           "differences\n",
           (long long)c->runs, (long long)c->routed, (long long)c->compared,
           (unsigned long long)c->seed, (long long)c->faults);
    return c->failed ? 2 : c->faults != 0;
}

int main(int argc, char **argv)
{
    char name[300];
    cp_arena arena = {0};
    check c = {.tokens = 2048, .every = 1, .seed = 1};
    if (argc > 1)
        c.tokens = strtoll(argv[1], NULL, 10);
    if (argc > 2)
        c.seed = strtoull(argv[2], NULL, 10);
    if (argc > 3)
        c.every = strtoll(argv[3], NULL, 10);
    if (c.tokens < 1 || c.every < 1) {
        fprintf(stderr, "run: TOKENS and EVERY must be 1 or more\n");
        return 2;
    }
    if (!cp_cuda_device(name, sizeof name)) {
        fprintf(stderr, "run: %s\n", name);
        return 77;
    }
    printf("%s\n", name);
    int status = check_all(&c, &arena);
    cp_arena_dispose(&arena);
    return status;
}
