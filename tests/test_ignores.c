#include "harness.h"

#include "edits/ignores.h"
#include "edits/plan.h"
#include "facts/native.h"

static cp_findings all;
static cp_module *module;

static void begin_file(const char *path, const char *text)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, cp_str_of(path), cp_str_of(text));
    bool native = cp_str_ends(source->path, CP_STR(".cu"));
    module = native ? cp_facts_of_comments(&arena, source)
                    : cp_facts_from_python(&arena, source);
    all = (cp_findings){.arena = &arena};
}

/* A finding at the first `part` of the file. */
static void find(const char *code, const char *part)
{
    size_t at = cp_str_find(module->source->text, cp_str_of(part), 0);
    assert_true(at != SIZE_MAX);
    cp_findings_new(&all, code, module,
                    (cp_span){(uint32_t)at, (uint32_t)(at + strlen(part))});
}

/* The file with the comments; `left` findings could have none. */
static cp_str written(size_t left)
{
    cp_ignores ignores;
    cp_str text = module->source->text;
    cp_ignores_plan(&arena, &all, CP_STR("why"), &ignores);
    assert_int_equal(ignores.left_count, left);
    if (ignores.fix_count)
        assert_int_equal(
            cp_plan_apply(&arena, module, ignores.fixes, ignores.fix_count, &text, NULL),
            CP_OK);
    return text;
}

static void test_a_comment_ends_the_line(void **state)
{
    (void)state;
    begin_file("a.py", "f(x.float())  \n");
    find("CP101", "x.float()");
    assert_str(written(0), "f(x.float())  # castproof: ignore[CP101] why\n");
}

static void test_findings_of_a_line_share_a_comment(void **state)
{
    (void)state;
    begin_file("a.py", "f(x.float(), y.half())\n");
    find("CP101", "x.float()");
    find("CP104", "y.half()");
    find("CP104", "f(");
    assert_str(written(0),
               "f(x.float(), y.half())  # castproof: ignore[CP101, CP104] why\n");
}

static void test_a_comment_that_ignores_others_gets_the_code(void **state)
{
    (void)state;
    begin_file("a.py", "# castproof: ignore[CP202] before\n"
                       "# must be float32\n"
                       "f(x.float())  # castproof: ignore[CP104] old\n");
    find("CP101", "x.float()");
    assert_str(written(0), "# castproof: ignore[CP202] before\n"
                           "# must be float32\n"
                           "f(x.float())  # castproof: ignore[CP104, CP101] old\n");
}

static void test_above_a_comment_that_is_found(void **state)
{
    (void)state;
    begin_file("a.py", "if x:\r\n    # must be float32\r\n    f(x)\r\n");
    find("CP202", "# must be float32");
    assert_str(written(0), "if x:\r\n    # castproof: ignore[CP202] why\r\n"
                           "    # must be float32\r\n    f(x)\r\n");
}

static void test_behind_the_last_line_where_the_first_goes_on(void **state)
{
    (void)state;
    begin_file("a.py", "y = x \\\n    .float()\n");
    find("CP101", "x \\\n    .float()");
    assert_str(written(0), "y = x \\\n    .float()  # castproof: ignore[CP101] why\n");
}

static void test_no_comment_can_stand_in_a_long_string(void **state)
{
    (void)state;
    begin_file("a.py", "\"\"\"a\nmust be float32\nb\"\"\"\n");
    find("CP402", "must be float32");
    assert_str(written(1), "\"\"\"a\nmust be float32\nb\"\"\"\n");
}

static void test_no_comment_is_written_for_a_comment_that_silences_nothing(void **state)
{
    (void)state;
    begin_file("a.py", "f(x)  # castproof: ignore[CP101] old\n");
    find("CP001", "# castproof: ignore[CP101] old");
    assert_str(written(0), "f(x)  # castproof: ignore[CP101] old\n");
}

static void test_native_files_have_their_own_sign(void **state)
{
    (void)state;
    begin_file("a.cu", "auto p = x.data_ptr<float>();\nR\"(\nwithin\n)\";\n");
    find("CP401", "x.data_ptr<float>()");
    find("CP401", "within");
    assert_str(written(1), "auto p = x.data_ptr<float>();  // castproof: ignore[CP401] "
                           "why\nR\"(\nwithin\n)\";\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_comment_ends_the_line),
        TEST(test_findings_of_a_line_share_a_comment),
        TEST(test_a_comment_that_ignores_others_gets_the_code),
        TEST(test_above_a_comment_that_is_found),
        TEST(test_behind_the_last_line_where_the_first_goes_on),
        TEST(test_no_comment_can_stand_in_a_long_string),
        TEST(test_no_comment_is_written_for_a_comment_that_silences_nothing),
        TEST(test_native_files_have_their_own_sign),
    };
    return cmocka_run_group_tests_name("ignores", tests, NULL, NULL);
}
