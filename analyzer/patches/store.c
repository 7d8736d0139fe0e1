#include "patches/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static cp_str folder_of(cp_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return CP_STR(".");
    size_t len = slash == path ? 1 : (size_t)(slash - path);
    return cp_str_copy(arena, (cp_str){path, len});
}

static int write_all(int fd, cp_str text)
{
    size_t done = 0;
    while (done < text.len) {
        ssize_t n = write(fd, text.ptr + done, text.len - done);
        if (n < 0 && errno != EINTR)
            return -1;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static mode_t default_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* The owner first: changing it clears set-user-id bits of the mode. */
static int take_over(int fd, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return fchmod(fd, default_mode());
    if (fchown(fd, info.st_uid, info.st_gid) != 0 &&
        fchown(fd, (uid_t)-1, info.st_gid) != 0 && errno != EPERM)
        return -1;
    return fchmod(fd, info.st_mode & 07777);
}

cp_status cp_store_stage(cp_arena *arena, const char *path, cp_str text,
                         cp_staged *staged, cp_err *err)
{
    cp_str folder = folder_of(arena, path);
    char *temp = (char *)cp_str_printf(arena, "%s/.castproof-XXXXXX", folder.ptr).ptr;
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return cp_fail(err, CP_ERR_IO, "%s: cannot write in its folder: %s", path,
                       strerror(errno));
    int bad = write_all(fd, text) || take_over(fd, path) || fsync(fd);
    int why = errno;
    if (close(fd) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    if (bad) {
        unlink(temp);
        return cp_fail(err, CP_ERR_IO, "%s: cannot write: %s; the file is as it was",
                       path, strerror(why));
    }
    *staged = (cp_staged){path, temp};
    return CP_OK;
}

cp_status cp_store_commit(cp_staged *staged, cp_err *err)
{
    if (rename(staged->temp, staged->path) != 0)
        return cp_fail(err, CP_ERR_IO, "%s: cannot replace: %s; the file is as it was",
                       staged->path, strerror(errno));
    staged->temp = NULL;
    return CP_OK;
}

void cp_store_drop(cp_staged *staged, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (staged[i].temp)
            unlink(staged[i].temp);
        staged[i].temp = NULL;
    }
}
