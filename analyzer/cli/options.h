/*
 * options.h - the command line.
 *
 * Layer: cli.
 */
#ifndef CP_CLI_OPTIONS_H
#define CP_CLI_OPTIONS_H

#include "base/str.h"
#include "cli/progress.h"
#include "report/report.h"

typedef enum cp_command {
    CP_COMMAND_CHECK,
    CP_COMMAND_FIX,
    CP_COMMAND_VALIDATE,
    CP_COMMAND_DEBT,
    CP_COMMAND_PLAN,
    CP_COMMAND_TRACE,
    CP_COMMAND_MINE,
    CP_COMMAND_CONTRACTS,
    CP_COMMAND_MERGE,
    CP_COMMAND_EXPLAIN,
    CP_COMMAND_RULES,
    CP_COMMAND_COMPLETIONS,
    CP_COMMAND_MANUAL,
    CP_COMMAND_HELP,
    CP_COMMAND_VERSION,
} cp_command;

/* A list of texts that an option may be given several times for. */
typedef struct cp_list {
    cp_str *items;
    size_t count, room;
} cp_list;

/* Codes that are not shown of the files that a glob matches. */
typedef struct cp_file_codes {
    cp_str glob;
    cp_list codes;
} cp_file_codes;

typedef struct cp_code_severity {
    cp_str code;
    cp_severity severity;
} cp_code_severity;

typedef struct cp_options {
    cp_command command;
    cp_format format;
    cp_list paths; /* or the code to explain; of trace, first the place */
    bool format_given, select_given; /* on the command line */
    int jobs;                        /* 0: one for each processor */
    cp_str output;                   /* file to write to; "" is standard output */
    cp_list select, ignore, exclude, assume, contracts;
    cp_list logits;        /* files of captured router logits */
    cp_list packages;      /* that the Python environment has installed, to be mined */
    cp_str color;          /* "auto", "always" or "never" */
    cp_progress *progress; /* what says that long work goes on; NULL: nothing */
    bool quiet, verbose, no_cache;
    bool explain_unknown; /* check: also the casts that could not be judged */
    bool force_exclude;   /* excludes count for files that are named, too */
    cp_str stdin_filename;

    uint32_t shard, shard_count;     /* which part of the files, from 1; 0 of 0: all */
    cp_str baseline, write_baseline; /* files; "": none */
    cp_str diff_base;                /* a commit by any name; "": all lines count */

    /* settings.h: where they are looked for, and what only they can say */
    cp_str config;
    cp_str settings_folder; /* of the settings, as the current folder sees it */
    cp_file_codes *per_file;
    size_t per_file_count, per_file_room;
    cp_code_severity *severities;
    size_t severity_count, severity_room;
    cp_list roots;          /* folders that the program is made of; none: as found */
    cp_dtypes model_dtypes; /* that the model is assumed to have; 0: as bundled */
    bool isolated;

    /* check */
    bool show_settings, show_files, statistics;
    cp_str add_ignore; /* the reason; "": no comments are added */

    /* fix */
    cp_str patch_dir;
    bool diff, in_place, unsafe;

    /* contracts merge */
    bool routing;

    /* validate */
    cp_str device, model;
    uint64_t seed;
    int64_t tokens;

    /* debt */
    cp_list fail_on;
} cp_options;

/*
 * Reads the command line; texts are borrowed from it. CP_ERR_USAGE says what is
 * wrong with it, and what would be right.
 */
CP_MUST_CHECK cp_status cp_options_read(cp_arena *arena, int argc, char **argv,
                                        cp_options *options, cp_err *err);

/* Sets the command of that name; false where there is none. */
bool cp_options_command(cp_options *options, cp_str name);

/* The last step of that: whether the options go together. CP_ERR_USAGE: they do not. */
CP_MUST_CHECK cp_status cp_options_together(const cp_options *options, cp_err *err);

/* Sets the format that --output-format knows as `text`. */
CP_MUST_CHECK cp_status cp_options_format(cp_options *options, const char *text,
                                          cp_err *err);
/* The first name of a format there. */
const char *cp_options_format_name(cp_format format);

/* What there is, for help beyond --help; `name` or the result is NULL behind the last. */
typedef struct cp_option_word {
    const char *name; /* "select" of --select */
    bool takes_value;
} cp_option_word;
cp_option_word cp_options_word(size_t i);
const char *cp_options_command_word(size_t i);
const char *cp_options_format_word(size_t i);

/* What `castproof --help` prints. */
cp_str cp_options_help(cp_arena *arena);

#endif
