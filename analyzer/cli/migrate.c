#include "cli/commands.h"
#include "cli/prove.h"
#include "cli/run.h"

/* All patches of several runs, one after another. */
static cp_status add_patches(cp_run *run, cp_patches *all, cp_err *err)
{
    cp_patches more = {0};
    cp_patch_options options = {0};
    cp_status st = cp_patches_make(run->arena, &run->plan, NULL, &options, &more, err);
    for (size_t i = 0; !st && i < more.count; i++)
        cp_push(run->arena, all->items, all->count, all->room, more.items[i]);
    return st;
}

/* A patch that claims to be exact and is not makes no step. */
static void take_back(const cp_run *run, const cp_report *report)
{
    for (size_t i = 0; i < run->plan.fix_count; i++) {
        cp_fix *fix = run->plan.fixes[i];
        if (fix->effect == CP_EFFECT_EXACT && !cp_report_holds(report, fix))
            fix->effect = cp_report_effect(report, fix);
    }
}

static cp_status study(cp_run *run, cp_proofs *proofs, cp_patches *patches, cp_err *err)
{
    cp_status st = cp_run_study(run, err);
    if (!st)
        st = cp_prove(run, true, proofs, err);
    if (st)
        return st;
    cp_report report = {.checked = proofs->checked, .checked_count = proofs->count};
    take_back(run, &report);
    return add_patches(run, patches, err);
}

/* The same tree once more, with a pin raised. */
static cp_status study_raised(cp_run *run, cp_pins **pins, cp_raise *raise,
                              cp_proofs *proofs, cp_patches *patches, cp_err *err)
{
    cp_run *then = cp_new(run->arena, cp_run, 1);
    *pins = cp_pins_raised(*pins, raise->package, raise->version, err);
    if (!*pins)
        return CP_ERR_USAGE;
    *then = *run;
    then->findings = (cp_findings){.arena = run->arena};
    then->plan = (cp_plan){0};
    then->study = (cp_study){.arena = run->arena,
                             .flow = run->study.flow,
                             .contracts = run->study.contracts,
                             .own = run->study.own,
                             .pins = *pins,
                             .model = run->study.model,
                             .findings = &then->findings};
    raise->then = &then->findings;
    return study(then, proofs, patches, err);
}

static cp_status write_plan(cp_run *run, cp_err *err)
{
    cp_proofs proofs = {0};
    cp_patches patches = {0};
    cp_debt debt = {0};
    cp_migration migration;
    size_t count;
    cp_status st = study(run, &proofs, &patches, err);
    if (st)
        return st;
    cp_debt_find(&run->study, &debt);
    cp_run_keep_debt(run, &debt);
    cp_raise *raises = cp_migration_raises(&run->study, &debt, &count);
    cp_pins *pins = run->study.pins;
    for (size_t i = 0; !st && i < count; i++)
        st = study_raised(run, &pins, &raises[i], &proofs, &patches, err);
    if (st)
        return st;
    cp_migration_make(&run->study, &debt, raises, count, &migration);
    cp_report report = cp_run_report(run);
    report.checked = proofs.checked;
    report.checked_count = proofs.count;
    cp_migrated migrated = {&migration, &report, &patches};
    cp_report_style style = cp_run_style(run->options);
    cp_run_complain(run);
    return cp_run_write(
        run->options,
        cp_report_migration(run->arena, &migrated, run->options->format, &style), err);
}

int cp_command_plan(cp_arena *arena, const cp_options *options)
{
    cp_run run;
    cp_err err = {0};
    cp_status st = cp_run_read(&run, arena, options, &err);
    if (!st)
        st = write_plan(&run, &err);
    int exit_status = run.failures ? 2 : 0;
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}
