#include "contracts/mine_engine.h"

#include <stdlib.h>

/* Whether the condition language has a word like that: no index, no blank. */
static bool is_word(cp_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
              (c >= '0' && c <= '9')))
            return false;
    }
    return text.len > 0;
}

static void list_choices(cp_arena *arena, const mine_cond *a, cp_str **texts,
                         size_t *count, size_t *room)
{
    if (a->kind == COND_OR) {
        list_choices(arena, a->a, texts, count, room);
        list_choices(arena, a->b, texts, count, room);
    } else {
        cp_push(arena, *texts, *count, *room, a->text);
    }
}

/* Numbers by their size, which for whole ones is their length first. */
static int by_choice(const void *a, const void *b)
{
    const cp_str *x = a, *y = b;
    bool numbers =
        x->ptr[0] >= '0' && x->ptr[0] <= '9' && y->ptr[0] >= '0' && y->ptr[0] <= '9';
    if (numbers && x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return cp_str_cmp(*x, *y);
}

static void put_choices(cp_arena *arena, cp_buf *out, const mine_cond *a)
{
    cp_str *texts = NULL;
    size_t count = 0, room = 0;
    list_choices(arena, a, &texts, &count, &room);
    qsort(texts, count, sizeof *texts, by_choice);
    for (size_t i = 0; i < count; i++)
        cp_buf_printf(out, i ? ", %.*s" : "%.*s", CP_STR_ARGS(texts[i]));
}

static void put_dtype_of(cp_buf *out, cp_str param)
{
    if (param.ptr[0] == MINE_IS_DTYPE)
        cp_buf_add(out, cp_str_cut(param, 1, param.len));
    else
        cp_buf_printf(out, "%.*s.dtype", CP_STR_ARGS(param));
}

static void put_dtypes(cp_arena *arena, cp_buf *out, const mine_cond *a)
{
    cp_dtypes set = a->set & ~MINE_OTHER;
    if (a->set & MINE_OTHER) { /* said by what it is not */
        set = MINE_ALL & ~a->set;
        cp_buf_puts(out, "not ");
    }
    bool one = set && !(set & (set - 1));
    bool word =
        is_word(a->param.ptr[0] == MINE_IS_DTYPE ? cp_str_cut(a->param, 1, a->param.len)
                                                 : a->param);
    cp_buf_puts(out, word ? "" : "`");
    put_dtype_of(out, a->param);
    cp_buf_printf(out, " %s%.*s%s%s", one ? "== " : "in {",
                  CP_STR_ARGS(cp_dtypes_text(arena, set)), one ? "" : "}",
                  word ? "" : "`");
}

static void put(cp_arena *arena, cp_buf *out, const mine_cond *a);

static void put_not(cp_arena *arena, cp_buf *out, const mine_cond *a)
{
    if (a->kind == COND_IS && is_word(a->param)) {
        cp_buf_printf(out, "%.*s != %.*s", CP_STR_ARGS(a->param), CP_STR_ARGS(a->text));
        return;
    }
    cp_buf_puts(out, "not ");
    put(arena, out, a);
}

static void put(cp_arena *arena, cp_buf *out, const mine_cond *a)
{
    bool word = is_word(a->param);
    switch (a->kind) {
    case COND_GIVEN:
        cp_buf_printf(out, word ? "%.*s is given" : "`%.*s is given`",
                      CP_STR_ARGS(a->param));
        return;
    case COND_TRUTH:
        cp_buf_printf(out, word ? "%.*s" : "`%.*s`", CP_STR_ARGS(a->param));
        return;
    case COND_IS:
        cp_buf_printf(out, word ? "%.*s == %.*s" : "`%.*s == %.*s`",
                      CP_STR_ARGS(a->param), CP_STR_ARGS(a->text));
        return;
    case COND_ORDER:
        cp_buf_printf(out, word ? "%.*s %.*s %.*s" : "`%.*s %.*s %.*s`",
                      CP_STR_ARGS(a->param), CP_STR_ARGS(a->op), CP_STR_ARGS(a->text));
        return;
    case COND_DTYPE:
        put_dtypes(arena, out, a);
        return;
    case COND_SAME:
        cp_buf_puts(out, "`");
        put_dtype_of(out, a->param);
        cp_buf_puts(out, " == ");
        put_dtype_of(out, a->text);
        cp_buf_puts(out, "`");
        return;
    case COND_OPAQUE:
        /* One that is too long to be said is only known by a number. */
        cp_buf_printf(out, "`%.*s`", a->text.ptr[0] == '?' ? 1 : (int)a->text.len,
                      a->text.ptr);
        return;
    case COND_NOT:
        put_not(arena, out, a->a);
        return;
    case COND_OR:
        if (mine_is_choice(a, mine_choice_param(a)) && is_word(mine_choice_param(a))) {
            cp_buf_printf(out, "%.*s in {", CP_STR_ARGS(mine_choice_param(a)));
            put_choices(arena, out, a);
            cp_buf_puts(out, "}");
            return;
        }
        cp_buf_puts(out, "(");
        put(arena, out, a->a);
        cp_buf_puts(out, " or ");
        put(arena, out, a->b);
        cp_buf_puts(out, ")");
        return;
    default:
        cp_buf_puts(out, "`?`");
        return;
    }
}

cp_str mine_when(cp_arena *arena, const mine_cond *const *guard, uint32_t count)
{
    cp_buf out = {.arena = arena};
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            cp_buf_puts(&out, " and ");
        put(arena, &out, guard[i]);
    }
    return cp_buf_str(&out);
}
