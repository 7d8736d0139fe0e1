#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parse/decls_parts.h"
#include "read/source.h"

/*
 * What goes between the processes, in the machine's own form: a request is the length of
 * a path and the path, one without a path asks to work ahead; an answer is a header, the
 * path, and the declarations or the reason why there are none.
 */
typedef struct answer_head {
    uint32_t status, path_len, count, why_len;
    uint64_t hash;
} answer_head;

static bool write_all(int to, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) {
        ssize_t done = write(to, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

static bool read_all(int from, void *bytes, size_t len)
{
    char *at = bytes;
    while (len) {
        ssize_t done = read(from, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

/* ---- in the worker ---- */

/* Its other end is gone, or sends what makes no sense: nobody waits for answers. */
static void leave(void)
{
    _exit(0);
}

void decls_tell(cp_decls *decls, cp_str path, const decls_answer *answer)
{
    answer_head head = {.status = answer->status,
                        .path_len = (uint32_t)path.len,
                        .count = (uint32_t)answer->count,
                        .why_len = answer->why ? (uint32_t)strlen(answer->why) : 0,
                        .hash = answer->hash};
    if (!write_all(decls->answers, &head, sizeof head) ||
        !write_all(decls->answers, path.ptr, path.len) ||
        !write_all(decls->answers, answer->decls, head.count * sizeof *answer->decls) ||
        !write_all(decls->answers, answer->why, head.why_len))
        leave();
    cp_map_put(&decls->known, cp_str_copy(decls->arena, path), decls);
}

static void serve_one(cp_decls *decls)
{
    uint32_t len;
    cp_arena scratch = {0};
    if (!read_all(decls->requests, &len, sizeof len) || len > CP_SOURCE_MAX)
        leave();
    char *name = cp_new(&scratch, char, (size_t)len + 1);
    if (!read_all(decls->requests, name, len))
        leave();
    cp_str path = {name, len};
    if (!len) {
        decls->options.foresee(decls->options.data, decls);
    } else if (!cp_map_get(&decls->known, path)) { /* else the answer is on its way */
        cp_source source;
        cp_err err;
        decls_answer answer = {0};
        answer.status = cp_source_read(&scratch, path, &source, &err);
        if (answer.status)
            answer.why = err.msg;
        else
            answer = decls_here(decls, &scratch, path, source.text);
        decls_tell(decls, path, &answer);
    }
    cp_arena_dispose(&scratch);
}

static bool has_request(const cp_decls *decls, int wait)
{
    struct pollfd at = {.fd = decls->requests, .events = POLLIN};
    return poll(&at, 1, wait) > 0;
}

bool decls_is_told(cp_decls *decls, cp_str path)
{
    while (has_request(decls, 0))
        serve_one(decls);
    return cp_map_get(&decls->known, path) != NULL;
}

static void work(cp_decls *decls)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    /* What is foreseen may not be needed: whoever has work at hand goes first. */
    (void)!setpriority(PRIO_PROCESS, 0, 10);
    for (;;)
        serve_one(decls);
}

/* ---- in the process that asks ---- */

void decls_start(cp_decls *decls)
{
    int requests[2], answers[2];
    if (pipe(requests))
        return;
    if (pipe(answers)) {
        close(requests[0]);
        close(requests[1]);
        return;
    }
    pid_t worker = fork();
    if (worker == 0) {
        close(requests[1]);
        close(answers[0]);
        decls->requests = requests[0];
        decls->answers = answers[1];
        work(decls);
    }
    close(requests[0]);
    close(answers[1]);
    if (worker < 0) {
        close(requests[1]);
        close(answers[0]);
        return;
    }
    decls->worker = worker;
    decls->requests = requests[1];
    decls->answers = answers[0];
}

/* The next answer, kept under its path; false where the worker is gone. */
static bool take_answer(cp_decls *decls)
{
    answer_head head;
    if (!read_all(decls->answers, &head, sizeof head))
        return false;
    decls_answer *answer = cp_new(decls->arena, decls_answer, 1);
    *answer = (decls_answer){
        .status = (cp_status)head.status, .hash = head.hash, .count = head.count};
    char *path = cp_new(decls->arena, char, (size_t)head.path_len + 1);
    char *why = cp_new(decls->arena, char, (size_t)head.why_len + 1);
    answer->decls = cp_new(decls->arena, cp_cuda_decl, (size_t)head.count + 1);
    answer->why = why;
    if (!read_all(decls->answers, path, head.path_len) ||
        !read_all(decls->answers, answer->decls, head.count * sizeof *answer->decls) ||
        !read_all(decls->answers, why, head.why_len))
        return false;
    cp_map_put(&decls->known, (cp_str){path, head.path_len}, answer);
    return true;
}

static bool send_request(cp_decls *decls, cp_str path)
{
    uint32_t len = (uint32_t)path.len;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    bool sent = write_all(decls->requests, &len, sizeof len) &&
                write_all(decls->requests, path.ptr, path.len);
    sigaction(SIGPIPE, &before, NULL);
    return sent;
}

void decls_ahead(cp_decls *decls)
{
    send_request(decls, (cp_str){"", 0}); /* if it is gone, whoever asks is told */
}

/* Whether an answer can be read without waiting. */
static bool has_answer(const cp_decls *decls)
{
    struct pollfd at = {.fd = decls->answers, .events = POLLIN};
    return poll(&at, 1, 0) > 0;
}

decls_answer decls_ask(cp_decls *decls, cp_str path)
{
    const decls_answer *answer;
    while (!(answer = cp_map_get(&decls->known, path)) && has_answer(decls))
        if (!take_answer(decls))
            break;
    if (answer)
        return *answer;
    bool asked = send_request(decls, path);
    while (asked && !(answer = cp_map_get(&decls->known, path)) && take_answer(decls))
        ;
    if (answer)
        return *answer;
    return (decls_answer){.status = CP_ERR_SYNTAX,
                          .why =
                              cp_str_printf(decls->arena,
                                            "%.*s: libclang ended while it read it, or "
                                            "what it includes",
                                            CP_STR_ARGS(path))
                                  .ptr};
}

void decls_stop(cp_decls *decls)
{
    close(decls->requests);
    close(decls->answers);
    kill(decls->worker, SIGTERM); /* it may be at something that nobody asked for */
    while (waitpid(decls->worker, NULL, 0) < 0 && errno == EINTR)
        ;
    decls->worker = 0;
}
