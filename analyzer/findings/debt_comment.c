#include "findings/debt_parts.h"

/* A line of a remark that is this long goes on in the next one. */
enum { FULL_LINE = 72, TOKEN_MAX = 64, LINES_MAX = 12, TEXT_MAX = 600 };

/*
 * The marker that the text begins with; "" if there is none. In small letters it
 * is one only before a colon or an owner: `note that` is a sentence.
 */
static cp_str marker_of(cp_str text)
{
    static const char *const markers[] = {"TODO", "FIXME", "XXX", "NOTE"};
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++) {
        cp_str marker = cp_str_of(markers[i]);
        if (!cp_str_starts_nocase(text, marker))
            continue;
        char next = text.len > marker.len ? text.ptr[marker.len] : '\0';
        bool capitals = cp_str_starts(text, marker);
        if (next == ':' || next == '(' || (capitals && !cp_is_word_byte(next)))
            return cp_str_cut(text, 0, marker.len);
    }
    return (cp_str){"", 0};
}

/* Takes `(owner)` and the colon from the front of the text. */
static cp_str take_owner(cp_str *text)
{
    cp_str owner = {"", 0};
    size_t close = cp_str_find(*text, CP_STR(")"), 0);
    if (cp_str_starts(*text, CP_STR("(")) && close != SIZE_MAX) {
        owner = cp_str_trim(cp_str_cut(*text, 1, close));
        *text = cp_str_trim(cp_str_cut(*text, close + 1, text->len));
    }
    while (text->len && (text->ptr[0] == ':' || text->ptr[0] == '-'))
        *text = cp_str_trim(cp_str_cut(*text, 1, text->len));
    return owner;
}

/* Whether comment `next` is a further line of the remark that `last` ends. */
static bool goes_on(const cp_module *module, const cp_comment *last,
                    const cp_comment *next)
{
    uint32_t line, column, next_line, next_column;
    cp_source_position(module->source, last->span.start, &line, &column);
    cp_source_position(module->source, next->span.start, &next_line, &next_column);
    cp_str text = cp_str_trim(next->text);
    if (!next->own_line || next_line != line + 1 || !text.len || marker_of(text).len)
        return false;
    bool full = column + (last->span.end - last->span.start) > FULL_LINE;
    bool deeper = last->own_line && next_column == column &&
                  cp_str_starts(next->text, CP_STR("   "));
    return full || deeper;
}

/* Data in a comment is no prose; it is cut between characters. */
static cp_str shortened(cp_arena *arena, cp_str text)
{
    size_t end = TEXT_MAX;
    if (text.len <= TEXT_MAX)
        return text;
    while (end && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end--;
    return cp_str_printf(arena, "%.*s …", (int)end, text.ptr);
}

/* A kernel has temporary storage that nobody means to change. */
static bool puts_off(cp_str text, bool is_native)
{
    static const char *const phrases[] = {"for now", "after testing",
                                          "for the time being", "to be removed once"};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (cp_str_find_nocase(text, cp_str_of(phrases[i]), 0) != SIZE_MAX)
            return true;
    return cp_str_find_nocase(text,
                              is_native ? CP_STR("temporarily") : CP_STR("temporar"),
                              0) != SIZE_MAX;
}

/* One past the last comment of the remark that begins with comment `index`. */
static uint32_t remark_end(const cp_module *module, uint32_t index)
{
    uint32_t end = index + 1;
    while (end < module->comment_count && end < index + LINES_MAX &&
           goes_on(module, &module->comments[end - 1], &module->comments[end]))
        end++;
    return end;
}

/* Without a marker, some line must put something off. */
static bool is_remark(const cp_module *module, uint32_t index, uint32_t end,
                      cp_str marker)
{
    if (marker.len)
        return true;
    if (index && goes_on(module, &module->comments[index - 1], &module->comments[index]))
        return false;
    for (uint32_t i = index; i < end; i++)
        if (puts_off(module->comments[i].text, module->is_native))
            return true;
    return false;
}

bool cp_debt_note_of(cp_arena *arena, const cp_module *module, uint32_t index,
                     cp_debt_note *note)
{
    const cp_comment *comment = &module->comments[index];
    cp_str text = cp_str_trim(comment->text);
    uint32_t end = remark_end(module, index);
    *note = (cp_debt_note){.module = module, .comment = comment};
    note->marker = marker_of(text);
    note->owner = (cp_str){"", 0};
    if (!is_remark(module, index, end, note->marker))
        return false;
    text = cp_str_trim(cp_str_cut(text, note->marker.len, text.len));
    if (note->marker.len)
        note->owner = take_owner(&text);
    cp_buf buf = {.arena = arena};
    cp_buf_add(&buf, text);
    for (uint32_t i = index + 1; i < end; i++) {
        cp_buf_puts(&buf, " ");
        cp_buf_add(&buf, cp_str_trim(module->comments[i].text));
    }
    note->text = shortened(arena, cp_buf_str(&buf));
    return note->text.len > 0;
}

/* The next word in small letters, "" at the end; what does not fit is cut off. */
static cp_str next_token(cp_str *rest, char *out)
{
    size_t len = 0;
    while (rest->len && !cp_is_word_byte(rest->ptr[0]))
        *rest = cp_str_cut(*rest, 1, rest->len);
    while (rest->len && cp_is_word_byte(rest->ptr[0])) {
        char c = rest->ptr[0];
        if (len < TOKEN_MAX)
            out[len++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        *rest = cp_str_cut(*rest, 1, rest->len);
    }
    return (cp_str){out, len};
}

static bool is_one_of(cp_str token, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cp_str_is(token, words[i]))
            return true;
    return false;
}

#define ONE_OF(token, words) is_one_of((token), (words), sizeof(words) / sizeof *(words))

/* In C++ `float` and `half` are dtypes, unless `half` is said of something else. */
static cp_dtype dtype_of_cpp(cp_str token, cp_str before)
{
    static const char *const leads[] = {"in", "as", "to", "use", "or", "and"};
    if (cp_str_is(token, "float"))
        return CP_F32;
    return cp_str_is(token, "half") && ONE_OF(before, leads) ? CP_F16 : CP_DTYPE_NONE;
}

static cp_dtype dtype_of_word(cp_str token)
{
    static const struct {
        const char *word;
        cp_dtype dtype;
    } words[] = {{"bf16", CP_BF16},   {"bfloat16", CP_BF16}, {"fp32", CP_F32},
                 {"float32", CP_F32}, {"f32", CP_F32},       {"fp16", CP_F16},
                 {"float16", CP_F16}, {"fp64", CP_F64},      {"float64", CP_F64}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_is(token, words[i].word))
            return words[i].dtype;
    return CP_DTYPE_NONE;
}

static bool is_dtype_word(cp_str token)
{
    static const char *const words[] = {"dtype",  "dtypes",  "precision",
                                        "upcast", "upcasts", "downcast"};
    static const char *const ends[] = {"_fp32", "_bf16", "_fp16", "_float32", "_dtype"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (cp_str_ends(token, cp_str_of(ends[i])))
            return true;
    return dtype_of_word(token) != CP_DTYPE_NONE || ONE_OF(token, words);
}

static bool is_routing_word(const cp_flow_rules *rules, cp_str token)
{
    static const char *const words[] = {"gating", "moegate"};
    return cp_name_is_routing(rules, token) || ONE_OF(token, words) ||
           cp_str_starts(token, CP_STR("router")) ||
           cp_str_starts(token, CP_STR("routing")) ||
           cp_str_ends(token, CP_STR("_router"));
}

/* `without bf16` and `from fp32` do not ask for it. */
static bool turns_away(cp_str before)
{
    static const char *const words[] = {"not",  "no",     "without", "from", "than",
                                        "drop", "remove", "of",      "avoid"};
    return ONE_OF(before, words);
}

/* `routing bias`, `router logits`, in one word or in two. */
static bool names_tensor(const cp_flow_rules *rules, cp_str token, cp_str before)
{
    static const char *const tails[] = {"logit", "logits", "bias", "weights", "scores"};
    static const char *const heads[] = {"router", "routing", "gate", "gating"};
    if (cp_debt_tensor_of(rules, token) != CP_ROLE_NONE)
        return true;
    return (ONE_OF(before, heads) && ONE_OF(token, tails)) ||
           (cp_str_is(before, "topk") && cp_str_is(token, "weights"));
}

static void add_token(const cp_flow_rules *rules, cp_str token, cp_str before,
                      cp_debt_words *words, cp_dtypes *asked)
{
    static const char *const other[] = {"attention", "attn",     "shared", "indexer",
                                        "altup",     "modality", "vision", "gated"};
    static const char *const demands[] = {"requires", "require", "required", "only",
                                          "must",     "needs",   "expects"};
    static const char *const accuracy[] = {"accuracy", "degrade", "degrades", "numerics",
                                           "numerical"};
    static const char *const kernel[] = {"kernel", "kernels", "fuse",  "fused",  "dot",
                                         "tl",     "cast",    "casts", "convert"};
    words->routing |= is_routing_word(rules, token);
    words->kernel |= ONE_OF(token, kernel);
    words->accuracy |= ONE_OF(token, accuracy);
    words->routing |= cp_str_is(before, "topk") &&
                      (cp_str_is(token, "weights") || cp_str_is(token, "weight"));
    words->tensor |= names_tensor(rules, token, before);
    words->demands |= ONE_OF(token, demands);
    words->gate |= cp_str_is(token, "gate") || cp_str_is(token, "gates");
    words->dtype |= is_dtype_word(token);
    words->other |= ONE_OF(token, other);
    cp_dtype named = dtype_of_word(token);
    if (words->is_native && named == CP_DTYPE_NONE)
        named = dtype_of_cpp(token, before);
    words->dtype |= named != CP_DTYPE_NONE;
    if (named != CP_DTYPE_NONE && !turns_away(before))
        *asked |= CP_DTYPES(named);
}

/* The name that ends with the token at `at`, with the word before where it takes two. */
static cp_str tensor_name(const cp_flow_rules *rules, cp_str token, const char *before_at,
                          const char *at)
{
    bool alone = cp_debt_tensor_of(rules, token) != CP_ROLE_NONE;
    const char *start = alone ? at : before_at;
    return (cp_str){start, (size_t)(at - start) + token.len};
}

cp_debt_words cp_debt_words_of(const cp_flow_rules *rules, cp_str text, bool is_native)
{
    cp_debt_words words = {.is_native = is_native,
                           .wanted = CP_DTYPE_NONE,
                           .puts_off = puts_off(text, is_native)};
    cp_dtypes asked = 0;
    char one[TOKEN_MAX], two[TOKEN_MAX];
    cp_str before = {two, 0};
    const char *before_at = text.ptr;
    for (char *place = one;; place = place == one ? two : one) {
        cp_str token = next_token(&text, place);
        if (!token.len)
            break;
        bool named = words.tensor;
        const char *at = text.ptr - token.len;
        add_token(rules, token, before, &words, &asked);
        if (!words.about.len && (words.routing || words.gate))
            words.about = (cp_str){at, token.len};
        if (is_native && !named && words.tensor)
            words.about = tensor_name(rules, token, before_at, at);
        before = token;
        before_at = at;
    }
    for (int d = 0; d < CP_DTYPE_COUNT; d++)
        if (asked == CP_DTYPES(d) && !words.demands)
            words.wanted = (cp_dtype)d;
    return words;
}
