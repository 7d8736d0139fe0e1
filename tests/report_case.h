/*
 * report_case.h - one finding with everything in it, for the tests of the reports.
 *
 * Layer: tests. Only for files named test_*.c.
 */
#ifndef CP_TESTS_REPORT_CASE_H
#define CP_TESTS_REPORT_CASE_H

#include "harness.h"
#include "report/report.h"

typedef struct report_case {
    cp_findings findings;
    cp_rules rules;
    cp_report report;
    cp_report_style style;
} report_case;

static inline cp_module *case_module(const char *path, cp_str text)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, cp_str_of(path), cp_str_copy(&arena, text));
    cp_module *module = cp_new(&arena, cp_module, 1);
    module->source = source;
    return module;
}

/* The span of the first `part` in the module's text. */
static inline cp_span case_span(const cp_module *module, const char *part)
{
    size_t at = cp_str_find(module->source->text, cp_str_of(part), 0);
    assert_true(at != SIZE_MAX);
    return (cp_span){(uint32_t)at, (uint32_t)(at + strlen(part))};
}

/* A report without findings, of two files of which one was parsed. */
static inline report_case *case_new(void)
{
    report_case *c = cp_new(&arena, report_case, 1);
    c->findings.arena = &arena;
    c->rules = cp_rules_bundled(&arena);
    c->report = (cp_report){.version = "0.1.0",
                            .rules = &c->rules,
                            .findings = &c->findings,
                            .files_checked = 2,
                            .files_parsed = 1};
    return c;
}

static inline cp_contract *case_contract(void)
{
    cp_contract *contract = cp_new(&arena, cp_contract, 1);
    contract->package = CP_STR("flashinfer-python");
    contract->versions.text = CP_STR(">=0.6.8,<0.6.12");
    contract->accepts = CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16);
    contract->stated = cp_new(&arena, cp_str, 2);
    contract->stated[0] = CP_STR("launcher.cu:265");
    contract->stated[1] = CP_STR("core.py:1572");
    contract->stated_count = 2;
    contract->origin = CP_STR("curated");
    return contract;
}

/* A CP101 at 2:5 of a.py with contract, producer, trace, assumption and related. */
static inline cp_finding *case_finding(report_case *c)
{
    cp_module *module = case_module("a.py", CP_STR("if ok:\n    x.to(torch.float32)\n"));
    cp_finding *f = cp_findings_new(&c->findings, "CP101", module,
                                    case_span(module, "x.to(torch.float32)"));
    f->tensor = CP_STR("x");
    f->role = CP_ROLE_ROUTER_LOGITS;
    f->from = CP_DTYPES(CP_BF16);
    f->to = CP_F32;
    f->guard = CP_STR("ok");
    f->consumer = CP_STR("flashinfer.fused_moe.trtllm_bf16_moe");
    f->parameter = CP_STR("routing_logits");
    f->contract = case_contract();
    f->contract_version = CP_STR("0.6.11.post1");
    f->producers = cp_new(&arena, cp_place, 1);
    f->producers[0] =
        (cp_place){CP_STR("gate.py"), 388, 0, 0, CP_STR("F.linear"), CP_DTYPES(CP_BF16)};
    f->producer_count = 1;
    f->related = cp_new(&arena, cp_place, 1);
    f->related[0] = (cp_place){CP_STR("a.py"), 1, 3, 1, CP_STR("stale comment"), 0};
    f->related_count = 1;
    f->assumptions = cp_new(&arena, cp_str, 1);
    f->assumptions[0] = CP_STR("the model does not run in float16");
    f->assumption_count = 1;
    f->message = CP_STR("the cast is not needed");
    f->help = CP_STR("drop it");
    f->effect = CP_EFFECT_EXACT;
    f->change.kind = CP_CHANGE_DROP_CAST;
    return f;
}

/* A fix of that finding alone. */
static inline cp_fix *case_fix(cp_finding *finding)
{
    cp_fix *fix = cp_new(&arena, cp_fix, 1);
    fix->id = CP_STR("cp-0123456789ab");
    fix->effect = finding->effect;
    fix->module = finding->module;
    fix->edits = cp_new(&arena, cp_edit_range, 1);
    fix->edits[0] = (cp_edit_range){12, 30, CP_STR("")};
    fix->edit_count = 1;
    fix->findings = cp_new(&arena, cp_finding *, 1);
    fix->findings[0] = finding;
    fix->finding_count = 1;
    finding->fix = fix;
    return fix;
}

static inline cp_str case_text(report_case *c, cp_format format)
{
    return cp_report_findings(&arena, &c->report, format, &c->style);
}

#endif
