#include "facts/native_read.h"

/* What puts something off, and what is part of the names of routing tensors. */
static const char *const markers[] = {
    "TODO",    "FIXME",      "XXX",   "todo:",      "fixme:",    "or now",
    "testing", "emporarily", "being", "moved once", "castproof:"};
static const char *const routing[] = {
    "outing", "outer",         "ating",          "ogits",       "opk",       "opK",
    "op_k",   "orrectionBias", "orrection_bias", "inal_scales", "inalScales"};
enum {
    MARKER_COUNT = sizeof markers / sizeof *markers,
    ROUTING_COUNT = sizeof routing / sizeof *routing,
};

const cp_scanner *cp_remark_words(cp_arena *arena)
{
    cp_str words[MARKER_COUNT + ROUTING_COUNT];
    for (size_t i = 0; i < MARKER_COUNT; i++)
        words[i] = cp_str_of(markers[i]);
    for (size_t i = 0; i < ROUTING_COUNT; i++)
        words[MARKER_COUNT + i] = cp_str_of(routing[i]);
    return cp_scanner_new(arena, words, MARKER_COUNT + ROUTING_COUNT);
}

bool cp_has_remarks(const cp_scanner *words_of_remarks, cp_str bytes)
{
    uint64_t words = cp_scan(words_of_remarks, bytes);
    if (words >> (MARKER_COUNT - 1) & 1) /* "castproof:" may silence what no remark is */
        return true;
    return (words & ((UINT64_C(1) << MARKER_COUNT) - 1)) && words >> MARKER_COUNT;
}

typedef struct scan {
    cp_arena *arena;
    cp_module *module;
    cp_str text;
    size_t at, room;
} scan;

static char byte_at(const scan *s, size_t at)
{
    return at < s->text.len ? s->text.ptr[at] : '\0';
}

static bool stands_alone(const scan *s, size_t at)
{
    while (at && (s->text.ptr[at - 1] == ' ' || s->text.ptr[at - 1] == '\t'))
        at--;
    return at == 0 || s->text.ptr[at - 1] == '\n';
}

/* What documentation comments have before their text: slashes, stars, `!` and `<`. */
static size_t behind_marks(const scan *s, size_t at, size_t end)
{
    while (at < end && (s->text.ptr[at] == '/' || s->text.ptr[at] == '!' ||
                        s->text.ptr[at] == '*' || s->text.ptr[at] == '<'))
        at++;
    return at;
}

/* One line of a comment, also an empty one: bytes [start, end) with its marks. */
static void add_line(scan *s, size_t start, size_t end)
{
    while (end > start && (s->text.ptr[end - 1] == '\r' || s->text.ptr[end - 1] == ' ' ||
                           s->text.ptr[end - 1] == '\t'))
        end--;
    size_t text = behind_marks(s, start, end);
    cp_comment comment = {.span = {(uint32_t)start, (uint32_t)end},
                          .text = cp_str_cut(s->text, text, end),
                          .own_line = stands_alone(s, start)};
    cp_push(s->arena, s->module->comments, s->module->comment_count, s->room, comment);
}

/* `//` with the lines that a backslash at the end joins to it, each by itself. */
static void take_line_comment(scan *s)
{
    bool joined = true;
    while (joined && s->at < s->text.len) {
        size_t start = s->at;
        while (byte_at(s, start) == ' ' || byte_at(s, start) == '\t')
            start++;
        size_t stop = cp_str_find(s->text, CP_STR("\n"), start), end = stop;
        if (stop == SIZE_MAX)
            stop = end = s->text.len;
        if (end > start && s->text.ptr[end - 1] == '\r')
            end--;
        joined = end > start && s->text.ptr[end - 1] == '\\';
        add_line(s, start, joined ? end - 1 : end);
        s->at = stop < s->text.len ? stop + 1 : stop;
    }
}

static void take_block_comment(scan *s)
{
    size_t close = cp_str_find(s->text, CP_STR("*/"), s->at + 2);
    size_t end = close == SIZE_MAX ? s->text.len : close;
    while (s->at < end) {
        size_t start = s->at;
        while (start < end && (s->text.ptr[start] == ' ' || s->text.ptr[start] == '\t'))
            start++;
        size_t stop = cp_str_find(s->text, CP_STR("\n"), start);
        if (stop == SIZE_MAX || stop > end)
            stop = end;
        add_line(s, start, stop);
        s->at = stop < end ? stop + 1 : end;
    }
    s->at = close == SIZE_MAX ? s->text.len : close + 2;
}

static void skip_quoted(scan *s, char quote)
{
    s->at++;
    while (s->at < s->text.len && byte_at(s, s->at) != quote && byte_at(s, s->at) != '\n')
        s->at += byte_at(s, s->at) == '\\' ? 2 : 1;
    if (byte_at(s, s->at) == quote)
        s->at++;
}

/* R"x(…)x": `at` is at the quote. */
static void skip_raw(scan *s)
{
    size_t open = cp_str_find(s->text, CP_STR("("), s->at);
    if (open == SIZE_MAX || open - s->at > 17) { /* the longest mark has 16 bytes */
        skip_quoted(s, '"');
        return;
    }
    char mark[20];
    size_t len = open - s->at - 1;
    mark[0] = ')';
    memcpy(mark + 1, s->text.ptr + s->at + 1, len);
    mark[len + 1] = '"';
    size_t close = cp_str_find(s->text, (cp_str){mark, len + 2}, open);
    s->at = close == SIZE_MAX ? s->text.len : close + len + 2;
}

/* A word, or a number with the quotes that part its digits. */
static void skip_word(scan *s)
{
    size_t start = s->at;
    bool digits = s->text.ptr[start] >= '0' && s->text.ptr[start] <= '9';
    while (cp_is_word_byte(byte_at(s, s->at)) || (digits && byte_at(s, s->at) == '\'' &&
                                                  cp_is_word_byte(byte_at(s, s->at + 1))))
        s->at++;
    if (byte_at(s, s->at) == '"' && s->at - start <= 3 && byte_at(s, s->at - 1) == 'R')
        skip_raw(s);
}

cp_module *cp_facts_of_comments(cp_arena *arena, const cp_source *source)
{
    cp_module *module = cp_new(arena, cp_module, 1);
    module->source = source;
    module->is_native = true;
    scan s = {.arena = arena, .module = module, .text = source->text};
    while (s.at < s.text.len) {
        char c = s.text.ptr[s.at], next = byte_at(&s, s.at + 1);
        if (c == '/' && next == '/')
            take_line_comment(&s);
        else if (c == '/' && next == '*')
            take_block_comment(&s);
        else if (c == '"' || c == '\'')
            skip_quoted(&s, c);
        else if (cp_is_word_byte(c))
            skip_word(&s);
        else
            s.at++;
    }
    return module;
}

cp_native_code cp_native_code_of(cp_arena *arena, cp_str text)
{
    native_tokens tokens = native_lex(arena, text, NULL, NULL);
    cp_native_code code = {.words = cp_new(arena, cp_native_word, tokens.count + 1)};
    for (size_t i = 0; i < tokens.count; i++)
        if (tokens.items[i].kind != TOKEN_STRING)
            code.words[code.count++] = (cp_native_word){
                tokens.items[i].text, tokens.items[i].kind == TOKEN_NAME};
    return code;
}
