#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* Where a tensor's elements are read, as what and under which condition. */

/* How far a kernel's parameter is followed into the functions that it is handed to. */
#define USE_DEPTH 3
#define READS_MAX 4096

static bool smells_of_type(cp_str code)
{
    static const char *const words[] = {"type", "Type",  "TYPE", "float",  "half", "bf16",
                                        "BF16", "fp16",  "FP16", "fp32",   "FP32", "fp8",
                                        "FP8",  "Float", "Half", "is_same"};
    if (!code.len || code.ptr[0] == '?')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_has(code, cp_str_of(words[i])))
            return true;
    return false;
}

static bool is_opaque(const mine_cond *cond)
{
    if (cond->kind == COND_OPAQUE)
        return true;
    return (cond->a && is_opaque(cond->a)) || (cond->b && is_opaque(cond->b));
}

/* Whether code that is not understood in the condition may ask for a dtype. */
static bool may_ask_type(const mine_cond *cond)
{
    if (cond->kind == COND_OPAQUE)
        return smells_of_type(cond->text);
    return (cond->a && may_ask_type(cond->a)) || (cond->b && may_ask_type(cond->b));
}

/* What is left of the condition without code that is not understood: it is wider. */
static const mine_cond *understood(mine_run *run, const mine_cond *cond)
{
    if (!is_opaque(cond))
        return cond;
    return cond->kind == COND_AND
               ? mine_and(run->arena, understood(run, cond->a), understood(run, cond->b))
               : &mine_true;
}

static bool same_read(const mine_read *a, const mine_read *b)
{
    return a->as == b->as && cp_str_eq(a->param, b->param) && a->hash == b->hash;
}

static void keep_read(mine_run *run, mine_read *read)
{
    for (size_t i = 0; i < run->read_count; i++)
        if (same_read(&run->read_list[i], read))
            return;
    if (run->read_count >= READS_MAX)
        run->gave_up = "too many reads";
    else
        cp_push(run->arena, run->read_list, run->read_count, run->read_room, *read);
}

static void add_read(mine_run *run, const cp_module *module, uint32_t offset,
                     const mine_value *pointer)
{
    bool watched = false;
    for (size_t i = 0; i < run->reads->watched_count; i++)
        watched |= cp_str_eq(run->reads->watched[i], pointer->text);
    if (!watched)
        return;
    mine_read read = {.param = pointer->text,
                      .as = pointer->set ? pointer->set : MINE_OTHER,
                      .module = module,
                      .offset = offset,
                      .cast_module = pointer->module,
                      .cast_offset = pointer->at,
                      .hash = 1};
    size_t room = 0;
    for (size_t i = 0; i < run->path_count; i++) {
        const mine_cond *cond = understood(run, run->path[i]);
        if (may_ask_type(run->path[i])) {
            read.as = MINE_OTHER;
        }
        if (cond->kind == COND_TRUE)
            continue;
        cp_push(run->arena, read.path, read.count, room, cond);
        read.hash += cond->hash * 0x9e3779b97f4a7c15ull;
    }
    keep_read(run, &read);
}

void mine_note_read(mine_run *run, const cp_module *module, uint32_t offset,
                    const mine_value *value)
{
    if (run->muted)
        return;
    if (value->kind == VALUE_POINTER)
        add_read(run, module, offset, value);
    size_t keep = run->path_count;
    for (uint32_t i = 0; value->kind == VALUE_SELECT && i < value->count; i++) {
        mine_push_path(run, value->options[i].cond);
        mine_note_read(run, module, offset, value->options[i].value);
        run->path_count = keep;
    }
}

/* Code that nobody can follow gets the value: it may read it as anything. */
static void note_escape(mine_run *run, const cp_module *module, uint32_t offset,
                        const mine_value *value, unsigned depth)
{
    if (mine_has_pointer(value)) {
        mine_note_read(run, module, offset, mine_retype(run, value, MINE_OTHER, NULL, 0));
        return;
    }
    if (depth > 3)
        return;
    if (value->kind == VALUE_OBJECT)
        for (size_t i = 0; i < value->object->count; i++)
            note_escape(run, module, offset, value->object->fields[i].value, depth + 1);
    if (value->kind == VALUE_LIST)
        for (uint32_t i = 0; i < value->count; i++)
            note_escape(run, module, offset, value->items[i], depth + 1);
    size_t keep = run->path_count;
    for (uint32_t i = 0; value->kind == VALUE_SELECT && i < value->count; i++) {
        mine_push_path(run, value->options[i].cond);
        note_escape(run, module, offset, value->options[i].value, depth + 1);
        run->path_count = keep;
    }
}

/* ---- which fields of a parameter a kernel uses ---- */

typedef struct use_search {
    mine_run *run;
    cp_str param, field;
    unsigned depth;
    bool found;
} use_search;

static bool uses_field(mine_run *run, const cp_func *func, uint32_t param, cp_str field,
                       unsigned depth);

static void find_use(cp_expr *expr, void *data)
{
    use_search *s = data;
    if (expr->kind == CP_EXPR_ATTR && cp_str_eq(expr->text, s->field) &&
        expr->kids[0]->kind == CP_EXPR_NAME && cp_str_eq(expr->kids[0]->text, s->param))
        s->found = true;
    if (expr->kind != CP_EXPR_CALL || s->found || s->depth == 0)
        return;
    const cp_expr *callee = expr->kids[0];
    while (callee->kind == CP_EXPR_SUBSCRIPT && callee->kid_count)
        callee = callee->kids[0];
    const native_list *list = cp_map_get(&s->run->program->functions, callee->text);
    for (unsigned a = 0; list && a < expr->arg_count; a++) {
        const cp_expr *arg = expr->args[a].value;
        if (arg->kind != CP_EXPR_NAME || !cp_str_eq(arg->text, s->param))
            continue;
        for (size_t i = 0; i < list->count && !s->found; i++)
            s->found = uses_field(s->run, list->items[i], a, s->field, s->depth - 1);
    }
}

static void search_block(use_search *s, const cp_block *block);

static void search_stmt(use_search *s, cp_stmt *stmt)
{
    bool test = stmt->kind == CP_STMT_IF || stmt->kind == CP_STMT_WHILE;
    if (stmt->value && !test) /* whether a pointer is null is not what it points to */
        cp_expr_walk(stmt->value, find_use, s);
    for (uint32_t i = 0; i < stmt->target_count; i++)
        if (stmt->targets[i])
            cp_expr_walk(stmt->targets[i], find_use, s);
    search_block(s, &stmt->body);
    search_block(s, &stmt->orelse);
    for (uint32_t i = 0; i < stmt->case_count; i++)
        search_block(s, &stmt->cases[i].body);
}

static void search_block(use_search *s, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count && !s->found; i++)
        search_stmt(s, block->stmts[i]);
}

static bool uses_field(mine_run *run, const cp_func *func, uint32_t param, cp_str field,
                       unsigned depth)
{
    if (param >= func->param_count)
        return false;
    use_search s = {run, func->params[param].name, field, depth, false};
    search_block(&s, &func->body);
    return s.found;
}

static bool reads_field(mine_run *run, const cp_func *func, uint32_t param, cp_str field)
{
    static char yes[1], no[1];
    void **slot = cp_map_slot(&run->uses,
                              cp_str_printf(run->arena, "%p.%u.%.*s", (const void *)func,
                                            param, CP_STR_ARGS(field)));
    if (!*slot)
        *slot = uses_field(run, func, param, field, USE_DEPTH) ? yes : no;
    return *slot == yes;
}

/* ---- launches ---- */

static void read_object(mine_run *run, const cp_func *func, uint32_t param,
                        const mine_object *object, const mine_scope *from, uint32_t at)
{
    for (size_t i = 0; i < object->count; i++) {
        const mine_var *field = &object->fields[i];
        if (mine_has_pointer(field->value) && reads_field(run, func, param, field->name))
            mine_note_read(run, from->module, at, field->value);
        else if (field->value->kind == VALUE_OBJECT &&
                 reads_field(run, func, param, field->name))
            note_escape(run, from->module, at, field->value, 0);
    }
}

static void launch(mine_run *run, const mine_value *kernel, const mine_bound *args,
                   size_t count, mine_scope *from, uint32_t at)
{
    mine_scope *scope = cp_new(run->arena, mine_scope, 1);
    *scope = (mine_scope){.parent = kernel->scope,
                          .module = kernel->func->module,
                          .func = kernel->func,
                          .is_native = true};
    for (uint32_t i = 0; i < count && i < kernel->func->param_count; i++) {
        const mine_value *value = args[i].value;
        cp_expr *type = kernel->func->params[i].annotation;
        if (mine_has_pointer(value))
            mine_note_read(
                run, from->module, at,
                mine_retype(run, value, mine_pointee(run, scope, type), NULL, 0));
        else if (value->kind == VALUE_OBJECT)
            read_object(run, kernel->func, i, value->object, from, at);
    }
}

void mine_launch(mine_run *run, const mine_value *kernel, const mine_bound *args,
                 size_t count, mine_scope *from, uint32_t at)
{
    size_t keep = run->path_count;
    if (kernel->kind == VALUE_SELECT) {
        for (uint32_t i = 0; i < kernel->count; i++) {
            mine_push_path(run, kernel->options[i].cond);
            mine_launch(run, kernel->options[i].value, args, count, from, at);
            run->path_count = keep;
        }
    } else if (kernel->kind == VALUE_FUNC && kernel->func->body.count &&
               kernel->func->param_count == count) {
        launch(run, kernel, args, count, from, at);
    } else {
        for (size_t i = 0; i < count; i++)
            note_escape(run, from->module, at, args[i].value, 0);
    }
}

const mine_value *mine_eval_launch(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    mine_args args = {0};
    for (uint32_t i = 1; i < expr->kid_count; i++) {
        mine_bound one = {{"", 0}, mine_eval(run, scope, expr->kids[i])};
        cp_push(run->arena, args.items, args.count, args.room, one);
    }
    mine_launch(run, mine_native_target(run, scope, expr->kids[0], args.count),
                args.items, args.count, scope, expr->span.start);
    return &mine_unknown;
}

/* The one function behind a value, where it is one whatever the conditions are. */
static const cp_func *function_of(const mine_value *value)
{
    while (value->kind == VALUE_SELECT && value->count)
        value = value->options[0].value;
    return value->kind == VALUE_FUNC && value->scope && value->scope->is_native
               ? value->func
               : NULL;
}

/* `run_it(…, kernel, a, b)`: a kernel and all that it takes. */
static bool hands_to_kernel(mine_run *run, mine_scope *scope, const mine_args *args,
                            const cp_expr *call)
{
    for (size_t i = 0; i < args->count; i++) {
        const cp_func *func = function_of(args->items[i].value);
        if (!func || !func->name.len || args->count - i - 1 != func->param_count ||
            !func->param_count)
            continue;
        mine_launch(run, args->items[i].value, args->items + i + 1, args->count - i - 1,
                    scope, call->span.start);
        return true;
    }
    return false;
}

/* Copies of bytes and the like, which take memory for what it is. */
static bool is_about_bytes(cp_str name)
{
    static const char *const starts[] = {"cudaMem", "cudaFunc", "cudaOcc", "hipMem",
                                         "mem",     "printf",   "fprintf", "free"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (cp_str_starts(name, cp_str_of(starts[i])))
            return true;
    return false;
}

bool mine_reads_call(mine_run *run, mine_scope *scope, const mine_value *callee,
                     const mine_args *args, cp_expr *call)
{
    if (hands_to_kernel(run, scope, args, call))
        return true;
    bool followed = callee->kind == VALUE_CLASS || callee->kind == VALUE_OBJECT ||
                    callee->kind == VALUE_SELECT || callee->kind == VALUE_FUNC;
    bool stuck = callee->kind == VALUE_FUNC &&
                 (run->depth >= 56 || mine_is_running(run, callee->func));
    if (followed && !stuck)
        return false;
    const cp_expr *name = call->kids[0];
    while (name->kind == CP_EXPR_SUBSCRIPT && name->kid_count)
        name = name->kids[0];
    if (is_about_bytes(name->text))
        return false;
    size_t before = run->read_count;
    mine_args none = {0};
    for (size_t i = 0; i < args->count; i++) {
        const mine_value *value = args->items[i].value;
        if (value->kind == VALUE_FUNC && !value->func->name.len)
            mine_apply(run, value, &none, scope, call); /* a lambda is there to be run */
        note_escape(run, scope->module, call->span.start, value, 0);
    }
    const cp_expr *root = name;
    while (root->kind == CP_EXPR_ATTR || root->kind == CP_EXPR_SUBSCRIPT)
        root = root->kids[0];
    bool method =
        root != name && root->kind == CP_EXPR_NAME && mine_lookup(run, scope, root->text);
    if (run->read_count > before && !method)
        mine_need(run, name->text, mine_qualifier(run->arena, name));
    run->failed = false;
    return false;
}
