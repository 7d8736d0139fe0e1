/*
 * mined.h - the contracts of one library, mined now or by an earlier run.
 *
 * Layer: cli.
 */
#ifndef CP_CLI_MINED_H
#define CP_CLI_MINED_H

#include "cli/options.h"
#include "contracts/library.h"

/* What could not be read to its end. */
typedef struct cp_mine_note {
    cp_mine_loss loss;
    cp_str path, message; /* path in the library, "" for the library */
} cp_mine_note;

typedef struct cp_mined_library {
    cp_str given, prefix;    /* as cp_library has them */
    cp_str package, version; /* "" for an archive */
    cp_str toml;
    cp_mine_note *notes;
    size_t note_count, note_room;
} cp_mined_library;

/*
 * Mines the library at the path `name`, or the installed package of that name. Lives in
 * `arena`. The codes of cp_library_at, cp_library_installed and cp_library_open.
 */
CP_MUST_CHECK cp_status cp_mined_at(cp_mined_library *mined, cp_arena *arena,
                                    const cp_options *options, cp_str name, cp_err *err);
CP_MUST_CHECK cp_status cp_mined_installed(cp_mined_library *mined, cp_arena *arena,
                                           const cp_options *options, cp_str name,
                                           cp_err *err);

/* Writes the notes to standard error; `quietly`: only of what was left out. */
void cp_mined_complain(const cp_mined_library *mined, bool quietly);

#endif
