#include "report/writers.h"

enum { STANDS_SHOWN = 4, METHODS_SHOWN = 3, CHOICES_SHOWN = 4 };

void cp_text_more(cp_buf *out, const char *label, size_t all, size_t shown,
                  const cp_report_style *style)
{
    if (all > shown)
        cp_text_note(out, label, cp_str_printf(out->arena, "… and %zu more", all - shown),
                     style);
}

/* "float32 when a == B; reads right bfloat16 when a != B". */
static cp_str choices_text(cp_arena *arena, const cp_stand *stand)
{
    cp_buf text = {.arena = arena};
    for (size_t i = 0; i < stand->choice_count && i < CHOICES_SHOWN; i++) {
        const cp_contract *choice = stand->choices[i];
        cp_buf_puts(&text, text.len ? "; " : "");
        cp_buf_puts(&text, choice->kind == CP_CONTRACT_CHECK ? "" : "reads right ");
        cp_buf_add(&text, cp_dtypes_text(arena, choice->accepts));
        if (choice->when_text.len)
            cp_buf_printf(&text, " when %.*s", CP_STR_ARGS(choice->when_text));
    }
    if (stand->choice_count > CHOICES_SHOWN)
        cp_buf_printf(&text, "; and %zu more conditions",
                      stand->choice_count - CHOICES_SHOWN);
    return cp_buf_str(&text);
}

static cp_str accepts_text(cp_arena *arena, const cp_stand *stand)
{
    const cp_terms *terms = &stand->terms;
    cp_str names = terms->accepts == CP_CONCRETE ? (cp_str){"", 0}
                                                 : cp_dtypes_text(arena, terms->accepts);
    bool unchecked = terms->check && terms->check->unchecked;
    if (terms->check && terms->check->same_as.len)
        return cp_str_printf(arena, "the dtype of %.*s",
                             CP_STR_ARGS(terms->check->same_as));
    if (terms->ignored)
        return CP_STR("any dtype: it is never read");
    if (!terms->accepts)
        return choices_text(arena, stand);
    if (terms->known && !unchecked && names.len)
        return names;
    const char *head =
        terms->known ? "any dtype: nothing checks it" : "what it checks is not known";
    if (!names.len)
        return cp_str_of(head);
    return cp_str_printf(arena, "%s, but it reads right only %.*s", head,
                         CP_STR_ARGS(names));
}

/* Where the routing method is left open, those for which it is known. */
static void add_computes(cp_buf *text, const cp_stand *stand)
{
    const cp_terms *terms = &stand->terms;
    if (terms->computes != CP_DTYPE_NONE)
        cp_buf_printf(text, "; computes in %s", cp_dtype_name(terms->computes));
    else if (!stand->method_count && !terms->ignored)
        cp_buf_puts(text, "; in which dtype it computes is not known");
    if (stand->method_count)
        cp_buf_printf(text, "; computes in %s if one group of experts is routed by ",
                      cp_dtype_name(stand->computes));
    for (uint32_t i = 0; i < stand->method_count && i < METHODS_SHOWN; i++)
        cp_buf_printf(text, "%s%.*s", i ? ", " : "", CP_STR_ARGS(stand->methods[i]));
    if (stand->method_count > METHODS_SHOWN)
        cp_buf_printf(text, " or %u more methods", stand->method_count - METHODS_SHOWN);
}

/* What the library takes, and how it computes on it. */
static cp_str terms_text(cp_arena *arena, const cp_stand *stand)
{
    const cp_terms *terms = &stand->terms;
    cp_buf text = {.arena = arena};
    if (terms->broken)
        return CP_STR("nothing: the call fails whatever its arguments are");
    if (!terms->known && !terms->inside)
        return CP_STR("not known");
    cp_buf_add(&text, accepts_text(arena, stand));
    add_computes(&text, stand);
    if (terms->rounds_to != CP_DTYPE_NONE)
        cp_buf_printf(&text, "; rounds it to %s itself", cp_dtype_name(terms->rounds_to));
    if (terms->may_round_to != CP_DTYPE_NONE)
        cp_buf_printf(&text, "; may round it to %s itself",
                      cp_dtype_name(terms->may_round_to));
    if (terms->coupled)
        cp_buf_printf(&text, "; %.*s must have the same dtype",
                      CP_STR_ARGS(terms->coupled->parameter));
    if (terms->labels)
        cp_buf_puts(&text, "; an output gets its dtype");
    return cp_buf_str(&text);
}

static void add_stated(cp_buf *text, const cp_terms *terms)
{
    const cp_contract *const from[] = {terms->check, terms->inside, terms->coupled};
    cp_str last = {"", 0};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        if (!from[i] || !from[i]->stated_count || cp_str_eq(from[i]->stated[0], last))
            continue;
        last = from[i]->stated[0];
        cp_buf_printf(text, ", %.*s", CP_STR_ARGS(last));
    }
}

void cp_text_stands(cp_buf *out, const cp_consumer *consumer,
                    const cp_report_style *style)
{
    cp_arena *arena = out->arena;
    if (!consumer->stand_count)
        cp_text_note(out, "takes",
                     cp_str_printf(arena,
                                   "not known: no contract of %.*s is at hand for the "
                                   "release that is pinned",
                                   CP_STR_ARGS(consumer->package)),
                     style);
    for (size_t i = 0; i < consumer->stand_count && i < STANDS_SHOWN; i++) {
        const cp_stand *stand = &consumer->stands[i];
        cp_buf text = {.arena = arena};
        cp_buf_add(&text, terms_text(arena, stand));
        cp_buf_printf(&text, " (%.*s %.*s", CP_STR_ARGS(consumer->package),
                      CP_STR_ARGS(stand->first->text));
        if (stand->first != stand->last)
            cp_buf_printf(&text, " to %.*s", CP_STR_ARGS(stand->last->text));
        add_stated(&text, &stand->terms);
        cp_buf_puts(&text, ")");
        cp_text_note(out, "takes", cp_buf_str(&text), style);
    }
    cp_text_more(out, "takes", consumer->stand_count, STANDS_SHOWN, style);
}
