#include "contracts/mine_one.h"

#include "contracts/mine_native.h"

struct cp_miner {
    cp_arena *arena;
    mine_program *program;
};

cp_miner *cp_miner_new(cp_arena *arena, const cp_mine_input *input)
{
    cp_miner *miner = cp_new(arena, cp_miner, 1);
    *miner = (cp_miner){arena, mine_program_new(arena, input)};
    return miner;
}

/* Takes what a run found over, and ends it. */
static cp_mined_one finish(cp_miner *miner, mine_run *run, cp_str call, cp_arena *scratch)
{
    mine_facts facts = {.arena = miner->arena};
    mine_solve(run, call, &facts);
    mine_sort_facts(facts.items, facts.count);
    cp_mined_one one = {
        .facts = facts.items, .count = facts.count, .given_up = run->gave_up != NULL};
    size_t room = 0;
    for (size_t i = 0; i < run->way_out_count; i++)
        cp_push(miner->arena, one.calls, one.call_count, room, run->ways_out[i]);
    cp_arena_dispose(scratch);
    return one;
}

cp_mined_one cp_mine_one(cp_miner *miner, cp_func *func, cp_str call)
{
    cp_arena scratch = {0};
    mine_run *run = mine_run_new(&scratch, miner->program);
    mine_run_entry(run, func, false);
    return finish(miner, run, call, &scratch);
}

bool cp_mine_operator(cp_miner *miner, cp_str name, cp_str call, cp_mined_one *one)
{
    cp_arena scratch = {0};
    mine_run *run = mine_run_new(&scratch, miner->program);
    const mine_value *found = mine_native_export(run, (cp_str){"", 0}, name, SIZE_MAX);
    if (!found || found->kind != VALUE_FUNC) {
        cp_arena_dispose(&scratch);
        return false;
    }
    mine_run_entry(run, found->func, true);
    const cp_func *func = found->func;
    *one = finish(miner, run, call, &scratch);
    one->parameters = cp_new(miner->arena, cp_str, func->param_count + 1);
    for (uint32_t i = 0; i < func->param_count; i++)
        one->parameters[one->parameter_count++] = func->params[i].name;
    return true;
}
