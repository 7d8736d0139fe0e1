#include "report/merge.h"

#include "cli/commands.h"
#include "cli/run.h"
#include "read/source.h"

int cp_command_merge(cp_arena *arena, const cp_options *options)
{
    const cp_list *paths = &options->paths;
    cp_part *parts = cp_new(arena, cp_part, paths->count + 1);
    cp_str text = {"", 0};
    cp_err err = {0};
    bool bad = false;
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < paths->count; i++) {
        cp_source source;
        st = cp_source_read(arena, paths->items[i], &source, &err);
        if (!st)
            parts[i] = (cp_part){paths->items[i], source.text};
    }
    if (!st)
        st = cp_report_merge(arena, parts, paths->count, &text, &bad, &err);
    if (!st)
        st = cp_run_write(options, text, &err);
    return st ? cp_command_failed(&err) : bad;
}
