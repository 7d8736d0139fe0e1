#include "facts/native_read.h"

/* `template <typename T, int N = 4>` at `at`: its parameters; the index behind it. */
static uint32_t read_template(native_reader *r, uint32_t at, cp_expr **params)
{
    while (native_is_word(r, at, "template") && native_is(r, at + 1, "<")) {
        uint32_t end = native_angle_end(r, at + 1);
        if (!end)
            break;
        cp_expr *all = native_new_expr(r, CP_EXPR_OTHER, at, end);
        for (uint32_t i = at + 2; i + 1 < end;) {
            uint32_t stop = native_part_end(r, i, end - 1), name = stop;
            for (uint32_t k = i; k < stop && name == stop; k++)
                if (native_is(r, k, "="))
                    name = k;
            native_add_kid(r, all,
                           name > i && native_is_name(r, name - 1)
                               ? native_name(r, name - 1)
                               : native_new_expr(r, CP_EXPR_OTHER, i, stop));
            i = stop + 1;
        }
        *params = all;
        at = end;
    }
    if (native_is_word(r, at, "requires"))
        while (at < r->end && !native_is_name(r, ++at))
            ;
    return at;
}

/* The `(` of the parameters of the function whose head starts at `at`, or 0. */
static uint32_t head_open(const native_reader *r, uint32_t at, uint32_t to)
{
    for (; at < to; at++) {
        if (native_is(r, at, "<") && at && native_is_name(r, at - 1)) {
            uint32_t end = native_angle_end(r, at);
            if (end)
                at = end - 1;
        } else if (native_is(r, at, "(") && r->tokens[at].match) {
            bool name = at && native_is_name(r, at - 1) &&
                        !native_is_word(r, at - 1, "__attribute__") &&
                        !native_is_word(r, at - 1, "__launch_bounds__") &&
                        !native_is_word(r, at - 1, "alignas") &&
                        !native_is_word(r, at - 1, "decltype");
            bool call_operator = native_is_word(r, at - 1, "operator");
            if (call_operator && native_is(r, at + 2, "("))
                return at + 2;
            if (name)
                return at;
            at = r->tokens[at].match;
        } else if (native_is(r, at, "{") || native_is(r, at, ";") ||
                   native_is(r, at, "=")) {
            return 0;
        }
    }
    return 0;
}

/* `: a(b), C(d)` before the body: a leading "init" statement for each. */
static void add_inits(native_reader *r, cp_func *func, uint32_t from, uint32_t to)
{
    size_t room = 0, count = 0;
    cp_stmt **stmts = NULL;
    for (uint32_t at = from; at < to;) {
        uint32_t stop = native_part_end(r, at, to);
        cp_stmt *stmt = native_new_stmt(r, CP_STMT_EXPR, at, stop);
        stmt->text = CP_STR("init");
        stmt->value = native_expr_of(r, at, stop);
        cp_push(r->arena, stmts, count, room, stmt);
        at = stop + 1;
    }
    for (uint32_t i = 0; i < func->body.count; i++)
        cp_push(r->arena, stmts, count, room, func->body.stmts[i]);
    func->body.stmts = stmts;
    func->body.count = (uint32_t)count;
}

/* The `{` of the body behind the parameters at `open`; *inits is where those start. */
static uint32_t find_body(const native_reader *r, uint32_t open, uint32_t to,
                          uint32_t *inits)
{
    *inits = 0;
    for (uint32_t at = r->tokens[open].match + 1; at < to; at++) {
        if (native_is(r, at, ":") && !*inits)
            *inits = at + 1;
        if (native_is(r, at, ";"))
            return 0;
        bool member = *inits && at > *inits &&
                      (native_is_name(r, at - 1) || native_is(r, at - 1, ">"));
        if (native_is(r, at, "{") && !member)
            return at;
        if (r->tokens[at].match)
            at = r->tokens[at].match;
    }
    return 0;
}

/* "A::B::f" before the `(` at `open`. */
static cp_str head_name(native_reader *r, uint32_t open, cp_str *qualname)
{
    uint32_t at = open - 1;
    if (native_is_word(r, at - 1, "operator") || native_is(r, at, ")")) {
        *qualname = CP_STR("operator()");
        return *qualname;
    }
    cp_str name = r->tokens[at].text;
    *qualname = name;
    while (at >= 2 && native_is(r, at - 1, "::")) {
        at -= 2;
        if (native_is(r, at, ">"))
            while (at && !native_is(r, at, "<"))
                at--;
        if (at && native_is(r, at, "<"))
            at--;
        if (!native_is_name(r, at))
            break;
        *qualname = cp_str_printf(r->arena, "%.*s::%.*s", CP_STR_ARGS(r->tokens[at].text),
                                  CP_STR_ARGS(*qualname));
    }
    return name;
}

static cp_stmt *def_of(native_reader *r, cp_func *func, uint32_t from, uint32_t to)
{
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_DEF, from, to);
    stmt->func = func;
    return stmt;
}

/* The function of tokens [from, to), body included; NULL if it is none. */
static cp_stmt *read_function(native_reader *r, uint32_t from, uint32_t to)
{
    cp_expr *params = NULL;
    uint32_t inits, start = read_template(r, from, &params);
    uint32_t open = head_open(r, start, to),
             brace = open ? find_body(r, open, to, &inits) : 0;
    if (!brace)
        return NULL;
    cp_str qualname, name = head_name(r, open, &qualname);
    cp_func *func = native_new_func(r, name, from, r->tokens[brace].match + 1);
    func->qualname = qualname;
    func->type_params = params;
    native_params(r, func, open);
    r->func = func;
    uint32_t broken = r->broken;
    func->body = native_block(r, brace + 1, r->tokens[brace].match);
    if (inits)
        add_inits(r, func, inits, brace);
    func->has_error = r->broken > broken;
    r->func = NULL;
    return def_of(r, func, from, r->tokens[brace].match + 1);
}

static void read_scope(native_reader *r, uint32_t from, uint32_t to, cp_block *block);

static cp_str within(native_reader *r, cp_str name)
{
    if (!name.len || !r->space.len)
        return name.len ? name : r->space;
    return cp_str_printf(r->arena, "%.*s::%.*s", CP_STR_ARGS(r->space),
                         CP_STR_ARGS(name));
}

static cp_stmt *read_class(native_reader *r, uint32_t from, uint32_t brace)
{
    cp_expr *params = NULL;
    uint32_t at = read_template(r, from, &params) + 1, colon;
    cp_class *class = cp_new(r->arena, cp_class, 1);
    at = native_skip_specifiers(r, at);
    while (at + 1 < brace && native_is_name(r, at) && native_is_name(r, at + 1) &&
           !native_is_word(r, at + 1, "final"))
        at++; /* an export macro before the name */
    class->name = class->qualname =
        native_is_name(r, at) ? r->tokens[at].text : (cp_str){0};
    class->type_params = params;
    class->module = r->module;
    class->space = r->space;
    class->methods.arena = r->arena;
    class->span = (cp_span){r->tokens[from].at, r->tokens[r->tokens[brace].match].end};
    for (colon = at; colon < brace && !native_is(r, colon, ":"); colon++)
        ;
    size_t room = 0, count = 0;
    for (uint32_t i = colon + 1; i < brace;) {
        uint32_t stop = native_part_end(r, i, brace), start = i;
        while (
            native_is_word(r, start, "public") || native_is_word(r, start, "private") ||
            native_is_word(r, start, "protected") || native_is_word(r, start, "virtual"))
            start++;
        cp_push(r->arena, class->bases, count, room, native_type_of(r, start, stop));
        i = stop + 1;
    }
    class->base_count = (uint32_t)count;
    size_t classes = r->module->class_count;
    cp_push(r->arena, r->module->classes, classes, r->class_room, class);
    r->module->class_count = (uint32_t)classes;
    cp_class *outer = r->class;
    r->class = class;
    r->space = within(r, class->name);
    read_scope(r, brace + 1, r->tokens[brace].match, &class->body);
    r->space = class->space;
    r->class = outer;
    for (uint32_t i = 0; i < class->body.count; i++)
        if (class->body.stmts[i]->kind == CP_STMT_DEF)
            cp_map_put(&class->methods, class->body.stmts[i]->func->name,
                       class->body.stmts[i]->func);
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_CLASS, from, brace);
    stmt->class = class;
    return stmt;
}

/* What libclang says starts at this token, or -1. */
static int decl_at(native_reader *r, uint32_t at)
{
    uint32_t offset = r->tokens[at].at;
    while (r->decl_at < r->decl_count && r->decls[r->decl_at].start < offset)
        r->decl_at++;
    if (r->decl_at < r->decl_count && r->decls[r->decl_at].start == offset)
        return (int)r->decls[r->decl_at].kind;
    return -1;
}

/* Where the declaration or macro call at `at` stops: behind its `;` or its body. */
static uint32_t item_end(const native_reader *r, uint32_t at, uint32_t to,
                         uint32_t *brace)
{
    *brace = 0;
    for (uint32_t i = at; i < to; i++) {
        if (native_is(r, i, ";"))
            return i + 1;
        if (native_is(r, i, "{") && r->tokens[i].match) {
            bool init = i > at && (native_is(r, i - 1, "=") || native_is(r, i - 1, ","));
            uint32_t after = r->tokens[i].match + 1;
            if (!init && !native_is(r, after, ",") && !native_is(r, after, ";") &&
                !native_is(r, after, "{")) {
                *brace = i;
                return after;
            }
            if (!init && !*brace)
                *brace = i;
            i = after - 1;
        } else if (native_is(r, i, "(") && r->tokens[i].match) {
            i = r->tokens[i].match;
        }
    }
    return to;
}

typedef struct scope_buf {
    cp_stmt **items;
    size_t count, room;
} scope_buf;

static void add_all(native_reader *r, scope_buf *buf, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count; i++)
        cp_push(r->arena, buf->items, buf->count, buf->room, block->stmts[i]);
}

/* Whether a class or enum of that word starts at `at`, templates aside. */
static bool starts_with(native_reader *r, uint32_t at, const char *a, const char *b)
{
    cp_expr *ignored;
    at = read_template(r, at, &ignored);
    return native_is_word(r, at, a) || (b && native_is_word(r, at, b));
}

/* "a::b" of `namespace a::b {`, whose words end at `brace`. */
static cp_str space_name(native_reader *r, uint32_t at, uint32_t brace)
{
    while (at < brace && !native_is_word(r, at, "namespace"))
        at++;
    cp_str keep = r->space, name = keep;
    for (at++; at < brace; at++)
        if (native_is_name(r, at) && !native_is_word(r, at, "inline")) {
            name = within(r, r->tokens[at].text);
            r->space = name;
        }
    r->space = keep;
    return name;
}

/* One item of a namespace or class at `at`; the index behind it. */
static uint32_t read_item(native_reader *r, uint32_t at, uint32_t to, scope_buf *buf)
{
    uint32_t brace, end = item_end(r, at, to, &brace);
    int kind = decl_at(r, at);
    bool space = kind == CP_CUDA_NAMESPACE || native_is_word(r, at, "namespace") ||
                 (native_is_word(r, at, "extern") && brace == at + 2);
    cp_block inner = {0};
    if (space && brace) {
        cp_str around = r->space;
        r->space = space_name(r, at, brace);
        read_scope(r, brace + 1, r->tokens[brace].match, &inner);
        r->space = around;
        add_all(r, buf, &inner);
        return r->tokens[brace].match + 1;
    }
    if (kind == CP_CUDA_ENUM || starts_with(r, at, "enum", NULL))
        return end;
    bool class = kind == CP_CUDA_CLASS || starts_with(r, at, "class", "struct");
    cp_stmt *stmt = NULL;
    if (brace && class && !(head_open(r, at, brace) && kind != CP_CUDA_CLASS))
        stmt = read_class(r, at, brace);
    if (!stmt && (brace || kind == CP_CUDA_FUNCTION))
        stmt = read_function(r, at, end);
    if (stmt) {
        cp_push(r->arena, buf->items, buf->count, buf->room, stmt);
        return end;
    }
    cp_block block = native_block(r, at, end);
    add_all(r, buf, &block);
    return end;
}

static void read_scope(native_reader *r, uint32_t from, uint32_t to, cp_block *block)
{
    scope_buf buf = {0};
    for (uint32_t at = from; at < to;) {
        bool access =
            (native_is_word(r, at, "public") || native_is_word(r, at, "private") ||
             native_is_word(r, at, "protected")) &&
            native_is(r, at + 1, ":");
        if (access)
            at += 2;
        else if (native_is(r, at, ";") || native_is(r, at, "}"))
            at++;
        else
            at = read_item(r, at, to, &buf);
    }
    *block = (cp_block){buf.items, (uint32_t)buf.count, {0, 0}};
}

cp_module *cp_facts_from_native(cp_arena *arena, const cp_source *source,
                                const cp_cuda_decl *decls, size_t decl_count,
                                const cp_macros *macros)
{
    cp_module *module = cp_new(arena, cp_module, 1);
    module->source = source;
    module->is_native = true;
    cp_arena scratch = {0};
    native_tokens raw = native_lex(&scratch, source->text, NULL, NULL);
    uint32_t lost = 0;
    bool fits = native_match(&raw, &lost);
    native_tokens tokens = native_expand(&scratch, arena, &raw, macros, source);
    fits = native_match(&tokens, &lost) && fits;
    native_reader r = {.arena = arena,
                       .text = source->text.ptr,
                       .tokens = tokens.items,
                       .end = (uint32_t)tokens.count,
                       .module = module,
                       .decls = decls,
                       .decl_count = decl_count};
    if (!fits) {
        cp_span span = {lost, lost + 1};
        cp_push(arena, module->errors, module->error_count, r.error_room, span);
    }
    read_scope(&r, 0, r.end, &module->body);
    cp_arena_dispose(&scratch);
    return module;
}
