#include "patch_cases.h"

/* The folder of patches */

static void test_the_index_lists_the_patches(void **state)
{
    (void)state;
    make_sites();
    write_patches();
    cp_str index = get("patches/index.json");
    assert_true(cp_str_has(index, CP_STR("\"tool\": \"castproof\"")));
    assert_true(cp_str_has(index, patches.items[2].fix->id));
    assert_true(cp_str_has(index, patches.items[2].file));
    assert_true(cp_str_has(index, CP_STR("\"effect\": \"exact\"")));
    assert_true(cp_str_has(index, CP_STR("\"validation\": null")));
}

static void test_old_patches_of_ours_are_replaced(void **state)
{
    (void)state;
    make_sites();
    write_patches();
    put("patches/notes.txt", CP_STR("mine"));
    findings.count = 0;
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    write_patches();
    sh("test $(ls patches/*.patch | wc -l) = 1 && test -e patches/notes.txt");
    sh("test -z \"$(ls -A patches | grep castproof-)\"");
}

static void test_a_foreign_index_is_not_overwritten(void **state)
{
    (void)state;
    make_sites();
    assert_int_equal(mkdir("patches", 0777), 0);
    put("patches/index.json", CP_STR("{\"tool\": \"other\"}"));
    cp_err err = {0};
    assert_int_equal(cp_patches_write_dir(&arena, &patches, CP_STR("patches"), &err),
                     CP_ERR_USAGE);
    assert_non_null(strstr(err.msg, "patches/index.json: not written by castproof"));
    assert_str(get("patches/index.json"), "{\"tool\": \"other\"}");
    sh("test $(ls -A patches | wc -l) = 1");
}

static void test_a_foreign_patch_is_not_overwritten(void **state)
{
    (void)state;
    make_sites();
    assert_int_equal(mkdir("patches", 0777), 0);
    put(cp_str_printf(&arena, "patches/%s", patches.items[1].file.ptr).ptr,
        CP_STR("mine"));
    assert_int_equal(cp_patches_write_dir(&arena, &patches, CP_STR("patches"), NULL),
                     CP_ERR_USAGE);
    sh("test $(ls -A patches | wc -l) = 1");
}

static void test_an_index_cannot_name_files_elsewhere(void **state)
{
    (void)state;
    make_sites();
    put("0009-x.patch", CP_STR("mine"));
    assert_int_equal(mkdir("patches", 0777), 0);
    put("patches/index.json", CP_STR("{\"tool\": \"castproof\", \"patches\": [{\"file\": "
                                     "\"../0009-x.patch\"}, {\"file\": 3}, 4]}"));
    write_patches();
    assert_str(get("0009-x.patch"), "mine");
}

static void test_a_file_is_no_folder_for_patches(void **state)
{
    (void)state;
    make_sites();
    put("patches", CP_STR("mine"));
    cp_err err = {0};
    assert_int_equal(cp_patches_write_dir(&arena, &patches, CP_STR("patches"), &err),
                     CP_ERR_USAGE);
    assert_non_null(strstr(err.msg, "patches: not a folder"));
}

static void test_folders_are_made_where_they_are_missing(void **state)
{
    (void)state;
    make_sites();
    assert_int_equal(cp_patches_write_dir(&arena, &patches, CP_STR("a/b/c/"), NULL),
                     CP_OK);
    sh("test $(ls a/b/c | wc -l) = 4");
}

/* In place */

static cp_status apply(const cp_apply_options *options, size_t *written, cp_err *err)
{
    return cp_patches_apply(&arena, &patches, options, written, err);
}

static void test_files_are_changed_in_place_and_keep_their_mode(void **state)
{
    (void)state;
    size_t written;
    make_patches("m.py", CP_STR("x = f(x.to(d))\r\n"), "x.to(d)");
    chmod("m.py", 0751);
    assert_int_equal(apply(NULL, &written, NULL), CP_OK);
    assert_int_equal(written, 1);
    assert_str(get("m.py"), "x = f(x)\r\n");
    struct stat info;
    assert_int_equal(stat("m.py", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0751);
    sh("test \"$(ls -A | grep -v '^out$')\" = m.py");
}

static void test_a_file_that_changed_stops_all_writing(void **state)
{
    (void)state;
    size_t written;
    cp_err err = {0};
    make_patches("a.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    make_patches("b.py", CP_STR("y = f(y.to(d))\n"), "y.to(d)");
    assert_int_equal(patches.count, 2);
    put("b.py", CP_STR("y = f(y.to(d))  # new\n"));
    assert_int_equal(apply(NULL, &written, &err), CP_ERR_USAGE);
    assert_non_null(strstr(err.msg, "b.py: changed since"));
    assert_int_equal(written, 0);
    assert_str(get("a.py"), "x = f(x.to(d))\n");
    assert_str(get("b.py"), "y = f(y.to(d))  # new\n");
}

static void test_a_missing_file_is_an_error(void **state)
{
    (void)state;
    size_t written;
    cp_err err = {0};
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    assert_int_equal(unlink("m.py"), 0);
    assert_int_equal(apply(NULL, &written, &err), CP_ERR_USAGE);
    assert_non_null(strstr(err.msg, "m.py"));
    assert_int_not_equal(access("m.py", F_OK), 0);
}

static void count_trouble(void *data, cp_str path, const cp_err *err)
{
    assert_true(path.len && err->code);
    ++*(int *)data;
}

static void test_a_link_is_followed_within_the_paths_given_only(void **state)
{
    (void)state;
    size_t written;
    int trouble = 0;
    assert_int_equal(mkdir("in", 0777), 0);
    make_patches("in/real.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    assert_int_equal(symlink("in/real.py", "m.py"), 0);
    ((cp_source *)t.module->source)->path = CP_STR("m.py");
    cp_str elsewhere = CP_STR("patches"), inside = CP_STR("in");
    cp_apply_options options = {&elsewhere, 1, count_trouble, &trouble};
    assert_int_equal(apply(&options, &written, NULL), CP_ERR_USAGE);
    assert_int_equal(trouble, 1);
    assert_str(get("in/real.py"), "x = f(x.to(d))\n");
    options.roots = &inside;
    assert_int_equal(apply(&options, &written, NULL), CP_OK);
    assert_str(get("in/real.py"), "x = f(x)\n");
    sh("test -L m.py");
}

/* Root may write anything: then the test goes on as nobody. */
static void become_plain(void)
{
    if (geteuid() != 0)
        return;
    sh("chown -R 65534 . && rm -f out");
    assert_int_equal(seteuid(65534), 0);
}

static int end_plain(void **state)
{
    int bad = getuid() == 0 ? seteuid(0) : 0;
    return end_patch(state) || bad;
}

static void test_a_read_only_file_is_left_alone(void **state)
{
    (void)state;
    size_t written;
    cp_err err = {0};
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    chmod("m.py", 0444);
    become_plain();
    assert_int_equal(apply(NULL, &written, &err), CP_ERR_USAGE);
    assert_non_null(strstr(err.msg, "m.py: cannot be written"));
}

static void test_a_read_only_folder_is_left_alone(void **state)
{
    (void)state;
    size_t written;
    cp_err err = {0};
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    become_plain();
    chmod(".", 0555);
    assert_int_equal(apply(NULL, &written, &err), CP_ERR_IO);
    assert_non_null(strstr(err.msg, "m.py: cannot write in its folder"));
    assert_int_equal(cp_patches_write_dir(&arena, &patches, CP_STR("p"), &err),
                     CP_ERR_IO);
    assert_non_null(strstr(err.msg, "p: cannot make the folder"));
}

static void test_a_full_disk_leaves_the_file_as_it_was(void **state)
{
    (void)state;
    size_t written;
    cp_err err = {0};
    make_patches("m.py", CP_STR("x = f(x.to(d))  # 0123456789\n"), "x.to(d)");
    struct rlimit old, tiny;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tiny = (struct rlimit){8, old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    cp_status st = apply(NULL, &written, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(st, CP_ERR_IO);
    assert_non_null(strstr(err.msg, "the file is as it was"));
    assert_str(get("m.py"), "x = f(x.to(d))  # 0123456789\n");
    sh("test \"$(ls -A | grep -v '^out$')\" = m.py");
}

#define PLAIN(name) cmocka_unit_test_setup_teardown(name, begin_patch, end_plain)

int main(void)
{
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    const struct CMUnitTest tests[] = {
        PATCH(test_the_index_lists_the_patches),
        PATCH(test_old_patches_of_ours_are_replaced),
        PATCH(test_a_foreign_index_is_not_overwritten),
        PATCH(test_a_foreign_patch_is_not_overwritten),
        PATCH(test_an_index_cannot_name_files_elsewhere),
        PATCH(test_a_file_is_no_folder_for_patches),
        PATCH(test_folders_are_made_where_they_are_missing),
        PATCH(test_files_are_changed_in_place_and_keep_their_mode),
        PATCH(test_a_file_that_changed_stops_all_writing),
        PATCH(test_a_missing_file_is_an_error),
        PATCH(test_a_link_is_followed_within_the_paths_given_only),
        PLAIN(test_a_read_only_file_is_left_alone),
        PLAIN(test_a_read_only_folder_is_left_alone),
        PATCH(test_a_full_disk_leaves_the_file_as_it_was),
    };
    return cmocka_run_group_tests_name("patch_write", tests, NULL, NULL);
}
