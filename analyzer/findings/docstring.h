/*
 * docstring.h - what a function's docstring says of the dtypes of its parameters.
 *
 * Layer: findings. Only what cannot be meant otherwise: a sentence in the part of one
 * parameter that names dtypes, or the parameter whose dtype it shares, and nothing else.
 */
#ifndef CP_FINDINGS_DOCSTRING_H
#define CP_FINDINGS_DOCSTRING_H

#include "facts/dtype.h"
#include "facts/fact.h"

typedef struct cp_claim {
    cp_str parameter;
    cp_dtypes dtypes; /* 0 where same_as says it */
    cp_str same_as;   /* the parameter whose dtype it must have */
    bool demands;     /* "must be": no other one will do */
    cp_span span;     /* of the sentence */
} cp_claim;

/* The claims of the function's docstring, by place; the function has been read. */
cp_claim *cp_docstring_claims(cp_arena *arena, const cp_func *func, size_t *count);

#endif
