#include "report/sarif.h"

#include "report/machine.h"

static const char *level_of(cp_severity severity)
{
    return severity == CP_SEVERITY_ERROR     ? "error"
           : severity == CP_SEVERITY_WARNING ? "warning"
                                             : "note";
}

json_t *cp_sarif_message(cp_arena *arena, cp_str text)
{
    json_t *message = cp_json_object();
    cp_json_set(message, "text", cp_json_text(arena, text));
    return message;
}

/* The first address among the references, in angle brackets there. */
static cp_str address_of(const cp_rule *rule)
{
    size_t start = cp_str_find(rule->body, CP_STR("\n## References"), 0);
    if (start != SIZE_MAX)
        start = cp_str_find(rule->body, CP_STR("<https://"), start);
    if (start == SIZE_MAX)
        return (cp_str){"", 0};
    size_t end = cp_str_find(rule->body, CP_STR(">"), start);
    return end == SIZE_MAX ? (cp_str){"", 0} : cp_str_cut(rule->body, start + 1, end);
}

static json_t *help_value(cp_arena *arena, const cp_rule *rule)
{
    json_t *help = cp_sarif_message(
        arena, cp_str_printf(arena, "%.*s\n\ncastproof explain %.*s says more.",
                             CP_STR_ARGS(rule->summary), CP_STR_ARGS(rule->id)));
    cp_json_set(help, "markdown", cp_json_text(arena, rule->body));
    return help;
}

static json_t *rule_value(cp_arena *arena, const cp_rule *rule)
{
    json_t *value = cp_json_object(), *configuration = cp_json_object(),
           *properties = cp_json_object(), *tags = cp_json_list();
    cp_str address = address_of(rule);
    cp_str level = cp_str_of(level_of(rule->severity));
    cp_json_set(value, "id", cp_json_text(arena, rule->id));
    cp_json_set(value, "name", cp_json_text(arena, rule->name));
    cp_json_set(
        value, "shortDescription",
        cp_sarif_message(arena, cp_str_printf(arena, "%.*s", CP_STR_ARGS(rule->name))));
    cp_json_set(value, "fullDescription", cp_sarif_message(arena, rule->summary));
    cp_json_set(value, "help", help_value(arena, rule));
    if (address.len)
        cp_json_set(value, "helpUri", cp_json_text(arena, address));
    cp_json_set(configuration, "level", cp_json_text(arena, level));
    cp_json_set(value, "defaultConfiguration", configuration);
    cp_json_add(tags, cp_json_text(arena, CP_STR("dtype")));
    cp_json_add(tags, cp_json_text(arena, CP_STR("mixture-of-experts")));
    cp_json_set(properties, "tags", tags);
    cp_json_set(properties, "precision", cp_json_text(arena, CP_STR("very-high")));
    cp_json_set(value, "properties", properties);
    return value;
}

static json_t *tool_value(cp_arena *arena, const cp_report *report)
{
    json_t *tool = cp_json_object(), *driver = cp_json_object(), *list = cp_json_list();
    cp_str version = cp_str_of(report->version);
    cp_json_set(driver, "name", cp_json_text(arena, CP_STR("castproof")));
    cp_json_set(driver, "version", cp_json_text(arena, version));
    for (size_t i = 0; report->rules && i < report->rules->count; i++)
        cp_json_add(list, rule_value(arena, &report->rules->items[i]));
    cp_json_set(driver, "rules", list);
    cp_json_set(tool, "driver", driver);
    return tool;
}

static json_t *notice_value(cp_arena *arena, const cp_report *report,
                            const cp_trouble *trouble)
{
    json_t *value = cp_json_object();
    cp_str level = report->failed ? CP_STR("error") : CP_STR("warning");
    cp_json_set(value, "level", cp_json_text(arena, level));
    cp_json_set(value, "message", cp_sarif_message(arena, trouble->message));
    if (!trouble->path.len)
        return value;
    json_t *locations = cp_json_list(), *location = cp_json_object(),
           *physical = cp_json_object();
    cp_json_set(physical, "artifactLocation",
                cp_sarif_file(arena, report, trouble->path));
    cp_json_set(location, "physicalLocation", physical);
    cp_json_add(locations, location);
    cp_json_set(value, "locations", locations);
    return value;
}

static json_t *invocations_value(cp_arena *arena, const cp_report *report)
{
    json_t *list = cp_json_list(), *run = cp_json_object(), *notices = cp_json_list();
    cp_json_set(run, "executionSuccessful", json_boolean(!report->failed));
    for (size_t i = 0; i < report->trouble_count; i++)
        cp_json_add(notices, notice_value(arena, report, &report->troubles[i]));
    cp_json_set(run, "toolExecutionNotifications", notices);
    cp_json_add(list, run);
    return list;
}

/* No address of it: the same tree gives the same report on every machine. */
static json_t *bases_value(cp_arena *arena)
{
    json_t *bases = cp_json_object(), *root = cp_json_object();
    cp_json_set(root, "description",
                cp_sarif_message(arena, CP_STR("the root of the repository, or without "
                                               "one the folder that castproof ran in")));
    cp_json_set(bases, "SRCROOT", root);
    return bases;
}

static void set_rule(json_t *result, cp_arena *arena, const cp_report *report,
                     const cp_finding *finding)
{
    cp_str level = cp_str_of(level_of(cp_report_severity(report, finding)));
    cp_json_set(result, "ruleId", cp_json_text(arena, finding->code));
    for (size_t i = 0; report->rules && i < report->rules->count; i++)
        if (cp_str_eq(report->rules->items[i].id, finding->code))
            cp_json_set(result, "ruleIndex", cp_json_number(i));
    cp_json_set(result, "level", cp_json_text(arena, level));
}

static json_t *result_value(cp_arena *arena, const cp_report *report, size_t i)
{
    const cp_finding *finding = report->findings->items[i];
    json_t *result = cp_json_object(), *prints = cp_json_object();
    cp_str words = cp_machine_words(arena, report, finding);
    set_rule(result, arena, report, finding);
    cp_json_set(result, "message", cp_sarif_message(arena, words));
    cp_sarif_set_places(result, arena, report, finding);
    cp_json_set(prints, "castproof/v1", cp_json_text(arena, finding->fingerprint));
    cp_json_set(result, "partialFingerprints", prints);
    cp_sarif_set_fix(result, arena, report, finding);
    cp_json_set(result, "properties", cp_sarif_properties(arena, report, finding));
    return result;
}

void cp_sarif_findings(cp_buf *out, const cp_report *report)
{
    cp_arena *arena = out->arena;
    json_t *root = cp_json_object(), *runs = cp_json_list(), *run = cp_json_object(),
           *results = cp_json_list();
    cp_json_set(
        root, "$schema",
        cp_json_text(arena, CP_STR("https://docs.oasis-open.org/sarif/sarif/v2.1.0/"
                                   "errata01/os/schemas/sarif-schema-2.1.0.json")));
    cp_json_set(root, "version", cp_json_text(arena, CP_STR("2.1.0")));
    cp_json_set(run, "tool", tool_value(arena, report));
    cp_json_set(run, "invocations", invocations_value(arena, report));
    cp_json_set(run, "originalUriBaseIds", bases_value(arena));
    cp_json_set(run, "columnKind", cp_json_text(arena, CP_STR("utf16CodeUnits")));
    for (size_t i = 0; i < report->findings->count; i++)
        cp_json_add(results, result_value(arena, report, i));
    cp_json_set(run, "results", results);
    cp_json_add(runs, run);
    cp_json_set(root, "runs", runs);
    cp_json_write(out, root);
}
