#include <inttypes.h>

#include "contracts/clause.h"
#include "contracts/pins_read.h"
#include "parse/toml.h"

/* Adds the strings of an array; what is no string (an include of a group) is passed over.
 */
static void add_array(const pin_sink *sink, const cp_toml *array)
{
    if (!array || array->kind != CP_TOML_ARRAY)
        return;
    for (size_t i = 0; i < array->item_count; i++)
        if (array->items[i]->kind == CP_TOML_STRING)
            pins_add(sink, array->items[i]->text, array->items[i]->line);
}

/* Adds each array of a table of them: extras and dependency groups. */
static void add_arrays(const pin_sink *sink, const cp_toml *table)
{
    if (!table || table->kind != CP_TOML_TABLE)
        return;
    for (size_t i = 0; i < table->pair_count; i++)
        add_array(sink, table->pairs[i].value);
}

/* ---- Poetry ---- */

/* `release` with the number at `bump` raised by one and the rest dropped. */
static void put_upper(cp_buf *out, const cp_version *v, uint32_t bump)
{
    cp_buf_puts(out, ",<");
    for (uint32_t i = 0; i <= bump; i++)
        cp_buf_printf(out, "%s%" PRIu64, i ? "." : "",
                      i == bump ? v->release[i] + 1 : v->release[i]);
}

/* `^1.2`: up to the next change of the first number that is not 0. */
static uint32_t caret_bump(const cp_version *v)
{
    uint32_t i = 0;
    while (i + 1 < v->release_count && v->release[i] == 0)
        i++;
    return i;
}

/* One part of a Poetry version, in PEP 440's words, onto `out`. */
static bool put_part(cp_arena *arena, cp_buf *out, cp_str part)
{
    char first = part.ptr[0];
    bool tilde = first == '~' && !cp_str_starts(part, CP_STR("~="));
    if (cp_str_is(part, "*"))
        return true;
    if (out->len)
        cp_buf_puts(out, ",");
    if (first == '^' || tilde) {
        cp_str text = cp_str_trim(cp_str_cut(part, 1, part.len));
        const cp_version *v = cp_version_parse(arena, text);
        if (!v)
            return false;
        cp_buf_printf(out, ">=%.*s", CP_STR_ARGS(text));
        put_upper(out, v, !tilde ? caret_bump(v) : v->release_count > 1);
        return true;
    }
    bool bare = first >= '0' && first <= '9';
    bool lone = first == '=' && part.len > 1 && part.ptr[1] != '=';
    cp_buf_printf(out, "%s%.*s", bare ? "==" : lone ? "=" : "", CP_STR_ARGS(part));
    return true;
}

cp_status pins_poetry_spec(cp_arena *arena, cp_str text, cp_spec *spec, cp_err *err)
{
    cp_buf out = {.arena = arena};
    if (cp_str_has(text, CP_STR("|"))) { /* alternatives: a set that no spec can say */
        *spec = (cp_spec){0};
        return CP_OK;
    }
    for (cp_str rest = text; rest.len;) {
        cp_str part = cp_str_trim(cp_str_next(&rest, ','));
        if (part.len && !put_part(arena, &out, part))
            return cp_fail(err, CP_ERR_SYNTAX,
                           "`%.*s` is no version of Poetry's language",
                           CP_STR_ARGS(text));
    }
    return cp_spec_parse(arena, cp_buf_str(&out), spec, err);
}

static void add_poetry_version(const pin_sink *sink, cp_str package, const cp_toml *value)
{
    const cp_toml *version =
        value->kind == CP_TOML_TABLE ? cp_toml_get(value, "version") : value;
    cp_spec spec = {0};
    cp_err err;
    if (version && version->kind == CP_TOML_STRING &&
        pins_poetry_spec(sink->arena, version->text, &spec, &err))
        pins_add_broken(sink, package, err.msg, version->line);
    else
        pins_add_spec(sink, package, &spec, value->line);
}

/* name = "^1.2", name = { version = "^1.2" }, or an array of such tables, of which
   any may hold: then no version is stated that all of them share. */
static void add_poetry(const pin_sink *sink, const cp_toml *table)
{
    if (!table || table->kind != CP_TOML_TABLE)
        return;
    for (size_t i = 0; i < table->pair_count; i++) {
        const cp_toml *value = table->pairs[i].value;
        cp_str package = cp_package_name(sink->arena, table->pairs[i].key);
        if (value->kind == CP_TOML_ARRAY && value->item_count == 1)
            value = value->items[0];
        add_poetry_version(sink, package, value);
    }
}

static void read_poetry(const pin_sink *sink, const cp_toml *poetry)
{
    add_poetry(sink, cp_toml_get(poetry, "dependencies"));
    add_poetry(sink, cp_toml_get(poetry, "dev-dependencies"));
    const cp_toml *groups = cp_toml_get_kind(poetry, "group", CP_TOML_TABLE);
    for (size_t i = 0; groups && i < groups->pair_count; i++)
        add_poetry(sink, cp_toml_get(groups->pairs[i].value, "dependencies"));
}

static void read_uv(const pin_sink *sink, const cp_toml *uv)
{
    static const char *const keys[] = {"dev-dependencies", "constraint-dependencies",
                                       "override-dependencies"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        add_array(sink, cp_toml_get(uv, keys[i]));
}

void pins_read_pyproject(const pin_sink *sink, const cp_source *source)
{
    cp_toml *root;
    cp_err err;
    if (cp_toml_parse(sink->arena, sink->path, source->text, &root, &err)) {
        pins_trouble(sink, &err);
        return;
    }
    const cp_toml *project = cp_toml_get(root, "project");
    const cp_toml *tool = cp_toml_get(root, "tool");
    add_array(sink, cp_toml_get(project, "dependencies"));
    add_arrays(sink, cp_toml_get(project, "optional-dependencies"));
    add_arrays(sink, cp_toml_get(root, "dependency-groups"));
    add_array(sink, cp_toml_get(cp_toml_get(root, "build-system"), "requires"));
    read_poetry(sink, cp_toml_get(tool, "poetry"));
    read_uv(sink, cp_toml_get(tool, "uv"));
}
