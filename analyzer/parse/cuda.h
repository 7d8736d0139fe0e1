/*
 * cuda.h - where a CUDA or C++ file declares what, as libclang sees it.
 *
 * Layer: parse. libclang is looked for when the first file needs it, in the versions
 * 14 and newer, and only this module knows it. No header of CUDA, torch or anything
 * else is read: names that stand for types come from a shim of our own, and whatever
 * else is unknown is passed over, so that the same declarations come out everywhere.
 *
 * Bodies of functions are skipped: dtype checks live in macros whose headers are not
 * there, what clang makes of those differs by version, and nested dispatch macros cost
 * seconds. The facts read bodies by token, from the places that are given out here.
 */
#ifndef CP_PARSE_CUDA_H
#define CP_PARSE_CUDA_H

#include "base/str.h"

typedef enum cp_cuda_kind {
    CP_CUDA_FUNCTION,  /* methods, constructors and templates of them too */
    CP_CUDA_CLASS,     /* structs too */
    CP_CUDA_ENUM,      /* scoped or not */
    CP_CUDA_NAMESPACE, /* and extern "C" with braces */
} cp_cuda_kind;

/* A declaration: bytes [start, end) of the text; of a function without its body. */
typedef struct cp_cuda_decl {
    cp_cuda_kind kind;
    uint32_t start, end;
} cp_cuda_decl;

/* libclang itself, once it was found. One for all threads. */
typedef struct cp_cuda_library cp_cuda_library;

/*
 * Finds libclang: what the environment variable CASTPROOF_LIBCLANG names, else the one of
 * PyPI's package `libclang` beside this program, else the newest one that the system has.
 * It stays loaded as long as the process.
 *
 * CP_ERR_IO  there is none; the message says what to install
 */
CP_MUST_CHECK cp_status cp_cuda_load(cp_arena *arena, const cp_cuda_library **library,
                                     cp_err *err);

/* "Debian clang version 19.1.7 (3+b1)"; it lives as long as the library's arena. */
const char *cp_cuda_version(const cp_cuda_library *library);

/*
 * The declarations of `text` by their start, outer before inner, in `arena`. Safe to
 * call from several threads at a time. `text` must end with an uncounted NUL.
 *
 * CP_ERR_SYNTAX  libclang gave up on the file; *count is 0
 */
CP_MUST_CHECK cp_status cp_cuda_parse(const cp_cuda_library *library, cp_arena *arena,
                                      cp_str path, cp_str text, cp_cuda_decl **decls,
                                      size_t *count, cp_err *err);

/* The shim: declarations of the types that kernel libraries build on. */
extern const char cp_cuda_shim[];

#endif
