#include "base/map.h"
#include "cli/commands.h"
#include "cli/mined.h"
#include "cli/run.h"

typedef struct mining {
    cp_arena *arena;
    const cp_options *options;
    cp_buf toml;
    cp_map seen; /* results: of a tree and its wheel there is one */
    size_t mined, failed;
} mining;

static void take(mining *m, cp_status st, const cp_mined_library *mined,
                 const cp_err *err)
{
    cp_progress_hush(m->options->progress);
    if (st) {
        cp_command_failed(err);
        m->failed++;
        return;
    }
    m->mined++;
    cp_mined_complain(mined, m->options->quiet);
    void **slot = cp_map_slot(&m->seen, mined->toml);
    if (*slot)
        return;
    *slot = m;
    if (m->toml.len)
        cp_buf_puts(&m->toml, "\n");
    cp_buf_add(&m->toml, mined->toml);
}

static void mine_all(mining *m)
{
    const cp_list *paths = &m->options->paths, *packages = &m->options->packages;
    for (size_t i = 0; i < paths->count + packages->count; i++) {
        cp_err err = {0};
        cp_mined_library mined;
        bool is_path = i < paths->count;
        cp_str name = is_path ? paths->items[i] : packages->items[i - paths->count];
        cp_progress_say(m->options->progress, "mining %.*s", CP_STR_ARGS(name));
        cp_status st = is_path
                           ? cp_mined_at(&mined, m->arena, m->options, name, &err)
                           : cp_mined_installed(&mined, m->arena, m->options, name, &err);
        take(m, st, &mined, &err);
    }
}

int cp_command_mine(cp_arena *arena, const cp_options *options)
{
    cp_err err = {0};
    mining m = {
        .arena = arena, .options = options, .toml.arena = arena, .seen.arena = arena};
    cp_status st = CP_OK;
    mine_all(&m);
    if (!m.mined && !m.failed)
        st = cp_fail(&err, CP_ERR_USAGE,
                     "mine wants a source tree, a wheel, an sdist, or --package NAME");
    if (m.mined)
        st = cp_run_write(options, cp_buf_str(&m.toml), &err);
    if (st)
        return cp_command_failed(&err);
    return m.failed ? 2 : 0;
}
