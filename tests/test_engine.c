#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "validation/engine.h"

static int start(void **state)
{
    unsetenv("CASTPROOF_CUDA");
    unsetenv("CP_FAKE_CUDA");
    return begin(state);
}

/* The stand-in lies beside the program under test. */
static void use_fake(const char *failing)
{
    const char *program = getenv("CASTPROOF");
    assert_non_null(program);
    const char *slash = strrchr(program, '/');
    assert_non_null(slash);
    cp_str path =
        cp_str_printf(&arena, "%.*s/fake-cuda.so", (int)(slash - program), program);
    setenv("CASTPROOF_CUDA", path.ptr, 1);
    setenv("CP_FAKE_CUDA", failing, 1);
}

static cp_measurement measurement(void)
{
    cp_measurement m = {.has_bias = true,
                        .from = CP_STORE_F32,
                        .to = CP_STORE_BF16,
                        .std = 1,
                        .seed = 3,
                        .tokens = 512};
    m.spec = (cp_route_spec){.method = CP_METHOD_DEEPSEEK_V3,
                             .experts = 256,
                             .top_k = 8,
                             .groups = 8,
                             .keep_groups = 4,
                             .scale = 2.5f};
    return m;
}

static void assert_alike(const cp_comparison *a, const cp_comparison *b)
{
    assert_int_equal(a->tokens, b->tokens);
    assert_int_equal(a->expert_set_mismatches, b->expert_set_mismatches);
    assert_int_equal(a->order_mismatches, b->order_mismatches);
    assert_int_equal(a->weight_mismatches, b->weight_mismatches);
    assert_true(a->max_weight_error == b->max_weight_error);
    assert_int_equal(a->first.token, b->first.token);
    assert_int_equal(a->first.bits_a, b->first.bits_a);
}

static void test_the_cpu_is_taken_where_it_is_asked_for(void **state)
{
    (void)state;
    cp_engine engine;
    use_fake("");
    assert_int_equal(cp_engine_open(&arena, CP_STR("cpu"), &engine, NULL), CP_OK);
    assert_str(engine.device, "cpu");
    assert_int_equal(engine.note.len, 0);
    assert_null(engine.cuda);
}

static void test_without_the_object_auto_is_the_cpu_and_says_why(void **state)
{
    (void)state;
    cp_engine engine;
    assert_int_equal(cp_engine_open(&arena, CP_STR("auto"), &engine, NULL), CP_OK);
    assert_str(engine.device, "cpu");
    assert_str(
        engine.note,
        "measured on the CPU: there is no castproof-cuda.so beside the program, nor "
        "in ../lib/castproof; `make kernels` builds it");
}

static void test_without_the_object_cuda_is_refused_and_says_where_it_looked(void **state)
{
    (void)state;
    cp_engine engine;
    cp_err err = {0};
    assert_int_equal(cp_engine_open(&arena, CP_STR("cuda"), &engine, &err), CP_ERR_USAGE);
    assert_non_null(strstr(err.msg, "no castproof-cuda.so beside the program"));
}

static void test_another_device_is_refused(void **state)
{
    (void)state;
    cp_engine engine;
    cp_err err = {0};
    assert_int_equal(cp_engine_open(&arena, CP_STR("tpu"), &engine, &err), CP_ERR_USAGE);
    assert_string_equal(err.msg, "--device tpu: must be auto, cpu or cuda");
}

static void test_auto_takes_a_gpu_and_names_it(void **state)
{
    (void)state;
    cp_engine engine;
    use_fake("");
    assert_int_equal(cp_engine_open(&arena, CP_STR(""), &engine, NULL), CP_OK);
    assert_str(engine.device, "cuda");
    assert_str(engine.note, "measured on a GPU that is none");
}

static void test_a_measurement_is_the_same_on_either(void **state)
{
    (void)state;
    cp_engine engine;
    cp_measurement m = measurement();
    use_fake("");
    assert_int_equal(cp_engine_open(&arena, CP_STR("cuda"), &engine, NULL), CP_OK);
    cp_comparison there = cp_engine_measure(&arena, &engine, &m), here = cp_measure(&m);
    assert_alike(&there, &here);
    m.of_bias = true;
    there = cp_engine_measure(&arena, &engine, &m);
    here = cp_measure(&m);
    assert_alike(&there, &here);
    assert_str(engine.device, "cuda");
}

static void test_without_a_device_auto_falls_back_and_says_why(void **state)
{
    (void)state;
    cp_engine engine;
    cp_err err = {0};
    use_fake("device");
    assert_int_equal(cp_engine_open(&arena, CP_STR("auto"), &engine, NULL), CP_OK);
    assert_str(engine.device, "cpu");
    assert_str(engine.note, "measured on the CPU: no device was found");
    assert_int_equal(cp_engine_open(&arena, CP_STR("cuda"), &engine, &err), CP_ERR_USAGE);
    assert_string_equal(err.msg, "--device cuda: no device was found");
}

static void test_an_object_of_another_version_is_not_used(void **state)
{
    (void)state;
    cp_engine engine;
    use_fake("version");
    assert_int_equal(cp_engine_open(&arena, CP_STR("auto"), &engine, NULL), CP_OK);
    assert_str(engine.device, "cpu");
    assert_non_null(strstr(engine.note.ptr, "is of another version of castproof"));
}

static void test_a_file_that_is_no_object_is_named(void **state)
{
    (void)state;
    cp_engine engine;
    setenv("CASTPROOF_CUDA", "/no/such/object.so", 1);
    assert_int_equal(cp_engine_open(&arena, CP_STR("auto"), &engine, NULL), CP_OK);
    assert_str(engine.device, "cpu");
    assert_non_null(strstr(engine.note.ptr, "/no/such/object.so"));
}

static void test_a_gpu_that_fails_is_followed_by_the_cpu(void **state)
{
    (void)state;
    cp_engine engine;
    cp_measurement m = measurement();
    use_fake("run");
    assert_int_equal(cp_engine_open(&arena, CP_STR("auto"), &engine, NULL), CP_OK);
    cp_comparison seen = cp_engine_measure(&arena, &engine, &m), here = cp_measure(&m);
    assert_alike(&seen, &here);
    assert_str(engine.device, "cpu");
    assert_str(engine.note, "measured on the CPU: the GPU is lost");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
        ENGINE_TEST(test_the_cpu_is_taken_where_it_is_asked_for),
        ENGINE_TEST(test_without_the_object_auto_is_the_cpu_and_says_why),
        ENGINE_TEST(test_without_the_object_cuda_is_refused_and_says_where_it_looked),
        ENGINE_TEST(test_another_device_is_refused),
        ENGINE_TEST(test_auto_takes_a_gpu_and_names_it),
        ENGINE_TEST(test_a_measurement_is_the_same_on_either),
        ENGINE_TEST(test_without_a_device_auto_falls_back_and_says_why),
        ENGINE_TEST(test_an_object_of_another_version_is_not_used),
        ENGINE_TEST(test_a_file_that_is_no_object_is_named),
        ENGINE_TEST(test_a_gpu_that_fails_is_followed_by_the_cpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
