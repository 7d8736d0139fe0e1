#include "contracts/library_parts.h"
#include "contracts/version.h"

static cp_str join(cp_arena *arena, cp_str folder, const char *name)
{
    return cp_str_printf(arena, "%.*s%s%s", CP_STR_ARGS(folder), folder.len ? "/" : "",
                         name);
}

bool library_is_metadata(cp_str path)
{
    const char *slash = memrchr(path.ptr, '/', path.len);
    size_t start = slash ? (size_t)(slash - path.ptr) + 1 : 0;
    cp_str name = cp_str_cut(path, start, path.len);
    return cp_str_is(name, "METADATA") || cp_str_is(name, "PKG-INFO") ||
           cp_str_is(name, "top_level.txt");
}

cp_str library_text(cp_arena *arena, const cp_files *files, cp_str path)
{
    cp_buf bytes = {.arena = arena};
    cp_str text;
    if (!cp_files_have(files, path) || cp_files_read(files, path, &bytes, &text, NULL))
        return (cp_str){"", 0};
    return text;
}

/* The value of the header `key` of an e-mail like text; "" if it has none. */
static cp_str header(cp_str text, cp_str key)
{
    while (text.len) {
        cp_str line = cp_str_next(&text, '\n');
        if (!cp_str_trim(line).len)
            break; /* the description follows */
        if (cp_str_starts_nocase(line, key))
            return cp_str_trim(cp_str_cut(line, key.len, line.len));
    }
    return (cp_str){"", 0};
}

bool library_read_dist(cp_arena *arena, const cp_files *files, cp_str info,
                       library_dist *dist)
{
    const char *name = cp_str_ends(info, CP_STR(".dist-info")) ? "METADATA" : "PKG-INFO";
    cp_str text = library_text(arena, files, join(arena, info, name));
    *dist = (library_dist){.info = info, .version = header(text, CP_STR("Version:"))};
    dist->name = cp_package_name(arena, header(text, CP_STR("Name:")));
    return dist->name.len > 0;
}

void library_take_tops(cp_arena *arena, const cp_files *files, cp_str info,
                       cp_library *library)
{
    cp_str *names = NULL;
    cp_str rest = library_text(arena, files, join(arena, info, "top_level.txt"));
    size_t count = 0, room = 0;
    while (rest.len) {
        cp_str name = cp_str_trim(cp_str_next(&rest, '\n'));
        if (name.len)
            cp_push(arena, names, count, room, name);
    }
    library->tops = names;
    library->top_count = count;
}

void library_describe(cp_arena *arena, cp_library *library, cp_str name)
{
    size_t count;
    library_dist dist = {0};
    const cp_files *files = &library->files;
    const cp_str *names = cp_files_names(files, arena, &count);
    for (size_t i = 0; i < count && !dist.name.len; i++) {
        bool info = cp_str_ends(names[i], CP_STR(".dist-info")) ||
                    cp_str_ends(names[i], CP_STR(".egg-info"));
        if (info && library_read_dist(arena, files, names[i], &dist))
            library_take_tops(arena, files, names[i], library);
    }
    if (!dist.name.len)
        library_read_dist(arena, files, CP_STR(""), &dist);
    library->package = dist.name.len ? dist.name : cp_package_name(arena, name);
    library->version = dist.version;
}
