#include "parse/toml.h"

#include <stdarg.h>
#include <stdio.h>

#include "parse/toml_read.h"

/* A table with more pairs than this is searched through an index. */
#define LINEAR_MAX 16

bool toml_fail(toml_reader *r, const char *fmt, ...)
{
    char what[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    cp_fail(r->err, CP_ERR_SYNTAX, "%.*s:%u: %s", CP_STR_ARGS(r->path), r->line, what);
    return false;
}

const char *cp_toml_kind_name(cp_toml_kind kind)
{
    static const char *const names[] = {"string", "integer", "float", "boolean",
                                        "date",   "array",   "table"};
    return names[kind];
}

void toml_skip_blanks(toml_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

bool toml_take_newline(toml_reader *r)
{
    size_t left = (size_t)(r->end - r->at);
    size_t width = left && *r->at == '\n'                             ? 1
                   : left > 1 && r->at[0] == '\r' && r->at[1] == '\n' ? 2
                                                                      : 0;
    r->at += width;
    if (width)
        r->line++;
    return width != 0;
}

static bool skip_comment(toml_reader *r)
{
    while (r->at < r->end && *r->at != '\n') {
        unsigned char c = (unsigned char)*r->at;
        bool ends = c == '\r' && r->at + 1 < r->end && r->at[1] == '\n';
        if (ends)
            break;
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return toml_fail(r, "control character 0x%02x in a comment", c);
        r->at++;
    }
    return true;
}

bool toml_skip_lines(toml_reader *r)
{
    for (;;) {
        toml_skip_blanks(r);
        if (r->at < r->end && *r->at == '#' && !skip_comment(r))
            return false;
        if (!toml_take_newline(r))
            return true;
    }
}

/* Nothing but a comment may follow on the line. */
static bool end_line(toml_reader *r)
{
    toml_skip_blanks(r);
    if (r->at < r->end && *r->at == '#' && !skip_comment(r))
        return false;
    if (r->at == r->end || toml_take_newline(r))
        return true;
    return toml_fail(r, "expected the end of the line, found `%c`",
                     *r->at >= ' ' && *r->at < 0x7f ? *r->at : '?');
}

cp_toml *toml_new(toml_reader *r, cp_toml_kind kind)
{
    cp_toml *value = cp_new(r->arena, cp_toml, 1);
    value->kind = kind;
    value->line = r->line;
    return value;
}

cp_toml *toml_find(const cp_toml *table, cp_str key)
{
    if (table->index)
        return cp_map_get(table->index, key);
    for (size_t i = 0; i < table->pair_count; i++)
        if (cp_str_eq(table->pairs[i].key, key))
            return table->pairs[i].value;
    return NULL;
}

void toml_put(toml_reader *r, cp_toml *table, cp_str key, cp_toml *value)
{
    cp_push(r->arena, table->pairs, table->pair_count, table->pair_room,
            ((cp_toml_pair){key, value}));
    if (!table->index && table->pair_count > LINEAR_MAX) {
        table->index = cp_new(r->arena, cp_map, 1);
        table->index->arena = r->arena;
        for (size_t i = 0; i < table->pair_count; i++)
            cp_map_put(table->index, table->pairs[i].key, table->pairs[i].value);
    } else if (table->index) {
        cp_map_put(table->index, key, value);
    }
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
}

/* One part of a dotted key. */
static bool read_key(toml_reader *r, cp_str *key)
{
    toml_skip_blanks(r);
    if (r->at < r->end && (*r->at == '"' || *r->at == '\''))
        return toml_read_string(r, key);
    const char *start = r->at;
    while (r->at < r->end && is_bare(*r->at))
        r->at++;
    *key = (cp_str){start, (size_t)(r->at - start)};
    return key->len ? true : toml_fail(r, "expected a key");
}

/* Whether another part of the key follows; the blanks and the dot are taken. */
static bool take_dot(toml_reader *r)
{
    toml_skip_blanks(r);
    if (r->at == r->end || *r->at != '.')
        return false;
    r->at++;
    return true;
}

static cp_toml *add_table(toml_reader *r, cp_toml *to, cp_str key, enum toml_state state)
{
    cp_toml *table = toml_new(r, CP_TOML_TABLE);
    table->state = (uint8_t)state;
    toml_put(r, to, key, table);
    return table;
}

bool toml_read_pair(toml_reader *r, cp_toml *table)
{
    cp_str key;
    if (!read_key(r, &key))
        return false;
    while (take_dot(r)) {
        cp_toml *next = toml_find(table, key);
        if (!next)
            next = add_table(r, table, key, TOML_DOTTED);
        else if (next->kind != CP_TOML_TABLE || next->state != TOML_DOTTED)
            return toml_fail(r, "key `%.*s` is already defined on line %u",
                             CP_STR_ARGS(key), next->line);
        table = next;
        if (!read_key(r, &key))
            return false;
    }
    if (r->at == r->end || *r->at != '=')
        return toml_fail(r, "expected `=` after the key `%.*s`", CP_STR_ARGS(key));
    r->at++;
    toml_skip_blanks(r);
    const cp_toml *before = toml_find(table, key);
    if (before)
        return toml_fail(r, "key `%.*s` is already defined on line %u", CP_STR_ARGS(key),
                         before->line);
    cp_toml *value;
    if (!toml_read_value(r, &value))
        return false;
    toml_put(r, table, key, value);
    return true;
}

/* The table that a header's inner key leads to. */
static bool enter(toml_reader *r, cp_toml **table, cp_str key)
{
    cp_toml *next = toml_find(*table, key);
    if (!next)
        next = add_table(r, *table, key, TOML_IMPLIED);
    if (next->kind == CP_TOML_ARRAY && next->state != TOML_CLOSED)
        next = next->items[next->item_count - 1];
    if (next->kind != CP_TOML_TABLE || next->state == TOML_CLOSED)
        return toml_fail(r, "`%.*s` is no table that can be extended (line %u)",
                         CP_STR_ARGS(key), next->line);
    *table = next;
    return true;
}

static bool open_table(toml_reader *r, cp_toml **table, cp_str key)
{
    cp_toml *found = toml_find(*table, key);
    if (found && (found->kind != CP_TOML_TABLE || found->state != TOML_IMPLIED))
        return toml_fail(r, "table `%.*s` is already defined on line %u",
                         CP_STR_ARGS(key), found->line);
    if (!found)
        found = add_table(r, *table, key, TOML_HEADER);
    found->state = TOML_HEADER;
    found->line = r->line;
    *table = found;
    return true;
}

static bool open_element(toml_reader *r, cp_toml **table, cp_str key)
{
    cp_toml *array = toml_find(*table, key);
    if (array && (array->kind != CP_TOML_ARRAY || array->state == TOML_CLOSED))
        return toml_fail(r, "`%.*s` is already defined on line %u, not as `[[%.*s]]`",
                         CP_STR_ARGS(key), array->line, CP_STR_ARGS(key));
    if (!array) {
        array = toml_new(r, CP_TOML_ARRAY);
        array->state = TOML_HEADER;
        toml_put(r, *table, key, array);
    }
    cp_toml *element = toml_new(r, CP_TOML_TABLE);
    element->state = TOML_HEADER;
    cp_push(r->arena, array->items, array->item_count, array->item_room, element);
    *table = element;
    return true;
}

/* `[a.b]` or `[[a.b]]`; `at` is on the first bracket. */
static bool read_header(toml_reader *r, cp_toml *root, cp_toml **table)
{
    bool many = r->end - r->at > 1 && r->at[1] == '[';
    r->at += many ? 2 : 1;
    cp_toml *into = root;
    cp_str key;
    if (!read_key(r, &key))
        return false;
    while (take_dot(r))
        if (!enter(r, &into, key) || !read_key(r, &key))
            return false;
    cp_str closing = many ? CP_STR("]]") : CP_STR("]");
    cp_str rest = {r->at, (size_t)(r->end - r->at)};
    if (!cp_str_starts(rest, closing))
        return toml_fail(r, "expected `%.*s` at the end of the table's header",
                         CP_STR_ARGS(closing));
    r->at += closing.len;
    *table = into;
    return (many ? open_element(r, table, key) : open_table(r, table, key)) &&
           end_line(r);
}

static bool read_document(toml_reader *r, cp_toml *root)
{
    cp_toml *table = root;
    for (;;) {
        if (!toml_skip_lines(r))
            return false;
        if (r->at == r->end)
            return true;
        bool ok = *r->at == '[' ? read_header(r, root, &table)
                                : toml_read_pair(r, table) && end_line(r);
        if (!ok)
            return false;
    }
}

cp_status cp_toml_parse(cp_arena *arena, cp_str path, cp_str text, cp_toml **root,
                        cp_err *err)
{
    cp_err first = {0};
    toml_reader r = {.arena = arena, .path = path, .line = 1, .err = &first};
    if (cp_str_starts(text, CP_STR("\xef\xbb\xbf")))
        text = cp_str_cut(text, 3, text.len);
    r.at = text.len ? text.ptr : "";
    r.end = r.at + text.len;
    cp_toml *table = toml_new(&r, CP_TOML_TABLE);
    table->state = TOML_HEADER;
    if (!read_document(&r, table))
        return cp_fail(err, CP_ERR_SYNTAX, "%s", first.msg);
    *root = table;
    return CP_OK;
}

const cp_toml *cp_toml_get(const cp_toml *table, const char *key)
{
    if (!table || table->kind != CP_TOML_TABLE)
        return NULL;
    return toml_find(table, cp_str_of(key));
}

const cp_toml *cp_toml_get_kind(const cp_toml *table, const char *key, cp_toml_kind kind)
{
    const cp_toml *value = cp_toml_get(table, key);
    return value && value->kind == kind ? value : NULL;
}
