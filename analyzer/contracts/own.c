#include "contracts/own.h"

#include "contracts/own_parts.h"
#include "contracts/set.h"

/* The roots of the checked paths, none twice. */
static cp_str *roots_of(const cp_own *own, size_t *count)
{
    const cp_own_options *options = &own->options;
    cp_map seen = {.arena = own->arena};
    cp_str *roots = cp_new(own->arena, cp_str, options->path_count + 1);
    *count = 0;
    for (size_t i = 0; i < options->path_count; i++) {
        cp_str root = cp_own_root(own->arena, options->paths[i]);
        void **slot = cp_map_slot(&seen, root);
        if (!*slot)
            roots[(*count)++] = root;
        *slot = roots;
    }
    return roots;
}

/* In the other process: parses what is likely to be asked for. */
static void foresee(void *data, cp_decls *decls)
{
    cp_own *own = data;
    size_t count, files;
    own->decls = decls;
    const cp_str *roots = roots_of(own, &count);
    for (size_t i = 0; i < count; i++)
        cp_mine_files_foresee(own_files(own, roots[i], &files), &own->options.guess);
}

/* False where the whole of each tree is checked, and no C++ file was found. */
static bool may_have_natives(const cp_own *own)
{
    size_t count;
    const cp_str *roots = roots_of(own, &count);
    for (size_t i = 0; i < count; i++)
        if (!own_is_checked(own, roots[i]))
            return true;
    return own->options.native_count > 0;
}

cp_own *cp_own_new(cp_arena *arena, const cp_own_options *options)
{
    cp_own *own = cp_new(arena, cp_own, 1);
    own->arena = arena;
    own->options = *options;
    own->parts.arena = own->by_root.arena = arena;
    own->functions.arena = own->modules.arena = arena;
    cp_decls_options decls = {
        .use_cache = options->use_cache, .apart = may_have_natives(own), .data = own};
    if (options->threads > 1)
        decls.foresee = foresee;
    own->decls = cp_decls_new(arena, &decls);
    return own;
}

void cp_own_use(cp_own *own, cp_project *project)
{
    own->project = project;
    cp_decls_ahead(own->decls);
}

void own_add_fact(cp_contracts *set, cp_str package, cp_str version, const cp_mined *fact)
{
    cp_contract *c = cp_new(set->arena, cp_contract, 1);
    *c = (cp_contract){.kind = CP_CONTRACT_CHECK,
                       .package = package,
                       .call = fact->call,
                       .parameter = fact->parameter,
                       .when_text = fact->when,
                       .accepts = fact->accepts,
                       .same_as = fact->same_as,
                       .unchecked = fact->unchecked,
                       .broken = fact->broken,
                       .reason = fact->reason,
                       .computes = CP_DTYPE_NONE,
                       .rounds_to = CP_DTYPE_NONE,
                       .stated = fact->stated,
                       .stated_count = fact->stated_count,
                       .origin = CP_STR("mined")};
    if (version.len)
        (void)!cp_spec_parse(set->arena,
                             cp_str_printf(set->arena, "==%.*s", CP_STR_ARGS(version)),
                             &c->versions, NULL);
    if (cp_cond_parse(set->arena, fact->when, &c->when, NULL) == CP_OK)
        set_add_contract(set, c);
}

static const cp_contracts *contracts_of(cp_arena *arena, const cp_own_tree *tree)
{
    cp_contracts *set = cp_contracts_empty(arena);
    if (tree->version.len)
        (void)!set_add_release(set, tree->package, tree->version, NULL);
    for (size_t i = 0; i < tree->mined.entry_count; i++) {
        const cp_mined_entry *known = &tree->mined.entries[i];
        cp_entry *entry = cp_new(arena, cp_entry, 1);
        *entry = (cp_entry){.package = tree->package,
                            .call = known->call,
                            .parameters = known->parameters,
                            .parameter_count = known->parameter_count,
                            .aliases = known->aliases,
                            .alias_count = known->alias_count};
        set_add_entry(set, entry);
    }
    for (size_t i = 0; i < tree->mined.count; i++)
        own_add_fact(set, tree->package, tree->version, &tree->mined.facts[i]);
    return set;
}

/* Files that cannot be read are the check's own trouble, said where it is theirs. */
static void pass_on(void *data, cp_mine_loss loss, cp_str path, const char *message)
{
    const cp_own *own = data;
    if (loss == CP_MINE_LEFT_OUT && !path.len)
        own->options.trouble(own->options.data, path, message);
}

/* Its files by the paths that the check calls them by. */
static cp_status find_files(cp_own *own, cp_str root, cp_library *library, cp_err *err)
{
    cp_walk_options walk = {.excludes = own->options.excludes,
                            .exclude_count = own->options.exclude_count,
                            .kinds = CP_FILE_PYTHON | CP_FILE_NATIVE};
    cp_files *files = &library->files;
    files->folder = (cp_str){"", 0};
    return cp_walk_files(own->arena, &root, 1, &walk, &files->items, &files->count, err);
}

static void read_tree(cp_own *own, cp_str root)
{
    cp_own_tree *tree = &own->trees[own->count];
    cp_mine_source *source = &own->sources[own->count];
    cp_library *library = &own->libraries[own->count++];
    cp_err err;
    own_describe(own->arena, root, library);
    cp_str folder = library->files.folder;
    tree->root = root;
    tree->input = &source->input;
    tree->package = library->package;
    tree->version = library->version;
    cp_status st = find_files(own, root, library, &err);
    if (st) {
        own->options.trouble(own->options.data, root, err.msg);
        tree->contracts = cp_contracts_empty(own->arena);
        return;
    }
    cp_mine_source_read(source, own->arena, library, own->options.threads, pass_on, own);
    source->input.root = folder;
    tree->mined = cp_mine(own->arena, &source->input, own->options.threads);
    tree->contracts = contracts_of(own->arena, tree);
}

const cp_own_tree *cp_own_trees(cp_own *own, size_t *count)
{
    if (!own->read) {
        size_t roots;
        const cp_str *root = roots_of(own, &roots);
        own->read = true;
        own->trees = cp_new(own->arena, cp_own_tree, roots + 1);
        own->sources = cp_new(own->arena, cp_mine_source, roots + 1);
        own->libraries = cp_new(own->arena, cp_library, roots + 1);
        for (size_t i = 0; i < roots; i++)
            read_tree(own, root[i]);
    }
    *count = own->count;
    return own->trees;
}

bool cp_own_is_checked(const cp_own *own, cp_str path)
{
    return cp_own_are_below(own->options.paths, own->options.path_count, path);
}

void own_forget_trees(cp_own *own)
{
    for (size_t i = 0; i < own->count; i++)
        cp_mine_source_dispose(&own->sources[i]);
    own->count = 0;
    own->read = false;
    cp_arena_trim();
}

void cp_own_dispose(cp_own *own)
{
    if (!own)
        return;
    cp_decls_dispose(own->decls);
    own_forget_trees(own);
}
