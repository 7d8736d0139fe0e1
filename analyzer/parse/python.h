/*
 * python.h - the syntax tree of a Python file, laid flat in source order.
 *
 * Layer: parse. Only this module uses tree_sitter/api.h. The library's tree is
 * walked once and freed before the parse returns; what is given out is an array
 * in which every node is followed by all that is in it. A walk over it needs no
 * recursion, whatever the source nests.
 *
 * Offsets count bytes of the source, half open. Any bytes can be parsed: where
 * they are no Python there are ERROR nodes, and missing ones of no width.
 */
#ifndef CP_PARSE_PYTHON_H
#define CP_PARSE_PYTHON_H

#include "base/str.h"

typedef enum cp_python_kind {
    CP_PYTHON_TOKEN,    /* punctuation, an operator or a keyword */
    CP_PYTHON_UNLISTED, /* a named node that python.def does not list */
    CP_PYTHON_ERROR,    /* what the parser could not read */
#define X(id, name) CP_PYTHON_##id,
#include "parse/python.def"
#undef X
    CP_PYTHON_KIND_COUNT,
} cp_python_kind;

typedef struct cp_python_node {
    uint32_t start, end;
    uint32_t next;    /* index of the first node that is not in this one */
    uint16_t symbol;  /* the grammar's number of it, for cp_python_name */
    uint8_t kind;     /* a cp_python_kind */
    bool missing : 1; /* the parser made it up; it has no width */
    bool broken : 1;  /* it is, or holds, an ERROR or a missing node */
} cp_python_node;

/* A parser, for any number of files one after the other; one thread at a time. */
typedef struct cp_python_parser cp_python_parser;

/* The parser lives in `arena` but holds a foreign handle: it must be freed. */
cp_python_parser *cp_python_parser_new(cp_arena *arena);
void cp_python_parser_free(cp_python_parser *parser);

/*
 * The nodes of `text` in `arena`, *count of them and at least one; [0] is the
 * root. `text` may hold any bytes, is at most 4 GiB, and is not kept.
 */
const cp_python_node *cp_python_parse(cp_python_parser *parser, cp_arena *arena,
                                      cp_str text, uint32_t *count);

typedef struct cp_python_range {
    uint32_t start, end;
} cp_python_range;

/*
 * The same for what stands in the ranges, as if there were nothing else. They are in
 * order, and one at least.
 */
const cp_python_node *cp_python_parse_ranges(cp_python_parser *parser, cp_arena *arena,
                                             cp_str text, const cp_python_range *ranges,
                                             size_t range_count, uint32_t *count);

/* The grammar's name of a node, such as "list_comprehension"; it lives for ever. */
const char *cp_python_name(const cp_python_parser *parser, const cp_python_node *node);

/* Whether it is part of what the code means: no token, comment, `\` or ERROR. */
static inline bool cp_python_is_part(const cp_python_node *node)
{
    return node->kind != CP_PYTHON_TOKEN && node->kind != CP_PYTHON_COMMENT &&
           node->kind != CP_PYTHON_LINE_CONTINUATION && node->kind != CP_PYTHON_ERROR;
}

/*
 * The first part of nodes[parent] at or after `from`, which is parent + 1 or the
 * `next` of a child; 0 if there is none.
 */
static inline uint32_t cp_python_part_from(const cp_python_node *nodes, uint32_t parent,
                                           uint32_t from)
{
    while (from < nodes[parent].next && !cp_python_is_part(&nodes[from]))
        from = nodes[from].next;
    return from < nodes[parent].next ? from : 0;
}

#endif
