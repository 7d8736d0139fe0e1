/*
 * native_read.h - what the files that read C++ by token share.
 *
 * Layer: facts. Private to native_*.c.
 */
#ifndef CP_FACTS_NATIVE_READ_H
#define CP_FACTS_NATIVE_READ_H

#include "facts/native.h"

typedef enum token_kind {
    TOKEN_NAME, /* keywords too */
    TOKEN_NUMBER,
    TOKEN_STRING, /* text: between the quotes */
    TOKEN_PUNCT,
} token_kind;

typedef struct native_token {
    token_kind kind;
    cp_str text;
    uint32_t at, end; /* in the file; of the macro's name where it was expanded */
    uint32_t match;   /* of an opening bracket: index of the closing one, else 0 */
} native_token;

typedef struct native_tokens {
    native_token *items;
    size_t count, room;
} native_tokens;

typedef struct native_macro {
    cp_str name;
    cp_str *params;
    size_t param_count;
    bool is_call, is_variadic;
    cp_str body;
    const cp_source *source;
    uint32_t at; /* where it is defined */
    struct native_macro *older;
} native_macro;

struct cp_macros {
    cp_arena *arena;
    cp_map by_name; /* -> native_macro, the latest */
    bool is_far;    /* more of them are expanded in one place */
};

/*
 * The tokens of `text`; comments and directives are left out, and so are the branches of
 * #if that are not taken. Where `macros` is given, definitions are added to it, as those
 * of `source`, whose text it is.
 */
native_tokens native_lex(cp_arena *arena, cp_str text, cp_macros *macros,
                         const cp_source *source);
/* `line` is what follows `#define`, with continuations; `at` is its place. */
void native_add_macro(cp_macros *macros, const cp_source *source, uint32_t at,
                      cp_str line);
/* The same with macros of the run expanded; text that this makes lives in `keep`. */
native_tokens native_expand(cp_arena *arena, cp_arena *keep, const native_tokens *tokens,
                            const cp_macros *macros, const cp_source *source);
/* Fills `match` of every bracket; *lost is the offset of one without a partner. */
bool native_match(native_tokens *tokens, uint32_t *lost);

/* Where reading stands: tokens [at, end) are left. */
typedef struct native_reader {
    cp_arena *arena;
    const char *text; /* of the file */
    const native_token *tokens;
    uint32_t at, end;
    cp_module *module;
    cp_func *func;
    cp_class *class;
    cp_str space;           /* namespaces and classes around */
    uint32_t depth, broken; /* how much could not be read */
    size_t func_room, class_room, error_room;
    const cp_cuda_decl *decls;
    size_t decl_count, decl_at;
} native_reader;

/* Marks and names have a first byte, by which most that are compared differ. */
static inline bool native_is(const native_reader *r, uint32_t at, const char *text)
{
    return at < r->end && r->tokens[at].kind == TOKEN_PUNCT &&
           r->tokens[at].text.ptr[0] == text[0] && cp_str_is(r->tokens[at].text, text);
}
static inline bool native_is_word(const native_reader *r, uint32_t at, const char *text)
{
    return at < r->end && r->tokens[at].kind == TOKEN_NAME &&
           r->tokens[at].text.ptr[0] == text[0] && cp_str_is(r->tokens[at].text, text);
}
static inline bool native_is_name(const native_reader *r, uint32_t at)
{
    return at < r->end && r->tokens[at].kind == TOKEN_NAME;
}
/* Takes the token if it is that one. */
bool native_take(native_reader *r, const char *text);
bool native_take_word(native_reader *r, const char *text);
/* Notes that what stands at `at` cannot be read. */
void native_broken(native_reader *r, uint32_t at);

cp_expr *native_new_expr(native_reader *r, cp_expr_kind kind, uint32_t from, uint32_t to);
void native_add_kid(native_reader *r, cp_expr *expr, cp_expr *kid);
cp_expr *native_name(native_reader *r, uint32_t at);

/* An expression up to a comma (assignments included). Never NULL. */
cp_expr *native_expr(native_reader *r);
/* The same of tokens [from, to) alone. */
cp_expr *native_expr_of(native_reader *r, uint32_t from, uint32_t to);
/* A type of tokens [from, to): its name with template arguments, `*` and `&` dropped. */
cp_expr *native_type_of(native_reader *r, uint32_t from, uint32_t to);
/* The arguments between the bracket at `open` and its partner, as a call of `callee`. */
cp_expr *native_call(native_reader *r, cp_expr *callee, uint32_t open);
/* The lambda whose `[` is at r->at. */
cp_expr *native_lambda(native_reader *r);
/* The index behind the `>` that closes the `<` at `open`; 0 if it is no template's. */
uint32_t native_angle_end(const native_reader *r, uint32_t open);
/* Whether what stands at `at` fits behind `name<…>` as a template, and no comparison. */
bool native_follows_template(const native_reader *r, uint32_t at);
/* The end of the part that begins at `from`, at a comma of its own level or `to`. */
uint32_t native_part_end(const native_reader *r, uint32_t from, uint32_t to);

/* The parameters between the parentheses at `open`, into `func`. */
void native_params(native_reader *r, cp_func *func, uint32_t open);
/* The statements of tokens [from, to). */
cp_block native_block(native_reader *r, uint32_t from, uint32_t to);
cp_stmt *native_new_stmt(native_reader *r, cp_stmt_kind kind, uint32_t from, uint32_t to);
/* If a declaration of a variable starts at r->at: the index of its name, else 0. */
uint32_t native_declared_name(const native_reader *r);
/* `using A = T;` or `typedef T A;` up to the `;` at `end`; NULL if it names no type. */
cp_stmt *native_alias(native_reader *r, uint32_t end);
cp_func *native_new_func(native_reader *r, cp_str name, uint32_t from, uint32_t to);

/* Whether `skip` words such as static and const start here; moves past them. */
uint32_t native_skip_specifiers(const native_reader *r, uint32_t at);

#endif
