#include "findings/blame.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include <git2.h>
#include <git2/blame.h>

int64_t cp_blame_now(void)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    errno = 0;
    long long seconds = fixed && *fixed ? strtoll(fixed, &end, 10) : -1;
    if (end && !*end && seconds >= 0 && errno == 0)
        return seconds;
    return (int64_t)time(NULL);
}

/* A line's way back to the last commit: changed since, or moved by `shift` lines. */
typedef struct line_map {
    int64_t line, shift;
    bool changed;
} line_map;

static int at_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *data)
{
    (void)delta;
    line_map *map = data;
    int64_t start = hunk->new_start, end = start + hunk->new_lines;
    if (hunk->new_lines == 0) /* removed lines: they stood behind line new_start */
        start = end = start + 1;
    if (map->line >= start && map->line < end)
        map->changed = true;
    else if (map->line >= end)
        map->shift += hunk->old_lines - hunk->new_lines;
    return 0;
}

/* The path below the work folder, or NULL: the file lies elsewhere. */
static const char *below(const char *root, const char *full)
{
    size_t len = strlen(root);
    while (len && root[len - 1] == '/')
        len--;
    bool inside = strncmp(full, root, len) == 0 && full[len] == '/';
    return inside ? full + len + 1 : NULL;
}

/* The blob that the last commit has for the file. */
static bool committed(git_repository *repo, const char *path, git_blob **blob)
{
    git_object *tree = NULL;
    git_tree_entry *entry = NULL;
    bool found = git_revparse_single(&tree, repo, "HEAD^{tree}") == 0 &&
                 git_tree_entry_bypath(&entry, (const git_tree *)tree, path) == 0 &&
                 git_blob_lookup(blob, repo, git_tree_entry_id(entry)) == 0;
    git_tree_entry_free(entry);
    git_object_free(tree);
    return found;
}

/* The line of the committed text that is line `line` of `text`; 0 if there is none. */
static size_t committed_line(git_repository *repo, const char *path, cp_str text,
                             uint32_t line)
{
    git_blob *blob = NULL;
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    line_map map = {.line = line};
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.context_lines = 0;
    options.interhunk_lines = 0;
    options.flags = GIT_DIFF_FORCE_TEXT;
    bool known = committed(repo, path, &blob) &&
                 git_diff_blob_to_buffer(blob, path, text.ptr, text.len, path, &options,
                                         NULL, NULL, at_hunk, NULL, &map) == 0;
    git_blob_free(blob);
    int64_t old = map.line + map.shift;
    return known && !map.changed && old > 0 ? (size_t)old : 0;
}

static bool blame_committed(cp_arena *arena, git_repository *repo, const char *path,
                            size_t line, cp_blame *blame)
{
    git_blame *found = NULL;
    git_blame_options options;
    git_blame_options_init(&options, GIT_BLAME_OPTIONS_VERSION);
    options.min_line = options.max_line = line;
    options.flags = GIT_BLAME_USE_MAILMAP;
    const git_blame_hunk *hunk = NULL;
    if (git_blame_file(&found, repo, path, &options) == 0)
        hunk = git_blame_get_hunk_byline(found, line);
    bool cut_off = hunk && hunk->boundary && git_repository_is_shallow(repo);
    bool known = hunk && !cut_off && hunk->final_signature;
    if (known) {
        blame->author = cp_str_copy(arena, cp_str_of(hunk->final_signature->name));
        blame->time = hunk->final_signature->when.time;
    }
    git_blame_free(found);
    return known;
}

/* libgit2 gives the last hunk for lines past the end. */
static bool has_line(cp_str text, uint32_t line)
{
    while (line > 1 && text.len) {
        cp_str_next(&text, '\n');
        line--;
    }
    return line == 1 && text.len;
}

static void blame_line(cp_arena *arena, cp_blame *blame)
{
    char full[PATH_MAX], root[PATH_MAX];
    git_repository *repo = NULL;
    const char *inside = NULL;
    size_t at = 0;
    if (!has_line(blame->text, blame->line) ||
        !realpath(cp_str_c(arena, blame->path), full) ||
        git_repository_open_ext(&repo, full, 0, NULL) != 0 ||
        git_repository_is_bare(repo))
        goto done;
    if (realpath(git_repository_workdir(repo), root))
        inside = below(root, full);
    if (inside)
        at = committed_line(repo, inside, blame->text, blame->line);
    if (at)
        blame->known = blame_committed(arena, repo, inside, at, blame);
done:
    git_repository_free(repo);
}

void cp_blame_lines(cp_arena *arena, cp_blame *lines, size_t count)
{
    if (!count)
        return;
    git_libgit2_init();
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    for (size_t i = 0; i < count; i++)
        blame_line(arena, &lines[i]);
    git_libgit2_shutdown();
}
