#include "contracts/mine_glance.h"

/* Adds a byte to the hash of a word. */
static uint32_t mix(uint32_t hash, char c)
{
    return (hash ^ (unsigned char)c) * 16777619u;
}

/* The place of the bit that stands for the hash of a word. */
static uint32_t place_of(uint32_t hash)
{
    return (hash ^ hash >> 15) & (64 * 512 - 1);
}

static const uint32_t hash_start = 2166136261u;

mine_word_set *mine_words_of(cp_arena *arena, cp_str text)
{
    mine_word_set *set = cp_new(arena, mine_word_set, 1);
    for (size_t at = 0; at < text.len;) {
        uint32_t hash = hash_start;
        size_t start = at;
        while (at < text.len && cp_is_word_byte(text.ptr[at]))
            hash = mix(hash, text.ptr[at++]);
        if (at > start)
            set->bits[place_of(hash) / 64] |= (uint64_t)1 << place_of(hash) % 64;
        else
            at++;
    }
    return set;
}

bool mine_may_have_word(const mine_word_set *set, cp_str word)
{
    uint32_t hash = hash_start;
    for (size_t i = 0; i < word.len; i++)
        hash = mix(hash, word.ptr[i]);
    return set->bits[place_of(hash) / 64] >> place_of(hash) % 64 & 1;
}

static bool is_one_of(const char *set, char c)
{
    return c && strchr(set, c);
}

/* The next place where the name stands as a word of its own; SIZE_MAX for none. */
static size_t find_word(cp_str text, cp_str name, size_t at)
{
    for (; (at = cp_str_find(text, name, at)) != SIZE_MAX; at += name.len) {
        bool inside =
            (at && cp_is_word_byte(text.ptr[at - 1])) ||
            (at + name.len < text.len && cp_is_word_byte(text.ptr[at + name.len]));
        if (!inside)
            return at;
    }
    return SIZE_MAX;
}

/* What stands before `at` on its line. */
static cp_str line_before(cp_str text, size_t at)
{
    size_t start = at;
    while (start && text.ptr[start - 1] != '\n')
        start--;
    return cp_str_cut(text, start, at);
}

static bool is_registered_at(cp_str text, size_t at, cp_str name)
{
    cp_str before = line_before(text, at);
    if (cp_str_has(before, CP_STR("EXPORT")) || cp_str_has(before, CP_STR("REGISTER")))
        return true;
    char next = at + name.len < text.len ? text.ptr[at + name.len] : 0;
    bool quoted = cp_str_ends(before, CP_STR("\"")) || cp_str_ends(before, CP_STR("::"));
    return quoted && cp_str_has(before, CP_STR("\"")) &&
           (next == '"' || next == '(' || next == '.');
}

bool mine_text_registers(cp_str text, cp_str name)
{
    for (size_t at = 0; (at = find_word(text, name, at)) != SIZE_MAX; at += name.len)
        if (is_registered_at(text, at, name))
            return true;
    return false;
}

static size_t skip_blank(cp_str text, size_t at)
{
    while (at < text.len && is_one_of(" \t\r\n", text.ptr[at]))
        at++;
    return at;
}

/* What stands behind `(…)` at `at` and what may follow it; "" where it is no list. */
static cp_str after_parameters(cp_str text, size_t at)
{
    unsigned depth = 0;
    at = skip_blank(text, at);
    if (at >= text.len || text.ptr[at] != '(')
        return (cp_str){"", 0};
    for (; at < text.len; at++) {
        depth += text.ptr[at] == '(';
        depth -= text.ptr[at] == ')';
        if (!depth)
            break;
    }
    at = skip_blank(text, at + 1);
    while (at < text.len &&
           cp_is_word_byte(text.ptr[at])) { /* const, noexcept, override */
        while (at < text.len && cp_is_word_byte(text.ptr[at]))
            at++;
        at = skip_blank(text, at);
    }
    return cp_str_cut(text, at < text.len ? at : text.len, text.len);
}

/* Whether what ends before `at` can be the type of what follows, or a class around it. */
static bool is_after_type(cp_str text, size_t at)
{
    static const char *const others[] = {"return", "else",   "throw",
                                         "new",    "delete", "do"};
    while (at && is_one_of(" \t\r\n", text.ptr[at - 1]))
        at--;
    if (!at)
        return false;
    size_t start = at;
    while (start && cp_is_word_byte(text.ptr[start - 1]))
        start--;
    cp_str word = cp_str_cut(text, start, at);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cp_str_is(word, others[i]))
            return false;
    return word.len || is_one_of("*&>:]", text.ptr[at - 1]);
}

/* Whether a function of that name stands somewhere, and `end` behind its parameters. */
static bool has_function(cp_str text, cp_str name, cp_str end)
{
    for (size_t at = 0; (at = find_word(text, name, at)) != SIZE_MAX; at += name.len)
        if (is_after_type(text, at) &&
            cp_str_starts(after_parameters(text, at + name.len), end))
            return true;
    return false;
}

bool mine_text_defines(cp_str text, cp_str name)
{
    return has_function(text, name, CP_STR("{")) ||
           has_function(text, name, CP_STR("->"));
}

bool mine_text_declares(cp_str text, cp_str name)
{
    for (size_t at = 0; (at = find_word(text, name, at)) != SIZE_MAX; at += name.len)
        if (at && text.ptr[at - 1] == '&')
            return true; /* the address of it */
    return has_function(text, name, CP_STR(";"));
}

/* class name, struct name, using name, typedef … name; or a line `… name =`. */
static bool is_other_at(cp_str text, size_t at, cp_str name)
{
    static const char *const words[] = {"class",   "struct", "using",
                                        "typedef", "union",  "enum"};
    cp_str before = line_before(text, at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_has(before, cp_str_of(words[i])))
            return true;
    size_t next = skip_blank(text, at + name.len);
    bool outside = before.len && before.ptr[0] != ' ' && before.ptr[0] != '\t';
    return outside && next < text.len &&
           (text.ptr[next] == '=' || text.ptr[next] == '{' || text.ptr[next] == '[');
}

bool mine_text_has(cp_str text, cp_str name)
{
    if (mine_text_defines(text, name))
        return true;
    for (size_t at = 0; (at = find_word(text, name, at)) != SIZE_MAX; at += name.len)
        if (is_other_at(text, at, name))
            return true;
    return false;
}
