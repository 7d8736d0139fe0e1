/*
 * settings.h - what castproof.toml or [tool.castproof] of a pyproject.toml asks for.
 *
 * Layer: cli. One file of settings counts for a run: the nearest in or above the folder
 * that holds all of the paths. In one folder castproof.toml goes before pyproject.toml,
 * and a pyproject.toml that says nothing of castproof is passed over.
 */
#ifndef CP_CLI_SETTINGS_H
#define CP_CLI_SETTINGS_H

#include "cli/options.h"
#include "parse/toml.h"

typedef struct cp_settings {
    cp_str path;          /* as seen from the current folder; "" where there are none */
    cp_str folder;        /* that its paths count from, in the same way; "" is here */
    const cp_toml *table; /* the keys; NULL where there are no settings */
} cp_settings;

/*
 * Finds the settings for the options' paths, or reads the file that --config names.
 *
 * CP_ERR_IO      the file cannot be read
 * CP_ERR_SYNTAX  it is no TOML
 * CP_ERR_USAGE   --config names a pyproject.toml without settings
 */
CP_MUST_CHECK cp_status cp_settings_find(cp_arena *arena, const cp_options *options,
                                         cp_settings *settings, cp_err *err);

/*
 * Adds what the settings ask for to the options, where the command line does not say
 * otherwise: --select stands for `select` and `ignore`, --output-format and --baseline
 * for the keys of these names, --assume for requirements of the same package; the other
 * options add to the keys.
 *
 * CP_ERR_USAGE  a key is not known or has a wrong value; file, line and what would be
 *               right are in the message
 */
CP_MUST_CHECK cp_status cp_settings_apply(cp_arena *arena, const cp_settings *settings,
                                          cp_options *options, cp_err *err);

/* The options that settings can give, as the text of a castproof.toml. */
cp_str cp_settings_text(cp_arena *arena, const cp_settings *settings,
                        const cp_options *options);

#endif
