#include "contracts/mine_dist.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "contracts/version.h"

static cp_str join(cp_arena *arena, cp_str folder, const char *name)
{
    return cp_str_printf(arena, "%.*s/%s", CP_STR_ARGS(folder), name);
}

/* The value of the header `key` of an e-mail like text; "" if it has none. */
static cp_str header(cp_str text, cp_str key)
{
    while (text.len) {
        cp_str line = cp_str_next(&text, '\n');
        if (!cp_str_trim(line).len)
            break; /* the description follows */
        if (cp_str_starts(line, key))
            return cp_str_trim(cp_str_cut(line, key.len, line.len));
    }
    return (cp_str){0};
}

static bool read_metadata(cp_arena *arena, cp_str path, cp_mine_source *source)
{
    cp_source file;
    cp_err err;
    if (access(path.ptr, R_OK) != 0 || cp_source_read(arena, path, &file, &err))
        return false;
    cp_str name = header(file.text, CP_STR("Name:"));
    if (!name.len)
        return false;
    source->package = cp_package_name(arena, name);
    source->version = header(file.text, CP_STR("Version:"));
    return true;
}

static void read_top_level(cp_arena *arena, cp_str path, cp_mine_source *source)
{
    cp_source file;
    cp_err err;
    if (access(path.ptr, R_OK) != 0 || cp_source_read(arena, path, &file, &err))
        return;
    cp_str *names = NULL, rest = file.text;
    size_t count = 0, room = 0;
    while (rest.len) {
        cp_str name = cp_str_trim(cp_str_next(&rest, '\n'));
        if (name.len)
            cp_push(arena, names, count, room, name);
    }
    source->input.packages = names;
    source->input.package_count = count;
}

static int by_text(const void *a, const void *b)
{
    return cp_str_cmp(*(const cp_str *)a, *(const cp_str *)b);
}

/* The names in a folder, sorted. */
static cp_str *folder_names(cp_arena *arena, cp_str folder, size_t *count)
{
    cp_str *names = NULL;
    size_t room = 0;
    *count = 0;
    DIR *dir = opendir(cp_str_c(arena, folder));
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        cp_push(arena, names, *count, room, cp_str_copy(arena, cp_str_of(entry->d_name)));
    if (dir)
        closedir(dir);
    if (*count)
        qsort(names, *count, sizeof *names, by_text);
    return names;
}

void cp_mine_root(cp_arena *arena, cp_str root, cp_mine_source *source)
{
    while (root.len > 1 && root.ptr[root.len - 1] == '/')
        root.len--;
    source->input.root = root;
    if (access(join(arena, root, "__init__.py").ptr, R_OK) == 0) {
        const char *slash = memrchr(root.ptr, '/', root.len);
        size_t cut = slash ? (size_t)(slash - root.ptr) : 0;
        cp_str *name = cp_new(arena, cp_str, 1);
        *name = slash ? cp_str_cut(root, cut + 1, root.len) : root;
        source->input.root = cp_str_cut(root, 0, cut);
        source->input.packages = name;
        source->input.package_count = 1;
        source->package = cp_package_name(arena, *name);
        return;
    }
    size_t count;
    const cp_str *names = folder_names(arena, root, &count);
    for (size_t i = 0; i < count && !source->package.len; i++) {
        bool dist = cp_str_ends(names[i], CP_STR(".dist-info"));
        if (!dist && !cp_str_ends(names[i], CP_STR(".egg-info")))
            continue;
        cp_str folder = join(arena, root, cp_str_c(arena, names[i]));
        if (read_metadata(arena, join(arena, folder, dist ? "METADATA" : "PKG-INFO"),
                          source))
            read_top_level(arena, join(arena, folder, "top_level.txt"), source);
    }
    if (!source->package.len)
        read_metadata(arena, join(arena, root, "PKG-INFO"), source);
    if (!source->package.len) {
        const char *slash = memrchr(root.ptr, '/', root.len);
        size_t cut = slash ? (size_t)(slash - root.ptr) + 1 : 0;
        source->package = cp_package_name(arena, cp_str_cut(root, cut, root.len));
    }
}
