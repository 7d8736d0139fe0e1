/*
 * suppress.h - comments that silence findings.
 *
 * Layer: findings. `# castproof: ignore[CP101, CP104] reason` silences those
 * codes on its line, or on the next line of code where it stands alone;
 * `# castproof: ignore reason` silences all of them there;
 * `# castproof: ignore-file[CP101] reason` silences them in the file. One that
 * silences nothing is itself a finding, CP001.
 */
#ifndef CP_FINDINGS_SUPPRESS_H
#define CP_FINDINGS_SUPPRESS_H

#include "facts/project.h"
#include "findings/finding.h"

/* Takes the silenced findings out of the list, and adds the unused comments to it. */
void cp_suppress(cp_findings *findings, const cp_project *project);

#endif
