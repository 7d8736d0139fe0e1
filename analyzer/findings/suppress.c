#include "findings/suppress.h"

/* One comment: the codes that it names (none: all), and the lines that it covers. */
typedef struct silencer {
    const cp_module *module;
    const cp_comment *comment;
    cp_str codes; /* "CP101, CP104"; "" for all */
    bool whole_file, used;
    uint32_t line;
} silencer;

static bool read_silencer(const cp_module *module, const cp_comment *comment,
                          silencer *out)
{
    cp_str text = cp_str_trim(comment->text);
    if (!cp_str_starts(text, CP_STR("castproof:")))
        return false;
    text = cp_str_trim(cp_str_cut(text, 10, text.len));
    bool whole = cp_str_starts(text, CP_STR("ignore-file"));
    if (!whole && !cp_str_starts(text, CP_STR("ignore")))
        return false;
    text = cp_str_cut(text, whole ? 11 : 6, text.len);
    *out = (silencer){.module = module, .comment = comment, .whole_file = whole};
    size_t end = cp_str_find(text, CP_STR("]"), 0);
    if (text.len && text.ptr[0] == '[' && end != SIZE_MAX)
        out->codes = cp_str_cut(text, 1, end);
    else if (text.len && text.ptr[0] != ' ')
        return false; /* ignored, ignores, …: another word */
    out->line = cp_source_line(module->source, comment->span.start);
    return true;
}

/* The next line after the comment that holds more than a comment. */
static uint32_t covered_line(const silencer *mark)
{
    const cp_source *source = mark->module->source;
    uint32_t line = mark->line;
    while (mark->comment->own_line && line < source->line_count) {
        cp_str text = cp_str_trim(cp_source_line_text(source, ++line));
        bool comment = mark->module->is_native ? cp_str_starts(text, CP_STR("//"))
                                               : cp_str_starts(text, CP_STR("#"));
        if (text.len && !comment)
            break;
    }
    return line;
}

static bool names_code(const silencer *mark, cp_str code)
{
    cp_str rest = mark->codes;
    if (!rest.len)
        return true;
    while (rest.len)
        if (cp_str_eq(cp_str_trim(cp_str_next(&rest, ',')), code))
            return true;
    return false;
}

static bool silences(const silencer *mark, const cp_finding *finding)
{
    if (finding->module != mark->module || !names_code(mark, finding->code))
        return false;
    if (mark->whole_file)
        return true;
    const cp_source *source = finding->module->source;
    uint32_t first = cp_source_line(source, finding->span.start);
    uint32_t last = cp_source_line(source, finding->span.end > finding->span.start
                                               ? finding->span.end - 1
                                               : finding->span.start);
    uint32_t line = covered_line(mark);
    return (first <= line && line <= last) || (first <= mark->line && mark->line <= last);
}

static silencer *find_silencers(cp_arena *arena, const cp_project *project, size_t *count)
{
    size_t modules, room = 0;
    cp_module *const *all = cp_project_modules(project, &modules);
    silencer *marks = NULL, mark;
    *count = 0;
    for (size_t m = 0; m < modules; m++)
        for (uint32_t c = 0; c < all[m]->comment_count; c++)
            if (read_silencer(all[m], &all[m]->comments[c], &mark))
                cp_push(arena, marks, *count, room, mark);
    return marks;
}

static void report_unused(cp_findings *findings, const silencer *mark)
{
    cp_finding *finding =
        cp_findings_new(findings, "CP001", mark->module, mark->comment->span);
    finding->tensor = mark->comment->text;
    finding->message = CP_STR("this comment silences nothing");
    finding->help = CP_STR("remove it");
}

void cp_suppress(cp_findings *findings, const cp_project *project)
{
    size_t count, kept = 0;
    silencer *marks = find_silencers(findings->arena, project, &count);
    for (size_t i = 0; i < findings->count; i++) {
        bool silenced = false;
        for (size_t m = 0; m < count; m++) {
            if (!silences(&marks[m], findings->items[i]))
                continue;
            marks[m].used = silenced = true;
        }
        if (!silenced)
            findings->items[kept++] = findings->items[i];
    }
    findings->count = kept;
    for (size_t m = 0; m < count; m++)
        if (!marks[m].used)
            report_unused(findings, &marks[m]);
    cp_findings_sort(findings);
}
