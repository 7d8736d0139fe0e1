#include "harness.h"

#include "flow_text.h"

#include "findings/lineage.h"

static flow_text text;
static cp_findings found;
static cp_study study;

static void no_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    (void)path;
    (void)err;
}

/* Studies `code`, whose first line is line 1 of what is asked for. */
static void study_at(const char *code, const char *pin)
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

static void study_of(const char *code)
{
    study_at(code, "flashinfer-python==0.6.11.post1");
}

/* The lines that flow_text and study_of put in front. */
enum { BEFORE = 7 };

static const cp_module *module(void)
{
    size_t count;
    return cp_project_modules(text.project, &count)[0];
}

static cp_lineage *at(uint32_t line, uint32_t column, size_t *count)
{
    return cp_lineages_at(&study, module(), BEFORE + line, column, count);
}

static void add_dtypes(cp_buf *buf, cp_dtypes set)
{
    cp_str names = cp_value_text(&arena, set);
    cp_buf_add(buf, names.len ? names : CP_STR("?"));
}

/* The values at a line: "x [role] dtypes; y …". */
static void values(const char *code, uint32_t line, uint32_t column, const char *wanted)
{
    size_t count;
    study_of(code);
    cp_lineage *all = at(line, column, &count);
    cp_buf buf = {.arena = &arena};
    for (size_t i = 0; i < count; i++) {
        cp_buf_printf(&buf, "%s%.*s [%s] ", i ? "; " : "", CP_STR_ARGS(all[i].text),
                      cp_role_name(all[i].role));
        if (all[i].is_cast) {
            add_dtypes(&buf, all[i].from);
            cp_buf_puts(&buf, " to ");
        }
        add_dtypes(&buf, all[i].dtypes);
    }
    flow_text_end(&text);
    assert_str(cp_buf_str(&buf), wanted);
}

/* What gives the first value of the line its dtype: "code dtypes; …", casts behind |. */
static void producers(const char *code, uint32_t line, const char *wanted)
{
    size_t count;
    study_of(code);
    cp_lineage *all = at(line, 0, &count);
    assert_true(count > 0);
    cp_buf buf = {.arena = &arena};
    for (size_t i = 0; i < all->producer_count; i++) {
        const cp_producer *from = &all->producers[i];
        cp_buf_printf(&buf, "%s%.*s ", i ? "; " : "", CP_STR_ARGS(from->place.what));
        add_dtypes(&buf, from->place.dtypes);
        if (from->guard.len)
            cp_buf_printf(&buf, " if %.*s", CP_STR_ARGS(from->guard));
    }
    for (size_t i = 0; i < all->cast_count; i++)
        cp_buf_printf(&buf, " | %.*s", CP_STR_ARGS(all->casts[i].place.what));
    flow_text_end(&text);
    assert_str(cp_buf_str(&buf), wanted);
}

/* What gets the first value of the line: "kind line; …", "+" behind a cast. */
static void consumers(const char *code, uint32_t line, const char *wanted)
{
    size_t count;
    study_of(code);
    cp_lineage *all = at(line, 0, &count);
    assert_true(count > 0);
    cp_buf buf = {.arena = &arena};
    for (size_t i = 0; i < all->consumer_count; i++) {
        const cp_consumer *consumer = &all->consumers[i];
        cp_buf_printf(&buf, "%s%s %u%s", i ? "; " : "",
                      cp_consumer_kind_name(consumer->kind),
                      consumer->place.line - BEFORE, consumer->after.line ? "+" : "");
    }
    flow_text_end(&text);
    assert_str(cp_buf_str(&buf), wanted);
}

#define CAST                                                                             \
    "def f(router_logits, c):\n"                                                         \
    "    x = router_logits.float()\n"                                                    \
    "    moe(routing_logits=x, routing_method_type=R.DeepSeekV3)\n"

static void test_a_cast_stands_for_what_it_casts(void **state)
{
    (void)state;
    values(CAST, 2, 0, "router_logits.float() [router_logits] ? to float32");
}

static void test_a_name_that_carries_logits_is_a_value(void **state)
{
    (void)state;
    values(CAST, 3, 0, "x [router_logits] float32");
}

static void test_a_parameter_is_a_value(void **state)
{
    (void)state;
    values(CAST, 1, 0, "router_logits [router_logits] ?");
}

static void test_a_cast_of_no_routing_tensor_is_shown_all_the_same(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n    return c.half()\n", 2, 0,
           "c.half() [] ? to float16");
}

static void test_a_move_to_a_device_is_no_cast(void **state)
{
    (void)state;
    values("def f(topk_weights, c):\n    return topk_weights.float().view(3)\n", 2, 0,
           "topk_weights.float().view(3) [topk_weights] float32; "
           "topk_weights.float() [topk_weights] ? to float32");
}

static void test_casts_on_one_chain_are_told_apart(void **state)
{
    (void)state;
    values("def f(topk_weights, c):\n    return topk_weights.half().float()\n", 2, 0,
           "topk_weights.half().float() [topk_weights] float16 to float32; "
           "topk_weights.half() [topk_weights] ? to float16");
}

static void test_a_cast_over_several_lines_is_found_at_its_name(void **state)
{
    (void)state;
    values("def f(topk_weights, c):\n"
           "    x = (\n"
           "        topk_weights\n"
           "        .float()\n"
           "    )\n"
           "    return x\n",
           4, 0, "topk_weights .float() [topk_weights] ? to float32");
}

static void test_a_column_names_the_casts_that_begin_there(void **state)
{
    (void)state;
    values(CAST, 2, 9, "router_logits.float() [router_logits] ? to float32");
}

static void test_a_column_names_the_innermost_value(void **state)
{
    (void)state;
    values(CAST, 2, 12, "router_logits [router_logits] ?");
}

static void test_a_column_shows_any_value(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n    y = torch.zeros(3, dtype=torch.half)\n", 2, 12,
           "torch.zeros(3, dtype=torch.half) [] float16");
}

static void test_what_foreign_code_gives_is_told_by_its_name(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n"
           "    gating_output = other.gate(c); other.g(router_logits)\n",
           2, 0, "other.gate(c) [router_logits] ?; router_logits [router_logits] ?");
}

static void test_a_dtype_argument_is_a_cast(void **state)
{
    (void)state;
    values("def f(router_logits):\n"
           "    return torch.softmax(\n"
           "        router_logits,\n"
           "        dim=-1,\n"
           "        dtype=torch.float32,\n"
           "    )\n",
           5, 0,
           "torch.softmax( router_logits, dim=-1, dtype=torch.float32, ) [router_logits] "
           "? to float32");
}

static void test_a_line_without_values_has_none(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n    n = 3\n", 2, 0, "");
}

static void test_producers_are_behind_calls_and_branches(void **state)
{
    (void)state;
    producers("def gate(h, w, wide):\n"
              "    if wide:\n"
              "        return torch.zeros(3, dtype=torch.float32)\n"
              "    return torch.zeros(3, dtype=torch.bfloat16)\n"
              "def f(h, w, wide):\n"
              "    router_logits = gate(h, w, wide)\n",
              6,
              "torch.zeros(3, dtype=torch.float32) float32 if wide; "
              "torch.zeros(3, dtype=torch.bfloat16) bfloat16");
}

static void test_casts_on_the_way_are_listed_and_looked_behind(void **state)
{
    (void)state;
    producers("def f(h):\n"
              "    x = torch.zeros(3, dtype=torch.float32)\n"
              "    router_logits = x.half()\n"
              "    y = router_logits.float()\n",
              4, "torch.zeros(3, dtype=torch.float32) float32 | x.half()");
}

static void test_each_dtype_has_its_witness_early(void **state)
{
    (void)state;
    producers("def f(a):\n"
              "    if a == 1:\n"
              "        x = torch.ones(1, dtype=torch.half)\n"
              "    elif a == 2:\n"
              "        x = torch.ones(2, dtype=torch.half)\n"
              "    else:\n"
              "        x = torch.ones(3, dtype=torch.float32)\n"
              "    router_logits = x\n"
              "    y = router_logits.double()\n",
              9,
              "torch.ones(1, dtype=torch.half) float16 if a == 1; "
              "torch.ones(3, dtype=torch.float32) float32 if a != 1 and a != 2; "
              "torch.ones(2, dtype=torch.half) float16 if a != 1 and a == 2");
}

static void test_a_condition_is_shown_without_its_comments(void **state)
{
    (void)state;
    size_t count;
    study_of("def f(router_logits, a, b):\n"
             "    if (a  # first\n"
             "        # alone\n"
             "        == \"#\" and b):\n"
             "        x = router_logits.float()\n");
    cp_lineage *value = at(5, 0, &count);
    assert_int_equal(count, 1);
    assert_str(value->guard, "a == \"#\" and b");
    flow_text_end(&text);
}

static void test_a_contract_is_a_consumer(void **state)
{
    (void)state;
    consumers(CAST, 2, "contract 3");
}

static void test_contracts_behind_a_cast_are_consumers_too(void **state)
{
    (void)state;
    consumers("def f(router_logits, c):\n"
              "    y = router_logits.relu()\n"
              "    c(y)\n"
              "    moe(routing_logits=router_logits.float())\n",
              1, "contract 4+; cast 4; compute 2");
}

static void test_stores_and_returns_have_their_place(void **state)
{
    (void)state;
    consumers("class A:\n"
              "    def f(self, h):\n"
              "        router_logits = h.float()\n"
              "        self.last = router_logits\n"
              "        return router_logits\n",
              3, "store 4; return 5");
}

static void test_a_copy_a_dtype_and_a_foreign_call_are_consumers(void **state)
{
    (void)state;
    consumers("def f(router_logits, b, c):\n"
              "    x = router_logits.float()\n"
              "    b.copy_(x)\n"
              "    d = x.dtype\n"
              "    other.g(x)\n"
              "    c.g(x)\n",
              2, "copy 3; dtype 4; call 5; lost 6");
}

static void test_a_contract_says_what_the_pinned_release_takes(void **state)
{
    (void)state;
    size_t count;
    study_of(CAST);
    cp_lineage *value = at(2, 0, &count);
    assert_int_equal(count, 1);
    assert_int_equal(value->consumer_count, 1);
    const cp_consumer *into = value->consumers;
    assert_str(into->parameter, "routing_logits");
    assert_int_equal(into->stand_count, 1);
    assert_str(into->stands->last->text, "0.6.11.post1");
    assert_int_equal(into->stands->terms.accepts, CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16));
    assert_int_equal(into->stands->terms.computes, CP_F32);
    assert_int_equal(value->finding_count, 1);
    assert_str(value->findings[0]->code, "CP101");
    assert_null(value->unjudged);
    flow_text_end(&text);
}

static void test_terms_that_exclude_each_other_are_told_apart(void **state)
{
    (void)state;
    size_t count;
    study_at("def f(router_logits, method):\n"
             "    moe(routing_logits=router_logits, routing_method_type=method)\n",
             "flashinfer-python==0.6.7");
    cp_lineage *value = at(1, 0, &count);
    const cp_stand *stand = value->consumers->stands;
    assert_int_equal(stand->terms.accepts, 0);
    assert_true(stand->choice_count > 1);
    assert_int_equal(stand->choices[0]->kind, CP_CONTRACT_CHECK);
    flow_text_end(&text);
}

static void test_releases_that_say_the_same_are_one_stand(void **state)
{
    (void)state;
    size_t count;
    study_at(CAST, "flashinfer-python>=0.6.7");
    cp_lineage *value = at(2, 0, &count);
    const cp_consumer *into = value->consumers;
    assert_int_equal(into->stand_count, 2);
    assert_str(into->stands[0].first->text, "0.6.8");
    assert_str(into->stands[1].first->text, "0.6.7");
    assert_str(into->stands[1].last->text, "0.6.7.post3");
    assert_int_equal(into->stands[1].terms.accepts, CP_DTYPES(CP_F32));
    flow_text_end(&text);
}

static void test_a_cast_without_a_finding_says_why(void **state)
{
    (void)state;
    size_t count;
    study_of("def f(router_logits, c):\n    c(router_logits.float())\n");
    cp_lineage *value = at(2, 0, &count);
    assert_int_equal(value->finding_count, 0);
    assert_string_equal(value->unjudged, "no call that gives this parameter is visible");
    flow_text_end(&text);
}

static void test_the_nearest_line_is_found(void **state)
{
    (void)state;
    cp_str what;
    study_of("n = 1\nm = 2\n\n" CAST);
    assert_int_equal(cp_lineage_nearest(&study, module(), BEFORE + 1, &what), BEFORE + 5);
    assert_str(what, "router_logits.float()");
    flow_text_end(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_cast_stands_for_what_it_casts),
        TEST(test_a_name_that_carries_logits_is_a_value),
        TEST(test_a_parameter_is_a_value),
        TEST(test_a_cast_of_no_routing_tensor_is_shown_all_the_same),
        TEST(test_a_move_to_a_device_is_no_cast),
        TEST(test_casts_on_one_chain_are_told_apart),
        TEST(test_a_cast_over_several_lines_is_found_at_its_name),
        TEST(test_a_column_names_the_casts_that_begin_there),
        TEST(test_a_column_names_the_innermost_value),
        TEST(test_a_column_shows_any_value),
        TEST(test_what_foreign_code_gives_is_told_by_its_name),
        TEST(test_a_dtype_argument_is_a_cast),
        TEST(test_a_line_without_values_has_none),
        TEST(test_producers_are_behind_calls_and_branches),
        TEST(test_casts_on_the_way_are_listed_and_looked_behind),
        TEST(test_each_dtype_has_its_witness_early),
        TEST(test_a_condition_is_shown_without_its_comments),
        TEST(test_a_contract_is_a_consumer),
        TEST(test_contracts_behind_a_cast_are_consumers_too),
        TEST(test_stores_and_returns_have_their_place),
        TEST(test_a_copy_a_dtype_and_a_foreign_call_are_consumers),
        TEST(test_a_contract_says_what_the_pinned_release_takes),
        TEST(test_terms_that_exclude_each_other_are_told_apart),
        TEST(test_releases_that_say_the_same_are_one_stand),
        TEST(test_a_cast_without_a_finding_says_why),
        TEST(test_the_nearest_line_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
