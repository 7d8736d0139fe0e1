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
    if (!range->pin || !range->pin->spec.text.len)
        return CP_STR("any release");
    cp_str text = range->pin->spec.text;
    if (range->count == 1 && cp_str_starts(text, CP_STR("==")))
        return range->releases[0]->text;
    return cp_str_copy(study->arena, text);
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
    cp_str text = cp_str_cut(module->source->text, span.start, span.end);
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
    while (text.len) { /* a test over several lines is shown on one */
        cp_str line = cp_str_trim(cp_str_next(&text, '\n'));
        cp_buf_add(buf, line);
        if (text.len)
            cp_buf_puts(buf, " ");
    }
    cp_buf_puts(buf, wrap ? ")" : "");
}

cp_str cp_guard_text(cp_arena *arena, const cp_module *module, const cp_guard *guard)
{
    cp_buf buf = {.arena = arena};
    add_test(arena, module, guard, &buf);
    return cp_buf_str(&buf);
}
