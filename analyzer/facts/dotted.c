#include "facts/dotted.h"

#include "read/path.h"

cp_str cp_dotted_around(cp_arena *arena)
{
    cp_str here = cp_path_whole(arena, CP_STR("."));
    cp_str package = cp_path_package(arena, here);
    return package.len ? package : cp_path_project(arena, here);
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

cp_str cp_dotted_of(cp_arena *arena, cp_str path, cp_str around)
{
    if (around.len && !cp_str_starts(path, CP_STR("/")))
        path = cp_path_below(cp_path_whole(arena, path), around);
    path = without_start(path);
    if (cp_str_ends(path, CP_STR(".py")))
        path.len -= 3;
    else if (cp_str_ends(path, CP_STR(".pyi")))
        path.len -= 4;
    if (cp_str_ends(path, CP_STR("/__init__")))
        path.len -= 9;
    char *dotted = cp_new(arena, char, path.len + 1);
    for (size_t i = 0; i < path.len; i++)
        dotted[i] = path.ptr[i] == '/' ? '.' : path.ptr[i];
    return (cp_str){dotted, path.len};
}
