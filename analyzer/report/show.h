/*
 * show.h - text for a terminal: safe, coloured, wrapped.
 *
 * Layer: report. Paths, source lines and messages may hold any byte. Here they
 * are made visible, so that no file can move the cursor, recolour the screen or
 * reverse the order in which a line is read: control characters come out as
 * \x1b, marks of writing direction and other invisible ones as \u202e, bytes that
 * are no UTF-8 as \xff, a tab as four blanks. Widths count terminal cells.
 */
#ifndef CP_REPORT_SHOW_H
#define CP_REPORT_SHOW_H

#include "base/str.h"

typedef enum cp_style {
    CP_STYLE_PLAIN,
    CP_STYLE_BOLD,
    CP_STYLE_DIM,
    CP_STYLE_RED,
    CP_STYLE_YELLOW,
    CP_STYLE_GREEN,
    CP_STYLE_CYAN,
} cp_style;

/*
 * Adds the character at byte *at of `text` in its visible form and moves *at
 * behind it. Gives the cells it fills. `out` may be NULL: then only measures.
 */
size_t cp_show_next(cp_buf *out, cp_str text, size_t *at);

/* Adds the whole of `text` in its visible form. */
void cp_show(cp_buf *out, cp_str text);

/* The cells that cp_show fills. */
size_t cp_show_cells(cp_str text);

/* cp_show in a style, where `color` says that the terminal knows styles. */
void cp_show_styled(cp_buf *out, bool color, cp_style style, cp_str text);

/*
 * Adds `text`, each run of white space one blank, and broken there so that no line
 * is longer than `width` cells (0: never broken). `used` cells of the first line are
 * taken; each further line begins with `indent` blanks. A word that fits on no line
 * is broken behind one of "/.,_:" where it has one, else anywhere. No line break is
 * added at the end.
 */
void cp_show_wrapped(cp_buf *out, cp_str text, size_t used, size_t indent, size_t width);

/* Adds `count` blanks. */
void cp_show_blanks(cp_buf *out, size_t count);

#endif
