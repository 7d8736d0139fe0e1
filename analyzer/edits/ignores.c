#include "edits/ignores.h"

#include "facts/native.h"
#include "findings/suppress.h"

/* One comment that is to be: what it names, and where. */
typedef struct wanted {
    const cp_module *module;
    uint32_t line;
    bool above;                /* on a line of its own, before `line` */
    const cp_comment *present; /* gets the codes, where there is one */
    cp_str codes;
    const cp_finding **findings;
    size_t count, room;
} wanted;

typedef struct list {
    cp_arena *arena;
    cp_str reason;
    wanted *items;
    size_t count, room;
} list;

static const cp_comment *comment_around(const cp_module *module, uint32_t at)
{
    for (uint32_t i = 0; i < module->comment_count; i++)
        if (module->comments[i].span.start <= at && at < module->comments[i].span.end)
            return &module->comments[i];
    return NULL;
}

/* A comment that ignores other codes on that line already. */
static const cp_comment *mark_of_line(const cp_module *module, uint32_t line, bool above)
{
    cp_silence mark;
    for (uint32_t i = 0; i < module->comment_count; i++) {
        const cp_comment *comment = &module->comments[i];
        uint32_t at = cp_source_line(module->source, comment->span.start);
        bool near = above ? comment->own_line && at + 1 == line : at == line;
        if (near && cp_silence_read(comment, &mark) && mark.kind == CP_SILENCE_LINE &&
            mark.codes.len)
            return comment;
    }
    return NULL;
}

static cp_edit_range edit_of(const list *all, const wanted *w)
{
    const cp_source *source = w->module->source;
    const char *sign = w->module->is_native ? "//" : "#";
    cp_silence mark;
    if (w->present && cp_silence_read(w->present, &mark)) {
        uint32_t at = (uint32_t)(mark.codes.ptr + mark.codes.len - source->text.ptr);
        return (cp_edit_range){
            at, at, cp_str_printf(all->arena, ", %.*s", CP_STR_ARGS(w->codes))};
    }
    cp_str line = cp_source_line_text(source, w->line), code = cp_str_trim(line);
    uint32_t start = source->line_starts[w->line - 1];
    cp_str text = cp_str_printf(all->arena, "%s castproof: ignore[%.*s] %.*s", sign,
                                CP_STR_ARGS(w->codes), CP_STR_ARGS(all->reason));
    size_t indent = (size_t)(code.ptr - line.ptr);
    if (w->above)
        return (cp_edit_range){start, start,
                               cp_str_printf(all->arena, "%.*s%.*s%.*s", (int)indent,
                                             line.ptr, CP_STR_ARGS(text),
                                             CP_STR_ARGS(cp_source_line_break(source)))};
    return (cp_edit_range){start + (uint32_t)(indent + code.len),
                           start + (uint32_t)line.len,
                           cp_str_printf(all->arena, "  %.*s", CP_STR_ARGS(text))};
}

/* Whether the file's new text has a comment there that is understood. */
static bool reads_back(const cp_module *module, const cp_edit_range *edit)
{
    cp_arena scratch = {0};
    cp_buf text = {.arena = &scratch};
    cp_str before = module->source->text;
    cp_buf_add(&text, cp_str_cut(before, 0, edit->start));
    cp_buf_add(&text, edit->text);
    cp_buf_add(&text, cp_str_cut(before, edit->end, before.len));
    cp_source source = cp_source_of(&scratch, module->source->path,
                                    cp_str_copy(&scratch, cp_buf_str(&text)));
    const cp_module *after = module->is_native ? cp_facts_of_comments(&scratch, &source)
                                               : cp_facts_from_python(&scratch, &source);
    cp_silence mark;
    uint32_t last = edit->start + (uint32_t)cp_str_trim(edit->text).len - 1;
    const cp_comment *comment = comment_around(after, last);
    bool good = comment && cp_silence_read(comment, &mark) &&
                after->error_count <= module->error_count;
    cp_arena_dispose(&scratch);
    return good;
}

/* The comment for that line; NULL where there can be none. */
static wanted *comment_for(list *all, const cp_module *module, uint32_t line, bool above)
{
    for (size_t i = 0; i < all->count; i++) {
        wanted *w = &all->items[i];
        if (w->module == module && w->line == line && w->above == above)
            return w;
    }
    wanted w = {.module = module,
                .line = line,
                .above = above,
                .present = mark_of_line(module, line, above),
                .codes = CP_STR("CP")};
    cp_edit_range edit = edit_of(all, &w);
    if (!reads_back(module, &edit))
        return NULL;
    w.codes.len = 0;
    cp_push(all->arena, all->items, all->count, all->room, w);
    return &all->items[all->count - 1];
}

static void add_code(list *all, wanted *w, const cp_finding *finding)
{
    bool known = false;
    for (size_t i = 0; i < w->count; i++)
        known |= cp_str_eq(w->findings[i]->code, finding->code);
    if (!known)
        w->codes = cp_str_printf(all->arena, "%.*s%s%.*s", CP_STR_ARGS(w->codes),
                                 w->codes.len ? ", " : "", CP_STR_ARGS(finding->code));
    cp_push(all->arena, w->findings, w->count, w->room, finding);
}

static bool add_finding(list *all, const cp_finding *finding)
{
    const cp_module *module = finding->module;
    const cp_source *source = module->source;
    const cp_span *span = &finding->span;
    uint32_t first = cp_source_line(source, span->start);
    uint32_t last =
        cp_source_line(source, span->end > span->start ? span->end - 1 : span->start);
    const cp_comment *comment = comment_around(module, span->start);
    bool above = comment && comment->own_line;
    wanted *w = comment_for(all, module, first, above);
    if (!w && last > first)
        w = comment_for(all, module, last, false);
    if (w)
        add_code(all, w, finding);
    return w != NULL;
}

static cp_fix *fix_of(cp_arena *arena, cp_ignores *ignores, const cp_module *module,
                      uint32_t room)
{
    cp_fix *last = ignores->fix_count ? ignores->fixes[ignores->fix_count - 1] : NULL;
    if (last && last->module == module)
        return last;
    cp_fix *fix = cp_new(arena, cp_fix, 1);
    fix->id = CP_STR("ignore");
    fix->module = module;
    fix->edits = cp_new(arena, cp_edit_range, room);
    cp_push(arena, ignores->fixes, ignores->fix_count, ignores->fix_room, fix);
    return fix;
}

void cp_ignores_plan(cp_arena *arena, const cp_findings *findings, cp_str reason,
                     cp_ignores *ignores)
{
    list all = {.arena = arena, .reason = reason};
    *ignores = (cp_ignores){0};
    for (size_t i = 0; i < findings->count; i++) {
        const cp_finding *finding = findings->items[i];
        if (cp_str_is(finding->code, "CP001"))
            continue;
        if (add_finding(&all, finding))
            ignores->added++;
        else
            cp_push(arena, ignores->left, ignores->left_count, ignores->left_room,
                    finding);
    }
    for (size_t i = 0; i < all.count; i++) {
        cp_fix *fix = fix_of(arena, ignores, all.items[i].module, (uint32_t)all.count);
        fix->edits[fix->edit_count++] = edit_of(&all, &all.items[i]);
    }
}
