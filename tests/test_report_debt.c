#include "harness.h"

#include "report_case.h"
#include "report_check.h"

static cp_debt_item item_of(void)
{
    static cp_str unblocks[] = {{"a bfloat16 gate", 15}, {"no copy", 7}};
    return (cp_debt_item){
        .path = CP_STR("models/deepseek_v2.py"),
        .line = 484,
        .marker = CP_STR("TODO"),
        .text = CP_STR("will check the dtype to be bf16"),
        .subject = CP_STR("logits"),
        .state = CP_DEBT_BLOCKED,
        .owner = CP_STR("Jo <jo@example.org>"),
        .age_days = 12,
        .precondition = CP_STR("mm_M1_16_K7168_N256 writes bfloat16"),
        .since = CP_STR("flashinfer-python 0.7.2.post1"),
        .stated = CP_STR("csrc/dsv3_router_gemm.cu:40"),
        .unblocks = unblocks,
        .unblock_count = 2,
    };
}

static cp_str report_of(cp_debt_item *items, size_t count, cp_format format)
{
    cp_debt_row *rows = cp_new(&arena, cp_debt_row, 2);
    rows[0] = (cp_debt_row){.consumer = CP_STR("flashinfer.fused_moe.trtllm_bf16_moe"),
                            .parameter = CP_STR("routing_logits"),
                            .accepts_bf16 = CP_TRUE,
                            .since = CP_STR("flashinfer-python 0.6.8"),
                            .stated = CP_STR("launcher.cu:265")};
    rows[1] = (cp_debt_row){.consumer = CP_STR("pkg.unknown"),
                            .parameter = CP_STR("logits"),
                            .accepts_bf16 = CP_UNSURE};
    const cp_debt debt = {
        .items = items, .item_count = count, .rows = rows, .row_count = 2};
    const cp_report_style style = {0};
    return cp_report_debt(&arena, &debt, NULL, format, &style);
}

static void assert_fits(cp_str text, size_t width)
{
    while (text.len) {
        cp_str line = cp_str_next(&text, '\n');
        if (line.len > width)
            fail_msg("%zu columns: %.*s", line.len, CP_STR_ARGS(line));
    }
}

static void test_text_shows_item_and_matrix(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    assert_str(report_of(&item, 1, CP_FORMAT_FULL),
               "blocked  models/deepseek_v2.py:484\n"
               "  TODO: will check the dtype to be bf16\n"
               "  subject       logits\n"
               "  precondition  mm_M1_16_K7168_N256 writes bfloat16\n"
               "  holds since   flashinfer-python 0.7.2.post1\n"
               "  stated        csrc/dsv3_router_gemm.cu:40\n"
               "  unblocks      a bfloat16 gate\n"
               "                no copy\n"
               "  last touched  Jo <jo@example.org>, 12 days ago\n"
               "\n"
               "Takes the gate's output as bfloat16\n"
               "  yes      flashinfer.fused_moe.trtllm_bf16_moe, routing_logits\n"
               "           since flashinfer-python 0.6.8, launcher.cu:265\n"
               "  unknown  pkg.unknown, logits\n"
               "\n"
               "1 gate-dtype item: 0 actionable, 1 blocked, 0 unverifiable.\n");
}

static void test_text_fits_80_columns_whatever_is_in_it(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    item.path = CP_STR("a/very/long/folder/name/that/goes/on/and/on/until/it/does/not/"
                       "fit/any/more/into/one/line/of/a/terminal/deepseek_v2.py");
    item.text = CP_STR("words that go on and on until they fill more than one line of "
                       "eighty columns, and then some more of them");
    item.stated = CP_STR("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:1");
    assert_fits(report_of(&item, 1, CP_FORMAT_FULL), 80);
}

static void test_text_leaves_out_what_is_not_known(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    item.owner = item.since = (cp_str){"", 0};
    item.age_days = -1;
    cp_str text = report_of(&item, 1, CP_FORMAT_FULL);
    assert_lacks(text, "last touched");
    assert_lacks(text, "holds since");
}

static void test_markdown_is_a_table_with_a_row_an_item(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    cp_str text = report_of(&item, 1, CP_FORMAT_MARKDOWN);
    assert_has(text, "0 actionable, 1 blocked, 0 unverifiable.\n");
    assert_has(text, "| **blocked** | models/deepseek\\_v2.py:484 | TODO: will check the "
                     "dtype to be bf16 | mm\\_M1\\_16");
}

static void test_markdown_escapes_what_would_be_markup(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    item.text = CP_STR("a | b <img> `c` @team\n# d \x1b[1m");
    assert_has(report_of(&item, 1, CP_FORMAT_MARKDOWN),
               "a \\| b &lt;img&gt; \\`c\\` @&#8203;team #&#8203; d \\\\x1b\\[1m |");
}

static void test_markdown_fits_a_comment_and_says_what_is_left_out(void **state)
{
    (void)state;
    cp_debt_item *items = cp_new(&arena, cp_debt_item, 2000);
    for (size_t i = 0; i < 2000; i++)
        items[i] = item_of();
    cp_str text = report_of(items, 2000, CP_FORMAT_MARKDOWN);
    assert_true(text.len < 65536);
    assert_has(text, " more items left out here: see `castproof debt`.\n");
    assert_has(text, "| pkg.unknown | logits | unknown |");
}

static void test_markdown_fits_a_comment_whatever_has_to_be_escaped(void **state)
{
    (void)state;
    char many[2000];
    memset(many, '@', sizeof many);
    const cp_str text = {many, sizeof many};
    cp_debt_item *items = cp_new(&arena, cp_debt_item, 200);
    cp_debt_row *rows = cp_new(&arena, cp_debt_row, 200);
    for (size_t i = 0; i < 200; i++) {
        items[i] = item_of();
        items[i].state = i % 2 ? CP_DEBT_BLOCKED : CP_DEBT_UNVERIFIABLE;
        items[i].path = items[i].text = items[i].precondition = items[i].owner = text;
        items[i].since = items[i].stated = items[i].marker = text;
        rows[i] = (cp_debt_row){
            .consumer = text, .parameter = text, .since = text, .stated = text};
    }
    const cp_debt debt = {
        .items = items, .item_count = 200, .rows = rows, .row_count = 200};
    const cp_report_style style = {0};
    cp_str page = cp_report_debt(&arena, &debt, NULL, CP_FORMAT_MARKDOWN, &style);
    assert_in_range(page.len, 50000, 65535);
    assert_true(cp_str_ends(page, CP_STR("`castproof debt`.\n\n</details>\n")));
}

static void test_markdown_folds_what_nobody_can_act_on(void **state)
{
    (void)state;
    cp_debt_item items[] = {item_of(), item_of()};
    items[0].state = CP_DEBT_UNVERIFIABLE;
    items[0].text = CP_STR("not settled");
    cp_str text = report_of(items, 2, CP_FORMAT_MARKDOWN);
    assert_has(text,
               "unverifiable.\n\n| State | Where | What | Waits for | Last touched |\n"
               "| --- | --- | --- | --- | --- |\n| **blocked** |");
    assert_has(text,
               "\n<details>\n<summary>1 unverifiable: nothing in the sources settles "
               "it</summary>\n\n| State |");
    assert_has(text, "TODO: not settled |");
    assert_has(text, "<summary>1 of 2 consumers take the gate's output as bfloat16"
                     "</summary>\n\n| Consumer |");
}

static void test_json_has_the_keys_of_items_and_rows(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    json_t *root = parsed(report_of(&item, 1, CP_FORMAT_JSON));
    json_t *items = json_object_get(root, "items"), *first = json_array_get(items, 0);
    json_t *row = json_array_get(json_object_get(root, "matrix"), 0);
    assert_int_equal(json_object_size(first), 13);
    assert_string_equal(json_string_value(json_object_get(first, "language")), "Python");
    assert_int_equal(json_integer_value(json_object_get(first, "age_days")), 12);
    assert_string_equal(json_string_value(json_object_get(first, "state")), "blocked");
    assert_int_equal(json_array_size(json_object_get(first, "unblocks")), 2);
    assert_true(json_is_true(json_object_get(row, "accepts_bf16")));
    assert_int_equal(json_array_size(json_object_get(row, "releases")), 0);
    json_decref(root);
}

static void test_json_has_releases_that_answer_alike_once(void **state)
{
    (void)state;
    cp_debt_release releases[] = {{CP_STR("1.0"), CP_FALSE, false, false},
                                  {CP_STR("1.1"), CP_FALSE, false, false},
                                  {CP_STR("1.2"), CP_UNSURE, true, true}};
    cp_debt_row row = {
        .package = CP_STR("lib"), .releases = releases, .release_count = 3};
    const cp_debt debt = {.rows = &row, .row_count = 1};
    const cp_report_style style = {0};
    assert_has(cp_report_debt(&arena, &debt, NULL, CP_FORMAT_JSON, &style),
               "      \"package\": \"lib\",\n"
               "      \"releases\": [\n"
               "        {\n"
               "          \"first\": \"1.0\",\n"
               "          \"last\": \"1.1\",\n"
               "          \"present\": true,\n"
               "          \"accepts_bf16\": false,\n"
               "          \"pinned\": false\n"
               "        },\n"
               "        {\n"
               "          \"first\": \"1.2\",\n"
               "          \"last\": \"1.2\",\n"
               "          \"present\": false,\n"
               "          \"accepts_bf16\": null,\n"
               "          \"pinned\": true\n"
               "        }\n");
}

static void test_json_has_null_where_nobody_knows(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    item.age_days = -1;
    item.owner = (cp_str){"", 0};
    json_t *root = parsed(report_of(&item, 1, CP_FORMAT_JSON));
    json_t *first = json_array_get(json_object_get(root, "items"), 0);
    json_t *row = json_array_get(json_object_get(root, "matrix"), 1);
    assert_true(json_is_null(json_object_get(first, "age_days")));
    assert_true(json_is_null(json_object_get(first, "owner")));
    assert_true(json_is_null(json_object_get(row, "accepts_bf16")));
    json_decref(root);
}

static void test_json_summary_counts_states_and_consumers(void **state)
{
    (void)state;
    cp_debt_item items[] = {item_of(), item_of()};
    items[1].state = CP_DEBT_ACTIONABLE;
    json_t *root = parsed(report_of(items, 2, CP_FORMAT_JSON));
    json_t *summary = json_object_get(root, "summary");
    assert_int_equal(json_integer_value(json_object_get(summary, "items")), 2);
    assert_int_equal(json_integer_value(json_object_get(summary, "actionable")), 1);
    assert_int_equal(json_integer_value(json_object_get(summary, "blocked")), 1);
    assert_int_equal(json_integer_value(json_object_get(summary, "consumers")), 2);
    json_decref(root);
}

static void test_item_of_another_language_says_so(void **state)
{
    (void)state;
    cp_debt_item item = item_of();
    item.path = CP_STR("csrc/a.cuh");
    item.is_native = true;
    assert_has(report_of(&item, 1, CP_FORMAT_FULL), "csrc/a.cuh:484 (CUDA)\n");
    assert_has(report_of(&item, 1, CP_FORMAT_MARKDOWN), "| csrc/a.cuh:484 \\(CUDA\\) |");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_shows_item_and_matrix),
        TEST(test_text_fits_80_columns_whatever_is_in_it),
        TEST(test_text_leaves_out_what_is_not_known),
        TEST(test_markdown_is_a_table_with_a_row_an_item),
        TEST(test_markdown_escapes_what_would_be_markup),
        TEST(test_markdown_fits_a_comment_and_says_what_is_left_out),
        TEST(test_markdown_fits_a_comment_whatever_has_to_be_escaped),
        TEST(test_markdown_folds_what_nobody_can_act_on),
        TEST(test_json_has_the_keys_of_items_and_rows),
        TEST(test_item_of_another_language_says_so),
        TEST(test_json_has_releases_that_answer_alike_once),
        TEST(test_json_has_null_where_nobody_knows),
        TEST(test_json_summary_counts_states_and_consumers),
    };
    return cmocka_run_group_tests_name("report_debt", tests, NULL, NULL);
}
