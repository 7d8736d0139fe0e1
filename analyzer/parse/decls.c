#include "parse/decls.h"

#include <signal.h>

#include "parse/decls_parts.h"
#include "read/cache.h"

/* To be raised when other declarations come out of the same text. */
static const char format[] = "decls 1 " CP_VERSION;

cp_decls *cp_decls_new(cp_arena *arena, const cp_decls_options *options)
{
    cp_decls *decls = cp_new(arena, cp_decls, 1);
    *decls = (cp_decls){.arena = arena, .options = *options};
    decls->known.arena = arena;
    if (options->apart)
        decls_start(decls);
    return decls;
}

void cp_decls_dispose(cp_decls *decls)
{
    if (decls->worker)
        decls_stop(decls);
}

void cp_decls_ahead(cp_decls *decls)
{
    if (decls->worker && decls->options.foresee)
        decls_ahead(decls);
}

static cp_str entry_of(cp_arena *arena, cp_str path, cp_str text)
{
    const char *dot = path.len ? memrchr(path.ptr, '.', path.len) : NULL;
    cp_str ending =
        dot ? cp_str_cut(path, (size_t)(dot - path.ptr), path.len) : (cp_str){"", 0};
    cp_str parts[] = {cp_str_of(format), cp_str_of(cp_cuda_shim), ending, text};
    return cp_cache_entry(arena, "decls", parts, sizeof parts / sizeof *parts);
}

static bool find_in_cache(cp_arena *arena, cp_str entry, size_t text_len,
                          decls_answer *answer)
{
    cp_str bytes;
    if (!cp_cache_get(arena, entry, &bytes) || bytes.len % sizeof(cp_cuda_decl))
        return false;
    answer->count = bytes.len / sizeof(cp_cuda_decl);
    answer->decls = cp_new(arena, cp_cuda_decl, answer->count + 1);
    memcpy(answer->decls, bytes.ptr, bytes.len);
    for (size_t i = 0; i < answer->count; i++) /* a file that something else wrote */
        if (answer->decls[i].end > text_len ||
            answer->decls[i].start > answer->decls[i].end ||
            answer->decls[i].kind > CP_CUDA_NAMESPACE)
            return false;
    return true;
}

/* A worker is stopped by a signal: not while it writes. */
static void keep_in_cache(cp_arena *arena, cp_str entry, const decls_answer *answer)
{
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    cp_cache_put(
        arena, entry,
        (cp_str){(const char *)answer->decls, answer->count * sizeof *answer->decls});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

decls_answer decls_here(cp_decls *decls, cp_arena *arena, cp_str path, cp_str text)
{
    decls_answer answer = {.hash = cp_hash(text)};
    cp_err err;
    cp_str entry = {"", 0};
    if (decls->options.use_cache)
        entry = entry_of(arena, path, text);
    if (entry.len && find_in_cache(arena, entry, text.len, &answer))
        return answer;
    answer.status =
        decls->library ? CP_OK : cp_cuda_load(decls->arena, &decls->library, &err);
    if (!answer.status)
        answer.status = cp_cuda_parse(decls->library, arena, path, text, &answer.decls,
                                      &answer.count, &err);
    if (answer.status)
        answer.why = cp_str_copy(arena, cp_str_of(err.msg)).ptr;
    else if (entry.len)
        keep_in_cache(arena, entry, &answer);
    return answer;
}

void cp_decls_expect(cp_decls *decls, cp_str path, cp_str text)
{
    if (decls_is_told(decls, path))
        return;
    cp_arena scratch = {0};
    decls_answer answer = decls_here(decls, &scratch, path, text);
    decls_tell(decls, path, &answer);
    cp_arena_dispose(&scratch);
}

cp_status cp_decls_of(cp_decls *decls, cp_arena *arena, cp_str path, cp_str text,
                      cp_cuda_decl **found, size_t *count, cp_err *err)
{
    decls_answer answer =
        decls->worker ? decls_ask(decls, path) : decls_here(decls, arena, path, text);
    *count = 0;
    if (answer.status)
        return cp_fail(err, answer.status, "%s", answer.why);
    if (answer.hash != cp_hash(text))
        return cp_fail(err, CP_ERR_SYNTAX, "%.*s: it changed while it was read",
                       CP_STR_ARGS(path));
    *found = answer.decls;
    *count = answer.count;
    return CP_OK;
}
