/*
 * token.h - the words of Python text, as far as they can be told without a grammar.
 *
 * Layer: parse. Works on any text, broken text too: what is no word, string or
 * comment is a sign of one byte. White space, line breaks and backslashes that
 * join lines belong to no token. An f-string is one token, whatever it holds.
 */
#ifndef CP_PARSE_TOKEN_H
#define CP_PARSE_TOKEN_H

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

#endif
