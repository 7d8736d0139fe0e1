#include "harness.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contracts/pins.h"
#include "tree.h"

static cp_pins *pins;
static char told[1024]; /* the messages of the run, a line each */

static void keep(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    (void)path;
    size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%s\n", err->msg);
}

/* Each test runs in an empty folder of its own, which ends the look upward. */
static int enter(void **state)
{
    begin(state);
    if (cp_tree_begin())
        return -1;
    told[0] = '\0';
    pins = cp_pins_new(&arena, keep, NULL);
    return 0;
}

static int leave(void **state)
{
    return cp_tree_end() | end(state);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, enter, leave)

/* "SPEC PATH:LINE" of the pin on flashinfer-python for a file, "none" without one. */
static const char *pin(const char *path)
{
    const cp_pin *p = cp_pins_find(pins, cp_str_of(path), CP_STR("FlashInfer_Python"));
    if (!p)
        return "none";
    return cp_str_printf(&arena, "%.*s %.*s:%u", CP_STR_ARGS(p->spec.text),
                         CP_STR_ARGS(p->path), p->line)
        .ptr;
}

static void test_a_tree_without_pins_gives_none(void **state)
{
    (void)state;
    cp_tree_put("a/x.py", "");
    cp_tree_put("pyproject.toml", "[project]\ndependencies = [\"torch==2.9\"]\n");
    assert_string_equal(pin("a/x.py"), "none");
    assert_string_equal(told, "");
}

static void test_a_raise_stands_above_all_and_changes_nothing_below(void **state)
{
    (void)state;
    cp_err err = {0};
    cp_tree_put(
        "pyproject.toml",
        "[project]\ndependencies = [\"flashinfer-python>=0.6.7\", \"torch==2.9\"]\n");
    cp_pins *before = pins;
    assert_int_equal(cp_pins_assume(pins, CP_STR("flashinfer-python<0.7"), &err), CP_OK);
    pins = cp_pins_raised(before, CP_STR("flashinfer_python"), CP_STR("0.7.0"), &err);
    assert_string_equal(pin("a/x.py"), "==0.7.0 --assume:0");
    assert_str(cp_pins_find(pins, CP_STR("a/x.py"), CP_STR("torch"))->spec.text, "==2.9");
    pins = before;
    assert_string_equal(pin("a/x.py"), "<0.7 --assume:0");
    assert_null(cp_pins_raised(before, CP_STR("torch"), CP_STR("new"), &err));
}

static void test_pyproject_dependencies_are_read(void **state)
{
    (void)state;
    cp_tree_put("pyproject.toml", "[project]\ndependencies = [\n  \"torch\",\n"
                                  "  \"flashinfer_python[cu13]==0.6.12\", # why\n]\n");
    assert_string_equal(pin("a/b/x.py"), "==0.6.12 pyproject.toml:4");
}

static void test_every_table_of_pyproject_that_holds_requirements_is_read(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[project.optional-dependencies]\nx = [\"flashinfer-python>=1\"]", ">=1"},
        {"[dependency-groups]\nx = [{include-group = \"y\"}, \"flashinfer-python>=1\"]",
         ">=1"},
        {"[build-system]\nrequires = [\"flashinfer-python>=1\"]", ">=1"},
        {"[tool.uv]\noverride-dependencies = [\"flashinfer-python>=1\"]", ">=1"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"^0.6.8\"", ">=0.6.8,<0.7"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"^1.2\"", ">=1.2,<2"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"^0.0.3\"", ">=0.0.3,<0.0.4"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"~0.6.8\"", ">=0.6.8,<0.7"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"0.6.8\"", "==0.6.8"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \">=0.6,<0.7\"", ">=0.6,<0.7"},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"*\"", ""},
        {"[tool.poetry.dependencies]\nflashinfer-python = \"0.6 || 0.8\"", ""},
        {"[tool.poetry.group.gpu.dependencies]\nflashinfer_python = {version = "
         "\"0.6.*\"}",
         "==0.6.*"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cp_tree_put(cp_str_printf(&arena, "p%zu/pyproject.toml", i).ptr, rows[i][0]);
        const cp_pin *p = cp_pins_find(pins, cp_str_printf(&arena, "p%zu/x.py", i),
                                       CP_STR("flashinfer-python"));
        assert_non_null(p);
        assert_str(p->spec.text, rows[i][1]);
    }
    assert_string_equal(told, "");
}

static void test_broken_toml_is_told_with_its_line_and_the_rest_goes_on(void **state)
{
    (void)state;
    cp_tree_put("pyproject.toml", "[project]\ndependencies = [\n");
    cp_tree_put("requirements.txt", "flashinfer-python==0.6.8\n");
    assert_string_equal(pin("x.py"), "==0.6.8 requirements.txt:1");
    assert_string_equal(told, "pyproject.toml:3: expected a value\n");
}

static void test_requirements_files_are_read_with_all_that_they_may_hold(void **state)
{
    (void)state;
    cp_tree_put("requirements-gpu.txt",
                "# flashinfer-python==9\n--index-url https://x/y\n"
                "./local\nhttps://a/b.whl\ngit+https://a/b\n-e .\n"
                "${X}\ntorch==2.9 --hash=sha256:00\n"
                "flashinfer-python \\\n  >=0.6.7, \\\n  <0.7 # why\n");
    assert_string_equal(pin("x.py"), ">=0.6.7,   <0.7 requirements-gpu.txt:9");
    assert_string_equal(told, "");
}

static void test_a_folder_of_requirements_counts_for_the_folder_around_it(void **state)
{
    (void)state;
    cp_tree_put("requirements/common.txt", "torch\n");
    cp_tree_put("requirements/cuda.txt", "-r common.txt\nflashinfer-python==0.6.12\n");
    cp_tree_put("requirements/notes.md", "flashinfer-python==9\n");
    cp_tree_put("a/x.py", "");
    assert_string_equal(pin("a/x.py"), "==0.6.12 requirements/cuda.txt:2");
    cp_tree_put("b/requirements",
                "flashinfer-python==9\n"); /* a file called so is none */
    assert_string_equal(pin("b/x.py"), "==0.6.12 requirements/cuda.txt:2");
    assert_string_equal(told, "");
}

static void test_included_requirements_are_followed_inside_the_folder_only(void **state)
{
    (void)state;
    cp_tree_put("evil.txt", "flashinfer-python==6.6.6\n");
    cp_tree_put("a/requirements.txt",
                "-r sub/base.txt\n-c ../evil.txt\n-r /etc/hostname\n");
    cp_tree_put("a/sub/base.txt", "--requirement=../sub/more.txt\n-r more.txt\n");
    cp_tree_put("a/sub/more.txt", "-r base.txt\nflashinfer-python==0.6.9\n");
    assert_string_equal(pin("a/x.py"), "==0.6.9 a/sub/more.txt:2");
    assert_string_equal(told, "");
}

static void test_an_included_file_that_is_missing_is_told(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "\n-r none.txt\nflashinfer-python==0.6.9\n");
    assert_string_equal(pin("x.py"), "==0.6.9 requirements.txt:3");
    assert_string_equal(told,
                        "requirements.txt:2: none.txt: cannot open: No such file or "
                        "directory\n");
}

static void test_setup_cfg_is_read(void **state)
{
    (void)state;
    cp_tree_put("setup.cfg",
                "[metadata]\nname = x\ninstall_requires = flashinfer-python==9\n"
                "[options]\ninstall_requires =\n    torch\n    # note\n"
                "    flashinfer-python>=0.6.8\n[options.extras_require]\n"
                "gpu = flashinfer-python<0.7\n");
    assert_string_equal(pin("x.py"), ">=0.6.8,<0.7 setup.cfg:8");
}

static void test_the_metadata_beside_a_package_counts_for_its_files(void **state)
{
    (void)state;
    cp_tree_put(
        "sglang-0.5.12.dist-info/METADATA",
        "Metadata-Version: 2.4\nName: sglang\n"
        "Requires-Dist: flashinfer_python[cu13]==0.6.11.post1; extra == \"all\"\n\n"
        "Requires-Dist: flashinfer-python==1\n");
    const char *wanted = "==0.6.11.post1 sglang-0.5.12.dist-info/METADATA:3";
    assert_string_equal(pin("sglang/srt/x.py"), wanted);
    assert_string_equal(pin("./sglang/../sglang/srt//x.py"), wanted);
    assert_int_equal(chdir("sglang-0.5.12.dist-info"), 0);
    pins = cp_pins_new(&arena, keep, NULL);
    assert_string_equal(pin("../sglang/x.py"),
                        "==0.6.11.post1 ../sglang-0.5.12.dist-info/METADATA:3");
}

static void test_in_site_packages_each_dist_info_counts_for_its_own_files(void **state)
{
    (void)state;
    cp_tree_put("a-1.dist-info/METADATA",
                "Name: a\nRequires-Dist: flashinfer-python==0.6.7\n");
    cp_tree_put("a-1.dist-info/RECORD", "amod/__init__.py,sha256=x,1\nasingle.py,,\n");
    cp_tree_put("b-1.dist-info/METADATA",
                "Name: b\nRequires-Dist: flashinfer-python==0.6.8\n");
    cp_tree_put("b-1.dist-info/top_level.txt", "bmod\n");
    cp_tree_put("C_c-1.dist-info/METADATA",
                "Name: C_c\nRequires-Dist: flashinfer-python==0.6.9\n");
    cp_tree_put("d-1.egg-info/PKG-INFO",
                "Name: d\nRequires-Dist: flashinfer-python==0.7.0\n");
    cp_tree_put("e-1.dist-info/METADATA", "Name: e\nRequires-Dist: torch\n");
    cp_tree_put("f-1.dist-info/RECORD", "");
    assert_string_equal(pin("amod/x.py"), "==0.6.7 a-1.dist-info/METADATA:2");
    assert_string_equal(pin("asingle.py"), "==0.6.7 a-1.dist-info/METADATA:2");
    assert_string_equal(pin("bmod/y/x.py"), "==0.6.8 b-1.dist-info/METADATA:2");
    assert_string_equal(pin("c_c/x.py"), "==0.6.9 C_c-1.dist-info/METADATA:2");
    assert_string_equal(pin("d/x.py"), "==0.7.0 d-1.egg-info/PKG-INFO:2");
    assert_string_equal(pin("e/x.py"), "none");
    assert_string_equal(pin("amo/x.py"), "none");
}

static void test_the_nearest_folder_that_names_the_package_decides(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "flashinfer-python==0.6.7\n");
    cp_tree_put("a/requirements.txt", "flashinfer-python==0.6.8\n");
    cp_tree_put("a/b/requirements.txt", "torch\n");
    assert_string_equal(pin("a/b/x.py"), "==0.6.8 a/requirements.txt:1");
    assert_string_equal(pin("c/x.py"), "==0.6.7 requirements.txt:1");
}

static void test_requirements_of_one_folder_are_joined(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "flashinfer-python>=0.6.7\n");
    cp_tree_put("requirements_dev.txt", "flashinfer-python<0.7\nflashinfer-python\n");
    assert_string_equal(pin("x.py"), ">=0.6.7,<0.7 requirements.txt:1");
}

static void test_versions_that_begin_alike_are_both_kept(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt",
                "flashinfer-python==0.6.12\nflashinfer-python==0.6.1\n");
    assert_string_equal(pin("x.py"), "==0.6.12,==0.6.1 requirements.txt:1");
}

static void test_the_look_upward_ends_at_a_repositorys_root(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "flashinfer-python==0.6.7\n");
    cp_tree_put("r/.git/HEAD", "");
    cp_tree_put("r/a/x.py", "");
    assert_string_equal(pin("r/a/x.py"), "none");
}

static void test_absolute_paths_are_looked_up_to_the_root(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "flashinfer-python==0.6.7\n");
    const char *path = cp_str_printf(&arena, "%s/a/./b/../x.py", cp_tree_path()).ptr;
    assert_string_equal(
        pin(path),
        cp_str_printf(&arena, "==0.6.7 %s/requirements.txt:1", cp_tree_path()).ptr);
}

static void test_assumptions_stand_over_what_the_tree_says_and_are_joined(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "flashinfer-python==0.6.7\n");
    assert_int_equal(cp_pins_assume(pins, CP_STR("flashinfer_python>=0.6.8"), NULL),
                     CP_OK);
    assert_int_equal(cp_pins_assume(pins, CP_STR("flashinfer-python<0.7"), NULL), CP_OK);
    assert_string_equal(pin("x.py"), ">=0.6.8,<0.7 --assume:0");
}

static void test_an_assumption_without_a_version_is_refused(void **state)
{
    (void)state;
    cp_err err = {0};
    assert_int_equal(cp_pins_assume(pins, CP_STR("torch"), &err), CP_ERR_USAGE);
    assert_string_equal(err.msg, "--assume: `torch` names no version; write for example "
                                 "torch==1.2");
    assert_int_equal(cp_pins_assume(pins, CP_STR("torch==x"), &err), CP_ERR_USAGE);
}

static void
test_a_requirement_that_cannot_be_read_is_told_once_and_allows_all(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "torch (>dev)\nflashinfer-python=0.6.7\n");
    assert_string_equal(pin("x.py"), " requirements.txt:2");
    assert_string_equal(pin("a/x.py"), " requirements.txt:2");
    assert_string_equal(told,
                        "requirements.txt:2: `=0.6.7` is no version specifier; write "
                        "an operator such as == or >= before the version\n");
}

static void test_a_file_that_is_no_file_is_told(void **state)
{
    (void)state;
    mkdir("requirements.txt", 0777);
    cp_tree_put("pyproject.toml",
                "[project]\ndependencies = [\"flashinfer-python==0.6.7\"]");
    assert_string_equal(pin("x.py"), "==0.6.7 pyproject.toml:2");
    assert_string_equal(told, "requirements.txt: not a regular file\n");
}

static void test_above_the_current_folder_the_project_counts(void **state)
{
    (void)state;
    cp_tree_put("requirements.txt", "flashinfer-python==0.6.1\n");
    cp_tree_put("repo/requirements.txt", "flashinfer-python==0.6.8\n");
    cp_tree_put("repo/pkg/sub/x.py", "");
    assert_int_equal(chdir("repo/pkg/sub"), 0);
    assert_null(cp_pins_find(pins, CP_STR("x.py"), CP_STR("flashinfer-python")));
    pins = cp_pins_new(&arena, keep, NULL);
    cp_tree_repository("../..");
    assert_string_equal(pin("x.py"), "==0.6.8 ../../requirements.txt:1");
}

static void test_what_is_installed_counts_where_the_tree_states_no_version(void **state)
{
    (void)state;
    cp_err err;
    cp_tree_put("pinned/requirements.txt", "flashinfer-python>=0.6.8\n");
    cp_tree_put("named/requirements.txt", "flashinfer-python\n");
    cp_str package = CP_STR("flashinfer-python");
    assert_int_equal(cp_pins_installed(pins, package, CP_STR("0.6.9+cu13"), &err), CP_OK);
    assert_string_equal(pin("x.py"), "==0.6.9+cu13 --package:0");
    assert_string_equal(pin("named/x.py"), "==0.6.9+cu13 --package:0");
    assert_string_equal(pin("pinned/x.py"), ">=0.6.8 pinned/requirements.txt:1");
    assert_int_equal(cp_pins_assume(pins, CP_STR("flashinfer-python==0.7"), NULL), CP_OK);
    assert_string_equal(pin("x.py"), "==0.7 --assume:0");
    assert_int_equal(cp_pins_installed(pins, package, CP_STR("latest"), &err),
                     CP_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_tree_without_pins_gives_none),
        IN_FOLDER(test_a_raise_stands_above_all_and_changes_nothing_below),
        IN_FOLDER(test_pyproject_dependencies_are_read),
        IN_FOLDER(test_every_table_of_pyproject_that_holds_requirements_is_read),
        IN_FOLDER(test_broken_toml_is_told_with_its_line_and_the_rest_goes_on),
        IN_FOLDER(test_requirements_files_are_read_with_all_that_they_may_hold),
        IN_FOLDER(test_a_folder_of_requirements_counts_for_the_folder_around_it),
        IN_FOLDER(test_included_requirements_are_followed_inside_the_folder_only),
        IN_FOLDER(test_an_included_file_that_is_missing_is_told),
        IN_FOLDER(test_setup_cfg_is_read),
        IN_FOLDER(test_the_metadata_beside_a_package_counts_for_its_files),
        IN_FOLDER(test_in_site_packages_each_dist_info_counts_for_its_own_files),
        IN_FOLDER(test_the_nearest_folder_that_names_the_package_decides),
        IN_FOLDER(test_requirements_of_one_folder_are_joined),
        IN_FOLDER(test_above_the_current_folder_the_project_counts),
        IN_FOLDER(test_versions_that_begin_alike_are_both_kept),
        IN_FOLDER(test_the_look_upward_ends_at_a_repositorys_root),
        IN_FOLDER(test_absolute_paths_are_looked_up_to_the_root),
        IN_FOLDER(test_assumptions_stand_over_what_the_tree_says_and_are_joined),
        IN_FOLDER(test_an_assumption_without_a_version_is_refused),
        IN_FOLDER(test_what_is_installed_counts_where_the_tree_states_no_version),
        IN_FOLDER(test_a_requirement_that_cannot_be_read_is_told_once_and_allows_all),
        IN_FOLDER(test_a_file_that_is_no_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
