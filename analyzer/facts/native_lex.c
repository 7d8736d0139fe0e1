#include "facts/native_read.h"

typedef struct lexer {
    cp_arena *arena;
    cp_str text;
    size_t at, end;
    native_tokens out;
    unsigned depth; /* of #if that are open and taken */
    cp_macros *macros;
    const cp_source *source;
} lexer;

static bool is_letter(char c)
{
    return (unsigned char)((c | 32) - 'a') < 26 || c == '_' || c == '$';
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static void add(lexer *l, token_kind kind, size_t start, size_t end, cp_str text)
{
    native_token token = {kind, text, (uint32_t)start, (uint32_t)end, 0};
    cp_push(l->arena, l->out.items, l->out.count, l->out.room, token);
}

/* The end of the line, continuations included. */
static size_t line_end(const lexer *l, size_t at)
{
    while (at < l->end && l->text.ptr[at] != '\n') {
        bool joined = l->text.ptr[at] == '\\';
        at++;
        if (joined && at < l->end && l->text.ptr[at] == '\r')
            at++;
        if (joined && at < l->end && l->text.ptr[at] == '\n')
            at++;
    }
    return at;
}

static void skip_comment(lexer *l)
{
    if (l->text.ptr[l->at + 1] == '/') {
        l->at = line_end(l, l->at);
        return;
    }
    size_t close = cp_str_find(cp_str_cut(l->text, 0, l->end), CP_STR("*/"), l->at + 2);
    l->at = close == SIZE_MAX ? l->end : close + 2;
}

static void take_quoted(lexer *l, char quote)
{
    size_t start = l->at++;
    while (l->at < l->end && l->text.ptr[l->at] != quote && l->text.ptr[l->at] != '\n')
        l->at += l->text.ptr[l->at] == '\\' ? 2 : 1;
    size_t stop = l->at < l->end ? l->at : l->end;
    l->at = stop < l->end ? stop + 1 : stop;
    add(l, quote == '"' ? TOKEN_STRING : TOKEN_NUMBER, start, l->at,
        cp_str_cut(l->text, quote == '"' ? start + 1 : start,
                   quote == '"' ? stop : l->at));
}

/* R"x(…)x": `l->at` is at the quote. */
static void take_raw(lexer *l)
{
    size_t start = l->at, open = l->at + 1;
    while (open < l->end && l->text.ptr[open] != '(')
        open++;
    cp_str mark = cp_str_printf(l->arena, ")%.*s\"", (int)(open - start - 1),
                                l->text.ptr + start + 1);
    size_t close = cp_str_find(cp_str_cut(l->text, 0, l->end), mark, open);
    size_t stop = close == SIZE_MAX ? l->end : close;
    l->at = close == SIZE_MAX ? l->end : close + mark.len;
    if (open < stop)
        add(l, TOKEN_STRING, start, l->at, cp_str_cut(l->text, open + 1, stop));
}

static cp_str directive_word(const lexer *l, size_t *at)
{
    while (*at < l->end && (l->text.ptr[*at] == ' ' || l->text.ptr[*at] == '\t'))
        ++*at;
    size_t start = *at;
    while (*at < l->end && is_letter(l->text.ptr[*at]))
        ++*at;
    return cp_str_cut(l->text, start, *at);
}

/*
 * Whether the lines under this condition are read. A macro that the build sets is taken
 * as set, one that stands for another platform or for the device pass as not set.
 */
static bool is_taken(cp_str word, cp_str rest)
{
    static const char *const foreign[] = {"ROCM",   "HIP",      "__CUDA_ARCH__",
                                          "_WIN32", "_MSC_VER", "__CUDACC_RTC__"};
    bool negative =
        cp_str_is(word, "ifndef") || cp_str_starts(cp_str_trim(rest), CP_STR("!"));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (cp_str_has(rest, cp_str_of(foreign[i])))
            return negative;
    return !cp_str_is(cp_str_trim(rest), "0");
}

/* Goes on behind the directive that closes or opens another branch of this #if. */
static void skip_branch(lexer *l, bool to_endif)
{
    unsigned depth = 0;
    while (l->at < l->end) {
        size_t stop = line_end(l, l->at), at = l->at;
        while (at < stop && (l->text.ptr[at] == ' ' || l->text.ptr[at] == '\t'))
            at++;
        l->at = stop < l->end ? stop + 1 : stop;
        if (at >= stop || l->text.ptr[at] != '#')
            continue;
        at++;
        cp_str word = directive_word(l, &at);
        if (cp_str_starts(word, CP_STR("if"))) {
            depth++;
        } else if (cp_str_is(word, "endif")) {
            if (!depth)
                return;
            depth--;
        } else if (!depth && !to_endif && cp_str_starts(word, CP_STR("el"))) {
            if (cp_str_is(word, "else") ||
                is_taken(word, cp_str_cut(l->text, at, stop))) {
                l->depth++;
                return;
            }
        }
    }
}

static void take_directive(lexer *l)
{
    size_t stop = line_end(l, l->at), at = l->at + 1;
    cp_str word = directive_word(l, &at);
    cp_str rest = cp_str_cut(l->text, at, stop);
    l->at = stop;
    if (cp_str_starts(word, CP_STR("if"))) {
        if (is_taken(word, rest))
            l->depth++;
        else
            skip_branch(l, false);
    } else if (cp_str_starts(word, CP_STR("el"))) {
        if (l->depth) {
            l->depth--;
            skip_branch(l, true);
        }
    } else if (cp_str_is(word, "endif") && l->depth) {
        l->depth--;
    } else if (cp_str_is(word, "define") && l->macros) {
        native_add_macro(l->macros, l->source, (uint32_t)at, rest);
    }
}

static void take_word(lexer *l)
{
    size_t start = l->at;
    while (l->at < l->end &&
           (is_letter(l->text.ptr[l->at]) || is_digit(l->text.ptr[l->at])))
        l->at++;
    cp_str word = cp_str_cut(l->text, start, l->at);
    if (l->at < l->end && l->text.ptr[l->at] == '"' && word.len <= 3 &&
        word.ptr[word.len - 1] == 'R')
        take_raw(l);
    else
        add(l, TOKEN_NAME, start, l->at, word);
}

static void take_number(lexer *l)
{
    size_t start = l->at;
    while (l->at < l->end) {
        char c = l->text.ptr[l->at], before = l->text.ptr[l->at ? l->at - 1 : 0];
        bool sign = (c == '+' || c == '-') && (before == 'e' || before == 'E');
        if (!is_letter(c) && !is_digit(c) && c != '.' && c != '\'' && !sign)
            break;
        l->at++;
    }
    add(l, TOKEN_NUMBER, start, l->at, cp_str_cut(l->text, start, l->at));
}

/* `>>` stays two tokens: it may close two template argument lists. */
static void take_punct(lexer *l)
{
    static const char *const long_ones[] = {
        "<<<", "<<=", "...", "->*", "<=>", "::", "->", "<<", "<=", ">=", "==", "!=", "&&",
        "||",  "++",  "--",  "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=", "##"};
    static const char seconds[] = "<=.>:-&|+#"; /* of the long ones */
    size_t len = 1;
    bool may_be_long =
        l->at + 1 < l->end && memchr(seconds, l->text.ptr[l->at + 1], sizeof seconds - 1);
    for (size_t i = 0; may_be_long && i < sizeof long_ones / sizeof *long_ones; i++) {
        cp_str mark = cp_str_of(long_ones[i]);
        if (mark.len <= l->end - l->at &&
            memcmp(l->text.ptr + l->at, mark.ptr, mark.len) == 0) {
            len = mark.len;
            break;
        }
    }
    add(l, TOKEN_PUNCT, l->at, l->at + len, cp_str_cut(l->text, l->at, l->at + len));
    l->at += len;
}

native_tokens native_lex(cp_arena *arena, cp_str text, cp_macros *macros,
                         const cp_source *source)
{
    lexer l = {.arena = arena,
               .text = text,
               .end = text.len,
               .macros = macros,
               .source = source};
    bool line_begins = true;
    while (l.at < l.end) {
        char c = text.ptr[l.at];
        if (c == ' ') {
            l.at++;
            continue;
        }
        char next = l.at + 1 < l.end ? text.ptr[l.at + 1] : '\0';
        if (c == '\n' || c == '\t' || c == '\r' || c == '\f' ||
            (c == '\\' && (next == '\n' || next == '\r'))) {
            line_begins |= c == '\n';
            l.at += c == '\\' ? 2 : 1;
            continue;
        }
        if (c == '/' && (next == '/' || next == '*')) {
            skip_comment(&l);
            continue;
        }
        if (c == '#' && line_begins) {
            take_directive(&l);
            continue;
        }
        line_begins = false;
        if (c == '"' || c == '\'')
            take_quoted(&l, c);
        else if (is_letter(c))
            take_word(&l);
        else if (is_digit(c) || (c == '.' && is_digit(next)))
            take_number(&l);
        else
            take_punct(&l);
    }
    return l.out;
}

bool native_match(native_tokens *tokens, uint32_t *lost)
{
    uint32_t open[512], depth = 0;
    for (uint32_t i = 0; i < tokens->count; i++) {
        native_token *token = &tokens->items[i];
        if (token->kind != TOKEN_PUNCT || token->text.len != 1)
            continue;
        char c = token->text.ptr[0];
        if (c == '(' || c == '[' || c == '{') {
            *lost = token->at;
            if (depth == sizeof open / sizeof *open)
                return false;
            open[depth++] = i;
        } else if (c == ')' || c == ']' || c == '}') {
            *lost = token->at;
            char want = c == ')' ? '(' : c == ']' ? '[' : '{';
            if (!depth || tokens->items[open[depth - 1]].text.ptr[0] != want)
                return false;
            tokens->items[open[--depth]].match = i;
        }
    }
    return depth == 0;
}
