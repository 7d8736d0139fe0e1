#include "harness.h"

#include "flow_text.h"

#include "findings/study.h"

static void no_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    (void)path;
    (void)err;
}

/* The codes of the findings in `code` with flashinfer pinned as said: "CP101 CP202". */
static void findings(const char *code, const char *pin, const char *wanted)
{
    static const char imports[] =
        "from flashinfer.fused_moe import trtllm_fp8_block_scale_moe as moe\n"
        "from flashinfer.fused_moe import RoutingMethodType as R, fused_topk_deepseek\n";
    flow_text t = flow_text_of(
        &arena, cp_str_c(&arena, cp_str_printf(&arena, "%s%s", imports, code)));
    cp_err err = {0};
    cp_findings found = {.arena = &arena};
    cp_study study = {.arena = &arena,
                      .flow = t.flow,
                      .contracts = cp_contracts_bundled(&arena),
                      .pins = cp_pins_new(&arena, no_trouble, NULL),
                      .model = CP_DTYPES(CP_BF16),
                      .findings = &found};
    assert_int_equal(cp_pins_assume(study.pins, cp_str_of(pin), &err), CP_OK);
    cp_study_run(&study);
    cp_buf buf = {.arena = &arena};
    for (size_t i = 0; i < found.count; i++)
        cp_buf_printf(&buf, "%s%.*s", buf.len ? " " : "",
                      CP_STR_ARGS(found.items[i]->code));
    flow_text_end(&t);
    assert_str(cp_buf_str(&buf), wanted);
}

#define PIN "flashinfer-python==0.6.11.post1"

static void test_a_widening_that_the_kernel_does_itself_is_redundant(void **state)
{
    (void)state;
    findings("def f(router_logits):\n"
             "    moe(routing_logits=router_logits.float(),\n"
             "        routing_method_type=R.DeepSeekV3)\n",
             PIN, "CP101");
}

static void test_a_method_that_is_not_known_leaves_the_cast_alone(void **state)
{
    (void)state;
    findings("def f(router_logits, m):\n"
             "    moe(routing_logits=router_logits.float(), routing_method_type=m)\n",
             PIN, "");
}

static void test_a_guard_tells_the_method(void **state)
{
    (void)state;
    findings("def f(router_logits, m):\n"
             "    if m == R.DeepSeekV3:\n"
             "        router_logits = router_logits.float()\n"
             "    moe(routing_logits=router_logits, routing_method_type=m)\n",
             PIN, "CP101");
}

static void test_a_wrapper_gets_its_method_from_the_caller(void **state)
{
    (void)state;
    findings("def w(logits, m):\n"
             "    moe(routing_logits=logits, routing_method_type=m)\n"
             "def f(router_logits):\n"
             "    w(router_logits.float(), R.DeepSeekV3)\n",
             PIN, "CP101");
}

static void test_an_older_pin_says_from_which_release_on(void **state)
{
    (void)state;
    findings("def f(router_logits):\n"
             "    moe(routing_logits=router_logits.float(),\n"
             "        routing_method_type=R.DeepSeekV3)\n",
             "flashinfer-python==0.6.7", "CP105");
}

static void test_a_range_counts_with_its_oldest_release(void **state)
{
    (void)state;
    findings("def f(router_logits):\n"
             "    moe(routing_logits=router_logits.float(),\n"
             "        routing_method_type=R.DeepSeekV3)\n",
             "flashinfer-python>=0.6.7", "CP105");
}

static void test_an_output_of_the_same_dtype_keeps_the_cast(void **state)
{
    (void)state;
    findings("def f(router_logits, bias, w, i):\n"
             "    x = router_logits.float()\n"
             "    fused_topk_deepseek(x, bias, 8, 4, 8, 2.5, w, i)\n",
             PIN, "");
}

static void test_another_use_of_the_wide_value_keeps_the_cast(void **state)
{
    (void)state;
    findings("def f(router_logits):\n"
             "    x = router_logits.float()\n"
             "    x += 1\n"
             "    moe(routing_logits=x, routing_method_type=R.DeepSeekV3)\n",
             PIN, "");
}

static void test_float16_logits_keep_the_cast(void **state)
{
    (void)state;
    findings("def f(router_logits):\n"
             "    if router_logits.dtype == torch.float16:\n"
             "        router_logits = router_logits.float()\n"
             "    moe(routing_logits=router_logits, routing_method_type=R.DeepSeekV3)\n",
             PIN, "");
}

static void test_a_function_of_the_tree_of_the_same_name_has_no_contract(void **state)
{
    (void)state;
    findings("def moe(**kw):\n"
             "    return kw\n"
             "def f(router_logits):\n"
             "    moe(routing_logits=router_logits.float(),\n"
             "        routing_method_type=R.DeepSeekV3)\n",
             PIN, "");
}

static void test_a_call_that_may_be_another_function_keeps_the_cast(void **state)
{
    (void)state;
    findings("def f(router_logits, c):\n"
             "    g = moe if c else other.moe\n"
             "    g(routing_logits=router_logits.float(),\n"
             "      routing_method_type=R.DeepSeekV3)\n",
             PIN, "");
}

static void test_a_value_that_is_kept_in_a_field_keeps_the_cast(void **state)
{
    (void)state;
    findings("class A:\n"
             "    def f(self, router_logits):\n"
             "        x = router_logits.float()\n"
             "        self.last = x\n"
             "        moe(routing_logits=x, routing_method_type=R.DeepSeekV3)\n",
             PIN, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_widening_that_the_kernel_does_itself_is_redundant),
        TEST(test_a_method_that_is_not_known_leaves_the_cast_alone),
        TEST(test_a_guard_tells_the_method),
        TEST(test_a_wrapper_gets_its_method_from_the_caller),
        TEST(test_an_older_pin_says_from_which_release_on),
        TEST(test_a_range_counts_with_its_oldest_release),
        TEST(test_an_output_of_the_same_dtype_keeps_the_cast),
        TEST(test_another_use_of_the_wide_value_keeps_the_cast),
        TEST(test_float16_logits_keep_the_cast),
        TEST(test_a_function_of_the_tree_of_the_same_name_has_no_contract),
        TEST(test_a_call_that_may_be_another_function_keeps_the_cast),
        TEST(test_a_value_that_is_kept_in_a_field_keeps_the_cast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
