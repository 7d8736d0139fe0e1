#include "kernels/route_fast.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "kernels/route_lanes.h"

#define MAX_THREADS 64
#define THREAD_TOKENS 1024 /* fewer are not worth a thread */

/* A run over tokens: of one route, whose results are kept, or of two, compared. */
typedef struct run {
    cp_lanes_job job;
    const cp_lanes_code *code; /* NULL where lanes do not fit */
    const void *logits;
    bool both;
    int32_t *ids;
    void *weights;
} run;

/* One thread's share. */
typedef struct part {
    const run *of;
    int64_t first, end;
    cp_comparison sum;
} part;

static const cp_lanes_code *widest(void)
{
    const cp_lanes_code *code = cp_lanes_avx2();
    return code ? code : cp_lanes_plain();
}

const char *cp_route_fast_code(void)
{
    return widest()->name;
}

static void prepare(run *r, const cp_route_pair *pair, bool both)
{
    r->logits = pair->logits;
    r->both = both;
    r->code = cp_lanes_prepare(&r->job, pair) ? widest() : NULL;
}

/* The reference of one token, by route a or b. */
static void route_plain(const run *r, int64_t token, bool a, int32_t *ids,
                        cp_weights *weights)
{
    const cp_route_spec *spec = &r->job.spec;
    float row[CP_ROUTE_MAX_EXPERTS], chosen[CP_ROUTE_MAX_TOP_K];
    size_t at = (size_t)token * (size_t)spec->experts;
    for (int32_t e = 0; e < spec->experts; e++) {
        float x = cp_load(r->logits, spec->logits, at + (size_t)e);
        row[e] = cp_round_to(a ? cp_round_to(x, r->job.cast) : x, spec->compute);
    }
    cp_route_token(spec, row, a ? r->job.bias_a : r->job.bias_b, ids, chosen);
    for (int32_t k = 0; k < spec->top_k; k++)
        cp_store(weights, spec->weights, (size_t)k, chosen[k]);
}

static void take_lane(const run *r, const cp_lanes_choice *from, int32_t lane,
                      int32_t *ids, cp_weights *weights)
{
    for (int32_t k = 0; k < r->job.spec.top_k; k++) {
        ids[k] = from->id[k][lane];
        cp_store(weights, r->job.spec.weights, (size_t)k, from->score[k][lane]);
    }
}

static void compare_one(const run *r, const cp_lanes_work *work, bool taken,
                        int64_t token, int32_t lane, cp_comparison *sum)
{
    int32_t ids_a[CP_ROUTE_MAX_TOP_K], ids_b[CP_ROUTE_MAX_TOP_K];
    cp_weights a, b;
    if (taken) {
        take_lane(r, &work->a, lane, ids_a, &a);
        take_lane(r, &work->b, lane, ids_b, &b);
    } else {
        route_plain(r, token, true, ids_a, &a);
        route_plain(r, token, false, ids_b, &b);
    }
    cp_compare_token(sum, &r->job.spec, token, (cp_choice){ids_a, &a},
                     (cp_choice){ids_b, &b});
}

static void keep_one(const run *r, const cp_lanes_work *work, bool taken, int64_t token,
                     int32_t lane)
{
    size_t top_k = (size_t)r->job.spec.top_k, at = (size_t)token * top_k;
    size_t size = cp_storage_size(r->job.spec.weights);
    cp_weights chosen;
    if (taken)
        take_lane(r, &work->b, lane, r->ids + at, &chosen);
    else
        route_plain(r, token, false, r->ids + at, &chosen);
    memcpy((char *)r->weights + at * size, &chosen, top_k * size);
}

static void route_block(part *p, cp_lanes_work *work, int64_t first)
{
    const run *r = p->of;
    int32_t count = p->end - first < CP_LANES ? (int32_t)(p->end - first) : CP_LANES;
    bool taken =
        r->code && r->code->route(&r->job, work, r->logits, first, count, r->both);
    if (taken && r->both && p->sum.has_first && r->job.spec.weights == CP_STORE_F32) {
        r->code->compare(&r->job, work, count, &p->sum);
        return;
    }
    for (int32_t l = 0; l < count; l++)
        if (r->both)
            compare_one(r, work, taken, first + l, l, &p->sum);
        else
            keep_one(r, work, taken, first + l, l);
}

static void *route_part(void *of)
{
    part *p = of;
    cp_lanes_work work;
    for (int64_t t = p->first; t < p->end; t += CP_LANES)
        route_block(p, &work, t);
    return NULL;
}

static int32_t threads_for(int64_t tokens, int32_t threads)
{
    int64_t most = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    int64_t worth = tokens / THREAD_TOKENS;
    most = most > MAX_THREADS ? MAX_THREADS : most;
    most = most > worth ? worth : most;
    return most > 1 ? (int32_t)most : 1;
}

/* Runs all parts; one that gets no thread runs on this one. */
static cp_comparison route_all(const run *r, int64_t tokens, int32_t threads)
{
    part parts[MAX_THREADS] = {{0}};
    pthread_t ids[MAX_THREADS];
    bool started[MAX_THREADS] = {false};
    cp_comparison sum = {0};
    int32_t count = threads_for(tokens, threads);
    int64_t each = (tokens / count + CP_LANES - 1) / CP_LANES * CP_LANES;
    for (int32_t i = 0; i < count; i++) {
        int64_t first = i * each < tokens ? i * each : tokens;
        int64_t end = i + 1 < count && first + each < tokens ? first + each : tokens;
        parts[i] = (part){r, first, end, {0}};
        started[i] = i > 0 && pthread_create(&ids[i], NULL, route_part, &parts[i]) == 0;
    }
    for (int32_t i = 0; i < count; i++)
        if (!started[i])
            route_part(&parts[i]);
    for (int32_t i = 0; i < count; i++) {
        if (started[i])
            pthread_join(ids[i], NULL);
        cp_compare_add(&sum, &parts[i].sum);
    }
    return sum;
}

void cp_route_fast(const cp_route_spec *spec, const void *logits, const void *bias,
                   int64_t tokens, int32_t threads, int32_t *ids, void *weights)
{
    cp_route_pair pair = {*spec, logits, CP_STORE_F32, bias, bias};
    run r = {.ids = ids, .weights = weights};
    prepare(&r, &pair, false);
    route_all(&r, tokens, threads);
}

cp_comparison cp_route_pair_compare(const cp_route_pair *pair, int64_t tokens,
                                    int32_t threads)
{
    run r = {.both = true};
    prepare(&r, pair, true);
    return route_all(&r, tokens, threads);
}
