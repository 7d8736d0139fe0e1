#include "harness.h"

#include "contracts/mine_glance.h"

static bool says(bool (*question)(cp_str text, cp_str name), const char *text)
{
    return question(cp_str_of(text), CP_STR("pick"));
}

static void test_functions_with_a_body_are_told_from_calls(void **state)
{
    (void)state;
    assert_true(says(mine_text_defines, "void pick(int a, g(b)) {"));
    assert_true(says(mine_text_defines, "template <class T>\nT* K::pick(T a) const {"));
    assert_true(says(mine_text_defines, "auto pick(int a) -> int {"));
    assert_true(says(mine_text_defines, "std::vector<int>\npick() noexcept\n{"));
    assert_false(says(mine_text_defines, "void pick(int a);"));
    assert_false(says(mine_text_defines, "if (pick(a)) {"));
    assert_false(says(mine_text_defines, "  pick(a); {"));
    assert_false(says(mine_text_defines, "return pick(a) - 1;"));
    assert_false(says(mine_text_defines, "void pick_one(int a) {"));
    assert_false(says(mine_text_defines, "void picks(int a"));
}

static void test_declarations_are_told_from_calls(void **state)
{
    (void)state;
    assert_true(says(mine_text_declares, "void pick(int a);"));
    assert_true(says(mine_text_declares, "Tensor& pick(\n    int a);"));
    assert_true(says(mine_text_declares, "ops.impl(\"x\", &pick);"));
    assert_false(says(mine_text_declares, "{ pick(a); }"));
    assert_false(says(mine_text_declares, "return pick(a);"));
    assert_false(says(mine_text_declares, "x; pick(a);"));
    assert_false(says(mine_text_declares, "void pick(int a) {"));
}

static void test_names_are_registered_in_several_ways(void **state)
{
    (void)state;
    assert_true(says(mine_text_registers, "m.def(\"pick(Tensor a) -> ()\");"));
    assert_true(says(mine_text_registers, "m.impl(\"pick\", f);"));
    assert_true(says(mine_text_registers, "f(\"_moe::pick.out(Tensor a)\");"));
    assert_true(says(mine_text_registers, "TVM_FFI_DLL_EXPORT_TYPED_FUNC(pick, run);"));
    assert_true(says(mine_text_registers, "REGISTER(pick)"));
    assert_false(says(mine_text_registers, "void pick(int a);"));
    assert_false(says(mine_text_registers, "\"pick one of them\""));
    assert_false(says(mine_text_registers, "ns::pick(a);"));
    assert_false(says(mine_text_registers, "EXPORT(other);\npick(a);"));
}

static void test_other_names_are_seen_where_they_are_made(void **state)
{
    (void)state;
    assert_true(says(mine_text_has, "struct pick {"));
    assert_true(says(mine_text_has, "template <class T> class pick : public B {"));
    assert_true(says(mine_text_has, "  using pick = float;"));
    assert_true(says(mine_text_has, "constexpr int pick = 3;"));
    assert_true(says(mine_text_has, "void pick() {"));
    assert_false(says(mine_text_has, "  int pick = 3;"));
    assert_false(says(mine_text_has, "  f(pick);"));
}

static void test_a_word_that_is_there_is_never_missed(void **state)
{
    (void)state;
    const mine_word_set *set =
        mine_words_of(&arena, CP_STR("void pick(int a_1) { return a_1+two::three; }"));
    const char *const there[] = {"void", "pick", "int", "a_1", "return", "two", "three"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        assert_true(mine_may_have_word(set, cp_str_of(there[i])));
    size_t others = 0;
    for (unsigned i = 0; i < 1000; i++)
        others += mine_may_have_word(set, cp_str_printf(&arena, "other_%u", i));
    assert_true(others < 10);
    assert_false(mine_may_have_word(mine_words_of(&arena, CP_STR("")), CP_STR("pick")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_functions_with_a_body_are_told_from_calls),
        TEST(test_declarations_are_told_from_calls),
        TEST(test_names_are_registered_in_several_ways),
        TEST(test_other_names_are_seen_where_they_are_made),
        TEST(test_a_word_that_is_there_is_never_missed),
    };
    return cmocka_run_group_tests_name("glance", tests, NULL, NULL);
}
