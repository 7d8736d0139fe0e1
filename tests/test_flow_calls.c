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

static void test_a_result_has_the_dtype_that_is_returned(void **state)
{
    (void)state;
    operand("def g():\n"
            "    return torch.empty(3, dtype=torch.float32)\n"
            "def f(topk_weights, c):\n"
            "    x = g()\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_decorator_from_outside_may_change_the_result(void **state)
{
    (void)state;
    operand("@other.wrap\n"
            "def g():\n"
            "    return torch.empty(3, dtype=torch.float32)\n"
            "def f(topk_weights, c):\n"
            "    x = g()\n"
            "    return x.half()\n",
            "x.half()", "float32 or unknown");
}

static void test_no_grad_does_not_change_the_result(void **state)
{
    (void)state;
    operand("@torch.no_grad()\n"
            "def g():\n"
            "    return torch.empty(3, dtype=torch.float32)\n"
            "def f(topk_weights, c):\n"
            "    x = g()\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_static_method_has_no_self(void **state)
{
    (void)state;
    operand("class A:\n"
            "    @staticmethod\n"
            "    def g(a, topk_weights):\n"
            "        return topk_weights.half()\n"
            "    def f(self, topk_weights):\n"
            "        return self.g(torch.empty(3, dtype=torch.float32), torch.empty(3, "
            "dtype=torch.bfloat16))\n",
            "topk_weights.half()", "bfloat16");
}

static void test_a_class_method_is_bound_to_its_class(void **state)
{
    (void)state;
    operand("class A:\n"
            "    @classmethod\n"
            "    def g(cls, a, topk_weights):\n"
            "        return topk_weights.half()\n"
            "def f(topk_weights, c):\n"
            "    return A.g(torch.empty(3, dtype=torch.float32), torch.empty(3, "
            "dtype=torch.bfloat16))\n",
            "topk_weights.half()", "bfloat16");
}

static void test_a_method_called_through_its_class_takes_self(void **state)
{
    (void)state;
    operand("class A:\n"
            "    def g(self, topk_weights):\n"
            "        return topk_weights.half()\n"
            "def f(topk_weights, c):\n"
            "    return A.g(c, torch.empty(3, dtype=torch.bfloat16))\n",
            "topk_weights.half()", "bfloat16");
}

static void test_what_is_spread_may_be_any_argument(void **state)
{
    (void)state;
    operand("def g(topk_weights=None):\n"
            "    return topk_weights.half()\n"
            "def f(topk_weights, c):\n"
            "    g(**c)\n"
            "    return g(torch.empty(3, dtype=torch.float32))\n",
            "topk_weights.half()", "float32 or unknown");
}

static void test_a_layer_that_is_cast_is_not_sure(void **state)
{
    (void)state;
    operand("class A(nn.Module):\n"
            "    def __init__(self):\n"
            "        self.gate = nn.Linear(4, 4).float()\n"
            "    def f(self, topk_weights):\n"
            "        x = self.gate(topk_weights)\n"
            "        return x.half()\n",
            "x.half()", "the model's dtype or unknown");
}

static void test_a_layer_that_is_cast_later_is_not_sure(void **state)
{
    (void)state;
    operand("class A(nn.Module):\n"
            "    def __init__(self):\n"
            "        self.gate = nn.Linear(4, 4)\n"
            "        self.gate.to(torch.float32)\n"
            "    def f(self, topk_weights):\n"
            "        x = self.gate(topk_weights)\n"
            "        return x.half()\n",
            "x.half()", "the model's dtype or unknown");
}

static void test_a_layer_with_other_weights_is_not_sure(void **state)
{
    (void)state;
    operand("class A(nn.Module):\n"
            "    def __init__(self):\n"
            "        self.gate = nn.Linear(4, 4)\n"
            "        self.gate.weight = torch.empty(3, dtype=torch.float32)\n"
            "    def f(self, topk_weights):\n"
            "        x = self.gate(topk_weights)\n"
            "        return x.half()\n",
            "x.half()", "the model's dtype or unknown");
}

static void test_a_layer_with_spread_arguments_is_not_sure(void **state)
{
    (void)state;
    operand("class A(nn.Module):\n"
            "    def __init__(self, kw):\n"
            "        self.gate = nn.Linear(4, 4, **kw)\n"
            "    def f(self, topk_weights):\n"
            "        x = self.gate(topk_weights)\n"
            "        return x.half()\n",
            "x.half()", "the model's dtype or unknown");
}

static void test_a_layer_has_the_dtype_that_it_is_made_with(void **state)
{
    (void)state;
    operand("class A(nn.Module):\n"
            "    def __init__(self):\n"
            "        self.gate = nn.Linear(4, 4, dtype=torch.float32)\n"
            "    def f(self, topk_weights):\n"
            "        x = self.gate(topk_weights)\n"
            "        return x.half()\n",
            "x.half()", "float32");
}

static void test_a_custom_operator_is_the_function_behind_it(void **state)
{
    (void)state;
    operand("from other import direct_register_custom_op\n"
            "def g(n):\n"
            "    return torch.empty(n, dtype=torch.float32)\n"
            "direct_register_custom_op(op_name='make', op_func=g, mutates_args=[])\n"
            "def f(topk_weights):\n"
            "    x = torch.ops.serving.make(3)\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_decorated_operator_is_called_by_its_name(void **state)
{
    (void)state;
    operand("@torch.library.custom_op('serving::make', mutates_args=())\n"
            "def g(n):\n"
            "    return torch.empty(n, dtype=torch.float32)\n"
            "def f(topk_weights):\n"
            "    x = torch.ops.serving.make.default(3)\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_an_operator_of_others_is_not_known(void **state)
{
    (void)state;
    operand("def f(topk_weights):\n"
            "    x = torch.ops.serving.make(3)\n"
            "    return x.half()\n",
            "x.half()", "unknown");
}

static void test_an_assert_leaves_the_dtype_that_it_names(void **state)
{
    (void)state;
    operand("def f(topk_weights, x):\n"
            "    assert x.dim() == 2 and x.dtype == torch.float32\n"
            "    return x.half()\n",
            "x.half()", "float32");
}

static void test_a_test_that_raises_leaves_the_other_dtype(void **state)
{
    (void)state;
    operand("def f(topk_weights, x):\n"
            "    if x.dtype != torch.bfloat16:\n"
            "        raise TypeError\n"
            "    return x.half()\n",
            "x.half()", "bfloat16");
}

static void test_an_assert_of_several_dtypes_tells_nothing(void **state)
{
    (void)state;
    operand("def f(topk_weights, y):\n"
            "    assert y.dtype in (torch.float32, torch.bfloat16)\n"
            "    return y.half()\n",
            "y.half()", "unknown");
}

static void test_a_kernel_loads_what_it_is_launched_with(void **state)
{
    (void)state;
    operand("import triton\n"
            "import triton.language as tl\n"
            "@triton.jit\n"
            "def k(topk_weights_ptr, n):\n"
            "    w = tl.load(topk_weights_ptr + n)\n"
            "    return w.to(tl.bfloat16)\n"
            "def f(topk_weights, n):\n"
            "    x = torch.empty(n, dtype=torch.float32)\n"
            "    k[(1,)](x, n)\n",
            "w.to(tl.bfloat16)", "float32");
}

static void test_the_element_type_of_a_pointer_is_a_dtype(void **state)
{
    (void)state;
    operand("import triton\n"
            "import triton.language as tl\n"
            "@triton.jit\n"
            "def k(topk_weights_ptr, n):\n"
            "    kind = topk_weights_ptr.dtype.element_ty\n"
            "    w = tl.zeros([4], dtype=kind)\n"
            "    return w.to(tl.bfloat16)\n"
            "def f(topk_weights, n):\n"
            "    k[(1,)](torch.empty(n, dtype=torch.float16), n)\n",
            "w.to(tl.bfloat16)", "float16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_result_has_the_dtype_that_is_returned),
        TEST(test_a_decorator_from_outside_may_change_the_result),
        TEST(test_no_grad_does_not_change_the_result),
        TEST(test_a_static_method_has_no_self),
        TEST(test_a_class_method_is_bound_to_its_class),
        TEST(test_a_method_called_through_its_class_takes_self),
        TEST(test_what_is_spread_may_be_any_argument),
        TEST(test_a_layer_that_is_cast_is_not_sure),
        TEST(test_a_layer_that_is_cast_later_is_not_sure),
        TEST(test_a_layer_with_other_weights_is_not_sure),
        TEST(test_a_layer_with_spread_arguments_is_not_sure),
        TEST(test_a_layer_has_the_dtype_that_it_is_made_with),
        TEST(test_a_custom_operator_is_the_function_behind_it),
        TEST(test_a_decorated_operator_is_called_by_its_name),
        TEST(test_an_operator_of_others_is_not_known),
        TEST(test_an_assert_leaves_the_dtype_that_it_names),
        TEST(test_a_test_that_raises_leaves_the_other_dtype),
        TEST(test_an_assert_of_several_dtypes_tells_nothing),
        TEST(test_a_kernel_loads_what_it_is_launched_with),
        TEST(test_the_element_type_of_a_pointer_is_a_dtype),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
