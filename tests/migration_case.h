/*
 * migration_case.h - the migration of a fixture or a text, and what must hold of each.
 *
 * Layer: tests. Only for files named test_*.c.
 */
#ifndef CP_TESTS_MIGRATION_CASE_H
#define CP_TESTS_MIGRATION_CASE_H

#include "debt_case.h"

#include "edits/plan.h"
#include "findings/migration.h"

static cp_debt debt;
static cp_raise *raises;
static size_t raise_count;

static inline void find(cp_study *one)
{
    cp_plan plan;
    cp_study_run(one);
    assert_int_equal(cp_plan_fixes(&arena, one->findings, &plan, NULL), CP_OK);
}

static inline const cp_findings *found_after(cp_pins *pins)
{
    cp_findings *then = cp_new(&arena, cp_findings, 1);
    then->arena = &arena;
    cp_study *one = cp_new(&arena, cp_study, 1);
    *one = (cp_study){.arena = &arena,
                      .flow = study.flow,
                      .contracts = study.contracts,
                      .pins = pins,
                      .model = study.model,
                      .findings = then};
    find(one);
    return then;
}

/* The migration of the study that was made last. */
static inline cp_migration migrate(void)
{
    cp_migration migration;
    find(&study);
    cp_debt_find(&study, &debt);
    raises = cp_migration_raises(&study, &debt, &raise_count);
    cp_pins *pins = study.pins;
    for (size_t i = 0; i < raise_count; i++) {
        pins = cp_pins_raised(pins, raises[i].package, raises[i].version, NULL);
        assert_non_null(pins);
        raises[i].then = found_after(pins);
    }
    cp_migration_make(&study, &debt, raises, raise_count, &migration);
    return migration;
}

static inline cp_migration migrate_fixture(const char *name, const char *assume)
{
    cp_err err = {0};
    cp_source source;
    cp_str path = cp_str_printf(&arena, "fixtures/debt/%s", name);
    if (cp_source_read(&arena, path, &source, &err))
        fail_msg("%s", err.msg);
    study_text(path.ptr, source.text, assume);
    return migrate();
}

/* A library of two calls: `a` gives up bfloat16 in 2.0, where `b` begins to take it. */
static const char library[] =
    "[[package]]\nname = \"lib\"\nreleases = [\"1.0\", \"2.0\"]\n"
    "[[entry]]\npackage = \"lib\"\nversions = \">=1.0\"\ncall = \"lib.a\"\n"
    "parameters = [\"routing_logits\"]\n"
    "[[entry]]\npackage = \"lib\"\nversions = \">=1.0\"\ncall = \"lib.b\"\n"
    "parameters = [\"routing_logits\"]\n"
    "[[contract]]\npackage = \"lib\"\nversion = \"1.0\"\ncall = \"lib.a\"\n"
    "parameter = \"routing_logits\"\naccepts = [\"float32\", \"bfloat16\"]\n"
    "stated = [\"a.cu:1\"]\n"
    "[[contract]]\npackage = \"lib\"\nversion = \"2.0\"\ncall = \"lib.a\"\n"
    "parameter = \"routing_logits\"\naccepts = [\"float32\"]\nstated = [\"a.cu:2\"]\n"
    "[[contract]]\npackage = \"lib\"\nversion = \"1.0\"\ncall = \"lib.b\"\n"
    "parameter = \"routing_logits\"\naccepts = [\"float32\"]\nstated = [\"b.cu:1\"]\n"
    "[[contract]]\npackage = \"lib\"\nversion = \"2.0\"\ncall = \"lib.b\"\n"
    "parameter = \"routing_logits\"\naccepts = [\"float32\", \"bfloat16\"]\n"
    "stated = [\"b.cu:2\"]\n"
    "[[effective]]\npackage = \"lib\"\nversions = \">=1.0\"\n"
    "calls = [\"lib.a\", \"lib.b\"]\nparameter = \"routing_logits\"\n"
    "reads = [\"float32\", \"bfloat16\"]\ncomputes = \"float32\"\n"
    "stated = [\"a.cu:9\"]\nreason = \"widens each one\"\n";

static inline cp_migration migrate_text(const char *text, const char *assume)
{
    cp_err err = {0};
    cp_contracts *set = cp_contracts_bundled(&arena);
    if (cp_contracts_add(set, CP_STR("lib.toml"), cp_str_of(library), &err))
        fail_msg("%s", err.msg);
    study_text("x.py", cp_str_of(text), assume);
    study.contracts = set;
    return migrate();
}

static inline bool needs(const cp_step *step, size_t number)
{
    for (size_t i = 0; i < step->need_count; i++)
        if (step->needs[i] == number)
            return true;
    return false;
}

/* The number of the first step of that kind from `from` on; 0 if there is none. */
static inline size_t next_step(const cp_migration *migration, cp_step_kind kind,
                               size_t from)
{
    for (size_t i = from ? from - 1 : 0; i < migration->step_count; i++)
        if (migration->steps[i].kind == kind)
            return i + 1;
    return 0;
}

static inline bool drops(const cp_step *step, const cp_module *module, cp_span span)
{
    for (uint32_t i = 0; step->fix && i < step->fix->finding_count; i++)
        if (step->fix->findings[i]->module == module &&
            step->fix->findings[i]->span.start == span.start)
            return true;
    return false;
}

/* Whether something makes the place ready before the gate changes: what it takes, a cast
   that no step drops, a raise, or a step of its own. */
static inline bool is_ready(const cp_migration *migration, const cp_step *gate,
                            const cp_debt_row *row, const cp_debt_arrival *arrival)
{
    bool bare = !arrival->cast;
    for (size_t i = 0; i < migration->step_count; i++) {
        const cp_step *step = &migration->steps[i];
        if (step->kind == CP_STEP_CONSUMER && step->consumer->row == row)
            return needs(gate, i + 1);
        if (step->kind == CP_STEP_RAISE && arrival->since.len && needs(gate, i + 1) &&
            cp_str_ends(arrival->since, step->raise->version))
            return true;
        if (arrival->cast)
            bare |= drops(step, arrival->cast->module, arrival->cast->expr->span);
    }
    return !bare || ((arrival->takes == CP_TRUE || row->accepts_bf16 == CP_TRUE) &&
                     !arrival->computes);
}

static inline void assert_drop_holds(const cp_migration *migration, size_t number)
{
    const cp_step *step = &migration->steps[number - 1];
    bool raised = !step->raise;
    for (size_t i = 0; i + 1 < number; i++)
        raised |= migration->steps[i].kind == CP_STEP_RAISE &&
                  migration->steps[i].raise == step->raise && needs(step, i + 1);
    assert_true(raised);
    if (step->fix)
        assert_int_equal(step->fix->effect, CP_EFFECT_EXACT);
}

/* What the header of migration.h promises, looked at step by step. */
static inline void assert_breaks_nothing(const cp_migration *migration)
{
    for (size_t n = 1; n <= migration->step_count; n++) {
        const cp_step *step = &migration->steps[n - 1];
        for (size_t i = 0; i < step->need_count; i++)
            assert_true(step->needs[i] && step->needs[i] < n);
        if (step->kind == CP_STEP_DROP)
            assert_drop_holds(migration, n);
        if (step->kind != CP_STEP_GATE)
            continue;
        for (size_t r = 0; r < debt.row_count; r++)
            for (size_t a = 0; a < debt.rows[r].arrival_count; a++)
                if (!is_ready(migration, step, &debt.rows[r], &debt.rows[r].arrivals[a]))
                    fail_msg("step %zu breaks %.*s", n,
                             CP_STR_ARGS(debt.rows[r].consumer));
    }
}

#endif
