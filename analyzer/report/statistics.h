/*
 * statistics.h - how many findings each rule has.
 *
 * Layer: report.
 */
#ifndef CP_REPORT_STATISTICS_H
#define CP_REPORT_STATISTICS_H

#include "report/report.h"

/*
 * A line a rule that has findings, the most first: their number, the code, "[*]" where
 * all can be fixed and "[-]" where some can, and the name; of json a list of objects with
 * `code`, `name`, `count` and `fixable`. Other formats are written as text.
 */
cp_str cp_report_statistics(cp_arena *arena, const cp_report *report, cp_format format,
                            const cp_report_style *style);

#endif
