/*
 * archive_lib.h - libarchive, loaded when the first archive is read.
 *
 * Layer: read. Private to archive*.c. It brings a dozen further libraries, whose loading
 * would take longer than many a run does, most of which read no archive.
 */
#ifndef CP_READ_ARCHIVE_LIB_H
#define CP_READ_ARCHIVE_LIB_H

#include <archive.h>
#include <archive_entry.h>

#include "base/status.h"

#define ARCHIVE_FUNCTIONS(X)                                                             \
    X(archive_read_new)                                                                  \
    X(archive_read_free)                                                                 \
    X(archive_read_support_filter_gzip)                                                  \
    X(archive_read_support_format_tar)                                                   \
    X(archive_read_support_format_zip_seekable)                                          \
    X(archive_read_open_fd)                                                              \
    X(archive_read_next_header)                                                          \
    X(archive_read_data)                                                                 \
    X(archive_filter_bytes)                                                              \
    X(archive_format)                                                                    \
    X(archive_error_string)                                                              \
    X(archive_entry_pathname)                                                            \
    X(archive_entry_pathname_utf8)                                                       \
    X(archive_entry_hardlink)                                                            \
    X(archive_entry_filetype)                                                            \
    X(archive_entry_size)                                                                \
    X(archive_entry_is_encrypted)

/* The functions, under their own names. */
typedef struct archive_lib {
#define ARCHIVE_POINTER(name) __typeof__(name) *(name);
    ARCHIVE_FUNCTIONS(ARCHIVE_POINTER)
#undef ARCHIVE_POINTER
} archive_lib;

/* It stays loaded as long as the process. CP_ERR_IO: there is none. */
CP_MUST_CHECK cp_status archive_lib_load(archive_lib *lib, cp_err *err);

#endif
