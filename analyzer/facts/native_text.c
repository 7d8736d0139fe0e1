#include "facts/native_read.h"

cp_expr *cp_native_expr_of_text(cp_arena *arena, cp_str text)
{
    native_tokens tokens = native_lex(arena, text, NULL, NULL);
    uint32_t lost;
    cp_module *module = cp_new(arena, cp_module, 1);
    native_reader r = {.arena = arena, .text = text.ptr, .module = module};
    bool fits = native_match(&tokens, &lost) && tokens.count;
    r.tokens = tokens.items;
    r.end = fits ? (uint32_t)tokens.count : 0;
    cp_expr *expr = native_expr(&r);
    expr->has_error = !fits || r.at < r.end;
    return expr;
}
