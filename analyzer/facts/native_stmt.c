#include "facts/native_read.h"

/* Statements of one block, under construction. */
typedef struct block_buf {
    cp_stmt **items;
    size_t count, room;
} block_buf;

cp_stmt *native_new_stmt(native_reader *r, cp_stmt_kind kind, uint32_t from, uint32_t to)
{
    cp_stmt *stmt = cp_new(r->arena, cp_stmt, 1);
    stmt->kind = kind;
    if (from < to && to <= r->end) {
        uint32_t start = r->tokens[from].at, end = r->tokens[to - 1].end;
        stmt->span = (cp_span){start, end > start ? end : start};
    }
    return stmt;
}

static void add_stmt(native_reader *r, block_buf *buf, cp_stmt *stmt)
{
    if (stmt)
        cp_push(r->arena, buf->items, buf->count, buf->room, stmt);
}

static cp_block finish(const block_buf *buf)
{
    cp_block block = {buf->items, (uint32_t)buf->count, {0, 0}};
    if (buf->count)
        block.span =
            (cp_span){buf->items[0]->span.start, buf->items[buf->count - 1]->span.end};
    return block;
}

/* The index of the `;` that ends the statement at r->at, or the end of the block. */
static uint32_t statement_end(const native_reader *r)
{
    uint32_t i = r->at;
    while (i < r->end && !native_is(r, i, ";"))
        i = r->tokens[i].match ? r->tokens[i].match + 1 : i + 1;
    return i < r->end ? i : r->end;
}

/* One declarator `name = value` of a declaration; the type is `type`. */
static void declarator(native_reader *r, block_buf *buf, cp_expr *type, uint32_t name,
                       uint32_t end)
{
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_ASSIGN, name, end);
    stmt->annotation = type;
    stmt->targets = cp_new(r->arena, cp_expr *, 1);
    stmt->target_count = 1;
    uint32_t at = name + 1;
    if (native_is(r, name, "[")) {
        uint32_t keep = r->at;
        r->at = name;
        cp_expr *names =
            native_new_expr(r, CP_EXPR_TUPLE, name, r->tokens[name].match + 1);
        for (uint32_t i = name + 1; i < r->tokens[name].match; i++)
            if (native_is_name(r, i))
                native_add_kid(r, names, native_name(r, i));
        stmt->targets[0] = names;
        at = r->tokens[name].match + 1;
        r->at = keep;
    } else {
        stmt->targets[0] = native_name(r, name);
    }
    while (native_is(r, at, "[") && r->tokens[at].match)
        at = r->tokens[at].match + 1;
    if (native_is(r, at, "=") && at + 1 < end) {
        stmt->value = native_expr_of(r, at + 1, end);
    } else if (at < end && r->tokens[at].match) {
        uint32_t keep = r->at;
        stmt->value = native_call(r, type, at);
        r->at = keep;
    }
    add_stmt(r, buf, stmt);
}

static void declaration(native_reader *r, block_buf *buf, uint32_t name, uint32_t end)
{
    cp_expr *type = native_type_of(r, r->at, name);
    uint32_t at = name;
    while (at < end) {
        uint32_t stop = native_part_end(r, at, end);
        while (at < stop && !native_is_name(r, at) && !native_is(r, at, "["))
            at++;
        if (at < stop)
            declarator(r, buf, type, at, stop);
        at = stop + 1;
    }
    r->at = end;
}

static void assign_expr(native_reader *r, block_buf *buf, uint32_t from, uint32_t end)
{
    cp_expr *expr = native_expr_of(r, from, end);
    bool plain = expr->kind == CP_EXPR_BINARY && cp_str_is(expr->text, "=");
    cp_stmt *stmt = native_new_stmt(r, plain ? CP_STMT_ASSIGN : CP_STMT_EXPR, from, end);
    stmt->value = plain ? expr->kids[1] : expr;
    if (plain) {
        stmt->targets = cp_new(r->arena, cp_expr *, 1);
        stmt->targets[0] = expr->kids[0];
        stmt->target_count = 1;
    }
    add_stmt(r, buf, stmt);
    r->at = end;
}

static void statement(native_reader *r, block_buf *buf);

/* One statement, or the block it is, at r->at. */
static cp_block body(native_reader *r)
{
    if (native_is(r, r->at, "{") && r->tokens[r->at].match) {
        uint32_t open = r->at, close = r->tokens[open].match;
        cp_block block = native_block(r, open + 1, close);
        r->at = close + 1;
        return block;
    }
    block_buf buf = {0};
    if (r->at < r->end)
        statement(r, &buf);
    return finish(&buf);
}

/* The condition in the parentheses at r->at; a statement before `;` goes to `buf`. */
static cp_expr *condition(native_reader *r, block_buf *buf)
{
    uint32_t open = r->at;
    if (!native_is(r, open, "(") || !r->tokens[open].match) {
        native_broken(r, open);
        return native_new_expr(r, CP_EXPR_OTHER, open, open);
    }
    uint32_t close = r->tokens[open].match, end = r->end;
    r->at = open + 1;
    r->end = close;
    uint32_t semicolon = statement_end(r);
    if (semicolon < close)
        statement(r, buf);
    uint32_t name = native_declared_name(r);
    cp_expr *expr = NULL;
    if (name && native_is(r, name + 1, "=")) {
        declaration(r, buf, name, close);
        r->end = end;
        expr = native_name(r, name);
    }
    if (!expr)
        expr = native_expr_of(r, r->at, close);
    r->end = end;
    r->at = close + 1;
    return expr;
}

static void if_statement(native_reader *r, block_buf *buf)
{
    uint32_t from = r->at++;
    native_take_word(r, "constexpr");
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_IF, from, from + 1);
    stmt->value = condition(r, buf);
    stmt->body = body(r);
    if (native_is_word(r, r->at, "else")) {
        r->at++;
        bool chain = native_is_word(r, r->at, "if");
        stmt->orelse = body(r);
        if (chain && stmt->orelse.count == 1 && stmt->orelse.stmts[0]->kind == CP_STMT_IF)
            stmt->orelse.stmts[0]->is_elif = true;
    }
    stmt->span.end = r->at ? r->tokens[r->at - 1].end : stmt->span.end;
    add_stmt(r, buf, stmt);
}

static void for_statement(native_reader *r, block_buf *buf)
{
    uint32_t from = r->at++, open = r->at;
    if (!native_is(r, open, "(") || !r->tokens[open].match) {
        native_broken(r, open);
        return;
    }
    uint32_t close = r->tokens[open].match, end = r->end;
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_FOR, from, from + 1);
    r->at = open + 1;
    r->end = close;
    uint32_t name = native_declared_name(r), colon = name;
    while (name && colon < close && !native_is(r, colon, ":"))
        colon = r->tokens[colon].match ? r->tokens[colon].match + 1 : colon + 1;
    if (name && colon < close && statement_end(r) == close) {
        stmt->targets = cp_new(r->arena, cp_expr *, 1);
        stmt->target_count = 1;
        stmt->targets[0] = native_is_name(r, name)
                               ? native_name(r, name)
                               : native_new_expr(r, CP_EXPR_OTHER, name, colon);
        stmt->value = native_expr_of(r, colon + 1, close);
    } else if (r->at < close && !native_is(r, r->at, ";")) {
        statement(r, buf);
    }
    r->end = end;
    r->at = close + 1;
    stmt->body = body(r);
    add_stmt(r, buf, stmt);
}

static void while_statement(native_reader *r, block_buf *buf)
{
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_WHILE, r->at, r->at + 1);
    r->at++;
    stmt->value = condition(r, buf);
    stmt->body = body(r);
    add_stmt(r, buf, stmt);
}

/* do { … } while (…): its body runs once at least. */
static void do_statement(native_reader *r, block_buf *buf)
{
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_WITH, r->at, r->at + 1);
    r->at++;
    stmt->body = body(r);
    add_stmt(r, buf, stmt);
    if (native_take_word(r, "while") && native_is(r, r->at, "("))
        r->at = r->tokens[r->at].match + 1;
    native_take(r, ";");
}

/* The index of the `:` that ends the label at `at`. */
static uint32_t label_end(const native_reader *r, uint32_t at, uint32_t close)
{
    unsigned questions = 0;
    for (; at < close; at = r->tokens[at].match ? r->tokens[at].match + 1 : at + 1) {
        if (native_is(r, at, "?"))
            questions++;
        else if (native_is(r, at, ":") && !questions--)
            return at;
    }
    return close;
}

/* The labels at `*at`, moved past them: a tuple, NULL if default is among them. */
static cp_expr *labels(native_reader *r, uint32_t *at, uint32_t close)
{
    cp_expr *all = native_new_expr(r, CP_EXPR_TUPLE, *at, *at + 1);
    bool fallback = false;
    while (*at < close &&
           (native_is_word(r, *at, "case") || native_is_word(r, *at, "default"))) {
        uint32_t colon = label_end(r, *at, close);
        if (native_is_word(r, *at, "default"))
            fallback = true;
        else
            native_add_kid(r, all, native_expr_of(r, *at + 1, colon));
        *at = colon < close ? colon + 1 : close;
    }
    return fallback ? NULL : all;
}

static void switch_statement(native_reader *r, block_buf *buf)
{
    uint32_t from = r->at++;
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_MATCH, from, from + 1);
    stmt->value = condition(r, buf);
    if (!native_is(r, r->at, "{") || !r->tokens[r->at].match) {
        native_broken(r, r->at);
        return;
    }
    uint32_t close = r->tokens[r->at].match, at = r->at + 1;
    size_t room = 0, count = 0;
    while (at < close) {
        cp_case one = {0};
        uint32_t label = at;
        one.pattern = labels(r, &at, close);
        if (at == label) {
            at++; /* no label: not reached */
            continue;
        }
        uint32_t stop = at;
        while (stop < close && !native_is_word(r, stop, "case") &&
               !native_is_word(r, stop, "default"))
            stop = r->tokens[stop].match ? r->tokens[stop].match + 1 : stop + 1;
        one.body = native_block(r, at, stop);
        cp_push(r->arena, stmt->cases, count, room, one);
        at = stop;
    }
    stmt->case_count = (uint32_t)count;
    r->at = close + 1;
    add_stmt(r, buf, stmt);
}

static void try_statement(native_reader *r, block_buf *buf)
{
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_TRY, r->at, r->at + 1);
    r->at++;
    stmt->body = body(r);
    size_t room = 0, count = 0;
    while (native_take_word(r, "catch")) {
        if (native_is(r, r->at, "("))
            r->at = r->tokens[r->at].match + 1;
        cp_push(r->arena, stmt->handlers, count, room, body(r));
    }
    stmt->handler_count = (uint32_t)count;
    stmt->items = cp_new(r->arena, cp_with_item, count + 1);
    add_stmt(r, buf, stmt);
}

/* return, throw, break, continue, goto. */
static bool jump(native_reader *r, block_buf *buf)
{
    static const struct {
        const char *word;
        cp_stmt_kind kind;
    } jumps[] = {{"return", CP_STMT_RETURN},    {"throw", CP_STMT_RAISE},
                 {"co_return", CP_STMT_RETURN}, {"break", CP_STMT_JUMP},
                 {"continue", CP_STMT_JUMP},    {"goto", CP_STMT_JUMP}};
    for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
        if (!native_is_word(r, r->at, jumps[i].word))
            continue;
        uint32_t end = statement_end(r);
        cp_stmt *stmt = native_new_stmt(r, jumps[i].kind, r->at, end);
        stmt->text = r->tokens[r->at].text;
        if (jumps[i].kind != CP_STMT_JUMP && r->at + 1 < end)
            stmt->value = native_expr_of(r, r->at + 1, end);
        add_stmt(r, buf, stmt);
        r->at = end < r->end ? end + 1 : end;
        return true;
    }
    return false;
}

static bool compound(native_reader *r, block_buf *buf)
{
    static const struct {
        const char *word;
        void (*read)(native_reader *, block_buf *);
    } forms[] = {{"if", if_statement},         {"for", for_statement},
                 {"while", while_statement},   {"do", do_statement},
                 {"switch", switch_statement}, {"try", try_statement}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (native_is_word(r, r->at, forms[i].word)) {
            forms[i].read(r, buf);
            return true;
        }
    return false;
}

static void statement(native_reader *r, block_buf *buf)
{
    if (native_take(r, ";") || compound(r, buf) || jump(r, buf))
        return;
    if (native_is(r, r->at, "{") && r->tokens[r->at].match) {
        cp_stmt *stmt = native_new_stmt(r, CP_STMT_WITH, r->at, r->at + 1);
        stmt->body = body(r);
        add_stmt(r, buf, stmt);
        return;
    }
    uint32_t end = statement_end(r), from = r->at;
    bool type = native_is_word(r, from, "struct") || native_is_word(r, from, "class") ||
                native_is_word(r, from, "enum") || native_is_word(r, from, "union") ||
                native_is_word(r, from, "asm") ||
                native_is_word(r, from, "namespace") || /* a = b: another name of one */
                native_is_word(r, from, "__asm__") ||
                native_is_word(r, native_skip_specifiers(r, from), "union") ||
                native_is_word(r, native_skip_specifiers(r, from), "struct");
    uint32_t name = type ? 0 : native_declared_name(r);
    if (native_is_word(r, from, "using") || native_is_word(r, from, "typedef"))
        add_stmt(r, buf, native_alias(r, end));
    else if (type || native_is_word(r, from, "static_assert"))
        r->at = end;
    else if (name && name < end)
        declaration(r, buf, name, end);
    else if (end > from)
        assign_expr(r, buf, from, end);
    r->at = end < r->end ? end + 1 : end;
}

cp_block native_block(native_reader *r, uint32_t from, uint32_t to)
{
    block_buf buf = {0};
    uint32_t end = r->end, at = r->at;
    r->at = from;
    r->end = to;
    r->depth++;
    while (r->at < to && r->depth < 200) {
        uint32_t before = r->at;
        statement(r, &buf);
        if (r->at <= before)
            r->at = before + 1;
    }
    r->depth--;
    r->at = at;
    r->end = end;
    return finish(&buf);
}
