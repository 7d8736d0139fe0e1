#include "read/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "read/ignore.h"

typedef struct walk {
    cp_arena *arena;
    const cp_walk_options *options;
    unsigned kinds;
    cp_file *files;
    size_t count, room;
    cp_str root; /* the path given, which the paths of files begin with */
    cp_str real; /* the same without links; "" where nothing is ignored */
    cp_ignore *ignore;
    size_t ignore_from; /* where the part of a path begins that `ignore` counts from */
} walk;

typedef struct entry {
    cp_str name; /* followed by a NUL */
    bool is_folder;
} entry;

/* Other people's sources, and what tools leave behind. */
static bool is_vendored(cp_str name)
{
    static const char *const names[] = {
        "node_modules", "__pycache__", "__pypackages__", "third_party", "thirdparty",
        "3rdparty",     "vendor",      "_vendor",        "vendored",    "site-packages",
        "build",        "_build",      "dist",           "buck-out",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return cp_str_ends(name, CP_STR(".egg-info"));
}

unsigned cp_file_kind_of(cp_str name)
{
    static const char *const native[] = {".cu", ".cuh", ".c",   ".cc",  ".cpp", ".cxx",
                                         ".h",  ".hpp", ".hxx", ".inc", ".inl"};
    if (cp_str_ends(name, CP_STR(".py")) || cp_str_ends(name, CP_STR(".pyi")))
        return CP_FILE_PYTHON;
    for (size_t i = 0; i < sizeof native / sizeof *native; i++)
        if (cp_str_ends(name, cp_str_of(native[i])))
            return CP_FILE_NATIVE;
    return 0;
}

/* A glob fits a path as a whole, or from any of its folders on. */
static bool fits(const char *glob, cp_str path)
{
    if (fnmatch(glob, path.ptr, 0) == 0)
        return true;
    for (const char *at = path.ptr; (at = strchr(at, '/')) != NULL;)
        if (fnmatch(glob, ++at, 0) == 0)
            return true;
    return strncmp(glob, "**/", 3) == 0 && fits(glob + 3, path);
}

static bool is_excluded(cp_arena *arena, const cp_walk_options *options, cp_str path)
{
    for (size_t i = 0; i < options->exclude_count; i++) {
        cp_str glob = options->excludes[i];
        while (glob.len > 1 && glob.ptr[glob.len - 1] == '/')
            glob.len--;
        if (fits(cp_str_c(arena, glob), path))
            return true;
    }
    return false;
}

bool cp_walk_matches(const cp_str *globs, size_t count, cp_str path)
{
    cp_arena scratch = {0};
    cp_walk_options options = {.excludes = globs, .exclude_count = count};
    bool matches = false;
    for (size_t end = 1; !matches && end <= path.len; end++)
        if (end == path.len || path.ptr[end] == '/')
            matches = is_excluded(&scratch, &options,
                                  cp_str_copy(&scratch, cp_str_cut(path, 0, end)));
    cp_arena_dispose(&scratch);
    return matches;
}

static bool enters(const cp_walk_options *options, cp_str name)
{
    return name.ptr[0] != '.' && (options->all_folders || !is_vendored(name));
}

unsigned cp_walk_kind(const cp_walk_options *options, cp_str path)
{
    cp_arena scratch = {0};
    unsigned kind =
        cp_file_kind_of(path) & (options->kinds ? options->kinds : CP_FILE_PYTHON);
    cp_str rest = path;
    while (kind && rest.len) {
        cp_str name = cp_str_next(&rest, '/');
        cp_str so_far = cp_str_cut(path, 0, (size_t)(name.ptr - path.ptr) + name.len);
        bool left_out = (rest.len && !enters(options, name)) ||
                        is_excluded(&scratch, options, cp_str_copy(&scratch, so_far));
        kind = left_out ? 0 : kind;
    }
    cp_arena_dispose(&scratch);
    return kind;
}

static void report(const walk *w, cp_str path, const char *why)
{
    if (w->options->trouble)
        w->options->trouble(w->options->data, path.len ? path : CP_STR("."), why);
}

static void add_file(walk *w, cp_str path, unsigned kind)
{
    cp_file file = {path, (cp_file_kind)kind};
    cp_push(w->arena, w->files, w->count, w->room, file);
}

static cp_str join(cp_arena *arena, cp_str folder, cp_str name)
{
    bool bare = folder.len == 0 || folder.ptr[folder.len - 1] == '/';
    char *text = cp_new(arena, char, folder.len + name.len + 2), *out = text;
    out = cp_str_put(out, folder);
    if (!bare)
        *out++ = '/';
    out = cp_str_put(out, name);
    return (cp_str){text, (size_t)(out - text)};
}

/* What there is under a name: DT_REG, DT_DIR, or something that is left out. */
static unsigned char type_of(int folder, const struct dirent *d)
{
    struct stat info;
    if (d->d_type != DT_UNKNOWN)
        return d->d_type;
    if (fstatat(folder, d->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return S_ISDIR(info.st_mode) ? DT_DIR : S_ISREG(info.st_mode) ? DT_REG : DT_UNKNOWN;
}

/* What a folder holds, as far as it matters to the walk. */
typedef struct listing {
    entry *entries;
    size_t count, room;
    bool is_venv, has_ignore, has_git;
} listing;

static void list_one(walk *w, int folder, const struct dirent *d, listing *out)
{
    cp_str name = cp_str_of(d->d_name);
    out->is_venv |= cp_str_is(name, "pyvenv.cfg");
    out->has_ignore |= cp_str_is(name, ".gitignore");
    out->has_git |= cp_str_is(name, ".git");

    bool wanted = cp_file_kind_of(name) & w->kinds;
    if (!wanted && d->d_type != DT_DIR && d->d_type != DT_UNKNOWN)
        return;
    unsigned char type = type_of(folder, d);
    if (type == DT_DIR)
        wanted = enters(w->options, name);
    else if (type != DT_REG)
        wanted = false;
    if (!wanted)
        return;
    entry e = {cp_str_copy(w->arena, name), type == DT_DIR};
    cp_push(w->arena, out->entries, out->count, out->room, e);
}

static int list(walk *w, DIR *dir, listing *out)
{
    for (;;) {
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (!d)
            return errno;
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            list_one(w, dirfd(dir), d, out);
    }
}

/* The path of something below the root without the root. */
static cp_str below_root(const walk *w, cp_str path)
{
    cp_str rest = cp_str_cut(path, w->root.len, path.len);
    return rest.len && rest.ptr[0] == '/' ? cp_str_cut(rest, 1, rest.len) : rest;
}

static bool is_ignored(walk *w, cp_str path, const entry *e)
{
    if (!w->ignore)
        return false;
    cp_str below = below_root(w, path);
    below = cp_str_cut(below, w->ignore_from, below.len);
    return cp_ignore_has(w->ignore, below, e->name, e->is_folder);
}

static void walk_folder(walk *w, int parent, const char *name, cp_str path);

static void walk_entries(walk *w, int folder, cp_str path, const listing *found)
{
    for (size_t i = 0; i < found->count; i++) {
        const entry *e = &found->entries[i];
        cp_str at = join(w->arena, path, e->name);
        if (is_excluded(w->arena, w->options, at) || is_ignored(w, at, e))
            continue;
        if (e->is_folder)
            walk_folder(w, folder, e->name.ptr, at);
        else
            add_file(w, at, cp_file_kind_of(e->name));
    }
}

/* A folder within which other rules of git hold than outside of it. */
static void walk_repository(walk *w, int folder, cp_str path, const listing *found)
{
    cp_ignore *outer = w->ignore;
    size_t outer_from = w->ignore_from;
    cp_str below = below_root(w, path);
    cp_str real = below.len ? join(w->arena, w->real, below) : w->real;
    w->ignore = cp_ignore_open(w->arena, real);
    w->ignore_from = below.len ? below.len + 1 : 0;
    if (w->ignore && found->has_ignore)
        cp_ignore_enter(w->ignore, folder);
    walk_entries(w, folder, path, found);
    cp_ignore_close(w->ignore);
    w->ignore = outer;
    w->ignore_from = outer_from;
}

static void walk_listing(walk *w, int folder, cp_str path, const listing *found)
{
    bool is_root = path.len == w->root.len;
    if (found->is_venv && !is_root && !w->options->all_folders)
        return;
    if (w->real.len && (is_root || found->has_git)) {
        walk_repository(w, folder, path, found);
        return;
    }
    bool rules = w->ignore && found->has_ignore;
    size_t mark = rules ? cp_ignore_enter(w->ignore, folder) : 0;
    walk_entries(w, folder, path, found);
    if (rules)
        cp_ignore_leave(w->ignore, mark);
}

static void walk_folder(walk *w, int parent, const char *name, cp_str path)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        report(w, path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return;
    }
    listing found = {0};
    int trouble = list(w, dir, &found);
    if (trouble)
        report(w, path, strerror(trouble));
    walk_listing(w, dirfd(dir), path, &found);
    closedir(dir);
}

static void walk_root(walk *w, cp_str path)
{
    const char *name = path.len ? path.ptr : ".";
    char *real = w->options->all_folders ? NULL : realpath(name, NULL);
    w->root = path;
    w->real = real ? cp_str_copy(w->arena, cp_str_of(real)) : (cp_str){"", 0};
    free(real);
    walk_folder(w, AT_FDCWD, name, path);
}

static cp_status add_path(walk *w, cp_str given, cp_err *err)
{
    cp_str path = cp_str_copy(w->arena, given);
    struct stat info;
    if (strlen(path.ptr) != path.len)
        return cp_fail(err, CP_ERR_IO, "%s: a path cannot hold a NUL", path.ptr);
    if (stat(path.len ? path.ptr : ".", &info) != 0)
        return cp_fail(err, CP_ERR_IO, "%s: %s; name a file or a folder that is there",
                       path.ptr, strerror(errno));
    if (S_ISDIR(info.st_mode)) {
        walk_root(w, path);
        return CP_OK;
    }
    if (!S_ISREG(info.st_mode))
        return cp_fail(err, CP_ERR_IO,
                       "%s: neither a file nor a folder; give its text as '-'", path.ptr);
    unsigned kind = cp_file_kind_of(path);
    add_file(w, path, kind ? kind : CP_FILE_PYTHON);
    return CP_OK;
}

static int by_path(const void *a, const void *b)
{
    return cp_str_cmp(((const cp_file *)a)->path, ((const cp_file *)b)->path);
}

/* The path without what changes nothing in it: "./a//b" is "a/b". */
static cp_str plain(cp_arena *arena, cp_str path)
{
    cp_buf out = {.arena = arena};
    if (path.len && path.ptr[0] == '/')
        cp_buf_puts(&out, "/");
    while (path.len) {
        cp_str part = cp_str_next(&path, '/');
        if (part.len == 0 || cp_str_is(part, "."))
            continue;
        if (out.len && out.ptr[out.len - 1] != '/')
            cp_buf_puts(&out, "/");
        cp_buf_add(&out, part);
    }
    return cp_buf_str(&out);
}

/* Sorts the files, and leaves one of those that were reached in two ways. */
static void finish(walk *w, size_t paths)
{
    if (w->count)
        qsort(w->files, w->count, sizeof *w->files, by_path);
    if (paths < 2)
        return;
    cp_map seen = {.arena = w->arena};
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++) {
        void **slot = cp_map_slot(&seen, plain(w->arena, w->files[i].path));
        if (!*slot)
            w->files[kept++] = w->files[i];
        *slot = w;
    }
    w->count = kept;
}

cp_status cp_walk_files(cp_arena *arena, const cp_str *paths, size_t count,
                        const cp_walk_options *options, cp_file **files, size_t *found,
                        cp_err *err)
{
    walk w = {.arena = arena, .options = options};
    w.kinds = options->kinds ? options->kinds : CP_FILE_PYTHON;
    for (size_t i = 0; i < count; i++) {
        cp_status st = add_path(&w, paths[i], err);
        if (st)
            return st;
    }
    finish(&w, count);
    *files = w.files;
    *found = w.count;
    return CP_OK;
}
