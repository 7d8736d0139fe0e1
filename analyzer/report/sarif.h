/*
 * sarif.h - the parts of one result of a SARIF log.
 *
 * Layer: report; sarif.c writes the log, sarif_result.c what these give.
 */
#ifndef CP_REPORT_SARIF_H
#define CP_REPORT_SARIF_H

#include "report/writers.h"

/* A message object. */
json_t *cp_sarif_message(cp_arena *arena, cp_str text);

/* An artifactLocation: below SRCROOT, or with an address of its own where it is not. */
json_t *cp_sarif_file(cp_arena *arena, const cp_report *report, cp_str path);

/* Sets locations, relatedLocations and codeFlows; the latter two where there are any. */
void cp_sarif_set_places(json_t *result, cp_arena *arena, const cp_report *report,
                         const cp_finding *finding);

/* Sets fixes where the finding has one. */
void cp_sarif_set_fix(json_t *result, cp_arena *arena, const cp_report *report,
                      const cp_finding *finding);

/* The property bag: what is known and SARIF has no word for. */
json_t *cp_sarif_properties(cp_arena *arena, const cp_report *report,
                            const cp_finding *finding);

#endif
