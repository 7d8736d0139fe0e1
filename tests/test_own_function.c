#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "contracts/own.h"
#include "tree.h"

static unsigned troubles;
static cp_own *own;
static cp_project *project;

static void count_trouble(void *data, cp_str path, const char *message)
{
    (void)data;
    (void)path;
    (void)message;
    troubles++;
}

static bool is_wanted(cp_str path, uint64_t words)
{
    (void)path;
    (void)words;
    return true;
}

static void no_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    (void)path;
    (void)err;
}

/* Reads the Python files below the current folder, and makes ready to ask. */
static void check_here(bool use_cache)
{
    static const cp_str here = {".", 1};
    cp_walk_options walk = {.kinds = CP_FILE_PYTHON | CP_FILE_NATIVE};
    cp_file *files = NULL;
    static cp_files set;
    size_t count = 0, native_count = 0;
    assert_int_equal(cp_walk_files(&arena, &here, 1, &walk, &files, &count, NULL), CP_OK);
    cp_str *natives = cp_new(&arena, cp_str, count + 1);
    for (size_t i = 0; i < count; i++)
        if (files[i].kind == CP_FILE_NATIVE)
            natives[native_count++] = files[i].path;
    set = (cp_files){.folder = {"", 0}, .items = files, .count = count};
    cp_own_options options = {.paths = &here,
                              .path_count = 1,
                              .natives = natives,
                              .native_count = native_count,
                              .use_cache = use_cache,
                              .threads = 1,
                              .trouble = count_trouble};
    troubles = 0;
    own = cp_own_new(&arena, &options);
    cp_str words[] = {CP_STR("")};
    project = cp_project_new_where(&set, cp_scanner_new(&arena, words, 1), is_wanted, 1,
                                   no_trouble, NULL);
    cp_own_use(own, project);
}

static cp_func *func_named(const char *name)
{
    size_t count;
    cp_module *const *modules = cp_project_modules(project, &count);
    for (size_t i = 0; i < count; i++)
        for (uint32_t f = 0; f < modules[i]->func_count; f++)
            if (cp_str_is(modules[i]->funcs[f]->name, name))
                return modules[i]->funcs[f];
    fail_msg("no function %s", name);
    return NULL;
}

/* "parameter: dtypes when condition @ place", one a line; "none" for no function. */
static cp_str said_of(const cp_own_function *function)
{
    cp_buf out = {.arena = &arena};
    size_t count = 0;
    if (!function)
        return CP_STR("none");
    const cp_contract *const *all =
        cp_contracts_of(function->contracts, function->entry->call, &count);
    for (size_t i = 0; i < count; i++)
        cp_buf_printf(&out, "%.*s: %.*s%s%.*s @ %.*s\n", CP_STR_ARGS(all[i]->parameter),
                      CP_STR_ARGS(cp_dtypes_text(&arena, all[i]->accepts)),
                      all[i]->when_text.len ? " when " : "",
                      CP_STR_ARGS(all[i]->when_text), CP_STR_ARGS(all[i]->stated[0]));
    return cp_buf_str(&out);
}

static bool have_libclang(void)
{
    const cp_cuda_library *library;
    return cp_cuda_load(&arena, &library, NULL) == CP_OK;
}

/* An operator that is registered, declared and defined in three files. */
static void put_operator(void)
{
    cp_tree_put("PKG-INFO", "Name: lib\nVersion: 1.2\n");
    cp_tree_put("csrc/bind.cpp", "#include \"ops.h\"\n"
                                 "TORCH_LIBRARY(_C, ops) {\n"
                                 "  ops.def(\"pick(Tensor logits, Tensor ids) -> ()\");\n"
                                 "  ops.impl(\"pick\", torch::kCUDA, &pick);\n"
                                 "}\n");
    cp_tree_put("csrc/ops.h", "void pick(torch::Tensor logits, torch::Tensor ids);\n"
                              "void unused(torch::Tensor x);\n");
    cp_tree_put("csrc/kernels/pick.cu",
                "#include \"../check.h\"\n"
                "void pick(torch::Tensor logits, torch::Tensor ids) {\n"
                "  check_wide(logits);\n"
                "  run(ids.data_ptr());\n"
                "}\n");
    cp_tree_put("csrc/check.h", "inline void check_wide(const torch::Tensor& x) {\n"
                                "  TORCH_CHECK(x.scalar_type() == at::kFloat ||\n"
                                "              x.scalar_type() == at::kBFloat16);\n"
                                "}\n");
    cp_tree_put("csrc/unused.cu", "void unused(torch::Tensor x) {\n"
                                  "  TORCH_CHECK(x.scalar_type() == at::kHalf);\n"
                                  "}\n");
    cp_tree_put("lib/__init__.py", "");
    cp_tree_put("lib/ops.py", "import torch\n\n"
                              "def pick(logits, ids=None):\n"
                              "    torch.ops._C.pick(logits.contiguous(), ids)\n\n"
                              "def plain(logits):\n"
                              "    return logits + 1\n\n"
                              "class Router:\n"
                              "    def forward(self, logits):\n"
                              "        torch.ops._C.pick(logits, None)\n");
}

static void test_a_function_takes_what_its_operator_takes(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    put_operator();
    check_here(false);
    cp_func *func = func_named("pick");
    const cp_own_function *function = cp_own_function_of(own, func);
    assert_str(said_of(function), "logits: float32, bfloat16 @ csrc/check.h:2\n");
    assert_str(function->entry->call, "lib.ops.pick");
    assert_str(function->entry->package, "lib");
    assert_int_equal(function->entry->parameter_count, 2);
    assert_str(function->release->text, "1.2");
    const cp_expr *call = func->body.stmts[0]->value;
    assert_true(cp_own_leads_out(function, call));
    assert_false(cp_own_leads_out(function, call->args[0].value));
    assert_ptr_equal(cp_own_function_of(own, func), function);
    assert_int_equal(troubles, 0);
}

static void test_what_nothing_checks_is_no_contract(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    put_operator();
    check_here(false);
    const cp_own_function *function = cp_own_function_of(own, func_named("pick"));
    assert_false(cp_str_has(said_of(function), CP_STR("ids")));
}

static void test_functions_without_a_kernel_are_none(void **state)
{
    (void)state;
    put_operator();
    check_here(false);
    assert_null(cp_own_function_of(own, func_named("plain")));
    assert_null(cp_own_function_of(own, func_named("forward")));
    assert_true(cp_own_is_known(own, func_named("plain")));
    assert_false(cp_own_is_known(own, func_named("pick")));
}

static void test_a_tree_without_cpp_files_says_nothing(void **state)
{
    (void)state;
    cp_tree_put("lib/__init__.py", "");
    cp_tree_put("lib/ops.py", "import torch\n\n"
                              "def pick(logits):\n"
                              "    assert logits.dtype == torch.float32\n"
                              "    torch.ops._C.pick(logits)\n");
    check_here(false);
    assert_null(cp_own_function_of(own, func_named("pick")));
    assert_int_equal(troubles, 0);
}

static void test_an_operator_has_its_own_parameters(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    put_operator();
    check_here(false);
    const cp_module *module = func_named("forward")->module;
    const cp_own_function *function =
        cp_own_operator_of(own, module, CP_STR("torch.ops._C.pick.default"));
    assert_str(said_of(function), "logits: float32, bfloat16 @ csrc/check.h:2\n");
    assert_str(function->entry->call, "torch.ops._C.pick");
    assert_str(function->entry->parameters[1], "ids");
    assert_null(cp_own_operator_of(own, module, CP_STR("torch.ops._C.other")));
    assert_null(cp_own_operator_of(own, module, CP_STR("elsewhere.pick")));
}

static size_t parsed_files(void)
{
    size_t count = 0;
    DIR *dir = opendir("cache/castproof");
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static void test_only_what_is_asked_for_is_parsed(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    setenv("XDG_CACHE_HOME", cp_str_printf(&arena, "%s/cache", cp_tree_path()).ptr, 1);
    put_operator();
    check_here(true);
    cp_own_function_of(own, func_named("plain"));
    assert_int_equal(parsed_files(), 0);
    cp_own_function_of(own, func_named("pick"));
    assert_int_equal(parsed_files(), 3); /* bind.cpp, pick.cu and check.h */
}

static const char gate[] =
    "struct GateKernel {\n"
    "  static void run(const tvm::ffi::TensorView logits) {\n"
    "    host::TensorMatcher({N, E}).with_dtype<float>().verify(logits);\n"
    "  }\n"
    "};\n";

static void test_a_module_that_is_compiled_when_used_is_followed(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    cp_tree_put("lib/__init__.py", "");
    cp_tree_put("lib/csrc/gate.cuh", gate);
    cp_tree_put("lib/csrc/other/gate_two.cuh", gate);
    cp_tree_put("lib/gate.py",
                "from lib.utils import load_jit\n\n"
                "def _module():\n"
                "    return load_jit('gate', cuda_files=['gate.cuh'],\n"
                "                    cuda_wrappers=[('gate', 'GateKernel::run')])\n\n"
                "def _gate(x):\n"
                "    _module().gate(x)\n\n"
                "def route(logits):\n"
                "    _gate(logits)\n");
    check_here(false);
    assert_str(said_of(cp_own_function_of(own, func_named("route"))),
               "logits: float32 @ lib/csrc/gate.cuh:3\n");
    assert_str(said_of(cp_own_function_of(own, func_named("_gate"))),
               "x: float32 @ lib/csrc/gate.cuh:3\n");
    assert_true(cp_own_is_private(func_named("_gate")));
    assert_false(cp_own_is_private(func_named("route")));
}

static void test_a_tree_that_says_no_version_is_a_release_all_the_same(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    put_operator();
    remove("PKG-INFO");
    check_here(false);
    const cp_own_function *function = cp_own_function_of(own, func_named("pick"));
    assert_str(function->release->text, "of this tree");
    assert_non_null(function->release->version);
    assert_str(said_of(function), "logits: float32, bfloat16 @ csrc/check.h:2\n");
}

static int begin_tree(void **state)
{
    own = NULL;
    project = NULL;
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    cp_own_dispose(own);
    if (project)
        cp_project_dispose(project);
    unsetenv("XDG_CACHE_HOME");
    return end(state) || cp_tree_end();
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_a_function_takes_what_its_operator_takes),
        TREE_TEST(test_what_nothing_checks_is_no_contract),
        TREE_TEST(test_functions_without_a_kernel_are_none),
        TREE_TEST(test_a_tree_without_cpp_files_says_nothing),
        TREE_TEST(test_an_operator_has_its_own_parameters),
        TREE_TEST(test_only_what_is_asked_for_is_parsed),
        TREE_TEST(test_a_module_that_is_compiled_when_used_is_followed),
        TREE_TEST(test_a_tree_that_says_no_version_is_a_release_all_the_same),
    };
    return cmocka_run_group_tests_name("own_function", tests, NULL, NULL);
}
