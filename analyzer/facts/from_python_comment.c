#include "facts/from_python.h"

/* U+FEFF in UTF-8, which some editors put before the first line. */
#define BYTE_ORDER_MARK CP_STR("\xef\xbb\xbf")

static bool stands_alone(const char *text, uint32_t start)
{
    uint32_t at = start;
    while (at > 0 &&
           (text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '\f'))
        at--;
    if (at == BYTE_ORDER_MARK.len)
        return cp_str_eq((cp_str){text, at}, BYTE_ORDER_MARK) || text[at - 1] == '\n';
    return at == 0 || text[at - 1] == '\n';
}

static void add(cp_lower *lower, cp_span span, size_t *room)
{
    cp_module *module = lower->module;
    while (span.end > span.start && lower->text[span.end - 1] == '\r')
        span.end--;
    if (span.start == span.end)
        return;
    cp_comment comment = {
        .span = span,
        .text = {lower->text + span.start + 1, span.end - span.start - 1},
        .own_line = stands_alone(lower->text, span.start),
    };
    cp_push(lower->arena, module->comments, module->comment_count, *room, comment);
}

void cp_lower_comments(cp_lower *lower, uint32_t count)
{
    size_t room = 0;
    const cp_outline *outline = lower->outline;
    for (uint32_t i = 0; outline && i < outline->comment_count; i++)
        add(lower, (cp_span){outline->comments[i].start, outline->comments[i].end},
            &room);
    for (uint32_t i = 0; !outline && i < count; i++)
        if (cp_lower_kind(lower, i) == CP_PYTHON_COMMENT)
            add(lower, cp_lower_span(lower, i), &room);
}
