#include "patches/words.h"

#define BODY_WIDTH 72
#define SLUG_WIDTH 52

/* Length of the UTF-8 sequence at `s`, 0 where it is none or a control character. */
static size_t sequence(cp_str s)
{
    unsigned char lead = (unsigned char)s.ptr[0];
    if (lead < 0x80)
        return lead >= 0x20 && lead != 0x7f;
    size_t len = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || len > s.len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
            return 0;
    unsigned char next = (unsigned char)s.ptr[1];
    bool bad = (lead == 0xe0 && next < 0xa0) || (lead == 0xed && next > 0x9f) ||
               (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f) ||
               (lead == 0xc2 && next < 0xa0);
    return bad ? 0 : len;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

cp_str cp_words_line(cp_arena *arena, cp_str text)
{
    text = cp_str_trim(text);
    char *out = cp_new(arena, char, text.len + 1), *to = out;
    for (size_t i = 0; i < text.len;) {
        size_t len = sequence(cp_str_cut(text, i, text.len));
        if (is_space(text.ptr[i])) {
            if (to[-1] != ' ')
                *to++ = ' ';
            i++;
        } else if (len) {
            to = cp_str_put(to, cp_str_cut(text, i, i + len));
            i += len;
        } else {
            *to++ = '?';
            i++;
        }
    }
    return (cp_str){out, (size_t)(to - out)};
}

static cp_str last_name(cp_str dotted)
{
    size_t at = dotted.len;
    while (at && dotted.ptr[at - 1] != '.')
        at--;
    return cp_str_cut(dotted, at, dotted.len);
}

static const char *kind_of(cp_str code)
{
    static const char *const kinds[][2] = {
        {"CP101", "redundant "}, {"CP102", "no-op "},    {"CP103", "round-trip "},
        {"CP104", "narrowing "}, {"CP105", "outdated "},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (cp_str_is(code, kinds[i][0]))
            return kinds[i][1];
    return "";
}

cp_str cp_words_subject(cp_arena *arena, const cp_fix *fix)
{
    const cp_finding *first = NULL;
    uint32_t casts = 0;
    bool same = true;
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *f = fix->findings[i];
        if (f->change.kind == CP_CHANGE_NONE)
            continue;
        same = !first || (same && cp_str_eq(f->tensor, first->tensor) &&
                          cp_str_eq(f->consumer, first->consumer));
        first = first ? first : f;
        casts++;
    }
    cp_buf out = {.arena = arena};
    cp_str tensor = first ? cp_words_line(arena, first->tensor) : CP_STR("");
    if (casts == 1)
        cp_buf_printf(&out, "Drop the %scast", kind_of(first->code));
    else
        cp_buf_printf(&out, "Drop %u casts", casts);
    if (casts == 1 && first->to < CP_DTYPE_COUNT)
        cp_buf_printf(&out, " to %s", cp_dtype_name(first->to));
    if (same && tensor.len && tensor.len <= 60)
        cp_buf_printf(&out, " of %.*s", CP_STR_ARGS(tensor));
    if (same && first && first->consumer.len) {
        cp_str name = cp_words_line(arena, last_name(first->consumer));
        cp_buf_printf(&out, " before %.*s", CP_STR_ARGS(name));
    }
    return cp_buf_str(&out);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.';
}

cp_str cp_words_file(cp_arena *arena, cp_str subject, size_t number)
{
    char slug[SLUG_WIDTH + 1];
    size_t len = 0;
    for (size_t i = 0; i < subject.len && len < SLUG_WIDTH; i++) {
        if (is_plain(subject.ptr[i]))
            slug[len++] = subject.ptr[i];
        else if (len && slug[len - 1] != '-')
            slug[len++] = '-';
    }
    while (len && (slug[len - 1] == '-' || slug[len - 1] == '.'))
        len--;
    return cp_str_printf(arena, "%04zu-%.*s.patch", number, (int)len, slug);
}

/* Adds `text` word by word, `indent` blanks before each line but the first. */
static void add_wrapped(cp_buf *out, size_t column, size_t indent, cp_str text)
{
    cp_str rest = cp_words_line(out->arena, text);
    bool first = true;
    while (rest.len) {
        cp_str word = cp_str_next(&rest, ' ');
        if (!first && column + 1 + word.len > BODY_WIDTH) {
            cp_buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            cp_buf_puts(out, " ");
            column++;
        }
        cp_buf_add(out, word);
        column += word.len;
        first = false;
    }
    cp_buf_puts(out, "\n");
}

static void add_item(cp_buf *out, const char *label, cp_str text)
{
    if (!text.len)
        return;
    cp_buf_printf(out, "  %s: ", label);
    add_wrapped(out, strlen(label) + 4, 4, text);
}

static void add_contract(cp_buf *out, const cp_finding *f)
{
    const cp_contract *c = f->contract;
    if (!c)
        return;
    cp_str accepts = cp_dtypes_text(out->arena, c->accepts);
    if (c->unchecked)
        accepts = CP_STR("any dtype, nothing checks it");
    else if (c->same_as.len)
        accepts = cp_str_printf(out->arena, "the dtype of %.*s", CP_STR_ARGS(c->same_as));
    cp_buf line = {.arena = out->arena};
    cp_buf_printf(&line, "%.*s accepts %.*s", CP_STR_ARGS(c->parameter),
                  CP_STR_ARGS(accepts));
    if (c->when_text.len)
        cp_buf_printf(&line, " when %.*s", CP_STR_ARGS(c->when_text));
    cp_buf_printf(&line, "; %.*s %.*s", CP_STR_ARGS(c->package),
                  CP_STR_ARGS(f->contract_version));
    for (uint32_t i = 0; i < c->stated_count; i++)
        cp_buf_printf(&line, "%s%.*s", i ? ", " : ", stated at ",
                      CP_STR_ARGS(c->stated[i]));
    if (c->origin.len)
        cp_buf_printf(&line, " (%.*s)", CP_STR_ARGS(c->origin));
    add_item(out, "contract", cp_buf_str(&line));
}

static void add_finding(cp_buf *out, const cp_finding *f, cp_str path)
{
    uint32_t line = cp_source_line(f->module->source, f->span.start);
    cp_str place = cp_str_printf(out->arena, "%.*s %.*s:%u", CP_STR_ARGS(f->code),
                                 CP_STR_ARGS(path), line);
    cp_buf_puts(out, "\n* ");
    add_wrapped(out, 2, 2, place);
    if (f->message.len) {
        cp_buf_puts(out, "  ");
        add_wrapped(out, 2, 2,
                    cp_str_printf(out->arena, "%.*s.", CP_STR_ARGS(f->message)));
    }
    if (f->consumer.len)
        add_item(out, "consumer",
                 cp_str_printf(out->arena, "%.*s, parameter %.*s",
                               CP_STR_ARGS(f->consumer), CP_STR_ARGS(f->parameter)));
    add_contract(out, f);
    for (uint32_t i = 0; i < f->producer_count; i++) {
        const cp_place *p = &f->producers[i];
        add_item(out, "dtype from",
                 cp_str_printf(out->arena, "%.*s:%u, %.*s", CP_STR_ARGS(p->path), p->line,
                               CP_STR_ARGS(p->what)));
    }
    for (uint32_t i = 0; i < f->assumption_count; i++)
        add_item(out, "assumed", f->assumptions[i]);
    for (uint32_t i = 0; i < f->related_count; i++) {
        const cp_place *p = &f->related[i];
        add_item(out, "see also",
                 cp_str_printf(out->arena, "%.*s:%u, %.*s", CP_STR_ARGS(p->path), p->line,
                               CP_STR_ARGS(p->what)));
    }
    if (f->change.kind != CP_CHANGE_NONE)
        add_item(out, "effect", cp_str_of(cp_effect_name(f->effect)));
}

cp_str cp_words_body(cp_arena *arena, const cp_patch *patch)
{
    cp_buf out = {.arena = arena};
    add_wrapped(
        &out, 0, 0,
        cp_str_printf(arena, "Found and written by castproof; fix %.*s, effect %s.",
                      CP_STR_ARGS(patch->fix->id), cp_effect_name(patch->fix->effect)));
    for (uint32_t i = 0; i < patch->fix->finding_count; i++)
        add_finding(&out, patch->fix->findings[i], patch->path);
    cp_buf_puts(&out, "\nValidation:");
    cp_str rest = cp_str_trim(patch->proof.text);
    cp_buf_puts(&out, rest.len ? "\n" : " not run.\n");
    while (rest.len) {
        cp_buf_puts(&out, "  ");
        add_wrapped(&out, 2, 4, cp_str_next(&rest, '\n'));
    }
    if (cp_str_has(patch->diff, CP_STR("\r\n"))) {
        cp_buf_puts(&out, "\n");
        add_wrapped(&out, 0, 0,
                    CP_STR("The file has CRLF line ends: use `git am --keep-cr`."));
    }
    return cp_buf_str(&out);
}
