#include "harness.h"

#include "contracts/merge.h"

#define HEAD(version) "package = \"p\"\nversion = \"" version "\"\ncall = \"p.f\"\n"
#define ENTRY(version, parameters)                                                       \
    "[[entry]]\n" HEAD(version) "parameters = [" parameters "]\n"
#define FACT(version, set, stated)                                                       \
    "[[contract]]\n" HEAD(version) "parameter = \"x\"\naccepts = [" set                  \
                                   "]\nstated = [" stated "]\norigin = \"mined\"\n"

static cp_contracts *set_of(const char *text)
{
    cp_contracts *set = cp_contracts_empty(&arena);
    cp_err err;
    if (cp_contracts_add(set, CP_STR("set.toml"), cp_str_of(text), &err))
        fail_msg("%s", err.msg);
    return set;
}

static cp_str merged(const char *text)
{
    cp_merge_options options = {0};
    cp_str out;
    cp_err err;
    if (cp_contracts_merge(&arena, set_of(text), &options, &out, &err))
        fail_msg("%s", err.msg);
    return out;
}

static void test_a_run_of_releases_is_one_record(void **state)
{
    (void)state;
    assert_str(
        merged(ENTRY("1.0", "\"x\"") FACT("1.0", "\"float32\"", "\"f.cu:3\", \"f.py:10\"")
                   ENTRY("1.1", "\"x\"")
                       FACT("1.1", "\"float32\"", "\"f.cu:3\", \"f.py:10\"")
                           ENTRY("1.2", "\"x\"")
                               FACT("1.2", "\"float32\"", "\"f.cu:4\", \"f.py:12\"")),
        "[[package]]\nname = \"p\"\nreleases = [\"1.0\", \"1.1\", \"1.2\"]\n"
        "\n[[entry]]\npackage = \"p\"\nversions = \">=1.0,<=1.2\"\ncall = \"p.f\"\n"
        "parameters = [\"x\"]\n"
        "\n[[contract]]\npackage = \"p\"\nversions = \">=1.0,<=1.2\"\ncall = \"p.f\"\n"
        "parameter = \"x\"\naccepts = [\"float32\"]\nstated = [\"f.cu:3\", \"f.py:10\"]\n"
        "moved = [\"1.2 4 12\"]\norigin = \"mined\"\n");
}

static void test_a_gap_or_another_file_parts_records(void **state)
{
    (void)state;
    cp_str text =
        merged(ENTRY("1.0", "\"x\"") FACT("1.0", "\"int32\"", "\"f.cu:3\"")
                   ENTRY("1.1", "\"x\"") FACT("1.1", "\"int64\"", "\"f.cu:3\"")
                       ENTRY("1.2", "\"x\"") FACT("1.2", "\"int32\"", "\"f.cu:3\"")
                           ENTRY("1.3", "\"x\"") FACT("1.3", "\"int32\"", "\"g.cu:3\""));
    assert_true(cp_str_has(text, CP_STR("version = \"1.0\"\ncall = \"p.f\"\nparameter")));
    assert_true(cp_str_has(text, CP_STR("version = \"1.2\"\ncall = \"p.f\"\nparameter")));
    assert_true(cp_str_has(text, CP_STR("version = \"1.3\"\ncall = \"p.f\"\nparameter")));
    assert_false(cp_str_has(text, CP_STR("moved")));
}

static void test_what_was_merged_merges_to_itself(void **state)
{
    (void)state;
    cp_str once =
        merged(ENTRY("1.0", "\"x\"") FACT("1.0", "\"int32\"", "\"f.cu:3\"")
                   ENTRY("1.1", "\"x\", \"y\"") FACT("1.1", "\"int32\"", "\"f.cu:5\""));
    assert_str(merged(cp_str_c(&arena, once)), cp_str_c(&arena, once));
}

static void test_facts_by_hand_are_refused(void **state)
{
    (void)state;
    cp_merge_options options = {0};
    cp_str out;
    cp_err err;
    cp_contracts *set =
        set_of("[[effective]]\npackage = \"p\"\nversion = \"1.0\"\ncall = \"p.f\"\n"
               "parameter = \"x\"\nignored = true\nstated = [\"f.cu:1\"]\n"
               "reason = \"read\"\n");
    assert_int_equal(cp_contracts_merge(&arena, set, &options, &out, &err),
                     CP_ERR_SYNTAX);
    assert_true(cp_str_has(cp_str_of(err.msg), CP_STR("by hand")));
}

static bool only_g(void *data, cp_entry *entry)
{
    (void)data;
    entry->reads = CP_STR("router_logits");
    return cp_str_is(entry->call, "p.g");
}

static void test_what_is_not_kept_leaves_no_fact(void **state)
{
    (void)state;
    cp_merge_options options = {.keep = only_g};
    cp_str out;
    cp_contracts *set = set_of(ENTRY("1.0", "\"x\"") FACT(
        "1.0", "\"int32\"",
        "\"f.cu:3\"") "[[entry]]\n"
                      "package = \"p\"\nversion = \"1.0\"\ncall = \"p.g\"\n"
                      "parameters = [\"x\"]\n");
    assert_int_equal(cp_contracts_merge(&arena, set, &options, &out, NULL), CP_OK);
    assert_true(cp_str_has(out, CP_STR("reads = \"router_logits\"")));
    assert_false(cp_str_has(out, CP_STR("p.f")));
}

static cp_str stated_in(const char *version)
{
    cp_contracts *set = set_of(
        "[[contract]]\npackage = \"p\"\nversions = \">=1.0\"\ncall = \"p.f\"\n"
        "parameter = \"x\"\naccepts = [\"int32\"]\nstated = [\"f.cu:3\", \"f:4\"]\n"
        "moved = [\"1.2 5 6\", \"1.10 7 8\"]\n");
    size_t count;
    const cp_contract *const *all = cp_contracts_of(set, CP_STR("p.f"), &count);
    cp_version *at = cp_version_parse(&arena, cp_str_of(version));
    const cp_contract *there = cp_contract_at(&arena, all[0], at);
    assert_ptr_equal(there, cp_contract_at(&arena, all[0], at));
    return cp_str_printf(&arena, "%.*s %.*s", CP_STR_ARGS(there->stated[0]),
                         CP_STR_ARGS(there->stated[1]));
}

static void test_places_are_those_of_the_release(void **state)
{
    (void)state;
    assert_str(stated_in("1.0"), "f.cu:3 f:4");
    assert_str(stated_in("1.9"), "f.cu:5 f:6");
    assert_str(stated_in("1.10"), "f.cu:7 f:8");
    assert_str(stated_in("2.0"), "f.cu:7 f:8");
}

static void test_moves_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const char *const moves[] = {"\"1.2 5\"", "\"1.2 5 6 7\"", "\"1.2 5 x\"",
                                        "\"x 5 6\"", "\"1.2 5 6\", \"1.1 5 7\""};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        cp_err err;
        cp_str text = cp_str_printf(
            &arena,
            "[[contract]]\npackage = \"p\"\nversions = \">=1.0\"\ncall = \"p.f\"\n"
            "parameter = \"x\"\naccepts = [\"int32\"]\nstated = [\"f.cu:3\", \"f:4\"]\n"
            "moved = [%s]\n",
            moves[i]);
        assert_int_equal(
            cp_contracts_add(cp_contracts_empty(&arena), CP_STR("s.toml"), text, &err),
            CP_ERR_SYNTAX);
        assert_true(cp_str_has(cp_str_of(err.msg), CP_STR("s.toml:8")));
    }
}

static void test_a_note_adds_to_entries_read_before_and_after(void **state)
{
    (void)state;
    cp_contracts *set =
        set_of(ENTRY("1.0", "\"x\"") "[[entry]]\npackage = \"p\"\nversions = \">=1.0\"\n"
                                     "call = \"p.f\"\nis_gate = true\nwrites = \"x\"\n"
                                     "reason = \"read\"\n" ENTRY("1.1", "\"x\", \"y\""));
    size_t count;
    const cp_entry *const *entries = cp_contracts_entries(set, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_true(entries[i]->is_gate);
        assert_str(entries[i]->writes, "x");
    }
    assert_true(cp_contracts_noted(set, CP_STR("p.f")));
    assert_false(cp_contracts_noted(set, CP_STR("p.g")));
}

static void test_an_entry_is_that_of_the_release(void **state)
{
    (void)state;
    cp_contracts *set = set_of(ENTRY("1.1", "\"x\", \"y\"") ENTRY("1.0", "\"x\""));
    const cp_entry *entry = cp_contracts_entry(set, CP_STR("p.f"));
    assert_int_equal(entry->parameter_count, 2);
    const cp_entry *old = cp_entry_at(entry, cp_version_parse(&arena, CP_STR("1.0")));
    assert_int_equal(old->parameter_count, 1);
    const cp_entry *none = cp_entry_at(entry, cp_version_parse(&arena, CP_STR("3.0")));
    assert_ptr_equal(none, entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_run_of_releases_is_one_record),
        TEST(test_a_gap_or_another_file_parts_records),
        TEST(test_what_was_merged_merges_to_itself),
        TEST(test_facts_by_hand_are_refused),
        TEST(test_what_is_not_kept_leaves_no_fact),
        TEST(test_places_are_those_of_the_release),
        TEST(test_moves_that_make_no_sense_are_refused),
        TEST(test_a_note_adds_to_entries_read_before_and_after),
        TEST(test_an_entry_is_that_of_the_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
