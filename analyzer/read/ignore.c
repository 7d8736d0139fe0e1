#include "read/ignore.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2.h>

/* The last part of a pattern: whatever the pattern matches has a name that fits it. */
typedef struct tail {
    cp_str text;
    enum { TAIL_NAME, TAIL_END, TAIL_GLOB, TAIL_ANY } kind;
} tail;

struct cp_ignore {
    cp_arena *arena;
    cp_str root;   /* the work tree, no '/' at its end */
    cp_str folder; /* from there to the folder that was opened, with a '/' if not "" */
    tail *tails;
    size_t count, room;
    git_repository *repo; /* NULL until it is asked */
    bool started, broken;
};

static tail tail_of(cp_str pattern)
{
    while (pattern.len && pattern.ptr[pattern.len - 1] == '/')
        pattern.len--;
    const char *slash = pattern.len ? memrchr(pattern.ptr, '/', pattern.len) : NULL;
    cp_str last = pattern;
    if (slash)
        last = cp_str_cut(pattern, (size_t)(slash + 1 - pattern.ptr), pattern.len);

    size_t special = 0, stars = 0;
    for (size_t i = 0; i < last.len; i++) {
        special += last.ptr[i] && strchr("*?[]\\", last.ptr[i]);
        stars += last.ptr[i] == '*' && i == stars;
    }
    /* A slash within brackets would have cut the pattern in the wrong place. */
    bool cut = cp_str_has(last, CP_STR("]")) && !cp_str_has(last, CP_STR("["));
    if (cut || last.len == stars)
        return (tail){.kind = TAIL_ANY};
    if (special == 0)
        return (tail){last, TAIL_NAME};
    if (special == stars)
        return (tail){cp_str_cut(last, stars, last.len), TAIL_END};
    return (tail){last, TAIL_GLOB};
}

static void add_patterns(cp_ignore *ignore, cp_str text)
{
    while (text.len) {
        cp_str line = cp_str_trim(cp_str_next(&text, '\n'));
        /* A pattern with ! only takes back what another one ignores. */
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == '!')
            continue;
        tail t = tail_of(line);
        if (t.kind == TAIL_GLOB) /* fnmatch wants it to end with a NUL */
            t.text = cp_str_copy(ignore->arena, t.text);
        cp_push(ignore->arena, ignore->tails, ignore->count, ignore->room, t);
    }
}

/* The bytes of a small file, or "" where it cannot be read. */
static cp_str slurp(cp_arena *arena, int folder, const char *name)
{
    cp_str text = {"", 0};
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return text;
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size < (1 << 24)) {
        char *bytes = cp_new(arena, char, (size_t)info.st_size + 1);
        ssize_t got = read(fd, bytes, (size_t)info.st_size);
        if (got > 0)
            text = (cp_str){bytes, (size_t)got};
    }
    close(fd);
    return text;
}

static cp_str slurp_at(cp_arena *arena, cp_str folder, const char *name)
{
    cp_str path = cp_str_printf(arena, "%.*s%s", CP_STR_ARGS(folder), name);
    return slurp(arena, AT_FDCWD, path.ptr);
}

static bool start(cp_ignore *ignore)
{
    if (ignore->repo || ignore->broken)
        return ignore->repo != NULL;
    ignore->started = true;
    git_libgit2_init();
    /* Reading patterns is safe whoever owns the repository: nothing of it is run. */
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    const char *root = cp_str_c(ignore->arena, ignore->root);
    ignore->broken = git_repository_open(&ignore->repo, root) != 0;
    if (ignore->broken)
        ignore->repo = NULL;
    return !ignore->broken;
}

/* The file that core.excludesfile names; only libgit2 can tell where it is set. */
static void add_excludes_file(cp_ignore *ignore)
{
    git_config *config = NULL;
    git_buf path = {0};
    if (!start(ignore) || git_repository_config_snapshot(&config, ignore->repo) != 0)
        return;
    if (git_config_get_path(&path, config, "core.excludesfile") == 0)
        add_patterns(ignore, slurp(ignore->arena, AT_FDCWD, path.ptr));
    git_buf_dispose(&path);
    git_config_free(config);
}

static bool sets_excludes(cp_str config)
{
    return cp_str_find_nocase(config, CP_STR("excludesfile"), 0) != SIZE_MAX ||
           cp_str_find_nocase(config, CP_STR("[include"), 0) != SIZE_MAX;
}

/* The patterns that hold for all repositories of this user, and for this one's clone. */
static void add_outer_patterns(cp_ignore *ignore)
{
    cp_arena *a = ignore->arena;
    const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
    cp_str at_home = cp_str_of(home ? home : "");
    cp_str config = xdg && *xdg ? cp_str_of(xdg)
                                : cp_str_printf(a, "%.*s/.config", CP_STR_ARGS(at_home));
    if (sets_excludes(slurp_at(a, at_home, "/.gitconfig")) ||
        sets_excludes(slurp_at(a, config, "/git/config")) ||
        sets_excludes(slurp_at(a, CP_STR(""), "/etc/gitconfig")) ||
        sets_excludes(slurp_at(a, ignore->root, "/.git/config")))
        add_excludes_file(ignore);
    add_patterns(ignore, slurp_at(a, config, "/git/ignore"));
    add_patterns(ignore, slurp_at(a, ignore->root, "/.git/info/exclude"));

    cp_str git = cp_str_printf(a, "%.*s/.git", CP_STR_ARGS(ignore->root));
    struct stat info;
    if (stat(git.ptr, &info) == 0 &&
        !S_ISDIR(info.st_mode)) /* its patterns are elsewhere */
        cp_push(a, ignore->tails, ignore->count, ignore->room,
                ((tail){.kind = TAIL_ANY}));
}

static bool could_match(const tail *t, cp_str name)
{
    switch (t->kind) {
    case TAIL_NAME:
        return t->text.len == name.len &&
               strncasecmp(t->text.ptr, name.ptr, name.len) == 0;
    case TAIL_END:
        return t->text.len <= name.len &&
               strncasecmp(t->text.ptr, name.ptr + name.len - t->text.len, t->text.len) ==
                   0;
    case TAIL_GLOB: /* names come from the walk, which ends them with a NUL */
        return fnmatch(t->text.ptr, name.ptr, FNM_CASEFOLD) == 0;
    case TAIL_ANY:
        break;
    }
    return true;
}

static bool ask(cp_ignore *ignore, cp_str path, bool is_folder)
{
    if (!start(ignore))
        return false;
    cp_str full = cp_str_printf(ignore->arena, "%.*s%.*s%s", CP_STR_ARGS(ignore->folder),
                                CP_STR_ARGS(path), is_folder ? "/" : "");
    int ignored = 0;
    return git_ignore_path_is_ignored(&ignored, ignore->repo, full.ptr) == 0 && ignored;
}

bool cp_ignore_has(cp_ignore *ignore, cp_str path, cp_str name, bool is_folder)
{
    for (size_t i = 0; i < ignore->count; i++)
        if (could_match(&ignore->tails[i], name))
            return ask(ignore, path, is_folder);
    return false;
}

size_t cp_ignore_enter(cp_ignore *ignore, int fd)
{
    size_t mark = ignore->count;
    add_patterns(ignore, slurp(ignore->arena, fd, ".gitignore"));
    return mark;
}

void cp_ignore_leave(cp_ignore *ignore, size_t mark)
{
    ignore->count = mark;
}

/* The nearest folder at or above `folder` that holds a .git; "" if there is none. */
static cp_str find_root(cp_arena *arena, cp_str folder)
{
    for (;;) {
        cp_str git = cp_str_printf(arena, "%.*s/.git", CP_STR_ARGS(folder));
        if (access(git.ptr, F_OK) == 0)
            return folder;
        const char *slash = folder.len ? memrchr(folder.ptr, '/', folder.len) : NULL;
        if (!slash)
            return (cp_str){"", 0};
        folder.len = (size_t)(slash - folder.ptr);
    }
}

/* Whether the folder is ignored; brings in the .gitignore files above it on the way. */
static bool is_ignored_itself(cp_ignore *ignore)
{
    cp_str rest = ignore->folder, above = ignore->root;
    while (rest.len) {
        add_patterns(ignore, slurp_at(ignore->arena, above, "/.gitignore"));
        cp_str name = cp_str_copy(ignore->arena, cp_str_next(&rest, '/'));
        above = cp_str_printf(ignore->arena, "%.*s/%.*s", CP_STR_ARGS(above),
                              CP_STR_ARGS(name));
        if (cp_ignore_has(ignore, (cp_str){"", 0}, name, false))
            return true;
    }
    return false;
}

cp_ignore *cp_ignore_open(cp_arena *arena, cp_str folder)
{
    if (cp_str_is(folder, "/"))
        folder.len = 0;
    cp_str root = find_root(arena, folder);
    if (root.len == 0)
        return NULL;
    cp_ignore *ignore = cp_new(arena, cp_ignore, 1);
    ignore->arena = arena;
    ignore->root = root;
    if (folder.len > root.len)
        ignore->folder = cp_str_printf(
            arena, "%.*s/", CP_STR_ARGS(cp_str_cut(folder, root.len + 1, folder.len)));
    add_outer_patterns(ignore);
    if (is_ignored_itself(ignore)) {
        cp_ignore_close(ignore);
        return NULL;
    }
    return ignore;
}

void cp_ignore_close(cp_ignore *ignore)
{
    if (!ignore || !ignore->started)
        return;
    git_repository_free(ignore->repo);
    git_libgit2_shutdown();
    ignore->repo = NULL;
    ignore->started = false;
}
