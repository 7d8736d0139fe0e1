#include "parse/outline.h"

#include "parse/token.h"

/* Nesting of brackets that is followed. */
#define DEPTH_MAX 64

/* A block that is open, and the statement that holds it. */
typedef struct open_block {
    bool open;
    bool closing; /* a comment that is not its own was passed since its code */
    uint32_t outside, indent; /* of the statement; of the block, NONE until it is seen */
} open_block;

enum { NONE = UINT32_MAX };

typedef struct outliner {
    cp_arena *arena;
    cp_str text;
    cp_outline *out;
    size_t func_room, class_room, comment_room, import_room;
    open_block class, func;
    uint32_t decorator, decorator_line; /* the first one before a definition, or NONE */
    char brackets[DEPTH_MAX];
    uint32_t depth;
    bool fresh;     /* what comes next begins a statement */
    bool importing; /* the last import has not ended yet */
} outliner;

static cp_str text_of(const outliner *o, cp_token t)
{
    return cp_str_cut(o->text, t.start, t.end);
}

static bool is_followed(const open_block *block, uint32_t indent)
{
    return block->open && !block->closing && block->indent != NONE &&
           indent >= block->indent;
}

/* The column of a byte, where nothing but blanks stands before it; else NONE. */
static uint32_t column_of(const outliner *o, size_t at)
{
    size_t start = at;
    while (start && o->text.ptr[start - 1] == ' ')
        start--;
    return start == 0 || o->text.ptr[start - 1] == '\n' ? (uint32_t)(at - start) : NONE;
}

/* A comment is of each block whose lines it lines up with, until one does not. */
static void add_comment(outliner *o, cp_token t, bool own_line)
{
    cp_outline_comment comment = {(uint32_t)t.start, (uint32_t)t.end};
    cp_push(o->arena, o->out->comments, o->out->comment_count, o->comment_room, comment);
    uint32_t indent = own_line ? column_of(o, t.start) : NONE;
    bool in_func = o->func.open && (!own_line || is_followed(&o->func, indent));
    bool in_class = o->class.open && (!own_line || is_followed(&o->class, indent));
    if (in_func)
        o->out->funcs[o->out->func_count - 1].body_end = comment.end;
    if (in_func || in_class)
        if (o->class.open)
            o->out->classes[o->out->class_count - 1].body_end = comment.end;
    o->func.closing |= !in_func;
    o->class.closing |= !in_func && !in_class;
}

static void add_code(outliner *o, cp_token t)
{
    uint32_t end = (uint32_t)t.end;
    bool separates = t.kind == CP_TOKEN_SIGN && o->text.ptr[t.start] == ';';
    if (o->func.open) {
        cp_outline_func *func = &o->out->funcs[o->out->func_count - 1];
        func->body_end = end;
        if (!separates)
            func->code_end = end;
    }
    if (o->class.open)
        o->out->classes[o->out->class_count - 1].body_end = end;
    o->func.closing = o->class.closing = false;
}

/* A string that ends where it seems to, and holds no further one. */
static bool is_whole_string(cp_str token)
{
    size_t open = 0;
    bool format = false;
    for (; token.ptr[open] != '"' && token.ptr[open] != '\''; open++)
        format |= strchr("fFtT", token.ptr[open]) != NULL;
    char quote = token.ptr[open];
    cp_str body = cp_str_cut(token, open, token.len);
    bool triple = body.len > 2 && body.ptr[1] == quote && body.ptr[2] == quote;
    size_t marks = triple ? 3 : 1, slashes = 0;
    if (body.len < 2 * marks)
        return false;
    for (size_t i = 1; i <= marks; i++)
        if (body.ptr[body.len - i] != quote)
            return false;
    while (body.ptr[body.len - marks - 1 - slashes] == '\\')
        slashes++;
    int braces = 0;
    for (size_t i = 0; format && i < body.len; i++)
        braces += (body.ptr[i] == '{') - (body.ptr[i] == '}');
    return slashes % 2 == 0 && braces == 0;
}

static bool follow_bracket(outliner *o, char sign)
{
    const char *closing = sign ? strchr(")(][}{", sign) : NULL;
    if (!closing)
        return !strchr("`$?\\", sign); /* finds a NUL too */
    bool opens = strchr("([{", sign) != NULL;
    if (opens && o->depth == DEPTH_MAX)
        return false;
    if (opens)
        o->brackets[o->depth++] = closing[-1];
    else
        return o->depth && o->brackets[--o->depth] == sign;
    return true;
}

static void begin_func(outliner *o, cp_token t, uint32_t indent)
{
    cp_token at = t;
    if (cp_str_is(text_of(o, at), "async"))
        at = cp_lex(o->text, at.end);
    cp_token name = cp_lex(o->text, at.end);
    cp_outline_func func = {.start = (uint32_t)t.start,
                            .first = (uint32_t)t.start,
                            .line = (uint32_t)t.start - indent,
                            .name = (uint32_t)name.start,
                            .name_end = (uint32_t)name.end,
                            .class = CP_OUTLINE_MODULE};
    if (o->decorator != NONE) {
        func.first = o->decorator;
        func.line = o->decorator_line;
    }
    if (o->class.open)
        func.class = o->out->class_count - 1;
    cp_push(o->arena, o->out->funcs, o->out->func_count, o->func_room, func);
    o->func = (open_block){.open = true, .outside = indent, .indent = NONE};
}

static bool begins_func(const outliner *o, cp_token t)
{
    if (cp_str_is(text_of(o, t), "async"))
        t = cp_lex(o->text, t.end);
    return cp_str_is(text_of(o, t), "def") &&
           cp_lex(o->text, t.end).kind == CP_TOKEN_WORD;
}

/* A statement of the module's block, or of that of a class of it. */
static bool begin_member(outliner *o, cp_token t, uint32_t indent)
{
    cp_str word = text_of(o, t);
    bool defines = begins_func(o, t);
    bool class = cp_str_is(word, "class") && cp_lex(o->text, t.end).kind == CP_TOKEN_WORD;
    if (cp_str_is(word, "@")) {
        if (o->decorator == NONE) {
            o->decorator = (uint32_t)t.start;
            o->decorator_line = (uint32_t)t.start - indent;
        }
        return true;
    }
    if (o->decorator != NONE && !defines && !class)
        return false;
    if (defines)
        begin_func(o, t, indent);
    if (class && !o->class.open) {
        cp_outline_class found = {.start = (uint32_t)t.start};
        cp_push(o->arena, o->out->classes, o->out->class_count, o->class_room, found);
        o->class = (open_block){.open = true, .outside = indent, .indent = NONE};
    }
    o->decorator = NONE;
    return true;
}

/* The first token of a line that begins a statement. */
static bool begin_line(outliner *o, cp_token t)
{
    uint32_t indent = column_of(o, t.start);
    if (indent == NONE)
        return false;
    if (o->func.open && indent > o->func.outside) {
        if (o->func.indent == NONE)
            o->func.indent = indent;
        return true;
    }
    if (o->func.open)
        o->out->funcs[o->out->func_count - 1].end = (uint32_t)t.start - indent;
    o->func.open = false;
    if (o->class.open && indent == 0)
        o->class.open = false;
    if (o->class.open && o->class.indent == NONE)
        o->class.indent = indent;
    uint32_t level = o->class.open ? o->class.indent : 0;
    if (indent != level) /* within a statement that is not listed */
        return indent > level && o->decorator == NONE;
    return begin_member(o, t, indent);
}

/* Whether a statement may begin on a new line in what stands between two tokens. */
static bool ends_line(const outliner *o, size_t start, size_t end, bool *odd)
{
    bool ends = start == 0;
    for (size_t i = start; i < end; i++) {
        char c = o->text.ptr[i];
        if (c == ' ')
            continue;
        bool broken = i + 1 < o->text.len && o->text.ptr[i + 1] == '\n';
        *odd |= c == '\f' || c == '\v' || (c == '\r' && !broken);
        size_t before = i > start && o->text.ptr[i - 1] == '\r' ? i - 1 : i;
        bool joins = c == '\n' && before > start && o->text.ptr[before - 1] == '\\';
        *odd |= joins && ends;
        ends |= c == '\n' && !joins;
    }
    return ends;
}

static void end_import(outliner *o, size_t end)
{
    if (o->importing)
        o->out->imports[o->out->import_count - 1].end = (uint32_t)end;
    o->importing = false;
}

/* Imports and classes within functions. */
static void note_declaration(outliner *o, cp_token t)
{
    cp_str word = text_of(o, t);
    if (o->fresh && o->func.open && cp_str_is(word, "class"))
        o->out->funcs[o->out->func_count - 1].holds_class = true;
    if (o->fresh && o->func.open &&
        (cp_str_is(word, "import") || cp_str_is(word, "from"))) {
        cp_outline_import import = {.start = (uint32_t)t.start,
                                    .func = o->out->func_count - 1};
        cp_push(o->arena, o->out->imports, o->out->import_count, o->import_room, import);
        o->importing = true;
    }
    char sign = t.kind == CP_TOKEN_SIGN && o->depth == 0 ? word.ptr[0] : ' ';
    o->fresh = sign == ':' || sign == ';';
    if (sign == ';')
        end_import(o, t.end);
}

static bool take(outliner *o, cp_token t, size_t done)
{
    bool odd = false, fresh = ends_line(o, done, t.start, &odd);
    if (odd)
        return false;
    if (t.kind == CP_TOKEN_COMMENT) {
        add_comment(o, t, fresh);
        return true;
    }
    if (fresh && o->depth == 0) {
        o->fresh = true;
        if (!begin_line(o, t))
            return false;
        end_import(o, t.start - column_of(o, t.start));
    }
    if (t.kind == CP_TOKEN_STRING && !is_whole_string(text_of(o, t)))
        return false;
    if (t.kind == CP_TOKEN_SIGN && !follow_bracket(o, o->text.ptr[t.start]))
        return false;
    note_declaration(o, t);
    add_code(o, t);
    return true;
}

bool cp_outline_of(cp_arena *arena, cp_str text, cp_outline *outline)
{
    *outline = (cp_outline){0};
    outliner o = {.arena = arena, .text = text, .out = outline, .decorator = NONE};
    size_t done = 0;
    for (cp_token t = cp_lex(text, 0); t.kind; t = cp_lex(text, t.end)) {
        if (!take(&o, t, done))
            return false;
        done = t.end;
    }
    bool odd = false;
    ends_line(&o, done, text.len, &odd);
    end_import(&o, text.len);
    if (o.func.open)
        outline->funcs[outline->func_count - 1].end = (uint32_t)text.len;
    return !odd && o.depth == 0 && o.decorator == NONE;
}
