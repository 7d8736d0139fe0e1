/*
 * report_check.h - what the tests of the reports ask of a text.
 *
 * Layer: tests. Only for files named test_*.c.
 */
#ifndef CP_TESTS_REPORT_CHECK_H
#define CP_TESTS_REPORT_CHECK_H

#include <jansson.h>

#include "harness.h"

/* Fails unless `text` has `part`, with the whole of both. */
static inline void assert_has(cp_str text, const char *part)
{
    if (!cp_str_has(text, cp_str_of(part)))
        fail_msg("`%s` is not in:\n%.*s", part, CP_STR_ARGS(text));
}

static inline void assert_lacks(cp_str text, const char *part)
{
    if (cp_str_has(text, cp_str_of(part)))
        fail_msg("`%s` is in:\n%.*s", part, CP_STR_ARGS(text));
}

/* The text as JSON, which the caller hands to json_decref. */
static inline json_t *parsed(cp_str text)
{
    json_error_t error;
    json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("%s at line %d of:\n%.*s", error.text, error.line, CP_STR_ARGS(text));
    return root;
}

#endif
