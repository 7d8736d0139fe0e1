#include "lineage_case.h"

/* The values at a line: "x [role] dtypes; y …". */
static void values(const char *code, uint32_t line, uint32_t column, const char *wanted)
{
    size_t count;
    study_of(code);
    cp_lineage *all = at(line, column, &count);
    cp_buf buf = {.arena = &arena};
    for (size_t i = 0; i < count; i++) {
        cp_buf_printf(&buf, "%s%.*s [%s] ", i ? "; " : "", CP_STR_ARGS(all[i].text),
                      cp_role_name(all[i].role));
        if (all[i].is_cast) {
            add_dtypes(&buf, all[i].from);
            cp_buf_puts(&buf, " to ");
        }
        add_dtypes(&buf, all[i].dtypes);
    }
    flow_text_end(&text);
    assert_str(cp_buf_str(&buf), wanted);
}

static void test_a_cast_stands_for_what_it_casts(void **state)
{
    (void)state;
    values(CAST, 2, 0, "router_logits.float() [router_logits] ? to float32");
}

static void test_a_name_that_carries_logits_is_a_value(void **state)
{
    (void)state;
    values(CAST, 3, 0, "x [router_logits] float32");
}

static void test_a_parameter_is_a_value(void **state)
{
    (void)state;
    values(CAST, 1, 0, "router_logits [router_logits] ?");
}

static void test_a_cast_of_no_routing_tensor_is_shown_all_the_same(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n    return c.half()\n", 2, 0,
           "c.half() [] ? to float16");
}

static void test_a_move_to_a_device_is_no_cast(void **state)
{
    (void)state;
    values("def f(topk_weights, c):\n    return topk_weights.float().view(3)\n", 2, 0,
           "topk_weights.float().view(3) [topk_weights] float32; "
           "topk_weights.float() [topk_weights] ? to float32");
}

static void test_casts_on_one_chain_are_told_apart(void **state)
{
    (void)state;
    values("def f(topk_weights, c):\n    return topk_weights.half().float()\n", 2, 0,
           "topk_weights.half().float() [topk_weights] float16 to float32; "
           "topk_weights.half() [topk_weights] ? to float16");
}

static void test_a_cast_over_several_lines_is_found_at_its_name(void **state)
{
    (void)state;
    values("def f(topk_weights, c):\n"
           "    x = (\n"
           "        topk_weights\n"
           "        .float()\n"
           "    )\n"
           "    return x\n",
           4, 0, "topk_weights .float() [topk_weights] ? to float32");
}

static void test_a_column_names_the_casts_that_begin_there(void **state)
{
    (void)state;
    values(CAST, 2, 9, "router_logits.float() [router_logits] ? to float32");
}

static void test_a_column_names_the_innermost_value(void **state)
{
    (void)state;
    values(CAST, 2, 12, "router_logits [router_logits] ?");
}

static void test_a_column_shows_any_value(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n    y = torch.zeros(3, dtype=torch.half)\n", 2, 12,
           "torch.zeros(3, dtype=torch.half) [] float16");
}

static void test_what_foreign_code_gives_is_told_by_its_name(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n"
           "    gating_output = other.gate(c); other.g(router_logits)\n",
           2, 0, "other.gate(c) [router_logits] ?; router_logits [router_logits] ?");
}

static void test_a_dtype_argument_is_a_cast(void **state)
{
    (void)state;
    values("def f(router_logits):\n"
           "    return torch.softmax(\n"
           "        router_logits, dim=-1,\n"
           "        dtype=torch.float32,\n"
           "    )\n",
           4, 0,
           "torch.softmax( router_logits, dim=-1, dtype=torch.float32, ) [router_logits] "
           "? to float32");
}

static void test_what_a_call_casts_is_shown_with_it(void **state)
{
    (void)state;
    values("def f(router_logits):\n"
           "    return torch.softmax(router_logits, dim=-1, dtype=torch.float32)\n",
           2, 0,
           "torch.softmax(router_logits, dim=-1, dtype=torch.float32) [router_logits] ? "
           "to float32");
}

static void test_a_line_without_values_has_none(void **state)
{
    (void)state;
    values("def f(router_logits, c):\n    n = 3\n", 2, 0, "");
}

static void test_the_nearest_line_is_found(void **state)
{
    (void)state;
    cp_str what;
    study_of("n = 1\nm = 2\n\n" CAST);
    assert_int_equal(cp_lineage_nearest(&study, module(), BEFORE + 1, &what), BEFORE + 5);
    assert_str(what, "router_logits.float()");
    flow_text_end(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_cast_stands_for_what_it_casts),
        TEST(test_a_name_that_carries_logits_is_a_value),
        TEST(test_a_parameter_is_a_value),
        TEST(test_a_cast_of_no_routing_tensor_is_shown_all_the_same),
        TEST(test_a_move_to_a_device_is_no_cast),
        TEST(test_casts_on_one_chain_are_told_apart),
        TEST(test_a_cast_over_several_lines_is_found_at_its_name),
        TEST(test_a_column_names_the_casts_that_begin_there),
        TEST(test_a_column_names_the_innermost_value),
        TEST(test_a_column_shows_any_value),
        TEST(test_what_foreign_code_gives_is_told_by_its_name),
        TEST(test_a_dtype_argument_is_a_cast),
        TEST(test_what_a_call_casts_is_shown_with_it),
        TEST(test_a_line_without_values_has_none),
        TEST(test_the_nearest_line_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
