#include "contracts/mine_more.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A name that more files define says nothing of which is meant. */
#define DEFINERS_MAX 12
/* How far and how many headers are looked at for the macros of a file. */
#define INCLUDE_DEPTH 5
#define INCLUDES_MAX 300

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(cp_str text, size_t at)
{
    while (at < text.len && is_blank(text.ptr[at]))
        at++;
    return at;
}

/* Whether the word that ends before `at` says that a class follows. */
static bool names_class(cp_str text, size_t at)
{
    while (at && is_blank(text.ptr[at - 1]))
        at--;
    cp_str before = cp_str_cut(text, 0, at);
    return cp_str_ends(before, CP_STR("struct")) || cp_str_ends(before, CP_STR("class"));
}

/* The index behind the `)` of the `(` at `at`; 0 if it is far. */
static size_t behind_parens(cp_str text, size_t at)
{
    enum { FAR = 8000 };
    unsigned depth = 0;
    for (size_t i = at; i < text.len && i < at + FAR; i++) {
        depth += text.ptr[i] == '(';
        if (text.ptr[i] == ')' && --depth == 0)
            return i + 1;
    }
    return 0;
}

/* Whether a function's body follows its parameters, whose `(` is at `at`. */
static bool has_body(cp_str text, size_t at)
{
    size_t behind = behind_parens(text, at);
    if (!behind)
        return false;
    behind = skip_blanks(text, behind);
    while (behind < text.len && cp_is_word_byte(text.ptr[behind])) { /* const noexcept */
        while (behind < text.len && cp_is_word_byte(text.ptr[behind]))
            behind++;
        behind = skip_blanks(text, behind);
    }
    return behind + 1 < text.len &&
           (text.ptr[behind] == '{' ||
            (text.ptr[behind] == ':' && text.ptr[behind + 1] != ':'));
}

static bool has_word(cp_str text, cp_str word)
{
    for (size_t at = 0; (at = cp_str_find(text, word, at)) != SIZE_MAX; at += word.len)
        if ((!at || !cp_is_word_byte(text.ptr[at - 1])) &&
            (at + word.len >= text.len || !cp_is_word_byte(text.ptr[at + word.len])))
            return true;
    return false;
}

/* Whether the text defines a class or a function of that name. */
static bool defines(cp_str text, const cp_mine_need *need)
{
    if (need->space.len && !has_word(text, need->space))
        return false;
    cp_str name = need->name;
    for (size_t at = 0; (at = cp_str_find(text, name, at)) != SIZE_MAX; at += name.len) {
        size_t end = at + name.len;
        if ((at && cp_is_word_byte(text.ptr[at - 1])) || end >= text.len ||
            cp_is_word_byte(text.ptr[end]))
            continue;
        size_t next = skip_blanks(text, end);
        if (next >= text.len)
            return false;
        char c = text.ptr[next];
        if (c == '(' ? has_body(text, next)
                     : (c == '{' || c == ':' || c == '<') && names_class(text, at))
            return true;
    }
    return false;
}

/* ---- looking for what is asked for ---- */

typedef struct search {
    mine_reader *files;
    const cp_mine_need *needs;
    size_t count;
    const cp_scanner *scanner;
    uint64_t *found; /* of each file, the needs that it meets */
    atomic_size_t next;
} search;

static void look_into(search *s, size_t i, cp_buf *text)
{
    const native_file *file = &s->files->files[i];
    cp_str bytes;
    if (file->wanted ||
        cp_files_read(s->files->sources, file->source.path, text, &bytes, NULL))
        return;
    uint64_t words = cp_scan(s->scanner, bytes);
    for (size_t k = 0; k < s->count; k++)
        if (words & ((uint64_t)1 << k) && defines(bytes, &s->needs[k]))
            s->found[i] |= (uint64_t)1 << k;
}

static void *look(void *data)
{
    search *s = data;
    cp_arena arena = {0};
    cp_buf text = {.arena = &arena};
    for (;;) {
        size_t i = atomic_fetch_add(&s->next, 1);
        if (i >= s->files->count)
            break;
        look_into(s, i, &text);
    }
    cp_arena_dispose(&arena);
    return NULL;
}

/* Marks the files that define some of the needs, CP_SCAN_MAX of those at most. */
static size_t find_files(mine_reader *files, const cp_mine_need *needs, size_t count)
{
    cp_arena scratch = {0};
    cp_str *words = cp_new(&scratch, cp_str, count);
    for (size_t i = 0; i < count; i++)
        words[i] = needs[i].name;
    search s = {.files = files,
                .needs = needs,
                .count = count,
                .scanner = cp_scanner_new(&scratch, words, count),
                .found = cp_new(&scratch, uint64_t, files->count + 1)};
    pthread_t *ids = cp_new(&scratch, pthread_t, (size_t)files->threads);
    int started = 0;
    while (started < files->threads - 1 &&
           pthread_create(&ids[started], NULL, look, &s) == 0)
        started++;
    look(&s);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    uint64_t common = 0;
    for (size_t k = 0; k < count; k++) {
        size_t definers = 0;
        for (size_t i = 0; i < files->count; i++)
            definers += s.found[i] >> k & 1;
        common |= definers > DEFINERS_MAX ? (uint64_t)1 << k : 0;
    }
    size_t marked = 0;
    for (size_t i = 0; i < files->count; i++)
        if (s.found[i] & ~common) {
            files->files[i].wanted = true;
            marked++;
        }
    cp_arena_dispose(&scratch);
    return marked;
}

/* ---- reading it, with the macros of its headers ---- */

static cp_str file_name(cp_str path)
{
    const char *slash = memrchr(path.ptr, '/', path.len);
    return slash ? cp_str_cut(path, (size_t)(slash + 1 - path.ptr), path.len) : path;
}

typedef struct file_list {
    size_t *items;
    size_t count, room;
} file_list;

static void index_names(mine_reader *files)
{
    if (files->by_name.arena)
        return;
    files->by_name.arena = files->arena;
    for (size_t i = 0; i < files->count; i++) {
        file_list **slot = (file_list **)cp_map_slot(
            &files->by_name, file_name(files->files[i].source.path));
        if (!*slot)
            *slot = cp_new(files->arena, file_list, 1);
        cp_push(files->arena, (*slot)->items, (*slot)->count, (*slot)->room, i);
    }
}

static bool read_text(mine_reader *files, native_file *file)
{
    if (file->source.text.ptr)
        return true;
    cp_arena *arena = &files->arenas[files->threads];
    cp_buf bytes = {.arena = arena};
    cp_str text;
    if (cp_files_read(files->sources, file->source.path, &bytes, &text, NULL))
        return false;
    file->source = cp_source_of(arena, file->source.path, text);
    return true;
}

static void add_macros(mine_reader *files, native_file *file, unsigned depth,
                       size_t *left);

static void add_included(mine_reader *files, cp_str name, unsigned depth, size_t *left)
{
    while (cp_str_starts(name, CP_STR("../")))
        name = cp_str_cut(name, 3, name.len);
    const file_list *list = cp_map_get(&files->by_name, file_name(name));
    for (size_t i = 0; list && i < list->count; i++) {
        native_file *file = &files->files[list->items[i]];
        cp_str path = file->source.path;
        bool same = cp_str_ends(path, name) &&
                    (path.len == name.len || path.ptr[path.len - name.len - 1] == '/');
        if (same)
            add_macros(files, file, depth, left);
    }
}

/* Notes the definitions of the file after those of what it includes. */
static void add_macros(mine_reader *files, native_file *file, unsigned depth,
                       size_t *left)
{
    if (file->has_macros || !*left || !read_text(files, file))
        return;
    file->has_macros = true;
    --*left;
    cp_str text = file->source.text;
    for (size_t at = 0;
         depth && (at = cp_str_find(text, CP_STR("#include \""), at)) != SIZE_MAX;) {
        at += 10;
        size_t end = cp_str_find(text, CP_STR("\""), at);
        if (end == SIZE_MAX)
            break;
        add_included(files, cp_str_cut(text, at, end), depth - 1, left);
    }
    cp_macros_add(files->macros, &file->source);
}

size_t mine_read_more(void *data, const cp_mine_need *needs, size_t count,
                      cp_module ***modules)
{
    mine_reader *files = data;
    size_t marked = 0, got = 0, left = INCLUDES_MAX;
    for (size_t i = 0; i < count; i += CP_SCAN_MAX)
        marked += find_files(files, needs + i,
                             count - i < CP_SCAN_MAX ? count - i : CP_SCAN_MAX);
    if (!marked)
        return 0;
    index_names(files);
    bool *fresh = cp_new(files->arena, bool, files->count);
    for (size_t i = 0; i < files->count; i++) {
        native_file *file = &files->files[i];
        fresh[i] = file->wanted && !file->tried && read_text(files, file);
        file->wanted = file->tried || fresh[i];
        if (fresh[i])
            add_macros(files, file, INCLUDE_DEPTH, &left);
    }
    cp_macros_go_far(files->macros);
    mine_parse_wanted(files);
    *modules = cp_new(files->arena, cp_module *, marked + 1);
    for (size_t i = 0; i < files->count; i++)
        if (fresh[i] && files->files[i].module)
            (*modules)[got++] = files->files[i].module;
    return got;
}
