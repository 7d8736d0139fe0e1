/*
 * native.h - what a CUDA or C++ file says, as the same facts that Python gives.
 *
 * Layer: facts. Declarations come from libclang (parse/cuda.h); what libclang lost to
 * a macro that it does not know is found again by its braces. Bodies are read by token,
 * macros expanded where the run holds their definition. How C++ is written down:
 *
 *   a::b, a.b, a->b     CP_EXPR_ATTR
 *   *p, &p              CP_EXPR_UNARY "*", "&"
 *   !a, a && b, a || b  CP_EXPR_UNARY "not", CP_EXPR_BOOL "and", "or"
 *   f<A, B>             CP_EXPR_SUBSCRIPT with text "<": f, A, B
 *   T{a}, T x(a)        CP_EXPR_CALL of T
 *   {a, b}              CP_EXPR_TUPLE "{"
 *   k<<<g, b>>>(x)      CP_EXPR_OTHER "launch": k, x
 *   a = b, ++a, …       CP_EXPR_BINARY "=", CP_EXPR_UNARY "++" within an expression
 *   switch              CP_STMT_MATCH; labels that share a body are one tuple
 *   throw               CP_STMT_RAISE
 *   T x = v;            CP_STMT_ASSIGN with the type as annotation
 *   using A = T;        the same, T as value and text "using"
 *   X(…) : a(b), C(d)   a leading CP_STMT_EXPR each, text "init": a(b)
 *   (T *)x              static_cast<T *>(x); other casts of C leave x
 *   M(x)                of a macro nobody defines: a call
 */
#ifndef CP_FACTS_NATIVE_H
#define CP_FACTS_NATIVE_H

#include "facts/fact.h"
#include "parse/cuda.h"
#include "read/scan.h"

typedef struct cp_macros cp_macros;

/* The macros of a run. They live in `arena`; texts are borrowed. */
cp_macros *cp_macros_new(cp_arena *arena);
/* Adds the definitions of one file. One thread at a time, before any lowering. */
void cp_macros_add(cp_macros *macros, const cp_source *source);

/* From now on macros that give very much code are expanded too. */
void cp_macros_go_far(cp_macros *macros);

/*
 * The facts of a CUDA or C++ file, in `arena`. `decls` are those of cp_cuda_parse.
 * Always gives a module: `errors` says where it could not be read.
 */
cp_module *cp_facts_from_native(cp_arena *arena, const cp_source *source,
                                const cp_cuda_decl *decls, size_t decl_count,
                                const cp_macros *macros);

/*
 * The comments of a CUDA or C++ file, and nothing else of it: a line of a comment each,
 * without the marks of documentation. Macros and conditions are not looked at.
 */
cp_module *cp_facts_of_comments(cp_arena *arena, const cp_source *source);

/* The words that a file with remarks about routing holds some of, for cp_has_remarks. */
const cp_scanner *cp_remark_words(cp_arena *arena);
/* Whether comments in these bytes may put something about routing off. */
bool cp_has_remarks(const cp_scanner *words_of_remarks, cp_str bytes);

/* A word or a sign of code. */
typedef struct cp_native_word {
    cp_str text;
    bool is_name; /* an identifier or a keyword */
} cp_native_word;

typedef struct cp_native_code {
    cp_native_word *words;
    size_t count;
} cp_native_code;

/* The code of a piece of text, comments, directives and strings left out. */
cp_native_code cp_native_code_of(cp_arena *arena, cp_str text);

/*
 * One expression, such as the name of an instantiation that Python code spells:
 * "Kernel<float, 4>::run". Never NULL; `has_error` if it cannot be read.
 */
cp_expr *cp_native_expr_of_text(cp_arena *arena, cp_str text);

#endif
