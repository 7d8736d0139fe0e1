/*
 * baseline.h - findings that are known already, so that only new ones are reported.
 *
 * Layer: report. A baseline is JSON: an object with `tool`, `baseline` (the version of
 * its form, 1) and `findings`, a list of objects with `path` (below the root of the
 * tree), `code` and `fingerprint` (findings/fingerprint.h), sorted by these. It says
 * nothing of lines, so that it changes only where findings come or go.
 */
#ifndef CP_REPORT_BASELINE_H
#define CP_REPORT_BASELINE_H

#include "base/map.h"
#include "findings/finding.h"

typedef struct cp_baseline {
    cp_map counts; /* fingerprint -> how many findings have it */
    size_t count;
} cp_baseline;

/*
 * Reads the baseline at `path`.
 *
 * CP_ERR_IO      it cannot be read
 * CP_ERR_SYNTAX  it is no baseline, or one of a later form
 */
CP_MUST_CHECK cp_status cp_baseline_read(cp_arena *arena, cp_str path,
                                         cp_baseline *baseline, cp_err *err);

/* Takes the findings that it knows out of the list, each as often as it has it; gives
   their number. */
size_t cp_baseline_apply(cp_baseline *baseline, cp_findings *findings);

/* The baseline of the findings, as text. */
cp_str cp_baseline_text(cp_arena *arena, const cp_findings *findings);

#endif
