#include "base/digest.h"

__extension__ typedef unsigned __int128 wide;

/* The fractions of the roots of 2, 3, 5 and 7, made odd: their bits look like chance. */
#define KEY_A 0x6a09e667f3bcc909u
#define KEY_B 0xbb67ae8584caa73bu
#define KEY_C 0x3c6ef372fe94f82bu
#define KEY_D 0xa54ff53a5f1d36f1u

enum { STEP = 32 };

/* Both halves of the product: each bit of it hangs on many of both factors. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static cp_digest add_step(cp_digest d, const char *bytes)
{
    uint64_t word[4];
    memcpy(word, bytes, STEP);
    return (cp_digest){{mix(word[0] ^ KEY_A, word[1] ^ d.half[0]),
                        mix(word[2] ^ KEY_B, word[3] ^ d.half[1])}};
}

cp_digest cp_digest_add(cp_digest so_far, cp_str piece)
{
    cp_digest d = {{so_far.half[0] ^ KEY_C, so_far.half[1] ^ KEY_D}};
    size_t at = 0;
    for (; piece.len - at >= STEP; at += STEP)
        d = add_step(d, piece.ptr + at);
    char rest[STEP] = {0};
    cp_str_put(rest, cp_str_cut(piece, at, piece.len));
    d = add_step(d, rest);
    uint64_t a = mix(d.half[0] ^ piece.len, d.half[1] ^ KEY_C);
    uint64_t b = mix(d.half[1] ^ piece.len ^ KEY_D, d.half[0] ^ KEY_A);
    return (cp_digest){{a, b}};
}

cp_str cp_digest_text(cp_arena *arena, cp_digest digest)
{
    return cp_str_printf(arena, "%016llx%016llx", (unsigned long long)digest.half[0],
                         (unsigned long long)digest.half[1]);
}
