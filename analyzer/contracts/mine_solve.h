/*
 * mine_solve.h - between the failures of an entry point and its contracts.
 *
 * Layer: contracts. Shared by mine_solve.c (what is left of each parameter's dtypes),
 * mine_same.c (which of them are another parameter's) and mine_join.c (which of these
 * facts are one).
 */
#ifndef CP_CONTRACTS_MINE_SOLVE_H
#define CP_CONTRACTS_MINE_SOLVE_H

#include "contracts/mine_engine.h"

/* A failure, its dtypes apart from the conditions that guard it. */
typedef struct split_clause {
    const mine_clause *clause;
    const mine_cond **guard;
    uint32_t guard_count;
    const mine_cond *same; /* the literal that two dtypes differ, or NULL */
    const mine_cond **dtypes;
    uint32_t dtype_count;
} split_clause;

/* What is left of a parameter's dtypes under a guard. */
typedef struct open_fact {
    cp_str parameter, same_as;
    cp_dtypes set;
    const mine_cond **guard;
    uint32_t guard_count;
    cp_str *places;
    uint32_t place_count;
} open_fact;

typedef struct solver {
    cp_arena *arena;
    split_clause *clauses;
    size_t count;
    bool *in, *wider; /* of each clause: whether it holds under the guard looked at */
    open_fact *facts;
    size_t fact_count, fact_room;
} solver;

/* The dtypes of `param` that fail, if the check is about it. */
cp_dtypes mine_set_of(const split_clause *c, cp_str param);
/* Writes down a contract, and parameters that kernels read and nothing checks. */
void mine_keep_fact(mine_run *run, mine_facts *facts, cp_str call, const open_fact *fact);
void mine_keep_unchecked(mine_run *run, const solver *s, cp_str call, mine_facts *facts);
bool mine_holds_literal(const mine_cond *const *guard, uint32_t count,
                        const mine_cond *literal);
/* Whether every literal of `a` is one of `b`. */
bool mine_is_within(const mine_cond *const *a, uint32_t a_count,
                    const mine_cond *const *b, uint32_t b_count);
/* Adds places to a fact that it does not have yet. */
void mine_add_places(cp_arena *arena, open_fact *fact, const cp_str *places,
                     uint32_t count);

/* Takes a literal from the guard, for `instead` or for nothing. */
void mine_replace_literal(cp_arena *arena, open_fact *fact, const mine_cond *literal,
                          const mine_cond *instead);

/*
 * Where the dtypes of a parameter hang on those of another one: only those are told that
 * it can have, and where it is the same dtype each time, this is what is told.
 */
void mine_relate_facts(solver *s);
/* Notes which parameters must have the dtype of another one. */
void mine_note_same(mine_run *run, const open_fact *facts, size_t count);
/* Gives a mined fact the outputs of its parameter. */
void mine_keep_outputs(cp_arena *arena, mine_run *run, cp_mined *fact);
/* Makes one of facts that say the same under guards that together are one. */
void mine_join_facts(solver *s);
/*
 * The same check found on many ways whose conditions this language cannot tell apart is
 * one fact: under what all the ways share, and one condition more that is not said.
 */
void mine_fold_ways(solver *s);

#endif
