#include "parse/toml_read.h"

/* Arrays and inline tables nest no deeper than this, so that the stack holds. */
#define DEPTH_MAX 100

static size_t left(const toml_reader *r)
{
    return (size_t)(r->end - r->at);
}

/* Bytes of the UTF-8 sequence at `s`, 0 where there is none. */
static size_t utf8_width(const char *s, size_t size)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t width = u[0] < 0x80   ? 1
                   : u[0] < 0xc2 ? 0
                   : u[0] < 0xe0 ? 2
                   : u[0] < 0xf0 ? 3
                                 : 4;
    if (u[0] > 0xf4 || width == 0 || width > size)
        return 0;
    for (size_t i = 1; i < width; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool surrogate = u[0] == 0xed && u[1] > 0x9f;
    bool beyond = u[0] == 0xf4 && u[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : width;
}

static void put_utf8(cp_buf *out, uint32_t c)
{
    char b[4];
    size_t n = 0;
    if (c < 0x80) {
        b[n++] = (char)c;
    } else if (c < 0x800) {
        b[n++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        b[n++] = (char)(0xe0 | c >> 12);
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        b[n++] = (char)(0xf0 | c >> 18);
        b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    }
    if (c >= 0x80)
        b[n++] = (char)(0x80 | (c & 0x3f));
    cp_buf_add(out, (cp_str){b, n});
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool read_code_point(toml_reader *r, cp_buf *out, size_t digits)
{
    uint32_t c = 0;
    for (size_t i = 0; i < digits; i++, r->at++) {
        int digit = r->at < r->end ? hex_digit(*r->at) : -1;
        if (digit < 0)
            return toml_fail(r, "a Unicode escape needs %zu hexadecimal digits", digits);
        c = c << 4 | (uint32_t)digit;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return toml_fail(r, "U+%04X is no Unicode scalar value", c);
    put_utf8(out, c);
    return true;
}

/* A backslash at a line's end takes all white space up to the next text with it. */
static bool skip_folded_lines(toml_reader *r)
{
    toml_skip_blanks(r);
    if (!toml_take_newline(r))
        return toml_fail(r, "a backslash must be the last character of its line");
    do
        toml_skip_blanks(r);
    while (toml_take_newline(r));
    return true;
}

/* `at` is behind the backslash. */
static bool read_escape(toml_reader *r, cp_buf *out, bool many_lines)
{
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    if (r->at == r->end)
        return toml_fail(r, "the string is not closed");
    char c = *r->at;
    if (many_lines && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
        return skip_folded_lines(r);
    r->at++;
    if (c == 'u' || c == 'U')
        return read_code_point(r, out, c == 'u' ? 4 : 8);
    const char *name = c ? strchr(names, c) : NULL;
    if (!name)
        return toml_fail(r, "unknown escape; write a backslash as \\\\");
    cp_buf_add(out, (cp_str){&values[name - names], 1});
    return true;
}

/* Takes the bytes of ASCII that mean themselves in any string: nearly all there are. */
static void take_ascii(toml_reader *r, char quote)
{
    const char *at = r->at;
    while (at < r->end && *at >= ' ' && *at < 0x7f && *at != quote && *at != '\\')
        at++;
    r->at = at;
}

/* Takes the plain text at `at` up to what ends it; false on a byte that may not be there.
 */
static bool take_plain(toml_reader *r, char quote, bool many_lines)
{
    for (;;) {
        take_ascii(r, quote);
        if (r->at == r->end || *r->at == quote || (*r->at == '\\' && quote == '"'))
            break;
        unsigned char c = (unsigned char)*r->at;
        if (many_lines && toml_take_newline(r))
            continue;
        if (c == '\n' || c == '\r')
            return toml_fail(r, "the string is not closed on its line");
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return toml_fail(r, "control character 0x%02x in a string", c);
        size_t width = utf8_width(r->at, left(r));
        if (!width)
            return toml_fail(r, "the text is not UTF-8 (byte 0x%02x)", c);
        r->at += width;
    }
    return r->at < r->end ? true : toml_fail(r, "the string is not closed");
}

/* The number of quotes at `at`, up to `most`. */
static size_t count_quotes(const toml_reader *r, char quote, size_t most)
{
    size_t n = 0;
    while (n < most && n < left(r) && r->at[n] == quote)
        n++;
    return n;
}

/* `quotes` is 1 or 3; `at` is behind the opening ones. */
static bool read_quoted(toml_reader *r, char quote, size_t quotes, cp_str *text)
{
    cp_buf buf = {.arena = r->arena};
    const char *start = r->at;
    for (;;) {
        if (!take_plain(r, quote, quotes == 3))
            return false;
        cp_str plain = {start, (size_t)(r->at - start)};
        if (*r->at == '\\') {
            cp_buf_add(&buf, plain);
            r->at++;
            if (!read_escape(r, &buf, quotes == 3))
                return false;
            start = r->at;
            continue;
        }
        /* Of five quotes in a row the first two belong to the text. */
        size_t found = count_quotes(r, quote, quotes == 3 ? 5 : 1);
        r->at += found;
        if (found < quotes)
            continue;
        plain.len += found - quotes;
        if (!buf.len) {
            *text = plain;
            return true;
        }
        cp_buf_add(&buf, plain);
        *text = cp_buf_str(&buf);
        return true;
    }
}

bool toml_read_string(toml_reader *r, cp_str *text)
{
    char quote = *r->at++;
    return read_quoted(r, quote, 1, text);
}

static bool read_string_value(toml_reader *r, cp_toml *value)
{
    char quote = *r->at;
    size_t quotes = count_quotes(r, quote, 3) == 3 ? 3 : 1;
    r->at += quotes;
    if (quotes == 3)
        toml_take_newline(r);
    return read_quoted(r, quote, quotes, &value->text);
}

static bool read_array(toml_reader *r, cp_toml *array)
{
    array->state = TOML_CLOSED;
    r->at++;
    for (;;) {
        if (!toml_skip_lines(r))
            return false;
        if (r->at < r->end && *r->at == ']')
            break;
        cp_toml *item;
        if (!toml_read_value(r, &item))
            return false;
        cp_push(r->arena, array->items, array->item_count, array->item_room, item);
        if (!toml_skip_lines(r))
            return false;
        if (r->at < r->end && *r->at == ']')
            break;
        if (r->at == r->end || *r->at != ',')
            return toml_fail(r, "expected `,` or `]` in the array of line %u",
                             array->line);
        r->at++;
    }
    r->at++;
    return true;
}

/* What an inline table's dotted keys made is complete too. */
static void close_table(cp_toml *table)
{
    table->state = TOML_CLOSED;
    for (size_t i = 0; i < table->pair_count; i++)
        if (table->pairs[i].value->kind == CP_TOML_TABLE)
            close_table(table->pairs[i].value);
}

static bool read_inline_table(toml_reader *r, cp_toml *table)
{
    table->state = TOML_DOTTED;
    r->at++;
    toml_skip_blanks(r);
    bool empty = r->at < r->end && *r->at == '}';
    while (!empty) {
        if (!toml_read_pair(r, table))
            return false;
        toml_skip_blanks(r);
        if (r->at < r->end && *r->at == '}')
            break;
        if (r->at == r->end || *r->at != ',')
            return toml_fail(r, "expected `,` or `}` in the inline table");
        r->at++;
    }
    r->at++;
    close_table(table);
    return true;
}

bool toml_read_value(toml_reader *r, cp_toml **value)
{
    char c = r->at < r->end ? *r->at : '\0';
    cp_toml *made = toml_new(r, c == '['   ? CP_TOML_ARRAY
                                : c == '{' ? CP_TOML_TABLE
                                           : CP_TOML_STRING);
    *value = made;
    if (c == '"' || c == '\'')
        return read_string_value(r, made);
    if (c != '[' && c != '{')
        return toml_read_word(r, made);
    if (r->depth == DEPTH_MAX)
        return toml_fail(r, "values are nested more than %d deep", DEPTH_MAX);
    r->depth++;
    bool ok = c == '[' ? read_array(r, made) : read_inline_table(r, made);
    r->depth--;
    return ok;
}
