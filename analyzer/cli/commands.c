#include "cli/commands.h"

#include <stdio.h>

#include "cli/prove.h"
#include "cli/run.h"
#include "report/statistics.h"

int cp_command_failed(const cp_err *err)
{
    fprintf(stderr, "castproof: %s\n", err->msg);
    return 2;
}

/* Casts of routing tensors of which nothing is said, and why: on standard error for
   people, and once in what --explain-unknown writes for programs. */
static void say_unjudged(const cp_run *run, const cp_report *report)
{
    const cp_options *options = run->options;
    bool in_report = report->with_unjudged && options->format == CP_FORMAT_JSON;
    if (in_report || !(options->verbose || options->explain_unknown))
        return;
    for (size_t i = 0; i < report->unjudged_count; i++) {
        const cp_unjudged *cast = &report->unjudged[i];
        const cp_source *source = cast->module->source;
        fprintf(stderr, "castproof: %.*s:%u: nothing said of this cast: %s\n",
                CP_STR_ARGS(source->path), cp_source_line(source, cast->span.start),
                cast->why);
    }
}

static cp_str findings_text(cp_arena *arena, const cp_options *options,
                            const cp_report *report, const cp_report_style *style)
{
    if (options->statistics)
        return cp_report_statistics(arena, report, options->format, style);
    return cp_report_findings(arena, report, options->format, style);
}

int cp_command_check(cp_arena *arena, const cp_options *options)
{
    cp_run run;
    cp_err err = {0};
    int exit_status = 0;
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st)
        st = cp_run_study(&run, &err);
    if (!st) {
        cp_report report = cp_run_report(&run);
        cp_report_style style = cp_run_style(options);
        cp_run_complain(&run);
        say_unjudged(&run, &report);
        st = cp_run_write(options, findings_text(arena, options, &report, &style), &err);
        exit_status = run.failures ? 2 : run.findings.count ? 1 : 0;
    }
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}

static bool fails(const cp_options *options, const cp_debt_item *item)
{
    for (size_t i = 0; i < options->fail_on.count; i++) {
        cp_str state = options->fail_on.items[i];
        if (cp_str_is(state, "any") ||
            cp_str_is(state, cp_debt_state_name(item->state)) ||
            (cp_str_is(state, "stale") && item->age_days > 365))
            return true;
    }
    return false;
}

/* The page also has the casts that can go, with their patches and what these do. */
static cp_status page_of(cp_run *run, const cp_debt *debt, const cp_gate_effects *gate,
                         cp_str *page, cp_err *err)
{
    cp_proofs proofs = {0};
    cp_patches patches = {0};
    const cp_patch_options all = {0};
    cp_status st = cp_run_study(run, err);
    if (!st)
        st = cp_prove(run, false, &proofs, err);
    if (!st)
        st = cp_patches_make(run->arena, &run->plan, proofs.for_patches, &all, &patches,
                             err);
    if (st)
        return st;
    cp_report report = cp_run_report(run);
    report.checked = proofs.checked;
    report.checked_count = proofs.count;
    const cp_debt_page shown = {
        .debt = debt, .gate = gate, .report = &report, .patches = &patches};
    *page = cp_report_debt_page(run->arena, &shown);
    return CP_OK;
}

static cp_status report_debt(cp_run *run, const cp_debt *debt, cp_err *err)
{
    cp_format format = run->options->format;
    cp_report_style style = cp_run_style(run->options);
    cp_str text = {"", 0};
    cp_gate_effects gate = {0};
    cp_status st = CP_OK;
    if (debt->item_count + debt->row_count)
        st = cp_prove_gate(run, &gate, err);
    if (!st && format == CP_FORMAT_HTML)
        st = page_of(run, debt, &gate, &text, err);
    else if (!st)
        text = cp_report_debt(run->arena, debt, &gate, format, &style);
    cp_run_complain(run);
    return st ? st : cp_run_write(run->options, text, err);
}

int cp_command_debt(cp_arena *arena, const cp_options *options)
{
    cp_run run;
    cp_err err = {0};
    int exit_status = 0;
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st) {
        cp_debt debt = {0};
        cp_debt_find(&run.study, &debt);
        cp_run_keep_debt(&run, &debt);
        st = report_debt(&run, &debt, &err);
        for (size_t i = 0; i < debt.item_count; i++)
            if (fails(options, &debt.items[i]))
                exit_status = 1;
        if (run.failures)
            exit_status = 2;
    }
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}

int cp_command_explain(cp_arena *arena, const cp_options *options)
{
    cp_err err = {0};
    cp_rules rules = cp_rules_bundled(arena);
    const cp_rule *rule = cp_rules_find(&rules, options->paths.items[0]);
    if (!rule) {
        cp_fail(&err, CP_ERR_USAGE, "'%.*s' is no rule; castproof rules lists them",
                CP_STR_ARGS(options->paths.items[0]));
        return cp_command_failed(&err);
    }
    cp_report_style style = cp_run_style(options);
    cp_str text = cp_report_rule(arena, rule, options->format, &style);
    return cp_run_write(options, text, &err) ? cp_command_failed(&err) : 0;
}

int cp_command_rules(cp_arena *arena, const cp_options *options)
{
    cp_err err = {0};
    cp_rules rules = cp_rules_bundled(arena);
    cp_report_style style = cp_run_style(options);
    cp_str text = cp_report_rules(arena, &rules, options->format, &style);
    return cp_run_write(options, text, &err) ? cp_command_failed(&err) : 0;
}

/* The commands that read a source tree, as its settings ask for. */
static int run_on_tree(cp_arena *arena, const cp_options *given)
{
    cp_options options = *given;
    cp_settings settings;
    cp_err err = {0};
    cp_status st = cp_settings_find(arena, &options, &settings, &err);
    if (!st)
        st = cp_settings_apply(arena, &settings, &options, &err);
    if (st)
        return cp_command_failed(&err);
    if (!options.paths.count)
        options.paths = options.roots;
    if (options.show_settings)
        return cp_command_show_settings(arena, &settings, &options);
    if (options.show_files)
        return cp_command_show_files(arena, &options);
    if (options.write_baseline.len)
        return cp_command_write_baseline(arena, &options);
    if (options.add_ignore.len)
        return cp_command_add_ignore(arena, &options);
    switch (options.command) {
    case CP_COMMAND_FIX:
        return cp_command_fix(arena, &options);
    case CP_COMMAND_VALIDATE:
        return cp_command_validate(arena, &options);
    case CP_COMMAND_DEBT:
        return cp_command_debt(arena, &options);
    case CP_COMMAND_PLAN:
        return cp_command_plan(arena, &options);
    case CP_COMMAND_TRACE:
        return cp_command_trace(arena, &options);
    default:
        return cp_command_check(arena, &options);
    }
}

int cp_command_run(cp_arena *arena, const cp_options *options)
{
    switch (options->command) {
    case CP_COMMAND_CHECK:
    case CP_COMMAND_FIX:
    case CP_COMMAND_VALIDATE:
    case CP_COMMAND_DEBT:
    case CP_COMMAND_PLAN:
    case CP_COMMAND_TRACE:
        return run_on_tree(arena, options);
    case CP_COMMAND_MINE:
        return cp_command_mine(arena, options);
    case CP_COMMAND_MERGE:
        return cp_command_merge(arena, options);
    case CP_COMMAND_CONTRACTS:
        return cp_command_contracts(arena, options);
    case CP_COMMAND_EXPLAIN:
        return cp_command_explain(arena, options);
    case CP_COMMAND_RULES:
        return cp_command_rules(arena, options);
    case CP_COMMAND_COMPLETIONS:
        return cp_command_completions(arena, options);
    case CP_COMMAND_MANUAL:
        return cp_command_manual(arena, options);
    case CP_COMMAND_HELP:
        fputs(cp_options_help(arena).ptr, stdout);
        return 0;
    case CP_COMMAND_VERSION:
        printf("castproof %s\n", CP_VERSION);
        return 0;
    }
    return 2;
}
