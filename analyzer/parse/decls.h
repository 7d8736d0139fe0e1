/*
 * decls.h - the declarations of C++ files, from the cache or from libclang.
 *
 * Layer: parse. libclang takes some 80 MiB and is loaded for what the cache lacks only.
 * It may run in a process of its own, which is started early, while this one is small:
 * there it works on what will be asked for while this process does something else, and if
 * it fails on a file it takes nothing with it. One thread at a time.
 */
#ifndef CP_PARSE_DECLS_H
#define CP_PARSE_DECLS_H

#include "parse/cuda.h"

typedef struct cp_decls cp_decls;

typedef struct cp_decls_options {
    bool use_cache;
    bool apart; /* in a process of its own, where the system allows it */
    /* Called there by cp_decls_ahead: names files that may be asked for; or NULL. */
    void (*foresee)(void *data, cp_decls *decls);
    void *data;
} cp_decls_options;

/* Lives in `arena`; to be disposed of. */
cp_decls *cp_decls_new(cp_arena *arena, const cp_decls_options *options);
void cp_decls_dispose(cp_decls *decls);

/* Has the other process begin on what may be asked for, while this one is at something
   that leaves a processor idle. */
void cp_decls_ahead(cp_decls *decls);

/* From within `foresee`: the declarations of this file may be asked for. */
void cp_decls_expect(cp_decls *decls, cp_str path, cp_str text);

/*
 * As cp_cuda_parse, of a file as it is on disk.
 *
 * CP_ERR_IO      there is no libclang
 * CP_ERR_SYNTAX  libclang gave up on the file, or it changed while it was read
 */
CP_MUST_CHECK cp_status cp_decls_of(cp_decls *decls, cp_arena *arena, cp_str path,
                                    cp_str text, cp_cuda_decl **found, size_t *count,
                                    cp_err *err);

#endif
