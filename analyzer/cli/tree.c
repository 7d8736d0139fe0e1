#include <sys/stat.h>
#include <unistd.h>

#include "cli/run.h"
#include "read/walk.h"

static void walk_trouble(void *data, cp_str path, const char *why)
{
    cp_run_trouble(data, path, why);
}

static void file_trouble(void *data, cp_str path, const cp_err *err)
{
    cp_run_trouble(data, path, err->msg);
}

int cp_run_threads(const cp_options *options)
{
    if (options->jobs)
        return options->jobs;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 16 ? 16 : (int)online;
}

static bool is_file(cp_arena *arena, cp_str path)
{
    struct stat info;
    return stat(cp_str_c(arena, path), &info) == 0 && S_ISREG(info.st_mode);
}

static bool names_a_file(const cp_run *run)
{
    for (size_t i = 0; i < run->options->paths.count; i++)
        if (is_file(run->arena, run->options->paths.items[i]))
            return true;
    return false;
}

static bool here_is_a_root(void)
{
    struct stat info;
    return stat(".git", &info) == 0 || stat("pyproject.toml", &info) == 0;
}

cp_str cp_run_plain_path(cp_str path)
{
    while (cp_str_starts(path, CP_STR("./")))
        path = cp_str_cut(path, 2, path.len);
    return path;
}

/* The outermost folder around the file that is a package; "" where there is none. */
static cp_str package_around(cp_arena *arena, cp_str path)
{
    for (size_t i = 1; i < path.len; i++) {
        if (path.ptr[i] != '/')
            continue;
        cp_str folder = cp_str_cut(path, 0, i);
        if (is_file(arena, cp_str_printf(arena, "%.*s/__init__.py", CP_STR_ARGS(folder))))
            return folder;
    }
    return CP_STR("");
}

/* Where the callers of what is in the named files may be. */
static cp_str *context_roots(const cp_run *run, size_t *count)
{
    const cp_list *paths = &run->options->paths;
    cp_str *roots = cp_new(run->arena, cp_str, paths->count + 1);
    *count = 0;
    if (here_is_a_root()) {
        roots[(*count)++] = CP_STR("");
        return roots;
    }
    cp_map seen = {.arena = run->arena};
    for (size_t i = 0; i < paths->count; i++) {
        cp_str path = cp_run_plain_path(paths->items[i]);
        if (!is_file(run->arena, path))
            continue;
        cp_str package = package_around(run->arena, path);
        if (!package.len || cp_map_get(&seen, package))
            continue;
        cp_map_put(&seen, package, roots);
        roots[(*count)++] = package;
    }
    return roots;
}

/* The files of the project around those that were named, these taken out. */
static cp_status add_context(cp_run *run, const cp_walk_options *walk, cp_str **names,
                             size_t *count, cp_err *err)
{
    size_t root_count, found = 0, room = *count;
    cp_str *roots = context_roots(run, &root_count);
    cp_file *files = NULL;
    cp_map named = {.arena = run->arena};
    if (!root_count)
        return CP_OK;
    for (size_t i = 0; i < *count; i++) {
        cp_map_put(&named, cp_run_plain_path((*names)[i]), run);
        cp_map_put(&run->reported, (*names)[i], run);
    }
    cp_status st =
        cp_walk_files(run->arena, roots, root_count, walk, &files, &found, err);
    for (size_t i = 0; !st && i < found; i++)
        if (!cp_map_get(&named, files[i].path))
            cp_push(run->arena, *names, *count, room, files[i].path);
    return st;
}

/* The names of all files; those of C++ are noted for whoever asks. */
static cp_str *list_names(cp_run *run, const cp_file *files, size_t count)
{
    cp_str *names = cp_new(run->arena, cp_str, count + 1);
    size_t room = 0;
    for (size_t i = 0; i < count; i++) {
        names[i] = files[i].path;
        if (files[i].kind == CP_FILE_NATIVE)
            cp_push(run->arena, run->natives, run->native_count, room, files[i].path);
    }
    return names;
}

cp_status cp_run_read_tree(cp_run *run, const cp_flow_rules *rules, cp_err *err)
{
    const cp_options *options = run->options;
    cp_str here = CP_STR(".");
    const cp_str *paths = options->paths.count ? options->paths.items : &here;
    size_t path_count = options->paths.count ? options->paths.count : 1;
    cp_walk_options walk = {.kinds = CP_FILE_PYTHON | CP_FILE_NATIVE,
                            .excludes = options->exclude.items,
                            .exclude_count = options->exclude.count,
                            .trouble = walk_trouble,
                            .data = run};
    cp_file *files = NULL;
    size_t count = 0;
    cp_status st =
        cp_walk_files(run->arena, paths, path_count, &walk, &files, &count, err);
    if (st)
        return st;
    cp_str *names = list_names(run, files, count);
    if (names_a_file(run))
        st = add_context(run, &walk, &names, &count, err);
    if (st)
        return st;
    const cp_scanner *scanner =
        cp_scanner_new(run->arena, rules->needles, rules->needle_count);
    run->files = names;
    run->file_count = count;
    cp_run_own(run, rules);
    run->project =
        cp_project_new(names, count, scanner, cp_run_threads(options), file_trouble, run);
    return CP_OK;
}

bool cp_run_reports(const cp_run *run, cp_str path)
{
    return !run->reported.count || cp_map_get(&run->reported, path);
}
