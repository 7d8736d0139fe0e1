/*
 * debt_case.h - the debt of a fixture.
 *
 * Layer: tests. Only for files named test_*.c, after harness.h.
 */
#ifndef CP_TESTS_DEBT_CASE_H
#define CP_TESTS_DEBT_CASE_H

#include "harness.h"

#include "findings/debt.h"
#include "read/source.h"

static cp_project *project;
static cp_findings findings;
static cp_study study;

static inline int end_project(void **state)
{
    if (project)
        cp_project_dispose(project);
    project = NULL;
    return end(state);
}

#define DEBT(name) cmocka_unit_test_setup_teardown(name, begin, end_project)

/* Makes the study of a text, with one requirement assumed ("" for none). */
static inline void study_text(const char *path, cp_str text, const char *assume)
{
    cp_err err = {0};
    project = cp_project_of_text(cp_str_of(path), text);
    findings = (cp_findings){.arena = &arena};
    study = (cp_study){.arena = &arena,
                       .flow = cp_flow_new(project, cp_flow_rules_bundled(&arena)),
                       .contracts = cp_contracts_bundled(&arena),
                       .pins = cp_pins_new(&arena, NULL, NULL),
                       .model = CP_DTYPES(CP_BF16),
                       .findings = &findings};
    if (*assume)
        assert_int_equal(cp_pins_assume(study.pins, cp_str_of(assume), &err), CP_OK);
}

static inline cp_debt debt_of(const char *fixture, const char *assume)
{
    cp_err err = {0};
    cp_source source;
    cp_debt debt;
    cp_str path = cp_str_printf(&arena, "fixtures/debt/%s", fixture);
    if (cp_source_read(&arena, path, &source, &err))
        fail_msg("%s", err.msg);
    study_text(path.ptr, source.text, assume);
    cp_debt_find(&study, &debt);
    return debt;
}

static inline cp_debt debt_of_text(const char *text)
{
    cp_debt debt;
    study_text("nowhere/x.py", cp_str_of(text), "flashinfer-python==0.6.12");
    cp_debt_find(&study, &debt);
    return debt;
}

/* The item whose text begins so. */
static inline const cp_debt_item *item(const cp_debt *debt, const char *text)
{
    for (size_t i = 0; i < debt->item_count; i++)
        if (cp_str_starts(debt->items[i].text, cp_str_of(text)))
            return &debt->items[i];
    fail_msg("no item begins with '%s'", text);
    return NULL;
}

#endif
