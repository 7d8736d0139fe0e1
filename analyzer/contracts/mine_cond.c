#include "contracts/mine_engine.h"

/* Atoms of one condition; a larger one is opaque, told apart by its hash alone. */
#define SIZE_MAX_OF_COND 48

const mine_cond mine_true = {.kind = COND_TRUE, .hash = 1};
const mine_cond mine_false = {.kind = COND_FALSE, .hash = 2};

/* Gives the condition its hash and size. */
static const mine_cond *finish(mine_cond *cond)
{
    uint64_t h = 0x9e3779b97f4a7c15ull * ((uint64_t)cond->kind + 3);
    h = (h ^ cp_hash(cond->param)) * 0x100000001b3ull;
    h = (h ^ cp_hash(cond->text)) * 0x100000001b3ull;
    h = (h ^ cp_hash(cond->op)) * 0x100000001b3ull;
    h = (h ^ cond->set) * 0x100000001b3ull;
    h = (h ^ (cond->a ? cond->a->hash : 0)) * 0x100000001b3ull;
    h = (h ^ (cond->b ? cond->b->hash * 31 : 0)) * 0x100000001b3ull;
    cond->hash = h ^ (h >> 29);
    cond->size = 1 + (cond->a ? cond->a->size : 0) + (cond->b ? cond->b->size : 0);
    return cond;
}

const mine_cond *mine_atom(cp_arena *arena, mine_cond_kind kind, cp_str param,
                           cp_str text)
{
    mine_cond *cond = cp_new(arena, mine_cond, 1);
    *cond = (mine_cond){.kind = kind, .param = param, .text = text};
    return finish(cond);
}

const mine_cond *mine_order(cp_arena *arena, cp_str param, cp_str op, cp_str text)
{
    mine_cond *cond = cp_new(arena, mine_cond, 1);
    *cond = (mine_cond){.kind = COND_ORDER, .param = param, .text = text, .op = op};
    return finish(cond);
}

const mine_cond *mine_dtype(cp_arena *arena, cp_str param, cp_dtypes set)
{
    if (!set)
        return &mine_false;
    if (set == MINE_ALL)
        return &mine_true;
    mine_cond *cond = cp_new(arena, mine_cond, 1);
    *cond = (mine_cond){.kind = COND_DTYPE, .param = param, .set = set};
    return finish(cond);
}

bool mine_cond_same(const mine_cond *a, const mine_cond *b)
{
    return a == b || (a && b && a->hash == b->hash && a->kind == b->kind);
}

bool mine_is_choice(const mine_cond *a, cp_str param)
{
    if (a->kind == COND_OR)
        return mine_is_choice(a->a, param) && mine_is_choice(a->b, param);
    return a->kind == COND_IS && cp_str_eq(a->param, param);
}

cp_str mine_choice_param(const mine_cond *a)
{
    while (a->kind == COND_OR)
        a = a->a;
    return a->kind == COND_IS ? a->param : (cp_str){0};
}

static const mine_cond *join(cp_arena *arena, mine_cond_kind kind, const mine_cond *a,
                             const mine_cond *b)
{
    mine_cond *cond = cp_new(arena, mine_cond, 1);
    *cond = (mine_cond){.kind = kind, .a = a, .b = b};
    finish(cond);
    if (cond->size <= SIZE_MAX_OF_COND)
        return cond;
    return mine_atom(arena, COND_OPAQUE, (cp_str){0},
                     cp_str_printf(arena, "?%016llx", (unsigned long long)cond->hash));
}

const mine_cond *mine_not(cp_arena *arena, const mine_cond *a)
{
    if (a->against)
        return a->against;
    switch (a->kind) {
    case COND_TRUE:
        return &mine_false;
    case COND_FALSE:
        return &mine_true;
    case COND_NOT:
        return a->a;
    case COND_DTYPE:
        return mine_dtype(arena, a->param, MINE_ALL & ~a->set);
    case COND_AND:
        return mine_or(arena, mine_not(arena, a->a), mine_not(arena, a->b));
    case COND_OR:
        return mine_and(arena, mine_not(arena, a->a), mine_not(arena, a->b));
    default:
        return join(arena, COND_NOT, a, NULL);
    }
}

/* Whether one of the two says the opposite of the other. */
static bool opposite(const mine_cond *a, const mine_cond *b)
{
    return (a->kind == COND_NOT && mine_cond_same(a->a, b)) ||
           (b->kind == COND_NOT && mine_cond_same(b->a, a));
}

const mine_cond *mine_and(cp_arena *arena, const mine_cond *a, const mine_cond *b)
{
    if (a->kind == COND_FALSE || b->kind == COND_FALSE || opposite(a, b))
        return &mine_false;
    if (a->kind == COND_TRUE || mine_cond_same(a, b))
        return b;
    if (b->kind == COND_TRUE)
        return a;
    if (a->kind == COND_DTYPE && b->kind == COND_DTYPE && cp_str_eq(a->param, b->param))
        return mine_dtype(arena, a->param, a->set & b->set);
    return join(arena, COND_AND, a, b);
}

const mine_cond *mine_or(cp_arena *arena, const mine_cond *a, const mine_cond *b)
{
    if (a->kind == COND_TRUE || b->kind == COND_TRUE || opposite(a, b))
        return &mine_true;
    if (a->kind == COND_FALSE || mine_cond_same(a, b))
        return b;
    if (b->kind == COND_FALSE)
        return a;
    if (a->kind == COND_DTYPE && b->kind == COND_DTYPE && cp_str_eq(a->param, b->param))
        return mine_dtype(arena, a->param, a->set | b->set);
    return join(arena, COND_OR, a, b);
}

bool mine_cond_has_dtype(const mine_cond *a)
{
    if (a->kind == COND_AND || a->kind == COND_OR)
        return mine_cond_has_dtype(a->a) || mine_cond_has_dtype(a->b);
    if (a->kind == COND_NOT)
        return mine_cond_has_dtype(a->a);
    return a->kind == COND_DTYPE || a->kind == COND_SAME;
}

const mine_cond *mine_cond_copy(cp_arena *arena, const mine_cond *a)
{
    mine_cond *copy = cp_new(arena, mine_cond, 1);
    *copy = *a;
    copy->param = cp_str_copy(arena, a->param);
    copy->text = cp_str_copy(arena, a->text);
    copy->a = a->a ? mine_cond_copy(arena, a->a) : NULL;
    copy->b = a->b ? mine_cond_copy(arena, a->b) : NULL;
    copy->against = NULL;
    return copy;
}

/* What `known`, which holds, says of the atom `atom`: NULL for nothing. */
static const mine_cond *settled_by(const mine_cond *known, const mine_cond *atom)
{
    if (mine_cond_same(known, atom))
        return &mine_true;
    if (opposite(known, atom))
        return &mine_false;
    if (known->kind == COND_AND) {
        const mine_cond *found = settled_by(known->a, atom);
        return found ? found : settled_by(known->b, atom);
    }
    bool same_param = cp_str_eq(known->param, atom->param);
    if (known->kind == COND_DTYPE && atom->kind == COND_DTYPE && same_param) {
        cp_dtypes both = known->set & atom->set;
        return both == known->set ? &mine_true : !both ? &mine_false : NULL;
    }
    if (known->kind == COND_IS && atom->kind == COND_IS && same_param)
        return &mine_false; /* equal ones were handled above */
    if (atom->kind == COND_GIVEN && same_param &&
        (known->kind == COND_TRUTH || known->kind == COND_DTYPE))
        return &mine_true;
    return NULL;
}

const mine_cond *mine_under_path(mine_run *run, const mine_cond *cond)
{
    switch (cond->kind) {
    case COND_TRUE:
    case COND_FALSE:
        return cond;
    case COND_NOT:
        return mine_not(run->arena, mine_under_path(run, cond->a));
    case COND_AND:
        return mine_and(run->arena, mine_under_path(run, cond->a),
                        mine_under_path(run, cond->b));
    case COND_OR:
        return mine_or(run->arena, mine_under_path(run, cond->a),
                       mine_under_path(run, cond->b));
    default:
        break;
    }
    for (size_t i = run->path_count; i > 0; i--) {
        const mine_cond *found = settled_by(run->path[i - 1], cond);
        if (found)
            return found;
    }
    for (size_t i = run->known_count; i > 0; i--) {
        const mine_cond *found = settled_by(run->known[i - 1], cond);
        if (found)
            return found;
    }
    return cond;
}
