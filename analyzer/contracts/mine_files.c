#include "contracts/mine_files.h"

#include "base/map.h"
#include "contracts/mine_glance.h"
#include "contracts/mine_source.h"
#include "read/path.h"

/* A C++ file of the tree. */
typedef struct native_file {
    cp_source source;
    mine_word_set *words;     /* of a file that is wanted and reached; else NULL */
    bool wanted;              /* it holds a word that matters */
    bool registers;           /* it may register operators, or export functions */
    bool reached;             /* it was asked for, or is included by one that was */
    bool taken;               /* it was parsed */
    bool linked;              /* with all others, not compiled for itself */
    struct native_file *next; /* of the same name in another folder */
} native_file;

struct cp_mine_files {
    cp_arena *arena;
    cp_mine_files_options options;
    native_file *items;    /* as the paths */
    size_t count;          /* 0 before they are read */
    cp_map by_path;        /* -> native_file */
    cp_map by_name;        /* last part of the path -> native_file, the last one */
    cp_map asked;          /* what was asked for before */
    native_file **reached; /* in the order of reaching, included ones first */
    size_t reached_count, reached_room;
    const cp_scanner *registering; /* words of files that do */
    cp_macros *macros;
    bool read, no_library;
};

cp_mine_files *cp_mine_files_new(cp_arena *arena, const cp_mine_files_options *options)
{
    cp_mine_files *files = cp_new(arena, cp_mine_files, 1);
    *files = (cp_mine_files){.arena = arena, .options = *options};
    files->by_path.arena = files->by_name.arena = files->asked.arena = arena;
    files->macros = cp_macros_new(arena);
    return files;
}

/* The lines that include other files. */
static cp_str includes_of(cp_arena *arena, cp_str text)
{
    cp_buf lines = {.arena = arena};
    for (size_t at = 0; (at = cp_str_find(text, CP_STR("#include"), at)) != SIZE_MAX;) {
        cp_str rest = cp_str_cut(text, at, text.len), line = cp_str_next(&rest, '\n');
        cp_buf_add(&lines, line);
        cp_buf_puts(&lines, "\n");
        at += line.len;
    }
    return cp_buf_str(&lines);
}

static void keep(cp_mine_files *files, native_file *file, cp_str bytes,
                 const cp_scanner *words)
{
    file->wanted = cp_scan(words, bytes) != 0;
    file->registers = file->wanted && cp_scan(files->registering, bytes);
    if (!file->wanted) {
        file->source.text = includes_of(files->arena, bytes);
        return;
    }
    file->source =
        cp_source_of(files->arena, file->source.path, cp_str_copy(files->arena, bytes));
}

/* Whether the question, asked of the text, may be answered by yes. */
static bool may_hold(const native_file *file, cp_str name,
                     bool (*question)(cp_str text, cp_str name))
{
    return (!file->words || mine_may_have_word(file->words, name)) &&
           question(file->source.text, name);
}

/* Texts that matter are kept whole: whatever is asked next may be in any of them. */
static void read_all(cp_mine_files *files)
{
    const cp_mine_files_options *options = &files->options;
    if (files->read)
        return;
    files->read = true;
    cp_str registering[] = {CP_STR("TORCH_LIBRARY"), CP_STR("PYBIND11_MODULE"),
                            CP_STR("EXPORT"), CP_STR("REGISTER"), CP_STR(".def(")};
    const cp_scanner *words = cp_mine_native_words(files->arena);
    files->registering = cp_scanner_new(files->arena, registering,
                                        sizeof registering / sizeof *registering);
    files->items = cp_new(files->arena, native_file, options->count + 1);
    files->count = options->count;
    cp_arena scratch = {0};
    cp_buf bytes = {.arena = &scratch};
    for (size_t i = 0; i < files->count; i++) {
        native_file *file = &files->items[i];
        cp_err err;
        file->source.path = options->paths[i];
        if (cp_source_bytes(&bytes, options->paths[i], &err))
            options->trouble(options->data, options->paths[i], err.msg);
        else
            keep(files, file, cp_buf_str(&bytes), words);
        cp_map_put(&files->by_path, options->paths[i], file);
        void **slot = cp_map_slot(&files->by_name, cp_path_name(options->paths[i]));
        file->next = *slot;
        *slot = file;
    }
    cp_arena_dispose(&scratch);
}

static cp_module *parse(cp_mine_files *files, native_file *file)
{
    cp_cuda_decl *decls = NULL;
    size_t count = 0;
    cp_err err;
    cp_status st = cp_decls_of(files->options.decls, files->arena, file->source.path,
                               file->source.text, &decls, &count, &err);
    if (!st)
        return cp_facts_from_native(files->arena, &file->source, decls, count,
                                    files->macros);
    if (st != CP_ERR_IO)
        files->options.trouble(files->options.data, file->source.path, err.msg);
    else if (!files->no_library)
        files->options.trouble(files->options.data, (cp_str){"", 0}, err.msg);
    files->no_library |= st == CP_ERR_IO;
    return NULL;
}

/* ---- includes ---- */

/* "a/b/../c" -> "a/c" */
static cp_str without_ups(cp_arena *arena, cp_str path)
{
    char *out = cp_new(arena, char, path.len + 1);
    size_t len = 0;
    cp_str rest = path;
    while (rest.len) {
        cp_str part = cp_str_next(&rest, '/');
        const char *slash = len ? memrchr(out, '/', len) : NULL;
        size_t last = slash ? (size_t)(slash - out) + 1 : 0;
        bool up = cp_str_is(part, "..") && len > last &&
                  !(len - last == 2 && memcmp(out + last, "..", 2) == 0);
        if (up) {
            len = slash ? last - 1 : 0;
            continue;
        }
        if (cp_str_is(part, ".") && len)
            continue;
        if (len || (path.ptr[0] == '/' && part.ptr != path.ptr))
            out[len++] = '/';
        len = (size_t)(cp_str_put(out + len, part) - out);
    }
    return (cp_str){out, len};
}

static bool ends_with_path(cp_str path, cp_str end)
{
    return cp_str_ends(path, end) &&
           (path.len == end.len || path.ptr[path.len - end.len - 1] == '/');
}

/* What `#include "name"` in the file means: the one beside it, else the nearest. */
static native_file *included(const cp_mine_files *files, const native_file *from,
                             cp_str name)
{
    cp_str path = from->source.path;
    native_file *found = NULL, *any = cp_map_get(&files->by_name, cp_path_name(name));
    if (!any)
        return NULL; /* a header of a library, as most are */
    cp_str folder = cp_str_cut(path, 0, path.len - cp_path_name(path).len);
    cp_str beside =
        cp_str_printf(files->arena, "%.*s%.*s", CP_STR_ARGS(folder), CP_STR_ARGS(name));
    found = cp_map_get(&files->by_path, without_ups(files->arena, beside));
    if (found)
        return found;
    while (cp_str_starts(name, CP_STR("../")))
        name = cp_str_cut(name, 3, name.len);
    size_t nearest = 0;
    for (; any; any = any->next) { /* the first by path among equals */
        size_t near = cp_str_common(any->source.path, path) + 1;
        if (any->source.path.len && ends_with_path(any->source.path, name) &&
            near >= nearest) {
            found = any;
            nearest = near;
        }
    }
    return found;
}

/* The name that an #include behind `at` names; "" for a macro. */
static cp_str name_included(cp_str text, size_t at)
{
    cp_str line = cp_str_cut(text, at, text.len);
    line = cp_str_trim(cp_str_next(&line, '\n'));
    bool quoted = line.len > 1 && (line.ptr[0] == '<' || line.ptr[0] == '"');
    const char *end =
        quoted ? memchr(line.ptr + 1, line.ptr[0] == '<' ? '>' : '"', line.len - 1)
               : NULL;
    return end ? cp_str_cut(line, 1, (size_t)(end - line.ptr)) : (cp_str){"", 0};
}

/* Notes the file and all that it includes as reached, included ones first. */
static void reach(cp_mine_files *files, native_file *file, bool linked)
{
    if ((file->reached && file->linked >= linked) || !file->source.text.ptr)
        return;
    bool before = file->reached;
    file->reached = true;
    file->linked |= linked;
    cp_str text = file->source.text;
    for (size_t at = 0; (at = cp_str_find(text, CP_STR("#include"), at)) != SIZE_MAX;) {
        at += 8;
        cp_str name = name_included(text, at);
        native_file *found = name.len ? included(files, file, name) : NULL;
        if (found)
            reach(files, found, linked);
    }
    if (before)
        return;
    if (file->wanted) {
        file->words = mine_words_of(files->arena, text);
        cp_macros_add(files->macros, &file->source);
    } else if (cp_source_read(files->arena, file->source.path, &file->source, NULL)) {
        return; /* it was there before */
    }
    cp_push(files->arena, files->reached, files->reached_count, files->reached_room,
            file);
}

/* ---- what is asked for ---- */

/* Whom to tell of what is parsed. */
typedef struct listener {
    cp_mine_files_add *add;
    void *data;
} listener;

/* Macros of all that it includes are known by now. */
static void take(cp_mine_files *files, native_file *file, const listener *to)
{
    if (file->taken || !file->wanted || !file->reached)
        return;
    file->taken = true;
    cp_module *module = parse(files, file);
    if (module)
        to->add(to->data, module);
}

static bool asked_before(cp_mine_files *files, const char *kind, cp_str what)
{
    void **slot = cp_map_slot(
        &files->asked, cp_str_printf(files->arena, "%s %.*s", kind, CP_STR_ARGS(what)));
    bool before = *slot != NULL;
    *slot = files;
    return before;
}

static void expect(cp_mine_files *files, const native_file *file)
{
    cp_decls_expect(files->options.decls, file->source.path, file->source.text);
}

static bool has_part(cp_str name, const cp_str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cp_str_has(name, parts[i]))
            return true;
    return false;
}

void cp_mine_files_foresee(cp_mine_files *files, const cp_mine_guess *guess)
{
    read_all(files);
    const cp_scanner *words =
        cp_scanner_new(files->arena, guess->words, guess->word_count);
    for (size_t i = 0; i < files->count; i++) {
        native_file *file = &files->items[i];
        if (!file->wanted ||
            (!cp_scan(words, file->source.text) &&
             !has_part(cp_path_name(file->source.path), guess->parts, guess->part_count)))
            continue;
        expect(files, file);
        cp_str text = file->source.text;
        for (size_t at = 0;
             (at = cp_str_find(text, CP_STR("#include"), at)) != SIZE_MAX;) {
            at += 8;
            cp_str name = name_included(text, at);
            const native_file *found = name.len ? included(files, file, name) : NULL;
            if (found && found->wanted)
                expect(files, found);
        }
    }
}

void cp_mine_files_named(cp_mine_files *files, cp_str names, cp_mine_files_add *add,
                         void *data)
{
    const listener to = {add, data};
    if (asked_before(files, "named", names))
        return;
    read_all(files);
    while (names.len) {
        cp_str name = cp_str_next(&names, ' ');
        native_file *file =
            name.len ? cp_map_get(&files->by_name, cp_path_name(name)) : NULL;
        for (; file; file = file->next)
            if (ends_with_path(file->source.path, name)) {
                reach(files, file, false);
                take(files, file, &to);
            }
    }
}

void cp_mine_files_registering(cp_mine_files *files, cp_str name, cp_mine_files_add *add,
                               void *data)
{
    const listener to = {add, data};
    if (!name.len || asked_before(files, "registering", name))
        return;
    read_all(files);
    for (size_t i = 0; i < files->count; i++) {
        native_file *file = &files->items[i];
        if (!file->registers || !may_hold(file, name, mine_text_registers))
            continue;
        reach(files, file, true);
        take(files, file, &to);
    }
}

void cp_mine_files_holding(cp_mine_files *files, cp_str name, cp_mine_files_add *add,
                           void *data)
{
    const listener to = {add, data};
    if (!name.len || !files->reached_count || asked_before(files, "holding", name))
        return;
    for (size_t i = 0; i < files->reached_count; i++)
        if (!files->reached[i]->taken && may_hold(files->reached[i], name, mine_text_has))
            take(files, files->reached[i], &to);
}

void cp_mine_files_defining(cp_mine_files *files, cp_str name, cp_mine_files_add *add,
                            void *data)
{
    const listener to = {add, data};
    bool declared = false;
    if (!name.len || asked_before(files, "defining", name))
        return;
    for (size_t i = 0; i < files->reached_count && !declared; i++)
        declared = files->reached[i]->linked &&
                   may_hold(files->reached[i], name, mine_text_declares);
    for (size_t i = 0; i < files->count && declared; i++) {
        native_file *file = &files->items[i];
        if (file->taken || !file->wanted || !may_hold(file, name, mine_text_defines))
            continue;
        reach(files, file, true);
        take(files, file, &to);
    }
}
