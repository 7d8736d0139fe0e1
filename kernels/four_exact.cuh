/*
 * four_exact.cuh - from lists of experts to choices, by exact scores.
 *
 * Layer: kernels. CUDA alone. Lists are those of four_list.cuh, of 8 * S experts a token
 * at most; lane l8 of a token has the experts at S * l8 and behind.
 */
#ifndef CP_KERNELS_FOUR_EXACT_CUH
#define CP_KERNELS_FOUR_EXACT_CUH

#include "kernels/four_list.cuh"

#define FOUR_NAN_ORDER 0x40000000          /* above every choice below 2 */
#define FOUR_NO_ORDER (1 - FOUR_NAN_ORDER) /* below every choice above -0.99 */

/* How many of the token's 8 * S are above each of the lane's S. */
template <int S>
GPU void four_rank(const int32_t (&mine)[S], int32_t *orders, int (&rank)[S])
{
    const int lane8 = warp_lane() & 7;
    int32_t *row = orders + (warp_lane() >> 3) * FOUR_STRIDE;
    constexpr int UNROLL =
        S == 2 ? 4 : 1; /* long code would be fetched again and again */
#pragma unroll
    for (int s = 0; s < S; s++) {
        row[S * lane8 + s] = mine[s];
        rank[s] = 0;
    }
    warp_sync();
#pragma unroll UNROLL
    for (int j = 0; j < 2 * S; j++) {
        const int4 o = *(const int4 *)(row + 4 * j);
#pragma unroll
        for (int s = 0; s < S; s++) {
            rank[s] += (uint32_t)(mine[s] - o.x) >> 31;
            rank[s] += (uint32_t)(mine[s] - o.y) >> 31;
            rank[s] += (uint32_t)(mine[s] - o.z) >> 31;
            rank[s] += (uint32_t)(mine[s] - o.w) >> 31;
        }
    }
}

/* Passed by value, so that they stay in registers. */
template <int S> struct four_values {
    int32_t at[S];
};

template <int S> GPU four_values<S> four_values_of(const int32_t (&at)[S])
{
    four_values<S> values;
#pragma unroll
    for (int s = 0; s < S; s++)
        values.at[s] = at[s];
    return values;
}

/* Adds those that are equal and of a lower index; orders are where four_rank put them. */
template <int S>
GPU_APART four_values<S> four_rank_ties(four_values<S> mine, four_values<S> ids,
                                        const int32_t *orders, uint16_t *list,
                                        four_values<S> rank)
{
    const int lane8 = warp_lane() & 7;
    const int32_t *row = orders + (warp_lane() >> 3) * FOUR_STRIDE;
    uint16_t *id = list + (warp_lane() >> 3) * 32;
#pragma unroll
    for (int s = 0; s < S; s++)
        id[S * lane8 + s] = (uint16_t)ids.at[s];
    warp_sync();
#pragma unroll 1
    for (int j = 0; j < 8 * S; j++)
#pragma unroll
        for (int s = 0; s < S; s++)
            rank.at[s] += row[j] == mine.at[s] && id[j] < ids.at[s];
    warp_sync();
    return rank;
}

/* Ranks; ties by index where the first `top_k` ranks are not taken once each. */
template <int S>
GPU void four_order(const int32_t (&mine)[S], const int (&ids)[S], int top_k, int full,
                    int32_t *orders, uint16_t *list, int (&rank)[S])
{
    uint32_t taken = 0;
    int takers = 0, wanted = top_k * full;
    four_rank<S>(mine, orders, rank);
#pragma unroll
    for (int s = 0; s < S; s++) {
        bool takes = mine[s] > FOUR_NO_ORDER && rank[s] < top_k;
        takers += bits_set(warp_ballot(takes));
        taken |= takes ? 1u << (rank[s] + (warp_lane() & 24)) : 0;
    }
    if (takers != wanted || bits_set(warp_or(taken)) != wanted) {
        four_values<S> all =
            four_rank_ties<S>(four_values_of<S>(mine), four_values_of<S>(ids), orders,
                              list, four_values_of<S>(rank));
#pragma unroll
        for (int s = 0; s < S; s++)
            rank[s] = all.at[s];
    }
#pragma unroll
    for (int s = 0; s < S; s++)
        rank[s] = mine[s] > FOUR_NO_ORDER && rank[s] < top_k ? rank[s] : 8;
}

GPU int32_t four_choice_order(float choice)
{
    int32_t bits = (int32_t)cp_bits_of_float(choice);
    return min(bits ^ ((bits >> 31) & 0x7fffffff), FOUR_NAN_ORDER);
}

GPU float four_choice(int32_t order)
{
    return order == FOUR_NAN_ORDER ? HUGE_VALF : float_of_order(order);
}

/* Two best of some choices, so far. */
struct four_two {
    float best, next;
};

GPU void four_two_add(four_two &two, int32_t order)
{
    float v = four_choice(order);
    two.next = fmaxf(two.next, fminf(two.best, v));
    two.best = fmaxf(two.best, v);
}

/* The groups of a token that stay, by exact values; ties to the lower one. */
GPU uint32_t four_stay(int32_t order, int keep, bool may)
{
    const int lane = warp_lane();
    int before = 0;
    order = may ? order : INT32_MIN;
#pragma unroll
    for (int i = 1; i < 8; i++) {
        int32_t other = warp_across(order, i);
        before += other > order - ((lane ^ i) < lane);
    }
    return warp_ballot(may && before < keep) >> (lane & 24) & 255;
}

/* Takes those of groups that do not stay out of the running. */
template <int S, class T>
GPU void four_settle(const four_tokens<T> &t, int32_t *orders, const int (&ids)[S],
                     int keep, int32_t (&mine)[S])
{
    const int lane = warp_lane(), longest = warp_most(t.own);
    int32_t *row = orders + (lane >> 3) * FOUR_STRIDE;
    four_two two = {-HUGE_VALF, -HUGE_VALF};
#pragma unroll
    for (int s = 0; s < S; s++)
        row[S * (lane & 7) + s] = mine[s];
    warp_sync();
#pragma unroll 1
    for (int i = 0; i < longest; i++)
        if (i < t.own)
            four_two_add(two, row[t.start + i]);
    warp_sync();
    uint32_t stay = four_stay(cp_order(two.best + two.next), keep, t.may);
#pragma unroll
    for (int s = 0; s < S; s++)
        mine[s] = stay >> (ids[s] >> 5) & 1 ? mine[s] : FOUR_NO_ORDER;
}

/* Weights of the k-th choices by the scores of all, in order of choice; zeros behind. */
GPU float four_weigh(const gpu_job &job, const float *scores, float score)
{
    const float4 a = *(const float4 *)scores, b = *(const float4 *)(scores + 4);
    if (job.steps.weight == CP_WEIGHT_AS_SCORED)
        return score;
    float sum = a.x + a.y;
    sum = sum + a.z;
    sum = sum + a.w;
    sum = sum + b.x;
    sum = sum + b.y;
    sum = sum + b.z;
    sum = sum + b.w;
    if (job.steps.weight == CP_WEIGHT_FLOORED_SHARE)
        sum = sum < CP_ROUTE_LEAST ? CP_ROUTE_LEAST : sum;
    if (job.steps.weight != CP_WEIGHT_SCALED_SHARE)
        return quotient_of(score, sum);
    return quotient_of(score, sum + CP_ROUTE_LEAST) * job.spec.scale;
}

/*
 * Counts a token's differences; lane l8 has the l8-th choice of the plain route, its rank
 * by the cast one (top_k or more: none), and its weights by both.
 */
GPU void four_compare(const gpu_job &job, int64_t token, bool is, int rank, float weight,
                      float by_cast, gpu_tally &tally)
{
    const int at = warp_lane() & 24, k = warp_lane() & 7;
    bool both = is && rank < job.spec.top_k;
    bool same = weight == by_cast || (weight != weight && by_cast != by_cast);
    uint32_t sets = warp_ballot(is && !both), orders = warp_ballot(is && rank != k);
    uint32_t weights = warp_ballot(both && !same);
    if (both)
        tally_error(job, weight, by_cast, tally);
    if (k == 0)
        tally_token(token, sets >> at & 255, orders >> at & 255, weights >> at & 255,
                    tally);
}

GPU void four_write(const gpu_job &job, int64_t token, bool is, int id, float weight)
{
    if (!is)
        return;
    size_t at = (size_t)token * (size_t)job.spec.top_k + (size_t)(warp_lane() & 7);
    job.ids[at] = id;
    cp_store(job.weights, job.spec.weights, at, weight);
}

/* Puts scores where their rank says; slots behind top_k are 0. */
template <int S, bool PAIR, class ROOM>
GPU void four_slots(const float (&plain)[S], const float (&cast)[S], const int (&rank)[S],
                    const int (&rank_cast)[S], const int (&ids)[S], ROOM *room)
{
    const int at = warp_lane() & 24;
    warp_sync();
    room->slot.plain[warp_lane()] = 0;
    if (PAIR)
        room->slot.cast[warp_lane()] = 0;
    warp_sync();
#pragma unroll
    for (int s = 0; s < S; s++) {
        if (rank[s] < 8) {
            room->slot.plain[at + rank[s]] = plain[s];
            room->slot.id[at + rank[s]] = ids[s];
            if (PAIR) {
                room->slot.other[at + rank[s]] = cast[s];
                room->slot.rank[at + rank[s]] = rank_cast[s];
            }
        }
        if (PAIR && rank_cast[s] < 8)
            room->slot.cast[at + rank_cast[s]] = cast[s];
    }
    warp_sync();
}

/* One run of instructions, but where a logit is far out. */
template <int S> GPU void four_scores(const float (&x)[S], bool far, float (&score)[S])
{
#pragma unroll
    for (int s = 0; s < S; s++)
        score[s] = sigmoid_middle(x[s]);
    if (far)
#pragma unroll
        for (int s = 0; s < S; s++)
            score[s] = sigmoid_far(x[s]);
}

/*
 * From a list of 8 * S at most a token to what was chosen. One loop for both routes, the
 * cast one first: its code is run twice and fetched once.
 */
template <int S, int N, bool GROUPED, bool PAIR, class T, class ROOM>
GPU void four_finish(const gpu_job &job, const four_tokens<T> &t, ROOM *room,
                     gpu_tally &tally)
{
    const int lane = warp_lane(), lane8 = lane & 7, token = lane >> 3;
    int ids[S], rank[S], rank_cast[S];
    float logit[S], score[S], cast[S];
    bool middle = true;
#pragma unroll
    for (int s = 0; s < S; s++) {
        uint32_t code = room->list[token * 32 + S * lane8 + s];
        ids[s] = four_listed<GROUPED>(S * lane8 + s < t.listed ? code : 0);
        logit[s] = four_float(t.rows[token * 8 * N + ids[s]]);
        middle = middle && in_middle(logit[s]);
        rank[s] = 8;
        score[s] = 0;
    }
    const bool far = warp_any(!middle);
#pragma unroll 1
    for (int route = PAIR ? 0 : 1; route < 2; route++) {
        float x[S];
        int32_t order[S];
#pragma unroll
        for (int s = 0; s < S; s++) {
            rank_cast[s] = rank[s];
            cast[s] = score[s];
            x[s] = PAIR && route == 0 ? round_bf16(logit[s]) : logit[s];
        }
        four_scores<S>(x, far, score);
#pragma unroll
        for (int s = 0; s < S; s++)
            order[s] = S * lane8 + s < t.listed
                           ? four_choice_order(score[s] + t.bias[ids[s]])
                           : FOUR_NO_ORDER;
        if (GROUPED && t.unsure)
            four_settle<S>(t, room->order.at, ids, job.keep, order);
        four_order<S>(order, ids, job.spec.top_k, t.full, room->order.at, room->list,
                      rank);
        warp_sync();
    }
    four_slots<S, PAIR>(score, cast, rank, rank_cast, ids, room);
    const bool is = t.listed > 0 && lane8 < job.spec.top_k;
    float weight =
        four_weigh(job, room->slot.plain + (lane & 24), room->slot.plain[lane]);
    float by_cast =
        four_weigh(job, room->slot.cast + (lane & 24), room->slot.other[lane]);
    if (PAIR)
        four_compare(job, t.first + token, is, is ? room->slot.rank[lane] : lane8, weight,
                     by_cast, tally);
    else
        four_write(job, t.first + token, is, room->slot.id[lane], weight);
}

/* The same, kept apart because it is rare. */
template <int N, bool GROUPED, bool PAIR, class T, class ROOM>
GPU_APART gpu_tally four_finish_apart(const gpu_job &job, four_tokens<T> t, ROOM *room,
                                      gpu_tally tally)
{
    four_finish<4, N, GROUPED, PAIR>(job, t, room, tally);
    return tally;
}

#endif
