/*
 * machine.h - what the formats that other programs read have in common: the names of
 * files, places in them, and what is said of a finding.
 *
 * Layer: report; included by its own files and its tests alone.
 */
#ifndef CP_REPORT_MACHINE_H
#define CP_REPORT_MACHINE_H

#include "report/report.h"

/*
 * The file's name below the report's root, without `.` and `..` in it; an absolute one
 * where it is elsewhere. Where the report has no root, the plain path.
 */
cp_str cp_machine_path(cp_arena *arena, const cp_report *report, cp_str path);

/* The path as a URI reference: "a%20b.py", or "file:///a%20b.py" of an absolute one. */
cp_str cp_machine_uri(cp_arena *arena, cp_str path);

/* Whether the place is one of the checked tree, and no line of a library's sources. */
bool cp_machine_is_here(const cp_report *report, const cp_place *place);

/* Where a byte is, in lines and UTF-16 code units, both from 1. A byte that is no UTF-8
   counts as one unit, as what it is shown as does. */
void cp_machine_position(const cp_source *source, size_t offset, uint32_t *line,
                         uint32_t *column);

/* The message, and behind it what to do; with full stops. */
cp_str cp_machine_words(cp_arena *arena, const cp_report *report,
                        const cp_finding *finding);

/* "gate.py:12: F.linear (bfloat16)"; the place is left out where there is none. */
cp_str cp_machine_place(cp_arena *arena, const cp_report *report, const cp_place *place);

/* All edits of a fix as one: the bytes from the first to the last, and what is to stand
   there. */
cp_edit_range cp_machine_edit(cp_arena *arena, const cp_fix *fix);

#endif
