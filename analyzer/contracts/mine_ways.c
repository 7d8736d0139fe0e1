#include <stdlib.h>

#include "contracts/mine_reads.h"
#include "contracts/mine_solve.h"

/* One condition, as short as this language can say it, for several ways together. */

static bool has_literal(const mine_way *w, const mine_cond *literal)
{
    return mine_holds_literal(w->literals, (uint32_t)w->count, literal);
}

static bool is_common(const mine_misread *m, const mine_cond *literal)
{
    for (size_t i = 0; i < m->way_count; i++)
        if (!has_literal(&m->ways[i], literal))
            return false;
    return true;
}

static bool same_way(const mine_way *a, const mine_way *b)
{
    return mine_is_within(a->literals, (uint32_t)a->count, b->literals,
                          (uint32_t)b->count);
}

/* Leaves out ways that say nothing beyond another one. */
static void drop_narrow(mine_misread *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->way_count; i++) {
        bool narrow = false;
        for (size_t k = 0; k < m->way_count && !narrow; k++)
            narrow = k != i && same_way(&m->ways[k], &m->ways[i]) &&
                     (k < i || !same_way(&m->ways[i], &m->ways[k]));
        if (!narrow)
            m->ways[kept++] = m->ways[i];
    }
    m->way_count = kept;
}

/* Where the literal is that only `a` has, if it is just one; else SIZE_MAX. */
static size_t only_difference(const mine_way *a, const mine_way *b)
{
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < a->count; i++) {
        if (has_literal(b, a->literals[i]))
            continue;
        if (at != SIZE_MAX)
            return SIZE_MAX;
        at = i;
    }
    return at;
}

/* Makes one of two ways that differ in one literal, if that can be said as one too. */
static bool join_ways(cp_arena *arena, mine_way *a, const mine_way *b)
{
    size_t i = only_difference(a, b), k = only_difference(b, a);
    if (a->count != b->count || i == SIZE_MAX || k == SIZE_MAX)
        return false;
    const mine_cond *any = mine_or(arena, a->literals[i], b->literals[k]);
    bool choice = any->kind == COND_OR && mine_is_choice(any, mine_choice_param(any));
    if (any->kind == COND_DTYPE || choice)
        a->literals[i] = any;
    return any->kind == COND_DTYPE || choice;
}

/* Whether `b` is what is left of `a` when literal `at` does not hold. */
static bool is_other_half(cp_arena *arena, const mine_way *a, size_t at,
                          const mine_way *b)
{
    bool against = false;
    for (size_t i = 0; i < b->count; i++) {
        bool opposite =
            mine_or(arena, a->literals[at], b->literals[i])->kind == COND_TRUE;
        if (!opposite && !has_literal(a, b->literals[i]))
            return false;
        against |= opposite;
    }
    return against;
}

/* Takes a literal from `a` that makes no difference, as `b` holds where it does not. */
static bool widen_way(cp_arena *arena, mine_way *a, const mine_way *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (is_other_half(arena, a, i, b)) {
            a->literals[i] = a->literals[--a->count];
            return true;
        }
    return false;
}

/* One step towards fewer ways that say the same; false where there is none. */
static bool simplify(cp_arena *arena, mine_misread *m)
{
    for (size_t i = 0; i < m->way_count; i++)
        for (size_t k = 0; k < m->way_count; k++) {
            if (i == k)
                continue;
            if (widen_way(arena, &m->ways[i], &m->ways[k]))
                return true;
            if (join_ways(arena, &m->ways[i], &m->ways[k])) {
                m->ways[k] = m->ways[--m->way_count];
                return true;
            }
        }
    return false;
}

static const mine_cond *rest_of(cp_arena *arena, const mine_misread *m, const mine_way *w)
{
    const mine_cond *rest = &mine_true;
    for (size_t i = 0; i < w->count; i++)
        if (!is_common(m, w->literals[i]))
            rest = mine_and(arena, rest, w->literals[i]);
    return rest;
}

void mine_say_ways(cp_arena *arena, cp_arena *keep, mine_misread *m)
{
    drop_narrow(m);
    while (simplify(arena, m))
        drop_narrow(m);
    const mine_way *first = &m->ways[0];
    const mine_cond **guard = cp_new(arena, const mine_cond *, first->count + 2);
    size_t count = 0;
    for (size_t i = 0; i < first->count; i++)
        if (is_common(m, first->literals[i]))
            guard[count++] = first->literals[i];
    const mine_cond *any = &mine_false;
    for (size_t i = 0; i < m->way_count; i++)
        any = mine_or(arena, any, rest_of(arena, m, &m->ways[i]));
    bool simple = any->kind != COND_OR && any->kind != COND_AND;
    if (any->kind == COND_OR)
        simple = mine_is_choice(any, mine_choice_param(any));
    if (!simple) /* more ways than this language has words for */
        any = mine_atom(arena, COND_OPAQUE, (cp_str){0}, CP_STR("?"));
    if (any->kind != COND_TRUE)
        guard[count++] = any;
    if (count)
        qsort(guard, count, sizeof *guard, mine_literal_order);
    m->when = mine_when(keep, guard, (uint32_t)count);
}
