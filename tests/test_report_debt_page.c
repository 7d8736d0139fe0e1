#include "harness.h"

#include "html_check.h"
#include "report/html.h"
#include "report_case.h"
#include "report_check.h"

#define HOSTILE "</td><script>alert(\"1\")</script> & \x1b[31m\xe2\x80\xae \xff"
#define HARMLESS                                                                         \
    "&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \\x1b[31m"       \
    "\\u202e \\xff"

typedef struct page_case {
    report_case *c;
    cp_debt debt;
    cp_patches patches;
} page_case;

static page_case *page_new(void)
{
    page_case *p = cp_new(&arena, page_case, 1);
    p->c = case_new();
    p->debt.items = cp_new(&arena, cp_debt_item, 4);
    p->debt.rows = cp_new(&arena, cp_debt_row, 4);
    return p;
}

static cp_debt_item *add_item(page_case *p, cp_debt_state state, int64_t age)
{
    cp_debt_item *item = &p->debt.items[p->debt.item_count++];
    *item = (cp_debt_item){.path = CP_STR("a.py"),
                           .line = (uint32_t)p->debt.item_count,
                           .marker = CP_STR("TODO"),
                           .text = CP_STR("take bf16"),
                           .state = state,
                           .age_days = age,
                           .precondition = CP_STR("the kernel takes `x` as bfloat16")};
    return item;
}

/* A consumer of a package with four releases of which the third is pinned. */
static void add_row(page_case *p, const char *consumer, const char *answers)
{
    static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};
    cp_debt_row *row = &p->debt.rows[p->debt.row_count++];
    *row = (cp_debt_row){.consumer = cp_str_of(consumer),
                         .parameter = CP_STR("logits"),
                         .accepts_bf16 = CP_UNSURE,
                         .package = CP_STR("lib"),
                         .releases = cp_new(&arena, cp_debt_release, 4),
                         .release_count = 4};
    for (size_t i = 0; i < 4; i++)
        row->releases[i] =
            (cp_debt_release){.version = cp_str_of(versions[i]),
                              .accepts_bf16 = answers[i] == 'y'   ? CP_TRUE
                                              : answers[i] == 'n' ? CP_FALSE
                                                                  : CP_UNSURE,
                              .absent = answers[i] == '-',
                              .pinned = i == 2};
}

static void add_patch(page_case *p, cp_finding *finding, const char *diff)
{
    case_fix(finding);
    p->patches.items = cp_new(&arena, cp_patch, 1);
    p->patches.items[0] = (cp_patch){
        .fix = finding->fix, .subject = CP_STR("Drop the cast"), .diff = cp_str_of(diff)};
    p->patches.count = 1;
}

/* The page, which is always to be whole. */
static cp_str page_text(const page_case *p)
{
    const cp_debt_page page = {&p->debt, NULL, &p->c->report, &p->patches};
    cp_str text = cp_report_debt_page(&arena, &page);
    assert_well_formed(text);
    assert_ids_are_whole(text);
    return text;
}

static void test_page_of_nothing_says_so(void **state)
{
    (void)state;
    cp_str text = page_text(page_new());
    assert_has(text, "<title>Gate-dtype debt: 0 actionable, 0 blocked, 0 unverifiable<");
    assert_has(text, "There are no TODOs to own.");
    assert_has(text, "No consumer of a gate’s output was found.");
    assert_has(text, "<p>None were found.</p>");
    assert_lacks(text, "<svg");
}

static void test_page_asks_for_nothing_from_elsewhere(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_item(p, CP_DEBT_BLOCKED, 3);
    cp_str text = page_text(p);
    assert_has(text, "content=\"default-src 'none'; style-src 'unsafe-inline'\"");
    assert_lacks(text, "http:");
    assert_lacks(text, "https:");
    assert_lacks(text, "url(");
    assert_lacks(text, "<script");
}

static void test_text_of_sources_stays_text(void **state)
{
    (void)state;
    page_case *p = page_new();
    cp_debt_item *item = add_item(p, CP_DEBT_ACTIONABLE, 3);
    cp_str unblocks[] = {CP_STR(HOSTILE)};
    item->path = item->marker = item->text = item->owner = CP_STR(HOSTILE);
    item->precondition = item->since = item->stated = CP_STR(HOSTILE);
    item->unblocks = unblocks;
    item->unblock_count = 1;
    add_row(p, HOSTILE, "yyyy");
    p->debt.rows[0].package = p->debt.rows[0].parameter = CP_STR(HOSTILE);
    p->debt.rows[0].stated = p->debt.rows[0].releases[0].version = CP_STR(HOSTILE);
    cp_trouble trouble = {CP_STR(HOSTILE), CP_STR("cannot be read")};
    p->c->report.troubles = &trouble;
    p->c->report.trouble_count = 1;
    cp_finding *finding = case_finding(p->c);
    finding->message = CP_STR(HOSTILE);
    add_patch(p, finding, "@@ -1 +1 @@\n-" HOSTILE "\n+x\n");
    p->patches.items[0].subject = CP_STR(HOSTILE);
    cp_str text = page_text(p);
    assert_lacks(text, "<script");
    assert_has(text, "<strong>" HARMLESS ":</strong> " HARMLESS "</td>");
    assert_has(text, "<del>-" HARMLESS "</del>");
}

static void test_item_has_a_row_under_its_state(void **state)
{
    (void)state;
    page_case *p = page_new();
    cp_debt_item *item = add_item(p, CP_DEBT_BLOCKED, 12);
    item->owner = CP_STR("Jo");
    item->since = CP_STR("lib 1.3");
    item->stated = CP_STR("k.cu:4");
    cp_str text = page_text(p);
    assert_has(text, "<h3 id=\"blocked\">Blocked (1)</h3>");
    assert_has(text, "<h3 id=\"actionable\">Actionable (0)</h3>\n<p>None.</p>");
    assert_has(text,
               "the kernel takes <code>x</code> as bfloat16<p>Holds from <strong>lib "
               "1.3</strong> on</p><p>Stated in <code>k.<wbr>cu:<wbr>4</code></p>");
    assert_has(text, "data-label=\"Owner\">Jo</td>");
    assert_has(text, "data-label=\"Age\">12&nbsp;d</td>");
}

static void test_oldest_item_comes_first(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_item(p, CP_DEBT_BLOCKED, -1)->text = CP_STR("of no age");
    add_item(p, CP_DEBT_BLOCKED, 3)->text = CP_STR("the younger");
    add_item(p, CP_DEBT_BLOCKED, 700)->text = CP_STR("the older");
    cp_str text = page_text(p);
    size_t older = cp_str_find(text, CP_STR("the older"), 0);
    size_t younger = cp_str_find(text, CP_STR("the younger"), 0);
    assert_true(older < younger);
    assert_true(younger < cp_str_find(text, CP_STR("of no age"), 0));
    assert_has(text, "The age of 1 of 3 TODOs is not known");
}

static void test_column_that_would_be_empty_is_left_out(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_item(p, CP_DEBT_BLOCKED, -1);
    cp_str text = page_text(p);
    assert_lacks(text, "data-label=\"Age\"");
    assert_lacks(text, "data-label=\"Owner\"");
    assert_lacks(text, "data-label=\"Unblocks\"");
}

static void test_charts_show_only_what_is_known(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_item(p, CP_DEBT_BLOCKED, -1);
    cp_str text = page_text(p);
    assert_has(text,
               "<title id=\"chart-states\">0 actionable, 1 blocked, 0 unverifiable");
    assert_lacks(text, "chart-ages");
    add_item(p, CP_DEBT_ACTIONABLE, 40);
    add_item(p, CP_DEBT_ACTIONABLE, 4000);
    assert_has(page_text(p), "<title id=\"chart-ages\">0–1 mo: 0, 1–3 mo: 1, 3–6 mo: 0, "
                             "6–12 mo: 0, 1–2 y: 0, 2+ y: 1</title>");
}

static void test_owners_are_counted(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_item(p, CP_DEBT_BLOCKED, 9)->owner = CP_STR("Al");
    add_item(p, CP_DEBT_BLOCKED, 5)->owner = CP_STR("Jo");
    add_item(p, CP_DEBT_ACTIONABLE, 7)->owner = CP_STR("Jo");
    assert_has(page_text(p),
               "<tr><th scope=\"row\">Jo</th><td class=\"number\">1</td><td class=\""
               "number\">1</td><td class=\"number\">0</td><td class=\"number\">7&nbsp;d"
               "</td></tr>\n<tr><th scope=\"row\">Al</th>");
}

static void test_releases_that_answer_alike_share_a_column(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_row(p, "lib.f", "nnyy");
    add_row(p, "lib.g", "--?y");
    cp_str text = page_text(p);
    assert_has(text,
               "<th scope=\"col\">1.0 to 1.1</th><th scope=\"col\" class=\"pinned\">"
               "1.2<br><small>pinned</small></th><th scope=\"col\">1.3</th>");
    assert_has(text, "<p>Pinned: 1.2. All of them take it from <strong>1.3</strong> on.");
    assert_has(text, "<td>0 of 2</td><td class=\"pinned\">1 of 2</td><td>2 of 2</td>");
    assert_has(text, "<td><span class=\"absent\">absent</span></td><td class=\"pinned\">"
                     "<span class=\"unknown\">not known</span></td>");
}

static void test_package_that_never_gets_there_says_so(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_row(p, "lib.f", "yyyn");
    assert_has(page_text(p), "At the last known release not all of them take it.");
}

static void test_consumer_without_releases_is_among_the_others(void **state)
{
    (void)state;
    page_case *p = page_new();
    p->debt.rows[p->debt.row_count++] = (cp_debt_row){.consumer = CP_STR("torch.topk"),
                                                      .parameter = CP_STR("input"),
                                                      .accepts_bf16 = CP_TRUE};
    cp_str text = page_text(p);
    assert_has(text, "<h3 id=\"others\">");
    assert_has(text, "<code>torch.<wbr>topk</code>, <code>input</code></th><td><span "
                     "class=\"yes\">yes</span></td>");
    assert_lacks(text, "class=\"grid\"");
}

static void test_patch_is_shown_with_its_diff_and_effect(void **state)
{
    (void)state;
    page_case *p = page_new();
    add_patch(
        p, case_finding(p->c),
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n if ok:\n"
        "--- x\n+++ y\n");
    cp_str text = page_text(p);
    assert_has(text, "<h3 id=\"effect-exact\">Effect: exact</h3>");
    assert_has(text, "<span>--- a/a.py</span><span>+++ b/a.py</span><span>@@ -1,2 +1,2 @@"
                     "</span> if ok:\n<del>--- x</del><ins>+++ y</ins></code>");
    assert_has(text, "<strong>1 of 1</strong> patches");
    assert_has(text, "<p class=\"muted\">Not validated.</p>");
}

static void test_what_validation_said_is_behind_a_summary(void **state)
{
    (void)state;
    page_case *p = page_new();
    cp_finding *finding = case_finding(p->c);
    add_patch(p, finding, "");
    cp_validation result = {.device = CP_STR("cpu"),
                            .from = CP_BF16,
                            .proof = CP_STR("all 65536 values"),
                            .effect = CP_EFFECT_CHANGES_EXPERTS};
    cp_verdict verdict = {CP_EFFECT_CHANGES_EXPERTS, {"", 0}, &result, 1, 1};
    cp_checked checked = {finding, &verdict};
    p->c->report.checked = &checked;
    p->c->report.checked_count = 1;
    cp_str text = page_text(p);
    assert_has(text, "<summary>Validation: worse than the patch claims</summary>");
    assert_has(text, "<dt>Proof</dt><dd>all 65536 values</dd>");
    assert_has(text, "<h3 id=\"effect-changes-experts\">");
}

static void test_finding_without_a_patch_is_a_row(void **state)
{
    (void)state;
    page_case *p = page_new();
    case_finding(p->c)->help = CP_STR("pass it as it is");
    cp_str text = page_text(p);
    assert_has(text, "<h3 id=\"by-hand\">");
    assert_has(text, "data-label=\"What to do\">pass it as it is</td>");
}

static void test_other_findings_are_not_of_casts(void **state)
{
    (void)state;
    page_case *p = page_new();
    case_finding(p->c)->code = CP_STR("CP202");
    assert_has(page_text(p), "<p>None were found.</p>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_page_of_nothing_says_so),
        TEST(test_page_asks_for_nothing_from_elsewhere),
        TEST(test_text_of_sources_stays_text),
        TEST(test_item_has_a_row_under_its_state),
        TEST(test_oldest_item_comes_first),
        TEST(test_column_that_would_be_empty_is_left_out),
        TEST(test_charts_show_only_what_is_known),
        TEST(test_owners_are_counted),
        TEST(test_releases_that_answer_alike_share_a_column),
        TEST(test_package_that_never_gets_there_says_so),
        TEST(test_consumer_without_releases_is_among_the_others),
        TEST(test_patch_is_shown_with_its_diff_and_effect),
        TEST(test_what_validation_said_is_behind_a_summary),
        TEST(test_finding_without_a_patch_is_a_row),
        TEST(test_other_findings_are_not_of_casts),
    };
    return cmocka_run_group_tests_name("report_debt_page", tests, NULL, NULL);
}
