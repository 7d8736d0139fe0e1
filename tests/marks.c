#include "marks.h"

#include <stdlib.h>

typedef struct mark_reader {
    cp_arena *arena;
    const cp_source *source;
    cp_marks *marks;
    cp_err *err;
} mark_reader;

static cp_status fail(const mark_reader *r, uint32_t line, const char *what)
{
    return cp_fail(r->err, CP_ERR_SYNTAX, "%.*s:%u: %s", CP_STR_ARGS(r->source->path),
                   line, what);
}

static bool is_code(cp_str text)
{
    bool digits = text.len == 5 && cp_str_starts(text, CP_STR("CP"));
    for (size_t i = 2; digits && i < text.len; i++)
        digits = text.ptr[i] >= '0' && text.ptr[i] <= '9';
    return digits;
}

/* A code ends at what cannot be in one: "CP101, CP104  # a reason" holds two. */
static cp_status read_codes(const mark_reader *r, uint32_t at, cp_str rest, cp_mark mark)
{
    do {
        cp_str code = cp_str_trim(cp_str_next(&rest, ','));
        cp_str word = cp_str_next(&code, ' ');
        if (!is_code(word))
            return fail(r, at, "a mark wants codes, such as `# expect: CP101, CP104`");
        if (code.len)
            rest = (cp_str){"", 0};
        mark.code = word;
        cp_push(r->arena, r->marks->items, r->marks->count, r->marks->room, mark);
    } while (rest.len);
    return CP_OK;
}

/* The mark that begins with `word` on the line, if there is one. */
static cp_status read_mark(const mark_reader *r, uint32_t at, const char *word, bool todo)
{
    cp_str line = cp_source_line_text(r->source, at);
    cp_str head = cp_str_printf(r->arena, "# %s", word);
    size_t start = cp_str_find(line, head, 0);
    if (start == SIZE_MAX)
        return CP_OK;
    cp_str rest = cp_str_cut(line, start + head.len, line.len);
    long offset = 0;
    if (cp_str_starts(rest, CP_STR("@"))) {
        char *end;
        offset = strtol(cp_str_c(r->arena, cp_str_cut(rest, 1, rest.len)), &end, 10);
        size_t colon = cp_str_find(rest, CP_STR(":"), 0);
        if (offset == 0 || *end != ':' || colon == SIZE_MAX)
            return fail(r, at, "a mark for another line is `# expect@+1: CP101`");
        rest = cp_str_cut(rest, colon, rest.len);
    }
    if (!cp_str_starts(rest, CP_STR(":")))
        return CP_OK; /* a remark that happens to begin with the word */
    if ((long)at + offset < 1 || (long)at + offset > (long)r->source->line_count)
        return fail(r, at, "the mark speaks of a line that is not there");
    cp_mark mark = {.line = (uint32_t)((long)at + offset), .todo = todo};
    return read_codes(r, at, cp_str_cut(rest, 1, rest.len), mark);
}

cp_status cp_marks_read(cp_arena *arena, const cp_source *source, cp_marks *marks,
                        cp_err *err)
{
    mark_reader r = {arena, source, marks, err};
    *marks = (cp_marks){0};
    cp_status st = CP_OK;
    for (uint32_t line = 1; !st && line <= source->line_count; line++) {
        st = read_mark(&r, line, "expect", false);
        if (!st)
            st = read_mark(&r, line, "todo", true);
    }
    return st;
}

cp_str cp_marks_with(const cp_source *source)
{
    for (uint32_t line = 1; line <= source->line_count; line++) {
        cp_str text = cp_str_trim(cp_source_line_text(source, line));
        if (cp_str_starts(text, CP_STR("# with:")))
            return cp_str_trim(cp_str_cut(text, 7, text.len));
    }
    return (cp_str){"", 0};
}

/* Takes one mark of the line and code out of `left`, a flag for each. */
static const cp_mark *take(const cp_marks *marks, bool *left, const cp_mark *wanted)
{
    for (size_t i = 0; i < marks->count; i++) {
        const cp_mark *mark = &marks->items[i];
        if (!left[i] || mark->line != wanted->line ||
            !cp_str_eq(mark->code, wanted->code))
            continue;
        left[i] = false;
        return mark;
    }
    return NULL;
}

static void say(cp_buf *buf, cp_str path, const cp_mark *mark, const char *what)
{
    cp_buf_printf(buf, "%.*s:%u: %.*s %s\n", CP_STR_ARGS(path), mark->line,
                  CP_STR_ARGS(mark->code), what);
}

cp_str cp_marks_compare(cp_arena *arena, cp_str path, const cp_marks *marks,
                        const cp_marks *found)
{
    cp_buf text = {.arena = arena};
    bool *left = cp_new(arena, bool, marks->count + 1);
    memset(left, true, marks->count);
    for (size_t i = 0; i < found->count; i++) {
        const cp_mark *mark = take(marks, left, &found->items[i]);
        if (!mark)
            say(&text, path, &found->items[i], "was found and is not expected");
        else if (mark->todo)
            say(&text, path, mark, "was found: the gap is closed, write expect:");
    }
    for (size_t i = 0; i < marks->count; i++)
        if (left[i] && !marks->items[i].todo)
            say(&text, path, &marks->items[i], "is expected and was not found");
    return cp_buf_str(&text);
}
