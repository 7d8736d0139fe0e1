/*
 * outline.h - where the definitions of a Python file stand, told without a parser.
 *
 * Layer: parse. For those who parse only some of them. What is told is right or
 * nothing is told: text in which a string does not end, brackets do not pair up,
 * tabs indent or a block's lines do not line up is left to the parser as a whole.
 *
 * Listed are the functions of the module's own block, and those of the blocks of
 * its classes; what stands in an `if`, a `try` or an inner class is not. Offsets
 * count bytes of the text, half open.
 */
#ifndef CP_PARSE_OUTLINE_H
#define CP_PARSE_OUTLINE_H

#include "base/str.h"

/* Stands for the module in the place of a class. */
#define CP_OUTLINE_MODULE UINT32_MAX

typedef struct cp_outline_func {
    uint32_t line;               /* the line that begins it, decorators included */
    uint32_t first;              /* its first decorator, or `start` */
    uint32_t start;              /* `def` or `async` */
    uint32_t name, name_end;     /* its name */
    uint32_t code_end, body_end; /* of the last code; and of comments in its block */
    uint32_t end;                /* the line that begins the next statement around it */
    uint32_t class;              /* index of the class that holds it */
    bool holds_class;            /* at any depth */
} cp_outline_func;

typedef struct cp_outline_class {
    uint32_t start;    /* `class` */
    uint32_t body_end; /* of the last code in it, or the comments in its block */
} cp_outline_class;

typedef struct cp_outline_comment {
    uint32_t start, end;
} cp_outline_comment;

/* An import statement in a function, up to the next line or statement. */
typedef struct cp_outline_import {
    uint32_t start, end;
    uint32_t func; /* index of the function */
} cp_outline_import;

/* All in the order of the text. */
typedef struct cp_outline {
    cp_outline_func *funcs;
    cp_outline_class *classes;
    cp_outline_comment *comments;
    cp_outline_import *imports;
    uint32_t func_count, class_count, comment_count, import_count;
} cp_outline;

/* The outline of `text`, in `arena`; false where it cannot be told. */
bool cp_outline_of(cp_arena *arena, cp_str text, cp_outline *outline);

#endif
