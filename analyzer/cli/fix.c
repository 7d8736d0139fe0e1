#include <stdio.h>

#include "cli/commands.h"
#include "cli/prove.h"
#include "cli/run.h"
#include "patches/patch.h"

/* What -v says of changes that were found and not made. */
static void say_refusals(const cp_run *run)
{
    for (size_t i = 0; run->options->verbose && i < run->plan.refusal_count; i++) {
        const cp_refusal *refusal = &run->plan.refusals[i];
        const cp_source *source = refusal->finding->module->source;
        fprintf(stderr, "castproof: %.*s:%u: not changed: %.*s\n",
                CP_STR_ARGS(source->path),
                cp_source_line(source, refusal->finding->span.start),
                CP_STR_ARGS(refusal->reason));
    }
}

static cp_status in_place(cp_run *run, const cp_patches *patches, int *exit_status,
                          cp_err *err)
{
    size_t written = 0;
    cp_status st = cp_run_apply(run, patches, &written, err);
    size_t fixed = 0;
    for (size_t i = 0; i < patches->count; i++)
        fixed += patches->items[i].fix->finding_count;
    if (!st && !run->options->quiet)
        fprintf(stderr, "castproof: fixed %zu of %zu findings in %zu file%s\n", fixed,
                run->findings.count, written, written == 1 ? "" : "s");
    *exit_status = fixed == run->findings.count ? 0 : 1;
    return st;
}

static cp_status write_patches(cp_run *run, int *exit_status, cp_err *err)
{
    const cp_options *options = run->options;
    cp_patches patches = {0};
    cp_patch_options only = {.only_exact = options->in_place && !options->unsafe};
    cp_patch_proof *proofs = NULL;
    cp_proofs proved = {0};
    cp_status st = CP_OK;
    if (options->patch_dir.len) {
        st = cp_prove(run, false, &proved, err);
        proofs = proved.for_patches;
    }
    if (!st)
        st = cp_patches_make(run->arena, &run->plan, proofs, &only, &patches, err);
    if (st)
        return st;
    say_refusals(run);
    *exit_status = run->findings.count ? 1 : 0;
    if (options->in_place)
        return in_place(run, &patches, exit_status, err);
    if (options->patch_dir.len) {
        st = cp_patches_write_dir(run->arena, &patches, options->patch_dir, err);
        if (!st && !options->quiet)
            fprintf(stderr, "castproof: wrote %zu patch%s and index.json to %.*s\n",
                    patches.count, patches.count == 1 ? "" : "es",
                    CP_STR_ARGS(options->patch_dir));
        return st;
    }
    cp_str diff = {"", 0};
    st = cp_patches_diff(run->arena, &patches, &diff, err);
    return st ? st : cp_run_write(options, diff, err);
}

int cp_command_fix(cp_arena *arena, const cp_options *options)
{
    cp_run run;
    cp_err err = {0};
    int exit_status = 0;
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st)
        st = cp_run_study(&run, &err);
    if (!st) {
        cp_run_complain(&run);
        st = write_patches(&run, &exit_status, &err);
        if (run.failures)
            exit_status = 2;
    }
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}
