#include "harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/progress.h"

static int master, terminal;

/* A terminal of our own, with the program's end of it in `terminal`. */
static int open_terminal(void **state)
{
    (void)state;
    begin(state);
    setenv("TERM", "xterm", 1);
    master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (master < 0 || grantpt(master) || unlockpt(master))
        return 0; /* no terminals here: the tests say so */
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    return 0;
}

static int close_terminal(void **state)
{
    close(terminal);
    close(master);
    return end(state);
}

static void need_terminal(void)
{
    if (master < 0 || terminal < 0)
        skip();
}

/* What came to the terminal until then; waits for `part`, but not for ever. */
static cp_str seen_until(const char *part)
{
    cp_buf seen = {.arena = &arena};
    for (int tries = 0; tries < 500; tries++) {
        char piece[512];
        ssize_t got = read(master, piece, sizeof piece);
        if (got > 0)
            cp_buf_add(&seen, (cp_str){piece, (size_t)got});
        if (cp_str_has(cp_buf_str(&seen), cp_str_of(part)))
            return cp_buf_str(&seen);
        usleep(10000);
    }
    fail_msg("`%s` did not come, but `%.*s`", part, CP_STR_ARGS(cp_buf_str(&seen)));
    return cp_buf_str(&seen);
}

static bool nothing_came(void)
{
    char piece[64];
    return read(master, piece, sizeof piece) <= 0;
}

static void test_line_comes_after_a_while_and_goes_at_the_end(void **state)
{
    (void)state;
    need_terminal();
    cp_progress progress;
    cp_progress_begin(&progress, terminal, 1);
    cp_progress_say(&progress, "patch %d of %d", 3, 20);
    seen_until("\r\x1b[Kcastproof: patch 3 of 20, ");
    cp_progress_end(&progress);
    cp_str rest = seen_until("\r\x1b[K");
    assert_true(cp_str_ends(rest, CP_STR("\r\x1b[K")));
}

static void test_nothing_comes_of_short_work(void **state)
{
    (void)state;
    need_terminal();
    cp_progress progress;
    cp_progress_begin(&progress, terminal, 60000);
    cp_progress_say(&progress, "short");
    cp_progress_end(&progress);
    assert_true(nothing_came());
}

static void test_hush_takes_the_line_away_and_keeps_silent(void **state)
{
    (void)state;
    need_terminal();
    cp_progress progress;
    cp_progress_begin(&progress, terminal, 1);
    cp_progress_say(&progress, "reading");
    seen_until("reading");
    cp_progress_hush(&progress);
    seen_until("\r\x1b[K");
    usleep(600000); /* of two ticks that would show it again */
    assert_true(nothing_came());
    cp_progress_say(&progress, "writing \x1b[1mb");
    seen_until("writing ?[1mb");
    cp_progress_end(&progress);
}

static void test_a_pipe_gets_nothing(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    cp_progress progress;
    cp_progress_begin(&progress, ends[1], 0);
    assert_false(progress.running);
    cp_progress_say(&progress, "reading");
    cp_progress_end(&progress);
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static void test_a_dumb_terminal_gets_nothing(void **state)
{
    (void)state;
    need_terminal();
    setenv("TERM", "dumb", 1);
    cp_progress progress;
    cp_progress_begin(&progress, terminal, 0);
    assert_false(progress.running);
    cp_progress_end(&progress);
}

#define TERMINAL_TEST(name)                                                              \
    cmocka_unit_test_setup_teardown(name, open_terminal, close_terminal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TERMINAL_TEST(test_line_comes_after_a_while_and_goes_at_the_end),
        TERMINAL_TEST(test_nothing_comes_of_short_work),
        TERMINAL_TEST(test_hush_takes_the_line_away_and_keeps_silent),
        TERMINAL_TEST(test_a_pipe_gets_nothing),
        TERMINAL_TEST(test_a_dumb_terminal_gets_nothing),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
