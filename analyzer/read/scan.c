#include "read/scan.h"

#include <assert.h>

#include "read/scan_table.h"

/* Of 10,000 bytes of Python, how many are this one; measured on 27 MB of it. */
static const uint16_t commonness[128] = {
    ['\n'] = 273, [' '] = 2707, ['"'] = 78,  ['#'] = 17,  ['('] = 88,  [')'] = 88,
    ['*'] = 9,    ['+'] = 7,    [','] = 120, ['-'] = 34,  ['.'] = 143, ['/'] = 9,
    ['0'] = 17,   ['1'] = 20,   ['2'] = 16,  ['3'] = 7,   ['4'] = 6,   ['5'] = 3,
    ['6'] = 4,    ['8'] = 5,    [':'] = 68,  ['='] = 105, ['>'] = 8,   ['A'] = 18,
    ['B'] = 8,    ['C'] = 16,   ['D'] = 12,  ['E'] = 20,  ['F'] = 12,  ['G'] = 7,
    ['H'] = 5,    ['I'] = 14,   ['K'] = 5,   ['L'] = 17,  ['M'] = 15,  ['N'] = 25,
    ['O'] = 14,   ['P'] = 14,   ['R'] = 13,  ['S'] = 17,  ['T'] = 27,  ['U'] = 7,
    ['V'] = 7,    ['W'] = 3,    ['['] = 26,  [']'] = 25,  ['_'] = 357, ['`'] = 5,
    ['a'] = 388,  ['b'] = 63,   ['c'] = 195, ['d'] = 232, ['e'] = 680, ['f'] = 176,
    ['g'] = 126,  ['h'] = 125,  ['i'] = 359, ['j'] = 7,   ['k'] = 61,  ['l'] = 274,
    ['m'] = 171,  ['n'] = 362,  ['o'] = 366, ['p'] = 198, ['q'] = 29,  ['r'] = 377,
    ['s'] = 404,  ['t'] = 472,  ['u'] = 165, ['v'] = 49,  ['w'] = 45,  ['x'] = 41,
    ['y'] = 51,   ['z'] = 23,   ['{'] = 7,   ['}'] = 7,
};

static double share(unsigned byte)
{
    return byte < 128 ? (commonness[byte] + 1) / 10000.0 : 0.0001;
}

/* Where the CP_PRINT bytes begin that are least likely to stand together. */
static size_t rarest(cp_str needle)
{
    size_t best = 0;
    double least = 2;
    for (size_t at = 0; at + CP_PRINT <= needle.len; at++) {
        double p = 1;
        for (size_t i = 0; i < CP_PRINT; i++)
            p *= share((unsigned char)needle.ptr[at + i]);
        if (p < least) {
            least = p;
            best = at;
        }
    }
    return best;
}

/* The halves of bytes that a bucket lets through at each place of a print. */
typedef struct halves {
    uint16_t low[CP_PRINT], high[CP_PRINT];
} halves;

static void widen(halves *h, cp_str print)
{
    for (size_t i = 0; i < CP_PRINT; i++) {
        unsigned byte = i < print.len ? (unsigned char)print.ptr[i] : 0;
        h->low[i] |= i < print.len ? (uint16_t)(1u << (byte & 15)) : 0xffff;
        h->high[i] |= i < print.len ? (uint16_t)(1u << (byte >> 4)) : 0xffff;
    }
}

/* How likely a byte is to have halves in both sets. */
static double share_of(unsigned lows, unsigned highs)
{
    double sum = 0;
    for (unsigned high = highs; high; high &= high - 1)
        for (unsigned low = lows; low; low &= low - 1)
            sum +=
                share((unsigned)__builtin_ctz(high) << 4 | (unsigned)__builtin_ctz(low));
    return sum;
}

/* How likely a place of Python text is to be let through. */
static double laxness(const halves *h)
{
    double all = 1;
    for (size_t i = 0; i < CP_PRINT; i++)
        all *= share_of(h->low[i], h->high[i]);
    return all;
}

static cp_str print_of(const cp_scanner *s, size_t needle)
{
    cp_str word = s->needles[needle];
    size_t from = s->offset[needle], left = word.len - from;
    return cp_str_cut(word, from, from + (left < CP_PRINT ? left : CP_PRINT));
}

static void fill_tables(cp_scanner *s, unsigned bucket, cp_str print)
{
    uint8_t bit = (uint8_t)(1u << bucket);
    for (size_t i = 0; i < CP_PRINT; i++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            if (i < print.len && (unsigned char)print.ptr[i] != byte)
                continue;
            s->bytes[i][byte] |= bit;
            s->low[i][byte & 15] |= bit;
            s->high[i][byte >> 4] |= bit;
        }
    }
}

/* The bucket that becomes laxer by the least when it takes in `print`. */
static unsigned best_bucket(halves *buckets, cp_str print)
{
    unsigned best = 0;
    double least = 2;
    for (unsigned b = 0; b < CP_BUCKETS; b++) {
        halves wider = buckets[b];
        widen(&wider, print);
        double more = laxness(&wider) - laxness(&buckets[b]);
        if (more < least) {
            least = more;
            best = b;
        }
    }
    widen(&buckets[best], print);
    return best;
}

cp_scanner *cp_scanner_new(cp_arena *arena, const cp_str *needles, size_t count)
{
    assert(count <= CP_SCAN_MAX);
    cp_scanner *s = cp_new(arena, cp_scanner, 1);
    halves buckets[CP_BUCKETS] = {0};

    for (size_t i = 0; i < count; i++) {
        uint64_t bit = (uint64_t)1 << i;
        s->needles[i] = needles[i];
        s->all |= bit;
        if (needles[i].len == 0) {
            s->empty |= bit;
            continue;
        }
        s->offset[i] = rarest(needles[i]);
        cp_str print = print_of(s, i);
        memcpy(&s->print[i], print.ptr, print.len);
        memset(&s->mask[i], 0xff, print.len);
        unsigned bucket = best_bucket(buckets, print);
        s->in[bucket] |= bit;
        fill_tables(s, bucket, print);
    }
    return s;
}

static bool stands_at(const cp_scanner *s, unsigned needle, cp_str text, size_t at)
{
    cp_str word = s->needles[needle];
    size_t offset = s->offset[needle];
    return at >= offset && text.len - (at - offset) >= word.len &&
           memcmp(text.ptr + at - offset, word.ptr, word.len) == 0;
}

/* The bytes where a print could be; zeros past the end. */
static inline uint32_t bytes_at(cp_str text, size_t at)
{
    uint32_t bytes = 0;
    if (text.len - at >= CP_PRINT)
        memcpy(&bytes, text.ptr + at, CP_PRINT);
    else
        memcpy(&bytes, text.ptr + at, text.len - at);
    return bytes;
}

uint64_t cp_scan_verify(const cp_scanner *s, cp_str text, size_t at, unsigned buckets,
                        uint64_t found)
{
    uint32_t here = bytes_at(text, at);
    for (; buckets; buckets &= buckets - 1) {
        uint64_t left = s->in[__builtin_ctz(buckets)] & ~found;
        for (; left; left &= left - 1) {
            unsigned needle = (unsigned)__builtin_ctzll(left);
            if ((here & s->mask[needle]) == s->print[needle] &&
                stands_at(s, needle, text, at))
                found |= left & -left;
        }
    }
    return found;
}

static uint64_t scan_plain(const cp_scanner *s, cp_str text, size_t from, uint64_t found)
{
    const uint8_t *t = (const uint8_t *)text.ptr;
    size_t at = from;
    for (; at + CP_PRINT <= text.len; at++) {
        unsigned buckets = s->bytes[0][t[at]] & s->bytes[1][t[at + 1]] &
                           s->bytes[2][t[at + 2]] & s->bytes[3][t[at + 3]];
        if (buckets)
            found = cp_scan_verify(s, text, at, buckets, found);
    }
    for (; at < text.len; at++) /* words shorter than a print */
        found = cp_scan_verify(s, text, at, (1u << CP_BUCKETS) - 1, found);
    return found;
}

bool cp_scan_can(cp_scan_way way)
{
#if defined(__x86_64__)
    if (way == CP_SCAN_AVX2)
        return __builtin_cpu_supports("avx2");
    if (way == CP_SCAN_SSSE3)
        return __builtin_cpu_supports("ssse3");
#endif
    return way == CP_SCAN_PLAIN;
}

uint64_t cp_scan_by(cp_scan_way way, const cp_scanner *s, cp_str text)
{
    size_t done = 0;
    uint64_t found = s->empty;
#if defined(__x86_64__)
    if (way == CP_SCAN_AVX2)
        found |= cp_scan_avx2(s, text, &done);
    else if (way == CP_SCAN_SSSE3)
        found |= cp_scan_ssse3(s, text, &done);
#else
    assert(way == CP_SCAN_PLAIN);
#endif
    return found == s->all ? found : scan_plain(s, text, done, found);
}

uint64_t cp_scan(const cp_scanner *s, cp_str text)
{
    if (cp_scan_can(CP_SCAN_AVX2))
        return cp_scan_by(CP_SCAN_AVX2, s, text);
    return cp_scan_by(cp_scan_can(CP_SCAN_SSSE3) ? CP_SCAN_SSSE3 : CP_SCAN_PLAIN, s,
                      text);
}
