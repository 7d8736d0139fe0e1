#include "report/machine.h"
#include "report/sarif.h"

json_t *cp_sarif_file(cp_arena *arena, const cp_report *report, cp_str path)
{
    json_t *value = cp_json_object();
    cp_str name = cp_machine_path(arena, report, path);
    cp_json_set(value, "uri", cp_json_text(arena, cp_machine_uri(arena, name)));
    if (!cp_str_starts(name, CP_STR("/")))
        cp_json_set(value, "uriBaseId", cp_json_text(arena, CP_STR("SRCROOT")));
    return value;
}

static json_t *region_of(const cp_source *source, size_t start, size_t end)
{
    json_t *region = cp_json_object();
    uint32_t line, column;
    cp_machine_position(source, start, &line, &column);
    cp_json_set(region, "startLine", cp_json_number(line));
    cp_json_set(region, "startColumn", cp_json_number(column));
    cp_machine_position(source, end, &line, &column);
    cp_json_set(region, "endLine", cp_json_number(line));
    cp_json_set(region, "endColumn", cp_json_number(column));
    return region;
}

static json_t *location_of(cp_arena *arena, const cp_report *report, cp_str path,
                           json_t *region, cp_str words)
{
    json_t *location = cp_json_object(), *physical = cp_json_object();
    cp_json_set(physical, "artifactLocation", cp_sarif_file(arena, report, path));
    if (region)
        cp_json_set(physical, "region", region);
    cp_json_set(location, "physicalLocation", physical);
    if (words.len)
        cp_json_set(location, "message", cp_sarif_message(arena, words));
    return location;
}

/* A column of a file whose text is not at hand cannot be told in UTF-16. */
static json_t *region_of_place(const cp_finding *finding, const cp_place *place)
{
    const cp_source *source = finding->module->source;
    if (!place->line)
        return NULL;
    json_t *region = cp_json_object();
    cp_json_set(region, "startLine", cp_json_number(place->line));
    if (place->column && place->line <= source->line_count &&
        cp_str_eq(place->path, source->path)) {
        uint32_t line, column;
        size_t offset = source->line_starts[place->line - 1] + place->column - 1;
        cp_machine_position(source, offset, &line, &column);
        cp_json_set(region, "startColumn", cp_json_number(column));
    }
    if (place->end_line > place->line)
        cp_json_set(region, "endLine", cp_json_number(place->end_line));
    return region;
}

/* What is in a library's sources, or nowhere, is told in words. */
static json_t *place_value(cp_arena *arena, const cp_report *report,
                           const cp_finding *finding, const cp_place *place)
{
    if (!cp_machine_is_here(report, place)) {
        json_t *location = cp_json_object();
        cp_str words = cp_machine_place(arena, report, place);
        cp_json_set(location, "message", cp_sarif_message(arena, words));
        return location;
    }
    cp_place words = {.what = place->what, .dtypes = place->dtypes};
    return location_of(arena, report, place->path, region_of_place(finding, place),
                       cp_machine_place(arena, report, &words));
}

static json_t *main_location(cp_arena *arena, const cp_report *report,
                             const cp_finding *finding, cp_str words)
{
    const cp_source *source = finding->module->source;
    json_t *region = region_of(source, finding->span.start, finding->span.end);
    json_t *snippet = cp_json_object();
    cp_str text = cp_str_cut(source->text, finding->span.start, finding->span.end);
    cp_json_set(snippet, "text", cp_json_text(arena, text));
    cp_json_set(region, "snippet", snippet);
    return location_of(arena, report, source->path, region, words);
}

static void add_step(json_t *steps, json_t *location)
{
    json_t *step = cp_json_object();
    cp_json_set(step, "location", location);
    cp_json_add(steps, step);
}

static cp_str cast_words(cp_arena *arena, const cp_finding *finding)
{
    if (finding->to == CP_DTYPE_NONE)
        return CP_STR("here");
    return cp_str_printf(arena, "cast to %s", cp_dtype_name(finding->to));
}

/* One way: from a producer (may be NULL) through the cast to what it goes into. */
static json_t *flow_value(cp_arena *arena, const cp_report *report,
                          const cp_finding *finding, const cp_place *producer)
{
    json_t *flow = cp_json_object(), *threads = cp_json_list(),
           *thread = cp_json_object(), *steps = cp_json_list();
    if (producer)
        add_step(steps, place_value(arena, report, finding, producer));
    add_step(steps, main_location(arena, report, finding, cast_words(arena, finding)));
    for (uint32_t i = 0; i < finding->trace_count; i++)
        add_step(steps, place_value(arena, report, finding, &finding->trace[i]));
    cp_json_set(thread, "locations", steps);
    cp_json_add(threads, thread);
    cp_json_set(flow, "threadFlows", threads);
    return flow;
}

static void set_flows(json_t *result, cp_arena *arena, const cp_report *report,
                      const cp_finding *finding)
{
    json_t *flows = cp_json_list();
    if (!finding->producer_count && !finding->trace_count) {
        json_decref(flows);
        return;
    }
    for (uint32_t i = 0; i < finding->producer_count; i++)
        cp_json_add(flows, flow_value(arena, report, finding, &finding->producers[i]));
    if (!finding->producer_count)
        cp_json_add(flows, flow_value(arena, report, finding, NULL));
    cp_json_set(result, "codeFlows", flows);
}

void cp_sarif_set_places(json_t *result, cp_arena *arena, const cp_report *report,
                         const cp_finding *finding)
{
    json_t *locations = cp_json_list(), *related = cp_json_list();
    cp_json_add(locations, main_location(arena, report, finding, (cp_str){"", 0}));
    cp_json_set(result, "locations", locations);
    for (uint32_t i = 0; i < finding->related_count; i++) {
        json_t *one = place_value(arena, report, finding, &finding->related[i]);
        cp_json_set(one, "id", cp_json_number(i + 1));
        cp_json_add(related, one);
    }
    cp_json_set(result, "relatedLocations", related);
    set_flows(result, arena, report, finding);
}

static json_t *replacements_value(cp_arena *arena, const cp_fix *fix)
{
    json_t *list = cp_json_list();
    for (uint32_t i = 0; i < fix->edit_count; i++) {
        const cp_edit_range *edit = &fix->edits[i];
        json_t *one = cp_json_object();
        cp_json_set(one, "deletedRegion",
                    region_of(fix->module->source, edit->start, edit->end));
        if (edit->text.len)
            cp_json_set(one, "insertedContent", cp_sarif_message(arena, edit->text));
        cp_json_add(list, one);
    }
    return list;
}

void cp_sarif_set_fix(json_t *result, cp_arena *arena, const cp_report *report,
                      const cp_finding *finding)
{
    const cp_fix *fix = finding->fix;
    if (!fix)
        return;
    json_t *fixes = cp_json_list(), *one = cp_json_object(), *changes = cp_json_list(),
           *change = cp_json_object();
    const char *effect = cp_effect_name(cp_report_effect(report, fix));
    cp_str words =
        cp_str_printf(arena, "patch %.*s, effect %s", CP_STR_ARGS(fix->id), effect);
    cp_json_set(one, "description", cp_sarif_message(arena, words));
    cp_json_set(change, "artifactLocation",
                cp_sarif_file(arena, report, fix->module->source->path));
    cp_json_set(change, "replacements", replacements_value(arena, fix));
    cp_json_add(changes, change);
    cp_json_set(one, "artifactChanges", changes);
    cp_json_add(fixes, one);
    cp_json_set(result, "fixes", fixes);
}

static void set_text(json_t *bag, cp_arena *arena, const char *key, cp_str text)
{
    if (text.len)
        cp_json_set(bag, key, cp_json_text(arena, text));
}

json_t *cp_sarif_properties(cp_arena *arena, const cp_report *report,
                            const cp_finding *finding)
{
    json_t *bag = cp_json_object(), *assumptions = cp_json_list();
    set_text(bag, arena, "tensor", finding->tensor);
    set_text(bag, arena, "role", cp_str_of(cp_role_name(finding->role)));
    cp_json_set(bag, "from", cp_json_dtypes(finding->from));
    if (finding->to != CP_DTYPE_NONE)
        set_text(bag, arena, "to", cp_str_of(cp_dtype_name(finding->to)));
    set_text(bag, arena, "guard", finding->guard);
    set_text(bag, arena, "consumer", finding->consumer);
    set_text(bag, arena, "parameter", finding->parameter);
    if (finding->contract)
        cp_json_set(bag, "contract", cp_json_contract(arena, finding));
    for (uint32_t i = 0; i < finding->assumption_count; i++)
        cp_json_add(assumptions, cp_json_text(arena, finding->assumptions[i]));
    cp_json_set(bag, "assumptions", assumptions);
    if (!finding->fix)
        return bag;
    set_text(bag, arena, "fixId", finding->fix->id);
    if (cp_report_was_checked(report, finding->fix))
        cp_json_set(bag, "validation",
                    cp_json_validation_of(arena, report, finding->fix));
    return bag;
}
