#include "edits/draft.h"

static const cp_str bom = {"\xef\xbb\xbf", 3};

size_t cp_draft_line_start(const cp_draft *draft, size_t at)
{
    size_t first = cp_str_starts(draft->text, bom) ? bom.len : 0;
    while (at > first && draft->text.ptr[at - 1] != '\n')
        at--;
    return at;
}

size_t cp_draft_line_end(const cp_draft *draft, size_t at)
{
    const char *text = draft->text.ptr;
    if (at >= draft->text.len)
        return draft->text.len;
    const char *end = memchr(text + at, '\n', draft->text.len - at);
    return end ? (size_t)(end - text) + 1 : draft->text.len;
}

static cp_str cut(const cp_draft *draft, size_t start, size_t end)
{
    return cp_str_cut(draft->text, start, end);
}

static bool is_blank(cp_str line)
{
    return cp_str_trim(line).len == 0;
}

bool cp_draft_owns_lines(const cp_draft *draft, cp_span span)
{
    size_t start = cp_draft_line_start(draft, span.start);
    cp_str before = cut(draft, start, span.start);
    cp_str after = cp_str_trim(cut(draft, span.end, cp_draft_line_end(draft, span.end)));
    if (after.len && after.ptr[0] == ';')
        after = cp_str_trim(cp_str_cut(after, 1, after.len));
    bool joined =
        start >= 2 && cp_str_ends(cp_str_trim(cut(draft, 0, start)), CP_STR("\\"));
    return is_blank(before) && !joined && (after.len == 0 || after.ptr[0] == '#');
}

size_t cp_draft_indent_end(const cp_draft *draft, size_t line)
{
    while (line < draft->text.len &&
           (draft->text.ptr[line] == ' ' || draft->text.ptr[line] == '\t'))
        line++;
    return line;
}

cp_span cp_draft_with_tail(const cp_draft *draft, cp_span span)
{
    size_t start = cp_draft_line_start(draft, span.start);
    size_t width = cp_draft_indent_end(draft, start) - start;
    size_t at = cp_draft_line_end(draft, span.end ? span.end - 1 : 0);
    while (at < draft->text.len) {
        size_t code = cp_draft_indent_end(draft, at);
        if (code >= draft->text.len || draft->text.ptr[code] != '#' || code - at <= width)
            break;
        at = cp_draft_line_end(draft, at);
        span.end = (uint32_t)at;
    }
    return span;
}

void cp_draft_remove_lines(cp_draft *draft, cp_span span)
{
    size_t last = span.end > span.start ? span.end - 1 : span.start;
    cp_span add = {(uint32_t)cp_draft_line_start(draft, span.start),
                   (uint32_t)cp_draft_line_end(draft, last)};
    size_t kept = 0;
    for (size_t i = 0; i < draft->line_count; i++) {
        cp_span other = draft->lines[i];
        if (other.end < add.start || add.end < other.start) {
            draft->lines[kept++] = other;
            continue;
        }
        add.start = other.start < add.start ? other.start : add.start;
        add.end = other.end > add.end ? other.end : add.end;
    }
    draft->line_count = kept;
    cp_push(draft->arena, draft->lines, draft->line_count, draft->line_room, add);
}

static size_t indent_of(cp_str line)
{
    size_t width = 0;
    while (width < line.len && (line.ptr[width] == ' ' || line.ptr[width] == '\t'))
        width++;
    return width;
}

static cp_str line_at(const cp_draft *draft, size_t at)
{
    return cut(draft, cp_draft_line_start(draft, at), cp_draft_line_end(draft, at));
}

/* The first byte of the blank lines that end at `at`, a line's start. */
static size_t blank_above(const cp_draft *draft, size_t at, uint32_t *count)
{
    *count = 0;
    while (at > cp_draft_line_start(draft, 0)) {
        size_t above = cp_draft_line_start(draft, at - 1);
        if (above >= at || !is_blank(cut(draft, above, at)))
            break;
        at = above;
        ++*count;
    }
    return at;
}

static size_t blank_below(const cp_draft *draft, size_t at, uint32_t *count)
{
    *count = 0;
    while (at < draft->text.len && is_blank(line_at(draft, at))) {
        at = cp_draft_line_end(draft, at);
        ++*count;
    }
    return at;
}

/* Whether the code of the line that ends before `at` ends with a colon. */
static bool opens_block(const cp_draft *draft, size_t at)
{
    const cp_module *module = draft->module;
    size_t start = at ? cp_draft_line_start(draft, at - 1) : 0;
    size_t end = at;
    for (uint32_t i = 0; i < module->comment_count; i++) {
        const cp_comment *comment = &module->comments[i];
        if (comment->span.start >= start && comment->span.start < end)
            end = comment->span.start;
    }
    return end > start && cp_str_ends(cp_str_trim(cut(draft, start, end)), CP_STR(":"));
}

static bool is_removed(const cp_draft *draft, size_t at)
{
    for (size_t i = 0; i < draft->line_count; i++)
        if (draft->lines[i].start <= at && at < draft->lines[i].end)
            return true;
    return false;
}

/*
 * Blank lines stood on both sides of what goes, or on one side where nothing is
 * left to be kept apart: then one group of them goes too, the lower one unless
 * it is the larger.
 */
static void settle(cp_draft *draft, cp_span lines)
{
    uint32_t above, below;
    size_t top = blank_above(draft, lines.start, &above);
    size_t bottom = blank_below(draft, lines.end, &below);
    size_t start = lines.start, end = lines.end;
    bool at_end = bottom >= draft->text.len;
    bool first = top == cp_draft_line_start(draft, 0) || opens_block(draft, top);
    bool last = at_end || indent_of(line_at(draft, bottom)) <
                              indent_of(line_at(draft, lines.start));
    if (is_removed(draft, bottom) && !at_end)
        last = false;
    if ((above && below && above >= below) || (first && !above))
        end = bottom;
    else if ((above && below) || (last && above))
        start = top;

    bool open_end = draft->text.len && draft->text.ptr[draft->text.len - 1] != '\n';
    if (end == draft->text.len && open_end && start > 0) {
        start -= draft->text.ptr[start - 1] == '\n';
        start -= start > 0 && draft->text.ptr[start - 1] == '\r';
    }
    cp_draft_delete(draft, start, end);
}

void cp_draft_settle_lines(cp_draft *draft)
{
    for (size_t i = 0; i < draft->line_count; i++)
        settle(draft, draft->lines[i]);
    draft->line_count = 0;
}
