#include "debt_case.h"

#include "findings/suppress.h"

static cp_debt debt_at(const char *path, const char *text)
{
    cp_debt debt;
    study_text(path, cp_str_of(text), "");
    cp_debt_find(&study, &debt);
    return debt;
}

static cp_debt debt_in(const char *text)
{
    return debt_at("csrc/routing.cu", text);
}

static void test_remark_behind_a_declaration_is_about_what_it_declares(void **state)
{
    (void)state;
    cp_debt debt = debt_in("struct Args {\n"
                           "  void* routing_bias = nullptr;  // in bfloat16 for now\n"
                           "};\n");
    assert_int_equal(debt.item_count, 1);
    assert_str(debt.items[0].subject, "routing_bias");
    assert_int_equal(debt.items[0].role, CP_ROLE_ROUTING_BIAS);
    assert_int_equal(debt.items[0].line, 2);
    assert_int_equal(debt.items[0].state, CP_DEBT_UNVERIFIABLE);
    assert_string_equal(cp_debt_language(&debt.items[0]), "CUDA");
}

static void test_declaration_may_begin_on_a_line_above(void **state)
{
    (void)state;
    cp_debt debt = debt_in("int a = 0;  // in bf16 for now\n"
                           "void* routing_bias =\n"
                           "    nullptr;  // in bf16 for now\n");
    assert_int_equal(debt.item_count, 1);
    assert_int_equal(debt.items[0].line, 3);
}

static void test_remark_above_a_check_is_about_what_is_checked(void **state)
{
    (void)state;
    cp_debt debt =
        debt_at("a.cpp", "void f(Tensor x, Tensor topkWeights) {\n"
                         "  /* TODO(jo): take bf16\n"
                         "   */\n"
                         "  CHECK(x && topkWeights.scalar_type() == at::kFloat);\n"
                         "}\n");
    assert_int_equal(debt.item_count, 1);
    assert_str(debt.items[0].subject, "topkWeights");
    assert_str(debt.items[0].owner, "jo");
    assert_string_equal(cp_debt_language(&debt.items[0]), "C++");
    assert_str(debt.items[0].precondition,
               "C++ code is not followed to what takes `topkWeights` as bfloat16");
}

static void test_words_name_the_tensor_where_the_code_does_not(void **state)
{
    (void)state;
    cp_debt debt = debt_in("// TODO: read the router logits as half\nint a;\n");
    assert_int_equal(debt.item_count, 1);
    assert_str(debt.items[0].subject, "router logits");
}

static void test_remark_ends_where_its_argument_ends(void **state)
{
    (void)state;
    cp_debt debt = debt_in("run(x,\n"
                           "    // TODO: make it bf16\n"
                           "    x.scale, float(routing_bias));\n"
                           "run(float(routing_bias), x.scale  // TODO: make it bf16\n"
                           ");\n");
    assert_int_equal(debt.item_count, 0);
}

static void test_remarks_of_kernels_about_other_things_are_no_items(void **state)
{
    (void)state;
    cp_debt debt =
        debt_in("// TODO: check the routing once bf16 scale factors are there\n"
                "float* scales;\n"
                "// NOTE: these are float\n"
                "float* routing_logits;\n"
                "float* topk_weights;  // temporary, in float\n"
                "// TODO: unroll\n"
                "f(float(routing_logits));\n"
                "// TODO: use half\n"
                "g(routing_logits);\n"
                "// TODO: one half of the router logits is enough\n"
                "const char* s = \"// TODO: router logits in bf16\";\n"
                "const char* r = R\"x(\n// TODO: router logits in bf16\n)x\";\n");
    if (debt.item_count)
        fail_msg("line %u", debt.items[0].line);
}

static void test_finding_in_a_kernel_can_be_silenced(void **state)
{
    (void)state;
    study_text("a.cu",
               CP_STR("void* routing_bias;  // castproof: ignore[CP303] as it came\n"
                      "// castproof: ignore[CP303] upstream\n"
                      "// see there\n"
                      "void* routing_logits;  // float for now\n"),
               "");
    cp_check_debt(&study);
    assert_int_equal(findings.count, 1);
    cp_suppress(&findings, project);
    assert_int_equal(findings.count, 1);
    assert_str(findings.items[0]->code, "CP001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEBT(test_remark_behind_a_declaration_is_about_what_it_declares),
        DEBT(test_declaration_may_begin_on_a_line_above),
        DEBT(test_remark_above_a_check_is_about_what_is_checked),
        DEBT(test_words_name_the_tensor_where_the_code_does_not),
        DEBT(test_remark_ends_where_its_argument_ends),
        DEBT(test_remarks_of_kernels_about_other_things_are_no_items),
        DEBT(test_finding_in_a_kernel_can_be_silenced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
