/*
 * four_near.cuh - from lists of experts to choices, by scores that are nearly exact.
 *
 * Layer: kernels. CUDA alone. A near key has 22 bits of sigmoid + bias, by ex2.approx and
 * rcp.approx, and below them 511 - expert: no two are equal, and of equal ones the lower
 * index comes first. Two that are `near` or less apart may be in the wrong order; then it
 * is for four_exact.cuh to say, unless logit and bias are the same. Only those that are
 * chosen get an exact score.
 */
#ifndef CP_KERNELS_FOUR_NEAR_CUH
#define CP_KERNELS_FOUR_NEAR_CUH

#include "kernels/four_exact.cuh"

/* The sigmoid of |x| <= 86, off by gpu_device.near_error at most. */
GPU float sigmoid_near(float x)
{
    return reciprocal_near(1.0f + exp2_near(-1.44269504f * x));
}

/* `offset` is 2^23 and more, so that an integer comes to lie in the low bits. */
GPU int32_t near_key(float x, float offset, float scale, int expert)
{
    uint32_t bits = cp_bits_of_float(fmaf(sigmoid_near(x), scale, offset));
    return (int32_t)(bits << 9 | (uint32_t)(511 - expert));
}

/* 0 where there is none. */
GPU int near_expert(int32_t key)
{
    return key > 0 ? 511 - (key & 511) : 0;
}

/* Two best of some keys, so far. */
struct near_two {
    int32_t best, next;
};

GPU void near_two_add(near_two &two, int32_t key)
{
    two.next = max(two.next, min(two.best, key));
    two.best = max(two.best, key);
}

/* The groups that may stay in one route, of all four tokens. */
GPU uint32_t near_stay(near_two two, int reach, int keep, bool may)
{
    int value = may ? (two.best >> 9) + (two.next >> 9) : INT32_MIN / 2, above = 0;
#pragma unroll
    for (int i = 1; i < 8; i++)
        above += (uint32_t)(value + reach - warp_across(value, i)) >> 31;
    return warp_ballot(may && above < keep);
}

/* The two best keys of a lane's group, by what the lanes have of the token's list. */
template <int S, class T, class ROOM>
GPU near_two near_two_of(const four_tokens<T> &t, const int32_t (&mine)[S], int longest,
                         ROOM *room)
{
    const int at = (warp_lane() >> 3) * FOUR_STRIDE;
    near_two two = {0, 0};
    warp_sync();
#pragma unroll
    for (int s = 0; s < S; s++)
        room->order.at[at + S * (warp_lane() & 7) + s] = mine[s];
    warp_sync();
#pragma unroll 1
    for (int i = 0; i < longest; i++)
        if (i < t.own)
            near_two_add(two, room->order.at[at + t.start + i]);
    return two;
}

/*
 * Takes experts of groups that do not stay out of the running: their keys become 0. False
 * where it is not sure which stay. One loop for both routes: its code is fetched once.
 */
template <int S, bool PAIR, class T, class ROOM>
GPU bool near_settle(const four_keys &k, const four_tokens<T> &t, int keep, ROOM *room,
                     int32_t (&plain)[S], int32_t (&cast)[S])
{
    const int longest = warp_most(t.own);
    const bool may = t.may && t.listed > 0;
    bool sure = true;
#pragma unroll 1
    for (int route = 0; route < (PAIR ? 2 : 1); route++) {
        near_two two = near_two_of<S>(t, plain, longest, room);
        uint32_t stay = near_stay(two, k.near_group, keep, may);
        sure = sure && bits_set(stay) == keep * t.full;
#pragma unroll
        for (int s = 0; s < S; s++) {
            int group = near_expert(plain[s]) >> 5;
            int32_t key = stay >> (warp_lane() & 24) >> group & 1 ? plain[s] : 0;
            plain[s] = PAIR ? cast[s] : key;
            cast[s] = key;
        }
    }
    warp_sync();
    return sure;
}

/* The k-th and the next of a token's best, by one route. */
struct near_best {
    int32_t key, next;
};

/* An expert's logit by one route. */
template <bool ROUND, class T> GPU float near_logit(const T *row, int expert)
{
    float x = four_float(row[expert]);
    return ROUND ? round_bf16(x) : x;
}

/*
 * Whether it is known what the lane's k-th and next are to each other, or they tie; and,
 * of its own experts, what those are to the token's `last` that are close to that.
 */
template <bool ROUND, int S, class T>
GPU bool near_ordered(const T *row, const float *bias, near_best best, int32_t last,
                      const int32_t (&mine)[S], int32_t close)
{
    int a = near_expert(best.key), b = near_expert(best.next), c = near_expert(last);
    bool sure =
        best.key - best.next > close ||
        (near_logit<ROUND>(row, a) == near_logit<ROUND>(row, b) && bias[a] == bias[b]);
#pragma unroll
    for (int s = 0; s < S; s++) {
        int e = near_expert(mine[s]);
        bool far = mine[s] == 0 || abs(mine[s] - last) > close;
        sure = sure && (far || (near_logit<ROUND>(row, e) == near_logit<ROUND>(row, c) &&
                                bias[e] == bias[c]));
    }
    return sure;
}

/* Puts the nine best by each route where lane k finds the k-th; the cast one first. */
template <int S, bool PAIR, class ROOM>
GPU void near_slots(const int32_t (&plain)[S], const int32_t (&cast)[S], ROOM *room)
{
    const int at = (warp_lane() >> 3) * 9;
    int rank[S], rank_cast[S];
#pragma unroll
    for (int s = 0; s < S; s++)
        rank[s] = 9;
#pragma unroll 1
    for (int route = PAIR ? 0 : 1; route < 2; route++) {
        int32_t mine[S];
#pragma unroll
        for (int s = 0; s < S; s++) {
            rank_cast[s] = rank[s];
            mine[s] = route == 0 ? cast[s] : plain[s];
        }
        four_rank<S>(mine, room->order.at, rank);
        warp_sync();
    }
#pragma unroll
    for (int s = 0; s < S; s++) {
        if (rank[s] < 9) {
            room->best.plain[at + rank[s]] = plain[s];
            room->best.rank[at + rank[s]] = rank_cast[s];
        }
        if (PAIR && rank_cast[s] < 9)
            room->best.cast[at + rank_cast[s]] = cast[s];
    }
    warp_sync();
}

/* The keys of the lane's experts; false where a logit is far out, or no number. */
template <int S, int N, bool GROUPED, bool PAIR, class T, class ROOM>
GPU bool near_keys(const four_keys &k, const four_tokens<T> &t, const ROOM *room,
                   int32_t (&plain)[S], int32_t (&cast)[S])
{
    const int lane8 = warp_lane() & 7, token = warp_lane() >> 3;
    bool middle = true;
#pragma unroll
    for (int s = 0; s < S; s++) {
        bool is = S * lane8 + s < t.listed;
        uint32_t code = room->list[token * 32 + S * lane8 + s];
        int e = four_listed<GROUPED>(is ? code : 0);
        float x = four_float(t.rows[token * 8 * N + e]), offset = t.near[e];
        middle = middle && (in_middle(x) || !is);
        plain[s] = near_key(x, offset, k.near_scale, e) & (is ? ~0 : 0);
        cast[s] =
            PAIR ? near_key(round_bf16(x), offset, k.near_scale, e) & (is ? ~0 : 0) : 0;
    }
    return middle;
}

/* From a list of 8 * S at most a token to what was chosen; false where it is not sure. */
template <int S, int N, bool GROUPED, bool PAIR, class T, class ROOM>
GPU bool four_near(const gpu_job &job, const four_keys &k, const four_tokens<T> &t,
                   ROOM *room, gpu_tally &tally)
{
    const int lane = warp_lane(), lane8 = lane & 7, token = lane >> 3;
    const T *row = t.rows + token * 8 * N;
    const bool is = t.listed > 0 && lane8 < job.spec.top_k;
    int32_t plain[S], cast[S];
    bool sure = near_keys<S, N, GROUPED, PAIR>(k, t, room, plain, cast);
    if (GROUPED && t.unsure)
        sure = near_settle<S, PAIR>(k, t, job.keep, room, plain, cast) && sure;
    near_slots<S, PAIR>(plain, cast, room);
    const int at = 9 * token + lane8;
    near_best a = {room->best.plain[at], room->best.plain[at + 1]}, b = a;
    if (PAIR)
        b = {room->best.cast[at], room->best.cast[at + 1]};
    bool close = is && (a.key - a.next <= k.near || b.key - b.next <= k.near);
    if (warp_any(close || !sure)) {
        if (!is)
            a = b = {0, INT32_MIN / 2};
        const int place = (lane & 24) | (job.spec.top_k - 1);
        int32_t last = warp_from(a.key, place), last_cast = warp_from(b.key, place);
        sure = sure && near_ordered<false>(row, t.bias, a, last, plain, k.near);
        sure = sure &&
               (!PAIR || near_ordered<true>(row, t.bias, b, last_cast, cast, k.near));
        warp_sync();
        if (warp_any(!sure))
            return false;
    }
    float weight = 0, by_cast = 0;
#pragma unroll 1
    for (int route = PAIR ? 0 : 1; route < 2; route++) {
        float x = four_float(row[is ? near_expert(route == 0 ? b.key : a.key) : 0]);
        float score = sigmoid_middle(PAIR && route == 0 ? round_bf16(x) : x);
        by_cast = weight;
        room->best.score[lane] = score = is ? score : 0;
        warp_sync();
        weight = four_weigh(job, room->best.score + (lane & 24), score);
        warp_sync();
    }
    if (!PAIR) {
        four_write(job, t.first + token, is, near_expert(a.key), weight);
        return true;
    }
    int rank = is ? room->best.rank[at] : lane8;
    by_cast = warp_from(by_cast, (lane & 24) | (rank & 7));
    four_compare(job, t.first + token, is, rank, weight, by_cast, tally);
    return true;
}

#endif
