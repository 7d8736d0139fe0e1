#include "read/scan_table.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define STEP_SSSE3 16
#define STEP_AVX2 32

/* The buckets of each place of a step, from the bytes there and the three behind it. */
__attribute__((target("ssse3"))) static __m128i
buckets16(const char *at, const __m128i *low, const __m128i *high)
{
    const __m128i half = _mm_set1_epi8(15);
    __m128i all = _mm_set1_epi8(-1);
    for (int i = 0; i < CP_PRINT; i++) {
        __m128i text = _mm_loadu_si128((const void *)(at + i));
        __m128i lows = _mm_shuffle_epi8(low[i], _mm_and_si128(text, half));
        __m128i up = _mm_and_si128(_mm_srli_epi16(text, 4), half);
        all = _mm_and_si128(all, _mm_and_si128(lows, _mm_shuffle_epi8(high[i], up)));
    }
    return all;
}

__attribute__((target("ssse3"))) uint64_t cp_scan_ssse3(const cp_scanner *s, cp_str text,
                                                        size_t *done)
{
    __m128i low[CP_PRINT], high[CP_PRINT];
    for (int i = 0; i < CP_PRINT; i++) {
        low[i] = _mm_loadu_si128((const void *)s->low[i]);
        high[i] = _mm_loadu_si128((const void *)s->high[i]);
    }
    uint64_t found = 0;
    size_t at = 0;
    for (; at + STEP_SSSE3 + CP_PRINT <= text.len; at += STEP_SSSE3) {
        __m128i buckets = buckets16(text.ptr + at, low, high);
        __m128i none = _mm_cmpeq_epi8(buckets, _mm_setzero_si128());
        unsigned places = (unsigned)_mm_movemask_epi8(none) ^ 0xffffu;
        if (!places)
            continue;
        uint8_t each[STEP_SSSE3];
        _mm_storeu_si128((void *)each, buckets);
        for (; places; places &= places - 1) {
            unsigned place = (unsigned)__builtin_ctz(places);
            found = cp_scan_verify(s, text, at + place, each[place], found);
        }
    }
    *done = at;
    return found;
}

__attribute__((target("avx2"))) static __m256i
buckets32(const char *at, const __m256i *low, const __m256i *high)
{
    const __m256i half = _mm256_set1_epi8(15);
    __m256i all = _mm256_set1_epi8(-1);
    for (int i = 0; i < CP_PRINT; i++) {
        __m256i text = _mm256_loadu_si256((const void *)(at + i));
        __m256i lows = _mm256_shuffle_epi8(low[i], _mm256_and_si256(text, half));
        __m256i up = _mm256_and_si256(_mm256_srli_epi16(text, 4), half);
        all = _mm256_and_si256(all,
                               _mm256_and_si256(lows, _mm256_shuffle_epi8(high[i], up)));
    }
    return all;
}

__attribute__((target("avx2"))) uint64_t cp_scan_avx2(const cp_scanner *s, cp_str text,
                                                      size_t *done)
{
    __m256i low[CP_PRINT], high[CP_PRINT];
    for (int i = 0; i < CP_PRINT; i++) {
        low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)s->low[i]));
        high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)s->high[i]));
    }
    uint64_t found = 0;
    size_t at = 0;
    for (; at + STEP_AVX2 + CP_PRINT <= text.len; at += STEP_AVX2) {
        __m256i buckets = buckets32(text.ptr + at, low, high);
        __m256i none = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());
        unsigned places = ~(unsigned)_mm256_movemask_epi8(none);
        if (!places)
            continue;
        uint8_t each[STEP_AVX2];
        _mm256_storeu_si256((void *)each, buckets);
        for (; places; places &= places - 1) {
            unsigned place = (unsigned)__builtin_ctz(places);
            found = cp_scan_verify(s, text, at + place, each[place], found);
        }
    }
    *done = at;
    return found;
}

#endif
