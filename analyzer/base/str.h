/*
 * str.h - borrowed text, and text that grows in an arena.
 *
 * Layer: base. A cp_str is a view: it owns nothing, may hold any byte, and is
 * not ended by NUL unless a function says so. {0} is the empty text.
 */
#ifndef CP_BASE_STR_H
#define CP_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"

typedef struct cp_str {
    const char *ptr;
    size_t len;
} cp_str;

#define CP_STR(literal) ((cp_str){"" literal, sizeof(literal) - 1})
/* The two arguments that printf's "%.*s" wants. */
#define CP_STR_ARGS(s) (int)(s).len, (s).ptr

static inline cp_str cp_str_of(const char *text)
{
    return (cp_str){text, text ? strlen(text) : 0};
}

static inline bool cp_str_eq(cp_str a, cp_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool cp_str_is(cp_str a, const char *text)
{
    return cp_str_eq(a, cp_str_of(text));
}

/* Bytes [start, end) of `s`; the caller has checked that they are in it. */
static inline cp_str cp_str_cut(cp_str s, size_t start, size_t end)
{
    return (cp_str){s.ptr + start, end - start};
}

/* Whether a name of C++ or Python may hold the byte, as far as ASCII goes. */
static inline bool cp_is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

bool cp_str_starts(cp_str s, cp_str prefix);
bool cp_str_ends(cp_str s, cp_str suffix);
/* Letters of ASCII compared without case. */
bool cp_str_starts_nocase(cp_str s, cp_str prefix);

/* Offset of the first `needle` in `s` at or after `from`; SIZE_MAX if there is none. */
size_t cp_str_find(cp_str s, cp_str needle, size_t from);
static inline bool cp_str_has(cp_str s, cp_str needle)
{
    return cp_str_find(s, needle, 0) != SIZE_MAX;
}
/* The same, letters of ASCII compared without case. */
size_t cp_str_find_nocase(cp_str s, cp_str needle, size_t from);

/* How many bytes both begin with alike. */
size_t cp_str_common(cp_str a, cp_str b);

/* Whether `s` is one of `words`, which end with NULL. */
bool cp_str_is_one(cp_str s, const char *const *words);

/* `s` without the ASCII white space around it. */
cp_str cp_str_trim(cp_str s);

/* By bytes, shorter first among equals: <0, 0, >0. */
int cp_str_cmp(cp_str a, cp_str b);

/*
 * Cuts `rest` at the first `separator`: what stands before it is returned and
 * taken from `rest`. Without one, all of it is returned and `rest` is empty.
 */
cp_str cp_str_next(cp_str *rest, char separator);

/* Copies `s` to `out` and returns the place behind it. */
static inline char *cp_str_put(char *out, cp_str s)
{
    if (s.len)
        memcpy(out, s.ptr, s.len);
    return out + s.len;
}

/* A copy in `arena`, ended by a NUL that its length does not count. */
cp_str cp_str_copy(cp_arena *arena, cp_str s);
/* The same as a C string; a NUL within `s` ends it early for C's functions. */
const char *cp_str_c(cp_arena *arena, cp_str s);
/* printf into `arena`; ended by NUL like cp_str_copy. */
cp_str cp_str_printf(cp_arena *arena, const char *fmt, ...) CP_PRINTF(2, 3);

/* Text under construction. {.arena = a} is empty and ready for use. */
typedef struct cp_buf {
    cp_arena *arena;
    char *ptr;
    size_t len, room;
} cp_buf;

void cp_buf_add(cp_buf *buf, cp_str s);
void cp_buf_puts(cp_buf *buf, const char *text);
void cp_buf_printf(cp_buf *buf, const char *fmt, ...) CP_PRINTF(2, 3);
/* Room for `more` further bytes and a NUL at ptr + len, to be written there. */
void cp_buf_reserve(cp_buf *buf, size_t more);
/* What was built so far; valid until the next addition. */
static inline cp_str cp_buf_str(const cp_buf *buf)
{
    return (cp_str){buf->ptr ? buf->ptr : "", buf->len};
}

#endif
