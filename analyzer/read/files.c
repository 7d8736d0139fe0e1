#include "read/files.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "read/source.h"

cp_str cp_files_place(const cp_files *files, cp_arena *arena, cp_str path)
{
    if (!files->folder.len)
        return cp_str_copy(arena, path);
    const char *slash = cp_str_ends(files->folder, CP_STR("/")) ? "" : "/";
    return cp_str_printf(arena, "%.*s%s%.*s", CP_STR_ARGS(files->folder), slash,
                         CP_STR_ARGS(path));
}

cp_status cp_files_read(const cp_files *files, cp_str path, cp_buf *into, cp_str *text,
                        cp_err *err)
{
    if (!files->packed && !files->folder.len) {
        cp_status st = cp_source_bytes(into, path, err);
        *text = cp_buf_str(into);
        return st;
    }
    cp_arena scratch = {0};
    cp_status st = CP_OK;
    cp_str place = cp_files_place(files, &scratch, path);
    const cp_str *packed = files->packed ? cp_map_get(files->packed, place) : NULL;
    if (packed)
        *text = *packed;
    else if (files->packed)
        st = cp_fail(err, CP_ERR_IO, "%.*s: not in the archive", CP_STR_ARGS(path));
    else if (!(st = cp_source_bytes(into, place, err)))
        *text = cp_buf_str(into);
    cp_arena_dispose(&scratch);
    return st;
}

bool cp_files_have(const cp_files *files, cp_str path)
{
    cp_arena scratch = {0};
    struct stat info;
    cp_str place = cp_files_place(files, &scratch, path);
    bool there = files->packed ? cp_map_get(files->packed, place) != NULL
                               : stat(place.ptr, &info) == 0 && S_ISREG(info.st_mode);
    cp_arena_dispose(&scratch);
    return there;
}

bool cp_is_folder(cp_str path)
{
    struct stat info;
    return stat(path.len ? path.ptr : ".", &info) == 0 && S_ISDIR(info.st_mode);
}

static int by_text(const void *a, const void *b)
{
    return cp_str_cmp(*(const cp_str *)a, *(const cp_str *)b);
}

static cp_str *names_on_disk(cp_arena *arena, cp_str folder, size_t *count)
{
    cp_str *names = NULL;
    size_t room = 0;
    DIR *dir = opendir(folder.len ? cp_str_c(arena, folder) : ".");
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            cp_push(arena, names, *count, room,
                    cp_str_copy(arena, cp_str_of(entry->d_name)));
    if (dir)
        closedir(dir);
    return names;
}

static cp_str *names_packed(cp_arena *arena, const cp_files *files, size_t *count)
{
    cp_str *names = NULL;
    size_t room = 0;
    cp_map seen = {.arena = arena};
    cp_str folder = cp_files_place(files, arena, CP_STR(""));
    for (size_t i = 0; i < files->packed->count; i++) {
        cp_str path = files->packed->entries[i].key;
        if (!cp_str_starts(path, folder))
            continue;
        cp_str rest = cp_str_cut(path, folder.len, path.len);
        void **slot = cp_map_slot(&seen, cp_str_next(&rest, '/'));
        if (*slot)
            continue;
        *slot = &seen;
        cp_push(arena, names, *count, room, seen.entries[seen.count - 1].key);
    }
    return names;
}

cp_str *cp_files_names(const cp_files *files, cp_arena *arena, size_t *count)
{
    *count = 0;
    cp_str *names = files->packed ? names_packed(arena, files, count)
                                  : names_on_disk(arena, files->folder, count);
    if (*count)
        qsort(names, *count, sizeof *names, by_text);
    return names;
}
