#include "harness.h"

#include "flow_text.h"

/* What is known of the value that `cast` is of, in `code`. */
static void operand(const char *code, const char *cast, const char *wanted)
{
    flow_text t = flow_text_of(&arena, code);
    cp_str got = flow_text_operand(&t, cast);
    flow_text_end(&t);
    assert_str(got, wanted);
}

static void test_a_name_has_the_dtype_it_was_bound_with(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_rebound_name_is_a_new_value(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    return x.half()\n",
            "x.half()", "bfloat16");
}

static void test_both_branches_reach_what_is_behind_them(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    if c:\n"
            "        x = torch.empty(3, dtype=torch.float32)\n"
            "    else:\n"
            "        x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    return x.half()\n",
            "x.half()", "float32, bfloat16");
}

static void test_a_branch_that_returns_does_not_reach_what_is_behind(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    if c:\n"
            "        x = torch.empty(3, dtype=torch.float32)\n"
            "        return x\n"
            "    return x.half()\n",
            "x.half()", "bfloat16");
}

static void
test_what_is_bound_before_a_break_reaches_what_is_behind_the_loop(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    while c:\n"
            "        if c():\n"
            "            x = torch.empty(3, dtype=torch.bfloat16)\n"
            "            break\n"
            "    return x.half()\n",
            "x.half()", "float32, bfloat16");
}

static void test_what_is_bound_before_a_continue_reaches_the_next_round(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    for i in c:\n"
            "        y = x.half()\n"
            "        if i:\n"
            "            x = torch.empty(3, dtype=torch.bfloat16)\n"
            "            continue\n",
            "x.half()", "float32, bfloat16");
}

static void test_any_binding_of_a_try_may_be_the_last_before_its_handler(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    try:\n"
            "        x = torch.empty(3, dtype=torch.bfloat16)\n"
            "        c()\n"
            "        x = torch.empty(3, dtype=torch.float32)\n"
            "    except E:\n"
            "        return x.half()\n",
            "x.half()", "float32, bfloat16");
}

static void test_what_except_names_is_no_tensor_of_before(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    try:\n"
            "        c()\n"
            "    except E as x:\n"
            "        return x.half()\n",
            "x.half()", "unknown");
}

static void test_a_suppressed_block_may_have_stopped_early(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    with suppress(E):\n"
            "        x = torch.empty(3, dtype=torch.float32)\n"
            "    return x.half()\n",
            "x.half()", "float32, bfloat16");
}

static void test_a_walrus_behind_and_may_not_have_run(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    if c and (x := torch.empty(3, dtype=torch.float32)) is not None:\n"
            "        pass\n"
            "    return x.half()\n",
            "x.half()", "float32, bfloat16");
}

static void test_a_comprehension_hides_names_around_it(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    return [x.half() for x in c]\n",
            "x.half()", "unknown");
}

static void test_a_comprehension_leaves_names_around_it_alone(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    y = [x for x in c]\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_pattern_binds_its_names(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    match c:\n"
            "        case [x, y]:\n"
            "            return x.half()\n",
            "x.half()", "unknown");
}

static void test_a_name_that_an_inner_function_rebinds_is_not_sure(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32)\n"
            "    def g():\n"
            "        nonlocal x\n"
            "        x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    g()\n"
            "    return x.half()\n",
            "x.half()", "float32 or unknown");
}

static void test_a_global_that_a_function_rebinds_is_not_sure(void **state)
{
    (void)state;
    operand("x = torch.empty(3, dtype=torch.float32)\n"
            "def g(c):\n"
            "    global x\n"
            "    x = c\n"
            "def f(topk_weights):\n"
            "    g(topk_weights)\n"
            "    return x.half()\n",
            "x.half()", "float32 or unknown");
}

static void test_arithmetic_in_place_keeps_the_dtype(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16)\n"
            "    x += torch.empty(3, dtype=torch.float32)\n"
            "    return x.half()\n",
            "x.half()", "bfloat16");
}

static void test_arithmetic_in_place_on_a_number_gives_a_tensor(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = 0\n"
            "    x += torch.empty(3, dtype=torch.float32)\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_arithmetic_promotes(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16) * torch.empty(3, "
            "dtype=torch.float32)\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_sum_over_all_may_be_without_dimensions(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16) * torch.empty(3, "
            "dtype=torch.float32).sum()\n"
            "    return x.half()\n",
            "x.half()", "float32, bfloat16");
}

static void test_a_sum_over_one_dimension_promotes(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16) * torch.empty(3, "
            "dtype=torch.float32).sum(-1)\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_an_element_of_a_list_is_not_sure(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = [torch.empty(3, dtype=torch.float32), c]\n"
            "    return x[0].half()\n",
            "x[0].half()", "float32 or unknown");
}

static void test_an_element_of_a_tuple_is_sure(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = (torch.empty(3, dtype=torch.float32), c)\n"
            "    return x[0].half()\n",
            "x[0].half()", "float32");
}

static void test_an_entry_of_a_dict_is_not_sure(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = {\"a\": torch.empty(3, dtype=torch.float32)}\n"
            "    return x[\"a\"].half()\n",
            "x[\"a\"].half()", "float32 or unknown");
}

static void test_a_fallback_of_get_counts(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = c.get(\"a\", torch.empty(3, dtype=torch.float32))\n"
            "    return x.half()\n",
            "x.half()", "float32 or unknown");
}

static void test_values_of_a_topk_have_the_dtype_of_its_operand(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.float32).topk(2).values\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_softmax_takes_its_dtype_by_position_too(void **state)
{
    (void)state;
    operand(
        "def f(topk_weights, c):\n"
        "    x = torch.softmax(torch.empty(3, dtype=torch.bfloat16), -1, torch.float32)\n"
        "    return x.half()\n",
        "x.half()", "float32");
}

static void test_under_autocast_a_product_is_not_sure(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    with torch.autocast(\"cuda\"):\n"
            "        x = F.linear(torch.empty(3, dtype=torch.float32), torch.empty(3, "
            "dtype=torch.float32))\n"
            "    return x.half()\n",
            "x.half()", "float32 or unknown");
}

static void test_with_autocast_disabled_a_product_is_sure(void **state)
{
    (void)state;
    operand("def f(topk_weights, c):\n"
            "    with torch.autocast(\"cuda\", enabled=False):\n"
            "        x = F.linear(torch.empty(3, dtype=torch.float32), torch.empty(3, "
            "dtype=torch.float32))\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_decorator_may_set_autocast(void **state)
{
    (void)state;
    operand("@torch.autocast(\"cuda\")\n"
            "def f(topk_weights, c):\n"
            "    x = torch.mm(torch.empty(3, dtype=torch.float32), torch.empty(3, "
            "dtype=torch.float32))\n"
            "    return x.half()\n",
            "x.half()", "float32 or unknown");
}

static void test_a_parameter_hides_torch(void **state)
{
    (void)state;
    operand("def f(topk_weights, torch):\n"
            "    x = topk_weights.to(torch.float32)\n"
            "    return x.half()\n",
            "x.half()", "unknown");
}

static void test_a_dtype_that_is_imported_by_name_is_no_device(void **state)
{
    (void)state;
    operand("from torch import float32\n"
            "def f(topk_weights, c):\n"
            "    x = torch.empty(3, dtype=torch.bfloat16).to(float32)\n"
            "    return x.half()\n",
            "x.half()", "unknown");
}

static void test_a_field_of_an_unknown_object_is_not_sure(void **state)
{
    (void)state;
    operand("class A:\n"
            "    def __init__(self):\n"
            "        self.topk_weights = torch.empty(3, dtype=torch.float32)\n"
            "def f(topk_weights, c):\n"
            "    return c.topk_weights.half()\n",
            "c.topk_weights.half()", "float32 or unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_name_has_the_dtype_it_was_bound_with),
        TEST(test_a_rebound_name_is_a_new_value),
        TEST(test_both_branches_reach_what_is_behind_them),
        TEST(test_a_branch_that_returns_does_not_reach_what_is_behind),
        TEST(test_what_is_bound_before_a_break_reaches_what_is_behind_the_loop),
        TEST(test_what_is_bound_before_a_continue_reaches_the_next_round),
        TEST(test_any_binding_of_a_try_may_be_the_last_before_its_handler),
        TEST(test_what_except_names_is_no_tensor_of_before),
        TEST(test_a_suppressed_block_may_have_stopped_early),
        TEST(test_a_walrus_behind_and_may_not_have_run),
        TEST(test_a_comprehension_hides_names_around_it),
        TEST(test_a_comprehension_leaves_names_around_it_alone),
        TEST(test_a_pattern_binds_its_names),
        TEST(test_a_name_that_an_inner_function_rebinds_is_not_sure),
        TEST(test_a_global_that_a_function_rebinds_is_not_sure),
        TEST(test_arithmetic_in_place_keeps_the_dtype),
        TEST(test_arithmetic_in_place_on_a_number_gives_a_tensor),
        TEST(test_arithmetic_promotes),
        TEST(test_a_sum_over_all_may_be_without_dimensions),
        TEST(test_a_sum_over_one_dimension_promotes),
        TEST(test_an_element_of_a_list_is_not_sure),
        TEST(test_an_element_of_a_tuple_is_sure),
        TEST(test_an_entry_of_a_dict_is_not_sure),
        TEST(test_a_fallback_of_get_counts),
        TEST(test_values_of_a_topk_have_the_dtype_of_its_operand),
        TEST(test_softmax_takes_its_dtype_by_position_too),
        TEST(test_under_autocast_a_product_is_not_sure),
        TEST(test_with_autocast_disabled_a_product_is_sure),
        TEST(test_a_decorator_may_set_autocast),
        TEST(test_a_parameter_hides_torch),
        TEST(test_a_dtype_that_is_imported_by_name_is_no_device),
        TEST(test_a_field_of_an_unknown_object_is_not_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
