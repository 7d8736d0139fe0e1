#include "cli/commands.h"
#include "cli/run.h"

int cp_command_show_settings(cp_arena *arena, const cp_settings *settings,
                             const cp_options *options)
{
    cp_err err = {0};
    cp_str text = cp_settings_text(arena, settings, options);
    return cp_run_write(options, text, &err) ? cp_command_failed(&err) : 0;
}

static cp_status list_files(cp_run *run, cp_buf *out, cp_err *err)
{
    const cp_options *options = run->options;
    if (options->paths.count == 1 && cp_str_is(options->paths.items[0], "-")) {
        cp_buf_printf(out, "%.*s\n", CP_STR_ARGS(cp_run_stdin_name(options)));
        return CP_OK;
    }
    cp_status st = cp_run_list(run, err);
    for (size_t i = 0; !st && i < run->file_count; i++)
        if (cp_run_reports(run, run->files[i]))
            cp_buf_printf(out, "%.*s\n", CP_STR_ARGS(run->files[i]));
    return st;
}

int cp_command_show_files(cp_arena *arena, const cp_options *options)
{
    cp_run run = {.arena = arena, .options = options};
    cp_buf out = {.arena = arena};
    cp_err err = {0};
    run.reported.arena = arena;
    cp_status st = list_files(&run, &out, &err);
    cp_run_complain(&run);
    if (!st)
        st = cp_run_write(options, cp_buf_str(&out), &err);
    return st ? cp_command_failed(&err) : run.failures ? 2 : 0;
}
