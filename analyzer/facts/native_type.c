#include "facts/native_read.h"

uint32_t native_skip_specifiers(const native_reader *r, uint32_t at)
{
    static const char *const words[] = {
        "static",     "const",           "constexpr", "inline",       "thread_local",
        "extern",     "mutable",         "volatile",  "register",     "__shared__",
        "__device__", "__constant__",    "__host__",  "__global__",   "virtual",
        "explicit",   "__forceinline__", "friend",    "consteval",    "constinit",
        "__inline__", "C10_EXPORT",      "typename",  "__restrict__", "TORCH_API"};
    for (bool more = true; more && at < r->end;) {
        more = false;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (native_is_word(r, at, words[i])) {
                at++;
                more = true;
            }
        if (native_is(r, at, "[") && native_is(r, at + 1, "[") && r->tokens[at].match) {
            at = r->tokens[at].match + 1;
            more = true;
        }
        if ((native_is_word(r, at, "__launch_bounds__") ||
             native_is_word(r, at, "__attribute__") ||
             native_is_word(r, at, "alignas")) &&
            native_is(r, at + 1, "(")) {
            at = r->tokens[at + 1].match + 1;
            more = true;
        }
    }
    return at;
}

/* The index behind the type that starts at `at`, or 0. */
static uint32_t type_end(const native_reader *r, uint32_t at)
{
    if (native_is(r, at, "::"))
        at++;
    if (!native_is_name(r, at))
        return 0;
    static const char *const base[] = {"unsigned", "signed", "long",  "short",
                                       "int",      "char",   "double"};
    bool built_in = false;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < sizeof base / sizeof *base; i++)
            if (native_is_word(r, at, base[i])) {
                at++;
                built_in = more = true;
            }
    }
    while (!built_in) {
        if (native_is_word(r, at, "template"))
            at++;
        if (!native_is_name(r, at))
            return 0;
        at++;
        if (native_is(r, at, "<")) {
            uint32_t end = native_angle_end(r, at);
            if (!end)
                return 0;
            at = end;
        } else if (native_is_word(r, at - 1, "decltype") && native_is(r, at, "(")) {
            at = r->tokens[at].match + 1;
        }
        if (!native_is(r, at, "::"))
            break;
        at++;
    }
    while (native_is(r, at, "*") || native_is(r, at, "&") || native_is(r, at, "&&") ||
           native_is_word(r, at, "const") || native_is_word(r, at, "__restrict__") ||
           native_is_word(r, at, "volatile"))
        at++;
    return at;
}

uint32_t native_declared_name(const native_reader *r)
{
    static const char *const never[] = {"return", "throw", "new",   "delete", "goto",
                                        "else",   "case",  "using", "typedef"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (native_is_word(r, r->at, never[i]))
            return 0;
    uint32_t start = native_skip_specifiers(r, r->at), at = type_end(r, start);
    if (!at || at >= r->end)
        return 0;
    if (native_is(r, at, "["))
        return native_is_word(r, start, "auto") ? at : 0; /* auto [a, b] = … */
    if (!native_is_name(r, at))
        return 0;
    bool after = native_is(r, at + 1, "=") || native_is(r, at + 1, ";") ||
                 native_is(r, at + 1, "(") || native_is(r, at + 1, "{") ||
                 native_is(r, at + 1, "[") || native_is(r, at + 1, ",") ||
                 native_is(r, at + 1, ":") || at + 1 >= r->end;
    return after ? at : 0;
}

/* `using A = T;`, `typedef T A;` */
cp_stmt *native_alias(native_reader *r, uint32_t end)
{
    uint32_t from = r->at;
    bool is_using = native_is_word(r, from, "using");
    uint32_t name = is_using ? from + 1 : end - 1;
    r->at = end;
    if (is_using ? !native_is(r, from + 2, "=") : !native_is_name(r, name))
        return NULL;
    cp_stmt *stmt = native_new_stmt(r, CP_STMT_ASSIGN, from, end);
    stmt->text = CP_STR("using");
    stmt->targets = cp_new(r->arena, cp_expr *, 1);
    stmt->targets[0] = native_name(r, name);
    stmt->target_count = 1;
    stmt->value =
        is_using ? native_type_of(r, from + 3, end) : native_type_of(r, from + 1, name);
    return stmt;
}

static cp_expr *with_stars(cp_expr *type, unsigned stars)
{
    type->stars = stars & 15;
    return type;
}

cp_expr *native_type_of(native_reader *r, uint32_t from, uint32_t to)
{
    unsigned stars = 0;
    from = native_skip_specifiers(r, from);
    while (from < to &&
           (native_is_word(r, from, "typename") || native_is_word(r, from, "struct") ||
            native_is_word(r, from, "class") || native_is_word(r, from, "template")))
        from = native_skip_specifiers(r, from + 1);
    while (to > from &&
           (native_is(r, to - 1, "*") || native_is(r, to - 1, "&") ||
            native_is(r, to - 1, "&&") || native_is(r, to - 1, "...") ||
            native_is_word(r, to - 1, "const") || native_is(r, to - 1, "]") ||
            (native_is(r, to - 1, "[") && to - 1 > from) ||
            native_is_word(r, to - 1, "__restrict__")))
        stars += native_is(r, --to, "*");
    if (from >= to)
        return native_new_expr(r, CP_EXPR_OTHER, from, from);
    /* `unsigned int`, `long long`: the words together. */
    if (to - from > 1 && native_is_name(r, from) && native_is_name(r, from + 1)) {
        cp_expr *expr = native_new_expr(r, CP_EXPR_NAME, from, to);
        expr->text = cp_str_is(r->tokens[from].text, "unsigned") ? CP_STR("uint32_t")
                                                                 : r->tokens[to - 1].text;
        return with_stars(expr, stars);
    }
    return with_stars(native_expr_of(r, from, to), stars);
}
