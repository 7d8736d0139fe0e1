/*
 * drift.h - statements of one library that contradict each other.
 *
 * Layer: findings.
 */
#ifndef CP_FINDINGS_DRIFT_H
#define CP_FINDINGS_DRIFT_H

#include "findings/study.h"

/*
 * Adds CP402: docstrings that contradict the checks behind their function, and calls that
 * hand a kernel another number of arguments than it takes. Of a tree without kernels of
 * its own nothing is said. The findings are sorted again.
 */
void cp_check_drift(cp_study *study);

/*
 * Adds CP402: copies of an enum in Python whose members have other numbers than those of
 * the package that the tree pins, or of its own C++ code. The findings are sorted again.
 */
void cp_check_enums(cp_study *study);

#endif
