#include "contracts/clause.h"

typedef struct op_name {
    const char *text;
    clause_op op;
} op_name;

/* The longer spelling before the one that it begins with. */
static const op_name op_names[] = {
    {"===", CLAUSE_ARBITRARY}, {"==", CLAUSE_EQ}, {"~=", CLAUSE_COMPATIBLE},
    {"!=", CLAUSE_NE},         {"<=", CLAUSE_LE}, {">=", CLAUSE_GE},
    {"<", CLAUSE_LT},          {">", CLAUSE_GT},
};

static bool take_op(cp_str *text, clause_op *op)
{
    for (size_t i = 0; i < sizeof op_names / sizeof op_names[0]; i++) {
        cp_str name = cp_str_of(op_names[i].text);
        if (!cp_str_starts(*text, name))
            continue;
        *op = op_names[i].op;
        *text = cp_str_trim(cp_str_cut(*text, name.len, text->len));
        return true;
    }
    return false;
}

static bool is_plain_release(const cp_version *v)
{
    return !v->pre_kind && !v->has_post && !v->has_dev && !v->local.len;
}

static cp_status parse_clause(cp_arena *arena, cp_str text, struct cp_clause *out,
                              cp_err *err)
{
    struct cp_clause c = {0};
    cp_str rest = text;
    if (!take_op(&rest, &c.op))
        return cp_fail(err, CP_ERR_SYNTAX,
                       "`%.*s` is no version specifier; write an operator such as == or "
                       ">= before the version",
                       CP_STR_ARGS(text));
    c.text = rest;
    bool equality = c.op == CLAUSE_EQ || c.op == CLAUSE_NE;
    if (equality && cp_str_ends(rest, CP_STR(".*"))) {
        c.wildcard = true;
        rest.len -= 2;
    }
    c.version = cp_version_parse(arena, rest);
    bool fits = c.version || (c.op == CLAUSE_ARBITRARY && rest.len);
    if (fits && c.wildcard)
        fits = c.version && is_plain_release(c.version);
    if (fits && c.op == CLAUSE_COMPATIBLE)
        fits = c.version && c.version->release_count > 1 && !c.version->local.len;
    if (!fits)
        return cp_fail(err, CP_ERR_SYNTAX, "`%.*s` names no version that %s",
                       CP_STR_ARGS(text),
                       c.op == CLAUSE_COMPATIBLE ? "~= takes; it needs two numbers"
                                                 : "PEP 440 knows");
    *out = c;
    return CP_OK;
}

cp_status cp_spec_parse(cp_arena *arena, cp_str text, cp_spec *spec, cp_err *err)
{
    cp_spec made = {.text = cp_str_trim(text)};
    cp_str rest = made.text;
    size_t count = 0, room = 0;
    while (rest.len) {
        cp_str part = cp_str_trim(cp_str_next(&rest, ','));
        if (!part.len)
            continue;
        struct cp_clause clause;
        cp_status st = parse_clause(arena, part, &clause, err);
        if (st)
            return st;
        cp_push(arena, made.clauses, count, room, clause);
    }
    made.count = (uint32_t)count;
    *spec = made;
    return CP_OK;
}

/* Whether the release begins with the first `count` numbers of `prefix`. */
static bool has_prefix(const cp_version *v, const cp_version *prefix, uint32_t count)
{
    if (v->epoch != prefix->epoch)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if ((i < v->release_count ? v->release[i] : 0) != prefix->release[i])
            return false;
    return true;
}

static bool same_release(const cp_version *a, const cp_version *b)
{
    uint32_t count =
        a->release_count > b->release_count ? a->release_count : b->release_count;
    for (uint32_t i = 0; i < count; i++)
        if ((i < a->release_count ? a->release[i] : 0) !=
            (i < b->release_count ? b->release[i] : 0))
            return false;
    return a->epoch == b->epoch;
}

static bool is_pre(const cp_version *v)
{
    return v->pre_kind || v->has_dev;
}

static bool equals(const struct cp_clause *c, const cp_version *v)
{
    if (c->wildcard)
        return has_prefix(v, c->version, c->version->release_count);
    return c->version->local.len ? cp_version_cmp(v, c->version) == 0
                                 : clause_compare_public(v, c->version) == 0;
}

/* `< 1.2` keeps out the pre-releases of 1.2 unless it names one itself. */
static bool below(const struct cp_clause *c, const cp_version *v)
{
    if (clause_compare_public(v, c->version) >= 0)
        return false;
    return is_pre(c->version) || !is_pre(v) || !same_release(v, c->version);
}

/* `> 1.2` keeps out 1.2.post1 and 1.2+local unless it names a post-release itself. */
static bool above(const struct cp_clause *c, const cp_version *v)
{
    if (clause_compare_public(v, c->version) <= 0)
        return false;
    return c->version->has_post || !v->has_post || !same_release(v, c->version);
}

static bool allows(const struct cp_clause *c, const cp_version *v)
{
    switch (c->op) {
    case CLAUSE_EQ:
        return equals(c, v);
    case CLAUSE_NE:
        return !equals(c, v);
    case CLAUSE_LE:
        return clause_compare_public(v, c->version) <= 0;
    case CLAUSE_GE:
        return clause_compare_public(v, c->version) >= 0;
    case CLAUSE_LT:
        return below(c, v);
    case CLAUSE_GT:
        return above(c, v);
    case CLAUSE_COMPATIBLE:
        return clause_compare_public(v, c->version) >= 0 &&
               has_prefix(v, c->version, c->version->release_count - 1);
    case CLAUSE_ARBITRARY:
        return c->text.len == v->text.len && cp_str_find_nocase(v->text, c->text, 0) == 0;
    }
    return false;
}

bool cp_spec_allows(const cp_spec *spec, const cp_version *version)
{
    bool names_pre = spec->count == 0;
    for (uint32_t i = 0; i < spec->count; i++) {
        const struct cp_clause *c = &spec->clauses[i];
        if (!allows(c, version))
            return false;
        names_pre |= c->op != CLAUSE_NE && c->version && is_pre(c->version);
    }
    return names_pre || !is_pre(version);
}

cp_spec cp_spec_and(cp_arena *arena, const cp_spec *a, const cp_spec *b)
{
    if (!a->count || !b->count)
        return a->count ? *a : *b;
    cp_spec both = {.count = a->count + b->count};
    both.text =
        cp_str_printf(arena, "%.*s,%.*s", CP_STR_ARGS(a->text), CP_STR_ARGS(b->text));
    both.clauses = cp_new(arena, struct cp_clause, both.count);
    memcpy(both.clauses, a->clauses, a->count * sizeof *a->clauses);
    memcpy(both.clauses + a->count, b->clauses, b->count * sizeof *b->clauses);
    return both;
}
