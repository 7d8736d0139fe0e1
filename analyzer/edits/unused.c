#include "edits/draft.h"
#include "edits/lex.h"

/* An import statement, and where it stands. */
typedef struct import_site {
    const cp_stmt *stmt;
    const cp_func *func; /* whose scope it binds in; NULL for the module */
    bool movable;        /* a plain statement of that scope that leaves no empty block */
} import_site;

typedef struct sites {
    cp_arena *arena;
    import_site *items;
    size_t count, room;
} sites;

static void collect(sites *all, const cp_block *block, const cp_func *func, bool movable)
{
    for (uint32_t i = 0; i < block->count; i++) {
        const cp_stmt *s = block->stmts[i];
        bool inside = movable && s->kind != CP_STMT_TRY && s->kind != CP_STMT_CLASS;
        if (s->kind == CP_STMT_IMPORT) {
            import_site found = {s, func, movable && block->count > 1};
            cp_push(all->arena, all->items, all->count, all->room, found);
        }
        collect(all, &s->body, func, inside);
        collect(all, &s->orelse, func, inside);
        collect(all, &s->final, func, inside);
        for (uint32_t k = 0; k < s->case_count; k++)
            collect(all, &s->cases[k].body, func, inside);
        for (uint32_t k = 0; k < s->handler_count; k++)
            collect(all, &s->handlers[k], func, false);
        if (s->func && !s->func->left) /* no edit is in what is left */
            collect(all, &s->func->body, s->func, true);
        if (s->class)
            collect(all, &s->class->body, func, false);
    }
}

static bool is_removed(const cp_draft *draft, size_t start, size_t end)
{
    for (size_t i = 0; i < draft->count; i++)
        if (draft->edits[i].start <= start && end <= draft->edits[i].end)
            return true;
    return false;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || (unsigned char)c >= 0x80;
}

static bool has_word(cp_str text, cp_str word)
{
    for (size_t at = cp_str_find(text, word, 0); at != SIZE_MAX;
         at = cp_str_find(text, word, at + 1)) {
        size_t end = at + word.len;
        if ((at == 0 || !is_name_char(text.ptr[at - 1])) &&
            (end == text.len || !is_name_char(text.ptr[end])))
            return true;
    }
    return false;
}

/* Whether a string may mean the name: an annotation, an entry of __all__, an f-string. */
static bool string_means(cp_str literal, cp_str name)
{
    if (!has_word(literal, name))
        return false;
    for (size_t i = 0; i < literal.len && literal.ptr[i] != '"' && literal.ptr[i] != '\'';
         i++)
        if (strchr("fFtT", literal.ptr[i]))
            return true;
    for (size_t i = 0; i < literal.len; i++)
        if (!is_name_char(literal.ptr[i]) && !strchr(".[](), |\"'", literal.ptr[i]))
            return false;
    return true;
}

/* Whether what the edits remove from `scope` has the word `name`. */
static bool may_go(const cp_draft *draft, cp_span scope, cp_str name)
{
    for (size_t i = 0; i < draft->count; i++) {
        const cp_edit_range *edit = &draft->edits[i];
        if (scope.start <= edit->start && edit->end <= scope.end &&
            has_word(cp_str_cut(draft->text, edit->start, edit->end), name))
            return true;
    }
    return false;
}

/*
 * Whether the edits remove uses of `name` from `scope` and leave none. The import
 * statement itself, at `own`, does not count.
 */
static bool loses_last_use(const cp_draft *draft, cp_span scope, cp_span own, cp_str name)
{
    bool goes = false;
    char before = ' ';
    cp_str text = cp_str_cut(draft->text, 0, scope.end);
    for (cp_token t = cp_lex(text, scope.start); t.kind; t = cp_lex(text, t.end)) {
        cp_str token = cp_str_cut(text, t.start, t.end);
        bool hit = (t.kind == CP_TOKEN_WORD && before != '.' && cp_str_eq(token, name)) ||
                   (t.kind == CP_TOKEN_STRING && string_means(token, name));
        bool mine = own.start <= t.start && t.end <= own.end;
        if (hit && !mine && !is_removed(draft, t.start, t.end))
            return false;
        goes = goes || (hit && !mine);
        if (t.kind != CP_TOKEN_COMMENT)
            before = text.ptr[t.end - 1];
    }
    return goes;
}

/* A comment can ask for an import that looks unused: noqa, type comments, isort's. */
static bool is_marked(const cp_draft *draft, cp_span span)
{
    size_t start = cp_draft_line_start(draft, span.start);
    cp_str lines = cp_str_cut(draft->text, start, cp_draft_line_end(draft, span.end));
    for (cp_token t = cp_lex(lines, 0); t.kind; t = cp_lex(lines, t.end)) {
        cp_str token = cp_str_cut(lines, t.start, t.end);
        if (t.kind == CP_TOKEN_COMMENT &&
            (cp_str_find_nocase(token, CP_STR("noqa"), 0) != SIZE_MAX ||
             cp_str_has(token, CP_STR("pylint:")) || cp_str_has(token, CP_STR("type:"))))
            return true;
    }
    return false;
}

static bool binds(const cp_stmt *stmt, const cp_import *import)
{
    for (uint32_t k = 0; k < stmt->import_count; k++) {
        const cp_import *other = &stmt->imports[k];
        if (other != import && cp_str_eq(other->local, import->local))
            return true;
    }
    return false;
}

/* For an import of the module, one in a function counts as elsewhere too. */
static bool binds_elsewhere(const cp_module *module, const sites *all,
                            const import_site *mine, const cp_import *import)
{
    for (uint32_t i = 0; !mine->func && i < module->import_count; i++)
        if (binds(module->imports[i], import))
            return true;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].func == mine->func && binds(all->items[i].stmt, import))
            return true;
    return false;
}

/* `import a as a`, `from m import a as a`: the way to say that it is for others. */
static bool is_reexport(const cp_draft *draft, const cp_import *import)
{
    cp_str words = cp_str_cut(draft->text, import->span.start, import->span.end);
    return has_word(words, CP_STR("as")) && (cp_str_eq(import->local, import->name) ||
                                             cp_str_eq(import->local, import->module));
}

static bool becomes_unused(const cp_draft *draft, const sites *all,
                           const import_site *site, const cp_import *import)
{
    cp_span scope = {0, (uint32_t)draft->text.len};
    if (site->func)
        scope = site->func->span;
    if (!site->movable || !may_go(draft, scope, import->local) ||
        cp_str_is(import->name, "*") || cp_str_is(import->module, "__future__") ||
        (draft->module->is_package && !site->func) || is_reexport(draft, import) ||
        binds_elsewhere(draft->module, all, site, import) ||
        is_marked(draft, site->stmt->span))
        return false;
    return loses_last_use(draft, scope, site->stmt->span, import->local);
}

/* Takes import `i` of several out of its statement, with its comma. */
static void drop_one(cp_draft *draft, const cp_stmt *s, uint32_t i, const bool *gone)
{
    cp_span span = s->imports[i].span;
    size_t line = cp_draft_line_start(draft, span.start);
    cp_token comma = cp_lex(draft->text, span.end);
    bool has_comma = comma.kind == CP_TOKEN_SIGN && draft->text.ptr[comma.start] == ',';
    cp_span whole = {span.start, (uint32_t)(has_comma ? comma.end : span.end)};
    bool alone = cp_draft_owns_lines(draft, whole) && line > s->span.start;
    if (alone) {
        cp_draft_delete(draft, line, cp_draft_line_end(draft, whole.end));
        return;
    }
    bool none_before = true;
    for (uint32_t k = 0; k < i; k++)
        none_before = none_before && gone[k];
    if (!none_before)
        cp_draft_delete(draft, s->imports[i - 1].span.end, span.end);
    else if (i + 1 < s->import_count)
        cp_draft_delete(draft, span.start, s->imports[i + 1].span.start);
}

static void drop_from(cp_draft *draft, const sites *all, const import_site *site)
{
    const cp_stmt *s = site->stmt;
    bool *gone = cp_new(draft->arena, bool, s->import_count + 1);
    uint32_t left = s->import_count;
    for (uint32_t i = 0; i < s->import_count; i++) {
        gone[i] = becomes_unused(draft, all, site, &s->imports[i]);
        left -= gone[i];
    }
    if (left == 0 && s->import_count && cp_draft_owns_lines(draft, s->span))
        cp_draft_remove_lines(draft, s->span);
    for (uint32_t i = 0; left && i < s->import_count; i++)
        if (gone[i])
            drop_one(draft, s, i, gone);
}

void cp_draft_drop_imports(cp_draft *draft)
{
    sites all = {.arena = draft->arena};
    collect(&all, &draft->module->body, NULL, true);
    for (size_t i = 0; i < all.count; i++)
        drop_from(draft, &all, &all.items[i]);
    cp_draft_settle_lines(draft);
}
