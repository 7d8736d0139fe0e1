#include "contracts/merge.h"

#include <stdlib.h>

#include "base/map.h"
#include "contracts/enums.h"
#include "contracts/toml_text.h"

/* One fact or entry point, and in which releases of its package it was found. */
typedef struct row {
    cp_str key;
    const cp_entry *entry;   /* of an entry point */
    const cp_contract **at;  /* of a fact, by release: as it is stated there, or NULL */
    bool *holds;             /* by release */
    const cp_contract *fact; /* of a fact: one of `at` */
} row;

typedef struct merger {
    cp_arena *arena;
    const cp_contracts *set;
    const cp_merge_options *options;
    cp_map rows;  /* key -> row */
    cp_map kept;  /* call -> non-NULL */
    bool by_hand; /* facts were met that are no checks */
} merger;

static row *row_of(merger *m, cp_str key, size_t releases)
{
    row **slot = (row **)cp_map_slot(&m->rows, key);
    if (!*slot) {
        *slot = cp_new(m->arena, row, 1);
        **slot = (row){.key = key};
        (*slot)->at = cp_new(m->arena, const cp_contract *, releases);
        (*slot)->holds = cp_new(m->arena, bool, releases);
    }
    return *slot;
}

static void add_part(cp_buf *key, cp_str part)
{
    cp_buf_add(key, part);
    cp_buf_add(key, (cp_str){"\1", 1});
}

/* What makes two facts the same: all but the releases and the lines. */
static cp_str fact_key(cp_arena *arena, const cp_contract *c, unsigned twin)
{
    cp_buf key = {.arena = arena};
    add_part(&key, c->call);
    add_part(&key, c->parameter);
    add_part(&key, c->when_text);
    cp_buf_printf(&key, "%x %d %d %u", c->accepts, c->unchecked, c->broken, twin);
    add_part(&key, c->same_as);
    add_part(&key, c->outputs);
    add_part(&key, c->package);
    for (uint32_t i = 0; i < c->stated_count; i++) {
        const char *colon = memrchr(c->stated[i].ptr, ':', c->stated[i].len);
        size_t path = colon ? (size_t)(colon - c->stated[i].ptr) : c->stated[i].len;
        add_part(&key, cp_str_cut(c->stated[i], 0, path));
    }
    return cp_buf_str(&key);
}

static void add_fact(void *data, const cp_contract *c)
{
    merger *m = data;
    m->by_hand |= c->kind != CP_CONTRACT_CHECK;
    if (c->kind != CP_CONTRACT_CHECK || !cp_map_get(&m->kept, c->call))
        return;
    size_t count;
    const cp_release *releases = cp_contracts_releases(m->set, c->package, &count);
    for (size_t i = 0; i < count; i++) {
        if (!cp_spec_allows(&c->versions, releases[i].version))
            continue;
        unsigned twin = 0;
        row *r;
        do
            r = row_of(m, fact_key(m->arena, c, twin++), count);
        while (r->holds[i]);
        r->holds[i] = true;
        r->at[i] = cp_contract_at(m->arena, c, releases[i].version);
        r->fact = c;
    }
}

static cp_str entry_key(cp_arena *arena, const cp_entry *e)
{
    const cp_str parts[] = {e->call, e->package, e->variant_of, e->writes, e->reads};
    cp_buf key = {.arena = arena};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add_part(&key, parts[i]);
    for (uint32_t i = 0; i < e->parameter_count; i++)
        add_part(&key, e->parameters[i]);
    cp_buf_printf(&key, "%d\2", e->is_gate);
    for (uint32_t i = 0; i < e->alias_count; i++)
        add_part(&key, e->aliases[i]);
    return cp_buf_str(&key);
}

static void add_entry(merger *m, const cp_entry *read)
{
    cp_entry *e = cp_new(m->arena, cp_entry, 1);
    *e = *read;
    if (m->options->keep && !m->options->keep(m->options->data, e))
        return;
    cp_map_put(&m->kept, e->call, e);
    size_t count;
    const cp_release *releases = cp_contracts_releases(m->set, e->package, &count);
    row *r = row_of(m, entry_key(m->arena, e), count);
    r->entry = e;
    for (size_t i = 0; i < count; i++)
        r->holds[i] |= cp_spec_allows(&e->versions, releases[i].version);
}

/* ---- writing ---- */

static void put_versions(cp_buf *out, const cp_release *releases, size_t first,
                         size_t last)
{
    if (first == last)
        cp_toml_put(out, "version", releases[first].text);
    else
        cp_buf_printf(out, "versions = \">=%.*s,<=%.*s\"\n",
                      CP_STR_ARGS(releases[first].text),
                      CP_STR_ARGS(releases[last].text));
}

/* " 265 582": the lines of its places. */
static cp_str lines_of(cp_arena *arena, const cp_contract *c)
{
    cp_buf out = {.arena = arena};
    for (uint32_t i = 0; i < c->stated_count; i++) {
        const char *colon = memrchr(c->stated[i].ptr, ':', c->stated[i].len);
        size_t at = colon ? (size_t)(colon - c->stated[i].ptr) + 1 : c->stated[i].len;
        cp_buf_puts(&out, " ");
        cp_buf_add(&out, cp_str_cut(c->stated[i], at, c->stated[i].len));
    }
    return cp_buf_str(&out);
}

static void put_moves(cp_buf *out, const row *r, const cp_release *releases, size_t first,
                      size_t last)
{
    cp_str *moves = cp_new(out->arena, cp_str, last - first + 1);
    size_t count = 0;
    cp_str lines = lines_of(out->arena, r->at[first]);
    for (size_t i = first + 1; i <= last; i++) {
        cp_str now = lines_of(out->arena, r->at[i]);
        if (cp_str_eq(now, lines))
            continue;
        lines = now;
        moves[count++] = cp_str_printf(out->arena, "%.*s%.*s",
                                       CP_STR_ARGS(releases[i].text), CP_STR_ARGS(now));
    }
    if (count)
        cp_toml_put_list(out, "moved", moves, count);
}

static void put_fact(cp_buf *out, const row *r, const cp_release *releases, size_t first,
                     size_t last)
{
    const cp_contract *c = r->at[first];
    cp_buf_puts(out, "\n[[contract]]\n");
    cp_toml_put(out, "package", c->package);
    put_versions(out, releases, first, last);
    cp_toml_put(out, "call", c->call);
    cp_toml_put(out, "parameter", c->parameter);
    if (c->when_text.len)
        cp_toml_put(out, "when", c->when_text);
    if (c->broken)
        cp_buf_puts(out, "broken = true\n");
    else if (c->unchecked)
        cp_buf_puts(out, "unchecked = true\n");
    else if (c->same_as.len)
        cp_toml_put(out, "same_as", c->same_as);
    else
        cp_toml_put_dtypes(out, "accepts", c->accepts);
    if (c->outputs.len)
        cp_toml_put(out, "outputs", c->outputs);
    if (c->stated_count)
        cp_toml_put_list(out, "stated", c->stated, c->stated_count);
    put_moves(out, r, releases, first, last);
    cp_toml_put(out, "origin", c->origin);
    if (c->reason.len)
        cp_toml_put(out, "reason", c->reason);
}

static void put_entry(cp_buf *out, const row *r, const cp_release *releases, size_t first,
                      size_t last)
{
    const cp_entry *e = r->entry;
    cp_buf_puts(out, "\n[[entry]]\n");
    cp_toml_put(out, "package", e->package);
    put_versions(out, releases, first, last);
    cp_toml_put(out, "call", e->call);
    cp_toml_put_list(out, "parameters", e->parameters, e->parameter_count);
    if (e->alias_count)
        cp_toml_put_list(out, "aliases", e->aliases, e->alias_count);
    if (e->variant_of.len)
        cp_toml_put(out, "variant_of", e->variant_of);
    if (e->writes.len)
        cp_toml_put(out, "writes", e->writes);
    if (e->reads.len)
        cp_toml_put(out, "reads", e->reads);
    if (e->is_gate)
        cp_buf_puts(out, "is_gate = true\n");
}

/* A record for each run of releases without a gap, the newest first. */
static void put_runs(merger *m, cp_buf *out, const row *r)
{
    size_t count;
    cp_str package = r->entry ? r->entry->package : r->fact->package;
    const cp_release *releases = cp_contracts_releases(m->set, package, &count);
    for (size_t last = count; last > 0; last--) {
        if (!r->holds[last - 1])
            continue;
        size_t first = last - 1;
        while (first > 0 && r->holds[first - 1])
            first--;
        if (r->entry)
            put_entry(out, r, releases, first, last - 1);
        else
            put_fact(out, r, releases, first, last - 1);
        last = first + 1;
    }
}

static size_t newest(const row *r, size_t count)
{
    while (count > 0 && !r->holds[count - 1])
        count--;
    return count;
}

static const cp_contracts *sorted_set; /* qsort hands nothing on */

/* Entries first, the newest of a call before the others; then facts. */
static int by_row(const void *a, const void *b)
{
    const row *x = *(row *const *)a, *y = *(row *const *)b;
    if (!x->entry != !y->entry)
        return x->entry ? -1 : 1;
    if (!x->entry || !cp_str_eq(x->entry->call, y->entry->call))
        return cp_str_cmp(x->key, y->key);
    size_t count;
    cp_contracts_releases(sorted_set, x->entry->package, &count);
    size_t p = newest(x, count), q = newest(y, count);
    return p != q ? (p < q) - (p > q) : cp_str_cmp(x->key, y->key);
}

static void put_packages(merger *m, cp_buf *out)
{
    size_t count;
    const cp_str *packages = cp_contracts_packages(m->set, m->arena, &count);
    for (size_t i = 0; i < count; i++) {
        size_t release_count;
        const cp_release *releases =
            cp_contracts_releases(m->set, packages[i], &release_count);
        cp_str *names = cp_new(m->arena, cp_str, release_count);
        for (size_t k = 0; k < release_count; k++)
            names[k] = releases[k].text;
        cp_buf_puts(out, i || out->len ? "\n[[package]]\n" : "[[package]]\n");
        cp_toml_put(out, "name", packages[i]);
        cp_toml_put_list(out, "releases", names, release_count);
    }
}

cp_status cp_contracts_merge(cp_arena *arena, const cp_contracts *set,
                             const cp_merge_options *options, cp_str *text, cp_err *err)
{
    merger m = {.arena = arena,
                .set = set,
                .options = options,
                .rows = {.arena = arena},
                .kept = {.arena = arena}};
    cp_buf out = {.arena = arena};
    size_t count;
    const cp_entry *const *entries = cp_contracts_entries(set, &count);
    for (size_t i = 0; i < count; i++)
        add_entry(&m, entries[i]);
    cp_contracts_each(set, add_fact, &m);
    if (m.by_hand)
        return cp_fail(err, CP_ERR_SYNTAX,
                       "[[effective]] facts are written by hand and are not merged: give "
                       "only sets that castproof mine wrote");
    if (options->comment.len)
        cp_buf_printf(&out, "# %.*s\n", CP_STR_ARGS(options->comment));
    put_packages(&m, &out);
    row **rows = cp_new(arena, row *, m.rows.count + 1);
    for (size_t i = 0; i < m.rows.count; i++)
        rows[i] = m.rows.entries[i].value;
    sorted_set = set;
    qsort(rows, m.rows.count, sizeof *rows, by_row);
    for (size_t i = 0; i < m.rows.count; i++)
        put_runs(&m, &out, rows[i]);
    cp_enums_merge(arena, set, options, &out);
    *text = cp_buf_str(&out);
    return CP_OK;
}
