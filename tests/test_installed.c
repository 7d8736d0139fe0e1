#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contracts/library.h"
#include "contracts/python_env.h"
#include "tree.h"

/* Nothing of who runs the test counts. */
static int begin_folder(void **state)
{
    static const char *const names[] = {"VIRTUAL_ENV",      "CONDA_PREFIX",
                                        "PYTHONPATH",       "PYTHONUSERBASE",
                                        "PYTHONNOUSERSITE", "PYENV_VERSION"};
    begin(state);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    return cp_tree_begin() || setenv("PATH", "/nowhere", 1);
}

static int end_folder(void **state)
{
    return cp_tree_end() || end(state);
}

#define PLACE(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

#define SITE "env/lib/python3.11/site-packages/"

static const char *at(const char *path)
{
    return cp_str_printf(&arena, "%s/%s", cp_tree_path(), path).ptr;
}

static void set_path(const char *variable, const char *path)
{
    assert_int_equal(setenv(variable, at(path), 1), 0);
}

/* A virtual environment `name` of Python 3.11. */
static void make_env(const char *name)
{
    cp_tree_put(cp_str_printf(&arena, "%s/pyvenv.cfg", name).ptr,
                "home = /usr/bin\nversion = 3.11.7\n");
    cp_tree_put(cp_str_printf(&arena, "%s/lib/python3.11/site-packages/x", name).ptr, "");
}

/* `name` as installed in `site`, with what RECORD lists; NULL: without RECORD. */
static void install(const char *site, const char *name, const char *version,
                    const char *record)
{
    cp_str info = cp_str_printf(&arena, "%s%s-%s.dist-info", site, name, version);
    cp_tree_put(cp_str_printf(&arena, "%s/METADATA", info.ptr).ptr,
                cp_str_printf(&arena, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n\n",
                              name, version)
                    .ptr);
    if (record)
        cp_tree_put(cp_str_printf(&arena, "%s/RECORD", info.ptr).ptr, record);
}

static void no_trouble(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    (void)data;
    (void)loss;
    fail_msg("%.*s: %s", CP_STR_ARGS(path), message);
}

static const cp_library_options plain = {.trouble = no_trouble};

/* "version prefix: paths", prefix without the test's folder. */
static cp_str installed(const char *name)
{
    cp_err err;
    cp_library library;
    cp_buf text = {.arena = &arena};
    if (cp_library_installed(&library, &arena, cp_str_of(name), &plain, &err))
        fail_msg("%s", err.msg);
    const char *top = at("");
    cp_str prefix = library.prefix;
    if (cp_str_starts(prefix, cp_str_of(top)))
        prefix = cp_str_cut(prefix, strlen(top), prefix.len);
    cp_buf_printf(&text, "%.*s %.*s:", CP_STR_ARGS(library.version), CP_STR_ARGS(prefix));
    for (size_t i = 0; i < library.files.count; i++)
        cp_buf_printf(&text, " %.*s", CP_STR_ARGS(library.files.items[i].path));
    return cp_buf_str(&text);
}

static const char *refused(const char *name, cp_status code)
{
    static cp_err err;
    cp_library library;
    assert_int_equal(
        cp_library_installed(&library, &arena, cp_str_of(name), &plain, &err), code);
    return err.msg;
}

/* ---- which files ---- */

static void test_the_files_are_those_of_the_record(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    cp_tree_put_all(SITE "lib/__init__.py " SITE "lib/k.cu " SITE "lib/a,b.py " SITE
                         "lib/stray.py " SITE "lib/build/z.py out.py " SITE "o.py");
    install(SITE, "My_Lib", "1.2",
            "lib/__init__.py,sha256=x,1\r\nlib/k.cu,,\n\"lib/a,b.py\",,\nlib/gone.py,,\n"
            "../../../../out.py,,\n/etc/x.py,,\nlib/build/z.py,,\nlib/data.json,,\n"
            "lib/k.cu,,\n");
    assert_str(installed("my-lib"), "1.2 " SITE ": lib/__init__.py lib/a,b.py lib/k.cu");
}

static void test_a_name_is_compared_in_its_normal_form(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    install(SITE, "My.Lib", "1.2", "m.py,,\n");
    install(SITE, "my_lib_extra", "3.0", "e.py,,\n");
    assert_str(installed("MY-lib"), "1.2 " SITE ":");
    assert_str(installed("my_lib.extra"), "3.0 " SITE ":");
}

static void test_without_a_record_the_top_modules_are_walked(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    cp_tree_put_all(SITE "my_lib/__init__.py " SITE "my_lib/a.py " SITE "other/b.py");
    install(SITE, "my-lib", "1.2", NULL);
    assert_str(installed("my-lib"), "1.2 " SITE ": my_lib/__init__.py my_lib/a.py");
    cp_tree_put_all(SITE "one/__init__.py " SITE "two.py");
    cp_tree_put(SITE "my-lib-1.2.dist-info/top_level.txt", "one\ntwo\n");
    assert_str(installed("my-lib"), "1.2 " SITE ": one/__init__.py two.py");
    install(SITE, "bare", "1.0", NULL);
    assert_non_null(strstr(refused("bare", CP_ERR_IO), "has no list of its files"));
}

static void install_editable(const char *project)
{
    install(SITE, "my-lib", "1.2", "__editable__.my_lib.pth,,\n");
    cp_tree_put(SITE "my-lib-1.2.dist-info/direct_url.json",
                cp_str_printf(&arena,
                              "{\"dir_info\": {\"editable\": true}, \"url\": "
                              "\"file://%s\"}",
                              at(project))
                    .ptr);
}

static void test_an_editable_install_is_read_where_it_is_developed(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    cp_tree_put_all("a%20b/python/lib/__init__.py a%20b/setup.py");
    assert_int_equal(rename("a%20b", "a b"), 0);
    install_editable("a%20b");
    assert_str(installed("my-lib"), "1.2 a b/: python/lib/__init__.py setup.py");
    cp_tree_put(SITE "my-lib-1.2.dist-info/top_level.txt", "lib\n");
    assert_str(installed("my-lib"), "1.2 a b/python/: lib/__init__.py");
    cp_tree_put(SITE "__editable__.my_lib.pth",
                cp_str_printf(&arena, "import os; os.abort()\n%s\n", at("other")).ptr);
    cp_tree_put_all("other/lib/x.py");
    assert_str(installed("my-lib"), "1.2 other/: lib/x.py");
}

static void test_an_editable_install_whose_project_is_gone_is_told(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    install_editable("gone");
    const char *said = refused("my-lib", CP_ERR_IO);
    assert_non_null(strstr(said, "my-lib: installed as editable from "));
    assert_non_null(strstr(said, "/gone, which cannot be read"));
}

static void test_a_develop_install_is_found_through_a_path_file(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    cp_tree_put_all("project/lib/__init__.py");
    cp_tree_put(SITE "easy-install.pth", at("project"));
    cp_tree_put("project/my_lib.egg-info/PKG-INFO", "Name: my-lib\nVersion: 0.3\n");
    cp_tree_put("project/my_lib.egg-info/top_level.txt", "lib\n");
    assert_str(installed("my-lib"), "0.3 project/: lib/__init__.py");
}

/* ---- which package ---- */

static void test_two_versions_in_one_place_are_an_error(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    install(SITE, "my-lib", "1.2", "m.py,,\n");
    install(SITE, "my_lib", "1.3", "m.py,,\n");
    const char *said = refused("my-lib", CP_ERR_USAGE);
    assert_non_null(strstr(said, "my-lib: two versions are installed in "));
    assert_non_null(strstr(said, "my-lib-1.2.dist-info and my_lib-1.3.dist-info"));
}

static void test_what_is_left_of_a_removed_package_does_not_count(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    install(SITE, "my-lib", "1.3", "m.py,,\n");
    cp_tree_put(SITE "my_lib-1.2.dist-info/INSTALLER", "pip");
    assert_str(installed("my-lib"), "1.3 " SITE ":");
}

static void test_the_first_place_that_python_looks_at_counts(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    install(SITE, "my-lib", "1.2", "m.py,,\n");
    install("mine/", "my-lib", "1.3", "m.py,,\n");
    assert_int_equal(setenv("PYTHONPATH", "nowhere:mine", 1), 0);
    assert_str(installed("my-lib"), "1.3 mine/:");
}

static void test_what_is_not_installed_is_told_with_where_it_was_looked_for(void **state)
{
    (void)state;
    make_env("env");
    set_path("VIRTUAL_ENV", "env");
    cp_str wanted = cp_str_printf(
        &arena,
        "my-lib: not installed in VIRTUAL_ENV=%s; activate the environment that has it; "
        "looked in %s/lib/python3.11/site-packages",
        at("env"), at("env"));
    assert_string_equal(refused("My_Lib", CP_ERR_USAGE), wanted.ptr);
}

static void test_without_an_environment_that_is_told(void **state)
{
    (void)state;
    assert_non_null(strstr(refused("my-lib", CP_ERR_USAGE),
                           "my-lib: there is no Python environment to look for it"));
}

static void test_a_name_that_is_none_is_refused(void **state)
{
    static const char *const names[] = {"", "../x", "a b", "lib==1.0", "lib[x]"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(refused(names[i], CP_ERR_USAGE),
                               "--package wants the name of an installed package"));
}

/* ---- which environment ---- */

/* The folders where Python looks, without the test's own. */
static cp_str folders(void)
{
    cp_python_env env = cp_python_env_find(&arena);
    cp_buf text = {.arena = &arena};
    size_t cut = strlen(cp_tree_path()) + 1;
    for (size_t i = 0; i < env.count; i++)
        if (cp_str_starts(env.folders[i], cp_str_of(cp_tree_path())))
            cp_buf_printf(
                &text, "%s%.*s", text.len ? " " : "",
                CP_STR_ARGS(cp_str_cut(env.folders[i], cut, env.folders[i].len)));
    return cp_buf_str(&text);
}

static void test_variables_stand_above_the_project_and_the_path(void **state)
{
    (void)state;
    make_env("env");
    make_env("conda");
    make_env(".venv");
    make_env("venv");
    assert_str(folders(), ".venv/lib/python3.11/site-packages");
    set_path("CONDA_PREFIX", "conda/");
    assert_str(folders(), "conda/lib/python3.11/site-packages");
    set_path("VIRTUAL_ENV", "env");
    assert_str(folders(), "env/lib/python3.11/site-packages");
    set_path("VIRTUAL_ENV", "gone");
    assert_str(folders(), "conda/lib/python3.11/site-packages");
}

static void test_a_project_ends_at_its_repository(void **state)
{
    (void)state;
    make_env("venv");
    cp_tree_put_all("a/b/x.py");
    assert_int_equal(chdir("a/b"), 0);
    assert_str(folders(), "");
    cp_tree_repository("../..");
    assert_str(folders(), "venv/lib/python3.11/site-packages");
    cp_tree_repository("..");
    assert_str(folders(), "");
}

static void put_program(const char *path)
{
    cp_tree_put(path, "");
    assert_int_equal(chmod(path, 0755), 0);
}

static void test_python_on_the_path_is_followed_to_where_it_lies(void **state)
{
    (void)state;
    put_program("opt/bin/python3.9");
    cp_tree_put_all(
        "bin/other opt/lib/python3.9/site-packages/x "
        "opt/lib/python3.10/site-packages/x opt/lib64/python3.9/dist-packages/x "
        "opt/local/lib/python3.9/dist-packages/x "
        "opt/lib/python3/dist-packages/x");
    assert_int_equal(symlink("../opt/bin/python3.9", "bin/python3"), 0);
    assert_int_equal(
        setenv("PATH", cp_str_printf(&arena, "/nowhere:%s", at("bin")).ptr, 1), 0);
    assert_str(folders(),
               "opt/local/lib/python3.9/dist-packages opt/lib/python3.9/site-packages "
               "opt/lib64/python3.9/dist-packages opt/lib/python3/dist-packages");
}

static void test_a_virtual_environment_on_the_path_is_one(void **state)
{
    (void)state;
    make_env("env");
    put_program("opt/bin/python3");
    cp_tree_put_all("opt/lib/python3.11/site-packages/x env/bin/x "
                    ".local/lib/python3.11/site-packages/x");
    assert_int_equal(symlink("../../opt/bin/python3", "env/bin/python3"), 0);
    set_path("PATH", "env/bin");
    assert_str(folders(), "env/lib/python3.11/site-packages");
    cp_tree_put("env/pyvenv.cfg",
                cp_str_printf(&arena,
                              "home = %s\ninclude-system-site-packages = true\n"
                              "version_info = 3.11.7.final.0\n",
                              at("opt/bin"))
                    .ptr);
    assert_str(folders(), ".local/lib/python3.11/site-packages "
                          "env/lib/python3.11/site-packages "
                          "opt/lib/python3.11/site-packages");
    assert_int_equal(setenv("PYTHONNOUSERSITE", "1", 1), 0);
    assert_str(folders(),
               "env/lib/python3.11/site-packages opt/lib/python3.11/site-packages");
}

static void test_the_scripts_of_pyenv_are_looked_through(void **state)
{
    (void)state;
    put_program("pyenv/shims/python3");
    put_program("pyenv/versions/3.9.1/bin/python3");
    put_program("opt/bin/python3");
    cp_tree_put("pyenv/version", "3.9.1\n");
    cp_tree_put_all("pyenv/versions/3.9.1/lib/python3.9/site-packages/x "
                    "opt/lib/python3.8/site-packages/x");
    assert_int_equal(
        setenv("PATH",
               cp_str_printf(&arena, "%s:%s", at("pyenv/shims"), at("opt/bin")).ptr, 1),
        0);
    assert_str(folders(), "pyenv/versions/3.9.1/lib/python3.9/site-packages");
    cp_tree_put(".python-version", "system\n");
    assert_str(folders(), "opt/lib/python3.8/site-packages");
    assert_int_equal(setenv("PYENV_VERSION", "3.7.0", 1), 0);
    assert_str(folders(), ""); /* pyenv would take no other one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE(test_the_files_are_those_of_the_record),
        PLACE(test_a_name_is_compared_in_its_normal_form),
        PLACE(test_without_a_record_the_top_modules_are_walked),
        PLACE(test_an_editable_install_is_read_where_it_is_developed),
        PLACE(test_an_editable_install_whose_project_is_gone_is_told),
        PLACE(test_a_develop_install_is_found_through_a_path_file),
        PLACE(test_two_versions_in_one_place_are_an_error),
        PLACE(test_what_is_left_of_a_removed_package_does_not_count),
        PLACE(test_the_first_place_that_python_looks_at_counts),
        PLACE(test_what_is_not_installed_is_told_with_where_it_was_looked_for),
        PLACE(test_without_an_environment_that_is_told),
        PLACE(test_a_name_that_is_none_is_refused),
        PLACE(test_variables_stand_above_the_project_and_the_path),
        PLACE(test_a_project_ends_at_its_repository),
        PLACE(test_python_on_the_path_is_followed_to_where_it_lies),
        PLACE(test_a_virtual_environment_on_the_path_is_one),
        PLACE(test_the_scripts_of_pyenv_are_looked_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
