#include "plan_text.h"

plan_text plan_text_of(cp_arena *arena, cp_findings *findings, const char *path,
                       cp_str text)
{
    cp_source *source = cp_new(arena, cp_source, 1);
    *source = cp_source_of(arena, cp_str_of(path), cp_str_copy(arena, text));
    return (plan_text){arena, cp_facts_from_python(arena, source), findings, {0}};
}

static const cp_func *innermost(const cp_module *module, size_t at)
{
    const cp_func *found = NULL;
    for (uint32_t i = 0; i < module->func_count; i++) {
        cp_func *func = module->funcs[i];
        if (func->span.start <= at && at < func->span.end && func->name.len)
            found = func;
    }
    return found;
}

static size_t last_dot(cp_str cast)
{
    size_t to = SIZE_MAX;
    for (size_t at = 0; at != SIZE_MAX; at = cp_str_find(cast, CP_STR(".to("), at + 1))
        to = at ? at : to;
    return to != SIZE_MAX ? to : cp_str_find(cast, CP_STR(".float("), 0);
}

static bool is_taken(const plan_text *t, size_t at, size_t end)
{
    for (size_t i = 0; i < t->findings->count; i++) {
        cp_finding *f = t->findings->items[i];
        if (f->module == t->module && f->change.cast.start == at &&
            f->change.cast.end == end)
            return true;
    }
    return false;
}

cp_finding *plan_text_add(plan_text *t, const char *code, const char *cast)
{
    cp_str spelt = cp_str_of(cast);
    size_t at = cp_str_find(t->module->source->text, spelt, 0);
    while (at != SIZE_MAX && is_taken(t, at, at + spelt.len))
        at = cp_str_find(t->module->source->text, spelt, at + 1);
    if (at == SIZE_MAX)
        return NULL;
    cp_span span = {(uint32_t)at, (uint32_t)(at + spelt.len)};
    cp_finding *f = cp_findings_new(t->findings, code, t->module, span);
    uint32_t keep_end = (uint32_t)(at + last_dot(spelt));
    f->change = (cp_change){.kind = CP_CHANGE_DROP_CAST,
                            .cast = span,
                            .keep = {span.start, keep_end},
                            .func = innermost(t->module, at)};
    return f;
}

void plan_text_stale(plan_text *t, cp_finding *finding, const char *word)
{
    const cp_module *module = t->module;
    finding->change.comments =
        cp_new(t->arena, const cp_comment *, module->comment_count + 1);
    for (uint32_t i = 0; i < module->comment_count; i++)
        if (cp_str_has(module->comments[i].text, cp_str_of(word)))
            finding->change.comments[finding->change.comment_count++] =
                &module->comments[i];
}
