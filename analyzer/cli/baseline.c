#include "report/baseline.h"

#include <stdio.h>

#include "cli/commands.h"
#include "cli/run.h"

static cp_status write_baseline(const cp_run *run, cp_err *err)
{
    cp_options options = *run->options;
    options.output = options.write_baseline;
    cp_status st =
        cp_run_write(&options, cp_baseline_text(run->arena, &run->findings), err);
    if (!st && !options.quiet)
        fprintf(stderr, "castproof: wrote %zu finding%s to %.*s\n", run->findings.count,
                run->findings.count == 1 ? "" : "s", CP_STR_ARGS(options.output));
    return st;
}

int cp_command_write_baseline(cp_arena *arena, const cp_options *options)
{
    cp_run run = {0};
    cp_err err = {0};
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st)
        st = cp_run_study(&run, &err);
    if (!st) {
        cp_run_complain(&run);
        st = write_baseline(&run, &err);
    }
    int exit_status = run.failures ? 2 : 0;
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}
