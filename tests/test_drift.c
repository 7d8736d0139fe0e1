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
                              .words = rules->needles,
                              .word_count = rules->needle_count,
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_docstring_that_the_check_contradicts_is_found),
        TEST(test_call_that_cannot_succeed_is_found_once),
        TEST(test_statements_that_are_true_or_unclear_are_no_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
