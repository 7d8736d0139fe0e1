/*
 * report.h - one model of findings, many writers.
 *
 * Layer: report. Every function gives the whole report as text in the arena that
 * it is handed; writing it to a stream or a file is the caller's. The same input
 * gives the same bytes on every run. Lines and columns count from 1 and columns
 * count bytes; end_column is the one behind the last byte. Text that is no UTF-8
 * has U+FFFD for each wrong byte in JSON.
 */
#ifndef CP_REPORT_REPORT_H
#define CP_REPORT_REPORT_H

#include "findings/debt.h"
#include "findings/finding.h"
#include "findings/lineage.h"
#include "findings/migration.h"
#include "findings/rule.h"
#include "findings/study.h"
#include "patches/patch.h"
#include "validation/validate.h"
#include "validation/gate.h"

typedef enum cp_format {
    CP_FORMAT_FULL,     /* for people, with source and trace */
    CP_FORMAT_CONCISE,  /* for people, a line each */
    CP_FORMAT_JSON,     /* for programs */
    CP_FORMAT_MARKDOWN, /* for a comment on a change; of the debt report only */
    CP_FORMAT_HTML,     /* a page; of the debt report only */
    CP_FORMAT_SARIF,    /* SARIF 2.1.0; this and what follows of findings only */
    CP_FORMAT_GITHUB,   /* workflow commands, which GitHub shows on the changed lines */
    CP_FORMAT_GITLAB,   /* a code quality report */
    CP_FORMAT_RDJSON,   /* reviewdog's diagnostics */
    CP_FORMAT_JUNIT,    /* a failed test case a finding, XML */
} cp_format;

/* {0}: no colours, no line broken, a summary at the end. */
typedef struct cp_report_style {
    bool color;
    unsigned width; /* cells of a line of prose; 0 for no limit */
    bool quiet;     /* findings only, no summary */
    bool links;     /* the terminal takes hyperlinks (OSC 8) */
} cp_report_style;

/* What went wrong with one file, or with the run (path "" then). */
typedef struct cp_trouble {
    cp_str path, message;
} cp_trouble;

/* What validation said about dropping the cast of one finding. */
typedef struct cp_checked {
    const cp_finding *finding;
    const cp_verdict *verdict;
} cp_checked;

typedef struct cp_report {
    const char *version; /* of castproof */
    const cp_rules *rules;
    const cp_findings *findings; /* sorted */
    uint32_t files_checked, files_parsed;
    const cp_trouble *troubles;
    size_t trouble_count;
    const cp_checked *checked; /* one a finding that was validated; may be none */
    size_t checked_count;
    const cp_unjudged *unjudged; /* by path and place; in JSON alone */
    size_t unjudged_count;
    uint32_t shard, shard_count; /* which part of a run this is; 0 of 0: all of it */
    size_t in_baseline;          /* further findings, which a baseline has */
    bool with_unjudged;          /* they were asked for, be there any or none */
    bool failed; /* a trouble left something out that should have been checked */
    cp_str root; /* whole path of the folder below which other programs are told
                    files' names; "" for those that were given */
    bool (*has_file)(cp_str path); /* whether that is a file; NULL: all are */
} cp_report;

/* The findings of a run, in any format but markdown, which is written as full. */
cp_str cp_report_findings(cp_arena *arena, const cp_report *report, cp_format format,
                          const cp_report_style *style);

/*
 * What validation said, patch by patch: full and concise for people; json, which is the
 * object of cp_report_findings with a list of the patches added; junit, a test case a
 * patch, failed where it does not hold its claim. The others are written as by
 * cp_report_findings, and name the effect that was found.
 */
cp_str cp_report_validation(cp_arena *arena, const cp_report *report, cp_format format,
                            const cp_report_style *style);

/*
 * The effect of a patch: the worst of what validation found for its findings, and of
 * what the contracts say for those that were not validated.
 */
cp_effect cp_report_effect(const cp_report *report, const cp_fix *fix);

/* The rule's severity; a warning where the rule is not known. */
cp_severity cp_report_severity(const cp_report *report, const cp_finding *finding);

/* Whether any finding of the patch was validated. */
bool cp_report_was_checked(const cp_report *report, const cp_fix *fix);

/* Whether validation found no worse effect than the patch claims. */
bool cp_report_holds(const cp_report *report, const cp_fix *fix);

/* The gate-dtype debt report: full (80 columns unless `style` says otherwise),
   markdown (short enough for a comment on a pull request) or json. `gate` (may be NULL)
   is what was measured of rounding the gate's output. */
cp_str cp_report_debt(cp_arena *arena, const cp_debt *debt, const cp_gate_effects *gate,
                      cp_format format, const cp_report_style *style);

/* What the page of the debt report shows, all of one run. */
typedef struct cp_debt_page {
    const cp_debt *debt;
    const cp_gate_effects *gate; /* may be NULL */
    const cp_report *report; /* with the casts found, and what validation said of them */
    const cp_patches *patches;
} cp_debt_page;

/* The debt report as a page of HTML that needs nothing but itself. */
cp_str cp_report_debt_page(cp_arena *arena, const cp_debt_page *page);

/* What `castproof plan` found. */
typedef struct cp_migrated {
    const cp_migration *migration;
    const cp_report *report;   /* with what validation said of the patches */
    const cp_patches *patches; /* those of the steps, and perhaps others */
} cp_migrated;

/* The migration: full (80 columns unless `style` says otherwise), concise (a line a
   step), markdown (short enough for a comment on a pull request) or json (with the
   diffs). */
cp_str cp_report_migration(cp_arena *arena, const cp_migrated *migrated, cp_format format,
                           const cp_report_style *style);

/* What `castproof trace` was asked and found. */
typedef struct cp_traced {
    const char *version; /* of castproof */
    cp_str path;
    uint32_t line, column; /* column 0: the whole line */
    const cp_lineage *values;
    size_t count;
    cp_str nothing;        /* why there are none; "" where there are some */
    uint32_t nearest_line; /* where there are some; 0 if nowhere in the file */
    cp_str nearest;        /* one of them */
    cp_dtypes model;       /* what the model's dtype is taken to be */
    const cp_trouble *troubles;
    size_t trouble_count;
} cp_traced;

/* The values of one place with all that is known of them: full (lists are cut where
   they get long, and say so), concise (a line a value) or json (everything). */
cp_str cp_report_trace(cp_arena *arena, const cp_traced *traced, cp_format format,
                       const cp_report_style *style);

/* What `castproof explain` prints of a rule, or json. */
cp_str cp_report_rule(cp_arena *arena, const cp_rule *rule, cp_format format,
                      const cp_report_style *style);

/* The table of `castproof rules`, or json. */
cp_str cp_report_rules(cp_arena *arena, const cp_rules *rules, cp_format format,
                       const cp_report_style *style);

#endif
