#include "validation/gate.h"

#include "validation/job.h"

static cp_validation measure(cp_arena *arena, const cp_preset *preset,
                             const cp_validate_options *options)
{
    int64_t tokens = options->tokens > 0 ? options->tokens : CP_GATE_TOKENS;
    cp_gate_spec gate = {preset->hidden, preset->spec.experts, CP_GATE_STD,
                         options->seed};
    cp_measurement m = {.spec = preset->spec,
                        .has_bias = preset->bias,
                        .from = CP_STORE_F32,
                        .to = CP_STORE_BF16,
                        .std = CP_GATE_STD,
                        .seed = options->seed,
                        .tokens = tokens,
                        .gate = &gate};
    cp_comparison seen = cp_measure(&m);
    cp_validation result = {.device = CP_STR("cpu"),
                            .method = job_method(preset),
                            .preset = preset->name,
                            .from = CP_F32,
                            .proof = CP_STR(""),
                            .seed = options->seed};
    job_measured(&result, &seen);
    cp_measure_interval(seen.expert_set_mismatches, seen.tokens, &result.rate_low,
                        &result.rate_high);
    result.inputs = cp_str_printf(
        arena,
        "a gate of %d by %d in bfloat16, summed in float32: hidden N(0, 1), weights so "
        "that logits have std %g%s, seed %llu; its output in float32 and rounded to "
        "bfloat16",
        preset->hidden, preset->spec.experts, (double)CP_GATE_STD,
        preset->bias ? ", bias N(0, 0.01^2)" : "", (unsigned long long)options->seed);
    result.reason = cp_str_printf(
        arena,
        "%lld of %lld tokens (%.3f %%; 95 %% interval %.3f to %.3f %%) choose "
        "other experts",
        (long long)seen.expert_set_mismatches, (long long)seen.tokens,
        100 * (double)seen.expert_set_mismatches / (double)seen.tokens,
        100 * result.rate_low, 100 * result.rate_high);
    return result;
}

cp_gate_effects cp_validate_gate(cp_arena *arena, const cp_preset *preset,
                                 const cp_validate_options *options)
{
    cp_gate_effects effects = {0};
    const cp_presets *all = options->presets;
    for (size_t i = 0; all && i < all->count; i++) {
        const cp_preset *one = &all->items[i];
        bool wanted = preset ? one == preset : one->is_default;
        if (!wanted || !one->hidden)
            continue;
        cp_validation effect = measure(arena, one, options);
        cp_push(arena, effects.items, effects.count, effects.room, effect);
    }
    return effects;
}
