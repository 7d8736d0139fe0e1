/*
 * fingerprint.h - by what a finding is known again once the lines around it have moved.
 *
 * Layer: findings. A fingerprint is 32 hexadecimal digits, made of the rule's code, the
 * file's path below the root of its tree (cp_path_root), the outermost function around
 * the finding, its own source text less all white space, and how many findings alike
 * stand before it in the file. Where the tree lies, which lines stand above, how the
 * code is wrapped, which files are checked with it and what the message says do not
 * matter. Baselines and the formats of others keep fingerprints: what goes into one
 * must not change.
 */
#ifndef CP_FINDINGS_FINGERPRINT_H
#define CP_FINDINGS_FINGERPRINT_H

#include "findings/finding.h"

/*
 * Sets `fingerprint` of all findings that have none yet. They must be sorted, and all
 * there: taking some out first would number those alike anew.
 */
void cp_fingerprint(cp_findings *findings);

/* The path of a file below the root of its tree, with '/' between its parts; its name
   alone where nothing tells what tree it is in and it is not below the current folder. */
cp_str cp_fingerprint_path(cp_arena *arena, cp_str path);

#endif
