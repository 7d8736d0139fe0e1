#include "harness.h"

#include "flow_text.h"

/* What becomes of what `cast` gives, in `code`. */
static void uses(const char *code, const char *cast, const char *wanted)
{
    flow_text t = flow_text_of(&arena, code);
    cp_str got = flow_text_uses(&t, cast);
    flow_text_end(&t);
    assert_str(got, wanted);
}

static void test_an_argument_of_a_foreign_call_is_a_sink(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    pass\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink");
}

static void test_arithmetic_in_place_computes(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    x += 1\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "compute");
}

static void test_an_element_that_is_set_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    x[c] = 0\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_an_element_set_in_a_view_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.view(-1, 8)\n"
         "    y[c] = 0\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_view_of_one_dimension_goes_on(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.view(-1)\n"
         "    y += 1\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink compute");
}

static void test_a_view_as_another_dtype_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    other(x.view(torch.int32))\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_cast_to_what_is_not_known_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.to(c)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_cast_to_a_dtype_is_a_cast(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.to(torch.float16)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink cast");
}

static void test_a_method_in_place_computes(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    x.mul_(2)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink compute");
}

static void test_a_method_that_is_not_known_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    x.frobnicate()\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_the_pointer_of_the_storage_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    c(x.data_ptr())\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_comparison_computes(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x > 0.3\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink compute");
}

static void test_a_test_for_none_is_no_use(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x is None\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink");
}

static void test_the_shape_is_no_use(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.shape\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink");
}

static void test_the_dtype_is_a_use(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.dtype\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink dtype");
}

static void test_a_list_given_away_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    other.g([x, 1])\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_dict_given_away_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    other.g({\"a\": x})\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_dict_made_by_a_call_given_away_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    other.g(dict(a=x))\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_partial_given_away_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    other.g(partial(c, x))\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_what_is_yielded_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    yield x\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_an_f_string_is_no_use(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = f\"{x}\"\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink");
}

static void test_a_comprehension_over_it_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = [t for t in x]\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_what_a_lambda_does_counts(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    c(lambda: x * 2)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink compute");
}

static void test_what_an_inner_function_does_counts(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    def g():\n"
         "        return x * 2\n"
         "    c(g)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink compute");
}

static void test_what_a_public_function_returns_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    return x\n",
         "topk_weights.float()", "escape");
}

static void test_what_a_private_function_returns_goes_to_its_callers(void **state)
{
    (void)state;
    uses("def _g(t):\n"
         "    return t.float()\n"
         "def f(topk_weights, c):\n"
         "    kernel(logits=_g(topk_weights))\n",
         "t.float()", "sink");
}

static void test_a_field_of_another_name_is_an_escape(void **state)
{
    (void)state;
    uses("class A:\n"
         "    def f(self, topk_weights):\n"
         "        x = topk_weights.float()\n"
         "        self.last = x\n"
         "        kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_field_of_a_tensor_is_an_escape(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    y = x.clone()\n"
         "    y.last = x\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_a_global_is_an_escape(void **state)
{
    (void)state;
    uses("LAST = None\n"
         "def f(topk_weights):\n"
         "    global LAST\n"
         "    x = topk_weights.float()\n"
         "    LAST = x\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_positional_arguments_spread_on_are_an_escape(void **state)
{
    (void)state;
    uses("def g(*args):\n"
         "    other.g(*args)\n"
         "def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    g(x)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_keyword_arguments_spread_on_are_an_escape(void **state)
{
    (void)state;
    uses("def g(**kw):\n"
         "    other.g(**kw)\n"
         "def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    g(a=x)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink escape");
}

static void test_an_element_of_a_loop_goes_on(void **state)
{
    (void)state;
    uses("def f(topk_weights, c):\n"
         "    x = topk_weights.float()\n"
         "    for t in (x, c):\n"
         "        other.g(t)\n"
         "    kernel(logits=x)\n",
         "topk_weights.float()", "sink");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_argument_of_a_foreign_call_is_a_sink),
        TEST(test_arithmetic_in_place_computes),
        TEST(test_an_element_that_is_set_is_an_escape),
        TEST(test_an_element_set_in_a_view_is_an_escape),
        TEST(test_a_view_of_one_dimension_goes_on),
        TEST(test_a_view_as_another_dtype_is_an_escape),
        TEST(test_a_cast_to_what_is_not_known_is_an_escape),
        TEST(test_a_cast_to_a_dtype_is_a_cast),
        TEST(test_a_method_in_place_computes),
        TEST(test_a_method_that_is_not_known_is_an_escape),
        TEST(test_the_pointer_of_the_storage_is_an_escape),
        TEST(test_a_comparison_computes),
        TEST(test_a_test_for_none_is_no_use),
        TEST(test_the_shape_is_no_use),
        TEST(test_the_dtype_is_a_use),
        TEST(test_a_list_given_away_is_an_escape),
        TEST(test_a_dict_given_away_is_an_escape),
        TEST(test_a_dict_made_by_a_call_given_away_is_an_escape),
        TEST(test_a_partial_given_away_is_an_escape),
        TEST(test_what_is_yielded_is_an_escape),
        TEST(test_an_f_string_is_no_use),
        TEST(test_a_comprehension_over_it_is_an_escape),
        TEST(test_what_a_lambda_does_counts),
        TEST(test_what_an_inner_function_does_counts),
        TEST(test_what_a_public_function_returns_is_an_escape),
        TEST(test_what_a_private_function_returns_goes_to_its_callers),
        TEST(test_a_field_of_another_name_is_an_escape),
        TEST(test_a_field_of_a_tensor_is_an_escape),
        TEST(test_a_global_is_an_escape),
        TEST(test_positional_arguments_spread_on_are_an_escape),
        TEST(test_keyword_arguments_spread_on_are_an_escape),
        TEST(test_an_element_of_a_loop_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
