#include "contracts/mine_reads.h"

/*
 * Macros of launchers give the same call a hundred times, for each number of experts and
 * of threads a kernel is compiled for. What such a call gives is worked out once for the
 * same arguments and types.
 */

static uint64_t mix(uint64_t hash, uint64_t more)
{
    return (hash ^ more) * 0x100000001b3ull + (hash >> 29);
}

static uint64_t value_key(const mine_value *value)
{
    uint64_t hash = mix(value->kind, (uintptr_t)value);
    if (value->kind == VALUE_OBJECT) /* it may have changed since */
        for (size_t i = 0; i < value->object->count; i++)
            hash = mix(hash, (uintptr_t)value->object->fields[i].value);
    return hash;
}

/* Types count; numbers only choose how a kernel is compiled. */
static uint64_t scope_key(const mine_scope *scope)
{
    uint64_t hash = 1;
    for (const mine_scope *s = scope; s; s = s->parent)
        for (size_t i = 0; i < s->count; i++) {
            const mine_value *value = s->vars[i].value;
            bool type = value->kind == VALUE_DTYPE || value->kind == VALUE_CLASS;
            hash = mix(hash, cp_hash(s->vars[i].name));
            hash = mix(hash, type ? value->set + (uintptr_t)value->class : 7);
            hash = mix(hash, type && value->scope ? scope_key(value->scope) : 0);
        }
    return hash;
}

/* Whether the function only assigns and returns: no way through it differs. */
static bool is_straight(const cp_func *func)
{
    for (uint32_t i = 0; i < func->body.count; i++) {
        cp_stmt_kind kind = func->body.stmts[i]->kind;
        if (kind != CP_STMT_ASSIGN && kind != CP_STMT_EXPR && kind != CP_STMT_RETURN)
            return false;
    }
    return func->body.count > 0;
}

cp_str mine_memo_key(mine_run *run, const mine_value *callee, const mine_args *args)
{
    if (!run->reads || callee->self || !callee->scope || !callee->scope->is_native ||
        !is_straight(callee->func))
        return (cp_str){"", 0};
    uint64_t hash = mix((uintptr_t)callee->func, scope_key(callee->scope));
    for (size_t i = 0; i < args->count; i++)
        hash = mix(hash, value_key(args->items[i].value));
    return cp_str_printf(run->arena, "%llx", (unsigned long long)hash);
}
