#include "contracts/mine_arity.h"
#include "contracts/mine_memo.h"
#include "contracts/mine_native.h"
#include "contracts/mine_python.h"
#include "contracts/mine_reads.h"

static void add_arg(mine_run *run, mine_args *args, cp_str name, const mine_value *value)
{
    mine_bound bound = {name, value};
    cp_push(run->arena, args->items, args->count, args->room, bound);
}

mine_args mine_arguments(mine_run *run, mine_scope *scope, cp_expr *call)
{
    mine_args args = {0};
    for (unsigned i = 0; i < call->arg_count; i++) {
        cp_expr *expr = call->args[i].value;
        if (expr->kind != CP_EXPR_STAR) {
            add_arg(run, &args, call->args[i].name, mine_eval(run, scope, expr));
            continue;
        }
        const mine_value *value = mine_eval(run, scope, expr->kids[0]);
        bool pairs = cp_str_is(expr->text, "**");
        const mine_value *dict = pairs ? mine_one_dict(run, value) : NULL;
        for (uint32_t k = 0; dict && k + 1 < dict->count; k += 2)
            add_arg(run, &args, dict->items[k]->text, dict->items[k + 1]);
        if (dict)
            continue;
        if (!pairs && value->kind == VALUE_LIST)
            for (uint32_t k = 0; k < value->count; k++)
                add_arg(run, &args, (cp_str){0}, value->items[k]);
        else
            args.unsure = true;
    }
    return args;
}

const mine_bound *mine_named(mine_args *args, cp_str name)
{
    for (size_t i = 0; i < args->count; i++)
        if (args->items[i].value && args->items[i].name.len &&
            cp_str_eq(args->items[i].name, name))
            return &args->items[i];
    return NULL;
}

static const mine_value *rest_list(mine_run *run, const mine_args *args, size_t from)
{
    mine_value *list = cp_new(run->arena, mine_value, 1);
    list->kind = VALUE_LIST;
    list->items = cp_new(run->arena, const mine_value *, args->count + 1);
    for (size_t i = from; i < args->count; i++)
        if (!args->items[i].name.len)
            list->items[list->count++] = args->items[i].value;
    return list;
}

static const mine_value *rest_dict(mine_run *run, const cp_func *func,
                                   const mine_args *args)
{
    mine_value *dict = cp_new(run->arena, mine_value, 1);
    dict->kind = VALUE_DICT;
    dict->items = cp_new(run->arena, const mine_value *, 2 * args->count + 1);
    for (size_t i = 0; i < args->count; i++) {
        bool taken = !args->items[i].name.len;
        for (uint32_t p = 0; p < func->param_count && !taken; p++)
            taken = cp_str_eq(func->params[p].name, args->items[i].name);
        if (taken)
            continue;
        dict->items[dict->count++] = mine_text(run, VALUE_TEXT, args->items[i].name);
        dict->items[dict->count++] = args->items[i].value;
    }
    return dict;
}

void mine_bind_params(mine_run *run, const mine_value *callee, mine_args *args,
                      mine_scope *scope)
{
    cp_func *func = callee->func;
    size_t next = 0;
    for (uint32_t p = 0; p < func->param_count; p++) {
        const cp_param *param = &func->params[p];
        const mine_value *value = NULL;
        if (param->kind == CP_PARAM_ARGS && !scope->is_native) {
            value = rest_list(run, args, next);
            next = args->count;
        } else if (param->kind == CP_PARAM_KWARGS) {
            value = rest_dict(run, func, args);
        } else {
            const mine_bound *named = mine_named(args, param->name);
            while (next < args->count && args->items[next].name.len)
                next++;
            if (named)
                value = named->value;
            else if (param->kind != CP_PARAM_KEYWORD_ONLY && next < args->count)
                value = args->items[next++].value;
            else if (!args->unsure && param->fallback)
                value = mine_eval(run, callee->scope ? callee->scope : scope,
                                  param->fallback);
        }
        if (value && run->reads && scope->is_native && mine_has_pointer(value))
            value = mine_retype(run, value, mine_pointee(run, scope, param->annotation),
                                NULL, 0);
        mine_set_var(run, scope, param->name, value ? value : &mine_unknown);
    }
}

/* Bound arguments first, then those of the call; `self` before all in Python. */
mine_args mine_all_args(mine_run *run, const mine_value *callee, const mine_args *args)
{
    mine_args all = {.unsure = args->unsure};
    bool python_self = callee->self && !(callee->scope && callee->scope->is_native) &&
                       callee->func->name.len;
    if (python_self)
        add_arg(run, &all, (cp_str){0}, callee->self);
    for (uint32_t i = 0; i < callee->bound_count; i++)
        add_arg(run, &all, callee->bound[i].name, callee->bound[i].value);
    for (size_t i = 0; i < args->count; i++)
        add_arg(run, &all, args->items[i].name, args->items[i].value);
    return all;
}

bool mine_is_running(const mine_run *run, const cp_func *func)
{
    unsigned times = 0;
    for (uint32_t i = 0; i < run->depth && i < 64; i++)
        times += run->frames[i].func == func;
    return times >= 2;
}

/* A parameter of C++ that is a tensor and no Optional: whoever gets there gave one. */
static void note_given(mine_run *run, const mine_scope *scope)
{
    for (uint32_t i = 0; i < scope->func->param_count; i++) {
        const cp_expr *type = scope->func->params[i].annotation;
        const mine_value *value = i < scope->count ? scope->vars[i].value : NULL;
        bool tensor = type && (cp_str_is(type->text, "TensorView") ||
                               cp_str_is(type->text, "Tensor"));
        if (tensor && value && value->kind == VALUE_PARAM)
            cp_push(run->arena, run->known, run->known_count, run->known_room,
                    mine_atom(run->arena, COND_GIVEN, value->text, (cp_str){0}));
    }
}

static const mine_value *run_function(mine_run *run, const mine_value *callee,
                                      mine_args *args, const mine_scope *from,
                                      const cp_expr *site)
{
    cp_func *func = callee->func;
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    *scope = (mine_scope){.parent = callee->scope,
                          .module = func->module,
                          .func = func,
                          .is_native = callee->scope && callee->scope->is_native};
    if (scope->is_native)
        scope->self = callee->self;
    mine_bind_params(run, callee, args, scope);
    run->frames[run->depth++] = (mine_frame){from->module, site->span.start, func};
    size_t keep = run->path_count, known = run->known_count;
    if (scope->is_native)
        note_given(run, scope);
    else
        mine_call_checkers(run, func, scope);
    mine_returns returns = {.path_count = run->path_count}, *outer = run->returns;
    run->returns = &returns;
    mine_exit exit = mine_block(run, scope, &func->body);
    run->returns = outer;
    run->path_count = keep;
    run->known_count = known;
    run->depth--;
    if (exit.flow == FLOW_ON) {
        mine_option end = {exit.on, &mine_none};
        cp_push(run->arena, returns.items, returns.count, returns.room, end);
    }
    run->failed = !returns.count && exit.flow == FLOW_FAIL;
    return returns.count ? mine_select(run, returns.items, returns.count) : &mine_unknown;
}

/* Runs the function if no call like this one was run before. */
static const mine_value *run_once(mine_run *run, const mine_value *callee,
                                  mine_args *args, const mine_scope *from,
                                  const cp_expr *site)
{
    if (callee->scope && callee->scope->is_native && !from->is_native)
        cp_push(run->arena, run->ways_out, run->way_out_count, run->way_out_room, site);
    bool apart = mine_is_apart(callee, args);
    mine_aside aside = {0};
    if (apart)
        aside = mine_put_aside(run);
    const mine_value *result = mine_recall(run, callee, args, apart);
    if (!result) {
        result = run_function(run, callee, args, from, site);
        mine_keep(run, callee, args, apart, result);
    }
    if (apart)
        mine_put_back(run, aside);
    return result;
}

/* Whether a module that is compiled already is given to a function of the tree. */
static bool is_handed_on(const mine_value *callee, const mine_args *args)
{
    bool there = false;
    for (size_t i = 0; i < args->count; i++) {
        const mine_value *value = args->items[i].value;
        there |= value->kind == VALUE_NATIVE;
        if (value->kind == VALUE_LIST || value->kind == VALUE_SELECT)
            return false;
    }
    return there && callee->kind == VALUE_FUNC;
}

const mine_value *mine_apply(mine_run *run, const mine_value *callee,
                             const mine_args *args, mine_scope *scope, cp_expr *site)
{
    if (callee->kind == VALUE_SELECT) {
        mine_option *options = cp_new(run->arena, mine_option, callee->count);
        size_t keep = run->path_count;
        uint32_t choice = run->choice;
        for (uint32_t i = 0; i < callee->count; i++) {
            run->choice = run->depth + 1;
            mine_push_path(run, callee->options[i].cond);
            options[i] = (mine_option){
                callee->options[i].cond,
                mine_apply(run, callee->options[i].value, args, scope, site)};
            run->path_count = keep;
        }
        run->choice = choice;
        run->failed = false;
        return mine_select(run, options, callee->count);
    }
    mine_check_arity(run, callee, args, scope, site);
    if (callee->kind == VALUE_CLASS)
        return mine_construct(run, callee, args, scope, site);
    if (callee->kind == VALUE_OBJECT) {
        mine_scope *from = callee->object->scope;
        bool native = from && from->is_native;
        cp_func *method =
            callee->object->class ? mine_find_method(run, callee->object->class,
                                                     native ? CP_STR("operator()")
                                                            : CP_STR("__call__"),
                                                     SIZE_MAX, native, &from)
                                  : NULL;
        if (!method && callee->object->class && !native)
            method = mine_find_method(run, callee->object->class, CP_STR("forward"),
                                      SIZE_MAX, false, &from);
        if (!method)
            return &mine_unknown;
        return mine_apply(run, mine_func_value(run, method, from, callee), args, scope,
                          site);
    }
    bool python = !scope->is_native && !(callee->scope && callee->scope->is_native);
    const mine_value *module = python ? mine_compiled(run, scope, args) : NULL;
    if (module && !is_handed_on(callee, args))
        return module;
    if (callee->kind != VALUE_FUNC || run->depth >= 56 ||
        mine_is_running(run, callee->func))
        return &mine_unknown;
    mine_args all = mine_all_args(run, callee, args);
    if (!mine_is_worth_running(callee, &all))
        return &mine_unknown;
    cp_str key = mine_memo_key(run, callee, &all);
    const mine_value *before = key.len ? cp_map_get(&run->memo, key) : NULL;
    if (before)
        return mine_copy_object(run, before);
    size_t events = run->clause_count + run->read_count;
    const mine_value *result = run_once(run, callee, &all, scope, site);
    if (key.len && events == run->clause_count + run->read_count)
        cp_map_put(&run->memo, key, (void *)mine_copy_object(run, result));
    return module && result->kind == VALUE_UNKNOWN && !run->failed ? module : result;
}

/* What a call may write to through `&x`, or through a reference if nobody knows it. */
static void forget_outputs(mine_run *run, mine_scope *scope, const cp_expr *call,
                           bool is_known)
{
    for (unsigned i = 0; i < call->arg_count; i++) {
        cp_expr *arg = call->args[i].value;
        bool address = arg->kind == CP_EXPR_UNARY && cp_str_is(arg->text, "&");
        if (address)
            arg = arg->kids[0];
        if (arg->kind != CP_EXPR_NAME || (!address && is_known))
            continue;
        const mine_value *value = mine_lookup(run, scope, arg->text);
        if (value && (value->kind == VALUE_NUMBER || value->kind == VALUE_BOOL ||
                      value->kind == VALUE_TEXT))
            mine_set_var(run, scope, arg->text, &mine_unknown);
    }
}

static const mine_value *call_native(mine_run *run, mine_scope *scope, cp_expr *call)
{
    const mine_value *known = mine_builtin_native(run, scope, call);
    if (known)
        return known;
    mine_args args = mine_arguments(run, scope, call);
    const mine_value *callee = mine_native_target(run, scope, call->kids[0], args.count);
    forget_outputs(run, scope, call, callee->kind == VALUE_FUNC);
    if (run->reads && mine_reads_call(run, scope, callee, &args, call))
        return &mine_unknown;
    if (callee->kind != VALUE_UNKNOWN && callee->kind != VALUE_PARAM)
        return mine_apply(run, callee, &args, scope, call);
    /* Something unknown around one thing, such as Module(ptr): the thing. */
    bool wraps = args.count == 1 && (args.items[0].value->kind == VALUE_OBJECT ||
                                     args.items[0].value->kind == VALUE_FUNC);
    return wraps ? args.items[0].value : &mine_unknown;
}

static const mine_value *call_method(mine_run *run, mine_scope *scope,
                                     const mine_value *owner, cp_expr *call)
{
    if (owner->kind == VALUE_SELECT) {
        mine_option *options = cp_new(run->arena, mine_option, owner->count);
        size_t keep = run->path_count;
        uint32_t choice = run->choice;
        for (uint32_t i = 0; i < owner->count; i++) {
            run->choice = run->depth + 1;
            mine_push_path(run, owner->options[i].cond);
            options[i] =
                (mine_option){owner->options[i].cond,
                              call_method(run, scope, owner->options[i].value, call)};
            run->path_count = keep;
        }
        run->choice = choice;
        run->failed = false;
        return mine_select(run, options, owner->count);
    }
    const mine_value *known = mine_method(run, scope, owner, call);
    if (known)
        return known;
    mine_args args = mine_arguments(run, scope, call);
    return mine_apply(run, mine_attribute(run, scope, owner, call->kids[0]), &args, scope,
                      call);
}

static bool can_be_called(const mine_value *value)
{
    bool can = value->kind == VALUE_FUNC || value->kind == VALUE_CLASS ||
               value->kind == VALUE_OBJECT || value->kind == VALUE_NATIVE;
    for (uint32_t i = 0; value->kind == VALUE_SELECT && i < value->count && !can; i++)
        can = can_be_called(value->options[i].value);
    return can;
}

const mine_value *mine_call(mine_run *run, mine_scope *scope, cp_expr *call)
{
    if (scope->is_native)
        return call_native(run, scope, call);
    const mine_value *known = mine_builtin_python(run, scope, call);
    if (known)
        return known;
    if (call->kids[0]->kind == CP_EXPR_ATTR) {
        bool one = cp_str_is(call->kids[0]->text, "append");
        if ((one || cp_str_is(call->kids[0]->text, "extend")) && call->arg_count == 1 &&
            mine_add_to_list(run, scope, call->kids[0]->kids[0],
                             mine_eval(run, scope, call->args[0].value), !one))
            return &mine_none;
        const mine_value *owner = mine_eval(run, scope, call->kids[0]->kids[0]);
        if (owner->kind != VALUE_OUTER)
            return call_method(run, scope, owner, call);
        return mine_call_outer(run, scope,
                               mine_attribute(run, scope, owner, call->kids[0]), call);
    }
    const mine_value *callee = mine_eval(run, scope, call->kids[0]);
    if (callee->kind == VALUE_OUTER)
        return mine_call_outer(run, scope, callee, call);
    mine_args args = mine_arguments(run, scope, call);
    const mine_value *result = mine_apply(run, callee, &args, scope, call);
    if (!args.count || callee->kind != VALUE_FUNC ||
        args.items[0].value->kind != VALUE_TEXT || can_be_called(result))
        return result;
    const mine_value *found = mine_registered(run, args.items[0].value->text);
    run->failed &= !found;
    return found ? found : result;
}
