#include "contracts/mine_memo.h"

/* A function of C++ that gets nothing of the entry's parameters is run if it is short. */
#define SHORT_BODY 8

static bool is_interesting(const mine_value *value, unsigned depth)
{
    if (depth > 3)
        return false;
    switch (value->kind) {
    case VALUE_PARAM:
    case VALUE_DTYPE_OF:
    case VALUE_FUNC:
    case VALUE_MATCHER:
    case VALUE_NATIVE:
    case VALUE_POINTER:
        return true;
    case VALUE_BOOL:
        return value->cond->kind != COND_TRUE && value->cond->kind != COND_FALSE;
    case VALUE_SELECT:
        for (uint32_t i = 0; i < value->count; i++)
            if (is_interesting(value->options[i].value, depth + 1))
                return true;
        return false;
    case VALUE_LIST:
    case VALUE_DICT:
        for (uint32_t i = 0; i < value->count; i++)
            if (is_interesting(value->items[i], depth + 1))
                return true;
        return false;
    case VALUE_OBJECT:
        if (value->object->open.len)
            return true;
        for (size_t i = 0; i < value->object->count; i++)
            if (is_interesting(value->object->fields[i].value, depth + 1))
                return true;
        return value->object->element &&
               is_interesting(value->object->element, depth + 1);
    default:
        return false;
    }
}

/* Whether it defines what others call: a getter of operators, say. */
static bool defines_more(const cp_func *func)
{
    for (uint32_t i = 0; i < func->body.count; i++)
        if (func->body.stmts[i]->kind == CP_STMT_DEF ||
            func->body.stmts[i]->kind == CP_STMT_CLASS)
            return true;
    return false;
}

bool mine_is_worth_running(const mine_value *callee, const mine_args *args)
{
    cp_func *func = callee->func;
    bool native = callee->scope && callee->scope->is_native;
    if (func->body.count <= SHORT_BODY ||
        (!native && (!func->param_count || defines_more(func))))
        return true;
    if (callee->self && is_interesting(callee->self, 0))
        return true;
    for (size_t i = 0; i < args->count; i++)
        if (is_interesting(args->items[i].value, 0))
            return true;
    for (uint32_t i = 0; i < callee->bound_count; i++)
        if (is_interesting(callee->bound[i].value, 0))
            return true;
    return func->outer != NULL; /* what it closes over may count */
}
