/*
 * set.h - the inside of a set of contracts.
 *
 * Layer: contracts. Shared by contract.c (lookup), contract_read.c (TOML to records)
 * and moves.c (places per release); everybody else uses contract.h.
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

/* From a release on, the places of a fact stand at other lines. */
struct cp_move {
    cp_str text; /* "0.6.9 270 590" */
    const cp_version *from;
    const cp_contract *made; /* the fact with those lines, once asked for */
};

struct cp_contracts {
    cp_arena *arena;
    bool bundling;     /* what is added now is part of the binary */
    cp_map by_call;    /* canonical name -> contract_list */
    cp_map by_name;    /* canonical name or alias -> cp_entry, the first read */
    cp_map by_package; /* -> release_list */
    cp_map specs;      /* text -> cp_spec, each parsed once */
    cp_map conds;      /* text -> cp_cond, each parsed once */
    cp_map notes;      /* canonical name -> cp_entry that adds to others of that call */
    cp_entry **entries;
    size_t entry_count, entry_room;
    struct cp_enum **enums; /* see enums.h */
    size_t enum_count, enum_room;
};

void set_add_contract(cp_contracts *set, const cp_contract *contract);
void set_add_entry(cp_contracts *set, cp_entry *entry);
/* Reads the `moved` of a fact; false, with the text that is wrong, if it is none. */
bool moves_read(cp_arena *arena, cp_contract *contract, const cp_str *texts,
                uint32_t count, cp_str *wrong);
/* CP_ERR_SYNTAX: `text` is no version. */
CP_MUST_CHECK cp_status set_add_release(cp_contracts *set, cp_str package, cp_str text,
                                        cp_err *err);

#endif
