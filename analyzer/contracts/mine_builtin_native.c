#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* A call that gives its first argument, as far as dtypes go. */
static bool passes_through(cp_str name)
{
    static const char *const words[] = {"encode_dlpack_dtype",
                                        "static_cast",
                                        "reinterpret_cast",
                                        "const_cast",
                                        "move",
                                        "forward",
                                        "ref",
                                        "cref",
                                        "get_ptr",
                                        "bit_cast",
                                        "toString",
                                        "GetDataType",
                                        "Optional",
                                        "optional",
                                        "make_optional",
                                        "TensorView",
                                        "Tensor",
                                        NULL};
    return cp_str_is_one(name, words);
}

/* Whether a macro or function of that name fails where its condition does not hold. */
static bool is_check(cp_str name)
{
    static const char *const words[] = {"RuntimeCheck", "assert", "STD_TORCH_CHECK",
                                        NULL};
    bool upper = true;
    for (size_t i = 0; i < name.len; i++)
        upper &= name.ptr[i] < 'a' || name.ptr[i] > 'z';
    return cp_str_is_one(name, words) || (upper && (cp_str_has(name, CP_STR("CHECK")) ||
                                                    cp_str_has(name, CP_STR("ASSERT")) ||
                                                    cp_str_has(name, CP_STR("ENFORCE"))));
}

static bool is_throw(cp_str name)
{
    static const char *const words[] = {"TVM_FFI_THROW",
                                        "TVM_FFI_LOG_AND_THROW",
                                        "FLASHINFER_ERROR",
                                        "TLLM_THROW",
                                        "Panic",
                                        "abort",
                                        "exit",
                                        "TORCH_ERROR",
                                        "throw",
                                        NULL};
    return cp_str_is_one(name, words);
}

/* a == b, a != b of CHECK_EQ(a, b) and CHECK_NE; NULL for another relation. */
static const mine_cond *relation(mine_run *run, cp_str name, const mine_value *a,
                                 const mine_value *b, const cp_expr *expr)
{
    if (cp_str_ends(name, CP_STR("_EQ")))
        return mine_equal(run, a, b, expr);
    if (cp_str_ends(name, CP_STR("_NE")))
        return mine_not(run->arena, mine_equal(run, a, b, expr));
    return NULL;
}

static bool is_dtype(const mine_value *value)
{
    return value->kind == VALUE_DTYPE || value->kind == VALUE_DTYPE_OF;
}

/* The condition of a check: the first argument, or the second behind `{…}` or an object.
 */
static cp_expr *checked(mine_run *run, mine_scope *scope, const cp_expr *call)
{
    cp_expr *first = call->args[0].value;
    if (call->arg_count < 2 || first->kind != CP_EXPR_NAME)
        return first;
    const mine_value *value = mine_lookup(run, scope, first->text);
    bool aside = value && (value->kind == VALUE_LIST || value->kind == VALUE_OBJECT);
    return aside ? call->args[1].value : first;
}

static const mine_value *run_check(mine_run *run, mine_scope *scope, cp_expr *call,
                                   cp_str name)
{
    const mine_cond *cond = NULL;
    if (!call->arg_count)
        return &mine_unknown;
    if (call->arg_count >= 2 && name.len > 3 && name.ptr[name.len - 3] == '_') {
        const mine_value *a = mine_eval(run, scope, call->args[0].value);
        const mine_value *b = mine_eval(run, scope, call->args[1].value);
        cond = relation(run, name, a, b, call);
        if (!cond &&
            (cp_str_ends(name, CP_STR("_LE")) || cp_str_ends(name, CP_STR("_LT")) ||
             cp_str_ends(name, CP_STR("_GE")) || cp_str_ends(name, CP_STR("_GT"))))
            return &mine_unknown;
    }
    /* CHECK_TYPE(x, float32) whose definition is not here. */
    if (!cond && call->arg_count == 2 && cp_str_has(name, CP_STR("TYPE"))) {
        const mine_value *a = mine_eval(run, scope, call->args[0].value);
        const mine_value *b = mine_eval(run, scope, call->args[1].value);
        if (a->kind == VALUE_PARAM && is_dtype(b))
            cond = mine_equal(run, mine_dtype_of(run, a), b, call);
    }
    if (!cond)
        cond = mine_condition(run, scope, checked(run, scope, call));
    mine_failure(run, scope->module, call->span.start, mine_not(run->arena, cond),
                 cond->kind == COND_FALSE);
    run->failed = cond->kind == COND_FALSE;
    return &mine_unknown;
}

/* make_unique<T>(…), make_object<T>(…): a T. */
static const mine_value *make_object(mine_run *run, mine_scope *scope, cp_expr *call)
{
    cp_expr *callee = call->kids[0];
    if (callee->kind != CP_EXPR_SUBSCRIPT || callee->kid_count < 2)
        return &mine_unknown;
    mine_args args = mine_arguments(run, scope, call);
    const mine_value *class = mine_native_target(run, scope, callee->kids[1], args.count);
    if (class->kind == VALUE_CLASS)
        return mine_construct(run, class, &args, scope, call);
    mine_need(run, mine_last_name(callee->kids[1]),
              mine_qualifier(run->arena, callee->kids[1]));
    mine_value *bag = cp_new(run->arena, mine_value, 1);
    bag->kind = VALUE_OBJECT;
    bag->object = cp_new(run->arena, mine_object, 1);
    bag->object->path_count = run->path_count;
    return bag;
}

/* is_type<T>(dtype) */
static const mine_value *is_type(mine_run *run, mine_scope *scope, cp_expr *call)
{
    const mine_value *symbol = NULL;
    cp_dtypes set = mine_template_dtypes(run, scope, call->kids[0], &symbol);
    if (!set || !call->arg_count)
        return NULL;
    return mine_bool(run, mine_equal(run, mine_eval(run, scope, call->args[0].value),
                                     mine_dtype_value(run, set), call));
}

/* is_same<A, B>::value, is_same_v<A, B>; NULL where it is something else. */
const mine_value *mine_same_types(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (expr->kind == CP_EXPR_ATTR && cp_str_is(expr->text, "value"))
        expr = expr->kids[0];
    if (expr->kind != CP_EXPR_SUBSCRIPT || expr->kid_count != 3 ||
        (!cp_str_is(mine_last_name(expr), "is_same") &&
         !cp_str_is(mine_last_name(expr), "is_same_v")))
        return NULL;
    const mine_value *a = mine_eval(run, scope, expr->kids[1]);
    const mine_value *b = mine_eval(run, scope, expr->kids[2]);
    bool dtypes = (is_dtype(a) || a->kind == VALUE_SELECT) && is_dtype(b);
    return dtypes ? mine_bool(run, mine_equal(run, a, b, expr)) : &mine_unknown;
}

static const mine_value *member_builtin(mine_run *run, mine_scope *scope, cp_expr *call,
                                        cp_expr *callee, cp_str name)
{
    static const char *const pointers[] = {"data_ptr",
                                           "mutable_data_ptr",
                                           "const_data_ptr",
                                           "packed_accessor32",
                                           "packed_accessor64",
                                           "packed_accessor",
                                           NULL};
    cp_expr *attr = callee->kind == CP_EXPR_SUBSCRIPT ? callee->kids[0] : callee;
    if (attr->kind != CP_EXPR_ATTR)
        return NULL;
    if (cp_str_is_one(name, pointers))
        return mine_data_pointer(run, scope, call, callee);
    const cp_expr *root = attr->kids[0];
    if (root->kind != CP_EXPR_CALL && mine_native_class(run, scope, attr->kids[0]))
        return NULL;
    const mine_value *owner = mine_eval(run, scope, attr->kids[0]);
    if (owner->kind == VALUE_MATCHER)
        return mine_matcher_step(run, scope, owner, call, callee, name);
    return mine_method(run, scope, owner, call);
}

/* Cases of AT_DISPATCH_SWITCH(type, "name", AT_DISPATCH_CASE(T, […] {…}) …). */
static void collect_cases(cp_expr *expr, void *data)
{
    cp_expr **cases = data;
    bool one = expr->kind == CP_EXPR_CALL &&
               cp_str_starts(mine_last_name(expr->kids[0]), CP_STR("AT_DISPATCH_CASE")) &&
               expr->arg_count == 2;
    for (unsigned i = 0; one && i < 40; i++)
        if (!cases[i]) {
            cases[i] = expr;
            return;
        }
}

static cp_dtypes dispatched(cp_str name)
{
    cp_dtypes floats = CP_DTYPES(CP_F32) | CP_DTYPES(CP_F64);
    cp_dtypes ints = CP_DTYPES(CP_I8) | CP_DTYPES(CP_I16) | CP_DTYPES(CP_I32) |
                     CP_DTYPES(CP_I64) | CP_DTYPES(CP_U8);
    cp_dtypes set = 0;
    if (cp_str_has(name, CP_STR("FLOATING_TYPES")))
        set = floats;
    else if (cp_str_has(name, CP_STR("INTEGRAL_TYPES")))
        set = ints;
    else if (cp_str_has(name, CP_STR("ALL_TYPES")))
        set = floats | ints;
    if (cp_str_has(name, CP_STR("_HALF")))
        set |= CP_DTYPES(CP_F16);
    return set;
}

/* AT_DISPATCH_…: what is not dispatched fails; the body is run once for each. */
static const mine_value *dispatch(mine_run *run, mine_scope *scope, cp_expr *call,
                                  cp_str name)
{
    if (call->arg_count < 3)
        return &mine_unknown;
    bool listed = cp_str_has(name, CP_STR("SWITCH"));
    cp_dtypes set = listed ? 0 : dispatched(name);
    cp_expr *cases[40] = {0};
    unsigned type = 0;
    if (listed)
        for (unsigned i = 2; i < call->arg_count; i++)
            cp_expr_walk(call->args[i].value, collect_cases, cases);
    for (unsigned i = 0; listed && i < 40 && cases[i]; i++) {
        const mine_value *one = mine_eval(run, scope, cases[i]->args[0].value);
        if (one->kind != VALUE_DTYPE)
            return &mine_unknown;
        set |= one->set;
    }
    while (!listed && type + 2 < call->arg_count) { /* AND(T1, x.scalar_type(), …) */
        const mine_value *value = mine_eval(run, scope, call->args[type].value);
        if (value->kind != VALUE_DTYPE)
            break;
        set |= value->set;
        type++;
    }
    if (!set)
        return &mine_unknown;
    const mine_value *dtype = mine_eval(run, scope, call->args[type].value);
    const mine_cond *fits = &mine_false;
    for (unsigned d = 0; d < CP_DTYPE_COUNT; d++) {
        if (!(set & CP_DTYPES(d)))
            continue;
        const mine_cond *is =
            mine_equal(run, dtype, mine_dtype_value(run, CP_DTYPES(d)), call);
        fits = mine_or(run->arena, fits, is);
        cp_expr *body = call->args[call->arg_count - 1].value;
        for (unsigned i = 0; listed && i < 40 && cases[i]; i++)
            if (mine_eval(run, scope, cases[i]->args[0].value)->set == CP_DTYPES(d))
                body = cases[i]->args[1].value;
        if (body->kind != CP_EXPR_LAMBDA || is->kind == COND_FALSE)
            continue;
        mine_scope *inner = cp_new(run->arena, mine_scope, 1);
        *inner = (mine_scope){.parent = scope,
                              .module = scope->module,
                              .is_native = true,
                              .self = scope->self};
        mine_set_var(run, inner, CP_STR("scalar_t"), mine_dtype_value(run, CP_DTYPES(d)));
        size_t keep = run->path_count;
        mine_push_path(run, is);
        mine_args none = {0};
        mine_apply(run, mine_func_value(run, body->func, inner, scope->self), &none,
                   scope, call);
        run->path_count = keep;
    }
    mine_failure(run, scope->module, call->span.start, mine_not(run->arena, fits), false);
    run->failed = false;
    return &mine_unknown;
}

const mine_value *mine_builtin_native(mine_run *run, mine_scope *scope, cp_expr *call)
{
    cp_expr *callee = call->kids[0];
    cp_str name = mine_last_name(callee);
    if (cp_str_is(name, "DLDataType"))
        return mine_dlpack_dtype(run, call);
    if (cp_str_starts(name, CP_STR("AT_DISPATCH")))
        return dispatch(run, scope, call, name);
    if (cp_str_is(name, "TensorMatcher"))
        return mine_new_matcher(run, scope, call);
    if (is_throw(name)) {
        mine_failure(run, scope->module, call->span.start, &mine_true, true);
        run->failed = true;
        return &mine_unknown;
    }
    if (is_check(name))
        return run_check(run, scope, call, name);
    if (cp_str_is(name, "is_type") && callee->kind == CP_EXPR_SUBSCRIPT)
        return is_type(run, scope, call);
    bool of_dtype = cp_str_is(name, "scalar_type") && call->arg_count == 1;
    if ((of_dtype || passes_through(name)) && call->arg_count >= 1)
        return mine_passed(run, scope, call);
    if (cp_str_starts(name, CP_STR("make_")) && callee->kind == CP_EXPR_SUBSCRIPT)
        return make_object(run, scope, call);
    if (cp_str_is(name, "FromTyped") && call->arg_count)
        return mine_eval(run, scope, call->args[0].value);
    const mine_value *tensor = mine_native_tensor(run, scope, call, name);
    return tensor ? tensor : member_builtin(run, scope, call, callee, name);
}
