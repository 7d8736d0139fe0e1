#include "facts/native.h"
#include "findings/debt_parts.h"

enum { NAME_MAX_LEN = 96, STATEMENT_MAX = 1200 /* bytes */, LINES_UP = 3 };

/* "mPtrRoutingBias" -> "m_ptr_routing_bias"; "" if it does not fit. */
static cp_str snake_of(cp_str name, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool capital = c >= 'A' && c <= 'Z';
        if (len + 2 > NAME_MAX_LEN)
            return (cp_str){"", 0};
        if (capital && i && name.ptr[i - 1] != '_')
            out[len++] = '_';
        out[len++] = capital ? (char)(c - 'A' + 'a') : c;
    }
    while (len && out[len - 1] == '_')
        len--;
    return (cp_str){out, len};
}

cp_role cp_debt_tensor_of(const cp_flow_rules *rules, cp_str name)
{
    char place[NAME_MAX_LEN];
    cp_str rest = snake_of(name, place);
    while (rest.len) {
        if (cp_map_get(&rules->logits, rest))
            return CP_ROLE_ROUTER_LOGITS;
        if (cp_map_get(&rules->bias, rest))
            return CP_ROLE_ROUTING_BIAS;
        if (cp_map_get(&rules->weights, rest))
            return CP_ROLE_TOPK_WEIGHTS;
        cp_str_next(&rest, '_');
    }
    return CP_ROLE_NONE;
}

/* The place of the line break at or behind `at`: what follows is in no comment. */
static size_t line_behind(const cp_source *source, size_t at)
{
    size_t stop = cp_str_find(source->text, CP_STR("\n"), at);
    return stop == SIZE_MAX ? source->text.len : stop;
}

/* The code before a remark at the end of a line: its statement may begin further up. */
static cp_native_code code_before(cp_arena *arena, const cp_debt_note *note)
{
    const cp_source *source = note->module->source;
    const cp_comment *comment = note->comment;
    uint32_t line = cp_source_line(source, comment->span.start);
    uint32_t first = line > LINES_UP ? line - LINES_UP : 1;
    size_t start = source->line_starts[first - 1];
    size_t own = source->line_starts[line - 1];
    if (comment > note->module->comments && comment[-1].span.end > start)
        start = line_behind(source, comment[-1].span.end);
    if (start > own)
        start = own;
    return cp_native_code_of(arena, cp_str_cut(source->text, start, comment->span.start));
}

/* The code behind a remark on lines of its own, other comments there passed over. */
static cp_native_code code_behind(cp_arena *arena, const cp_debt_note *note)
{
    const cp_source *source = note->module->source;
    const cp_module *module = note->module;
    size_t start = line_behind(source, note->comment->span.end);
    for (const cp_comment *next = note->comment + 1;
         next < module->comments + module->comment_count && next->own_line &&
         next->span.start <= line_behind(source, start + 1);
         next++)
        start = line_behind(source, next->span.end);
    size_t end = source->text.len;
    if (end - start > STATEMENT_MAX)
        end = start + STATEMENT_MAX;
    return cp_native_code_of(arena, cp_str_cut(source->text, start, end));
}

static bool is_sign(const cp_native_word *word, const char *signs)
{
    return !word->is_name && word->text.len == 1 && strchr(signs, word->text.ptr[0]);
}

/* Leaves the first statement, parameter or argument. */
static void keep_first(cp_native_code *code)
{
    int depth = 0;
    for (size_t i = 0; i < code->count; i++) {
        const cp_native_word *word = &code->words[i];
        depth += is_sign(word, "([<") - is_sign(word, ")]>");
        if (is_sign(word, ";{}") || depth < 0 || (depth == 0 && is_sign(word, ",")))
            code->count = i;
    }
}

/* Leaves the last one, which may be ended already. */
static void keep_last(cp_native_code *code)
{
    int depth = 0;
    size_t first = code->count;
    while (first) {
        const cp_native_word *word = &code->words[first - 1];
        depth += is_sign(word, ")]>") - is_sign(word, "([<");
        bool ends = is_sign(word, ";{}") || (depth == 0 && is_sign(word, ","));
        if (depth < 0 || (ends && first < code->count))
            break;
        first--;
    }
    code->words += first;
    code->count -= first;
}

static cp_native_code code_beside(cp_arena *arena, const cp_debt_note *note)
{
    bool behind = note->comment->own_line;
    cp_native_code code = behind ? code_behind(arena, note) : code_before(arena, note);
    if (behind)
        keep_first(&code);
    else
        keep_last(&code);
    return code;
}

static bool names_dtype(cp_str name)
{
    static const char *const words[] = {"dtype", "Dtype", "scalar_type"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_has(name, cp_str_of(words[i])))
            return true;
    cp_dtype dtype = cp_dtype_of_native(name);
    return dtype != CP_DTYPE_NONE && cp_dtype_is_float(dtype);
}

/* Whether a type stands before the name, as in `void* routing_bias`. */
static bool is_declared(const cp_native_code *code, size_t at)
{
    const cp_native_word *before = at ? &code->words[at - 1] : NULL;
    return before && (is_sign(before, "*&>") ||
                      (before->is_name && !cp_str_is(before->text, "return")));
}

/* The routing tensor that the code beside the remark gives a dtype, or asks for it. */
static cp_str tensor_beside(const cp_study *study, const cp_debt_note *note,
                            cp_role *role)
{
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    cp_native_code code = code_beside(study->arena, note);
    cp_str found = {"", 0};
    bool about = false;
    for (size_t i = 0; i < code.count; i++) {
        const cp_native_word *word = &code.words[i];
        cp_role here =
            word->is_name ? cp_debt_tensor_of(rules, word->text) : CP_ROLE_NONE;
        about |= word->is_name && names_dtype(word->text);
        if (here == CP_ROLE_NONE || found.len)
            continue;
        found = word->text;
        *role = here;
        about |= is_declared(&code, i);
    }
    return about ? found : (cp_str){"", 0};
}

bool cp_debt_native_item(const cp_study *study, const cp_debt_note *note,
                         const cp_debt_words *words, cp_debt_item *item)
{
    bool is_note = cp_str_find_nocase(note->marker, CP_STR("note"), 0) == 0;
    if (!words->dtype || (!words->puts_off && (is_note || !note->marker.len)))
        return false;
    cp_role role = CP_ROLE_NONE;
    cp_str tensor = tensor_beside(study, note, &role);
    if (!tensor.len && (!words->tensor || words->other))
        return false;
    item->subject = tensor.len ? tensor : words->about;
    item->role = role;
    item->state = CP_DEBT_UNVERIFIABLE;
    item->since = item->stated = (cp_str){"", 0};
    if (words->wanted == CP_DTYPE_NONE)
        item->precondition = CP_STR("the remark names no one dtype to look up");
    else if (!note->marker.len)
        item->precondition =
            CP_STR("the remark names the dtype of now, and not the one that it is to be");
    else
        item->precondition = cp_str_printf(
            study->arena, "C++ code is not followed to what takes `%.*s` as %s",
            CP_STR_ARGS(item->subject), cp_dtype_name(words->wanted));
    return true;
}
