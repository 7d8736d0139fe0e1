#include "contracts/contract.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/embed.h"
#include "contracts/set.h"

static cp_contracts *new_set(cp_arena *arena)
{
    cp_contracts *set = cp_new(arena, cp_contracts, 1);
    set->arena = arena;
    set->by_call.arena = arena;
    set->by_name.arena = arena;
    set->by_package.arena = arena;
    set->specs.arena = arena;
    set->conds.arena = arena;
    set->notes.arena = arena;
    return set;
}

cp_contracts *cp_contracts_bundled(cp_arena *arena)
{
    cp_contracts *set = new_set(arena);
    set->bundling = true;
    for (size_t i = 0; i < cp_embedded_count; i++) {
        cp_str name = cp_str_of(cp_embedded_files[i].name);
        if (!cp_str_starts(name, CP_STR("contracts/")) ||
            !cp_str_ends(name, CP_STR(".toml")))
            continue;
        cp_err err;
        if (cp_contracts_add(set, name, cp_embedded_files[i].text, &err)) {
            fprintf(stderr, "castproof: bug in a bundled contract: %s\n", err.msg);
            abort();
        }
    }
    set->bundling = false;
    return set;
}

cp_contracts *cp_contracts_empty(cp_arena *arena)
{
    return new_set(arena);
}

void cp_contracts_each(const cp_contracts *set,
                       void (*visit)(void *data, const cp_contract *contract), void *data)
{
    for (size_t i = 0; i < set->by_call.count; i++) {
        const contract_list *list = set->by_call.entries[i].value;
        for (size_t k = 0; k < list->count; k++)
            visit(data, list->items[k]);
    }
}

const cp_str *cp_contracts_packages(const cp_contracts *set, cp_arena *arena,
                                    size_t *count)
{
    cp_str *names = cp_new(arena, cp_str, set->by_package.count + 1);
    *count = set->by_package.count;
    for (size_t i = 0; i < *count; i++)
        names[i] = set->by_package.entries[i].key;
    return names;
}

void set_add_contract(cp_contracts *set, const cp_contract *contract)
{
    contract_list **list = (contract_list **)cp_map_slot(&set->by_call, contract->call);
    if (!*list)
        *list = cp_new(set->arena, contract_list, 1);
    contract_list *l = *list;
    cp_push(set->arena, l->items, l->count, l->room, contract);
}

static void add_note(cp_entry *entry, const cp_entry *note)
{
    cp_str *const to[] = {&entry->variant_of, &entry->writes, &entry->reads};
    const cp_str from[] = {note->variant_of, note->writes, note->reads};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        if (from[i].len)
            *to[i] = from[i];
    entry->is_gate |= note->is_gate;
}

/* What it says counts for the entries of its call, read before or after it. */
static void add_to_others(cp_contracts *set, cp_entry *note)
{
    cp_map_put(&set->notes, note->call, note);
    for (size_t i = 0; i < set->entry_count; i++)
        if (cp_str_eq(set->entries[i]->call, note->call))
            add_note(set->entries[i], note);
}

void set_add_entry(cp_contracts *set, cp_entry *entry)
{
    if (entry->reason.len && !entry->parameter_count) {
        add_to_others(set, entry);
        return;
    }
    const cp_entry *note = cp_map_get(&set->notes, entry->call);
    if (note)
        add_note(entry, note);
    cp_push(set->arena, set->entries, set->entry_count, set->entry_room, entry);
    cp_entry *first = cp_map_get(&set->by_name, entry->call);
    while (first && first->next)
        first = first->next;
    if (first)
        first->next = entry;
    for (uint32_t i = 0; i <= entry->alias_count; i++) {
        cp_str name = i ? entry->aliases[i - 1] : entry->call;
        void **slot = cp_map_slot(&set->by_name, name);
        if (!*slot)
            *slot = entry;
    }
}

cp_status set_add_release(cp_contracts *set, cp_str package, cp_str text, cp_err *err)
{
    const cp_version *version = cp_version_parse(set->arena, text);
    if (!version)
        return cp_fail(err, CP_ERR_SYNTAX, "`%.*s` is no version", CP_STR_ARGS(text));
    release_list **list = (release_list **)cp_map_slot(&set->by_package, package);
    if (!*list)
        *list = cp_new(set->arena, release_list, 1);
    release_list *l = *list;
    size_t at = l->count;
    while (at > 0 && cp_version_cmp(l->items[at - 1].version, version) >= 0)
        at--;
    if (at < l->count && cp_version_cmp(l->items[at].version, version) == 0)
        return CP_OK;
    cp_release fresh = {text, version};
    cp_push(set->arena, l->items, l->count, l->room, fresh);
    memmove(l->items + at + 1, l->items + at, (l->count - 1 - at) * sizeof fresh);
    l->items[at] = fresh;
    return CP_OK;
}

static const cp_contract *without(cp_arena *arena, const cp_contract *contract,
                                  const cp_spec *others)
{
    cp_contract *copy = cp_new(arena, cp_contract, 1);
    *copy = *contract;
    copy->versions = cp_spec_and(arena, &contract->versions, others);
    return copy;
}

cp_status cp_contracts_replace(cp_contracts *set, cp_str package, cp_str version,
                               cp_err *err)
{
    cp_spec others;
    cp_str text = cp_str_printf(set->arena, "!=%.*s", CP_STR_ARGS(version));
    cp_status st = cp_spec_parse(set->arena, text, &others, err);
    for (size_t i = 0; !st && i < set->by_call.count; i++) {
        contract_list *list = set->by_call.entries[i].value;
        for (size_t k = 0; k < list->count; k++) {
            const cp_contract *c = list->items[k];
            if (c->kind == CP_CONTRACT_CHECK && cp_str_eq(c->package, package) &&
                !cp_str_is(c->origin, "curated"))
                list->items[k] = without(set->arena, c, &others);
        }
    }
    return st;
}

const cp_entry *cp_contracts_entry(const cp_contracts *set, cp_str dotted)
{
    return cp_map_get(&set->by_name, dotted);
}

const cp_entry *cp_entry_at(const cp_entry *entry, const cp_version *release)
{
    const cp_entry *at = entry;
    while (at && !cp_spec_allows(&at->versions, release))
        at = at->next;
    return at ? at : entry;
}

bool cp_contracts_noted(const cp_contracts *set, cp_str call)
{
    return cp_map_get(&set->notes, call) != NULL;
}

const cp_entry *const *cp_contracts_entries(const cp_contracts *set, size_t *count)
{
    *count = set->entry_count;
    return (const cp_entry *const *)set->entries;
}

const cp_contract *const *cp_contracts_of(const cp_contracts *set, cp_str call,
                                          size_t *count)
{
    const contract_list *list = cp_map_get(&set->by_call, call);
    *count = list ? list->count : 0;
    return list ? list->items : NULL;
}

const cp_release *cp_contracts_releases(const cp_contracts *set, cp_str package,
                                        size_t *count)
{
    const release_list *list = cp_map_get(&set->by_package, package);
    *count = list ? list->count : 0;
    return list ? list->items : NULL;
}
