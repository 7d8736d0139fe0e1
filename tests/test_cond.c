#include "harness.h"

#include "contracts/cond.h"

/* What is known: method is DeepSeekV3, n_group is 8, logits are given, flag is false. */
static cp_truth know(const cp_atom *atom, void *data)
{
    (void)data;
    if (cp_str_is(atom->parameter, "logits") && atom->op == CP_ATOM_GIVEN)
        return CP_TRUE;
    if (cp_str_is(atom->parameter, "flag") && atom->op == CP_ATOM_TRUE)
        return CP_FALSE;
    if (cp_str_is(atom->parameter, "method") && atom->op == CP_ATOM_EQ)
        return cp_str_is(atom->value, "DeepSeekV3") ? CP_TRUE : CP_FALSE;
    if (!cp_str_is(atom->parameter, "n_group"))
        return CP_UNSURE;
    int n = atom->value.ptr[0] - '0';
    switch (atom->op) {
    case CP_ATOM_LT:
        return 8 < n ? CP_TRUE : CP_FALSE;
    case CP_ATOM_LE:
        return 8 <= n ? CP_TRUE : CP_FALSE;
    case CP_ATOM_GT:
        return 8 > n ? CP_TRUE : CP_FALSE;
    case CP_ATOM_GE:
        return 8 >= n ? CP_TRUE : CP_FALSE;
    default:
        return CP_UNSURE;
    }
}

static cp_truth truth(const char *text)
{
    const cp_cond *cond;
    cp_err err;
    if (cp_cond_parse(&arena, cp_str_of(text), &cond, &err))
        fail_msg("%s", err.msg);
    return cp_cond_eval(cond, know, NULL);
}

static void test_the_empty_condition_always_holds(void **state)
{
    (void)state;
    const cp_cond *cond = (const cp_cond *)&arena;
    assert_int_equal(cp_cond_parse(&arena, CP_STR("  "), &cond, NULL), CP_OK);
    assert_null(cond);
    assert_int_equal(truth(""), CP_TRUE);
}

static void test_atoms_reach_the_callback_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cp_truth wanted;
    } rows[] = {
        {"logits is given", CP_TRUE},
        {"flag", CP_FALSE},
        {"method == DeepSeekV3", CP_TRUE},
        {"method==Renormalize", CP_FALSE},
        {"method != DeepSeekV3", CP_FALSE},
        {"method in {TopK, DeepSeekV3}", CP_TRUE},
        {"method in {TopK,Default}", CP_FALSE},
        {"n_group > 1", CP_TRUE},
        {"n_group >= 9", CP_FALSE},
        {"n_group < 9", CP_TRUE},
        {"n_group <= 8", CP_TRUE},
        {"other == 1", CP_UNSURE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (truth(rows[i].text) != rows[i].wanted)
            fail_msg("%s", rows[i].text);
}

static void test_unsure_parts_decide_nothing_that_the_others_decide(void **state)
{
    (void)state;
    assert_int_equal(truth("x and flag"), CP_FALSE);
    assert_int_equal(truth("x and logits is given"), CP_UNSURE);
    assert_int_equal(truth("x or logits is given"), CP_TRUE);
    assert_int_equal(truth("x or flag"), CP_UNSURE);
    assert_int_equal(truth("not x"), CP_UNSURE);
}

static void test_and_binds_closer_than_or_and_not_closest(void **state)
{
    (void)state;
    assert_int_equal(truth("logits is given or flag and flag"), CP_TRUE);
    assert_int_equal(truth("(logits is given or flag) and flag"), CP_FALSE);
    assert_int_equal(truth("not flag and logits is given"), CP_TRUE);
    assert_int_equal(truth("not (flag and logits is given)"), CP_TRUE);
    assert_int_equal(
        truth("method == MiniMax2 or method == DeepSeekV3 and not n_group > 1"),
        CP_FALSE);
}

static void test_what_is_no_condition_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "and",     "a and",     "a b",       "a ==",        "a == and", "(a",
        "a)",      "a is",      "a is none", "a in",        "a in {",   "a in {}",
        "a in {b", "a in {b,}", "a < b",     "1 == a",      "not",      "a == \"b\"",
        "a = b",   "a > 1.2.3", "a & b",     "a == 1 == 2",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const cp_cond *cond = NULL;
        cp_err err = {0};
        if (cp_cond_parse(&arena, cp_str_of(texts[i]), &cond, &err) != CP_ERR_SYNTAX)
            fail_msg("taken for a condition: %s", texts[i]);
        assert_true(err.msg[0] && !cond);
    }
}

static void test_deep_nesting_is_refused_and_not_followed(void **state)
{
    (void)state;
    cp_buf text = {.arena = &arena};
    for (int i = 0; i < 100000; i++)
        cp_buf_puts(&text, "not ");
    const cp_cond *cond;
    assert_int_equal(cp_cond_parse(&arena, cp_buf_str(&text), &cond, NULL),
                     CP_ERR_SYNTAX);
}

static void test_truth_follows_three_valued_logic(void **state)
{
    (void)state;
    static const cp_truth all[] = {CP_FALSE, CP_TRUE, CP_UNSURE};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            assert_int_equal(
                cp_truth_or(all[i], all[j]),
                cp_truth_not(cp_truth_and(cp_truth_not(all[i]), cp_truth_not(all[j]))));
            assert_int_equal(cp_truth_and(all[i], all[j]), cp_truth_and(all[j], all[i]));
        }
    assert_int_equal(cp_truth_and(CP_UNSURE, CP_FALSE), CP_FALSE);
    assert_int_equal(cp_truth_and(CP_TRUE, CP_TRUE), CP_TRUE);
    assert_int_equal(cp_truth_not(CP_UNSURE), CP_UNSURE);
}

static void test_code_between_backquotes_is_never_decided(void **state)
{
    (void)state;
    assert_int_equal(truth("`x.size(0) > 0 and y`"), CP_UNSURE);
    assert_int_equal(truth("logits is given and not `x`"), CP_UNSURE);
    assert_int_equal(truth("flag and `x`"), CP_FALSE);
    const cp_cond *cond;
    assert_int_equal(cp_cond_parse(&arena, CP_STR("`x"), &cond, NULL), CP_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_code_between_backquotes_is_never_decided),
        TEST(test_the_empty_condition_always_holds),
        TEST(test_atoms_reach_the_callback_as_written),
        TEST(test_unsure_parts_decide_nothing_that_the_others_decide),
        TEST(test_and_binds_closer_than_or_and_not_closest),
        TEST(test_what_is_no_condition_is_refused),
        TEST(test_deep_nesting_is_refused_and_not_followed),
        TEST(test_truth_follows_three_valued_logic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
