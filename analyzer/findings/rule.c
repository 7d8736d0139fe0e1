#include "findings/rule.h"

#include <stdlib.h>

/* A file that is being read: what is left of it, and the line it is at. */
typedef struct reader {
    cp_str file, rest;
    unsigned line;
} reader;

const char *cp_severity_name(cp_severity severity)
{
    switch (severity) {
    case CP_SEVERITY_INFO:
        return "info";
    case CP_SEVERITY_ERROR:
        return "error";
    case CP_SEVERITY_WARNING:
        break;
    }
    return "warning";
}

static cp_str next_line(reader *in)
{
    cp_str line = cp_str_next(&in->rest, '\n');
    in->line++;
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool known_severity(cp_str text, cp_severity *severity)
{
    for (int s = CP_SEVERITY_INFO; s <= CP_SEVERITY_ERROR; s++) {
        if (cp_str_is(text, cp_severity_name((cp_severity)s))) {
            *severity = (cp_severity)s;
            return true;
        }
    }
    return false;
}

static bool known_effect(cp_str text)
{
    for (int e = CP_EFFECT_EXACT; e <= CP_EFFECT_BREAKS_CONTRACT; e++)
        if (cp_str_is(text, cp_effect_name((cp_effect)e)))
            return true;
    return cp_str_is(text, "none");
}

typedef struct field {
    const char *key;
    cp_str *value;
} field;

enum { FIELD_COUNT = 8 };

static void list_fields(cp_rule *rule, field fields[FIELD_COUNT])
{
    const field all[FIELD_COUNT] = {
        {"id", &rule->id},           {"name", &rule->name},
        {"since", &rule->since},     {"severity", &rule->severity_text},
        {"check", &rule->check},     {"fix", &rule->fix},
        {"fixture", &rule->fixture}, {"status", &rule->status},
    };
    memcpy(fields, all, sizeof all);
}

static cp_status read_field(const reader *in, cp_str line, cp_rule *rule, cp_err *err)
{
    field fields[FIELD_COUNT];
    list_fields(rule, fields);
    cp_str value = line;
    cp_str key = cp_str_trim(cp_str_next(&value, ':'));
    value = cp_str_trim(value);
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (!cp_str_is(key, fields[i].key))
            continue;
        if (fields[i].value->len)
            return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s:%u: `%s` is there twice",
                           CP_STR_ARGS(in->file), in->line, fields[i].key);
        if (!value.len)
            return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s:%u: `%s` has no value",
                           CP_STR_ARGS(in->file), in->line, fields[i].key);
        *fields[i].value = value;
        return CP_OK;
    }
    return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s:%u: unknown key `%.*s`",
                   CP_STR_ARGS(in->file), in->line, CP_STR_ARGS(key));
}

static cp_status read_front(reader *in, cp_rule *rule, cp_err *err)
{
    if (!cp_str_is(next_line(in), "---"))
        return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s:1: the first line must be `---`",
                       CP_STR_ARGS(in->file));
    while (in->rest.len) {
        cp_str line = next_line(in);
        if (cp_str_is(line, "---"))
            return CP_OK;
        cp_status st = read_field(in, line, rule, err);
        if (st)
            return st;
    }
    return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s:%u: no `---` ends the front matter",
                   CP_STR_ARGS(in->file), in->line);
}

static cp_status check_values(cp_rule *rule, cp_err *err)
{
    field fields[FIELD_COUNT];
    list_fields(rule, fields);
    for (int i = 0; i < FIELD_COUNT; i++)
        if (!fields[i].value->len && strcmp(fields[i].key, "status") != 0)
            return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s:1: no key `%s`",
                           CP_STR_ARGS(rule->file), fields[i].key);
    if (!known_severity(rule->severity_text, &rule->severity))
        return cp_fail(err, CP_ERR_SYNTAX,
                       "rules/%.*s: severity is error, warning or info, not `%.*s`",
                       CP_STR_ARGS(rule->file), CP_STR_ARGS(rule->severity_text));
    if (!known_effect(rule->fix))
        return cp_fail(err, CP_ERR_SYNTAX,
                       "rules/%.*s: fix is an effect or none, not `%.*s`",
                       CP_STR_ARGS(rule->file), CP_STR_ARGS(rule->fix));
    if (rule->status.len && !cp_rule_is_planned(rule))
        return cp_fail(err, CP_ERR_SYNTAX,
                       "rules/%.*s: status can only be planned, not `%.*s`",
                       CP_STR_ARGS(rule->file), CP_STR_ARGS(rule->status));
    return CP_OK;
}

static cp_status check_file_name(cp_arena *arena, const cp_rule *rule, cp_err *err)
{
    cp_str wanted = cp_str_printf(arena, "%.*s-%.*s.md", CP_STR_ARGS(rule->id),
                                  CP_STR_ARGS(rule->name));
    if (cp_str_eq(wanted, rule->file))
        return CP_OK;
    return cp_fail(err, CP_ERR_SYNTAX, "rules/%.*s: by its id and name it is %.*s",
                   CP_STR_ARGS(rule->file), CP_STR_ARGS(wanted));
}

/* The lines up to the first empty one, joined by blanks. */
static cp_str first_paragraph(cp_arena *arena, cp_str body)
{
    cp_buf out = {.arena = arena};
    while (body.len) {
        cp_str line = cp_str_trim(cp_str_next(&body, '\n'));
        if (!line.len && out.len)
            break;
        if (line.len && out.len)
            cp_buf_puts(&out, " ");
        cp_buf_add(&out, line);
    }
    return cp_buf_str(&out);
}

cp_status cp_rule_parse(cp_arena *arena, cp_str file, cp_str text, cp_rule *rule,
                        cp_err *err)
{
    cp_rule found = {.file = file};
    reader in = {.file = file, .rest = text};
    cp_status st = read_front(&in, &found, err);
    if (!st)
        st = check_values(&found, err);
    if (!st)
        st = check_file_name(arena, &found, err);
    if (st)
        return st;
    found.body = cp_str_trim(in.rest);
    found.summary = first_paragraph(arena, found.body);
    *rule = found;
    return CP_OK;
}

static int by_id(const void *left, const void *right)
{
    const cp_rule *a = left, *b = right;
    return cp_str_cmp(a->id, b->id);
}

cp_rules cp_rules_of(cp_arena *arena, const cp_embedded *files, size_t count)
{
    cp_rules rules = {0};
    size_t room = 0;
    for (size_t i = 0; i < count; i++) {
        cp_str name = cp_str_of(files[i].name);
        cp_rule rule;
        if (!cp_str_starts(name, CP_STR("CP")) || !cp_str_ends(name, CP_STR(".md")))
            continue;
        if (cp_rule_parse(arena, name, files[i].text, &rule, NULL) == CP_OK)
            cp_push(arena, rules.items, rules.count, room, rule);
    }
    if (rules.count > 1)
        qsort(rules.items, rules.count, sizeof *rules.items, by_id);
    return rules;
}

cp_rules cp_rules_bundled(cp_arena *arena)
{
    return cp_rules_of(arena, cp_embedded_files, cp_embedded_count);
}

static bool same_word(cp_str a, cp_str b)
{
    return a.len == b.len && cp_str_find_nocase(a, b, 0) == 0;
}

const cp_rule *cp_rules_find(const cp_rules *rules, cp_str id_or_name)
{
    for (size_t i = 0; i < rules->count; i++) {
        const cp_rule *rule = &rules->items[i];
        if (same_word(rule->id, id_or_name) || same_word(rule->name, id_or_name))
            return rule;
    }
    return NULL;
}
