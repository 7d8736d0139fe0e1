#include "patches/patch.h"

#include <jansson.h>
#include <stdlib.h>

#include "patches/words.h"

static json_t *text_of(cp_arena *arena, cp_str text)
{
    cp_str clean = cp_words_line(arena, text);
    return json_stringn(clean.ptr, clean.len);
}

static json_t *findings_of(cp_arena *arena, const cp_fix *fix)
{
    json_t *all = json_array();
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *f = fix->findings[i];
        const cp_source *source = f->module->source;
        json_array_append_new(all, json_pack("{s:o,s:o,s:i,s:s,s:o}", "code",
                                             text_of(arena, f->code), "path",
                                             text_of(arena, source->path), "line",
                                             (int)cp_source_line(source, f->span.start),
                                             "effect", cp_effect_name(f->effect),
                                             "message", text_of(arena, f->message)));
    }
    return all;
}

static json_t *edits_of(cp_arena *arena, const cp_fix *fix)
{
    json_t *all = json_array();
    for (uint32_t i = 0; i < fix->edit_count; i++) {
        const cp_edit_range *edit = &fix->edits[i];
        json_array_append_new(
            all, json_pack("{s:o,s:I,s:I,s:o}", "path",
                           text_of(arena, fix->module->source->path), "start_byte",
                           (json_int_t)edit->start, "end_byte", (json_int_t)edit->end,
                           "new_text", json_stringn(edit->text.ptr, edit->text.len)));
    }
    return all;
}

/* The JSON value given, else the text, else null. */
static json_t *proof_of(cp_arena *arena, const cp_patch_proof *proof)
{
    json_t *value = json_loadb(proof->json.ptr ? proof->json.ptr : "", proof->json.len,
                               JSON_DECODE_ANY, NULL);
    if (value)
        return value;
    return proof->text.len ? text_of(arena, proof->text) : json_null();
}

cp_str cp_patches_index(cp_arena *arena, const cp_patches *patches)
{
    json_t *all = json_array();
    for (size_t i = 0; i < patches->count; i++) {
        const cp_patch *patch = &patches->items[i];
        json_array_append_new(all, json_pack("{s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:o}", "file",
                                             text_of(arena, patch->file), "id",
                                             text_of(arena, patch->fix->id), "effect",
                                             cp_effect_name(patch->fix->effect), "path",
                                             text_of(arena, patch->path), "subject",
                                             text_of(arena, patch->subject), "findings",
                                             findings_of(arena, patch->fix), "edits",
                                             edits_of(arena, patch->fix), "validation",
                                             proof_of(arena, &patch->proof)));
    }
    json_t *index = json_pack("{s:s,s:s,s:o}", "tool", "castproof", "version", CP_VERSION,
                              "patches", all);
    char *text = json_dumps(index, JSON_INDENT(2));
    cp_str copy = cp_str_printf(arena, "%s\n", text ? text : "{}");
    free(text);
    json_decref(index);
    return copy;
}
