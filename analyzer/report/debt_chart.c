#include "report/debt_page.h"

/* Units of the viewBox, which are pixels where the page is as narrow as a telephone. */
enum {
    WIDTH = 360,
    ROW = 34, /* of the states: bar and gap */
    BAR = 22,
    LABELS = 96,
    COUNTS = 34,
    PLOT = 130, /* of the ages: height of the highest bar */
    TOP = 18,
    COLUMN = WIDTH / CP_AGE_BUCKETS,
};

static const char *const age_names[CP_AGE_BUCKETS] = {"0–1 mo",  "1–3 mo", "3–6 mo",
                                                      "6–12 mo", "1–2 y",  "2+ y"};

static size_t most(const size_t *numbers, size_t count)
{
    size_t highest = 1;
    for (size_t i = 0; i < count; i++)
        highest = numbers[i] > highest ? numbers[i] : highest;
    return highest;
}

static void open_figure(cp_buf *out, const char *id, const char *caption, int height)
{
    cp_buf_printf(
        out,
        "<figure>\n<figcaption>%s</figcaption>\n<svg role=\"img\" viewBox=\"0 0 "
        "%d %d\" aria-labelledby=\"%s\">\n<title id=\"%s\">",
        caption, WIDTH, height, id, id);
}

static void add_rect(cp_buf *out, int state, size_t x, size_t y, size_t width,
                     size_t height)
{
    cp_buf_printf(out,
                  "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" "
                  "height=\"%zu\"/>\n",
                  cp_debt_state_name((cp_debt_state)state), x, y, width, height);
}

void cp_debt_state_chart(cp_buf *out, const cp_debt_counts *counts)
{
    size_t highest = most(counts->states, CP_DEBT_STATE_COUNT);
    open_figure(out, "chart-states", "TODOs by state", CP_DEBT_STATE_COUNT * ROW);
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        cp_buf_printf(out, "%s%zu %s", s ? ", " : "", counts->states[s],
                      cp_debt_state_name((cp_debt_state)s));
    cp_buf_puts(out, "</title>\n");
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++) {
        size_t y = (size_t)s * ROW + (ROW - BAR) / 2;
        size_t width = counts->states[s] * (WIDTH - LABELS - COUNTS) / highest;
        cp_buf_printf(out, "<text x=\"0\" y=\"%zu\">%s</text>\n", y + 15,
                      cp_debt_state_name((cp_debt_state)s));
        if (counts->states[s])
            add_rect(out, s, LABELS, y, width, BAR);
        cp_buf_printf(out, "<text x=\"%zu\" y=\"%zu\">%zu</text>\n", LABELS + width + 6,
                      y + 15, counts->states[s]);
    }
    cp_buf_puts(out, "</svg>\n</figure>\n");
}

static size_t sum(const size_t *states)
{
    size_t total = 0;
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        total += states[s];
    return total;
}

/* The states of one age on top of each other, the last one at the bottom. */
static void add_stack(cp_buf *out, const size_t *states, int column, size_t highest)
{
    size_t x = (size_t)column * COLUMN, bottom = TOP + PLOT, below = 0;
    for (int s = CP_DEBT_STATE_COUNT - 1; s >= 0; s--) {
        size_t from = below * PLOT / highest;
        below += states[s];
        size_t to = below * PLOT / highest;
        if (states[s])
            add_rect(out, s, x + 8, bottom - to, COLUMN - 16, to - from);
    }
    size_t middle = x + COLUMN / 2;
    if (below)
        cp_buf_printf(out,
                      "<text x=\"%zu\" y=\"%zu\" text-anchor=\"middle\">%zu</text>\n",
                      middle, bottom - below * PLOT / highest - 5, below);
    cp_buf_printf(out, "<text x=\"%zu\" y=\"%zu\" text-anchor=\"middle\">%s</text>\n",
                  middle, bottom + 17, age_names[column]);
}

static void add_legend(cp_buf *out, size_t y)
{
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++) {
        size_t x = (size_t)s * WIDTH / CP_DEBT_STATE_COUNT + 8;
        add_rect(out, s, x, y - 11, 12, 12);
        cp_buf_printf(out, "<text x=\"%zu\" y=\"%zu\">%s</text>\n", x + 18, y,
                      cp_debt_state_name((cp_debt_state)s));
    }
}

void cp_debt_age_chart(cp_buf *out, const cp_debt_counts *counts)
{
    size_t totals[CP_AGE_BUCKETS];
    for (int b = 0; b < CP_AGE_BUCKETS; b++)
        totals[b] = sum(counts->ages[b]);
    size_t highest = most(totals, CP_AGE_BUCKETS);
    open_figure(out, "chart-ages", "TODOs by age of their line", TOP + PLOT + 50);
    for (int b = 0; b < CP_AGE_BUCKETS; b++)
        cp_buf_printf(out, "%s%s: %zu", b ? ", " : "", age_names[b], totals[b]);
    cp_buf_puts(out, "</title>\n");
    cp_buf_printf(out, "<line x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", TOP + PLOT,
                  WIDTH, TOP + PLOT);
    for (int b = 0; b < CP_AGE_BUCKETS; b++)
        add_stack(out, counts->ages[b], b, highest);
    add_legend(out, TOP + PLOT + 42);
    cp_buf_puts(out, "</svg>\n</figure>\n");
}
