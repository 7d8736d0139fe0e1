#include <unistd.h>

#include "contracts/library_parts.h"
#include "contracts/own_parts.h"
#include "contracts/version.h"
#include "parse/toml.h"

static void read_table(cp_arena *arena, const cp_toml *table, cp_library *library)
{
    const cp_toml *name = cp_toml_get_kind(table, "name", CP_TOML_STRING);
    const cp_toml *version = cp_toml_get_kind(table, "version", CP_TOML_STRING);
    if (!name)
        return;
    library->package = cp_package_name(arena, name->text);
    library->version = version ? version->text : (cp_str){"", 0};
}

/* A tree that was not built says in pyproject.toml what it is called, and often its
   version. */
static void read_pyproject(cp_arena *arena, cp_str path, cp_library *library)
{
    cp_source file;
    cp_toml *root;
    if (access(path.ptr, R_OK) != 0 || cp_source_read(arena, path, &file, NULL) ||
        cp_toml_parse(arena, path, file.text, &root, NULL))
        return; /* what is wrong with it is said where its pins are read */
    const cp_toml *tool = cp_toml_get(root, "tool");
    read_table(arena, cp_toml_get(tool, "poetry"), library);
    read_table(arena, cp_toml_get(root, "project"), library);
}

/* The version that the metadata beside an installed package states. */
static void read_installed(cp_arena *arena, cp_library *library)
{
    size_t count;
    const cp_str *names = cp_files_names(&library->files, arena, &count);
    for (size_t i = 0; i < count; i++) {
        library_dist dist;
        bool info = cp_str_ends(names[i], CP_STR(".dist-info")) ||
                    cp_str_ends(names[i], CP_STR(".egg-info"));
        if (info && library_read_dist(arena, &library->files, names[i], &dist) &&
            cp_str_eq(dist.name, library->package))
            library->version = dist.version;
    }
}

void own_describe(cp_arena *arena, cp_str root, cp_library *library)
{
    const char *slash = root.len ? memrchr(root.ptr, '/', root.len) : NULL;
    size_t name_at = slash ? (size_t)(slash - root.ptr) + 1 : 0;
    cp_str name = cp_str_cut(root, name_at, root.len);
    *library = (cp_library){.given = root, .files = {.folder = root}};
    if (cp_files_have(&library->files, CP_STR("__init__.py"))) {
        cp_str *top = cp_new(arena, cp_str, 1);
        *top = name;
        library->tops = top;
        library->top_count = 1;
        library->package = cp_package_name(arena, name);
        library->files.folder = cp_str_cut(root, 0, name_at > 1 ? name_at - 1 : name_at);
        read_installed(arena, library);
    } else {
        library_describe(arena, library, name);
    }
    if (!library->version.len)
        read_pyproject(
            arena,
            cp_str_copy(arena, cp_files_place(&(cp_files){.folder = root}, arena,
                                              CP_STR("pyproject.toml"))),
            library);
}
