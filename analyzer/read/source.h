/*
 * source.h - one file's bytes, and where its lines are.
 *
 * Layer: read. A source borrows or owns its text; offsets count bytes, lines
 * and columns count from 1, columns count bytes. Lines end with \n; a \r before
 * it belongs to the line break.
 */
#ifndef CP_READ_SOURCE_H
#define CP_READ_SOURCE_H

#include "base/str.h"

typedef struct cp_source {
    cp_str path;           /* as given by the user, or found from what was given */
    cp_str text;           /* followed by a NUL that is not counted */
    uint32_t *line_starts; /* offset of each line's first byte */
    uint32_t line_count;   /* at least 1, also for an empty file */
} cp_source;

/* The largest file that is read, in bytes. */
#define CP_SOURCE_MAX ((size_t)256 * 1024 * 1024)

/*
 * Reads the whole file at `path` into `arena`.
 *
 * CP_ERR_IO     it cannot be opened or read, or is no regular file
 * CP_ERR_RANGE  it is larger than CP_SOURCE_MAX
 */
CP_MUST_CHECK cp_status cp_source_read(cp_arena *arena, cp_str path, cp_source *source,
                                       cp_err *err);

/*
 * Opens the regular file at `path`, a C string, for reading; the caller closes `fd`.
 * CP_ERR_IO: it cannot be opened, or is a folder, FIFO or device.
 */
CP_MUST_CHECK cp_status cp_source_open(const char *path, int *fd, size_t *size,
                                       cp_err *err);

/*
 * The bytes of the file at `path` in `into`, in the place of what was there; for one
 * who looks at many files and keeps few. The same codes; after them `into` holds
 * nothing of use.
 */
CP_MUST_CHECK cp_status cp_source_bytes(cp_buf *into, cp_str path, cp_err *err);

/* A source for text that is already there, which must end with an uncounted NUL. */
cp_source cp_source_of(cp_arena *arena, cp_str path, cp_str text);

/* Line and column of a byte; an offset past the end counts as the end. */
void cp_source_position(const cp_source *source, size_t offset, uint32_t *line,
                        uint32_t *column);
uint32_t cp_source_line(const cp_source *source, size_t offset);

/* The text of a line (1-based) without its line break; "" past the last one. */
cp_str cp_source_line_text(const cp_source *source, uint32_t line);

/* "\r\n" if the first line ends with it, else "\n". */
cp_str cp_source_line_break(const cp_source *source);

#endif
