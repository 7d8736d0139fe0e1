#include "facts/native_read.h"

/* Nesting that is read; deeper code is an error of the file. */
#define READ_DEPTH 300

static cp_expr *with_kids(native_reader *r, cp_expr_kind kind, cp_str text, uint32_t from,
                          cp_expr *a, cp_expr *b)
{
    cp_expr *expr = native_new_expr(r, kind, from, r->at > from ? r->at : from);
    expr->text = text;
    native_add_kid(r, expr, a);
    if (b)
        native_add_kid(r, expr, b);
    return expr;
}

cp_expr *native_expr_of(native_reader *r, uint32_t from, uint32_t to)
{
    uint32_t end = r->end, at = r->at;
    r->at = from;
    r->end = to;
    cp_expr *expr = native_expr(r);
    if (r->at < to) {
        /* Parts without a comma between them, such as the cases of a dispatch macro. */
        cp_expr *all = native_new_expr(r, CP_EXPR_OTHER, from, to);
        all->text = CP_STR("parts");
        native_add_kid(r, all, expr);
        while (r->at < to) {
            uint32_t before = r->at;
            native_add_kid(r, all, native_expr(r));
            if (r->at == before)
                r->at++;
        }
        expr = all;
    }
    r->end = end;
    r->at = at;
    return expr;
}

static cp_expr *template_args(native_reader *r, cp_expr *callee, uint32_t from,
                              uint32_t end)
{
    cp_expr *expr = native_new_expr(r, CP_EXPR_SUBSCRIPT, from, end);
    expr->text = CP_STR("<");
    native_add_kid(r, expr, callee);
    for (uint32_t at = r->at + 1; at + 1 < end;) {
        uint32_t stop = native_part_end(r, at, end - 1);
        native_add_kid(r, expr, native_type_of(r, at, stop));
        at = stop + 1;
    }
    r->at = end;
    return expr;
}

cp_expr *native_call(native_reader *r, cp_expr *callee, uint32_t open)
{
    uint32_t close = r->tokens[open].match;
    cp_expr *call = native_new_expr(r, CP_EXPR_CALL, open, close + 1);
    if (callee->span.end) {
        call->span.start = callee->span.start;
        if (call->span.end < call->span.start) /* a macro's text is all at one place */
            call->span.end = callee->span.end;
        call->code = callee->code;
        call->outer = call->span;
    }
    native_add_kid(r, call, callee);
    size_t room = 0, count = 0;
    for (uint32_t at = open + 1; at < close;) {
        uint32_t stop = native_part_end(r, at, close);
        cp_arg arg = {0};
        uint32_t from = at;
        if (native_is(r, at, ".") && native_is_name(r, at + 1) &&
            native_is(r, at + 2, "=")) {
            arg.name = r->tokens[at + 1].text;
            from = at + 3;
        }
        arg.value = native_expr_of(r, from, stop);
        arg.span = arg.value->span;
        cp_push(r->arena, call->args, count, room, arg);
        at = stop + 1;
    }
    call->arg_count = (unsigned)count & 0xfffff;
    r->at = close + 1;
    return call;
}

static cp_expr *brace_list(native_reader *r)
{
    uint32_t open = r->at, close = r->tokens[open].match;
    cp_expr *list = native_new_expr(r, CP_EXPR_TUPLE, open, close + 1);
    list->text = CP_STR("{");
    for (uint32_t at = open + 1; at < close;) {
        uint32_t stop = native_part_end(r, at, close);
        if (native_is(r, at, ".") && native_is(r, at + 2, "="))
            at += 3;
        native_add_kid(r, list, native_expr_of(r, at, stop));
        at = stop + 1;
    }
    r->at = close + 1;
    return list;
}

/* `(T)x`: whether the parentheses at r->at hold nothing but a type that casts. */
static bool is_cast(const native_reader *r)
{
    uint32_t close = r->tokens[r->at].match;
    bool named = false;
    for (uint32_t i = r->at + 1; i < close; i++) {
        const native_token *t = &r->tokens[i];
        if (t->kind == TOKEN_NAME)
            named = true;
        else if (t->kind != TOKEN_PUNCT ||
                 !(cp_str_is(t->text, "::") || cp_str_is(t->text, "*") ||
                   cp_str_is(t->text, "<") || cp_str_is(t->text, ">") ||
                   cp_str_is(t->text, ",")))
            return false;
    }
    if (!named || close + 1 >= r->end)
        return false;
    const native_token *next = &r->tokens[close + 1];
    if (native_is(r, close - 1, "*") && close - 1 > r->at + 1)
        return !native_is(r, close + 1, ")") && !native_is(r, close + 1, ",");
    return next->kind != TOKEN_PUNCT && !native_is_word(r, close + 1, "and") &&
           !native_is_word(r, close + 1, "or");
}

static cp_expr *unary(native_reader *r);

/* `(T *)x`, written down as static_cast<T *>(x). */
static cp_expr *pointer_cast(native_reader *r, cp_expr *type, cp_expr *value,
                             uint32_t from)
{
    cp_expr *name = native_new_expr(r, CP_EXPR_NAME, from, from + 1);
    name->text = CP_STR("static_cast");
    cp_expr *callee = with_kids(r, CP_EXPR_SUBSCRIPT, CP_STR("<"), from, name, type);
    cp_expr *call = with_kids(r, CP_EXPR_CALL, (cp_str){0}, from, callee, NULL);
    call->args = cp_new(r->arena, cp_arg, 1);
    call->args[0] = (cp_arg){.value = value, .span = value->span};
    call->arg_count = 1;
    return call;
}

static cp_expr *parenthesised(native_reader *r)
{
    uint32_t open = r->at, close = r->tokens[open].match;
    if (is_cast(r)) {
        r->at = close + 1;
        cp_expr *value = unary(r);
        cp_expr *type = native_type_of(r, open + 1, close);
        return type->stars ? pointer_cast(r, type, value, open) : value;
    }
    cp_expr *expr = native_new_expr(r, CP_EXPR_OTHER, open, close + 1);
    for (uint32_t at = open + 1; at < close;) {
        uint32_t stop = native_part_end(r, at, close);
        expr = native_expr_of(r, at, stop); /* a comma gives its last operand */
        at = stop + 1;
    }
    expr->outer = (cp_span){r->tokens[open].at, r->tokens[close].end};
    r->at = close + 1;
    return expr;
}

static cp_expr *primary(native_reader *r)
{
    uint32_t from = r->at;
    const native_token *t = &r->tokens[from];
    if (t->kind == TOKEN_STRING || t->kind == TOKEN_NUMBER) {
        while (r->at < r->end && r->tokens[r->at].kind == t->kind)
            r->at++;
        cp_expr *expr = native_new_expr(
            r, t->kind == TOKEN_STRING ? CP_EXPR_STRING : CP_EXPR_NUMBER, from, r->at);
        expr->text = t->text;
        /* "a" "b": one text */
        for (uint32_t i = from + 1; t->kind == TOKEN_STRING && i < r->at; i++)
            expr->text = cp_str_printf(r->arena, "%.*s%.*s", CP_STR_ARGS(expr->text),
                                       CP_STR_ARGS(r->tokens[i].text));
        return expr;
    }
    if (t->kind == TOKEN_PUNCT) {
        if (t->match && cp_str_is(t->text, "("))
            return parenthesised(r);
        if (t->match && cp_str_is(t->text, "{"))
            return brace_list(r);
        if (t->match && cp_str_is(t->text, "["))
            return native_lambda(r);
        if (cp_str_is(t->text, "::") && native_is_name(r, from + 1)) {
            r->at++;
            return primary(r);
        }
        native_broken(r, from);
        r->at++;
        return native_new_expr(r, CP_EXPR_OTHER, from, r->at);
    }
    r->at++;
    if (cp_str_is(t->text, "true") || cp_str_is(t->text, "false") ||
        cp_str_is(t->text, "nullptr") || cp_str_is(t->text, "NULL") ||
        cp_str_is(t->text, "nullopt")) {
        cp_expr *expr = native_new_expr(r, CP_EXPR_CONST, from, r->at);
        expr->text = cp_str_is(t->text, "true")    ? CP_STR("True")
                     : cp_str_is(t->text, "false") ? CP_STR("False")
                                                   : CP_STR("None");
        return expr;
    }
    return native_name(r, from);
}

static cp_expr *attribute(native_reader *r, cp_expr *owner, uint32_t from)
{
    r->at++;
    native_take_word(r, "template");
    native_take(r, "~");
    if (!native_is_name(r, r->at))
        return owner;
    cp_expr *expr = native_new_expr(r, CP_EXPR_ATTR, from, r->at + 1);
    expr->text = r->tokens[r->at].text;
    native_add_kid(r, expr, owner);
    r->at++;
    return expr;
}

static cp_expr *kernel_launch(native_reader *r, cp_expr *callee, uint32_t from)
{
    while (r->at < r->end && !(native_is(r, r->at, ">") && native_is(r, r->at + 1, ">") &&
                               native_is(r, r->at + 2, ">")))
        r->at = r->tokens[r->at].match ? r->tokens[r->at].match + 1 : r->at + 1;
    r->at = r->at + 3 <= r->end ? r->at + 3 : r->end;
    cp_expr *expr = with_kids(r, CP_EXPR_OTHER, CP_STR("launch"), from, callee, NULL);
    if (native_is(r, r->at, "(") && r->tokens[r->at].match) {
        const cp_expr *call = native_call(r, callee, r->at);
        for (unsigned i = 0; i < call->arg_count; i++)
            native_add_kid(r, expr, call->args[i].value);
    }
    return expr;
}

static bool is_type_like(const cp_expr *expr)
{
    return expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR ||
           (expr->kind == CP_EXPR_SUBSCRIPT && cp_str_is(expr->text, "<"));
}

static cp_expr *postfix(native_reader *r)
{
    uint32_t from = r->at;
    cp_expr *expr = primary(r);
    while (r->at < r->end) {
        const native_token *t = &r->tokens[r->at];
        if (t->kind != TOKEN_PUNCT)
            break;
        if (cp_str_is(t->text, ".") || cp_str_is(t->text, "->") ||
            cp_str_is(t->text, "::")) {
            expr = attribute(r, expr, from);
        } else if (cp_str_is(t->text, "<") && is_type_like(expr)) {
            uint32_t end = native_angle_end(r, r->at);
            if (!end || !native_follows_template(r, end))
                break;
            expr = template_args(r, expr, from, end);
        } else if (t->match && cp_str_is(t->text, "(")) {
            expr = native_call(r, expr, r->at);
        } else if (t->match && cp_str_is(t->text, "{") && is_type_like(expr)) {
            expr = native_call(r, expr, r->at);
        } else if (t->match && cp_str_is(t->text, "[")) {
            uint32_t close = t->match;
            cp_expr *index = native_expr_of(r, r->at + 1, close);
            r->at = close + 1;
            expr = with_kids(r, CP_EXPR_SUBSCRIPT, (cp_str){0}, from, expr, index);
        } else if (cp_str_is(t->text, "<<<")) {
            expr = kernel_launch(r, expr, from);
        } else if (cp_str_is(t->text, "++") || cp_str_is(t->text, "--")) {
            r->at++;
            expr = with_kids(r, CP_EXPR_UNARY, t->text, from, expr, NULL);
        } else {
            break;
        }
    }
    return expr;
}

static cp_expr *unary(native_reader *r)
{
    static const char *const before[] = {"!", "-", "+", "~", "*", "&", "++", "--", "&&"};
    uint32_t from = r->at;
    if (r->at >= r->end || r->depth > READ_DEPTH) {
        native_broken(r, r->at);
        r->at = r->end;
        return native_new_expr(r, CP_EXPR_OTHER, from, from);
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (!native_take(r, before[i]))
            continue;
        cp_str text = i == 0 ? CP_STR("not") : cp_str_of(before[i]);
        r->depth++;
        cp_expr *kid = unary(r);
        r->depth--;
        return with_kids(r, CP_EXPR_UNARY, text, from, kid, NULL);
    }
    if (native_take_word(r, "not"))
        return with_kids(r, CP_EXPR_UNARY, CP_STR("not"), from, unary(r), NULL);
    if (native_is_word(r, from, "new") || native_is_word(r, from, "co_await") ||
        native_is_word(r, from, "delete"))
        r->at++;
    return postfix(r);
}

typedef struct operator_info {
    const char *text;
    int level; /* higher binds closer */
    cp_expr_kind kind;
    const char *fact; /* as the facts write it, if differently */
} operator_info;

static const operator_info operators[] = {
    {"*", 10, CP_EXPR_BINARY, NULL},  {"/", 10, CP_EXPR_BINARY, NULL},
    {"%", 10, CP_EXPR_BINARY, NULL},  {"+", 9, CP_EXPR_BINARY, NULL},
    {"-", 9, CP_EXPR_BINARY, NULL},   {"<<", 8, CP_EXPR_BINARY, NULL},
    {"<", 7, CP_EXPR_COMPARE, NULL},  {">", 7, CP_EXPR_COMPARE, NULL},
    {"<=", 7, CP_EXPR_COMPARE, NULL}, {">=", 7, CP_EXPR_COMPARE, NULL},
    {"==", 6, CP_EXPR_COMPARE, NULL}, {"!=", 6, CP_EXPR_COMPARE, NULL},
    {"&", 5, CP_EXPR_BINARY, NULL},   {"^", 5, CP_EXPR_BINARY, NULL},
    {"|", 4, CP_EXPR_BINARY, NULL},   {"&&", 3, CP_EXPR_BOOL, "and"},
    {"||", 2, CP_EXPR_BOOL, "or"},    {"=", 0, CP_EXPR_BINARY, NULL},
    {"+=", 0, CP_EXPR_BINARY, NULL},  {"-=", 0, CP_EXPR_BINARY, NULL},
    {"*=", 0, CP_EXPR_BINARY, NULL},  {"/=", 0, CP_EXPR_BINARY, NULL},
    {"|=", 0, CP_EXPR_BINARY, NULL},  {"&=", 0, CP_EXPR_BINARY, NULL},
    {"<<=", 0, CP_EXPR_BINARY, NULL}, {"%=", 0, CP_EXPR_BINARY, NULL},
    {"^=", 0, CP_EXPR_BINARY, NULL},
};

static const operator_info *operator_at(const native_reader *r)
{
    if (native_is_word(r, r->at, "and"))
        return operators + 15;
    if (native_is_word(r, r->at, "or"))
        return operators + 16;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (native_is(r, r->at, operators[i].text))
            return operators + i;
    return NULL;
}

/* `>>=`, which are two tokens as `>>` is. */
static bool is_shift_assign(const native_reader *r)
{
    return native_is(r, r->at, ">") && native_is(r, r->at + 1, ">=") &&
           r->tokens[r->at + 1].at == r->tokens[r->at].at + 1;
}

static cp_expr *binary(native_reader *r, int level)
{
    uint32_t from = r->at;
    cp_expr *left = unary(r);
    for (;;) {
        const operator_info *op = operator_at(r);
        if (!op || op->level < level || is_shift_assign(r))
            return left;
        bool shift = op->text[0] == '>' && !op->text[1] && native_is(r, r->at + 1, ">") &&
                     r->tokens[r->at + 1].at == r->tokens[r->at].at + 1;
        r->at += shift ? 2 : 1;
        r->depth++;
        cp_expr *right = binary(r, op->level + 1);
        r->depth--;
        cp_str text = shift ? CP_STR(">>") : cp_str_of(op->fact ? op->fact : op->text);
        left = with_kids(r, shift ? CP_EXPR_BINARY : op->kind, text, from, left, right);
    }
}

cp_expr *native_expr(native_reader *r)
{
    uint32_t from = r->at;
    r->depth++;
    cp_expr *expr = binary(r, 1);
    if (native_take(r, "?")) {
        cp_expr *yes = native_expr(r);
        native_take(r, ":");
        cp_expr *no = native_expr(r);
        cp_expr *all = with_kids(r, CP_EXPR_TERNARY, (cp_str){0}, from, yes, expr);
        native_add_kid(r, all, no);
        expr = all;
    }
    const operator_info *op = operator_at(r);
    if (op && (op->level == 0 || is_shift_assign(r))) {
        r->at += op->level == 0 ? 1 : 2;
        cp_expr *value = native_expr(r);
        expr = with_kids(r, CP_EXPR_BINARY, cp_str_of(op->text), from, expr, value);
    }
    r->depth--;
    return expr;
}
