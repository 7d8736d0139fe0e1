/*
 * scan_table.h - the inside of a scanner, shared by its ways to scan.
 *
 * Layer: read. The words are dealt to eight buckets. Each word is known by a
 * print of CP_PRINT neighbouring bytes, wherever in it they are rarest. At a
 * place of the text, one AND over the bytes there gives the buckets that could
 * have a print there; only for those, words are compared. The vector ways look
 * up both halves of a byte, which lets more places through, never fewer.
 */
#ifndef CP_READ_SCAN_TABLE_H
#define CP_READ_SCAN_TABLE_H

#include "read/scan.h"

#define CP_PRINT 4
#define CP_BUCKETS 8

struct cp_scanner {
    cp_str needles[CP_SCAN_MAX];
    size_t offset[CP_SCAN_MAX]; /* where in the needle its print begins */
    uint32_t print[CP_SCAN_MAX],
        mask[CP_SCAN_MAX];   /* the print, and which of it counts */
    uint64_t in[CP_BUCKETS]; /* the needles of each bucket */
    uint64_t empty;          /* needles of no bytes, which no bucket holds */
    uint64_t all;
    uint8_t bytes[CP_PRINT]
                 [256]; /* the buckets that a byte fits, by place in the print */
    uint8_t low[CP_PRINT][16], high[CP_PRINT][16]; /* the same for the halves of a byte */
};

/* Adds to `found` what is in one of `buckets` and has its print at `at`. */
uint64_t cp_scan_verify(const cp_scanner *scanner, cp_str text, size_t at,
                        unsigned buckets, uint64_t found);

/* Scans as many whole steps as there are; *done is where it stopped, from 0 on. */
uint64_t cp_scan_ssse3(const cp_scanner *scanner, cp_str text, size_t *done);
uint64_t cp_scan_avx2(const cp_scanner *scanner, cp_str text, size_t *done);

#endif
