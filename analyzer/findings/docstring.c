#include "findings/docstring.h"

enum { WORDS_MAX = 48 };

/* A sentence, in words without the signs around them. */
typedef struct sentence {
    cp_str words[WORDS_MAX];
    size_t count;
    bool long_one; /* it has more words than fit */
    cp_span span;
} sentence;

/* The lines of a docstring that are about one parameter. */
typedef struct part {
    const cp_param *param;
    size_t start, end; /* bytes of the source */
} part;

static bool is(cp_str word, const char *text)
{
    return word.len == strlen(text) && cp_str_starts_nocase(word, cp_str_of(text));
}

static bool is_one_of(cp_str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is(word, words[i]))
            return true;
    return false;
}

#define ONE_OF(word, words) is_one_of((word), (words), sizeof(words) / sizeof *(words))

static cp_dtype dtype_of_word(cp_str word)
{
    static const struct {
        const char *word;
        cp_dtype dtype;
    } shorts[] = {{"bf16", CP_BF16}, {"fp32", CP_F32}, {"fp16", CP_F16}};
    if (cp_str_starts(word, CP_STR("torch.")))
        word = cp_str_cut(word, 6, word.len);
    for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++)
        if (is(word, shorts[i].word))
            return shorts[i].dtype;
    return cp_dtype_of_name(word);
}

static const cp_param *param_named(const cp_func *func, cp_str name)
{
    for (uint32_t i = 0; i < func->param_count; i++)
        if (cp_str_eq(func->params[i].name, name))
            return &func->params[i];
    return NULL;
}

static bool is_word_byte(char c)
{
    return cp_is_word_byte(c) || c == '.' || c == '-';
}

static size_t indent_of(cp_str line)
{
    size_t at = 0;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
        at++;
    return at;
}

/* The parameter that the line begins to describe, `name: …` or `name (type): …`. */
static const cp_param *entry_of(const cp_func *func, cp_str line, size_t *behind)
{
    size_t start = indent_of(line), at = start;
    while (at < line.len && is_word_byte(line.ptr[at]))
        at++;
    const cp_param *param = param_named(func, cp_str_cut(line, start, at));
    size_t colon = cp_str_find(line, CP_STR(":"), at);
    if (!param || colon == SIZE_MAX)
        return NULL;
    cp_str between = cp_str_trim(cp_str_cut(line, at, colon));
    if (between.len && (between.ptr[0] != '(' || between.ptr[between.len - 1] != ')'))
        return NULL;
    *behind = colon + 1;
    return param;
}

/* Reads a word of the sentence; signs between words are words of their own. */
static size_t next_word(cp_str text, size_t at, sentence *out)
{
    size_t start = at;
    while (at < text.len && is_word_byte(text.ptr[at]))
        at++;
    if (at == start)
        at++;
    cp_str word = cp_str_cut(text, start, at);
    while (word.len > 1 && word.ptr[word.len - 1] == '.')
        word.len--;
    bool blank = word.ptr[0] == ' ' || word.ptr[0] == '\n' || word.ptr[0] == '\r' ||
                 word.ptr[0] == '\t' || word.ptr[0] == '`' || word.ptr[0] == '*';
    if (!blank && out->count == WORDS_MAX)
        out->long_one = true;
    else if (!blank)
        out->words[out->count++] = word;
    return at;
}

static bool ends_sentence(cp_str text, size_t at, size_t end)
{
    char c = text.ptr[at], next = at + 1 < end ? text.ptr[at + 1] : '\n';
    return (c == '.' || c == ';') && (next == ' ' || next == '\n' || next == '\r');
}

/* The sentence that begins at `at`; returns what is behind it. */
static size_t next_sentence(cp_str text, size_t at, size_t end, sentence *out)
{
    *out = (sentence){0};
    while (at < end && (text.ptr[at] == ' ' || text.ptr[at] == '\n' ||
                        text.ptr[at] == '\r' || text.ptr[at] == '\t'))
        at++;
    size_t stop = at;
    while (stop < end && !ends_sentence(text, stop, end))
        stop++;
    out->span = (cp_span){(uint32_t)at, (uint32_t)stop};
    cp_str whole = cp_str_cut(text, 0, stop);
    while (at < stop)
        at = next_word(whole, at, out);
    return stop < end ? stop + 1 : end;
}

static bool names_dtype(const sentence *s)
{
    static const char *const words[] = {"dtype", "dtypes", "type"};
    for (size_t i = 0; i < s->count; i++)
        if (dtype_of_word(s->words[i]) != CP_DTYPE_NONE || ONE_OF(s->words[i], words))
            return true;
    return false;
}

/* "must be", "dtype must be", "should have": behind it, or 0. */
static size_t behind_demand(const sentence *s, size_t at)
{
    static const char *const must[] = {"must", "should", "shall"};
    static const char *const verbs[] = {"be", "have", "match"};
    return at + 1 < s->count && ONE_OF(s->words[at], must) &&
                   ONE_OF(s->words[at + 1], verbs)
               ? at + 2
               : 0;
}

/* "float32, bfloat16 or float16 if provided", to the end of the sentence; else 0. */
static cp_dtypes listed_dtypes(const sentence *s, size_t at)
{
    static const char *const joins[] = {"or", "and", ",", "/", "dtype"};
    static const char *const tails[] = {"if", "when", "provided", "given", "tensor"};
    cp_dtypes set = 0;
    for (; at < s->count; at++) {
        cp_dtype dtype = dtype_of_word(s->words[at]);
        if (dtype != CP_DTYPE_NONE)
            set |= CP_DTYPES(dtype);
        else if (!ONE_OF(s->words[at], joins))
            break;
    }
    for (; at < s->count; at++)
        if (!ONE_OF(s->words[at], tails))
            return 0;
    return set;
}

/* "the dtype of x", "the same dtype as x", to the end of the sentence. */
static const cp_param *shared_with(cp_arena *arena, const cp_func *func,
                                   const sentence *s, size_t at)
{
    static const char *const fill[] = {"of", "the", "same", "data", "exact"};
    static const char *const what[] = {"dtype", "type"};
    bool said = false, same = false;
    for (; at < s->count && ONE_OF(s->words[at], fill); at++)
        same |= is(s->words[at], "same");
    if (at < s->count && ONE_OF(s->words[at], what)) {
        at++;
        said =
            at < s->count && (is(s->words[at], "of") || (same && is(s->words[at], "as")));
        at += said;
    }
    cp_buf name = {.arena = arena};
    if (at < s->count && is(s->words[at], "the"))
        at++;
    for (; said && at < s->count; at++) {
        if (at + 1 == s->count && name.len && is(s->words[at], "tensor"))
            break;
        cp_buf_printf(&name, "%s%.*s", name.len ? "_" : "", CP_STR_ARGS(s->words[at]));
    }
    return said ? param_named(func, cp_buf_str(&name)) : NULL;
}

/* "… tensor with dtype int16 for …": the one dtype, or 0. */
static cp_dtypes inline_dtype(const sentence *s)
{
    static const char *const more[] = {"or", "and", ",", "/", "if", "when"};
    for (size_t i = 1; i + 1 < s->count; i++) {
        cp_dtype dtype = dtype_of_word(s->words[i + 1]);
        if (!is(s->words[i], "dtype") || !is(s->words[i - 1], "with") ||
            dtype == CP_DTYPE_NONE || (i + 2 < s->count && ONE_OF(s->words[i + 2], more)))
            continue;
        for (size_t k = i + 2; k < s->count; k++)
            if (dtype_of_word(s->words[k]) != CP_DTYPE_NONE)
                return 0;
        return CP_DTYPES(dtype);
    }
    return 0;
}

/* False where the sentence says nothing of a dtype that cannot be meant otherwise. */
static bool read_claim(cp_arena *arena, const cp_func *func, const sentence *s,
                       cp_claim *claim)
{
    static const char *const offers[] = {"supports", "accepts"};
    static const char *const is_word[] = {"is", ":", "="};
    size_t at = s->count && is(s->words[0], "dtype") ? 1 : 0;
    size_t behind = behind_demand(s, at);
    const cp_param *other = behind ? shared_with(arena, func, s, behind) : NULL;
    *claim = (cp_claim){.demands = behind != 0, .span = s->span, .same_as = {"", 0}};
    if (other && other != param_named(func, claim->parameter))
        claim->same_as = other->name;
    else if (behind)
        claim->dtypes = listed_dtypes(s, behind);
    else if (at && s->count > 1 && ONE_OF(s->words[1], is_word))
        claim->dtypes = listed_dtypes(s, 2);
    else if (!at && s->count && ONE_OF(s->words[0], offers))
        claim->dtypes = listed_dtypes(s, 1);
    else
        claim->dtypes = inline_dtype(s);
    return !s->long_one && (claim->dtypes || claim->same_as.len);
}

/* Adds what the part says, if it says one thing only. */
static void read_part(cp_arena *arena, const cp_func *func, const part *p,
                      cp_claim **claims, size_t *count, size_t *room)
{
    cp_str text = func->module->source->text;
    cp_claim found = {0};
    unsigned claimed = 0, others = 0;
    for (size_t at = p->start; at < p->end;) {
        sentence s;
        cp_claim claim;
        at = next_sentence(text, at, p->end, &s);
        if (read_claim(arena, func, &s, &claim)) {
            found = claim;
            claimed++;
        } else {
            others += names_dtype(&s);
        }
    }
    found.parameter = p->param->name;
    bool itself = cp_str_eq(found.same_as, found.parameter);
    if (claimed == 1 && !others && !itself)
        cp_push(arena, *claims, *count, *room, found);
}

static cp_str docstring_of(const cp_func *func)
{
    const cp_stmt *first = func->body.count ? func->body.stmts[0] : NULL;
    bool is_text = first && first->kind == CP_STMT_EXPR && first->value &&
                   first->value->kind == CP_EXPR_STRING;
    return is_text ? first->value->text : (cp_str){"", 0};
}

/* "Args:" and the like open the section that describes parameters, others close it. */
static bool in_section(cp_str line, bool before)
{
    static const char *const opens[] = {"args",      "arguments",       "parameters",
                                        "params",    "inputs",          "keyword args",
                                        "parameter", "other parameters"};
    static const char *const closes[] = {
        "returns",  "return", "raises",  "yields",   "note",       "notes",   "example",
        "examples", "output", "outputs", "warnings", "references", "see also"};
    cp_str head = cp_str_trim(line);
    if (head.len && head.ptr[head.len - 1] == ':')
        head.len--;
    return ONE_OF(head, opens) || (before && !ONE_OF(head, closes));
}

cp_claim *cp_docstring_claims(cp_arena *arena, const cp_func *func, size_t *count)
{
    cp_str text = docstring_of(func), rest = text;
    const char *base = func->module->source->text.ptr;
    cp_claim *claims = NULL;
    size_t room = 0, indent = 0;
    part open = {0};
    bool section = false;
    *count = 0;
    while (rest.len) {
        cp_str line = cp_str_next(&rest, '\n');
        size_t start = (size_t)(line.ptr - base), behind = 0;
        bool blank = cp_str_trim(line).len == 0;
        bool deeper = open.param && indent_of(line) > indent;
        section = in_section(line, section);
        const cp_param *param = deeper || !section ? NULL : entry_of(func, line, &behind);
        if (open.param && !blank && !deeper) {
            read_part(arena, func, &open, &claims, count, &room);
            open.param = NULL;
        }
        if (param) {
            open = (part){param, start + behind, start + line.len};
            indent = indent_of(line);
        } else if (open.param) {
            open.end = start + line.len;
        }
    }
    if (open.param)
        read_part(arena, func, &open, &claims, count, &room);
    return claims;
}
