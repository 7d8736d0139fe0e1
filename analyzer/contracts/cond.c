#include "contracts/cond.h"

/* Conditions nest no deeper than this, so that the stack holds. */
#define DEPTH_MAX 64

typedef enum cond_kind {
    COND_ATOM,
    COND_NOT,
    COND_AND,
    COND_OR,
} cond_kind;

struct cp_cond {
    cond_kind kind;
    cp_atom atom;
    const cp_cond *a, *b;
};

typedef struct parser {
    cp_arena *arena;
    cp_str text, rest;
    unsigned depth;
    cp_err *err;
} parser;

cp_truth cp_truth_not(cp_truth a)
{
    return a == CP_UNSURE ? CP_UNSURE : a == CP_TRUE ? CP_FALSE : CP_TRUE;
}

cp_truth cp_truth_and(cp_truth a, cp_truth b)
{
    if (a == CP_FALSE || b == CP_FALSE)
        return CP_FALSE;
    return a == CP_TRUE && b == CP_TRUE ? CP_TRUE : CP_UNSURE;
}

cp_truth cp_truth_or(cp_truth a, cp_truth b)
{
    return cp_truth_not(cp_truth_and(cp_truth_not(a), cp_truth_not(b)));
}

/* Records what was expected and where; NULL, for the caller to pass on. */
static const cp_cond *fail(parser *p, const char *expected)
{
    cp_fail(p->err, CP_ERR_SYNTAX, "condition `%.*s`: expected %s at `%.*s`",
            CP_STR_ARGS(p->text), expected, CP_STR_ARGS(p->rest));
    return NULL;
}

static bool is_word(char c)
{
    return cp_is_word_byte(c) || c == '.';
}

static void advance(parser *p, size_t n)
{
    p->rest = cp_str_trim(cp_str_cut(p->rest, n, p->rest.len));
}

/* The word that comes next, not taken yet; a number may have a sign. */
static cp_str peek_word(const parser *p)
{
    size_t n = p->rest.len > 1 && p->rest.ptr[0] == '-' && is_word(p->rest.ptr[1]);
    while (n < p->rest.len && is_word(p->rest.ptr[n]))
        n++;
    return cp_str_cut(p->rest, 0, n);
}

static bool take_word(parser *p, const char *word)
{
    if (!cp_str_is(peek_word(p), word))
        return false;
    advance(p, strlen(word));
    return true;
}

static bool take_sign(parser *p, const char *sign)
{
    if (!cp_str_starts(p->rest, cp_str_of(sign)))
        return false;
    advance(p, strlen(sign));
    return true;
}

static bool is_keyword(cp_str word)
{
    static const char *const words[] = {"and", "or", "not", "in", "is", "given"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (cp_str_is(word, words[i]))
            return true;
    return false;
}

static bool is_number(cp_str s)
{
    size_t i = s.len && s.ptr[0] == '-', dots = 0, start = i;
    for (; i < s.len; i++) {
        dots += s.ptr[i] == '.';
        if (s.ptr[i] != '.' && (s.ptr[i] < '0' || s.ptr[i] > '9'))
            return false;
    }
    return s.len > start && dots < 2 && s.ptr[start] != '.';
}

static bool take_value(parser *p, cp_str *value)
{
    *value = peek_word(p);
    if (!value->len || is_keyword(*value))
        return false;
    advance(p, value->len);
    return true;
}

static const cp_cond *make(parser *p, cond_kind kind, const cp_cond *a, const cp_cond *b)
{
    cp_cond *cond = cp_new(p->arena, cp_cond, 1);
    cond->kind = kind;
    cond->a = a;
    cond->b = b;
    return cond;
}

static const cp_cond *make_atom(parser *p, cp_str parameter, cp_atom_op op, cp_str value)
{
    cp_cond *cond = cp_new(p->arena, cp_cond, 1);
    cond->atom = (cp_atom){parameter, op, value};
    return cond;
}

/* Behind `PARAMETER in`: one EQ for each value. */
static const cp_cond *parse_set(parser *p, cp_str parameter)
{
    const cp_cond *all = NULL;
    cp_str value;
    if (!take_sign(p, "{"))
        return fail(p, "`{`");
    do {
        if (!take_value(p, &value))
            return fail(p, "a value");
        const cp_cond *one = make_atom(p, parameter, CP_ATOM_EQ, value);
        all = all ? make(p, COND_OR, all, one) : one;
    } while (take_sign(p, ","));
    return take_sign(p, "}") ? all : fail(p, "`,` or `}`");
}

/* Code between backquotes, which nobody evaluates. */
static const cp_cond *parse_code(parser *p)
{
    size_t close = cp_str_find(p->rest, CP_STR("`"), 1);
    if (close == SIZE_MAX)
        return fail(p, "a closing backquote");
    const cp_cond *atom =
        make_atom(p, cp_str_cut(p->rest, 0, close + 1), CP_ATOM_TRUE, (cp_str){"", 0});
    advance(p, close + 1);
    return atom;
}

static const cp_cond *parse_atom(parser *p)
{
    static const struct {
        const char *sign;
        cp_atom_op op;
    } signs[] = {{"==", CP_ATOM_EQ}, {"!=", CP_ATOM_EQ}, {"<=", CP_ATOM_LE},
                 {">=", CP_ATOM_GE}, {"<", CP_ATOM_LT},  {">", CP_ATOM_GT}};
    cp_str parameter = peek_word(p), value;
    if (p->rest.len && p->rest.ptr[0] == '`')
        return parse_code(p);
    if (!parameter.len || is_keyword(parameter) || is_number(parameter))
        return fail(p, "a parameter");
    advance(p, parameter.len);
    if (take_word(p, "is"))
        return take_word(p, "given")
                   ? make_atom(p, parameter, CP_ATOM_GIVEN, (cp_str){"", 0})
                   : fail(p, "`given`");
    if (take_word(p, "in"))
        return parse_set(p, parameter);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (!take_sign(p, signs[i].sign))
            continue;
        if (!take_value(p, &value))
            return fail(p, "a value");
        if (signs[i].op != CP_ATOM_EQ && !is_number(value))
            return fail(p, "a number before what stands");
        const cp_cond *atom = make_atom(p, parameter, signs[i].op, value);
        return signs[i].sign[0] == '!' ? make(p, COND_NOT, atom, NULL) : atom;
    }
    return make_atom(p, parameter, CP_ATOM_TRUE, (cp_str){"", 0});
}

static const cp_cond *parse_or(parser *p);

static const cp_cond *parse_one(parser *p)
{
    if (p->depth == DEPTH_MAX)
        return fail(p, "fewer nested conditions");
    p->depth++;
    const cp_cond *cond;
    if (take_word(p, "not")) {
        cond = parse_one(p);
        cond = cond ? make(p, COND_NOT, cond, NULL) : NULL;
    } else if (take_sign(p, "(")) {
        cond = parse_or(p);
        if (cond && !take_sign(p, ")"))
            cond = fail(p, "`)`");
    } else {
        cond = parse_atom(p);
    }
    p->depth--;
    return cond;
}

static const cp_cond *parse_and(parser *p)
{
    const cp_cond *all = parse_one(p);
    while (all && take_word(p, "and")) {
        const cp_cond *one = parse_one(p);
        all = one ? make(p, COND_AND, all, one) : NULL;
    }
    return all;
}

static const cp_cond *parse_or(parser *p)
{
    const cp_cond *all = parse_and(p);
    while (all && take_word(p, "or")) {
        const cp_cond *one = parse_and(p);
        all = one ? make(p, COND_OR, all, one) : NULL;
    }
    return all;
}

cp_status cp_cond_parse(cp_arena *arena, cp_str text, const cp_cond **cond, cp_err *err)
{
    cp_str trimmed = cp_str_trim(text);
    cp_err first = {0};
    parser p = {.arena = arena, .text = trimmed, .rest = trimmed, .err = &first};
    const cp_cond *made = NULL;
    if (trimmed.len) {
        made = parse_or(&p);
        if (made && p.rest.len)
            made = fail(&p, "`and`, `or` or the end");
        if (!made)
            return cp_fail(err, CP_ERR_SYNTAX, "%s", first.msg);
    }
    *cond = made;
    return CP_OK;
}

cp_truth cp_cond_eval(const cp_cond *cond, cp_truth (*atom)(const cp_atom *, void *),
                      void *data)
{
    if (!cond)
        return CP_TRUE;
    if (cond->kind == COND_ATOM)
        return atom(&cond->atom, data);
    cp_truth a = cp_cond_eval(cond->a, atom, data);
    if (cond->kind == COND_NOT)
        return cp_truth_not(a);
    cp_truth b = cp_cond_eval(cond->b, atom, data);
    return cond->kind == COND_AND ? cp_truth_and(a, b) : cp_truth_or(a, b);
}
