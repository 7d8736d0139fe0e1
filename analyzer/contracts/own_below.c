#include <stdlib.h>

#include "contracts/own.h"

/* Whether both lead to the same file, or `file` is below `path`. */
static bool is_below(cp_arena *arena, cp_str file, cp_str path)
{
    char *whole = realpath(cp_str_c(arena, file), NULL);
    char *top = realpath(path.len ? cp_str_c(arena, path) : ".", NULL);
    size_t len = top ? strlen(top) : 0;
    bool below = whole && top && strncmp(whole, top, len) == 0 &&
                 (whole[len] == '\0' || whole[len] == '/' || top[len - 1] == '/');
    free(whole);
    free(top);
    return below;
}

bool cp_own_are_below(const cp_str *paths, size_t count, cp_str file)
{
    cp_arena arena = {0};
    bool below = false;
    for (size_t i = 0; i < count && !below; i++)
        below = is_below(&arena, file, paths[i]);
    cp_arena_dispose(&arena);
    return below;
}
