/*
 * words.h - what a patch says: its subject, its file name, and the body of its mail.
 *
 * Layer: patches. Used within this layer only.
 */
#ifndef CP_PATCHES_WORDS_H
#define CP_PATCHES_WORDS_H

#include "patches/patch.h"

/* `text` in one line of valid UTF-8, white space as single blanks. */
cp_str cp_words_line(cp_arena *arena, cp_str text);

/* What the fix does, in the imperative: a mail's subject. */
cp_str cp_words_subject(cp_arena *arena, const cp_fix *fix);

/* "0001-Drop-the-cast.patch": ASCII letters, digits, `.`, `_` and `-` only. */
cp_str cp_words_file(cp_arena *arena, cp_str subject, size_t number);

/* What and why, with the evidence; lines of at most 72 columns where words allow. */
cp_str cp_words_body(cp_arena *arena, const cp_patch *patch);

#endif
