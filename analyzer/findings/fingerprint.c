#include "findings/fingerprint.h"

#include "base/digest.h"
#include "read/path.h"

cp_str cp_fingerprint_path(cp_arena *arena, cp_str path)
{
    cp_str whole = cp_path_whole(arena, path);
    cp_str folder = cp_path_parent(whole);
    cp_str root = cp_path_root(arena, folder);
    if (!root.len)
        root = cp_path_whole(arena, CP_STR("."));
    cp_str below = cp_path_below(whole, root);
    return below.len < whole.len ? below : cp_path_below(whole, folder);
}

/* Not the innermost: functions within one are only known where it had to be read. */
static cp_str function_around(const cp_finding *finding)
{
    const cp_module *module = finding->module;
    for (uint32_t i = 0; i < module->func_count; i++) {
        const cp_func *func = module->funcs[i];
        if (func->name.len && func->span.start <= finding->span.start &&
            finding->span.start < func->span.end)
            return func->qualname;
    }
    return CP_STR("");
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static cp_str without_blanks(cp_arena *arena, cp_str text)
{
    char *out = cp_new(arena, char, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!is_blank(text.ptr[i]))
            out[len++] = text.ptr[i];
    return (cp_str){out, len};
}

/* Of all but the number among those alike. */
static cp_digest digest_of(cp_arena *arena, const cp_finding *finding,
                           const cp_source *source, cp_str path)
{
    cp_str text = cp_str_cut(source->text, finding->span.start, finding->span.end);
    cp_digest digest = cp_digest_add((cp_digest){0}, finding->code);
    digest = cp_digest_add(digest, path);
    digest = cp_digest_add(digest, function_around(finding));
    return cp_digest_add(digest, without_blanks(arena, text));
}

void cp_fingerprint(cp_findings *findings)
{
    cp_arena *arena = findings->arena;
    cp_map alike = {.arena = arena};
    const cp_source *source = NULL;
    cp_str path = {"", 0};
    for (size_t i = 0; i < findings->count; i++) {
        cp_finding *finding = findings->items[i];
        if (finding->fingerprint.len)
            continue;
        if (!source || finding->module->source != source) {
            source = finding->module->source;
            path = cp_fingerprint_path(arena, source->path);
        }
        cp_digest digest = digest_of(arena, finding, source, path);
        size_t **before = (size_t **)cp_map_slot(&alike, cp_digest_text(arena, digest));
        if (!*before)
            *before = cp_new(arena, size_t, 1);
        cp_str number = cp_str_printf(arena, "%zu", (**before)++);
        finding->fingerprint = cp_digest_text(arena, cp_digest_add(digest, number));
    }
}
