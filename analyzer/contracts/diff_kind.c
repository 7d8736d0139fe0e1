#include "contracts/diff_kind.h"

enum { WAYS_TRIED = 1 << 14 };

/* What is tried for one parameter, or for one test of it that stands alone. */
typedef struct choice {
    cp_str parameter;
    bool has_given; /* whether it is given is asked */
    bool has_truth;
    cp_str *values; /* that it is compared with */
    size_t value_count, room;
    cp_atom alone; /* an ordering, by itself: true or false; parameter "" if it is none */
    bool sides[2]; /* which of the two asks for it */
    size_t now, count;
} choice;

typedef struct trial {
    cp_arena *arena;
    choice *choices;
    size_t count, room;
    cp_str *relations; /* parameters whose dtype it must have, each a bit from 32 on */
    size_t relation_count, relation_room;
    size_t noting; /* whose atoms are noted now */
    size_t open; /* so many choices, the first ones, are by code that only one side has */
} trial;

/* Passes everything: no statement speaks. */
#define EVERYTHING (~(uint64_t)0)

static bool is_device(cp_str parameter)
{
    return cp_str_is(parameter, "compute_capability");
}

static bool is_order(const cp_atom *atom)
{
    return atom->op != CP_ATOM_GIVEN && atom->op != CP_ATOM_TRUE &&
           atom->op != CP_ATOM_EQ;
}

static bool same_atom(const cp_atom *a, const cp_atom *b)
{
    return a->op == b->op && cp_str_eq(a->parameter, b->parameter) &&
           cp_str_eq(a->value, b->value);
}

static choice *choice_of(trial *t, const cp_atom *atom)
{
    for (size_t i = 0; i < t->count; i++) {
        choice *c = &t->choices[i];
        if (is_order(atom)
                ? same_atom(&c->alone, atom)
                : !c->alone.parameter.len && cp_str_eq(c->parameter, atom->parameter))
            return c;
    }
    choice fresh = {.parameter = atom->parameter};
    if (is_order(atom))
        fresh.alone = *atom;
    cp_push(t->arena, t->choices, t->count, t->room, fresh);
    return &t->choices[t->count - 1];
}

/* A visitor of atoms: evaluation has to ask for each of them, so it never knows. */
static cp_truth note_atom(const cp_atom *atom, void *data)
{
    trial *t = data;
    choice *c = choice_of(t, atom);
    c->sides[t->noting] = true;
    c->has_given |= atom->op == CP_ATOM_GIVEN;
    c->has_truth |= atom->op == CP_ATOM_TRUE;
    for (size_t i = 0; i < c->value_count; i++)
        if (cp_str_eq(c->values[i], atom->value))
            return CP_UNSURE;
    if (atom->op == CP_ATOM_EQ)
        cp_push(t->arena, c->values, c->value_count, c->room, atom->value);
    return CP_UNSURE;
}

/*
 * The ways of a choice in order: not given, each value, and one that is given, true and
 * none of the values; where truth is asked also one that is false.
 */
static size_t ways_of(const choice *c)
{
    return c->alone.parameter.len ? 2 : 2 + c->value_count + c->has_truth;
}

static cp_truth truth(bool holds)
{
    return holds ? CP_TRUE : CP_FALSE;
}

static cp_truth at_trial(const cp_atom *atom, void *data)
{
    const choice *c = choice_of(data, atom);
    size_t values = c->value_count;
    if (c->alone.parameter.len)
        return truth(c->now == 1);
    if (atom->op == CP_ATOM_GIVEN)
        return truth(c->now > 0);
    if (atom->op == CP_ATOM_TRUE)
        return truth(c->now > 0 && c->now <= values + 1);
    bool is =
        c->now > 0 && c->now <= values && cp_str_eq(c->values[c->now - 1], atom->value);
    return truth(is);
}

static uint64_t relation_bit(trial *t, cp_str name)
{
    size_t i = 0;
    while (i < t->relation_count && !cp_str_eq(t->relations[i], name))
        i++;
    if (i == t->relation_count)
        cp_push(t->arena, t->relations, t->relation_count, t->relation_room, name);
    return (uint64_t)1 << (32 + i % 32);
}

/* On how the device is chosen now, and the rest in some way: whether it can be true. */
static cp_truth on_device(const cp_atom *atom, void *data)
{
    return is_device(atom->parameter) ? at_trial(atom, data) : CP_UNSURE;
}

static cp_truth asks_device(const cp_atom *atom, void *data)
{
    bool *asked = data;
    *asked |= is_device(atom->parameter);
    return CP_UNSURE;
}

/* Whether the call gets anywhere on the device that is tried now. */
static bool runs_there(trial *t, const cp_terms_line *line)
{
    bool gated = false;
    for (uint32_t i = 0; i < line->fact_count; i++) {
        bool asked = false;
        cp_cond_eval(line->facts[i]->when, asks_device, &asked);
        gated |= asked;
        if (asked && cp_cond_eval(line->facts[i]->when, on_device, t) != CP_FALSE)
            return true;
    }
    return !gated;
}

/* The dtypes that pass as things are chosen now, and above them the relations asked. */
static uint64_t passes(trial *t, const cp_terms_line *line)
{
    uint64_t set = EVERYTHING;
    if (!runs_there(t, line))
        return 0;
    for (uint32_t i = 0; i < line->fact_count; i++) {
        const cp_contract *fact = line->facts[i];
        if (cp_cond_eval(fact->when, at_trial, t) != CP_TRUE)
            continue;
        if (fact->broken)
            return 0;
        if (fact->accepts)
            set &= fact->accepts | ~(uint64_t)UINT32_MAX;
        if (fact->same_as.len)
            set &= ~relation_bit(t, fact->same_as);
    }
    return set;
}

/* The next way to choose; false after the last. */
static bool advance(trial *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (++t->choices[i].now < t->choices[i].count)
            return true;
        t->choices[i].now = 0;
    }
    return false;
}

/* Code that only one side speaks of may always come out the same; `?` is any code. */
static bool is_open(const choice *c)
{
    static const char code[] = "()[]<>=!&|+-*/% \"',:?{}~^@;";
    bool word = true;
    for (size_t i = 0; i < c->parameter.len; i++)
        word &= strchr(code, c->parameter.ptr[i]) == NULL;
    return !word && (!c->sides[0] || !c->sides[1] || cp_str_is(c->parameter, "?"));
}

static bool prepare(trial *t, const cp_terms_line *a, const cp_terms_line *b)
{
    const cp_terms_line *const lines[] = {a, b};
    for (t->noting = 0; t->noting < 2; t->noting++)
        for (uint32_t i = 0; i < lines[t->noting]->fact_count; i++)
            cp_cond_eval(lines[t->noting]->facts[i]->when, note_atom, t);
    for (size_t i = 0; i < t->count; i++)
        if (is_open(&t->choices[i])) {
            choice first = t->choices[t->open];
            t->choices[t->open++] = t->choices[i];
            t->choices[i] = first;
        }
    size_t ways = 1;
    for (size_t i = 0; i < t->count && ways <= WAYS_TRIED; i++) {
        t->choices[i].count = ways_of(&t->choices[i]);
        ways *= t->choices[i].count;
    }
    return ways <= WAYS_TRIED;
}

/* Whether the open choices are back at their first way: a new round of them begins. */
static bool is_round_over(const trial *t)
{
    for (size_t i = 0; i < t->open; i++)
        if (t->choices[i].now)
            return false;
    return true;
}

cp_terms_change_kind diff_kind(cp_arena *arena, const cp_terms_line *a,
                               const cp_terms_line *b)
{
    trial t = {.arena = arena};
    bool more = false, less = false;               /* in some way */
    bool surely_more = false, surely_less = false; /* whatever the open code says */
    bool round_more = true, round_less = true, on;
    if (!prepare(&t, a, b))
        return CP_TERMS_OTHER;
    do {
        uint64_t before = passes(&t, a), after = passes(&t, b);
        more |= (after & ~before) != 0;
        less |= (before & ~after) != 0;
        round_more &= (after & ~before) != 0;
        round_less &= (before & ~after) != 0;
        on = advance(&t);
        if (!is_round_over(&t))
            continue;
        surely_more |= round_more;
        surely_less |= round_less;
        round_more = round_less = true;
    } while (on);
    if (!more && !less)
        return CP_TERMS_SAME;
    if (t.relation_count > 32)
        return CP_TERMS_OTHER;
    return surely_more && !less   ? CP_TERMS_LOOSENED
           : surely_less && !more ? CP_TERMS_TIGHTENED
                                  : CP_TERMS_OTHER;
}
