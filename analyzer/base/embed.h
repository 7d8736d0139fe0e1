/*
 * embed.h - the files of rules/, built into the binary.
 *
 * Layer: base. The table is made by the Makefile (tools/embed), sorted by name.
 */
#ifndef CP_BASE_EMBED_H
#define CP_BASE_EMBED_H

#include "base/str.h"

typedef struct cp_embedded {
    const char *name; /* below rules/, such as "CP101-redundant-upcast.md" */
    cp_str text;      /* followed by an uncounted NUL */
} cp_embedded;

extern const cp_embedded cp_embedded_files[];
extern const size_t cp_embedded_count;

#endif
