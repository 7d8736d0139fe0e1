/*
 * toml_read.h - what the parts of the TOML reader share.
 *
 * Layer: parse. Included only by toml.c (documents, tables, keys), toml_value.c
 * (values) and toml_word.c (values without quotes or brackets). A reader stops at its
 * first error: every function gives false then, and the message is in `err`.
 */
#ifndef CP_PARSE_TOML_READ_H
#define CP_PARSE_TOML_READ_H

#include "parse/toml.h"

typedef struct toml_reader {
    cp_arena *arena;
    cp_str path;
    const char *at, *end;
    uint32_t line;
    unsigned depth; /* of arrays and inline tables around `at` */
    cp_err *err;
} toml_reader;

/* How a table came to be decides who may still add to it. */
enum toml_state {
    TOML_IMPLIED, /* by the header of a table below it */
    TOML_HEADER,  /* by its own header; the root too */
    TOML_DOTTED,  /* by a dotted key */
    TOML_CLOSED,  /* an inline table or an array of values: complete */
};

/* Records "path:line: message" and gives false. */
bool toml_fail(toml_reader *r, const char *fmt, ...) CP_PRINTF(2, 3);

/* Skips blanks and tabs. */
void toml_skip_blanks(toml_reader *r);
/* Skips blanks, line breaks and comments. */
bool toml_skip_lines(toml_reader *r);
/* Takes a line break if one is there. */
bool toml_take_newline(toml_reader *r);

cp_toml *toml_new(toml_reader *r, cp_toml_kind kind);
cp_toml *toml_find(const cp_toml *table, cp_str key);
void toml_put(toml_reader *r, cp_toml *table, cp_str key, cp_toml *value);

/* `key = value`, with a dotted key, into `table`. */
bool toml_read_pair(toml_reader *r, cp_toml *table);
bool toml_read_value(toml_reader *r, cp_toml **value);
/* A boolean, a number or a date. */
bool toml_read_word(toml_reader *r, cp_toml *value);
/* A one-line string in either quotes; `at` is on the quote. */
bool toml_read_string(toml_reader *r, cp_str *text);

#endif
