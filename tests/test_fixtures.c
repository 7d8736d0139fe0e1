#include "harness.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "edits/plan.h"
#include "findings/debt.h"
#include "findings/rule.h"
#include "findings/suppress.h"
#include "marks.h"
#include "parse/python.h"

/* What the program makes of one text. */
typedef struct outcome {
    cp_marks found;
    size_t fix_count;
    cp_str fixed;
} outcome;

static cp_study study_of(cp_findings *findings, cp_project *project, cp_str with)
{
    cp_study study = {.arena = &arena,
                      .flow = cp_flow_new(project, cp_flow_rules_bundled(&arena)),
                      .contracts = cp_contracts_bundled(&arena),
                      .pins = cp_pins_new(&arena, NULL, NULL),
                      .model = CP_DTYPES(CP_BF16),
                      .findings = findings};
    cp_err err = {0};
    if (with.len && cp_pins_assume(study.pins, with, &err))
        fail_msg("%s", err.msg);
    return study;
}

static outcome analyse(cp_str path, cp_str text, cp_str with)
{
    outcome result = {.fixed = text};
    cp_findings findings = {.arena = &arena};
    cp_project *project = cp_project_of_text(path, text);
    cp_study study = study_of(&findings, project, with);
    cp_study_run(&study);
    cp_check_debt(&study);
    cp_suppress(&findings, project);

    cp_plan plan = {0};
    assert_int_equal(cp_plan_fixes(&arena, &findings, &plan, NULL), CP_OK);
    result.fix_count = plan.fix_count;
    size_t modules;
    cp_module *const *module = cp_project_modules(project, &modules);
    assert_int_equal(modules, 1);
    assert_int_equal(
        cp_plan_apply(&arena, module[0], plan.fixes, plan.fix_count, &result.fixed, NULL),
        CP_OK);
    result.fixed = cp_str_copy(&arena, result.fixed);
    for (size_t i = 0; i < findings.count; i++) {
        const cp_finding *finding = findings.items[i];
        cp_mark mark = {.line =
                            cp_source_line(finding->module->source, finding->span.start),
                        .code = cp_str_copy(&arena, finding->code)};
        cp_push(&arena, result.found.items, result.found.count, result.found.room, mark);
    }
    cp_project_dispose(project);
    return result;
}

static size_t broken_nodes(cp_str text)
{
    cp_python_parser *parser = cp_python_parser_new(&arena);
    uint32_t count;
    const cp_python_node *nodes = cp_python_parse(parser, &arena, text, &count);
    size_t broken = 0;
    for (uint32_t i = 0; i < count; i++)
        broken += nodes[i].kind == CP_PYTHON_ERROR || nodes[i].missing;
    cp_python_parser_free(parser);
    return broken;
}

/* "fixtures/CP101/a.py" -> "fixtures/CP101/a.fixed.py" */
static const char *fixed_path(const char *path)
{
    return cp_str_printf(&arena, "%.*s.fixed.py", (int)(strlen(path) - 3), path).ptr;
}

static void write_fixed(const char *path, cp_str text, cp_str original)
{
    if (cp_str_eq(text, original)) {
        remove(path);
        return;
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static cp_source read_source(const char *path)
{
    cp_source source;
    cp_err err = {0};
    if (cp_source_read(&arena, cp_str_of(path), &source, &err))
        fail_msg("%s", err.msg);
    return source;
}

static void compare_fixed(const char *path, const cp_source *source, cp_str fixed)
{
    const char *name = fixed_path(path);
    if (getenv("CP_UPDATE"))
        write_fixed(name, fixed, source->text);
    bool there = access(name, F_OK) == 0;
    cp_str wanted = there ? read_source(name).text : source->text;
    assert_same(fixed, wanted);
    assert_int_equal(fixed.len, wanted.len);
    if (there && cp_str_eq(wanted, source->text))
        fail_msg("%s: is the same as the fixture; remove it", name);
}

static void test_fixture(void **state)
{
    const char *path = *state;
    cp_source source = read_source(path);
    cp_str with = cp_marks_with(&source);
    cp_marks marks;
    cp_err err = {0};
    if (cp_marks_read(&arena, &source, &marks, &err))
        fail_msg("%s", err.msg);

    outcome result = analyse(source.path, source.text, with);
    cp_str wrong = cp_marks_compare(&arena, source.path, &marks, &result.found);
    if (wrong.len)
        fail_msg("\n%s", cp_str_c(&arena, wrong));
    compare_fixed(path, &source, result.fixed);

    assert_int_equal(broken_nodes(source.text), 0);
    assert_int_equal(broken_nodes(result.fixed), 0);
    outcome again = analyse(source.path, result.fixed, with);
    assert_same(again.fixed, result.fixed);
    assert_int_equal(again.fix_count, 0);
}

static bool is_fixed(const char *path)
{
    return cp_str_ends(cp_str_of(path), CP_STR(".fixed.py"));
}

/* What the marks of a rule's fixtures say. */
typedef struct marked {
    bool found;  /* some file expects a finding of the rule */
    bool silent; /* some file says of nothing that it is found or should be */
} marked;

static marked read_all_marks(const glob_t *files, cp_str code)
{
    marked result = {0};
    for (size_t i = 0; i < files->gl_pathc; i++) {
        cp_marks marks;
        if (is_fixed(files->gl_pathv[i]))
            continue;
        cp_source source = read_source(files->gl_pathv[i]);
        if (cp_marks_read(&arena, &source, &marks, NULL))
            continue; /* its own test says so */
        result.silent |= marks.count == 0;
        for (size_t m = 0; m < marks.count; m++)
            result.found |= !marks.items[m].todo && cp_str_eq(marks.items[m].code, code);
    }
    return result;
}

static void test_every_rule_has_a_finding_and_a_silent_fixture(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    for (size_t i = 0; i < rules.count; i++) {
        const cp_rule *rule = &rules.items[i];
        if (cp_rule_is_planned(rule) || cp_str_is(rule->check, "drift") ||
            cp_str_is(rule->check, "reinterpret"))
            continue; /* of kernel libraries: test_drift.c, test_misread.c */
        cp_str pattern = cp_str_printf(&arena, "%.*s/*.py", CP_STR_ARGS(rule->fixture));
        glob_t files = {0};
        glob(pattern.ptr, 0, NULL, &files);
        marked marks = read_all_marks(&files, rule->id);
        globfree(&files);
        if (!marks.found || !marks.silent)
            fail_msg("%.*s: no fixture %s", CP_STR_ARGS(rule->fixture),
                     marks.found ? "is silent" : "has a finding of it");
    }
}

static void test_every_rule_that_promises_a_fix_has_made_one(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    for (size_t i = 0; i < rules.count; i++) {
        const cp_rule *rule = &rules.items[i];
        if (cp_rule_is_planned(rule) || cp_str_is(rule->fix, "none"))
            continue;
        cp_str pattern =
            cp_str_printf(&arena, "%.*s/*.fixed.py", CP_STR_ARGS(rule->fixture));
        glob_t files = {0};
        if (glob(pattern.ptr, 0, NULL, &files) != 0)
            fail_msg("%s: there is none", pattern.ptr);
        globfree(&files);
    }
}

/* What is left when its fixture was renamed would never be looked at again. */
static void test_every_fixed_file_has_its_fixture(void **state)
{
    (void)state;
    glob_t files = {0};
    glob("fixtures/CP*/*.fixed.py", 0, NULL, &files);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const char *path = files.gl_pathv[i];
        cp_str source = cp_str_printf(&arena, "%.*s.py", (int)(strlen(path) - 9), path);
        if (access(source.ptr, F_OK) != 0)
            fail_msg("%s: there is no %s", path, source.ptr);
    }
    globfree(&files);
}

static size_t add_fixtures(struct CMUnitTest *tests, size_t room, const glob_t *files)
{
    size_t count = 0;
    for (size_t i = 0; i < files->gl_pathc && count < room; i++) {
        char *path = files->gl_pathv[i];
        if (!is_fixed(path))
            tests[count++] = (struct CMUnitTest){path, test_fixture, begin, end, path};
    }
    return count;
}

int main(void)
{
    static struct CMUnitTest tests[1024] = {
        TEST(test_every_rule_has_a_finding_and_a_silent_fixture),
        TEST(test_every_rule_that_promises_a_fix_has_made_one),
        TEST(test_every_fixed_file_has_its_fixture),
    };
    enum { OTHERS = 3 };
    glob_t files = {0};
    if (glob("fixtures/CP*/*.py", 0, NULL, &files) != 0) {
        fprintf(stderr, "no fixture below fixtures/CP*\n");
        return 1;
    }
    size_t count = OTHERS + add_fixtures(tests + OTHERS, 1024 - OTHERS, &files);
    int failed = _cmocka_run_group_tests("fixtures", tests, count, NULL, NULL);
    globfree(&files);
    return failed;
}
