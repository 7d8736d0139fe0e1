#include "harness.h"

#include "report_case.h"
#include "report_check.h"

static void test_full_text_begins_with_place_code_and_name(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    cp_str text = case_text(c, CP_FORMAT_FULL);
    assert_true(cp_str_starts(
        text, CP_STR("a.py:2:5: CP101 [redundant-upcast] the cast is not needed\n")));
}

static void test_full_text_underlines_the_cast(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    assert_has(case_text(c, CP_FORMAT_FULL), "   |\n"
                                             " 2 |     x.to(torch.float32)\n"
                                             "   |     ^^^^^^^^^^^^^^^^^^^\n");
}

static void test_full_text_tells_the_trace_from_producer_to_contract(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *f = case_finding(c);
    f->trace = cp_new(&arena, cp_place, 1);
    f->trace[0] = (cp_place){CP_STR("a.py"), 7, 0, 0, CP_STR("passed on"), 0};
    f->trace_count = 1;
    assert_has(case_text(c, CP_FORMAT_FULL),
               "  value:   x (router_logits) of bfloat16, cast to float32\n"
               "  under:   ok\n"
               "  from:    gate.py:388: F.linear (bfloat16)\n"
               "  then:    a.py:7: passed on\n"
               "  into:    flashinfer.fused_moe.trtllm_bf16_moe, parameter "
               "routing_logits\n"
               "  takes:   float32, bfloat16 (flashinfer-python 0.6.11.post1, "
               "launcher.cu:265)\n"
               "  assumes: the model does not run in float16\n"
               "  see:     a.py:1-3: stale comment\n"
               "  help:    drop it\n");
}

static void test_full_text_names_the_fix_and_its_effect(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_fix(case_finding(c));
    assert_has(case_text(c, CP_FORMAT_FULL),
               "  fix:     cp-0123456789ab, effect exact; see it with castproof");
}

static void test_full_text_says_nothing_where_nothing_is_known(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_module *module = case_module("b.py", CP_STR("# float32 only\n"));
    cp_findings_new(&c->findings, "CP202", module, (cp_span){0, 14})->message =
        CP_STR("stale");
    cp_str text = case_text(c, CP_FORMAT_FULL);
    assert_lacks(text, "value:");
    assert_lacks(text, "takes:");
    assert_lacks(text, "fix:");
}

static void test_span_of_several_lines_is_underlined_line_by_line(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_module *module = case_module("b.py", CP_STR("y = x.to(\n    d\n)\n"));
    cp_findings_new(&c->findings, "CP102", module, (cp_span){4, 17});
    assert_has(case_text(c, CP_FORMAT_FULL), " 1 | y = x.to(\n"
                                             "   |     ^^^^^\n"
                                             " 2 |     d\n"
                                             "   |     ^\n"
                                             " 3 | )\n"
                                             "   | ^\n");
}

static void test_long_span_ends_with_its_last_line_number(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_module *module = case_module("b.py", CP_STR("(\n1\n2\n3\n4\n5\n6\n7\n8\n)\n"));
    cp_findings_new(&c->findings, "CP102", module, (cp_span){0, 19});
    cp_str text = case_text(c, CP_FORMAT_FULL);
    assert_has(text, "   | ... to line 10\n");
    assert_lacks(text, " 7 |");
}

static void test_carets_stand_under_wide_letters(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_module *module = case_module("b.py", CP_STR("\"\xe4\xb8\xad\", x\n"));
    cp_findings_new(&c->findings, "CP102", module, case_span(module, "x"));
    assert_has(case_text(c, CP_FORMAT_FULL), "\n   |       ^\n");
}

static void test_very_long_line_is_cut_around_the_cast(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_buf line = {.arena = &arena};
    for (int i = 0; i < 1000; i++)
        cp_buf_puts(&line, "aaaaaaaaa ");
    cp_buf_puts(&line, "x.float()");
    for (int i = 0; i < 1000; i++)
        cp_buf_puts(&line, " bbbbbbbbb");
    cp_module *module = case_module("b.py", cp_buf_str(&line));
    cp_findings_new(&c->findings, "CP102", module, case_span(module, "x.float()"));
    cp_str text = case_text(c, CP_FORMAT_FULL);
    assert_true(text.len < 1500);
    assert_has(text, "x.float()");
    assert_has(text, "^^^^^^^^^\n");
}

static void test_prose_is_wrapped_to_the_width(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->style.width = 40;
    case_finding(c)->help = CP_STR("one two three four five six seven eight nine ten");
    assert_has(case_text(c, CP_FORMAT_FULL), "  help:    one two three four five six\n"
                                             "           seven eight nine ten\n");
}

static void test_escape_sequences_of_a_source_are_made_visible(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_module *module =
        case_module("b\x1b[2J.py", CP_STR("x\x1b[31m\xe2\x80\xae\xff.float()\n"));
    cp_finding *f = cp_findings_new(&c->findings, "CP102", module, (cp_span){0, 18});
    f->message = CP_STR("m\x07\nm");
    f->tensor = CP_STR("x\x1b[31m");
    cp_str text = case_text(c, CP_FORMAT_FULL);
    assert_has(text, "b\\x1b[2J.py:1:1");
    assert_has(text, "x\\x1b[31m\\u202e\\xff.float()");
    assert_has(text, "m\\x07\\x0am");
    assert_lacks(text, "\x1b");
}

static void test_colours_are_there_only_when_asked_for(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    assert_lacks(case_text(c, CP_FORMAT_FULL), "\x1b");
    c->style.color = true;
    assert_has(case_text(c, CP_FORMAT_FULL), "\x1b[1;33mCP101\x1b[0m");
}

static void test_concise_is_one_line_a_finding(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->style.quiet = true;
    case_finding(c);
    case_fix(case_finding(c));
    assert_str(case_text(c, CP_FORMAT_CONCISE),
               "a.py:2:5: CP101 the cast is not needed\n"
               "a.py:2:5: CP101 [*] the cast is not needed\n");
}

static void test_summary_counts_findings_files_and_fixes(void **state)
{
    (void)state;
    report_case *c = case_new();
    case_finding(c);
    case_fix(case_finding(c));
    assert_has(case_text(c, CP_FORMAT_CONCISE),
               "Found 2 findings in 1 file; 1 can be fixed (castproof fix --diff).\n");
}

static void test_summary_of_nothing_says_how_much_was_looked_at(void **state)
{
    (void)state;
    report_case *c = case_new();
    assert_str(case_text(c, CP_FORMAT_FULL), "No findings; 2 files checked.\n");
}

static void test_summary_owns_up_to_what_was_not_checked(void **state)
{
    (void)state;
    report_case *c = case_new();
    const cp_trouble trouble = {CP_STR("x.py"), CP_STR("x.py: cannot open")};
    c->report.troubles = &trouble;
    c->report.trouble_count = 1;
    assert_str(case_text(c, CP_FORMAT_FULL),
               "No findings; 2 files checked; 1 problem kept something from being "
               "checked.\n");
}

static void test_quiet_leaves_out_the_summary(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->style.quiet = true;
    assert_str(case_text(c, CP_FORMAT_FULL), "");
}

static void test_report_works_without_any_rule(void **state)
{
    (void)state;
    report_case *c = case_new();
    c->rules = (cp_rules){0};
    case_finding(c);
    assert_has(case_text(c, CP_FORMAT_FULL), "a.py:2:5: CP101 the cast");
    assert_has(case_text(c, CP_FORMAT_JSON), "\"name\": \"\"");
}

static void test_rules_table_marks_planned_rules(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    const cp_report_style style = {0};
    cp_str text = cp_report_rules(&arena, &rules, CP_FORMAT_FULL, &style);
    assert_has(text, "CP101   redundant-upcast           warning  A tensor is cast");
    assert_lacks(text, "(planned)");
    rules.items[0].status = CP_STR("planned");
    text = cp_report_rules(&arena, &rules, CP_FORMAT_FULL, &style);
    assert_has(text, "CP001   unused-ignore              warning  (planned) A ");
}

static void test_explain_prints_the_rule_and_its_sections(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    const cp_report_style style = {0};
    const cp_rule *rule = cp_rules_find(&rules, CP_STR("CP101"));
    cp_str text = cp_report_rule(&arena, rule, CP_FORMAT_FULL, &style);
    assert_true(
        cp_str_starts(text, CP_STR("CP101 redundant-upcast\n"
                                   "warning, since castproof 0.1, fix: exact\n")));
    assert_has(text, "\n## What the fix promises\n");
    assert_lacks(text, "Planned");
}

static void test_explain_says_that_a_planned_rule_does_not_run(void **state)
{
    (void)state;
    cp_rules rules = cp_rules_bundled(&arena);
    const cp_report_style style = {0};
    rules.items[0].status = CP_STR("planned");
    assert_has(cp_report_rule(&arena, &rules.items[0], CP_FORMAT_FULL, &style),
               "Planned: written down, but no check looks for it yet.\n");
}

static void test_a_name_is_a_link_where_the_terminal_takes_it(void **state)
{
    (void)state;
    report_case *c = case_new();
    cp_finding *finding = case_finding(c);
    finding->module = case_module("/a b/\x1b].py", finding->module->source->text);
    assert_lacks(case_text(c, CP_FORMAT_CONCISE), "\x1b");
    c->style.links = true;
    assert_has(case_text(c, CP_FORMAT_CONCISE),
               "\x1b]8;;file:///a%20b/%1B%5D.py\x1b\\/a b/\\x1b].py\x1b]8;;\x1b\\:2:5: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_full_text_begins_with_place_code_and_name),
        TEST(test_a_name_is_a_link_where_the_terminal_takes_it),
        TEST(test_full_text_underlines_the_cast),
        TEST(test_full_text_tells_the_trace_from_producer_to_contract),
        TEST(test_full_text_names_the_fix_and_its_effect),
        TEST(test_full_text_says_nothing_where_nothing_is_known),
        TEST(test_span_of_several_lines_is_underlined_line_by_line),
        TEST(test_long_span_ends_with_its_last_line_number),
        TEST(test_carets_stand_under_wide_letters),
        TEST(test_very_long_line_is_cut_around_the_cast),
        TEST(test_prose_is_wrapped_to_the_width),
        TEST(test_escape_sequences_of_a_source_are_made_visible),
        TEST(test_colours_are_there_only_when_asked_for),
        TEST(test_concise_is_one_line_a_finding),
        TEST(test_summary_counts_findings_files_and_fixes),
        TEST(test_summary_of_nothing_says_how_much_was_looked_at),
        TEST(test_summary_owns_up_to_what_was_not_checked),
        TEST(test_quiet_leaves_out_the_summary),
        TEST(test_report_works_without_any_rule),
        TEST(test_rules_table_marks_planned_rules),
        TEST(test_explain_prints_the_rule_and_its_sections),
        TEST(test_explain_says_that_a_planned_rule_does_not_run),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
