#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

static mine_object *new_object(mine_run *run, const mine_value *class)
{
    mine_object *object = cp_new(run->arena, mine_object, 1);
    object->class = class->class;
    object->scope = class->scope;
    object->path_count = run->path_count;
    return object;
}

/* A dataclass or NamedTuple: its annotated names in order. */
static void fill_fields(mine_run *run, const mine_value *class, mine_object *object,
                        const mine_args *args)
{
    size_t next = 0;
    for (uint32_t i = 0; i < class->class->body.count; i++) {
        cp_stmt *stmt = class->class->body.stmts[i];
        if (stmt->kind != CP_STMT_ASSIGN || !stmt->annotation || !stmt->target_count ||
            stmt->targets[0]->kind != CP_EXPR_NAME)
            continue;
        cp_str name = stmt->targets[0]->text;
        const mine_bound *named = mine_named((mine_args *)args, name);
        const mine_value *value = named ? named->value
                                  : next < args->count && !args->items[next].name.len
                                      ? args->items[next++].value
                                  : stmt->value
                                      ? mine_eval(run, class->scope, stmt->value)
                                      : &mine_unknown;
        mine_set_field(run, object, name, value);
    }
}

/* The base class of that name, or NULL. */
static cp_class *named_base(mine_run *run, const mine_scope *scope, const cp_class *class,
                            cp_expr *callee)
{
    while (callee->kind == CP_EXPR_SUBSCRIPT)
        callee = callee->kids[0];
    for (uint32_t i = 0; i < class->base_count; i++) {
        const cp_expr *base = class->bases[i];
        while (base->kind == CP_EXPR_SUBSCRIPT)
            base = base->kids[0];
        if (cp_str_eq(base->text, callee->text))
            return mine_native_class(run, scope, class->bases[i]);
    }
    return NULL;
}

static void construct_native(mine_run *run, cp_class *class, const mine_value *self,
                             const mine_args *args, mine_scope *from, cp_expr *site);

/* `: member(value), Base(args)`. */
static void run_init(mine_run *run, cp_class *class, mine_scope *scope, cp_expr *init)
{
    if (init->kind != CP_EXPR_CALL)
        return;
    mine_args args = mine_arguments(run, scope, init);
    cp_class *base = named_base(run, scope, class, init->kids[0]);
    if (base)
        construct_native(run, base, scope->self, &args, scope, init);
    else if (args.count == 1 && init->kids[0]->kind == CP_EXPR_NAME)
        mine_set_field(run, scope->self->object, init->kids[0]->text,
                       args.items[0].value);
}

static cp_func *find_constructor(cp_class *class, size_t arg_count)
{
    for (uint32_t i = 0; i < class->body.count; i++) {
        cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind != CP_STMT_DEF || !cp_str_eq(stmt->func->name, class->name))
            continue;
        uint32_t least = 0;
        while (least < stmt->func->param_count && !stmt->func->params[least].fallback)
            least++;
        if (arg_count >= least && arg_count <= stmt->func->param_count)
            return stmt->func;
    }
    return NULL;
}

static void construct_native(mine_run *run, cp_class *class, const mine_value *self,
                             const mine_args *args, mine_scope *from, cp_expr *site)
{
    cp_func *func = find_constructor(class, args->count);
    if (!func && run->reads && args->count)
        mine_fill_aggregate(run, class, self->object, args);
    if (!func || run->depth >= 56 || mine_is_running(run, func))
        return;
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    *scope = (mine_scope){
        .module = class->module, .func = func, .is_native = true, .self = self};
    if (run->reads && self->object->class == class)
        scope->parent = self->object->scope; /* template arguments */
    mine_value *callee = cp_new(run->arena, mine_value, 1);
    *callee =
        (mine_value){.kind = VALUE_FUNC, .func = func, .scope = self->object->scope};
    mine_args all = mine_all_args(run, callee, args);
    mine_bind_params(run, callee, &all, scope);
    run->frames[run->depth++] = (mine_frame){from->module, site->span.start, func};
    mine_returns ignored = {.path_count = run->path_count}, *outer = run->returns;
    run->returns = &ignored;
    cp_block rest = func->body;
    while (rest.count && cp_str_is(rest.stmts[0]->text, "init")) {
        run_init(run, class, scope, rest.stmts[0]->value);
        rest.stmts++;
        rest.count--;
    }
    mine_block(run, scope, &rest);
    run->returns = outer;
    run->depth--;
}

/* Enum(x): x itself if it is a member, or a parameter that is compared with members. */
static const mine_value *enum_member(mine_run *run, const mine_value *class,
                                     const mine_args *args)
{
    const mine_value *value = args->count == 1 ? args->items[0].value : &mine_unknown;
    if (value->kind == VALUE_ENUM || value->kind == VALUE_PARAM)
        return value;
    const cp_block *body = &class->class->body;
    for (uint32_t i = 0; i < body->count && value->kind == VALUE_NUMBER; i++) {
        const cp_stmt *stmt = body->stmts[i];
        bool names = stmt->kind == CP_STMT_ASSIGN && stmt->value &&
                     stmt->value->kind == CP_EXPR_NUMBER && stmt->target_count == 1 &&
                     stmt->targets[0]->kind == CP_EXPR_NAME;
        if (names && cp_str_eq(stmt->value->text, value->text))
            return mine_text(run, VALUE_ENUM, stmt->targets[0]->text);
    }
    return &mine_unknown;
}

/* A class of Python that is a list with methods, made from a list that is known. */
static const mine_value *list_of_class(mine_run *run, const mine_value *class,
                                       const mine_args *args)
{
    const cp_class *of = class->class;
    if (of->base_count != 1 || args->count != 1 ||
        args->items[0].value->kind != VALUE_LIST)
        return NULL;
    const cp_expr *base = of->bases[0];
    while (base->kind == CP_EXPR_SUBSCRIPT)
        base = base->kids[0];
    if (!cp_str_is(base->text, "list") && !cp_str_is(base->text, "List"))
        return NULL;
    mine_value *list = cp_new(run->arena, mine_value, 1);
    *list = *args->items[0].value;
    list->class = class->class;
    list->scope = class->scope;
    return list;
}

const mine_value *mine_construct(mine_run *run, const mine_value *class,
                                 const mine_args *args, mine_scope *scope, cp_expr *site)
{
    bool native = class->scope && class->scope->is_native;
    if (!native && mine_is_enum(run, class->class))
        return enum_member(run, class, args);
    const mine_value *list = native ? NULL : list_of_class(run, class, args);
    if (list)
        return list;
    mine_value *self = cp_new(run->arena, mine_value, 1);
    self->kind = VALUE_OBJECT;
    self->object = new_object(run, class);
    if (native) {
        construct_native(run, class->class, self, args, scope, site);
        return self;
    }
    mine_scope *from = class->scope;
    cp_func *init =
        mine_find_method(run, class->class, CP_STR("__init__"), SIZE_MAX, false, &from);
    if (init)
        mine_apply(run, mine_func_value(run, init, from, self), args, scope, site);
    else
        fill_fields(run, class, self->object, args);
    run->failed = false;
    return self;
}
