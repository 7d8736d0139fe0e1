#include "findings/study.h"

cp_range cp_range_of(const cp_study *study, cp_str path, cp_str package)
{
    cp_range range = {.pin = cp_pins_find(study->pins, path, package)};
    size_t known, room = 0;
    const cp_release *releases = cp_contracts_releases(study->contracts, package, &known);
    for (size_t i = 0; i < known; i++)
        if (!range.pin || cp_spec_allows(&range.pin->spec, releases[i].version))
            cp_push(study->arena, range.releases, range.count, room, &releases[i]);
    return range;
}

cp_str cp_range_text(const cp_study *study, const cp_range *range)
{
    if (range->own)
        return range->releases[0]->text;
    if (!range->pin || !range->pin->spec.text.len)
        return CP_STR("any release");
    cp_str text = range->pin->spec.text;
    if (range->count == 1 && cp_str_starts(text, CP_STR("==")))
        return range->releases[0]->text;
    return cp_str_copy(study->arena, text);
}

/* The code of a span on one line, without the comments in it. */
static void add_code(const cp_module *module, cp_span span, cp_buf *buf)
{
    cp_str text = module->source->text;
    size_t before = buf->len;
    for (uint32_t at = span.start; at < span.end;) {
        const char *line_end = memchr(text.ptr + at, '\n', span.end - at);
        uint32_t end = line_end ? (uint32_t)(line_end - text.ptr) : span.end;
        uint32_t stop = end;
        for (uint32_t c = 0; c < module->comment_count; c++) {
            uint32_t comment = module->comments[c].span.start;
            stop = comment >= at && comment < stop ? comment : stop;
        }
        cp_str line = cp_str_trim(cp_str_cut(text, at, stop));
        if (line.len && buf->len > before)
            cp_buf_puts(buf, " ");
        cp_buf_add(buf, line);
        at = end + 1;
    }
}

static void add_test(cp_arena *arena, const cp_module *module, const cp_guard *guard,
                     cp_buf *buf)
{
    if (!guard)
        return;
    add_test(arena, module, guard->outer, buf);
    if (!guard->branch)
        return;
    cp_span span = guard->test->span;
    if (buf->len)
        cp_buf_puts(buf, " and ");
    if (guard->test->kind == CP_EXPR_COMPARE && !guard->holds &&
        cp_str_is(guard->test->text, "==")) {
        const cp_expr *left = guard->test->kids[0], *right = guard->test->kids[1];
        cp_buf_add(buf,
                   cp_str_cut(module->source->text, left->outer.start, left->outer.end));
        cp_buf_puts(buf, " != ");
        cp_buf_add(
            buf, cp_str_cut(module->source->text, right->outer.start, right->outer.end));
        return;
    }
    bool wrap = guard->test->kind != CP_EXPR_NAME && guard->test->kind != CP_EXPR_ATTR &&
                guard->test->kind != CP_EXPR_CALL &&
                (!guard->holds || guard->test->kind == CP_EXPR_BOOL);
    cp_buf_puts(buf, guard->holds ? "" : "not ");
    cp_buf_puts(buf, wrap ? "(" : "");
    add_code(module, span, buf);
    cp_buf_puts(buf, wrap ? ")" : "");
}

cp_str cp_guard_text(cp_arena *arena, const cp_module *module, const cp_guard *guard)
{
    cp_buf buf = {.arena = arena};
    add_test(arena, module, guard, &buf);
    return cp_buf_str(&buf);
}
