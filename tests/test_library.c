#include "harness.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contracts/mine_source.h"
#include "pack.h"
#include "tree.h"

static char *examples; /* tests/mine, from the root */
static cp_buf troubles;

static int begin_folder(void **state)
{
    begin(state);
    troubles = (cp_buf){.arena = &arena};
    return cp_tree_begin();
}

static int end_folder(void **state)
{
    return cp_tree_end() || end(state);
}

#define LIBRARY(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

static void note_trouble(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    (void)data;
    cp_buf_printf(&troubles, "%s%.*s: %s\n", loss == CP_MINE_LEFT_OUT ? "! " : "",
                  CP_STR_ARGS(path), message);
}

static const cp_library_options plain = {.trouble = note_trouble};

static void open_library(cp_library *library, const char *path,
                         const cp_library_options *options)
{
    cp_err err;
    if (cp_library_at(library, &arena, cp_str_of(path), options, &err) ||
        cp_library_open(library, &arena, options, &err))
        fail_msg("%s", err.msg);
}

static cp_str paths_of(const cp_library *library)
{
    cp_buf all = {.arena = &arena};
    for (size_t i = 0; i < library->files.count; i++)
        cp_buf_printf(&all, "%s%.*s", i ? " " : "",
                      CP_STR_ARGS(library->files.items[i].path));
    return cp_buf_str(&all);
}

/* The paths of the library's files, with a space between them. */
static cp_str files_of(const char *path, const cp_library_options *options)
{
    cp_library library;
    open_library(&library, path, options);
    cp_str paths = paths_of(&library);
    cp_library_close(&library);
    return paths;
}

/* "name version: tops" */
static cp_str description(const char *path)
{
    cp_library library;
    open_library(&library, path, &plain);
    cp_buf text = {.arena = &arena};
    cp_buf_printf(&text, "%.*s %.*s:", CP_STR_ARGS(library.package),
                  CP_STR_ARGS(library.version));
    for (size_t i = 0; i < library.top_count; i++)
        cp_buf_printf(&text, " %.*s", CP_STR_ARGS(library.tops[i]));
    cp_library_close(&library);
    return cp_buf_str(&text);
}

static cp_str contracts_of(const char *path)
{
    cp_library library;
    cp_mine_source source;
    open_library(&library, path, &plain);
    cp_mine_source_read(&source, &arena, &library, 2, note_trouble, NULL);
    cp_mined_set set = cp_mine(&arena, &source.input, 2);
    cp_str toml = cp_mine_toml(&arena, &set, library.package, library.version);
    cp_mine_source_dispose(&source);
    cp_library_close(&library);
    return toml;
}

static const char metadata[] =
    "Metadata-Version: 2.1\nName: My_Lib\nVersion: 1.2\n\nText";

/* A tree, a wheel and an sdist of one of the examples. */
static void pack_example(const char *name)
{
    const char *from = cp_str_printf(&arena, "%s/%s", examples, name).ptr;
    cp_tree_put("tree/my_lib-1.2.dist-info/METADATA", metadata);
    assert_int_equal(system(cp_str_printf(&arena, "cp -R '%s/.' tree", from).ptr), 0);
    cp_pack_begin("my_lib-1.2-py3-none-any.whl");
    cp_pack_add_tree(from, "");
    cp_pack_add("my_lib-1.2.dist-info/METADATA", metadata);
    cp_pack_end();
    cp_pack_begin("my_lib-1.2.tar.gz");
    cp_pack_add("my_lib-1.2/PKG-INFO", metadata);
    cp_pack_add_tree(from, "my_lib-1.2/");
    cp_pack_end();
}

static void test_a_tree_its_wheel_and_its_sdist_give_the_same_contracts(void **state)
{
    static const char *const names[] = {"launcher", "torch", "matcher"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pack_example(names[i]);
        cp_str tree = contracts_of("tree");
        assert_true(cp_str_has(tree, CP_STR("name = \"my-lib\"\nreleases = [\"1.2\"]")));
        assert_same(contracts_of("my_lib-1.2-py3-none-any.whl"), tree);
        assert_same(contracts_of("my_lib-1.2.tar.gz"), tree);
        assert_int_equal(system("rm -r tree *.whl *.tar.gz"), 0);
    }
}

static void test_python_alone_gives_the_same_contracts_too(void **state)
{
    (void)state;
    setenv("CASTPROOF_LIBCLANG", "/there/is/no/libclang", 1);
    pack_example("launcher");
    cp_str tree = contracts_of("tree"), tree_said = cp_buf_str(&troubles);
    assert_true(cp_str_has(tree, CP_STR("lib/core.py:17")));
    assert_true(cp_str_has(tree_said, CP_STR("! : CASTPROOF_LIBCLANG names")));
    troubles = (cp_buf){.arena = &arena};
    assert_same(contracts_of("my_lib-1.2.tar.gz"), tree);
    assert_same(cp_buf_str(&troubles), tree_said);
    unsetenv("CASTPROOF_LIBCLANG");
}

static void test_paths_count_from_where_dotted_names_begin(void **state)
{
    (void)state;
    cp_tree_put_all("tree/pkg/a.py tree/pkg/k.cu tree/pkg/__init__.py");
    assert_str(files_of("tree", &plain), "pkg/__init__.py pkg/a.py pkg/k.cu");
    assert_str(files_of("./tree//", &plain), "pkg/__init__.py pkg/a.py pkg/k.cu");
    assert_str(files_of("tree/pkg", &plain), "pkg/__init__.py pkg/a.py pkg/k.cu");
    assert_int_equal(chdir("tree"), 0);
    assert_str(files_of(".", &plain), "pkg/__init__.py pkg/a.py pkg/k.cu");
    assert_str(files_of("pkg", &plain), "pkg/__init__.py pkg/a.py pkg/k.cu");
    assert_int_equal(chdir("pkg"), 0);
    assert_str(files_of(".", &plain), "pkg/__init__.py pkg/a.py pkg/k.cu");
}

static void test_messages_name_a_file_by_the_source_and_its_path(void **state)
{
    static const char *const given[][2] = {
        {"tree", "tree/"}, {"tree/pkg", "tree/"}, {"a.whl", "a.whl: "}, {"pkg", ""}};
    (void)state;
    cp_tree_put_all("tree/pkg/__init__.py pkg/__init__.py");
    cp_pack_begin("a.whl");
    cp_pack_add("pkg/__init__.py", "");
    cp_pack_end();
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        cp_library library;
        open_library(&library, given[i][0], &plain);
        assert_str(library.prefix, given[i][1]);
        cp_library_close(&library);
    }
}

static void test_the_walk_and_the_archive_leave_out_the_same(void **state)
{
    (void)state;
    cp_tree_put_all("t/pkg/a.py t/pkg/third_party/b.py t/pkg/.hidden/c.py t/pkg/d.txt "
                    "t/pkg/build/e.cu t/tests/f.py t/pkg/g.cuh");
    cp_pack_begin("a.zip");
    cp_pack_add_tree("t", "");
    cp_pack_add("pkg/third_party/b.py", "");
    cp_pack_add("pkg/.hidden/c.py", "");
    cp_pack_add("pkg/d.txt", "");
    cp_pack_add("pkg/build/e.cu", "");
    cp_pack_end();
    assert_str(files_of("t", &plain), "pkg/a.py pkg/g.cuh tests/f.py");
    assert_str(files_of("a.zip", &plain), "pkg/a.py pkg/g.cuh tests/f.py");
    static const char *const globs[] = {"tests", "pkg/*", "*.cuh", "pkg", "**/f.py"};
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        cp_str glob = cp_str_of(globs[i]);
        cp_library_options some = {
            .excludes = &glob, .exclude_count = 1, .trouble = note_trouble};
        assert_same(files_of("a.zip", &some), files_of("t", &some));
    }
}

static void test_an_archive_of_one_folder_is_that_folder(void **state)
{
    (void)state;
    cp_pack_begin("repo.zip");
    cp_pack_add("repo-main/pkg/__init__.py", "");
    cp_pack_add("repo-main/setup.py", "");
    cp_pack_end();
    assert_str(files_of("repo.zip", &plain), "pkg/__init__.py setup.py");
    assert_str(description("repo.zip"), "repo-main :");
    cp_pack_begin("pkg.zip");
    cp_pack_add("pkg/__init__.py", "");
    cp_pack_end();
    assert_str(files_of("pkg.zip", &plain), "pkg/__init__.py");
    assert_str(description("pkg.zip"), "pkg : pkg");
}

static void test_name_version_and_tops_are_what_the_metadata_says(void **state)
{
    (void)state;
    cp_pack_begin("a.whl");
    cp_pack_add("pkg/__init__.py", "");
    cp_pack_add("other.py", "");
    cp_pack_add("My_Lib-1.2.dist-info/METADATA", metadata);
    cp_pack_add("My_Lib-1.2.dist-info/top_level.txt", "pkg\nother\n");
    cp_pack_end();
    assert_str(description("a.whl"), "my-lib 1.2: pkg other");
    cp_pack_begin("My.Lib-3.0.tar.gz");
    cp_pack_add("x/a.py", "");
    cp_pack_add("b.py", "");
    cp_pack_end();
    assert_str(description("My.Lib-3.0.tar.gz"), "my-lib-3-0 :");
    cp_pack_begin("meta.whl"); /* a wheel that only depends on others */
    cp_pack_add("My_Lib-1.2.dist-info/METADATA", metadata);
    cp_pack_end();
    assert_str(description("meta.whl"), "my-lib 1.2:");
}

static void test_a_name_that_is_no_utf_8_leaves_the_toml_valid(void **state)
{
    (void)state;
    cp_tree_put("t/pkg/__init__.py", "");
    cp_tree_put("t/pkg/caf\xe9\x7f.py",
                "import torch\n\n\ndef f(x):\n    assert x.dtype == torch.float32\n");
    cp_str toml = contracts_of("t");
    assert_true(cp_str_has(toml, CP_STR("\"pkg/caf\xEF\xBF\xBD\\u007f.py:5\"")));
    assert_false(cp_str_has(toml, CP_STR("\xe9\x7f")));
}

static void test_a_library_without_sources_is_told(void **state)
{
    (void)state;
    cp_tree_put("tree/notes.txt", "");
    contracts_of("tree");
    assert_str(cp_buf_str(&troubles),
               "! : no Python, CUDA or C++ file was found in it\n");
}

static void test_what_is_no_source_is_an_error(void **state)
{
    (void)state;
    cp_err err;
    cp_library library;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(cp_library_at(&library, &arena, CP_STR("nowhere"), &plain, &err),
                     CP_ERR_IO);
    assert_string_equal(err.msg,
                        "nowhere: No such file or directory; name a source tree, "
                        "a wheel (.whl) or an sdist (.tar.gz, .zip)");
    assert_int_equal(cp_library_at(&library, &arena, CP_STR("pipe"), &plain, &err),
                     CP_ERR_IO);
    assert_string_equal(err.msg, "pipe: neither a folder nor a file; name a source tree, "
                                 "a wheel (.whl) or an sdist (.tar.gz, .zip)");
}

static void test_a_file_that_cannot_be_read_is_told_by_its_path(void **state)
{
    (void)state;
    cp_tree_put("tree/pkg/__init__.py", "");
    cp_tree_put("tree/pkg/a.py", "import torch.ops\n");
    cp_library library;
    open_library(&library, "tree", &plain);
    assert_int_equal(unlink("tree/pkg/a.py"), 0); /* between the walk and the reading */
    cp_mine_source source;
    cp_mine_source_read(&source, &arena, &library, 1, note_trouble, NULL);
    cp_mine_source_dispose(&source);
    assert_str(cp_buf_str(&troubles), "! pkg/a.py: tree/pkg/a.py: cannot open: No such "
                                      "file or directory\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIBRARY(test_a_tree_its_wheel_and_its_sdist_give_the_same_contracts),
        LIBRARY(test_python_alone_gives_the_same_contracts_too),
        LIBRARY(test_paths_count_from_where_dotted_names_begin),
        LIBRARY(test_messages_name_a_file_by_the_source_and_its_path),
        LIBRARY(test_the_walk_and_the_archive_leave_out_the_same),
        LIBRARY(test_an_archive_of_one_folder_is_that_folder),
        LIBRARY(test_name_version_and_tops_are_what_the_metadata_says),
        LIBRARY(test_a_name_that_is_no_utf_8_leaves_the_toml_valid),
        LIBRARY(test_a_library_without_sources_is_told),
        LIBRARY(test_what_is_no_source_is_an_error),
        LIBRARY(test_a_file_that_cannot_be_read_is_told_by_its_path),
    };
    examples = realpath("tests/mine", NULL);
    int failed = examples ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    free(examples);
    return failed;
}
