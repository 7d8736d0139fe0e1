/*
 * four_list.cuh - the lists of gpu_four.cuh: the experts that may be chosen.
 *
 * Layer: kernels. CUDA alone.
 */
#ifndef CP_KERNELS_FOUR_LIST_CUH
#define CP_KERNELS_FOUR_LIST_CUH

#include "kernels/four_keys.cuh"
#include "kernels/gpu_any.cuh"

#define FOUR_STRIDE 36 /* places a token, so that tokens differ in banks */

/*
 * One warp's shared memory; slots take the place of orders once these are ranked, and
 * `any` that of all.
 */
template <bool GROUPED> struct four_room {
    union {
        any_room<GROUPED ? 256 : 4, 8, 32> any;
        struct {
            int32_t at[4 * FOUR_STRIDE];
        } order;
        struct {
            alignas(16) float score[4 * 8];
            int32_t plain[4 * 9], cast[4 * 9], rank[4 * 9];
        } best;
        struct {
            float plain[4 * 8], cast[4 * 8]; /* scores in order of choice */
            float other[4 * 8]; /* by the cast route, of plain's k-th choice */
            int32_t rank[4 * 8], id[4 * 8];
        } slot;
    };
    uint16_t list[4 * 32];
};

/* Where four tokens lie, and what is found out about them. */
template <class T> struct four_tokens {
    const T *rows;                     /* in shared memory */
    const float *bias, *offset, *near; /* likewise; of keys, of near keys */
    int64_t first;                     /* the first one's number */
    int32_t count;                     /* of the four, how many are */
    int32_t listed;                    /* of this lane's token */
    int32_t start, own;                /* the lane's own in that list */
    uint32_t groups;                   /* of this lane's token, that may stay */
    bool may;                          /* this lane's group may stay */
    bool unsure;                       /* in some token more groups may stay than do */
    int32_t full;                      /* tokens that have a list */
};

/* Where the lane's own begin in its token's list, and how long that is. */
GPU void four_places(int own, int *start, int *listed)
{
    const int lane = warp_lane();
    int end = own;
#pragma unroll
    for (int by = 1; by < 8; by *= 2) {
        int before = warp_up8(end, by);
        end += (lane & 7) >= by ? before : 0;
    }
    *start = end - own;
    *listed = warp_from(end, lane | 7);
}

/* Writes the lane's own to its token's list, from place `start` on. */
template <int W> GPU void four_list(uint32_t (&mask)[W], int start, uint16_t *list)
{
    const int lane = warp_lane();
    uint16_t *at = list + (lane >> 3) * 32 + start;
#pragma unroll
    for (int w = 0; w < W; w++) {
        int longest = warp_most(bits_set(mask[w])), code = (lane & 7) << 6 | w << 5;
#pragma unroll 1
        for (int i = 0; i < longest; i++) {
            int bit = top_bit(mask[w]);
            if (mask[w])
                *at++ = (uint16_t)(code | bit);
            mask[w] &= ~bit_at(bit);
        }
    }
    warp_sync();
}

/* The expert of an entry. */
template <bool GROUPED> GPU int four_listed(uint32_t code)
{
    int j = (int)((code & 7) | (code >> 2 & 8)), q = (int)(code >> 3 & 3);
    return four_expert<GROUPED>((int)(code >> 6), j) + q;
}

#endif
