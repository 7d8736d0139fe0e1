/*
 * job.h - a plan being judged, shared by the files that judge it.
 *
 * Layer: validation. Private to validate.c, narrowing.c and gate.c.
 */
#ifndef CP_VALIDATION_JOB_H
#define CP_VALIDATION_JOB_H

#include "validation/validate.h"

/* A plan being worked on, and the dtype before the cast that is looked at now. */
typedef struct job {
    cp_arena *arena;
    const cp_route_plan *plan;
    const cp_preset *preset;
    const cp_validate_options *options;
    cp_runs *runs;
    cp_verdict *verdict;
    cp_dtype from;
} job;

/* A new result, of which nothing is known yet; it moves when the next one is added. */
cp_validation *job_add(job *j, cp_str method, const cp_preset *preset);

/* A result that says why there is none; `preset` may be NULL. */
void job_unproved(job *j, cp_str method, const cp_preset *preset, cp_str reason);

/* The counts of a run. */
void job_count(cp_validation *result, const cp_comparison *seen);

/* The same, and the effect of a run that can show a change but prove nothing. */
void job_measured(cp_validation *result, const cp_comparison *seen);

bool job_of_bias(const job *j);

/* The method that a preset routes by. */
cp_str job_method(const cp_preset *preset);

/* The kernels' name of a dtype that they store. */
cp_storage job_storage(cp_dtype dtype);

/* Adds what dropping a narrowing does to drawn logits. */
void job_measure(job *j, const cp_preset *preset);

/*
 * Adds what it does to the captured logits, for each preset of the plan's methods that
 * has as many experts; one result with the reason where it fits none.
 */
void job_measure_captures(job *j);

#endif
