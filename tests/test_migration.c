#include "migration_case.h"

static void test_cast_that_the_pin_allows_to_go_waits_for_nothing(void **state)
{
    (void)state;
    cp_migration m = migrate_fixture("widened.py", "flashinfer-python==0.6.12");
    assert_int_equal(m.steps[0].kind, CP_STEP_DROP);
    assert_int_equal(m.steps[0].need_count, 0);
    assert_non_null(m.steps[0].fix);
    assert_int_equal(next_step(&m, CP_STEP_RAISE, 0), 0);
    assert_breaks_nothing(&m);
}

static void test_cast_that_waits_for_a_release_comes_behind_its_raise(void **state)
{
    (void)state;
    cp_migration m = migrate_fixture("widened.py", "flashinfer-python==0.6.7");
    size_t raise = next_step(&m, CP_STEP_RAISE, 0);
    size_t drop = next_step(&m, CP_STEP_DROP, 0);
    assert_int_equal(raise, 1);
    assert_str(m.steps[0].raise->version, "0.6.8");
    assert_str(m.steps[0].pin->spec.text, "==0.6.7");
    assert_true(drop > raise && needs(&m.steps[drop - 1], raise));
    assert_non_null(m.steps[drop - 1].fix);
    assert_breaks_nothing(&m);
}

static void test_range_counts_as_its_oldest_release(void **state)
{
    (void)state;
    cp_migration m = migrate_fixture("widened.py", "flashinfer-python>=0.6.7");
    size_t drop = next_step(&m, CP_STEP_DROP, 0);
    assert_true(needs(&m.steps[drop - 1], next_step(&m, CP_STEP_RAISE, 0)));
    bool said = false;
    for (size_t i = 0; i < m.steps[drop - 1].check_count; i++)
        said |=
            cp_str_starts(m.steps[drop - 1].checks[i],
                          CP_STR("the pin allows releases of flashinfer-python after"));
    assert_true(said);
    assert_breaks_nothing(&m);
}

static void test_gate_comes_last_and_needs_each_consumer_that_is_not_known(void **state)
{
    (void)state;
    cp_migration m = migrate_fixture("router_gemm.py", "flashinfer-python==0.6.12");
    const cp_step *gate = &m.steps[m.step_count - 1];
    assert_int_equal(gate->kind, CP_STEP_GATE);
    size_t count = 0;
    for (size_t n = next_step(&m, CP_STEP_CONSUMER, 0); n;
         n = next_step(&m, CP_STEP_CONSUMER, n + 1)) {
        assert_true(needs(gate, n));
        count++;
    }
    assert_int_equal(count, 2); /* topk_softmax and what is built at run time */
    assert_breaks_nothing(&m);
}

static void test_remark_that_waits_for_a_release_needs_its_raise(void **state)
{
    (void)state;
    cp_migration m = migrate_fixture("router_gemm.py", "flashinfer-python==0.6.12");
    size_t gate = next_step(&m, CP_STEP_GATE, 0);
    size_t raise = next_step(&m, CP_STEP_RAISE, 0);
    assert_int_equal(m.steps[gate - 1].item->state, CP_DEBT_BLOCKED);
    assert_false(m.steps[gate - 1].blocked);
    assert_str(m.steps[raise - 1].raise->version, "0.7.0");
    assert_true(needs(&m.steps[gate - 1], raise));
}

#define GATE                                                                             \
    "import torch, lib, other\n"                                                         \
    "from flashinfer.gemm import mm_M1_16_K7168_N256\n"                                  \
    "def f(hidden_states, weight):\n"                                                    \
    "    router_logits = torch.empty(4, 256, dtype=torch.float32)\n"                     \
    "    mm_M1_16_K7168_N256(hidden_states, weight, router_logits)\n"                    \
    "    "

static void test_noop_cast_stays_where_the_gate_will_need_it(void **state)
{
    (void)state;
    cp_migration m =
        migrate_text(GATE "other.topk(router_logits.to(torch.float32))\n", "lib==1.0");
    assert_int_equal(m.kept_count, 1);
    assert_str(m.kept[0].finding->code, "CP102");
    assert_int_equal(next_step(&m, CP_STEP_DROP, 0), 0);
    assert_int_equal(m.consumers[0].state, CP_REACHED_CAST);
    assert_int_equal(next_step(&m, CP_STEP_CONSUMER, 0), 0);
    assert_breaks_nothing(&m);
}

static void test_noop_cast_goes_where_the_consumer_takes_bfloat16(void **state)
{
    (void)state;
    cp_migration m =
        migrate_text(GATE "lib.a(router_logits.to(torch.float32))\n", "lib==1.0");
    assert_int_equal(m.kept_count, 0);
    assert_int_equal(next_step(&m, CP_STEP_DROP, 0), 1);
    assert_int_equal(m.consumers[0].state, CP_REACHED_TAKES);
    assert_breaks_nothing(&m);
}

static void test_consumer_that_rejects_it_gets_a_step_of_its_own(void **state)
{
    (void)state;
    cp_migration m = migrate_text(GATE "lib.a(router_logits)\n", "lib==2.0");
    size_t step = next_step(&m, CP_STEP_CONSUMER, 0);
    assert_int_equal(m.steps[step - 1].consumer->state, CP_REACHED_REJECTS);
    assert_true(needs(&m.steps[m.step_count - 1], step));
    assert_breaks_nothing(&m);
}

static void test_gate_waits_for_the_release_that_its_consumer_waits_for(void **state)
{
    (void)state;
    cp_migration m = migrate_text(GATE "lib.b(router_logits)\n", "lib==1.0");
    assert_int_equal(m.consumers[0].state, CP_REACHED_LATER);
    assert_str(m.consumers[0].since, "lib 2.0");
    assert_int_equal(m.step_count, 2);
    assert_int_equal(m.steps[1].kind, CP_STEP_GATE);
    assert_true(needs(&m.steps[1], next_step(&m, CP_STEP_RAISE, 0)));
    assert_breaks_nothing(&m);
}

static void test_result_of_a_computation_is_to_be_looked_at(void **state)
{
    (void)state;
    cp_migration m =
        migrate_text(GATE "return torch.softmax(router_logits, -1)\n", "lib==1.0");
    assert_int_equal(m.consumers[0].state, CP_REACHED_COMPUTES);
    assert_true(needs(&m.steps[m.step_count - 1], next_step(&m, CP_STEP_CONSUMER, 0)));
    assert_breaks_nothing(&m);
}

static void test_gate_of_bfloat16_has_nothing_to_change(void **state)
{
    (void)state;
    cp_migration m = migrate_text("import torch, other\n"
                                  "class Gate(torch.nn.Module):\n"
                                  "    def forward(self, hidden_states):\n"
                                  "        return torch.empty(4, dtype=torch.bfloat16)\n"
                                  "class MoE(torch.nn.Module):\n"
                                  "    def __init__(self):\n"
                                  "        self.gate = Gate()\n"
                                  "    def forward(self, hidden_states):\n"
                                  "        router_logits = self.gate(hidden_states)\n"
                                  "        other.topk(router_logits)\n",
                                  "lib==1.0");
    assert_int_equal(m.gate_count, 1);
    assert_int_equal(m.consumer_count, 1);
    assert_int_equal(m.step_count, 0);
}

static const char two_casts[] =
    "import lib, torch\n"
    "def f(hidden_states: torch.Tensor, router_logits: torch.Tensor):\n"
    "    lib.a(router_logits.to(torch.float32))\n"
    "def g(hidden_states: torch.Tensor, router_logits: torch.Tensor):\n"
    "    lib.b(router_logits.to(torch.float32))\n";

static void test_cast_that_a_later_release_needs_again_stays(void **state)
{
    (void)state;
    cp_migration m = migrate_text(two_casts, "lib==1.0");
    assert_int_equal(m.kept_count, 1);
    assert_str(m.kept[0].reason, "it is needed again at lib 2.0");
    assert_int_equal(m.step_count, 2);
    assert_int_equal(m.steps[0].kind, CP_STEP_RAISE);
    assert_int_equal(m.steps[1].kind, CP_STEP_DROP);
    assert_str(m.steps[1].finding->consumer, "lib.b");
    assert_breaks_nothing(&m);
}

static void test_raise_names_the_calls_that_it_breaks(void **state)
{
    (void)state;
    cp_migration m =
        migrate_text("import lib, torch\n"
                     "def f(hidden_states: torch.Tensor):\n"
                     "    router_logits = torch.empty(4, 8, dtype=torch.bfloat16)\n"
                     "    lib.a(router_logits)\n"
                     "def g(hidden_states: torch.Tensor, router_logits: torch.Tensor):\n"
                     "    lib.b(router_logits.to(torch.float32))\n",
                     "lib==1.0");
    assert_int_equal(m.steps[0].kind, CP_STEP_RAISE);
    assert_int_equal(m.steps[0].break_count, 1);
    assert_true(cp_str_has(m.steps[0].breaks[0].what, CP_STR("lib.a takes")));
}

static void test_patch_that_changes_the_routing_is_no_step(void **state)
{
    (void)state;
    cp_migration m =
        migrate_text("import lib, torch\n"
                     "def f(hidden_states: torch.Tensor):\n"
                     "    router_logits = torch.empty(4, 8, dtype=torch.float32)\n"
                     "    lib.a(router_logits.to(torch.bfloat16))\n",
                     "lib==1.0");
    assert_int_equal(m.step_count, 0);
    assert_int_equal(m.left_count, 1);
    assert_str(m.left[0].finding->code, "CP104");
    assert_true(cp_str_ends(m.left[0].reason, CP_STR("is not exact: changes-experts")));
}

static void test_raises_are_in_the_order_of_versions(void **state)
{
    (void)state;
    cp_migration m = migrate_fixture("router_gemm.py", "flashinfer-python==0.6.7");
    assert_int_equal(raise_count, 2);
    assert_str(raises[0].version, "0.6.8");
    assert_str(raises[1].version, "0.7.0");
    assert_true(needs(&m.steps[next_step(&m, CP_STEP_RAISE, 2) - 1], 1));
    assert_breaks_nothing(&m);
}

static void test_release_at_which_a_call_cannot_succeed_is_passed_over(void **state)
{
    (void)state;
    cp_migration m = migrate_text(
        "import torch\n"
        "from flashinfer.fused_moe import RoutingMethodType as R\n"
        "from flashinfer.fused_moe import trtllm_fp8_block_scale_moe as moe\n"
        "from flashinfer.fused_moe import trtllm_fp8_per_tensor_scale_moe as other\n"
        "def f(hidden_states: torch.Tensor, router_logits: torch.Tensor):\n"
        "    moe(routing_logits=router_logits.float(), routing_bias=None,\n"
        "        routing_method_type=R.DeepSeekV3)\n"
        "def g(hidden_states: torch.Tensor, router_logits: torch.Tensor):\n"
        "    other(routing_logits=router_logits, routing_bias=None)\n",
        "flashinfer-python==0.6.7");
    assert_int_equal(m.steps[0].kind, CP_STEP_RAISE);
    assert_str(m.steps[0].raise->version, "0.6.8.post1"); /* the cast waits for 0.6.8 */
    assert_int_equal(m.steps[0].break_count, 0);
    assert_breaks_nothing(&m);
}

static void test_raise_that_lifts_nothing_is_no_step(void **state)
{
    (void)state;
    cp_migration m =
        migrate_text("import lib, torch\n"
                     "def g(hidden_states: torch.Tensor, router_logits: torch.Tensor):\n"
                     "    lib.b(router_logits.to('cuda', torch.float32))\n",
                     "lib==1.0");
    assert_int_equal(raise_count, 1);
    assert_int_equal(m.step_count, 0);
    assert_int_equal(m.left_count, 1);
    assert_str(
        m.left[0].reason,
        "there is no exact patch of it at lib 2.0 either: it is to be done by hand "
        "then");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEBT(test_cast_that_the_pin_allows_to_go_waits_for_nothing),
        DEBT(test_cast_that_waits_for_a_release_comes_behind_its_raise),
        DEBT(test_range_counts_as_its_oldest_release),
        DEBT(test_gate_comes_last_and_needs_each_consumer_that_is_not_known),
        DEBT(test_remark_that_waits_for_a_release_needs_its_raise),
        DEBT(test_noop_cast_stays_where_the_gate_will_need_it),
        DEBT(test_noop_cast_goes_where_the_consumer_takes_bfloat16),
        DEBT(test_consumer_that_rejects_it_gets_a_step_of_its_own),
        DEBT(test_gate_waits_for_the_release_that_its_consumer_waits_for),
        DEBT(test_result_of_a_computation_is_to_be_looked_at),
        DEBT(test_gate_of_bfloat16_has_nothing_to_change),
        DEBT(test_cast_that_a_later_release_needs_again_stays),
        DEBT(test_raise_names_the_calls_that_it_breaks),
        DEBT(test_patch_that_changes_the_routing_is_no_step),
        DEBT(test_raises_are_in_the_order_of_versions),
        DEBT(test_release_at_which_a_call_cannot_succeed_is_passed_over),
        DEBT(test_raise_that_lifts_nothing_is_no_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
