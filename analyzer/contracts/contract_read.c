#include <stdarg.h>
#include <stdio.h>

#include "contracts/enums.h"
#include "contracts/set.h"
#include "parse/toml.h"

/* One [[…]] record on its way into the set. */
typedef struct record {
    cp_contracts *set;
    cp_str path;
    const char *section;
    const cp_toml *table;
    cp_err *err;
} record;

#define COMMON_KEYS                                                                      \
    "package", "version", "versions", "call", "calls", "parameter", "when", "outputs",   \
        "stated", "moved", "origin", "reason"

static const char *const check_keys[] = {COMMON_KEYS, "accepts", "same_as",
                                         "unchecked", "broken",  NULL};
static const char *const effective_keys[] = {COMMON_KEYS, "reads",  "ignored", "computes",
                                             "rounds_to", "labels", NULL};
static const char *const entry_keys[] = {
    "package", "version", "versions", "call",   "aliases", "parameters", "variant_of",
    "writes",  "reads",   "is_gate",  "stated", "reason",  NULL};
static const char *const package_keys[] = {"name", "releases", NULL};

static CP_PRINTF(3, 4) cp_status
    bad(const record *r, const cp_toml *at, const char *fmt, ...)
{
    char what[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return cp_fail(r->err, CP_ERR_SYNTAX, "%.*s:%u: [[%s]] %s", CP_STR_ARGS(r->path),
                   (at ? at : r->table)->line, r->section, what);
}

/* A key that is not known may be a misspelt `when`: better refused than overlooked. */
static cp_status check_keys_of(const record *r, const char *const *known)
{
    for (size_t i = 0; i < r->table->pair_count; i++) {
        cp_toml_pair pair = r->table->pairs[i];
        const char *const *k = known;
        while (*k && !cp_str_is(pair.key, *k))
            k++;
        if (!*k)
            return bad(r, pair.value, "does not know the key `%.*s`",
                       CP_STR_ARGS(pair.key));
    }
    return CP_OK;
}

/* The string under `key`; "" where there is none. */
static cp_status read_text(const record *r, const char *key, bool required, cp_str *out)
{
    const cp_toml *value = cp_toml_get(r->table, key);
    *out = (cp_str){"", 0};
    if (!value)
        return required ? bad(r, NULL, "lacks the key `%s`", key) : CP_OK;
    if (value->kind != CP_TOML_STRING)
        return bad(r, value, "`%s` must be a string, not %s", key,
                   cp_toml_kind_name(value->kind));
    *out = value->text;
    return CP_OK;
}

static cp_status read_flag(const record *r, const char *key, bool *out)
{
    const cp_toml *value = cp_toml_get(r->table, key);
    if (value && value->kind != CP_TOML_BOOLEAN)
        return bad(r, value, "`%s` must be true or false", key);
    *out = value && value->truth;
    return CP_OK;
}

static cp_status read_list(const record *r, const char *key, cp_str **out,
                           uint32_t *count)
{
    const cp_toml *value = cp_toml_get(r->table, key);
    *count = 0;
    if (!value)
        return CP_OK;
    if (value->kind != CP_TOML_ARRAY)
        return bad(r, value, "`%s` must be an array of strings", key);
    *out = cp_new(r->set->arena, cp_str, value->item_count);
    for (size_t i = 0; i < value->item_count; i++) {
        if (value->items[i]->kind != CP_TOML_STRING)
            return bad(r, value->items[i], "`%s` must be an array of strings", key);
        (*out)[(*count)++] = value->items[i]->text;
    }
    return CP_OK;
}

static cp_status read_dtype(const record *r, const char *key, cp_dtype *out)
{
    cp_str name;
    cp_status st = read_text(r, key, false, &name);
    *out = name.len ? cp_dtype_of_name(name) : CP_DTYPE_NONE;
    if (!st && name.len && *out == CP_DTYPE_NONE)
        st = bad(r, cp_toml_get(r->table, key), "`%s`: `%.*s` is no dtype", key,
                 CP_STR_ARGS(name));
    return st;
}

static cp_status read_dtypes(const record *r, const char *key, cp_dtypes *out)
{
    cp_str *names = NULL;
    uint32_t count;
    cp_status st = read_list(r, key, &names, &count);
    *out = 0;
    for (uint32_t i = 0; !st && i < count; i++) {
        cp_dtype dtype = cp_dtype_of_name(names[i]);
        if (dtype == CP_DTYPE_NONE)
            return bad(r, cp_toml_get(r->table, key), "`%s`: `%.*s` is no dtype", key,
                       CP_STR_ARGS(names[i]));
        *out |= CP_DTYPES(dtype);
    }
    if (!st && !*out && cp_toml_get(r->table, key))
        st = bad(r, NULL, "`%s` names no dtype", key);
    return st;
}

static cp_status read_spec(const record *r, cp_spec *out)
{
    cp_str one, range;
    cp_status st = read_text(r, "version", false, &one);
    if (!st)
        st = read_text(r, "versions", false, &range);
    if (st)
        return st;
    if ((one.len != 0) == (range.len != 0))
        return bad(r, NULL, "needs one of the keys `version` and `versions`");
    void **slot = cp_map_slot(&r->set->specs, one.len ? one : range);
    if (!*slot) {
        cp_spec *spec = cp_new(r->set->arena, cp_spec, 1);
        cp_err err;
        cp_str text =
            one.len ? cp_str_printf(r->set->arena, "==%.*s", CP_STR_ARGS(one)) : range;
        if (cp_spec_parse(r->set->arena, text, spec, &err))
            return bad(r, NULL, "%s", err.msg);
        *slot = spec;
    }
    *out = *(cp_spec *)*slot;
    return CP_OK;
}

static cp_status read_when(const record *r, cp_contract *c)
{
    cp_status st = read_text(r, "when", false, &c->when_text);
    if (st || !c->when_text.len)
        return st;
    void **slot = cp_map_slot(&r->set->conds, c->when_text);
    if (!*slot) {
        const cp_cond *cond;
        cp_err err;
        if (cp_cond_parse(r->set->arena, c->when_text, &cond, &err))
            return bad(r, cp_toml_get(r->table, "when"), "%s", err.msg);
        *slot = (void *)cond;
    }
    c->when = *slot;
    return CP_OK;
}

/* A string, or a table of what and how, told in words. */
static cp_status read_outputs(const record *r, cp_str *out)
{
    const cp_toml *value = cp_toml_get(r->table, "outputs");
    cp_buf text = {.arena = r->set->arena};
    *out = (cp_str){"", 0};
    if (!value)
        return CP_OK;
    if (value->kind == CP_TOML_STRING) {
        *out = value->text;
        return CP_OK;
    }
    if (value->kind != CP_TOML_TABLE)
        return bad(r, value, "`outputs` must be a table of strings");
    for (size_t i = 0; i < value->pair_count; i++) {
        cp_toml_pair pair = value->pairs[i];
        if (pair.value->kind != CP_TOML_STRING)
            return bad(r, pair.value, "`outputs` must be a table of strings");
        cp_buf_printf(&text, "%s%.*s: %.*s", i ? "; " : "", CP_STR_ARGS(pair.key),
                      CP_STR_ARGS(pair.value->text));
    }
    *out = cp_buf_str(&text);
    return CP_OK;
}

static cp_status read_moves(const record *r, cp_contract *c)
{
    cp_str *texts = NULL, wrong;
    uint32_t count;
    cp_status st = read_list(r, "moved", &texts, &count);
    if (!st && !moves_read(r->set->arena, c, texts, count, &wrong))
        st = bad(r, cp_toml_get(r->table, "moved"),
                 "`moved`: `%.*s` must be a release, newer than the one before, and a "
                 "line for each of `stated`",
                 CP_STR_ARGS(wrong));
    return st;
}

static cp_status read_check(const record *r, cp_contract *c)
{
    cp_status st;
    if ((st = read_dtypes(r, "accepts", &c->accepts)) ||
        (st = read_text(r, "same_as", false, &c->same_as)) ||
        (st = read_flag(r, "unchecked", &c->unchecked)) ||
        (st = read_flag(r, "broken", &c->broken)))
        return st;
    int said = (c->accepts != 0) + (c->same_as.len != 0) + c->unchecked + c->broken;
    return said == 1 ? CP_OK
                     : bad(r, NULL,
                           "needs exactly one of `accepts`, `same_as`, `unchecked` and "
                           "`broken`");
}

static cp_status read_effective(const record *r, cp_contract *c)
{
    cp_status st;
    if ((st = read_dtypes(r, "reads", &c->accepts)) ||
        (st = read_flag(r, "ignored", &c->ignored)) ||
        (st = read_dtype(r, "computes", &c->computes)) ||
        (st = read_dtype(r, "rounds_to", &c->rounds_to)) ||
        (st = read_text(r, "labels", false, &c->labels)))
        return st;
    bool says = c->accepts || c->ignored || c->computes != CP_DTYPE_NONE ||
                c->rounds_to != CP_DTYPE_NONE || c->labels.len;
    if (!says)
        return bad(
            r, NULL,
            "needs one of `reads`, `ignored`, `computes`, `rounds_to` and `labels`");
    return c->reason.len ? CP_OK : bad(r, NULL, "lacks the key `reason`");
}

static cp_status read_common(const record *r, cp_contract *c)
{
    cp_status st;
    if ((st = read_text(r, "package", true, &c->package)) ||
        (st = read_spec(r, &c->versions)) ||
        (st = read_text(r, "parameter", true, &c->parameter)) || (st = read_when(r, c)) ||
        (st = read_outputs(r, &c->outputs)) ||
        (st = read_list(r, "stated", &c->stated, &c->stated_count)) ||
        (st = read_moves(r, c)) || (st = read_text(r, "origin", false, &c->origin)) ||
        (st = read_text(r, "reason", false, &c->reason)))
        return st;
    c->package = cp_package_name(r->set->arena, c->package);
    if (!c->stated_count && !c->unchecked)
        return bad(r, NULL, "lacks the key `stated`: say where the library states it");
    bool shipped = r->set->bundling && !cp_str_is(c->origin, "curated");
    if (shipped)
        c->origin = CP_STR("bundled"); /* mined, but not now */
    else if (!c->origin.len)
        c->origin = r->path;
    return CP_OK;
}

/* The record holds for `call`, or for each of `calls`. */
static cp_status add_for_calls(const record *r, const cp_contract *contract)
{
    cp_str one, *many = NULL;
    uint32_t count;
    cp_status st = read_text(r, "call", false, &one);
    if (!st)
        st = read_list(r, "calls", &many, &count);
    if (st)
        return st;
    if ((one.len != 0) == (count != 0))
        return bad(r, NULL, "needs one of the keys `call` and `calls`");
    for (uint32_t i = 0; i < (count ? count : 1); i++) {
        cp_contract *c = cp_new(r->set->arena, cp_contract, 1);
        *c = *contract;
        c->call = count ? many[i] : one;
        set_add_contract(r->set, c);
    }
    return CP_OK;
}

static cp_status add_release_of(const record *r, cp_str package)
{
    const cp_toml *version = cp_toml_get(r->table, "version");
    cp_err err;
    if (version && set_add_release(r->set, package, version->text, &err))
        return bad(r, version, "%s", err.msg);
    return CP_OK;
}

static cp_status add_contract(const record *r)
{
    bool check = strcmp(r->section, "contract") == 0;
    cp_contract c = {.kind = check ? CP_CONTRACT_CHECK : CP_CONTRACT_EFFECTIVE,
                     .computes = CP_DTYPE_NONE,
                     .rounds_to = CP_DTYPE_NONE};
    cp_status st = check_keys_of(r, check ? check_keys : effective_keys);
    if (!st)
        st = read_common(r, &c);
    if (!st)
        st = check ? read_check(r, &c) : read_effective(r, &c);
    if (!st)
        st = add_release_of(r, c.package);
    return st ? st : add_for_calls(r, &c);
}

static cp_status add_entry(const record *r)
{
    cp_entry *e = cp_new(r->set->arena, cp_entry, 1);
    cp_status st;
    if ((st = check_keys_of(r, entry_keys)) ||
        (st = read_text(r, "package", true, &e->package)) ||
        (st = read_spec(r, &e->versions)) ||
        (st = read_text(r, "call", true, &e->call)) ||
        (st = read_list(r, "parameters", &e->parameters, &e->parameter_count)) ||
        (st = read_list(r, "aliases", &e->aliases, &e->alias_count)) ||
        (st = read_text(r, "variant_of", false, &e->variant_of)) ||
        (st = read_text(r, "writes", false, &e->writes)) ||
        (st = read_text(r, "reads", false, &e->reads)) ||
        (st = read_flag(r, "is_gate", &e->is_gate)) ||
        (st = read_list(r, "stated", &e->stated, &e->stated_count)) ||
        (st = read_text(r, "reason", false, &e->reason)))
        return st;
    e->package = cp_package_name(r->set->arena, e->package);
    set_add_entry(r->set, e);
    return e->parameter_count ? add_release_of(r, e->package) : CP_OK;
}

static cp_status add_package(const record *r)
{
    cp_str name, *releases = NULL;
    uint32_t count;
    cp_status st;
    if ((st = check_keys_of(r, package_keys)) ||
        (st = read_text(r, "name", true, &name)) ||
        (st = read_list(r, "releases", &releases, &count)))
        return st;
    name = cp_package_name(r->set->arena, name);
    for (uint32_t i = 0; i < count; i++) {
        cp_err err;
        if (set_add_release(r->set, name, releases[i], &err))
            return bad(r, NULL, "%s", err.msg);
    }
    return CP_OK;
}

static cp_status add_enum(const record *r)
{
    return cp_enum_read(r->set, r->path, r->table, r->err);
}

static cp_status add_section(record *r, const cp_toml *array,
                             cp_status (*add)(const record *))
{
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < array->item_count; i++) {
        r->table = array->items[i];
        if (r->table->kind != CP_TOML_TABLE)
            return bad(r, NULL, "must be a table");
        st = add(r);
    }
    return st;
}

cp_status cp_contracts_add(cp_contracts *set, cp_str path, cp_str text, cp_err *err)
{
    static const struct {
        const char *name;
        cp_status (*add)(const record *);
    } sections[] = {{"contract", add_contract},
                    {"effective", add_contract},
                    {"entry", add_entry},
                    {"enum", add_enum},
                    {"package", add_package}};
    enum { SECTIONS = sizeof sections / sizeof *sections };
    cp_toml *root;
    cp_status st = cp_toml_parse(set->arena, path, text, &root, err);
    for (size_t i = 0; !st && i < root->pair_count; i++) {
        cp_toml_pair pair = root->pairs[i];
        size_t s = 0;
        while (s < SECTIONS && !cp_str_is(pair.key, sections[s].name))
            s++;
        if (s == SECTIONS || pair.value->kind != CP_TOML_ARRAY)
            return cp_fail(err, CP_ERR_SYNTAX,
                           "%.*s:%u: `%.*s` is none of [[contract]], [[effective]], "
                           "[[entry]], [[enum]] and [[package]]",
                           CP_STR_ARGS(path), pair.value->line, CP_STR_ARGS(pair.key));
        record r = {.set = set, .path = path, .section = sections[s].name, .err = err};
        st = add_section(&r, pair.value, sections[s].add);
    }
    return st;
}
