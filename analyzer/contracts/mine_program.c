#include "contracts/mine_engine.h"

static void add_func(mine_program *program, cp_map *map, cp_str name, cp_func *func)
{
    native_list **slot = (native_list **)cp_map_slot(map, name);
    if (!*slot)
        *slot = cp_new(program->arena, native_list, 1);
    cp_push(program->arena, (*slot)->items, (*slot)->count, (*slot)->room, func);
}

static void add_class(mine_program *program, cp_class *class)
{
    class_list **slot = (class_list **)cp_map_slot(&program->classes, class->name);
    if (!*slot)
        *slot = cp_new(program->arena, class_list, 1);
    cp_push(program->arena, (*slot)->items, (*slot)->count, (*slot)->room, class);
}

static void add_export(mine_program *program, cp_map *map, cp_str name, cp_expr *target,
                       cp_module *module, mine_export_form form)
{
    mine_export *export = cp_new(program->arena, mine_export, 1);
    *export =
        (mine_export){.name = name, .target = target, .module = module, .form = form};
    mine_export **slot = (mine_export **)cp_map_slot(map, name);
    while (*slot)
        slot = &(*slot)->next;
    *slot = export;
}

/* "name(Tensor x) -> Tensor", "ns::name.overload": the bare name of an operator. */
static cp_str operator_name(cp_str text)
{
    cp_str rest = text, name = cp_str_next(&rest, '(');
    size_t colon = SIZE_MAX;
    for (size_t at = 0; (at = cp_str_find(name, CP_STR("::"), at)) != SIZE_MAX; at += 2)
        colon = at;
    if (colon != SIZE_MAX)
        name = cp_str_cut(name, colon + 2, name.len);
    return cp_str_trim(name);
}

/* `&f`, `f`, TORCH_BOX(&f): what registration code names as the function. */
static cp_expr *named_function(cp_expr *expr)
{
    while (expr) {
        if (expr->kind == CP_EXPR_UNARY && cp_str_is(expr->text, "&"))
            expr = expr->kids[0];
        else if (expr->kind == CP_EXPR_CALL && expr->arg_count == 1)
            expr = expr->args[0].value;
        else
            break;
    }
    bool named =
        expr && (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR ||
                 expr->kind == CP_EXPR_LAMBDA || expr->kind == CP_EXPR_SUBSCRIPT);
    return named ? expr : NULL;
}

/* The namespace of the TORCH_LIBRARY block that byte `at` is in; "" if no name says it.
 */
static cp_str library_of(cp_str text, size_t at)
{
    size_t found = SIZE_MAX, next = 0;
    while ((next = cp_str_find(text, CP_STR("TORCH_LIBRARY"), next)) < at)
        found = next++;
    size_t open = found == SIZE_MAX ? found : cp_str_find(text, CP_STR("("), found);
    if (open >= at)
        return (cp_str){"", 0};
    cp_str rest = cp_str_cut(text, open + 1, at);
    cp_str space = cp_str_trim(cp_str_next(&rest, ','));
    bool built =
        cp_str_has(space, CP_STR("EXTENSION_NAME")) || cp_str_has(space, CP_STR("("));
    return built ? (cp_str){"", 0} : space;
}

static void add_schema(mine_program *program, const cp_module *module,
                       const cp_expr *string)
{
    cp_str text = string->text, rest = operator_name(text);
    cp_str name = cp_str_next(&rest, '.'); /* overloads count as one */
    size_t colon = cp_str_find(text, CP_STR("::"), 0);
    bool spaced = colon < cp_str_find(text, CP_STR("("), 0);
    mine_schema *schema = cp_new(program->arena, mine_schema, 1);
    mine_schema **slot = (mine_schema **)cp_map_slot(&program->schemas, name);
    schema->text = text;
    schema->space = spaced ? cp_str_cut(text, 0, colon)
                           : library_of(module->source->text, string->span.start);
    schema->next = *slot;
    *slot = schema;
}

typedef struct indexer {
    mine_program *program;
    cp_module *module;
} indexer;

/*
 * EXPORT(name, f), m.def("name", f), m.impl("name", key, f): any call that gives a name
 * and a function.
 */
static void find_exports(cp_expr *call, void *data)
{
    indexer *at = data;
    if (call->kind != CP_EXPR_CALL || !call->arg_count)
        return;
    const cp_expr *callee = call->kids[0];
    bool defines = callee->kind == CP_EXPR_ATTR && cp_str_is(callee->text, "def");
    bool schema = defines && call->args[0].value->kind == CP_EXPR_STRING &&
                  cp_str_has(call->args[0].value->text, CP_STR("("));
    if (schema)
        add_schema(at->program, at->module, call->args[0].value);
    if (call->arg_count < 2)
        return;
    bool method = callee->kind == CP_EXPR_ATTR &&
                  (cp_str_is(callee->text, "def") || cp_str_is(callee->text, "impl") ||
                   cp_str_is(callee->text, "def_method") ||
                   cp_str_is(callee->text, "set_body_typed"));
    bool macro =
        callee->kind == CP_EXPR_NAME && (cp_str_has(callee->text, CP_STR("EXPORT")) ||
                                         cp_str_has(callee->text, CP_STR("REGISTER")));
    const cp_expr *name = call->args[0].value;
    cp_expr *target = named_function(call->args[call->arg_count - 1].value);
    if (!target || (!method && !macro))
        return;
    mine_export_form form = macro && cp_str_has(callee->text, CP_STR("TYPED_FUNC"))
                                ? EXPORT_TYPED
                            : schema || !cp_str_is(callee->text, "def") ? EXPORT_OPERATOR
                                                                        : EXPORT_BOUND;
    if (name->kind == CP_EXPR_STRING)
        add_export(at->program, &at->program->exports, operator_name(name->text), target,
                   at->module, form);
    else if (macro && name->kind == CP_EXPR_NAME)
        add_export(at->program, &at->program->exports, name->text, target, at->module,
                   form);
}

static void index_block(indexer *at, const cp_block *block);

static void index_stmt(indexer *at, cp_stmt *stmt)
{
    if (stmt->value)
        cp_expr_walk(stmt->value, find_exports, at);
    index_block(at, &stmt->body);
    index_block(at, &stmt->orelse);
}

static void index_block(indexer *at, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count; i++)
        index_stmt(at, block->stmts[i]);
}

static void index_top(indexer *at, const cp_block *block)
{
    mine_program *program = at->program;
    for (uint32_t i = 0; i < block->count; i++) {
        cp_stmt *stmt = block->stmts[i];
        if (stmt->kind == CP_STMT_DEF) {
            cp_func *func = stmt->func;
            if (cp_str_has(func->qualname, CP_STR("::")))
                add_func(program, &program->members, func->qualname, func);
            add_func(program, &program->functions, func->name, func);
            index_block(at, &func->body);
        } else if (stmt->kind == CP_STMT_CLASS) {
            add_class(program, stmt->class);
            index_top(at, &stmt->class->body);
        } else if (stmt->kind == CP_STMT_ASSIGN && stmt->value &&
                   stmt->target_count == 1 && stmt->targets[0]->kind == CP_EXPR_NAME) {
            add_export(program, &program->constants, stmt->targets[0]->text, stmt->value,
                       at->module, EXPORT_BOUND);
            index_stmt(at, stmt);
        } else {
            index_stmt(at, stmt);
        }
    }
}

mine_program *mine_program_new(cp_arena *arena, const cp_mine_input *input)
{
    mine_program *program = cp_new(arena, mine_program, 1);
    *program = (mine_program){.arena = arena, .input = input};
    pthread_mutex_init(&program->lock, NULL);
    cp_map *maps[] = {&program->functions, &program->classes,    &program->members,
                      &program->constants, &program->exports,    &program->schemas,
                      &program->bindings,  &program->registered, &program->operators,
                      &program->needs,     &program->looked_for};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        maps[i]->arena = arena;
    for (size_t i = 0; i < input->native_count; i++)
        mine_program_add(program, input->natives[i]);
    return program;
}

void mine_program_add(void *program, cp_module *module)
{
    indexer at = {program, module};
    index_top(&at, &module->body);
}

static void bind_block(cp_map *names, const cp_block *block);

static void bind_target(cp_map *names, const cp_expr *target, cp_stmt *stmt)
{
    if (target->kind == CP_EXPR_NAME)
        cp_map_put(names, target->text, stmt);
    else if (target->kind == CP_EXPR_TUPLE)
        for (uint32_t i = 0; i < target->kid_count; i++)
            bind_target(names, target->kids[i], stmt);
}

static void bind_stmt(cp_map *names, cp_stmt *stmt)
{
    switch (stmt->kind) {
    case CP_STMT_DEF:
        cp_map_put(names, stmt->func->name, stmt);
        break;
    case CP_STMT_CLASS:
        cp_map_put(names, stmt->class->name, stmt);
        break;
    case CP_STMT_ASSIGN:
        for (uint32_t i = 0; i < stmt->target_count; i++)
            bind_target(names, stmt->targets[i], stmt);
        break;
    case CP_STMT_IMPORT:
        for (uint32_t i = 0; i < stmt->import_count; i++)
            cp_map_put(names, stmt->imports[i].local, stmt);
        break;
    default:
        bind_block(names, &stmt->orelse); /* the first branch wins */
        for (uint32_t i = 0; i < stmt->handler_count; i++)
            bind_block(names, &stmt->handlers[i]);
        bind_block(names, &stmt->body);
        bind_block(names, &stmt->final);
        break;
    }
}

static void bind_block(cp_map *names, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count; i++)
        bind_stmt(names, block->stmts[i]);
}

cp_stmt *mine_binding(mine_program *program, cp_module *module, cp_str name)
{
    pthread_mutex_lock(&program->lock);
    cp_map **slot = (cp_map **)cp_map_slot(&program->bindings, module->source->path);
    if (!*slot) {
        *slot = cp_new(program->arena, cp_map, 1);
        (*slot)->arena = program->arena;
        bind_block(*slot, &module->body);
    }
    const cp_map *names = *slot;
    pthread_mutex_unlock(&program->lock);
    return cp_map_get(names, name);
}

cp_module *mine_import(mine_run *run, const cp_module *from, cp_str dotted)
{
    mine_program *program = run->program;
    cp_project *project = program->input->project;
    pthread_mutex_lock(&program->lock);
    cp_module *found = run->loaded_only ? cp_project_loaded(project, from, dotted)
                                        : cp_project_import(project, from, dotted);
    pthread_mutex_unlock(&program->lock);
    return found;
}
