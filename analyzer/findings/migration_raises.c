#include <stdlib.h>

#include "findings/cast.h"
#include "findings/migration_parts.h"

typedef struct raise_list {
    cp_arena *arena;
    cp_raise *items;
    size_t count, room;
} raise_list;

static void add_raise(raise_list *list, cp_str path, cp_str package, cp_str version)
{
    if (!package.len || !version.len)
        return;
    for (size_t i = 0; i < list->count; i++)
        if (cp_str_eq(list->items[i].package, package) &&
            cp_str_eq(list->items[i].version, version))
            return;
    cp_raise raise = {.package = package, .version = version, .path = path};
    cp_push(list->arena, list->items, list->count, list->room, raise);
}

/* Of "PACKAGE VERSION". */
static void add_since(raise_list *list, cp_str path, cp_str since)
{
    cp_str package = cp_str_next(&since, ' ');
    add_raise(list, path, package, since);
}

static void add_rows(raise_list *list, const cp_debt *debt)
{
    for (size_t r = 0; r < debt->row_count; r++)
        for (size_t a = 0; a < debt->rows[r].arrival_count; a++) {
            const cp_debt_arrival *arrival = &debt->rows[r].arrivals[a];
            if (arrival->takes != CP_TRUE)
                add_since(list, arrival->at->module->source->path, arrival->since);
        }
}

static int compare(cp_str left, cp_str right)
{
    cp_arena scratch = {0};
    const cp_version *older = cp_version_parse(&scratch, left);
    const cp_version *newer = cp_version_parse(&scratch, right);
    int order = older && newer ? cp_version_cmp(older, newer) : cp_str_cmp(left, right);
    cp_arena_dispose(&scratch);
    return order;
}

static int by_version(const void *a, const void *b)
{
    const cp_raise *left = a, *right = b;
    int order = cp_str_cmp(left->package, right->package);
    return order ? order : compare(left->version, right->version);
}

/* The contract by which the call fails there whatever it is given; NULL: it does not. */
static const cp_contract *broken_at(const cp_study *study, const cp_node *call,
                                    const cp_release *release, cp_str package)
{
    for (uint32_t e = 0; call->call && e < call->call->external_count; e++) {
        const cp_entry *entry =
            cp_contracts_entry(study->contracts, call->call->externals[e]);
        if (!entry || !cp_str_eq(entry->package, package))
            continue;
        cp_site site = {.study = study,
                        .call = call,
                        .entry = entry,
                        .guard = call->guard,
                        .parameter = {"", 0}};
        size_t count;
        const cp_contract *const *facts = cp_site_facts(&site, &count);
        for (size_t i = 0; i < count; i++)
            if (facts[i]->broken &&
                cp_spec_allows(&facts[i]->versions, release->version) &&
                cp_cond_eval(facts[i]->when, cp_site_atom, &site) == CP_TRUE)
                return cp_contract_at(study->arena, facts[i], release->version);
    }
    return NULL;
}

static const cp_release *release_of(const cp_study *study, cp_str package, cp_str version,
                                    size_t *left)
{
    size_t count;
    const cp_release *releases = cp_contracts_releases(study->contracts, package, &count);
    for (size_t i = 0; i < count; i++)
        if (cp_str_eq(releases[i].text, version)) {
            *left = count - i;
            return &releases[i];
        }
    *left = 0;
    return NULL;
}

void cp_migration_broken(const cp_study *study, const cp_raise *raise, cp_step *step)
{
    size_t left, count;
    const cp_release *release = release_of(study, raise->package, raise->version, &left);
    cp_node *const *calls = cp_flow_calls(study->flow, &count);
    for (size_t i = 0; release && i < count; i++) {
        const cp_contract *contract = broken_at(study, calls[i], release, raise->package);
        if (!contract)
            continue;
        cp_str what = cp_str_printf(
            study->arena, "this call cannot succeed at %.*s %.*s, stated at %.*s",
            CP_STR_ARGS(raise->package), CP_STR_ARGS(raise->version),
            CP_STR_ARGS(contract->stated[0]));
        cp_place place = cp_place_of(calls[i]->module, calls[i]->expr->span, what);
        cp_push(study->arena, step->breaks, step->break_count, step->break_room, place);
    }
}

static bool breaks_a_call(const cp_study *study, const cp_release *release,
                          cp_str package)
{
    size_t count;
    cp_node *const *calls = cp_flow_calls(study->flow, &count);
    for (size_t i = 0; i < count; i++)
        if (broken_at(study, calls[i], release, package))
            return true;
    return false;
}

/* A release at which some call of the tree cannot succeed is passed over, if there is a
   later one that is known. */
static void pass_over_broken(const cp_study *study, cp_raise *raise)
{
    size_t left;
    const cp_release *release = release_of(study, raise->package, raise->version, &left);
    for (size_t i = 0; i < left; i++)
        if (!breaks_a_call(study, &release[i], raise->package)) {
            raise->version = release[i].text;
            return;
        }
}

uint32_t cp_migration_raise_of(const cp_migrating *make, cp_str package, cp_str version)
{
    for (uint32_t i = 0; i < make->raise_count; i++)
        if (cp_str_eq(make->raises[i].package, package) &&
            compare(make->raises[i].version, version) >= 0)
            return i;
    return UINT32_MAX;
}

uint32_t cp_migration_raise_step(const cp_migrating *make, cp_str since)
{
    cp_str package = cp_str_next(&since, ' ');
    uint32_t raise = cp_migration_raise_of(make, package, since);
    return raise == UINT32_MAX ? 0 : make->raise_steps[raise];
}

cp_raise *cp_migration_raises(const cp_study *study, const cp_debt *debt, size_t *count)
{
    raise_list list = {.arena = study->arena};
    for (size_t i = 0; i < study->findings->count; i++) {
        const cp_finding *finding = study->findings->items[i];
        add_raise(&list, finding->module->source->path, finding->package, finding->since);
    }
    add_rows(&list, debt);
    for (size_t i = 0; i < debt->item_count; i++)
        if (debt->items[i].state == CP_DEBT_BLOCKED)
            add_since(&list, debt->items[i].path, debt->items[i].since);
    for (size_t i = 0; i < list.count; i++)
        pass_over_broken(study, &list.items[i]);
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, by_version);
    *count = 0;
    for (size_t i = 0; i < list.count; i++)
        if (!i || by_version(&list.items[*count - 1], &list.items[i]))
            list.items[(*count)++] = list.items[i];
    return list.items;
}
