/*
 * four_keys.cuh - the keys of gpu_four.cuh, and what is decided by them.
 *
 * Layer: kernels. CUDA alone. Eight lanes a token, N experts a lane: with groups, those
 * of group l8 of eight, else every eighth four neighbours.
 *
 * A key is 0x8000 + (sigmoid + bias - least bias) * scale, by tanh.approx; that of a NaN
 * is 0xffff. Rounding a logit to bfloat16 moves its sigmoid s by at most 8.2e-4 and by at
 * most (1 - s) / 31 (kernels/README.md).
 */
#ifndef CP_KERNELS_FOUR_KEYS_CUH
#define CP_KERNELS_FOUR_KEYS_CUH

#include "kernels/gpu_copy.cuh"
#include "kernels/gpu_job.cuh"

#define FOUR_TOP (0x8000 + 32000) /* the key of a sigmoid of 1 with the largest bias */
#define FOUR_NAN 0xffff           /* of a NaN */

/* What keys are made with, and how far they may be off, in keys. */
struct four_keys {
    const float *offset; /* an expert's bias and all that is constant: on the device */
    float half_scale;
    int32_t choice, group; /* of a choice, of a group's value */
    int32_t fixed;         /* the part that rounding a logit has no share in */
    /* of four_near.cuh: the same, and what two that are further apart are ordered by */
    const float *near_offset;
    float near_scale;
    int32_t near, near_group;
};

GPU float four_float(float logit)
{
    return logit;
}

GPU float four_float(uint16_t logit)
{
    return cp_float_of_bf16(logit);
}

GPU float4 four_piece(const float *at)
{
    return *(const float4 *)at;
}

GPU float4 four_piece(const uint16_t *at)
{
    uint2 v = *(const uint2 *)at;
    return make_float4(cp_float_of_bits(v.x << 16), cp_float_of_bits(v.x & 0xffff0000),
                       cp_float_of_bits(v.y << 16), cp_float_of_bits(v.y & 0xffff0000));
}

/* Four logits at an address in shared memory; the last argument says what they are. */
GPU void four_load(uint32_t at, float4 &v, float)
{
    asm volatile("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
                 : "r"(at));
}

GPU void four_load(uint32_t at, float4 &v, uint16_t)
{
    uint32_t a, b;
    asm volatile("ld.shared.v2.u32 {%0, %1}, [%2];" : "=r"(a), "=r"(b) : "r"(at));
    v = make_float4(cp_float_of_bits(a << 16), cp_float_of_bits(a & 0xffff0000),
                    cp_float_of_bits(b << 16), cp_float_of_bits(b & 0xffff0000));
}

/* The first expert of a lane's j-th piece of four; places differ in banks. */
template <bool GROUPED> GPU int four_expert(int lane8, int j)
{
    return GROUPED ? 32 * lane8 + 4 * (j ^ lane8) : 32 * j + 4 * lane8;
}

GPU int most8(int v)
{
    v = max(v, warp_across(v, 4));
    v = max(v, warp_across(v, 2));
    return max(v, warp_across(v, 1));
}

GPU uint32_t four_key(float x, float offset, float half_scale)
{
    return cp_bits_of_float(fmaf(tanh_near(0.5f * x), half_scale, offset));
}

/*
 * With groups a lane's pieces lie in 128 bytes (float32) or 64 (bfloat16), so that the
 * j-th is found by flipping bits of the first's address.
 */
template <int N, bool GROUPED, class T>
GPU void four_read(const T *rows, const float *offset, float half_scale,
                   uint32_t (&keys)[N / 2])
{
    const int lane8 = warp_lane() & 7, first = four_expert<GROUPED>(lane8, 0);
    const uint32_t row = shared_address(rows + (warp_lane() >> 3) * 8 * N + first);
    const uint32_t offsets = shared_address(offset + first);
#pragma unroll
    for (int j = 0; j < N / 4; j++) {
        const uint32_t step = GROUPED ? 4 * j : 32 * j, size = sizeof(T);
        float4 v, o;
        four_load(GROUPED ? row ^ step * size : row + step * size, v, (T)0);
        four_load(GROUPED ? offsets ^ step * 4 : offsets + step * 4, o, 0.0f);
        uint32_t a = four_key(v.x, o.x, half_scale);
        uint32_t b = four_key(v.y, o.y, half_scale);
        uint32_t c = four_key(v.z, o.z, half_scale);
        uint32_t d = four_key(v.w, o.w, half_scale);
        keys[2 * j] = halves_pair(a, b);
        keys[2 * j + 1] = halves_pair(c, d);
    }
}

/* A lane's two best keys, and a third that two others are not below. */
struct four_top {
    int best, next, third;
};

template <int N> GPU four_top four_best(const uint32_t (&keys)[N / 2])
{
    uint32_t high = halves_max(keys[0], keys[1]), low = halves_min(keys[0], keys[1]);
#pragma unroll
    for (int j = 1; j < N / 4; j++) {
        uint32_t h = halves_max(keys[2 * j], keys[2 * j + 1]);
        uint32_t l = halves_min(keys[2 * j], keys[2 * j + 1]);
        low = halves_max3(low, l, halves_min(high, h));
        high = halves_max(high, h);
    }
    uint32_t other = halves_swap(high), lower = halves_min(high, other);
    low = halves_max(low, halves_swap(low));
    return {(int)(halves_max(high, other) & 0xffff),
            (int)(halves_max(lower, low) & 0xffff),
            (int)(halves_min(lower, low) & 0xffff)};
}

/* How much lower, or higher, either route can come out than the keys say. */
GPU int four_reach(const four_keys &k, int key)
{
    int by_rounding = ((FOUR_TOP - min(key, FOUR_TOP)) * 9 >> 7) + k.fixed;
    return min((k.group + 1) >> 1, by_rounding);
}

/*
 * Whether a lane's group may stay; without groups, whether the lane is one of four whose
 * second best are not below those of the others: then eight keys are not below these.
 */
template <bool GROUPED>
GPU bool four_may(const four_keys &k, int best, int next, int keep, bool live)
{
    int value = !GROUPED ? next : best == FOUR_NAN ? 2 * FOUR_NAN : best + next;
    int reach = GROUPED ? four_reach(k, next) : 0;
    int least = live ? value - reach : 0, above = 0;
#pragma unroll
    for (int i = 1; i < 8; i++)
        above += (uint32_t)(value + reach - warp_across(least, i)) >> 31;
    return above < keep && live;
}

/* The two least of the lanes' low halves, and of their high ones, which are not below. */
GPU uint32_t four_two_least(uint32_t pair)
{
#pragma unroll
    for (int by = 4; by > 0; by /= 2) {
        uint32_t other = warp_across(pair, by);
        uint32_t rest = __byte_perm(halves_max(pair, other), ~0u, 0x1044);
        pair = halves_min(halves_min(pair, other), rest);
    }
    return pair;
}

/*
 * The key that none of the chosen is below, less 0x8000. The two best of four lanes are
 * eight; if no more lanes may stay, the least of these gives way to the largest third.
 */
template <bool GROUPED>
GPU uint32_t four_limit(const four_keys &k, four_top top, bool may)
{
    uint32_t four = bits_set(warp_ballot(may) >> (warp_lane() & 24) & 255) == 4;
    uint32_t least =
        four_two_least(may ? (uint32_t)top.next | (uint32_t)top.best << 16 : ~0u);
    int third = most8(may || !GROUPED ? top.third : 0), low = (int)(least & 0xffff);
    low = four ? max(low, min((int)(least >> 16), third)) : low;
    low = min(low, FOUR_TOP);
    int reach = ((FOUR_TOP + k.choice - low) * 9 >> 7) + k.fixed;
    return (uint32_t)max(low - min(k.choice, reach) - 0x8000, 0);
}

/* Bit 8 * q + j % 8 of word j / 8: the q-th of piece j reaches the limit. */
template <int N>
GPU void four_reaching(const uint32_t (&keys)[N / 2], uint32_t limit,
                       uint32_t (&mask)[(N + 31) / 32])
{
    uint32_t both = limit * 0x10001u;
#pragma unroll
    for (int w = 0; w < (N + 31) / 32; w++)
        mask[w] = 0;
#pragma unroll
    for (int j = 0; j < N / 4; j++)
        mask[j / 8] |= halves_signs(keys[2 * j] - both, keys[2 * j + 1] - both) &
                       (0x01010101u << (j % 8));
}

template <int W> GPU int four_count(const uint32_t (&mask)[W])
{
    int count = 0;
#pragma unroll
    for (int w = 0; w < W; w++)
        count += bits_set(mask[w]);
    return count;
}

template <int W> GPU void four_none(uint32_t (&mask)[W])
{
#pragma unroll
    for (int w = 0; w < W; w++)
        mask[w] = 0;
}

#endif
