#include "contracts/mine_solve.h"

#include <stdlib.h>

/* The parameter's own name: a mark may say that it is the dtype itself. */
static cp_str bare_name(cp_str param)
{
    return param.len && param.ptr[0] == MINE_IS_DTYPE ? cp_str_cut(param, 1, param.len)
                                                      : param;
}

void mine_keep_fact(mine_run *run, mine_facts *facts, cp_str call, const open_fact *fact)
{
    cp_mined mined = {.call = call,
                      .parameter = cp_str_copy(facts->arena, bare_name(fact->parameter)),
                      .when = mine_when(facts->arena, fact->guard, fact->guard_count),
                      .accepts = fact->set,
                      .same_as = cp_str_copy(facts->arena, bare_name(fact->same_as)),
                      .stated_count = fact->place_count};
    mined.stated = cp_new(facts->arena, cp_str, fact->place_count + 1);
    for (uint32_t i = 0; i < fact->place_count; i++)
        mined.stated[i] = cp_str_copy(facts->arena, fact->places[i]);
    mine_keep_outputs(facts->arena, run, &mined);
    cp_push(facts->arena, facts->items, facts->count, facts->room, mined);
}

/* Parameters that a kernel reads and nothing checks. */
void mine_keep_unchecked(mine_run *run, const solver *s, cp_str call, mine_facts *facts)
{
    for (size_t i = 0; i < run->touched.count; i++) {
        cp_str param = run->touched.entries[i].key;
        bool known = false;
        for (size_t k = 0; k < s->fact_count && !known; k++)
            known = cp_str_eq(s->facts[k].parameter, param);
        for (size_t k = 0; k < s->count && !known; k++)
            known = mine_set_of(&s->clauses[k], param) != 0;
        if (known)
            continue;
        cp_mined mined = {.call = call, .unchecked = true, .stated_count = 1};
        mined.parameter = cp_str_copy(facts->arena, param);
        mined.stated = cp_new(facts->arena, cp_str, 1);
        mined.stated[0] =
            cp_str_copy(facts->arena, *(cp_str *)run->touched.entries[i].value);
        mine_keep_outputs(facts->arena, run, &mined);
        cp_push(facts->arena, facts->items, facts->count, facts->room, mined);
    }
}

static int by_fact(const void *a, const void *b)
{
    const cp_mined *x = a, *y = b;
    int order = cp_str_cmp(x->call, y->call);
    order = order ? order : cp_str_cmp(x->parameter, y->parameter);
    order = order ? order : cp_str_cmp(x->when, y->when);
    order = order ? order : cp_str_cmp(x->same_as, y->same_as);
    order = order ? order : (x->accepts > y->accepts) - (x->accepts < y->accepts);
    return order || !x->stated_count || !y->stated_count
               ? order
               : cp_str_cmp(x->stated[0], y->stated[0]);
}

void mine_sort_facts(cp_mined *facts, size_t count)
{
    if (count)
        qsort(facts, count, sizeof *facts, by_fact);
}
