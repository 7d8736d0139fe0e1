/*
 * library.h - where the sources of a kernel library are, and what it is called.
 *
 * Layer: contracts. A library is a source tree, an archive (wheel or sdist) or what a
 * Python environment has installed; once it is open they are all alike: files by their
 * paths below the folder that dotted names begin at, so that the same files give the
 * same contracts. Nothing of it is run, and nothing is written.
 */
#ifndef CP_CONTRACTS_LIBRARY_H
#define CP_CONTRACTS_LIBRARY_H

#include "read/archive.h"
#include "read/files.h"

/* What a file that is not read to its end costs. */
typedef enum cp_mine_loss {
    CP_MINE_IN_PART,  /* what is around some place of it */
    CP_MINE_LEFT_OUT, /* all of it */
} cp_mine_loss;

/* Told of each such file by its path in the library, of "" for the library. */
typedef void cp_mine_trouble(void *data, cp_mine_loss loss, cp_str path,
                             const char *message);

typedef struct cp_library_options {
    const cp_str *excludes; /* globs, as cp_walk_options has them */
    size_t exclude_count;
    cp_mine_trouble *trouble;
    void *data;
} cp_library_options;

typedef struct cp_library {
    cp_str given;            /* what it is called in messages */
    cp_str prefix;           /* that makes of a path what messages call the file */
    bool packed;             /* an archive: its files are there once it is open */
    cp_files files;          /* Python, CUDA and C++ files */
    cp_str package, version; /* as its metadata says; version "" if nothing says it */
    const cp_str *tops;      /* top folders whose functions are public; none: all */
    size_t top_count;
    cp_archive archive;
    cp_arena texts; /* of the archive */
} cp_library;

/*
 * The library at `path`, a folder or an archive. A folder that is a package itself is
 * that package alone. Lives in `arena`, as do those below; options are borrowed.
 *
 * CP_ERR_IO  there is no such file or folder, or it cannot be walked
 */
CP_MUST_CHECK cp_status cp_library_at(cp_library *library, cp_arena *arena, cp_str path,
                                      const cp_library_options *options, cp_err *err);

/*
 * The library `name` that the current Python environment has installed: the files that
 * its RECORD lists, or those of the folder that it is installed from as editable.
 *
 * CP_ERR_USAGE  it is not installed, or twice; the message says where that is
 * CP_ERR_IO     it cannot be read
 */
CP_MUST_CHECK cp_status cp_library_installed(cp_library *library, cp_arena *arena,
                                             cp_str name,
                                             const cp_library_options *options,
                                             cp_err *err);

/*
 * Brings what it takes to read the files: unpacks an archive. The codes of
 * cp_archive_read. Whatever is returned, cp_library_close frees what was unpacked.
 */
CP_MUST_CHECK cp_status cp_library_open(cp_library *library, cp_arena *arena,
                                        const cp_library_options *options, cp_err *err);
void cp_library_close(cp_library *library);

#endif
