#include "cli/mine_store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/source.h"

/* ---- digests of files ---- */

/* Pieces of a file are of this size, but for the last one, so that it does not count how
   much the system gives at a time. */
enum { PIECE = 256 * 1024 };

typedef struct digesting {
    const char *const *paths;
    size_t count;
    cp_digest *digests;
    atomic_size_t next;
} digesting;

/* As many bytes as there are, PIECE at most; -1 and errno where it cannot be read. */
static ssize_t fill(int fd, char *piece)
{
    size_t len = 0;
    while (len < PIECE) {
        ssize_t got = read(fd, piece + len, PIECE - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

static cp_digest digest_file(const char *path, char *piece)
{
    cp_digest digest = {0};
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ? -1 : PIECE;
    while (got == PIECE) {
        got = fill(fd, piece);
        if (got >= 0)
            digest = cp_digest_add(digest, (cp_str){piece, (size_t)got});
    }
    if (fd >= 0)
        close(fd);
    return got < 0 ? cp_digest_add((cp_digest){{1, 1}}, CP_STR("unreadable")) : digest;
}

static void *work(void *data)
{
    digesting *all = data;
    cp_arena scratch = {0};
    char *piece = cp_arena_alloc_unset(&scratch, PIECE);
    for (;;) {
        size_t i = atomic_fetch_add(&all->next, 1);
        if (i >= all->count)
            break;
        all->digests[i] = digest_file(all->paths[i], piece);
    }
    cp_arena_dispose(&scratch);
    return NULL;
}

void cp_digest_files(const char *const *paths, size_t count, int threads,
                     cp_digest *digests)
{
    digesting all = {.paths = paths, .count = count, .digests = digests};
    pthread_t ids[16];
    int started = 0, wanted = threads < 16 ? threads - 1 : 15;
    while (started < wanted && pthread_create(&ids[started], NULL, work, &all) == 0)
        started++;
    work(&all); /* all of it, where no thread could be started */
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
}

/* ---- texts ---- */

static const char mark[] = "castproof-cache-1 ";

/* What stands before the text: the mark, and the digest of the text. */
static cp_str head_of(cp_arena *arena, cp_str text)
{
    cp_digest digest = cp_digest_add((cp_digest){0}, text);
    return cp_str_printf(arena, "%s%s\n", mark, cp_digest_text(arena, digest).ptr);
}

bool cp_mine_store_read(cp_arena *arena, cp_str name, cp_str *text)
{
    cp_buf bytes = {.arena = arena};
    if (cp_source_bytes(&bytes, name, NULL))
        return false;
    cp_str rest = cp_buf_str(&bytes);
    cp_str head = {rest.ptr, cp_str_next(&rest, '\n').len + 1};
    *text = rest;
    return cp_str_eq(head, head_of(arena, rest));
}

/* Makes the folders above the file. */
static bool make_folders(cp_arena *arena, cp_str name)
{
    char *path = (char *)cp_str_copy(arena, name).ptr;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!there)
            return false;
    }
    return true;
}

static bool write_all(int fd, cp_str text)
{
    while (text.len) {
        ssize_t put = write(fd, text.ptr, text.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text = cp_str_cut(text, (size_t)put, text.len);
    }
    return true;
}

bool cp_mine_store_write(cp_arena *arena, cp_str name, cp_str text)
{
    cp_str draft = cp_str_printf(arena, "%.*s.XXXXXX", CP_STR_ARGS(name));
    int fd = make_folders(arena, name) ? mkostemp((char *)draft.ptr, O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    bool done = write_all(fd, head_of(arena, text)) && write_all(fd, text);
    done = close(fd) == 0 && done;
    if (done && rename(draft.ptr, cp_str_c(arena, name)) == 0)
        return true;
    unlink(draft.ptr);
    return false;
}
