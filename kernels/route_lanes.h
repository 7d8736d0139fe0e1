/*
 * route_lanes.h - eight tokens at a time, a token a lane: what route_fast.c runs.
 *
 * Layer: kernels. A block of eight rows is turned so that expert e of all eight lies
 * side by side. Then, for each lane:
 *
 *   screen   every expert gets an estimate of what it is chosen by, that is off by
 *            `slack` at most, whichever of the two routes is meant;
 *   limit    from the best estimates of each group follow the groups that may stay, and
 *            a limit that the estimate of every chosen expert must reach;
 *   list     the experts that reach it, in index order: a few more than top_k;
 *   finish   these get their score and choice by the code of the reference, and the best
 *            are taken from them, with ties to the lower index.
 *
 * Estimates decide nothing but who is listed, so the results are those of the
 * reference to the bit. Rows with NaN or infinities are not taken: the reference does.
 */
#ifndef CP_KERNELS_ROUTE_LANES_H
#define CP_KERNELS_ROUTE_LANES_H

#include "kernels/lanes.h"
#include "kernels/route_fast.h"
#include "kernels/route_token.h"

#define CP_LANES_MAX_GROUPS 32

/* Room behind the experts for one that is none; odd, not to share cache sets. */
#define CP_LANES_ROWS (CP_ROUTE_MAX_EXPERTS + 7)
/* Room behind the experts for one that is none; odd, not to share cache sets. */
#define CP_LANES_ROWS (CP_ROUTE_MAX_EXPERTS + 7)
#define CP_LANES_CELLS (CP_LANES_ROWS * CP_LANES)
#define CP_LANES_WORDS (CP_ROUTE_MAX_EXPERTS / 32)

/* Two routes of the same logits: a rounds them to `cast` first, b does not. */
typedef struct cp_lanes_job {
    cp_route_spec spec;
    cp_steps steps;
    int32_t groups, size, keep; /* groups, experts in one, groups that stay */
    int32_t depth;              /* so many of each group's best are above any limit */
    int32_t chunk; /* only the best of so many neighbours count for the limit */
    cp_storage cast;
    float slack;       /* by how much estimates are off, of one route */
    float moves;       /* by how much the cast moves a number, as a part of it */
    float moves_least; /* or by this much, near zero */
    float cast_end;    /* numbers below are no infinities behind the cast */
    float apart;       /* the largest difference of the two biases */
    uint8_t group_of[CP_ROUTE_MAX_EXPERTS];
    float bias_a[CP_LANES_ROWS], bias_b[CP_LANES_ROWS]; /* as added */
} cp_lanes_job;

/* What eight tokens chose. */
typedef struct cp_lanes_choice {
    cp_vf score[CP_ROUTE_MAX_TOP_K]; /* or weight */
    cp_vi id[CP_ROUTE_MAX_TOP_K];
} cp_lanes_choice;

/*
 * One thread's memory. Cells are [expert or place in the list][lane]; what is as wide as
 * all lanes comes first, so that it lies on their boundaries.
 */
typedef struct cp_lanes_work {
    float value[CP_LANES_CELLS]; /* logits; of a softmax, the exponentials */
    float estimate[CP_LANES_CELLS];
    float listed[CP_LANES_CELLS], rounded[CP_LANES_CELLS]; /* values; to the cast */
    float bias[CP_LANES_CELLS]; /* of the listed; -Inf behind a lane's last */
    float score[CP_LANES_CELLS], choice[CP_LANES_CELLS];
    int32_t id[CP_LANES_CELLS];
    float room[CP_LANES * CP_ROUTE_MAX_EXPERTS]; /* for rows that are widened */
    uint32_t reach[CP_LANES_WORDS][CP_LANES];    /* bit i of word j: expert 32 * j + i */
    int32_t length[CP_LANES];                    /* of each list */
    cp_vf sum;                                   /* of a softmax */
    cp_vf limit[CP_LANES_MAX_GROUPS];
    cp_vf value_of[CP_LANES_MAX_GROUPS]; /* groups' values, estimated */
    cp_vf last[CP_LANES_MAX_GROUPS];     /* their `depth`th best, or less than that */
    cp_vf top[CP_ROUTE_MAX_TOP_K];
    cp_vi stays[CP_LANES_MAX_GROUPS]; /* may stay */
    cp_lanes_choice a, b;
    const char *ahead; /* the next rows, asked for while these are worked on */
    const float *with; /* the bias that is added to estimates and listed */
    int32_t longest;   /* of the lists */
    float largest;     /* size of a logit */
    uint32_t unsure;   /* lanes in which more may stay than do */
} cp_lanes_work;

/* Blocks of tokens by one set of instructions. */
typedef struct cp_lanes_code {
    const char *name;
    /*
     * Routes CP_LANES rows from token `first` on, the last row again where there are
     * fewer. By both routes if `both`, else by b alone. 0: rows not taken.
     */
    int32_t (*route)(const cp_lanes_job *job, cp_lanes_work *work, const void *logits,
                     int64_t first, int32_t count, int32_t both);
    /* Adds `count` tokens of work->a against work->b; `sum` has a first mismatch. */
    void (*compare)(const cp_lanes_job *job, const cp_lanes_work *work, int32_t count,
                    cp_comparison *sum);
} cp_lanes_code;

/* Fills `job` in; 0 where lanes do not fit, and the job is for the reference alone. */
int32_t cp_lanes_prepare(cp_lanes_job *job, const cp_route_pair *pair);

const cp_lanes_code *cp_lanes_plain(void);

/* NULL where this machine or this build has no AVX2. */
const cp_lanes_code *cp_lanes_avx2(void);

#endif
