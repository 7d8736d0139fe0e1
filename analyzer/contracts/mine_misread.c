#include "contracts/mine_reads.h"

/* Between what is read and what is checked: dtypes that pass and are misread. */

/* Choices that are tried to get a dtype past all checks. */
#define TRIES_MAX 4000

typedef struct misread_search {
    mine_run *run;
    cp_arena *scratch; /* of one try */
    cp_str call;
    mine_misreads *out;
    size_t first; /* of the entry point's own in `out` */
    size_t tries;
} misread_search;

static const cp_dtypes floats =
    CP_DTYPES(CP_F64) | CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16) | CP_DTYPES(CP_F16);
static const cp_dtypes whole = CP_DTYPES(CP_I64) | CP_DTYPES(CP_I32);

/* Dtypes whose numbers nobody mixes up on purpose: bytes and words are for tricks. */
static bool are_alike(cp_dtypes a, cp_dtypes b)
{
    return (a & floats && b & floats) || (a & whole && b & whole);
}

static bool is_sayable(const mine_cond *literal)
{
    const mine_cond *atom = literal->kind == COND_NOT ? literal->a : literal;
    return atom->kind != COND_OPAQUE;
}

/* Whether the literals of `w` leave `literal` possible. */
static bool fits(misread_search *s, const mine_way *w, const mine_cond *literal)
{
    mine_way copy = mine_way_copy(s->scratch, w, 1);
    return mine_way_add(s->scratch, &copy, literal);
}

static bool fits_read(misread_search *s, const mine_way *w, const mine_read *read)
{
    mine_way copy = mine_way_copy(s->scratch, w, read->count);
    for (size_t i = 0; i < read->count; i++) {
        const mine_cond *cond = read->path[i];
        if (cond->kind == COND_OR && !mine_choice_param(cond).len)
            continue; /* wider: it may fit */
        if (!mine_way_add(s->scratch, &copy, cond))
            return false;
    }
    return true;
}

static bool mentions(const mine_clause *clause, cp_str param)
{
    for (uint32_t i = 0; i < clause->count; i++) {
        const mine_cond *c = clause->literals[i];
        const mine_cond *atom = c->kind == COND_NOT ? c->a : c;
        if ((atom->kind == COND_DTYPE || atom->kind == COND_SAME) &&
            (cp_str_eq(atom->param, param) ||
             (atom->kind == COND_SAME && cp_str_eq(atom->text, param))))
            return true;
    }
    return false;
}

static bool passes(misread_search *s, mine_way *w, size_t at, cp_str param);

/* Whether the other tensor of `same` can have the dtype that `param` has in `w`. */
static bool follows(misread_search *s, mine_way *w, const mine_cond *same, cp_str param)
{
    cp_str other = cp_str_eq(same->param, param) ? same->text : same->param;
    cp_dtypes set = MINE_ALL;
    for (size_t i = 0; i < w->count; i++)
        if (w->literals[i]->kind == COND_DTYPE && cp_str_eq(w->literals[i]->param, param))
            set = w->literals[i]->set;
    const mine_cond *literal = mine_dtype(s->scratch, other, set);
    return literal->kind == COND_TRUE ||
           (mine_way_add(s->scratch, w, literal) && passes(s, w, 0, other));
}

/*
 * Whether a call can come past the checks from `at` on, with what `w` says; if so, `w`
 * says what that takes. Only what an entry point's caller can choose is chosen.
 */
static bool passes(misread_search *s, mine_way *w, size_t at, cp_str param)
{
    const mine_run *run = s->run;
    while (at < run->clause_count && !mentions(&run->clauses[at], param))
        at++;
    if (at == run->clause_count)
        return true;
    if (++s->tries > TRIES_MAX)
        return false;
    const mine_clause *clause = &run->clauses[at];
    for (uint32_t i = 0; i < clause->count; i++)
        if (!fits(s, w, clause->literals[i]))
            return passes(s, w, at + 1, param);
    for (uint32_t i = 0; i < clause->count; i++) {
        const mine_cond *literal = clause->literals[i];
        bool own = literal->kind == COND_DTYPE && cp_str_eq(literal->param, param);
        if (own || !is_sayable(literal))
            continue;
        mine_way next = mine_way_copy(s->scratch, w, 2);
        const mine_cond *against = mine_not(s->scratch, literal);
        if (!mine_way_add(s->scratch, &next, against) ||
            (against->kind == COND_SAME && !follows(s, &next, against, param)) ||
            !passes(s, &next, at + 1, param))
            continue;
        *w = next;
        return true;
    }
    return false;
}

/* Whether all that may happen to the tensor under `w` is to be read as `as`. */
static bool is_sole_reading(misread_search *s, const mine_way *w, cp_str param,
                            cp_dtypes as)
{
    for (size_t i = 0; i < s->run->read_count; i++) {
        const mine_read *read = &s->run->read_list[i];
        if (read->as != as && cp_str_eq(read->param, param) && fits_read(s, w, read))
            return false;
    }
    return true;
}

cp_dtypes mine_listed(const mine_clause *clause, cp_str param)
{
    bool subject = false;
    for (uint32_t i = 0; i < clause->subject_count; i++)
        subject |= cp_str_eq(clause->subjects[i], param);
    for (uint32_t i = 0; i < clause->count && subject; i++) {
        const mine_cond *c = clause->literals[i];
        if (c->kind == COND_DTYPE && cp_str_eq(c->param, param) && c->set & MINE_OTHER)
            return MINE_ALL & ~c->set;
    }
    return 0;
}

/* Adds to `w` that the check is made at all. */
static bool is_made(misread_search *s, mine_way *w, const mine_clause *clause,
                    cp_str param)
{
    for (uint32_t i = 0; i < clause->count; i++) {
        const mine_cond *c = clause->literals[i];
        if (c->kind == COND_DTYPE && cp_str_eq(c->param, param))
            continue;
        if (!is_sayable(c) || !mine_way_add(s->scratch, w, c))
            return false;
    }
    return true;
}

static mine_misread *entry_for(misread_search *s, const mine_read *read,
                               const mine_clause *check, cp_dtypes accepted)
{
    for (size_t i = s->first; i < s->out->count; i++) {
        mine_misread *m = &s->out->items[i];
        if (m->check.module == check->module && m->check.offset == check->offset &&
            m->accepted == accepted && m->as == read->as &&
            cp_str_eq(m->parameter, read->param))
            return m;
    }
    mine_misread found = {.call = s->call,
                          .parameter = cp_str_copy(s->out->arena, read->param),
                          .accepted = accepted,
                          .as = read->as,
                          .accepts = mine_listed(check, read->param),
                          .check = {check->module, check->offset},
                          .cast = {read->cast_module, read->cast_offset}};
    const mine_cond **guard = cp_new(s->run->arena, const mine_cond *, check->count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < check->count; i++)
        if (check->literals[i]->kind != COND_DTYPE ||
            !cp_str_eq(check->literals[i]->param, read->param))
            guard[count++] = check->literals[i];
    found.check_when = mine_when(s->out->arena, guard, count);
    cp_push(s->out->arena, s->out->items, s->out->count, s->out->room, found);
    return &s->out->items[s->out->count - 1];
}

static bool is_ruled_out(const mine_way *w, const mine_cond *is)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->literals[i]->kind == COND_NOT && mine_cond_same(w->literals[i]->a, is))
            return true;
    return false;
}

/* The choice without what other literals rule out. */
static const mine_cond *narrowed(cp_arena *arena, const mine_way *w,
                                 const mine_cond *choice)
{
    if (choice->kind == COND_OR)
        return mine_or(arena, narrowed(arena, w, choice->a),
                       narrowed(arena, w, choice->b));
    return is_ruled_out(w, choice) ? &mine_false : choice;
}

/* Whether another literal says which of the values it is. */
static bool is_chosen(const mine_way *w, const mine_cond *literal)
{
    for (size_t i = 0; i < w->count && literal->kind == COND_NOT; i++)
        if (mine_choice_param(w->literals[i]).len &&
            cp_str_eq(mine_choice_param(w->literals[i]), literal->a->param) &&
            literal->a->kind == COND_IS)
            return true;
    return false;
}

static void report(misread_search *s, const mine_read *read, const mine_clause *check,
                   cp_dtypes accepted, const mine_way *w)
{
    mine_misread *m = entry_for(s, read, check, accepted);
    mine_way guard = {cp_new(s->run->arena, const mine_cond *, w->count + 1), 0, 0};
    for (size_t i = 0; i < w->count; i++) {
        const mine_cond *c = w->literals[i];
        bool own = c->kind == COND_DTYPE && cp_str_eq(c->param, read->param);
        bool choice = c->kind == COND_OR && mine_choice_param(c).len;
        if (!own && !is_chosen(w, c))
            guard.literals[guard.count++] =
                mine_cond_copy(s->run->arena, choice ? narrowed(s->scratch, w, c) : c);
    }
    cp_push(s->run->arena, m->ways, m->way_count, m->way_room, guard);
    for (size_t i = 0; i < m->read_count; i++)
        if (m->reads[i].module == read->module && m->reads[i].offset == read->offset)
            return;
    cp_mine_place place = {read->module, read->offset};
    cp_push(s->out->arena, m->reads, m->read_count, m->read_room, place);
}

/* One dtype that a check lets through, under the conditions of one reading. */
static void try_dtype(misread_search *s, const mine_read *read, const mine_clause *check,
                      cp_dtypes dtype)
{
    mine_ways ways = mine_spread_all(s->scratch, read->path, read->count);
    for (size_t i = 0; i < ways.count && !ways.too_many; i++) {
        mine_way w = mine_way_copy(s->scratch, &ways.items[i], check->count + 1);
        s->tries = 0;
        if (mine_way_add(s->scratch, &w, mine_dtype(s->scratch, read->param, dtype)) &&
            is_made(s, &w, check, read->param) && passes(s, &w, 0, read->param) &&
            is_sole_reading(s, &w, read->param, read->as))
            report(s, read, check, dtype, &w);
    }
    cp_arena_dispose(s->scratch);
}

void mine_find_misreads(mine_run *run, cp_str call, mine_misreads *out)
{
    cp_arena scratch = {0};
    misread_search s = {
        .run = run, .scratch = &scratch, .call = call, .out = out, .first = out->count};
    for (size_t i = 0; i < run->read_count; i++) {
        const mine_read *read = &run->read_list[i];
        for (size_t k = 0; k < run->clause_count && read->as != MINE_OTHER; k++) {
            cp_dtypes listed = mine_listed(&run->clauses[k], read->param);
            for (unsigned d = 0; d < CP_DTYPE_COUNT; d++)
                if (listed & CP_DTYPES(d) & ~read->as &&
                    are_alike(CP_DTYPES(d), read->as))
                    try_dtype(&s, read, &run->clauses[k], CP_DTYPES(d));
        }
    }
    for (size_t i = s.first; i < out->count; i++)
        mine_say_ways(run->arena, out->arena, &out->items[i]);
}
