#include "report/show.h"
#include "report/writers.h"

/* More than this of one kind is counted, not listed. */
enum {
    VALUES_SHOWN = 8,
    KNOWN_SHOWN = 8,
    UNKNOWN_SHOWN = 3,
    CASTS_SHOWN = 4,
    GUARD_CELLS = 120
};
static const size_t consumers_shown[] = {
    [CP_CONSUMER_CONTRACT] = 8, [CP_CONSUMER_CAST] = 4,   [CP_CONSUMER_COMPUTE] = 4,
    [CP_CONSUMER_COPY] = 3,     [CP_CONSUMER_DTYPE] = 2,  [CP_CONSUMER_CALL] = 4,
    [CP_CONSUMER_STORE] = 3,    [CP_CONSUMER_RETURN] = 3, [CP_CONSUMER_LOST] = 3,
};

static const char *ending(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "bfloat16, float32 or unknown (why)". */
static cp_str dtypes_text(cp_arena *arena, cp_dtypes set, const char *unknown)
{
    cp_str known = cp_value_text(arena, set);
    if (!unknown)
        return known.len ? known : CP_STR("no dtype that is known of");
    if (!known.len)
        return cp_str_printf(arena, "unknown: %s", unknown);
    return cp_str_printf(arena, "%.*s, or unknown: %s", CP_STR_ARGS(known), unknown);
}

static void add_place(cp_buf *text, const cp_place *place)
{
    if (place->line)
        cp_buf_printf(text, "%.*s:%u", CP_STR_ARGS(place->path), place->line);
    if (place->line && place->end_line > place->line)
        cp_buf_printf(text, "-%u", place->end_line);
    if (place->line && place->what.len)
        cp_buf_puts(text, ": ");
    cp_buf_add(text, place->what);
}

/* Cut where it gets long, at a character's end. */
static void add_guard(cp_buf *text, cp_str guard)
{
    size_t end = guard.len;
    if (end > GUARD_CELLS)
        for (end = GUARD_CELLS; end > 0 && (guard.ptr[end] & 0xC0) == 0x80;)
            end--;
    if (guard.len)
        cp_buf_printf(text, ", if %.*s%s", (int)end, guard.ptr,
                      end < guard.len ? " …" : "");
}

/* Whether the value itself is what gives the dtype. */
static bool is_here(const cp_lineage *value, const cp_place *place)
{
    uint32_t line, column;
    const cp_source *source = value->module->source;
    cp_source_position(source, value->span.start, &line, &column);
    return !value->is_cast && place->line == line && place->column == column &&
           cp_str_eq(place->path, source->path) && cp_str_eq(place->what, value->text);
}

static cp_str producer_text(cp_arena *arena, const cp_lineage *value,
                            const cp_producer *from)
{
    cp_buf text = {.arena = arena};
    cp_str dtypes = dtypes_text(arena, from->place.dtypes, from->unknown);
    if (is_here(value, &from->place))
        return cp_str_printf(arena, "here (%.*s)", CP_STR_ARGS(dtypes));
    add_place(&text, &from->place);
    if (from->from)
        cp_buf_printf(&text, " (%.*s to %.*s)",
                      CP_STR_ARGS(cp_value_text(arena, from->from)), CP_STR_ARGS(dtypes));
    else
        cp_buf_printf(&text, text.len ? " (%.*s)" : "%.*s", CP_STR_ARGS(dtypes));
    add_guard(&text, from->guard);
    if (from->behind.line)
        cp_buf_printf(&text, "; before the cast at %.*s:%u",
                      CP_STR_ARGS(from->behind.path), from->behind.line);
    return cp_buf_str(&text);
}

/* Those whose dtypes are known come first, and each sort has its own measure. */
static void add_producers(cp_buf *out, const cp_lineage *value,
                          const cp_report_style *style)
{
    size_t known = 0, all = value->producer_count;
    while (known < all && !value->producers[known].unknown)
        known++;
    for (size_t i = 0; i < all; i++)
        if (i < known ? i < KNOWN_SHOWN : i - known < UNKNOWN_SHOWN)
            cp_text_note(out, "from",
                         producer_text(out->arena, value, &value->producers[i]), style);
    size_t unknown = all - known;
    size_t hidden_known = known > KNOWN_SHOWN ? known - KNOWN_SHOWN : 0;
    size_t hidden_unknown = unknown > UNKNOWN_SHOWN ? unknown - UNKNOWN_SHOWN : 0;
    if (hidden_known)
        cp_text_note(out, "from",
                     cp_str_printf(out->arena, "… and %zu more", hidden_known), style);
    if (hidden_unknown)
        cp_text_note(out, "from",
                     cp_str_printf(out->arena, "… and %zu more that are not known",
                                   hidden_unknown),
                     style);
    for (size_t i = 0; i < value->cast_count && i < CASTS_SHOWN; i++)
        cp_text_note(out, "by cast", producer_text(out->arena, value, &value->casts[i]),
                     style);
    cp_text_more(out, "by cast", value->cast_count, CASTS_SHOWN, style);
}

/* Why those releases count: what pins them, once a package. */
static void add_pins(cp_buf *out, const cp_lineage *value, const cp_report_style *style)
{
    cp_arena *arena = out->arena;
    cp_map said = {.arena = arena};
    for (size_t i = 0; i < value->consumer_count; i++) {
        const cp_consumer *consumer = &value->consumers[i];
        const cp_pin *pin = consumer->range.pin;
        if (!consumer->package.len || cp_map_get(&said, consumer->package))
            continue;
        cp_map_put(&said, consumer->package, out);
        cp_buf text = {.arena = arena};
        if (consumer->range.own)
            cp_buf_printf(&text, "%.*s %.*s is what is checked",
                          CP_STR_ARGS(consumer->package),
                          CP_STR_ARGS(consumer->range.releases[0]->text));
        else if (!pin)
            cp_buf_printf(&text, "%.*s by nothing: every known release counts",
                          CP_STR_ARGS(consumer->package));
        else if (pin->line)
            cp_buf_printf(&text, "%.*s:%u: %.*s%.*s", CP_STR_ARGS(pin->path), pin->line,
                          CP_STR_ARGS(pin->package), CP_STR_ARGS(pin->spec.text));
        else
            cp_buf_printf(&text, "%.*s%.*s (%.*s)", CP_STR_ARGS(pin->package),
                          CP_STR_ARGS(pin->spec.text), CP_STR_ARGS(pin->path));
        cp_text_note(out, "pinned", cp_buf_str(&text), style);
    }
}

static cp_str consumer_text(cp_arena *arena, const cp_consumer *consumer)
{
    cp_buf text = {.arena = arena};
    if (consumer->call.len) {
        cp_buf_printf(&text, "%.*s:%u: %.*s of %.*s", CP_STR_ARGS(consumer->place.path),
                      consumer->place.line, CP_STR_ARGS(consumer->parameter),
                      CP_STR_ARGS(consumer->call));
    } else {
        add_place(&text, &consumer->place);
    }
    if (consumer->kind == CP_CONSUMER_CAST)
        cp_buf_printf(&text, " (to %.*s)",
                      CP_STR_ARGS(dtypes_text(arena, consumer->to, consumer->unknown)));
    add_guard(&text, consumer->guard);
    if (consumer->via_count) {
        const cp_place *via = &consumer->via[consumer->via_count - 1];
        cp_buf_printf(&text, "; by way of %.*s (%.*s:%u)", CP_STR_ARGS(via->what),
                      CP_STR_ARGS(via->path), via->line);
        if (consumer->via_count > 1)
            cp_buf_printf(&text, " and %u call%s before it", consumer->via_count - 1,
                          ending(consumer->via_count - 1));
    }
    if (consumer->after.line)
        cp_buf_printf(&text, "; after the cast at %.*s:%u",
                      CP_STR_ARGS(consumer->after.path), consumer->after.line);
    return cp_buf_str(&text);
}

static void add_consumers(cp_buf *out, const cp_lineage *value,
                          const cp_report_style *style)
{
    static const char *const labels[] = {
        [CP_CONSUMER_CONTRACT] = "into",   [CP_CONSUMER_CAST] = "cast to",
        [CP_CONSUMER_COMPUTE] = "used by", [CP_CONSUMER_COPY] = "copied",
        [CP_CONSUMER_DTYPE] = "asked",     [CP_CONSUMER_CALL] = "given",
        [CP_CONSUMER_STORE] = "stored",    [CP_CONSUMER_RETURN] = "returns",
        [CP_CONSUMER_LOST] = "lost",
    };
    size_t of_kind[CP_CONSUMER_KINDS] = {0};
    for (size_t i = 0; i < value->consumer_count; i++) {
        const cp_consumer *consumer = &value->consumers[i];
        cp_consumer_kind kind = consumer->kind;
        if (of_kind[kind]++ < consumers_shown[kind]) {
            cp_text_note(out, labels[kind], consumer_text(out->arena, consumer), style);
            if (kind == CP_CONSUMER_CONTRACT)
                cp_text_stands(out, consumer, style);
        }
        if (i + 1 == value->consumer_count || value->consumers[i + 1].kind != kind)
            cp_text_more(out, labels[kind], of_kind[kind], consumers_shown[kind], style);
    }
    if (!value->consumer_count)
        cp_text_note(out, "into", CP_STR("nothing that is visible"), style);
    if (!value->whole)
        cp_text_note(out, "lost", CP_STR("it goes to more places than were followed"),
                     style);
}

/* "router_logits: bfloat16, float32; cast to float32". */
static cp_str value_text(cp_arena *arena, const cp_lineage *value)
{
    cp_buf text = {.arena = arena};
    const char *role = cp_role_name(value->role);
    cp_str made = dtypes_text(arena, value->dtypes, value->unknown);
    cp_buf_printf(&text, "%s%s", role, *role ? ": " : "");
    if (value->is_cast)
        cp_buf_printf(&text, "%.*s; cast to ",
                      CP_STR_ARGS(dtypes_text(arena, value->from, value->from_unknown)));
    cp_buf_add(&text, made);
    return cp_buf_str(&text);
}

static void add_head(cp_buf *out, const cp_lineage *value, bool color)
{
    uint32_t line, column;
    cp_source_position(value->module->source, value->span.start, &line, &column);
    cp_show_styled(out, color, CP_STYLE_BOLD, value->module->source->path);
    cp_buf_printf(out, ":%u:%u: ", line, column);
}

static void add_verdict(cp_buf *out, const cp_lineage *value,
                        const cp_report_style *style)
{
    for (size_t i = 0; i < value->finding_count; i++) {
        const cp_finding *finding = value->findings[i];
        cp_str fix = {"", 0};
        if (finding->fix)
            fix = cp_str_printf(out->arena, " (fix %.*s, effect %s)",
                                CP_STR_ARGS(finding->fix->id),
                                cp_effect_name(finding->fix->effect));
        cp_text_note(out, "finding",
                     cp_str_printf(out->arena, "%.*s: %.*s%.*s",
                                   CP_STR_ARGS(finding->code),
                                   CP_STR_ARGS(finding->message), CP_STR_ARGS(fix)),
                     style);
    }
    if (value->unjudged)
        cp_text_note(out, "verdict",
                     cp_str_printf(out->arena, "none: %s", value->unjudged), style);
}

/* What the findings take for granted, and what was taken for granted here. */
static void add_assumptions(cp_buf *out, const cp_traced *traced, const cp_lineage *value,
                            const cp_report_style *style)
{
    cp_str own[] = {{"", 0}, value->namesake};
    cp_map said = {.arena = out->arena};
    if (value->uses_model)
        own[0] = cp_str_printf(out->arena, "the model's dtype is %.*s",
                               CP_STR_ARGS(cp_dtypes_or(out->arena, traced->model)));
    for (size_t i = 0; i <= value->finding_count; i++) {
        const cp_finding *finding = i ? value->findings[i - 1] : NULL;
        size_t count = finding ? finding->assumption_count : sizeof own / sizeof *own;
        for (size_t a = 0; a < count; a++) {
            cp_str sentence = finding ? finding->assumptions[a] : own[a];
            if (!cp_map_get(&said, sentence))
                cp_text_note(out, "assumes", sentence, style);
            cp_map_put(&said, sentence, out);
        }
    }
}

static void add_value(cp_buf *out, const cp_traced *traced, const cp_lineage *value,
                      const cp_report_style *style)
{
    add_head(out, value, style->color);
    cp_show(out, value->text);
    cp_buf_puts(out, "\n");
    cp_text_snippet(out, value->module->source, value->span, style);
    cp_text_note(out, "value", value_text(out->arena, value), style);
    cp_text_note(out, "under", value->guard, style);
    add_producers(out, value, style);
    add_consumers(out, value, style);
    add_pins(out, value, style);
    add_verdict(out, value, style);
    add_assumptions(out, traced, value, style);
}

static void add_nothing(cp_buf *out, const cp_traced *traced)
{
    cp_show(out, traced->path);
    cp_buf_printf(out, ":%u: ", traced->line);
    cp_show(out, traced->nothing);
    if (traced->nearest_line) {
        cp_buf_printf(out, "; the nearest is in line %u: ", traced->nearest_line);
        cp_show(out, traced->nearest);
    }
    cp_buf_puts(out, "\n");
}

void cp_text_trace(cp_buf *out, const cp_traced *traced, const cp_report_style *style)
{
    if (!traced->count)
        add_nothing(out, traced);
    for (size_t i = 0; i < traced->count && i < VALUES_SHOWN; i++) {
        cp_buf_puts(out, i ? "\n" : "");
        add_value(out, traced, &traced->values[i], style);
    }
    if (traced->count > VALUES_SHOWN)
        cp_buf_printf(out,
                      "\n%zu more value%s in this line: name one by its column "
                      "(FILE:LINE:COLUMN)\n",
                      traced->count - VALUES_SHOWN, ending(traced->count - VALUES_SHOWN));
}

void cp_text_trace_concise(cp_buf *out, const cp_traced *traced,
                           const cp_report_style *style)
{
    if (!traced->count)
        add_nothing(out, traced);
    for (size_t i = 0; i < traced->count; i++) {
        const cp_lineage *value = &traced->values[i];
        add_head(out, value, style->color);
        cp_show(out, value_text(out->arena, value));
        cp_buf_printf(out, "; %zu producer%s, %zu consumer%s\n", value->producer_count,
                      ending(value->producer_count), value->consumer_count,
                      ending(value->consumer_count));
    }
}
