#include "harness.h"

#include <stdlib.h>

#include "report_case.h"
#include "report_check.h"

static json_t *first_finding(json_t *root)
{
    return json_array_get(json_object_get(root, "findings"), 0);
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        fail_msg("no text under `%s`", key);
    return text;
}

static json_int_t number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void assert_value(json_t *object, const char *key, const char *wanted)
{
    char *got = json_dumps(json_object_get(object, key), JSON_ENCODE_ANY | JSON_COMPACT);
    assert_non_null(got);
    cp_str copy = cp_str_copy(&arena, cp_str_of(got));
    free(got);
    assert_str(copy, wanted);
}

static json_t *report_of(report_case *c)
{
    return parsed(case_text(c, CP_FORMAT_JSON));
}

static void test_empty_report_is_one_object_with_all_parts(void **state)
{
    (void)state;
    json_t *root = report_of(case_new());
    assert_string_equal(text_of(root, "tool"), "castproof");
    assert_string_equal(text_of(root, "version"), "0.1.0");
    assert_value(root, "findings", "[]");
    assert_value(root, "errors", "[]");
    assert_value(root, "summary",
                 "{\"findings\":0,\"by_code\":{},\"fixable\":0,\"files_checked\":2,"
                 "\"files_parsed\":1}");
    json_decref(root);
}

static void test_unjudged_casts_are_there_when_asked_for(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_module *module = case_module("a.py", CP_STR("\nf(x.float())\n"));
    cp_unjudged cast = {module, case_span(module, "x.float()"), case_span(module, "x"),
                        "nobody knows"};
    c->report.unjudged = &cast;
    c->report.unjudged_count = 1;
    json_t *root = report_of(c);
    assert_null(json_object_get(root, "unjudged"));
    json_decref(root);
    c->report.with_unjudged = true;
    root = report_of(c);
    assert_value(root, "unjudged",
                 "[{\"path\":\"a.py\",\"line\":2,\"column\":3,\"end_line\":2,"
                 "\"end_column\":12,\"tensor\":\"x\",\"why\":\"nobody knows\"}]");
    json_decref(root);
}

static void test_every_key_of_a_finding_is_there_when_nothing_is_known(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "code",     "name",       "severity", "path",     "line",      "column",
        "end_line", "tensor",     "role",     "from",     "to",        "guard",
        "fix",      "end_column", "help",     "consumer", "parameter", "contract",
        "producer", "message",    "related",
    };
    report_case *c = case_new();
    cp_module *module = case_module("b.py", CP_STR("# float32 only\n"));
    cp_findings_new(&c->findings, "CP202", module, (cp_span){0, 14});
    json_t *root = report_of(c);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_object_get(first_finding(root), keys[i]))
            fail_msg("no key `%s`", keys[i]);
    json_decref(root);
}

static void test_what_is_not_known_is_null(void **state)
{
    (void)state;
    static const char *const keys[] = {"role",      "to",       "guard", "consumer",
                                       "parameter", "contract", "fix",   "tensor"};
    report_case *c = case_new();
    cp_module *module = case_module("b.py", CP_STR("# float32 only\n"));
    cp_findings_new(&c->findings, "CP202", module, (cp_span){0, 14});
    json_t *root = report_of(c);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_value(first_finding(root), keys[i], "null");
    json_decref(root);
}

static void test_place_counts_from_one_and_ends_behind_the_last_byte(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = report_of(c), *finding = first_finding(root);
    assert_int_equal(number_of(finding, "line"), 2);
    assert_int_equal(number_of(finding, "column"), 5);
    assert_int_equal(number_of(finding, "end_line"), 2);
    assert_int_equal(number_of(finding, "end_column"), 24);
    json_decref(root);
}

static void test_finding_carries_the_rules_name_and_severity(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = report_of(c);
    assert_string_equal(text_of(first_finding(root), "name"), "redundant-upcast");
    assert_string_equal(text_of(first_finding(root), "severity"), "warning");
    json_decref(root);
}

static void test_dtypes_are_names(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->from |= CP_DTYPES(CP_F32);
    json_t *root = report_of(c);
    assert_value(first_finding(root), "from", "[\"float32\",\"bfloat16\"]");
    assert_value(first_finding(root), "to", "\"float32\"");
    json_decref(root);
}

static void test_contract_names_release_dtypes_and_place(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = report_of(c);
    json_t *contract = json_object_get(first_finding(root), "contract");
    assert_string_equal(text_of(contract, "package"), "flashinfer-python");
    assert_string_equal(text_of(contract, "version"), "0.6.11.post1");
    assert_value(contract, "accepts", "[\"float32\",\"bfloat16\"]");
    assert_value(contract, "when", "null");
    assert_string_equal(text_of(contract, "stated"), "launcher.cu:265");
    json_decref(root);
}

static void test_curated_contracts_count_as_bundled_and_mined_ones_do_not(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    cp_contract *mined = case_contract();
    mined->origin = CP_STR("mined");
    case_finding(c)->contract = mined;
    json_t *root = report_of(c), *all = json_object_get(root, "findings");
    assert_value(json_object_get(json_array_get(all, 0), "contract"), "origin",
                 "\"bundled\"");
    assert_value(json_object_get(json_array_get(all, 1), "contract"), "origin",
                 "\"mined\"");
    json_decref(root);
}

static void test_producers_have_place_words_and_dtypes(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    json_t *root = report_of(c);
    assert_value(first_finding(root), "producer",
                 "[{\"path\":\"gate.py\",\"line\":388,\"what\":\"F.linear\","
                 "\"dtypes\":[\"bfloat16\"]}]");
    json_decref(root);
}

static void test_fix_has_its_edits_in_bytes(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_fix(case_finding(c));
    json_t *root = report_of(c);
    assert_value(first_finding(root), "fix",
                 "{\"id\":\"cp-0123456789ab\",\"effect\":\"exact\",\"edits\":[{"
                 "\"path\":\"a.py\",\"start_byte\":12,\"end_byte\":30,"
                 "\"new_text\":\"\"}]}");
    json_decref(root);
}

static void test_by_code_counts_each_code_in_order(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->code = CP_STR("CP202");
    case_finding(c);
    case_finding(c)->code = CP_STR("CP104");
    case_finding(c);
    json_t *root = report_of(c);
    assert_value(json_object_get(root, "summary"), "by_code",
                 "{\"CP101\":2,\"CP104\":1,\"CP202\":1}");
    json_decref(root);
}

static void test_errors_are_listed_with_path_and_message(void **state)
{
    (void)state;
    report_case *c = case_new();
    const cp_trouble trouble = {CP_STR("x.py"), CP_STR("x.py: cannot open")};
    c->report.troubles = &trouble;
    c->report.trouble_count = 1;
    json_t *root = report_of(c);
    assert_value(root, "errors",
                 "[{\"path\":\"x.py\",\"message\":\"x.py: cannot open\"}]");
    json_decref(root);
}

static void test_bytes_that_are_no_utf8_become_replacement_characters(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->tensor = CP_STR("x\xff\xc0\xaf\xed\xa0\x80y\xe4\xb8\xad");
    json_t *root = report_of(c);
    assert_string_equal(text_of(first_finding(root), "tensor"),
                        "x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                        "\xef\xbf\xbdy\xe4\xb8\xad");
    json_decref(root);
}

static void test_nul_and_escape_in_a_text_are_escaped(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c)->tensor = CP_STR("x\0\x1b");
    assert_has(case_text(c, CP_FORMAT_JSON), "\"x\\u0000\\u001B\"");
}

static void test_the_same_findings_give_the_same_bytes(void **state)
{
    (void)state;
    report_case *one = case_new(), *two = case_new();
    case_fix(case_finding(one));
    case_fix(case_finding(two));
    assert_same(case_text(one, CP_FORMAT_JSON), case_text(two, CP_FORMAT_JSON));
}

static void test_rules_are_listed_with_their_status(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    const cp_report_style style = {0};
    rules.items[rules.count - 1].status = CP_STR("planned");
    json_t *root = parsed(cp_report_rules(&arena, &rules, CP_FORMAT_JSON, &style));
    assert_int_equal(json_array_size(root), rules.count);
    assert_value(json_array_get(root, 0), "status", "\"active\"");
    assert_value(json_array_get(root, rules.count - 1), "status", "\"planned\"");
    json_decref(root);
}

static void test_explanation_of_a_rule_is_its_text(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    const cp_report_style style = {0};
    const cp_rule *rule = &rules.items[0];
    json_t *root = parsed(cp_report_rule(&arena, rule, CP_FORMAT_JSON, &style));
    assert_same(cp_str_of(text_of(root, "explanation")), rule->body);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_empty_report_is_one_object_with_all_parts),
        TEST(test_unjudged_casts_are_there_when_asked_for),
        TEST(test_every_key_of_a_finding_is_there_when_nothing_is_known),
        TEST(test_what_is_not_known_is_null),
        TEST(test_place_counts_from_one_and_ends_behind_the_last_byte),
        TEST(test_finding_carries_the_rules_name_and_severity),
        TEST(test_dtypes_are_names),
        TEST(test_contract_names_release_dtypes_and_place),
        TEST(test_curated_contracts_count_as_bundled_and_mined_ones_do_not),
        TEST(test_producers_have_place_words_and_dtypes),
        TEST(test_fix_has_its_edits_in_bytes),
        TEST(test_by_code_counts_each_code_in_order),
        TEST(test_errors_are_listed_with_path_and_message),
        TEST(test_bytes_that_are_no_utf8_become_replacement_characters),
        TEST(test_nul_and_escape_in_a_text_are_escaped),
        TEST(test_the_same_findings_give_the_same_bytes),
        TEST(test_rules_are_listed_with_their_status),
        TEST(test_explanation_of_a_rule_is_its_text),
    };
    return cmocka_run_group_tests_name("report_json", tests, NULL, NULL);
}
