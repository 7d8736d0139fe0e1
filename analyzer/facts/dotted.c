#include "facts/dotted.h"

#include "read/path.h"

/* What holds the outermost package around a folder, else the project around it. */
static cp_str root_of(cp_arena *arena, cp_str folder)
{
    cp_str package = cp_path_package(arena, folder);
    return package.len ? package : cp_path_project(arena, folder);
}

cp_dotted_roots cp_dotted_begin(cp_arena *arena)
{
    cp_str here = cp_path_whole(arena, CP_STR("."));
    return (cp_dotted_roots){arena, root_of(arena, here), {"", 0}};
}

static cp_str without_start(cp_str path)
{
    while (cp_str_starts(path, CP_STR("./")) || cp_str_starts(path, CP_STR("../")) ||
           cp_str_starts(path, CP_STR("/")))
        path = cp_str_cut(
            path, (size_t)((char *)memchr(path.ptr, '/', path.len) - path.ptr) + 1,
            path.len);
    return path;
}

/* Looks for a root once for all files below it: each look asks the file system. */
static cp_str below_outer(cp_dotted_roots *roots, cp_str whole)
{
    cp_str below = cp_path_below(whole, roots->outer);
    if (below.len < whole.len)
        return below;
    cp_str root = root_of(roots->arena, cp_path_parent(whole));
    if (root.len)
        roots->outer = root;
    return cp_path_below(whole, root);
}

static bool leads_out(cp_str path)
{
    return cp_str_starts(path, CP_STR("/")) || cp_str_starts(path, CP_STR("../"));
}

static cp_str below_root(cp_dotted_roots *roots, cp_str path)
{
    bool out = leads_out(path);
    if (!out && !roots->around.len)
        return path;
    cp_str whole = cp_path_whole(roots->arena, path);
    cp_str below = cp_path_below(whole, roots->around);
    return below.len < whole.len || !out ? below : below_outer(roots, whole);
}

cp_str cp_dotted_of(cp_dotted_roots *roots, cp_str path)
{
    path = below_root(roots, path);
    path = without_start(path);
    if (cp_str_ends(path, CP_STR(".py")))
        path.len -= 3;
    else if (cp_str_ends(path, CP_STR(".pyi")))
        path.len -= 4;
    if (cp_str_ends(path, CP_STR("/__init__")))
        path.len -= 9;
    char *dotted = cp_new(roots->arena, char, path.len + 1);
    for (size_t i = 0; i < path.len; i++)
        dotted[i] = path.ptr[i] == '/' ? '.' : path.ptr[i];
    return (cp_str){dotted, path.len};
}

bool cp_dotted_is_package(cp_str path)
{
    return cp_str_ends(path, CP_STR("/__init__.py")) || cp_str_is(path, "__init__.py");
}
