#include "flow/walk.h"

const cp_guard *cp_guard_with(cp_arena *arena, const cp_guard *outer, const cp_expr *test,
                              bool holds, bool branch)
{
    while (test->kind == CP_EXPR_UNARY && cp_str_is(test->text, "not")) {
        test = test->kids[0];
        holds = !holds;
    }
    /* `a and b` holds: both do; `a or b` does not: neither does. */
    if (test->kind == CP_EXPR_BOOL && cp_str_is(test->text, holds ? "and" : "or")) {
        outer = cp_guard_with(arena, outer, test->kids[0], holds, branch);
        return cp_guard_with(arena, outer, test->kids[1], holds, branch);
    }
    cp_guard *guard = cp_new(arena, cp_guard, 1);
    *guard = (cp_guard){outer, test, holds, branch};
    return guard;
}

cp_node *cp_walk_in_sight(const cp_binding *names, cp_str name)
{
    for (; names; names = names->next)
        if (cp_str_eq(names->name, name))
            return names->node;
    return NULL;
}

static void meet_name(cp_walk *walk, cp_str name, cp_node *a, const cp_guard *a_guard,
                      cp_node *b, const cp_guard *b_guard)
{
    if (a == b)
        return;
    cp_node *join = cp_node_join(walk->flow, CP_JOIN_LOCAL, name);
    join->module = walk->module;
    join->func = walk->func;
    join->guard = walk->guard;
    if (a)
        cp_node_add_input(walk->flow, join, a, a_guard);
    if (b)
        cp_node_add_input(walk->flow, join, b, b_guard);
    cp_binding *binding = cp_new(walk->flow->arena, cp_binding, 1);
    *binding = (cp_binding){walk->names, name, join};
    walk->names = binding;
}

/* Goes on where two branches, both begun at `start`, come together. */
static void meet(cp_walk *walk, const cp_binding *start, const cp_walk *a,
                 const cp_walk *b)
{
    walk->ended = a->ended && b->ended;
    if (a->ended || b->ended) {
        walk->names = a->ended ? b->names : a->names;
        return;
    }
    walk->names = start;
    const cp_binding *sides[2] = {a->names, b->names};
    for (int s = 0; s < 2; s++) {
        for (const cp_binding *at = sides[s]; at != start; at = at->next) {
            bool done = cp_walk_in_sight(walk->names, at->name) !=
                        cp_walk_in_sight(start, at->name);
            if (!done)
                meet_name(walk, at->name, cp_walk_in_sight(a->names, at->name), a->guard,
                          cp_walk_in_sight(b->names, at->name), b->guard);
        }
    }
}

void cp_walk_perhaps(cp_walk *walk, const cp_binding *start)
{
    cp_walk with = *walk, without = *walk;
    without.names = start;
    bool ended = walk->ended;
    with.ended = without.ended = false;
    meet(walk, start, &with, &without);
    walk->ended = ended;
}

static cp_walk branch_of(const cp_walk *walk, const cp_expr *test, bool holds)
{
    cp_walk branch = *walk;
    branch.guard = cp_guard_with(walk->flow->arena, walk->guard, test, holds, true);
    return branch;
}

void cp_walk_if(cp_walk *walk, const cp_stmt *stmt)
{
    cp_walk_expr(walk, stmt->value);
    const cp_binding *start = walk->names;
    const cp_guard *outer = walk->guard;
    cp_walk yes = branch_of(walk, stmt->value, true);
    cp_walk no = branch_of(walk, stmt->value, false);
    cp_walk_block(&yes, &stmt->body);
    cp_walk_block(&no, &stmt->orelse);
    meet(walk, start, &yes, &no);
    /* What is after `if c: return` runs only where c is false. */
    walk->guard = outer;
    if (yes.ended == no.ended)
        return;
    walk->guard = cp_guard_with(walk->flow->arena, outer, stmt->value, no.ended, false);
    if (stmt->orelse.count == 0) /* else the name may be bound anew there */
        cp_walk_refine(walk, stmt->value, false);
}

/* Names that the block binds get a join first, since the loop comes back to them. */
static void prepare_loop(cp_walk *walk, const cp_block *block, cp_map *joins);

static void prepare_target(cp_walk *walk, const cp_expr *target, cp_map *joins)
{
    if (target->kind == CP_EXPR_TUPLE || target->kind == CP_EXPR_STAR)
        for (uint32_t i = 0; i < target->kid_count; i++)
            prepare_target(walk, target->kids[i], joins);
    if (target->kind != CP_EXPR_NAME || cp_map_get(joins, target->text))
        return;
    cp_node *before = cp_walk_in_sight(walk->names, target->text);
    if (!before)
        return; /* bound anew in each round */
    cp_node *join = cp_node_join(walk->flow, CP_JOIN_LOCAL, target->text);
    join->module = walk->module;
    join->func = walk->func;
    join->guard = walk->guard;
    cp_node_add_input(walk->flow, join, before, NULL);
    cp_map_put(joins, target->text, join);
}

static void prepare_loop(cp_walk *walk, const cp_block *block, cp_map *joins)
{
    for (uint32_t i = 0; i < block->count; i++) {
        const cp_stmt *stmt = block->stmts[i];
        for (uint32_t t = 0; t < stmt->target_count; t++)
            prepare_target(walk, stmt->targets[t], joins);
        for (uint32_t t = 0; t < stmt->item_count; t++)
            if (stmt->items[t].target)
                prepare_target(walk, stmt->items[t].target, joins);
        prepare_loop(walk, &stmt->body, joins);
        prepare_loop(walk, &stmt->orelse, joins);
        prepare_loop(walk, &stmt->final, joins);
        for (uint32_t h = 0; h < stmt->handler_count; h++)
            prepare_loop(walk, &stmt->handlers[h], joins);
        for (uint32_t c = 0; c < stmt->case_count; c++)
            prepare_loop(walk, &stmt->cases[c].body, joins);
    }
}

/* The next round begins with what is in sight at the end of one. */
static void come_back(cp_flow *flow, cp_map *joins, const cp_binding *names)
{
    for (size_t i = 0; i < joins->count; i++) {
        cp_node *last = cp_walk_in_sight(names, joins->entries[i].key);
        if (last && last != joins->entries[i].value)
            cp_node_add_input(flow, joins->entries[i].value, last, NULL);
    }
}

static cp_node *element_of(cp_walk *walk, cp_node *whole, const cp_stmt *stmt)
{
    cp_node *item = cp_node_new(walk->flow, CP_NODE_ITEM);
    item->module = walk->module;
    item->func = walk->func;
    item->expr = stmt->targets[0];
    item->guard = walk->guard;
    cp_node_add_input(walk->flow, item, whole, NULL);
    return item;
}

void cp_walk_loop(cp_walk *walk, const cp_stmt *stmt)
{
    cp_map joins = {.arena = walk->flow->arena};
    cp_node *whole = cp_walk_expr(walk, stmt->value);
    prepare_loop(walk, &stmt->body, &joins);
    for (size_t i = 0; i < joins.count; i++)
        cp_walk_bind_name(walk, joins.entries[i].key, joins.entries[i].value, NULL);
    const cp_binding *start = walk->names;
    cp_walk round = *walk;
    for (uint32_t t = 0; t < stmt->target_count; t++)
        cp_walk_bind(&round, stmt->targets[t], element_of(walk, whole, stmt), NULL);
    cp_loop loop = {0};
    round.loop = &loop;
    cp_walk_block(&round, &stmt->body);
    if (!round.ended)
        cp_push(walk->flow->arena, loop.exits, loop.count, loop.room, round.names);
    for (size_t e = 0; e < loop.count; e++) {
        come_back(walk->flow, &joins, loop.exits[e]);
        cp_walk way = *walk, so_far = *walk;
        way.names = loop.exits[e];
        meet(walk, start, &so_far, &way);
    }
    cp_walk_block(walk, &stmt->orelse);
}

/* What a body bound, if it may have stopped anywhere: each binding may be the last. */
static void stop_anywhere(cp_walk *walk, const cp_binding *names)
{
    const cp_binding *start = walk->names;
    cp_map joins = {.arena = walk->flow->arena};
    for (; names && names != start; names = names->next) {
        void **slot = cp_map_slot(&joins, names->name);
        cp_node *join = *slot;
        if (!join) {
            join = cp_node_join(walk->flow, CP_JOIN_LOCAL, names->name);
            join->module = walk->module;
            join->func = walk->func;
            join->guard = walk->guard;
            cp_node *before = cp_walk_in_sight(start, names->name);
            if (before)
                cp_node_add_input(walk->flow, join, before, NULL);
            *slot = join;
        }
        cp_node_add_input(walk->flow, join, names->node, NULL);
    }
    for (size_t i = 0; i < joins.count; i++)
        cp_walk_bind_name(walk, joins.entries[i].key, joins.entries[i].value, NULL);
}

void cp_walk_try(cp_walk *walk, const cp_stmt *stmt)
{
    const cp_binding *start = walk->names;
    cp_walk tried = *walk;
    cp_walk_block(&tried, &stmt->body);
    cp_walk failed = *walk;
    stop_anywhere(&failed, tried.names);
    cp_walk_block(&tried, &stmt->orelse);
    for (uint32_t i = 0; i < stmt->handler_count; i++) {
        cp_walk handler = failed, so_far = tried;
        if (stmt->items[i].target)
            cp_walk_bind(&handler, stmt->items[i].target,
                         cp_node_unknown(walk->flow, "an exception"), NULL);
        cp_walk_block(&handler, &stmt->handlers[i]);
        meet(&tried, start, &so_far, &handler);
    }
    walk->names = tried.names;
    walk->ended = tried.ended;
    bool ended = walk->ended;
    walk->ended = false;
    cp_walk_block(walk, &stmt->final);
    walk->ended |= ended;
}

static const cp_expr *pattern_test(cp_arena *arena, cp_expr *subject, const cp_case *arm)
{
    cp_expr *test = cp_new(arena, cp_expr, 1);
    test->kind = CP_EXPR_COMPARE;
    test->text = CP_STR("==");
    test->span = test->outer = arm->pattern->span;
    test->kid_count = 2;
    test->kids = cp_new(arena, cp_expr *, 2);
    test->kids[0] = subject;
    test->kids[1] = arm->pattern;
    return test;
}

/* Names in a pattern are bound by it, but those of classes and of members of them. */
static void bind_captures(cp_walk *walk, const cp_expr *pattern)
{
    if (pattern->kind == CP_EXPR_ATTR)
        return;
    if (pattern->kind == CP_EXPR_NAME)
        cp_walk_bind_name(walk, pattern->text,
                          cp_node_unknown(walk->flow, "a part of what was matched"),
                          NULL);
    for (uint32_t i = pattern->kind == CP_EXPR_CALL; i < pattern->kid_count; i++)
        if (pattern->kids[i])
            bind_captures(walk, pattern->kids[i]);
    for (uint32_t i = 0; i < pattern->arg_count; i++)
        bind_captures(walk, pattern->args[i].value);
}

void cp_walk_match(cp_walk *walk, const cp_stmt *stmt)
{
    cp_walk_expr(walk, stmt->value);
    const cp_binding *start = walk->names;
    cp_walk rest = *walk, met = *walk;
    met.ended = true;
    for (uint32_t i = 0; i < stmt->case_count; i++) {
        const cp_case *arm = &stmt->cases[i];
        cp_walk taken = rest, so_far = met;
        const cp_expr *test = NULL;
        if (arm->pattern && arm->pattern->kind != CP_EXPR_OTHER) {
            test = pattern_test(walk->flow->arena, stmt->value, arm);
            taken.guard = cp_guard_with(walk->flow->arena, rest.guard, test, true, true);
        }
        if (arm->pattern)
            bind_captures(&taken, arm->pattern);
        cp_walk_block(&taken, &arm->body);
        meet(&met, start, &so_far, &taken);
        if (test && !arm->guard)
            rest.guard = cp_guard_with(walk->flow->arena, rest.guard, test, false, true);
        rest.ended |= !arm->pattern && !arm->guard;
    }
    cp_walk so_far = met;
    meet(walk, start, &so_far, &rest);
}
