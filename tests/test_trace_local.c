#include "harness.h"

#include "flow_text.h"

/* Whether the dtype of the value that `cast` is of was seen in full. */
static bool local(const char *code, const char *cast)
{
    flow_text t = flow_text_of(&arena, code);
    const cp_node *node = flow_text_cast(&t, cast);
    bool found = node && cp_trace_is_local(&arena, node->inputs[0].node);
    flow_text_end(&t);
    assert_non_null(node);
    return found;
}

static void test_a_cast_is_seen_in_full(void **state)
{
    (void)state;
    assert_true(local("def f(topk_weights, c):\n"
                      "    x = torch.empty(3, dtype=torch.float32)\n"
                      "    return x.half()\n",
                      "x.half()"));
}

static void test_what_a_function_returns_is_seen_in_full(void **state)
{
    (void)state;
    assert_true(local("def g():\n"
                      "    return torch.empty(3, dtype=torch.float32)\n"
                      "def f(topk_weights, c):\n"
                      "    x = g()\n"
                      "    return x.half()\n",
                      "x.half()"));
}

static void test_a_parameter_is_given_by_any_caller(void **state)
{
    (void)state;
    assert_false(local("def g(topk_weights):\n"
                       "    return topk_weights.half()\n"
                       "def f(topk_weights, c):\n"
                       "    return g(torch.empty(3, dtype=torch.float32))\n",
                       "topk_weights.half()"));
}

static void test_a_field_is_set_by_any_code(void **state)
{
    (void)state;
    assert_false(local("class A:\n"
                       "    def __init__(self):\n"
                       "        self.topk_weights = torch.empty(3, dtype=torch.float32)\n"
                       "    def f(self):\n"
                       "        return self.topk_weights.half()\n",
                       "self.topk_weights.half()"));
}

static void test_a_method_may_be_replaced(void **state)
{
    (void)state;
    assert_false(local("class A:\n"
                       "    def g(self):\n"
                       "        return torch.empty(3, dtype=torch.float32)\n"
                       "    def f(self, topk_weights):\n"
                       "        x = self.g()\n"
                       "        return x.half()\n",
                       "x.half()"));
}

static void test_a_topk_of_a_parameter_is_given_by_any_caller(void **state)
{
    (void)state;
    assert_false(local("def g(topk_weights):\n"
                       "    x, i = torch.topk(topk_weights, 2)\n"
                       "    return x.half()\n"
                       "def f(topk_weights, c):\n"
                       "    return g(torch.empty(3, dtype=torch.float32))\n",
                       "x.half()"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_cast_is_seen_in_full),
        TEST(test_what_a_function_returns_is_seen_in_full),
        TEST(test_a_parameter_is_given_by_any_caller),
        TEST(test_a_field_is_set_by_any_code),
        TEST(test_a_method_may_be_replaced),
        TEST(test_a_topk_of_a_parameter_is_given_by_any_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
