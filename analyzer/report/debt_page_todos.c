#include <stdlib.h>

#include "report/debt_page.h"

/* Oldest first, those of unknown age last. */
static int by_age(const void *a, const void *b)
{
    const cp_debt_item *left = *(const cp_debt_item *const *)a;
    const cp_debt_item *right = *(const cp_debt_item *const *)b;
    if (left->age_days != right->age_days)
        return left->age_days < right->age_days ? 1 : -1;
    int order = cp_str_cmp(left->path, right->path);
    return order ? order : (int)(left->line > right->line) - (left->line < right->line);
}

static void add_where(cp_buf *out, const cp_debt_item *item)
{
    cp_buf_puts(out, "<th role=\"rowheader\" scope=\"row\">");
    cp_html_code(
        out, cp_str_printf(out->arena, "%.*s:%u", CP_STR_ARGS(item->path), item->line));
    if (item->is_native)
        cp_buf_printf(out, " <small>(%s)</small>", cp_debt_language(item));
    cp_buf_puts(out, "</th>\n");
}

static void add_what(cp_buf *out, const cp_debt_item *item)
{
    cp_debt_open_cell(out, "What");
    if (item->marker.len) {
        cp_buf_puts(out, "<strong>");
        cp_html_text(out, item->marker);
        cp_buf_puts(out, ":</strong> ");
    }
    cp_html_text(out, item->text);
    cp_buf_puts(out, "</td>\n");
}

static void add_answer(cp_buf *out, const cp_debt_item *item)
{
    cp_debt_open_cell(out, "Waits for");
    cp_html_prose(out, item->precondition);
    if (item->since.len) {
        cp_buf_puts(out, "<p>Holds from <strong>");
        cp_html_text(out, item->since);
        cp_buf_puts(out, "</strong> on</p>");
    }
    if (item->stated.len) {
        cp_buf_puts(out, "<p>Stated in ");
        cp_html_code(out, item->stated);
        cp_buf_puts(out, "</p>");
    }
    cp_buf_puts(out, "</td>\n");
}

static void add_unblocked(cp_buf *out, const cp_debt_item *item)
{
    cp_debt_open_cell(out, "Unblocks");
    if (item->unblock_count)
        cp_buf_puts(out, "<ul>");
    for (uint32_t i = 0; i < item->unblock_count; i++) {
        cp_buf_puts(out, "<li>");
        cp_html_prose(out, item->unblocks[i]);
        cp_buf_puts(out, "</li>");
    }
    cp_buf_puts(out, item->unblock_count ? "</ul></td>\n" : "</td>\n");
}

static void add_owner(cp_buf *out, const cp_debt_item *item)
{
    cp_debt_open_cell(out, "Owner");
    cp_html_text(out, item->owner);
    cp_buf_puts(out, "</td>\n");
}

static void add_age(cp_buf *out, const cp_debt_item *item)
{
    cp_debt_open_cell(out, "Age");
    if (item->age_days >= 0)
        cp_buf_printf(out, "%lld&nbsp;d", (long long)item->age_days);
    cp_buf_puts(out, "</td>\n");
}

/* Columns that are left out where no item of a table has anything to put there. */
typedef struct columns {
    bool unblocks, owner, age;
} columns;

static columns columns_of(const cp_debt_item *const *items, size_t count)
{
    columns any = {0};
    for (size_t i = 0; i < count; i++) {
        any.unblocks |= items[i]->unblock_count > 0;
        any.owner |= items[i]->owner.len > 0;
        any.age |= items[i]->age_days >= 0;
    }
    return any;
}

static void add_item(cp_buf *out, const cp_debt_item *item, const columns *shown)
{
    cp_buf_puts(out, "<tr role=\"row\">\n");
    add_where(out, item);
    add_what(out, item);
    add_answer(out, item);
    if (shown->unblocks)
        add_unblocked(out, item);
    if (shown->owner)
        add_owner(out, item);
    if (shown->age)
        add_age(out, item);
    cp_buf_puts(out, "</tr>\n");
}

static void add_column(cp_buf *out, const char *name, const char *kind)
{
    cp_buf_printf(out, "<th role=\"columnheader\" scope=\"col\" class=\"%s\">%s</th>",
                  kind, name);
}

static void add_head(cp_buf *out, const char *id, const columns *shown)
{
    cp_buf_printf(out,
                  "<table class=\"stack\" role=\"table\" aria-labelledby=\"%s\">\n"
                  "<caption>%s</caption>\n<thead role=\"rowgroup\">\n<tr role=\"row\">",
                  id, shown->age ? "Oldest first" : "By file");
    add_column(out, "Where", "where");
    add_column(out, "What", "what");
    add_column(out, "Waits for", "waits");
    if (shown->unblocks)
        add_column(out, "Unblocks", "unblocks");
    if (shown->owner)
        add_column(out, "Owner", "owner");
    if (shown->age)
        add_column(out, "Age", "age");
    cp_buf_puts(out, "</tr>\n</thead>\n<tbody role=\"rowgroup\">\n");
}

static const cp_debt_item **items_of(cp_arena *arena, const cp_debt *debt,
                                     cp_debt_state state, size_t *count)
{
    const cp_debt_item **items =
        cp_new(arena, const cp_debt_item *, debt->item_count + 1);
    *count = 0;
    for (size_t i = 0; i < debt->item_count; i++)
        if (debt->items[i].state == state)
            items[(*count)++] = &debt->items[i];
    if (*count)
        qsort(items, *count, sizeof *items, by_age);
    return items;
}

static void add_state(cp_buf *out, const cp_debt *debt, cp_debt_state state)
{
    static const char *const titles[] = {"Actionable", "Blocked", "Unverifiable"};
    static const char *const says[] = {
        "What these remarks wait for holds at the pinned versions: do it, or delete "
        "them.",
        "What these remarks wait for does not hold at the pinned versions.",
        "Nothing in the sources can settle these remarks; somebody who knows has to."};
    size_t count;
    const cp_debt_item **items = items_of(out->arena, debt, state, &count);
    const char *id = cp_debt_state_name(state);
    cp_buf_printf(out, "<h3 id=\"%s\">%s (%zu)</h3>\n<p>%s</p>\n", id, titles[state],
                  count, count ? says[state] : "None.");
    if (!count)
        return;
    columns shown = columns_of(items, count);
    add_head(out, id, &shown);
    for (size_t i = 0; i < count; i++)
        add_item(out, items[i], &shown);
    cp_buf_puts(out, "</tbody>\n</table>\n");
}

void cp_debt_page_todos(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        add_state(out, page->debt, (cp_debt_state)s);
}

typedef struct owner {
    cp_str name; /* "" for those without one */
    size_t states[CP_DEBT_STATE_COUNT], all;
    int64_t oldest;
} owner;

/* Those with the most first. */
static int by_count(const void *a, const void *b)
{
    const owner *left = a, *right = b;
    if (left->all != right->all)
        return left->all < right->all ? 1 : -1;
    return cp_str_cmp(left->name, right->name);
}

static owner *owners_of(cp_arena *arena, const cp_debt *debt, size_t *count)
{
    owner *owners = cp_new(arena, owner, debt->item_count + 1);
    *count = 0;
    for (size_t i = 0; i < debt->item_count; i++) {
        const cp_debt_item *item = &debt->items[i];
        size_t at = 0;
        while (at < *count && !cp_str_eq(owners[at].name, item->owner))
            at++;
        if (at == *count)
            owners[(*count)++] = (owner){.name = item->owner, .oldest = -1};
        owners[at].states[item->state]++;
        owners[at].all++;
        if (item->age_days > owners[at].oldest)
            owners[at].oldest = item->age_days;
    }
    if (*count)
        qsort(owners, *count, sizeof *owners, by_count);
    return owners;
}

static void add_owner_row(cp_buf *out, const owner *one)
{
    cp_buf_puts(out, "<tr><th scope=\"row\">");
    if (one->name.len)
        cp_html_text(out, one->name);
    else
        cp_buf_puts(out, "<span class=\"muted\">nobody known</span>");
    cp_buf_puts(out, "</th>");
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        cp_buf_printf(out, "<td class=\"number\">%zu</td>", one->states[s]);
    if (one->oldest >= 0)
        cp_buf_printf(out, "<td class=\"number\">%lld&nbsp;d</td>",
                      (long long)one->oldest);
    else
        cp_buf_puts(out, "<td class=\"number\"></td>");
    cp_buf_puts(out, "</tr>\n");
}

void cp_debt_page_owners(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    size_t count;
    owner *owners = owners_of(out->arena, page->debt, &count);
    cp_debt_counts counts = cp_debt_count(page->debt);
    if (!page->debt->item_count) {
        cp_buf_puts(out, "<p>There are no TODOs to own.</p>\n");
        return;
    }
    if (counts.aged < page->debt->item_count)
        cp_buf_printf(
            out,
            "<p>The age of %zu of %zu TODOs is not known: their lines are in no "
            "commit that the history here goes back to.</p>\n",
            page->debt->item_count - counts.aged, page->debt->item_count);
    cp_buf_puts(out,
                "<p>The owner is whom the remark names, else who last changed its "
                "line.</p>\n<div class=\"scroll\" role=\"region\" "
                "aria-labelledby=\"owners\" tabindex=\"0\">\n<table>\n<caption>"
                "TODOs by owner</caption>\n<thead>\n<tr><th scope=\"col\">Owner</th>");
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        cp_buf_printf(out, "<th scope=\"col\" class=\"number\">%s</th>",
                      cp_debt_state_name((cp_debt_state)s));
    cp_buf_puts(out, "<th scope=\"col\" class=\"number\">oldest</th></tr>\n</thead>\n"
                     "<tbody>\n");
    for (size_t i = 0; i < count; i++)
        add_owner_row(out, &owners[i]);
    cp_buf_puts(out, "</tbody>\n</table>\n</div>\n");
}
