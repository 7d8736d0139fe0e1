#include <stdlib.h>

#include <jansson.h>

#include "contracts/library_parts.h"
#include "contracts/python_env.h"
#include "contracts/version.h"

static cp_str join(cp_arena *arena, cp_str folder, const char *name)
{
    return cp_str_printf(arena, "%.*s/%s", CP_STR_ARGS(folder), name);
}

/* ---- which one ---- */

/* "Some_Lib-1.0.dist-info" may be some-lib; its metadata says. */
static bool may_be(cp_arena *arena, cp_str info, cp_str name)
{
    bool is_info =
        cp_str_ends(info, CP_STR(".dist-info")) || cp_str_ends(info, CP_STR(".egg-info"));
    cp_str begins = cp_package_name(arena, info);
    return is_info && cp_str_starts(begins, name) && begins.len > name.len;
}

/* CP_ERR_USAGE where the folder holds two versions of it. */
static cp_status find_in(cp_arena *arena, cp_str folder, cp_str name, library_dist *found,
                         cp_err *err)
{
    size_t count;
    cp_files files = {.folder = folder};
    const cp_str *names = cp_files_names(&files, arena, &count);
    for (size_t i = 0; i < count; i++) {
        library_dist dist;
        if (!may_be(arena, names[i], name) ||
            !library_read_dist(arena, &files, names[i], &dist) ||
            !cp_str_eq(dist.name, name) || !dist.version.len)
            continue;
        if (found->name.len && !cp_str_eq(found->version, dist.version))
            return cp_fail(err, CP_ERR_USAGE,
                           "%.*s: two versions are installed in %.*s: %.*s and %.*s; "
                           "reinstall the one that is meant (pip install "
                           "--force-reinstall)",
                           CP_STR_ARGS(name), CP_STR_ARGS(folder),
                           CP_STR_ARGS(found->info), CP_STR_ARGS(names[i]));
        if (!found->name.len)
            *found = dist;
    }
    return CP_OK;
}

static cp_status not_installed(cp_arena *arena, const cp_python_env *env, cp_str name,
                               cp_err *err)
{
    cp_buf places = {.arena = arena};
    if (!env->what.len && !env->count)
        return cp_fail(
            err, CP_ERR_USAGE,
            "%.*s: there is no Python environment to look for it: neither "
            "VIRTUAL_ENV nor CONDA_PREFIX names one, nor is there a .venv here "
            "or a python3 on PATH; activate one, or name the sources",
            CP_STR_ARGS(name));
    for (size_t i = 0; i < env->count; i++)
        cp_buf_printf(&places, "%s%.*s", i ? ", " : "; looked in ",
                      CP_STR_ARGS(env->folders[i]));
    return cp_fail(
        err, CP_ERR_USAGE,
        "%.*s: not installed in %.*s; activate the environment that has it%.*s",
        CP_STR_ARGS(name), CP_STR_ARGS(env->what), CP_STR_ARGS(cp_buf_str(&places)));
}

/* The first one that Python would find, and the folder that it is in. */
static cp_status find(cp_arena *arena, cp_str name, library_dist *dist, cp_str *folder,
                      cp_err *err)
{
    cp_python_env env = cp_python_env_find(arena);
    *dist = (library_dist){0};
    for (size_t i = 0; i < env.count; i++) {
        *folder = env.folders[i];
        cp_status st = find_in(arena, *folder, name, dist, err);
        if (st || dist->name.len)
            return st;
    }
    return not_installed(arena, &env, name, err);
}

/* ---- which files ---- */

/* The path in a line of RECORD, "path,hash,size", where it may stand in quotes. */
static cp_str record_path(cp_arena *arena, cp_str line)
{
    if (!cp_str_starts(line, CP_STR("\"")))
        return cp_str_next(&line, ',');
    cp_buf path = {.arena = arena};
    for (size_t i = 1; i < line.len; i++) {
        bool quote = line.ptr[i] == '"';
        if (quote && (i + 1 == line.len || line.ptr[i + 1] != '"'))
            break;
        i += quote;
        cp_buf_add(&path, cp_str_cut(line, i, i + 1));
    }
    return cp_buf_str(&path);
}

static bool stays_inside(cp_str path)
{
    if (cp_str_starts(path, CP_STR("/")))
        return false;
    while (path.len)
        if (cp_str_is(cp_str_next(&path, '/'), ".."))
            return false;
    return true;
}

static void take_record(cp_library *library, cp_arena *arena, cp_str record,
                        const cp_library_options *options)
{
    cp_walk_options walk = library_kinds(options);
    cp_files *files = &library->files;
    size_t room = 0, kept = 0;
    while (record.len) {
        cp_str path = record_path(arena, cp_str_trim(cp_str_next(&record, '\n')));
        unsigned kind = cp_walk_kind(&walk, path);
        if (!kind || !stays_inside(path) || !cp_files_have(files, path))
            continue;
        cp_file file = {cp_str_copy(arena, path), (cp_file_kind)kind};
        cp_push(arena, files->items, files->count, room, file);
    }
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, library_by_path);
    for (size_t i = 0; i < files->count; i++)
        if (!i || !cp_str_eq(files->items[i].path, files->items[kept - 1].path))
            files->items[kept++] = files->items[i];
    files->count = kept;
}

/* Without a list of files: what top_level.txt names, else what is called like it. */
static cp_status take_tops(cp_library *library, cp_arena *arena,
                           const cp_library_options *options, cp_err *err)
{
    size_t count = 0;
    cp_str *roots = cp_new(arena, cp_str, library->top_count * 2 + 2);
    cp_str guess = cp_str_copy(arena, library->package);
    for (size_t i = 0; i < guess.len; i++)
        if (guess.ptr[i] == '-')
            ((char *)guess.ptr)[i] = '_';
    size_t tops = library->top_count ? library->top_count : 1;
    for (size_t i = 0; i < tops; i++) {
        cp_str top = library->top_count ? library->tops[i] : guess;
        cp_str module = cp_str_printf(arena, "%.*s.py", CP_STR_ARGS(top));
        if (cp_files_have(&library->files, join(arena, top, "__init__.py")))
            roots[count++] = cp_files_place(&library->files, arena, top);
        if (cp_files_have(&library->files, module))
            roots[count++] = cp_files_place(&library->files, arena, module);
    }
    if (!count)
        return cp_fail(err, CP_ERR_IO,
                       "%.*s: what is installed in %.*s has no list of its files; "
                       "reinstall it, or name its source tree",
                       CP_STR_ARGS(library->package), CP_STR_ARGS(library->files.folder));
    return library_walk(library, arena, roots, count, options, err);
}

/* ---- installed as editable: its files are where it is developed ---- */

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at;
    at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* "file:///a%20b" -> "/a b"; "" for what is no file. */
static cp_str path_of_url(cp_arena *arena, cp_str url)
{
    cp_str path = cp_str_copy(arena, url);
    char *out = (char *)path.ptr;
    if (!cp_str_starts(url, CP_STR("file:///")))
        return (cp_str){"", 0};
    url = cp_str_cut(url, strlen("file://"), url.len);
    for (size_t i = 0; i < url.len; i++) {
        int high = i + 2 < url.len ? hex_digit(url.ptr[i + 1]) : -1;
        int low = high < 0 ? -1 : hex_digit(url.ptr[i + 2]);
        bool coded = url.ptr[i] == '%' && low >= 0;
        *out++ = (char)(coded ? high * 16 + low : url.ptr[i]);
        i += coded ? 2 : 0;
    }
    *out = '\0';
    return cp_str_of(path.ptr);
}

/* The folder of the project that direct_url.json names; "" for any other install. */
static cp_str project_of(cp_arena *arena, const cp_files *files, cp_str info)
{
    cp_str text = library_text(arena, files, join(arena, info, "direct_url.json"));
    json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    const char *url = json_string_value(json_object_get(root, "url"));
    bool editable =
        json_is_true(json_object_get(json_object_get(root, "dir_info"), "editable"));
    cp_str path = url && editable ? path_of_url(arena, cp_str_of(url)) : CP_STR("");
    json_decref(root);
    return path;
}

/* The folder that a .pth file of the library adds to where Python looks; else "". */
static cp_str path_entry(cp_arena *arena, const cp_files *files, cp_str record)
{
    while (record.len) {
        cp_str name = record_path(arena, cp_str_trim(cp_str_next(&record, '\n')));
        if (!cp_str_ends(name, CP_STR(".pth")) || !stays_inside(name))
            continue;
        cp_str rest = library_text(arena, files, cp_str_copy(arena, name));
        while (rest.len) {
            cp_str line = cp_str_trim(cp_str_next(&rest, '\n'));
            if (cp_str_starts(line, CP_STR("/")) &&
                cp_is_folder(line = cp_str_copy(arena, line)))
                return line;
        }
    }
    return (cp_str){"", 0};
}

/* Whether one of the library's top modules lies in the folder. */
static bool holds_tops(cp_arena *arena, const cp_library *library, cp_str folder)
{
    cp_files files = {.folder = folder};
    for (size_t i = 0; i < library->top_count; i++)
        if (cp_files_have(&files, join(arena, library->tops[i], "__init__.py")) ||
            cp_files_have(&files,
                          cp_str_printf(arena, "%.*s.py", CP_STR_ARGS(library->tops[i]))))
            return true;
    return false;
}

/* Where in the project the library's modules begin: often it is a folder "src". */
static cp_str root_in(cp_arena *arena, const cp_library *library, cp_str project)
{
    size_t count;
    cp_files files = {.folder = project};
    const cp_str *names = cp_files_names(&files, arena, &count);
    if (holds_tops(arena, library, project))
        return project;
    for (size_t i = 0; i < count; i++) {
        cp_str folder = join(arena, project, names[i].ptr);
        if (holds_tops(arena, library, folder) ||
            (!library->top_count && cp_str_is(names[i], "src")))
            return folder;
    }
    return project;
}

static cp_status take_project(cp_library *library, cp_arena *arena, cp_str project,
                              cp_str record, const cp_library_options *options,
                              cp_err *err)
{
    cp_str root = path_entry(arena, &library->files, record);
    if (!root.len)
        root = root_in(arena, library, project);
    if (!cp_is_folder(root))
        return cp_fail(err, CP_ERR_IO,
                       "%.*s: installed as editable from %.*s, which cannot be read; "
                       "install it again, or name its source tree",
                       CP_STR_ARGS(library->package), CP_STR_ARGS(project));
    library_set_folder(library, arena, root);
    return library_walk(library, arena, &root, 1, options, err);
}

static bool is_name(cp_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && (!c || !strchr("-_.", c)))
            return false;
    }
    return name.len > 0;
}

cp_status cp_library_installed(cp_library *library, cp_arena *arena, cp_str name,
                               const cp_library_options *options, cp_err *err)
{
    library_dist dist;
    cp_str folder = {"", 0};
    *library = (cp_library){.given = name};
    if (!is_name(name))
        return cp_fail(err, CP_ERR_USAGE,
                       "--package wants the name of an installed package, such as "
                       "flashinfer-python, not '%.*s'",
                       CP_STR_ARGS(name));
    cp_status st = find(arena, cp_package_name(arena, name), &dist, &folder, err);
    if (st)
        return st;
    library->package = dist.name;
    library->version = dist.version;
    library_set_folder(library, arena, folder);
    library_take_tops(arena, &library->files, dist.info, library);
    cp_str record =
        library_text(arena, &library->files, join(arena, dist.info, "RECORD"));
    cp_str project = project_of(arena, &library->files, dist.info);
    if (project.len)
        return take_project(library, arena, project, record, options, err);
    if (!record.len)
        return take_tops(library, arena, options, err);
    take_record(library, arena, record, options);
    return CP_OK;
}
