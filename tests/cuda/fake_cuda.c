/*
 * fake_cuda - stands for castproof-cuda.so in the tests: the calls that
 * validation/engine.c makes, by the reference. CP_FAKE_CUDA in the environment makes it
 * fail: "version", "device" or "run".
 */
#include <stdio.h>
#include <stdlib.h>

#include "kernels/route_cuda.h"

static int fails(const char *what)
{
    const char *asked = getenv("CP_FAKE_CUDA");
    return asked && strcmp(asked, what) == 0;
}

int32_t cp_cuda_version(void)
{
    return fails("version") ? CP_CUDA_VERSION + 1 : CP_CUDA_VERSION;
}

int32_t cp_cuda_device(char *name, size_t size)
{
    int none = fails("device");
    snprintf(name, size, "%s", none ? "no device was found" : "a GPU that is none");
    return !none;
}

static void route(const cp_route_spec *spec, float *row, const float *bias, int32_t *ids,
                  float *weights)
{
    cp_route_f32(spec, row, bias, 1, ids, weights);
}

const char *cp_cuda_sample_compare(const cp_cuda_sample *s, int64_t first, int64_t tokens,
                                   cp_comparison *sum)
{
    float row[CP_ROUTE_MAX_EXPERTS], cast[CP_ROUTE_MAX_EXPERTS];
    float weights_a[CP_ROUTE_MAX_TOP_K], weights_b[CP_ROUTE_MAX_TOP_K];
    int32_t ids_a[CP_ROUTE_MAX_TOP_K], ids_b[CP_ROUTE_MAX_TOP_K];
    if (fails("run"))
        return "the GPU is lost";
    for (int64_t t = first; t < first + tokens; t++) {
        cp_input_row(s->kind, s->std, s->seed, t, s->spec.experts, row);
        for (int32_t e = 0; e < s->spec.experts; e++) {
            row[e] = cp_round_to(row[e], s->from);
            cast[e] = cp_round_to(row[e], s->cast);
        }
        route(&s->spec, cast, s->bias_a, ids_a, weights_a);
        route(&s->spec, row, s->bias_b, ids_b, weights_b);
        cp_compare_token(sum, &s->spec, t, (cp_choice){ids_a, weights_a},
                         (cp_choice){ids_b, weights_b});
    }
    return NULL;
}
