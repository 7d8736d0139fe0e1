#include "contracts/mine_solve.h"

#include "contracts/mine_arity.h"

/* Parameters whose dtype a check of another one may hang on. */
#define OTHERS_MAX 2
#define DTYPE_BITS 32
/* Places of one fact; the checks come before the ways to them. */
#define STATED_MAX 16

static split_clause split(cp_arena *arena, const mine_clause *clause)
{
    split_clause out = {.clause = clause};
    out.guard = cp_new(arena, const mine_cond *, clause->count + 1);
    out.dtypes = cp_new(arena, const mine_cond *, clause->count + 1);
    for (uint32_t i = 0; i < clause->count; i++) {
        const mine_cond *literal = clause->literals[i];
        if (literal->kind == COND_DTYPE)
            out.dtypes[out.dtype_count++] = literal;
        else if (literal->kind == COND_NOT && literal->a->kind == COND_SAME && !out.same)
            out.same = literal->a;
        else
            out.guard[out.guard_count++] = literal;
    }
    return out;
}

bool mine_holds_literal(const mine_cond *const *guard, uint32_t count,
                        const mine_cond *literal)
{
    for (uint32_t i = 0; i < count; i++)
        if (mine_cond_same(guard[i], literal))
            return true;
    return false;
}

/* Whether every literal of `a` is one of `b`; most are told apart by a few bits. */
bool mine_is_within(const mine_cond *const *a, uint32_t a_count,
                    const mine_cond *const *b, uint32_t b_count)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < b_count; i++)
        bits |= (uint64_t)1 << (b[i]->hash & 63);
    for (uint32_t i = 0; i < a_count; i++)
        if (!(bits >> (a[i]->hash & 63) & 1) || !mine_holds_literal(b, b_count, a[i]))
            return false;
    return true;
}

/* The dtypes of `param` that fail, if the check is about it. */
cp_dtypes mine_set_of(const split_clause *c, cp_str param)
{
    bool subject = false;
    for (uint32_t i = 0; i < c->clause->subject_count && !subject; i++)
        subject = cp_str_eq(c->clause->subjects[i], param);
    for (uint32_t i = 0; i < c->dtype_count && subject; i++)
        if (cp_str_eq(c->dtypes[i]->param, param))
            return c->dtypes[i]->set;
    return 0;
}

/* The other parameters whose dtypes the checks of `param` hang on; SIZE_MAX: too many. */
static size_t others_of(const solver *s, const bool *in, cp_str param, cp_str *others)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const split_clause *c = &s->clauses[i];
        if (!in[i] || c->same || !mine_set_of(c, param))
            continue;
        for (uint32_t k = 0; k < c->dtype_count; k++) {
            bool known = cp_str_eq(c->dtypes[k]->param, param);
            for (size_t n = 0; n < count && !known; n++)
                known = cp_str_eq(others[n], c->dtypes[k]->param);
            if (known)
                continue;
            if (count == OTHERS_MAX)
                return SIZE_MAX;
            others[count++] = c->dtypes[k]->param;
        }
    }
    return count;
}

/* What is left for `param` when the others have the dtypes given. */
static cp_dtypes left_over(const solver *s, const bool *in, cp_str param,
                           const cp_str *others, const cp_dtypes *values, size_t count)
{
    cp_dtypes left = MINE_ALL;
    for (size_t i = 0; i < s->count; i++) {
        const split_clause *c = &s->clauses[i];
        cp_dtypes bad = in[i] && !c->same ? mine_set_of(c, param) : 0;
        if (!bad)
            continue;
        bool holds = true;
        for (uint32_t k = 0; k < c->dtype_count && holds; k++)
            for (size_t n = 0; n < count; n++)
                if (cp_str_eq(c->dtypes[k]->param, others[n]))
                    holds = (c->dtypes[k]->set & values[n]) != 0;
        if (holds)
            left &= ~bad;
    }
    return left;
}

/* Whether `param` can have that dtype at all, as far as checks of it alone say. */
static cp_dtypes allowed_alone(const solver *s, const bool *in, cp_str param)
{
    cp_dtypes left = MINE_ALL;
    for (size_t i = 0; i < s->count; i++)
        if (in[i] && !s->clauses[i].same && s->clauses[i].dtype_count == 1)
            left &= ~mine_set_of(&s->clauses[i], param);
    return left;
}

/* The dtypes left for a parameter, by the dtype of another one. */
typedef struct outcome {
    cp_dtypes when[DTYPE_BITS], set[DTYPE_BITS];
    size_t count;
    cp_str other;
} outcome;

static void add_outcome(outcome *o, cp_dtypes when, cp_dtypes set)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->set[i] == set) {
            o->when[i] |= when;
            return;
        }
    o->when[o->count] = when;
    o->set[o->count++] = set;
}

/* All dtypes of the first other parameter, `second` being fixed or free (0 others). */
static void sweep(const solver *s, const bool *in, cp_str param, const cp_str *others,
                  size_t count, cp_dtypes second, outcome *o)
{
    cp_dtypes domain = allowed_alone(s, in, others[0]);
    for (unsigned d = 0; d < DTYPE_BITS; d++) {
        cp_dtypes value = (cp_dtypes)1 << d;
        if (!(domain & value))
            continue;
        cp_dtypes values[OTHERS_MAX] = {value, second};
        cp_dtypes set = left_over(s, in, param, others, values, count);
        if (set) /* else the other cannot have that dtype */
            add_outcome(o, value, set);
    }
}

static unsigned dtype_total(cp_dtypes set)
{
    unsigned n = 0;
    for (; set; set &= set - 1)
        n++;
    return n;
}

/* False where what is left cannot be said with one other parameter. */
static bool solve_param(const solver *s, const bool *in, cp_str param, outcome *o)
{
    cp_str others[OTHERS_MAX];
    size_t count = others_of(s, in, param, others);
    *o = (outcome){0};
    if (count == SIZE_MAX)
        return false;
    if (count == 0) {
        add_outcome(o, MINE_ALL, left_over(s, in, param, NULL, NULL, 0));
        return true;
    }
    o->other = others[0];
    if (count == 1) {
        sweep(s, in, param, others, 1, 0, o);
        return true;
    }
    for (unsigned turn = 0; turn < 2; turn++) { /* does only one of the two matter? */
        bool same = true;
        cp_dtypes domain = allowed_alone(s, in, others[1]);
        outcome first = {0};
        for (unsigned d = 0; d < DTYPE_BITS && same; d++) {
            outcome one = {0};
            if (!(domain & ((cp_dtypes)1 << d)))
                continue;
            sweep(s, in, param, others, 2, (cp_dtypes)1 << d, &one);
            if (!one.count)
                continue;
            if (!first.count)
                first = one;
            same = one.count == first.count;
            for (size_t i = 0; i < one.count && same; i++)
                same = one.set[i] == first.set[i] &&
                       (one.count == 1 || one.when[i] == first.when[i]);
        }
        if (same) {
            *o = first;
            o->other = others[0];
            return true;
        }
        cp_str swap = others[0];
        others[0] = others[1];
        others[1] = swap;
    }
    return false;
}

void mine_add_places(cp_arena *arena, open_fact *fact, const cp_str *places,
                     uint32_t count)
{
    cp_str *all = cp_new(arena, cp_str, fact->place_count + count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < fact->place_count; i++)
        all[n++] = fact->places[i];
    for (uint32_t i = 0; i < count && n < STATED_MAX; i++) {
        bool known = false;
        for (uint32_t k = 0; k < n && !known; k++)
            known = cp_str_eq(all[k], places[i]);
        if (!known)
            all[n++] = places[i];
    }
    fact->places = all;
    fact->place_count = n;
}

/* First the checks themselves, then the ways to them. */
static void collect_places(solver *s, open_fact *fact, const bool *in, bool own_only,
                           const split_clause *group)
{
    for (unsigned step = 0; step < 2; step++)
        for (size_t i = 0; i < s->count; i++) {
            const split_clause *c = &s->clauses[i];
            bool own = c->guard_count == group->guard_count &&
                       mine_is_within(c->guard, c->guard_count, group->guard,
                                      group->guard_count);
            if (!in[i] || c->same || !mine_set_of(c, fact->parameter) ||
                (own_only && !own))
                continue;
            const mine_clause *from = c->clause;
            uint32_t first = from->place_count < 2 ? from->place_count : 2;
            if (step == 0)
                mine_add_places(s->arena, fact, from->places, first);
            else
                mine_add_places(s->arena, fact, from->places + first,
                                from->place_count - first);
        }
}

static void add_fact(solver *s, open_fact fact)
{
    cp_push(s->arena, s->facts, s->fact_count, s->fact_room, fact);
}

static void emit(solver *s, const bool *in, const split_clause *group, cp_str param,
                 const outcome *o)
{
    for (size_t i = 0; i < o->count; i++) {
        if (o->set[i] & MINE_OTHER || !o->set[i])
            continue;
        open_fact fact = {.parameter = param, .set = o->set[i]};
        fact.guard = cp_new(s->arena, const mine_cond *, group->guard_count + 1);
        for (uint32_t k = 0; k < group->guard_count; k++)
            fact.guard[fact.guard_count++] = group->guard[k];
        if (o->count > 1)
            fact.guard[fact.guard_count++] = mine_dtype(s->arena, o->other, o->when[i]);
        collect_places(s, &fact, in, true, group);
        collect_places(s, &fact, in, false, group);
        add_fact(s, fact);
    }
}

static cp_dtypes all_of(const outcome *o)
{
    cp_dtypes all = 0;
    for (size_t i = 0; i < o->count; i++)
        all |= o->set[i];
    return all;
}

/*
 * Whether the checks that look at the dtypes of both say of the other one what they say
 * of `param`, which can have fewer: then the other's contracts tell it.
 */
static bool is_told_by_other(const solver *s, const bool *in, cp_str param,
                             const outcome *o)
{
    outcome other;
    if (o->count < 2 || all_of(o) & MINE_OTHER || !solve_param(s, in, o->other, &other) ||
        other.count < 2 || dtype_total(all_of(o)) >= dtype_total(all_of(&other)))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        const split_clause *c = &s->clauses[i];
        bool both = false;
        for (uint32_t k = 0; k < c->dtype_count && !both; k++)
            both = cp_str_eq(c->dtypes[k]->param, o->other);
        if (in[i] && both && mine_set_of(c, param) && !mine_set_of(c, o->other))
            return false;
    }
    return true;
}

static bool same_outcome(const outcome *a, const outcome *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->set[i] != b->set[i] || (a->count > 1 && a->when[i] != b->when[i]))
            return false;
    return true;
}

/* The facts under the guard of clause `at`, if no clause before it has the same guard. */
static void solve_group(solver *s, size_t at)
{
    const split_clause *group = &s->clauses[at];
    bool *in = s->in, *wider = s->wider;
    cp_str done[64];
    size_t done_count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const split_clause *c = &s->clauses[i];
        in[i] =
            mine_is_within(c->guard, c->guard_count, group->guard, group->guard_count);
        bool own = in[i] && c->guard_count == group->guard_count;
        wider[i] = in[i] && !own;
        if (own && i < at)
            return;
    }
    for (size_t i = at; i < s->count; i++) {
        const split_clause *c = &s->clauses[i];
        if (!in[i] || wider[i] || c->same)
            continue;
        for (uint32_t k = 0; k < c->dtype_count && done_count < 64; k++) {
            cp_str param = c->dtypes[k]->param;
            bool known = !mine_set_of(c, param);
            for (size_t n = 0; n < done_count && !known; n++)
                known = cp_str_eq(done[n], param);
            if (known)
                continue;
            done[done_count++] = param;
            outcome here, there;
            if (!solve_param(s, in, param, &here))
                continue;
            if (is_told_by_other(s, in, param, &here)) {
                cp_dtypes all = all_of(&here);
                here = (outcome){0};
                add_outcome(&here, MINE_ALL, all);
            }
            bool before = solve_param(s, wider, param, &there);
            if (!before || !same_outcome(&here, &there))
                emit(s, in, group, param, &here);
        }
    }
}

static void solve_same(solver *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const split_clause *c = &s->clauses[i];
        if (!c->same || c->dtype_count)
            continue;
        open_fact fact = {.parameter = c->same->param,
                          .same_as = c->same->text,
                          .guard = c->guard,
                          .guard_count = c->guard_count};
        mine_add_places(s->arena, &fact, c->clause->places, c->clause->place_count);
        add_fact(s, fact);
    }
}

void mine_solve(mine_run *run, cp_str call, mine_facts *facts)
{
    solver s = {.arena = run->arena};
    s.clauses = cp_new(run->arena, split_clause, run->clause_count + 1);
    for (size_t i = 0; i < run->clause_count; i++)
        s.clauses[s.count++] = split(run->arena, &run->clauses[i]);
    s.in = cp_new(run->arena, bool, s.count + 1);
    s.wider = cp_new(run->arena, bool, s.count + 1);
    for (size_t i = 0; i < s.count; i++)
        solve_group(&s, i);
    solve_same(&s);
    mine_relate_facts(&s);
    mine_join_facts(&s);
    mine_fold_ways(&s);
    mine_note_same(run, s.facts, s.fact_count);
    for (size_t i = 0; i < s.fact_count; i++)
        mine_keep_fact(run, facts, call, &s.facts[i]);
    mine_keep_unchecked(run, &s, call, facts);
    mine_keep_broken(run, call, facts);
}
