#include "harness.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack.h"
#include "read/archive.h"
#include "tree.h"

static cp_buf troubles;
static cp_archive archive;
static cp_archive_limits limits;

static int begin_folder(void **state)
{
    begin(state);
    troubles = (cp_buf){.arena = &arena};
    limits = CP_ARCHIVE_LIMITS;
    return cp_tree_begin();
}

static int end_folder(void **state)
{
    return cp_tree_end() || end(state);
}

#define PACK(name) cmocka_unit_test_setup_teardown(name, begin_folder, end_folder)

static bool is_python(void *data, cp_str path)
{
    (void)data;
    return cp_str_ends(path, CP_STR(".py"));
}

static bool is_short(void *data, cp_str path, cp_str text)
{
    (void)data;
    (void)path;
    return text.len < 100;
}

static void note_trouble(void *data, cp_str path, const char *why)
{
    (void)data;
    cp_buf_printf(&troubles, "%.*s: %s\n", CP_STR_ARGS(path), why);
}

static cp_status read_pack(const char *path, cp_err *err)
{
    cp_archive_options options = {
        .wanted = is_python, .keep = is_short, .trouble = note_trouble, .limits = limits};
    return cp_archive_read(&arena, cp_str_of(path), &options, &archive, err);
}

/* "path=text" of each file that was taken, with a space between them. */
static cp_str taken(const char *path)
{
    cp_err err;
    cp_buf all = {.arena = &arena};
    if (read_pack(path, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < archive.files.count; i++) {
        const cp_str *text = archive.files.entries[i].value;
        cp_buf_printf(&all, "%s%.*s=%s", i ? " " : "",
                      CP_STR_ARGS(archive.files.entries[i].key), text->ptr);
    }
    return cp_buf_str(&all);
}

/* What is said of an archive that is refused. */
static const char *refused(const char *path, cp_status code)
{
    static cp_err err;
    assert_int_equal(read_pack(path, &err), code);
    return err.msg;
}

static void test_a_zip_and_a_tar_give_the_same(void **state)
{
    static const char *const names[] = {"a.zip", "a.whl", "a.tar", "a.tar.gz", "a"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cp_pack_begin(names[i]);
        cp_pack_add("p/x.py", "x = 1");
        cp_pack_add("p/notes.txt", "no");
        cp_pack_add("./p//y.py", "");
        cp_pack_end();
        assert_str(taken(names[i]), "p/x.py=x = 1 p/y.py=");
        assert_str(archive.top, "p");
    }
}

static void test_what_is_not_kept_is_there_and_empty(void **state)
{
    (void)state;
    cp_pack_begin("a.zip");
    cp_pack_add_large("long.py", 200);
    cp_pack_end();
    assert_str(taken("a.zip"), "long.py=");
}

static void test_the_last_of_two_files_of_a_name_counts(void **state)
{
    (void)state;
    cp_pack_begin("a.tar.gz");
    cp_pack_add("x.py", "1");
    cp_pack_add("x.py", "2");
    cp_pack_end();
    assert_str(taken("a.tar.gz"), "x.py=2");
}

static void test_there_is_no_top_where_a_file_lies_outside_of_it(void **state)
{
    (void)state;
    cp_pack_begin("a.zip");
    cp_pack_add("p/x.py", "");
    cp_pack_add("LICENSE", "");
    cp_pack_end();
    taken("a.zip");
    assert_str(archive.top, "");
}

static void test_names_that_lead_out_are_refused_wanted_or_not(void **state)
{
    static const char *const names[] = {"../x.py", "/x.py", "p/../../x.txt", "p/..",
                                        ".."};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cp_pack_begin("a.tar.gz");
        cp_pack_add("p/y.py", "");
        cp_pack_add(names[i], "");
        cp_pack_end();
        const char *said = refused("a.tar.gz", CP_ERR_SYNTAX);
        assert_non_null(strstr(said, "a.tar.gz: its member "));
        assert_non_null(strstr(said, names[i]));
        assert_non_null(strstr(said, "leads out of it"));
    }
}

static void test_links_are_not_followed(void **state)
{
    (void)state;
    cp_pack_begin("a.tar.gz");
    cp_pack_add("p/x.py", "1");
    cp_pack_add_symlink("p/y.py", "x.py");
    cp_pack_add_symlink("p/passwd.py", "/etc/passwd");
    cp_pack_add_hardlink("p/z.py", "p/x.py");
    cp_pack_end();
    assert_str(taken("a.tar.gz"), "p/x.py=1");
    assert_str(cp_buf_str(&troubles),
               "p/z.py: left out: a link to another file of the archive, which is not "
               "followed\n");
}

static void test_each_limit_is_named_by_who_hits_it(void **state)
{
    (void)state;
    cp_pack_begin("a.zip");
    cp_pack_add_large("one.py", (size_t)3 << 20);
    cp_pack_add_large("two.py", (size_t)3 << 20);
    cp_pack_end();
    taken("a.zip");
    limits.members = 1;
    assert_string_equal(
        refused("a.zip", CP_ERR_RANGE),
        "a.zip: more than 1 members, the limit; unpack it and name the folder");
    limits = CP_ARCHIVE_LIMITS;
    limits.file_bytes = (size_t)2 << 20;
    assert_string_equal(refused("a.zip", CP_ERR_RANGE),
                        "a.zip: one.py: larger than 2 MiB, the limit for one file; leave "
                        "it out with --exclude");
    limits = CP_ARCHIVE_LIMITS;
    limits.all_bytes = (size_t)5 << 20;
    assert_string_equal(refused("a.zip", CP_ERR_RANGE),
                        "a.zip: two.py: its sources are more than 5 MiB, the limit for "
                        "all of them; unpack it and name the folder");
}

/* A zip is not unpacked to pass by a file; a tar is, which costs time. */
static void test_what_is_passed_by_counts_in_a_stream_alone(void **state)
{
    static const char *const names[] = {"a.zip", "a.tar.gz"};
    (void)state;
    limits.all_bytes = (size_t)1 << 20;
    for (int i = 0; i < 2; i++) {
        cp_pack_begin(names[i]);
        cp_pack_add_large("data.bin", (size_t)2 << 20);
        cp_pack_add("x.py", "1");
        cp_pack_end();
    }
    assert_str(taken("a.zip"), "x.py=1");
    assert_string_equal(
        refused("a.tar.gz", CP_ERR_RANGE),
        "a.tar.gz: unpacks to more than 1 MiB, the limit; unpack it and name the folder");
}

static void test_an_archive_that_is_cut_short_is_told(void **state)
{
    (void)state;
    cp_pack_begin("a.zip");
    cp_pack_add("x.py", "x = 1");
    cp_pack_end();
    cp_pack_cut("a.zip", 60);
    assert_string_equal(refused("a.zip", CP_ERR_SYNTAX),
                        "a.zip: cut short: the list of members at the end of the zip "
                        "file is missing; download it again");
    cp_pack_begin("a.tar.gz");
    for (int i = 0; i < 20; i++) /* of no one pattern, so that it stays large */
        cp_pack_add(cp_str_printf(&arena, "%d.py", i * i * i).ptr, "x = 1");
    cp_pack_end();
    cp_pack_cut("a.tar.gz", 200);
    assert_non_null(
        strstr(refused("a.tar.gz", CP_ERR_SYNTAX), "a.tar.gz: damaged or cut short ("));
}

static void test_a_damaged_member_is_named(void **state)
{
    (void)state;
    cp_pack_begin("a.zip");
    cp_pack_add("x.py", "abcdefghijklmnopqrstuvwxyz");
    cp_pack_end();
    FILE *file = fopen("a.zip", "r+b");
    assert_non_null(file);
    char bytes[100];
    size_t got = fread(bytes, 1, sizeof bytes, file);
    size_t at = cp_str_find((cp_str){bytes, got}, CP_STR("x.py"), 0);
    fseek(file, (long)at + 40, SEEK_SET);
    fputs("!!", file);
    fclose(file);
    assert_non_null(strstr(refused("a.zip", CP_ERR_SYNTAX), "a.zip: x.py: damaged"));
}

static void test_an_encrypted_member_is_told(void **state)
{
    (void)state;
    cp_pack_begin_secret("a.zip");
    cp_pack_add("x.py", "x = 1");
    cp_pack_end();
    assert_string_equal(refused("a.zip", CP_ERR_SYNTAX),
                        "a.zip: x.py: encrypted; unpack the archive with its password "
                        "and name the folder");
}

static void test_what_is_no_archive_is_told(void **state)
{
    static const char *const texts[] = {"", "x = 1\n", "Rar!\x1a\x07"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cp_tree_put("a.whl", texts[i]);
        assert_string_equal(refused("a.whl", CP_ERR_SYNTAX),
                            "a.whl: no archive that can be read; name a source tree, a "
                            "wheel (.whl) or an sdist (.tar.gz, .zip)");
    }
}

static void test_what_cannot_be_opened_is_told_and_nobody_waits(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_string_equal(refused("nowhere", CP_ERR_IO),
                        "nowhere: cannot open: No such file or directory; make it "
                        "readable");
    assert_string_equal(refused("pipe", CP_ERR_IO), "pipe: no file; name an archive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK(test_a_zip_and_a_tar_give_the_same),
        PACK(test_what_is_not_kept_is_there_and_empty),
        PACK(test_the_last_of_two_files_of_a_name_counts),
        PACK(test_there_is_no_top_where_a_file_lies_outside_of_it),
        PACK(test_names_that_lead_out_are_refused_wanted_or_not),
        PACK(test_links_are_not_followed),
        PACK(test_each_limit_is_named_by_who_hits_it),
        PACK(test_what_is_passed_by_counts_in_a_stream_alone),
        PACK(test_an_archive_that_is_cut_short_is_told),
        PACK(test_a_damaged_member_is_named),
        PACK(test_an_encrypted_member_is_told),
        PACK(test_what_is_no_archive_is_told),
        PACK(test_what_cannot_be_opened_is_told_and_nobody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
