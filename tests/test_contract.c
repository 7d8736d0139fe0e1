#include "harness.h"

#include <stdlib.h>

#include "contracts/contract.h"

#define MOE "flashinfer.fused_moe."
#define GEMM "flashinfer.gemm."

/* What a call's arguments are: "parameter=value" parts, given ones as "parameter". */
static cp_truth know(const cp_atom *atom, void *data)
{
    if (cp_str_is(atom->parameter, "compute_capability"))
        return CP_TRUE; /* a gate that was passed */
    for (cp_str rest = cp_str_of(data); rest.len;) {
        cp_str value = cp_str_next(&rest, ' ');
        cp_str name = cp_str_next(&value, '=');
        if (!cp_str_eq(name, atom->parameter))
            continue;
        switch (atom->op) {
        case CP_ATOM_GIVEN:
            return cp_str_is(value, "None") ? CP_FALSE : CP_TRUE;
        case CP_ATOM_TRUE:
            return cp_str_is(value, "True") ? CP_TRUE : CP_FALSE;
        case CP_ATOM_EQ:
            return cp_str_eq(value, atom->value) ? CP_TRUE : CP_FALSE;
        case CP_ATOM_GT:
            return strtol(cp_str_c(&arena, value), NULL, 10) >
                           strtol(cp_str_c(&arena, atom->value), NULL, 10)
                       ? CP_TRUE
                       : CP_FALSE;
        default:
            return CP_UNSURE;
        }
    }
    return CP_UNSURE;
}

typedef struct answer {
    cp_dtypes accepts; /* of all checks that hold, met */
    cp_dtypes reads;   /* of all effective ones that hold, met */
    cp_str same_as;
    cp_dtype computes, rounds_to;
    unsigned checks, unchecked, ignored, broken;
    const cp_contract *check; /* the last one */
} answer;

static void take(answer *a, const cp_contract *c)
{
    a->broken += c->broken;
    if (c->kind == CP_CONTRACT_CHECK) {
        a->checks++;
        a->check = c;
        a->unchecked += c->unchecked;
        if (c->accepts)
            a->accepts &= c->accepts;
        if (c->same_as.len)
            a->same_as = c->same_as;
        return;
    }
    a->ignored += c->ignored;
    if (c->accepts)
        a->reads &= c->accepts;
    if (c->computes != CP_DTYPE_NONE)
        a->computes = c->computes;
    if (c->rounds_to != CP_DTYPE_NONE)
        a->rounds_to = c->rounds_to;
}

static answer ask_in(const cp_contracts *set, const char *call, const char *version,
                     const char *parameter, const char *arguments)
{
    answer a = {.accepts = ~0u,
                .reads = ~0u,
                .computes = CP_DTYPE_NONE,
                .rounds_to = CP_DTYPE_NONE};
    cp_version *v = cp_version_parse(&arena, cp_str_of(version));
    size_t count;
    const cp_contract *const *all = cp_contracts_of(set, cp_str_of(call), &count);
    for (size_t i = 0; i < count; i++)
        if (cp_str_is(all[i]->parameter, parameter) &&
            cp_spec_allows(&all[i]->versions, v) &&
            cp_cond_eval(all[i]->when, know, (void *)arguments) == CP_TRUE)
            take(&a, cp_contract_at(&arena, all[i], v));
    return a;
}

static answer ask(const char *call, const char *version, const char *parameter,
                  const char *arguments)
{
    return ask_in(cp_contracts_bundled(&arena), call, version, parameter, arguments);
}

static cp_dtypes set_of(const char *names)
{
    cp_dtypes set = 0;
    for (cp_str rest = cp_str_of(names); rest.len;)
        set |= CP_DTYPES(cp_dtype_of_name(cp_str_next(&rest, ',')));
    return set;
}

static void test_the_bundled_checks_accept_what_the_sources_do(void **state)
{
    (void)state;
    static const struct {
        const char *call, *version, *parameter, *arguments, *accepts;
    } rows[] = {
#define DSV3 "routing_logits=x routing_bias=b routing_method_type=DeepSeekV3"
#define RENORM "routing_logits=x routing_bias=b routing_method_type=Renormalize"
        {MOE "trtllm_fp4_block_scale_moe", "0.6.7", "routing_logits", DSV3, "float32"},
        {MOE "trtllm_fp4_block_scale_moe", "0.6.7.post3", "routing_logits", RENORM,
         "float32,bfloat16"},
        {MOE "trtllm_fp4_block_scale_moe", "0.6.8", "routing_logits", DSV3,
         "float32,bfloat16"},
        {MOE "trtllm_fp4_block_scale_moe", "0.6.11.post1", "routing_bias", DSV3,
         "float32,bfloat16"},
        {MOE "trtllm_fp8_block_scale_moe", "0.6.7", "routing_logits", DSV3, "float32"},
        {MOE "trtllm_fp8_block_scale_moe", "0.6.7", "routing_logits", RENORM, "bfloat16"},
        {MOE "trtllm_fp8_block_scale_moe", "0.7.2.post1", "routing_logits", DSV3,
         "float32,bfloat16"},
        {MOE "trtllm_fp8_per_tensor_scale_moe", "0.6.7", "routing_logits",
         DSV3 " use_routing_scales_on_input=True", "bfloat16"},
        {MOE "trtllm_fp8_per_tensor_scale_moe", "0.6.7", "routing_logits",
         DSV3 " use_routing_scales_on_input=False", "float32"},
        {MOE "trtllm_fp8_per_tensor_scale_moe", "0.6.7", "routing_logits",
         RENORM " use_routing_scales_on_input=False", "bfloat16"},
        {MOE "trtllm_fp8_per_tensor_scale_moe", "0.6.11.post1", "routing_logits", DSV3,
         "float32,bfloat16"},
        {MOE "trtllm_bf16_moe", "0.6.7", "routing_logits", DSV3, "float32,bfloat16"},
        {MOE "trtllm_bf16_moe", "0.6.18", "routing_bias", DSV3, "float32,bfloat16"},
        {MOE "trtllm_mxint4_block_scale_moe", "0.6.12", "routing_bias", DSV3, "bfloat16"},
        {MOE "trtllm_mxint4_block_scale_moe", "0.6.18", "routing_bias", DSV3,
         "float32,bfloat16"},
        {MOE "trtllm_fp4_block_scale_routed_moe", "0.6.11", "topk_ids", "", "int32"},
        {MOE "fused_topk_deepseek", "0.6.11.post1", "scores", "",
         "float32,bfloat16,float16"},
        {MOE "fused_topk_deepseek", "0.6.7", "topk_indices", "", "int32"},
        {MOE "cutlass_fused_moe", "0.6.12", "token_final_scales", "token_final_scales=x",
         "float32"},
        {GEMM "mm_M1_16_K7168_N256", "0.6.11.post1", "out", "", "float32"},
        {GEMM "mm_M1_16_K7168_N128", "0.6.11.post1", "out", "", "bfloat16"},
        {GEMM "mm_M1_16_K7168_N256_bf16", "0.7.2.post1", "out", "", "bfloat16"},
        {GEMM "mm_M1_16_K6144_N256", "0.6.12", "mat_b", "", "bfloat16"},
        {GEMM "tinygemm_bf16", "0.6.10", "weight", "", "bfloat16"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer a =
            ask(rows[i].call, rows[i].version, rows[i].parameter, rows[i].arguments);
        if (!a.checks || a.accepts != set_of(rows[i].accepts))
            fail_msg("%s %s %s (%s): %u checks, accepts %s", rows[i].call,
                     rows[i].version, rows[i].parameter, rows[i].arguments, a.checks,
                     cp_dtypes_text(&arena, a.accepts).ptr);
    }
}

static void test_a_check_names_the_line_of_the_release_asked_for(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"0.6.8", "trtllm_fused_moe_kernel_launcher.cu:261"},
        {"0.6.11.post1", "trtllm_fused_moe_kernel_launcher.cu:265"},
        {"0.6.12", "trtllm_fused_moe_kernel_launcher.cu:271"},
        {"0.6.18", "trtllm_fused_moe_kernel_launcher.cu:1141"},
    };
    for (size_t i = 0; i < 4; i++) {
        answer a =
            ask(MOE "trtllm_fp8_block_scale_moe", rows[i][0], "routing_logits", DSV3);
        assert_int_equal(a.checks, 1);
        assert_true(cp_str_ends(a.check->stated[0], cp_str_of(rows[i][1])));
        assert_str(a.check->origin, "bundled");
    }
}

static void test_an_unchecked_parameter_says_so(void **state)
{
    (void)state;
    answer a =
        ask(MOE "trtllm_fp8_block_scale_moe", "0.6.11.post1", "routing_bias", DSV3);
    assert_int_equal(a.unchecked, 1);
    assert_true(a.check->stated_count > 0);
}

static void test_the_values_buffer_must_have_the_dtype_of_the_scores(void **state)
{
    (void)state;
    assert_str(ask(MOE "fused_topk_deepseek", "0.6.11.post1", "topk_values", "").same_as,
               "scores");
}

static void test_before_0_6_8_the_kernel_reads_less_than_is_accepted(void **state)
{
    (void)state;
    const char *call = MOE "trtllm_bf16_moe";
    assert_int_equal(ask(call, "0.6.7", "routing_logits", DSV3).reads, set_of("float32"));
    assert_int_equal(ask(call, "0.6.7", "routing_logits", RENORM).reads,
                     set_of("bfloat16"));
    assert_int_equal(ask(call, "0.6.7", "routing_bias", DSV3).reads, set_of("bfloat16"));
    assert_int_equal(ask(call, "0.6.7", "routing_bias", RENORM).ignored, 1);
}

static void test_since_0_6_8_logits_are_widened_before_they_are_computed_on(void **state)
{
    (void)state;
    static const char *const methods[] = {"DeepSeekV3",   "Renormalize", "Llama4",
                                          "TopK",         "Default",     "MiniMax2",
                                          "SigmoidRenorm"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        cp_str arguments =
            cp_str_printf(&arena, "routing_logits=x routing_method_type=%s", methods[i]);
        answer a = ask(MOE "trtllm_fp4_block_scale_moe", "0.6.11.post1", "routing_logits",
                       arguments.ptr);
        assert_int_equal(a.computes, CP_F32);
        assert_int_equal(a.reads, set_of("float32,bfloat16"));
    }
}

static void test_the_grouped_kernel_rounds_the_bias_and_the_other_does_not(void **state)
{
    (void)state;
    const char *call = MOE "trtllm_fp8_block_scale_moe";
    answer grouped = ask(call, "0.6.11.post1", "routing_bias", DSV3 " n_group=8");
    assert_int_equal(grouped.rounds_to, CP_BF16);
    answer plain = ask(call, "0.6.11.post1", "routing_bias", DSV3 " n_group=1");
    assert_int_equal(plain.rounds_to, CP_DTYPE_NONE);
    assert_int_equal(plain.computes, CP_F32);
    assert_int_equal(ask(call, "0.6.11.post1", "routing_bias", RENORM).ignored, 1);
}

static void test_the_call_that_0_6_8_broke_is_marked_in_that_release_alone(void **state)
{
    (void)state;
    const char *call = MOE "trtllm_fp8_per_tensor_scale_moe";
    assert_int_equal(ask(call, "0.6.8", "", "").broken, 1);
    assert_int_equal(ask(call, "0.6.8.post1", "", "").broken, 0);
    assert_true(ask(call, "0.6.8", "", "").check->reason.len > 0);
}

static void test_a_release_that_was_not_read_has_no_contract(void **state)
{
    (void)state;
    assert_int_equal(
        ask(MOE "trtllm_fp4_block_scale_moe", "0.5.3", "routing_logits", DSV3).checks, 0);
    assert_int_equal(
        ask(MOE "trtllm_fp4_block_scale_moe", "99.0", "routing_logits", DSV3).checks, 0);
    assert_int_equal(ask(GEMM "mm_M1_16_K7168_N256_bf16", "0.6.18", "out", "").checks, 0);
}

static void test_every_release_has_a_check_of_the_logits_of_each_family(void **state)
{
    (void)state;
    static const char *const calls[] = {
        MOE "trtllm_bf16_moe", MOE "trtllm_fp8_block_scale_moe",
        MOE "trtllm_fp8_per_tensor_scale_moe", MOE "trtllm_fp4_block_scale_moe",
        MOE "trtllm_mxint4_block_scale_moe"};
    cp_contracts *set = cp_contracts_bundled(&arena);
    size_t count;
    const cp_release *releases =
        cp_contracts_releases(set, CP_STR("flashinfer-python"), &count);
    assert_true(count >= 38);
    const cp_version *since = cp_version_parse(&arena, CP_STR("0.6.7"));
    for (size_t i = 0; i < count * 5; i++) {
        const char *version = cp_str_c(&arena, releases[i / 5].text);
        answer a = ask_in(set, calls[i % 5], version, "routing_logits",
                          DSV3 " use_routing_scales_on_input=False");
        bool inside = cp_version_cmp(releases[i / 5].version, since) >= 0;
        if (!a.checks || (inside && (a.reads == ~0u || a.computes != CP_F32)))
            fail_msg("%s has none in %s", calls[i % 5], version);
    }
}

static void test_releases_are_sorted_and_none_comes_twice(void **state)
{
    (void)state;
    size_t count;
    const cp_release *r = cp_contracts_releases(cp_contracts_bundled(&arena),
                                                CP_STR("flashinfer-python"), &count);
    assert_str(r[0].text, "0.6.0");
    assert_str(r[count - 1].text, "0.7.2.post1");
    for (size_t i = 1; i < count; i++)
        assert_true(cp_version_cmp(r[i - 1].version, r[i].version) < 0);
}

static void test_entry_points_are_found_by_every_name(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"flashinfer.trtllm_fp4_block_scale_moe", MOE "trtllm_fp4_block_scale_moe"},
        {MOE "core.trtllm_bf16_moe", MOE "trtllm_bf16_moe"},
        {MOE "fused_topk_deepseek", MOE "fused_topk_deepseek"},
        {"flashinfer.dsv3_ops.mm_M1_16_K7168_N256", GEMM "mm_M1_16_K7168_N256"},
        {GEMM "routergemm.tinygemm_bf16", GEMM "tinygemm_bf16"},
    };
    cp_contracts *set = cp_contracts_bundled(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const cp_entry *e = cp_contracts_entry(set, cp_str_of(rows[i][0]));
        assert_non_null(e);
        assert_str(e->call, rows[i][1]);
    }
    assert_null(cp_contracts_entry(set, CP_STR("flashinfer.fused_moe")));
}

static void test_an_entry_knows_its_parameters_and_what_it_is(void **state)
{
    (void)state;
    cp_contracts *set = cp_contracts_bundled(&arena);
    const cp_entry *e = cp_contracts_entry(set, CP_STR(GEMM "mm_M1_16_K7168_N256_bf16"));
    assert_str(e->parameters[2], "out");
    assert_str(e->variant_of, GEMM "mm_M1_16_K7168_N256");
    assert_str(e->writes, "out");
    assert_true(e->is_gate);
    e = cp_contracts_entry(set, CP_STR(MOE "trtllm_fp8_block_scale_moe"));
    assert_str(e->parameters[0], "routing_logits");
    assert_str(e->parameters[1], "routing_bias");
    assert_str(e->reads, "router_logits");
    assert_false(e->is_gate);
}

/* "quant_scales[0]" and "plan.ids" are parts of a parameter. */
static bool has_parameter(const cp_entry *entry, cp_str name)
{
    size_t end = 0;
    while (end < name.len && name.ptr[end] != '[' && name.ptr[end] != '.')
        end++;
    for (uint32_t p = 0; p < entry->parameter_count; p++)
        if (cp_str_eq(entry->parameters[p], cp_str_cut(name, 0, end)))
            return true;
    return false;
}

static void test_every_bundled_check_has_an_entry_with_its_parameter(void **state)
{
    (void)state;
    cp_contracts *set = cp_contracts_bundled(&arena);
    size_t count, facts;
    const cp_entry *const *entries = cp_contracts_entries(set, &count);
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        const cp_contract *const *all = cp_contracts_of(set, entries[i]->call, &facts);
        const cp_entry *newest = cp_contracts_entry(set, entries[i]->call);
        assert_true(facts > 0);
        for (size_t j = 0; j < facts; j++) {
            bool known = all[j]->broken;
            for (const cp_entry *e = newest; e; e = e->next)
                known |= has_parameter(e, all[j]->parameter);
            if (!known)
                fail_msg("%.*s of %.*s", CP_STR_ARGS(all[j]->parameter),
                         CP_STR_ARGS(entries[i]->call));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_bundled_checks_accept_what_the_sources_do),
        TEST(test_a_check_names_the_line_of_the_release_asked_for),
        TEST(test_an_unchecked_parameter_says_so),
        TEST(test_the_values_buffer_must_have_the_dtype_of_the_scores),
        TEST(test_before_0_6_8_the_kernel_reads_less_than_is_accepted),
        TEST(test_since_0_6_8_logits_are_widened_before_they_are_computed_on),
        TEST(test_the_grouped_kernel_rounds_the_bias_and_the_other_does_not),
        TEST(test_the_call_that_0_6_8_broke_is_marked_in_that_release_alone),
        TEST(test_a_release_that_was_not_read_has_no_contract),
        TEST(test_every_release_has_a_check_of_the_logits_of_each_family),
        TEST(test_releases_are_sorted_and_none_comes_twice),
        TEST(test_entry_points_are_found_by_every_name),
        TEST(test_an_entry_knows_its_parameters_and_what_it_is),
        TEST(test_every_bundled_check_has_an_entry_with_its_parameter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
