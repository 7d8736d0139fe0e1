/*
 * set.h - the inside of a set of contracts.
 *
 * Layer: contracts. Shared by contract.c (lookup) and contract_read.c (TOML to
 * records); everybody else uses contract.h.
 */
#ifndef CP_CONTRACTS_SET_H
#define CP_CONTRACTS_SET_H

#include "base/map.h"
#include "contracts/contract.h"

typedef struct contract_list {
    const cp_contract **items;
    size_t count, room;
} contract_list;

typedef struct release_list {
    cp_release *items; /* oldest first, none twice */
    size_t count, room;
} release_list;

struct cp_contracts {
    cp_arena *arena;
    bool bundling;     /* what is added now is part of the binary */
    cp_map by_call;    /* canonical name -> contract_list */
    cp_map by_name;    /* canonical name or alias -> cp_entry, the first read */
    cp_map by_package; /* -> release_list */
    cp_map specs;      /* text -> cp_spec, each parsed once */
    cp_map conds;      /* text -> cp_cond, each parsed once */
    const cp_entry **entries;
    size_t entry_count, entry_room;
};

void set_add_contract(cp_contracts *set, const cp_contract *contract);
void set_add_entry(cp_contracts *set, const cp_entry *entry);
/* CP_ERR_SYNTAX: `text` is no version. */
CP_MUST_CHECK cp_status set_add_release(cp_contracts *set, cp_str package, cp_str text,
                                        cp_err *err);

#endif
