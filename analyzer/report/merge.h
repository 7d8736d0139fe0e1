/*
 * merge.h - reports in JSON that parts of a run wrote, as the one of the whole run.
 *
 * Layer: report.
 */
#ifndef CP_REPORT_MERGE_H
#define CP_REPORT_MERGE_H

#include "base/str.h"

/* One report that a check or a validate wrote. */
typedef struct cp_part {
    cp_str path; /* of its file, for messages */
    cp_str text;
} cp_part;

/*
 * The report that one run over all would have written, byte for byte where the parts
 * are those of `--shard`, in whatever order. `*bad` says whether it has findings, or,
 * where patches were validated, one that does not hold its claim.
 *
 * CP_ERR_SYNTAX  a part is no such report
 * CP_ERR_USAGE   a part is missing, there twice, or of another version
 */
CP_MUST_CHECK cp_status cp_report_merge(cp_arena *arena, const cp_part *parts,
                                        size_t count, cp_str *text, bool *bad,
                                        cp_err *err);

#endif
