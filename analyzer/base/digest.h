/*
 * digest.h - a fingerprint of bytes, by which equal contents are known again.
 *
 * Layer: base. 128 bits, at the speed of memory; no defence against somebody who makes
 * two texts alike on purpose. The same on machines of the same byte order.
 */
#ifndef CP_BASE_DIGEST_H
#define CP_BASE_DIGEST_H

#include "base/str.h"

/* {0} is the digest of nothing. */
typedef struct cp_digest {
    uint64_t half[2];
} cp_digest;

/*
 * The digest of what `so_far` stands for and then `piece`. Where a piece ends counts:
 * "ab" and "c" are not "a" and "bc".
 */
cp_digest cp_digest_add(cp_digest so_far, cp_str piece);

static inline bool cp_digest_eq(cp_digest a, cp_digest b)
{
    return a.half[0] == b.half[0] && a.half[1] == b.half[1];
}

/* 32 hexadecimal digits. */
cp_str cp_digest_text(cp_arena *arena, cp_digest digest);

#endif
