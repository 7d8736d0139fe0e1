#include "validation/engine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/route_cuda.h"
#include "read/path.h"

#define OBJECT "castproof-cuda.so"

/* What is called of the shared object. */
struct cp_engine_cuda {
    int32_t (*version)(void);
    int32_t (*device)(char *name, size_t size);
    const char *(*compare)(const cp_cuda_sample *sample, int64_t first, int64_t tokens,
                           cp_comparison *sum);
};

/* The file to load; "" where there is none. */
static cp_str find(cp_arena *arena)
{
    static const char *const places[] = {"/" OBJECT, "/../lib/castproof/" OBJECT};
    const char *named = getenv("CASTPROOF_CUDA");
    if (named)
        return cp_str_of(named);
    cp_str folder = cp_path_parent(cp_path_program(arena));
    for (size_t i = 0; folder.len && i < sizeof places / sizeof *places; i++) {
        cp_str path = cp_str_printf(arena, "%.*s%s", CP_STR_ARGS(folder), places[i]);
        if (access(path.ptr, R_OK) == 0)
            return path;
    }
    return CP_STR("");
}

/* ISO C has no cast from an object's pointer to a function's: POSIX has the bits agree.
 */
static bool take(void *object, const char *name, void *function)
{
    void *found = dlsym(object, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

/* Why no GPU can be used, or "": then `cuda` and its `name` are filled in. */
static cp_str load(cp_arena *arena, struct cp_engine_cuda *cuda, cp_str *name)
{
    char text[300];
    cp_str path = find(arena);
    if (path.len == 0)
        return CP_STR("there is no " OBJECT " beside the program, nor in "
                      "../lib/castproof; `make kernels` builds it");
    void *object = dlopen(path.ptr, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return cp_str_printf(arena, "%s", dlerror());
    if (!take(object, "cp_cuda_version", &cuda->version) ||
        !take(object, "cp_cuda_device", &cuda->device) ||
        !take(object, "cp_cuda_sample_compare", &cuda->compare) ||
        cuda->version() != CP_CUDA_VERSION) {
        dlclose(object);
        return cp_str_printf(arena, "%.*s is of another version of castproof",
                             CP_STR_ARGS(path));
    }
    bool is = cuda->device(text, sizeof text);
    *name = cp_str_printf(arena, "%s", text);
    if (!is)
        dlclose(object);
    return is ? CP_STR("") : *name;
}

cp_status cp_engine_open(cp_arena *arena, cp_str device, cp_engine *engine, cp_err *err)
{
    bool is_auto = device.len == 0 || cp_str_is(device, "auto");
    bool must = cp_str_is(device, "cuda");
    *engine = (cp_engine){.device = CP_STR("cpu"), .note = CP_STR("")};
    if (!is_auto && !must && !cp_str_is(device, "cpu"))
        return cp_fail(err, CP_ERR_USAGE, "--device %.*s: must be auto, cpu or cuda",
                       CP_STR_ARGS(device));
    if (!is_auto && !must)
        return CP_OK;
    struct cp_engine_cuda *cuda = cp_new(arena, struct cp_engine_cuda, 1);
    cp_str name = CP_STR(""), fault = load(arena, cuda, &name);
    if (fault.len && must)
        return cp_fail(err, CP_ERR_USAGE, "--device cuda: %.*s", CP_STR_ARGS(fault));
    if (fault.len) {
        engine->note =
            cp_str_printf(arena, "measured on the CPU: %.*s", CP_STR_ARGS(fault));
        return CP_OK;
    }
    engine->device = CP_STR("cuda");
    engine->note = cp_str_printf(arena, "measured on %.*s", CP_STR_ARGS(name));
    engine->cuda = cuda;
    return CP_OK;
}

static const char *measure(const cp_engine *engine, const cp_measurement *m,
                           cp_comparison *sum)
{
    cp_biases bias;
    cp_measure_biases(m, &bias);
    cp_cuda_sample sample = {.spec = m->spec,
                             .kind = CP_INPUT_NORMAL,
                             .std = m->std,
                             .seed = m->seed,
                             .from = m->of_bias ? CP_STORE_F32 : m->from,
                             .cast = m->of_bias ? CP_STORE_F32 : m->to,
                             .bias_a = bias.with_cast,
                             .bias_b = bias.without};
    sample.spec.logits = sample.spec.bias = sample.spec.weights = CP_STORE_F32;
    return engine->cuda->compare(&sample, 0, m->tokens, sum);
}

cp_comparison cp_engine_measure(cp_arena *arena, cp_engine *engine,
                                const cp_measurement *m)
{
    cp_comparison sum = {0};
    if (!engine || !engine->cuda || m->captured)
        return cp_measure(m);
    const char *fault = measure(engine, m, &sum);
    if (!fault)
        return sum;
    engine->device = CP_STR("cpu");
    engine->note = cp_str_printf(arena, "measured on the CPU: %s", fault);
    engine->cuda = NULL;
    return cp_measure(m);
}
