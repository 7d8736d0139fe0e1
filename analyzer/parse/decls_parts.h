/*
 * decls_parts.h - what the files decls*.c share.
 *
 * Layer: parse.
 */
#ifndef CP_PARSE_DECLS_PARTS_H
#define CP_PARSE_DECLS_PARTS_H

#include <sys/types.h>

#include "base/map.h"
#include "parse/decls.h"

/* What is known of one file. */
typedef struct decls_answer {
    cp_status status;
    uint64_t hash; /* of the text that was parsed */
    cp_cuda_decl *decls;
    size_t count;
    const char *why; /* where status is not CP_OK */
} decls_answer;

struct cp_decls {
    cp_arena *arena;
    cp_decls_options options;
    const cp_cuda_library *library;
    pid_t worker; /* 0: none, this process does the work */
    int requests, answers;
    cp_map known; /* path -> decls_answer that the worker gave; there: a mark of that */
};

/* Parses the text in this process, or finds it in the cache. */
decls_answer decls_here(cp_decls *decls, cp_arena *arena, cp_str path, cp_str text);

/* decls_worker.c: starts the process; it stays without one where that fails. */
void decls_start(cp_decls *decls);
/* What the process says of the file; `why` if it is gone. */
decls_answer decls_ask(cp_decls *decls, cp_str path);
/* In the process: tells the other one. */
void decls_tell(cp_decls *decls, cp_str path, const decls_answer *answer);
/* In the process: whether it was answered already. Requests that wait are served. */
bool decls_is_told(cp_decls *decls, cp_str path);
/* Has the process foresee. */
void decls_ahead(cp_decls *decls);
void decls_stop(cp_decls *decls);

#endif
