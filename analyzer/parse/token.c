#include "parse/token.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t skip_blank(cp_str text, size_t at)
{
    while (at < text.len) {
        bool joins = text.ptr[at] == '\\' && at + 1 < text.len &&
                     (text.ptr[at + 1] == '\n' || text.ptr[at + 1] == '\r');
        if (!joins && !is_blank(text.ptr[at]))
            break;
        at++;
    }
    return at;
}

/* The byte behind the string whose opening quote stands at `at`. */
static size_t string_end(cp_str text, size_t at)
{
    char quote = text.ptr[at];
    bool triple =
        at + 2 < text.len && text.ptr[at + 1] == quote && text.ptr[at + 2] == quote;
    size_t i = at + (triple ? 3 : 1);
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' && i + 1 < text.len)
            i++;
        else if (!triple && (c == quote || c == '\n'))
            return c == quote ? i + 1 : i;
        else if (triple && c == quote && i + 2 < text.len && text.ptr[i + 1] == quote &&
                 text.ptr[i + 2] == quote)
            return i + 3;
    }
    return text.len;
}

static bool is_quote(cp_str text, size_t at)
{
    return at < text.len && (text.ptr[at] == '"' || text.ptr[at] == '\'');
}

static bool is_prefix(cp_str word)
{
    if (word.len > 2)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (!strchr("rRbBuUfFtT", word.ptr[i]))
            return false;
    return true;
}

cp_token cp_lex(cp_str text, size_t at)
{
    size_t start = skip_blank(text, at);
    if (start >= text.len)
        return (cp_token){CP_TOKEN_END, text.len, text.len};
    size_t end = start + 1;
    if (is_quote(text, start))
        return (cp_token){CP_TOKEN_STRING, start, string_end(text, start)};
    if (text.ptr[start] == '#') {
        while (end < text.len && text.ptr[end] != '\n')
            end++;
        return (cp_token){CP_TOKEN_COMMENT, start, end};
    }
    if (!is_word(text.ptr[start]))
        return (cp_token){CP_TOKEN_SIGN, start, end};
    while (end < text.len && is_word(text.ptr[end]))
        end++;
    if (is_quote(text, end) && is_prefix(cp_str_cut(text, start, end)))
        return (cp_token){CP_TOKEN_STRING, start, string_end(text, end)};
    return (cp_token){CP_TOKEN_WORD, start, end};
}
