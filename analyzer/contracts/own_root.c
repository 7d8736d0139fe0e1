#include <stdlib.h>
#include <sys/stat.h>

#include "contracts/own.h"
#include "read/path.h"

/* Folders above a path that are looked at. */
enum { LEVELS_MAX = 32 };

static bool exists(cp_arena *arena, cp_str folder, const char *name)
{
    struct stat info;
    cp_str path = folder.len ? cp_str_printf(arena, "%.*s/%s", CP_STR_ARGS(folder), name)
                             : cp_str_of(name);
    return stat(path.ptr, &info) == 0;
}

static bool is_folder(cp_arena *arena, cp_str path)
{
    struct stat info;
    return !path.len ||
           (stat(cp_str_c(arena, path), &info) == 0 && S_ISDIR(info.st_mode));
}

static bool is_project(cp_arena *arena, cp_str folder)
{
    static const char *const marks[] = {".git", "pyproject.toml", "setup.py", "setup.cfg",
                                        "PKG-INFO"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (exists(arena, folder, marks[i]))
            return true;
    return false;
}

static bool is_up(cp_str path)
{
    return cp_str_is(path, "..") || cp_str_ends(path, CP_STR("/.."));
}

/* The folder around a path, in the words that the path is written in. */
static cp_str around(cp_arena *arena, cp_str path)
{
    if (is_up(path))
        return cp_str_printf(arena, "%.*s/..", CP_STR_ARGS(path));
    if (!path.len || cp_str_is(path, "."))
        return CP_STR("..");
    const char *slash = memrchr(path.ptr, '/', path.len);
    if (!slash)
        return CP_STR("");
    return cp_str_cut(path, 0, slash == path.ptr ? 1 : (size_t)(slash - path.ptr));
}

/* A package that is written as "." has its name in the path above. */
static cp_str named(cp_arena *arena, cp_str package)
{
    if (package.len && !cp_str_is(package, ".") && !is_up(package))
        return package;
    char *path = realpath(package.len ? cp_str_c(arena, package) : ".", NULL);
    if (path)
        package = cp_str_copy(arena, cp_str_of(path));
    free(path);
    return package;
}

cp_str cp_own_root(cp_arena *arena, cp_str path)
{
    cp_str folder = cp_path_unslashed(path), package = {0};
    if (!is_folder(arena, folder))
        folder = around(arena, folder);
    cp_str given = folder;
    bool in_package = true;
    for (int level = 0; level < LEVELS_MAX; level++) {
        if (is_project(arena, folder))
            return folder;
        in_package = in_package && exists(arena, folder, "__init__.py");
        if (in_package)
            package = folder;
        cp_str outer = around(arena, folder);
        if (cp_str_eq(outer, folder))
            break; /* the root of the file system */
        folder = outer;
    }
    return package.ptr ? named(arena, package) : given;
}

/* The path of a file without the folder, which is around it in whatever words. */
static cp_str beyond(cp_arena *arena, cp_str path, cp_str folder)
{
    cp_str start = cp_str_printf(arena, "%.*s/", CP_STR_ARGS(folder));
    if (folder.len && cp_str_starts(path, start))
        return cp_str_cut(path, start.len, path.len);
    if (!folder.len && path.ptr[0] != '/' && path.ptr[0] != '.')
        return path;
    char *whole = realpath(cp_str_c(arena, path), NULL);
    char *front = realpath(folder.len ? cp_str_c(arena, folder) : ".", NULL);
    size_t len = front ? strlen(front) : 0;
    cp_str rest = {"", 0};
    if (whole && front && strncmp(whole, front, len) == 0 && whole[len] == '/')
        rest = cp_str_copy(arena, cp_str_of(whole + len + 1));
    free(whole);
    free(front);
    return rest;
}

cp_str cp_own_module_name(cp_arena *arena, cp_str path)
{
    cp_str folder = around(arena, path), outermost = {NULL, 0};
    for (int level = 0; level < LEVELS_MAX; level++) {
        if (exists(arena, folder, "__init__.py"))
            outermost = folder; /* those between need not have one */
        if (is_project(arena, folder))
            break;
        folder = around(arena, folder);
    }
    if (!outermost.ptr)
        return (cp_str){"", 0};
    cp_str rest = beyond(arena, path, around(arena, outermost));
    if (cp_str_ends(rest, CP_STR(".py")))
        rest.len -= 3;
    if (cp_str_ends(rest, CP_STR("/__init__")))
        rest.len -= 9;
    char *dotted = cp_new(arena, char, rest.len + 1);
    for (size_t i = 0; i < rest.len; i++)
        dotted[i] = rest.ptr[i] == '/' ? '.' : rest.ptr[i];
    return (cp_str){dotted, rest.len};
}
