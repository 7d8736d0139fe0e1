/*
 * runs.h - the runs of the reference that were made, so that none is made twice.
 *
 * Layer: validation. A run's outcome is a function of what it is asked: findings that
 * ask the same are told the same. {0} is a memory of no runs.
 */
#ifndef CP_VALIDATION_RUNS_H
#define CP_VALIDATION_RUNS_H

#include "base/arena.h"
#include "kernels/exact.h"
#include "validation/engine.h"

/* The widening of one storage, on one shape; of the bias or of the logits. */
typedef struct cp_widening {
    cp_route_spec spec;
    bool has_bias, of_bias;
    cp_storage narrow;
    uint64_t seed;
    int64_t tokens; /* of each set of kernels/exact.h */
} cp_widening;

typedef struct cp_runs {
    cp_engine *engine; /* where measurements are made; NULL: on the CPU */
    struct cp_measured *measured;
    size_t measured_count, measured_room;
    struct cp_widened *widened;
    size_t widened_count, widened_room;
    cp_exact exact[CP_STORE_F16 + 1];
    bool enumerated[CP_STORE_F16 + 1];
} cp_runs;

/* As cp_measure; remembered in `arena`. `device` gets where it was made. */
cp_comparison cp_runs_measure(cp_arena *arena, cp_runs *runs, const cp_measurement *m,
                              cp_str *device);

/* As cp_exact_run_logits or cp_exact_run_bias. */
cp_comparison cp_runs_widen(cp_arena *arena, cp_runs *runs, const cp_widening *w);

/* As cp_exact_enumerate. */
cp_exact cp_runs_enumerate(cp_runs *runs, cp_storage narrow);

#endif
