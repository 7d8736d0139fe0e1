#include "base/str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

bool cp_str_starts(cp_str s, cp_str prefix)
{
    return s.len >= prefix.len && cp_str_eq(cp_str_cut(s, 0, prefix.len), prefix);
}

bool cp_str_ends(cp_str s, cp_str suffix)
{
    return s.len >= suffix.len &&
           cp_str_eq(cp_str_cut(s, s.len - suffix.len, s.len), suffix);
}

size_t cp_str_find(cp_str s, cp_str needle, size_t from)
{
    if (from > s.len)
        return SIZE_MAX;
    if (needle.len == 0)
        return from;
    const char *at = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static bool stands_at(cp_str s, cp_str needle, size_t at)
{
    size_t i = 0;
    while (i < needle.len && lower(s.ptr[at + i]) == lower(needle.ptr[i]))
        i++;
    return i == needle.len;
}

bool cp_str_starts_nocase(cp_str s, cp_str prefix)
{
    return s.len >= prefix.len && stands_at(s, prefix, 0);
}

size_t cp_str_find_nocase(cp_str s, cp_str needle, size_t from)
{
    for (size_t at = from; needle.len <= s.len && at <= s.len - needle.len; at++)
        if (stands_at(s, needle, at))
            return at;
    return SIZE_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t cp_str_common(cp_str a, cp_str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
        n++;
    return n;
}

bool cp_str_is_one(cp_str s, const char *const *words)
{
    for (; *words; words++)
        if (cp_str_is(s, *words))
            return true;
    return false;
}

cp_str cp_str_trim(cp_str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = cp_str_cut(s, 1, s.len);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

int cp_str_cmp(cp_str a, cp_str b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int by_bytes = both ? memcmp(a.ptr, b.ptr, both) : 0;
    if (by_bytes)
        return by_bytes;
    return (a.len > b.len) - (a.len < b.len);
}

cp_str cp_str_next(cp_str *rest, char separator)
{
    const char *at = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    cp_str head = *rest;
    if (!at) {
        *rest = (cp_str){rest->ptr + rest->len, 0};
        return head;
    }
    head.len = (size_t)(at - rest->ptr);
    *rest = cp_str_cut(*rest, head.len + 1, rest->len);
    return head;
}

cp_str cp_str_copy(cp_arena *arena, cp_str s)
{
    char *copy = cp_new_unset(arena, char, s.len + 1);
    *cp_str_put(copy, s) = '\0';
    return (cp_str){copy, s.len};
}

const char *cp_str_c(cp_arena *arena, cp_str s)
{
    return cp_str_copy(arena, s).ptr;
}

void cp_buf_reserve(cp_buf *buf, size_t more)
{
    if (buf->room - buf->len > more) /* one byte stays free for the NUL */
        return;
    size_t room = buf->room ? buf->room : 64;
    while (room - buf->len <= more)
        room *= 2;
    char *moved = cp_new_unset(buf->arena, char, room);
    if (buf->len)
        memcpy(moved, buf->ptr, buf->len);
    moved[buf->len] = '\0';
    buf->ptr = moved;
    buf->room = room;
}

void cp_buf_add(cp_buf *buf, cp_str s)
{
    cp_buf_reserve(buf, s.len);
    cp_str_put(buf->ptr + buf->len, s);
    buf->len += s.len;
    buf->ptr[buf->len] = '\0';
}

void cp_buf_puts(cp_buf *buf, const char *text)
{
    cp_buf_add(buf, cp_str_of(text));
}

static void add_formatted(cp_buf *buf, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t left = buf->room - buf->len;
    int len = vsnprintf(left ? buf->ptr + buf->len : NULL, left, fmt, args);
    if (len >= 0 && (size_t)len >= left) {
        cp_buf_reserve(buf, (size_t)len);
        vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, again);
    }
    va_end(again);
    if (len > 0)
        buf->len += (size_t)len;
}

void cp_buf_printf(cp_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_formatted(buf, fmt, args);
    va_end(args);
}

cp_str cp_str_printf(cp_arena *arena, const char *fmt, ...)
{
    char text[256]; /* most are shorter: those take no more than their own bytes */
    cp_buf buf = {.arena = arena, .ptr = text, .room = sizeof text};
    va_list args;
    va_start(args, fmt);
    add_formatted(&buf, fmt, args);
    va_end(args);
    return buf.ptr == text ? cp_str_copy(arena, cp_buf_str(&buf)) : cp_buf_str(&buf);
}
