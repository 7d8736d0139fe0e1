/*
 * rule.h - the rules as their Markdown files describe them.
 *
 * Layer: findings. A rule is one file, rules/CPnnn-name.md: a front matter of
 * `key: value` lines between two lines of `---`, then prose. The file's text is
 * all that the program knows about a rule: its name and severity in reports, its
 * row in `castproof rules`, and what `castproof explain` prints.
 *
 * Keys, each exactly once: id, name, severity (error, warning or info), since
 * (the first version of castproof that has it), check (the kind of check that
 * runs it), fix (the effect that its patches promise, or none) and fixture (a
 * folder of the tree). Optional: status, which says `planned` where the
 * rule is written down but nothing looks for it yet.
 */
#ifndef CP_FINDINGS_RULE_H
#define CP_FINDINGS_RULE_H

#include "base/embed.h"
#include "findings/finding.h"

typedef struct cp_rule {
    cp_str id;   /* "CP101" */
    cp_str name; /* "redundant-upcast" */
    cp_str severity_text;
    cp_severity severity;
    cp_str since, check, fix, fixture;
    cp_str status;  /* "" for a rule that runs, else "planned" */
    cp_str file;    /* its name below rules/ */
    cp_str body;    /* the prose, Markdown */
    cp_str summary; /* the prose's first paragraph on one line, in the arena */
} cp_rule;

typedef struct cp_rules {
    cp_rule *items; /* by id */
    size_t count;
} cp_rules;

/* "error", "warning" or "info". */
const char *cp_severity_name(cp_severity severity);

/*
 * Reads the rule file called `file`. All but the summary is borrowed from
 * `file` and `text`.
 *
 * CP_ERR_SYNTAX  no front matter, a key that is unknown, missing, doubled or
 *                of a wrong value, or a file name that is not ID-NAME.md; the
 *                message names file and line, and `rule` is untouched
 */
CP_MUST_CHECK cp_status cp_rule_parse(cp_arena *arena, cp_str file, cp_str text,
                                      cp_rule *rule, cp_err *err);

/*
 * The rules among `files`, sorted by id; other files are passed over, and so is
 * a rule file with a fault (the tests see to it that no bundled one has any).
 */
cp_rules cp_rules_of(cp_arena *arena, const cp_embedded *files, size_t count);

/* The rules built into the binary. */
cp_rules cp_rules_bundled(cp_arena *arena);

/* The rule with that id, or that name, letters of ASCII compared without case;
   NULL if there is none. */
const cp_rule *cp_rules_find(const cp_rules *rules, cp_str id_or_name);

static inline bool cp_rule_is_planned(const cp_rule *rule)
{
    return cp_str_is(rule->status, "planned");
}

#endif
