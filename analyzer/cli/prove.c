#include "cli/prove.h"

#include <stdio.h>

#include "cli/commands.h"

/* What does not need a device: the presets, and the one that --model names (or NULL). */
static cp_status read_model(cp_run *run, cp_validate_options *validate,
                            const cp_preset **preset, cp_err *err)
{
    const cp_options *options = run->options;
    cp_presets *presets = cp_new(run->arena, cp_presets, 1);
    *presets = cp_presets_bundled(run->arena);
    *validate = (cp_validate_options){
        .tokens = options->tokens, .seed = options->seed, .presets = presets};
    *preset = NULL;
    if (!options->model.len)
        return CP_OK;
    *preset = cp_presets_find(presets, options->model);
    return *preset ? CP_OK
                   : cp_fail(err, CP_ERR_USAGE, "--model: no preset is called '%.*s'",
                             CP_STR_ARGS(options->model));
}

static cp_status read_options(cp_run *run, cp_validate_options *validate,
                              cp_captures *captures, const cp_preset **preset,
                              cp_err *err)
{
    const cp_options *options = run->options;
    cp_status st = read_model(run, validate, preset, err);
    if (st)
        return st;
    validate->runs = cp_new(run->arena, cp_runs, 1);
    validate->runs->engine = cp_new(run->arena, cp_engine, 1);
    st = cp_engine_open(run->arena, options->device, validate->runs->engine, err);
    if (st || !options->logits.count)
        return st;
    st = cp_captures_open(run->arena, options->logits.items, options->logits.count,
                          captures, err);
    validate->captures = captures;
    return st;
}

cp_status cp_prove_gate(cp_run *run, cp_gate_effects *gate, cp_err *err)
{
    cp_validate_options validate;
    const cp_preset *preset;
    cp_status st = read_model(run, &validate, &preset, err);
    if (!st)
        *gate = cp_validate_gate(run->arena, preset, &validate);
    return st;
}

static void say(cp_buf *text, const cp_finding *finding, const cp_verdict *judged)
{
    const cp_source *source = finding->module->source;
    cp_buf_printf(text, "%.*s line %u: %s. %.*s\n", CP_STR_ARGS(finding->code),
                  cp_source_line(source, finding->span.start),
                  cp_effect_name(judged->effect), CP_STR_ARGS(judged->summary));
}

static void prove_all(cp_run *run, const cp_validate_options *validate,
                      const cp_preset *preset, bool only_exact, cp_proofs *proofs)
{
    const cp_plan *plan = &run->plan;
    proofs->for_patches = cp_new(run->arena, cp_patch_proof, plan->fix_count + 1);
    for (size_t i = 0; i < plan->fix_count; i++) {
        const cp_fix *fix = plan->fixes[i];
        cp_progress_say(run->options->progress, "validating patch %zu of %zu", i + 1,
                        plan->fix_count);
        cp_buf text = {.arena = run->arena};
        for (uint32_t f = 0; f < fix->finding_count; f++) {
            const cp_finding *finding = fix->findings[f];
            if (finding->change.kind == CP_CHANGE_NONE ||
                (only_exact && fix->effect != CP_EFFECT_EXACT))
                continue;
            cp_verdict *verdict = cp_new(run->arena, cp_verdict, 1);
            *verdict = cp_validate_plan(run->arena, &finding->plan, preset, validate);
            cp_checked checked = {finding, verdict};
            cp_push(run->arena, proofs->checked, proofs->count, proofs->room, checked);
            say(&text, finding, verdict);
        }
        proofs->for_patches[i].text = cp_buf_str(&text);
    }
}

cp_status cp_prove(cp_run *run, bool only_exact, cp_proofs *proofs, cp_err *err)
{
    cp_validate_options validate;
    cp_captures captures = {0};
    const cp_preset *preset;
    cp_status st = read_options(run, &validate, &captures, &preset, err);
    if (st)
        return st;
    prove_all(run, &validate, preset, only_exact, proofs);
    cp_progress_hush(run->options->progress);
    cp_captures_close(&captures);
    if (validate.runs->measured_count > 0 && !validate.captures)
        proofs->note = validate.runs->engine->note;
    return CP_OK;
}

int cp_command_validate(cp_arena *arena, const cp_options *options)
{
    cp_run run;
    cp_err err = {0};
    cp_proofs proofs = {0};
    int exit_status = 0;
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st)
        st = cp_run_study(&run, &err);
    if (!st)
        st = cp_prove(&run, false, &proofs, &err);
    if (!st) {
        cp_report report = cp_run_report(&run);
        report.checked = proofs.checked;
        report.checked_count = proofs.count;
        cp_report_style style = cp_run_style(options);
        cp_run_complain(&run);
        if (proofs.note.len && !options->quiet)
            fprintf(stderr, "castproof: %.*s\n", CP_STR_ARGS(proofs.note));
        st = cp_run_write(
            options, cp_report_validation(arena, &report, options->format, &style), &err);
        for (size_t i = 0; i < run.plan.fix_count; i++)
            if (!cp_report_holds(&report, run.plan.fixes[i]))
                exit_status = 1;
        if (run.failures)
            exit_status = 2;
    }
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}
