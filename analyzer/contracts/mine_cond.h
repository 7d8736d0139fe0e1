/*
 * mine_cond.h - conditions that mined code puts on its parameters.
 *
 * Layer: contracts. Private to mine_*.c. They live in a run's arena and never change.
 */
#ifndef CP_CONTRACTS_MINE_COND_H
#define CP_CONTRACTS_MINE_COND_H

#include "facts/dtype.h"

typedef enum mine_cond_kind {
    COND_TRUE,
    COND_FALSE,
    COND_GIVEN,  /* param is given */
    COND_TRUTH,  /* param */
    COND_IS,     /* param == text */
    COND_ORDER,  /* param op text; op is `<`, `<=`, `>` or `>=` */
    COND_DTYPE,  /* the dtype of param is in set */
    COND_SAME,   /* the dtypes of param and text are the same */
    COND_OPAQUE, /* text: code that this language cannot say */
    COND_NOT,
    COND_AND,
    COND_OR,
} mine_cond_kind;

typedef struct mine_cond mine_cond;
struct mine_cond {
    mine_cond_kind kind;
    cp_str param, text, op;
    cp_dtypes set;
    uint32_t size; /* atoms in it */
    uint64_t hash; /* of all that it says */
    const mine_cond *a, *b;
    const mine_cond *against; /* what it is not, where that can be said better; or NULL */
};

/*
 * Before the name of a parameter whose dtype is spoken of: the parameter is no tensor, it
 * is that dtype itself (`out_dtype`).
 */
#define MINE_IS_DTYPE '='
/* The `param` of an opaque condition that compares a dtype with something unknown. */
#define MINE_OF_DTYPE "dtype"
/* A dtype that the table of dtypes does not list. */
#define MINE_OTHER ((cp_dtypes)1 << 31)
#define MINE_ALL ((((cp_dtypes)1 << CP_DTYPE_COUNT) - 1) | MINE_OTHER)

extern const mine_cond mine_true, mine_false;

const mine_cond *mine_atom(cp_arena *arena, mine_cond_kind kind, cp_str param,
                           cp_str text);
const mine_cond *mine_order(cp_arena *arena, cp_str param, cp_str op, cp_str text);
const mine_cond *mine_dtype(cp_arena *arena, cp_str param, cp_dtypes set);
const mine_cond *mine_not(cp_arena *arena, const mine_cond *a);
const mine_cond *mine_and(cp_arena *arena, const mine_cond *a, const mine_cond *b);
const mine_cond *mine_or(cp_arena *arena, const mine_cond *a, const mine_cond *b);
bool mine_cond_same(const mine_cond *a, const mine_cond *b);
/* Whether it is an `or` of values of the one parameter: that stays one literal. */
bool mine_is_choice(const mine_cond *a, cp_str param);
/* The parameter that the first value of an `or` is of; empty where it is another test. */
cp_str mine_choice_param(const mine_cond *a);
bool mine_cond_has_dtype(const mine_cond *a);
const mine_cond *mine_cond_copy(cp_arena *arena, const mine_cond *a);

/* A condition as an `or` of `and`s. */
typedef struct mine_way {
    const mine_cond **literals;
    size_t count, from; /* from: which way of the check itself it comes from */
} mine_way;
typedef struct mine_ways {
    mine_way *items;
    size_t count;
    bool too_many;
} mine_ways;

/* Adds a literal, for which there must be room; false where all is impossible then. */
bool mine_way_add(cp_arena *arena, mine_way *w, const mine_cond *literal);
mine_way mine_way_copy(cp_arena *arena, const mine_way *w, size_t more);
/* For qsort: the order in which the literals of a condition are said. */
int mine_literal_order(const void *a, const void *b);
/* The ways in which all the conditions hold. */
mine_ways mine_spread_all(cp_arena *arena, const mine_cond *const *conds, size_t count);

/* The guard in the language of cond.h. */
cp_str mine_when(cp_arena *arena, const mine_cond *const *guard, uint32_t count);

#endif
