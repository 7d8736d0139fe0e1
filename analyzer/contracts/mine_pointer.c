#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* Pointers to a tensor's elements, and the type that each of them has on its way. */

static cp_expr without_stars(const cp_expr *type)
{
    cp_expr plain = *type;
    plain.stars = 0;
    return plain;
}

const mine_value *mine_type(mine_run *run, mine_scope *scope, cp_expr *type)
{
    bool named = type->kind == CP_EXPR_NAME || type->kind == CP_EXPR_ATTR;
    if (type->stars || run->depth >= 56 ||
        !(named || (type->kind == CP_EXPR_SUBSCRIPT && cp_str_is(type->text, "<"))))
        return &mine_unknown;
    const mine_value *found = NULL;
    run->depth++;
    if (type->kind == CP_EXPR_NAME) {
        found = mine_lookup(run, scope, type->text);
    } else if (type->kind == CP_EXPR_ATTR) {
        const mine_value *owner = mine_type(run, scope, type->kids[0]);
        cp_dtype dtype = cp_dtype_of_native(type->text);
        if (owner->kind == VALUE_CLASS)
            found = mine_member_alias(run, owner->class, owner->scope, type->text);
        else if (dtype != CP_DTYPE_NONE)
            found = mine_dtype_value(run, CP_DTYPES(dtype));
    }
    bool plain = found && (found->kind == VALUE_DTYPE || found->kind == VALUE_CLASS ||
                           found->kind == VALUE_SELECT);
    cp_class *class = plain ? NULL : mine_native_class(run, scope, type);
    if (class)
        found = mine_class_value(run, class, mine_class_scope(run, scope, class, type));
    run->depth--;
    return plain || class ? found : &mine_unknown;
}

/* Types that stand for bytes, whatever the bytes are. */
static bool is_bytes(cp_str name)
{
    static const char *const words[] = {"char", "byte", "uint8_t", "int8_t",
                                        "Byte", "Char", "bool"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_is(name, words[i]))
            return true;
    return false;
}

static bool is_open_template(const mine_scope *scope, const cp_expr *type)
{
    const cp_expr *params = scope->func ? scope->func->type_params : NULL;
    for (uint32_t i = 0; params && i < params->kid_count; i++)
        if (type->kind == CP_EXPR_NAME && cp_str_eq(params->kids[i]->text, type->text))
            return true;
    return false;
}

cp_dtypes mine_pointee(mine_run *run, mine_scope *scope, cp_expr *type)
{
    if (!type || cp_str_is(type->text, "auto") || is_open_template(scope, type)) {
        const mine_value *bound = type && type->kind == CP_EXPR_NAME
                                      ? mine_lookup(run, scope, type->text)
                                      : NULL;
        if (!bound || !type->stars)
            return MINE_AS_IT_IS;
    }
    if (type->stars != 1)
        return MINE_OTHER;
    if (type->kind == CP_EXPR_NAME && cp_str_is(type->text, "void"))
        return 0;
    if (is_bytes(type->text))
        return MINE_OTHER;
    cp_expr plain = without_stars(type);
    const mine_value *value = mine_type(run, scope, &plain);
    bool one = value->kind == VALUE_DTYPE && !(value->set & (value->set - 1));
    return one && value->set ? value->set : MINE_OTHER;
}

bool mine_has_pointer(const mine_value *value)
{
    if (value->kind == VALUE_SELECT)
        for (uint32_t i = 0; i < value->count; i++)
            if (mine_has_pointer(value->options[i].value))
                return true;
    return value->kind == VALUE_POINTER;
}

const mine_value *mine_retype(mine_run *run, const mine_value *value, cp_dtypes as,
                              cp_module *module, uint32_t at)
{
    if (as == MINE_AS_IT_IS || !mine_has_pointer(value))
        return value;
    if (value->kind == VALUE_SELECT) {
        mine_option *options = cp_new(run->arena, mine_option, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            options[i] =
                (mine_option){value->options[i].cond,
                              mine_retype(run, value->options[i].value, as, module, at)};
        return mine_select(run, options, value->count);
    }
    if (value->set == as && !module)
        return value;
    mine_value *pointer = cp_new(run->arena, mine_value, 1);
    *pointer = *value;
    pointer->set = as;
    if (module) {
        pointer->module = module;
        pointer->at = at;
    }
    return pointer;
}

const mine_value *mine_pointer_to(mine_run *run, const mine_value *tensor, cp_dtypes as,
                                  cp_module *module, uint32_t at)
{
    if (tensor->kind == VALUE_SELECT) {
        mine_option *options = cp_new(run->arena, mine_option, tensor->count);
        for (uint32_t i = 0; i < tensor->count; i++)
            options[i] = (mine_option){
                tensor->options[i].cond,
                mine_pointer_to(run, tensor->options[i].value, as, module, at)};
        return mine_select(run, options, tensor->count);
    }
    if (tensor->kind != VALUE_PARAM)
        return &mine_unknown;
    mine_value *pointer = cp_new(run->arena, mine_value, 1);
    *pointer = (mine_value){.kind = VALUE_POINTER,
                            .text = tensor->text,
                            .set = as,
                            .module = module,
                            .at = at};
    return pointer;
}

/* The declaration of a field in the class or its bases; *scope is where its type is. */
static cp_stmt *field_of(mine_run *run, cp_class *class, mine_scope **scope, cp_str name)
{
    mine_scope *own = cp_new(run->arena, mine_scope, 1);
    *own = (mine_scope){
        .parent = *scope, .module = class->module, .is_native = true, .class = class};
    for (uint32_t i = 0; i < class->body.count; i++) {
        cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind == CP_STMT_ASSIGN && stmt->annotation && stmt->target_count == 1 &&
            cp_str_eq(stmt->targets[0]->text, name)) {
            *scope = own;
            return stmt;
        }
    }
    for (uint32_t i = 0; i < class->base_count && run->depth < 56; i++) {
        cp_class *base = mine_native_class(run, own, class->bases[i]);
        if (!base || base == class)
            continue;
        mine_scope *at = mine_class_scope(run, own, base, class->bases[i]);
        run->depth++;
        cp_stmt *found = field_of(run, base, &at, name);
        run->depth--;
        if (found) {
            *scope = at;
            return found;
        }
    }
    return NULL;
}

const mine_value *mine_as_field(mine_run *run, const mine_object *object, cp_str name,
                                const mine_value *value)
{
    if (!run->reads || !mine_has_pointer(value))
        return value;
    mine_scope *scope = object->scope;
    cp_stmt *field = object->class ? field_of(run, object->class, &scope, name) : NULL;
    cp_dtypes as = field ? mine_pointee(run, scope, field->annotation) : MINE_OTHER;
    return mine_retype(run, value, as, NULL, 0);
}

const mine_value *mine_field_default(mine_run *run, const mine_object *object,
                                     cp_str name)
{
    mine_scope *scope = object->scope;
    if (!run->reads || !object->class || !scope || !scope->is_native || run->depth >= 56)
        return NULL;
    cp_stmt *field = field_of(run, object->class, &scope, name);
    if (!field || !field->value)
        return NULL;
    cp_expr *init = field->value;
    if (init->kind == CP_EXPR_CALL && init->kids[0] == field->annotation) {
        if (init->arg_count != 1)
            return NULL;
        init = init->args[0].value; /* T name{value} */
    }
    run->depth++;
    const mine_value *value = mine_eval(run, scope, init);
    run->depth--;
    return value->kind == VALUE_UNKNOWN ? NULL : value;
}

/* T{a, b} and T{.x = a} of a class without a constructor that fits. */
void mine_fill_aggregate(mine_run *run, cp_class *class, mine_object *object,
                         const mine_args *args)
{
    size_t next = 0;
    for (uint32_t i = 0; i < class->body.count; i++) {
        const cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind != CP_STMT_ASSIGN || !stmt->annotation || stmt->target_count != 1)
            continue;
        cp_str name = stmt->targets[0]->text;
        const mine_bound *named = mine_named((mine_args *)args, name);
        const mine_value *value = named ? named->value : NULL;
        if (!value && next < args->count && !args->items[next].name.len)
            value = args->items[next++].value;
        if (value)
            mine_set_field(run, object, name, value);
    }
}
