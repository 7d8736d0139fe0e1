#include "contracts/mine_files.h"
#include "contracts/own_parts.h"
#include "contracts/set.h"
#include "read/path.h"

/* What was found of a function, kept for the next who asks. */
typedef struct own_answer {
    const cp_own_function *function; /* NULL: nothing */
} own_answer;

static cp_str folder_of(cp_str path)
{
    const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
    return slash ? cp_str_cut(path, 0, (size_t)(slash - path.ptr)) : (cp_str){"", 0};
}

static bool is_below(cp_str path, cp_str folder)
{
    return !folder.len || (path.len > folder.len && cp_str_starts(path, folder) &&
                           path.ptr[folder.len] == '/');
}

bool own_is_checked(const cp_own *own, cp_str root)
{
    for (size_t i = 0; i < own->options.path_count; i++)
        if (cp_str_eq(cp_path_unslashed(own->options.paths[i]), root))
            return true;
    return false;
}

/* The C++ files of a tree: those of the check, where it is of the whole tree. */
static cp_str *natives_of(cp_own *own, cp_str root, size_t *count)
{
    cp_str *paths = NULL;
    size_t room = 0, found = 0;
    *count = 0;
    for (size_t i = 0; own_is_checked(own, root) && i < own->options.native_count; i++)
        if (is_below(own->options.natives[i], root))
            cp_push(own->arena, paths, *count, room, own->options.natives[i]);
    if (own_is_checked(own, root))
        return paths;
    cp_walk_options walk = {.excludes = own->options.excludes,
                            .exclude_count = own->options.exclude_count,
                            .kinds = CP_FILE_NATIVE};
    cp_file *files = NULL;
    if (cp_walk_files(own->arena, &root, 1, &walk, &files, &found, NULL))
        return NULL;
    for (size_t i = 0; i < found; i++)
        if (files[i].kind == CP_FILE_NATIVE)
            cp_push(own->arena, paths, *count, room, files[i].path);
    return paths;
}

/* The release that a tree is; of one that does not say it there is one all the same. */
static const cp_release *release_of(cp_arena *arena, cp_str version)
{
    cp_release *release = cp_new(arena, cp_release, 1);
    *release = (cp_release){version, cp_version_parse(arena, version)};
    if (!release->version)
        *release =
            (cp_release){CP_STR("of this tree"), cp_version_parse(arena, CP_STR("0"))};
    return release;
}

cp_mine_files *own_files(cp_own *own, cp_str root, size_t *count)
{
    cp_mine_files_options files = {
        .decls = own->decls, .trouble = own->options.trouble, .data = own->options.data};
    files.paths = natives_of(own, root, &files.count);
    *count = files.count;
    return cp_mine_files_new(own->arena, &files);
}

static own_part *new_part(cp_own *own, cp_str root)
{
    cp_arena *arena = own->arena;
    own_part *part = cp_new(arena, own_part, 1);
    size_t count;
    own_describe(arena, root, &part->library);
    part->contracts = cp_contracts_empty(arena);
    part->operators.arena = arena;
    part->release = release_of(arena, part->library.version);
    part->input = (cp_mine_input){.project = own->project,
                                  .files = own_files(own, root, &count),
                                  .root = part->library.files.folder,
                                  .packages = part->library.tops,
                                  .package_count = part->library.top_count};
    part->miner = count ? cp_miner_new(arena, &part->input) : NULL;
    return part;
}

/* The checked path that the file is found below; else the file: it was only read. */
static cp_str checked_path_of(const cp_own *own, cp_str path)
{
    for (size_t i = 0; i < own->options.path_count; i++) {
        cp_str checked = cp_path_unslashed(own->options.paths[i]);
        if (is_below(path, checked))
            return checked;
    }
    return path;
}

static own_part *part_of(cp_own *own, cp_str path)
{
    own_part **near = (own_part **)cp_map_slot(&own->parts, folder_of(path));
    if (*near)
        return *near;
    cp_str root = cp_own_root(own->arena, checked_path_of(own, path));
    own_part **slot = (own_part **)cp_map_slot(&own->by_root, root);
    if (!*slot)
        *slot = new_part(own, root);
    own_part *part = *slot;
    *near = part;
    return part;
}

static cp_str name_of(cp_arena *arena, const cp_func *func)
{
    cp_str module = cp_own_module_name(arena, func->module->source->path);
    if (!module.len)
        module = func->module->dotted;
    return cp_str_printf(arena, "%.*s.%.*s", CP_STR_ARGS(module),
                         CP_STR_ARGS(func->name));
}

static cp_entry *new_entry(cp_arena *arena, const own_part *part, cp_str call)
{
    cp_entry *entry = cp_new(arena, cp_entry, 1);
    *entry = (cp_entry){.package = part->library.package, .call = call};
    return entry;
}

static const cp_entry *entry_of(cp_arena *arena, const own_part *part, cp_func *func,
                                cp_str call)
{
    cp_entry *entry = new_entry(arena, part, call);
    entry->parameters = cp_new(arena, cp_str, func->param_count + 1);
    for (unsigned keyword = 0; keyword < 2; keyword++)
        for (uint32_t i = 0; i < func->param_count; i++)
            if (func->params[i].kind ==
                (keyword ? CP_PARAM_KEYWORD_ONLY : CP_PARAM_PLAIN))
                entry->parameters[entry->parameter_count++] = func->params[i].name;
    return entry;
}

static cp_own_function *new_function(cp_own *own, own_part *part, const cp_entry *entry,
                                     const cp_mined_one *mined)
{
    cp_own_function *function = cp_new(own->arena, cp_own_function, 1);
    *function = (cp_own_function){.entry = entry,
                                  .contracts = part->contracts,
                                  .release = part->release,
                                  .calls = mined->calls,
                                  .call_count = mined->call_count};
    for (size_t i = 0; i < mined->count; i++)
        if (!mined->facts[i].unchecked)
            own_add_fact(part->contracts, part->library.package, part->library.version,
                         &mined->facts[i]);
    return function;
}

static const cp_own_function *mine_function(cp_own *own, cp_func *func)
{
    own_part *part = part_of(own, func->module->source->path);
    if (!part->miner)
        return NULL;
    cp_func_read(func);
    cp_str call = name_of(own->arena, func);
    cp_mined_one mined = cp_mine_one(part->miner, func, call);
    if (!mined.call_count)
        return NULL;
    cp_own_function *function =
        new_function(own, part, entry_of(own->arena, part, func, call), &mined);
    function->func = func;
    return function;
}

static const cp_own_function *mine_operator(cp_own *own, own_part *part, cp_str dotted)
{
    cp_str whole = dotted, name;
    if (cp_str_ends(whole, CP_STR(".default")))
        whole.len -= 8;
    const char *dot = memrchr(whole.ptr, '.', whole.len);
    name = cp_str_cut(whole, (size_t)(dot + 1 - whole.ptr), whole.len);
    cp_mined_one mined = {0};
    if (!part->miner || !cp_mine_operator(part->miner, name, whole, &mined))
        return NULL;
    cp_entry *entry = new_entry(own->arena, part, whole);
    entry->parameters = mined.parameters;
    entry->parameter_count = mined.parameter_count;
    return new_function(own, part, entry, &mined);
}

const cp_own_function *cp_own_operator_of(cp_own *own, const cp_module *module,
                                          cp_str dotted)
{
    if (!own || !cp_str_starts(dotted, CP_STR("torch.ops.")))
        return NULL;
    own_part *part = part_of(own, module->source->path);
    own_answer *answer = cp_map_get(&part->operators, dotted);
    if (!answer) {
        answer = cp_new(own->arena, own_answer, 1);
        cp_map_put(&part->operators, dotted, answer);
        answer->function = mine_operator(own, part, dotted);
    }
    return answer->function;
}

const cp_own_function *cp_own_function_of(cp_own *own, cp_func *func)
{
    if (!own || func->owner || func->outer || !func->name.len)
        return NULL;
    own_answer *answer = cp_table_get(&own->functions, func);
    if (!answer) {
        answer = cp_new(own->arena, own_answer, 1);
        cp_table_put(&own->functions, func, answer);
        answer->function = mine_function(own, func);
    }
    return answer->function;
}

bool cp_own_is_private(const cp_func *func)
{
    return cp_str_starts(func->name, CP_STR("_"));
}

bool cp_own_is_known(const cp_own *own, const cp_func *func)
{
    return cp_table_get(&own->functions, func) != NULL;
}

bool cp_own_may_lead_out(cp_own *own, const cp_module *module)
{
    cp_str words[] = {CP_STR("torch.ops."), CP_STR("load_jit"), CP_STR("build_and_load"),
                      CP_STR("load_inline"), CP_STR("cpp_extension")};
    if (!own->ways_out)
        own->ways_out = cp_scanner_new(own->arena, words, sizeof words / sizeof *words);
    void **slot = cp_table_slot(&own->modules, module);
    if (!*slot)
        *slot = cp_scan(own->ways_out, module->source->text) ? (void *)own
                                                             : (void *)&own->modules;
    return *slot == own;
}

bool cp_own_leads_out(const cp_own_function *function, const cp_expr *call)
{
    for (size_t i = 0; i < function->call_count; i++)
        if (function->calls[i] == call)
            return true;
    return false;
}
