/*
 * show_facts.h - facts as short text, so that a test can say what it expects.
 *
 * Layer: tests. An expression is written in prefix form, kinds in small letters:
 * `x.to(y)` is `(call (attr x to) y)`. A block is its statements, with blanks.
 */
#ifndef CP_TESTS_SHOW_FACTS_H
#define CP_TESTS_SHOW_FACTS_H

#include "facts/fact.h"

cp_str show_expr(cp_arena *arena, const cp_expr *expr);
cp_str show_block(cp_arena *arena, const cp_block *block);
/* The whole file `text`, lowered. */
cp_module *facts_of(cp_arena *arena, const char *text);
cp_module *facts_of_bytes(cp_arena *arena, cp_str text);
/* What the span covers, as the source has it. */
cp_str covered(const cp_module *module, cp_span span);

#endif
