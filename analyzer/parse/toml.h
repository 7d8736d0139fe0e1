/*
 * toml.h - TOML 1.0 text as plain records.
 *
 * Layer: parse. Source of the rules: the TOML specification, version 1.0.0.
 * A document is read whole or not at all. Everything lives in the arena that
 * was given to the reader; strings without escapes are borrowed from the text,
 * which must live as long. Lines count from 1.
 *
 * Read by hand and not through a grammar for a general parser: contracts are
 * read at every start, and this is faster by a factor of ten and says what is
 * wrong, and where, in words. tree-sitter's grammar of TOML is the measure in
 * tests/test_toml_grammar.c.
 */
#ifndef CP_PARSE_TOML_H
#define CP_PARSE_TOML_H

#include "base/map.h"
#include "base/str.h"

typedef enum cp_toml_kind {
    CP_TOML_STRING,
    CP_TOML_INTEGER,
    CP_TOML_FLOAT,
    CP_TOML_BOOLEAN,
    CP_TOML_DATE, /* dates and times of all four forms; `text` as written */
    CP_TOML_ARRAY,
    CP_TOML_TABLE,
} cp_toml_kind;

typedef struct cp_toml cp_toml;

typedef struct cp_toml_pair {
    cp_str key;
    cp_toml *value;
} cp_toml_pair;

/* Only the members of its own kind may be read. */
struct cp_toml {
    cp_toml_kind kind;
    uint32_t line; /* where the value, or its table header, begins */
    uint8_t state; /* the reader's own: how a table came to be */
    cp_str text;   /* a string's value (may hold NULs); numbers and dates as written */
    union {
        bool truth; /* of a boolean */
        struct {    /* of an integer; a float has `number` alone */
            int64_t integer;
            double number;
        };
        struct { /* of an array */
            cp_toml **items;
            size_t item_count, item_room;
        };
        struct { /* of a table, in the order written */
            cp_toml_pair *pairs;
            size_t pair_count, pair_room;
            cp_map *index; /* the reader's own: pairs by key, once they are many */
        };
    };
};

/*
 * Reads `text`; `*root` is the table of the whole document. `path` is only for
 * the message, which reads "path:line: what is wrong".
 *
 * CP_ERR_SYNTAX  `text` is not TOML (a key given twice included); `*root` is untouched
 */
CP_MUST_CHECK cp_status cp_toml_parse(cp_arena *arena, cp_str path, cp_str text,
                                      cp_toml **root, cp_err *err);

/* The value under `key` of a table; NULL where there is none or `table` is no table. */
const cp_toml *cp_toml_get(const cp_toml *table, const char *key);

/* The same for a key that must hold `kind`; NULL where it holds anything else. */
const cp_toml *cp_toml_get_kind(const cp_toml *table, const char *key, cp_toml_kind kind);

/* "string", "array", …: for messages. */
const char *cp_toml_kind_name(cp_toml_kind kind);

#endif
