#include "report/debt_page.h"

static int bucket_of(int64_t days)
{
    static const int64_t limits[CP_AGE_BUCKETS - 1] = {30, 91, 183, 366, 731};
    int bucket = 0;
    while (bucket < CP_AGE_BUCKETS - 1 && days >= limits[bucket])
        bucket++;
    return bucket;
}

cp_debt_counts cp_debt_count(const cp_debt *debt)
{
    cp_debt_counts counts = {0};
    for (size_t i = 0; i < debt->item_count; i++) {
        const cp_debt_item *item = &debt->items[i];
        counts.states[item->state]++;
        if (item->age_days < 0)
            continue;
        counts.ages[bucket_of(item->age_days)][item->state]++;
        counts.aged++;
    }
    return counts;
}

static void fill_headline(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    cp_debt_counts counts = cp_debt_count(page->debt);
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        cp_buf_printf(out, "%s%zu %s", s ? ", " : "", counts.states[s],
                      cp_debt_state_name((cp_debt_state)s));
}

static void fill_gate(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    cp_html_gate_effects(out, page->gate);
}

static void fill_style(cp_buf *out, const void *data)
{
    (void)data;
    cp_buf_add(out, cp_html_bundled("report/debt.css"));
}

static void fill_version(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    cp_html_text(out, cp_str_of(page->report->version));
}

static void add_tile(cp_buf *out, const char *kind, size_t number, const char *what)
{
    cp_buf_printf(out, "<li class=\"%s\"><strong>%zu</strong> %s</li>\n", kind, number,
                  what);
}

static void add_consumers_tile(cp_buf *out, const cp_debt *debt)
{
    size_t ready = 0, rejecting = 0;
    for (size_t i = 0; i < debt->row_count; i++) {
        ready += debt->rows[i].accepts_bf16 == CP_TRUE;
        rejecting += debt->rows[i].accepts_bf16 == CP_FALSE;
    }
    cp_buf_printf(out,
                  "<li><strong>%zu of %zu</strong> consumers take bfloat16 at the pinned "
                  "releases; %zu do not, of %zu it is not known</li>\n",
                  ready, debt->row_count, rejecting, debt->row_count - ready - rejecting);
}

static void add_casts_tile(cp_buf *out, const cp_debt_page *page)
{
    size_t exact = 0, all = 0;
    for (size_t i = 0; i < page->patches->count; i++) {
        const cp_patch *patch = &page->patches->items[i];
        if (!cp_debt_is_cast_patch(patch))
            continue;
        all++;
        exact += cp_report_effect(page->report, patch->fix) == CP_EFFECT_EXACT;
    }
    cp_buf_printf(out,
                  "<li><strong>%zu of %zu</strong> patches that drop casts leave experts "
                  "and weights as they are, bit for bit</li>\n",
                  exact, all);
}

static void fill_summary(cp_buf *out, const void *data)
{
    static const char *const says[CP_DEBT_STATE_COUNT] = {
        "TODOs can be acted on now", "TODOs wait for something",
        "TODOs that the sources cannot settle"};
    const cp_debt_page *page = data;
    cp_debt_counts counts = cp_debt_count(page->debt);
    cp_buf_puts(out, "<ul class=\"tiles\">\n");
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        add_tile(out, cp_debt_state_name((cp_debt_state)s), counts.states[s], says[s]);
    add_consumers_tile(out, page->debt);
    add_casts_tile(out, page);
    cp_buf_puts(out, "</ul>\n<div class=\"charts\">\n");
    if (page->debt->item_count)
        cp_debt_state_chart(out, &counts);
    if (counts.aged)
        cp_debt_age_chart(out, &counts);
    cp_buf_puts(out, "</div>\n");
}

/* A page that leaves files out has to say so where it is read. */
static void fill_troubles(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    if (!page->report->trouble_count)
        return;
    cp_buf_puts(out, "<h3>Not read in full</h3>\n<ul>\n");
    for (size_t i = 0; i < page->report->trouble_count; i++) {
        const cp_trouble *trouble = &page->report->troubles[i];
        cp_buf_puts(out, "<li>");
        if (!cp_str_has(trouble->message, trouble->path)) {
            cp_html_code(out, trouble->path);
            cp_buf_puts(out, ": ");
        }
        cp_html_text(out, trouble->message);
        cp_buf_puts(out, "</li>\n");
    }
    cp_buf_puts(out, "</ul>\n");
}

cp_str cp_report_debt_page(cp_arena *arena, const cp_debt_page *page)
{
    static const cp_html_slot slots[] = {{"gate", fill_gate},
                                         {"headline", fill_headline},
                                         {"style", fill_style},
                                         {"version", fill_version},
                                         {"summary", fill_summary},
                                         {"troubles", fill_troubles},
                                         {"todos", cp_debt_page_todos},
                                         {"owners", cp_debt_page_owners},
                                         {"consumers", cp_debt_page_consumers},
                                         {"casts", cp_debt_page_casts},
                                         {0}};
    cp_buf out = {.arena = arena};
    cp_html_page(&out, "report/debt.html", slots, page);
    return cp_buf_str(&out);
}
