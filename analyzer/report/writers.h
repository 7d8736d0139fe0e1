/*
 * writers.h - the writers behind report.h, one function a format.
 *
 * Layer: report; included by its own files and its tests alone. All add to `out`.
 */
#ifndef CP_REPORT_WRITERS_H
#define CP_REPORT_WRITERS_H

#include <jansson.h>

#include "report/report.h"

void cp_text_findings(cp_buf *out, const cp_report *report, const cp_report_style *style);
void cp_text_concise(cp_buf *out, const cp_report *report, const cp_report_style *style);
void cp_text_validation(cp_buf *out, const cp_report *report, bool brief,
                        const cp_report_style *style);
/* "1000 tokens, 20 choose other experts …"; "" where none ran. And under which dtype,
   method and preset. */
cp_str cp_text_runs(cp_arena *arena, const cp_validation *result);
cp_str cp_text_setting(cp_arena *arena, const cp_validation *result);
void cp_text_debt(cp_buf *out, const cp_debt *debt, const cp_gate_effects *gate,
                  const cp_report_style *style);

void cp_text_migration(cp_buf *out, const cp_migrated *migrated, bool brief,
                       const cp_report_style *style);

void cp_markdown_debt(cp_buf *out, const cp_debt *debt, const cp_gate_effects *gate);
void cp_markdown_migration(cp_buf *out, const cp_migrated *migrated);
/* As Markdown reads it: text and nothing more; cut where it gets long. */
void cp_markdown_text(cp_buf *out, cp_str text);
/* As JSON. */
void cp_json_migration(cp_buf *out, const cp_migrated *migrated);

void cp_text_trace(cp_buf *out, const cp_traced *traced, const cp_report_style *style);
void cp_text_trace_concise(cp_buf *out, const cp_traced *traced,
                           const cp_report_style *style);

void cp_json_trace(cp_buf *out, const cp_traced *traced);
void cp_json_findings(cp_buf *out, const cp_report *report);
void cp_json_validation(cp_buf *out, const cp_report *report);
void cp_json_debt(cp_buf *out, const cp_debt *debt, const cp_gate_effects *gate);

/* gate_effects.c: nothing but in JSON and HTML where `gate` is NULL or has none. */
void cp_text_gate_effects(cp_buf *out, const cp_gate_effects *gate,
                          const cp_report_style *style);
void cp_markdown_gate_effects(cp_buf *out, const cp_gate_effects *gate);
void cp_html_gate_effects(cp_buf *out, const cp_gate_effects *gate);
json_t *cp_json_gate_effects(cp_arena *arena, const cp_gate_effects *gate);

void cp_sarif_findings(cp_buf *out, const cp_report *report);
void cp_github_findings(cp_buf *out, const cp_report *report);
void cp_gitlab_findings(cp_buf *out, const cp_report *report);
void cp_rdjson_findings(cp_buf *out, const cp_report *report);
void cp_junit_findings(cp_buf *out, const cp_report *report);
void cp_junit_validation(cp_buf *out, const cp_report *report);

/* "Found 7 findings in 3 files; …" and a line break. */
void cp_text_summary(cp_buf *out, const cp_report *report);

/* One labelled paragraph below a finding; nothing where there is nothing to say. */
void cp_text_note(cp_buf *out, const char *label, cp_str text,
                  const cp_report_style *style);

/* A line "label   text", wrapped, the text from cell CP_FIELD_CELLS on; nothing where
   there is none. */
enum { CP_FIELD_CELLS = 16 };
void cp_text_field(cp_buf *out, int indent, const char *label, cp_str text,
                   const cp_report_style *style);

/* A note that says how many of `all` are not shown; nothing where all are. */
void cp_text_more(cp_buf *out, const char *label, size_t all, size_t shown,
                  const cp_report_style *style);
/* What the library says of the parameter that a consumer is, release by release. */
void cp_text_stands(cp_buf *out, const cp_consumer *consumer,
                    const cp_report_style *style);

/* Source lines of a span with carets under it, each line begun by a gutter. */
void cp_text_snippet(cp_buf *out, const cp_source *source, cp_span span,
                     const cp_report_style *style);

/* The rule of a finding; NULL where the table does not know its code. */
const cp_rule *cp_report_rule_of(const cp_report *report, const cp_finding *finding);

/* What validation said about a finding; NULL where it was not asked. */
const cp_verdict *cp_report_verdict(const cp_report *report, const cp_finding *finding);

/* migration_words.c: a step in one line; where it is to be done; the patch it makes. */
cp_str cp_step_subject(cp_arena *arena, const cp_migrated *migrated, const cp_step *step);
cp_str cp_step_places(cp_arena *arena, const cp_step *step, size_t most);
const cp_patch *cp_step_patch(const cp_migrated *migrated, const cp_step *step);
/* What it rests on: contracts, and what validation found. */
cp_str cp_step_evidence(cp_arena *arena, const cp_step *step);
cp_str cp_step_proof(cp_arena *arena, const cp_migrated *migrated, const cp_step *step);
/* Number `i` of what a raise breaks. */
cp_str cp_step_break(cp_arena *arena, const cp_step *step, size_t i);
/* "steps 2, 5 to 9"; "" where it needs none. */
cp_str cp_step_needs(cp_arena *arena, const cp_step *step);
/* The same of the steps that need step `number`. */
cp_str cp_step_lifts(cp_arena *arena, const cp_migration *migration, uint32_t number);
cp_str cp_migration_summary(cp_arena *arena, const cp_migration *migration);

/* The patch of finding number `i` where it is the first finding that names it. */
const cp_fix *cp_report_new_fix(const cp_report *report, size_t i);

/* Sets the keys of one result of validation. */
void cp_json_set_validation(json_t *value, cp_arena *arena, const cp_validation *result);

/* JSON values. None is NULL: the program ends where memory does. */
json_t *cp_json_text(cp_arena *arena, cp_str text); /* bytes not UTF-8 as U+FFFD */
json_t *cp_json_text_or_null(cp_arena *arena, cp_str text); /* null for "" */
json_t *cp_json_number(uint64_t number);
json_t *cp_json_real(double number); /* null where it is not finite */
json_t *cp_json_object(void);
json_t *cp_json_list(void);
json_t *cp_json_dtypes(cp_dtypes set);
/* The keys path, line, column, end_line and end_column. */
void cp_json_set_span(json_t *value, cp_arena *arena, const cp_source *source,
                      cp_span span);
/* The list that every report has under `errors`. */
json_t *cp_json_errors(cp_arena *arena, const cp_trouble *troubles, size_t count);
/* `value` is the object's or the list's afterwards. */
void cp_json_set(json_t *object, const char *key, json_t *value);
void cp_json_add(json_t *list, json_t *value);
/* Sets all of `from` in `into`; `from` is gone afterwards. */
void cp_json_merge(json_t *into, json_t *from);
/* Adds the text of `root`, keys in the order they were set, and frees it. */
void cp_json_write(cp_buf *out, json_t *root);
/* The object that every findings report is; the caller's to add to and to write. */
json_t *cp_json_root(cp_arena *arena, const cp_report *report);
/* A patch as every report has it; null where there is none. */
json_t *cp_json_fix(cp_arena *arena, const cp_report *report, const cp_fix *fix);
/* The contract that the finding rests on; null where it has none. */
json_t *cp_json_contract(cp_arena *arena, const cp_finding *finding);
/* What validation said about a patch: what decided its effect, then all results. */
json_t *cp_json_validation_of(cp_arena *arena, const cp_report *report,
                              const cp_fix *fix);

#endif
