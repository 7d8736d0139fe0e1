#include "contracts/diff.h"

#include <stdlib.h>

#include "base/map.h"
#include "contracts/diff_kind.h"
#include "read/source.h"

typedef struct reading {
    cp_arena *arena;
    cp_str package;            /* "" takes every package */
    const cp_version *version; /* NULL takes every version */
    cp_map by_key;             /* "call parameter" -> cp_terms_line */
} reading;

static cp_str text_of(cp_arena *arena, const cp_contract *c)
{
    cp_buf out = {.arena = arena};
    if (c->broken)
        cp_buf_puts(&out, "every call fails");
    else if (c->unchecked)
        cp_buf_puts(&out, "not checked");
    else if (c->same_as.len)
        cp_buf_printf(&out, "the dtype of %.*s", CP_STR_ARGS(c->same_as));
    else
        cp_buf_add(&out, cp_dtypes_text(arena, c->accepts));
    if (c->when_text.len)
        cp_buf_printf(&out, " when %.*s", CP_STR_ARGS(c->when_text));
    return cp_buf_str(&out);
}

static void take(void *data, const cp_contract *c)
{
    reading *r = data;
    bool wanted = c->kind == CP_CONTRACT_CHECK &&
                  (!r->package.len || cp_str_eq(r->package, c->package)) &&
                  (!r->version || cp_spec_allows(&c->versions, r->version));
    if (!wanted)
        return;
    cp_str key = cp_str_printf(r->arena, "%.*s %.*s", CP_STR_ARGS(c->call),
                               CP_STR_ARGS(c->parameter));
    cp_terms_line **slot = (cp_terms_line **)cp_map_slot(&r->by_key, key);
    if (!*slot) {
        *slot = cp_new(r->arena, cp_terms_line, 1);
        **slot = (cp_terms_line){.call = c->call, .parameter = c->parameter};
    }
    cp_terms_line *line = *slot;
    cp_str text = text_of(r->arena, c);
    for (uint32_t i = 0; i < line->count; i++)
        if (cp_str_eq(line->texts[i], text))
            return;
    cp_str *texts = cp_new(r->arena, cp_str, line->count + 1);
    if (line->count)
        memcpy(texts, line->texts, line->count * sizeof *texts);
    texts[line->count++] = text;
    line->texts = texts;
    const cp_contract **facts = cp_new(r->arena, const cp_contract *, line->count);
    if (line->fact_count)
        memcpy(facts, line->facts, line->fact_count * sizeof *facts);
    facts[line->fact_count++] = c;
    line->facts = facts;
}

static int by_text(const void *a, const void *b)
{
    return cp_str_cmp(*(const cp_str *)a, *(const cp_str *)b);
}

static int by_line(const void *a, const void *b)
{
    const cp_terms_line *x = a, *y = b;
    int order = cp_str_cmp(x->call, y->call);
    return order ? order : cp_str_cmp(x->parameter, y->parameter);
}

/* "name==version" in its two parts; false for anything else, a path say. */
static bool names_release(cp_str name, cp_str *package, cp_str *version)
{
    size_t at = cp_str_find(name, CP_STR("=="), 0);
    if (at == SIZE_MAX || !at)
        return false;
    *package = cp_str_cut(name, 0, at);
    *version = cp_str_cut(name, at + 2, name.len);
    return true;
}

static cp_status find_release(cp_arena *arena, const cp_contracts *set, reading *r,
                              cp_str version, cp_err *err)
{
    const cp_version *wanted = cp_version_parse(arena, version);
    size_t count;
    const cp_release *releases = cp_contracts_releases(set, r->package, &count);
    for (size_t i = 0; wanted && i < count; i++)
        if (cp_version_cmp(releases[i].version, wanted) == 0) {
            r->version = wanted;
            return CP_OK;
        }
    return cp_fail(err, CP_ERR_USAGE,
                   "no contracts of %.*s %.*s are bundled; castproof contracts list says "
                   "which are",
                   CP_STR_ARGS(r->package), CP_STR_ARGS(version));
}

cp_status cp_terms_read(cp_arena *arena, cp_str name, cp_terms_list *list, cp_err *err)
{
    reading r = {.arena = arena, .by_key = {.arena = arena}};
    cp_str package, version;
    cp_contracts *set;
    if (names_release(name, &package, &version)) {
        set = cp_contracts_bundled(arena);
        r.package = cp_package_name(arena, package);
        cp_status st = find_release(arena, set, &r, version, err);
        if (st)
            return st;
    } else {
        cp_source source;
        set = cp_contracts_empty(arena);
        cp_status st = cp_source_read(arena, name, &source, err);
        if (!st)
            st = cp_contracts_add(set, name, source.text, err);
        if (st)
            return st;
    }
    cp_contracts_each(set, take, &r);
    list->count = r.by_key.count;
    list->lines = cp_new(arena, cp_terms_line, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        list->lines[i] = *(cp_terms_line *)r.by_key.entries[i].value;
        qsort(list->lines[i].texts, list->lines[i].count, sizeof(cp_str), by_text);
    }
    qsort(list->lines, list->count, sizeof *list->lines, by_line);
    return CP_OK;
}

static bool same_line(const cp_terms_line *a, const cp_terms_line *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && same; i++)
        same = cp_str_eq(a->texts[i], b->texts[i]);
    return same;
}

const cp_terms_change *cp_terms_diff(cp_arena *arena, const cp_terms_list *a,
                                     const cp_terms_list *b, size_t *count)
{
    cp_terms_change *changes = cp_new(arena, cp_terms_change, a->count + b->count + 1);
    size_t i = 0, k = 0;
    *count = 0;
    while (i < a->count || k < b->count) {
        int order = i == a->count   ? 1
                    : k == b->count ? -1
                                    : by_line(&a->lines[i], &b->lines[k]);
        cp_terms_change change = {CP_TERMS_OTHER, NULL, NULL};
        if (order <= 0)
            change.before = &a->lines[i++];
        if (order >= 0)
            change.after = &b->lines[k++];
        if (order == 0 && same_line(change.before, change.after))
            continue;
        change.kind = order < 0   ? CP_TERMS_GONE
                      : order > 0 ? CP_TERMS_NEW
                                  : diff_kind(arena, change.before, change.after);
        if (change.kind != CP_TERMS_SAME)
            changes[(*count)++] = change;
    }
    return changes;
}

const char *cp_terms_change_name(cp_terms_change_kind kind)
{
    static const char *const names[] = {"new",       "gone",    "loosened",
                                        "tightened", "changed", "same"};
    return names[kind];
}
