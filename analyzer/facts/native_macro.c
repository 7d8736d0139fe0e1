#include "facts/native_read.h"
#include "read/path.h"

/* Nesting and length of what macros give; beyond it a macro stays a call. */
#define EXPAND_DEPTH 12
#define EXPAND_TOKENS 60000
#define EXPAND_TOKENS_FAR 600000
/* Longer arguments, such as the code that a dispatch is for, are not expanded twice. */
#define ARG_TOKENS 64

cp_macros *cp_macros_new(cp_arena *arena)
{
    cp_macros *macros = cp_new(arena, cp_macros, 1);
    *macros = (cp_macros){.arena = arena, .by_name = {.arena = arena}};
    return macros;
}

void cp_macros_go_far(cp_macros *macros)
{
    macros->is_far = true;
}

static void read_params(cp_arena *arena, native_macro *macro, cp_str list)
{
    size_t room = 0;
    while (list.len) {
        cp_str param = cp_str_trim(cp_str_next(&list, ','));
        while (param.len && !cp_is_word_byte(param.ptr[0]) && param.ptr[0] != '.')
            param = cp_str_trim(cp_str_cut(param, 1, param.len));
        if (cp_str_is(param, "...")) {
            macro->is_variadic = true;
            param = CP_STR("__VA_ARGS__");
        }
        if (param.len)
            cp_push(arena, macro->params, macro->param_count, room, param);
    }
}

void native_add_macro(cp_macros *macros, const cp_source *source, uint32_t at,
                      cp_str line)
{
    line = cp_str_trim(line);
    size_t len = 0;
    while (len < line.len && cp_is_word_byte(line.ptr[len]))
        len++;
    if (!len)
        return;
    native_macro *macro = cp_new(macros->arena, native_macro, 1);
    *macro = (native_macro){.name = cp_str_cut(line, 0, len), .source = source, .at = at};
    if (len < line.len && line.ptr[len] == '(') {
        size_t close = cp_str_find(line, CP_STR(")"), len);
        if (close == SIZE_MAX)
            return;
        macro->is_call = true;
        read_params(macros->arena, macro, cp_str_cut(line, len + 1, close));
        len = close + 1;
    }
    macro->body = cp_str_trim(cp_str_cut(line, len, line.len));
    native_macro **slot = (native_macro **)cp_map_slot(&macros->by_name, macro->name);
    macro->older = *slot;
    *slot = macro;
}

void cp_macros_add(cp_macros *macros, const cp_source *source)
{
    cp_arena scratch = {0};
    if (!cp_str_has(source->text, CP_STR("define")))
        return;
    native_lex(&scratch, source->text, macros, source);
    cp_arena_dispose(&scratch);
}

typedef struct expander {
    cp_arena *arena; /* of the tokens */
    cp_arena *keep;  /* of text that is made */
    const cp_macros *macros;
    const cp_source *source;
    cp_map included; /* names of files; without an arena it was not read yet */
    native_tokens out;
    const native_macro *open[EXPAND_DEPTH];
    unsigned depth;
    size_t made;
} expander;

/*
 * Checks whose meaning is known by their name, and forms that the facts want to see as
 * they are written.
 */
static bool is_kept(cp_str name)
{
    static const char *const kept[] = {
        "TVM_FFI_ICHECK",     "TORCH_CHECK",     "TVM_FFI_CHECK",
        "TVM_FFI_DLL_EXPORT", "TVM_FFI_THROW",   "TVM_FFI_LOG",
        "TORCH_LIBRARY",      "PYBIND11_MODULE", "AT_DISPATCH",
        "STABLE_TORCH",       "STD_TORCH",       "AT_ASSERT",
        "TVM_FFI_STATIC",     "TORCH_INTERNAL",  "CP_"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (cp_str_starts(name, cp_str_of(kept[i])))
            return !cp_str_has(name, CP_STR("AT_DISPATCH_CASE_"));
    return cp_str_is(name, "assert") || cp_str_is(name, "NULL") ||
           cp_str_is(name, "FLASHINFER_CHECK") || cp_str_is(name, "CUDA_CHECK");
}

/* The names of what the file includes, without their paths. */
static void read_includes(expander *e)
{
    cp_str text = e->source->text;
    e->included.arena = e->arena;
    for (size_t at = 0; (at = cp_str_find(text, CP_STR("#include"), at)) != SIZE_MAX;) {
        at += 8;
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = end ? (size_t)(end - text.ptr) : text.len;
        cp_str name = cp_str_trim(cp_str_cut(text, at, stop));
        if (name.len > 2)
            cp_map_put(&e->included, cp_path_name(cp_str_cut(name, 1, name.len - 1)), e);
        at = stop;
    }
}

/* Whether the file includes the other one by its name, on whatever path. */
static bool includes(expander *e, const cp_source *other)
{
    if (!e->included.arena)
        read_includes(e);
    return cp_map_get(&e->included, cp_path_name(other->path)) != NULL;
}

/* The only definition, or the only one among the files that are included. */
static const native_macro *agreed(expander *e, const native_macro *macro, bool included)
{
    const native_macro *found = NULL;
    for (const native_macro *m = macro; m; m = m->older) {
        if (included && !includes(e, m->source))
            continue;
        if (found && !cp_str_eq(found->body, m->body))
            return NULL;
        found = m;
    }
    return found;
}

/*
 * The definition in force: the last one above in the same file, else one of another
 * file, if all the others agree or those do that the file includes.
 */
static const native_macro *find_macro(expander *e, cp_str name, uint32_t at)
{
    if (is_kept(name))
        return NULL;
    const native_macro *found = NULL;
    const native_macro *macro = cp_map_get(&e->macros->by_name, name);
    for (const native_macro *m = macro; m; m = m->older)
        if (m->source == e->source && m->at < at && (!found || m->at > found->at))
            found = m;
    if (!found)
        found = agreed(e, macro, false);
    return found || !macro ? found : agreed(e, macro, true);
}

static void put(expander *e, native_token token)
{
    token.match = 0;
    cp_push(e->arena, e->out.items, e->out.count, e->out.room, token);
}

typedef struct token_range {
    const native_token *items;
    size_t count;
} token_range;

/* The arguments of a macro call, whose `(` is tokens[open]; the index behind its `)`. */
static size_t read_args(cp_arena *arena, const native_token *tokens, size_t count,
                        size_t open, const native_macro *macro, token_range *args)
{
    size_t depth = 0, n = 0, start = open + 1;
    (void)arena;
    for (size_t i = open; i < count; i++) {
        if (tokens[i].kind != TOKEN_PUNCT || tokens[i].text.len != 1)
            continue;
        char c = tokens[i].text.ptr[0];
        if (c == '(' || c == '{' || c == '[')
            depth++;
        else if (c == ')' || c == '}' || c == ']')
            depth--;
        bool last = macro->is_variadic && n + 1 == macro->param_count;
        if (depth && !(depth == 1 && c == ',' && !last))
            continue;
        if (n < macro->param_count)
            args[n] = (token_range){tokens + start, i - start};
        n++;
        start = i + 1;
        if (!depth)
            return i + 1;
    }
    return 0;
}

/* The arguments of a macro call, as they are written and with macros expanded. */
typedef struct macro_args {
    token_range *raw, *full;
} macro_args;

static bool is_paste(const native_tokens *body, size_t at)
{
    return at < body->count && body->items[at].kind == TOKEN_PUNCT &&
           cp_str_is(body->items[at].text, "##");
}

/* The argument that stands for token `at` of the body, or NULL. */
static const token_range *argument_of(const native_macro *macro, const macro_args *args,
                                      const native_tokens *body, size_t at)
{
    const native_token *token = &body->items[at];
    bool glued = is_paste(body, at + 1) || (at && is_paste(body, at - 1));
    if (token->kind == TOKEN_NAME)
        for (size_t i = 0; i < macro->param_count; i++)
            if (cp_str_eq(macro->params[i], token->text))
                return glued ? &args->raw[i] : &args->full[i];
    return NULL;
}

/* Glues `a ## b` into one token. */
static void paste(cp_arena *arena, native_tokens *tokens)
{
    size_t kept = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        if (kept && i + 1 < tokens->count && tokens->items[i].kind == TOKEN_PUNCT &&
            cp_str_is(tokens->items[i].text, "##")) {
            native_token *left = &tokens->items[kept - 1];
            cp_str right = tokens->items[++i].text;
            left->text = cp_str_printf(arena, "%.*s%.*s", CP_STR_ARGS(left->text),
                                       CP_STR_ARGS(right));
            continue;
        }
        tokens->items[kept++] = tokens->items[i];
    }
    tokens->count = kept;
}

static void expand(expander *e, const native_token *tokens, size_t count);

/* The body with arguments in place, expanded again; all of it stands at `site`. */
static void expand_body(expander *e, const native_macro *macro, const macro_args *args,
                        const native_token *site)
{
    native_tokens body = native_lex(e->arena, macro->body, NULL, NULL), full = {0};
    for (size_t i = 0; i < body.count; i++) {
        bool hash = body.items[i].kind == TOKEN_PUNCT && i + 1 < body.count &&
                    cp_str_is(body.items[i].text, "#");
        i += hash;
        const token_range *arg = argument_of(macro, args, &body, i);
        if (!arg || hash) {
            native_token token = body.items[i];
            token.kind = hash ? TOKEN_STRING : token.kind;
            token.at = site->at;
            token.end = site->end;
            cp_push(e->arena, full.items, full.count, full.room, token);
            continue;
        }
        for (size_t k = 0; k < arg->count; k++)
            cp_push(e->arena, full.items, full.count, full.room, arg->items[k]);
    }
    paste(e->keep, &full);
    e->made += full.count;
    e->open[e->depth++] = macro;
    expand(e, full.items, full.count);
    e->depth--;
}

static bool has_call(const expander *e, const token_range *arg)
{
    for (size_t i = 0; i + 1 < arg->count; i++)
        if (arg->items[i].kind == TOKEN_NAME && cp_str_is(arg->items[i + 1].text, "(") &&
            cp_map_get(&e->macros->by_name, arg->items[i].text))
            return true;
    return false;
}

/* An argument's own macros are expanded where it is written, not where it goes. */
static void expand_args(expander *e, const native_macro *macro, macro_args *args)
{
    native_tokens keep = e->out;
    for (size_t i = 0; i < macro->param_count; i++) {
        args->full[i] = args->raw[i];
        if (args->raw[i].count > ARG_TOKENS || !has_call(e, &args->raw[i]))
            continue;
        e->out = (native_tokens){0};
        expand(e, args->raw[i].items, args->raw[i].count);
        args->full[i] = (token_range){e->out.items, e->out.count};
    }
    e->out = keep;
}

static bool is_open(const expander *e, const native_macro *macro)
{
    for (unsigned i = 0; i < e->depth; i++)
        if (cp_str_eq(e->open[i]->name, macro->name))
            return true;
    return e->depth == EXPAND_DEPTH ||
           e->made > (e->macros->is_far ? EXPAND_TOKENS_FAR : EXPAND_TOKENS);
}

static void expand(expander *e, const native_token *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const native_token *token = &tokens[i];
        const native_macro *macro =
            token->kind == TOKEN_NAME ? find_macro(e, token->text, token->at) : NULL;
        bool called = i + 1 < count && tokens[i + 1].kind == TOKEN_PUNCT &&
                      cp_str_is(tokens[i + 1].text, "(");
        if (!macro || is_open(e, macro) || (macro->is_call && !called)) {
            put(e, *token);
            continue;
        }
        macro_args args = {cp_new(e->arena, token_range, macro->param_count + 1),
                           cp_new(e->arena, token_range, macro->param_count + 1)};
        size_t next = i + 1;
        if (macro->is_call)
            next = read_args(e->arena, tokens, count, i + 1, macro, args.raw);
        if (!next) {
            put(e, *token);
            continue;
        }
        expand_args(e, macro, &args);
        expand_body(e, macro, &args, token);
        i = next - 1;
    }
}

native_tokens native_expand(cp_arena *arena, cp_arena *keep, const native_tokens *tokens,
                            const cp_macros *macros, const cp_source *source)
{
    expander e = {.arena = arena, .keep = keep, .macros = macros, .source = source};
    for (size_t i = 0; i < tokens->count; i++) {
        /* One at a time, so that the limit on length counts for each use. */
        size_t stop = i + 1;
        if (i + 1 < tokens->count && tokens->items[i + 1].match)
            stop = tokens->items[i + 1].match + 1;
        bool macro = tokens->items[i].kind == TOKEN_NAME &&
                     cp_map_get(&macros->by_name, tokens->items[i].text);
        if (!macro) {
            put(&e, tokens->items[i]);
            continue;
        }
        e.made = 0;
        const native_macro *found =
            find_macro(&e, tokens->items[i].text, tokens->items[i].at);
        if (!found || !found->is_call)
            stop = i + 1;
        expand(&e, tokens->items + i, stop - i);
        i = stop - 1;
    }
    return e.out;
}
