#include "contracts/python_prefix.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/files.h"

static cp_str parent_of(cp_str path)
{
    const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
    return cp_str_cut(path, 0, slash ? (size_t)(slash - path.ptr) : 0);
}

static cp_str join(cp_arena *arena, cp_str folder, const char *name)
{
    return cp_str_printf(arena, "%.*s/%s", CP_STR_ARGS(folder), name);
}

static bool is_program(cp_str path)
{
    struct stat info;
    return stat(path.ptr, &info) == 0 && S_ISREG(info.st_mode) &&
           access(path.ptr, X_OK) == 0;
}

static bool text_at(cp_arena *arena, cp_str folder, const char *name, cp_str *text)
{
    cp_files files = {.folder = folder};
    cp_buf bytes = {.arena = arena};
    return cp_files_have(&files, cp_str_of(name)) &&
           !cp_files_read(&files, cp_str_of(name), &bytes, text, NULL);
}

/* "3.11.7" -> "3.11" */
static cp_str minor_of(cp_str version)
{
    cp_str rest = version, major = cp_str_next(&rest, '.');
    cp_str minor = cp_str_next(&rest, '.');
    return cp_str_cut(version, 0, minor.len ? major.len + 1 + minor.len : 0);
}

/* The value of `key = value` in pyvenv.cfg; "" where there is none. */
static cp_str setting(cp_str text, const char *key)
{
    while (text.len) {
        cp_str value = cp_str_next(&text, '\n');
        if (cp_str_is(cp_str_trim(cp_str_next(&value, '=')), key))
            return cp_str_trim(value);
    }
    return (cp_str){"", 0};
}

/* What pyvenv.cfg says, where `path` is a virtual environment. */
static void read_settings(cp_arena *arena, cp_python_prefix *prefix)
{
    cp_str text;
    if (!text_at(arena, prefix->path, "pyvenv.cfg", &text))
        return;
    prefix->is_venv = true;
    cp_str version = setting(text, "version"), home = setting(text, "home");
    if (!version.len)
        version = setting(text, "version_info"); /* as virtualenv and uv say it */
    prefix->version = minor_of(version);
    cp_str below = setting(text, "include-system-site-packages");
    if (below.len == 4 && cp_str_starts_nocase(below, CP_STR("true")))
        prefix->base = parent_of(home);
}

static bool take(cp_arena *arena, cp_python_prefix *prefix, cp_str path, cp_str what)
{
    *prefix = (cp_python_prefix){.what = what, .path = path};
    read_settings(arena, prefix);
    return true;
}

static bool from_variable(cp_arena *arena, const char *name, cp_python_prefix *prefix)
{
    const char *value = getenv(name);
    cp_str path = cp_str_of(value ? value : "");
    while (cp_str_ends(path, CP_STR("/")))
        path.len--;
    return path.len && cp_is_folder(path = cp_str_copy(arena, path)) &&
           take(arena, prefix, path, cp_str_printf(arena, "%s=%s", name, path.ptr));
}

static cp_str current_folder(cp_arena *arena)
{
    char *here = getcwd(NULL, 0);
    cp_str folder = here ? cp_str_copy(arena, cp_str_of(here)) : CP_STR("");
    free(here);
    return folder;
}

static bool is_there(cp_arena *arena, cp_str folder, const char *name)
{
    return access(join(arena, folder, name).ptr, F_OK) == 0;
}

/* How many folders belong to the working tree: the current one up to its repository. */
static unsigned tree_depth(cp_arena *arena, cp_str folder)
{
    unsigned depth = 1;
    for (; folder.len; folder = parent_of(folder), depth++)
        if (is_there(arena, folder, ".git"))
            return depth;
    return 1; /* in no repository: what lies above is somebody else's */
}

static bool from_project(cp_arena *arena, cp_python_prefix *prefix)
{
    static const char *const names[] = {".venv", "venv"};
    cp_str folder = current_folder(arena);
    unsigned depth = tree_depth(arena, folder);
    for (; depth; depth--, folder = parent_of(folder)) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            cp_str path = join(arena, folder, names[i]);
            if (is_there(arena, path, "pyvenv.cfg"))
                return take(arena, prefix, path, path);
        }
    }
    return false;
}

/* ---- python3 on PATH ---- */

/* The version that pyenv runs: of the variable, the project, or the user. */
static bool pyenv_version(cp_arena *arena, cp_str root, cp_str *version)
{
    const char *asked = getenv("PYENV_VERSION");
    cp_str text = cp_str_of(asked ? asked : "");
    cp_str folder = current_folder(arena);
    for (; !text.len && folder.len; folder = parent_of(folder))
        if (text_at(arena, folder, ".python-version", &text))
            break;
    if (!text.len && !text_at(arena, root, "version", &text))
        return false;
    size_t n = 0;
    while (n < text.len && !strchr(": \t\r\n", text.ptr[n]))
        n++;
    *version = cp_str_copy(arena, cp_str_cut(text, 0, n));
    return n > 0;
}

/*
 * The interpreter behind the script that pyenv calls python3, also where that version is
 * not there: pyenv would not take another one. False where it leaves it to the system.
 */
static bool through_pyenv(cp_arena *arena, cp_str *program)
{
    cp_str shims = parent_of(*program), root = parent_of(shims), version;
    if (!cp_str_ends(shims, CP_STR("/shims")))
        return true;
    if (!pyenv_version(arena, root, &version) || cp_str_is(version, "system"))
        return false;
    *program = cp_str_printf(arena, "%.*s/versions/%s/bin/python3", CP_STR_ARGS(root),
                             version.ptr);
    return true;
}

static void from_program(cp_arena *arena, cp_str program, cp_python_prefix *prefix)
{
    cp_str path = cp_str_copy(arena, parent_of(parent_of(program))), what = program;
    take(arena, prefix, path, what);
    char *real = prefix->is_venv ? NULL : realpath(program.ptr, NULL);
    if (!real) /* that of a virtual environment is a link out of it */
        return;
    program = cp_str_copy(arena, cp_str_of(real));
    free(real);
    take(arena, prefix, cp_str_copy(arena, parent_of(parent_of(program))), what);
    const char *name = strrchr(program.ptr, '/') + 1;
    if (!prefix->version.len && cp_str_starts(cp_str_of(name), CP_STR("python3.")))
        prefix->version = cp_str_of(name + strlen("python"));
}

static bool from_search_path(cp_arena *arena, cp_python_prefix *prefix)
{
    const char *path = getenv("PATH");
    cp_str rest = cp_str_of(path ? path : "");
    while (rest.len) {
        cp_str program = join(arena, cp_str_next(&rest, ':'), "python3");
        if (!is_program(program) || !through_pyenv(arena, &program))
            continue;
        from_program(arena, program, prefix);
        return true;
    }
    return false;
}

bool cp_python_prefix_find(cp_arena *arena, cp_python_prefix *prefix)
{
    return from_variable(arena, "VIRTUAL_ENV", prefix) ||
           from_variable(arena, "CONDA_PREFIX", prefix) || from_project(arena, prefix) ||
           from_search_path(arena, prefix);
}
