#include "harness.h"

#include <stdlib.h>
#include <unistd.h>

#include "contracts/own.h"
#include "tree.h"

static unsigned troubles;
static cp_own *own;
static const char *library_asked; /* by whoever runs the tests; or NULL */

static void count_trouble(void *data, cp_str path, const char *message)
{
    (void)data;
    (void)path;
    (void)message;
    troubles++;
}

static void look_at(const char *path)
{
    cp_str *paths = cp_new(&arena, cp_str, 1);
    paths[0] = cp_str_of(path);
    cp_own_options options = {
        .paths = paths, .path_count = 1, .threads = 1, .trouble = count_trouble};
    troubles = 0;
    own = cp_own_new(&arena, &options);
}

static cp_str root_of(const char *path)
{
    return cp_own_root(&arena, cp_str_of(path));
}

static void test_the_project_around_a_path_is_its_tree(void **state)
{
    (void)state;
    cp_tree_put_all("repo/pyproject.toml repo/pkg/__init__.py repo/pkg/sub/__init__.py "
                    "repo/pkg/sub/a.py site/lib/__init__.py site/lib/deep/__init__.py "
                    "site/lib/deep/b.py loose/c.py");
    assert_str(root_of("repo/pkg/sub/a.py"), "repo");
    assert_str(root_of("repo/pkg/sub/"), "repo");
    assert_str(root_of("repo"), "repo");
    assert_str(root_of("loose"), "loose");
    assert_str(root_of("loose/c.py"), "loose");
    assert_int_equal(chdir("repo"), 0);
    assert_str(root_of("pkg"), "");
    assert_str(root_of("."), ".");
    assert_int_equal(chdir("pkg"), 0);
    assert_str(root_of("."), "..");
    assert_str(root_of("sub/a.py"), "..");
    assert_int_equal(chdir("../.."), 0);
}

static void test_a_package_without_a_project_is_its_own_tree(void **state)
{
    (void)state;
    cp_tree_put_all("site/lib/__init__.py site/lib/deep/__init__.py site/lib/deep/b.py "
                    "site/other/__init__.py");
    assert_str(root_of("site/lib/deep/b.py"), "site/lib");
    assert_str(root_of("site/lib/deep"), "site/lib");
    assert_int_equal(chdir("site/lib/deep"), 0);
    cp_str root = root_of("b.py");
    assert_true(root.ptr[0] == '/' && cp_str_ends(root, CP_STR("site/lib")));
    assert_int_equal(chdir("../../.."), 0);
}

static const char kernel[] = "void score(torch::Tensor& logits) {\n"
                             "  TORCH_CHECK(logits.scalar_type() == at::kFloat);\n"
                             "}\n"
                             "TORCH_LIBRARY_FRAGMENT(_C, ops) {\n"
                             "  ops.def(\"score(Tensor logits) -> ()\", &score);\n"
                             "}\n";

static const cp_own_tree *only_tree(const char *path)
{
    size_t count;
    look_at(path);
    const cp_own_tree *trees = cp_own_trees(own, &count);
    assert_int_equal(count, 1);
    return trees;
}

static void test_kernels_beside_the_package_are_mined(void **state)
{
    (void)state;
    const cp_cuda_library *library;
    if (cp_cuda_load(&arena, &library, NULL))
        skip();
    cp_tree_put("PKG-INFO", "Name: My_Lib\nVersion: 1.2\n");
    cp_tree_put("csrc/score.cu", kernel);
    cp_tree_put("lib/__init__.py", "");
    cp_tree_put("lib/ops.py", "import torch\n\n"
                              "def score(logits):\n"
                              "    torch.ops._C.score(logits)\n");
    const cp_own_tree *tree = only_tree("lib");
    size_t count;
    const cp_contract *const *found =
        cp_contracts_of(tree->contracts, CP_STR("lib.ops.score"), &count);
    assert_int_equal(count, 1);
    assert_str(found[0]->parameter, "logits");
    assert_int_equal(found[0]->accepts, CP_DTYPES(CP_F32));
    assert_str(found[0]->origin, "mined");
    assert_str(found[0]->stated[0], "csrc/score.cu:2");
    assert_str(found[0]->package, "my-lib");
    assert_int_equal(tree->input->native_count, 1);
    const cp_release *releases =
        cp_contracts_releases(tree->contracts, CP_STR("my-lib"), &count);
    assert_int_equal(count, 1);
    assert_str(releases[0].text, "1.2");
    assert_non_null(cp_contracts_entry(tree->contracts, CP_STR("lib.ops.score")));
}

static void test_without_libclang_one_word_is_said(void **state)
{
    (void)state;
    setenv("CASTPROOF_LIBCLANG", "/nowhere/libclang.so", 1);
    cp_tree_put("pyproject.toml", "");
    cp_tree_put("csrc/score.cu", kernel);
    cp_tree_put("csrc/other.cu", kernel);
    cp_tree_put("lib/__init__.py", "");
    const cp_own_tree *tree = only_tree("lib");
    assert_int_equal(troubles, 1);
    assert_int_equal(tree->mined.count, 0);
}

static void test_modules_are_named_after_their_packages(void **state)
{
    (void)state;
    cp_tree_put_all("src/lib/__init__.py src/lib/deep/__init__.py src/lib/deep/a.py "
                    "src/loose.py");
    assert_str(cp_own_module_name(&arena, CP_STR("src/lib/deep/a.py")), "lib.deep.a");
    assert_str(cp_own_module_name(&arena, CP_STR("./src/lib/deep/a.py")), "lib.deep.a");
    assert_str(cp_own_module_name(&arena, CP_STR("src/lib/deep/__init__.py")),
               "lib.deep");
    assert_str(cp_own_module_name(&arena, CP_STR("src/loose.py")), "");
    assert_int_equal(chdir("src/lib/deep"), 0);
    assert_str(cp_own_module_name(&arena, CP_STR("a.py")), "lib.deep.a");
    assert_str(cp_own_module_name(&arena, CP_STR("./a.py")), "lib.deep.a");
    assert_int_equal(chdir("../../.."), 0);
}

static int begin_tree(void **state)
{
    own = NULL;
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    cp_own_dispose(own);
    unsetenv("CASTPROOF_LIBCLANG");
    if (library_asked)
        setenv("CASTPROOF_LIBCLANG", library_asked, 1);
    return end(state) || cp_tree_end();
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

static void test_a_file_is_checked_where_a_path_leads_to_it(void **state)
{
    (void)state;
    cp_tree_put_all("lib/sub/a.cu lib/subway/b.cu");
    look_at("lib/sub");
    assert_true(cp_own_is_checked(own, CP_STR("lib/sub/a.cu")));
    assert_true(cp_own_is_checked(own, CP_STR("lib/subway/../sub/a.cu")));
    assert_false(cp_own_is_checked(own, CP_STR("lib/subway/b.cu")));
    look_at("lib/sub/a.cu");
    assert_true(cp_own_is_checked(own, CP_STR("lib/sub/a.cu")));
    look_at("");
    assert_true(cp_own_is_checked(own, CP_STR("lib/subway/b.cu")));
}

int main(void)
{
    const char *asked = getenv("CASTPROOF_LIBCLANG");
    library_asked = asked ? strdup(asked) : NULL;
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_the_project_around_a_path_is_its_tree),
        TREE_TEST(test_a_package_without_a_project_is_its_own_tree),
        TREE_TEST(test_kernels_beside_the_package_are_mined),
        TREE_TEST(test_without_libclang_one_word_is_said),
        TREE_TEST(test_modules_are_named_after_their_packages),
        TREE_TEST(test_a_file_is_checked_where_a_path_leads_to_it),
    };
    return cmocka_run_group_tests_name("own", tests, NULL, NULL);
}
