/*
 * The TOML reader against another: tree-sitter's grammar of TOML. The grammar knows
 * nothing of what may not be defined twice, so for any text only one direction holds:
 * what the reader takes, the grammar takes too.
 */
#include "harness.h"

#include <glob.h>
#include <tree_sitter/api.h>

#include "parse/toml.h"
#include "read/source.h"

const TSLanguage *tree_sitter_toml(void);

typedef struct values {
    size_t strings, integers, floats, booleans, dates;
} values;

static TSTree *grammar_tree(cp_str text)
{
    TSParser *parser = ts_parser_new();
    assert_true(ts_parser_set_language(parser, tree_sitter_toml()));
    TSTree *tree = ts_parser_parse_string(parser, NULL, text.ptr, (uint32_t)text.len);
    ts_parser_delete(parser);
    assert_non_null(tree);
    return tree;
}

static void count_nodes(TSNode node, values *count)
{
    const char *type = ts_node_type(node);
    if (strcmp(type, "string") == 0)
        count->strings++;
    else if (strcmp(type, "integer") == 0)
        count->integers++;
    else if (strcmp(type, "float") == 0)
        count->floats++;
    else if (strcmp(type, "boolean") == 0)
        count->booleans++;
    else if (strstr(type, "_date") || strstr(type, "_time"))
        count->dates++;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        count_nodes(ts_node_named_child(node, i), count);
}

static void count_values(const cp_toml *value, values *count)
{
    switch (value->kind) {
    case CP_TOML_STRING:
        count->strings++;
        return;
    case CP_TOML_INTEGER:
        count->integers++;
        return;
    case CP_TOML_FLOAT:
        count->floats++;
        return;
    case CP_TOML_BOOLEAN:
        count->booleans++;
        return;
    case CP_TOML_DATE:
        count->dates++;
        return;
    case CP_TOML_ARRAY:
        for (size_t i = 0; i < value->item_count; i++)
            count_values(value->items[i], count);
        return;
    case CP_TOML_TABLE:
        for (size_t i = 0; i < value->pair_count; i++)
            count_values(value->pairs[i].value, count);
        return;
    }
}

static void assert_read_alike(cp_str path, cp_str text)
{
    cp_toml *root = NULL;
    cp_err err = {0};
    if (cp_toml_parse(&arena, path, text, &root, &err))
        fail_msg("%s", err.msg);
    TSTree *tree = grammar_tree(text);
    if (ts_node_has_error(ts_tree_root_node(tree)))
        fail_msg("the grammar does not take %.*s", CP_STR_ARGS(path));
    values ours = {0}, theirs = {0};
    count_values(root, &ours);
    count_nodes(ts_tree_root_node(tree), &theirs);
    ts_tree_delete(tree);
    if (memcmp(&ours, &theirs, sizeof ours) != 0)
        fail_msg("%.*s: %zu strings, %zu numbers; by the grammar %zu and %zu",
                 CP_STR_ARGS(path), ours.strings, ours.integers + ours.floats,
                 theirs.strings, theirs.integers + theirs.floats);
}

static void
test_the_files_of_this_project_are_read_as_the_grammar_reads_them(void **state)
{
    (void)state;
    glob_t found = {0};
    assert_int_equal(glob("rules/*.toml", 0, NULL, &found), 0);
    assert_int_equal(glob("rules/*/*.toml", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("pyproject.toml", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        cp_source source;
        cp_err err = {0};
        cp_str path = cp_str_copy(&arena, cp_str_of(found.gl_pathv[i]));
        if (cp_source_read(&arena, path, &source, &err))
            fail_msg("%s", err.msg);
        assert_read_alike(path, source.text);
    }
    globfree(&found);
}

static const char of_all_kinds[] =
    "top = 1\n[a.\"b c\"]\nd.e = [1_000, 0x1f, -2.5e3, inf, true,\n { f = '''x\ny''' } "
    "]\n"
    "[[g]]\nh = \"\\u00e9\\\\\" # i\nj = \"\"\"k\\\n l\"\"\"\nm = 2020-01-02T03:04:05Z\n"
    "n = 07:08:09.5\no = 'p'\n";

static void test_values_of_all_kinds_are_read_alike(void **state)
{
    (void)state;
    assert_read_alike(CP_STR("t.toml"), cp_str_of(of_all_kinds));
}

/* Each byte of the text in turn replaced by each of these. */
static void test_no_broken_text_is_taken_that_the_grammar_refuses(void **state)
{
    (void)state;
    static const char others[] = "a1 .,=[]{}\"'#\\\n_-+:";
    size_t taken = 0, refused = 0;
    for (size_t at = 0; at < sizeof of_all_kinds - 1; at++) {
        for (size_t o = 0; o < sizeof others - 1; o++) {
            cp_arena scratch = {0};
            cp_str text = cp_str_copy(&scratch, cp_str_of(of_all_kinds));
            ((char *)text.ptr)[at] = others[o];
            cp_toml *root = NULL;
            cp_err err = {0};
            bool ours = !cp_toml_parse(&scratch, CP_STR("t.toml"), text, &root, &err);
            TSTree *tree = grammar_tree(text);
            bool theirs = !ts_node_has_error(ts_tree_root_node(tree));
            ts_tree_delete(tree);
            if (ours && !theirs)
                fail_msg("taken, but not by the grammar: %.*s", CP_STR_ARGS(text));
            taken += ours;
            refused += !ours;
            cp_arena_dispose(&scratch);
        }
    }
    assert_true(taken > 500 && refused > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_files_of_this_project_are_read_as_the_grammar_reads_them),
        TEST(test_values_of_all_kinds_are_read_alike),
        TEST(test_no_broken_text_is_taken_that_the_grammar_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
