/*
 * pick.h - the largest of a row, in the order that route.h defines.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA.
 */
#ifndef CP_KERNELS_PICK_H
#define CP_KERNELS_PICK_H

#include "kernels/dtype.h"

/*
 * Integers that order as route.h orders floats: NaN above all, -0 with +0. Adding
 * +0 turns -0 into it; negative numbers order in reverse of their bits.
 */
CP_HD int32_t cp_order(float value)
{
    uint32_t bits = cp_bits_of_float(value + 0.0f);
    uint32_t negative = (uint32_t)((int32_t)bits >> 31);
    int32_t order = (int32_t)(bits ^ (negative & 0x7fffffff));
    return value != value ? INT32_MAX : order;
}

#define CP_PICK_MAX 32
#define CP_PICK_MAX_GROUPS 1024

/* The best `count` so far of the `limit` wanted, best first. */
typedef struct cp_picks {
    int32_t limit, count;
    int32_t order[CP_PICK_MAX];
    int32_t *ids;
} cp_picks;

/* Offers candidates [first, end); called with ascending ranges, so that ties stay. */
CP_HD void cp_pick(cp_picks *picks, const int32_t *order, int32_t first, int32_t end)
{
    for (int32_t id = first; id < end; id++) {
        int32_t at = picks->count;
        if (at >= picks->limit && order[id] <= picks->order[at - 1])
            continue;
        if (at < picks->limit)
            picks->count++;
        else
            at--;
        for (; at > 0 && picks->order[at - 1] < order[id]; at--) {
            picks->order[at] = picks->order[at - 1];
            picks->ids[at] = picks->ids[at - 1];
        }
        picks->order[at] = order[id];
        picks->ids[at] = id;
    }
}

/* The sum of the two largest of `size` values, or the one there is. */
CP_HD float cp_group_value(const float *values, const int32_t *order, int32_t size)
{
    int32_t top = 0, next = -1;
    for (int32_t i = 1; i < size; i++) {
        if (order[i] > order[top]) {
            next = top;
            top = i;
        } else if (next < 0 || order[i] > order[next]) {
            next = i;
        }
    }
    return next < 0 ? values[top] : values[top] + values[next];
}

/* Whether fewer than `keep` groups come before `group`. */
CP_HD int32_t cp_group_stays(const int32_t *order, int32_t groups, int32_t keep,
                             int32_t group)
{
    int32_t before = 0;
    for (int32_t i = 0; i < groups; i++)
        before += order[i] > order[group] || (order[i] == order[group] && i < group);
    return before < keep;
}

/* `count` groups of `size` neighbours each, `keep` of which stay, by rounded values. */
typedef struct cp_groups {
    int32_t count, size, keep;
    cp_storage compute;
} cp_groups;

/* Picks from the best groups. `order` holds the orders of `values`. */
CP_HD void cp_pick_grouped(cp_picks *picks, const float *values, const int32_t *order,
                           const cp_groups *of)
{
    int32_t group_order[CP_PICK_MAX_GROUPS] = {0};
    for (int32_t g = 0; g < of->count; g++) {
        int32_t at = g * of->size;
        float value = cp_group_value(values + at, order + at, of->size);
        group_order[g] = cp_order(cp_round_to(value, of->compute));
    }
    for (int32_t g = 0; g < of->count; g++)
        if (cp_group_stays(group_order, of->count, of->keep, g))
            cp_pick(picks, order, g * of->size, (g + 1) * of->size);
}

#endif
