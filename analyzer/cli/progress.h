/*
 * progress.h - a line that says what goes on, while it goes on for long.
 *
 * Layer: cli. Only on a terminal, and only after a while: a thread of its own writes the
 * line and takes it away again, so that what works need not know of it. Whoever prints
 * calls cp_progress_hush first.
 */
#ifndef CP_CLI_PROGRESS_H
#define CP_CLI_PROGRESS_H

#include <pthread.h>

#include "base/str.h"

/* {0} is one that says nothing, with which all of these do nothing. */
typedef struct cp_progress {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int file; /* descriptor of the terminal */
    unsigned wait_ms;
    bool running, done, shown;
    char what[96];
} cp_progress;

/*
 * Begins to wait. Nothing will be shown where `file` is no terminal that can take a line
 * back, and before `wait_ms` have gone by. Each that begins must end.
 */
void cp_progress_begin(cp_progress *progress, int file, unsigned wait_ms);

/* What is being done from now on: "validating patch 3 of 20". Longer text is cut. */
void cp_progress_say(cp_progress *progress, const char *fmt, ...) CP_PRINTF(2, 3);

/* Takes the line away, and says nothing more until there is something new to say. */
void cp_progress_hush(cp_progress *progress);

/* The same for good. */
void cp_progress_end(cp_progress *progress);

#endif
