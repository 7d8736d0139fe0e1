#include "debt_case.h"

static const cp_debt_row *row(const cp_debt *debt, const char *consumer)
{
    for (size_t i = 0; i < debt->row_count; i++)
        if (cp_str_is(debt->rows[i].consumer, consumer))
            return &debt->rows[i];
    fail_msg("no row is about '%s'", consumer);
    return NULL;
}

static void test_row_of_a_contracted_consumer_tells_since_and_where(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_debt_row *moe =
        row(&debt, "flashinfer.fused_moe.trtllm_fp8_block_scale_moe");
    assert_str(moe->parameter, "routing_logits");
    assert_int_equal(moe->accepts_bf16, CP_TRUE);
    assert_str(moe->since, "flashinfer-python 0.6.8");
    assert_str(moe->stated,
               "flashinfer/data/csrc/trtllm_fused_moe_kernel_launcher.cu:271");
}

static void test_row_of_a_range_that_differs_is_unsure(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python>=0.6.7");
    assert_int_equal(
        row(&debt, "flashinfer.fused_moe.trtllm_fp8_block_scale_moe")->accepts_bf16,
        CP_UNSURE);
}

/* What the row says of a release. */
static const cp_debt_release *at(const cp_debt_row *row, const char *version)
{
    for (size_t i = 0; i < row->release_count; i++)
        if (cp_str_is(row->releases[i].version, version))
            return &row->releases[i];
    fail_msg("no release %s", version);
    return NULL;
}

static void test_row_of_a_contracted_consumer_tells_release_by_release(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_debt_row *moe =
        row(&debt, "flashinfer.fused_moe.trtllm_fp8_block_scale_moe");
    assert_str(moe->package, "flashinfer-python");
    assert_int_equal(at(moe, "0.6.7")->accepts_bf16, CP_FALSE);
    assert_false(at(moe, "0.6.7")->pinned);
    assert_int_equal(at(moe, "0.6.12")->accepts_bf16, CP_TRUE);
    assert_true(at(moe, "0.6.12")->pinned);
    assert_int_equal(at(moe, "0.7.0")->accepts_bf16, CP_TRUE);
    assert_false(at(moe, "0.7.0")->absent);
}

static void test_row_knows_where_it_is_reached_and_behind_which_cast(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.7");
    const cp_debt_row *moe =
        row(&debt, "flashinfer.fused_moe.trtllm_fp8_block_scale_moe");
    assert_int_equal(moe->arrival_count, 1);
    assert_null(moe->arrivals[0].cast);
    assert_int_equal(moe->arrivals[0].takes, CP_FALSE);
    assert_str(moe->arrivals[0].since, "flashinfer-python 0.6.8");
    const cp_debt_row *softmax = row(&debt, "torch.softmax");
    assert_non_null(softmax->arrivals[0].cast);
    assert_true(softmax->arrivals[0].computes);
    assert_int_equal(debt.gate_count, 2); /* the tensor, and the call of the gate */
}

static void test_row_of_an_unknown_consumer_is_unsure(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_debt_row *softmax = row(&debt, "sgl_kernel.topk_softmax");
    assert_str(softmax->parameter, "argument 3");
    assert_int_equal(softmax->accepts_bf16, CP_UNSURE);
    assert_str(softmax->since, "");
    assert_str(softmax->package, "");
    assert_int_equal(softmax->release_count, 0);
}

/* The row of a function of the fixture. */
static const cp_debt_row *own_row(const cp_debt *debt, const char *function)
{
    for (size_t i = 0; i < debt->row_count; i++)
        if (cp_str_ends(debt->rows[i].consumer, cp_str_of(function)))
            return &debt->rows[i];
    fail_msg("no row ends with '%s'", function);
    return NULL;
}

static void test_assertion_behind_a_cast_is_a_row(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_debt_row *checked = own_row(&debt, ".checked_topk");
    assert_str(checked->parameter, "scores");
    assert_int_equal(checked->accepts_bf16, CP_FALSE);
    assert_str(checked->stated, "fixtures/debt/router_gemm.py:16");
}

static void test_assertion_may_name_its_dtypes_above(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    assert_int_equal(own_row(&debt, ".wide_gate")->accepts_bf16, CP_TRUE);
}

static void test_kernel_built_at_run_time_is_a_row_of_its_function(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_debt_row *built = own_row(&debt, ".built_gate");
    assert_str(built->parameter, "scores");
    assert_int_equal(built->accepts_bf16, CP_UNSURE);
}

static void test_softmax_of_torch_takes_every_float(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    assert_int_equal(row(&debt, "torch.softmax")->accepts_bf16, CP_TRUE);
}

static void test_gemm_that_makes_the_logits_is_no_row(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    for (size_t i = 0; i < debt.row_count; i++)
        assert_false(cp_str_has(debt.rows[i].consumer, CP_STR("mm_M1_16")));
}

static void test_check_reports_each_state_under_its_code(void **state)
{
    (void)state;
    debt_of("widened.py", "flashinfer-python==0.6.12");
    cp_check_debt(&study);
    assert_int_equal(findings.count, 3);
    assert_str(findings.items[0]->code, "CP301");
    assert_str(findings.items[1]->code, "CP303");
}

static void test_finding_lies_on_the_comment(void **state)
{
    (void)state;
    debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    cp_check_debt(&study);
    assert_int_equal(findings.count, 1);
    const cp_finding *found = findings.items[0];
    assert_str(found->code, "CP302");
    assert_str(
        cp_str_cut(found->module->source->text, found->span.start, found->span.end),
        "# TODO: will check the dtype to be bf16");
    assert_str(found->help, "it holds from flashinfer-python 0.7.0 on");
}

static void test_finding_names_the_place_of_the_answer(void **state)
{
    (void)state;
    debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    cp_check_debt(&study);
    assert_int_equal(findings.items[0]->related_count, 1);
    assert_str(findings.items[0]->related[0].path, "flashinfer/gemm/routergemm.py");
    assert_int_equal(findings.items[0]->related[0].line, 72);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEBT(test_row_of_a_contracted_consumer_tells_since_and_where),
        DEBT(test_row_of_a_range_that_differs_is_unsure),
        DEBT(test_row_of_a_contracted_consumer_tells_release_by_release),
        DEBT(test_row_knows_where_it_is_reached_and_behind_which_cast),
        DEBT(test_row_of_an_unknown_consumer_is_unsure),
        DEBT(test_assertion_behind_a_cast_is_a_row),
        DEBT(test_assertion_may_name_its_dtypes_above),
        DEBT(test_kernel_built_at_run_time_is_a_row_of_its_function),
        DEBT(test_softmax_of_torch_takes_every_float),
        DEBT(test_gemm_that_makes_the_logits_is_no_row),
        DEBT(test_check_reports_each_state_under_its_code),
        DEBT(test_finding_lies_on_the_comment),
        DEBT(test_finding_names_the_place_of_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
