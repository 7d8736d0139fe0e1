/*
 * validate.h - what dropping a cast does to the routing: proved, or measured.
 *
 * Layer: validation. The plan of a finding says which input changes its dtype, from
 * which dtypes the cast makes which, and what the kernel does with what it reads.
 * The patch drops the cast. For each dtype that can reach it, one of these holds:
 *
 *   no cast at all   it has that dtype already: exact.
 *   an upcast        the cast widens bfloat16 or float16 to float32, and the kernel
 *                    widens to float32 before it computes: exact, by enumeration of
 *                    the 65,536 values (kernels/exact.h) and, as a check of the
 *                    reference, runs on adversarial and random tokens.
 *   rounded alike    the cast narrows, to what the kernel rounds to itself: exact,
 *                    because rounding what was rounded changes nothing (enumerated).
 *   a narrowing      the kernel would use the bits that the cast takes away:
 *                    measured, by routing the same tokens both ways.
 *   anything else    unproved, with the reason.
 *
 * A measured rate is that of the reference routing of kernels/route.h on inputs
 * drawn as `inputs` says; real logits can give another. A proof rests on
 * what the contract says of the kernel, and `proof` quotes where that is stated.
 * That the kernel accepts the dtype without the cast is the caller's to know: a
 * patch after which it does not is CP_EFFECT_BREAKS_CONTRACT, and needs no run.
 */
#ifndef CP_VALIDATION_VALIDATE_H
#define CP_VALIDATION_VALIDATE_H

#include "findings/finding.h"
#include "validation/preset.h"
#include "validation/runs.h"

/* One run, or one proof: for one dtype before the cast, one method, one preset. */
typedef struct cp_validation {
    cp_str device; /* "cpu" or "cuda": where the runs were made */
    cp_str method; /* "DeepSeekV3"; "" where the result holds for any */
    cp_str preset; /* its name; "" where none was run */
    cp_dtype from; /* the dtype before the cast */
    cp_str inputs; /* how the tokens were made, with the seed; "" where none ran */
    int64_t tokens;
    bool captured; /* they are those of options.captures; else they were drawn */
    uint64_t seed;
    int64_t expert_set_mismatches; /* tokens that choose other experts */
    int64_t order_mismatches;      /* tokens that choose the same in another order */
    double rate_low, rate_high; /* of expert_set_mismatches, per token: Wilson's interval
                                   at 95 %; both 0 where nothing was sampled */
    double max_weight_error;    /* largest difference of a weight, over experts that both
                                   ways chose */
    cp_str proof;               /* why it is exact; "" where it is not */
    cp_str reason; /* what was measured, or why it is unproved; "" where it is exact */
    cp_effect effect;
} cp_validation;

typedef struct cp_verdict {
    cp_effect effect;       /* changes-experts if a result has it, else the worst one */
    cp_str summary;         /* proof or reason of a result with that effect */
    cp_validation *results; /* at least one */
    size_t count, room;
} cp_verdict;

/* {0} is the default of each member but `presets`. */
typedef struct cp_validate_options {
    int64_t tokens;              /* a measured run's, per standard deviation; 0: 16,384 */
    uint64_t seed;               /* 0 is a seed like any other */
    const float *stds;           /* standard deviations of the logits */
    uint32_t std_count;          /* 0: they are 0.5, 1 and 3 */
    const cp_presets *presets;   /* what to choose from where no preset is named */
    const cp_captures *captures; /* logits to route besides the drawn ones; or NULL */
    cp_runs *runs; /* what ran for plans before, in the same arena; or NULL */
} cp_validate_options;

/*
 * The verdict on dropping the cast of `plan`; all in `arena`. `preset` (may be NULL)
 * is the only one that is run; without it, the default ones of each method of
 * the plan, or of all methods where the plan names none. A method that cannot be
 * run gives a result that says so. Takes about 10 ms for a proof and 20 ms for
 * each standard deviation of a narrowing (16,384 tokens, 256 experts).
 */
cp_verdict cp_validate_plan(cp_arena *arena, const cp_route_plan *plan,
                            const cp_preset *preset, const cp_validate_options *options);

#endif
