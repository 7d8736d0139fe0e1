#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/run.h"
#include "read/path.h"
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
    return stat(".git", &info) == 0 || stat("pyproject.toml", &info) == 0 ||
           stat("castproof.toml", &info) == 0;
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

/*
 * The folder around a named file in which its callers may be: the current one where that
 * is a project and holds it, else the project that it is part of, else its package; NULL
 * where nothing tells.
 */
static cp_str context_of(const cp_run *run, cp_str path)
{
    cp_arena *arena = run->arena;
    cp_str whole = cp_path_whole(arena, path);
    cp_str here = cp_path_whole(arena, CP_STR("."));
    if (here_is_a_root() && cp_path_below(whole, here).len < whole.len)
        return CP_STR("");
    cp_str project = cp_path_project(arena, cp_path_parent(whole));
    if (project.len)
        return cp_path_seen(arena, project);
    cp_str package = package_around(arena, cp_run_plain_path(path));
    return package.len ? package : (cp_str){NULL, 0};
}

/* Where the callers of what is in the named files may be. */
static cp_str *context_roots(const cp_run *run, size_t *count)
{
    const cp_list *paths = &run->options->paths;
    cp_str *roots = cp_new(run->arena, cp_str, paths->count + 1);
    *count = 0;
    if (run->options->roots.count) {
        *count = run->options->roots.count;
        return run->options->roots.items;
    }
    cp_map seen = {.arena = run->arena};
    for (size_t i = 0; i < paths->count; i++) {
        if (!is_file(run->arena, paths->items[i]))
            continue;
        cp_str root = context_of(run, paths->items[i]);
        if (!root.ptr || cp_map_get(&seen, root))
            continue;
        cp_map_put(&seen, root, roots);
        roots[(*count)++] = root;
    }
    return roots;
}

typedef struct place {
    cp_str whole, name;
} place;

static int by_place(const void *a, const void *b)
{
    return cp_str_cmp(((const place *)a)->whole, ((const place *)b)->whole);
}

/*
 * Adds the files of the project around those that were named. The order is that of a run
 * over the whole project, whatever is named and from where: it decides which of many
 * places a finding shows.
 */
static cp_status add_context(cp_run *run, const cp_walk_options *walk, cp_err *err)
{
    size_t root_count, found = 0, count = 0;
    run->some = run->named = true;
    cp_str *roots = context_roots(run, &root_count);
    cp_file *files = NULL;
    cp_status st = CP_OK;
    if (root_count)
        st = cp_walk_files(run->arena, roots, root_count, walk, &files, &found, err);
    if (st)
        return st;
    place *places = cp_new(run->arena, place, run->file_count + found);
    cp_map named = {.arena = run->arena};
    for (size_t i = 0; i < run->file_count; i++) {
        places[count] = (place){cp_path_whole(run->arena, run->files[i]), run->files[i]};
        cp_map_put(&named, places[count++].whole, run);
        cp_map_put(&run->reported, run->files[i], run);
    }
    for (size_t i = 0; i < found; i++) {
        cp_str whole = cp_path_whole(run->arena, files[i].path);
        if (!cp_map_get(&named, whole))
            places[count++] = (place){whole, files[i].path};
    }
    qsort(places, count, sizeof *places, by_place);
    run->files = cp_new(run->arena, cp_str, count);
    for (size_t i = 0; i < count; i++)
        run->files[i] = places[i].name;
    run->file_count = count;
    return CP_OK;
}

/* Whether the walk of the current folder would leave the file out. */
static bool is_left_out(cp_run *run, const cp_walk_options *walk, cp_str path)
{
    cp_str whole = cp_path_whole(run->arena, path);
    cp_str below = cp_path_below(whole, cp_path_whole(run->arena, CP_STR(".")));
    if (below.len < whole.len)
        return cp_walk_kind(walk, below) == 0;
    return cp_walk_matches(walk->excludes, walk->exclude_count, whole);
}

/* Takes out those that were named although they are excluded. */
static size_t leave_out(cp_run *run, const cp_walk_options *walk, cp_file *files,
                        size_t count)
{
    const cp_list *paths = &run->options->paths;
    cp_map named = {.arena = run->arena};
    for (size_t i = 0; i < paths->count; i++)
        cp_map_put(&named, paths->items[i], run);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!cp_map_get(&named, files[i].path) || !is_left_out(run, walk, files[i].path))
            files[kept++] = files[i];
    return kept;
}

/* Of the files that findings are shown of, every one that is of the shard: neighbours are
   dealt out, as what takes long often lies together. */
static void keep_shard(cp_run *run)
{
    cp_map kept = {.arena = run->arena};
    size_t at = 0;
    for (size_t i = 0; i < run->file_count; i++) {
        if (!cp_run_reports(run, run->files[i]))
            continue;
        if (at++ % run->options->shard_count == run->options->shard - 1)
            cp_map_put(&kept, run->files[i], run);
    }
    run->reported = kept;
    run->some = true;
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

cp_status cp_run_list(cp_run *run, cp_err *err)
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
    if (options->force_exclude)
        count = leave_out(run, &walk, files, count);
    run->files = list_names(run, files, count);
    run->file_count = count;
    if (count && names_a_file(run))
        st = add_context(run, &walk, err);
    if (!st && options->shard)
        keep_shard(run);
    return st;
}

cp_status cp_run_read_tree(cp_run *run, const cp_flow_rules *rules, cp_err *err)
{
    cp_status st = cp_run_list(run, err);
    if (st)
        return st;
    const cp_scanner *scanner =
        cp_scanner_new(run->arena, rules->needles, rules->needle_count);
    cp_run_own(run, rules);
    run->project = cp_project_new(run->files, run->file_count, scanner,
                                  cp_run_threads(run->options), file_trouble, run);
    return CP_OK;
}

bool cp_run_reports(const cp_run *run, cp_str path)
{
    return !run->some || cp_map_get(&run->reported, path);
}
