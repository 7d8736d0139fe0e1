#include "read/path.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

cp_str cp_path_plain(cp_arena *arena, cp_str path)
{
    bool absolute = cp_str_starts(path, CP_STR("/"));
    char *out = cp_new(arena, char, path.len + 2);
    size_t n = 0, floor = absolute;
    if (absolute)
        out[n++] = '/';
    for (cp_str rest = path; rest.len;) {
        cp_str part = cp_str_next(&rest, '/');
        if (!part.len || cp_str_is(part, "."))
            continue;
        if (cp_str_is(part, "..") && n > floor) {
            while (n > floor && out[n - 1] != '/')
                n--;
            n -= n > floor;
            continue;
        }
        if (cp_str_is(part, "..") && absolute)
            continue;
        if (n && out[n - 1] != '/')
            out[n++] = '/';
        n = (size_t)(cp_str_put(out + n, part) - out);
        if (cp_str_is(part, ".."))
            floor = n;
    }
    return (cp_str){out, n};
}

cp_str cp_path_parent(cp_str path)
{
    size_t n = path.len;
    while (n > 0 && path.ptr[n - 1] != '/')
        n--;
    return cp_str_cut(path, 0, n > 1 ? n - 1 : n);
}

cp_str cp_path_name(cp_str path)
{
    const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
    return slash ? cp_str_cut(path, (size_t)(slash - path.ptr) + 1, path.len) : path;
}

cp_str cp_path_unslashed(cp_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

cp_str cp_path_whole(cp_arena *arena, cp_str path)
{
    char *here = cp_str_starts(path, CP_STR("/")) ? NULL : getcwd(NULL, 0);
    if (here)
        path = cp_str_printf(arena, "%s/%.*s", here, CP_STR_ARGS(path));
    free(here);
    return cp_path_plain(arena, path);
}

bool cp_path_has(cp_arena *arena, cp_str folder, const char *name)
{
    struct stat info;
    const char *slash = folder.len && !cp_str_ends(folder, CP_STR("/")) ? "/" : "";
    cp_str path = cp_str_printf(arena, "%.*s%s%s", CP_STR_ARGS(folder), slash, name);
    return stat(path.ptr, &info) == 0;
}

static bool has_project(cp_arena *arena, cp_str folder)
{
    static const char *const files[] = {"pyproject.toml", "castproof.toml", "setup.py",
                                        "setup.cfg"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (cp_path_has(arena, folder, files[i]))
            return true;
    return false;
}

cp_str cp_path_project(cp_arena *arena, cp_str folder)
{
    cp_str project = {"", 0};
    for (cp_str at = folder, last = {"", 0}; !cp_str_eq(at, last);
         last = at, at = cp_path_parent(at)) {
        if (cp_path_has(arena, at, ".git"))
            return at;
        if (has_project(arena, at))
            project = at;
    }
    return project;
}

cp_str cp_path_package(cp_arena *arena, cp_str folder)
{
    cp_str package = {"", 0};
    for (cp_str at = folder, last = {"", 0}; !cp_str_eq(at, last);
         last = at, at = cp_path_parent(at)) {
        if (cp_path_has(arena, at, "__init__.py"))
            package = cp_path_parent(at);
        if (cp_path_has(arena, at, ".git"))
            break;
    }
    return package;
}

cp_str cp_path_root(cp_arena *arena, cp_str folder)
{
    cp_str project = cp_path_project(arena, folder);
    return project.len ? project : cp_path_package(arena, folder);
}

cp_str cp_path_below(cp_str path, cp_str folder)
{
    size_t len = folder.len;
    if (!len || !cp_str_starts(path, folder) || path.len <= len)
        return path;
    if (folder.ptr[len - 1] == '/')
        return cp_str_cut(path, len, path.len);
    return path.ptr[len] == '/' ? cp_str_cut(path, len + 1, path.len) : path;
}

cp_str cp_path_seen(cp_arena *arena, cp_str whole)
{
    cp_str here = cp_path_whole(arena, CP_STR("."));
    cp_buf up = {.arena = arena};
    for (cp_str at = here; !cp_str_is(at, "/"); at = cp_path_parent(at)) {
        cp_str below = cp_path_below(whole, at);
        if (cp_str_eq(whole, at) || below.len < whole.len) {
            if (!cp_str_eq(whole, at))
                cp_buf_add(&up, below);
            return cp_path_plain(arena, cp_buf_str(&up));
        }
        cp_buf_puts(&up, "../");
    }
    return whole;
}

/* Without /proc, as in a chroot, what the program was started by is all there is. */
cp_str cp_path_program(cp_arena *arena)
{
    const char *started = (const char *)getauxval(AT_EXECFN); // NOLINT: an address
    char *found = realpath("/proc/self/exe", NULL);
    if (!found && started)
        found = realpath(started, NULL);
    cp_str path = found ? cp_str_copy(arena, cp_str_of(found)) : CP_STR("");
    free(found);
    return path;
}
