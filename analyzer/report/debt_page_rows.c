#include "report/debt_page.h"

/* Consumers of one package, whose releases decide. */
typedef struct matrix {
    cp_str package;
    const cp_debt_row **rows;
    size_t row_count;
} matrix;

/* Neighbouring releases at which no consumer answers otherwise. */
typedef struct run {
    size_t first, last;
} run;

static bool same_answers(const matrix *grid, size_t a, size_t b)
{
    for (size_t i = 0; i < grid->row_count; i++) {
        const cp_debt_release *left = &grid->rows[i]->releases[a];
        const cp_debt_release *right = &grid->rows[i]->releases[b];
        if (left->accepts_bf16 != right->accepts_bf16 || left->absent != right->absent ||
            left->pinned != right->pinned)
            return false;
    }
    return true;
}

static run *runs_of(cp_arena *arena, const matrix *grid, size_t *count)
{
    size_t releases = grid->rows[0]->release_count;
    run *runs = cp_new(arena, run, releases + 1);
    *count = 0;
    for (size_t i = 0; i < releases; i++) {
        if (i && same_answers(grid, i - 1, i))
            runs[*count - 1].last = i;
        else
            runs[(*count)++] = (run){i, i};
    }
    return runs;
}

static bool is_pinned(const matrix *grid, size_t release)
{
    for (size_t i = 0; i < grid->row_count; i++)
        if (grid->rows[i]->releases[release].pinned)
            return true;
    return false;
}

static size_t ready_at(const matrix *grid, size_t release)
{
    size_t ready = 0;
    for (size_t i = 0; i < grid->row_count; i++)
        ready += grid->rows[i]->releases[release].accepts_bf16 == CP_TRUE;
    return ready;
}

/* The first release from which on all of them take it; the number of all: there is none.
 */
static size_t all_ready_from(const matrix *grid)
{
    size_t from = grid->rows[0]->release_count;
    while (from > 0 && ready_at(grid, from - 1) == grid->row_count)
        from--;
    return from;
}

static void add_verdict(cp_buf *out, const matrix *grid)
{
    const cp_debt_release *releases = grid->rows[0]->releases;
    size_t count = grid->rows[0]->release_count, from = all_ready_from(grid);
    cp_buf_puts(out, "<p>");
    for (size_t i = 0; i < count; i++) {
        if (!is_pinned(grid, i) || (i && is_pinned(grid, i - 1)))
            continue;
        size_t last = i;
        while (last + 1 < count && is_pinned(grid, last + 1))
            last++;
        cp_buf_puts(out, "Pinned: ");
        cp_html_text(out, releases[i].version);
        if (last > i) {
            cp_buf_puts(out, " to ");
            cp_html_text(out, releases[last].version);
        }
        cp_buf_puts(out, ". ");
    }
    if (from == count) {
        cp_buf_puts(out, "At the last known release not all of them take it.</p>\n");
        return;
    }
    cp_buf_puts(out, "All of them take it from <strong>");
    cp_html_text(out, releases[from].version);
    cp_buf_puts(out, "</strong> on.</p>\n");
}

static void add_head(cp_buf *out, const matrix *grid, const run *runs, size_t count)
{
    const cp_debt_release *releases = grid->rows[0]->releases;
    cp_buf_puts(out, "<thead>\n<tr><th scope=\"col\">Consumer and parameter</th>");
    for (size_t i = 0; i < count; i++) {
        bool pinned = is_pinned(grid, runs[i].first);
        size_t length = runs[i].last - runs[i].first + 1;
        cp_buf_printf(out, "<th scope=\"col\"%s>", pinned ? " class=\"pinned\"" : "");
        cp_html_text(out, releases[runs[i].first].version);
        if (length > 1) {
            cp_buf_puts(out, " to ");
            cp_html_text(out, releases[runs[i].last].version);
        }
        if (pinned)
            cp_buf_puts(out, "<br><small>pinned</small>");
        else if (length > 2)
            cp_buf_printf(out, "<br><small>%zu releases</small>", length);
        cp_buf_puts(out, "</th>");
    }
    cp_buf_puts(out, "<th scope=\"col\">Stated in</th></tr>\n</thead>\n");
}

static void add_truth(cp_buf *out, cp_truth truth)
{
    cp_buf_puts(out, truth == CP_TRUE    ? "<span class=\"yes\">yes</span>"
                     : truth == CP_FALSE ? "<span class=\"no\">no</span>"
                                         : "<span class=\"unknown\">not known</span>");
}

static void add_name(cp_buf *out, const cp_debt_row *row)
{
    cp_html_code(out, row->consumer);
    if (!row->parameter.len)
        return;
    cp_buf_puts(out, ", ");
    cp_html_code(out, row->parameter);
}

static void add_grid_row(cp_buf *out, const cp_debt_row *row, const run *runs,
                         size_t count)
{
    cp_buf_puts(out, "<tr><th scope=\"row\">");
    add_name(out, row);
    cp_buf_puts(out, "</th>");
    for (size_t i = 0; i < count; i++) {
        const cp_debt_release *at = &row->releases[runs[i].first];
        cp_buf_printf(out, "<td%s>", at->pinned ? " class=\"pinned\"" : "");
        if (at->absent)
            cp_buf_puts(out, "<span class=\"absent\">absent</span>");
        else
            add_truth(out, at->accepts_bf16);
        cp_buf_puts(out, "</td>");
    }
    cp_buf_puts(out, "<td>");
    if (row->stated.len)
        cp_html_code(out, row->stated);
    cp_buf_puts(out, "</td></tr>\n");
}

static void add_grid(cp_buf *out, const matrix *grid, size_t number)
{
    size_t count;
    run *runs = runs_of(out->arena, grid, &count);
    cp_buf_printf(out, "<h3 id=\"package-%zu\">", number);
    cp_html_text(out, grid->package);
    cp_buf_puts(out, "</h3>\n");
    add_verdict(out, grid);
    cp_buf_printf(out,
                  "<div class=\"scroll\" role=\"region\" aria-labelledby=\"package-%zu\" "
                  "tabindex=\"0\">\n<table class=\"grid\">\n<caption>Takes it as "
                  "bfloat16, by release</caption>\n",
                  number);
    add_head(out, grid, runs, count);
    cp_buf_puts(out, "<tbody>\n");
    for (size_t i = 0; i < grid->row_count; i++)
        add_grid_row(out, grid->rows[i], runs, count);
    cp_buf_puts(out, "</tbody>\n<tfoot>\n<tr><th scope=\"row\">Take it</th>");
    for (size_t i = 0; i < count; i++)
        cp_buf_printf(out, "<td%s>%zu of %zu</td>",
                      is_pinned(grid, runs[i].first) ? " class=\"pinned\"" : "",
                      ready_at(grid, runs[i].first), grid->row_count);
    cp_buf_puts(out, "<td></td></tr>\n</tfoot>\n</table>\n</div>\n");
}

/* The rows of the package of row `first`; none where an earlier row has it. */
static matrix grid_from(cp_arena *arena, const cp_debt *debt, size_t first)
{
    cp_str package = debt->rows[first].package;
    matrix grid = {.package = package};
    for (size_t i = 0; i < first; i++)
        if (cp_str_eq(debt->rows[i].package, package))
            return grid;
    grid.rows = cp_new(arena, const cp_debt_row *, debt->row_count);
    for (size_t i = first; i < debt->row_count; i++)
        if (cp_str_eq(debt->rows[i].package, package))
            grid.rows[grid.row_count++] = &debt->rows[i];
    return grid;
}

static void add_others(cp_buf *out, const cp_debt *debt)
{
    bool any = false;
    for (size_t i = 0; i < debt->row_count; i++) {
        const cp_debt_row *row = &debt->rows[i];
        if (row->release_count)
            continue;
        if (!any)
            cp_buf_puts(
                out, "<h3 id=\"others\">Others</h3>\n<p>Functions of the tree itself, of "
                     "PyTorch, and of libraries whose contracts are not known.</p>\n"
                     "<div class=\"scroll\" role=\"region\" aria-labelledby=\"others\" "
                     "tabindex=\"0\">\n<table>\n<caption>Takes the gate’s output as "
                     "bfloat16</caption>\n<thead>\n<tr><th scope=\"col\">Consumer and "
                     "parameter</th><th scope=\"col\">bfloat16</th><th scope=\"col\">"
                     "Stated in</th></tr>\n</thead>\n<tbody>\n");
        any = true;
        cp_buf_puts(out, "<tr><th scope=\"row\">");
        add_name(out, row);
        cp_buf_puts(out, "</th><td>");
        add_truth(out, row->accepts_bf16);
        cp_buf_puts(out, "</td><td>");
        if (row->stated.len)
            cp_html_code(out, row->stated);
        cp_buf_puts(out, "</td></tr>\n");
    }
    if (any)
        cp_buf_puts(out, "</tbody>\n</table>\n</div>\n");
}

void cp_debt_page_consumers(cp_buf *out, const void *data)
{
    const cp_debt *debt = ((const cp_debt_page *)data)->debt;
    size_t number = 0;
    if (!debt->row_count)
        cp_buf_puts(out, "<p>No consumer of a gate’s output was found.</p>\n");
    for (size_t i = 0; i < debt->row_count; i++) {
        matrix grid = {0};
        if (debt->rows[i].release_count)
            grid = grid_from(out->arena, debt, i);
        if (grid.row_count)
            add_grid(out, &grid, ++number);
    }
    add_others(out, debt);
}
