#include "contracts/pins.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "contracts/pins_read.h"
#include "read/path.h"

struct cp_pins {
    cp_arena *arena;
    cp_pins_trouble *trouble;
    void *data;
    cp_map folders; /* normalized path -> pin_folder, each read once */
    cp_map assumed; /* package -> cp_pin; `installed`: where no file states one */
    cp_map installed;
    cp_str here, project; /* whole paths, once they were asked for */
    cp_pins *below;       /* what counts where nothing is assumed here; or NULL */
};

cp_pins *cp_pins_new(cp_arena *arena, cp_pins_trouble *trouble, void *data)
{
    cp_pins *pins = cp_new(arena, cp_pins, 1);
    pins->arena = arena;
    pins->trouble = trouble;
    pins->data = data;
    pins->folders.arena = pins->assumed.arena = pins->installed.arena = arena;
    return pins;
}

cp_status cp_pins_assume(cp_pins *pins, cp_str requirement, cp_err *err)
{
    cp_err first;
    cp_requirement r;
    cp_str text = cp_str_copy(pins->arena, requirement);
    if (cp_requirement_parse(pins->arena, text, &r, &first))
        return cp_fail(err, CP_ERR_USAGE, "--assume: %s", first.msg);
    if (!r.spec.count)
        return cp_fail(err, CP_ERR_USAGE,
                       "--assume: `%.*s` names no version; write for example %.*s==1.2",
                       CP_STR_ARGS(text), CP_STR_ARGS(r.package));
    cp_pin **slot = (cp_pin **)cp_map_slot(&pins->assumed, r.package);
    if (!*slot) {
        *slot = cp_new(pins->arena, cp_pin, 1);
        **slot = (cp_pin){.package = r.package, .path = CP_STR("--assume")};
    }
    (*slot)->spec = cp_spec_and(pins->arena, &(*slot)->spec, &r.spec);
    return CP_OK;
}

cp_status cp_pins_installed(cp_pins *pins, cp_str package, cp_str version, cp_err *err)
{
    cp_pin *pin = cp_new(pins->arena, cp_pin, 1);
    *pin = (cp_pin){.package = package, .path = CP_STR("--package")};
    cp_str text = cp_str_printf(pins->arena, "==%.*s", CP_STR_ARGS(version));
    cp_status st = cp_spec_parse(pins->arena, text, &pin->spec, err);
    if (!st)
        cp_map_put(&pins->installed, package, pin);
    return st;
}

cp_pins *cp_pins_raised(cp_pins *pins, cp_str package, cp_str version, cp_err *err)
{
    cp_pins *raised = cp_pins_new(pins->arena, pins->trouble, pins->data);
    raised->below = pins;
    cp_str pin = cp_str_printf(pins->arena, "%.*s==%.*s", CP_STR_ARGS(package),
                               CP_STR_ARGS(version));
    return cp_pins_assume(raised, pin, err) ? NULL : raised;
}

cp_str pins_join(cp_arena *arena, cp_str folder, cp_str name)
{
    if (!folder.len)
        return name;
    const char *slash = cp_str_ends(folder, CP_STR("/")) ? "" : "/";
    return cp_str_printf(arena, "%.*s%s%.*s", CP_STR_ARGS(folder), slash,
                         CP_STR_ARGS(name));
}

static pin_claims *claims_of(const pin_sink *sink, cp_str package)
{
    pin_claims **slot = (pin_claims **)cp_map_slot(&sink->folder->by_package, package);
    if (!*slot) {
        *slot = cp_new(sink->arena, pin_claims, 1);
        (*slot)->joined.arena = sink->arena;
    }
    return *slot;
}

static void add_claim(const pin_sink *sink, cp_str package, pin_claim claim)
{
    pin_claims *claims = claims_of(sink, package);
    claim.path = sink->path;
    claim.dist = sink->dist;
    cp_push(sink->arena, claims->items, claims->count, claims->room, claim);
}

void pins_add_spec(const pin_sink *sink, cp_str package, const cp_spec *spec,
                   uint32_t line)
{
    add_claim(sink, package, (pin_claim){.spec = *spec, .line = line});
}

void pins_add_broken(const pin_sink *sink, cp_str package, const char *why, uint32_t line)
{
    cp_err *err = cp_new(sink->arena, cp_err, 1);
    cp_fail(err, CP_ERR_SYNTAX, "%.*s:%u: %s", CP_STR_ARGS(sink->path), line, why);
    add_claim(sink, package, (pin_claim){.line = line, .err = err});
}

void pins_add(const pin_sink *sink, cp_str text, uint32_t line)
{
    cp_requirement r;
    cp_err err;
    if (!cp_requirement_parse(sink->arena, text, &r, &err)) {
        pins_add_spec(sink, r.package, &r.spec, line);
        return;
    }
    size_t n = 0;
    text = cp_str_trim(text);
    while (n < text.len && text.ptr[n] && !strchr(" \t[(<>=!~;@,", text.ptr[n]))
        n++;
    cp_str name = cp_package_name(sink->arena, cp_str_cut(text, 0, n));
    pins_add_broken(sink, name, err.msg, line);
}

void pins_trouble(const pin_sink *sink, const cp_err *err)
{
    sink->pins->trouble(sink->pins->data, sink->path, err);
}

/* ---- reading a folder ---- */

static void read_with(pin_sink sink, cp_str name,
                      void (*read)(const pin_sink *, const cp_source *))
{
    cp_source source;
    cp_err err;
    sink.path = pins_join(sink.arena, sink.folder_path, name);
    if (cp_source_read(sink.arena, sink.path, &source, &err))
        pins_trouble(&sink, &err);
    else
        read(&sink, &source);
}

static void read_dist(pin_sink sink, cp_str name, const char *file)
{
    pin_dist *dist = cp_new(sink.arena, pin_dist, 1);
    dist->info = pins_join(sink.arena, sink.folder_path, name);
    dist->owns.arena = sink.arena;
    cp_str inner = pins_join(sink.arena, name, cp_str_of(file));
    cp_str path = pins_join(sink.arena, sink.folder_path, inner);
    struct stat info;
    if (stat(cp_str_c(sink.arena, path), &info) != 0)
        return; /* left over from a package that was removed */
    sink.dist = dist;
    sink.folder->dist_count++;
    read_with(sink, inner, pins_read_metadata);
}

static int compare_names(const void *a, const void *b)
{
    return cp_str_cmp(*(const cp_str *)a, *(const cp_str *)b);
}

/* The names in a folder, sorted; false and errno where it cannot be read. */
static bool list_folder(cp_arena *arena, cp_str path, cp_str **names, size_t *count)
{
    DIR *dir = opendir(path.len ? cp_str_c(arena, path) : ".");
    size_t room = 0;
    *count = 0;
    *names = NULL;
    if (!dir)
        return false;
    for (struct dirent *entry; (entry = readdir(dir));)
        cp_push(arena, *names, *count, room,
                cp_str_copy(arena, cp_str_of(entry->d_name)));
    closedir(dir);
    if (*count)
        qsort(*names, *count, sizeof **names, compare_names);
    return true;
}

/* requirements/cuda.txt, …: as if they were called requirements-cuda.txt. */
static void read_requirements_folder(const pin_sink *sink, cp_str name)
{
    cp_str *files;
    size_t count;
    cp_str path = pins_join(sink->arena, sink->folder_path, name);
    if (!list_folder(sink->arena, path, &files, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (cp_str_ends(files[i], CP_STR(".txt")))
            read_with(*sink, pins_join(sink->arena, name, files[i]),
                      pins_read_requirements);
}

static void read_entry(const pin_sink *sink, cp_str name)
{
    if (cp_str_is(name, "pyproject.toml"))
        read_with(*sink, name, pins_read_pyproject);
    else if (cp_str_is(name, "setup.cfg"))
        read_with(*sink, name, pins_read_setup_cfg);
    else if (cp_str_starts(name, CP_STR("requirements")) &&
             cp_str_ends(name, CP_STR(".txt")))
        read_with(*sink, name, pins_read_requirements);
    else if (cp_str_is(name, "requirements"))
        read_requirements_folder(sink, name);
    else if (cp_str_ends(name, CP_STR(".dist-info")))
        read_dist(*sink, name, "METADATA");
    else if (cp_str_ends(name, CP_STR(".egg-info")))
        read_dist(*sink, name, "PKG-INFO");
    else if (cp_str_is(name, ".git"))
        sink->folder->has_git = true;
}

/* A folder that is not there pins nothing; one that may not be read might. */
static void complain_of_folder(const pin_sink *sink, int why)
{
    cp_str path = sink->path.len ? sink->path : CP_STR(".");
    cp_err err;
    if (why == ENOENT || why == ENOTDIR)
        return;
    cp_fail(&err, CP_ERR_IO,
            "%.*s: cannot look for pinned versions here: %s; state them with --assume",
            CP_STR_ARGS(path), strerror(why));
    pins_trouble(sink, &err);
}

static pin_folder *read_folder(cp_pins *pins, cp_str path)
{
    pin_folder *folder = cp_new(pins->arena, pin_folder, 1);
    folder->by_package.arena = pins->arena;
    pin_sink sink = {.pins = pins,
                     .arena = pins->arena,
                     .folder = folder,
                     .folder_path = path,
                     .path = path};
    cp_str *names;
    size_t count;
    if (!list_folder(pins->arena, path, &names, &count)) {
        complain_of_folder(&sink, errno);
        return folder;
    }
    for (size_t i = 0; i < count; i++)
        read_entry(&sink, names[i]);
    return folder;
}

static pin_folder *folder_at(cp_pins *pins, cp_str path)
{
    pin_folder *folder = cp_map_get(&pins->folders, path);
    if (!folder) {
        folder = read_folder(pins, path);
        cp_map_put(&pins->folders, path, folder);
    }
    return folder;
}

/* ---- which files a distribution's requirements hold for ---- */

/* Whether a line of `text` begins with `top` and then one of `ends`. */
static bool lists(cp_str text, cp_str top, const char *ends)
{
    for (size_t at = 0; (at = cp_str_find(text, top, at)) != SIZE_MAX; at++) {
        size_t behind = at + top.len;
        bool begins = at == 0 || text.ptr[at - 1] == '\n' || text.ptr[at - 1] == '"';
        bool finishes = behind < text.len ? strchr(ends, text.ptr[behind]) != NULL
                                          : strchr(ends, '\n') != NULL;
        if (begins && finishes)
            return true;
    }
    return false;
}

/* What the file of the dist-info says about `top`; -1 where there is no such file. */
static int says(const pin_dist *dist, const char *file, cp_str top, const char *ends)
{
    cp_arena scratch = {0};
    cp_source source;
    cp_str path = pins_join(&scratch, dist->info, cp_str_of(file));
    int answer = -1;
    if (!cp_source_read(&scratch, path, &source, NULL))
        answer = lists(source.text, top, ends);
    cp_arena_dispose(&scratch);
    return answer;
}

static bool owns(cp_arena *arena, const pin_folder *folder, pin_dist *dist, cp_str top)
{
    const char *known = cp_map_get(&dist->owns, top);
    if (known)
        return *known == 'y';
    int answer = says(dist, "RECORD", top, "/,");
    cp_str module =
        cp_str_ends(top, CP_STR(".py")) ? cp_str_cut(top, 0, top.len - 3) : top;
    if (answer < 0)
        answer = says(dist, "top_level.txt", module, "\r\n");
    if (answer < 0)
        answer = folder->dist_count == 1 ||
                 cp_str_eq(dist->name, cp_package_name(arena, module));
    cp_map_put(&dist->owns, top, (void *)(answer ? "y" : "n"));
    return answer;
}

/* All claims on the package that hold for `top`, as one; NULL where there is none. */
static const cp_pin *join_claims(cp_pins *pins, const pin_folder *folder,
                                 pin_claims *claims, cp_str package, cp_str top)
{
    cp_pin **slot = (cp_pin **)cp_map_slot(&claims->joined, top);
    if (*slot)
        return *slot;
    cp_pin *pin = NULL;
    for (size_t i = 0; i < claims->count; i++) {
        pin_claim *claim = &claims->items[i];
        if (claim->dist && !owns(pins->arena, folder, claim->dist, top))
            continue;
        if (claim->err && !claim->told)
            pins->trouble(pins->data, claim->path, claim->err);
        claim->told = true;
        if (!pin) {
            pin = cp_new(pins->arena, cp_pin, 1);
            *pin = (cp_pin){package, claim->spec, claim->path, claim->line};
        } else if (!cp_str_eq(pin->spec.text, claim->spec.text)) {
            pin->spec = cp_spec_and(pins->arena, &pin->spec, &claim->spec);
        }
    }
    *slot = pin;
    return pin;
}

/* ---- lookup ---- */

/* The first part of `path` below `folder`. */
static cp_str top_of(cp_str path, cp_str folder)
{
    size_t start = folder.len;
    while (start < path.len && path.ptr[start] == '/')
        start++;
    cp_str rest = cp_str_cut(path, start, path.len);
    return cp_str_next(&rest, '/');
}

/* Of folders above the current one, only those of the project that it is part of count.
 */
static const cp_pin *find_above(cp_pins *pins, cp_str path, cp_str name)
{
    if (!pins->here.len) {
        pins->here = cp_path_whole(pins->arena, CP_STR("."));
        pins->project = cp_path_project(pins->arena, pins->here);
    }
    cp_str file = cp_path_whole(pins->arena, path), up = {"", 0};
    const cp_pin *pin = NULL;
    for (cp_str at = pins->here; !pin && cp_path_below(at, pins->project).len < at.len;) {
        at = cp_path_parent(at);
        up = cp_str_printf(pins->arena, "..%s%.*s", up.len ? "/" : "", CP_STR_ARGS(up));
        pin_folder *folder = folder_at(pins, up);
        pin_claims *claims = cp_map_get(&folder->by_package, name);
        if (claims)
            pin = join_claims(pins, folder, claims, name, top_of(file, at));
    }
    return pin;
}

static const cp_pin *find_in_tree(cp_pins *pins, cp_str path, cp_str name)
{
    const cp_pin *pin = NULL;
    cp_str file = cp_path_plain(pins->arena, path), at = file;
    for (;;) {
        cp_str folder_path = cp_path_parent(at);
        pin_folder *folder = folder_at(pins, folder_path);
        pin_claims *claims = cp_map_get(&folder->by_package, name);
        if (claims)
            pin = join_claims(pins, folder, claims, name, top_of(file, folder_path));
        if (pin || folder->has_git)
            return pin;
        if (!folder_path.len)
            return find_above(pins, path, name);
        if (cp_str_is(folder_path, "/") || cp_str_is(folder_path, "..") ||
            cp_str_ends(folder_path, CP_STR("/..")))
            return NULL;
        at = folder_path;
    }
}

const cp_pin *cp_pins_find(cp_pins *pins, cp_str path, cp_str package)
{
    cp_str name = cp_package_name(pins->arena, package);
    const cp_pin *pin = cp_map_get(&pins->assumed, name);
    if (pins->below)
        return pin ? pin : cp_pins_find(pins->below, path, package);
    const cp_pin *installed = cp_map_get(&pins->installed, name);
    if (!pin)
        pin = find_in_tree(pins, path, name);
    return installed && (!pin || !pin->spec.count) ? installed : pin;
}
