#include "cli/run.h"
#include "findings/changed.h"
#include "read/path.h"
#include "read/walk.h"
#include "report/baseline.h"

bool cp_run_lists(const cp_list *list, cp_str code)
{
    for (size_t i = 0; i < list->count; i++)
        if (cp_str_is(list->items[i], "ALL") || cp_str_starts(code, list->items[i]))
            return true;
    return false;
}

/* TODOs that nobody can act on now are shown when asked for. */
static bool shown_unasked(cp_str code)
{
    return !cp_str_is(code, "CP302") && !cp_str_is(code, "CP303");
}

/* Whether the settings pass the code over in that file; globs count from their folder. */
static bool passed_over(const cp_run *run, cp_str path, cp_str code)
{
    const cp_options *options = run->options;
    if (!options->per_file_count)
        return false;
    cp_str folder = cp_path_whole(run->arena, options->settings_folder);
    cp_str below = cp_path_below(cp_path_whole(run->arena, path), folder);
    for (size_t i = 0; i < options->per_file_count; i++) {
        const cp_file_codes *one = &options->per_file[i];
        if (cp_run_lists(&one->codes, code) && cp_walk_matches(&one->glob, 1, below))
            return true;
    }
    return false;
}

void cp_run_select(cp_run *run)
{
    const cp_options *options = run->options;
    size_t kept = 0;
    for (size_t i = 0; i < run->findings.count; i++) {
        cp_finding *finding = run->findings.items[i];
        cp_str path = finding->module->source->path;
        bool wanted = options->select.count
                          ? cp_run_lists(&options->select, finding->code)
                          : shown_unasked(finding->code);
        wanted = wanted && cp_run_reports(run, path) &&
                 !cp_run_lists(&options->ignore, finding->code) &&
                 !passed_over(run, path, finding->code);
        if (wanted)
            run->findings.items[kept++] = finding;
    }
    run->findings.count = kept;
}

static cp_status check_codes(const cp_run *run, const cp_list *list, cp_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        bool known = cp_str_is(list->items[i], "ALL");
        for (size_t r = 0; r < run->rules.count; r++)
            known |= cp_str_starts(run->rules.items[r].id, list->items[i]);
        if (!known)
            return cp_fail(
                err, CP_ERR_USAGE,
                "no rule's code begins with '%.*s'; castproof rules lists them",
                CP_STR_ARGS(list->items[i]));
    }
    return CP_OK;
}

cp_status cp_run_check_codes(const cp_run *run, cp_err *err)
{
    cp_status st = check_codes(run, &run->options->select, err);
    return st ? st : check_codes(run, &run->options->ignore, err);
}

void cp_run_set_severities(cp_run *run)
{
    for (size_t i = 0; i < run->options->severity_count; i++) {
        const cp_code_severity *wanted = &run->options->severities[i];
        for (size_t r = 0; r < run->rules.count; r++) {
            cp_rule *rule = &run->rules.items[r];
            if (!cp_str_eq(rule->id, wanted->code))
                continue;
            rule->severity = wanted->severity;
            rule->severity_text = cp_str_of(cp_severity_name(wanted->severity));
        }
    }
}

cp_status cp_run_narrow(cp_run *run, cp_err *err)
{
    const cp_options *options = run->options;
    cp_status st = CP_OK;
    if (options->command == CP_COMMAND_TRACE)
        return CP_OK; /* it tells what there is at a place, new or not */
    if (options->baseline.len && !options->write_baseline.len) {
        cp_baseline baseline;
        st = cp_baseline_read(run->arena, options->baseline, &baseline, err);
        if (!st)
            run->in_baseline = cp_baseline_apply(&baseline, &run->findings);
    }
    if (!st && options->diff_base.len)
        st = cp_changed_keep(&run->findings, options->diff_base, err);
    return st;
}
