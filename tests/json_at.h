/*
 * json_at.h - a value deep inside JSON, named by its path.
 *
 * Layer: tests. Only for files named test_*.c.
 */
#ifndef CP_TESTS_JSON_AT_H
#define CP_TESTS_JSON_AT_H

#include <stdlib.h>

#include "report_check.h"

/* The value at "runs.0.results": keys and numbers; NULL where there is none. */
static inline json_t *json_at(json_t *value, const char *path)
{
    cp_str rest = cp_str_of(path);
    while (value && rest.len) {
        const char *part = cp_str_c(&arena, cp_str_next(&rest, '.'));
        value = json_is_array(value) ? json_array_get(value, strtoul(part, NULL, 10))
                                     : json_object_get(value, part);
    }
    return value;
}

/* Fails unless what is there is, in compact form, `wanted`. */
static inline void assert_at(json_t *root, const char *path, const char *wanted)
{
    char *text = json_dumps(json_at(root, path), JSON_ENCODE_ANY | JSON_COMPACT);
    if (!text)
        fail_msg("nothing at %s", path);
    cp_str got = cp_str_copy(&arena, cp_str_of(text));
    free(text);
    assert_str(got, wanted);
}

static inline void assert_none_at(json_t *root, const char *path)
{
    if (json_at(root, path))
        fail_msg("something at %s", path);
}

#endif
