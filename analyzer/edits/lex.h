/*
 * lex.h - questions about pieces of Python text that no parser has seen.
 *
 * Layer: edits. Works on any text, broken text too.
 */
#ifndef CP_EDITS_LEX_H
#define CP_EDITS_LEX_H

#include "parse/token.h"

/* `text` without comments and white space, so that equal code gives equal bytes. */
cp_str cp_lex_squeeze(cp_arena *arena, cp_str text);

/* Whether a line ends in `text` outside all brackets and strings. */
bool cp_lex_breaks_line(cp_str text);

/* Whether `text` holds a comment. */
bool cp_lex_has_comment(cp_str text);

/* Whether a string of `text` goes over several lines. */
bool cp_lex_has_long_string(cp_str text);

#endif
