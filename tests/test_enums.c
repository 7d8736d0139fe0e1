#include "harness.h"

#include "contracts/enums.h"
#include "contracts/merge.h"
#include "contracts/mine_source.h"

#define ENUM(version, members)                                                           \
    "[[enum]]\npackage = \"P_q\"\nversion = \"" version "\"\nname = \"Mode\"\n"          \
    "members = [" members "]\nstated = [\"p/m.py:3\"]\norigin = \"mined\"\n"

static cp_status add(cp_contracts *set, const char *text, cp_err *err)
{
    return cp_contracts_add(set, CP_STR("set.toml"), cp_str_of(text), err);
}

static void test_record_gives_members_and_numbers(void **state)
{
    (void)state;
    cp_err err = {0};
    size_t count;
    cp_contracts *set = cp_contracts_empty(&arena);
    assert_int_equal(add(set, ENUM("1.0", "\"A = 0\", \"B = 12\""), &err), CP_OK);
    const cp_enum *const *all = cp_contracts_enums(set, &count);
    assert_int_equal(count, 1);
    assert_str(all[0]->package, "p-q");
    assert_str(all[0]->stated[0], "p/m.py:3");
    assert_int_equal(cp_enum_member(all[0], CP_STR("B"))->number, 12);
    assert_null(cp_enum_member(all[0], CP_STR("C")));
}

static void test_faulty_record_is_refused(void **state)
{
    (void)state;
    const char *faulty[] = {
        ENUM("1.0", ""),           ENUM("1.0", "\"A\""),
        ENUM("1.0", "\"A = x\""),  ENUM("1.0", "\" = 1\""),
        ENUM("one", "\"A = 1\""),  ENUM("1.0", "\"A = 1\"") "when = \"x\"\n",
        "[[enum]]\nname = \"M\"\n"};
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        cp_err err = {0};
        if (add(cp_contracts_empty(&arena), faulty[i], &err) != CP_ERR_SYNTAX)
            fail_msg("%s", faulty[i]);
        assert_true(cp_str_starts(cp_str_of(err.msg), CP_STR("set.toml:1: ")));
    }
}

static void test_releases_that_agree_are_merged(void **state)
{
    (void)state;
    cp_err err = {0};
    cp_str out;
    cp_merge_options options = {0};
    cp_contracts *set = cp_contracts_empty(&arena);
    assert_int_equal(add(set,
                         ENUM("1.2", "\"A = 0\", \"B = 2\"") ENUM("1.0", "\"A = 0\"")
                             ENUM("1.1", "\"A = 0\""),
                         &err),
                     CP_OK);
    assert_int_equal(cp_contracts_merge(&arena, set, &options, &out, &err), CP_OK);
    assert_str(out,
               "[[package]]\nname = \"p-q\"\nreleases = [\"1.0\", \"1.1\", \"1.2\"]\n"
               "\n[[enum]]\npackage = \"p-q\"\nversion = \"1.2\"\nname = \"Mode\"\n"
               "members = [\"A = 0\", \"B = 2\"]\nstated = [\"p/m.py:3\"]\n"
               "origin = \"mined\"\n"
               "\n[[enum]]\npackage = \"p-q\"\nversions = \">=1.0,<=1.1\"\n"
               "name = \"Mode\"\nmembers = [\"A = 0\"]\nstated = [\"p/m.py:3\"]\n"
               "origin = \"mined\"\n");
}

static void no_trouble(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    (void)data;
    (void)loss;
    (void)path;
    (void)message;
}

static void test_classes_of_numbers_are_mined(void **state)
{
    (void)state;
    cp_mine_source source;
    cp_library library;
    cp_library_options how = {.trouble = no_trouble};
    cp_err err;
    if (cp_library_at(&library, &arena, CP_STR("tests/mine/enum"), &how, &err))
        fail_msg("%s", err.msg);
    cp_mine_source_read(&source, &arena, &library, 1, no_trouble, NULL);
    cp_mined_set set = cp_mine(&arena, &source.input, 1);
    cp_str toml = cp_mine_toml(&arena, &set, CP_STR("lib"), CP_STR("1.0"));
    assert_int_equal(set.enum_count, 1);
    assert_true(cp_str_has(
        toml, CP_STR("\n[[enum]]\npackage = \"lib\"\nversion = \"1.0\"\n"
                     "name = \"Method\"\n"
                     "members = [\"First = 0\", \"Second = 1\", \"Last = 9\"]\n"
                     "stated = [\"lib/methods.py:6\"]\norigin = \"mined\"\n")));
    cp_mine_source_dispose(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_record_gives_members_and_numbers),
        TEST(test_faulty_record_is_refused),
        TEST(test_releases_that_agree_are_merged),
        TEST(test_classes_of_numbers_are_mined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
