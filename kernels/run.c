/*
 * run - checks the reference routing on the GPU against that on the CPU, bit for
 * bit: every method, shape, storage and set of inputs. `run [TOKENS [SEED]]`.
 * Exits with 0 (all equal), 1 (a difference, which is printed), 2 (CUDA failed or a
 * bad argument) or 77 (no device).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "kernels/compare.h"
#include "kernels/route_cuda.h"

#define MAX CP_ROUTE_MAX_EXPERTS
#define SIGMOIDS 1000003
#define SIGMOID_STEP 4294u /* times SIGMOIDS: nearly all of 2^32 */

/* Buffers for `tokens` tokens of the largest shape, and what was found so far. */
typedef struct check {
    int64_t tokens;
    uint64_t seed;
    float *rows, *device_rows;
    void *logits;
    int32_t *ids, *device_ids;
    void *weights, *device_weights;
    void *bias;
    int64_t runs, routed, faults;
    int failed; /* CUDA itself */
} check;

static void cuda_failed(check *c, const char *what)
{
    fprintf(stderr, "run: %s\n", what);
    c->failed = 1;
}

static void compare(check *c, const cp_route_spec *spec, const char *set)
{
    cp_comparison sum = {0};
    size_t each = cp_storage_size(spec->weights) * (size_t)spec->top_k;
    for (int64_t t = 0; t < c->tokens; t++) {
        size_t at = (size_t)t * (size_t)spec->top_k, byte = (size_t)t * each;
        cp_compare_token(
            &sum, spec, t, (cp_choice){c->ids + at, (const char *)c->weights + byte},
            (cp_choice){c->device_ids + at, (const char *)c->device_weights + byte});
    }
    c->runs++;
    c->routed += sum.tokens;
    if (cp_compare_equal(&sum))
        return;
    const cp_mismatch *m = &sum.first;
    c->faults++;
    printf("DIFFERS %s, %d experts, %s: %lld sets, %lld orders, %lld weights of %lld "
           "tokens; token %lld rank %d: cpu expert %d weight %.9g (%08x), gpu expert %d "
           "weight %.9g (%08x)\n",
           cp_method_name(spec->method), spec->experts, set,
           (long long)sum.expert_set_mismatches, (long long)sum.order_mismatches,
           (long long)sum.weight_mismatches, (long long)sum.tokens, (long long)m->token,
           m->rank, m->id_a, (double)m->weight_a, m->bits_a, m->id_b, (double)m->weight_b,
           m->bits_b);
}

/* Routes the rows that are there, stored as `spec` says, on both sides. */
static void check_storage(check *c, const cp_route_spec *spec, const char *set)
{
    size_t count = (size_t)c->tokens * (size_t)spec->experts;
    for (size_t i = 0; i < count; i++)
        cp_store(c->logits, spec->logits, i, c->rows[i]);
    for (int32_t e = 0; e < spec->experts; e++)
        cp_store(c->bias, spec->bias, (size_t)e, cp_input_bias(0.01f, c->seed, e));
    cp_route_f32(spec, c->logits, c->bias, c->tokens, c->ids, c->weights);
    const char *what = cp_cuda_route(spec, c->logits, c->bias, c->tokens, c->device_ids,
                                     c->device_weights);
    if (what)
        cuda_failed(c, what);
    else
        compare(c, spec, set);
}

/* Rows of one kind, made on both sides; they must be the same. */
static void check_rows(check *c, cp_input_kind kind, int32_t experts)
{
    for (int64_t t = 0; t < c->tokens; t++)
        cp_input_row(kind, 1, c->seed, t, experts, c->rows + t * experts);
    const char *what = cp_cuda_rows(kind, 1, c->seed, c->tokens, experts, c->device_rows);
    if (what) {
        cuda_failed(c, what);
        return;
    }
    size_t size = (size_t)c->tokens * (size_t)experts * sizeof *c->rows;
    if (memcmp(c->rows, c->device_rows, size) != 0) {
        printf("DIFFERS inputs, %d experts, %s\n", experts, cp_input_name(kind));
        c->faults++;
    }
}

static void check_shape(check *c, cp_route_spec spec)
{
    static const cp_storage storages[] = {CP_STORE_F32, CP_STORE_BF16, CP_STORE_F16};
    int32_t groups = spec.groups, keep = spec.keep_groups;
    for (int kind = 0; kind < CP_INPUT_COUNT && !c->failed; kind++) {
        check_rows(c, (cp_input_kind)kind, spec.experts);
        for (int i = 0; i < 3 * CP_METHOD_COUNT && !c->failed; i++) {
            spec.method = (cp_method)(i / 3);
            spec.groups = cp_method_steps(spec.method).grouped ? groups : 1;
            spec.keep_groups = cp_method_steps(spec.method).grouped ? keep : 1;
            spec.logits = spec.weights = storages[i % 3];
            spec.compute = storages[kind % 3];
            spec.bias = storages[(i + kind) % 3];
            spec.round_bias = kind & 1;
            check_storage(c, &spec, cp_input_name((cp_input_kind)kind));
        }
    }
}

static void check_sigmoids(check *c, cp_arena *arena)
{
    float *results = cp_new(arena, float, SIGMOIDS);
    const char *what = cp_cuda_sigmoids(SIGMOID_STEP, SIGMOIDS, results);
    if (what) {
        cuda_failed(c, what);
        return;
    }
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
        {.experts = 160, .top_k = 8, .groups = 1, .keep_groups = 1, .scale = 2.5f},
        {.experts = 128, .top_k = 8, .groups = 4, .keep_groups = 2, .scale = 1},
        {.experts = 16, .top_k = 1, .groups = 16, .keep_groups = 3, .scale = 1},
        {.experts = 8, .top_k = 2, .groups = 2, .keep_groups = 1, .scale = 1},
        {.experts = 33, .top_k = 5, .groups = 3, .keep_groups = 2, .scale = 1},
        {.experts = 1024, .top_k = 32, .groups = 32, .keep_groups = 5, .scale = 1},
    };
    size_t cells = (size_t)c->tokens * MAX,
           picks = (size_t)c->tokens * CP_ROUTE_MAX_TOP_K;
    c->rows = cp_new(arena, float, cells);
    c->device_rows = cp_new(arena, float, cells);
    c->logits = cp_new(arena, float, cells);
    c->bias = cp_new(arena, float, MAX);
    c->ids = cp_new(arena, int32_t, picks);
    c->device_ids = cp_new(arena, int32_t, picks);
    c->weights = cp_new(arena, float, picks);
    c->device_weights = cp_new(arena, float, picks);
    check_sigmoids(c, arena);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes && !c->failed; s++)
        check_shape(c, shapes[s]);
    printf("%lld runs, %lld tokens, seed %llu: %lld runs differ\n", (long long)c->runs,
           (long long)c->routed, (unsigned long long)c->seed, (long long)c->faults);
    return c->failed ? 2 : c->faults != 0;
}

int main(int argc, char **argv)
{
    char name[300];
    cp_arena arena = {0};
    check c = {.tokens = 2048, .seed = 1};
    if (argc > 1)
        c.tokens = strtoll(argv[1], NULL, 10);
    if (argc > 2)
        c.seed = strtoull(argv[2], NULL, 10);
    if (c.tokens < 1 || c.tokens > 65536) {
        fprintf(stderr, "run: TOKENS must be from 1 to 65536\n");
        return 2;
    }
    if (!cp_cuda_device(name, sizeof name)) {
        fprintf(stderr, "run: no CUDA device\n");
        return 77;
    }
    printf("%s\n", name);
    int status = check_all(&c, &arena);
    cp_arena_dispose(&arena);
    return status;
}
