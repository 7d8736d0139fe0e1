/*
 * changed.h - which lines have changed since a commit, as git sees it.
 *
 * Layer: findings. Compared are the files as they are on the disk and the last commit
 * that the reference and HEAD have in common, as in a review of HEAD's changes; a file
 * that git does not know yet has changed as a whole, one that was only moved has not.
 */
#ifndef CP_FINDINGS_CHANGED_H
#define CP_FINDINGS_CHANGED_H

#include "findings/finding.h"

/*
 * Takes the findings out of the list that lie on no line changed since `ref`, the name
 * of a branch, a tag or a commit.
 *
 * CP_ERR_USAGE  a file with findings is in no git repository, or `ref` names nothing
 * CP_ERR_IO     the repository cannot be read
 */
CP_MUST_CHECK cp_status cp_changed_keep(cp_findings *findings, cp_str ref, cp_err *err);

#endif
