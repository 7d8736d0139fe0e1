#include "contracts/mine_arity.h"
#include "contracts/mine_native.h"
#include "contracts/mine_python.h"

const mine_value *mine_new_tensor(mine_run *run, const mine_value *dtype)
{
    mine_value *value = cp_new(run->arena, mine_value, 1);
    value->kind = VALUE_TENSOR;
    value->of = dtype;
    return value;
}

/* The dtype that an argument names, if one does: `dtype=` or the first that is one. */
const mine_value *mine_dtype_argument(const mine_args *args)
{
    for (size_t i = 0; i < args->count; i++)
        if (cp_str_is(args->items[i].name, "dtype"))
            return args->items[i].value;
    for (size_t i = 0; i < args->count; i++) {
        mine_kind kind = args->items[i].value->kind;
        if (kind == VALUE_DTYPE || kind == VALUE_DTYPE_OF)
            return args->items[i].value;
        if (kind == VALUE_SELECT && args->items[i].value->count &&
            (args->items[i].value->options[0].value->kind == VALUE_DTYPE ||
             args->items[i].value->options[0].value->kind == VALUE_DTYPE_OF))
            return args->items[i].value;
    }
    return NULL;
}

static const mine_value *namespace_of(mine_run *run, const mine_args *args)
{
    mine_value *value = cp_new(run->arena, mine_value, 1);
    value->kind = VALUE_OBJECT;
    value->object = cp_new(run->arena, mine_object, 1);
    for (size_t i = 0; i < args->count; i++)
        if (args->items[i].name.len)
            mine_set_field(run, value->object, args->items[i].name, args->items[i].value);
    return value;
}

static const mine_value *partial_of(mine_run *run, const mine_args *args)
{
    if (!args->count || args->items[0].value->kind != VALUE_FUNC)
        return &mine_unknown;
    mine_value *value = cp_new(run->arena, mine_value, 1);
    *value = *args->items[0].value;
    mine_bound *bound = cp_new(run->arena, mine_bound, value->bound_count + args->count);
    for (uint32_t i = 0; i < value->bound_count; i++)
        bound[i] = value->bound[i];
    for (size_t i = 1; i < args->count; i++)
        bound[value->bound_count + i - 1] = args->items[i];
    value->bound = bound;
    value->bound_count += (uint32_t)args->count - 1;
    return value;
}

static const mine_value *get_attribute(mine_run *run, mine_scope *scope, cp_expr *call)
{
    if (call->arg_count < 2)
        return NULL;
    const mine_value *owner = mine_eval(run, scope, call->args[0].value);
    const mine_value *name = mine_eval(run, scope, call->args[1].value);
    uint32_t count = name->kind == VALUE_SELECT ? name->count : 1, n = 0;
    mine_option *options = cp_new(run->arena, mine_option, count);
    for (uint32_t i = 0; i < count; i++) {
        mine_option one = name->kind == VALUE_SELECT ? name->options[i]
                                                     : (mine_option){&mine_true, name};
        const mine_value *found = &mine_unknown;
        if (one.value->kind == VALUE_TEXT && !mine_has_hole(one.value->text)) {
            cp_expr attr = {.kind = CP_EXPR_ATTR,
                            .text = one.value->text,
                            .span = call->span,
                            .code = call->code};
            found = owner->kind == VALUE_NATIVE
                        ? mine_native_export(run, owner->text, one.value->text, SIZE_MAX)
                        : mine_attribute(run, scope, owner, &attr);
        }
        if (found)
            options[n++] = (mine_option){one.cond, found};
        else if (call->arg_count == 2)
            mine_failure(run, scope->module, call->span.start, one.cond, false);
    }
    return n ? mine_select(run, options, n) : &mine_unknown;
}

const mine_value *mine_builtin_python(mine_run *run, mine_scope *scope, cp_expr *call)
{
    static const char *const same[] = {"int", "bool", "float", "str", "cast", NULL};
    cp_expr *callee = call->kids[0];
    cp_str name = callee->kind == CP_EXPR_NAME ? callee->text : (cp_str){"", 0};
    if (name.len && !mine_lookup(run, scope, name)) {
        if (cp_str_is(name, "getattr"))
            return get_attribute(run, scope, call);
        const mine_value *known = mine_python_function(run, scope, call, name);
        if (known)
            return known;
        if (cp_str_is_one(name, same) && call->arg_count)
            return mine_eval(run, scope, call->args[call->arg_count - 1].value);
        if ((cp_str_is(name, "list") || cp_str_is(name, "tuple") ||
             cp_str_is(name, "set") || cp_str_is(name, "frozenset")) &&
            call->arg_count == 1)
            return mine_eval(run, scope, call->args[0].value);
        if (cp_str_is(name, "dict") && call->arg_count) {
            mine_args args = mine_arguments(run, scope, call);
            return mine_dict_of(run, &args);
        }
        if (cp_str_is(name, "super") && !call->arg_count)
            return &mine_unknown;
    }
    return NULL;
}

const mine_value *mine_call_outer(mine_run *run, mine_scope *scope,
                                  const mine_value *target, cp_expr *call)
{
    mine_args args = mine_arguments(run, scope, call);
    cp_str dotted = target->text, rest = dotted, last = {0};
    while (rest.len)
        last = cp_str_next(&rest, '.');
    const mine_value *found = mine_torch_operator(run, dotted, args.count);
    if (found)
        return mine_apply(run, found, &args, scope, call);
    found = mine_torch_operator(run, dotted, SIZE_MAX); /* by its name alone */
    if (found)
        mine_check_arity(run, found, &args, scope, call);
    if (cp_str_is(last, "SimpleNamespace"))
        return namespace_of(run, &args);
    if (cp_str_is(last, "partial"))
        return partial_of(run, &args);
    if (cp_str_is(last, "cast") && args.count == 2)
        return args.items[1].value;
    /* A contract is for a process without such variables: the fallback counts. */
    if (cp_str_is(dotted, "os.environ.get") || cp_str_is(dotted, "os.getenv"))
        return args.count > 1 ? args.items[1].value : &mine_none;
    if (cp_str_is(last, "from_dlpack") && args.count == 1)
        return args.items[0].value;
    if (cp_str_starts(dotted, CP_STR("torch."))) {
        const mine_value *tensor = mine_torch_call(run, last, &args);
        if (tensor)
            return tensor;
    }
    const mine_value *module = mine_compiled(run, scope, &args);
    return module ? module : &mine_unknown;
}

static bool keeps_dtype(cp_str name)
{
    static const char *const words[] = {
        "contiguous", "view",       "reshape",   "squeeze", "unsqueeze", "flatten",
        "detach",     "cuda",       "cpu",       "clone",   "transpose", "permute",
        "expand",     "narrow",     "value",     "t",       "unflatten", "as_strided",
        "to",         "pin_memory", "value_or",  "get",     "type_as",   "index_select",
        "unwrap",     "item",       "expand_as", "view_as", "chunk",     "select",
        NULL};
    return cp_str_is_one(name, words);
}

/* Methods of a tensor, or of an Optional around one. */
static const mine_value *tensor_method(mine_run *run, mine_scope *scope,
                                       const mine_value *value, cp_expr *call,
                                       cp_str name)
{
    static const char *const given[] = {"has_value", "defined", NULL};
    static const char *const pointers[] = {"data_ptr", "mutable_data_ptr", NULL};
    bool param = value->kind == VALUE_PARAM;
    if (param && !scope->is_native && cp_str_is(name, "get")) {
        const mine_value *found = mine_get_key(run, scope, value, call);
        if (found)
            return found;
    }
    if (cp_str_is(name, "dtype") || cp_str_is(name, "scalar_type"))
        return mine_dtype_of(run, value);
    if (cp_str_is_one(name, given))
        return mine_bool(run,
                         param ? mine_under_path(run, mine_atom(run->arena, COND_GIVEN,
                                                                value->text, (cp_str){0}))
                               : &mine_true);
    if (cp_str_is_one(name, pointers)) {
        mine_touch(run, scope, value, call->span.start);
        return &mine_unknown;
    }
    cp_dtype to = cp_dtype_of_method(name);
    if (to != CP_DTYPE_NONE)
        return mine_new_tensor(run, mine_dtype_value(run, CP_DTYPES(to)));
    if (cp_str_starts(name, CP_STR("new_")) && !scope->is_native) { /* x.new_empty(…) */
        mine_args args = mine_arguments(run, scope, call);
        const mine_value *dtype = mine_dtype_argument(&args);
        return mine_new_tensor(run, dtype ? dtype : mine_dtype_of(run, value));
    }
    if (!keeps_dtype(name))
        return param && !scope->is_native && cp_str_is(name, "lower") ? value
                                                                      : &mine_unknown;
    mine_args args = mine_arguments(run, scope, call);
    if (cp_str_is(name, "type_as"))
        return mine_new_tensor(run, args.count ? mine_dtype_of(run, args.items[0].value)
                                               : NULL);
    const mine_value *dtype = mine_dtype_argument(&args);
    if (dtype && !cp_str_is(name, "value_or"))
        return mine_new_tensor(run, dtype);
    /* x.to(y): a device, or another tensor's dtype */
    if (cp_str_is(name, "to") && args.count && args.items[0].value->kind == VALUE_PARAM &&
        !args.items[0].name.len)
        return mine_new_tensor(run, NULL);
    return value;
}

static const mine_value *dict_method(mine_run *run, mine_scope *scope,
                                     const mine_value *value, cp_expr *call, cp_str name)
{
    const mine_value *list = call->arg_count ? NULL : mine_dict_list(run, value, name);
    if (list || !cp_str_is(name, "get") || !call->arg_count)
        return list;
    const mine_value *key = mine_eval(run, scope, call->args[0].value);
    for (uint32_t i = 0; i + 1 < value->count; i += 2)
        if (mine_equal(run, value->items[i], key, call)->kind == COND_TRUE)
            return value->items[i + 1];
    if (key->kind != VALUE_TEXT || mine_has_hole(key->text))
        return &mine_unknown;
    return call->arg_count == 2 ? mine_eval(run, scope, call->args[1].value) : &mine_none;
}

/* `at`, `find`, `emplace`, … of a container whose contents are known as one element. */
static const mine_value *container_method(mine_run *run, mine_scope *scope,
                                          const mine_value *value, cp_expr *call,
                                          cp_str name)
{
    static const char *const puts[] = {"emplace", "push_back",   "emplace_back",
                                       "insert",  "try_emplace", "append",
                                       "add",     NULL};
    static const char *const gets[] = {"at",   "find", "begin", "front",
                                       "back", "get",  NULL};
    if (value->object->class)
        return NULL;
    if (cp_str_is_one(name, puts) && call->arg_count) {
        value->object->element =
            mine_eval(run, scope, call->args[call->arg_count - 1].value);
        return &mine_unknown;
    }
    if (cp_str_is_one(name, gets) && value->object->element)
        return cp_str_is(name, "find") || cp_str_is(name, "begin")
                   ? value
                   : value->object->element;
    return NULL;
}

/*
 * A method that an object of C++ offers by name: GetFunction compares `name` with a
 * text and returns a lambda.
 */
const mine_value *mine_offered(mine_run *run, const mine_value *value, cp_str name)
{
    mine_scope *scope = value->object->scope;
    if (!scope || !scope->is_native || !value->object->class)
        return NULL;
    cp_func *get = mine_find_method(run, value->object->class, CP_STR("GetFunction"),
                                    SIZE_MAX, true, &scope);
    if (!get || get->param_count != 1 || run->depth >= 56)
        return NULL;
    mine_args args = {0};
    mine_bound bound = {(cp_str){0}, mine_text(run, VALUE_TEXT, name)};
    cp_push(run->arena, args.items, args.count, args.room, bound);
    cp_expr site = {.kind = CP_EXPR_OTHER};
    const mine_value *found =
        mine_apply(run, mine_func_value(run, get, scope, value), &args, scope, &site);
    run->failed = false;
    return found->kind == VALUE_FUNC ? found : NULL;
}

/* What C++ asks of a list that Python gave; and a list that grows under its name. */
static const mine_value *list_method(mine_run *run, mine_scope *scope,
                                     const mine_value *list, cp_expr *call, cp_str name)
{
    if (scope->is_native && !call->arg_count) {
        if (cp_str_is(name, "empty"))
            return mine_bool(run, list->count ? &mine_false : &mine_true);
        if (cp_str_is(name, "size"))
            return mine_text(run, VALUE_NUMBER,
                             cp_str_printf(run->arena, "%u", list->count));
    }
    const cp_expr *callee = call->kids[0];
    bool grows = cp_str_is(name, "append") || cp_str_is(name, "extend") ||
                 cp_str_is(name, "insert");
    if (scope->is_native || !grows || callee->kids[0]->kind != CP_EXPR_NAME)
        return NULL;
    const mine_value *grown = &mine_unknown;
    if (cp_str_is(name, "append") && call->arg_count == 1) {
        mine_value *longer = cp_new(run->arena, mine_value, 1);
        *longer = *list;
        longer->items = cp_new(run->arena, const mine_value *, list->count + 1);
        for (uint32_t i = 0; i < list->count; i++)
            longer->items[i] = list->items[i];
        longer->items[longer->count++] = mine_eval(run, scope, call->args[0].value);
        grown = longer;
    }
    mine_set_var(run, scope, callee->kids[0]->text, grown);
    return &mine_none;
}

const mine_value *mine_method(mine_run *run, mine_scope *scope, const mine_value *value,
                              cp_expr *call)
{
    cp_expr *callee = call->kids[0];
    if (callee->kind == CP_EXPR_SUBSCRIPT)
        callee = callee->kids[0];
    cp_str name = callee->text;
    switch (value->kind) {
    case VALUE_PARAM:
    case VALUE_TENSOR:
        return tensor_method(run, scope, value, call, name);
    case VALUE_SELECT:
        if (scope->is_native || cp_str_is(name, "to") || cp_str_is(name, "contiguous")) {
            mine_option *options = cp_new(run->arena, mine_option, value->count);
            for (uint32_t i = 0; i < value->count; i++) {
                const mine_value *one =
                    mine_method(run, scope, value->options[i].value, call);
                options[i] =
                    (mine_option){value->options[i].cond, one ? one : &mine_unknown};
            }
            return mine_select(run, options, value->count);
        }
        return NULL;
    case VALUE_NONE:
        return cp_str_is(name, "has_value") || cp_str_is(name, "defined")
                   ? mine_bool(run, &mine_false)
                   : &mine_unknown;
    case VALUE_TEXT:
        return cp_str_is(name, "join") && call->arg_count == 1
                   ? mine_joined(run, value, mine_eval(run, scope, call->args[0].value))
                   : NULL;
    case VALUE_DICT:
        return dict_method(run, scope, value, call, name);
    case VALUE_LIST:
        return list_method(run, scope, value, call, name);
    case VALUE_NATIVE: /* spec.build_and_load() is the module that the spec describes */
        return mine_native_export(run, value->text, name, SIZE_MAX) ||
                       !cp_str_has(name, CP_STR("load"))
                   ? NULL
                   : value;
    case VALUE_OBJECT: {
        const mine_value *found = container_method(run, scope, value, call, name);
        if (found || scope->is_native || mine_field(run, value, name))
            return found;
        found = mine_offered(run, value, name);
        if (!found) {
            /* A method of C++ that is called by its own name. */
            mine_scope *from = value->object->scope;
            bool native = from && from->is_native && value->object->class;
            cp_func *method = native ? mine_find_method(run, value->object->class, name,
                                                        call->arg_count, true, &from)
                                     : NULL;
            if (!method)
                return NULL;
            found = mine_func_value(run, method, from, value);
        }
        mine_args args = mine_arguments(run, scope, call);
        return mine_apply(run, found, &args, scope, call);
    }
    default:
        return NULL;
    }
}
