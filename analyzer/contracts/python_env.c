#include "contracts/python_env.h"

#include <stdlib.h>

#include "base/map.h"
#include "contracts/python_prefix.h"
#include "read/files.h"

typedef struct search {
    cp_arena *arena;
    cp_python_env *env;
    size_t room;
    cp_map seen;
} search;

/* False where it is no folder, or is there already. `path` ends with a NUL. */
static bool add_folder(search *s, cp_str path)
{
    char *real = path.len && cp_is_folder(path) ? realpath(path.ptr, NULL) : NULL;
    if (!real)
        return false;
    void **slot = cp_map_slot(&s->seen, cp_str_copy(s->arena, cp_str_of(real)));
    free(real);
    if (*slot) /* lib64 is often a link to lib */
        return false;
    *slot = s;
    cp_push(s->arena, s->env->folders, s->env->count, s->room, path);
    return true;
}

/* The lines of a .pth file that are paths: others are code, which is not run. */
static void add_paths_of(search *s, cp_str folder, cp_str name)
{
    cp_files files = {.folder = folder};
    cp_buf bytes = {.arena = s->arena};
    cp_str rest;
    if (cp_files_read(&files, name, &bytes, &rest, NULL))
        return;
    while (rest.len) {
        cp_str line = cp_str_trim(cp_str_next(&rest, '\n'));
        bool code = cp_str_starts(line, CP_STR("import ")) ||
                    cp_str_starts(line, CP_STR("import\t"));
        if (!line.len || line.ptr[0] == '#' || code)
            continue;
        add_folder(s, line.ptr[0] == '/' ? cp_str_copy(s->arena, line)
                                         : cp_files_place(&files, s->arena, line));
    }
}

static void add_site(search *s, cp_str path)
{
    if (!add_folder(s, path))
        return;
    size_t count;
    cp_files files = {.folder = path};
    const cp_str *names = cp_files_names(&files, s->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (cp_str_ends(names[i], CP_STR(".pth")))
            add_paths_of(s, path, names[i]);
}

/* The folders "python3.11" in a library folder, or the one that `version` names. */
static cp_str *python_folders(search *s, cp_str lib, cp_str version, size_t *count)
{
    cp_files files = {.folder = lib};
    size_t kept = 0;
    cp_str *names = cp_files_names(&files, s->arena, count);
    for (size_t i = 0; i < *count; i++) {
        cp_str number = names[i];
        if (!cp_str_starts(number, CP_STR("python3.")))
            continue;
        number = cp_str_cut(number, strlen("python"), number.len);
        if (!version.len || cp_str_eq(number, version))
            names[kept++] = cp_files_place(&files, s->arena, names[i]);
    }
    *count = kept;
    return names;
}

static void add_sites_below(search *s, cp_str prefix, const char *lib, cp_str version)
{
    cp_str folder = cp_str_printf(s->arena, "%.*s/%s", CP_STR_ARGS(prefix), lib);
    size_t count;
    const cp_str *pythons = python_folders(s, folder, version, &count);
    for (size_t i = 0; i < count; i++) {
        add_site(s,
                 cp_str_printf(s->arena, "%.*s/site-packages", CP_STR_ARGS(pythons[i])));
        add_site(s,
                 cp_str_printf(s->arena, "%.*s/dist-packages", CP_STR_ARGS(pythons[i])));
    }
}

/* Debian's Python has two places, and the distribution's own one is of no version. */
static void add_prefix(search *s, cp_str prefix, cp_str version)
{
    add_sites_below(s, prefix, "local/lib", version);
    add_sites_below(s, prefix, "lib", version);
    add_sites_below(s, prefix, "lib64", version);
    add_site(s, cp_str_printf(s->arena, "%.*s/lib/python3/dist-packages",
                              CP_STR_ARGS(prefix)));
}

static void add_user_site(search *s, cp_str version)
{
    const char *none = getenv("PYTHONNOUSERSITE"), *base = getenv("PYTHONUSERBASE"),
               *home = getenv("HOME");
    if (none && *none)
        return;
    if (base && *base)
        add_sites_below(s, cp_str_of(base), "lib", version);
    else if (home && *home)
        add_sites_below(s, cp_str_printf(s->arena, "%s/.local", home), "lib", version);
}

cp_python_env cp_python_env_find(cp_arena *arena)
{
    cp_python_env env = {0};
    search s = {.arena = arena, .env = &env, .seen.arena = arena};
    const char *path = getenv("PYTHONPATH");
    cp_str rest = cp_str_of(path ? path : "");
    while (rest.len)
        add_folder(&s, cp_str_copy(arena, cp_str_next(&rest, ':')));
    cp_python_prefix prefix;
    if (!cp_python_prefix_find(arena, &prefix))
        return env;
    env.what = prefix.what;
    bool alone = prefix.is_venv && !prefix.base.len;
    if (!alone)
        add_user_site(&s, prefix.version);
    add_prefix(&s, prefix.path, prefix.version);
    if (prefix.base.len)
        add_prefix(&s, prefix.base, prefix.version);
    return env;
}
