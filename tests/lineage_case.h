/*
 * lineage_case.h - the values at a line of a piece of Python, studied with a pin.
 *
 * Layer: tests. Only for files named test_*.c. Lines count from the first one of the
 * piece.
 */
#ifndef CP_TESTS_LINEAGE_CASE_H
#define CP_TESTS_LINEAGE_CASE_H

#include "harness.h"

#include "flow_text.h"

#include "findings/lineage.h"

static flow_text text;
static cp_findings found;
static cp_study study;

static inline void no_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    (void)path;
    (void)err;
}

/* Studies `code`, whose first line is line 1 of what is asked for. */
static inline void study_at(const char *code, const char *pin)
{
    static const char imports[] =
        "from flashinfer.fused_moe import trtllm_fp8_block_scale_moe as moe\n"
        "from flashinfer.fused_moe import RoutingMethodType as R\n";
    cp_str whole = cp_str_printf(&arena, "%s%s", imports, code);
    text = flow_text_of(&arena, cp_str_c(&arena, whole));
    found = (cp_findings){.arena = &arena};
    study = (cp_study){.arena = &arena,
                       .flow = text.flow,
                       .contracts = cp_contracts_bundled(&arena),
                       .pins = cp_pins_new(&arena, no_trouble, NULL),
                       .model = CP_DTYPES(CP_BF16),
                       .findings = &found};
    assert_int_equal(cp_pins_assume(study.pins, cp_str_of(pin), NULL), CP_OK);
    cp_study_run(&study);
}

static inline void study_of(const char *code)
{
    study_at(code, "flashinfer-python==0.6.11.post1");
}

/* The lines that flow_text and study_of put in front. */
enum { BEFORE = 7 };

static inline const cp_module *module(void)
{
    size_t count;
    return cp_project_modules(text.project, &count)[0];
}

static inline cp_lineage *at(uint32_t line, uint32_t column, size_t *count)
{
    return cp_lineages_at(&study, module(), BEFORE + line, column, count);
}

static inline void add_dtypes(cp_buf *buf, cp_dtypes set)
{
    cp_str names = cp_value_text(&arena, set);
    cp_buf_add(buf, names.len ? names : CP_STR("?"));
}

/* Logits that are cast in line 2 and reach a kernel in line 3. */
#define CAST                                                                             \
    "def f(router_logits, c):\n"                                                         \
    "    x = router_logits.float()\n"                                                    \
    "    moe(routing_logits=x, routing_method_type=R.DeepSeekV3)\n"

#endif
