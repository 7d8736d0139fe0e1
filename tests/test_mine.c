#include "harness.h"

#include <stdlib.h>

#include "contracts/contract.h"
#include "contracts/mine_source.h"

/*
 * A small library of ours is a folder tests/mine/NAME. Facts are compared as
 * "call parameter: dtypes when condition @ place", one a line.
 */

static unsigned troubles;
static cp_str not_followed; /* "place call: why" of the last run, one a line */

static void count_trouble(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    (void)data;
    (void)loss;
    (void)path;
    (void)message;
    troubles++;
}

static cp_str line_of(const cp_mined *fact)
{
    cp_buf out = {.arena = &arena};
    cp_buf_printf(&out, "%.*s %.*s: ", CP_STR_ARGS(fact->call),
                  CP_STR_ARGS(fact->parameter));
    if (fact->broken)
        cp_buf_printf(&out, "broken, %.*s", CP_STR_ARGS(fact->reason));
    else if (fact->unchecked)
        cp_buf_puts(&out, "unchecked");
    else if (fact->same_as.len)
        cp_buf_printf(&out, "as %.*s", CP_STR_ARGS(fact->same_as));
    else
        cp_buf_add(&out, cp_dtypes_text(&arena, fact->accepts));
    if (fact->when.len)
        cp_buf_printf(&out, " when %.*s", CP_STR_ARGS(fact->when));
    cp_buf_printf(&out, " @ %.*s\n", CP_STR_ARGS(fact->stated[0]));
    return cp_buf_str(&out);
}

/* Without libclang nothing of C++ can be tested here. */
static bool have_libclang(void)
{
    const cp_cuda_library *library;
    return cp_cuda_load(&arena, &library, NULL) == CP_OK;
}

static cp_str mined(const char *name, int threads, cp_str *toml)
{
    cp_mine_source source;
    cp_library library;
    cp_library_options how = {.trouble = count_trouble};
    cp_buf out = {.arena = &arena};
    cp_err err;
    cp_str root = cp_str_printf(&arena, "tests/mine/%s", name);
    troubles = 0;
    if (cp_library_at(&library, &arena, root, &how, &err))
        fail_msg("%s", err.msg);
    cp_mine_source_read(&source, &arena, &library, threads, count_trouble, NULL);
    cp_mined_set set = cp_mine(&arena, &source.input, threads);
    for (size_t i = 0; i < set.count; i++)
        cp_buf_add(&out, line_of(&set.facts[i]));
    cp_buf rest = {.arena = &arena};
    for (size_t i = 0; i < set.rest_count; i++)
        cp_buf_printf(&rest, "%.*s %.*s: %s\n", CP_STR_ARGS(set.rest[i].place),
                      CP_STR_ARGS(set.rest[i].call), set.rest[i].why);
    not_followed = cp_buf_str(&rest);
    if (toml)
        *toml = cp_mine_toml(&arena, &set, CP_STR("lib"), CP_STR("1.0"));
    cp_str text = cp_str_copy(&arena, cp_buf_str(&out));
    cp_mine_source_dispose(&source);
    return text;
}

static void test_a_launcher_is_followed_through_classes_and_exports(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(
        mined("launcher", 1, NULL),
        "lib.core.routed_packed ids: int32 @ lib/core.py:17\n"
        "lib.routed bias: float32, bfloat16 when bias is given @ "
        "lib/csrc/launcher.cu:22\n"
        "lib.routed logits: bfloat16 when logits is given and not on_input and method != "
        "DeepSeekV3 @ lib/csrc/launcher.cu:52\n"
        "lib.routed logits: float32 when logits is given and not on_input and method == "
        "DeepSeekV3 @ lib/csrc/launcher.cu:50\n"
        "lib.routed logits: bfloat16 when logits is given and on_input @ "
        "lib/csrc/launcher.cu:48\n"
        "lib.scores_to_topk bias: bfloat16 when compute_capability in {90, 100} and "
        "scores.dtype == bfloat16 @ lib/csrc/launcher.cu:73\n"
        "lib.scores_to_topk bias: float32, bfloat16 when compute_capability in {90, 100} "
        "and scores.dtype == float32 @ lib/csrc/launcher.cu:73\n"
        "lib.scores_to_topk out: float32 when compute_capability in {90, 100} @ "
        "lib/core.py:35\n"
        "lib.scores_to_topk scores: float32, bfloat16 when compute_capability in {90, "
        "100} @ lib/csrc/launcher.cu:71\n"
        "lib.unpermute scale: float32, bfloat16 when x.dtype == bfloat16 @ "
        "lib/core.py:60\n"
        "lib.unpermute scale: float32, float16 when x.dtype == float16 @ lib/core.py:60\n"
        "lib.unpermute x: bfloat16, float16 @ lib/core.py:55\n");
    assert_int_equal(troubles, 0);
}

static void
test_torch_operators_typed_pointers_and_dispatch_macros_are_checks(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(mined("torch", 1, NULL),
               "ops.api.scale x: bfloat16, float16 @ ops/csrc/topk.cu:31\n"
               "ops.api.topk_softmax bias: float32 when bias is given @ "
               "ops/csrc/topk.cu:10\n"
               "ops.api.topk_softmax gating: float32, bfloat16 @ ops/csrc/topk.cu:21\n"
               "ops.api.topk_softmax ids: int64, int32 @ ops/csrc/topk.cu:15\n"
               "ops.api.topk_softmax weights: float32 @ ops/csrc/topk.cu:13\n"
               "torch.ops._moe.scale x: bfloat16, float16 @ ops/csrc/topk.cu:31\n"
               "torch.ops._moe.topk_softmax bias: float32 when bias is given @ "
               "ops/csrc/topk.cu:10\n"
               "torch.ops._moe.topk_softmax gating: float32, bfloat16 @ "
               "ops/csrc/topk.cu:21\n"
               "torch.ops._moe.topk_softmax ids: int64, int32 @ ops/csrc/topk.cu:15\n"
               "torch.ops._moe.topk_softmax weights: float32 @ ops/csrc/topk.cu:13\n");
}

static void test_matchers_give_sets_and_relations(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(mined("matcher", 1, NULL),
               "jit.gate.gate ids: int32 @ jit/csrc/gate.cuh:10\n"
               "jit.gate.gate logits: float32, bfloat16 @ jit/csrc/gate.cuh:7\n"
               "jit.gate.gate out: as logits @ jit/csrc/gate.cuh:11\n");
}

static void
test_dtypes_by_table_by_name_and_by_another_tensor_are_told_apart(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(
        mined("spelled", 1, NULL),
        "lib.ops.by_index ids: int64, int32 @ lib/ops.py:52\n"
        "lib.ops.by_index table: as ids @ lib/ops.py:53\n"
        "lib.ops.cast out_dtype: float32, float16 @ lib/ops.py:30\n"
        "lib.ops.cast x: float32 when out_dtype == float16 @ lib/ops.py:33\n"
        "lib.ops.check_all a: uint8 @ lib/ops.py:45\n"
        "lib.ops.check_all b: uint8 @ lib/ops.py:45\n"
        "lib.ops.gate out: as x when out is given @ lib/csrc/gate.cuh:14\n"
        "lib.ops.gate x: float32, bfloat16, int64 @ lib/jit.py:23\n"
        "lib.ops.gather params['rows']: int32 when `params['rows'] is given` @ "
        "lib/ops.py:40\n"
        "lib.ops.gather params['table']: as ids @ lib/ops.py:38\n"
        "lib.ops.module dtype: float32, bfloat16, int64 when not `isinstance(arg, (int, "
        "str))` and not `isinstance(arg, bool)` and `isinstance(arg, torch.dtype)` @ "
        "lib/jit.py:23\n"
        "lib.ops.pack bias: float32 when bias is given and not `rows.unwrap() == 0` @ "
        "lib/csrc/gate.cuh:26\n"
        "lib.ops.pack x: float32, bfloat16, int64 @ lib/jit.py:23\n"
        "lib.ops.pack x: bfloat16 when transposed and not `rows.unwrap() == 0` @ "
        "lib/csrc/gate.cuh:29\n"
        "lib.ops.pack zeros: int32 when transposed and not `rows.unwrap() == 0` @ "
        "lib/csrc/gate.cuh:30\n");
}

static void test_methods_are_mined_as_each_class_has_them(void **state)
{
    (void)state;
    assert_str(mined("classes", 1, NULL),
               "lib.Gate.forward x: bfloat16 @ lib/layers.py:57\n"
               "lib.Gate.forward x: as self.weight @ lib/layers.py:51\n"
               "lib.Sigmoid.check_table table: int64 @ lib/layers.py:46\n"
               "lib.Sigmoid.make table: int64 @ lib/layers.py:41\n"
               "lib.Sigmoid.score logits: float32, bfloat16 @ lib/layers.py:35\n"
               "lib.Sigmoid.score logits: float32 when self.count @ lib/layers.py:37\n"
               "lib.Sigmoid.score self.bias: as logits when self.bias is given @ "
               "lib/layers.py:34\n"
               "lib.Sigmoid.select ids: int32 @ lib/checks.py:6\n"
               "lib.Sigmoid.select logits: float32, bfloat16 @ lib/layers.py:35\n"
               "lib.Sigmoid.select logits: float32 when self.count @ lib/layers.py:37\n"
               "lib.Sigmoid.select self.bias: as logits when self.bias is given @ "
               "lib/layers.py:34\n"
               "lib.checks.Checker.check x: as self.dtype @ lib/checks.py:6\n"
               "lib.layers.Router.helper x: uint8 @ lib/layers.py:28\n"
               "lib.layers.Router.select ids: int32 @ lib/checks.py:6\n");
}

static void test_what_code_registers_by_name_is_found_by_it(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(mined("registry", 1, NULL),
               "lib.gate.experts x: bfloat16 @ lib/gate.py:20\n"
               "lib.gate.experts_impl x: bfloat16 @ lib/gate.py:20\n"
               "lib.gate.gate logits: float32 @ lib/kernel.py:5\n"
               "lib.gate.pick logits: int32 when `lib.kernel:pick` @ lib/kernel.py:9\n"
               "lib.gate.scale_op x: float16 @ lib/gate.py:32\n"
               "lib.gate.scaled x: float16 @ lib/gate.py:32\n"
               "lib.gate.weighted x: float32, float16 @ lib/csrc/weighted.cu:4\n"
               "lib.kernel.gate logits: float32 @ lib/kernel.py:5\n"
               "lib.kernel.pick logits: int32 @ lib/kernel.py:9\n"
               "torch.ops.lib.weighted x: float32, float16 @ lib/csrc/weighted.cu:4\n");
}

static void
test_outputs_are_told_of_the_parameter_that_gives_them_their_dtype(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    static const char *const wanted[] = {
        "outputs = { \"return\" = \"float32 if logits.dtype == float32, bfloat16 if not "
        "logits.dtype == float32\" }\nstated = [\"lib/api.py:21\"",
        "outputs = { \"weights\" = \"the same dtype\" }\nstated = "
        "[\"lib/csrc/launch.cu:10\"",
        "outputs = { \"values\" = \"must have this dtype\", \"weights\" = \"the same "
        "dtype, "
        "if not finalize\" }",
        "parameter = \"out_dtype\"\naccepts = [\"float32\", \"float16\"]\noutputs = { "
        "\"scaled\" = \"the same dtype\" }",
        "same_as = \"logits\"\noutputs = {}\n"};
    cp_str toml;
    mined("outputs", 1, &toml);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!cp_str_has(toml, cp_str_of(wanted[i])))
            fail_msg("no %s in %s", wanted[i], cp_str_c(&arena, toml));
    cp_err err;
    cp_contracts *set = cp_contracts_empty(&arena);
    if (cp_contracts_add(set, CP_STR("mined.toml"), toml, &err))
        fail_msg("%s", err.msg);
}

static void test_what_takes_too_long_is_named_and_calls_alike_are_run_once(void **state)
{
    (void)state;
    assert_str(mined("cost", 2, NULL), "lib.loops.again x: bfloat16 @ lib/loops.py:19\n"
                                       "lib.loops.again y: float32 @ lib/loops.py:41\n"
                                       "lib.loops.check x: bfloat16 @ lib/loops.py:19\n");
    assert_str(not_followed, "lib/loops.py:6 lib.loops.tune: too many steps\n");
}

static void test_ways_that_leave_nothing_out_are_one(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(mined("ways", 1, NULL),
               "lib.api.collect first: float32 @ lib/api.py:48\n"
               "lib.api.collect second: float32 @ lib/api.py:48\n"
               "lib.api.route logits: float32, bfloat16 @ lib/csrc/ways.cu:5\n"
               "lib.api.route_by_number logits: int32 @ lib/api.py:40\n"
               "lib.said.columns x: int32 when `kind(layout) in known(layout)` @ "
               "lib/said.py:16\n"
               "lib.said.either logits: float16 when logits is given @ lib/said.py:23\n"
               "lib.said.rows x: bfloat16 when `kind(layout) == 1` @ lib/said.py:10\n"
               "lib.said.rows x: float32 when not `kind(layout) == 1` @ lib/said.py:8\n");
}

static void test_of_several_names_that_of_the_own_namespace_is_meant(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(mined("spaces", 1, NULL),
               "lib.narrow x: bfloat16 @ lib/csrc/narrow.cu:4\n"
               "lib.wide x: float32 when not packed @ lib/csrc/wide.cu:10\n"
               "lib.wide x: uint8 when packed @ lib/csrc/wide.cu:8\n");
}

static void test_threads_do_not_change_what_is_mined(void **state)
{
    (void)state;
    cp_str one, four;
    mined("launcher", 1, &one);
    mined("launcher", 4, &four);
    assert_same(four, one);
}

static void test_the_toml_is_a_contract_set(void **state)
{
    (void)state;
    cp_str toml;
    cp_err err;
    mined("launcher", 1, &toml);
    cp_contracts *set = cp_contracts_empty(&arena);
    if (cp_contracts_add(set, CP_STR("mined.toml"), toml, &err))
        fail_msg("%s", err.msg);
    const cp_entry *entry = cp_contracts_entry(set, CP_STR("lib.core.scores_to_topk"));
    assert_non_null(entry);
    assert_str(entry->call, "lib.scores_to_topk");
    size_t count;
    const cp_contract *const *facts = cp_contracts_of(set, entry->call, &count);
    assert_true(count > 0);
    assert_str(facts[0]->origin, "mined");
}

static void test_without_libclang_python_is_still_mined(void **state)
{
    (void)state;
    setenv("CASTPROOF_LIBCLANG", "/there/is/no/libclang", 1);
    cp_str text = mined("launcher", 1, NULL);
    unsetenv("CASTPROOF_LIBCLANG");
    assert_int_equal(troubles, 1);
    assert_true(cp_str_has(text, CP_STR("lib.core.routed_packed ids: int32")));
    assert_false(cp_str_has(text, CP_STR(".cu:")));
}

/* Only what is broken, of the library. */
static cp_str broken_calls(const char *name)
{
    cp_str rest = mined(name, 1, NULL);
    cp_buf out = {.arena = &arena};
    while (rest.len) {
        cp_str line = cp_str_next(&rest, '\n');
        if (cp_str_has(line, CP_STR(": broken")))
            cp_buf_printf(&out, "%.*s\n", CP_STR_ARGS(line));
    }
    return cp_buf_str(&out);
}

static void test_a_call_with_another_number_of_arguments_is_broken(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(
        broken_calls("arity"),
        "lib.api.bound : broken, 1 argument is handed to plain, which takes 2 @ "
        "lib/api.py:116\n"
        "lib.api.operator_with_too_many : broken, 5 arguments are handed to scale, which "
        "takes at most 4 @ lib/api.py:103\n"
        "lib.api.operator_without_what_it_needs : broken, 0 arguments are handed to "
        "scale, which takes at least 1 when x is given @ lib/api.py:99\n"
        "lib.api.too_few : broken, 2 arguments are handed to run, which takes 3 @ "
        "lib/api.py:15\n"
        "lib.api.too_many_under_a_mode : broken, 4 arguments are handed to run, which "
        "takes 3 when mode == 3 @ lib/api.py:26\n"
        "lib.api.wrapped : broken, 3 arguments are handed to go, which takes 2 @ "
        "lib/api.py:81\n");
}

static void test_an_operator_that_cannot_be_called_so_is_another_one(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    cp_str all = mined("arity", 1, NULL);
    assert_true(cp_str_has(all, CP_STR("torch.ops._C.scale x: float32")));
    assert_false(cp_str_has(all, CP_STR("torch.ops.other.")));
}

static void test_a_broken_call_is_written_as_a_record(void **state)
{
    (void)state;
    cp_str toml;
    cp_err err = {0};
    if (!have_libclang())
        skip();
    mined("arity", 1, &toml);
    assert_true(cp_str_has(
        toml, CP_STR("call = \"lib.api.too_few\"\nparameter = \"\"\nbroken = true\n"
                     "outputs = {}\nstated = [\"lib/api.py:15\", "
                     "\"lib/csrc/run.cu:1\"]\norigin = \"mined\"\n"
                     "reason = \"2 arguments are handed to run, which takes 3\"\n")));
    cp_contracts *set = cp_contracts_empty(&arena);
    assert_int_equal(cp_contracts_add(set, CP_STR("lib.toml"), toml, &err), CP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_launcher_is_followed_through_classes_and_exports),
        TEST(test_torch_operators_typed_pointers_and_dispatch_macros_are_checks),
        TEST(test_matchers_give_sets_and_relations),
        TEST(test_dtypes_by_table_by_name_and_by_another_tensor_are_told_apart),
        TEST(test_methods_are_mined_as_each_class_has_them),
        TEST(test_what_code_registers_by_name_is_found_by_it),
        TEST(test_outputs_are_told_of_the_parameter_that_gives_them_their_dtype),
        TEST(test_what_takes_too_long_is_named_and_calls_alike_are_run_once),
        TEST(test_ways_that_leave_nothing_out_are_one),
        TEST(test_of_several_names_that_of_the_own_namespace_is_meant),
        TEST(test_threads_do_not_change_what_is_mined),
        TEST(test_the_toml_is_a_contract_set),
        TEST(test_without_libclang_python_is_still_mined),
        TEST(test_a_call_with_another_number_of_arguments_is_broken),
        TEST(test_an_operator_that_cannot_be_called_so_is_another_one),
        TEST(test_a_broken_call_is_written_as_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
