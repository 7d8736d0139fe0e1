/*
 * study.h - all that the rules look at, and the search for findings.
 *
 * Layer: findings.
 */
#ifndef CP_FINDINGS_STUDY_H
#define CP_FINDINGS_STUDY_H

#include "contracts/contract.h"
#include "contracts/own.h"
#include "contracts/pins.h"
#include "findings/finding.h"
#include "flow/trace.h"

/* A cast of a routing tensor of which nothing is said, and why not. */
typedef struct cp_unjudged {
    const cp_module *module;
    cp_span span;  /* of the cast */
    cp_span value; /* of what is cast */
    const char *why;
} cp_unjudged;

struct cp_resting; /* see cast.h */

typedef struct cp_study {
    cp_arena *arena;
    const cp_flow *flow;
    const cp_contracts *contracts;
    cp_own *own; /* what the tree's own kernels enforce; NULL: nothing to look at */
    cp_pins *pins;
    cp_dtypes model; /* dtypes that the model is assumed to have: bfloat16 */
    cp_findings *findings;
    cp_unjudged *unjudged; /* in the order of the sources */
    size_t unjudged_count, unjudged_room;
    struct cp_resting *resting; /* findings that other findings may stand in the way of */
    size_t resting_count, resting_room;
} cp_study;

/* Searches the whole program; the findings are sorted, and none has a fix yet. */
void cp_study_run(cp_study *study);

/*
 * The releases of a package that count for one source file. A range counts as
 * all the releases in it that the contracts know.
 */
typedef struct cp_range {
    const cp_pin *pin;           /* NULL: nothing pins it, every known release counts */
    bool own;                    /* the release is the checked tree itself */
    const cp_release **releases; /* oldest first; none where the pin names no known one */
    size_t count;
} cp_range;

cp_range cp_range_of(const cp_study *study, cp_str path, cp_str package);
/* "0.6.12", or the specifier, or "any release". */
cp_str cp_range_text(const cp_study *study, const cp_range *range);

/* The conditions that `guard` joins, as source text: "a == B and not (c)"; "" if none. */
cp_str cp_guard_text(cp_arena *arena, const cp_module *module, const cp_guard *guard);

#endif
