#include "contracts/library.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contracts/library_parts.h"
#include "contracts/mine_source.h"
#include "contracts/version.h"

/* ---- a folder ---- */

typedef struct walker {
    const cp_library *library;
    const cp_library_options *options;
} walker;

/* The path of something that the walk found, as the library has it. */
static cp_str below(const cp_library *library, cp_str path)
{
    cp_str folder = library->files.folder;
    if (!cp_str_starts(path, folder))
        return path;
    path = cp_str_cut(path, folder.len, path.len);
    while (cp_str_starts(path, CP_STR("/")))
        path = cp_str_cut(path, 1, path.len);
    return path;
}

static void walk_trouble(void *data, cp_str path, const char *why)
{
    const walker *w = data;
    w->options->trouble(w->options->data, CP_MINE_LEFT_OUT, below(w->library, path), why);
}

static bool is_package(cp_arena *arena, cp_str folder)
{
    cp_str init = cp_str_printf(arena, "%.*s/__init__.py", CP_STR_ARGS(folder));
    return access(init.ptr, R_OK) == 0;
}

/* A package that is given as "." has its name in the path above. */
static cp_str named_root(cp_arena *arena, cp_str root)
{
    while (root.len > 1 && root.ptr[root.len - 1] == '/')
        root.len--;
    bool nameless = cp_str_is(root, ".") || cp_str_ends(root, CP_STR("/.")) ||
                    cp_str_ends(root, CP_STR(".."));
    if (!nameless || !is_package(arena, root))
        return cp_str_copy(arena, root);
    char *path = realpath(cp_str_c(arena, root), NULL);
    if (path)
        root = cp_str_of(path);
    root = cp_str_copy(arena, root);
    free(path);
    return root;
}

/* The library is this package and nothing beside it. */
static void take_package(cp_arena *arena, cp_library *library, cp_str name)
{
    cp_str *top = cp_new(arena, cp_str, 1);
    *top = name;
    library->tops = top;
    library->top_count = 1;
    library->package = cp_package_name(arena, name);
}

cp_walk_options library_kinds(const cp_library_options *options)
{
    return (cp_walk_options){.excludes = options->excludes,
                             .exclude_count = options->exclude_count,
                             .kinds = CP_FILE_PYTHON | CP_FILE_NATIVE};
}

cp_status library_walk(cp_library *library, cp_arena *arena, const cp_str *roots,
                       size_t count, const cp_library_options *options, cp_err *err)
{
    walker w = {library, options};
    cp_walk_options walk = library_kinds(options);
    walk.trouble = walk_trouble;
    walk.data = &w;
    cp_files *files = &library->files;
    cp_status st =
        cp_walk_files(arena, roots, count, &walk, &files->items, &files->count, err);
    for (size_t i = 0; !st && i < files->count; i++)
        files->items[i].path = below(library, files->items[i].path);
    return st;
}

void library_set_folder(cp_library *library, cp_arena *arena, cp_str folder)
{
    library->files.folder = folder;
    library->prefix = cp_files_place(&library->files, arena, CP_STR(""));
}

static cp_status at_folder(cp_library *library, cp_arena *arena,
                           const cp_library_options *options, cp_err *err)
{
    cp_str root = named_root(arena, library->given);
    const char *slash = memrchr(root.ptr, '/', root.len);
    size_t name_at = slash ? (size_t)(slash - root.ptr) + 1 : 0;
    cp_str name = cp_str_cut(root, name_at, root.len);
    if (access(root.ptr, R_OK | X_OK) != 0)
        return cp_fail(err, CP_ERR_IO, "%s: cannot be read: %s", root.ptr,
                       strerror(errno));
    if (is_package(arena, root)) {
        size_t end = name_at > 1 ? name_at - 1 : name_at;
        library_set_folder(library, arena, cp_str_cut(root, 0, end));
        take_package(arena, library, name);
    } else {
        library_set_folder(library, arena, root);
        library_describe(arena, library, name);
    }
    return library_walk(library, arena, &root, 1, options, err);
}

cp_status cp_library_at(cp_library *library, cp_arena *arena, cp_str path,
                        const cp_library_options *options, cp_err *err)
{
    *library = (cp_library){.given = path};
    struct stat info;
    if (stat(cp_str_c(arena, path), &info) != 0)
        return cp_fail(err, CP_ERR_IO,
                       "%.*s: %s; name a source tree, a wheel (.whl) or an sdist "
                       "(.tar.gz, .zip)",
                       CP_STR_ARGS(path), strerror(errno));
    if (S_ISDIR(info.st_mode))
        return at_folder(library, arena, options, err);
    if (!S_ISREG(info.st_mode))
        return cp_fail(err, CP_ERR_IO,
                       "%.*s: neither a folder nor a file; name a source tree, a wheel "
                       "(.whl) or an sdist (.tar.gz, .zip)",
                       CP_STR_ARGS(path));
    library->packed = true;
    library->prefix = cp_str_printf(arena, "%.*s: ", CP_STR_ARGS(path));
    return CP_OK;
}

/* ---- an archive ---- */

typedef struct packer {
    cp_walk_options walk;
    const cp_library_options *options;
    const cp_scanner *words;
} packer;

static bool is_wanted(void *data, cp_str path)
{
    const packer *p = data;
    return cp_walk_kind(&p->walk, path) || library_is_metadata(path);
}

/* Most C++ files hold nothing of interest, and headers of others are many. */
static bool is_kept(void *data, cp_str path, cp_str text)
{
    const packer *p = data;
    return cp_walk_kind(&p->walk, path) != CP_FILE_NATIVE || cp_scan(p->words, text);
}

static void tell_left_out(void *data, cp_str path, const char *why)
{
    const packer *p = data;
    p->options->trouble(p->options->data, CP_MINE_LEFT_OUT, path, why);
}

int library_by_path(const void *a, const void *b)
{
    return cp_str_cmp(((const cp_file *)a)->path, ((const cp_file *)b)->path);
}

static void list_packed(cp_library *library, cp_arena *arena, const cp_walk_options *walk)
{
    cp_files *files = &library->files;
    const cp_map *map = files->packed;
    cp_str folder = cp_files_place(files, arena, CP_STR(""));
    files->items = cp_new(arena, cp_file, map->count + 1);
    for (size_t i = 0; i < map->count; i++) {
        cp_str path = map->entries[i].key;
        unsigned kind = cp_walk_kind(walk, path);
        if (kind && cp_str_starts(path, folder))
            files->items[files->count++] =
                (cp_file){cp_str_cut(path, folder.len, path.len), (cp_file_kind)kind};
    }
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, library_by_path);
}

/* "dl/pkg-1.0.tar.gz" -> "pkg-1.0" */
static cp_str stem_of(cp_str path)
{
    static const char *const ends[] = {".whl", ".zip", ".tar", ".tgz", ".tar.gz"};
    const char *slash = memrchr(path.ptr, '/', path.len);
    size_t start = slash ? (size_t)(slash - path.ptr) + 1 : 0;
    cp_str name = cp_str_cut(path, start, path.len);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (cp_str_ends(name, cp_str_of(ends[i])))
            return cp_str_cut(name, 0, name.len - strlen(ends[i]));
    return name;
}

/* An sdist has all that it holds in one folder, which is then taken as the tree. */
static void take_archive(cp_library *library, cp_arena *arena)
{
    cp_str top = library->archive.top;
    library->files.packed = &library->archive.files;
    if (!top.len || cp_str_ends(top, CP_STR(".dist-info"))) {
        library_describe(arena, library, stem_of(library->given));
    } else if (cp_map_get(&library->archive.files,
                          cp_str_printf(arena, "%.*s/__init__.py", CP_STR_ARGS(top)))) {
        take_package(arena, library, top);
    } else {
        library->files.folder = top;
        library_describe(arena, library, top);
    }
}

cp_status cp_library_open(cp_library *library, cp_arena *arena,
                          const cp_library_options *options, cp_err *err)
{
    if (!library->packed)
        return CP_OK;
    packer p = {.walk = library_kinds(options),
                .options = options,
                .words = cp_mine_native_words(arena)};
    cp_archive_options unpack = {.wanted = is_wanted,
                                 .keep = is_kept,
                                 .trouble = tell_left_out,
                                 .data = &p,
                                 .limits = CP_ARCHIVE_LIMITS};
    cp_status st =
        cp_archive_read(&library->texts, library->given, &unpack, &library->archive, err);
    if (st)
        return st;
    take_archive(library, arena);
    list_packed(library, arena, &p.walk);
    return CP_OK;
}

void cp_library_close(cp_library *library)
{
    cp_arena_dispose(&library->texts);
}
