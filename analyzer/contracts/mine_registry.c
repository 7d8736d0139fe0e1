#include "contracts/mine_engine.h"

/* A function that code registers under a name, as it is spelled where that is done. */
typedef struct registered {
    cp_module *module;
    cp_expr *target; /* an expression of the module; or … */
    cp_func *func;   /* … a function that is decorated; or … */
    cp_str dotted;   /* … "package.module:function" */
    struct registered *next;
} registered;

/* "name", "ns::name": what operators are called by. */
static cp_str bare_operator(cp_str name)
{
    size_t at = cp_str_find(name, CP_STR("::"), 0);
    return at == SIZE_MAX ? name : cp_str_cut(name, at + 2, name.len);
}

static void add(mine_program *program, cp_str name, registered one)
{
    registered **slot = (registered **)cp_map_slot(&program->registered, name);
    while (*slot)
        slot = &(*slot)->next;
    *slot = cp_new(program->arena, registered, 1);
    **slot = one;
}

/* "package.module:function" */
static bool is_target(cp_str text)
{
    unsigned colons = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                    c == '.' || (c >= '0' && c <= '9');
        if (!word && c != ':')
            return false;
        colons += c == ':';
    }
    return colons == 1 && text.ptr[0] != ':' && text.ptr[text.len - 1] != ':';
}

/* register(Spec(op="name", target="package.module:function")) */
static void add_spec(mine_program *program, cp_module *module, const cp_expr *call)
{
    const cp_expr *name = cp_call_keyword(call, CP_STR("op"));
    const cp_expr *target = cp_call_keyword(call, CP_STR("target"));
    if (name && name->kind == CP_EXPR_STRING && target &&
        target->kind == CP_EXPR_STRING && is_target(target->text))
        add(program, name->text, (registered){.module = module, .dotted = target->text});
}

static void add_call(mine_program *program, cp_module *module, cp_expr *call)
{
    const cp_expr *name = cp_call_keyword(call, CP_STR("op_name"));
    cp_expr *func = cp_call_keyword(call, CP_STR("op_func"));
    if (name && name->kind == CP_EXPR_STRING && func)
        add(program, bare_operator(name->text),
            (registered){.module = module, .target = func});
    for (unsigned i = 0; i < call->arg_count; i++)
        if (call->args[i].value->kind == CP_EXPR_CALL)
            add_spec(program, module, call->args[i].value);
}

/* @custom_op("ns::name", …), @register_custom_op(op_name="name") */
static void add_decorated(mine_program *program, cp_module *module, cp_func *func)
{
    if (!func->decorated)
        return;
    cp_func_read(func);
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        const cp_expr *call = func->decorators[i];
        if (call->kind != CP_EXPR_CALL ||
            !cp_str_has(call->kids[0]->text, CP_STR("custom_op")))
            continue;
        const cp_expr *name = cp_call_keyword(call, CP_STR("op_name"));
        if (!name && call->arg_count && !call->args[0].name.len)
            name = call->args[0].value;
        if (name && name->kind == CP_EXPR_STRING)
            add(program, bare_operator(name->text),
                (registered){.module = module, .func = func});
    }
}

static void add_block(mine_program *program, cp_module *module, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count; i++) {
        cp_stmt *stmt = block->stmts[i];
        if (stmt->kind == CP_STMT_DEF)
            add_decorated(program, module, stmt->func);
        else if (stmt->kind == CP_STMT_EXPR && stmt->value->kind == CP_EXPR_CALL)
            add_call(program, module, stmt->value);
        else if (stmt->kind == CP_STMT_IF || stmt->kind == CP_STMT_TRY)
            add_block(program, module, &stmt->body);
    }
}

void mine_index_registered(mine_program *program)
{
    size_t count;
    cp_module *const *modules = cp_project_modules(program->input->project, &count);
    for (size_t i = 0; i < count; i++)
        add_block(program, modules[i], &modules[i]->body);
}

static const mine_value *value_of(mine_run *run, const registered *one)
{
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    scope->module = one->module;
    if (one->func)
        return mine_func_value(run, one->func, scope, NULL);
    if (one->target)
        return mine_eval(run, scope, one->target);
    cp_str name = one->dotted, module = cp_str_next(&name, ':');
    cp_module *found = mine_import(run, one->module, module);
    const mine_value *value = found ? mine_module_name(run, found, name) : NULL;
    return value ? value : &mine_unknown;
}

const mine_value *mine_registered_operator(mine_run *run, cp_str name)
{
    const registered *one = cp_map_get(&run->program->registered, name);
    return one && !one->next && !one->dotted.len ? value_of(run, one) : NULL;
}

const mine_value *mine_registered(mine_run *run, cp_str name)
{
    const registered *first = cp_map_get(&run->program->registered, name);
    mine_option options[16];
    size_t count = 0;
    for (const registered *one = first; one && count < 16; one = one->next) {
        if (!one->dotted.len)
            continue;
        const mine_value *value = value_of(run, one);
        bool only = one == first && !one->next;
        const mine_cond *chosen =
            only ? &mine_true
                 : mine_atom(run->arena, COND_OPAQUE, (cp_str){0}, one->dotted);
        if (value->kind == VALUE_FUNC || value->kind == VALUE_CLASS)
            options[count++] = (mine_option){chosen, value};
    }
    return count ? mine_select(run, options, count) : NULL;
}
