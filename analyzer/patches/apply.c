#include "patches/patch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patches/store.h"

/* The run of one call. */
typedef struct run {
    cp_arena *arena;
    const cp_apply_options *options;
    cp_fix **fixes;
    size_t fix_count;
    cp_err first; /* trouble */
} run;

static void report(run *r, cp_str path, const cp_err *err)
{
    if (!r->first.code)
        r->first = *err;
    if (r->options && r->options->trouble)
        r->options->trouble(r->options->data, path, err);
}

/* Whether `path`, resolved, is one of the roots or below one. */
static bool is_below_roots(const run *r, const char *path)
{
    char root[PATH_MAX];
    for (size_t i = 0; r->options && i < r->options->root_count; i++) {
        if (!realpath(cp_str_c(r->arena, r->options->roots[i]), root))
            continue;
        size_t len = strlen(root);
        if (strncmp(path, root, len) == 0 &&
            (path[len] == '/' || path[len] == '\0' || len == 1))
            return true;
    }
    return false;
}

/* The file that is to be written: `given` itself, or what it is a link to. */
static cp_status find_target(const run *r, const char *given, const char **target,
                             cp_err *err)
{
    struct stat info;
    char full[PATH_MAX];
    if (lstat(given, &info) != 0)
        return cp_fail(err, CP_ERR_USAGE, "%s: cannot stat: %s; run again", given,
                       strerror(errno));
    *target = given;
    if (S_ISLNK(info.st_mode)) {
        if (!realpath(given, full) || !is_below_roots(r, full))
            return cp_fail(err, CP_ERR_USAGE,
                           "%s: a link out of the paths given; name its target instead",
                           given);
        *target = cp_str_c(r->arena, cp_str_of(full));
    }
    if (faccessat(AT_FDCWD, *target, W_OK, AT_EACCESS) != 0)
        return cp_fail(err, CP_ERR_USAGE,
                       "%s: cannot be written: %s; nothing was changed", given,
                       strerror(errno));
    return CP_OK;
}

static cp_status check_unchanged(const cp_source *source, const char *target, cp_err *err)
{
    cp_arena scratch = {0};
    cp_source now;
    cp_status st = cp_source_read(&scratch, cp_str_of(target), &now, err);
    if (!st && !cp_str_eq(now.text, source->text))
        st =
            cp_fail(err, CP_ERR_USAGE,
                    "%.*s: changed since it was analysed; run again, nothing was changed",
                    CP_STR_ARGS(source->path));
    cp_arena_dispose(&scratch);
    return st;
}

static cp_status check(run *r, const cp_module *module, const char **target, cp_str *text,
                       cp_err *err)
{
    const cp_source *source = module->source;
    cp_status st = CP_OK;
    if (memchr(source->path.ptr, '\0', source->path.len))
        st = cp_fail(err, CP_ERR_USAGE, "a path with a NUL cannot be written");
    if (!st)
        st = find_target(r, cp_str_c(r->arena, source->path), target, err);
    if (!st)
        st = check_unchanged(source, *target, err);
    if (!st)
        st = cp_plan_apply(r->arena, module, r->fixes, r->fix_count, text, err);
    return st;
}

/* The modules of the fixes, each once. */
static size_t modules_of(const run *r, const cp_module **modules)
{
    size_t count = 0;
    for (size_t i = 0; i < r->fix_count; i++) {
        size_t k = 0;
        while (k < count && modules[k] != r->fixes[i]->module)
            k++;
        if (k == count)
            modules[count++] = r->fixes[i]->module;
    }
    return count;
}

/* Checks and stages all files; leaves none staged where one is in trouble. */
static void stage_all(run *r, const cp_module **modules, size_t count, cp_staged *staged)
{
    const char **targets = cp_new(r->arena, const char *, count + 1);
    cp_str *texts = cp_new(r->arena, cp_str, count + 1);
    for (size_t i = 0; i < count; i++) {
        cp_err err = {0};
        if (check(r, modules[i], &targets[i], &texts[i], &err))
            report(r, modules[i]->source->path, &err);
    }
    for (size_t i = 0; !r->first.code && i < count; i++) {
        cp_err err = {0};
        if (cp_store_stage(r->arena, targets[i], texts[i], &staged[i], &err))
            report(r, modules[i]->source->path, &err);
    }
}

cp_status cp_patches_apply(cp_arena *arena, const cp_patches *patches,
                           const cp_apply_options *options, size_t *written, cp_err *err)
{
    run r = {.arena = arena, .options = options, .fix_count = patches->count};
    r.fixes = cp_new(arena, cp_fix *, patches->count + 1);
    for (size_t i = 0; i < patches->count; i++)
        r.fixes[i] = (cp_fix *)patches->items[i].fix;
    const cp_module **modules = cp_new(arena, const cp_module *, patches->count + 1);
    size_t count = modules_of(&r, modules);
    cp_staged *staged = cp_new(arena, cp_staged, count + 1);
    *written = 0;
    stage_all(&r, modules, count, staged);
    for (size_t i = 0; !r.first.code && i < count; i++) {
        cp_err trouble = {0};
        if (cp_store_commit(&staged[i], &trouble))
            report(&r, modules[i]->source->path, &trouble);
        else
            ++*written;
    }
    cp_store_drop(staged, count);
    return r.first.code ? cp_fail(err, r.first.code, "%s", r.first.msg) : CP_OK;
}
