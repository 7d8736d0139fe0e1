/*
 * contracts.h - the parts of `castproof contracts`.
 *
 * Layer: cli.
 */
#ifndef CP_CLI_CONTRACTS_H
#define CP_CLI_CONTRACTS_H

#include "cli/options.h"

/* `contracts merge FILE…`: the files' sets as one, as TOML. */
CP_MUST_CHECK cp_status cp_contracts_merge_files(cp_arena *arena,
                                                 const cp_options *options, cp_buf *out,
                                                 cp_err *err);

#endif
