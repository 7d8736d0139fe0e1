#include "lineage_case.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
