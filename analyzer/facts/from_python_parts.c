#include "facts/from_python.h"

/* Leaves that say nothing by themselves. */
static bool is_silent(cp_python_kind kind)
{
    switch (kind) {
    case CP_PYTHON_TOKEN:
    case CP_PYTHON_COMMENT:
    case CP_PYTHON_LINE_CONTINUATION:
    case CP_PYTHON_STRING_START:
    case CP_PYTHON_STRING_CONTENT:
    case CP_PYTHON_STRING_END:
    case CP_PYTHON_ESCAPE_SEQUENCE:
    case CP_PYTHON_ESCAPE_INTERPOLATION:
    case CP_PYTHON_TYPE_CONVERSION:
    case CP_PYTHON_POSITIONAL_SEPARATOR:
    case CP_PYTHON_KEYWORD_SEPARATOR:
    case CP_PYTHON_IMPORT_PREFIX:
        return true;
    default:
        return false;
    }
}

/* Nodes whose parts belong to what holds them: those of an f-string. */
static bool is_seen_through(cp_python_kind kind)
{
    return kind == CP_PYTHON_INTERPOLATION || kind == CP_PYTHON_FORMAT_SPECIFIER ||
           kind == CP_PYTHON_FORMAT_EXPRESSION;
}

/*
 * Kids in source order. What is seen through is entered and not lowered, so the
 * walk needs no recursion of its own.
 */
void cp_lower_fill_other(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    expr->kind = CP_EXPR_OTHER;
    expr->text = cp_lower_name(lower, node);
    size_t room = 0;
    uint32_t i = node + 1;
    while (i < lower->nodes[node].next) {
        cp_python_kind kind = cp_lower_kind(lower, i);
        if (is_seen_through(kind)) {
            i++;
            continue;
        }
        if (!is_silent(kind)) {
            cp_expr *kid = cp_lower_expr(lower, i);
            cp_push(lower->arena, expr->kids, expr->kid_count, room, kid);
        }
        i = lower->nodes[i].next;
    }
}

cp_expr *cp_lower_other(cp_lower *lower, uint32_t node)
{
    cp_expr *expr = cp_new(lower->arena, cp_expr, 1);
    uint32_t unread = lower->unread;
    expr->span = expr->outer = cp_lower_span(lower, node);
    expr->code = lower->text + expr->span.start;
    cp_lower_fill_other(lower, node, expr);
    expr->has_error = lower->nodes[node].broken || lower->unread != unread;
    return expr;
}

static cp_arg argument(cp_lower *lower, uint32_t node)
{
    cp_arg arg = {.span = cp_lower_span(lower, node)};
    if (cp_lower_kind(lower, node) != CP_PYTHON_KEYWORD_ARGUMENT) {
        arg.value = cp_lower_expr(lower, node);
        return arg;
    }
    uint32_t name = cp_lower_part(lower, node, 0);
    arg.name = name ? cp_lower_text(lower, name) : CP_STR("");
    arg.value = cp_lower_expr(lower, cp_lower_part(lower, node, 1));
    return arg;
}

cp_arg *cp_lower_args(cp_lower *lower, uint32_t list, uint32_t *count)
{
    *count = 0;
    if (!list)
        return NULL;
    size_t room = 1;
    cp_each_child(lower, list, child) room += !is_silent(cp_lower_kind(lower, child));
    cp_arg *args = cp_new(lower->arena, cp_arg, room);
    if (cp_lower_kind(lower, list) != CP_PYTHON_ARGUMENT_LIST) { /* f(x for x in y) */
        cp_push(lower->arena, args, *count, room, argument(lower, list));
        return args;
    }
    cp_each_child(lower, list, child)
    {
        if (!is_silent(cp_lower_kind(lower, child)))
            cp_push(lower->arena, args, *count, room, argument(lower, child));
    }
    return args;
}

cp_expr *cp_lower_tuple(cp_lower *lower, uint32_t parent, uint32_t first, uint32_t end)
{
    cp_expr *expr = cp_new(lower->arena, cp_expr, 1);
    uint32_t count = 0, last = first;
    for (uint32_t i = first; i && i != end; count++) {
        last = i;
        i = cp_python_part_from(lower->nodes, parent, lower->nodes[i].next);
    }
    *expr = (cp_expr){
        .kind = CP_EXPR_TUPLE,
        .text = CP_STR("("),
        .span = {lower->nodes[first].start, lower->nodes[last].end},
        .code = lower->text + lower->nodes[first].start,
        .has_error = lower->nodes[parent].broken,
    };
    expr->outer = expr->span;
    expr->kids = cp_new(lower->arena, cp_expr *, count);
    expr->kid_count = count;
    uint32_t at = first;
    for (uint32_t i = 0; i < count; i++) {
        expr->kids[i] = cp_lower_expr(lower, at);
        at = cp_python_part_from(lower->nodes, parent, lower->nodes[at].next);
    }
    return expr;
}

void cp_lower_type_call(cp_lower *lower, uint32_t type, cp_expr **target)
{
    uint32_t start = lower->nodes[type].start;
    cp_expr **at = target;
    while ((*at)->kind == CP_EXPR_ATTR || (*at)->kind == CP_EXPR_SUBSCRIPT ||
           (*at)->kind == CP_EXPR_CALL) {
        (*at)->span.start = (*at)->outer.start = start;
        (*at)->code = lower->text + start;
        at = &(*at)->kids[0];
    }
    cp_expr *name = cp_new(lower->arena, cp_expr, 1), *call, *inner = *at;
    name->kind = CP_EXPR_NAME;
    name->text = cp_lower_text(lower, type);
    name->span = name->outer = cp_lower_span(lower, type);
    name->code = lower->text + start;

    call = cp_new(lower->arena, cp_expr, 1);
    *call = (cp_expr){.kind = CP_EXPR_CALL, .code = name->code, .kid_count = 1};
    call->span = call->outer = (cp_span){start, inner->outer.end};
    call->kids = cp_new(lower->arena, cp_expr *, 1);
    call->kids[0] = name;
    bool several = inner->kind == CP_EXPR_TUPLE;
    call->arg_count = several ? inner->kid_count & 0xfffff : 1;
    call->args = cp_new(lower->arena, cp_arg, call->arg_count);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        cp_expr *value = several ? inner->kids[i] : inner;
        call->args[i] = (cp_arg){.value = value, .span = value->outer};
    }
    if (!several) /* the parentheses are the call's now */
        inner->outer = call->args[0].span = inner->span;
    *at = call;
}
