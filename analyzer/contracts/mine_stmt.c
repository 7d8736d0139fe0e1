#include "contracts/mine_engine.h"

static mine_exit goes_on(void)
{
    return (mine_exit){FLOW_ON, &mine_true};
}

void mine_push_path(mine_run *run, const mine_cond *cond)
{
    if (cond->kind == COND_TRUE)
        return;
    if (cond->kind == COND_AND) {
        mine_push_path(run, cond->a);
        mine_push_path(run, cond->b);
        return;
    }
    cp_push(run->arena, run->path, run->path_count, run->path_room, cond);
}

typedef struct var_copy {
    mine_var *vars;
    size_t count, room;
} var_copy;

static var_copy copy_vars(mine_run *run, const mine_scope *scope)
{
    var_copy copy = {cp_new(run->arena, mine_var, scope->count + 1), scope->count,
                     scope->count + 1};
    if (scope->count)
        memcpy(copy.vars, scope->vars, scope->count * sizeof *copy.vars);
    return copy;
}

static void put_vars(mine_scope *scope, var_copy copy)
{
    scope->vars = copy.vars;
    scope->count = copy.count;
    scope->room = copy.room;
}

/* The variables after a branch, `yes` those of its first side, the scope's the other's.
 */
static void merge_vars(mine_run *run, mine_scope *scope, const mine_cond *cond,
                       var_copy yes)
{
    for (size_t i = 0; i < yes.count; i++) {
        const mine_value *other = NULL;
        size_t at = 0;
        for (; at < scope->count && !other; at++)
            if (cp_str_eq(scope->vars[at].name, yes.vars[i].name))
                other = scope->vars[at].value;
        if (other == yes.vars[i].value)
            continue;
        mine_option both[] = {
            {cond, yes.vars[i].value},
            {mine_not(run->arena, cond), other ? other : &mine_unknown}};
        mine_set_var(run, scope, yes.vars[i].name, mine_select(run, both, 2));
    }
}

static mine_exit join_exits(mine_run *run, const mine_cond *cond, mine_exit yes,
                            mine_exit no)
{
    const mine_cond *against = mine_not(run->arena, cond);
    if (yes.flow != FLOW_ON && no.flow != FLOW_ON)
        return (mine_exit){yes.flow == FLOW_FAIL && no.flow == FLOW_FAIL ? FLOW_FAIL
                                                                         : FLOW_RETURN,
                           &mine_false};
    /* A side that fails leaves no condition: whoever comes further has passed it. */
    if (yes.flow == FLOW_FAIL)
        return no;
    if (no.flow == FLOW_FAIL)
        return yes;
    if (yes.flow == FLOW_RETURN)
        return (mine_exit){FLOW_ON, mine_and(run->arena, against, no.on)};
    if (no.flow == FLOW_RETURN)
        return (mine_exit){FLOW_ON, mine_and(run->arena, cond, yes.on)};
    if (yes.on->kind == COND_TRUE && no.on->kind == COND_TRUE)
        return goes_on();
    return (mine_exit){FLOW_ON, mine_or(run->arena, mine_and(run->arena, cond, yes.on),
                                        mine_and(run->arena, against, no.on))};
}

/*
 * Behind `if bad: raise`, `bad` is known not to hold; of dtypes each check counts. That
 * something is given stays the guard of what asks for it again.
 */
static void note_passed(mine_run *run, const mine_cond *bad)
{
    const mine_cond *passed = mine_not(run->arena, bad);
    if (!mine_cond_has_dtype(bad) && passed->kind != COND_FALSE &&
        passed->kind != COND_TRUE && passed->kind != COND_GIVEN)
        cp_push(run->arena, run->known, run->known_count, run->known_room, passed);
}

typedef mine_exit mine_side(mine_run *, mine_scope *, const void *data, uint32_t at);

/* Runs both sides of a branch and joins what they leave behind. */
static mine_exit branch(mine_run *run, mine_scope *scope, const mine_cond *cond,
                        mine_side *yes, mine_side *no, const void *data, uint32_t at)
{
    if (cond->kind == COND_TRUE)
        return yes(run, scope, data, at);
    if (cond->kind == COND_FALSE)
        return no(run, scope, data, at);
    size_t keep = run->path_count;
    var_copy before = copy_vars(run, scope);
    mine_push_path(run, cond);
    mine_exit first = yes(run, scope, data, at);
    run->path_count = keep;
    var_copy after = copy_vars(run, scope);
    put_vars(scope, before);
    mine_push_path(run, mine_not(run->arena, cond));
    mine_exit second = no(run, scope, data, at);
    run->path_count = keep;
    if (second.flow != FLOW_ON)
        put_vars(scope, after);
    else if (first.flow == FLOW_ON)
        merge_vars(run, scope, cond, after);
    if (first.flow == FLOW_FAIL && second.flow == FLOW_ON)
        note_passed(run, cond);
    return join_exits(run, cond, first, second);
}

static mine_exit side_body(mine_run *run, mine_scope *scope, const void *data,
                           uint32_t at)
{
    (void)at;
    return mine_block(run, scope, &((const cp_stmt *)data)->body);
}

static mine_exit side_else(mine_run *run, mine_scope *scope, const void *data,
                           uint32_t at)
{
    (void)at;
    return mine_block(run, scope, &((const cp_stmt *)data)->orelse);
}

typedef struct chain_copy {
    size_t chain;
    const cp_stmt *stmt;
    const cp_module *module;
} chain_copy;

static chain_copy begin_chain(mine_run *run, const mine_scope *scope, const cp_stmt *stmt)
{
    chain_copy copy = {run->chain, run->chain_stmt, run->chain_module};
    run->chain = run->path_count;
    run->chain_stmt = stmt;
    run->chain_module = scope->module;
    return copy;
}

static void end_chain(mine_run *run, chain_copy copy)
{
    run->chain = copy.chain;
    run->chain_stmt = copy.stmt;
    run->chain_module = copy.module;
}

static mine_exit run_if(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    const mine_cond *cond = mine_condition(run, scope, stmt->value);
    if (stmt->is_elif)
        return branch(run, scope, cond, side_body, side_else, stmt, 0);
    chain_copy copy = begin_chain(run, scope, stmt);
    mine_exit exit = branch(run, scope, cond, side_body, side_else, stmt, 0);
    end_chain(run, copy);
    return exit;
}

/* A `match` or `switch`: its cases, the one for all the rest last. */
typedef struct case_list {
    const cp_stmt *stmt;
    const mine_value *subject;
    uint32_t *order;
} case_list;

static const mine_cond *case_condition(mine_run *run, mine_scope *scope,
                                       const case_list *list, const cp_case *one)
{
    if (!one->pattern)
        return &mine_true;
    const cp_expr *pattern = one->pattern;
    if (pattern->kind != CP_EXPR_TUPLE)
        return mine_equal(run, list->subject, mine_eval(run, scope, one->pattern),
                          pattern);
    const mine_cond *any = &mine_false;
    for (uint32_t i = 0; i < pattern->kid_count; i++)
        any = mine_or(run->arena, any,
                      mine_equal(run, list->subject,
                                 mine_eval(run, scope, pattern->kids[i]),
                                 pattern->kids[i]));
    return any;
}

static mine_exit run_case(mine_run *run, mine_scope *scope, const void *data, uint32_t at)
{
    const case_list *list = data;
    return mine_block(run, scope, &list->stmt->cases[list->order[at]].body);
}

static mine_exit run_cases(mine_run *run, mine_scope *scope, const void *data,
                           uint32_t at);

static mine_exit later_cases(mine_run *run, mine_scope *scope, const void *data,
                             uint32_t at)
{
    return run_cases(run, scope, data, at + 1);
}

static mine_exit run_cases(mine_run *run, mine_scope *scope, const void *data,
                           uint32_t at)
{
    const case_list *list = data;
    if (at >= list->stmt->case_count)
        return goes_on();
    const cp_case *one = &list->stmt->cases[list->order[at]];
    const mine_cond *cond = case_condition(run, scope, list, one);
    return branch(run, scope, cond, run_case, later_cases, data, at);
}

static mine_exit run_match(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    case_list list = {stmt, mine_eval(run, scope, stmt->value),
                      cp_new(run->arena, uint32_t, stmt->case_count + 1)};
    uint32_t n = 0;
    for (unsigned rest = 0; rest < 2; rest++)
        for (uint32_t i = 0; i < stmt->case_count; i++)
            if (!stmt->cases[i].pattern == (rest == 1))
                list.order[n++] = i;
    chain_copy copy = begin_chain(run, scope, stmt);
    mine_exit exit = run_cases(run, scope, &list, 0);
    end_chain(run, copy);
    return exit;
}

/* Whether every handler fails in its turn, so that a failure inside stays one. */
static bool passes_on(const cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->handler_count; i++) {
        const cp_block *handler = &stmt->handlers[i];
        if (!handler->count || handler->stmts[handler->count - 1]->kind != CP_STMT_RAISE)
            return false;
    }
    return true;
}

static mine_exit run_try(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    bool caught = !passes_on(stmt);
    run->muted += caught;
    mine_exit exit = mine_block(run, scope, &stmt->body);
    run->muted -= caught;
    if (exit.flow == FLOW_FAIL && caught)
        exit = goes_on();
    if (exit.flow == FLOW_ON)
        mine_block(run, scope, &stmt->orelse);
    mine_block(run, scope, &stmt->final);
    return exit;
}

static mine_exit run_return(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    const mine_value *value =
        stmt->value ? mine_eval(run, scope, stmt->value) : &mine_none;
    if (run->failed)
        return (mine_exit){FLOW_FAIL, &mine_false};
    if (run->returns) {
        const mine_cond *when = &mine_true;
        for (size_t i = run->returns->path_count; i < run->path_count; i++)
            when = mine_and(run->arena, when, run->path[i]);
        mine_option option = {when, value};
        cp_push(run->arena, run->returns->items, run->returns->count, run->returns->room,
                option);
    }
    return (mine_exit){FLOW_RETURN, &mine_false};
}

static mine_exit run_assert(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    const mine_cond *cond = mine_condition(run, scope, stmt->value);
    mine_failure(run, scope->module, stmt->span.start, mine_not(run->arena, cond),
                 cond->kind == COND_FALSE);
    return cond->kind == COND_FALSE ? (mine_exit){FLOW_FAIL, &mine_false} : goes_on();
}

static void run_import(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->import_count; i++)
        mine_set_var(run, scope, stmt->imports[i].local,
                     mine_imported(run, scope->module, &stmt->imports[i]));
}

static mine_exit run_with(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->item_count; i++) {
        const mine_value *value = mine_eval(run, scope, stmt->items[i].value);
        if (stmt->items[i].target)
            mine_assign(run, scope, stmt->items[i].target, value);
    }
    return mine_block(run, scope, &stmt->body);
}

static void run_augmented(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    const mine_value *value = mine_eval(run, scope, stmt->value);
    if (!scope->is_native && cp_str_is(stmt->text, "+=") && stmt->target_count == 1 &&
        mine_add_to_list(run, scope, stmt->targets[0], value, true))
        return;
    for (uint32_t i = 0; i < stmt->target_count; i++)
        if (stmt->targets[i]->kind == CP_EXPR_NAME)
            mine_assign(run, scope, stmt->targets[i], &mine_unknown);
}

static mine_exit run_stmt(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    switch (stmt->kind) {
    case CP_STMT_ASSIGN:
        return mine_run_assign(run, scope, stmt);
    case CP_STMT_AUG:
        run_augmented(run, scope, stmt);
        return goes_on();
    case CP_STMT_EXPR:
        mine_eval(run, scope, stmt->value);
        return goes_on();
    case CP_STMT_RETURN:
        return run_return(run, scope, stmt);
    case CP_STMT_IF:
        return run_if(run, scope, stmt);
    case CP_STMT_FOR:
        return mine_run_for(run, scope, stmt);
    case CP_STMT_WHILE:
        mine_block(run, scope, &stmt->body);
        return goes_on();
    case CP_STMT_WITH:
        return run_with(run, scope, stmt);
    case CP_STMT_TRY:
        return run_try(run, scope, stmt);
    case CP_STMT_MATCH:
        return run_match(run, scope, stmt);
    case CP_STMT_RAISE:
        mine_failure(run, scope->module, stmt->span.start, &mine_true, true);
        return (mine_exit){FLOW_FAIL, &mine_false};
    case CP_STMT_ASSERT:
        return run_assert(run, scope, stmt);
    case CP_STMT_DEF:
        mine_set_var(run, scope, stmt->func->name,
                     mine_func_value(run, stmt->func, scope, NULL));
        return goes_on();
    case CP_STMT_CLASS:
        mine_set_var(run, scope, stmt->class->name,
                     mine_class_value(run, stmt->class, scope));
        return goes_on();
    case CP_STMT_IMPORT:
        run_import(run, scope, stmt);
        return goes_on();
    default:
        return goes_on();
    }
}

/* The statements of a block; who calls takes back what they leave on the path. */
static mine_exit run_stmts(mine_run *run, mine_scope *scope, const cp_block *block)
{
    const mine_cond *on = &mine_true;
    for (uint32_t i = 0; i < block->count && !run->gave_up; i++) {
        cp_stmt *stmt = block->stmts[i];
        if (stmt->kind == CP_STMT_JUMP) {
            bool next_round = cp_str_is(stmt->text, "continue");
            return next_round ? (mine_exit){FLOW_RETURN, &mine_false}
                              : (mine_exit){FLOW_ON, on};
        }
        run->failed = false;
        mine_exit exit = run_stmt(run, scope, stmt);
        if (run->failed)
            exit = (mine_exit){FLOW_FAIL, &mine_false};
        run->failed = false;
        if (exit.flow != FLOW_ON) /* some way may have returned before this one failed */
            return on->kind == COND_TRUE ? exit : (mine_exit){FLOW_RETURN, &mine_false};
        if (exit.on->kind != COND_TRUE) {
            on = mine_and(run->arena, on, exit.on);
            mine_push_path(run, exit.on);
        }
    }
    return (mine_exit){FLOW_ON, on};
}

mine_exit mine_block(mine_run *run, mine_scope *scope, const cp_block *block)
{
    size_t keep = run->path_count, known = run->known_count;
    mine_exit exit = run_stmts(run, scope, block);
    run->path_count = keep;
    run->known_count = known;
    return exit;
}
