/*
 * mine_enum.h - the enums of a library whose members are numbers.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_ENUM_H
#define CP_CONTRACTS_MINE_ENUM_H

#include "contracts/mine.h"

/* Fills the enums of the set from the Python modules that were read. */
void mine_enums(cp_arena *arena, const cp_mine_input *input, cp_mined_set *set);

#endif
