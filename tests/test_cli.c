#include "harness.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "read/source.h"
#include "tree.h"

/*
 * A case is a folder tests/cli/NAME: `cmd` is run by sh in an empty folder with
 * `castproof` on its PATH and a copy of fixtures/field as `field`; what it writes is
 * compared with `stdout` and `stderr` (absent: nothing), its status with `exit`. A
 * status of 77 says that the case cannot be run here.
 */
enum { SKIP = 77 };

static char *root;    /* of the source tree */
static char *program; /* the binary, as an absolute path */

static int begin_case(void **state)
{
    arena = (cp_arena){0};
    if (cp_tree_begin() || mkdir("home", 0755) || mkdir("work", 0755) ||
        mkdir("bin", 0755) || symlink(program, "bin/castproof"))
        return 1;
    (void)state;
    return 0;
}

static int end_case(void **state)
{
    (void)state;
    cp_arena_dispose(&arena);
    return cp_tree_end() || chdir(root);
}

static cp_str case_file(const char *name, const char *part)
{
    return cp_str_printf(&arena, "%s/tests/cli/%s/%s", root, name, part);
}

/* Nothing of who runs the test counts: no settings, no colours, no clock. */
static int run_case(const char *name)
{
    cp_str command = cp_str_printf(
        &arena,
        "top=$PWD; cp -R '%s/fixtures/field' work/field && cd work && "
        "exec env -i PATH=\"$top/bin:$PATH\" HOME=\"$top/home\" TMPDIR=\"$top/home\" "
        "LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1767225600 GIT_CONFIG_NOSYSTEM=1 "
        "GIT_AUTHOR_NAME=Jo GIT_AUTHOR_EMAIL=jo@example.org "
        "GIT_COMMITTER_NAME=Jo GIT_COMMITTER_EMAIL=jo@example.org "
        "GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' "
        "GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' ASAN_OPTIONS=\"$ASAN_OPTIONS\" "
        "sh '%s' > ../stdout 2> ../stderr < /dev/null",
        root, case_file(name, "cmd").ptr);
    int status = system(command.ptr);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static cp_str text_of(cp_str path)
{
    cp_source source;
    if (access(path.ptr, F_OK) != 0)
        return (cp_str){"", 0};
    assert_int_equal(cp_source_read(&arena, path, &source, NULL), CP_OK);
    return source.text;
}

static void write_wanted(cp_str path, cp_str text)
{
    if (!text.len) {
        remove(path.ptr);
        return;
    }
    FILE *file = fopen(path.ptr, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

/* Without what the sanitizers say of themselves where there is no /proc. */
static cp_str own_lines(cp_str text)
{
    cp_buf own = {.arena = &arena};
    while (text.len) {
        const char *line = text.ptr;
        cp_str words = cp_str_next(&text, '\n');
        if (!cp_str_starts(words, CP_STR("==")) ||
            !cp_str_has(words, CP_STR("WARNING: reading executable name failed")))
            cp_buf_add(&own, (cp_str){line, (size_t)(text.ptr - line)});
    }
    return cp_buf_str(&own);
}

static void compare(const char *name, const char *part)
{
    cp_str got = own_lines(text_of(cp_str_printf(&arena, "%s/%s", cp_tree_path(), part)));
    cp_str path = case_file(name, part);
    if (cp_str_has(got, cp_str_of(root)) || cp_str_has(got, cp_str_of(cp_tree_path())))
        fail_msg("%s: %s holds a path of this machine:\n%s", name, part,
                 cp_str_c(&arena, got));
    if (getenv("CP_UPDATE"))
        write_wanted(path, got);
    assert_same(got, text_of(path));
}

static void test_case(void **state)
{
    const char *name = *state;
    int status = run_case(name);
    if (status == SKIP)
        skip();
    cp_str wanted = cp_str_trim(text_of(case_file(name, "exit")));
    cp_str got = cp_str_printf(&arena, "%d", status);
    if (!cp_str_eq(got, wanted))
        fail_msg("exit status %d; on standard error:\n%s", status,
                 cp_str_c(&arena,
                          text_of(cp_str_printf(&arena, "%s/stderr", cp_tree_path()))));
    compare(name, "stdout");
    compare(name, "stderr");
}

static size_t add_cases(struct CMUnitTest *tests, size_t room, const glob_t *found)
{
    size_t count = 0;
    for (size_t i = 0; i < found->gl_pathc && count < room; i++) {
        char *path = found->gl_pathv[i];
        char *slash = strrchr(path, '/');
        *slash = '\0'; /* tests/cli/NAME/cmd -> NAME */
        char *name = strrchr(path, '/') + 1;
        tests[count++] = (struct CMUnitTest){name, test_case, begin_case, end_case, name};
    }
    return count;
}

int main(void)
{
    static struct CMUnitTest tests[512];
    const char *binary = getenv("CASTPROOF");
    root = realpath(".", NULL);
    program = binary ? realpath(binary, NULL) : NULL;
    glob_t found = {0};
    int failed = 1;
    if (!root || !program)
        fprintf(stderr, "CASTPROOF must name the program to test\n");
    else if (glob("tests/cli/*/cmd", 0, NULL, &found) != 0)
        fprintf(stderr, "no case in tests/cli\n");
    else
        failed = _cmocka_run_group_tests("cli", tests, add_cases(tests, 512, &found),
                                         NULL, NULL);
    globfree(&found);
    free(program);
    free(root);
    return failed;
}
