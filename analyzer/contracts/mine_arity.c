#include "contracts/mine_arity.h"

/* How many arguments a function takes; `most` is SIZE_MAX where that is not known. */
typedef struct arity {
    size_t least, most;
} arity;

static const arity unknown_arity = {0, SIZE_MAX};

/* A parameter that a macro may stand for: `ADDITIONAL_PARAMS`. */
static bool is_macro(cp_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z')
            return false;
    return name.len > 2;
}

/* How many #if around the byte are open, but for one that guards a header. */
static int conditions_around(cp_str text, size_t at)
{
    int depth = 0;
    for (size_t line = 0; line < at;) {
        size_t end = cp_str_find(text, CP_STR("\n"), line);
        end = end == SIZE_MAX || end > at ? at : end;
        cp_str words = cp_str_trim(cp_str_cut(text, line, end));
        if (words.len && words.ptr[0] == '#') {
            words = cp_str_trim(cp_str_cut(words, 1, words.len));
            bool guard = !depth && cp_str_starts(words, CP_STR("ifndef")) &&
                         cp_str_ends(words, CP_STR("_H"));
            depth += cp_str_starts(words, CP_STR("if")) && !guard;
            depth -= cp_str_starts(words, CP_STR("endif")) && depth;
        }
        line = end + 1;
    }
    return depth;
}

/* Whether the build decides what the parameters are, or whether it is this function. */
static bool is_conditional(const cp_func *func)
{
    cp_str text = func->module->source->text;
    size_t end = func->span.start;
    for (uint32_t i = 0; i < func->param_count; i++)
        if (func->params[i].span.end > end)
            end = func->params[i].span.end;
    return conditions_around(text, func->span.start) ||
           cp_str_has(cp_str_cut(text, func->span.start, end), CP_STR("#"));
}

static arity params_of(const cp_func *func)
{
    if (is_conditional(func))
        return unknown_arity;
    for (uint32_t i = 0; i < func->param_count; i++) {
        const cp_param *param = &func->params[i];
        if (param->kind == CP_PARAM_ARGS || is_macro(param->name) ||
            (param->annotation && is_macro(param->annotation->text)))
            return unknown_arity;
    }
    return (arity){func->param_count, func->param_count};
}

/* The parameters of the method, if all methods of that name in its class have as many. */
static arity method_arity(const cp_func *func)
{
    arity found = params_of(func);
    for (uint32_t i = 0; i < func->owner->body.count; i++) {
        const cp_stmt *stmt = func->owner->body.stmts[i];
        if (stmt->kind == CP_STMT_DEF && cp_str_eq(stmt->func->name, func->name) &&
            params_of(stmt->func).most != found.most)
            return unknown_arity;
    }
    return found;
}

/*
 * The parameters of the function by that name. Where several are meant they must agree;
 * those of the file that exports it come before all others.
 */
static arity function_arity(const mine_program *program, const mine_export *export,
                            const cp_func *func)
{
    if (!func->name.len) /* a lambda */
        return params_of(func);
    if (func->owner)
        return method_arity(func);
    const native_list *list = cp_map_get(&program->functions, func->name);
    bool here = false;
    for (size_t i = 0; list && i < list->count; i++)
        here |= list->items[i]->module == export->module && !list->items[i]->owner;
    arity found = params_of(func);
    for (size_t i = 0; list && i < list->count; i++) {
        const cp_func *other = list->items[i];
        if (other->owner || (here && other->module != export->module))
            continue;
        arity one = params_of(other);
        if (one.most != found.most)
            return unknown_arity;
    }
    return found;
}

/* The parameters of a schema: "name(Tensor x, *, int y=1) -> Tensor". */
static arity schema_arity(cp_str schema)
{
    arity found = {0, 0};
    size_t at = cp_str_find(schema, CP_STR("("), 0);
    if (at == SIZE_MAX)
        return unknown_arity;
    int depth = 0;
    char quote = 0;
    bool any = false, marker = true, fallback = false;
    for (; at < schema.len; at++) {
        char c = schema.ptr[at];
        if (quote || c == '\'' || c == '"') {
            quote = !quote ? c : c == quote ? 0 : quote;
            continue;
        }
        bool closes = c == ')' || c == ']';
        if ((depth == 1 && (c == ',' || c == ')')) && any) {
            found.most += !marker;
            found.least += !marker && !fallback;
            any = fallback = false;
            marker = true;
        } else if (depth >= 1 && c != ' ' && c != '\n') {
            any = true;
            marker &= c == '*';
            fallback |= c == '=';
        }
        depth += (c == '(' || c == '[') - closes;
        if (depth == 0)
            return found;
    }
    return unknown_arity;
}

/* Whether the schema is of that namespace; one that the build names is `_C` or so. */
static bool is_of_space(const mine_schema *schema, cp_str space)
{
    return schema->space.len ? cp_str_eq(schema->space, space)
                             : cp_str_starts(space, CP_STR("_C"));
}

/* What the schemas of operators of that name say, if they agree. */
static arity operator_arity(const mine_program *program, cp_str name, cp_str space)
{
    arity found = unknown_arity;
    const mine_schema *first = cp_map_get(&program->schemas, name);
    for (const mine_schema *s = first; s; s = s->next) {
        if (!is_of_space(s, space))
            continue;
        arity one = schema_arity(s->text);
        bool same = one.least == found.least && one.most == found.most;
        if (found.most != SIZE_MAX && !same)
            return unknown_arity;
        found = one;
        if (one.most == SIZE_MAX)
            return one;
    }
    return found;
}

static arity arity_of(const mine_program *program, const mine_value *callee)
{
    const mine_export *export = callee->exported;
    switch (export->form) {
    case EXPORT_TYPED: /* each argument must be there, whatever C++ has as defaults */
        return function_arity(program, export, callee->func);
    case EXPORT_OPERATOR:
        return operator_arity(program, export->name, callee->text);
    case EXPORT_BOUND: /* one of several of that name may be meant */
        return export->next || cp_map_get(&program->exports, export->name) != export
                   ? unknown_arity
                   : function_arity(program, export, callee->func);
    }
    return unknown_arity;
}

/* How many arguments the call hands over; false where that is not plain to see. */
static bool count_arguments(const cp_expr *site, size_t *given, bool *named)
{
    *given = site->arg_count;
    *named = false;
    for (unsigned i = 0; i < site->arg_count; i++) {
        *named |= site->args[i].name.len > 0;
        if (site->args[i].value->kind == CP_EXPR_STAR)
            return false;
    }
    return true;
}

/* Whether the condition can be told, so that it can be set against another one. */
static bool is_plain(const mine_cond *cond)
{
    switch (cond->kind) {
    case COND_OPAQUE:
        return false;
    case COND_NOT:
        return is_plain(cond->a);
    case COND_AND:
    case COND_OR:
        return is_plain(cond->a) && is_plain(cond->b);
    default:
        return true;
    }
}

/*
 * Whether the callee is the one of this call for sure: where it is one of several, each
 * condition must be one that can be told, for it may be what another one was chosen by.
 */
static bool is_certain(const mine_run *run)
{
    for (size_t i = 0; i < run->path_count && run->choice == run->depth + 1; i++)
        if (!is_plain(run->path[i]))
            return false;
    return mine_path_is_possible(run);
}

static void add_literals(mine_run *run, mine_broken *broken, const mine_cond *cond,
                         size_t *room)
{
    size_t count = broken->guard_count;
    if (cond->kind == COND_AND) {
        add_literals(run, broken, cond->a, room);
        add_literals(run, broken, cond->b, room);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (mine_cond_same(broken->guard[i], cond))
            return;
    if (cond->kind != COND_TRUE)
        cp_push(run->arena, broken->guard, count, *room, cond);
    broken->guard_count = (uint32_t)count;
}

static bool is_known(const mine_run *run, const mine_broken *broken)
{
    for (size_t i = 0; i < run->broken_count; i++)
        if (cp_str_eq(run->broken[i].call, broken->call) &&
            cp_str_eq(run->broken[i].function, broken->function))
            return true;
    return false;
}

void mine_check_arity(mine_run *run, const mine_value *callee, const mine_args *args,
                      const mine_scope *scope, const cp_expr *site)
{
    size_t given;
    bool named;
    if (callee->kind != VALUE_FUNC || !callee->exported || scope->is_native ||
        callee->bound_count || run->muted || site->kind != CP_EXPR_CALL ||
        args->count != site->arg_count || !count_arguments(site, &given, &named))
        return;
    if (named && callee->exported->form != EXPORT_OPERATOR)
        return;
    arity takes = arity_of(run->program, callee);
    if (takes.most == SIZE_MAX || (given >= takes.least && given <= takes.most))
        return;
    const cp_mine_input *input = run->program->input;
    const cp_func *func = callee->func;
    mine_broken broken = {
        .call = mine_place(run->arena, input, scope->module, site->span.start),
        .function = mine_place(run->arena, input, func->module, func->span.start)};
    size_t room = 0;
    for (size_t i = 0; i < run->path_count; i++)
        add_literals(run, &broken, run->path[i], &room);
    if (is_known(run, &broken) || !is_certain(run))
        return;
    size_t wanted = given < takes.least ? takes.least : takes.most;
    broken.reason = cp_str_printf(
        run->arena, "%zu argument%s handed to %.*s, which takes %s%zu", given,
        given == 1 ? " is" : "s are", CP_STR_ARGS(callee->exported->name),
        takes.least == takes.most ? ""
        : given < takes.least     ? "at least "
                                  : "at most ",
        wanted);
    cp_push(run->arena, run->broken, run->broken_count, run->broken_room, broken);
}

void mine_keep_broken(const mine_run *run, cp_str call, mine_facts *facts)
{
    for (size_t i = 0; i < run->broken_count; i++) {
        const mine_broken *broken = &run->broken[i];
        cp_mined mined = {.call = call,
                          .broken = true,
                          .parameter = CP_STR(""),
                          .when =
                              mine_when(facts->arena, broken->guard, broken->guard_count),
                          .reason = cp_str_copy(facts->arena, broken->reason),
                          .stated = cp_new(facts->arena, cp_str, 2),
                          .stated_count = 2};
        mined.stated[0] = cp_str_copy(facts->arena, broken->call);
        mined.stated[1] = cp_str_copy(facts->arena, broken->function);
        cp_push(facts->arena, facts->items, facts->count, facts->room, mined);
    }
}
