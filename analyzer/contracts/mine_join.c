#include "contracts/mine_solve.h"

/* Ways to one check that are told apart in the result. */
#define WAYS_TOLD 3
/* Ways that are looked at for what they leave out; beyond it they are only folded. */
#define WAYS_JOINED 48

static bool says_same(const open_fact *a, const open_fact *b)
{
    return cp_str_eq(a->parameter, b->parameter) && a->set == b->set &&
           cp_str_eq(a->same_as, b->same_as);
}

/* The only literal of `a` that `b` lacks; NULL if there is none or more than one. */
static const mine_cond *only_extra(const open_fact *a, const open_fact *b)
{
    const mine_cond *extra = NULL;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < b->guard_count; i++)
        bits |= (uint64_t)1 << (b->guard[i]->hash & 63);
    for (uint32_t i = 0; i < a->guard_count; i++) {
        if ((bits >> (a->guard[i]->hash & 63) & 1) &&
            mine_holds_literal(b->guard, b->guard_count, a->guard[i]))
            continue;
        if (extra)
            return NULL;
        extra = a->guard[i];
    }
    return extra;
}

void mine_replace_literal(cp_arena *arena, open_fact *fact, const mine_cond *literal,
                          const mine_cond *instead)
{
    const mine_cond **guard = cp_new(arena, const mine_cond *, fact->guard_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < fact->guard_count; i++)
        if (!mine_cond_same(fact->guard[i], literal))
            guard[n++] = fact->guard[i];
    if (instead)
        guard[n++] = instead;
    fact->guard = guard;
    fact->guard_count = n;
}

/* Joins fact j to fact i where the two say the same; true if something was changed. */
static bool join_facts(solver *s, size_t i, size_t j)
{
    open_fact *a = &s->facts[i], *b = &s->facts[j];
    if (mine_is_within(a->guard, a->guard_count, b->guard, b->guard_count)) {
        mine_add_places(s->arena, a, b->places, b->place_count);
        s->facts[j] = s->facts[--s->fact_count];
        return true;
    }
    const mine_cond *x = only_extra(a, b);
    if (!x)
        return false;
    const mine_cond *against = mine_not(s->arena, x);
    bool rest_same = only_extra(b, a) && a->guard_count == b->guard_count;
    if (rest_same && mine_holds_literal(b->guard, b->guard_count, against)) {
        mine_add_places(s->arena, b, a->places, a->place_count);
        mine_replace_literal(s->arena, b, against, NULL);
        return true;
    }
    const mine_cond *y = only_extra(b, a);
    cp_str param = mine_choice_param(x);
    if (!y || a->guard_count != b->guard_count || !param.len ||
        !mine_is_choice(x, param) || !mine_is_choice(y, param))
        return false;
    mine_add_places(s->arena, a, b->places, b->place_count);
    mine_replace_literal(s->arena, a, x, mine_or(s->arena, x, y));
    s->facts[j] = s->facts[--s->fact_count];
    return true;
}

void mine_join_facts(solver *s)
{
    bool changed = true;
    for (unsigned round = 0; round < 40 && changed; round++) {
        changed = false;
        for (size_t i = 0; i < s->fact_count; i++)
            for (size_t j = 0; j < s->fact_count;) {
                bool joined = i != j && i < s->fact_count &&
                              says_same(&s->facts[i], &s->facts[j]) &&
                              join_facts(s, i, j);
                changed |= joined;
                j += !joined; /* another one may stand there now */
            }
    }
}

/*
 * One step towards fewer ways to the same check: where one holds under R and x, another
 * under R, not x and more, the other needs no "not x". False if there is nothing to do.
 */
static bool shorten(cp_arena *arena, open_fact *ways, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        for (size_t j = 0; j < *count; j++) {
            open_fact *a = &ways[i], *b = &ways[j];
            if (i == j)
                continue;
            if (mine_is_within(a->guard, a->guard_count, b->guard, b->guard_count)) {
                mine_add_places(arena, a, b->places, b->place_count);
                *b = ways[--*count];
                return true;
            }
            const mine_cond *x = only_extra(a, b);
            const mine_cond *against = x ? mine_not(arena, x) : NULL;
            if (x && mine_holds_literal(b->guard, b->guard_count, against)) {
                mine_replace_literal(arena, b, against, NULL);
                return true;
            }
        }
    return false;
}

/*
 * Ways that together leave nothing out are one. Others stay as they were found: the
 * branches of an `if` read better apart than with their guards shortened.
 */
static void join_all_ways(solver *s, size_t first)
{
    size_t count = 0, kept = 0;
    open_fact *ways = cp_new(s->arena, open_fact, s->fact_count);
    for (size_t i = first; i < s->fact_count; i++)
        if (says_same(&s->facts[first], &s->facts[i]))
            ways[count++] = s->facts[i];
    if (count > WAYS_JOINED)
        return;
    size_t before = count;
    while (count > 1 && shorten(s->arena, ways, &count))
        continue;
    bool better = count == 1 || (before > WAYS_TOLD && count <= WAYS_TOLD);
    if (before == count || !better)
        return;
    open_fact said = s->facts[first];
    for (size_t i = 0; i < s->fact_count; i++)
        if (!says_same(&said, &s->facts[i]))
            s->facts[kept++] = s->facts[i];
    for (size_t i = 0; i < count; i++)
        s->facts[kept++] = ways[i];
    s->fact_count = kept;
}

static bool is_first_way(const solver *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (says_same(&s->facts[k], &s->facts[i]))
            return false;
    return true;
}

static void join_ways(solver *s)
{
    for (size_t i = s->fact_count; i > 0; i--)
        if (i <= s->fact_count && is_first_way(s, i - 1))
            join_all_ways(s, i - 1);
}

void mine_fold_ways(solver *s)
{
    join_ways(s);
    for (size_t i = 0; i < s->fact_count; i++) {
        size_t ways = 0;
        for (size_t j = 0; j < s->fact_count; j++)
            ways += says_same(&s->facts[i], &s->facts[j]);
        if (ways <= WAYS_TOLD)
            continue;
        open_fact *fact = &s->facts[i];
        for (size_t j = s->fact_count; j > i + 1; j--) {
            if (!says_same(fact, &s->facts[j - 1]))
                continue;
            const open_fact *other = &s->facts[j - 1];
            for (uint32_t k = fact->guard_count; k > 0; k--)
                if (!mine_holds_literal(other->guard, other->guard_count,
                                        fact->guard[k - 1]))
                    mine_replace_literal(s->arena, fact, fact->guard[k - 1], NULL);
            s->facts[j - 1] = s->facts[--s->fact_count];
        }
        const mine_cond **guard =
            cp_new(s->arena, const mine_cond *, fact->guard_count + 1);
        for (uint32_t k = 0; k < fact->guard_count; k++)
            guard[k] = fact->guard[k];
        guard[fact->guard_count++] =
            mine_atom(s->arena, COND_OPAQUE, (cp_str){0}, CP_STR("?"));
        fact->guard = guard;
    }
}
