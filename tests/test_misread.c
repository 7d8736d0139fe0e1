#include "harness.h"

#include <glob.h>
#include <stdlib.h>

#include "contracts/mine_source.h"

/*
 * fixtures/CP401 holds a small library of ours in each folder. What is found at a line
 * stands in a remark on it, "// CP401: float32 as bfloat16 when …", and further ones of
 * the same check in "// CP401-: …" on the lines behind it.
 */

typedef struct list {
    cp_str *items;
    size_t count, room;
} list;

static void ignore_trouble(void *data, cp_mine_loss loss, cp_str path,
                           const char *message)
{
    (void)data;
    (void)loss;
    (void)path;
    (void)message;
}

/* Without libclang nothing of C++ can be tested here. */
static bool have_libclang(void)
{
    const cp_cuda_library *library;
    return cp_cuda_load(&arena, &library, NULL) == CP_OK;
}

static cp_str line_of(const char *root, const cp_misread *misread)
{
    const cp_source *source = misread->check.module->source;
    cp_buf out = {.arena = &arena};
    cp_buf_printf(&out, "%s/%.*s:%u: %s as %s", root, CP_STR_ARGS(source->path),
                  cp_source_line(source, misread->check.offset),
                  cp_dtype_name(misread->accepted), cp_dtype_name(misread->as));
    if (misread->when.len)
        cp_buf_printf(&out, " when %.*s", CP_STR_ARGS(misread->when));
    return cp_buf_str(&out);
}

static cp_misreads read_tree(cp_mine_source *source, const char *root, int threads)
{
    cp_library *library = cp_new(&arena, cp_library, 1);
    cp_library_options how = {.trouble = ignore_trouble};
    cp_err err;
    if (cp_library_at(library, &arena, cp_str_of(root), &how, &err))
        fail_msg("%s", err.msg);
    cp_mine_source_read(source, &arena, library, threads, ignore_trouble, NULL);
    cp_mined_set set = cp_mine(&arena, &source->input, threads);
    return cp_mine_misreads(&arena, &set, threads);
}

static void add_found(list *found, const char *root, int threads)
{
    cp_mine_source source;
    cp_misreads misreads = read_tree(&source, root, threads);
    for (size_t i = 0; i < misreads.count; i++)
        cp_push(&arena, found->items, found->count, found->room,
                line_of(root, &misreads.items[i]));
    cp_mine_source_dispose(&source);
}

static void add_marks(list *marks, const char *path)
{
    cp_source source;
    assert_int_equal(cp_source_read(&arena, cp_str_of(path), &source, NULL), CP_OK);
    uint32_t check = 0;
    for (uint32_t line = 1; line <= source.line_count; line++) {
        cp_str text = cp_source_line_text(&source, line);
        size_t at = cp_str_find(text, CP_STR("// CP401"), 0);
        if (at == SIZE_MAX)
            continue;
        cp_str mark = cp_str_cut(text, at + strlen("// CP401"), text.len);
        check = mark.ptr[0] == '-' ? check : line;
        mark = cp_str_cut(mark, cp_str_find(mark, CP_STR(": "), 0) + 2, mark.len);
        cp_push(&arena, marks->items, marks->count, marks->room,
                cp_str_printf(&arena, "%s:%u: %.*s", path, check, CP_STR_ARGS(mark)));
    }
}

static int by_text(const void *a, const void *b)
{
    return cp_str_cmp(*(const cp_str *)a, *(const cp_str *)b);
}

static cp_str joined(list *lines)
{
    cp_buf out = {.arena = &arena};
    if (lines->count)
        qsort(lines->items, lines->count, sizeof *lines->items, by_text);
    for (size_t i = 0; i < lines->count; i++)
        cp_buf_printf(&out, "%.*s\n", CP_STR_ARGS(lines->items[i]));
    return cp_buf_str(&out);
}

static cp_str all_of(const char *root, int threads)
{
    list found = {0};
    add_found(&found, root, threads);
    return joined(&found);
}

/* What is found in the folder is what its remarks say; gives how much that is. */
static size_t compare(const char *name)
{
    list marks = {0};
    glob_t files = {0};
    cp_str root = cp_str_printf(&arena, "fixtures/CP401/%s", name);
    glob(cp_str_printf(&arena, "%s/lib/csrc/*.cu", root.ptr).ptr, 0, NULL, &files);
    for (size_t i = 0; i < files.gl_pathc; i++)
        add_marks(&marks, files.gl_pathv[i]);
    globfree(&files);
    assert_same(all_of(root.ptr, 1), joined(&marks));
    return marks.count;
}

static void
test_a_pointer_is_followed_into_files_that_say_nothing_of_tensors(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_int_equal(compare("routing"), 3);
}

static void test_direct_readings_are_compared_with_the_check(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_int_equal(compare("direct"), 6);
}

static void test_what_is_not_sure_is_not_said(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    assert_int_equal(compare("silent"), 0);
}

static void test_threads_do_not_change_what_is_found(void **state)
{
    (void)state;
    assert_same(all_of("fixtures/CP401/routing", 4), all_of("fixtures/CP401/routing", 1));
    assert_same(all_of("fixtures/CP401/direct", 4), all_of("fixtures/CP401/direct", 1));
}

static void test_a_misread_says_where_the_pointer_was_cast_and_read(void **state)
{
    (void)state;
    if (!have_libclang())
        skip();
    cp_mine_source source;
    cp_misreads all = read_tree(&source, "fixtures/CP401/routing", 1);
    assert_int_equal(all.count, 3);
    for (size_t i = 0; i < all.count; i++) {
        const cp_misread *m = &all.items[i];
        assert_str(m->call, "lib.moe");
        assert_str(m->parameter, "logits");
        assert_true(cp_str_ends(m->cast.module->source->path, CP_STR("params.h")));
        assert_int_equal(cp_source_line(m->cast.module->source, m->cast.offset), 13);
        assert_true(m->read_count > 0);
        assert_true(cp_str_ends(m->reads[0].module->source->path, CP_STR("main.cu")));
    }
    cp_mine_source_dispose(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_pointer_is_followed_into_files_that_say_nothing_of_tensors),
        TEST(test_direct_readings_are_compared_with_the_check),
        TEST(test_what_is_not_sure_is_not_said),
        TEST(test_threads_do_not_change_what_is_found),
        TEST(test_a_misread_says_where_the_pointer_was_cast_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
