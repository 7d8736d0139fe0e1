/*
 * html.h - the pieces that a page is made of: templates and safe text.
 *
 * Layer: report. Whatever comes from sources goes through one of these functions, and
 * comes out as text: markup escaped, and as show.h does it, control characters and
 * what else cannot be seen spelled out. No attribute and no style holds such text
 * but data-label, whose values are the writers' own.
 */
#ifndef CP_REPORT_HTML_H
#define CP_REPORT_HTML_H

#include "base/str.h"

/* Adds `text`. */
void cp_html_text(cp_buf *out, cp_str text);

/* Adds `text` as code that may be broken behind each of "/.,_:". */
void cp_html_code(cp_buf *out, cp_str text);

/* Adds a sentence of a report, in which what stands between two ` is code; long names
   may be broken. */
void cp_html_prose(cp_buf *out, cp_str text);

/* Adds a unified diff, a line an element: <ins>, <del>, <span> of its own lines. */
void cp_html_diff(cp_buf *out, cp_str diff);

/* What stands for {{name}} in a template. */
typedef struct cp_html_slot {
    const char *name;
    void (*fill)(cp_buf *out, const void *data);
} cp_html_slot;

/*
 * Adds the bundled template of that name below rules/, each {{name}} in it filled by
 * the slot so called; `slots` ends with {0}. That all of them are known is a matter of
 * the program's own files, and asserted.
 */
void cp_html_page(cp_buf *out, const char *name, const cp_html_slot *slots,
                  const void *data);

/* A bundled file below rules/, as it is. */
cp_str cp_html_bundled(const char *name);

#endif
