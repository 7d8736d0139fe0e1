#include "harness.h"

#include "report_case.h"
#include "report_check.h"

/* One value, `x.float()` at 2:5, of bfloat16 and cast to float32. */
static cp_lineage value_of(void)
{
    cp_module *module = case_module("a.py", CP_STR("if ok:\n    x.float()\n"));
    return (cp_lineage){.module = module,
                        .span = case_span(module, "x.float()"),
                        .text = CP_STR("x.float()"),
                        .tensor = CP_STR("x"),
                        .role = CP_ROLE_ROUTER_LOGITS,
                        .dtypes = CP_DTYPES(CP_F32),
                        .is_cast = true,
                        .from = CP_DTYPES(CP_BF16),
                        .guard = CP_STR("ok"),
                        .whole = true};
}

static cp_traced traced_of(const cp_lineage *value)
{
    return (cp_traced){.version = "0.1.0",
                       .path = CP_STR("a.py"),
                       .line = 2,
                       .values = value,
                       .count = value ? 1 : 0,
                       .model = CP_DTYPES(CP_BF16)};
}

static cp_str written(const cp_traced *traced, cp_format format)
{
    return cp_report_trace(&arena, traced, format, &(cp_report_style){0});
}

static cp_producer *producers(size_t count, const char *unknown)
{
    cp_producer *all = cp_new(&arena, cp_producer, count);
    for (size_t i = 0; i < count; i++)
        all[i] = (cp_producer){.place = {.path = CP_STR("g.py"),
                                         .line = (uint32_t)i + 1,
                                         .what = CP_STR("gate(h)"),
                                         .dtypes = unknown ? 0 : CP_SYM_MODEL},
                               .unknown = unknown};
    return all;
}

static cp_consumer contract_of(const cp_contract *check, cp_terms terms)
{
    static const cp_release release = {.text = {"0.6.11", 6}};
    cp_stand *stand = cp_new(&arena, cp_stand, 1);
    terms.check = check;
    *stand = (cp_stand){.first = &release, .last = &release, .terms = terms};
    return (cp_consumer){.kind = CP_CONSUMER_CONTRACT,
                         .place = {.path = CP_STR("a.py"), .line = 3},
                         .call = CP_STR("lib.moe"),
                         .parameter = CP_STR("logits"),
                         .package = CP_STR("lib"),
                         .stands = stand,
                         .stand_count = 1};
}

static cp_terms terms_of(cp_dtypes accepts)
{
    return (cp_terms){.known = true,
                      .accepts = accepts,
                      .computes = CP_DTYPE_NONE,
                      .rounds_to = CP_DTYPE_NONE,
                      .may_round_to = CP_DTYPE_NONE};
}

static void takes(const cp_contract *check, cp_terms terms, const char *wanted)
{
    cp_lineage value = value_of();
    cp_consumer consumer = contract_of(check, terms);
    value.consumers = &consumer;
    value.consumer_count = 1;
    cp_traced traced = traced_of(&value);
    cp_str text = written(&traced, CP_FORMAT_FULL);
    size_t start = cp_str_find(text, CP_STR("  takes:   "), 0);
    assert_true(start != SIZE_MAX);
    cp_str rest = cp_str_cut(text, start + 11, text.len);
    assert_str(cp_str_next(&rest, '\n'), wanted);
}

static void test_a_value_is_shown_with_its_line(void **state)
{
    (void)state;
    cp_lineage value = value_of();
    value.unjudged = "nobody knows";
    cp_traced traced = traced_of(&value);
    assert_str(written(&traced, CP_FORMAT_FULL),
               "a.py:2:5: x.float()\n"
               "   |\n"
               " 2 |     x.float()\n"
               "   |     ^^^^^^^^^\n"
               "  value:   router_logits: bfloat16; cast to float32\n"
               "  under:   ok\n"
               "  into:    nothing that is visible\n"
               "  verdict: none: nobody knows\n");
}

static void test_a_value_is_one_line_where_that_is_asked_for(void **state)
{
    (void)state;
    cp_lineage value = value_of();
    cp_traced traced = traced_of(&value);
    assert_str(written(&traced, CP_FORMAT_CONCISE),
               "a.py:2:5: router_logits: bfloat16; cast to float32; 0 producers, "
               "0 consumers\n");
}

static void test_long_lists_are_cut_and_say_so(void **state)
{
    (void)state;
    cp_lineage value = value_of();
    value.producers = producers(20, NULL);
    value.producer_count = 20;
    cp_traced traced = traced_of(&value);
    cp_str text = written(&traced, CP_FORMAT_FULL);
    assert_true(cp_str_has(text, CP_STR("g.py:8: gate(h) (the model's dtype)\n")));
    assert_false(cp_str_has(text, CP_STR("g.py:9:")));
    assert_true(cp_str_has(text, CP_STR("  from:    … and 12 more\n")));
}

static void test_what_is_not_known_is_counted_by_itself(void **state)
{
    (void)state;
    cp_lineage value = value_of();
    value.producers = producers(5, "nobody knows");
    value.producer_count = 5;
    cp_traced traced = traced_of(&value);
    cp_str text = written(&traced, CP_FORMAT_FULL);
    assert_true(cp_str_has(text, CP_STR("g.py:3: gate(h) (unknown: nobody knows)\n")));
    assert_true(cp_str_has(text, CP_STR("  from:    … and 2 more that are not known\n")));
}

static void test_a_long_condition_is_cut(void **state)
{
    (void)state;
    cp_lineage value = value_of();
    value.producers = producers(1, NULL);
    value.producer_count = 1;
    value.producers->guard =
        CP_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\244bbbb");
    cp_traced traced = traced_of(&value);
    cp_str text = written(&traced, CP_FORMAT_FULL);
    assert_true(cp_str_has(text, CP_STR("aaa …\n")));
    assert_false(cp_str_has(text, CP_STR("\\xc3")));
}

static void test_contracts_say_what_they_take(void **state)
{
    (void)state;
    cp_contract check = {.package = CP_STR("lib"), .accepts = CP_DTYPES(CP_F32)};
    cp_terms terms = terms_of(CP_DTYPES(CP_F32));
    takes(&check, terms, "float32; in which dtype it computes is not known (lib 0.6.11)");
    terms.computes = CP_F32;
    terms.coupled = &(cp_contract){.parameter = CP_STR("values")};
    takes(&check, terms,
          "float32; computes in float32; values must have the same dtype (lib 0.6.11)");
    terms.broken = true;
    takes(&check, terms,
          "nothing: the call fails whatever its arguments are (lib 0.6.11)");
}

static void test_what_is_not_checked_is_no_promise(void **state)
{
    (void)state;
    cp_contract check = {.unchecked = true};
    cp_terms terms = terms_of(CP_CONCRETE);
    terms.ignored = true;
    takes(&check, terms, "any dtype: it is never read (lib 0.6.11)");
    terms.ignored = false;
    terms.computes = CP_F32;
    takes(&check, terms,
          "any dtype: nothing checks it; computes in float32 (lib 0.6.11)");
    terms.accepts = CP_DTYPES(CP_BF16);
    takes(&check, terms,
          "any dtype: nothing checks it, but it reads right only bfloat16; computes in "
          "float32 (lib 0.6.11)");
    terms = terms_of(CP_CONCRETE);
    terms.known = false;
    takes(NULL, terms, "not known (lib 0.6.11)");
    check = (cp_contract){.same_as = CP_STR("scores")};
    terms.known = true;
    terms.computes = CP_F32;
    takes(&check, terms, "the dtype of scores; computes in float32 (lib 0.6.11)");
}

static void test_nothing_says_what_is_near(void **state)
{
    (void)state;
    cp_traced traced = traced_of(NULL);
    traced.nothing = CP_STR("nothing is there");
    assert_str(written(&traced, CP_FORMAT_FULL), "a.py:2: nothing is there\n");
    traced.nearest_line = 7;
    traced.nearest = CP_STR("y.half()");
    assert_str(written(&traced, CP_FORMAT_CONCISE),
               "a.py:2: nothing is there; the nearest is in line 7: y.half()\n");
}

static void test_json_lists_all_and_writes_the_model_out(void **state)
{
    (void)state;
    cp_lineage value = value_of();
    value.producers = producers(20, NULL);
    value.producer_count = 20;
    cp_traced traced = traced_of(&value);
    json_t *root = parsed(written(&traced, CP_FORMAT_JSON));
    json_t *one = json_array_get(json_object_get(root, "values"), 0);
    json_t *from = json_object_get(one, "producers");
    assert_int_equal(json_array_size(from), 20);
    json_t *dtypes = json_object_get(json_array_get(from, 0), "dtypes");
    assert_string_equal(json_string_value(json_array_get(dtypes, 0)), "bfloat16");
    assert_true(json_is_null(json_object_get(one, "unjudged")));
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_value_is_shown_with_its_line),
        TEST(test_a_value_is_one_line_where_that_is_asked_for),
        TEST(test_long_lists_are_cut_and_say_so),
        TEST(test_what_is_not_known_is_counted_by_itself),
        TEST(test_a_long_condition_is_cut),
        TEST(test_contracts_say_what_they_take),
        TEST(test_what_is_not_checked_is_no_promise),
        TEST(test_nothing_says_what_is_near),
        TEST(test_json_lists_all_and_writes_the_model_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
