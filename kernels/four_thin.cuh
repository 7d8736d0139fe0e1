/*
 * four_thin.cuh - fewer experts for lists of gpu_four.cuh that would be too long.
 *
 * Layer: kernels. CUDA alone. Of experts whose order nothing but their place decides,
 * those behind eight others cannot be chosen.
 */
#ifndef CP_KERNELS_FOUR_THIN_CUH
#define CP_KERNELS_FOUR_THIN_CUH

#include "kernels/four_exact.cuh"

/* What `thin` orders a logit by; nothing is above INT32_MAX but NaN is it. */
GPU int32_t four_place_of(float x, bool flat)
{
    if (x != x)
        return INT32_MAX;
    x = fabsf(x) < 1e-8f ? 0 : fminf(x, 17.0f); /* where sigmoids are 0.5 and 1 */
    return flat ? cp_order(x) : INT32_MIN + 1;
}

/* The eight best places so far of one lane, best first. */
struct four_places8 {
    int32_t at[8];
};

GPU void four_insert(four_places8 &best, int32_t place)
{
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int32_t lower = min(best.at[i], place);
        best.at[i] = max(best.at[i], place);
        place = lower;
    }
}

/*
 * The lane's experts that fewer than eight before them are not below, as four_reaching
 * has them; with a bias that differs, only NaN drops others. `best` gets the best places.
 */
template <int N, bool GROUPED, class T>
GPU void four_thin(const T *row, bool flat, uint32_t (&keep)[(N + 31) / 32],
                   four_places8 &best)
{
    const int lane8 = warp_lane() & 7;
#pragma unroll
    for (int i = 0; i < 8; i++)
        best.at[i] = INT32_MIN;
#pragma unroll 1
    for (int i = 0; i < N / 4; i++) {
        int j = GROUPED ? i ^ lane8 : i; /* in index order */
        const float4 v = four_piece(row + four_expert<GROUPED>(lane8, j));
        const float x[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
        for (int q = 0; q < 4; q++) {
            int32_t place = four_place_of(x[q], flat);
            bool stays = place > best.at[7] || (!flat && best.at[7] != INT32_MAX);
#pragma unroll
            for (int w = 0; w < (N + 31) / 32; w++)
                keep[w] |= stays && w == j / 8 ? bit_at(8 * q + j % 8) : 0;
            four_insert(best, place);
        }
    }
}

/* The order of a group's value by one route, of its two best places, with a flat bias. */
GPU int32_t four_place_value(const four_places8 &best, float bias, bool cast)
{
    if (best.at[0] == INT32_MAX)
        return INT32_MAX;
    float x = float_of_order(best.at[0]), y = float_of_order(best.at[1]);
    x = cast ? round_bf16(x) : x;
    y = cast ? round_bf16(y) : y;
    return cp_order((sigmoid_of(x) + bias) + (sigmoid_of(y) + bias));
}

/* The groups of a token that stay in one route or the other; 0 where that is not known.
 */
GPU uint32_t four_thin_groups(const gpu_job &job, const four_places8 &best, float bias)
{
    const int at = warp_lane() & 24;
    bool nan = best.at[0] == INT32_MAX;
    uint32_t nans = warp_ballot(nan) >> at & 255;
    int32_t plain = four_place_value(best, bias, false);
    int32_t cast = four_place_value(best, bias, true);
    uint32_t stay = four_stay(plain, job.keep, true) | four_stay(cast, job.keep, true);
    if (job.flat)
        return stay;
    uint32_t by_nan = four_stay(nan ? INT32_MAX : INT32_MIN + 1, job.keep, true);
    return bits_set(nans) >= job.keep ? by_nan : 0;
}

/* The eighth best place of a token. */
GPU int32_t four_eighth(four_places8 best)
{
    int32_t eighth = INT32_MIN;
    int seen = 0;
#pragma unroll 1
    for (int i = 0; i < 8; i++) {
        int32_t most = most8(best.at[0]);
        eighth = seen < 8 ? most : eighth;
        bool mine = best.at[0] == most;
        seen += bits_set(warp_ballot(mine) >> (warp_lane() & 24) & 255);
#pragma unroll
        for (int n = 0; n < 7; n++)
            best.at[n] = mine ? best.at[n + 1] : best.at[n];
        best.at[7] = mine ? INT32_MIN : best.at[7];
    }
    return eighth;
}

/* Drops those that are not above the eighth best place and behind eight that reach it. */
template <int N, class T>
GPU void four_thin_across(const T *row, bool flat, const four_places8 &best,
                          uint32_t (&keep)[(N + 31) / 32])
{
    const int lane8 = warp_lane() & 7;
    int32_t eighth = four_eighth(best);
    int before = 0;
    if (!flat && eighth != INT32_MAX)
        eighth = INT32_MIN; /* nothing is dropped */
#pragma unroll 1
    for (int j = 0; j < N / 4; j++) {
        const float4 v = four_piece(row + four_expert<false>(lane8, j));
        const float x[4] = {v.x, v.y, v.z, v.w};
        uint32_t over = 0, reach = 0;
#pragma unroll
        for (int q = 0; q < 4; q++) {
            int32_t place = four_place_of(x[q], flat);
            reach |= (uint32_t)(place >= eighth) << q;
            over |= (uint32_t)(place > eighth) << q;
        }
        int start, all;
        four_places(bits_set(reach), &start, &all);
        bool gone = before + start >= 8;
        before += all;
        uint32_t drop = gone ? ~over : eighth == INT32_MAX ? ~reach : 0;
#pragma unroll
        for (int q = 0; q < 4; q++)
#pragma unroll
            for (int w = 0; w < (N + 31) / 32; w++)
                if (drop >> q & 1 && w == j / 8)
                    keep[w] &= ~bit_at(8 * q + j % 8);
    }
}

/* A lane's experts, as four_reaching has them, and its token's groups that may stay. */
template <int N> struct four_some {
    uint32_t mask[(N + 31) / 32], groups;
};

/*
 * The lane's experts that reach the limit, fewer of them, for a list that is too long;
 * keys are made again, so that in all other cases they stay in registers.
 */
template <int N, bool GROUPED, class T>
GPU_APART four_some<N> four_again(const gpu_job &job, const four_keys &k, const T *rows,
                                  const float *offset, float bias, four_top top,
                                  four_some<N> some)
{
    const int lane = warp_lane();
    const T *row = rows + (lane >> 3) * 8 * N;
    uint32_t keep[(N + 31) / 32] = {0}, keys[N / 2];
    four_places8 best;
    four_thin<N, GROUPED>(row, job.flat, keep, best);
    if (GROUPED) {
        four_read<N, GROUPED>(rows, offset, k.half_scale, keys);
        uint32_t stay = four_thin_groups(job, best, bias);
        bool may = stay >> (lane & 7) & 1;
        uint32_t limit = four_limit<GROUPED>(k, top, may || stay == 0);
        if (stay) {
            some.groups = stay;
            four_reaching<N>(keys, limit, some.mask);
            if (!may)
                four_none(some.mask);
        }
    } else {
        four_thin_across<N>(row, job.flat, best, keep);
    }
#pragma unroll
    for (int w = 0; w < (N + 31) / 32; w++)
        some.mask[w] &= keep[w];
    return some;
}

#endif
