#include "harness.h"

#include "base/suggest.h"

static cp_str suggest(const char *word)
{
    static const cp_str known[] = {
        {"select", 6}, {"ignore", 6}, {"exclude", 7}, {"per-file-ignores", 16}};
    return cp_suggest(cp_str_of(word), known, 4);
}

static void test_a_letter_too_few_too_many_or_wrong_is_seen_through(void **state)
{
    (void)state;
    assert_str(suggest("selct"), "select");
    assert_str(suggest("excludes"), "exclude");
    assert_str(suggest("ignare"), "ignore");
}

static void test_swapped_letters_are_one_step(void **state)
{
    (void)state;
    assert_str(suggest("ingore"), "ignore");
    assert_str(suggest("ecxlude"), "exclude");
}

static void test_case_and_underscores_are_seen_through(void **state)
{
    (void)state;
    assert_str(suggest("SELECT"), "select");
    assert_str(suggest("per_file_ignores"), "per-file-ignores");
}

static void test_what_is_far_from_all_suggests_nothing(void **state)
{
    (void)state;
    assert_str(suggest("threads"), "");
    assert_str(suggest("x"), "");
    assert_str(suggest(""), "");
}

static void test_very_long_words_suggest_nothing(void **state)
{
    (void)state;
    assert_str(suggest("selectselectselectselectselectselectselectselectselect"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_letter_too_few_too_many_or_wrong_is_seen_through),
        TEST(test_swapped_letters_are_one_step),
        TEST(test_case_and_underscores_are_seen_through),
        TEST(test_what_is_far_from_all_suggests_nothing),
        TEST(test_very_long_words_suggest_nothing),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
