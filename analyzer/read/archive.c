#include "read/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/archive_lib.h"

/* How much is unpacked at a time. */
enum { PIECE = 64 * 1024 };

typedef struct unpacking {
    cp_arena *arena;
    cp_str path; /* of the archive */
    const cp_archive_options *options;
    archive_lib lib;
    struct archive *handle;
    cp_archive *out;
    cp_arena scratch;
    cp_buf bytes; /* of the file at hand */
    size_t members, all_bytes;
    bool has_top; /* a file was seen, and out->top is its first folder */
    cp_err *err;
} unpacking;

static cp_status damaged(const unpacking *u, cp_str member)
{
    const char *why = u->lib.archive_error_string(u->handle);
    cp_str reason = cp_str_trim(cp_str_of(why ? why : "no reason given"));
    return cp_fail(u->err, CP_ERR_SYNTAX,
                   "%.*s: %.*s%sdamaged or cut short (%.*s); download it again",
                   CP_STR_ARGS(u->path), CP_STR_ARGS(member), member.len ? ": " : "",
                   CP_STR_ARGS(reason));
}

/* The path without empty and "." parts; false where it leads out of the archive. */
static bool clean_path(cp_arena *arena, const char *name, cp_str *path)
{
    cp_buf clean = {.arena = arena};
    cp_str rest = cp_str_of(name);
    if (cp_str_starts(rest, CP_STR("/")))
        return false;
    while (rest.len) {
        cp_str part = cp_str_next(&rest, '/');
        if (cp_str_is(part, ".."))
            return false;
        if (!part.len || cp_str_is(part, "."))
            continue;
        if (clean.len)
            cp_buf_puts(&clean, "/");
        cp_buf_add(&clean, part);
    }
    cp_buf_add(&clean, CP_STR(""));
    *path = cp_buf_str(&clean);
    return true;
}

static void note_top(unpacking *u, cp_str path)
{
    cp_str rest = path, top = cp_str_next(&rest, '/');
    if (!rest.len)
        top = (cp_str){"", 0}; /* a file that lies in no folder */
    if (!u->has_top)
        u->out->top = cp_str_copy(u->arena, top);
    else if (!cp_str_eq(u->out->top, top))
        u->out->top = (cp_str){"", 0};
    u->has_top = true;
}

/* The bytes of the member at hand, in u->bytes. */
static cp_status unpack(unpacking *u, struct archive_entry *entry, cp_str path)
{
    const cp_archive_limits *limits = &u->options->limits;
    la_int64_t size = u->lib.archive_entry_size(entry); /* as it says of itself */
    u->bytes.len = 0;
    if (size > 0 && (uint64_t)size <= limits->file_bytes)
        cp_buf_reserve(&u->bytes, (size_t)size + PIECE);
    for (;;) {
        cp_buf_reserve(&u->bytes, PIECE);
        la_ssize_t got =
            u->lib.archive_read_data(u->handle, u->bytes.ptr + u->bytes.len, PIECE);
        if (got < 0)
            return damaged(u, path);
        if (got == 0)
            break;
        u->bytes.len += (size_t)got;
        u->all_bytes += (size_t)got;
        if (u->bytes.len > limits->file_bytes)
            return cp_fail(u->err, CP_ERR_RANGE,
                           "%.*s: %.*s: larger than %zu MiB, the limit for one file; "
                           "leave it out with --exclude",
                           CP_STR_ARGS(u->path), CP_STR_ARGS(path),
                           limits->file_bytes >> 20);
        if (u->all_bytes > limits->all_bytes)
            return cp_fail(u->err, CP_ERR_RANGE,
                           "%.*s: %.*s: its sources are more than %zu MiB, the limit for "
                           "all of them; unpack it and name the folder",
                           CP_STR_ARGS(u->path), CP_STR_ARGS(path),
                           limits->all_bytes >> 20);
    }
    u->bytes.ptr[u->bytes.len] = '\0';
    return CP_OK;
}

static cp_status take_file(unpacking *u, struct archive_entry *entry, cp_str path)
{
    const cp_archive_options *options = u->options;
    const char *link = u->lib.archive_entry_hardlink(entry);
    if (link) {
        options->trouble(options->data, path,
                         "left out: a link to another file of the archive, which is not "
                         "followed");
        return CP_OK;
    }
    if (u->lib.archive_entry_is_encrypted(entry))
        return cp_fail(u->err, CP_ERR_SYNTAX,
                       "%.*s: %.*s: encrypted; unpack the archive with its password and "
                       "name the folder",
                       CP_STR_ARGS(u->path), CP_STR_ARGS(path));
    cp_status st = unpack(u, entry, path);
    if (st)
        return st;
    cp_str *text = cp_new(u->arena, cp_str, 1);
    *text = options->keep(options->data, path, cp_buf_str(&u->bytes))
                ? cp_str_copy(u->arena, cp_buf_str(&u->bytes))
                : CP_STR("");
    cp_map_put(&u->out->files, cp_str_copy(u->arena, path), text);
    return CP_OK;
}

/* What a stream holds must be unpacked also where it is not wanted. */
static cp_status check_stream(const unpacking *u, struct archive_entry *entry)
{
    bool is_stream = (u->lib.archive_format(u->handle) & ARCHIVE_FORMAT_BASE_MASK) ==
                     ARCHIVE_FORMAT_TAR;
    la_int64_t before = u->lib.archive_filter_bytes(u->handle, 0);
    /* The size is not unset in a tar, and may be anything. */
    la_int64_t size = u->lib.archive_entry_size(entry);
    la_int64_t limit = (la_int64_t)u->options->limits.all_bytes;
    if (!is_stream || (size >= 0 && size <= limit && before <= limit - size))
        return CP_OK;
    return cp_fail(
        u->err, CP_ERR_RANGE,
        "%.*s: unpacks to more than %zu MiB, the limit; unpack it and name the "
        "folder",
        CP_STR_ARGS(u->path), u->options->limits.all_bytes >> 20);
}

static cp_status take_member(unpacking *u, cp_arena *scratch, struct archive_entry *entry)
{
    cp_str path;
    const char *name = u->lib.archive_entry_pathname_utf8(entry);
    if (!name)
        name = u->lib.archive_entry_pathname(entry);
    if (++u->members > u->options->limits.members)
        return cp_fail(u->err, CP_ERR_RANGE,
                       "%.*s: more than %zu members, the limit; unpack it and name the "
                       "folder",
                       CP_STR_ARGS(u->path), u->options->limits.members);
    if (!name)
        return damaged(u, CP_STR("a member without a name"));
    if (!clean_path(scratch, name, &path))
        return cp_fail(u->err, CP_ERR_SYNTAX,
                       "%.*s: its member %s leads out of it, so nothing of it is read; "
                       "get the archive from the package's index",
                       CP_STR_ARGS(u->path), name);
    cp_status st = check_stream(u, entry);
    bool is_file = u->lib.archive_entry_filetype(entry) == AE_IFREG ||
                   u->lib.archive_entry_hardlink(entry);
    if (st || !is_file || !path.len)
        return st;
    note_top(u, path);
    bool wanted = u->options->wanted(u->options->data, path);
    return wanted ? take_file(u, entry, path) : CP_OK;
}

/* Says what is wrong with a file that no format fits. */
static cp_status no_archive(const unpacking *u, int fd)
{
    char start[4] = {0};
    bool has_start = pread(fd, start, sizeof start, 0) == sizeof start;
    if (has_start && memcmp(start, "PK\3\4", 4) == 0)
        return cp_fail(u->err, CP_ERR_SYNTAX,
                       "%.*s: cut short: the list of members at the end of the zip file "
                       "is missing; download it again",
                       CP_STR_ARGS(u->path));
    if (has_start && memcmp(start, "\x1f\x8b", 2) == 0)
        return damaged(u, (cp_str){"", 0});
    return cp_fail(u->err, CP_ERR_SYNTAX,
                   "%.*s: no archive that can be read; name a source tree, a wheel "
                   "(.whl) or an sdist (.tar.gz, .zip)",
                   CP_STR_ARGS(u->path));
}

static cp_status take_all(unpacking *u)
{
    cp_arena scratch = {0};
    cp_status st = CP_OK;
    while (!st) {
        struct archive_entry *entry = NULL;
        int got = u->lib.archive_read_next_header(u->handle, &entry);
        if (got == ARCHIVE_EOF)
            break;
        if (got == ARCHIVE_OK || got == ARCHIVE_WARN)
            st = take_member(u, &scratch, entry);
        else
            st = damaged(u, (cp_str){"", 0});
        cp_arena_dispose(&scratch);
    }
    return st;
}

/*
 * Only what is built into libarchive: without zlib it would start a gzip program, and
 * says so by ARCHIVE_WARN.
 */
static bool accept_formats(const unpacking *u)
{
    return u->lib.archive_read_support_filter_gzip(u->handle) == ARCHIVE_OK &&
           u->lib.archive_read_support_format_tar(u->handle) == ARCHIVE_OK &&
           u->lib.archive_read_support_format_zip_seekable(u->handle) == ARCHIVE_OK;
}

static cp_status read_open(unpacking *u, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return cp_fail(u->err, CP_ERR_IO, "%.*s: no file; name an archive",
                       CP_STR_ARGS(u->path));
    cp_status st;
    u->bytes.arena = &u->scratch;
    u->handle = u->lib.archive_read_new();
    if (!u->handle || !accept_formats(u))
        st = cp_fail(u->err, CP_ERR_IO, "%.*s: this libarchive cannot read zip and gzip",
                     CP_STR_ARGS(u->path));
    else if (u->lib.archive_read_open_fd(u->handle, fd, PIECE) != ARCHIVE_OK)
        st = no_archive(u, fd);
    else
        st = take_all(u);
    u->lib.archive_read_free(u->handle);
    cp_arena_dispose(&u->scratch);
    return st;
}

cp_status cp_archive_read(cp_arena *arena, cp_str path, const cp_archive_options *options,
                          cp_archive *archive, cp_err *err)
{
    unpacking u = {
        .arena = arena, .path = path, .options = options, .out = archive, .err = err};
    *archive = (cp_archive){.files.arena = arena, .top = {"", 0}};
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int fd = open(cp_str_c(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return cp_fail(err, CP_ERR_IO, "%.*s: cannot open: %s; make it readable",
                       CP_STR_ARGS(path), strerror(errno));
    cp_err missing;
    cp_status st;
    if (archive_lib_load(&u.lib, &missing))
        st = cp_fail(err, CP_ERR_IO, "%.*s: %s", CP_STR_ARGS(path), missing.msg);
    else
        st = read_open(&u, fd);
    close(fd);
    return st;
}
