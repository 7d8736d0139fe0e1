#include "cli/mined.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/mine_cache.h"
#include "cli/run.h"
#include "contracts/mine_source.h"

typedef struct noting {
    cp_arena *arena;
    cp_mined_library *mined;
} noting;

static void add_note(const noting *n, cp_mine_loss loss, cp_str path, cp_str message)
{
    cp_mined_library *mined = n->mined;
    cp_mine_note note = {loss, cp_str_copy(n->arena, path),
                         cp_str_copy(n->arena, message)};
    cp_push(n->arena, mined->notes, mined->note_count, mined->note_room, note);
}

/* Messages may begin with the file's whole path, which is said by its own part. */
static void note_trouble(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    cp_str text = cp_str_of(message);
    size_t at = path.len ? cp_str_find(text, path, 0) : SIZE_MAX;
    size_t end = at + path.len;
    if (at != SIZE_MAX && cp_str_starts(cp_str_cut(text, end, text.len), CP_STR(": ")))
        text = cp_str_cut(text, end + 2, text.len);
    add_note(data, loss, path, text);
}

/* ---- as a text for the cache: the number of notes, the notes, the contracts ---- */

static cp_str pack(cp_arena *arena, const cp_mined_library *mined, size_t from)
{
    cp_buf text = {.arena = arena};
    cp_buf_printf(&text, "%zu", mined->note_count - from);
    cp_buf_add(&text, (cp_str){"", 1});
    for (size_t i = from; i < mined->note_count; i++) {
        const cp_mine_note *note = &mined->notes[i];
        cp_buf_puts(&text, note->loss == CP_MINE_LEFT_OUT ? "!" : "-");
        cp_buf_add(&text, (cp_str){note->path.ptr, note->path.len + 1});
        cp_buf_add(&text, (cp_str){note->message.ptr, note->message.len + 1});
    }
    cp_buf_add(&text, mined->toml);
    return cp_buf_str(&text);
}

static void unpack(const noting *n, cp_str text)
{
    unsigned long count = strtoul(cp_str_next(&text, '\0').ptr, NULL, 10);
    for (unsigned long i = 0; i < count; i++) {
        cp_str path = cp_str_next(&text, '\0'), message = cp_str_next(&text, '\0');
        bool left_out = cp_str_starts(path, CP_STR("!"));
        add_note(n, left_out ? CP_MINE_LEFT_OUT : CP_MINE_IN_PART,
                 cp_str_cut(path, 1, path.len), message);
    }
    n->mined->toml = cp_str_copy(n->arena, text);
}

/* ---- mining ---- */

static void mine(noting *n, cp_arena *scratch, const cp_library *library, int threads)
{
    cp_mine_source source;
    cp_mine_source_read(&source, scratch, library, threads, note_trouble, n);
    cp_mined_set set = cp_mine(scratch, &source.input, threads);
    for (size_t i = 0; i < set.rest_count; i++)
        add_note(n, CP_MINE_IN_PART, set.rest[i].place,
                 cp_str_printf(scratch, "%.*s is not followed to its end: %s",
                               CP_STR_ARGS(set.rest[i].call), set.rest[i].why));
    cp_str toml = cp_mine_toml(scratch, &set, library->package, library->version);
    n->mined->toml = cp_str_copy(n->arena, toml);
    cp_mine_source_dispose(&source);
}

static cp_status mine_library(noting *n, cp_arena *scratch, cp_library *library,
                              const cp_options *options, const cp_library_options *how,
                              cp_err *err)
{
    cp_str text;
    size_t found = n->mined->note_count; /* those so far are found anew each time */
    cp_mine_cache cache = cp_mine_cache_open(scratch, library, options);
    if (cp_mine_cache_get(&cache, &text)) {
        unpack(n, text);
        return CP_OK;
    }
    cp_status st = cp_library_open(library, scratch, how, err);
    if (!st) {
        mine(n, scratch, library, cp_run_threads(options));
        cp_mine_cache_put(&cache, pack(scratch, n->mined, found));
    }
    cp_library_close(library);
    return st;
}

typedef cp_status find_library(cp_library *, cp_arena *, cp_str,
                               const cp_library_options *, cp_err *);

static cp_status mined_by(find_library *find, cp_mined_library *mined, cp_arena *arena,
                          const cp_options *options, cp_str name, cp_err *err)
{
    cp_arena scratch = {0};
    noting n = {arena, mined};
    cp_library library;
    cp_library_options how = {.excludes = options->exclude.items,
                              .exclude_count = options->exclude.count,
                              .trouble = note_trouble,
                              .data = &n};
    *mined = (cp_mined_library){.given = name};
    cp_status st = find(&library, &scratch, name, &how, err);
    if (!st) {
        mined->prefix = cp_str_copy(arena, library.prefix);
        mined->package = cp_str_copy(arena, library.package);
        mined->version = cp_str_copy(arena, library.version);
        st = mine_library(&n, &scratch, &library, options, &how, err);
    }
    cp_arena_dispose(&scratch);
    return st;
}

cp_status cp_mined_at(cp_mined_library *mined, cp_arena *arena, const cp_options *options,
                      cp_str name, cp_err *err)
{
    return mined_by(cp_library_at, mined, arena, options, name, err);
}

cp_status cp_mined_installed(cp_mined_library *mined, cp_arena *arena,
                             const cp_options *options, cp_str name, cp_err *err)
{
    return mined_by(cp_library_installed, mined, arena, options, name, err);
}

void cp_mined_complain(const cp_mined_library *mined, bool quietly)
{
    for (size_t i = 0; i < mined->note_count; i++) {
        const cp_mine_note *note = &mined->notes[i];
        if (quietly && note->loss == CP_MINE_IN_PART)
            continue;
        cp_str prefix = note->path.len ? mined->prefix : mined->given;
        fprintf(stderr, "castproof: %.*s%.*s: %.*s\n", CP_STR_ARGS(prefix),
                CP_STR_ARGS(note->path), CP_STR_ARGS(note->message));
    }
}
