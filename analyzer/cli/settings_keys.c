#include "base/suggest.h"
#include "cli/settings.h"
#include "contracts/version.h"
#include "read/path.h"

/* Where keys are read into. */
typedef struct keys {
    cp_arena *arena;
    const cp_settings *settings;
    cp_options *options;
    cp_rules rules;
    cp_err *err;
} keys;

typedef cp_status key_reader(keys *k, const char *key, const cp_toml *value);

static cp_status wrong_kind(const keys *k, const char *key, const cp_toml *value,
                            const char *wanted)
{
    bool vowel = value->kind == CP_TOML_INTEGER || value->kind == CP_TOML_ARRAY;
    return cp_fail(k->err, CP_ERR_USAGE, "%.*s:%u: `%s` must be %s, not %s %s",
                   CP_STR_ARGS(k->settings->path), value->line, key, wanted,
                   vowel ? "an" : "a", cp_toml_kind_name(value->kind));
}

static cp_status read_text(const keys *k, const char *key, const cp_toml *value,
                           cp_str *text)
{
    if (value->kind != CP_TOML_STRING)
        return wrong_kind(k, key, value, "a string");
    if (!value->text.len || memchr(value->text.ptr, '\0', value->text.len))
        return cp_fail(k->err, CP_ERR_USAGE, "%.*s:%u: `%s` has a value without meaning",
                       CP_STR_ARGS(k->settings->path), value->line, key);
    *text = value->text;
    return CP_OK;
}

static cp_status read_texts(const keys *k, const char *key, const cp_toml *value,
                            cp_list *list)
{
    if (value->kind != CP_TOML_ARRAY)
        return wrong_kind(k, key, value, "a list of strings");
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < value->item_count; i++) {
        cp_str text = {"", 0};
        if (value->items[i]->kind != CP_TOML_STRING)
            return wrong_kind(k, key, value->items[i], "a list of strings alone");
        st = read_text(k, key, value->items[i], &text);
        if (!st)
            cp_push(k->arena, list->items, list->count, list->room, text);
    }
    return st;
}

/* "x" of the settings' folder, as the current folder sees it. */
static cp_str place_of(const keys *k, cp_str path)
{
    cp_str folder = k->settings->folder;
    if (folder.len && !cp_str_starts(path, CP_STR("/")))
        path =
            cp_str_printf(k->arena, "%.*s/%.*s", CP_STR_ARGS(folder), CP_STR_ARGS(path));
    return cp_path_seen(k->arena, cp_path_whole(k->arena, path));
}

static cp_status read_places(const keys *k, const char *key, const cp_toml *value,
                             cp_list *list)
{
    size_t before = list->count;
    cp_status st = read_texts(k, key, value, list);
    for (size_t i = before; i < list->count; i++)
        list->items[i] = place_of(k, list->items[i]);
    return st;
}

/* Puts what the command line gave behind what the settings give. */
static void put_behind(const keys *k, cp_list *list, const cp_list *later)
{
    for (size_t i = 0; i < later->count; i++)
        cp_push(k->arena, list->items, list->count, list->room, later->items[i]);
}

static cp_status unknown(const keys *k, const char *what, cp_str word, uint32_t line,
                         const cp_str *known, size_t count)
{
    cp_str near = cp_suggest(word, known, count);
    cp_buf all = {.arena = k->arena};
    for (size_t i = 0; i < count; i++)
        cp_buf_printf(&all, "%s%.*s", i ? ", " : "", CP_STR_ARGS(known[i]));
    cp_str hint = near.len
                      ? cp_str_printf(k->arena, "did you mean `%.*s`?", CP_STR_ARGS(near))
                      : cp_str_printf(k->arena, "known are %.*s", (int)all.len, all.ptr);
    return cp_fail(k->err, CP_ERR_USAGE, "%.*s:%u: unknown %s `%.*s`; %.*s",
                   CP_STR_ARGS(k->settings->path), line, what, CP_STR_ARGS(word),
                   CP_STR_ARGS(hint));
}

/* Whether a rule is called `code`, or with `starts` begins so; ALL is all of them. */
static cp_status check_code(const keys *k, cp_str code, uint32_t line, bool starts)
{
    cp_str *ids = cp_new(k->arena, cp_str, k->rules.count + 1);
    bool known = starts && cp_str_is(code, "ALL");
    for (size_t i = 0; i < k->rules.count; i++) {
        ids[i] = k->rules.items[i].id;
        known |= starts ? cp_str_starts(ids[i], code) : cp_str_eq(ids[i], code);
    }
    return known ? CP_OK : unknown(k, "code", code, line, ids, k->rules.count);
}

static cp_status read_codes(const keys *k, const char *key, const cp_toml *value,
                            cp_list *list)
{
    cp_status st = read_texts(k, key, value, list);
    for (size_t i = 0; !st && i < value->item_count; i++)
        st = check_code(k, value->items[i]->text, value->items[i]->line, true);
    return st;
}

static cp_status read_select(keys *k, const char *key, const cp_toml *value)
{
    bool given = k->options->select_given;
    cp_list unused = {0};
    return read_codes(k, key, value, given ? &unused : &k->options->select);
}

static cp_status read_ignore(keys *k, const char *key, const cp_toml *value)
{
    bool given = k->options->select_given;
    cp_list unused = {0};
    return read_codes(k, key, value, given ? &unused : &k->options->ignore);
}

static cp_status read_exclude(keys *k, const char *key, const cp_toml *value)
{
    return read_texts(k, key, value, &k->options->exclude);
}

static cp_status read_per_file(keys *k, const char *key, const cp_toml *value)
{
    cp_options *o = k->options;
    if (value->kind != CP_TOML_TABLE)
        return wrong_kind(k, key, value, "a table of lists of codes by glob");
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < value->pair_count; i++) {
        cp_file_codes codes = {.glob = value->pairs[i].key};
        st = read_codes(k, key, value->pairs[i].value, &codes.codes);
        cp_push(k->arena, o->per_file, o->per_file_count, o->per_file_room, codes);
    }
    return st;
}

static cp_status read_one_severity(keys *k, cp_str code, const cp_toml *value)
{
    static const cp_str names[] = {{"error", 5}, {"warning", 7}, {"info", 4}};
    cp_options *o = k->options;
    cp_str text = {"", 0};
    cp_status st = check_code(k, code, value->line, false);
    if (!st)
        st = read_text(k, cp_str_c(k->arena, code), value, &text);
    if (st)
        return st;
    for (int s = CP_SEVERITY_INFO; s <= CP_SEVERITY_ERROR; s++) {
        cp_code_severity one = {code, (cp_severity)s};
        if (!cp_str_is(text, cp_severity_name(one.severity)))
            continue;
        cp_push(k->arena, o->severities, o->severity_count, o->severity_room, one);
        return CP_OK;
    }
    return unknown(k, "severity", text, value->line, names, 3);
}

static cp_status read_severity(keys *k, const char *key, const cp_toml *value)
{
    if (value->kind != CP_TOML_TABLE)
        return wrong_kind(k, key, value, "a table of severities by code");
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < value->pair_count; i++)
        st = read_one_severity(k, value->pairs[i].key, value->pairs[i].value);
    return st;
}

static cp_status read_contracts(keys *k, const char *key, const cp_toml *value)
{
    cp_list given = k->options->contracts;
    k->options->contracts = (cp_list){0};
    cp_status st = read_places(k, key, value, &k->options->contracts);
    put_behind(k, &k->options->contracts, &given);
    return st;
}

static cp_status read_packages(keys *k, const char *key, const cp_toml *value)
{
    return read_texts(k, key, value, &k->options->packages);
}

static bool is_assumed(const keys *k, const cp_list *given, cp_str package)
{
    cp_requirement other;
    for (size_t i = 0; i < given->count; i++)
        if (!cp_requirement_parse(k->arena, given->items[i], &other, NULL) &&
            cp_str_eq(other.package, package))
            return true;
    return false;
}

static cp_status read_assume(keys *k, const char *key, const cp_toml *value)
{
    cp_list wanted = {0}, given = k->options->assume;
    cp_status st = read_texts(k, key, value, &wanted);
    for (size_t i = 0; !st && i < wanted.count; i++) {
        cp_requirement one;
        cp_err why = {0};
        if (cp_requirement_parse(k->arena, wanted.items[i], &one, &why))
            return cp_fail(k->err, CP_ERR_USAGE, "%.*s:%u: `assume`: %s",
                           CP_STR_ARGS(k->settings->path), value->items[i]->line,
                           why.msg);
        if (!one.spec.count)
            return cp_fail(k->err, CP_ERR_USAGE,
                           "%.*s:%u: `assume`: `%.*s` names no version; write for "
                           "example %.*s==1.2",
                           CP_STR_ARGS(k->settings->path), value->items[i]->line,
                           CP_STR_ARGS(wanted.items[i]), CP_STR_ARGS(one.package));
        if (!is_assumed(k, &given, one.package))
            cp_push(k->arena, k->options->assume.items, k->options->assume.count,
                    k->options->assume.room, wanted.items[i]);
    }
    return st;
}

static cp_status read_output_format(keys *k, const char *key, const cp_toml *value)
{
    cp_options format = {0};
    cp_str text = {"", 0};
    cp_err why = {0};
    cp_status st = read_text(k, key, value, &text);
    if (!st && cp_options_format(&format, cp_str_c(k->arena, text), &why))
        return cp_fail(k->err, CP_ERR_USAGE, "%.*s:%u: %s",
                       CP_STR_ARGS(k->settings->path), value->line, why.msg);
    bool of_debt = format.format == CP_FORMAT_MARKDOWN || format.format == CP_FORMAT_HTML;
    if (!st && of_debt)
        return cp_fail(k->err, CP_ERR_USAGE,
                       "%.*s:%u: check is not written as markdown or html",
                       CP_STR_ARGS(k->settings->path), value->line);
    if (!st && !k->options->format_given && k->options->command == CP_COMMAND_CHECK)
        k->options->format = format.format;
    return st;
}

static cp_status read_baseline(keys *k, const char *key, const cp_toml *value)
{
    cp_str path = {"", 0};
    cp_status st = read_text(k, key, value, &path);
    if (!st && !k->options->baseline.len)
        k->options->baseline = place_of(k, path);
    return st;
}

static cp_status read_roots(keys *k, const char *key, const cp_toml *value)
{
    return read_places(k, key, value, &k->options->roots);
}

static cp_status read_model(keys *k, const char *key, const cp_toml *value)
{
    static const cp_str names[] = {{"bfloat16", 8}, {"float16", 7}, {"float32", 7}};
    cp_list list = {0};
    cp_status st = read_texts(k, key, value, &list);
    for (size_t i = 0; !st && i < list.count; i++) {
        cp_dtype dtype = cp_dtype_of_name(list.items[i]);
        bool known = false;
        for (size_t n = 0; n < 3; n++)
            known |= cp_str_eq(list.items[i], names[n]);
        if (!known)
            return unknown(k, "dtype", list.items[i], value->items[i]->line, names, 3);
        k->options->model_dtypes |= CP_DTYPES(dtype);
    }
    if (!st && !list.count)
        return cp_fail(k->err, CP_ERR_USAGE, "%.*s:%u: `%s` must name a dtype",
                       CP_STR_ARGS(k->settings->path), value->line, key);
    return st;
}

static const struct {
    const char *name;
    key_reader *read;
} known_keys[] = {
    {"select", read_select},
    {"ignore", read_ignore},
    {"exclude", read_exclude},
    {"per-file-ignores", read_per_file},
    {"severity", read_severity},
    {"contracts", read_contracts},
    {"packages", read_packages},
    {"assume", read_assume},
    {"model-dtypes", read_model},
    {"roots", read_roots},
    {"output-format", read_output_format},
    {"baseline", read_baseline},
};
enum { KEY_COUNT = sizeof known_keys / sizeof *known_keys };

static cp_status read_key(keys *k, cp_str key, const cp_toml *value)
{
    cp_str names[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++) {
        names[i] = cp_str_of(known_keys[i].name);
        if (cp_str_eq(key, names[i]))
            return known_keys[i].read(k, known_keys[i].name, value);
    }
    if (cp_str_is(key, "tool"))
        return cp_fail(k->err, CP_ERR_USAGE,
                       "%.*s:%u: in this file the keys stand at the top, without "
                       "[tool.castproof]",
                       CP_STR_ARGS(k->settings->path), value->line);
    return unknown(k, "key", key, value->line, names, KEY_COUNT);
}

cp_status cp_settings_apply(cp_arena *arena, const cp_settings *settings,
                            cp_options *options, cp_err *err)
{
    keys k = {.arena = arena, .settings = settings, .options = options, .err = err};
    options->settings_folder = settings->folder;
    if (!settings->table)
        return CP_OK;
    k.rules = cp_rules_bundled(arena);
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < settings->table->pair_count; i++)
        st = read_key(&k, settings->table->pairs[i].key, settings->table->pairs[i].value);
    return st;
}
