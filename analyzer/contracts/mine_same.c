#include "contracts/mine_solve.h"

/* The literal of a guard that is about the dtype of another parameter; NULL if none. */
static const mine_cond *about_other(const open_fact *fact)
{
    for (uint32_t i = 0; i < fact->guard_count; i++)
        if (fact->guard[i]->kind == COND_DTYPE &&
            !cp_str_eq(fact->guard[i]->param, fact->parameter))
            return fact->guard[i];
    return NULL;
}

/* Whether all that `a` asks for, `literal` aside, `b` asks for too. */
static bool is_within_but(const open_fact *a, const open_fact *b,
                          const mine_cond *literal)
{
    for (uint32_t i = 0; i < a->guard_count; i++)
        if (!mine_cond_same(a->guard[i], literal) &&
            !mine_holds_literal(b->guard, b->guard_count, a->guard[i]))
            return false;
    return true;
}

/* The dtypes that the parameter can have wherever the fact holds. */
static cp_dtypes domain_of(const solver *s, const open_fact *fact, cp_str param)
{
    cp_dtypes left = MINE_ALL;
    for (size_t i = 0; i < s->fact_count; i++) {
        const open_fact *other = &s->facts[i];
        if (cp_str_eq(other->parameter, param) && !other->same_as.len &&
            !about_other(other) && is_within_but(other, fact, NULL))
            left &= other->set;
    }
    return left;
}

static void remove_fact(solver *s, size_t i)
{
    for (s->fact_count--; i < s->fact_count; i++)
        s->facts[i] = s->facts[i + 1];
}

/* What is asked of another parameter's dtype, as far as it can have it. */
static void narrow_facts(solver *s)
{
    for (size_t i = s->fact_count; i > 0; i--) {
        open_fact *fact = &s->facts[i - 1];
        const mine_cond *literal = about_other(fact);
        cp_dtypes domain = literal ? domain_of(s, fact, literal->param) : MINE_ALL;
        if (domain == MINE_ALL)
            continue;
        cp_dtypes left = literal->set & domain;
        if (!left)
            remove_fact(s, i - 1);
        else if (left != literal->set)
            mine_replace_literal(
                s->arena, fact, literal,
                left == domain ? NULL : mine_dtype(s->arena, literal->param, left));
    }
}

static bool is_single(cp_dtypes set)
{
    return set && !(set & (set - 1));
}

/* Whether the two differ in the dtype of the same other parameter alone. */
static bool is_sibling(const open_fact *a, const open_fact *b)
{
    const mine_cond *x = about_other(a), *y = about_other(b);
    return cp_str_eq(a->parameter, b->parameter) && x && y &&
           cp_str_eq(x->param, y->param) && is_within_but(a, b, x) &&
           is_within_but(b, a, y);
}

/* One dtype for each that the other parameter can have, and that very one. */
static bool is_diagonal(const solver *s, const open_fact *fact)
{
    cp_dtypes all = 0;
    for (size_t i = 0; i < s->fact_count; i++) {
        if (!is_sibling(fact, &s->facts[i]))
            continue;
        const mine_cond *literal = about_other(&s->facts[i]);
        if (!is_single(literal->set) || literal->set != s->facts[i].set ||
            s->facts[i].same_as.len)
            return false;
        all |= literal->set;
    }
    return !is_single(all) && all == domain_of(s, fact, about_other(fact)->param);
}

/* Whether the fact hangs on a dtype that nobody could tell, or on what cannot be said. */
static bool hangs_on_unknown(const open_fact *fact)
{
    for (uint32_t i = 0; i < fact->guard_count; i++) {
        const mine_cond *c = fact->guard[i];
        c = c->kind == COND_NOT ? c->a : c;
        if (c->kind == COND_OPAQUE &&
            (cp_str_is(c->param, MINE_OF_DTYPE) || c->text.ptr[0] == '?'))
            return true;
    }
    return false;
}

/*
 * A parameter that must have this dtype or that one, and nobody could tell when: what is
 * said of it is of no use to anyone.
 */
static void drop_unknown_cases(solver *s)
{
    bool *drop = cp_new(s->arena, bool, s->fact_count + 1);
    for (size_t i = 0; i < s->fact_count; i++)
        for (size_t k = 0; k < s->fact_count && hangs_on_unknown(&s->facts[i]); k++) {
            const open_fact *a = &s->facts[i], *b = &s->facts[k];
            drop[i] |= cp_str_eq(a->parameter, b->parameter) && a->set != b->set &&
                       !a->same_as.len && !b->same_as.len && hangs_on_unknown(b);
        }
    size_t kept = 0;
    for (size_t i = 0; i < s->fact_count; i++)
        if (!drop[i])
            s->facts[kept++] = s->facts[i];
    s->fact_count = kept;
}

void mine_relate_facts(solver *s)
{
    drop_unknown_cases(s);
    narrow_facts(s);
    for (size_t i = 0; i < s->fact_count; i++) {
        open_fact *fact = &s->facts[i];
        const mine_cond *literal = about_other(fact);
        if (!literal || fact->same_as.len || !is_diagonal(s, fact))
            continue;
        for (size_t k = s->fact_count; k > i + 1; k--)
            if (is_sibling(fact, &s->facts[k - 1])) {
                mine_add_places(s->arena, fact, s->facts[k - 1].places,
                                s->facts[k - 1].place_count);
                remove_fact(s, k - 1);
            }
        mine_replace_literal(s->arena, fact, literal, NULL);
        fact->same_as = literal->param;
        fact->set = 0;
    }
}
