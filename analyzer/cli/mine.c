#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/mine_cache.h"
#include "cli/run.h"
#include "contracts/mine_source.h"

/* Collects what standard error will say. */
static void tell(void *data, cp_str path, const char *message)
{
    cp_buf *troubles = data;
    if (cp_str_has(cp_str_of(message), path))
        cp_buf_printf(troubles, "castproof: %s\n", message);
    else
        cp_buf_printf(troubles, "castproof: %.*s: %s\n", CP_STR_ARGS(path), message);
}

static int threads_of(const cp_options *options)
{
    if (options->jobs > 0)
        return options->jobs;
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 16 ? 16 : (int)count;
}

static cp_status mine_tree(cp_arena *arena, const cp_options *options, cp_str root,
                           const cp_walk_options *walk, cp_mine_result *result,
                           cp_err *err)
{
    cp_mine_source source;
    cp_buf troubles = {.arena = arena};
    cp_status st = cp_mine_source_read(&source, arena, root, walk, threads_of(options),
                                       tell, &troubles, err);
    if (!st) {
        cp_mined_set set = cp_mine(arena, &source.input, threads_of(options));
        if (set.given_up)
            cp_buf_printf(&troubles,
                          "castproof: %.*s: %zu functions were too much to follow to the "
                          "end\n",
                          CP_STR_ARGS(root), set.given_up);
        result->toml = cp_mine_toml(arena, &set, source.package, source.version);
        result->troubles = cp_buf_str(&troubles);
    }
    cp_mine_source_dispose(&source);
    return st;
}

static void ignore_trouble(void *data, cp_str path, const char *why)
{
    (void)data;
    (void)path;
    (void)why;
}

/* A package that is given as "." has its name in the path above. */
static cp_str named_root(cp_arena *arena, cp_str root)
{
    bool nameless = cp_str_is(root, ".") || cp_str_ends(root, CP_STR("/.")) ||
                    cp_str_ends(root, CP_STR(".."));
    cp_str init = cp_str_printf(arena, "%.*s/__init__.py", CP_STR_ARGS(root));
    if (!nameless || access(init.ptr, R_OK) != 0)
        return root;
    char *path = realpath(cp_str_c(arena, root), NULL);
    if (path)
        root = cp_str_copy(arena, cp_str_of(path));
    free(path);
    return root;
}

static cp_status mine_one(cp_arena *arena, const cp_options *options, cp_str root,
                          cp_buf *out, cp_err *err)
{
    cp_walk_options walk = {.excludes = options->exclude.items,
                            .exclude_count = options->exclude.count,
                            .kinds = CP_FILE_PYTHON | CP_FILE_NATIVE,
                            .trouble = ignore_trouble};
    cp_mine_result result = {0};
    cp_str key = {"", 0};
    if (!options->no_cache) {
        cp_file *files = NULL;
        size_t count = 0;
        cp_status st = cp_walk_files(arena, &root, 1, &walk, &files, &count, err);
        if (st)
            return st;
        key = cp_mine_cache_key(arena, root, files, count);
    }
    if (!cp_mine_cache_get(arena, key, &result)) {
        cp_status st = mine_tree(arena, options, root, &walk, &result, err);
        if (st)
            return st;
        cp_mine_cache_put(arena, key, &result);
    }
    fprintf(stderr, "%.*s", CP_STR_ARGS(result.troubles));
    cp_buf_add(out, result.toml);
    return CP_OK;
}

int cp_command_mine(cp_arena *arena, const cp_options *options)
{
    cp_err err = {0};
    cp_buf out = {.arena = arena};
    cp_status st = CP_OK;
    if (!options->paths.count)
        st = cp_fail(&err, CP_ERR_USAGE, "mine wants a source tree");
    for (size_t i = 0; !st && i < options->paths.count; i++)
        st = mine_one(arena, options, named_root(arena, options->paths.items[i]), &out,
                      &err);
    if (!st)
        st = cp_run_write(options, cp_buf_str(&out), &err);
    return st ? cp_command_failed(&err) : 0;
}
