/*
 * harness.h - what every test program starts with.
 *
 * Layer: tests. A program has one static `arena`, fresh for each test; TEST(name)
 * names a test that gets it, and disposes of it. Only for files named test_*.c.
 */
#ifndef CP_TESTS_HARNESS_H
#define CP_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"

static cp_arena arena;

static inline int begin(void **state)
{
    (void)state;
    arena = (cp_arena){0};
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    cp_arena_dispose(&arena);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* Fails with both texts when `got` (a cp_str) is not the C string `wanted`. */
#define assert_str(got, wanted)                                                          \
    assert_string_equal(cp_str_c(&arena, (got)), cp_str_c(&arena, cp_str_of(wanted)))

/* Fails with both texts when the two cp_str differ. */
#define assert_same(got, wanted)                                                         \
    assert_string_equal(cp_str_c(&arena, (got)), cp_str_c(&arena, (wanted)))

#endif
