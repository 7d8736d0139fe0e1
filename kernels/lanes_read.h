/*
 * lanes_read.h - rows of logits into lanes. Part of route_lanes.h's code.
 *
 * Layer: kernels.
 */
#ifndef CP_KERNELS_LANES_READ_H
#define CP_KERNELS_LANES_READ_H

#include "kernels/route_lanes.h"

#define CP_LANES_ROOM CP_ROUTE_MAX_EXPERTS

/* The row of one lane: the last one again behind the end. */
static inline const char *cp_lane_row(const cp_route_spec *spec, const void *logits,
                                      int64_t first, int32_t count, int32_t lane)
{
    size_t row = (size_t)first + (size_t)(lane < count ? lane : count - 1);
    size_t size = (size_t)spec->experts * cp_storage_size(spec->logits);
    return (const char *)logits + row * size;
}

/* Where each lane's row lies as float32: in place, or widened into `room`. */
static inline void cp_lane_rows(const cp_route_spec *spec, const void *logits,
                                int64_t first, int32_t count, float *room,
                                const float **rows)
{
    for (int32_t l = 0; l < CP_LANES; l++) {
        const char *row = cp_lane_row(spec, logits, first, count, l);
        float *wide = room + l * CP_LANES_ROOM;
        rows[l] = spec->logits == CP_STORE_F32 ? (const float *)(const void *)row : wide;
        const uint16_t *narrow = (const uint16_t *)(const void *)row;
        if (spec->logits == CP_STORE_BF16)
            for (int32_t e = 0; e < spec->experts; e++)
                wide[e] = cp_float_of_bf16(narrow[e]);
        if (spec->logits == CP_STORE_F16)
            for (int32_t e = 0; e < spec->experts; e++)
                wide[e] = cp_float_of_f16(narrow[e]);
    }
}

/* Turns the rows; the largest size of a number in them, or NaN or an infinity. */
static inline float cp_lane_turn(const float *const *rows, int32_t experts, float *cells)
{
    cp_vi most = {0}, size = (cp_vi){0} + 0x7fffffff;
    int32_t e = 0;
    for (; e + CP_LANES <= experts; e += CP_LANES) {
        cp_vf v[CP_LANES];
        for (int l = 0; l < CP_LANES; l++)
            v[l] = cp_lane_load(rows[l] + e);
        cp_lane_transpose(v);
        for (int l = 0; l < CP_LANES; l++) {
            most = cp_lane_most(most, (cp_vi)v[l] & size);
            cp_lane_store(cells + (e + l) * CP_LANES, v[l]);
        }
    }
    for (; e < experts; e++) {
        for (int l = 0; l < CP_LANES; l++)
            cells[e * CP_LANES + l] = rows[l][e];
        most = cp_lane_most(most, (cp_vi)cp_lane_load(cells + e * CP_LANES) & size);
    }
    int32_t largest = 0;
    for (int l = 0; l < CP_LANES; l++)
        largest = most[l] > largest ? most[l] : largest;
    return cp_float_of_bits((uint32_t)largest);
}

/* Reads a block; 0 where it holds NaN or an infinity. */
static inline int32_t cp_lane_read(const cp_lanes_job *job, cp_lanes_work *work,
                                   const void *logits, int64_t first, int32_t count)
{
    const float *rows[CP_LANES];
    cp_lane_rows(&job->spec, logits, first, count, work->room, rows);
    work->ahead = cp_lane_row(&job->spec, logits, first + CP_LANES, CP_LANES, 0);
    work->largest = cp_lane_turn(rows, job->spec.experts, work->value);
    return work->largest < HUGE_VALF;
}

#endif
