#include "harness.h"

#include <math.h>

#include "facts/dtype.h"

/* The bits of a binary format: as IEEE 754, the exponent of all ones kept for NaN. */
typedef struct format {
    cp_dtype dtype;
    int significand, exponent; /* bits, the implicit one counted */
} format;

static const format narrow_formats[] = {
    {CP_BF16, 8, 8},
    {CP_F16, 11, 5},
    {CP_F8E5M2, 3, 5},
};

static double value_of(format f, uint32_t bits)
{
    int stored = f.significand - 1, bias = (1 << (f.exponent - 1)) - 1;
    uint32_t fraction = bits & ((1u << stored) - 1);
    int exponent = (int)(bits >> stored) & ((1 << f.exponent) - 1);
    double sign = bits >> (stored + f.exponent) & 1 ? -1 : 1;
    if (exponent == (1 << f.exponent) - 1)
        return fraction ? NAN : sign * INFINITY;
    if (exponent == 0)
        return sign * ldexp(fraction, 1 - bias - stored);
    return sign * ldexp((double)fraction + (1u << stored), exponent - bias - stored);
}

/* float8_e4m3fn keeps only one pattern for NaN and reaches 448. */
static double value_of_e4m3(uint32_t bits)
{
    int exponent = bits >> 3 & 15, fraction = bits & 7;
    double sign = bits & 128 ? -1 : 1;
    if (exponent == 15 && fraction == 7)
        return NAN;
    return sign * (exponent ? ldexp(8 + fraction, exponent - 10) : ldexp(fraction, -9));
}

/* Whether the finite `value` is one of the values of an IEEE format. */
static bool represents(int significand, int exponent, double value)
{
    int bias = (1 << (exponent - 1)) - 1, power;
    if (value == 0)
        return true;
    double fraction = frexp(value, &power); /* 0.5 <= |fraction| < 1 */
    int lowest = 1 - bias - (significand - 1);
    int unit = power - significand > lowest ? power - significand : lowest;
    double scaled = ldexp(fraction, power - unit);
    return power - 1 <= bias && scaled == nearbyint(scaled);
}

static bool every_value_fits(int significand, int exponent, format narrow)
{
    uint32_t count = 1u << (narrow.significand + narrow.exponent);
    for (uint32_t bits = 0; bits < count; bits++) {
        double value = value_of(narrow, bits);
        if (isfinite(value) && !represents(significand, exponent, value))
            return false;
    }
    return true;
}

static bool every_e4m3_fits(int significand, int exponent)
{
    for (uint32_t bits = 0; bits < 256; bits++) {
        double value = value_of_e4m3(bits);
        if (isfinite(value) && !represents(significand, exponent, value))
            return false;
    }
    return true;
}

static const format wide_formats[] = {
    {CP_F64, 53, 11}, {CP_F32, 24, 8},   {CP_BF16, 8, 8},
    {CP_F16, 11, 5},  {CP_F8E5M2, 3, 5},
};

static void test_holds_agrees_with_every_value_of_the_narrow_formats(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof wide_formats / sizeof *wide_formats; w++) {
        format wide = wide_formats[w];
        for (size_t n = 0; n < sizeof narrow_formats / sizeof *narrow_formats; n++)
            assert_int_equal(
                cp_dtype_holds(wide.dtype, narrow_formats[n].dtype),
                every_value_fits(wide.significand, wide.exponent, narrow_formats[n]));
        assert_int_equal(cp_dtype_holds(wide.dtype, CP_F8E4M3),
                         every_e4m3_fits(wide.significand, wide.exponent));
    }
}

static void test_every_bfloat16_is_a_float32_and_comes_back_as_the_same_bits(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        uint32_t wide = bits << 16;
        float value;
        memcpy(&value, &wide, sizeof value);
        double expected = value_of(narrow_formats[0], bits);
        assert_true(isnan(expected) ? isnan(value) : value == expected);
    }
    assert_true(cp_dtype_holds(CP_F32, CP_BF16));
}

static void test_every_float16_is_a_float32(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        double value = value_of(narrow_formats[1], bits);
        assert_true(isnan(value) || (double)(float)value == value);
    }
    assert_true(cp_dtype_holds(CP_F32, CP_F16));
}

static void test_float16_and_bfloat16_do_not_hold_each_other(void **state)
{
    (void)state;
    assert_false(cp_dtype_holds(CP_F16, CP_BF16));
    assert_false(cp_dtype_holds(CP_BF16, CP_F16));
}

static void
test_the_powers_of_two_of_e8m0_fit_formats_of_eight_exponent_bits(void **state)
{
    (void)state;
    for (int power = -127; power <= 127; power++)
        assert_true(represents(8, 8, ldexp(1, power)));
    assert_false(represents(11, 5, ldexp(1, 127)));
    assert_true(cp_dtype_holds(CP_BF16, CP_F8E8M0));
    assert_false(cp_dtype_holds(CP_F16, CP_F8E8M0));
}

static void test_integers_hold_only_themselves(void **state)
{
    (void)state;
    assert_true(cp_dtype_holds(CP_I32, CP_I32));
    assert_false(cp_dtype_holds(CP_I64, CP_I32));
    assert_false(cp_dtype_holds(CP_F64, CP_I8));
}

static void test_no_dtype_holds_nothing_and_is_held_by_nothing(void **state)
{
    (void)state;
    assert_false(cp_dtype_holds(CP_DTYPE_NONE, CP_DTYPE_NONE));
    assert_false(cp_dtype_holds(CP_F32, CP_DTYPE_NONE));
    assert_false(cp_dtype_is_float(CP_DTYPE_NONE));
}

static void test_a_set_is_held_when_each_member_is(void **state)
{
    (void)state;
    cp_dtypes both = CP_DTYPES(CP_BF16) | CP_DTYPES(CP_F16);
    assert_true(cp_dtype_holds_all(CP_F32, both));
    assert_false(cp_dtype_holds_all(CP_BF16, both));
    assert_true(cp_dtype_holds_all(CP_I8, 0));
}

static void test_names_lead_back_to_their_dtype(void **state)
{
    (void)state;
    for (int d = 0; d < CP_DTYPE_COUNT; d++) {
        cp_str name = cp_str_of(cp_dtype_name((cp_dtype)d));
        assert_int_equal(cp_dtype_of_name(name), d);
        assert_int_equal(cp_dtype_of_torch(name), d);
    }
    assert_int_equal(cp_dtype_of_name(CP_STR("float")), CP_DTYPE_NONE);
    assert_int_equal(cp_dtype_of_name(CP_STR("")), CP_DTYPE_NONE);
}

static void test_torch_has_aliases(void **state)
{
    (void)state;
    assert_int_equal(cp_dtype_of_torch(CP_STR("half")), CP_F16);
    assert_int_equal(cp_dtype_of_torch(CP_STR("float")), CP_F32);
    assert_int_equal(cp_dtype_of_torch(CP_STR("long")), CP_I64);
    assert_int_equal(cp_dtype_of_torch(CP_STR("float8_e4m3fnuz")), CP_F8E4M3);
    assert_int_equal(cp_dtype_of_torch(CP_STR("float8_e4m3fn float8_e4m3fnuz")),
                     CP_DTYPE_NONE);
    assert_int_equal(cp_dtype_of_torch(CP_STR("")), CP_DTYPE_NONE);
}

static void test_methods_cast_to_the_dtype_of_their_name(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        cp_dtype dtype;
    } table[] = {
        {"float", CP_F32},     {"double", CP_F64},    {"half", CP_F16},
        {"bfloat16", CP_BF16}, {"int", CP_I32},       {"long", CP_I64},
        {"short", CP_I16},     {"char", CP_I8},       {"byte", CP_U8},
        {"bool", CP_BOOL},     {"to", CP_DTYPE_NONE},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(cp_dtype_of_method(cp_str_of(table[i].method)), table[i].dtype);
}

/*
 * torch.promote_types, from PyTorch's "Tensor Attributes" and the messages with
 * which it refuses the rest; rows and columns in the order of `order`.
 */
static const cp_dtype order[] = {CP_U8,  CP_I8,  CP_I16, CP_I32,  CP_I64,
                                 CP_F16, CP_F32, CP_F64, CP_BOOL, CP_BF16};
enum { ORDERED = sizeof order / sizeof *order };
static const cp_dtype promoted[ORDERED][ORDERED] = {
    {CP_U8, CP_I16, CP_I16, CP_I32, CP_I64, CP_F16, CP_F32, CP_F64, CP_U8, CP_BF16},
    {CP_I16, CP_I8, CP_I16, CP_I32, CP_I64, CP_F16, CP_F32, CP_F64, CP_I8, CP_BF16},
    {CP_I16, CP_I16, CP_I16, CP_I32, CP_I64, CP_F16, CP_F32, CP_F64, CP_I16, CP_BF16},
    {CP_I32, CP_I32, CP_I32, CP_I32, CP_I64, CP_F16, CP_F32, CP_F64, CP_I32, CP_BF16},
    {CP_I64, CP_I64, CP_I64, CP_I64, CP_I64, CP_F16, CP_F32, CP_F64, CP_I64, CP_BF16},
    {CP_F16, CP_F16, CP_F16, CP_F16, CP_F16, CP_F16, CP_F32, CP_F64, CP_F16, CP_F32},
    {CP_F32, CP_F32, CP_F32, CP_F32, CP_F32, CP_F32, CP_F32, CP_F64, CP_F32, CP_F32},
    {CP_F64, CP_F64, CP_F64, CP_F64, CP_F64, CP_F64, CP_F64, CP_F64, CP_F64, CP_F64},
    {CP_U8, CP_I8, CP_I16, CP_I32, CP_I64, CP_F16, CP_F32, CP_F64, CP_BOOL, CP_BF16},
    {CP_BF16, CP_BF16, CP_BF16, CP_BF16, CP_BF16, CP_F32, CP_F32, CP_F64, CP_BF16,
     CP_BF16},
};

static void test_promotion_follows_the_table_of_torch(void **state)
{
    (void)state;
    for (int row = 0; row < ORDERED; row++) {
        for (int column = 0; column < ORDERED; column++)
            assert_int_equal(cp_dtype_promote(order[row], order[column]),
                             promoted[row][column]);
    }
}

static void test_float8_is_not_promoted(void **state)
{
    (void)state;
    assert_int_equal(cp_dtype_promote(CP_F8E4M3, CP_F32), CP_DTYPE_NONE);
    assert_int_equal(cp_dtype_promote(CP_BOOL, CP_F8E5M2), CP_DTYPE_NONE);
    assert_int_equal(cp_dtype_promote(CP_F8E4M3, CP_F8E4M3), CP_F8E4M3);
}

static void test_wide_unsigned_integers_are_promoted_with_floats_only(void **state)
{
    (void)state;
    assert_int_equal(cp_dtype_promote(CP_U32, CP_BF16), CP_BF16);
    assert_int_equal(cp_dtype_promote(CP_U64, CP_U64), CP_U64);
    assert_int_equal(cp_dtype_promote(CP_U16, CP_I64), CP_DTYPE_NONE);
    assert_int_equal(cp_dtype_promote(CP_BOOL, CP_U16), CP_DTYPE_NONE);
}

static void test_an_unknown_dtype_is_not_promoted(void **state)
{
    (void)state;
    assert_int_equal(cp_dtype_promote(CP_DTYPE_NONE, CP_F32), CP_DTYPE_NONE);
    assert_int_equal(cp_dtype_promote(CP_DTYPE_NONE, CP_DTYPE_NONE), CP_DTYPE_NONE);
}

static void test_a_set_is_written_in_the_order_of_the_table(void **state)
{
    (void)state;
    assert_str(cp_dtypes_text(&arena, CP_DTYPES(CP_BF16) | CP_DTYPES(CP_F32)),
               "float32, bfloat16");
    assert_str(cp_dtypes_text(&arena, 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_holds_agrees_with_every_value_of_the_narrow_formats),
        TEST(test_every_bfloat16_is_a_float32_and_comes_back_as_the_same_bits),
        TEST(test_every_float16_is_a_float32),
        TEST(test_float16_and_bfloat16_do_not_hold_each_other),
        TEST(test_the_powers_of_two_of_e8m0_fit_formats_of_eight_exponent_bits),
        TEST(test_integers_hold_only_themselves),
        TEST(test_no_dtype_holds_nothing_and_is_held_by_nothing),
        TEST(test_a_set_is_held_when_each_member_is),
        TEST(test_names_lead_back_to_their_dtype),
        TEST(test_torch_has_aliases),
        TEST(test_methods_cast_to_the_dtype_of_their_name),
        TEST(test_promotion_follows_the_table_of_torch),
        TEST(test_float8_is_not_promoted),
        TEST(test_wide_unsigned_integers_are_promoted_with_floats_only),
        TEST(test_an_unknown_dtype_is_not_promoted),
        TEST(test_a_set_is_written_in_the_order_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
