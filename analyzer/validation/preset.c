#include "validation/preset.h"

#include <assert.h>
#include <math.h>

#include "base/embed.h"
#include "kernels/gate.h"
#include "parse/toml.h"

/* The table being read, and the file's name for messages. */
typedef struct reader {
    cp_str path;
    const cp_toml *table;
    cp_err *err;
} reader;

static cp_status fault(const reader *r, uint32_t line, const char *key, const char *what)
{
    return cp_fail(r->err, CP_ERR_SYNTAX, "%.*s:%u: preset: %s %s", CP_STR_ARGS(r->path),
                   line, key, what);
}

static cp_status known_keys(const reader *r)
{
    static const char *const keys[] = {"name",    "origin",      "method", "experts",
                                       "top_k",   "groups",      "scale",  "bias",
                                       "default", "keep_groups", "hidden"};
    for (size_t i = 0; i < r->table->pair_count; i++) {
        const cp_toml_pair *pair = &r->table->pairs[i];
        size_t k = 0, count = sizeof keys / sizeof *keys;
        while (k < count && !cp_str_is(pair->key, keys[k]))
            k++;
        if (k == count)
            return cp_fail(r->err, CP_ERR_SYNTAX, "%.*s:%u: preset: unknown key %.*s",
                           CP_STR_ARGS(r->path), pair->value->line,
                           CP_STR_ARGS(pair->key));
    }
    return CP_OK;
}

static cp_status read_text(const reader *r, const char *key, cp_str *text)
{
    const cp_toml *value = cp_toml_get_kind(r->table, key, CP_TOML_STRING);
    if (!value || value->text.len == 0)
        return fault(r, r->table->line, key, "must be given, as a string");
    *text = value->text;
    return CP_OK;
}

/* Absent: *number stays as it is, where that is not 0. */
static cp_status read_count(const reader *r, const char *key, int32_t *number)
{
    const cp_toml *value = cp_toml_get(r->table, key);
    if (!value && *number != 0)
        return CP_OK;
    if (!value || value->kind != CP_TOML_INTEGER || value->integer < 1 ||
        value->integer > CP_ROUTE_MAX_EXPERTS)
        return fault(r, value ? value->line : r->table->line, key,
                     "must be a whole number from 1 to 1024");
    *number = (int32_t)value->integer;
    return CP_OK;
}

static cp_status read_scale(const reader *r, float *scale)
{
    const cp_toml *value = cp_toml_get(r->table, "scale");
    *scale = 1;
    if (!value)
        return CP_OK;
    if ((value->kind != CP_TOML_FLOAT && value->kind != CP_TOML_INTEGER) ||
        !isfinite(value->number) || value->number <= 0)
        return fault(r, value->line, "scale", "must be a number above 0");
    *scale = (float)value->number;
    return CP_OK;
}

static cp_status read_hidden(const reader *r, int32_t *hidden)
{
    const cp_toml *value = cp_toml_get(r->table, "hidden");
    if (!value)
        return CP_OK;
    if (value->kind != CP_TOML_INTEGER || value->integer < 1 ||
        value->integer > CP_GATE_MAX_WIDTH)
        return fault(r, value->line, "hidden", "must be a whole number from 1 to 16384");
    *hidden = (int32_t)value->integer;
    return CP_OK;
}

static cp_status read_truth(const reader *r, const char *key, bool *truth)
{
    const cp_toml *value = cp_toml_get(r->table, key);
    if (value && value->kind != CP_TOML_BOOLEAN)
        return fault(r, value->line, key, "must be true or false");
    *truth = value && value->truth;
    return CP_OK;
}

static cp_status read_shape(const reader *r, cp_route_spec *spec)
{
    cp_str method = {0};
    cp_status st = read_text(r, "method", &method);
    spec->method = cp_method_of_name(method.ptr ? method.ptr : "", method.len);
    spec->groups = spec->keep_groups = 1;
    if (!st)
        st = read_count(r, "experts", &spec->experts);
    if (!st)
        st = read_count(r, "top_k", &spec->top_k);
    if (!st)
        st = read_count(r, "groups", &spec->groups);
    if (!st)
        st = read_count(r, "keep_groups", &spec->keep_groups);
    if (!st)
        st = read_scale(r, &spec->scale);
    const char *why = st ? NULL : cp_route_fault(spec);
    return why ? fault(r, r->table->line, "cannot be routed:", why) : st;
}

static cp_status read_preset(const reader *r, cp_preset *preset)
{
    if (r->table->kind != CP_TOML_TABLE)
        return fault(r, r->table->line, "each", "must be a table: [[preset]]");
    cp_status st = known_keys(r);
    if (!st)
        st = read_text(r, "name", &preset->name);
    if (!st)
        st = read_text(r, "origin", &preset->origin);
    if (!st)
        st = read_shape(r, &preset->spec);
    if (!st)
        st = read_hidden(r, &preset->hidden);
    if (!st)
        st = read_truth(r, "bias", &preset->bias);
    if (!st)
        st = read_truth(r, "default", &preset->is_default);
    if (!st && preset->bias && !cp_method_steps(preset->spec.method).biased)
        return fault(r, r->table->line, "bias", "is not read by this method");
    return st;
}

cp_status cp_presets_read(cp_arena *arena, cp_str path, cp_str text, cp_presets *presets,
                          cp_err *err)
{
    cp_toml *root;
    cp_status st = cp_toml_parse(arena, path, text, &root, err);
    if (st)
        return st;
    const cp_toml *list = cp_toml_get_kind(root, "preset", CP_TOML_ARRAY);
    if (!list)
        return cp_fail(err, CP_ERR_SYNTAX, "%.*s: no [[preset]] in it",
                       CP_STR_ARGS(path));
    cp_presets read = {0};
    for (size_t i = 0; i < list->item_count; i++) {
        cp_preset preset = {0};
        reader r = {path, list->items[i], err};
        st = read_preset(&r, &preset);
        if (st)
            return st;
        cp_push(arena, read.items, read.count, read.room, preset);
    }
    *presets = read;
    return CP_OK;
}

cp_presets cp_presets_bundled(cp_arena *arena)
{
    cp_presets presets = {0};
    cp_str path = CP_STR("presets.toml");
    for (size_t i = 0; i < cp_embedded_count; i++) {
        const cp_embedded *file = &cp_embedded_files[i];
        if (!cp_str_is(path, file->name))
            continue;
        cp_status st = cp_presets_read(arena, path, file->text, &presets, NULL);
        assert(st == CP_OK);
        (void)st;
    }
    return presets;
}

const cp_preset *cp_presets_find(const cp_presets *presets, cp_str name)
{
    for (size_t i = 0; i < presets->count; i++) {
        const cp_preset *p = &presets->items[i];
        if (p->name.len == name.len && cp_str_find_nocase(p->name, name, 0) == 0)
            return p;
    }
    return NULL;
}
