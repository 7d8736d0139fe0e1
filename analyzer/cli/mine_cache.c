#include "cli/mine_cache.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/mine_store.h"
#include "cli/run.h"
#include "parse/cuda.h"
#include "read/path.h"

/* Two changes within this many seconds may carry the same time. */
enum { COARSE = 2 };

static cp_str cache_folder(cp_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return cp_str_printf(arena, "%s/castproof", cache);
    if (home && home[0] == '/')
        return cp_str_printf(arena, "%s/.cache/castproof", home);
    return (cp_str){"", 0};
}

/* ---- the files that count: the program itself, and those of the library ---- */

static size_t file_count(const cp_mine_cache *cache)
{
    return 1 + (cache->library->packed ? 1 : cache->library->files.count);
}

/* What the library calls file `i`; "" where that does not matter. */
static cp_str file_name(const cp_mine_cache *cache, size_t i)
{
    bool own = i > 0 && !cache->library->packed;
    return own ? cache->library->files.items[i - 1].path : (cp_str){"", 0};
}

/* The path of file `i`, as a C string in `path`. */
static const char *file_path(const cp_mine_cache *cache, size_t i, cp_buf *path)
{
    const cp_library *library = cache->library;
    path->len = 0;
    if (i == 0) {
        cp_buf_add(path, cp_path_program(path->arena));
    } else if (library->packed) {
        cp_buf_add(path, library->given);
    } else {
        cp_buf_add(path, library->files.folder);
        if (path->len)
            cp_buf_puts(path, "/");
        cp_buf_add(path, library->files.items[i - 1].path);
    }
    return path->ptr;
}

/* ---- the quick name ---- */

typedef struct file_state {
    uint64_t device, number, size;
    int64_t written[2], changed[2];
} file_state;

static file_state state_of(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return (file_state){0};
    return (file_state){.device = info.st_dev,
                        .number = info.st_ino,
                        .size = (uint64_t)info.st_size,
                        .written = {info.st_mtim.tv_sec, info.st_mtim.tv_nsec},
                        .changed = {info.st_ctim.tv_sec, info.st_ctim.tv_nsec}};
}

/* *latest becomes the last time at which one of the files changed. */
static cp_digest quick_name(const cp_mine_cache *cache, int64_t *latest)
{
    cp_arena scratch = {0};
    cp_buf path = {.arena = &scratch};
    cp_digest digest = cp_digest_add(cache->recipe, CP_STR("quick"));
    *latest = 0;
    for (size_t i = 0; i < file_count(cache); i++) {
        file_state state = state_of(file_path(cache, i, &path));
        digest = cp_digest_add(digest, file_name(cache, i));
        digest = cp_digest_add(digest, (cp_str){(const char *)&state, sizeof state});
        *latest = state.changed[0] > *latest ? state.changed[0] : *latest;
    }
    cp_arena_dispose(&scratch);
    return digest;
}

/* ---- the name by content ---- */

static cp_digest content_name(const cp_mine_cache *cache)
{
    cp_arena scratch = {0};
    size_t count = file_count(cache);
    const char **paths = cp_new(&scratch, const char *, count);
    cp_digest *digests = cp_new(&scratch, cp_digest, count);
    for (size_t i = 0; i < count; i++) {
        cp_buf path = {.arena = &scratch};
        paths[i] = file_path(cache, i, &path);
    }
    cp_digest_files(paths, count, cache->threads, digests);
    cp_digest digest = cp_digest_add(cache->recipe, CP_STR("content"));
    for (size_t i = 0; i < count; i++) {
        digest = cp_digest_add(digest, file_name(cache, i));
        digest =
            cp_digest_add(digest, (cp_str){(const char *)&digests[i], sizeof *digests});
    }
    cp_arena_dispose(&scratch);
    return digest;
}

/* ---- what else counts ---- */

static bool has_natives(const cp_library *library)
{
    bool found = library->packed; /* it may */
    for (size_t i = 0; i < library->files.count && !found; i++)
        found = library->files.items[i].kind == CP_FILE_NATIVE;
    return found;
}

static cp_digest add_list(cp_digest digest, const cp_str *items, size_t count)
{
    digest = cp_digest_add(digest, (cp_str){(const char *)&count, sizeof count});
    for (size_t i = 0; i < count; i++)
        digest = cp_digest_add(digest, items[i]);
    return digest;
}

static cp_digest recipe_of(cp_arena *arena, const cp_library *library,
                           const cp_options *options)
{
    const cp_cuda_library *clang = NULL;
    bool parsed = has_natives(library) && !cp_cuda_load(arena, &clang, NULL);
    const char *slash = memrchr(library->given.ptr, '/', library->given.len);
    size_t name_at = slash ? (size_t)(slash - library->given.ptr) + 1 : 0;
    cp_digest digest = cp_digest_add((cp_digest){0}, CP_STR(CP_VERSION));
    digest = cp_digest_add(digest, cp_str_of(parsed ? cp_cuda_version(clang) : ""));
    if (library->packed) /* which may be called like its file */
        digest = cp_digest_add(digest,
                               cp_str_cut(library->given, name_at, library->given.len));
    digest = cp_digest_add(digest, library->package);
    digest = cp_digest_add(digest, library->version);
    digest = add_list(digest, library->tops, library->top_count);
    return add_list(digest, options->exclude.items, options->exclude.count);
}

cp_mine_cache cp_mine_cache_open(cp_arena *arena, const cp_library *library,
                                 const cp_options *options)
{
    cp_mine_cache cache = {
        .arena = arena, .library = library, .threads = cp_run_threads(options)};
    if (!options->no_cache)
        cache.folder = cache_folder(arena);
    if (!cache.folder.len)
        return cache;
    int64_t latest;
    cache.recipe = recipe_of(arena, library, options);
    cache.quick = quick_name(&cache, &latest);
    cache.fresh = latest + COARSE >= time(NULL);
    return cache;
}

/* ---- entries ---- */

static cp_str entry_name(const cp_mine_cache *cache, const char *kind, cp_digest digest)
{
    return cp_str_printf(cache->arena, "%.*s/%s-%s", CP_STR_ARGS(cache->folder), kind,
                         cp_digest_text(cache->arena, digest).ptr);
}

static bool read_quick(cp_mine_cache *cache)
{
    cp_str text, name = entry_name(cache, "quick", cache->quick);
    if (cache->fresh || !cp_mine_store_read(cache->arena, name, &text) ||
        text.len != sizeof cache->content)
        return false;
    memcpy(&cache->content, text.ptr, text.len);
    return true;
}

static void write_quick(cp_mine_cache *cache)
{
    cp_str text = {(const char *)&cache->content, sizeof cache->content};
    if (!cache->fresh)
        cp_mine_store_write(cache->arena, entry_name(cache, "quick", cache->quick), text);
}

static bool read_result(cp_mine_cache *cache, cp_str *text)
{
    cp_str name = entry_name(cache, "mine", cache->content);
    return cp_mine_store_read(cache->arena, name, text);
}

bool cp_mine_cache_get(cp_mine_cache *cache, cp_str *text)
{
    if (!cache->folder.len)
        return false;
    if (read_quick(cache) && read_result(cache, text))
        return true;
    cache->content = content_name(cache);
    if (!read_result(cache, text))
        return false;
    write_quick(cache);
    return true;
}

/* Whether what was mined is what was given a name before. */
static bool is_unchanged(const cp_mine_cache *cache)
{
    int64_t latest;
    return cache->fresh ? cp_digest_eq(content_name(cache), cache->content)
                        : cp_digest_eq(quick_name(cache, &latest), cache->quick);
}

void cp_mine_cache_put(cp_mine_cache *cache, cp_str text)
{
    if (!cache->folder.len || !is_unchanged(cache))
        return;
    cp_str name = entry_name(cache, "mine", cache->content);
    if (cp_mine_store_write(cache->arena, name, text))
        write_quick(cache);
}
