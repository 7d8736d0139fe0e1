/*
 * suggest.h - what somebody may have meant who wrote a word that is not known.
 *
 * Layer: base.
 */
#ifndef CP_BASE_SUGGEST_H
#define CP_BASE_SUGGEST_H

#include "base/str.h"

/*
 * The known word that takes the fewest letters to be added, left out, changed or
 * swapped with the next one, letters of ASCII compared without case; the first of
 * those. "" where even that takes more than a third of the word.
 */
cp_str cp_suggest(cp_str word, const cp_str *known, size_t count);

#endif
