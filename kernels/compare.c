#include "kernels/compare.h"

#include <math.h>
#include <stdbool.h>

static uint32_t weight_bits(const cp_route_spec *spec, cp_choice c, int32_t rank)
{
    return cp_store_bits(cp_load(c.weights, spec->weights, (size_t)rank), spec->weights);
}

static double difference(float a, float b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0;
    double d = fabs((double)a - b);
    return isnan(d) ? HUGE_VAL : d;
}

/* Where `id` stands in the list, or -1. */
static int32_t rank_of(const int32_t *ids, int32_t top_k, int32_t id)
{
    for (int32_t k = 0; k < top_k; k++)
        if (ids[k] == id)
            return k;
    return -1;
}

static void note(cp_comparison *sum, const cp_route_spec *spec, cp_mismatch at,
                 cp_choice a, cp_choice b, int32_t rank_b)
{
    if (sum->has_first)
        return;
    at.id_a = a.ids[at.rank];
    at.id_b = b.ids[rank_b];
    at.bits_a = weight_bits(spec, a, at.rank);
    at.bits_b = weight_bits(spec, b, rank_b);
    at.weight_a = cp_widen_bits(at.bits_a, spec->weights);
    at.weight_b = cp_widen_bits(at.bits_b, spec->weights);
    sum->first = at;
    sum->has_first = 1;
}

void cp_compare_token(cp_comparison *sum, const cp_route_spec *spec, int64_t token,
                      cp_choice a, cp_choice b)
{
    bool set = false, order = false, weight = false;
    for (int32_t k = 0; k < spec->top_k; k++) {
        cp_mismatch at = {.token = token, .rank = k};
        int32_t other = rank_of(b.ids, spec->top_k, a.ids[k]);
        if (other != k) {
            set = set || other < 0;
            order = true;
            note(sum, spec, at, a, b, k);
        }
        if (other < 0)
            continue;
        uint32_t bits_a = weight_bits(spec, a, k), bits_b = weight_bits(spec, b, other);
        if (bits_a == bits_b)
            continue;
        weight = true;
        note(sum, spec, at, a, b, other);
        double error = difference(cp_widen_bits(bits_a, spec->weights),
                                  cp_widen_bits(bits_b, spec->weights));
        if (error > sum->max_weight_error)
            sum->max_weight_error = error;
    }
    sum->tokens++;
    sum->expert_set_mismatches += set;
    sum->order_mismatches += order && !set;
    sum->weight_mismatches += weight;
}

void cp_compare_add(cp_comparison *sum, const cp_comparison *part)
{
    if (!sum->has_first && part->has_first) {
        sum->has_first = 1;
        sum->first = part->first;
    }
    sum->tokens += part->tokens;
    sum->expert_set_mismatches += part->expert_set_mismatches;
    sum->order_mismatches += part->order_mismatches;
    sum->weight_mismatches += part->weight_mismatches;
    if (part->max_weight_error > sum->max_weight_error)
        sum->max_weight_error = part->max_weight_error;
}

int32_t cp_compare_equal(const cp_comparison *sum)
{
    return !sum->expert_set_mismatches && !sum->order_mismatches &&
           !sum->weight_mismatches;
}
