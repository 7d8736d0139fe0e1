#include <stdio.h>

#include "cli/commands.h"
#include "cli/run.h"
#include "edits/ignores.h"
#include "patches/patch.h"

static void say_left(const cp_ignores *ignores)
{
    for (size_t i = 0; i < ignores->left_count; i++) {
        const cp_finding *finding = ignores->left[i];
        const cp_source *source = finding->module->source;
        fprintf(stderr,
                "castproof: %.*s:%u: no comment can stand on this line; write castproof: "
                "ignore-file[%.*s] or off[%.*s] before it\n",
                CP_STR_ARGS(source->path), cp_source_line(source, finding->span.start),
                CP_STR_ARGS(finding->code), CP_STR_ARGS(finding->code));
    }
}

static cp_status write_comments(cp_run *run, const cp_ignores *ignores, cp_err *err)
{
    const cp_options *options = run->options;
    cp_patches patches = {0};
    for (size_t i = 0; i < ignores->fix_count; i++) {
        cp_patch patch = {.fix = ignores->fixes[i]};
        cp_push(run->arena, patches.items, patches.count, patches.room, patch);
    }
    size_t written = 0;
    cp_status st = cp_run_apply(run, &patches, &written, err);
    if (!st && !options->quiet)
        fprintf(stderr, "castproof: silenced %zu of %zu findings in %zu file%s\n",
                ignores->added, run->findings.count, written, written == 1 ? "" : "s");
    return st;
}

int cp_command_add_ignore(cp_arena *arena, const cp_options *options)
{
    cp_run run = {0};
    cp_err err = {0};
    cp_ignores ignores;
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st)
        st = cp_run_study(&run, &err);
    if (!st) {
        cp_run_complain(&run);
        cp_ignores_plan(arena, &run.findings, options->add_ignore, &ignores);
        say_left(&ignores);
        st = write_comments(&run, &ignores, &err);
    }
    bool all = !st && ignores.added == run.findings.count;
    int exit_status = run.failures ? 2 : all ? 0 : 1;
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}
