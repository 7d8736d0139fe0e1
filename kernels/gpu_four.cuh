/*
 * gpu_four.cuh - routes four tokens by a warp: sigmoid, bias, top 8 at most.
 *
 * Layer: kernels. CUDA alone. Eight lanes a token; lane l8 of a token has N experts. For
 * both routes at once:
 *
 *   keys    16 bits that estimate what an expert is chosen by, two to a word;
 *   groups  that may be among the best in either route, by each lane's two best keys;
 *   limit   a key that 8 experts of the groups that stay have at least, less the slack;
 *   list    the experts that reach it, 16 at most as a rule, 32 if need be;
 *   near    these are ranked by scores that are nearly exact; where that leaves the order
 *   exact   open, by exact ones.
 *
 * A token with more is looked at again: of experts whose order nothing but their place
 * decides, those behind eight others are dropped (four_thin.cuh). What is then still too
 * much is routed as gpu_any.cuh does it.
 */
#ifndef CP_KERNELS_GPU_FOUR_CUH
#define CP_KERNELS_GPU_FOUR_CUH

#include "kernels/four_near.cuh"
#include "kernels/four_thin.cuh"

/* Lists of 32, which are few; by near scores, or by exact ones. */
template <int N, bool GROUPED, bool PAIR, class T, class ROOM>
GPU_APART gpu_tally four_long(const gpu_job &job, const four_keys &k, four_tokens<T> t,
                              ROOM *room, gpu_tally tally)
{
    if (!four_near<4, N, GROUPED, PAIR>(job, k, t, room, tally))
        tally = four_finish_apart<N, GROUPED, PAIR>(job, t, room, tally);
    return tally;
}

/* Routes up to four tokens, whose rows lie in shared memory. */
template <int N, bool GROUPED, bool PAIR, class T, class ROOM>
GPU void four_route(const gpu_job &job, const four_keys &k, four_tokens<T> &t, ROOM *room,
                    gpu_tally &tally)
{
    const int lane = warp_lane(), token = lane >> 3;
    uint32_t keys[N / 2], mask[(N + 31) / 32];
    uint32_t left = 0;
    four_read<N, GROUPED>(t.rows, t.offset, k.half_scale, keys);
    const four_top top = four_best<N>(keys);
    bool live = token < t.count;
    bool may = four_may<GROUPED>(k, top.best, top.next, GROUPED ? job.keep : 4, live);
    t.groups = warp_ballot(may) >> (lane & 24) & 255;
    four_reaching<N>(keys, four_limit<GROUPED>(k, top, may), mask);
    if (!live || (GROUPED && !may))
        four_none(mask);
    t.own = four_count(mask);
    four_places(t.own, &t.start, &t.listed);
    if (warp_any(t.listed > 32)) {
        four_some<N> some;
        some.groups = t.groups;
#pragma unroll
        for (int w = 0; w < (N + 31) / 32; w++)
            some.mask[w] = mask[w];
        some = four_again<N, GROUPED>(job, k, t.rows, t.offset, t.bias[0], top, some);
        t.groups = t.listed > 32 ? some.groups : t.groups;
#pragma unroll
        for (int w = 0; w < (N + 31) / 32; w++)
            mask[w] = t.listed > 32 ? some.mask[w] : mask[w];
        t.own = four_count(mask);
        four_places(t.own, &t.start, &t.listed);
        left = warp_ballot(t.listed > 32);
        if (t.listed > 32) {
            four_none(mask);
            t.own = t.listed = 0;
        }
    }
    t.may = GROUPED && (t.groups >> (lane & 7) & 1);
    t.unsure = GROUPED && warp_any(live && bits_set(t.groups) != job.keep);
    t.full = bits_set(warp_ballot(t.listed > 0)) / 8;
    four_list(mask, t.start, room->list);
    if (warp_any(t.listed > 16))
        tally = four_long<N, GROUPED, PAIR>(job, k, t, room, tally);
    else if (!four_near<2, N, GROUPED, PAIR>(job, k, t, room, tally))
        tally = four_finish_apart<N, GROUPED, PAIR>(job, t, room, tally);
    warp_sync();
    for (int i = 0; i < 4 && left; i++)
        if (left >> (8 * i) & 1)
            tally = any_apart<N / 4>(job, PAIR, t.rows + i * 8 * N, t.first + i, t.bias,
                                     &room->any, tally);
}

#endif
