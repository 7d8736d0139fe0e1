#include "harness.h"

#include "contracts/version.h"

static const cp_version *version(const char *text)
{
    const cp_version *v = cp_version_parse(&arena, cp_str_of(text));
    if (!v)
        fail_msg("no version: %s", text);
    return v;
}

static bool allows(const char *spec, const char *text)
{
    cp_spec s;
    cp_err err;
    if (cp_spec_parse(&arena, cp_str_of(spec), &s, &err))
        fail_msg("%s", err.msg);
    return cp_spec_allows(&s, version(text));
}

static cp_requirement requirement(const char *text)
{
    cp_requirement r = {0};
    cp_err err;
    if (cp_requirement_parse(&arena, cp_str_of(text), &r, &err))
        fail_msg("%s", err.msg);
    return r;
}

static void test_versions_sort_as_pep_440_says(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "0.6.7",
        "0.6.8.dev1",
        "0.6.8a1",
        "0.6.8a2.dev3",
        "0.6.8a2",
        "0.6.8b1",
        "0.6.8rc1",
        "0.6.8rc1.post1",
        "0.6.8",
        "0.6.8+cu12",
        "0.6.8+cu12.1",
        "0.6.8+3",
        "0.6.8.post1.dev2",
        "0.6.8.post1",
        "0.6.9",
        "0.6.11.post1",
        "0.6.11.post2",
        "0.7",
        "0.10",
        "1!0.1",
    };
    size_t count = sizeof sorted / sizeof sorted[0];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            int c = cp_version_cmp(version(sorted[i]), version(sorted[j]));
            if ((c > 0) - (c < 0) != (i > j) - (i < j))
                fail_msg("%s against %s gives %d", sorted[i], sorted[j], c);
        }
}

static void test_spellings_of_one_version_are_equal(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"1.0", "1"},
        {"v1.0.0", "1"},
        {"1.0RC1", "1c1"},
        {"1.0-1", "1.0.post1"},
        {"1.0.rev2", "1.0-r2"},
        {"1.0alpha", "1a0"},
        {"1.0.preview3", "1rc3"},
        {"1.0DEV", "1.dev0"},
        {" 1.0 ", "1"},
        {"1+CU.12", "1+cu-12"},
        {"1.0_post_1", "1.post1"},
        {"0!1", "1"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_int_equal(cp_version_cmp(version(pairs[i][0]), version(pairs[i][1])), 0);
}

static void test_what_is_no_version_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "abc",
        "1..2",
        "1.",
        "1.0x",
        "1.0+",
        "1.0+a..b",
        "1!",
        "1.0-",
        "1 2",
        "1.0.post1.post2",
        "99999999999999999999",
        "1.a.b",
        "1.0+\xc3\xa9",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (cp_version_parse(&arena, cp_str_of(texts[i])))
            fail_msg("taken for a version: `%s`", texts[i]);
    assert_null(cp_version_parse(&arena, CP_STR("1.0\0")));
}

static void test_clauses_allow_what_pep_440_says(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *version;
        bool allowed;
    } rows[] = {
        {"==0.6.8", "0.6.8", true},
        {"==0.6.8", "0.6.8.post1", false},
        {"==0.6.8", "0.6.8+cu12", true},
        {"==0.6.8+cu12", "0.6.8", false},
        {"==0.6.*", "0.6.11.post1", true},
        {"==0.6.*", "0.7", false},
        {"==0.6.*", "0.6", true},
        {"== 0.6.11.post1", "0.6.11.post1", true},
        {"!=0.6.8", "0.6.8", false},
        {"!=0.6.*", "0.6.9", false},
        {"!=0.6.8", "0.6.9", true},
        {"===0.6.8", "0.6.8", true},
        {"===0.6.8", "0.6.8.0", false},
        {">=0.6.7", "0.6.7", true},
        {">=0.6.7", "0.6.6", false},
        {"<=0.6.8", "0.6.8.post1", false},
        {"<=0.6.8", "0.6.8+cu12", true},
        {"<0.6.8", "0.6.8.dev1", false},
        {"<0.6.8", "0.6.7.post3", true},
        {"<0.6.8rc2", "0.6.8rc1", true},
        {">0.6.7", "0.6.7.post1", false},
        {">0.6.7", "0.6.7+cu12", false},
        {">0.6.7", "0.6.8", true},
        {">0.6.7.post1", "0.6.7.post2", true},
        {"~=0.6.8", "0.6.18", true},
        {"~=0.6.8", "0.6.7", false},
        {"~=0.6.8", "0.7", false},
        {"~=0.6", "0.7", true},
        {"~=0.6", "1.0", false},
        {"~=0.6.8.post1", "0.6.8", false},
        {">=0.6.7,<0.6.18", "0.6.17", true},
        {">=0.6.7 , <0.6.18,", "0.6.18", false},
        {">=0.6,!=0.6.8", "0.6.8", false},
        {"", "0.1", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (allows(rows[i].spec, rows[i].version) != rows[i].allowed)
            fail_msg("%s and %s", rows[i].spec, rows[i].version);
}

static void test_pre_releases_need_a_clause_that_names_one(void **state)
{
    (void)state;
    assert_false(allows(">=0.6.7", "0.6.8rc1"));
    assert_true(allows(">=0.6.8rc1", "0.6.8rc2"));
    assert_true(allows(">=0.6.8rc1", "0.7.0.dev1"));
    assert_false(allows(">=0.6.7,!=0.6.8rc1", "0.6.8rc2"));
}

static void test_what_is_no_specifier_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.6.8",    "=0.6",        "==",      ">=0.6.*",
                                        "~=1",      "==a",         "==1.*.*", ">=1,foo",
                                        "==1rc1.*", "~=1.0+local", "<>1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cp_spec s = {.count = 77};
        cp_err err;
        if (!cp_spec_parse(&arena, cp_str_of(texts[i]), &s, &err))
            fail_msg("taken for a specifier: %s", texts[i]);
        assert_int_equal(s.count, 77);
    }
}

static void test_two_specifiers_together_allow_what_both_do(void **state)
{
    (void)state;
    cp_spec a, b, any = {0};
    assert_int_equal(cp_spec_parse(&arena, CP_STR(">=0.6.7"), &a, NULL), CP_OK);
    assert_int_equal(cp_spec_parse(&arena, CP_STR("<0.7"), &b, NULL), CP_OK);
    cp_spec both = cp_spec_and(&arena, &a, &b);
    assert_str(both.text, ">=0.6.7,<0.7");
    assert_true(cp_spec_allows(&both, version("0.6.9")));
    assert_false(cp_spec_allows(&both, version("0.7")));
    assert_str(cp_spec_and(&arena, &any, &b).text, "<0.7");
    assert_str(cp_spec_and(&arena, &a, &any).text, ">=0.6.7");
}

static void test_names_are_normalized(void **state)
{
    (void)state;
    assert_str(cp_package_name(&arena, CP_STR("FlashInfer_Python")), "flashinfer-python");
    assert_str(cp_package_name(&arena, CP_STR("a.-_b")), "a-b");
}

static void test_requirements_are_taken_apart(void **state)
{
    (void)state;
    cp_requirement r = requirement("FlashInfer_Python[cu13, x]==0.6.12 ; extra == \"a\"");
    assert_str(r.package, "flashinfer-python");
    assert_str(r.spec.text, "==0.6.12");
    assert_str(r.marker, "extra == \"a\"");
    assert_str(requirement("torch").spec.text, "");
    assert_str(requirement("torch (>=2.0, <3)").spec.text, ">=2.0, <3");
    assert_str(requirement("torch>=2;python_version<'3.9'").spec.text, ">=2");
}

static void test_a_requirement_by_url_allows_every_version(void **state)
{
    (void)state;
    cp_requirement r = requirement("pip @ https://x.y/pip-1.3.whl;a=b ; os_name == 'nt'");
    assert_true(r.by_url);
    assert_int_equal(r.spec.count, 0);
    assert_str(r.marker, "os_name == 'nt'");
}

static void test_what_is_no_requirement_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "==1", "-r x", "a b",
                                        "a[x", "a==", "_a",   "a=1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cp_requirement r = {.by_url = true};
        cp_err err;
        if (!cp_requirement_parse(&arena, cp_str_of(texts[i]), &r, &err))
            fail_msg("taken for a requirement: %s", texts[i]);
        assert_true(r.by_url && err.msg[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_versions_sort_as_pep_440_says),
        TEST(test_spellings_of_one_version_are_equal),
        TEST(test_what_is_no_version_is_refused),
        TEST(test_clauses_allow_what_pep_440_says),
        TEST(test_pre_releases_need_a_clause_that_names_one),
        TEST(test_what_is_no_specifier_is_refused),
        TEST(test_two_specifiers_together_allow_what_both_do),
        TEST(test_names_are_normalized),
        TEST(test_requirements_are_taken_apart),
        TEST(test_a_requirement_by_url_allows_every_version),
        TEST(test_what_is_no_requirement_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
