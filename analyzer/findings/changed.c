#include "findings/changed.h"

#include <limits.h>
#include <stdlib.h>

#include <git2.h>

#include "read/path.h"

/* The changed lines of one file. */
typedef struct file_lines {
    cp_span *lines; /* from 1, half open */
    size_t count, room;
} file_lines;

/* One repository, and what has changed there. */
typedef struct repository {
    cp_arena *arena;
    cp_str folder; /* whole path of its work folder */
    cp_map files;  /* path in it -> file_lines */
} repository;

static cp_status failed(cp_str what, cp_err *err)
{
    const git_error *why = git_error_last();
    return cp_fail(err, CP_ERR_IO, "--diff-base: %.*s: %s", CP_STR_ARGS(what),
                   why && why->message ? why->message : "git cannot read it");
}

static int add_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *data)
{
    repository *repo = data;
    cp_str path = cp_str_of(delta->new_file.path);
    file_lines *file = cp_map_get(&repo->files, path);
    if (!file) {
        file = cp_new(repo->arena, file_lines, 1);
        cp_map_put(&repo->files, cp_str_copy(repo->arena, path), file);
    }
    cp_span lines = {(uint32_t)hunk->new_start,
                     (uint32_t)(hunk->new_start + hunk->new_lines)};
    cp_push(repo->arena, file->lines, file->count, file->room, lines);
    return 0;
}

/* The tree of the commit that `ref` and HEAD have in common, else of `ref` itself; `path`
   is that of a file of the repository. */
static cp_status base_tree(git_repository *git, cp_str path, const char *ref,
                           git_object **tree, cp_err *err)
{
    git_object *named = NULL, *commit = NULL, *start = NULL;
    git_oid head, base;
    bool good = git_revparse_single(&named, git, ref) == 0 &&
                git_object_peel(&commit, named, GIT_OBJECT_COMMIT) == 0;
    git_object_free(named);
    if (!good)
        return cp_fail(err, CP_ERR_USAGE,
                       "--diff-base: the repository of %.*s has no commit called '%s'; "
                       "fetch it, or name a branch, a tag or a commit that is there",
                       CP_STR_ARGS(path), ref);
    const git_oid *id = git_object_id(commit);
    if (git_reference_name_to_id(&head, git, "HEAD") == 0 &&
        git_merge_base(&base, git, id, &head) == 0)
        id = &base;
    good = git_object_lookup(&start, git, id, GIT_OBJECT_ANY) == 0 &&
           git_object_peel(tree, start, GIT_OBJECT_TREE) == 0;
    git_object_free(start);
    git_object_free(commit);
    return good ? CP_OK : failed(path, err);
}

static cp_status read_changes(repository *repo, git_repository *git, cp_str path,
                              const char *ref, cp_err *err)
{
    git_object *tree = NULL;
    git_diff *diff = NULL;
    git_diff_options options;
    cp_status st = base_tree(git, path, ref, &tree, err);
    if (st)
        return st;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.context_lines = options.interhunk_lines = 0;
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                    GIT_DIFF_SHOW_UNTRACKED_CONTENT | GIT_DIFF_IGNORE_SUBMODULES |
                    GIT_DIFF_FORCE_TEXT;
    bool good = git_diff_tree_to_workdir_with_index(&diff, git, (git_tree *)tree,
                                                    &options) == 0 &&
                git_diff_find_similar(diff, NULL) == 0 &&
                git_diff_foreach(diff, NULL, NULL, add_hunk, NULL, repo) == 0;
    if (!good)
        st = failed(path, err);
    git_diff_free(diff);
    git_object_free(tree);
    return st;
}

static cp_status open_repository(repository *repo, cp_str path, const char *ref,
                                 cp_err *err)
{
    git_repository *git = NULL;
    char folder[PATH_MAX];
    cp_status st = CP_OK;
    if (git_repository_open_ext(&git, cp_str_c(repo->arena, path), 0, NULL) != 0 ||
        git_repository_is_bare(git))
        st = cp_fail(err, CP_ERR_USAGE,
                     "--diff-base: %.*s is in no git repository that can be read",
                     CP_STR_ARGS(path));
    else if (!realpath(git_repository_workdir(git), folder))
        st = failed(path, err);
    if (!st) {
        repo->folder = cp_str_copy(repo->arena, cp_str_of(folder));
        st = read_changes(repo, git, path, ref, err);
    }
    git_repository_free(git);
    return st;
}

static bool is_changed(const repository *repo, cp_str inside, const cp_finding *finding)
{
    const file_lines *file = cp_map_get(&repo->files, inside);
    const cp_source *source = finding->module->source;
    const cp_span *span = &finding->span;
    uint32_t first = cp_source_line(source, span->start);
    uint32_t last =
        cp_source_line(source, span->end > span->start ? span->end - 1 : span->start);
    for (size_t i = 0; file && i < file->count; i++)
        if (file->lines[i].start <= last && first < file->lines[i].end)
            return true;
    return false;
}

static cp_status keep(cp_findings *findings, const char *ref, cp_err *err)
{
    repository repo = {.arena = findings->arena};
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        cp_finding *finding = findings->items[i];
        cp_str path = finding->module->source->path, whole;
        char full[PATH_MAX];
        if (!realpath(cp_str_c(findings->arena, path), full))
            return cp_fail(err, CP_ERR_USAGE, "--diff-base: %.*s is no file",
                           CP_STR_ARGS(path));
        whole = cp_str_copy(findings->arena, cp_str_of(full));
        cp_str inside = cp_path_below(whole, repo.folder);
        if (inside.len == whole.len) {
            repo = (repository){.arena = findings->arena,
                                .files = {.arena = findings->arena}};
            cp_status st = open_repository(&repo, path, ref, err);
            if (st)
                return st;
            inside = cp_path_below(whole, repo.folder);
        }
        if (is_changed(&repo, inside, finding))
            findings->items[kept++] = finding;
    }
    findings->count = kept;
    return CP_OK;
}

cp_status cp_changed_keep(cp_findings *findings, cp_str ref, cp_err *err)
{
    git_libgit2_init();
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    cp_status st = keep(findings, cp_str_c(findings->arena, ref), err);
    git_libgit2_shutdown();
    return st;
}
