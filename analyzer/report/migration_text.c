#include "report/show.h"
#include "report/writers.h"

enum { INDENT = 4, DEFAULT_WIDTH = 80, MOST_PLACES = 4 };

static void add_heading(cp_buf *out, const char *text, const cp_report_style *style)
{
    cp_show_styled(out, style->color, CP_STYLE_BOLD, cp_str_of(text));
    cp_buf_puts(out, "\n");
}

static const char *heading_of(const cp_step *step)
{
    static const char *const headings[] = {
        [CP_STEP_DROP] = "Casts that can go at the pinned releases",
        [CP_STEP_RAISE] = "What an upgrade lifts",
        [CP_STEP_CONSUMER] = "Consumers of the gate's output to make ready first",
        [CP_STEP_GATE] = "The gate itself"};
    return headings[step->raise ? CP_STEP_RAISE : step->kind];
}

static void add_breaks(cp_buf *out, const cp_step *step, const cp_report_style *style)
{
    for (size_t i = 0; i < step->break_count; i++)
        cp_text_field(out, INDENT, "with it", cp_step_break(out->arena, step, i), style);
}

static void add_subject(cp_buf *out, const cp_migrated *migrated, uint32_t number,
                        const cp_report_style *style)
{
    const cp_step *step = &migrated->migration->steps[number - 1];
    cp_str label = cp_str_printf(out->arena, "%3u ", number);
    cp_show_styled(out, style->color, CP_STYLE_BOLD, label);
    cp_show_wrapped(out, cp_step_subject(out->arena, migrated, step), 4, 4, style->width);
    cp_buf_puts(out, "\n");
}

static void add_step(cp_buf *out, const cp_migrated *migrated, uint32_t number,
                     const cp_report_style *style)
{
    cp_arena *arena = out->arena;
    const cp_step *step = &migrated->migration->steps[number - 1];
    add_subject(out, migrated, number, style);
    cp_text_field(out, INDENT, "at", cp_step_places(arena, step, MOST_PLACES), style);
    if (step->fix)
        cp_text_field(out, INDENT, "patch", step->fix->id, style);
    cp_text_field(out, INDENT, "after", cp_step_needs(arena, step), style);
    if (step->kind == CP_STEP_RAISE)
        cp_text_field(out, INDENT, "for",
                      cp_step_lifts(arena, migrated->migration, number), style);
    if (step->blocked)
        cp_text_field(out, INDENT, "blocked",
                      CP_STR("no known release lifts what it waits for"), style);
    cp_text_field(out, INDENT, "because", cp_step_evidence(arena, step), style);
    cp_text_field(out, INDENT, step->fix ? "effect" : "no patch",
                  cp_step_proof(arena, migrated, step), style);
    add_breaks(out, step, style);
    for (size_t i = 0; i < step->check_count; i++)
        cp_text_field(out, INDENT, i ? "" : "by hand", step->checks[i], style);
    for (uint32_t i = 0; step->item && i < step->item->unblock_count; i++)
        cp_text_field(out, INDENT, i ? "" : "then", step->item->unblocks[i], style);
}

static void add_lefts(cp_buf *out, const char *heading, const cp_left *lefts,
                      size_t count, const cp_report_style *style)
{
    if (!count)
        return;
    add_heading(out, heading, style);
    for (size_t i = 0; i < count; i++) {
        const cp_finding *finding = lefts[i].finding;
        const cp_source *source = finding->module->source;
        cp_buf_puts(out, "  ");
        cp_show_wrapped(
            out,
            cp_str_printf(out->arena, "%.*s:%u (%.*s): %.*s", CP_STR_ARGS(source->path),
                          cp_source_line(source, finding->span.start),
                          CP_STR_ARGS(finding->code), CP_STR_ARGS(lefts[i].reason)),
            2, 4, style->width);
        cp_buf_puts(out, "\n");
    }
    cp_buf_puts(out, "\n");
}

static cp_str gate_dtypes(cp_arena *arena, const cp_gate *gate)
{
    cp_str known = cp_dtypes_text(arena, gate->dtypes & CP_CONCRETE);
    if (!gate->unknown)
        return known;
    return cp_str_printf(arena, "%.*s%snot known, because %s", CP_STR_ARGS(known),
                         known.len ? ", or " : "", gate->unknown);
}

static void add_gate(cp_buf *out, const cp_gate *gate, const cp_report_style *style)
{
    cp_str dtypes = gate_dtypes(out->arena, gate);
    cp_buf_puts(out, "  ");
    cp_show_wrapped(out,
                    cp_str_printf(out->arena, "%.*s:%u: %.*s (%.*s)",
                                  CP_STR_ARGS(gate->place.path), gate->place.line,
                                  CP_STR_ARGS(gate->place.what), CP_STR_ARGS(dtypes)),
                    2, 4, style->width);
    cp_buf_puts(out, "\n");
}

/* Those that are known to make, or to be able to make, another dtype; of the others how
   many there are. */
static void add_gates(cp_buf *out, const cp_migration *migration,
                      const cp_report_style *style)
{
    size_t ready = 0, unknown = 0;
    if (!migration->gate_count)
        return;
    add_heading(out, "What makes the gate's output now", style);
    for (size_t i = 0; i < migration->gate_count; i++) {
        const cp_gate *gate = &migration->gates[i];
        if (gate->dtypes & ~CP_DTYPES(CP_BF16))
            add_gate(out, gate, style);
        else if (gate->unknown)
            unknown++;
        else
            ready++;
    }
    if (ready)
        cp_buf_printf(out, "  %zu other place%s: bfloat16 already\n", ready,
                      ready == 1 ? "" : "s");
    if (unknown)
        cp_buf_printf(out,
                      "  %zu other place%s: not known (castproof plan --output-format "
                      "json)\n",
                      unknown, unknown == 1 ? "" : "s");
    cp_buf_puts(out, "\n");
}

static void add_ready(cp_buf *out, const cp_migration *migration,
                      const cp_report_style *style)
{
    static const char *const says[] = {"behind a cast that stays", "takes bfloat16",
                                       "takes it from "};
    bool any = false;
    for (size_t i = 0; i < migration->consumer_count; i++) {
        const cp_reached *reached = &migration->consumers[i];
        if (reached->state > CP_REACHED_LATER)
            continue;
        if (!any)
            add_heading(out, "Consumers of the gate's output that are ready", style);
        any = true;
        cp_buf_puts(out, "  ");
        cp_str stated = reached->row->stated;
        cp_show_wrapped(out,
                        cp_str_printf(out->arena, "%.*s, %.*s: %s%.*s%s%.*s",
                                      CP_STR_ARGS(reached->row->consumer),
                                      CP_STR_ARGS(reached->row->parameter),
                                      says[reached->state], CP_STR_ARGS(reached->since),
                                      stated.len ? ", " : "", CP_STR_ARGS(stated)),
                        2, 4, style->width);
        cp_buf_puts(out, "\n");
    }
    cp_buf_puts(out, any ? "\n" : "");
}

static void add_unsettled(cp_buf *out, const cp_migration *migration,
                          const cp_report_style *style)
{
    const cp_debt *debt = migration->debt;
    cp_buf places = {.arena = out->arena};
    size_t count = 0;
    for (size_t i = 0; i < debt->item_count; i++)
        if (debt->items[i].state == CP_DEBT_UNVERIFIABLE)
            cp_buf_printf(&places, "%s%.*s:%u", count++ ? ", " : "",
                          CP_STR_ARGS(debt->items[i].path), debt->items[i].line);
    if (!count)
        return;
    add_heading(out, "Remarks that nothing in the sources settles (castproof debt)",
                style);
    cp_buf_puts(out, "  ");
    cp_show_wrapped(out, cp_buf_str(&places), 2, 2, style->width);
    cp_buf_puts(out, "\n\n");
}

void cp_text_migration(cp_buf *out, const cp_migrated *migrated, bool brief,
                       const cp_report_style *given)
{
    const cp_migration *migration = migrated->migration;
    cp_report_style style = *given;
    if (!style.width)
        style.width = DEFAULT_WIDTH;
    const char *heading = "";
    for (uint32_t i = 0; i < migration->step_count; i++) {
        const char *next = heading_of(&migration->steps[i]);
        if (!brief && next != heading)
            add_heading(out, next, &style);
        heading = next;
        if (brief)
            add_subject(out, migrated, i + 1, &style);
        else
            add_step(out, migrated, i + 1, &style);
        cp_buf_puts(out, brief ? "" : "\n");
    }
    if (!brief) {
        add_ready(out, migration, &style);
        add_gates(out, migration, &style);
        add_unsettled(out, migration, &style);
        add_lefts(out, "Casts that could go now, and stay for a later step",
                  migration->kept, migration->kept_count, &style);
        add_lefts(out, "Findings of which no step is made", migration->left,
                  migration->left_count, &style);
    }
    if (style.quiet)
        return;
    cp_show_wrapped(out, cp_migration_summary(out->arena, migration), 0, 0, style.width);
    cp_buf_puts(out, ".\n");
}
