/*
 * run.h - one run over a source tree: read, analyse, look for findings, plan fixes.
 *
 * Layer: cli.
 */
#ifndef CP_CLI_RUN_H
#define CP_CLI_RUN_H

#include "cli/options.h"
#include "edits/plan.h"
#include "findings/study.h"

typedef struct cp_run {
    cp_arena *arena;
    const cp_options *options;
    cp_project *project; /* NULL before cp_run_read */
    cp_study study;
    cp_findings findings;
    cp_plan plan;
    cp_rules rules;
    cp_trouble *troubles; /* by path */
    size_t trouble_count, trouble_room;
} cp_run;

/*
 * Reads the tree that the options name and builds its flow. Trouble with single
 * files is recorded in the run, which goes on.
 *
 * CP_ERR_IO     a path does not exist, or a contract set cannot be read
 * CP_ERR_USAGE  an option's value is wrong
 * CP_ERR_SYNTAX a contract set is not what it should be
 *
 * Whatever is returned, cp_run_dispose frees what was read.
 */
CP_MUST_CHECK cp_status cp_run_read(cp_run *run, cp_arena *arena,
                                    const cp_options *options, cp_err *err);

/* Looks for findings, takes out those silenced and not selected, and plans fixes. */
CP_MUST_CHECK cp_status cp_run_study(cp_run *run, cp_err *err);

void cp_run_dispose(cp_run *run);

/* The report of the run, without validation. */
cp_report cp_run_report(const cp_run *run);

/* How to write for people: colours and width as the options and the terminal say. */
cp_report_style cp_run_style(const cp_options *options);

/* Writes `text` to standard output or to the file that -o names. */
CP_MUST_CHECK cp_status cp_run_write(const cp_options *options, cp_str text, cp_err *err);

/* Prints the troubles to standard error. */
void cp_run_complain(const cp_run *run);

#endif
