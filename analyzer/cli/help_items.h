/*
 * help_items.h - what --help says, piece by piece: the man page and the shells'
 * completions are made of it, so that they cannot say anything else.
 *
 * Layer: cli.
 */
#ifndef CP_CLI_HELP_ITEMS_H
#define CP_CLI_HELP_ITEMS_H

#include "base/str.h"

/* "  --select CODE,…      only these rules" of the section "Options". */
typedef struct cp_help_item {
    cp_str section; /* "Commands", "Options", or the command whose options they are */
    cp_str words;   /* "--select CODE,…" */
    cp_str text;    /* on one line; "" where there is none */
} cp_help_item;

/* All of them, in their order. */
cp_help_item *cp_help_items(cp_arena *arena, size_t *count);

/* The item that has the command or the long option (without dashes) among its words;
   NULL if there is none. */
const cp_help_item *cp_help_find(const cp_help_item *items, size_t count, bool option,
                                 cp_str name);

#endif
