#include "harness.h"
#include "show_facts.h"

/* The statements of `text` are those that `wanted` shows. */
#define assert_reads(text, wanted)                                                       \
    assert_str(show_block(&arena, &facts_of(&arena, (text))->body), (wanted))

/* The value of the first statement. */
static cp_expr *value_of(const char *text)
{
    return facts_of(&arena, text)->body.stmts[0]->value;
}

static void test_calls_keep_positional_keyword_and_starred_arguments(void **state)
{
    (void)state;
    assert_reads("f(x, *a, k=1, **b)\n", "{expr = (call f x (* a) k=1 (** b))}");
    assert_reads("f(i for i in x)\n",
                 "{expr = (call f (?generator_expression i (?for_in_clause i x)))}");
}

static void test_attributes_and_methods_nest_to_the_left(void **state)
{
    (void)state;
    assert_reads("x.y.to(torch.float32)\n",
                 "{expr = (call (attr (attr x y) to) (attr torch float32))}");
}

static void test_operators_keep_their_operands(void **state)
{
    (void)state;
    assert_reads("-a ** ~b\n", "{expr = (- (** a (~ b)))}");
    assert_reads("a and b or not c\n", "{expr = (or (and a b) (not c))}");
    assert_reads("x if c else y\n", "{expr = (if x c y)}");
    assert_reads("(n := 3)\n", "{expr = (walrus n 3)}");
}

static void test_a_comparison_has_one_operator_with_single_blanks(void **state)
{
    (void)state;
    assert_reads("a not   in b\n", "{expr = (not in a b)}");
    assert_reads("a is \\\n not b\n", "{expr = (is not a b)}");
    assert_reads("a < b < c\n", "{expr = (?comparison_operator a b c)}");
}

static void test_sequences_say_by_what_they_are_enclosed(void **state)
{
    (void)state;
    assert_reads("(a, b), [a], {a}, a,\n", "{expr = (( (( a b) ([ a) ({ a) a)}");
    assert_reads("{1: 2, **a}\n", "{expr = (dict 1 2 - a)}");
}

static void test_a_subscript_with_a_comma_alone_is_a_tuple(void **state)
{
    (void)state;
    assert_reads("a[0]\n", "{expr = (sub a 0)}");
    assert_reads("a[0,]\n", "{expr = (sub a (( 0))}");
    assert_reads("a[b, c]\n", "{expr = (sub a b c)}");
    assert_reads("a[1:2, ::3]\n", "{expr = (sub a (?slice 1 2) (?slice 3))}");
}

static void test_a_string_is_known_only_if_it_is_plain_text(void **state)
{
    (void)state;
    assert_reads("'''x'''\n", "{expr = 'x'}");
    assert_reads("r'\\n'\n", "{expr = '\\n'}");
    assert_reads("b'x'\n", "{expr = (?string)}");
    assert_reads("'a' 'b'\n", "{expr = (?concatenated_string 'a' 'b')}");
}

static void test_an_f_string_has_what_it_interpolates_as_kids(void **state)
{
    (void)state;
    assert_reads("f'{a!r:>{b.c}} {{x}} {d}'\n", "{expr = (?string a (attr b c) d)}");
}

static void test_what_has_no_kind_keeps_its_parts(void **state)
{
    (void)state;
    assert_reads("[a for b in c if d]\n",
                 "{expr = (?list_comprehension a (?for_in_clause b c) (?if_clause d))}");
    assert_reads("await f()\n", "{expr = (?await (call f))}");
    assert_reads("x = yield y\n", "{assign x = (?yield y)}");
}

static void test_a_star_stands_before_the_whole_of_what_it_spreads(void **state)
{
    (void)state;
    assert_reads("x = *a.b, c\n", "{assign x = (( (* (attr a b)) c)}");
    assert_reads("[*a.b[0]]\n", "{expr = ([ (* (sub (attr a b) 0)))}");
    assert_reads("f(*a.b)\n", "{expr = (call f (* (attr a b)))}");
}

static void test_assignments_have_all_their_targets(void **state)
{
    (void)state;
    assert_reads("x = y = (a)\n", "{assign x y = a}");
    assert_reads("a, *b = c\n", "{assign (( a (* b)) = c}");
    assert_reads("(a), [b] = c\n", "{assign (( a ([ b)) = c}");
    assert_reads("x @= y\n", "{aug@= x = y}");
}

static void test_an_annotation_is_kept_with_or_without_a_value(void **state)
{
    (void)state;
    assert_reads("x: list[int] = 3\n", "{assign x :(sub list int) = 3}");
    assert_reads("x: T.U\n", "{assign x :(attr T U)}");
}

static void test_a_call_of_type_on_the_left_side_is_no_alias(void **state)
{
    (void)state;
    assert_reads("type(x).y = 1\n", "{assign (attr (call type x) y) = 1}");
    assert_reads("type X = int\n",
                 "{?type_alias_statement = (?type_alias_statement X int)}");
}

static void test_an_elif_is_an_if_in_the_else_of_the_one_before(void **state)
{
    (void)state;
    assert_reads("if a: b\nelif c: d\nelse: e\n",
                 "{if = a {expr = b} else{elif = c {expr = d} else{expr = e}}}");
}

static void test_loops_have_a_body_and_an_else(void **state)
{
    (void)state;
    assert_reads("while x: break\nelse: continue\n",
                 "{while = x {break} else{continue}}");
    assert_reads("for i, j in x: y\nelse: z\n",
                 "{for (( i j) = x {expr = y} else{expr = z}}");
}

static void test_with_binds_each_item(void **state)
{
    (void)state;
    const char *wanted = "{with {expr = e} item a as b item (call c) as (attr d x)}";
    assert_reads("with a as b, c() as d.x: e\n", wanted);
    assert_reads("with (a as b, c() as d.x): e\n", wanted);
}

static void test_try_has_its_handlers_with_what_they_catch(void **state)
{
    (void)state;
    assert_reads("try: a\nexcept (A, B) as e: b\nexcept: c\nelse: d\nfinally: f\n",
                 "{try {expr = a} catch (( A B) as e{expr = b} catch -{expr = c}"
                 " else{expr = d} finally{expr = f}}");
}

static void test_a_case_has_a_value_only_where_it_compares_with_one(void **state)
{
    (void)state;
    assert_reads("match x:\n"
                 "    case A.B: a\n"
                 "    case -1: b\n"
                 "    case n if z: c\n"
                 "    case [p, _]: d\n"
                 "    case 1 | 2: e\n"
                 "    case _: f\n",
                 "{match = x case (attr A B){expr = a} case (- 1){expr = b}"
                 " case (?dotted_name n) when z{expr = c}"
                 " case (?list_pattern p (?case_pattern)){expr = d}"
                 " case (?union_pattern 1 2){expr = e} case -{expr = f}}");
}

static void test_small_statements_keep_all_that_they_name(void **state)
{
    (void)state;
    assert_reads("raise A(b) from c\n", "{raise = (call A b) item c}");
    assert_reads("assert a, m\n", "{assert = a item m}");
    assert_reads("del a, b[0]\n", "{delete a (sub b 0)}");
    assert_reads("global a, b\n", "{?global_statement = (?global_statement a b)}");
    assert_reads("return; pass\n", "{return; ?pass_statement}");
}

static void test_imports_say_what_is_bound_to_which_name(void **state)
{
    (void)state;
    assert_reads("import a.b, c.d as e\n", "{import 0/a.b//a 0/c.d//e}");
    assert_reads("from ..x . y import (d, e as f,)\n", "{import 2/x.y/d/d 2/x.y/e/f}");
    assert_reads("from . import *\n", "{import 1//*/*}");
    assert_reads("from __future__ import a\n", "{import 0/__future__/a/a}");
}

static void test_parameters_have_kind_annotation_and_default(void **state)
{
    (void)state;
    assert_reads("def f(a, b: T, /, c=1, *d, e: U = 2, **g) -> R: pass\n",
                 "{def f[a b:T c=1 *d !e:U=2 **g] -> R{?pass_statement}}");
    assert_reads("def f(a, *, b): pass\n", "{def f[a !b]{?pass_statement}}");
    assert_reads("lambda a, *b: a\n", "{expr = (lambda[a *b]{return = a})}");
}

static void test_a_dotted_name_is_spelled_from_its_chain(void **state)
{
    (void)state;
    assert_str(cp_expr_dotted(&arena, value_of("a . b.c\n")), "a.b.c");
    assert_str(cp_expr_dotted(&arena, value_of("a\n")), "a");
    assert_str(cp_expr_dotted(&arena, value_of("a().b\n")), "");
    assert_str(cp_expr_dotted(&arena, value_of("a[0]\n")), "");
}

static bool same(const char *a, const char *b)
{
    return cp_expr_same(value_of(a), value_of(b));
}

static void test_code_is_the_same_whatever_its_blanks_and_parentheses(void **state)
{
    (void)state;
    assert_true(same("f(a.b, k=c[0])\n", "(f)( a . b, # why\n k = (c)[0] )\n"));
    assert_true(same("'x'\n", "\"x\"\n"));
    assert_true(same("a[1:n]\n", "a[1 : n]\n"));
    assert_true(same("lambda x: x\n", "lambda  x : x\n"));
}

static void test_other_code_is_not_the_same(void **state)
{
    (void)state;
    assert_false(same("f(a)\n", "f(b)\n"));
    assert_false(same("f(k=a)\n", "f(a)\n"));
    assert_false(same("a + b\n", "a - b\n"));
    assert_false(same("(a + b) * c\n", "a + b * c\n"));
    assert_false(same("a[1:]\n", "a[:1]\n"));
    assert_false(same("a[0]\n", "a[0,]\n"));
    assert_false(same("r'\\n'\n", "'\\n'\n"));
    assert_false(same("b'x'\n", "'x'\n"));
    assert_false(same("f'{a}x'\n", "f'{a}y'\n"));
    assert_false(same("{**a}\n", "{b: a}\n"));
    assert_false(same("[x for x in a]\n", "[x for x in b]\n"));
    assert_false(same("await a\n", "await b\n"));
}

static void test_code_that_could_not_be_read_is_the_same_as_nothing_else(void **state)
{
    (void)state;
    assert_false(same("f(a b)\n", "f(a b)\n"));
}

static void test_a_keyword_argument_is_found_by_its_name(void **state)
{
    (void)state;
    cp_expr *call = value_of("f(a, dtype=b)\n");
    assert_str(cp_call_keyword(call, CP_STR("dtype"))->text, "b");
    assert_null(cp_call_keyword(call, CP_STR("a")));
    assert_null(cp_call_keyword(call, CP_STR("")));
}

static void note(cp_expr *expr, void *data)
{
    cp_buf_printf(data, "%d:%.*s ", (int)expr->kind, CP_STR_ARGS(expr->text));
}

static void test_a_walk_visits_parents_first_and_arguments_too(void **state)
{
    (void)state;
    cp_buf buf = {.arena = &arena};
    cp_expr_walk(value_of("f(a, k={**b})\n"), note, &buf);
    assert_str(cp_buf_str(&buf), "2: 0:f 0:a 8: 0:b ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_calls_keep_positional_keyword_and_starred_arguments),
        TEST(test_attributes_and_methods_nest_to_the_left),
        TEST(test_operators_keep_their_operands),
        TEST(test_a_comparison_has_one_operator_with_single_blanks),
        TEST(test_sequences_say_by_what_they_are_enclosed),
        TEST(test_a_subscript_with_a_comma_alone_is_a_tuple),
        TEST(test_a_string_is_known_only_if_it_is_plain_text),
        TEST(test_an_f_string_has_what_it_interpolates_as_kids),
        TEST(test_what_has_no_kind_keeps_its_parts),
        TEST(test_a_star_stands_before_the_whole_of_what_it_spreads),
        TEST(test_assignments_have_all_their_targets),
        TEST(test_an_annotation_is_kept_with_or_without_a_value),
        TEST(test_a_call_of_type_on_the_left_side_is_no_alias),
        TEST(test_an_elif_is_an_if_in_the_else_of_the_one_before),
        TEST(test_loops_have_a_body_and_an_else),
        TEST(test_with_binds_each_item),
        TEST(test_try_has_its_handlers_with_what_they_catch),
        TEST(test_a_case_has_a_value_only_where_it_compares_with_one),
        TEST(test_small_statements_keep_all_that_they_name),
        TEST(test_imports_say_what_is_bound_to_which_name),
        TEST(test_parameters_have_kind_annotation_and_default),
        TEST(test_a_dotted_name_is_spelled_from_its_chain),
        TEST(test_code_is_the_same_whatever_its_blanks_and_parentheses),
        TEST(test_other_code_is_not_the_same),
        TEST(test_code_that_could_not_be_read_is_the_same_as_nothing_else),
        TEST(test_a_keyword_argument_is_found_by_its_name),
        TEST(test_a_walk_visits_parents_first_and_arguments_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
