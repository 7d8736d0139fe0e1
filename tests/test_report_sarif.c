#include "harness.h"

#include "json_at.h"
#include "report_case.h"

#define RESULT "runs.0.results.0."
#define PLACE RESULT "locations.0.physicalLocation."

static json_t *log_of(report_case *c)
{
    return parsed(case_text(c, CP_FORMAT_SARIF));
}

/* A finding of all of `code` in a file of that text, with nothing else known. */
static cp_finding *bare_finding(report_case *c, const char *path, cp_str text,
                                const char *code)
{
    cp_module *module = case_module(path, text);
    return cp_findings_new(&c->findings, "CP102", module, case_span(module, code));
}

static void test_log_names_its_version_and_the_tool(void **state)
{
    (void)state;
    json_t *root = log_of(case_new());
    assert_at(root, "version", "\"2.1.0\"");
    assert_at(root, "runs.0.tool.driver.name", "\"castproof\"");
    assert_at(root, "runs.0.tool.driver.version", "\"0.1.0\"");
    assert_at(root, "runs.0.results", "[]");
    json_decref(root);
}

static void test_every_rule_has_a_level_and_help_in_both_forms(void **state)
{
    (void)state;
    report_case *c = case_new();
    json_t *root = log_of(c), *rule;
    json_t *rules = json_at(root, "runs.0.tool.driver.rules");
    size_t i;
    assert_int_equal(json_array_size(rules), c->rules.count);
    json_array_foreach(rules, i, rule)
    {
        const char *address = json_string_value(json_at(rule, "helpUri"));
        assert_same(cp_str_of(json_string_value(json_at(rule, "id"))),
                    c->rules.items[i].id);
        assert_non_null(json_at(rule, "defaultConfiguration.level"));
        assert_non_null(json_at(rule, "help.text"));
        assert_non_null(json_at(rule, "help.markdown"));
        if (address)
            assert_has(cp_str_of(address), "https://");
    }
    json_decref(root);
}

static void test_result_refers_to_its_rule_by_name_and_number(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = log_of(c);
    json_int_t index = json_integer_value(json_at(root, RESULT "ruleIndex"));
    cp_str path = cp_str_printf(&arena, "runs.0.tool.driver.rules.%d.id", (int)index);
    assert_at(root, RESULT "ruleId", "\"CP101\"");
    assert_at(root, path.ptr, "\"CP101\"");
    assert_at(root, RESULT "level", "\"warning\"");
    json_decref(root);
}

static void test_info_is_a_note(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->code = CP_STR("CP102");
    json_t *root = log_of(c);
    assert_at(root, RESULT "level", "\"note\"");
    json_decref(root);
}

static void test_place_is_below_srcroot_and_ends_behind_the_last_unit(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = log_of(c);
    assert_at(root, PLACE "artifactLocation",
              "{\"uri\":\"a.py\",\"uriBaseId\":\"SRCROOT\"}");
    assert_at(root, PLACE "region",
              "{\"startLine\":2,\"startColumn\":5,\"endLine\":2,\"endColumn\":24,"
              "\"snippet\":{\"text\":\"x.to(torch.float32)\"}}");
    assert_non_null(json_at(root, "runs.0.originalUriBaseIds.SRCROOT"));
    json_decref(root);
}

static void test_columns_count_utf16_units(void **state)
{
    (void)state;
    report_case *c = case_new();
    /* One unit for the umlaut of two bytes, two for the letter of four. */
    bare_finding(c, "a.py", CP_STR("\xc3\xa4\xf0\x9d\x94\xbd = x"), "x");
    json_t *root = log_of(c);
    assert_at(root, "runs.0.columnKind", "\"utf16CodeUnits\"");
    assert_at(root, PLACE "region.startColumn", "7");
    assert_at(root, PLACE "region.endColumn", "8");
    json_decref(root);
}

static void test_a_byte_order_mark_is_no_column(void **state)
{
    (void)state;
    report_case *c = case_new();
    bare_finding(c, "a.py", CP_STR("\xef\xbb\xbfx"), "x");
    json_t *root = log_of(c);
    assert_at(root, PLACE "region.startColumn", "1");
    json_decref(root);
}

static void test_a_file_name_is_percent_encoded(void **state)
{
    (void)state;
    report_case *c = case_new();
    bare_finding(c, "./a b/#\xc3\xa4%.py", CP_STR("x"), "x");
    json_t *root = log_of(c);
    assert_at(root, PLACE "artifactLocation.uri", "\"a%20b/%23%C3%A4%25.py\"");
    json_decref(root);
}

static void test_a_file_below_the_root_is_named_from_there(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->report.root = CP_STR("/src/tree");
    bare_finding(c, "/src/tree/pkg/../a.py", CP_STR("x"), "x");
    json_t *root = log_of(c);
    assert_at(root, PLACE "artifactLocation",
              "{\"uri\":\"a.py\",\"uriBaseId\":\"SRCROOT\"}");
    json_decref(root);
}

static void test_a_file_elsewhere_has_a_whole_address(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->report.root = CP_STR("/src/tree");
    bare_finding(c, "/src/tree-2/a.py", CP_STR("x"), "x");
    json_t *root = log_of(c);
    assert_at(root, PLACE "artifactLocation", "{\"uri\":\"file:///src/tree-2/a.py\"}");
    json_decref(root);
}

static void test_a_flow_leads_from_each_producer_to_the_consumer(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *finding = case_finding(c);
    finding->trace = cp_new(&arena, cp_place, 1);
    finding->trace[0] = (cp_place){CP_STR("a.py"), 2, 2, 5, CP_STR("the call"), 0};
    finding->trace_count = 1;
    json_t *root = log_of(c);
    json_t *steps = json_at(root, RESULT "codeFlows.0.threadFlows.0.locations");
    assert_int_equal(json_array_size(steps), 3);
    assert_at(steps, "0.location.message.text", "\"F.linear (bfloat16)\"");
    assert_at(steps, "0.location.physicalLocation.region", "{\"startLine\":388}");
    assert_at(steps, "1.location.message.text", "\"cast to float32\"");
    assert_at(steps, "2.location.message.text", "\"the call\"");
    assert_none_at(root, RESULT "codeFlows.1");
    json_decref(root);
}

static void test_without_producers_and_trace_there_is_no_flow(void **state)
{
    (void)state;
    report_case *c = case_new();
    bare_finding(c, "a.py", CP_STR("x"), "x");
    json_t *root = log_of(c);
    assert_none_at(root, RESULT "codeFlows");
    json_decref(root);
}

static bool has_no_file(cp_str path)
{
    (void)path;
    return false;
}

static void test_a_line_of_a_library_is_told_in_words(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->report.has_file = has_no_file;
    case_finding(c);
    json_t *root = log_of(c);
    assert_at(root, RESULT "relatedLocations.0",
              "{\"message\":{\"text\":\"a.py:1: stale comment\"},\"id\":1}");
    json_decref(root);
}

static void test_a_fix_deletes_regions_and_inserts_text(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_fix *fix = case_fix(case_finding(c));
    fix->edits[0] = (cp_edit_range){7, 11, CP_STR("y")};
    json_t *root = log_of(c);
    assert_at(root, RESULT "fixes.0.description.text",
              "\"patch cp-0123456789ab, effect exact\"");
    assert_at(root, RESULT "fixes.0.artifactChanges.0.replacements",
              "[{\"deletedRegion\":{\"startLine\":2,\"startColumn\":1,\"endLine\":2,"
              "\"endColumn\":5},\"insertedContent\":{\"text\":\"y\"}}]");
    json_decref(root);
}

static void test_the_fingerprint_is_the_findings(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->fingerprint = CP_STR("0123");
    json_t *root = log_of(c);
    assert_at(root, RESULT "partialFingerprints", "{\"castproof/v1\":\"0123\"}");
    json_decref(root);
}

static void test_troubles_are_notifications_of_a_run_that_failed(void **state)
{
    (void)state;
    report_case *c = case_new();
    const cp_trouble trouble = {CP_STR("b.py"), CP_STR("b.py: cannot open")};
    c->report.troubles = &trouble;
    c->report.trouble_count = 1;
    c->report.failed = true;
    json_t *root = log_of(c), *run = json_at(root, "runs.0.invocations.0");
    assert_at(run, "executionSuccessful", "false");
    assert_at(run, "toolExecutionNotifications.0.level", "\"error\"");
    assert_at(run, "toolExecutionNotifications.0.message.text", "\"b.py: cannot open\"");
    json_decref(root);
}

static void test_control_characters_are_escaped(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->message = CP_STR("\x1b]0;\a");
    assert_lacks(case_text(c, CP_FORMAT_SARIF), "\x1b");
    assert_has(case_text(c, CP_FORMAT_SARIF), "\\u001B]0;\\u0007");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_log_names_its_version_and_the_tool),
        TEST(test_every_rule_has_a_level_and_help_in_both_forms),
        TEST(test_result_refers_to_its_rule_by_name_and_number),
        TEST(test_info_is_a_note),
        TEST(test_place_is_below_srcroot_and_ends_behind_the_last_unit),
        TEST(test_columns_count_utf16_units),
        TEST(test_a_byte_order_mark_is_no_column),
        TEST(test_a_file_name_is_percent_encoded),
        TEST(test_a_file_below_the_root_is_named_from_there),
        TEST(test_a_file_elsewhere_has_a_whole_address),
        TEST(test_a_flow_leads_from_each_producer_to_the_consumer),
        TEST(test_without_producers_and_trace_there_is_no_flow),
        TEST(test_a_line_of_a_library_is_told_in_words),
        TEST(test_a_fix_deletes_regions_and_inserts_text),
        TEST(test_the_fingerprint_is_the_findings),
        TEST(test_troubles_are_notifications_of_a_run_that_failed),
        TEST(test_control_characters_are_escaped),
    };
    return cmocka_run_group_tests_name("report_sarif", tests, NULL, NULL);
}
