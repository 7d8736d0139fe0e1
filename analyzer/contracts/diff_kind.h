/*
 * diff_kind.h - which of two sets of statements on one parameter lets more through.
 *
 * Layer: contracts. Private to diff*.c.
 */
#ifndef CP_CONTRACTS_DIFF_KIND_H
#define CP_CONTRACTS_DIFF_KIND_H

#include "contracts/diff.h"

/*
 * Tried for every way in which the atoms of the conditions can come out: LOOSENED where
 * everything that passed still passes and more does, TIGHTENED for the reverse, SAME
 * where the words differ and the meaning does not, OTHER for the rest and where there are
 * too many ways to try. A call is taken to fail on devices that no statement speaks of.
 */
cp_terms_change_kind diff_kind(cp_arena *arena, const cp_terms_line *a,
                               const cp_terms_line *b);

#endif
