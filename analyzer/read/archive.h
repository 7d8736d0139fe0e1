/*
 * archive.h - the files of a wheel, an sdist or another archive, in memory.
 *
 * Layer: read. Read are zip (.whl, .zip) and tar, plain or by gzip (.tar.gz), told by
 * what is in them and not by their names. Nothing is written to the disk and nothing is
 * run. Links are not followed; an archive with a name that leads out of it is refused as
 * a whole, for no tool that packs libraries makes one. Sizes that the archive states are
 * not believed: what is unpacked is counted.
 */
#ifndef CP_READ_ARCHIVE_H
#define CP_READ_ARCHIVE_H

#include "base/map.h"

/* What is more is refused; a message names the limit. */
typedef struct cp_archive_limits {
    size_t members;    /* of any kind */
    size_t file_bytes; /* of one file that is wanted */
    size_t
        all_bytes; /* of all of them, and of what has to be unpacked to pass by others */
} cp_archive_limits;

#define CP_ARCHIVE_LIMITS                                                                \
    ((cp_archive_limits){200000, (size_t)64 << 20, (size_t)1024 << 20})

typedef struct cp_archive_options {
    /* Whether the file at `path`, "a/b.py", is unpacked. */
    bool (*wanted)(void *data, cp_str path);
    /* Whether the bytes of a wanted one are kept; else it is there, and empty. */
    bool (*keep)(void *data, cp_str path, cp_str text);
    /* Called for a wanted file that is left out. */
    void (*trouble)(void *data, cp_str path, const char *why);
    void *data;
    cp_archive_limits limits;
} cp_archive_options;

typedef struct cp_archive {
    cp_map files; /* path -> cp_str, ended by an uncounted NUL */
    cp_str top;   /* the one folder that all files, wanted or not, lie in; else "" */
} cp_archive;

/*
 * Unpacks what is wanted of the archive at `path` into `arena`. Of files that are in it
 * twice the last one counts.
 *
 * CP_ERR_IO      it cannot be opened or read
 * CP_ERR_SYNTAX  it is no archive, damaged, encrypted, or names what is not in it
 * CP_ERR_RANGE   it goes beyond a limit
 *
 * After an error `archive` holds nothing of use.
 */
CP_MUST_CHECK cp_status cp_archive_read(cp_arena *arena, cp_str path,
                                        const cp_archive_options *options,
                                        cp_archive *archive, cp_err *err);

#endif
