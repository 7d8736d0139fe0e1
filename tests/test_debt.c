#include "debt_case.h"

static void test_float32_only_gemm_blocks_a_bfloat16_gate(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_debt_item *todo = item(&debt, "will check");
    assert_int_equal(todo->state, CP_DEBT_BLOCKED);
    assert_str(todo->subject, "logits");
    assert_str(todo->stated, "flashinfer/gemm/routergemm.py:72");
    assert_str(todo->precondition,
               "flashinfer.gemm.mm_M1_16_K7168_N256 takes `out` as bfloat16; in "
               "flashinfer-python 0.6.12 it takes float32, and "
               "flashinfer.gemm.mm_M1_16_K7168_N256_bf16, which takes bfloat16, comes "
               "with 0.7.0");
}

static void test_blocked_item_tells_the_release_that_lifts_it(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.6.12");
    assert_str(item(&debt, "will check")->since, "flashinfer-python 0.7.0");
}

static void test_variant_of_the_gemm_makes_it_actionable(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.7.2.post1");
    const cp_debt_item *todo = item(&debt, "will check");
    assert_int_equal(todo->state, CP_DEBT_ACTIONABLE);
    assert_true(cp_str_starts(
        todo->precondition,
        CP_STR("flashinfer.gemm.mm_M1_16_K7168_N256_bf16 takes `out` as bfloat16")));
    assert_str(todo->since, "flashinfer-python 0.7.0");
    assert_true(cp_str_starts(todo->stated, CP_STR("flashinfer/gemm/routergemm.py:")));
}

static void test_range_with_one_release_that_rejects_it_blocks(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python>=0.6.12");
    assert_int_equal(item(&debt, "will check")->state, CP_DEBT_BLOCKED);
}

static void test_release_of_which_nothing_is_known_settles_nothing(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.1.0");
    const cp_debt_item *todo = item(&debt, "will check");
    assert_int_equal(todo->state, CP_DEBT_UNVERIFIABLE);
    assert_str(todo->stated, "");
}

static void test_consumer_without_contract_is_to_be_looked_at(void **state)
{
    (void)state;
    cp_debt debt = debt_of("router_gemm.py", "flashinfer-python==0.7.2.post1");
    const cp_debt_item *todo = item(&debt, "will check");
    assert_int_equal(todo->unblock_count, 2);
    assert_str(todo->unblocks[0], "`logits` can be bfloat16");
    assert_str(todo->unblocks[1],
               "to look at by hand first, no contract is known: sgl_kernel.topk_softmax, "
               "fixtures.debt.router_gemm.built_gate");
}

static void test_consumer_that_rejects_it_blocks_what_the_gemm_allows(void **state)
{
    (void)state;
    cp_debt debt = debt_of("widened.py", "flashinfer-python==0.6.7");
    const cp_debt_item *todo = item(&debt, "pass the logits");
    assert_int_equal(todo->state, CP_DEBT_BLOCKED);
    assert_str(todo->since, "flashinfer-python 0.6.8");
    assert_true(todo->stated.len > 0);
}

static void test_consumer_that_takes_it_makes_it_actionable(void **state)
{
    (void)state;
    cp_debt debt = debt_of("widened.py", "flashinfer-python==0.6.12");
    const cp_debt_item *todo = item(&debt, "pass the logits");
    assert_int_equal(todo->state, CP_DEBT_ACTIONABLE);
    assert_str(todo->subject, "router_logits");
    assert_int_equal(todo->role, CP_ROLE_ROUTER_LOGITS);
}

static void test_owner_in_parentheses_is_taken_from_the_text(void **state)
{
    (void)state;
    cp_debt debt = debt_of("widened.py", "flashinfer-python==0.6.12");
    const cp_debt_item *todo = item(&debt, "pass the logits");
    assert_str(todo->owner, "jo@example.org");
    assert_str(todo->marker, "TODO");
}

static void test_dtype_that_is_demanded_is_not_waited_for(void **state)
{
    (void)state;
    cp_debt debt = debt_of("widened.py", "flashinfer-python==0.6.12");
    const cp_debt_item *fixme = item(&debt, "the kernel only takes float32");
    assert_int_equal(fixme->state, CP_DEBT_UNVERIFIABLE);
    assert_str(fixme->since, "");
}

static void test_dtype_that_another_argument_must_share_settles_nothing(void **state)
{
    (void)state;
    cp_debt debt = debt_of("widened.py", "flashinfer-python==0.6.12");
    const cp_debt_item *todo = item(&debt, "hand gating_output");
    assert_int_equal(todo->state, CP_DEBT_UNVERIFIABLE);
    assert_str(todo->precondition,
               "`scores` and `topk_values` of flashinfer.fused_moe.fused_topk_deepseek "
               "become bfloat16 together");
}

static void test_each_remark_that_nothing_settles_is_listed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "let the kernel support",  "tl.dot?",          "fuse below",
        "router_logits should be", "Gate always runs", "when the gate",
        "router_gemm seems",       "the other kernel"};
    cp_debt debt = debt_of("unverifiable.py", "flashinfer-python==0.6.12");
    assert_int_equal(debt.item_count, sizeof texts / sizeof *texts);
    for (size_t i = 0; i < debt.item_count; i++) {
        assert_true(cp_str_starts(debt.items[i].text, cp_str_of(texts[i])));
        assert_int_equal(debt.items[i].state, CP_DEBT_UNVERIFIABLE);
    }
}

static void test_marker_keeps_its_case(void **state)
{
    (void)state;
    cp_debt debt = debt_of("unverifiable.py", "");
    assert_str(item(&debt, "tl.dot?")->marker, "todo");
}

static void test_remark_without_marker_has_none(void **state)
{
    (void)state;
    cp_debt debt = debt_of("unverifiable.py", "");
    assert_str(item(&debt, "Gate always")->marker, "");
}

static void test_indented_line_belongs_to_the_remark(void **state)
{
    (void)state;
    cp_debt debt = debt_of("unverifiable.py", "");
    assert_str(item(&debt, "when the gate")->text,
               "when the gate weight changes at run time (as on rebalancing), "
               "_weight_fp32 must be made again");
}

static void test_further_lines_are_no_items_of_their_own(void **state)
{
    (void)state;
    cp_debt debt = debt_of_text("def route(router_logits):\n"
                                "    f(router_logits.float())\n"
                                "    # TODO: have one dtype for all of them\n"
                                "    #    the router logits are float32 for now\n"
                                "    return router_logits\n");
    assert_int_equal(debt.item_count, 1);
    assert_str(debt.items[0].marker, "TODO");
}

static void test_text_without_end_is_cut(void **state)
{
    (void)state;
    cp_buf text = {.arena = &arena};
    cp_buf_puts(&text, "f(x.float())\n# TODO: make router_logits bf16 ");
    for (int i = 0; i < 2000; i++)
        cp_buf_puts(&text, "€");
    cp_debt debt = debt_of_text(cp_str_c(&arena, cp_buf_str(&text)));
    assert_int_equal(debt.item_count, 1);
    assert_true(debt.items[0].text.len < 700);
    assert_true(cp_str_ends(debt.items[0].text, CP_STR("€ …")));
}

static void test_remarks_about_other_things_are_no_items(void **state)
{
    (void)state;
    cp_debt debt = debt_of("silent.py", "flashinfer-python==0.6.12");
    for (size_t i = 0; i < debt.item_count; i++)
        fail_msg("line %u: %.*s", debt.items[i].line, CP_STR_ARGS(debt.items[i].text));
}

static void test_history_outside_a_repository_is_not_known(void **state)
{
    (void)state;
    cp_debt debt = debt_of_text("def route(router_logits):\n"
                                "    f(router_logits.float())\n"
                                "    # TODO: make router_logits bf16\n"
                                "    return router_logits\n");
    assert_int_equal(debt.item_count, 1);
    assert_str(debt.items[0].owner, "");
    assert_int_equal(debt.items[0].age_days, -1);
    assert_int_equal(debt.items[0].line, 3);
}

static void test_remark_at_no_statement_still_counts_by_its_words(void **state)
{
    (void)state;
    cp_debt debt = debt_of_text("f(x.float())\n# TODO: make router_logits bf16");
    assert_int_equal(debt.item_count, 1);
    assert_int_equal(debt.items[0].state, CP_DEBT_UNVERIFIABLE);
    assert_str(debt.items[0].subject, "router_logits");
}

static void test_markers_at_the_edges_of_comments_do_no_harm(void **state)
{
    (void)state;
    cp_debt debt = debt_of_text(
        "f(x.float())\n#\n#TODO\n# TODO(\n# TODO():\n# FIXME:::\n#NOTE-\n# XXX");
    assert_int_equal(debt.item_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEBT(test_float32_only_gemm_blocks_a_bfloat16_gate),
        DEBT(test_blocked_item_tells_the_release_that_lifts_it),
        DEBT(test_variant_of_the_gemm_makes_it_actionable),
        DEBT(test_range_with_one_release_that_rejects_it_blocks),
        DEBT(test_release_of_which_nothing_is_known_settles_nothing),
        DEBT(test_consumer_without_contract_is_to_be_looked_at),
        DEBT(test_consumer_that_rejects_it_blocks_what_the_gemm_allows),
        DEBT(test_consumer_that_takes_it_makes_it_actionable),
        DEBT(test_owner_in_parentheses_is_taken_from_the_text),
        DEBT(test_dtype_that_is_demanded_is_not_waited_for),
        DEBT(test_dtype_that_another_argument_must_share_settles_nothing),
        DEBT(test_each_remark_that_nothing_settles_is_listed),
        DEBT(test_marker_keeps_its_case),
        DEBT(test_remark_without_marker_has_none),
        DEBT(test_indented_line_belongs_to_the_remark),
        DEBT(test_further_lines_are_no_items_of_their_own),
        DEBT(test_text_without_end_is_cut),
        DEBT(test_remarks_about_other_things_are_no_items),
        DEBT(test_history_outside_a_repository_is_not_known),
        DEBT(test_remark_at_no_statement_still_counts_by_its_words),
        DEBT(test_markers_at_the_edges_of_comments_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
