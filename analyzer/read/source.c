#include "read/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void find_lines(cp_arena *arena, cp_source *source)
{
    cp_str text = source->text;
    size_t room = text.len / 32 + 16, count = 0;
    uint32_t *starts = cp_new(arena, uint32_t, room);
    starts[count++] = 0;
    const char *at = text.ptr, *end = text.ptr + text.len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        cp_push(arena, starts, count, room, (uint32_t)(at - text.ptr));
    }
    if (count > 1 && starts[count - 1] == text.len)
        count--; /* the last line break ends a line and begins none */
    source->line_starts = starts;
    source->line_count = (uint32_t)count;
}

cp_source cp_source_of(cp_arena *arena, cp_str path, cp_str text)
{
    cp_source source = {.path = path, .text = text};
    find_lines(arena, &source);
    return source;
}

static cp_status read_all(int fd, char *to, size_t size, cp_str path, size_t *got,
                          cp_err *err)
{
    *got = 0;
    while (*got < size) {
        ssize_t n = read(fd, to + *got, size - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cp_fail(err, CP_ERR_IO, "%.*s: cannot read: %s", CP_STR_ARGS(path),
                           strerror(errno));
        if (n == 0)
            break; /* the file became shorter meanwhile */
        *got += (size_t)n;
    }
    return CP_OK;
}

static cp_status measure(int fd, const char *path, size_t *size, cp_err *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return cp_fail(err, CP_ERR_IO, "%s: cannot stat: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return cp_fail(err, CP_ERR_IO, "%s: not a regular file", path);
    *size = (size_t)info.st_size;
    return CP_OK;
}

cp_status cp_source_open(const char *path, int *fd, size_t *size, cp_err *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return cp_fail(err, CP_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
    cp_status st = measure(*fd, path, size, err);
    if (st)
        close(*fd);
    return st;
}

static cp_status read_open(int fd, size_t size, cp_buf *into, cp_str path, cp_err *err)
{
    if (size > CP_SOURCE_MAX)
        return cp_fail(err, CP_ERR_RANGE, "%.*s: larger than %zu MiB; exclude it",
                       CP_STR_ARGS(path), CP_SOURCE_MAX >> 20);
    into->len = 0;
    cp_buf_reserve(into, size);
    cp_status st = read_all(fd, into->ptr, size, path, &into->len, err);
    into->ptr[into->len] = '\0';
    return st;
}

cp_status cp_source_bytes(cp_buf *into, cp_str path, cp_err *err)
{
    int fd;
    size_t size = 0;
    into->len = 0;
    cp_buf_add(into, path); /* as a C string */
    cp_status st = cp_source_open(into->ptr, &fd, &size, err);
    if (st)
        return st;
    st = read_open(fd, size, into, path, err);
    close(fd);
    return st;
}

cp_status cp_source_read(cp_arena *arena, cp_str path, cp_source *source, cp_err *err)
{
    cp_arena scratch = {0};
    cp_buf bytes = {.arena = &scratch};
    cp_status st = cp_source_bytes(&bytes, path, err);
    if (!st)
        *source = cp_source_of(arena, path, cp_str_copy(arena, cp_buf_str(&bytes)));
    cp_arena_dispose(&scratch);
    return st;
}

uint32_t cp_source_line(const cp_source *source, size_t offset)
{
    uint32_t low = 0, high = source->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

void cp_source_position(const cp_source *source, size_t offset, uint32_t *line,
                        uint32_t *column)
{
    if (offset > source->text.len)
        offset = source->text.len;
    *line = cp_source_line(source, offset);
    *column = (uint32_t)(offset - source->line_starts[*line - 1]) + 1;
}

cp_str cp_source_line_text(const cp_source *source, uint32_t line)
{
    if (line == 0 || line > source->line_count)
        return (cp_str){"", 0};
    size_t start = source->line_starts[line - 1];
    size_t end = line < source->line_count ? source->line_starts[line] : source->text.len;
    cp_str text = cp_str_cut(source->text, start, end);
    if (text.len && text.ptr[text.len - 1] == '\n')
        text.len--;
    if (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    return text;
}

cp_str cp_source_line_break(const cp_source *source)
{
    const char *text = source->text.ptr;
    const char *at = source->text.len ? memchr(text, '\n', source->text.len) : NULL;
    return at && at > text && at[-1] == '\r' ? CP_STR("\r\n") : CP_STR("\n");
}
