#include "harness.h"

#include "findings/finding.h"

static cp_module *module_of(const char *path)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, cp_str_of(path), CP_STR("x.to(y)\n"));
    cp_module *module = cp_new(&arena, cp_module, 1);
    module->source = source;
    return module;
}

static cp_finding *add(cp_findings *all, const char *code, const char *path,
                       uint32_t start)
{
    return cp_findings_new(all, code, module_of(path), (cp_span){start, start + 2});
}

static void test_new_finding_is_in_the_list(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    cp_finding *finding = add(&all, "CP101", "a.py", 3);
    assert_int_equal(all.count, 1);
    assert_ptr_equal(all.items[0], finding);
    assert_str(finding->code, "CP101");
}

static void test_new_finding_claims_nothing(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    cp_finding *finding = add(&all, "CP101", "a.py", 3);
    assert_int_equal(finding->effect, CP_EFFECT_UNPROVED);
    assert_int_equal(finding->to, CP_DTYPE_NONE);
    assert_int_equal(finding->plan.computes, CP_DTYPE_NONE);
    assert_int_equal(finding->plan.rounds_to, CP_DTYPE_NONE);
    assert_null(finding->fix);
}

static void test_findings_sort_by_path_first(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    add(&all, "CP101", "b.py", 0);
    add(&all, "CP202", "a.py", 5);
    cp_findings_sort(&all);
    assert_str(all.items[0]->module->source->path, "a.py");
}

static void test_findings_of_a_file_sort_by_offset_not_by_code(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    add(&all, "CP101", "a.py", 5);
    add(&all, "CP202", "a.py", 1);
    cp_findings_sort(&all);
    assert_str(all.items[0]->code, "CP202");
}

static void test_findings_of_one_place_sort_by_code(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    add(&all, "CP202", "a.py", 1);
    add(&all, "CP101", "a.py", 1);
    cp_findings_sort(&all);
    assert_str(all.items[0]->code, "CP101");
}

static void test_order_of_adding_does_not_matter(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    add(&all, "CP101", "a.py", 1)->consumer = CP_STR("z");
    add(&all, "CP101", "a.py", 1)->consumer = CP_STR("y");
    cp_findings_sort(&all);
    assert_str(all.items[0]->consumer, "y");
}

static void test_no_findings_sort_as_well(void **state)
{
    (void)state;
    cp_findings all = {.arena = &arena};
    cp_findings_sort(&all);
    assert_int_equal(all.count, 0);
}

static void test_roles_have_the_names_of_the_reports(void **state)
{
    (void)state;
    assert_string_equal(cp_role_name(CP_ROLE_NONE), "");
    assert_string_equal(cp_role_name(CP_ROLE_ROUTER_LOGITS), "router_logits");
    assert_string_equal(cp_role_name(CP_ROLE_ROUTING_BIAS), "routing_bias");
    assert_string_equal(cp_role_name(CP_ROLE_TOPK_WEIGHTS), "topk_weights");
    assert_string_equal(cp_role_name(CP_ROLE_GATE_INPUT), "gate_input");
    assert_string_equal(cp_role_name(CP_ROLE_GATE_OUTPUT), "gate_output");
}

static void test_effects_have_the_names_of_the_reports(void **state)
{
    (void)state;
    assert_string_equal(cp_effect_name(CP_EFFECT_EXACT), "exact");
    assert_string_equal(cp_effect_name(CP_EFFECT_SAME_EXPERTS), "same-experts");
    assert_string_equal(cp_effect_name(CP_EFFECT_CHANGES_EXPERTS), "changes-experts");
    assert_string_equal(cp_effect_name(CP_EFFECT_UNPROVED), "unproved");
    assert_string_equal(cp_effect_name(CP_EFFECT_BREAKS_CONTRACT), "breaks-contract");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new_finding_is_in_the_list),
        TEST(test_new_finding_claims_nothing),
        TEST(test_findings_sort_by_path_first),
        TEST(test_findings_of_a_file_sort_by_offset_not_by_code),
        TEST(test_findings_of_one_place_sort_by_code),
        TEST(test_order_of_adding_does_not_matter),
        TEST(test_no_findings_sort_as_well),
        TEST(test_roles_have_the_names_of_the_reports),
        TEST(test_effects_have_the_names_of_the_reports),
    };
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
