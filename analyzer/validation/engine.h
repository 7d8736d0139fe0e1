/*
 * engine.h - where the routing runs: on the CPU, or on a GPU if there is one.
 *
 * Layer: validation. The part that needs CUDA is a shared object, castproof-cuda.so,
 * which `make kernels` builds and a build without CUDA does without. It is looked for
 *
 *   1. where the environment's CASTPROOF_CUDA says, and then nowhere else;
 *   2. beside the program;
 *   3. in ../lib/castproof of the program's folder.
 *
 * A GPU gives the same counts and the same bits as the CPU (kernels/run checks it).
 */
#ifndef CP_VALIDATION_ENGINE_H
#define CP_VALIDATION_ENGINE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "validation/measure.h"

typedef struct cp_engine {
    cp_str device; /* "cpu", or "cuda" */
    cp_str note;   /* one line: the GPU's name, or why none is used; "" where the CPU was
                      asked for */
    const struct cp_engine_cuda *cuda; /* NULL: the CPU */
} cp_engine;

/*
 * The engine for `device`: "cpu", "cuda", or "auto" (or ""), which is a GPU if there is
 * one and the CPU if not. All in `arena`; the shared object stays loaded.
 *
 * CP_ERR_USAGE: another device; "cuda" where it cannot be had, with the reason.
 */
CP_MUST_CHECK cp_status cp_engine_open(cp_arena *arena, cp_str device, cp_engine *engine,
                                       cp_err *err);

/*
 * As cp_measure, where `engine` says (NULL: on the CPU); captures always on the CPU. A
 * GPU that fails is not used again: the CPU goes on, and engine->note says why.
 */
cp_comparison cp_engine_measure(cp_arena *arena, cp_engine *engine,
                                const cp_measurement *m);

#endif
