/*
 * cond.h - the condition under which a contract holds.
 *
 * Layer: contracts. The language, in full:
 *
 *   cond := any | any "or" cond        any := one | one "and" any
 *   one  := "not" one | "(" cond ")" | atom
 *   atom := PARAMETER "is given"                    the argument is there and not None
 *         | PARAMETER                               the argument is true
 *         | PARAMETER ("==" | "!=") VALUE           VALUE: a number, True, False, or the
 *         | PARAMETER "in {" VALUE {"," VALUE} "}"  bare name of an enum member
 *         | PARAMETER ("<" | "<=" | ">" | ">=") NUMBER
 *         | "`" CODE "`"          code of the library that is never evaluated here
 *
 * "x.dtype" is a PARAMETER too: the dtype of x. So is compute_capability, the device's
 * (90 for sm_90): a gate that the whole call is behind.
 *
 * Enum members are compared by name, never by number: the numbers move from one
 * release to the next.
 */
#ifndef CP_CONTRACTS_COND_H
#define CP_CONTRACTS_COND_H

#include "base/str.h"

typedef enum cp_truth {
    CP_FALSE,
    CP_TRUE,
    CP_UNSURE,
} cp_truth;

cp_truth cp_truth_not(cp_truth a);
cp_truth cp_truth_and(cp_truth a, cp_truth b);
cp_truth cp_truth_or(cp_truth a, cp_truth b);

typedef enum cp_atom_op {
    CP_ATOM_GIVEN,
    CP_ATOM_TRUE,
    CP_ATOM_EQ, /* `!=` is `not ==`, `in` is an `or` of these */
    CP_ATOM_LT,
    CP_ATOM_LE,
    CP_ATOM_GT,
    CP_ATOM_GE,
} cp_atom_op;

typedef struct cp_atom {
    cp_str parameter;
    cp_atom_op op;
    cp_str value; /* "" for GIVEN and TRUE */
} cp_atom;

typedef struct cp_cond cp_cond;

/* CP_ERR_SYNTAX: `text` is not of the language above. "" gives NULL: always true. */
CP_MUST_CHECK cp_status cp_cond_parse(cp_arena *arena, cp_str text, const cp_cond **cond,
                                      cp_err *err);

/* The condition's truth, given that of its atoms. NULL is true. */
cp_truth cp_cond_eval(const cp_cond *cond, cp_truth (*atom)(const cp_atom *, void *),
                      void *data);

#endif
