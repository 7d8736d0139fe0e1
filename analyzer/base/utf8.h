/*
 * utf8.h - reading text that should be UTF-8 and may not be.
 *
 * Layer: base.
 */
#ifndef CP_BASE_UTF8_H
#define CP_BASE_UTF8_H

#include "base/str.h"

/*
 * The code point at byte *at of `text`, which must be inside it; *at moves behind
 * it. -1 where no well-formed one begins (overlong forms, surrogates and what lies
 * past U+10FFFF included); *at then moves by one byte.
 */
int32_t cp_utf8_next(cp_str text, size_t *at);

/* `text` itself where it is UTF-8; else a copy with U+FFFD for each wrong byte. */
cp_str cp_utf8_clean(cp_arena *arena, cp_str text);

#endif
