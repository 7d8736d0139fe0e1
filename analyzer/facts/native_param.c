#include "facts/native_read.h"

cp_func *native_new_func(native_reader *r, cp_str name, uint32_t from, uint32_t to)
{
    cp_func *func = cp_new(r->arena, cp_func, 1);
    func->name = func->qualname = name;
    func->module = r->module;
    func->outer = r->func;
    func->owner = r->func ? NULL : r->class;
    func->space = r->space;
    if (from < to && to <= r->end)
        func->span = (cp_span){r->tokens[from].at, r->tokens[to - 1].end};
    func->index = r->module->func_count;
    size_t count = r->module->func_count;
    cp_push(r->arena, r->module->funcs, count, r->func_room, func);
    r->module->func_count = (uint32_t)count;
    return func;
}

static void one_param(native_reader *r, cp_func *func, size_t *room, uint32_t from,
                      uint32_t to)
{
    cp_param param = {0};
    uint32_t equal = from;
    while (equal < to && !native_is(r, equal, "="))
        equal = r->tokens[equal].match ? r->tokens[equal].match + 1 : equal + 1;
    if (equal < to)
        param.fallback = native_expr_of(r, equal + 1, to);
    uint32_t stop = equal < to ? equal : to, name = stop;
    while (name > from + 1 && native_is(r, name - 1, "]"))
        while (name > from + 1 && !native_is(r, --name, "["))
            ;
    if (name > from + 1 && native_is_name(r, name - 1) &&
        !native_is_word(r, name - 1, "const") && !native_is(r, name - 2, "::")) {
        param.name = r->tokens[name - 1].text;
        name--;
    }
    for (uint32_t i = from; i < stop; i++)
        if (native_is(r, i, "..."))
            param.kind = CP_PARAM_ARGS;
    param.annotation = native_type_of(r, from, name);
    param.span = (cp_span){r->tokens[from].at, r->tokens[to - 1].end};
    size_t count = func->param_count;
    cp_push(r->arena, func->params, count, *room, param);
    func->param_count = (uint32_t)count;
}

void native_params(native_reader *r, cp_func *func, uint32_t open)
{
    uint32_t close = r->tokens[open].match;
    size_t room = 0;
    if (close == open + 2 && native_is_word(r, open + 1, "void"))
        return;
    for (uint32_t at = open + 1; at < close;) {
        uint32_t stop = native_part_end(r, at, close);
        if (stop > at)
            one_param(r, func, &room, at, stop);
        at = stop + 1;
    }
}

cp_expr *native_lambda(native_reader *r)
{
    uint32_t from = r->at, at = r->tokens[from].match + 1;
    if (native_is(r, at, "<") && native_angle_end(r, at))
        at = native_angle_end(r, at);
    at = native_skip_specifiers(r, at); /* [=] __device__(…) { … } */
    uint32_t open = native_is(r, at, "(") ? at : 0;
    if (open)
        at = r->tokens[open].match + 1;
    while (at < r->end && !native_is(r, at, "{") && !native_is(r, at, ",") &&
           !native_is(r, at, ")") && !native_is(r, at, ";"))
        at++;
    cp_expr *expr = native_new_expr(r, CP_EXPR_LAMBDA, from, at);
    if (!native_is(r, at, "{") || !r->tokens[at].match) {
        expr->kind = CP_EXPR_OTHER;
        r->at = at;
        return expr;
    }
    cp_func *func = native_new_func(r, (cp_str){0}, from, r->tokens[at].match + 1);
    cp_func *outer = r->func;
    r->func = func;
    if (open)
        native_params(r, func, open);
    func->body = native_block(r, at + 1, r->tokens[at].match);
    r->func = outer;
    expr->func = func;
    r->at = r->tokens[at].match + 1;
    return expr;
}
