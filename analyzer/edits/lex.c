#include "edits/lex.h"

cp_str cp_lex_squeeze(cp_arena *arena, cp_str text)
{
    char *out = cp_new(arena, char, 2 * text.len + 1);
    char *to = out;
    cp_token_kind before = CP_TOKEN_SIGN;
    for (cp_token t = cp_lex(text, 0); t.kind; t = cp_lex(text, t.end)) {
        if (t.kind == CP_TOKEN_COMMENT)
            continue;
        if (t.kind != CP_TOKEN_SIGN && before != CP_TOKEN_SIGN)
            *to++ = ' ';
        to = cp_str_put(to, cp_str_cut(text, t.start, t.end));
        before = t.kind;
    }
    return (cp_str){out, (size_t)(to - out)};
}

static bool has_break(cp_str text, size_t start, size_t end)
{
    return end > start && memchr(text.ptr + start, '\n', end - start);
}

bool cp_lex_breaks_line(cp_str text)
{
    size_t done = 0;
    int depth = 0;
    for (cp_token t = cp_lex(text, 0); t.kind; t = cp_lex(text, t.end)) {
        if (depth <= 0 && has_break(text, done, t.start))
            return true;
        char sign = t.kind == CP_TOKEN_SIGN ? text.ptr[t.start] : ' ';
        depth += sign == '(' || sign == '[' || sign == '{';
        depth -= sign == ')' || sign == ']' || sign == '}';
        done = t.end;
    }
    return has_break(text, done, text.len);
}

bool cp_lex_has_comment(cp_str text)
{
    for (cp_token t = cp_lex(text, 0); t.kind; t = cp_lex(text, t.end))
        if (t.kind == CP_TOKEN_COMMENT)
            return true;
    return false;
}

bool cp_lex_has_long_string(cp_str text)
{
    for (cp_token t = cp_lex(text, 0); t.kind; t = cp_lex(text, t.end))
        if (t.kind == CP_TOKEN_STRING && has_break(text, t.start, t.end))
            return true;
    return false;
}
