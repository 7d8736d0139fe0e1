#include "contracts/mine_arity.h"

#include <stdlib.h>

/* Ways of failing that one check may have; a check with more says nothing. */
#define WAYS_MAX 64
#define PLACES_MAX 8
/* Atoms of a condition known to hold; a larger one is not compared. */
#define KNOWN_MAX 12

/* Whether the choice has the value of `is`. */
static bool offers(const mine_cond *choice, const mine_cond *is)
{
    if (choice->kind == COND_OR)
        return offers(choice->a, is) || offers(choice->b, is);
    return cp_str_eq(choice->text, is->text);
}

/* Whether both cannot hold at a time. */
static bool excludes(const mine_cond *a, const mine_cond *b)
{
    bool same = cp_str_eq(a->param, b->param);
    if (a->kind == COND_NOT)
        return mine_cond_same(a->a, b) ||
               (a->a->kind == COND_GIVEN && cp_str_eq(a->a->param, b->param) &&
                (b->kind == COND_DTYPE || b->kind == COND_TRUTH));
    if (b->kind == COND_NOT)
        return excludes(b, a);
    if (b->kind == COND_OR && a->kind == COND_IS)
        return mine_is_choice(b, a->param) && !offers(b, a);
    if (a->kind == COND_OR && b->kind == COND_IS)
        return excludes(b, a);
    if (a->kind == COND_DTYPE && b->kind == COND_DTYPE && same)
        return !(a->set & b->set);
    return a->kind == COND_IS && b->kind == COND_IS && same &&
           !cp_str_eq(a->text, b->text);
}

/* Whether `a` makes `b` hold, so that `b` needs no mention. */
static bool implies(const mine_cond *a, const mine_cond *b)
{
    if (mine_cond_same(a, b))
        return true;
    bool same = cp_str_eq(a->param, b->param);
    if (a->kind == COND_IS && b->kind == COND_OR)
        return mine_is_choice(b, a->param) && offers(b, a);
    if (a->kind == COND_IS && b->kind == COND_NOT)
        return b->a->kind == COND_IS && cp_str_eq(a->param, b->a->param) &&
               !cp_str_eq(a->text, b->a->text);
    return a->kind == COND_TRUTH && b->kind == COND_GIVEN && same;
}

/* Adds a literal; false where the whole is impossible then. */
bool mine_way_add(cp_arena *arena, mine_way *w, const mine_cond *literal)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++)
        if (excludes(w->literals[i], literal))
            return false;
    for (size_t i = 0; i < w->count; i++) {
        if (implies(w->literals[i], literal))
            return true;
        if (implies(literal, w->literals[i]))
            continue;
        if (w->literals[i]->kind == COND_DTYPE && literal->kind == COND_DTYPE &&
            cp_str_eq(w->literals[i]->param, literal->param)) {
            literal =
                mine_dtype(arena, literal->param, w->literals[i]->set & literal->set);
            continue;
        }
        w->literals[kept++] = w->literals[i];
    }
    w->count = kept;
    w->literals[w->count++] = literal;
    return true;
}

static mine_ways one_way(cp_arena *arena)
{
    mine_ways all = {cp_new(arena, mine_way, 1), 1, false};
    all.items[0].literals = cp_new(arena, const mine_cond *, 1);
    return all;
}

static mine_ways product(cp_arena *arena, const mine_ways *a, const mine_ways *b)
{
    mine_ways all = {.too_many =
                         a->too_many || b->too_many || a->count * b->count > WAYS_MAX};
    if (all.too_many)
        return all;
    all.items = cp_new(arena, mine_way, a->count * b->count + 1);
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++) {
            mine_way w = {cp_new(arena, const mine_cond *,
                                 a->items[i].count + b->items[k].count + 1),
                          0, a->items[i].from};
            bool possible = true;
            for (size_t n = 0; n < a->items[i].count && possible; n++)
                possible = mine_way_add(arena, &w, a->items[i].literals[n]);
            for (size_t n = 0; n < b->items[k].count && possible; n++)
                possible = mine_way_add(arena, &w, b->items[k].literals[n]);
            if (possible)
                all.items[all.count++] = w;
        }
    return all;
}

static mine_ways spread(cp_arena *arena, const mine_cond *cond)
{
    mine_ways all = one_way(arena);
    bool choice = cond->kind == COND_OR && mine_is_choice(cond, mine_choice_param(cond));
    switch (choice ? COND_IS : cond->kind) {
    case COND_TRUE:
        return all;
    case COND_FALSE:
        all.count = 0;
        return all;
    case COND_AND: {
        mine_ways a = spread(arena, cond->a), b = spread(arena, cond->b);
        return product(arena, &a, &b);
    }
    case COND_OR: {
        mine_ways a = spread(arena, cond->a), b = spread(arena, cond->b);
        all.too_many = a.too_many || b.too_many || a.count + b.count > WAYS_MAX;
        all.count = 0;
        if (all.too_many)
            return all;
        all.items = cp_new(arena, mine_way, a.count + b.count + 1);
        for (size_t i = 0; i < a.count; i++)
            all.items[all.count++] = a.items[i];
        for (size_t i = 0; i < b.count; i++)
            all.items[all.count++] = b.items[i];
        return all;
    }
    default:
        all.items[0].literals[0] = cond;
        all.items[0].count = 1;
        return all;
    }
}

mine_ways mine_spread_all(cp_arena *arena, const mine_cond *const *conds, size_t count)
{
    mine_ways all = one_way(arena);
    for (size_t i = 0; i < count && all.count && !all.too_many; i++) {
        mine_ways next = spread(arena, conds[i]);
        all = product(arena, &all, &next);
    }
    return all;
}

mine_way mine_way_copy(cp_arena *arena, const mine_way *w, size_t more)
{
    mine_way copy = *w;
    copy.literals = cp_new(arena, const mine_cond *, w->count + more + 1);
    if (w->count)
        memcpy(copy.literals, w->literals, w->count * sizeof *copy.literals);
    return copy;
}

/* The parameters whose dtypes the way of a check looks at. */
static cp_str *subjects_of(cp_arena *arena, const mine_way *w, uint32_t *count)
{
    cp_str *subjects = cp_new(arena, cp_str, w->count + 1);
    *count = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->literals[i]->kind == COND_DTYPE)
            subjects[(*count)++] = w->literals[i]->param;
    return subjects;
}

/* Whether the way of a check says what must be so, and not of something unknown. */
static bool has_dtype(const mine_way *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const mine_cond *c =
            w->literals[i]->kind == COND_NOT ? w->literals[i]->a : w->literals[i];
        if (c->kind == COND_OPAQUE && cp_str_is(c->param, MINE_OF_DTYPE))
            return false;
    }
    for (size_t i = 0; i < w->count; i++)
        if (mine_cond_has_dtype(w->literals[i]))
            return true;
    return false;
}

int mine_literal_order(const void *a, const void *b)
{
    const mine_cond *x = *(const mine_cond *const *)a, *y = *(const mine_cond *const *)b;
    const mine_cond *p = x->kind == COND_NOT ? x->a : x,
                    *q = y->kind == COND_NOT ? y->a : y;
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;
    int order = cp_str_cmp(mine_choice_param(p), mine_choice_param(q));
    order = order ? order : cp_str_cmp(p->text, q->text);
    order = order ? order : cp_str_cmp(p->op, q->op);
    if (order || p->set != q->set)
        return order ? order : p->set < q->set ? -1 : 1;
    return (x->kind == COND_NOT) - (y->kind == COND_NOT);
}

cp_str mine_path(const cp_mine_input *input, const cp_module *module)
{
    cp_str path = module->source->path;
    if (input->root.len && cp_str_starts(path, input->root))
        path = cp_str_cut(path, input->root.len, path.len);
    while (input->root.len && path.len && path.ptr[0] == '/')
        path = cp_str_cut(path, 1, path.len);
    return path;
}

cp_str mine_place(cp_arena *arena, const cp_mine_input *input, const cp_module *module,
                  uint32_t offset)
{
    return cp_str_printf(arena, "%.*s:%u", CP_STR_ARGS(mine_path(input, module)),
                         cp_source_line(module->source, offset));
}

static void add_place(mine_run *run, mine_clause *clause, const cp_module *module,
                      uint32_t offset)
{
    if (clause->place_count == PLACES_MAX || !module)
        return;
    cp_str place = mine_place(run->arena, run->program->input, module, offset);
    for (uint32_t i = 0; i < clause->place_count; i++)
        if (cp_str_eq(clause->places[i], place))
            return;
    clause->places[clause->place_count++] = place;
}

static void add_clause(mine_run *run, const mine_way *w, const mine_way *check,
                       const cp_module *module, uint32_t offset, bool by_chain)
{
    mine_clause clause = {.literals = w->literals, .count = (uint32_t)w->count};
    clause.subjects = subjects_of(run->arena, check, &clause.subject_count);
    clause.places = cp_new(run->arena, cp_str, PLACES_MAX);
    clause.module = module;
    clause.offset = offset;
    if (by_chain && run->chain_stmt)
        add_place(run, &clause, run->chain_module, run->chain_stmt->span.start);
    add_place(run, &clause, module, offset);
    for (uint32_t i = run->depth; i > 0; i--)
        if (run->frames[i - 1].func)
            add_place(run, &clause, run->frames[i - 1].module, run->frames[i - 1].offset);
    qsort(clause.literals, clause.count, sizeof(clause.literals[0]), mine_literal_order);
    cp_push(run->arena, run->clauses, run->clause_count, run->clause_room, clause);
}

/* Whether the way can hold along with one of `known`. */
static bool is_possible(const mine_way *w, const mine_ways *known)
{
    for (size_t i = 0; i < known->count; i++) {
        bool possible = true;
        for (size_t k = 0; k < known->items[i].count && possible; k++)
            for (size_t n = 0; n < w->count && possible; n++)
                possible = !excludes(w->literals[n], known->items[i].literals[k]);
        if (possible)
            return true;
    }
    return false;
}

/* Leaves out the ways that cannot be where one of several conditions is known to hold. */
static void leave_possible(mine_run *run, mine_ways *kept)
{
    for (size_t i = 0; i < run->known_count && kept->count; i++) {
        if (run->known[i]->kind != COND_OR || run->known[i]->size > KNOWN_MAX)
            continue;
        mine_ways known = spread(run->arena, run->known[i]);
        size_t left = 0;
        for (size_t k = 0; k < kept->count; k++)
            if (is_possible(&kept->items[k], &known))
                kept->items[left++] = kept->items[k];
        kept->count = left;
    }
}

void mine_failure(mine_run *run, const cp_module *module, uint32_t offset,
                  const mine_cond *bad, bool by_chain)
{
    if (run->muted || bad->kind == COND_FALSE)
        return;
    size_t inner_from = by_chain ? run->chain : run->path_count;
    if (inner_from > run->path_count)
        inner_from = run->path_count;
    const mine_cond *inner = bad;
    for (size_t i = inner_from; i < run->path_count; i++)
        inner = mine_and(run->arena, inner, run->path[i]);
    if (!mine_cond_has_dtype(inner))
        return;
    mine_ways all = spread(run->arena, inner), kept = all;
    kept.count = 0;
    for (size_t i = 0; i < all.count; i++)
        if (has_dtype(&all.items[i]))
            kept.items[kept.count++] = all.items[i];
    mine_ways checks = kept;
    checks.items = cp_new(run->arena, mine_way, kept.count + 1);
    for (size_t i = 0; i < kept.count; i++) {
        kept.items[i].from = i;
        checks.items[i] = kept.items[i];
    }
    for (size_t i = 0; i < inner_from && kept.count && !kept.too_many; i++) {
        mine_ways outer = spread(run->arena, run->path[i]);
        kept = product(run->arena, &kept, &outer);
    }
    if (!kept.too_many)
        leave_possible(run, &kept);
    for (size_t i = 0; i < kept.count && !kept.too_many; i++)
        add_clause(run, &kept.items[i], &checks.items[kept.items[i].from], module, offset,
                   by_chain);
}

bool mine_path_is_possible(const mine_run *run)
{
    mine_ways all = mine_spread_all(run->arena, run->path, run->path_count);
    return all.count && !all.too_many;
}

void mine_touch(mine_run *run, mine_scope *scope, const mine_value *value,
                uint32_t offset)
{
    if (!scope->is_native || run->muted)
        return;
    if (value->kind == VALUE_SELECT)
        for (uint32_t i = 0; i < value->count; i++)
            mine_touch(run, scope, value->options[i].value, offset);
    if (value->kind != VALUE_PARAM || cp_map_get(&run->touched, value->text))
        return;
    cp_str *place = cp_new(run->arena, cp_str, 1);
    *place = mine_place(run->arena, run->program->input, scope->module, offset);
    cp_map_put(&run->touched, value->text, place);
}
