/*
 * marks.h - the comments of a fixture that say what is to be found in it.
 *
 * Layer: tests. `# expect: CP101, CP104` speaks of its own line, `# expect@+2: CP101`
 * and `# expect@-1: CP101` of a line below or above. `todo` in the place of `expect`
 * marks a gap: what should be found and is not. `# with: REQUIREMENT` names what the
 * fixture pins. The analyzer knows nothing of them.
 */
#ifndef CP_TESTS_MARKS_H
#define CP_TESTS_MARKS_H

#include "read/source.h"

typedef struct cp_mark {
    uint32_t line; /* that it speaks of, from 1 */
    cp_str code;
    bool todo;
} cp_mark;

typedef struct cp_marks {
    cp_mark *items; /* in the order of the file */
    size_t count, room;
} cp_marks;

/*
 * Every mark of the file, in `arena`; texts are borrowed from the source.
 * CP_ERR_SYNTAX: a mark without a code, of a code that is none, or of a line that
 * the file does not have.
 */
CP_MUST_CHECK cp_status cp_marks_read(cp_arena *arena, const cp_source *source,
                                      cp_marks *marks, cp_err *err);

/* What `# with:` asks for; "" where there is none. */
cp_str cp_marks_with(const cp_source *source);

/*
 * Compares the marks with what was found (`todo` is not looked at there), one to
 * one. A line of text for each difference; "" where there is none.
 */
cp_str cp_marks_compare(cp_arena *arena, cp_str path, const cp_marks *marks,
                        const cp_marks *found);

#endif
