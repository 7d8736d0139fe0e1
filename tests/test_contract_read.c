#include "harness.h"

#include "contracts/contract.h"

#define HEAD "[[contract]]\npackage = \"My_Lib\"\ncall = \"my.f\"\nparameter = \"x\"\n"

static cp_status add(cp_contracts *set, const char *text, cp_err *err)
{
    return cp_contracts_add(set, CP_STR("contracts/mine.toml"), cp_str_of(text), err);
}

static const cp_contract *only_one(const cp_contracts *set, const char *call)
{
    size_t count;
    const cp_contract *const *all = cp_contracts_of(set, cp_str_of(call), &count);
    assert_int_equal(count, 1);
    return all[0];
}

static void test_a_users_set_joins_the_bundled_ones(void **state)
{
    (void)state;
    cp_contracts *set = cp_contracts_bundled(&arena);
    cp_err err = {0};
    assert_int_equal(add(set,
                         HEAD "version = \"2.0\"\naccepts = [\"float16\"]\n"
                              "stated = [\"f.cu:1\"]\noutputs = { y = \"its dtype\" }\n",
                         &err),
                     CP_OK);
    size_t count;
    const cp_contract *c = only_one(set, "my.f");
    assert_int_equal(c->accepts, CP_DTYPES(CP_F16));
    assert_str(c->versions.text, "==2.0");
    assert_str(c->package, "my-lib");
    assert_str(c->origin, "contracts/mine.toml");
    assert_str(c->outputs, "y: its dtype");
    assert_str(cp_contracts_releases(set, CP_STR("my-lib"), &count)->text, "2.0");
}

static void test_one_record_can_hold_for_several_calls(void **state)
{
    (void)state;
    cp_contracts *set = cp_contracts_bundled(&arena);
    assert_int_equal(add(set,
                         "[[effective]]\npackage = \"m\"\nversions = \">=1\"\n"
                         "calls = [\"m.f\", \"m.g\"]\nparameter = \"x\"\n"
                         "reads = [\"int8\"]\nstated = [\"f:1\"]\nreason = \"r\"",
                         NULL),
                     CP_OK);
    assert_int_equal(only_one(set, "m.f")->accepts, CP_DTYPES(CP_I8));
    assert_int_equal(only_one(set, "m.g")->accepts, CP_DTYPES(CP_I8));
}

static void test_a_faulty_record_is_refused_with_file_and_line(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a = 1", "contracts/mine.toml:1: `a` is none of"},
        {"[[contract]]\n", "contracts/mine.toml:1: [[contract]] lacks the key `package`"},
        {HEAD "whem = \"x\"",
         "contracts/mine.toml:5: [[contract]] does not know the key `whem`"},
        {HEAD "version = \"1\"\nversions = \">1\"", "needs one of the keys `version`"},
        {HEAD "version = \"x\"", "names no version"},
        {HEAD "version = \"1\"\nstated = [\"f\"]", "needs exactly one of `accepts`"},
        {HEAD "version = \"1\"\naccepts = [\"bf17\"]\nstated = [\"f\"]", "is no dtype"},
        {HEAD "version = \"1\"\naccepts = []\nstated = [\"f\"]", "names no dtype"},
        {HEAD "version = \"1\"\naccepts = [\"int8\"]", "lacks the key `stated`"},
        {HEAD "version = \"1\"\nwhen = \"a =\"",
         "contracts/mine.toml:6: [[contract]] condition"},
        {HEAD "version = 1", "`version` must be a string, not integer"},
        {HEAD "call = \"x\"", "key `call` is already defined on line 3"},
        {"contract = [1]", "must be a table"},
    };
    cp_contracts *set = cp_contracts_bundled(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cp_err err = {0};
        if (add(set, rows[i][0], &err) != CP_ERR_SYNTAX || !strstr(err.msg, rows[i][1]))
            fail_msg("%s\ngives: %s", rows[i][0], err.msg);
    }
}

static void test_the_first_entry_of_a_call_is_the_one_that_is_given(void **state)
{
    (void)state;
    cp_contracts *set = cp_contracts_bundled(&arena);
    assert_int_equal(add(set,
                         "[[entry]]\npackage = \"m\"\nversion = \"2\"\ncall = \"m.f\"\n"
                         "aliases = [\"m\"]\nparameters = [\"new\"]\n"
                         "[[entry]]\npackage = \"m\"\nversion = \"1\"\ncall = \"m.f\"\n"
                         "aliases = [\"n\"]\nparameters = [\"old\"]\n",
                         NULL),
                     CP_OK);
    assert_str(cp_contracts_entry(set, CP_STR("m.f"))->parameters[0], "new");
    assert_str(cp_contracts_entry(set, CP_STR("n"))->parameters[0], "old");
}

static void test_releases_of_a_users_package_are_sorted(void **state)
{
    (void)state;
    cp_contracts *set = cp_contracts_bundled(&arena);
    assert_int_equal(add(set,
                         "[[package]]\nname = \"P\"\n"
                         "releases = [\"1.10\", \"1.2\", \"1.2.0\", \"1.2rc1\"]",
                         NULL),
                     CP_OK);
    size_t count;
    const cp_release *r = cp_contracts_releases(set, CP_STR("p"), &count);
    assert_int_equal(count, 3);
    assert_str(r[0].text, "1.2rc1");
    assert_str(r[1].text, "1.2");
    assert_str(r[2].text, "1.10");
}

/* The dtypes that checks of my.f accept at a release, and how many checks there are. */
static cp_dtypes accepted(const cp_contracts *set, const char *release, unsigned *checks)
{
    size_t count;
    cp_dtypes accepts = ~0u;
    const cp_version *version = cp_version_parse(&arena, cp_str_of(release));
    const cp_contract *const *all = cp_contracts_of(set, CP_STR("my.f"), &count);
    *checks = 0;
    for (size_t i = 0; i < count; i++) {
        if (!cp_spec_allows(&all[i]->versions, version))
            continue;
        accepts &= all[i]->accepts;
        ++*checks;
    }
    return accepts;
}

static void test_what_is_added_for_a_release_can_take_the_place_of_what_was(void **state)
{
    (void)state;
    unsigned checks;
    cp_contracts *set = cp_contracts_empty(&arena);
    const char *before = HEAD "versions = \">=1\"\naccepts = [\"float16\"]\n"
                              "stated = [\"f.cu:1\"]\norigin = \"bundled\"\n";
    const char *by_hand = HEAD "versions = \">=1\"\naccepts = [\"float16\", \"int8\"]\n"
                               "stated = [\"f.cu:1\"]\norigin = \"curated\"\n";
    const char *mined = HEAD "version = \"2.0\"\naccepts = [\"int8\"]\n"
                             "stated = [\"f.cu:1\"]\norigin = \"mined\"\n";
    assert_int_equal(add(set, before, NULL), CP_OK);
    assert_int_equal(add(set, by_hand, NULL), CP_OK);
    assert_int_equal(cp_contracts_replace(set, CP_STR("my-lib"), CP_STR("2.0"), NULL),
                     CP_OK);
    assert_int_equal(add(set, mined, NULL), CP_OK);
    assert_int_equal(accepted(set, "1.0", &checks), CP_DTYPES(CP_F16));
    assert_int_equal(checks, 2);
    assert_int_equal(accepted(set, "2.0", &checks), CP_DTYPES(CP_I8));
    assert_int_equal(checks, 2); /* what was mined, and what was stated by hand */
    cp_err err;
    assert_int_equal(cp_contracts_replace(set, CP_STR("my-lib"), CP_STR("new"), &err),
                     CP_ERR_SYNTAX);
}

static void test_other_packages_keep_what_they_have(void **state)
{
    (void)state;
    unsigned checks;
    cp_contracts *set = cp_contracts_empty(&arena);
    assert_int_equal(add(set,
                         HEAD "version = \"2.0\"\naccepts = [\"float16\"]\n"
                              "stated = [\"f.cu:1\"]\n",
                         NULL),
                     CP_OK);
    assert_int_equal(cp_contracts_replace(set, CP_STR("other"), CP_STR("2.0"), NULL),
                     CP_OK);
    accepted(set, "2.0", &checks);
    assert_int_equal(checks, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_users_set_joins_the_bundled_ones),
        TEST(test_one_record_can_hold_for_several_calls),
        TEST(test_a_faulty_record_is_refused_with_file_and_line),
        TEST(test_the_first_entry_of_a_call_is_the_one_that_is_given),
        TEST(test_releases_of_a_users_package_are_sorted),
        TEST(test_what_is_added_for_a_release_can_take_the_place_of_what_was),
        TEST(test_other_packages_keep_what_they_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
