#include "findings/suppress.h"

/* One comment, and the lines that it covers. */
typedef struct silencer {
    const cp_module *module;
    const cp_comment *comment;
    cp_silence mark;
    uint32_t line, last; /* of the file: a comment on a line alone covers more than it */
    bool used;
} silencer;

/* Behind "castproof:" at the start of the text, or where a comment begins in it. */
static bool find_words(cp_str text, cp_str *words)
{
    const cp_str name = CP_STR("castproof:");
    for (size_t at = 0; (at = cp_str_find(text, name, at)) != SIZE_MAX; at++) {
        cp_str before = cp_str_trim(cp_str_cut(text, 0, at));
        if (before.len && !cp_str_ends(before, CP_STR("#")) &&
            !cp_str_ends(before, CP_STR("//")))
            continue;
        *words = cp_str_trim(cp_str_cut(text, at + name.len, text.len));
        return true;
    }
    return false;
}

bool cp_silence_read(const cp_comment *comment, cp_silence *mark)
{
    static const struct {
        cp_str word;
        cp_silence_kind kind;
    } kinds[] = {{{"ignore-file", 11}, CP_SILENCE_FILE},
                 {{"ignore", 6}, CP_SILENCE_LINE},
                 {{"off", 3}, CP_SILENCE_OFF},
                 {{"on", 2}, CP_SILENCE_ON}};
    cp_str text;
    if (!find_words(comment->text, &text))
        return false;
    size_t k = 0, count = sizeof kinds / sizeof *kinds;
    while (k < count && !cp_str_starts(text, kinds[k].word))
        k++;
    if (k == count)
        return false;
    text = cp_str_cut(text, kinds[k].word.len, text.len);
    *mark = (cp_silence){.kind = kinds[k].kind};
    size_t end = cp_str_find(text, CP_STR("]"), 0);
    if (text.len && text.ptr[0] == '[' && end != SIZE_MAX)
        mark->codes = cp_str_cut(text, 1, end);
    else if (text.len && text.ptr[0] != ' ' && text.ptr[0] != '\t')
        return false; /* ignored, ignores, …: another word */
    return true;
}

/* The next line after the comment that holds more than a comment. */
static uint32_t covered_line(const silencer *s)
{
    const cp_source *source = s->module->source;
    uint32_t line = s->line;
    while (s->comment->own_line && line < source->line_count) {
        cp_str text = cp_str_trim(cp_source_line_text(source, ++line));
        bool comment = s->module->is_native ? cp_str_starts(text, CP_STR("//"))
                                            : cp_str_starts(text, CP_STR("#"));
        if (text.len && !comment)
            break;
    }
    return line;
}

static bool names_code(const cp_silence *mark, cp_str code)
{
    cp_str rest = mark->codes;
    if (!rest.len)
        return true;
    while (rest.len)
        if (cp_str_eq(cp_str_trim(cp_str_next(&rest, ',')), code))
            return true;
    return false;
}

/* Whether an `on` between an `off` and the line ends it for the code. */
static bool was_ended(const silencer *all, size_t count, const silencer *off, cp_str code,
                      uint32_t line)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].mark.kind == CP_SILENCE_ON && all[i].module == off->module &&
            off->line < all[i].line && all[i].line <= line &&
            names_code(&all[i].mark, code))
            return true;
    return false;
}

static bool silences(const silencer *all, size_t count, const silencer *s,
                     const cp_finding *finding)
{
    if (finding->module != s->module || s->mark.kind == CP_SILENCE_ON ||
        !names_code(&s->mark, finding->code))
        return false;
    if (s->mark.kind == CP_SILENCE_FILE)
        return true;
    const cp_span *span = &finding->span;
    const cp_source *source = finding->module->source;
    uint32_t first = cp_source_line(source, span->start);
    if (s->mark.kind == CP_SILENCE_OFF)
        return s->line <= first && !was_ended(all, count, s, finding->code, first);
    uint32_t last =
        cp_source_line(source, span->end > span->start ? span->end - 1 : span->start);
    return s->line <= last && first <= s->last;
}

static silencer *find_silencers(cp_arena *arena, const cp_project *project, size_t *count)
{
    size_t modules, room = 0;
    cp_module *const *all = cp_project_modules(project, &modules);
    silencer *found = NULL;
    *count = 0;
    for (size_t m = 0; m < modules; m++) {
        for (uint32_t c = 0; c < all[m]->comment_count; c++) {
            silencer s = {.module = all[m], .comment = &all[m]->comments[c]};
            if (!cp_silence_read(s.comment, &s.mark))
                continue;
            s.line = cp_source_line(s.module->source, s.comment->span.start);
            s.last = covered_line(&s);
            cp_push(arena, found, *count, room, s);
        }
    }
    return found;
}

/* Whether an `on` ends at least one code of an `off` before it. */
static bool ends_something(const silencer *all, size_t count, const silencer *on)
{
    for (size_t i = 0; i < count; i++) {
        const silencer *off = &all[i];
        if (off->mark.kind != CP_SILENCE_OFF || off->module != on->module ||
            off->line >= on->line)
            continue;
        cp_str rest = off->mark.codes.len ? off->mark.codes : on->mark.codes;
        bool any = !rest.len && !was_ended(all, count, off, rest, on->line - 1);
        while (!any && rest.len) {
            cp_str code = cp_str_trim(cp_str_next(&rest, ','));
            any = names_code(&on->mark, code) &&
                  !was_ended(all, count, off, code, on->line - 1);
        }
        if (any)
            return true;
    }
    return false;
}

static void report_unused(cp_findings *findings, const silencer *s)
{
    cp_finding *finding = cp_findings_new(findings, "CP001", s->module, s->comment->span);
    finding->tensor = s->comment->text;
    finding->message = s->mark.kind == CP_SILENCE_ON
                           ? CP_STR("this comment ends nothing")
                           : CP_STR("this comment silences nothing");
    finding->help = CP_STR("remove it");
}

void cp_suppress(cp_findings *findings, const cp_project *project)
{
    size_t count, kept = 0;
    silencer *all = find_silencers(findings->arena, project, &count);
    for (size_t i = 0; i < findings->count; i++) {
        bool silenced = false;
        for (size_t s = 0; s < count; s++) {
            if (!silences(all, count, &all[s], findings->items[i]))
                continue;
            all[s].used = silenced = true;
        }
        if (!silenced)
            findings->items[kept++] = findings->items[i];
    }
    findings->count = kept;
    for (size_t s = 0; s < count; s++) {
        bool used = all[s].mark.kind == CP_SILENCE_ON
                        ? ends_something(all, count, &all[s])
                        : all[s].used;
        if (!used)
            report_unused(findings, &all[s]);
    }
    cp_findings_sort(findings);
}
