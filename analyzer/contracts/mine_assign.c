#include "contracts/mine_native.h"
#include "contracts/mine_python.h"
#include "contracts/mine_reads.h"

/* How often the body of a loop over a list that is known is run; a short one more. */
#define UNROLL_MAX 12
#define STATEMENTS_MAX 128

/* The part of `value` that the i-th of n targets gets. */
static const mine_value *unpacked(mine_run *run, const mine_value *value, uint32_t i,
                                  uint32_t n)
{
    if (value->kind == VALUE_LIST && value->count == n)
        return value->items[i];
    if (value->kind == VALUE_PARAM)
        return mine_text(
            run, VALUE_PARAM,
            cp_str_printf(run->arena, "%.*s[%u]", CP_STR_ARGS(value->text), i));
    if (value->kind != VALUE_SELECT)
        return &mine_unknown;
    mine_option *options = cp_new(run->arena, mine_option, value->count);
    for (uint32_t k = 0; k < value->count; k++)
        options[k] = (mine_option){value->options[k].cond,
                                   unpacked(run, value->options[k].value, i, n)};
    return mine_select(run, options, value->count);
}

/* Whether the class of C++ or a base of it has a member of that name. */
static bool declares(mine_run *run, cp_class *class, cp_str name, unsigned depth)
{
    const mine_scope own = {.module = class->module, .is_native = true, .class = class};
    for (uint32_t i = 0; i < class->body.count; i++) {
        const cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind == CP_STMT_ASSIGN && stmt->target_count &&
            cp_str_eq(stmt->targets[0]->text, name))
            return true;
    }
    for (uint32_t i = 0; i < class->base_count && depth < 8; i++) {
        cp_class *base = mine_native_class(run, &own, class->bases[i]);
        if (base && base != class && declares(run, base, name, depth + 1))
            return true;
    }
    return false;
}

/*
 * `Base::member` within a method: the name of the field. A class below may have a member
 * of the same name, which is another one.
 */
cp_str mine_base_member(mine_run *run, const mine_scope *scope, const cp_expr *expr)
{
    while (scope && !scope->self)
        scope = scope->parent;
    const cp_expr *of = expr->kids[0];
    bool object = scope && scope->is_native && scope->self->kind == VALUE_OBJECT;
    cp_class *class = object && of->kind == CP_EXPR_NAME
                          ? mine_native_class(run, scope, expr->kids[0])
                          : NULL;
    return class && declares(run, class, expr->text, 0)
               ? cp_str_printf(run->arena, "%.*s::%.*s", CP_STR_ARGS(of->text),
                               CP_STR_ARGS(expr->text))
               : (cp_str){"", 0};
}

/* Names are told apart by their files; "" for what has none. */
cp_str mine_store_name(mine_run *run, const mine_scope *scope, const cp_expr *expr)
{
    cp_str name = cp_expr_dotted(run->arena, expr);
    return name.len ? cp_str_printf(run->arena, "%p %.*s", (const void *)scope->module,
                                    CP_STR_ARGS(name))
                    : name;
}

void mine_assign(mine_run *run, mine_scope *scope, cp_expr *target,
                 const mine_value *value)
{
    if (target->kind == CP_EXPR_NAME || target->kind == CP_EXPR_ATTR)
        value = mine_named_tensor(run, value, target->text);
    switch (target->kind) {
    case CP_EXPR_NAME: {
        mine_scope *owner = scope;
        /* C++: a name of an outer block or of the object, if it is one. */
        if (scope->is_native && scope->self && scope->self->kind == VALUE_OBJECT) {
            bool local = false;
            for (size_t i = 0; i < scope->count; i++)
                local |= cp_str_eq(scope->vars[i].name, target->text);
            cp_class *class = scope->self->object->class;
            if (!local && (mine_field(run, scope->self, target->text) ||
                           (class && declares(run, class, target->text, 0)))) {
                mine_set_field(run, scope->self->object, target->text, value);
                return;
            }
        }
        mine_set_var(run, owner, target->text, value);
        return;
    }
    case CP_EXPR_ATTR: {
        cp_str of_base = mine_base_member(run, scope, target);
        if (of_base.len) {
            mine_set_field(run, scope->self->object, of_base, value);
            return;
        }
        const mine_value *owner = mine_eval(run, scope, target->kids[0]);
        if (owner->kind == VALUE_OBJECT)
            mine_set_field(run, owner->object, target->text, value);
        return;
    }
    case CP_EXPR_SUBSCRIPT: {
        const mine_value *owner = mine_eval(run, scope, target->kids[0]);
        cp_str name = mine_store_name(run, scope, target->kids[0]);
        const mine_value *key = target->kid_count == 2 && owner->kind == VALUE_DICT
                                    ? mine_eval(run, scope, target->kids[1])
                                    : &mine_unknown;
        if (owner->kind == VALUE_OBJECT)
            owner->object->element = value;
        else if (key->kind == VALUE_TEXT && target->kids[0]->kind == CP_EXPR_NAME)
            mine_assign(run, scope, target->kids[0],
                        mine_with_key(run, owner, key, value));
        else if (name.len)
            cp_map_put(&run->stores, name, (void *)value);
        return;
    }
    case CP_EXPR_TUPLE:
        for (uint32_t i = 0; i < target->kid_count; i++)
            mine_assign(run, scope, target->kids[i],
                        unpacked(run, value, i, target->kid_count));
        return;
    default:
        return;
    }
}

/* What a variable of C++ holds that is declared without a value. */
static const mine_value *declared(mine_run *run, mine_scope *scope, const cp_stmt *stmt)
{
    if (!scope->is_native || !stmt->annotation)
        return NULL;
    mine_args none = {0};
    cp_class *class =
        stmt->annotation->stars ? NULL : mine_native_class(run, scope, stmt->annotation);
    if (class) {
        mine_scope *module = mine_class_scope(run, scope, class, stmt->annotation);
        return mine_construct(run, mine_class_value(run, class, module), &none, scope,
                              stmt->targets[0]);
    }
    mine_value *value = cp_new(run->arena, mine_value, 1);
    value->kind = VALUE_OBJECT;
    value->object = cp_new(run->arena, mine_object, 1);
    value->object->path_count = run->path_count;
    return value;
}

/* A class that is declared by name and defined in no file that was read. */
static void ask_for_class(mine_run *run, mine_scope *scope, const cp_stmt *stmt,
                          const mine_value *value)
{
    const cp_expr *type = stmt->annotation, *init = stmt->value;
    bool made = !init || (init->kind == CP_EXPR_CALL && init->kids[0] == type);
    bool known = value && (value->kind != VALUE_OBJECT || value->object->class) &&
                 value->kind != VALUE_UNKNOWN;
    if (!made || known || type->stars)
        return;
    while (type->kind == CP_EXPR_SUBSCRIPT && type->kid_count)
        type = type->kids[0];
    if (!mine_native_class(run, scope, type))
        mine_need(run, type->text, mine_qualifier(run->arena, type));
}

/* The value as a variable of the declared type holds it. */
static const mine_value *as_declared(mine_run *run, mine_scope *scope, cp_stmt *stmt,
                                     const mine_value *value)
{
    if (mine_has_pointer(value))
        return mine_retype(run, value, mine_pointee(run, scope, stmt->annotation), NULL,
                           0);
    if (value->kind != VALUE_LIST || stmt->annotation->stars)
        return value;
    cp_class *class = mine_native_class(run, scope, stmt->annotation);
    if (!class)
        return value;
    mine_args args = {0};
    for (uint32_t i = 0; i < value->count; i++) {
        mine_bound one = {{"", 0}, value->items[i]};
        cp_push(run->arena, args.items, args.count, args.room, one);
    }
    mine_scope *own = mine_class_scope(run, scope, class, stmt->annotation);
    return mine_construct(run, mine_class_value(run, class, own), &args, scope,
                          stmt->targets[0]);
}

mine_exit mine_run_assign(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    bool alias = run->reads && scope->is_native && cp_str_is(stmt->text, "using");
    const mine_value *value = alias         ? mine_type(run, scope, stmt->value)
                              : stmt->value ? mine_eval(run, scope, stmt->value)
                                            : declared(run, scope, stmt);
    if (run->reads && scope->is_native && stmt->annotation)
        ask_for_class(run, scope, stmt, value);
    if (!value)
        return (mine_exit){FLOW_ON, &mine_true};
    if (run->reads && scope->is_native && stmt->annotation)
        value = as_declared(run, scope, stmt, value);
    if (stmt->annotation && scope->is_native && stmt->targets[0]->kind == CP_EXPR_NAME)
        mine_set_var(run, scope, stmt->targets[0]->text, /* a new one */
                     mine_named_tensor(run, value, stmt->targets[0]->text));
    else
        for (uint32_t i = 0; i < stmt->target_count; i++)
            mine_assign(run, scope, stmt->targets[i], value);
    return (mine_exit){FLOW_ON, &mine_true};
}

/* `list.append(x)`, `list.extend(more)` and `list += more` give the name a new list. */
bool mine_add_to_list(mine_run *run, mine_scope *scope, cp_expr *target,
                      const mine_value *more, bool all)
{
    if (target->kind != CP_EXPR_NAME && target->kind != CP_EXPR_ATTR)
        return false;
    const mine_value *list = mine_eval(run, scope, target);
    if (list->kind != VALUE_LIST || list->class || (all && more->kind != VALUE_LIST))
        return false;
    uint32_t count = all ? more->count : 1;
    mine_value *longer = cp_new(run->arena, mine_value, 1);
    longer->kind = VALUE_LIST;
    longer->items = cp_new(run->arena, const mine_value *, list->count + count + 1);
    for (uint32_t i = 0; i < list->count; i++)
        longer->items[longer->count++] = list->items[i];
    for (uint32_t i = 0; i < count; i++)
        longer->items[longer->count++] = all ? more->items[i] : more;
    mine_assign(run, scope, target, longer);
    return true;
}

mine_exit mine_run_for(mine_run *run, mine_scope *scope, cp_stmt *stmt)
{
    const mine_value *over = stmt->value ? mine_eval(run, scope, stmt->value) : NULL;
    bool known = over && over->kind == VALUE_LIST &&
                 (over->count <= UNROLL_MAX ||
                  (size_t)over->count * stmt->body.count <= STATEMENTS_MAX);
    uint32_t rounds = known ? over->count : 1;
    for (uint32_t i = 0; i < rounds; i++) {
        const mine_value *item = known ? over->items[i] : &mine_unknown;
        if (!known && over && over->kind == VALUE_OBJECT && over->object->element)
            item = over->object->element;
        if (stmt->target_count)
            mine_assign(run, scope, stmt->targets[0], item);
        mine_block(run, scope, &stmt->body);
    }
    return (mine_exit){FLOW_ON, &mine_true};
}
