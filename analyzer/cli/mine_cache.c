#include "cli/mine_cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "parse/cuda.h"
#include "read/source.h"

static cp_str cache_folder(cp_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return cp_str_printf(arena, "%s/castproof", cache);
    if (home && home[0] == '/')
        return cp_str_printf(arena, "%s/.cache/castproof", home);
    return (cp_str){"", 0};
}

/* Adds what tells this state of a file from another. */
static void add_state(cp_buf *text, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return;
    cp_buf_printf(text, "%s %lld %lld.%09ld\n", path, (long long)info.st_size,
                  (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

cp_str cp_mine_cache_key(cp_arena *arena, cp_str root, const cp_file *files, size_t count)
{
    cp_str folder = cache_folder(arena);
    const cp_cuda_library *library = NULL;
    cp_buf text = {.arena = arena};
    if (!folder.len)
        return folder;
    bool parsed = cp_cuda_load(arena, &library, NULL) == CP_OK;
    cp_buf_printf(&text, "%s\n%s\n%.*s\n", CP_VERSION,
                  parsed ? cp_cuda_version(library) : "", CP_STR_ARGS(root));
    add_state(&text, "/proc/self/exe");
    add_state(&text, cp_str_c(arena, root));
    for (size_t i = 0; i < count; i++)
        add_state(&text, files[i].path.ptr);
    uint64_t first = cp_hash(cp_buf_str(&text));
    cp_buf_puts(&text, "again");
    return cp_str_printf(arena, "%.*s/mine-%016llx%016llx", CP_STR_ARGS(folder),
                         (unsigned long long)first,
                         (unsigned long long)cp_hash(cp_buf_str(&text)));
}

static bool read_part(cp_arena *arena, cp_str key, const char *part, cp_str *text)
{
    cp_source source;
    cp_str path = cp_str_printf(arena, "%.*s.%s", CP_STR_ARGS(key), part);
    if (access(path.ptr, R_OK) != 0 || cp_source_read(arena, path, &source, NULL))
        return false;
    *text = source.text;
    return true;
}

bool cp_mine_cache_get(cp_arena *arena, cp_str key, cp_mine_result *result)
{
    return key.len && read_part(arena, key, "err", &result->troubles) &&
           read_part(arena, key, "toml", &result->toml);
}

/* Whole or not at all: written under another name first. */
static bool write_part(cp_arena *arena, cp_str key, const char *part, cp_str text)
{
    cp_str path = cp_str_printf(arena, "%.*s.%s", CP_STR_ARGS(key), part);
    cp_str draft = cp_str_printf(arena, "%.*s.%ld", CP_STR_ARGS(path), (long)getpid());
    FILE *file = fopen(draft.ptr, "wb");
    if (!file)
        return false;
    bool done = fwrite(text.ptr, 1, text.len, file) == text.len;
    done = fclose(file) == 0 && done;
    if (done && rename(draft.ptr, path.ptr) == 0)
        return true;
    remove(draft.ptr);
    return false;
}

/* Makes the folders above the file that `key` names. */
static bool make_folders(cp_arena *arena, cp_str key)
{
    char *path = (char *)cp_str_copy(arena, key).ptr;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!there)
            return false;
    }
    return true;
}

void cp_mine_cache_put(cp_arena *arena, cp_str key, const cp_mine_result *result)
{
    if (key.len && make_folders(arena, key) &&
        write_part(arena, key, "toml", result->toml))
        write_part(arena, key, "err", result->troubles);
}
