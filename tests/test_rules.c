#include "harness.h"

#include <glob.h>
#include <sys/stat.h>

#include "findings/rule.h"
#include "read/source.h"

#define FRONT(extra)                                                                     \
    "---\nid: CP999\nname: some-name\nseverity: warning\nsince: 0.1\n"                   \
    "check: upcast\nfix: none\n" extra

static const char *const sections[] = {
    "\n## Why it matters\n",        "\n## Example\n",    "\n## When it stays silent\n",
    "\n## What the fix promises\n", "\n## References\n",
};

static cp_status parse(const char *text, cp_rule *rule, cp_err *err)
{
    return cp_rule_parse(&arena, CP_STR("CP999-some-name.md"), cp_str_of(text), rule,
                         err);
}

static bool is_rule_file(const char *name)
{
    return cp_str_starts(cp_str_of(name), CP_STR("CP")) &&
           cp_str_ends(cp_str_of(name), CP_STR(".md"));
}

static void test_rule_file_gives_its_keys(void **state)
{
    (void)state;
    cp_rule rule;
    const char *text = FRONT("fixture: fixtures/CP999\n---\nOne\ntwo.\n\n## More\n");
    assert_int_equal(parse(text, &rule, NULL), CP_OK);
    assert_str(rule.id, "CP999");
    assert_str(rule.name, "some-name");
    assert_int_equal(rule.severity, CP_SEVERITY_WARNING);
    assert_str(rule.check, "upcast");
    assert_str(rule.fixture, "fixtures/CP999");
}

static void test_summary_is_the_first_paragraph_on_one_line(void **state)
{
    (void)state;
    cp_rule rule;
    const char *text = FRONT("fixture: f\n---\nOne\ntwo.\n\n## More\n");
    assert_int_equal(parse(text, &rule, NULL), CP_OK);
    assert_str(rule.summary, "One two.");
}

static void test_missing_key_is_named(void **state)
{
    (void)state;
    cp_rule rule;
    cp_err err = {0};
    assert_int_equal(parse(FRONT("---\nText.\n"), &rule, &err), CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "rules/CP999-some-name.md:1: no key `fixture`");
}

static void test_unknown_key_is_named_with_its_line(void **state)
{
    (void)state;
    cp_rule rule;
    cp_err err = {0};
    assert_int_equal(parse(FRONT("fixtures: x\n---\n"), &rule, &err), CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "rules/CP999-some-name.md:8: unknown key `fixtures`");
}

static void test_doubled_key_is_refused(void **state)
{
    (void)state;
    cp_rule rule;
    cp_err err = {0};
    assert_int_equal(parse(FRONT("fix: exact\n---\n"), &rule, &err), CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "rules/CP999-some-name.md:8: `fix` is there twice");
}

static void test_text_without_front_matter_is_refused(void **state)
{
    (void)state;
    cp_rule rule;
    assert_int_equal(parse("# Title\n", &rule, NULL), CP_ERR_SYNTAX);
    assert_int_equal(parse("", &rule, NULL), CP_ERR_SYNTAX);
}

static void test_front_matter_without_end_is_refused(void **state)
{
    (void)state;
    cp_rule rule;
    cp_err err = {0};
    assert_int_equal(parse(FRONT("fixture: x\n"), &rule, &err), CP_ERR_SYNTAX);
    assert_non_null(strstr(err.msg, "no `---` ends the front matter"));
}

static void test_file_name_must_be_id_and_name(void **state)
{
    (void)state;
    cp_rule rule;
    cp_err err = {0};
    cp_str text = CP_STR(FRONT("fixture: x\n---\nText.\n"));
    assert_int_equal(
        cp_rule_parse(&arena, CP_STR("CP998-some-name.md"), text, &rule, &err),
        CP_ERR_SYNTAX);
    assert_non_null(strstr(err.msg, "it is CP999-some-name.md"));
}

static void test_fix_must_be_an_effect_or_none(void **state)
{
    (void)state;
    cp_rule rule;
    cp_err err = {0};
    const char *text = "---\nid: CP999\nname: some-name\nseverity: info\nsince: 0.1\n"
                       "check: c\nfix: maybe\nfixture: x\n---\n";
    assert_int_equal(parse(text, &rule, &err), CP_ERR_SYNTAX);
    assert_non_null(strstr(err.msg, "not `maybe`"));
}

static void test_lines_may_end_with_carriage_returns(void **state)
{
    (void)state;
    cp_rule rule;
    const char *text = "---\r\nid: CP999\r\nname: some-name\r\nseverity: error\r\n"
                       "since: 0.1\r\ncheck: c\r\nfix: none\r\nfixture: x\r\n---\r\nT.";
    assert_int_equal(parse(text, &rule, NULL), CP_OK);
    assert_int_equal(rule.severity, CP_SEVERITY_ERROR);
}

static void test_an_empty_table_has_no_rules(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_of(&arena, NULL, 0);
    assert_int_equal(rules.count, 0);
    assert_null(cp_rules_find(&rules, CP_STR("CP101")));
}

static void test_files_that_are_no_rules_are_passed_over(void **state)
{
    (void)state;
    const cp_embedded files[] = {
        {"contracts/x.toml", CP_STR("a = 1\n")},
        {"CP999-some-name.md", CP_STR(FRONT("fixture: x\n---\nText.\n"))},
        {"CPxyz.md", CP_STR("no rule\n")},
    };
    assert_int_equal(cp_rules_of(&arena, files, 3).count, 1);
}

static void test_a_rule_is_found_by_id_and_by_name_in_any_case(void **state)
{
    (void)state;
    const cp_embedded file = {"CP999-some-name.md",
                              CP_STR(FRONT("fixture: x\n---\nText.\n"))};
    cp_rules rules = cp_rules_of(&arena, &file, 1);
    assert_non_null(cp_rules_find(&rules, CP_STR("cp999")));
    assert_non_null(cp_rules_find(&rules, CP_STR("Some-Name")));
    assert_null(cp_rules_find(&rules, CP_STR("CP99")));
}

static void test_every_bundled_rule_file_is_read(void **state)
{
    (void)state;
    size_t files = 0;
    for (size_t i = 0; i < cp_embedded_count; i++) {
        const cp_embedded *file = &cp_embedded_files[i];
        cp_rule rule;
        cp_err err = {0};
        if (!is_rule_file(file->name))
            continue;
        files++;
        if (cp_rule_parse(&arena, cp_str_of(file->name), file->text, &rule, &err))
            fail_msg("%s", err.msg);
    }
    assert_true(files >= 12);
    assert_int_equal(cp_rules_bundled(&arena).count, files);
}

static void test_bundled_rules_are_sorted_and_unique(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    for (size_t i = 1; i < rules.count; i++)
        assert_true(cp_str_cmp(rules.items[i - 1].id, rules.items[i].id) < 0);
    for (size_t i = 0; i < rules.count; i++)
        assert_ptr_equal(cp_rules_find(&rules, rules.items[i].name), &rules.items[i]);
}

static void test_bundled_rules_have_every_section_in_order(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    for (size_t i = 0; i < rules.count; i++) {
        const cp_rule *rule = &rules.items[i];
        size_t at = 0;
        for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
            at = cp_str_find(rule->body, cp_str_of(sections[s]), at);
            if (at == SIZE_MAX)
                fail_msg("rules/%.*s: no section `%s` in its place",
                         CP_STR_ARGS(rule->file), sections[s] + 1);
        }
        assert_true(rule->summary.len >= 40);
        assert_true(cp_str_ends(rule->summary, CP_STR(".")));
    }
}

static void test_planned_rules_say_that_nothing_looks_for_them(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    for (size_t i = 0; i < rules.count; i++) {
        bool says = cp_str_has(rules.items[i].body, CP_STR("written down ahead of its"));
        assert_int_equal(says, cp_rule_is_planned(&rules.items[i]));
    }
}

static void test_every_rule_that_runs_has_its_fixture_folder(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    for (size_t i = 0; i < rules.count; i++) {
        const cp_rule *rule = &rules.items[i];
        cp_str wanted = cp_str_printf(&arena, "fixtures/%.*s", CP_STR_ARGS(rule->id));
        assert_same(rule->fixture, wanted);
        struct stat info;
        bool there = stat(wanted.ptr, &info) == 0 && S_ISDIR(info.st_mode);
        if (!there && !cp_rule_is_planned(rule))
            fail_msg("rules/%.*s: no folder %s", CP_STR_ARGS(rule->file), wanted.ptr);
    }
}

static void test_every_fixture_folder_has_its_rule(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    glob_t found = {0};
    if (glob("fixtures/CP*", 0, NULL, &found) == GLOB_NOMATCH)
        fail_msg("no folder fixtures/CP*");
    for (size_t i = 0; i < found.gl_pathc; i++) {
        cp_str code = cp_str_of(found.gl_pathv[i] + strlen("fixtures/"));
        if (!cp_rules_find(&rules, code))
            fail_msg("%s: no rule has this id", found.gl_pathv[i]);
    }
    globfree(&found);
}

static void test_readme_has_a_row_for_every_rule(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    cp_source readme;
    assert_int_equal(cp_source_read(&arena, CP_STR("README.md"), &readme, NULL), CP_OK);
    for (size_t i = 0; i < rules.count; i++) {
        const cp_rule *rule = &rules.items[i];
        cp_str row = cp_str_printf(
            &arena, "| %.*s | %.*s%s | %.*s | %.*s |", CP_STR_ARGS(rule->id),
            CP_STR_ARGS(rule->name), cp_rule_is_planned(rule) ? " (planned)" : "",
            CP_STR_ARGS(rule->severity_text), CP_STR_ARGS(rule->fix));
        if (!cp_str_has(readme.text, row))
            fail_msg("README.md lacks the row: %s", row.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rule_file_gives_its_keys),
        TEST(test_summary_is_the_first_paragraph_on_one_line),
        TEST(test_missing_key_is_named),
        TEST(test_unknown_key_is_named_with_its_line),
        TEST(test_doubled_key_is_refused),
        TEST(test_text_without_front_matter_is_refused),
        TEST(test_front_matter_without_end_is_refused),
        TEST(test_file_name_must_be_id_and_name),
        TEST(test_fix_must_be_an_effect_or_none),
        TEST(test_lines_may_end_with_carriage_returns),
        TEST(test_an_empty_table_has_no_rules),
        TEST(test_files_that_are_no_rules_are_passed_over),
        TEST(test_a_rule_is_found_by_id_and_by_name_in_any_case),
        TEST(test_every_bundled_rule_file_is_read),
        TEST(test_bundled_rules_are_sorted_and_unique),
        TEST(test_bundled_rules_have_every_section_in_order),
        TEST(test_planned_rules_say_that_nothing_looks_for_them),
        TEST(test_every_rule_that_runs_has_its_fixture_folder),
        TEST(test_every_fixture_folder_has_its_rule),
        TEST(test_readme_has_a_row_for_every_rule),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
