#include "read/cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "read/source.h"

static cp_str folder(cp_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return cp_str_printf(arena, "%s/castproof", cache);
    if (home && home[0] == '/')
        return cp_str_printf(arena, "%s/.cache/castproof", home);
    return (cp_str){"", 0};
}

cp_str cp_cache_entry(cp_arena *arena, const char *kind, const cp_str *parts,
                      size_t count)
{
    cp_arena scratch = {0};
    cp_buf all = {.arena = &scratch};
    cp_str in = folder(arena);
    if (!in.len)
        return in;
    for (size_t i = 0; i < count; i++) {
        cp_buf_printf(&all, "%zu ", parts[i].len);
        cp_buf_add(&all, parts[i]);
    }
    uint64_t first = cp_hash(cp_buf_str(&all));
    cp_buf_puts(&all, "again");
    uint64_t second = cp_hash(cp_buf_str(&all));
    cp_arena_dispose(&scratch);
    return cp_str_printf(arena, "%.*s/%s-%016llx%016llx", CP_STR_ARGS(in), kind,
                         (unsigned long long)first, (unsigned long long)second);
}

bool cp_cache_get(cp_arena *arena, cp_str entry, cp_str *text)
{
    cp_source source;
    if (!entry.len || access(cp_str_c(arena, entry), R_OK) != 0 ||
        cp_source_read(arena, entry, &source, NULL))
        return false;
    *text = source.text;
    return true;
}

/* Makes the folders above the file. */
static bool make_folders(cp_arena *arena, cp_str entry)
{
    char *path = (char *)cp_str_copy(arena, entry).ptr;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!there)
            return false;
    }
    return true;
}

/* Whole or not at all: written under another name first. */
void cp_cache_put(cp_arena *arena, cp_str entry, cp_str text)
{
    if (!entry.len || !make_folders(arena, entry))
        return;
    cp_str draft = cp_str_printf(arena, "%.*s.%ld", CP_STR_ARGS(entry), (long)getpid());
    FILE *file = fopen(draft.ptr, "wb");
    if (!file)
        return;
    bool done = fwrite(text.ptr, 1, text.len, file) == text.len;
    done = fclose(file) == 0 && done;
    if (!done || rename(draft.ptr, cp_str_c(arena, entry)) != 0)
        remove(draft.ptr);
}
