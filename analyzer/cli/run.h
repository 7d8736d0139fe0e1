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
    cp_str *files; /* all that were looked at; none for standard input */
    size_t file_count;
    cp_str *natives; /* C++ files below the paths, by path */
    size_t native_count;
    cp_map reported;      /* files that findings are shown of, where not of all */
    bool some, named;     /* not of all; because files were named */
    cp_trouble *troubles; /* by path */
    size_t trouble_count, trouble_room;
    size_t in_baseline; /* findings that are not shown because a baseline has them */
    size_t failures;    /* troubles that leave a file out; the others are remarks */
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

/*
 * tree.c: the part of cp_run_read that reads source files. Where single files are
 * named, the rest of the project is read too (of their package, if the current folder
 * is no project's root), because callers count; findings are then shown of the named
 * files alone.
 */
CP_MUST_CHECK cp_status cp_run_read_tree(cp_run *run, const cp_flow_rules *rules,
                                         cp_err *err);

/* The first half of that: the files, which are not read yet. */
CP_MUST_CHECK cp_status cp_run_list(cp_run *run, cp_err *err);

/* On how many threads to work: as -j says, else one for each processor. */
int cp_run_threads(const cp_options *options);

/* Makes ready for what the tree's own kernels say; tree.c, before it reads files. */
void cp_run_own(cp_run *run, const cp_flow_rules *rules);

/* What standard input is called. */
cp_str cp_run_stdin_name(const cp_options *options);

/* `path` without "./" in front, as the walk of the current folder names it. */
cp_str cp_run_plain_path(cp_str path);

/* Whether findings in the file are shown. */
bool cp_run_reports(const cp_run *run, cp_str path);

/* Takes out what is of other files. */
void cp_run_keep_debt(const cp_run *run, cp_debt *debt);

/* Records what went wrong with a file. */
void cp_run_trouble(cp_run *run, cp_str path, const char *message);

/* Looks for findings, takes out those silenced and not selected, and plans fixes. */
CP_MUST_CHECK cp_status cp_run_study(cp_run *run, cp_err *err);

/* select.c: whether codes of options name `code`: "CP1" all that begin so, "ALL" all. */
bool cp_run_lists(const cp_list *list, cp_str code);

/* What is shown of the findings, as the options say. CP_ERR_USAGE: no rule has
   a code that --select or --ignore names. */
CP_MUST_CHECK cp_status cp_run_check_codes(const cp_run *run, cp_err *err);
void cp_run_set_severities(cp_run *run);
void cp_run_select(cp_run *run);

/* Leaves what no baseline knows and what lies on lines changed since --diff-base. The
   codes of report/baseline.h and findings/changed.h. */
CP_MUST_CHECK cp_status cp_run_narrow(cp_run *run, cp_err *err);

void cp_run_dispose(cp_run *run);

/* The report of the run, without validation. */
cp_report cp_run_report(const cp_run *run);

/* How to write for people: colours and width as the options and the terminal say. */
cp_report_style cp_run_style(const cp_options *options);

/* Writes `text` to standard output or to the file that -o names. */
CP_MUST_CHECK cp_status cp_run_write(const cp_options *options, cp_str text, cp_err *err);

/* Makes the patches in the files below the run's paths; a file that cannot be changed is
   named on standard error, and the rest goes on. Errors as cp_patches_apply. */
CP_MUST_CHECK cp_status cp_run_apply(const cp_run *run, const cp_patches *patches,
                                     size_t *written, cp_err *err);

/* Prints the troubles to standard error. */
void cp_run_complain(const cp_run *run);

#endif
