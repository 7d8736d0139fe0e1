/*
 * mine_glance.h - what a C++ file seems to hold, by its text alone.
 *
 * Layer: contracts. To choose the files that are worth parsing: an answer may be yes for
 * a file that holds no such thing, and is no only for one that does not.
 */
#ifndef CP_CONTRACTS_MINE_GLANCE_H
#define CP_CONTRACTS_MINE_GLANCE_H

#include "base/str.h"

/*
 * The words of a text, each by a few bits: what is not among them is not in the text.
 * Most questions are answered by that, without looking at the text again.
 */
typedef struct mine_word_set {
    uint64_t bits[512];
} mine_word_set;

mine_word_set *mine_words_of(cp_arena *arena, cp_str text);
bool mine_may_have_word(const mine_word_set *set, cp_str word);

/* "name", "name(…", "space::name.overload", or EXPORT(name, …), REGISTER(name, …). */
bool mine_text_registers(cp_str text, cp_str name);
/* A function of that name, with its body or without. */
bool mine_text_defines(cp_str text, cp_str name);
bool mine_text_declares(cp_str text, cp_str name);
/* A function, class, alias or constant of that name. */
bool mine_text_has(cp_str text, cp_str name);

#endif
