/*
 * pins.h - which versions of a package a source tree asks for.
 *
 * Layer: contracts. Read are pyproject.toml ([project] dependencies and
 * optional-dependencies, [dependency-groups], [build-system] requires, and
 * Poetry's and uv's tables), requirements*.txt and the *.txt of requirements/ (with -r,
 * -c and line continuations, never out of the folder given), setup.cfg
 * (install_requires, extras_require) and *.dist-info/METADATA and
 * *.egg-info/PKG-INFO (Requires-Dist). The nearest folder, from the file's own
 * upward, that names the package decides; requirements of that folder on one
 * package are joined.
 */
#ifndef CP_CONTRACTS_PINS_H
#define CP_CONTRACTS_PINS_H

#include "contracts/version.h"

typedef struct cp_pins cp_pins;

typedef struct cp_pin {
    cp_str package; /* normalized */
    cp_spec spec;   /* {0}: named without a version */
    cp_str path;    /* the file that states it; else the option that does */
    uint32_t line;  /* the first line that states it; 0 for an option */
} cp_pin;

/* Called for each file that could not be read or understood; the rest goes on. */
typedef void cp_pins_trouble(void *data, cp_str path, const cp_err *err);

/* Pins for the files of a run; everything lives in `arena`. */
cp_pins *cp_pins_new(cp_arena *arena, cp_pins_trouble *trouble, void *data);

/* `requirement` holds for the whole run, whatever the tree says. */
CP_MUST_CHECK cp_status cp_pins_assume(cp_pins *pins, cp_str requirement, cp_err *err);

/*
 * `version` of `package` is what is installed: it counts for files for which the tree
 * states none. CP_ERR_SYNTAX: it is no version.
 */
CP_MUST_CHECK cp_status cp_pins_installed(cp_pins *pins, cp_str package, cp_str version,
                                          cp_err *err);

/*
 * The same pins, but as if all files pinned `version` of `package` and nothing else. They
 * read from `pins`, which must live as long. NULL with CP_ERR_USAGE: it is no version.
 */
cp_pins *cp_pins_raised(cp_pins *pins, cp_str package, cp_str version, cp_err *err);

/*
 * The pin of `package` for the source file `path` (as the user wrote it, or
 * found below what the user wrote), or NULL where no file names it. Folders are
 * looked at from the file's own upward, up to the one that holds `.git` or the root; for
 * a relative path up to the root of the project that the current folder is part of
 * (cp_path_project). Each folder is read once.
 */
const cp_pin *cp_pins_find(cp_pins *pins, cp_str path, cp_str package);

#endif
