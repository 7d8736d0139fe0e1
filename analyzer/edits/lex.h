/*
 * lex.h - the words of Python text, as far as an edit must tell them apart.
 *
 * Layer: edits. Works on any text, broken text too: what is no word, string or
 * comment is a sign of one byte. White space, line breaks and backslashes that
 * join lines belong to no token.
 */
#ifndef CP_EDITS_LEX_H
#define CP_EDITS_LEX_H

#include "base/str.h"

typedef enum cp_token_kind {
    CP_TOKEN_END,
    CP_TOKEN_WORD,   /* an identifier, a keyword or a number */
    CP_TOKEN_STRING, /* with its prefix and quotes */
    CP_TOKEN_COMMENT,
    CP_TOKEN_SIGN, /* one byte of an operator or a bracket */
} cp_token_kind;

typedef struct cp_token {
    cp_token_kind kind;
    size_t start, end; /* bytes of the text, half open */
} cp_token;

/* The first token at or after byte `at`; CP_TOKEN_END behind the last one. */
cp_token cp_lex(cp_str text, size_t at);

/* `text` without comments and white space, so that equal code gives equal bytes. */
cp_str cp_lex_squeeze(cp_arena *arena, cp_str text);

/* Whether a line ends in `text` outside all brackets and strings. */
bool cp_lex_breaks_line(cp_str text);

/* Whether `text` holds a comment. */
bool cp_lex_has_comment(cp_str text);

/* Whether a string of `text` goes over several lines. */
bool cp_lex_has_long_string(cp_str text);

#endif
