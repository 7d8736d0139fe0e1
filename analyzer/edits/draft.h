/*
 * draft.h - the edits of one fix while it is being made.
 *
 * Layer: edits. Used within this layer only. A draft holds changes of one file
 * that go together, and three kinds of edit: bytes that go, bytes put in, and
 * lines that go as a whole. Adding one that lies within what already goes
 * changes nothing, and one that covers others replaces them; so a statement can
 * be worked on first and be removed afterwards.
 */
#ifndef CP_EDITS_DRAFT_H
#define CP_EDITS_DRAFT_H

#include "findings/finding.h"

typedef struct cp_draft {
    cp_arena *arena;
    const cp_module *module;
    cp_str text; /* of the module's source */
    const cp_change **changes;
    uint32_t change_count;
    bool *found; /* which of them were made */

    cp_edit_range *edits; /* in position order, none touching another */
    size_t count, room;
    cp_span *lines; /* removed lines, from first byte to past the line break */
    size_t line_count, line_room;

    cp_str refusal; /* why there can be no such fix; "" as long as there can */
    cp_span blame;  /* the statement that stands in the way */
} cp_draft;

/* An empty draft; `changes` is borrowed. */
cp_draft *cp_draft_new(cp_arena *arena, const cp_module *module,
                       const cp_change **changes, uint32_t count);

/* Says why the draft is no good; the first reason stays. */
void cp_draft_refuse(cp_draft *draft, cp_span blame, const char *fmt, ...)
    CP_PRINTF(3, 4);

/* Puts `text` in the place of bytes [start, end). */
void cp_draft_replace(cp_draft *draft, size_t start, size_t end, cp_str text);
static inline void cp_draft_delete(cp_draft *draft, size_t start, size_t end)
{
    cp_draft_replace(draft, start, end, CP_STR(""));
}

/* Whether a change of the draft lies in [start, end). */
bool cp_draft_touches(const cp_draft *draft, cp_span span);

/* Bytes [span.start, span.end) as they are after the edits so far. */
cp_str cp_draft_render(const cp_draft *draft, cp_span span);

/*
 * lines.c: whole lines.
 *
 * Whether nothing but blanks stands before `span` on its first line, and
 * nothing but blanks, a `;` and a comment behind it on its last one.
 */
bool cp_draft_owns_lines(const cp_draft *draft, cp_span span);
/* First byte of the line that holds `at`, and the first one of the next line. */
size_t cp_draft_line_start(const cp_draft *draft, size_t at);
size_t cp_draft_line_end(const cp_draft *draft, size_t at);
/* The first byte that is no blank or tab, from `line` on. */
size_t cp_draft_indent_end(const cp_draft *draft, size_t line);
/*
 * `span` with the comment lines below it that are indented deeper than the line
 * that it starts on: they belong to the block that ends it.
 */
cp_span cp_draft_with_tail(const cp_draft *draft, cp_span span);
/* Removes the lines from that of span.start to that of the last byte of `span`. */
void cp_draft_remove_lines(cp_draft *draft, cp_span span);
/* Turns the removed lines into edits, with the blank lines that go with them. */
void cp_draft_settle_lines(cp_draft *draft);

/* reduce.c: makes the expression-level edits below `root`; what is left of it. */
cp_expr *cp_draft_reduce(cp_draft *draft, cp_expr *root);
/* Whether evaluating `expr` can be left out: it calls nothing. */
bool cp_draft_is_pure(const cp_expr *expr);

/* shrink.c: makes the edits of all changes of the draft, imports excepted. */
void cp_draft_shrink(cp_draft *draft);
/* branch.c: what becomes of an `if`; true where all of it goes. */
bool cp_draft_shrink_if(cp_draft *draft, cp_stmt *stmt, bool body_gone, bool else_gone);

/* unused.c: removes the imports that nothing uses once the draft is applied. */
void cp_draft_drop_imports(cp_draft *draft);

#endif
