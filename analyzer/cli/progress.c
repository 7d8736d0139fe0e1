#include "cli/progress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 250 };

/* Straight to the terminal: what the program itself prints has locks of its own. */
static void put(const cp_progress *progress, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t done = write(progress->file, text, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        text += done;
        len -= (size_t)done;
    }
}

static void take_away(cp_progress *progress)
{
    static const char erase[] = "\r\x1b[K";
    if (progress->shown)
        put(progress, erase, sizeof erase - 1);
    progress->shown = false;
}

static void show(cp_progress *progress, time_t since)
{
    char line[160];
    long seconds = (long)(time(NULL) - since);
    int len = snprintf(line, sizeof line, "\r\x1b[Kcastproof: %s, %ld s\r",
                       progress->what, seconds);
    put(progress, line, (size_t)len);
    progress->shown = true;
}

static struct timespec after_ms(unsigned ms)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

static void *work(void *data)
{
    cp_progress *progress = data;
    time_t since = time(NULL);
    struct timespec next = after_ms(progress->wait_ms);
    pthread_mutex_lock(&progress->lock);
    while (!progress->done) {
        if (pthread_cond_timedwait(&progress->wake, &progress->lock, &next) != ETIMEDOUT)
            continue;
        if (progress->what[0])
            show(progress, since);
        next = after_ms(TICK_MS);
    }
    take_away(progress);
    pthread_mutex_unlock(&progress->lock);
    return NULL;
}

void cp_progress_begin(cp_progress *progress, int file, unsigned wait_ms)
{
    const char *term = getenv("TERM");
    *progress = (cp_progress){.file = file, .wait_ms = wait_ms};
    if (!isatty(file) || !term || strcmp(term, "dumb") == 0)
        return;
    pthread_mutex_init(&progress->lock, NULL);
    pthread_cond_init(&progress->wake, NULL);
    progress->running = pthread_create(&progress->thread, NULL, work, progress) == 0;
}

void cp_progress_say(cp_progress *progress, const char *fmt, ...)
{
    if (!progress || !progress->running)
        return;
    pthread_mutex_lock(&progress->lock);
    va_list args;
    va_start(args, fmt);
    vsnprintf(progress->what, sizeof progress->what, fmt, args);
    va_end(args);
    for (char *c = progress->what; *c; c++) /* a name of a file may hold anything */
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '?';
    pthread_mutex_unlock(&progress->lock);
}

void cp_progress_hush(cp_progress *progress)
{
    if (!progress || !progress->running)
        return;
    pthread_mutex_lock(&progress->lock);
    take_away(progress);
    progress->what[0] = '\0';
    pthread_mutex_unlock(&progress->lock);
}

void cp_progress_end(cp_progress *progress)
{
    if (!progress || !progress->running)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->done = true;
    pthread_cond_signal(&progress->wake);
    pthread_mutex_unlock(&progress->lock);
    pthread_join(progress->thread, NULL);
    pthread_cond_destroy(&progress->wake);
    pthread_mutex_destroy(&progress->lock);
    progress->running = false;
}
