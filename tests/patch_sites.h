/*
 * patch_sites.h - Python text with the casts that this program was written for.
 *
 * Layer: tests.
 */
#ifndef CP_TESTS_PATCH_SITES_H
#define CP_TESTS_PATCH_SITES_H

#include "plan_text.h"

extern const char patch_sites[];

/* The same after all fixes, made by hand. */
extern const char patch_sites_fixed[];

/*
 * Findings on the four casts: of the block-scale FP8 kernel, two in the branches of
 * one `if` of the per-tensor one, and of the FP4 one; two have stale comments.
 */
plan_text patch_sites_found(cp_arena *arena, cp_findings *findings, const char *path);

#endif
