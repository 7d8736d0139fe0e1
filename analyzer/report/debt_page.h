/*
 * debt_page.h - what the files that write the page of the debt report share.
 *
 * Layer: report. Private to debt_page*.c, debt_chart.c and their tests. The page itself
 * is rules/report/debt.html: each of these functions fills a place in it.
 */
#ifndef CP_REPORT_DEBT_PAGE_H
#define CP_REPORT_DEBT_PAGE_H

#include "report/html.h"
#include "report/writers.h"

enum { CP_AGE_BUCKETS = 6 };

/* What is counted for the charts and the summary. */
typedef struct cp_debt_counts {
    size_t states[CP_DEBT_STATE_COUNT];
    size_t ages[CP_AGE_BUCKETS][CP_DEBT_STATE_COUNT];
    size_t aged; /* items whose age is known */
} cp_debt_counts;

cp_debt_counts cp_debt_count(const cp_debt *debt);

/* debt_chart.c: a figure each, of the TODOs by state, and of their ages. */
void cp_debt_state_chart(cp_buf *out, const cp_debt_counts *counts);
void cp_debt_age_chart(cp_buf *out, const cp_debt_counts *counts);

/* debt_page_todos.c; `data` is a cp_debt_page in each of these. */
void cp_debt_page_todos(cp_buf *out, const void *data);
void cp_debt_page_owners(cp_buf *out, const void *data);

/* debt_page_rows.c */
void cp_debt_page_consumers(cp_buf *out, const void *data);

/* debt_page_casts.c */
void cp_debt_page_casts(cp_buf *out, const void *data);
/* Whether the finding says that a cast of a routing tensor can go, now or later. */
bool cp_debt_is_cast_finding(const cp_finding *finding);
/* Whether any finding of the patch is such a one. */
bool cp_debt_is_cast_patch(const cp_patch *patch);

/* Opens a cell with the name of its column, which is shown where there are no columns. */
static inline void cp_debt_open_cell(cp_buf *out, const char *label)
{
    cp_buf_printf(out, "<td role=\"cell\" data-label=\"%s\">", label);
}

#endif
