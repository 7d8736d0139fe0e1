/*
 * merge.h - the contracts of many releases as one compact set.
 *
 * Layer: contracts. A fact that holds in a run of releases becomes one record; where its
 * lines differ from one release to the next, the record says so under `moved`. The text
 * depends on the facts alone, not on the order in which they were read.
 */
#ifndef CP_CONTRACTS_MERGE_H
#define CP_CONTRACTS_MERGE_H

#include "contracts/contract.h"

typedef struct cp_merge_options {
    /* Whether the entry point is kept; it may set entry->reads. NULL keeps all. */
    bool (*keep)(void *data, cp_entry *entry);
    /* Whether an enum of that name is kept; NULL keeps all. */
    bool (*keep_enum)(void *data, cp_str name);
    void *data;
    cp_str comment; /* one line that says what the set is; "" for none */
} cp_merge_options;

/*
 * The TOML text of all entries and checks of `set`.
 *
 * CP_ERR_SYNTAX  it holds facts that nobody checks mechanically ([[effective]]): these
 *                are written by hand and stay in a file of their own
 */
CP_MUST_CHECK cp_status cp_contracts_merge(cp_arena *arena, const cp_contracts *set,
                                           const cp_merge_options *options, cp_str *text,
                                           cp_err *err);

#endif
