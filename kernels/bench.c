/*
 * bench - times the reference and the fast routing on the CPU, beside reading the same
 * bytes and nothing else. `bench [TOKENS [THREADS]]`; reports only. Nanoseconds a token:
 * of the clock, and of processor time, which other programs on the machine disturb less.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "kernels/inputs.h"
#include "kernels/route_fast.h"

#define ROUNDS 5
#define REFERENCE_TOKENS 2048 /* the reference is timed on so many */

typedef struct bench {
    int64_t tokens;
    int32_t threads;
    cp_route_spec spec;
    float *rows, *bias;
    int32_t *ids;
    float *weights;
    cp_comparison seen;
} bench;

/* The best of some rounds, in nanoseconds. */
typedef struct timing {
    double wall, cpu;
} timing;

static double clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static timing time_of(bench *b, void (*work)(bench *b))
{
    timing best = {HUGE_VAL, HUGE_VAL};
    for (int round = 0; round < ROUNDS; round++) {
        double wall = clock_of(CLOCK_MONOTONIC), cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID);
        work(b);
        wall = clock_of(CLOCK_MONOTONIC) - wall;
        cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        best.wall = fmin(best.wall, wall);
        best.cpu = fmin(best.cpu, cpu);
    }
    return best;
}

/* A share of the bytes, and what was read of it. */
typedef struct reading {
    const uint64_t *from;
    size_t count;
    uint64_t sum;
} reading;

static void *read_share(void *of)
{
    reading *r = of;
    uint64_t sum[8] = {0};
    for (size_t i = 0; i + 8 <= r->count; i += 8)
        for (size_t j = 0; j < 8; j++)
            sum[j] += r->from[i + j];
    for (size_t j = 0; j < 8; j++)
        r->sum += sum[j];
    return NULL;
}

static void read_all(bench *b)
{
    reading shares[64];
    pthread_t threads[64];
    size_t words = (size_t)b->tokens * (size_t)b->spec.experts / 2;
    size_t each = words / (size_t)b->threads;
    for (int32_t i = 0; i < b->threads; i++) {
        const void *at = b->rows + 2 * each * (size_t)i;
        shares[i] = (reading){at, each, 0};
        if (pthread_create(&threads[i], NULL, read_share, &shares[i]))
            exit(2);
    }
    for (int32_t i = 0; i < b->threads; i++) {
        pthread_join(threads[i], NULL);
        b->seen.tokens += shares[i].sum == 1; /* or nothing would have to be read */
    }
}

static void compare_all(bench *b)
{
    cp_route_pair pair = {b->spec, b->rows, CP_STORE_BF16, b->bias, b->bias};
    b->seen = cp_route_pair_compare(&pair, b->tokens, b->threads);
}

static void route_all(bench *b)
{
    cp_route_fast(&b->spec, b->rows, b->bias, b->tokens, b->threads, b->ids, b->weights);
}

static void route_plainly(bench *b)
{
    cp_route_f32(&b->spec, b->rows, b->bias, REFERENCE_TOKENS, b->ids, b->weights);
}

static void fill(bench *b, float std)
{
    int32_t experts = b->spec.experts;
    cp_input_normals(std, 1, 0, b->tokens, experts, b->rows);
    for (int32_t e = 0; e < experts; e++)
        b->bias[e] = cp_input_bias(0.01f, 1, e);
}

static void report(bench *b, const char *name, float std)
{
    double tokens = (double)b->tokens;
    fill(b, std);
    timing read = time_of(b, read_all), both = time_of(b, compare_all);
    double changed = 100 * (double)b->seen.expert_set_mismatches / tokens;
    timing one = time_of(b, route_all), plain = time_of(b, route_plainly);
    printf("%-22s %4.1f %7.1f %6.1f %8.1f %6.1f %6.2f %8.1f %6.1f %8.0f %8.2f\n", name,
           (double)std, read.wall / tokens, read.cpu / tokens, both.wall / tokens,
           both.cpu / tokens, both.cpu / read.cpu, one.wall / tokens, one.cpu / tokens,
           plain.cpu / REFERENCE_TOKENS, changed);
}

static const struct shape {
    const char *name;
    cp_route_spec spec;
} shapes[] = {
    {"DeepSeek-V3", {CP_METHOD_DEEPSEEK_V3, 256, 8, 8, 4, 2.5f, 0, 0, 0, 0, 0}},
    {"Kimi-K2", {CP_METHOD_DEEPSEEK_V3, 384, 8, 1, 1, 2.827f, 0, 0, 0, 0, 0}},
    {"Nemotron-3-Super", {CP_METHOD_DEEPSEEK_V3, 512, 22, 1, 1, 1, 0, 0, 0, 0, 0}},
    {"MiniMax-M2", {CP_METHOD_MINIMAX2, 256, 8, 1, 1, 1, 0, 0, 0, 0, 0}},
    {"DeepSeek-V4-Flash", {CP_METHOD_DEEPSEEK_V4, 256, 6, 1, 1, 1.5f, 0, 0, 0, 0, 0}},
    {"Qwen3-MoE", {CP_METHOD_RENORMALIZE_NAIVE, 128, 8, 1, 1, 1, 0, 0, 0, 0, 0}},
    {"Qwen3-MoE/Renormalize", {CP_METHOD_RENORMALIZE, 128, 8, 1, 1, 1, 0, 0, 0, 0, 0}},
    {"Mixtral-8x7B", {CP_METHOD_RENORMALIZE, 8, 2, 1, 1, 1, 0, 0, 0, 0, 0}},
    {"Llama-4-Scout", {CP_METHOD_LLAMA4, 16, 1, 1, 1, 1, 0, 0, 0, 0, 0}},
};

static void report_all(bench *b)
{
    printf("%lld tokens, %d threads, %s; ns a token (clock, processor)\n",
           (long long)b->tokens, b->threads, cp_route_fast_code());
    printf("%-22s %4s %14s %15s %6s %15s %8s %8s\n", "", "std", "read", "two compared",
           "/read", "one route", "plain", "% change");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        b->spec = shapes[i].spec;
        report(b, shapes[i].name, 1);
        if (i > 0)
            continue;
        report(b, shapes[i].name, 0.5f);
        report(b, shapes[i].name, 3);
        report(b, shapes[i].name, 20);
    }
}

int main(int argc, char **argv)
{
    cp_arena arena = {0};
    bench b = {.tokens = 131072, .threads = 2};
    if (argc > 1)
        b.tokens = strtoll(argv[1], NULL, 10);
    if (argc > 2)
        b.threads = (int32_t)strtol(argv[2], NULL, 10);
    if (b.tokens < REFERENCE_TOKENS || b.tokens > 4 << 20 || b.threads < 1 ||
        b.threads > 64) {
        fprintf(stderr, "bench: TOKENS from 2048 to 4194304, THREADS from 1 to 64\n");
        return 2;
    }
    b.rows = cp_new(&arena, float, (size_t)b.tokens * 512);
    b.bias = cp_new(&arena, float, 512);
    b.ids = cp_new(&arena, int32_t, (size_t)b.tokens * CP_ROUTE_MAX_TOP_K);
    b.weights = cp_new(&arena, float, (size_t)b.tokens *CP_ROUTE_MAX_TOP_K);
    report_all(&b);
    cp_arena_dispose(&arena);
    return 0;
}
