#include "harness.h"

#include "findings/drift.h"
#include "parse/cuda.h"
#include "read/walk.h"

static void no_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    fail_msg("%.*s: %s", CP_STR_ARGS(path), err->msg);
}

static void no_remark(void *data, cp_str path, const char *message)
{
    (void)data;
    fail_msg("%.*s: %s", CP_STR_ARGS(path), message);
}

/* Without libclang nothing of C++ can be tested here. */
static bool have_libclang(void)
{
    const cp_cuda_library *library;
    return cp_cuda_load(&arena, &library, NULL) == CP_OK;
}

static cp_str line_of(const cp_finding *finding, cp_str root)
{
    const cp_source *source = finding->module->source;
    uint32_t line, column;
    cp_source_position(source, finding->span.start, &line, &column);
    return cp_str_printf(
        &arena, "%.*s:%u:%u %.*s\n",
        CP_STR_ARGS(cp_str_cut(source->path, root.len + 1, source->path.len)), line,
        column, CP_STR_ARGS(finding->message));
}

/* What the rule says of the tree fixtures/CP402/NAME. */
static cp_str drift_of(const char *name)
{
    cp_str root = cp_str_printf(&arena, "fixtures/CP402/%s", name);
    cp_walk_options walk = {.kinds = CP_FILE_PYTHON | CP_FILE_NATIVE};
    cp_file *files = NULL;
    size_t count = 0, native_count = 0, room = 0;
    if (cp_walk_files(&arena, &root, 1, &walk, &files, &count, NULL))
        fail_msg("%s is not there", root.ptr);
    cp_str *paths = cp_new(&arena, cp_str, count + 1), *natives = NULL;
    for (size_t i = 0; i < count; i++) {
        paths[i] = files[i].path;
        if (files[i].kind == CP_FILE_NATIVE)
            cp_push(&arena, natives, native_count, room, files[i].path);
    }
    const cp_flow_rules *rules = cp_flow_rules_bundled(&arena);
    cp_own_options options = {.paths = &root,
                              .path_count = 1,
                              .natives = natives,
                              .native_count = native_count,
                              .threads = 1,
                              .trouble = no_remark};
    cp_own *own = cp_own_new(&arena, &options);
    cp_project *project = cp_project_new(
        paths, count, cp_scanner_new(&arena, rules->needles, rules->needle_count), 1,
        no_trouble, NULL);
    cp_own_use(own, project);
    cp_findings findings = {.arena = &arena};
    cp_study study = {.arena = &arena,
                      .flow = cp_flow_new(project, rules),
                      .contracts = cp_contracts_empty(&arena),
                      .own = own,
                      .pins = cp_pins_new(&arena, NULL, NULL),
                      .model = CP_DTYPES(CP_BF16),
                      .findings = &findings};
    cp_check_drift(&study);
    cp_buf out = {.arena = &arena};
    for (size_t i = 0; i < findings.count; i++)
        cp_buf_add(&out, line_of(findings.items[i], root));
    cp_own_dispose(own);
    cp_project_dispose(project);
    return cp_buf_str(&out);
}

static void test_docstring_that_the_check_contradicts_is_found(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(
        drift_of("docstring"),
        "lib/routing.py:16:50 the docstring asks for `bias` in the dtype of "
        "`routing_logits`, but the check takes float32 or bfloat16 whatever that is\n"
        "lib/routing.py:17:54 the docstring asks for `values` as float32, but the check "
        "asks for the dtype of `routing_logits`, which can be float32 or bfloat16\n"
        "lib/routing.py:18:55 the docstring asks for `indices` as int64 or int32, but "
        "the check takes int32\n"
        "lib/routing.py:29:22 the docstring asks for `topk_weights` as bfloat16, but the "
        "check takes float32 or bfloat16\n"
        "lib/routing.py:30:11 the docstring takes `out` as float16, but the check takes "
        "float32\n");
}

static void test_call_that_cannot_succeed_is_found_once(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(drift_of("broken"),
               "lib/routing.py:5:5 this call cannot succeed: 2 arguments are handed to "
               "run, which takes 3\n");
}

static void test_statements_that_are_true_or_unclear_are_no_findings(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_str(drift_of("silent"), "");
}

/* What the rule says of enums in a file of a tree that pins a release. */
static cp_str enums_of(const char *text, const char *assume)
{
    cp_err err = {0};
    cp_project *project = cp_project_of_text(CP_STR("serving/utils.py"), cp_str_of(text));
    cp_findings findings = {.arena = &arena};
    cp_study study = {.arena = &arena,
                      .flow = cp_flow_new(project, cp_flow_rules_bundled(&arena)),
                      .contracts = cp_contracts_bundled(&arena),
                      .pins = cp_pins_new(&arena, NULL, NULL),
                      .findings = &findings};
    if (*assume)
        assert_int_equal(cp_pins_assume(study.pins, cp_str_of(assume), &err), CP_OK);
    cp_check_enums(&study);
    cp_buf out = {.arena = &arena};
    for (size_t i = 0; i < findings.count; i++)
        cp_buf_add(&out, line_of(findings.items[i], CP_STR("serving")));
    cp_project_dispose(project);
    return cp_buf_str(&out);
}

static const char copy[] = "class RoutingMethodType(IntEnum):\n"
                           "    Default = (0,)\n"
                           "    Renormalize = 1\n"
                           "    DeepSeekV3 = 2  # as there\n"
                           "    Unspecified = (6,)\n"
                           "    Custom = 7\n";

static void test_copy_of_an_enum_with_another_number_is_found(void **state)
{
    (void)state;
    assert_str(enums_of(copy, "flashinfer-python==0.6.11.post1"),
               "utils.py:5:5 `RoutingMethodType.Unspecified` is 6 here, but 9 in "
               "flashinfer-python 0.6.11.post1, where 6 is `SigmoidRenorm`\n");
}

static void test_copy_that_some_allowed_release_has_is_no_finding(void **state)
{
    (void)state;
    assert_str(enums_of(copy, "flashinfer-python==0.6.7"), "");
    assert_str(enums_of(copy, "flashinfer-python>=0.6.7"), "");
    assert_str(enums_of(copy, ""), "");
}

static void test_enum_of_the_same_name_alone_is_no_copy(void **state)
{
    (void)state;
    const char *pin = "flashinfer-python==0.6.11.post1";
    assert_str(enums_of("class RoutingMethodType(IntEnum):\n"
                        "    Default = 0\n    Renormalize = 1\n    Unspecified = 2\n",
                        pin),
               "");
    assert_str(enums_of("class RoutingMethodType(Enum):\n"
                        "    Default = (0,)\n    Renormalize = (1,)\n"
                        "    DeepSeekV3 = (2,)\n    Unspecified = (6,)\n",
                        pin),
               "");
    assert_str(enums_of("class RoutingMethodType(IntEnum):\n"
                        "    Default = 0\n    Renormalize = 1\n    DeepSeekV3 = 2\n"
                        "    Unspecified = auto()\n",
                        pin),
               "");
}

static void test_enum_with_other_numbers_in_the_c_code_of_the_tree_is_found(void **state)
{
    (void)state;
    cp_findings findings = {.arena = &arena};
    cp_str root = CP_STR("fixtures/CP402/enum");
    cp_str paths[] = {CP_STR("fixtures/CP402/enum/method.h"),
                      CP_STR("fixtures/CP402/enum/method.py")};
    const cp_flow_rules *rules = cp_flow_rules_bundled(&arena);
    cp_project *project = cp_project_new(
        paths, 2, cp_scanner_new(&arena, rules->needles, rules->needle_count), 1,
        no_trouble, NULL);
    cp_study study = {.arena = &arena,
                      .flow = cp_flow_new(project, rules),
                      .contracts = cp_contracts_empty(&arena),
                      .pins = cp_pins_new(&arena, NULL, NULL),
                      .findings = &findings};
    cp_check_enums(&study);
    assert_int_equal(findings.count, 1);
    assert_str(line_of(findings.items[0], root),
               "method.py:11:5 `Method.Last` is 4 here, but 3 in "
               "fixtures/CP402/enum/method.h:3\n");
    cp_project_dispose(project);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_docstring_that_the_check_contradicts_is_found),
        TEST(test_call_that_cannot_succeed_is_found_once),
        TEST(test_statements_that_are_true_or_unclear_are_no_findings),
        TEST(test_copy_of_an_enum_with_another_number_is_found),
        TEST(test_copy_that_some_allowed_release_has_is_no_finding),
        TEST(test_enum_of_the_same_name_alone_is_no_copy),
        TEST(test_enum_with_other_numbers_in_the_c_code_of_the_tree_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
