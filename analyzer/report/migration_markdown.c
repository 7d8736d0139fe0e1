#include "report/writers.h"

/* GitHub takes comments of 65,536 characters; the rest is for the last lines. */
enum { ENOUGH_BYTES = 60000, MOST_PLACES = 4 };

static void add_line(cp_buf *out, const char *label, cp_str text)
{
    if (!text.len)
        return;
    cp_buf_printf(out, "   - %s: ", label);
    cp_markdown_text(out, text);
    cp_buf_puts(out, "\n");
}

static void add_step(cp_buf *out, const cp_migrated *migrated, uint32_t number)
{
    cp_arena *arena = out->arena;
    const cp_step *step = &migrated->migration->steps[number - 1];
    cp_buf_printf(out, "%u. **", number);
    cp_markdown_text(out, cp_step_subject(arena, migrated, step));
    cp_buf_puts(out, "**\n");
    add_line(out, "at", cp_step_places(arena, step, MOST_PLACES));
    if (step->fix)
        add_line(out, "patch", step->fix->id);
    add_line(out, "after", cp_step_needs(arena, step));
    if (step->kind == CP_STEP_RAISE)
        add_line(out, "for", cp_step_lifts(arena, migrated->migration, number));
    if (step->blocked)
        add_line(out, "blocked", CP_STR("no known release lifts what it waits for"));
    add_line(out, "because", cp_step_evidence(arena, step));
    add_line(out, step->fix ? "effect" : "no patch",
             cp_step_proof(arena, migrated, step));
    for (size_t i = 0; i < step->break_count; i++)
        add_line(out, "with it", cp_step_break(arena, step, i));
    for (size_t i = 0; i < step->check_count; i++)
        add_line(out, "by hand", step->checks[i]);
}

static void add_lefts(cp_buf *out, const char *heading, const cp_left *lefts,
                      size_t count)
{
    if (!count)
        return;
    cp_buf_printf(out, "\n#### %s\n\n", heading);
    size_t i = 0;
    for (; i < count && out->len < ENOUGH_BYTES; i++) {
        const cp_finding *finding = lefts[i].finding;
        const cp_source *source = finding->module->source;
        cp_buf_puts(out, "- ");
        cp_markdown_text(out, cp_str_printf(out->arena, "%.*s:%u (%.*s): %.*s",
                                            CP_STR_ARGS(source->path),
                                            cp_source_line(source, finding->span.start),
                                            CP_STR_ARGS(finding->code),
                                            CP_STR_ARGS(lefts[i].reason)));
        cp_buf_puts(out, "\n");
    }
    if (i < count)
        cp_buf_printf(out, "\n%zu more are left out here: see `castproof plan`.\n",
                      count - i);
}

void cp_markdown_migration(cp_buf *out, const cp_migrated *migrated)
{
    const cp_migration *migration = migrated->migration;
    cp_buf_puts(out, "### Migration of the gate's dtype\n\n");
    cp_markdown_text(out, cp_migration_summary(out->arena, migration));
    cp_buf_puts(out, ".\n\n");
    uint32_t i = 0;
    while (i < migration->step_count && out->len < ENOUGH_BYTES)
        add_step(out, migrated, ++i);
    if (i < migration->step_count)
        cp_buf_printf(out, "\n%zu more steps are left out here: see `castproof plan`.\n",
                      migration->step_count - i);
    add_lefts(out, "Casts that could go now, and stay for a later step", migration->kept,
              migration->kept_count);
    add_lefts(out, "Findings of which no step is made", migration->left,
              migration->left_count);
}
