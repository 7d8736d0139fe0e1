/*
 * suppress.h - comments that silence findings.
 *
 * Layer: findings. In Python and, behind slashes, in CUDA and C++:
 * `# castproof: ignore[CP101, CP104] reason` silences those codes on its line, or on the
 * next line of code where it stands alone, comments on the way there included;
 * `# castproof: off[CP101] reason` silences them from there up to `# castproof: on`, or
 * to the end of the file; `# castproof: ignore-file[CP101] reason` in the whole file.
 * Without codes all are silenced; `on` with codes ends these alone. Such a comment may
 * stand behind another on its line. One that silences or ends nothing is itself a
 * finding, CP001.
 */
#ifndef CP_FINDINGS_SUPPRESS_H
#define CP_FINDINGS_SUPPRESS_H

#include "facts/project.h"
#include "findings/finding.h"

typedef enum cp_silence_kind {
    CP_SILENCE_LINE,
    CP_SILENCE_FILE,
    CP_SILENCE_OFF,
    CP_SILENCE_ON,
} cp_silence_kind;

/* What a comment says to castproof. */
typedef struct cp_silence {
    cp_silence_kind kind;
    cp_str codes; /* "CP101, CP104", within the comment; "" for all */
} cp_silence;

/* Whether the comment is such a one. */
bool cp_silence_read(const cp_comment *comment, cp_silence *mark);

/* Takes the silenced findings out of the list, and adds the unused comments to it. */
void cp_suppress(cp_findings *findings, const cp_project *project);

#endif
