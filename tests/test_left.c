#include "harness.h"

#include <glob.h>

#include "read/source.h"
#include "show_facts.h"

static bool nothing(const void *data, cp_str text, cp_span func)
{
    (void)data, (void)text, (void)func;
    return false;
}

static uint32_t left_of(const cp_module *module)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < module->func_count; i++)
        count += module->funcs[i]->left != NULL;
    return count;
}

static void put_span(cp_buf *buf, const char *what, cp_span span)
{
    cp_buf_printf(buf, " %s %u-%u", what, span.start, span.end);
}

static void put_places(cp_buf *buf, const cp_block *block)
{
    put_span(buf, "\n{", block->span);
    for (uint32_t i = 0; i < block->count; i++) {
        const cp_stmt *stmt = block->stmts[i];
        put_span(buf, stmt->has_error ? "broken" : "stmt", stmt->span);
        if (stmt->func) {
            put_span(buf, stmt->func->qualname.ptr, stmt->func->span);
            put_places(buf, &stmt->func->body);
        }
        if (stmt->class) {
            put_span(buf, stmt->class->qualname.ptr, stmt->class->span);
            for (size_t m = 0; m < stmt->class->methods.count; m++) {
                const cp_func *method = stmt->class->methods.entries[m].value;
                put_span(buf, "method", method->span);
            }
            put_places(buf, &stmt->class->body);
        }
        put_places(buf, &stmt->body);
        put_places(buf, &stmt->orelse);
    }
    cp_buf_puts(buf, "}");
}

/* All that a module says, and where. */
static cp_str told(const cp_module *module)
{
    cp_buf buf = {.arena = &arena};
    cp_buf_add(&buf, show_block(&arena, &module->body));
    put_places(&buf, &module->body);
    cp_buf_printf(&buf, "\n%u functions, %u classes\n", module->func_count,
                  module->class_count);
    for (uint32_t i = 0; i < module->import_count; i++)
        put_span(&buf, "import", module->imports[i]->span);
    for (uint32_t i = 0; i < module->error_count; i++)
        put_span(&buf, "error", module->errors[i]);
    for (uint32_t i = 0; i < module->comment_count; i++) {
        const cp_comment *comment = &module->comments[i];
        put_span(&buf, comment->own_line ? "line" : "behind", comment->span);
        cp_buf_add(&buf, comment->text);
    }
    return cp_buf_str(&buf);
}

/* The same text read whole, and read function by function, last ones first. */
static uint32_t compare(const cp_source *source)
{
    cp_reader *reader = cp_reader_new(&arena);
    cp_module *parts = cp_reader_read(reader, source, nothing, NULL);
    uint32_t left = left_of(parts);
    for (uint32_t i = parts->func_count; i-- > 0;)
        cp_func_read(parts->funcs[i]);
    assert_int_equal(left_of(parts), 0);
    assert_same(told(parts), told(cp_facts_from_python(&arena, source)));
    cp_reader_free(reader);
    return left;
}

/* How many functions of the text were left at first. */
static uint32_t left_in(const char *text)
{
    cp_source *source = cp_new(&arena, cp_source, 1);
    *source = cp_source_of(&arena, CP_STR("a.py"), cp_str_of(text));
    return compare(source);
}

static void test_functions_and_methods_are_left(void **state)
{
    (void)state;
    assert_int_equal(left_in("import a\n"
                             "def f(x: int = 1, *y) -> int:\n"
                             "    return x  # one\n"
                             "\n"
                             "class C(B):\n"
                             "    z: int = 0\n"
                             "    @property\n"
                             "    # two\n"
                             "    def g(self): return 1; \n"
                             "    async def h(self):\n"
                             "        def inner(): return lambda: 2\n"
                             "        return inner\n"
                             "y = f(1)\n"),
                     3);
}

static void test_a_class_of_methods_alone_is_read(void **state)
{
    (void)state;
    assert_int_equal(left_in("class C:\n"
                             "    def f(self):\n"
                             "        pass\n"
                             "    def g(self):\n"
                             "        pass\n"
                             "class D:\n"
                             "    def f(self):\n"
                             "        pass"),
                     3);
}

static void test_a_file_of_functions_alone_is_read(void **state)
{
    (void)state;
    left_in("def f():\n    pass\ndef g():\n    pass\n");
    left_in("def f():\n    pass");
}

static void test_comments_close_the_blocks_that_they_line_up_with(void **state)
{
    (void)state;
    left_in("class C:\n"
            "    def f(self):\n"
            "        if x:\n"
            "            y\n"
            "            # in the if\n"
            "        # in f\n"
            "         # in f too\n"
            "    # in C\n"
            "        # in C as well\n"
            "# in none\n"
            "    # nor this\n"
            "def g():\n"
            "    pass  # behind\n"
            "    # in g\n"
            "\n"
            "    # in g after a line\n"
            "x = 1\n");
}

static void test_line_breaks_of_windows(void **state)
{
    (void)state;
    assert_int_equal(left_in("class C:\r\n"
                             "    def f(self, a,\r\n"
                             "          b):  # c\r\n"
                             "        return a + \\\r\n"
                             "            b\r\n"
                             "\r\n"
                             "    def g(self):\r\n"
                             "        pass\r\n"
                             "        # end\r\n"
                             "x = 1\r\n"),
                     2);
}

static void test_imports_of_what_is_left_are_listed(void **state)
{
    (void)state;
    assert_int_equal(left_in("import z\n"
                             "def f():\n"
                             "    import a\n"
                             "def g():\n"
                             "    if x: from a import (b,  # one\n"
                             "        c as d)\n"
                             "    else: import e; import f; g; from . import h\n"
                             "    # two\n"
                             "import y\n"
                             "class C:\n"
                             "    def h(): yield from important\n"
                             "    def i(): import a.b"),
                     4);
}

static void test_what_holds_a_class_is_read_at_once(void **state)
{
    (void)state;
    assert_int_equal(left_in("def f():\n"
                             "    class C: pass\n"
                             "def g():\n"
                             "    if x: class_ = 1\n"),
                     1);
}

static void test_strings_do_not_mislead(void **state)
{
    (void)state;
    assert_int_equal(left_in("def f():\n"
                             "    '''\n"
                             "def g():\n"
                             "    # no comment\n"
                             "    '''\n"
                             "    return r'\\'', f'{x}', b\"#\", 'a\\\n"
                             "b'\n"
                             "def h(): (1, (\n"
                             "# comment (\n"
                             "))\n"
                             "def i(x='''\n"
                             "class C:\n"
                             "'''):\n"
                             "    pass\n"),
                     3);
}

static void test_what_cannot_be_told_is_read_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x = 'open\n",        "x = '''open\n", "x = (\n",
        "x = (]\n",           "x = )\n",       "x = f\"{d[\"#\"]}\"\n",
        "if x:\n\ty = 1\n",   "@d\nx = 1\n",   "class C:\n    a\n  b\n",
        "x = `y`\n",          "x = 1 \\ 2\n",  "x = 1\f\n",
        "class C:\n    @d\n", "x = 1 +\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cp_buf text = {.arena = &arena};
        cp_buf_printf(&text, "def f():\n    pass\n%s", texts[i]);
        assert_int_equal(left_in(cp_buf_str(&text).ptr), 0);
    }
}

static void test_an_error_in_what_is_left_is_told_when_it_is_read(void **state)
{
    (void)state;
    cp_source source = cp_source_of(&arena, CP_STR("a.py"),
                                    CP_STR("def f():\n    x = = 1\ndef g(): pass\n"));
    cp_reader *reader = cp_reader_new(&arena);
    cp_module *module = cp_reader_read(reader, &source, nothing, NULL);
    assert_int_equal(module->error_count, 0);
    cp_func_read(module->funcs[1]);
    assert_int_equal(module->error_count, 0);
    cp_func_read(module->funcs[0]);
    assert_true(module->error_count > 0);
    assert_true(module->funcs[0]->has_error);
    assert_false(module->funcs[1]->has_error);
    cp_reader_free(reader);
}

static void test_one_function_is_read_alone(void **state)
{
    (void)state;
    cp_source source = cp_source_of(&arena, CP_STR("a.py"),
                                    CP_STR("x = = 1\n"
                                           "class C:\n"
                                           "    @d\n"
                                           "    def f(self):\n"
                                           "        return 1\n"
                                           "    def g(self):\n"
                                           "        return = 2\n"));
    cp_reader *reader = cp_reader_new(&arena);
    cp_func *func = cp_reader_func(reader, &source, (cp_span){52, 53});
    assert_str(func->name, "f");
    assert_false(func->has_error);
    assert_str(show_block(&arena, &func->body), "{return = 1}");
    func = cp_reader_func(reader, &source, (cp_span){76, 77});
    assert_str(func->name, "g");
    assert_true(func->has_error);
    assert_null(cp_reader_func(reader, &source, (cp_span){2, 3}));
    assert_null(cp_reader_func(reader, &source, (cp_span){52, 77}));
    cp_reader_free(reader);
}

static void test_all_fixtures_say_the_same_in_parts(void **state)
{
    (void)state;
    glob_t files = {0};
    uint32_t left = 0;
    assert_int_equal(glob("fixtures/*/*.py", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        cp_source source;
        cp_err err = {0};
        assert_false(cp_source_read(&arena, cp_str_of(files.gl_pathv[i]), &source, &err));
        left += compare(&source);
    }
    assert_true(left > files.gl_pathc / 2);
    globfree(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_functions_and_methods_are_left),
        TEST(test_a_class_of_methods_alone_is_read),
        TEST(test_a_file_of_functions_alone_is_read),
        TEST(test_comments_close_the_blocks_that_they_line_up_with),
        TEST(test_line_breaks_of_windows),
        TEST(test_imports_of_what_is_left_are_listed),
        TEST(test_what_holds_a_class_is_read_at_once),
        TEST(test_strings_do_not_mislead),
        TEST(test_what_cannot_be_told_is_read_whole),
        TEST(test_an_error_in_what_is_left_is_told_when_it_is_read),
        TEST(test_one_function_is_read_alone),
        TEST(test_all_fixtures_say_the_same_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
