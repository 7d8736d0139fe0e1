#include "report/merge.h"

#include <stdlib.h>

#include "base/map.h"
#include "report/writers.h"

typedef struct merge {
    cp_arena *arena;
    const cp_part *parts;
    json_t **roots; /* of the parts */
    size_t count;
    cp_err *err;
} merge;

static cp_str text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value)
               ? (cp_str){json_string_value(value), json_string_length(value)}
               : (cp_str){"", 0};
}

static json_int_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key)); /* 0 if there is none */
}

static int by_text(const json_t *a, const json_t *b, const char *key)
{
    return cp_str_cmp(text_of(a, key), text_of(b, key));
}

static int by_number(const json_t *a, const json_t *b, const char *key)
{
    json_int_t left = number_of(a, key), right = number_of(b, key);
    return (left > right) - (left < right);
}

/* The order of cp_findings_sort. */
static int by_place(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    int order = by_text(a, b, "path");
    order = order ? order : by_number(a, b, "line");
    order = order ? order : by_number(a, b, "column");
    order = order ? order : by_text(a, b, "code");
    order = order ? order : by_number(a, b, "end_line");
    order = order ? order : by_number(a, b, "end_column");
    order = order ? order : by_text(a, b, "consumer");
    order = order ? order : by_text(a, b, "parameter");
    order = order ? order : by_text(a, b, "message");
    return order ? order : by_text(a, b, "why");
}

/* What all parts have in the list under `key`, sorted; NULL where none has the list. */
static json_t *join_lists(const merge *m, const char *key)
{
    json_t **items = NULL;
    size_t count = 0, room = 0;
    bool any = false;
    for (size_t i = 0; i < m->count; i++) {
        const json_t *list = json_object_get(m->roots[i], key);
        any |= list != NULL;
        for (size_t k = 0; k < json_array_size(list); k++)
            cp_push(m->arena, items, count, room, json_array_get(list, k));
    }
    if (count)
        qsort(items, count, sizeof *items, by_place);
    json_t *all = any ? cp_json_list() : NULL;
    for (size_t i = 0; i < count; i++)
        cp_json_add(all, json_incref(items[i]));
    return all;
}

static size_t times_in(const json_t *list, const json_t *wanted)
{
    size_t times = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        times += (size_t)json_equal(json_array_get(list, i), wanted);
    return times;
}

static int by_error(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    int order = by_text(a, b, "path");
    return order ? order : by_text(a, b, "message");
}

/* Each part tells of trouble that it met, which may be that of another part too. */
static json_t *join_errors(const merge *m)
{
    json_t *all = cp_json_list(), *sorted = cp_json_list();
    for (size_t i = 0; i < m->count; i++) {
        const json_t *list = json_object_get(m->roots[i], "errors");
        for (size_t k = 0; k < json_array_size(list); k++) {
            json_t *one = json_array_get(list, k);
            if (times_in(all, one) < times_in(list, one))
                cp_json_add(all, json_incref(one));
        }
    }
    size_t count = json_array_size(all);
    json_t **items = cp_new(m->arena, json_t *, count + 1);
    for (size_t i = 0; i < count; i++)
        items[i] = json_array_get(all, i);
    if (count)
        qsort(items, count, sizeof *items, by_error);
    for (size_t i = 0; i < count; i++)
        cp_json_add(sorted, json_incref(items[i]));
    json_decref(all);
    return sorted;
}

/* The patches, in the order in which findings name them first. */
static json_t *join_patches(const merge *m, const json_t *findings)
{
    json_t *all = cp_json_list();
    cp_map by_id = {.arena = m->arena};
    for (size_t i = 0; i < m->count; i++) {
        const json_t *list = json_object_get(m->roots[i], "patches");
        for (size_t k = 0; k < json_array_size(list); k++) {
            json_t *patch = json_array_get(list, k);
            cp_map_put(&by_id, text_of(patch, "id"), patch);
        }
    }
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *fix = json_object_get(json_array_get(findings, i), "fix");
        cp_str id = text_of(fix, "id");
        json_t *patch = cp_map_get(&by_id, id);
        if (patch)
            cp_json_add(all, json_incref(patch));
        cp_map_put(&by_id, id, NULL);
    }
    return all;
}

static json_int_t sum_of(const merge *m, const char *key)
{
    json_int_t sum = 0;
    for (size_t i = 0; i < m->count; i++)
        sum += number_of(json_object_get(m->roots[i], "summary"), key);
    return sum;
}

static int by_key(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static json_t *join_counts(const merge *m)
{
    json_t *sums = cp_json_object(), *sorted = cp_json_object();
    const char **keys = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < m->count; i++) {
        const char *key;
        json_t *value;
        json_t *codes =
            json_object_get(json_object_get(m->roots[i], "summary"), "by_code");
        json_object_foreach(codes, key, value)
        {
            if (!json_object_get(sums, key))
                cp_push(m->arena, keys, count, room, key);
            json_int_t sum = number_of(sums, key) + json_integer_value(value);
            cp_json_set(sums, key, cp_json_number((uint64_t)sum));
        }
    }
    if (count)
        qsort(keys, count, sizeof *keys, by_key);
    for (size_t i = 0; i < count; i++)
        cp_json_set(sorted, keys[i], json_incref(json_object_get(sums, keys[i])));
    json_decref(sums);
    return sorted;
}

/* In each part the whole program was read, but a part of the files checked. */
static json_t *join_summaries(const merge *m)
{
    json_t *all = cp_json_object();
    json_int_t parsed = 0, known = sum_of(m, "in_baseline");
    for (size_t i = 0; i < m->count; i++) {
        json_int_t here =
            number_of(json_object_get(m->roots[i], "summary"), "files_parsed");
        parsed = here > parsed ? here : parsed;
    }
    cp_json_set(all, "findings", cp_json_number((uint64_t)sum_of(m, "findings")));
    cp_json_set(all, "by_code", join_counts(m));
    cp_json_set(all, "fixable", cp_json_number((uint64_t)sum_of(m, "fixable")));
    if (known)
        cp_json_set(all, "in_baseline", cp_json_number((uint64_t)known));
    cp_json_set(all, "files_checked",
                cp_json_number((uint64_t)sum_of(m, "files_checked")));
    cp_json_set(all, "files_parsed", cp_json_number((uint64_t)parsed));
    return all;
}

static cp_status read_part(const merge *m, size_t i)
{
    const cp_part *part = &m->parts[i];
    json_error_t why;
    m->roots[i] = json_loadb(part->text.ptr, part->text.len, JSON_ALLOW_NUL, &why);
    if (!m->roots[i])
        return cp_fail(m->err, CP_ERR_SYNTAX, "%.*s:%d: is no JSON: %s",
                       CP_STR_ARGS(part->path), why.line, why.text);
    const json_t *findings = json_object_get(m->roots[i], "findings");
    const json_t *summary = json_object_get(m->roots[i], "summary");
    if (!json_is_array(findings) || !json_is_object(summary) ||
        !cp_str_is(text_of(m->roots[i], "tool"), "castproof"))
        return cp_fail(m->err, CP_ERR_SYNTAX,
                       "%.*s: is no report of findings; merge wants what check or "
                       "validate writes with --output-format json",
                       CP_STR_ARGS(part->path));
    if (!cp_str_eq(text_of(m->roots[i], "version"), text_of(m->roots[0], "version")))
        return cp_fail(m->err, CP_ERR_USAGE,
                       "%.*s and %.*s were written by different versions of castproof",
                       CP_STR_ARGS(m->parts[0].path), CP_STR_ARGS(part->path));
    bool validated = json_object_get(m->roots[i], "patches") != NULL;
    if (validated != (json_object_get(m->roots[0], "patches") != NULL))
        return cp_fail(m->err, CP_ERR_USAGE,
                       "%.*s and %.*s: one is of check, the other of validate",
                       CP_STR_ARGS(m->parts[0].path), CP_STR_ARGS(part->path));
    return CP_OK;
}

/* All shards of one run, each once; or none is a shard. */
static cp_status check_shards(const merge *m)
{
    const json_t *first = json_object_get(m->roots[0], "shard");
    json_int_t wanted = first ? number_of(first, "count") : (json_int_t)m->count;
    const cp_part **at = cp_new(m->arena, const cp_part *, m->count + 1);
    for (size_t i = 0; i < m->count; i++) {
        const cp_part *part = &m->parts[i];
        const json_t *shard = json_object_get(m->roots[i], "shard");
        json_int_t index = first ? number_of(shard, "index") : (json_int_t)i + 1;
        if ((shard != NULL) != (first != NULL) ||
            (shard && number_of(shard, "count") != wanted))
            return cp_fail(m->err, CP_ERR_USAGE,
                           "%.*s and %.*s are not shards of one run",
                           CP_STR_ARGS(m->parts[0].path), CP_STR_ARGS(part->path));
        if (index < 1 || index > wanted)
            return cp_fail(m->err, CP_ERR_SYNTAX, "%.*s: is shard %lld of %lld",
                           CP_STR_ARGS(part->path), (long long)index, (long long)wanted);
        if (index <= (json_int_t)m->count && at[index])
            return cp_fail(m->err, CP_ERR_USAGE, "%.*s and %.*s are both shard %lld",
                           CP_STR_ARGS(at[index]->path), CP_STR_ARGS(part->path),
                           (long long)index);
        if (index <= (json_int_t)m->count)
            at[index] = part;
    }
    for (json_int_t i = 1; i <= wanted; i++)
        if (i > (json_int_t)m->count || !at[i])
            return cp_fail(m->err, CP_ERR_USAGE, "shard %lld of %lld is missing",
                           (long long)i, (long long)wanted);
    return CP_OK;
}

static bool is_bad(const json_t *root)
{
    const json_t *patches = json_object_get(root, "patches");
    for (size_t i = 0; i < json_array_size(patches); i++)
        if (!json_is_true(json_object_get(json_array_get(patches, i), "holds")))
            return true;
    return !patches && json_array_size(json_object_get(root, "findings"));
}

static json_t *join(const merge *m)
{
    json_t *root = cp_json_object(), *findings = join_lists(m, "findings");
    json_t *unjudged = join_lists(m, "unjudged");
    bool validated = json_object_get(m->roots[0], "patches") != NULL;
    json_t *patches = validated ? join_patches(m, findings) : NULL;
    cp_json_set(root, "tool", cp_json_text(m->arena, CP_STR("castproof")));
    cp_json_set(root, "version", cp_json_text(m->arena, text_of(m->roots[0], "version")));
    cp_json_set(root, "findings", findings);
    cp_json_set(root, "summary", join_summaries(m));
    cp_json_set(root, "errors", join_errors(m));
    if (unjudged)
        cp_json_set(root, "unjudged", unjudged);
    if (patches)
        cp_json_set(root, "patches", patches);
    return root;
}

cp_status cp_report_merge(cp_arena *arena, const cp_part *parts, size_t count,
                          cp_str *text, bool *bad, cp_err *err)
{
    merge m = {arena, parts, cp_new(arena, json_t *, count + 1), count, err};
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < count; i++)
        st = read_part(&m, i);
    if (!st)
        st = check_shards(&m);
    if (!st) {
        cp_buf out = {.arena = arena};
        json_t *root = join(&m);
        *bad = is_bad(root);
        cp_json_write(&out, root);
        *text = cp_buf_str(&out);
    }
    for (size_t i = 0; i < count; i++)
        json_decref(m.roots[i]);
    return st;
}
