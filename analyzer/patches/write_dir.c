#include "patches/patch.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patches/store.h"

static cp_status make_folders(cp_arena *arena, cp_str dir, cp_err *err)
{
    char *path = (char *)cp_str_c(arena, dir);
    for (size_t i = 1; i <= dir.len; i++) {
        if (i < dir.len && path[i] != '/')
            continue;
        path[i] = '\0';
        struct stat info;
        bool there = stat(path, &info) == 0;
        if (there && !S_ISDIR(info.st_mode))
            return cp_fail(err, CP_ERR_USAGE, "%s: not a folder; name another one", path);
        if (!there && mkdir(path, 0777) != 0)
            return cp_fail(err, CP_ERR_IO, "%s: cannot make the folder: %s", path,
                           strerror(errno));
        if (i < dir.len)
            path[i] = '/';
    }
    return CP_OK;
}

/* Names of files, as an index.json of an earlier run lists them. */
typedef struct names {
    cp_str *items;
    size_t count, room;
} names;

static bool is_patch_name(cp_str name)
{
    bool numbered = name.len > 11 && cp_str_ends(name, CP_STR(".patch"));
    for (size_t i = 0; numbered && i < 4; i++)
        numbered = name.ptr[i] >= '0' && name.ptr[i] <= '9';
    return numbered && !memchr(name.ptr, '/', name.len);
}

/* False where the file is no index of ours. */
static bool read_index(cp_arena *arena, const char *path, names *old)
{
    json_t *index = json_load_file(path, 0, NULL);
    const char *tool = json_string_value(json_object_get(index, "tool"));
    json_t *patches = json_object_get(index, "patches");
    bool ours = tool && strcmp(tool, "castproof") == 0 && json_is_array(patches);
    for (size_t i = 0; ours && i < json_array_size(patches); i++) {
        json_t *item = json_array_get(patches, i);
        cp_str name = cp_str_of(json_string_value(json_object_get(item, "file")));
        if (is_patch_name(name))
            cp_push(arena, old->items, old->count, old->room, cp_str_copy(arena, name));
    }
    json_decref(index);
    return ours;
}

static bool has_name(const names *all, cp_str name)
{
    for (size_t i = 0; i < all->count; i++)
        if (cp_str_eq(all->items[i], name))
            return true;
    return false;
}

static const char *path_in(cp_arena *arena, cp_str dir, cp_str name)
{
    return cp_str_printf(arena, "%.*s/%.*s", CP_STR_ARGS(dir), CP_STR_ARGS(name)).ptr;
}

/* Nothing that is not ours may be in the way. */
static cp_status look_round(cp_arena *arena, const cp_patches *patches, cp_str dir,
                            names *old, cp_err *err)
{
    const char *index = path_in(arena, dir, CP_STR("index.json"));
    struct stat info;
    if (lstat(index, &info) == 0 &&
        (!S_ISREG(info.st_mode) || !read_index(arena, index, old)))
        return cp_fail(err, CP_ERR_USAGE,
                       "%s: not written by castproof; name another folder", index);
    for (size_t i = 0; i < patches->count; i++) {
        const char *path = path_in(arena, dir, patches->items[i].file);
        if (lstat(path, &info) == 0 &&
            (!S_ISREG(info.st_mode) || !has_name(old, patches->items[i].file)))
            return cp_fail(err, CP_ERR_USAGE,
                           "%s: not written by castproof; name another folder", path);
    }
    return CP_OK;
}

static cp_status stage_all(cp_arena *arena, const cp_patches *patches, cp_str dir,
                           cp_staged *staged, cp_err *err)
{
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < patches->count; i++) {
        const cp_patch *patch = &patches->items[i];
        cp_str mail = cp_patch_mail(arena, patch, i + 1, patches->count);
        st = cp_store_stage(arena, path_in(arena, dir, patch->file), mail, &staged[i],
                            err);
    }
    if (!st)
        st = cp_store_stage(arena, path_in(arena, dir, CP_STR("index.json")),
                            cp_patches_index(arena, patches), &staged[patches->count],
                            err);
    return st;
}

static cp_status remove_old(cp_arena *arena, cp_str dir, const names *old, cp_err *err)
{
    for (size_t i = 0; i < old->count; i++) {
        const char *path = path_in(arena, dir, old->items[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            return cp_fail(err, CP_ERR_IO, "%s: cannot remove the old patch: %s", path,
                           strerror(errno));
    }
    return CP_OK;
}

cp_status cp_patches_write_dir(cp_arena *arena, const cp_patches *patches, cp_str dir,
                               cp_err *err)
{
    while (dir.len > 1 && dir.ptr[dir.len - 1] == '/')
        dir.len--;
    if (!dir.len || memchr(dir.ptr, '\0', dir.len))
        return cp_fail(err, CP_ERR_USAGE, "the folder for the patches has no name");
    names old = {0};
    cp_staged *staged = cp_new(arena, cp_staged, patches->count + 1);
    cp_status st = make_folders(arena, dir, err);
    if (!st)
        st = look_round(arena, patches, dir, &old, err);
    if (!st)
        st = stage_all(arena, patches, dir, staged, err);
    if (!st)
        st = remove_old(arena, dir, &old, err);
    for (size_t i = 0; !st && i <= patches->count; i++)
        st = cp_store_commit(&staged[i], err);
    cp_store_drop(staged, patches->count + 1);
    return st;
}
