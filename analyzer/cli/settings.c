#include "cli/settings.h"

#include "read/path.h"
#include "read/source.h"

static cp_str folder_of(cp_arena *arena, cp_str path)
{
    cp_str whole = cp_path_whole(arena, path);
    return cp_path_has(arena, whole, ".") ? whole : cp_path_parent(whole);
}

/* The innermost folder that holds all of the paths. */
static cp_str common_folder(cp_arena *arena, const cp_options *options)
{
    const cp_list *paths = &options->paths;
    bool from_stdin = paths->count == 1 && cp_str_is(paths->items[0], "-");
    if (!paths->count || from_stdin)
        return from_stdin && options->stdin_filename.len
                   ? folder_of(arena, options->stdin_filename)
                   : cp_path_whole(arena, CP_STR("."));
    cp_str common = folder_of(arena, paths->items[0]);
    for (size_t i = 1; i < paths->count; i++) {
        cp_str folder = folder_of(arena, paths->items[i]);
        while (!cp_str_eq(folder, common) &&
               cp_path_below(folder, common).len == folder.len && !cp_str_is(common, "/"))
            common = cp_path_parent(common);
    }
    return common;
}

static cp_status read_toml(cp_arena *arena, cp_str path, cp_toml **root, cp_err *err)
{
    cp_source source;
    cp_status st = cp_source_read(arena, path, &source, err);
    if (st)
        return st;
    bool own = !cp_str_ends(path, CP_STR("pyproject.toml"));
    if (!own && !cp_str_has(source.text, CP_STR("castproof")))
        return CP_OK; /* it need not even be TOML */
    return cp_toml_parse(arena, path, source.text, root, err);
}

/* Reads the settings in `path`, where there are any: `table` stays NULL else. */
static cp_status read_settings(cp_arena *arena, cp_str path, cp_settings *settings,
                               cp_err *err)
{
    cp_toml *root = NULL;
    cp_status st = read_toml(arena, path, &root, err);
    if (st || !root)
        return st;
    const cp_toml *table = root;
    if (cp_str_ends(path, CP_STR("pyproject.toml")))
        table = cp_toml_get(cp_toml_get(root, "tool"), "castproof");
    if (!table)
        return CP_OK;
    if (table->kind != CP_TOML_TABLE)
        return cp_fail(err, CP_ERR_USAGE,
                       "%.*s:%u: `tool.castproof` must be a table; write "
                       "[tool.castproof]",
                       CP_STR_ARGS(path), table->line);
    *settings = (cp_settings){path, cp_path_parent(path), table};
    return CP_OK;
}

static cp_status look_in(cp_arena *arena, cp_str folder, cp_settings *settings,
                         cp_err *err)
{
    static const char *const names[] = {"castproof.toml", "pyproject.toml"};
    cp_status st = CP_OK;
    for (size_t i = 0; !st && !settings->table && i < 2; i++) {
        if (!cp_path_has(arena, folder, names[i]))
            continue;
        cp_str whole = cp_str_printf(arena, "%.*s/%s", CP_STR_ARGS(folder), names[i]);
        cp_str path = cp_path_seen(arena, cp_path_plain(arena, whole));
        st = read_settings(arena, path, settings, err);
    }
    return st;
}

cp_status cp_settings_find(cp_arena *arena, const cp_options *options,
                           cp_settings *settings, cp_err *err)
{
    *settings = (cp_settings){0};
    if (options->isolated)
        return CP_OK;
    if (options->config.len) {
        cp_status st = read_settings(arena, options->config, settings, err);
        if (!st && !settings->table)
            st = cp_fail(err, CP_ERR_USAGE, "%.*s: there is no [tool.castproof] in it",
                         CP_STR_ARGS(options->config));
        return st;
    }
    cp_str last = {"", 0};
    for (cp_str at = common_folder(arena, options); !cp_str_eq(at, last);
         last = at, at = cp_path_parent(at)) {
        cp_status st = look_in(arena, at, settings, err);
        if (st || settings->table)
            return st;
    }
    return CP_OK;
}
