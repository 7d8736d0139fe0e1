#include "harness.h"

#include "cli/help_items.h"
#include "cli/options.h"

static cp_help_item *items;
static size_t count;

static int read_help(void **state)
{
    begin(state);
    items = cp_help_items(&arena, &count);
    return 0;
}

#define HELP_TEST(name) cmocka_unit_test_setup_teardown(name, read_help, end)

static void test_help_names_every_option(void **state)
{
    (void)state;
    size_t i = 0;
    for (; cp_options_word(i).name; i++)
        if (!cp_help_find(items, count, true, cp_str_of(cp_options_word(i).name)))
            fail_msg("--help says nothing of --%s", cp_options_word(i).name);
    assert_true(i > 20);
}

static void test_help_names_every_command(void **state)
{
    (void)state;
    size_t i = 0;
    for (; cp_options_command_word(i); i++)
        if (!cp_help_find(items, count, false, cp_str_of(cp_options_command_word(i))))
            fail_msg("--help says nothing of %s", cp_options_command_word(i));
    assert_true(i > 8);
}

static void test_a_text_of_several_lines_is_one(void **state)
{
    (void)state;
    const cp_help_item *item = cp_help_find(items, count, true, CP_STR("package"));
    assert_str(item->words, "--package NAME,…");
    assert_str(item->section, "Options");
    assert_str(item->text, "add the contracts mined from that package as the current "
                           "Python environment has it installed; its version counts "
                           "where the tree pins none");
}

static void test_a_line_may_be_of_two_options(void **state)
{
    (void)state;
    const cp_help_item *item = cp_help_find(items, count, true, CP_STR("tokens"));
    assert_str(item->words, "--seed N, --tokens N");
    assert_str(item->section, "validate");
}

static void test_an_option_is_no_part_of_another(void **state)
{
    (void)state;
    assert_null(cp_help_find(items, count, true, CP_STR("out")));
    assert_null(cp_help_find(items, count, false, CP_STR("CODE")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_help_names_every_option),
        HELP_TEST(test_help_names_every_command),
        HELP_TEST(test_a_text_of_several_lines_is_one),
        HELP_TEST(test_a_line_may_be_of_two_options),
        HELP_TEST(test_an_option_is_no_part_of_another),
    };
    return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
