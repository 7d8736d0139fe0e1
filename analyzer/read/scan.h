/*
 * scan.h - which of a set of words a text holds, at the speed of memory.
 *
 * Layer: read. Words are bytes, compared as they are, found anywhere, also
 * within longer words. A scanner does not change once it is made, so any number
 * of threads may use one at a time.
 */
#ifndef CP_READ_SCAN_H
#define CP_READ_SCAN_H

#include "base/str.h"

typedef struct cp_scanner cp_scanner;

/* The most words of one scanner. */
#define CP_SCAN_MAX 64

/*
 * A scanner for `count` words, CP_SCAN_MAX at most, that lives in `arena`. The
 * words are borrowed, the array of them is not.
 */
cp_scanner *cp_scanner_new(cp_arena *arena, const cp_str *needles, size_t count);

/* The words that occur in `text`: bit i for needle i. The empty word always does. */
uint64_t cp_scan(const cp_scanner *scanner, cp_str text);

/* The ways to do it. They differ in speed alone; cp_scan takes the fastest there is. */
typedef enum cp_scan_way {
    CP_SCAN_PLAIN, /* on every machine */
    CP_SCAN_SSSE3, /* 16 bytes a step */
    CP_SCAN_AVX2,  /* 32 bytes a step */
} cp_scan_way;

/* Whether this machine has what `way` takes. */
bool cp_scan_can(cp_scan_way way);
/* The same as cp_scan in a given way, which this machine must have. */
uint64_t cp_scan_by(cp_scan_way way, const cp_scanner *scanner, cp_str text);

#endif
