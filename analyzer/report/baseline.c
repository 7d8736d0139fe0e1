#include "report/baseline.h"

#include <stdlib.h>

#include "findings/fingerprint.h"
#include "read/source.h"
#include "report/writers.h"

enum { FORM = 1 };

static cp_status wrong(cp_str path, const char *what, cp_err *err)
{
    return cp_fail(err, CP_ERR_SYNTAX,
                   "%.*s: %s; castproof check --write-baseline %.*s makes it anew",
                   CP_STR_ARGS(path), what, CP_STR_ARGS(path));
}

static cp_status add_entries(cp_arena *arena, cp_str path, const json_t *root,
                             cp_baseline *baseline, cp_err *err)
{
    const json_t *list = json_object_get(root, "findings");
    const json_t *form = json_object_get(root, "baseline");
    if (!json_is_integer(form) || !json_is_array(list))
        return wrong(path, "is no baseline of castproof", err);
    if (json_integer_value(form) != FORM)
        return wrong(path, "was written by another version of castproof", err);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *print = json_string_value(json_object_get(entry, "fingerprint"));
        if (!print)
            return wrong(path, "has an entry without a fingerprint", err);
        cp_str key = cp_str_copy(arena, cp_str_of(print));
        size_t **count = (size_t **)cp_map_slot(&baseline->counts, key);
        if (!*count)
            *count = cp_new(arena, size_t, 1);
        ++**count;
        baseline->count++;
    }
    return CP_OK;
}

cp_status cp_baseline_read(cp_arena *arena, cp_str path, cp_baseline *baseline,
                           cp_err *err)
{
    cp_source source;
    json_error_t why;
    *baseline = (cp_baseline){.counts = {.arena = arena}};
    cp_status st = cp_source_read(arena, path, &source, err);
    if (st)
        return st;
    json_t *root = json_loadb(source.text.ptr, source.text.len, 0, &why);
    if (!root)
        return cp_fail(err, CP_ERR_SYNTAX,
                       "%.*s:%d: is no JSON: %s; castproof check --write-baseline %.*s "
                       "makes it anew",
                       CP_STR_ARGS(path), why.line, why.text, CP_STR_ARGS(path));
    st = add_entries(arena, path, root, baseline, err);
    json_decref(root);
    return st;
}

size_t cp_baseline_apply(cp_baseline *baseline, cp_findings *findings)
{
    size_t kept = 0, all = findings->count;
    for (size_t i = 0; i < all; i++) {
        size_t *count = cp_map_get(&baseline->counts, findings->items[i]->fingerprint);
        if (count && *count)
            --*count;
        else
            findings->items[kept++] = findings->items[i];
    }
    findings->count = kept;
    return all - kept;
}

typedef struct entry {
    cp_str path, code, fingerprint;
} entry;

static int by_path(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int order = cp_str_cmp(a->path, b->path);
    if (!order)
        order = cp_str_cmp(a->code, b->code);
    return order ? order : cp_str_cmp(a->fingerprint, b->fingerprint);
}

cp_str cp_baseline_text(cp_arena *arena, const cp_findings *findings)
{
    cp_buf out = {.arena = arena};
    entry *entries = cp_new(arena, entry, findings->count + 1);
    for (size_t i = 0; i < findings->count; i++) {
        const cp_finding *finding = findings->items[i];
        entries[i] = (entry){cp_fingerprint_path(arena, finding->module->source->path),
                             finding->code, finding->fingerprint};
    }
    if (findings->count)
        qsort(entries, findings->count, sizeof *entries, by_path);
    json_t *root = cp_json_object(), *list = cp_json_list();
    for (size_t i = 0; i < findings->count; i++) {
        json_t *one = cp_json_object();
        cp_json_set(one, "path", cp_json_text(arena, entries[i].path));
        cp_json_set(one, "code", cp_json_text(arena, entries[i].code));
        cp_json_set(one, "fingerprint", cp_json_text(arena, entries[i].fingerprint));
        cp_json_add(list, one);
    }
    cp_json_set(root, "tool", cp_json_text(arena, CP_STR("castproof")));
    cp_json_set(root, "baseline", cp_json_number(FORM));
    cp_json_set(root, "findings", list);
    cp_json_write(&out, root);
    return cp_buf_str(&out);
}
