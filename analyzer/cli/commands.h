/*
 * commands.h - what each command does; the result is the exit status.
 *
 * Layer: cli. 0: nothing to report; 1: findings; 2: the run failed, and standard
 * error says why.
 */
#ifndef CP_CLI_COMMANDS_H
#define CP_CLI_COMMANDS_H

#include "cli/settings.h"

int cp_command_run(cp_arena *arena, const cp_options *options);

/* Each of them; cp_command_run chooses. */
int cp_command_check(cp_arena *arena, const cp_options *options);
int cp_command_fix(cp_arena *arena, const cp_options *options);
int cp_command_validate(cp_arena *arena, const cp_options *options);
int cp_command_debt(cp_arena *arena, const cp_options *options);
int cp_command_plan(cp_arena *arena, const cp_options *options);
int cp_command_trace(cp_arena *arena, const cp_options *options);
int cp_command_contracts(cp_arena *arena, const cp_options *options);
int cp_command_merge(cp_arena *arena, const cp_options *options);
int cp_command_mine(cp_arena *arena, const cp_options *options);
int cp_command_explain(cp_arena *arena, const cp_options *options);
int cp_command_rules(cp_arena *arena, const cp_options *options);
int cp_command_completions(cp_arena *arena, const cp_options *options);
int cp_command_manual(cp_arena *arena, const cp_options *options);

/* check --add-ignore: comments into the files, in the place of a report. */
int cp_command_add_ignore(cp_arena *arena, const cp_options *options);

/* baseline.c: check --write-baseline, in the place of a report. */
int cp_command_write_baseline(cp_arena *arena, const cp_options *options);

/* show.c: --show-settings and --show-files, in the place of what the command does. */
int cp_command_show_settings(cp_arena *arena, const cp_settings *settings,
                             const cp_options *options);
int cp_command_show_files(cp_arena *arena, const cp_options *options);

/* "castproof: message" on standard error; gives 2. */
int cp_command_failed(const cp_err *err);

#endif
