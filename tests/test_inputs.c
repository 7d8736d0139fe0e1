#include "harness.h"

#include <math.h>

#include "kernels/inputs.h"

static void test_inputs_are_normal_and_of_the_seed(void **state)
{
    (void)state;
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        double x = (double)cp_input_normal(1, i);
        sum += x;
        squares += x * x;
    }
    assert_true(fabs(sum / 100000) < 0.02);
    assert_true(fabs(squares / 100000 - 1) < 0.02);
    assert_true(cp_input_normal(1, 0) != cp_input_normal(2, 0));
    assert_true(cp_input_normal(1, 0) == cp_input_normal(1, 0));
}

/* An odd number of experts, and more pairs than are made at a time. */
static void test_normals_are_those_of_the_rows(void **state)
{
    (void)state;
    const int32_t experts[] = {1, 7, 128, 301};
    for (size_t i = 0; i < 4; i++) {
        float rows[3 * 301], row[301];
        cp_input_normals(0.5f, 4, 10, 3, experts[i], rows);
        for (int64_t t = 0; t < 3; t++) {
            cp_input_row(CP_INPUT_NORMAL, 0.5f, 4, 10 + t, experts[i], row);
            assert_memory_equal(rows + t * experts[i], row,
                                (size_t)experts[i] * sizeof *row);
        }
    }
}

/* Printed once and kept: the bits of a seed must never change between releases. */
static void test_inputs_keep_their_bits(void **state)
{
    (void)state;
    float row[3];
    cp_input_row(CP_INPUT_NORMAL, 1, 1, 5, 3, row);
    assert_int_equal(cp_bits_of_float(row[0]), 0xbf258f28);
    assert_int_equal(cp_bits_of_float(row[2]), 0x3e5e2be3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_inputs_are_normal_and_of_the_seed),
        TEST(test_normals_are_those_of_the_rows),
        TEST(test_inputs_keep_their_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
