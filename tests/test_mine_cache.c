#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/mine_cache.h"
#include "cli/mine_store.h"
#include "pack.h"
#include "tree.h"

static cp_options options;

static int begin_folder(void **state)
{
    begin(state);
    options = (cp_options){.jobs = 2};
    if (cp_tree_begin())
        return 1;
    cp_tree_put("lib/a.py", "one\n");
    cp_tree_put("lib/k.cu", "two\n");
    return setenv("XDG_CACHE_HOME", cp_str_printf(&arena, "%s/cache", cp_tree_path()).ptr,
                  1);
}

static int end_folder(void **state)
{
    unsetenv("XDG_CACHE_HOME");
    return cp_tree_end() || end(state);
}

#define CACHE(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

static void no_trouble(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    (void)data;
    (void)loss;
    fail_msg("%.*s: %s", CP_STR_ARGS(path), message);
}

static cp_mine_cache cache_of(const char *path)
{
    cp_err err;
    cp_library *library = cp_new(&arena, cp_library, 1);
    cp_library_options how = {.trouble = no_trouble};
    if (cp_library_at(library, &arena, cp_str_of(path), &how, &err))
        fail_msg("%s", err.msg);
    return cp_mine_cache_open(&arena, library, &options);
}

/* What is kept for the library at `path`; "" where nothing is. */
static cp_str kept(const char *path)
{
    cp_mine_cache cache = cache_of(path);
    cp_str text;
    return cp_mine_cache_get(&cache, &text) ? text : CP_STR("");
}

static void keep(const char *path, const char *text)
{
    cp_mine_cache cache = cache_of(path);
    cp_str none;
    assert_false(cp_mine_cache_get(&cache, &none));
    cp_mine_cache_put(&cache, cp_str_of(text));
}

/* The entry whose name begins so, as a path. */
static const char *entry(const char *kind)
{
    size_t count;
    cp_files files = {.folder = CP_STR("cache/castproof")};
    const cp_str *names = cp_files_names(&files, &arena, &count);
    for (size_t i = 0; i < count; i++)
        if (cp_str_starts(names[i], cp_str_of(kind)))
            return cp_files_place(&files, &arena, names[i]).ptr;
    return NULL;
}

static void test_what_was_kept_is_found_again(void **state)
{
    (void)state;
    assert_str(kept("lib"), "");
    keep("lib", "text");
    assert_str(kept("lib"), "text");
    assert_str(kept("./lib/"), "text");
    size_t count;
    cp_files_names(&(cp_files){.folder = CP_STR("cache/castproof")}, &arena, &count);
    assert_int_equal(count, 1); /* no draft is left */
}

static void test_other_bytes_or_names_are_another_library(void **state)
{
    (void)state;
    keep("lib", "text");
    cp_tree_put("lib/a.py", "ono\n");
    assert_str(kept("lib"), "");
    cp_tree_put("lib/a.py", "one\n");
    assert_str(kept("lib"), "text");
    assert_int_equal(rename("lib/a.py", "lib/b.py"), 0);
    assert_str(kept("lib"), "");
    cp_tree_put("lib/a.py", "one\n");
    assert_str(kept("lib"), "");
}

static void test_a_touched_file_and_a_copy_are_the_same_library(void **state)
{
    (void)state;
    keep("lib", "text");
    assert_int_equal(utimensat(AT_FDCWD, "lib/a.py", NULL, 0), 0);
    assert_str(kept("lib"), "text");
    assert_int_equal(system("mkdir copy && cp -R lib copy"), 0);
    assert_str(kept("copy/lib"), "text");
}

static void test_a_file_whose_size_and_time_were_put_back_is_seen(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(stat("lib/a.py", &info), 0);
    keep("lib", "text");
    cp_tree_put("lib/a.py", "ono\n");
    struct timespec times[] = {info.st_atim, info.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, "lib/a.py", times, 0), 0);
    assert_str(kept("lib"), "");
}

static void test_what_else_counts_is_in_the_name(void **state)
{
    (void)state;
    keep("lib", "text");
    cp_str glob = CP_STR("nothing");
    options.exclude = (cp_list){.items = &glob, .count = 1};
    assert_str(kept("lib"), "");
    options.exclude = (cp_list){0};
    assert_int_equal(setenv("CASTPROOF_LIBCLANG", "/there/is/none", 1), 0);
    assert_str(kept("lib"), "");
    unsetenv("CASTPROOF_LIBCLANG");
    assert_int_equal(rename("lib", "bil"), 0); /* which the library is called then */
    assert_str(kept("bil"), "");
    cp_tree_put("bil/PKG-INFO", "Name: lib\n");
    assert_str(kept("bil"), "text");
    cp_tree_put("bil/PKG-INFO", "Name: lib\nVersion: 1.0\n");
    assert_str(kept("bil"), "");
}

static void test_an_archive_is_known_by_its_bytes_and_its_name(void **state)
{
    (void)state;
    cp_pack_begin("a.whl");
    cp_pack_add("a.py", "one\n");
    cp_pack_end();
    keep("a.whl", "text");
    assert_int_equal(system("mkdir x && cp a.whl x && cp a.whl b.whl"), 0);
    assert_str(kept("x/a.whl"), "text");
    assert_str(kept("b.whl"), "");
    cp_pack_begin("a.whl");
    cp_pack_add("a.py", "ono\n");
    cp_pack_end();
    assert_str(kept("a.whl"), "");
}

/* Files that changed long ago are not read again: the quick name leads to the result. */
static void test_the_quick_name_leads_to_the_result(void **state)
{
    (void)state;
    keep("lib", "text");
    assert_null(entry("quick-")); /* it changed just now */
    sleep(3);
    assert_str(kept("lib"), "text");
    const char *quick = entry("quick-");
    assert_non_null(quick);
    cp_mine_cache cache = cache_of("lib");
    cp_digest other = {{1, 2}};
    cp_mine_store_write(&arena, cp_str_of(quick),
                        (cp_str){(const char *)&other, sizeof other});
    cp_str name = cp_str_printf(&arena, "%.*s/mine-%s", CP_STR_ARGS(cache.folder),
                                cp_digest_text(&arena, other).ptr);
    assert_true(cp_mine_store_write(&arena, name, CP_STR("led here")));
    assert_str(kept("lib"), "led here");
    assert_int_equal(chmod("lib/a.py", 0600), 0); /* a change, though not of its bytes */
    assert_str(kept("lib"), "text");
    assert_int_equal(unlink(name.ptr), 0);
    assert_str(kept("lib"), "text");
}

static void test_a_library_that_changed_meanwhile_is_not_kept(void **state)
{
    (void)state;
    cp_mine_cache cache = cache_of("lib");
    cp_str text;
    assert_false(cp_mine_cache_get(&cache, &text));
    cp_tree_put("lib/a.py", "ono\n");
    cp_mine_cache_put(&cache, CP_STR("text"));
    assert_null(entry("mine-"));
}

static void test_damaged_entries_are_as_none(void **state)
{
    static const char *const commands[] = {"printf x >> %s",          "truncate -s 30 %s",
                                           "truncate -s 0 %s",        "echo other > %s",
                                           "sed -i s/text/tent/ %s",  "rm %s && mkdir %s",
                                           "sed -i s/proof/poorf/ %s"};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        keep("lib", "text");
        assert_str(kept("lib"), "text");
        const char *path = entry("mine-");
        cp_buf command = {.arena = &arena};
        cp_str rest = cp_str_of(commands[i]);
        while (rest.len) {
            cp_str part = cp_str_next(&rest, '%');
            cp_buf_add(&command, part);
            if (rest.len)
                cp_buf_puts(&command, path);
            rest = rest.len ? cp_str_cut(rest, 1, rest.len) : rest;
        }
        cp_buf_add(&command, CP_STR(""));
        assert_int_equal(system(command.ptr), 0);
        assert_str(kept("lib"), "");
        assert_int_equal(system("rm -r cache"), 0);
    }
}

static void test_a_cache_that_cannot_be_written_is_no_error(void **state)
{
    (void)state;
    cp_tree_put("cache", "a file");
    keep("lib", "text");
    assert_str(kept("lib"), "");
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    keep("lib", "text");
    assert_str(kept("lib"), "");
}

static void test_no_cache_is_asked_for(void **state)
{
    (void)state;
    keep("lib", "text");
    options.no_cache = true;
    assert_str(kept("lib"), "");
}

/* One that writes until it is ended. */
static pid_t start_writer(cp_str name, char letter)
{
    pid_t child = fork();
    if (child)
        return child;
    char text[5000];
    memset(text, letter, sizeof text);
    for (;;)
        cp_mine_store_write(&arena, name, (cp_str){text, sizeof text});
}

static void test_runs_at_the_same_time_do_not_meet(void **state)
{
    (void)state;
    cp_str name = cp_str_printf(&arena, "%s/cache/x", cp_tree_path()), text;
    pid_t writers[] = {start_writer(name, 'a'), start_writer(name, 'b')};
    for (int seen = 0; seen < 300;) {
        cp_arena own = {0};
        bool whole = cp_mine_store_read(&own, name, &text);
        if (whole) {
            assert_int_equal(text.len, 5000);
            assert_int_equal(text.ptr[0], text.ptr[4999]);
        }
        seen += whole;
        cp_arena_dispose(&own);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kill(writers[i], SIGKILL), 0);
        assert_int_equal(waitpid(writers[i], NULL, 0), writers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CACHE(test_what_was_kept_is_found_again),
        CACHE(test_other_bytes_or_names_are_another_library),
        CACHE(test_a_touched_file_and_a_copy_are_the_same_library),
        CACHE(test_a_file_whose_size_and_time_were_put_back_is_seen),
        CACHE(test_what_else_counts_is_in_the_name),
        CACHE(test_an_archive_is_known_by_its_bytes_and_its_name),
        CACHE(test_the_quick_name_leads_to_the_result),
        CACHE(test_a_library_that_changed_meanwhile_is_not_kept),
        CACHE(test_damaged_entries_are_as_none),
        CACHE(test_a_cache_that_cannot_be_written_is_no_error),
        CACHE(test_no_cache_is_asked_for),
        CACHE(test_runs_at_the_same_time_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
