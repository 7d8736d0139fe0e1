#include "harness.h"

#include "json_at.h"
#include "report_case.h"

/* ---- GitHub ---- */

static void test_github_has_a_command_a_finding(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    assert_str(case_text(c, CP_FORMAT_GITHUB),
               "::warning file=a.py,line=2,endLine=2,col=5,endColumn=24,title=CP101 "
               "redundant-upcast::the cast is not needed. To do: drop it.\n");
}

static void test_github_gets_no_columns_of_several_lines(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *finding = case_finding(c);
    finding->span.start = 0;
    assert_lacks(case_text(c, CP_FORMAT_GITHUB), "col=");
}

static void test_github_cannot_be_given_a_command_by_a_file(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *finding = case_finding(c);
    finding->module = case_module("a,b:c%.py", finding->module->source->text);
    finding->message = CP_STR("50% \x1b[31m\r\n::error::x");
    cp_str text = case_text(c, CP_FORMAT_GITHUB);
    assert_has(text, "file=a%2Cb%3Ac%25.py,");
    assert_has(text, "::50%25 \\x1b[31m\\x0d\\x0a::error::x. To do");
    assert_int_equal(cp_str_find(text, CP_STR("\n"), 0), text.len - 1);
}

static void test_github_hears_of_troubles(void **state)
{
    (void)state;
    report_case *c = case_new();
    const cp_trouble troubles[] = {{CP_STR(""), CP_STR("no libclang")},
                                   {CP_STR("b.py"), CP_STR("cannot open")}};
    c->report.troubles = troubles;
    c->report.trouble_count = 2;
    assert_str(case_text(c, CP_FORMAT_GITHUB),
               "::warning title=castproof::no libclang\n"
               "::warning file=b.py,title=castproof::cannot open\n");
}

/* ---- GitLab ---- */

static void test_gitlab_has_what_its_schema_wants(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->fingerprint = CP_STR("0123");
    json_t *root = parsed(case_text(c, CP_FORMAT_GITLAB));
    assert_at(root, "",
              "[{\"description\":\"the cast is not needed. To do: drop it.\","
              "\"check_name\":\"CP101\",\"fingerprint\":\"0123\",\"severity\":\"minor\","
              "\"location\":{\"path\":\"a.py\",\"lines\":{\"begin\":2,\"end\":2}}}]");
    json_decref(root);
}

static void test_gitlab_without_findings_is_an_empty_list(void **state)
{
    (void)state;
    assert_str(case_text(case_new(), CP_FORMAT_GITLAB), "[]\n");
}

/* ---- reviewdog ---- */

static void test_rdjson_has_range_severity_and_code(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = parsed(case_text(c, CP_FORMAT_RDJSON));
    assert_at(root, "source.name", "\"castproof\"");
    assert_at(root, "diagnostics.0.location",
              "{\"path\":\"a.py\",\"range\":{\"start\":{\"line\":2,\"column\":5},"
              "\"end\":{\"line\":2,\"column\":24}}}");
    assert_at(root, "diagnostics.0.severity", "\"WARNING\"");
    assert_at(root, "diagnostics.0.code", "{\"value\":\"CP101\"}");
    assert_at(root, "diagnostics.0.related_locations.0.message", "\"stale comment\"");
    json_decref(root);
}

static void test_rdjson_suggests_all_edits_of_a_fix_at_once(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_fix *fix = case_fix(case_finding(c));
    fix->edits = cp_new(&arena, cp_edit_range, 2);
    fix->edits[0] = (cp_edit_range){3, 5, CP_STR("no")};
    fix->edits[1] = (cp_edit_range){12, 13, CP_STR("")};
    fix->edit_count = 2;
    json_t *root = parsed(case_text(c, CP_FORMAT_RDJSON));
    assert_at(root, "diagnostics.0.suggestions",
              "[{\"range\":{\"start\":{\"line\":1,\"column\":4},\"end\":{\"line\":2,"
              "\"column\":7}},\"text\":\"no:\\n    x\"}]");
    json_decref(root);
}

static void test_rdjson_suggests_a_shared_fix_once(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_fix *fix = case_fix(case_finding(c));
    case_finding(c)->fix = fix;
    json_t *root = parsed(case_text(c, CP_FORMAT_RDJSON));
    assert_non_null(json_at(root, "diagnostics.0.suggestions"));
    assert_none_at(root, "diagnostics.1.suggestions");
    json_decref(root);
}

/* ---- JUnit ---- */

static void test_junit_has_a_failed_case_a_finding(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    cp_str text = case_text(c, CP_FORMAT_JUNIT);
    assert_has(text, "tests=\"1\" failures=\"1\" errors=\"0\"");
    assert_has(text, "<testcase classname=\"a.py\" name=\"CP101 at 2:5\">");
    assert_has(text, "<failure type=\"CP101\" message=\"the cast is not needed\">");
    assert_has(text, "from: gate.py:388: F.linear (bfloat16)\n");
}

static void test_junit_without_findings_has_a_case_that_passed(void **state)
{
    (void)state;
    cp_str text = case_text(case_new(), CP_FORMAT_JUNIT);
    assert_has(text, "tests=\"1\" failures=\"0\" errors=\"0\"");
    assert_has(text, "<testcase classname=\"castproof\" name=\"no findings\"/>");
}

static void test_junit_counts_troubles_as_errors(void **state)
{
    (void)state;
    report_case *c = case_new();
    const cp_trouble trouble = {CP_STR("b.py"), CP_STR("cannot open")};
    c->report.troubles = &trouble;
    c->report.trouble_count = 1;
    cp_str text = case_text(c, CP_FORMAT_JUNIT);
    assert_has(text, "tests=\"1\" failures=\"0\" errors=\"1\"");
    assert_has(text, "<error type=\"trouble\" message=\"cannot open\">");
}

static void test_junit_holds_nothing_that_xml_cannot(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->message = CP_STR("<a&\"b\">\x1b\xff\xef\xbf\xbf]]>");
    cp_str text = case_text(c, CP_FORMAT_JUNIT);
    assert_has(text,
               "message=\"&#60;a&#38;&#34;b&#34;&#62;\\x1b\\xff\xef\xbf\xbd]]&#62;\"");
}

static void test_junit_of_a_validation_has_a_case_a_patch(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *finding = case_finding(c);
    case_fix(finding);
    cp_verdict worse = {.effect = CP_EFFECT_CHANGES_EXPERTS,
                        .summary = CP_STR("measured")};
    cp_checked checked = {finding, &worse};
    c->report.checked = &checked;
    c->report.checked_count = 1;
    cp_str text = cp_report_validation(&arena, &c->report, CP_FORMAT_JUNIT, &c->style);
    assert_has(text, "<testcase classname=\"a.py\" name=\"patch cp-0123456789ab\">");
    assert_has(text, "message=\"claims exact, and is changes-experts\"");
    assert_has(text, "changes-experts: measured\n");
}

static void test_what_validation_found_is_told_in_place_of_the_claim(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *finding = case_finding(c);
    case_fix(finding);
    assert_has(case_text(c, CP_FORMAT_GITHUB), "effect claimed: exact.");
    cp_verdict verdict = {.effect = CP_EFFECT_UNPROVED};
    cp_checked checked = {finding, &verdict};
    c->report.checked = &checked;
    c->report.checked_count = 1;
    assert_has(cp_report_validation(&arena, &c->report, CP_FORMAT_GITHUB, &c->style),
               "effect found: unproved.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_github_has_a_command_a_finding),
        TEST(test_github_gets_no_columns_of_several_lines),
        TEST(test_github_cannot_be_given_a_command_by_a_file),
        TEST(test_github_hears_of_troubles),
        TEST(test_gitlab_has_what_its_schema_wants),
        TEST(test_gitlab_without_findings_is_an_empty_list),
        TEST(test_rdjson_has_range_severity_and_code),
        TEST(test_rdjson_suggests_all_edits_of_a_fix_at_once),
        TEST(test_rdjson_suggests_a_shared_fix_once),
        TEST(test_junit_has_a_failed_case_a_finding),
        TEST(test_junit_without_findings_has_a_case_that_passed),
        TEST(test_junit_counts_troubles_as_errors),
        TEST(test_junit_holds_nothing_that_xml_cannot),
        TEST(test_junit_of_a_validation_has_a_case_a_patch),
        TEST(test_what_validation_found_is_told_in_place_of_the_claim),
    };
    return cmocka_run_group_tests_name("report_review", tests, NULL, NULL);
}
