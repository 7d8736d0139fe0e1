#include "parse/toml_read.h"

#include <errno.h>
#include <stdlib.h>

#define NUMBER_MAX 128

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Takes `form` off the front of `rest`, in which each 0 stands for any digit. */
static bool take_form(cp_str *rest, const char *form)
{
    size_t n = strlen(form);
    if (rest->len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (form[i] == '0' ? !is_digit(rest->ptr[i]) : rest->ptr[i] != form[i])
            return false;
    *rest = (cp_str){rest->ptr + n, rest->len - n};
    return true;
}

static bool take_time(cp_str *rest)
{
    if (!take_form(rest, "00:00:00"))
        return false;
    if (take_form(rest, ".0"))
        while (take_form(rest, "0"))
            continue;
    return true;
}

/* A day, a time, or both with or without an offset from UTC; RFC 3339's forms. */
static bool is_date(cp_str s)
{
    bool day = take_form(&s, "0000-00-00");
    if (day && !s.len)
        return true;
    if (day && !take_form(&s, "T") && !take_form(&s, "t") && !take_form(&s, " "))
        return false;
    if (!take_time(&s))
        return false;
    if (day && s.len && !take_form(&s, "Z") && !take_form(&s, "z") &&
        !take_form(&s, "+00:00") && !take_form(&s, "-00:00"))
        return false;
    return !s.len;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '+' || c == '.' || c == ':';
}

/* Copies the number without its underscores, each of which must stand between digits. */
static bool strip(cp_str s, char *out)
{
    size_t n = 0;
    if (s.len >= NUMBER_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '_') {
            out[n++] = s.ptr[i];
            continue;
        }
        if (i == 0 || i + 1 == s.len || !is_hex(s.ptr[i - 1]) || !is_hex(s.ptr[i + 1]))
            return false;
    }
    out[n] = '\0';
    return n > 0;
}

static bool only(const char *s, const char *digits)
{
    return *s && s[strspn(s, digits)] == '\0';
}

static bool parse_integer(const char *s, int64_t *out)
{
    bool sign = *s == '+' || *s == '-';
    const char *digits = s + sign;
    int base = 10;
    if (!sign && digits[0] == '0' && digits[1]) {
        base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : digits[1] == 'b' ? 2 : 0;
        digits += 2;
    } else if (sign && digits[0] == '0' && digits[1]) {
        return false;
    }
    const char *allowed = base == 16  ? "0123456789abcdefABCDEF"
                          : base == 8 ? "01234567"
                          : base == 2 ? "01"
                                      : "0123456789";
    if (!base || !only(digits, allowed))
        return false;
    errno = 0;
    *out = strtoll(base == 10 ? s : digits, NULL, base);
    return errno == 0;
}

static bool parse_float(const char *s, double *out)
{
    const char *at = s + (*s == '+' || *s == '-');
    if (strcmp(at, "inf") != 0 && strcmp(at, "nan") != 0) {
        size_t whole = strspn(at, "0123456789");
        if (!whole || (at[0] == '0' && whole > 1) || !at[whole])
            return false;
        at += whole;
        if (*at == '.') {
            size_t part = strspn(++at, "0123456789");
            at += part;
            if (!part)
                return false;
        }
        if (*at == 'e' || *at == 'E') {
            at++;
            at += *at == '+' || *at == '-';
            if (!only(at, "0123456789"))
                return false;
        } else if (*at) {
            return false;
        }
    }
    *out = strtod(s, NULL);
    return true;
}

bool toml_read_word(toml_reader *r, cp_toml *value)
{
    const char *start = r->at;
    while (r->at < r->end && is_word(*r->at))
        r->at++;
    cp_str s = {start, (size_t)(r->at - start)};
    if (!s.len)
        return toml_fail(r, "expected a value");
    bool day_and_time = is_date(s) && s.len == 10 && r->end - r->at > 2 &&
                        *r->at == ' ' && is_digit(r->at[1]);
    if (day_and_time) {
        r->at++;
        while (r->at < r->end && is_word(*r->at))
            r->at++;
        s.len = (size_t)(r->at - start);
    }
    value->text = s;
    char number[NUMBER_MAX];
    if (cp_str_is(s, "true") || cp_str_is(s, "false")) {
        value->kind = CP_TOML_BOOLEAN;
        value->truth = s.len == 4;
    } else if (is_date(s)) {
        value->kind = CP_TOML_DATE;
    } else if (strip(s, number) && parse_integer(number, &value->integer)) {
        value->kind = CP_TOML_INTEGER;
        value->number = (double)value->integer;
    } else if (strip(s, number) && parse_float(number, &value->number)) {
        value->kind = CP_TOML_FLOAT;
    } else {
        return toml_fail(r, "`%.*s` is no value; text needs quotes",
                         (int)(s.len > 60 ? 60 : s.len), s.ptr);
    }
    return true;
}
