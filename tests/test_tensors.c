#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tree.h"
#include "validation/captures.h"

static cp_tensors tensors;
static cp_captures captures;
static cp_err err;

static int begin_tree(void **state)
{
    tensors = (cp_tensors){0};
    captures = (cp_captures){0};
    err = (cp_err){0};
    return begin(state) || cp_tree_begin();
}

static int end_tree(void **state)
{
    cp_tensors_dispose(&tensors);
    cp_captures_close(&captures);
    return end(state) || cp_tree_end();
}

#define TREE(name) cmocka_unit_test_setup_teardown(name, begin_tree, end_tree)

static void put(const char *path, cp_str header, const void *values, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(header.ptr, 1, header.len, file), header.len);
    assert_int_equal(fwrite(values, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_npy(const char *path, const char *dict, const void *values, size_t size)
{
    size_t length = strlen(dict);
    cp_buf header = {.arena = &arena};
    cp_buf_add(&header, CP_STR("\x93NUMPY\x01\x00"));
    char bytes[2] = {(char)(length & 255), (char)(length >> 8)};
    cp_buf_add(&header, (cp_str){bytes, 2});
    cp_buf_puts(&header, dict);
    put(path, cp_buf_str(&header), values, size);
}

static void put_safe(const char *path, const char *json, const void *values, size_t size)
{
    char length[8] = {0};
    size_t n = strlen(json);
    for (int i = 0; i < 8; i++)
        length[i] = (char)(n >> 8 * i & 255);
    cp_buf header = {.arena = &arena};
    cp_buf_add(&header, (cp_str){length, 8});
    cp_buf_puts(&header, json);
    put(path, cp_buf_str(&header), values, size);
}

static cp_status add(const char *path)
{
    return cp_tensors_add(&arena, cp_str_of(path), &tensors, &err);
}

static void test_an_npy_is_one_tensor(void **state)
{
    (void)state;
    const float values[2][2][3] = {{{1, 2, 3}, {4, 5, 6}}, {{7, 8, 9}, {10, 11, 12}}};
    put_npy("a.npy",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 3), }   \n", values,
            sizeof values);
    assert_int_equal(add("a.npy"), CP_OK);
    assert_int_equal(tensors.count, 1);
    assert_int_equal(tensors.items[0].rows, 4);
    assert_int_equal(tensors.items[0].columns, 3);
    assert_int_equal(tensors.items[0].dims, 3);
    float rows[6];
    cp_tensor_rows(&tensors.items[0], 1, 2, rows);
    assert_true(rows[0] == 4 && rows[5] == 9);
}

static void test_float16_is_widened(void **state)
{
    (void)state;
    const uint16_t values[] = {0x3c00, 0xc000}; /* 1 and -2 */
    put_npy("b.npy", "{'descr': '<f2', 'fortran_order': False, 'shape': (2,)}", values,
            sizeof values);
    assert_int_equal(add("b.npy"), CP_OK);
    float rows[2];
    cp_tensor_rows(&tensors.items[0], 0, 1, rows);
    assert_true(rows[0] == 1 && rows[1] == -2);
    assert_int_equal(tensors.items[0].dims, 1);
}

static void test_safetensors_are_found_where_they_lie(void **state)
{
    (void)state;
    const uint16_t values[] = {0x3f80, 0x4000, 0xbf80, 0, 0, 0, 7, 7};
    put_safe("a.safetensors",
             "{\"__metadata__\":{\"a\":\"b\"},"
             "\"z\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[0,4]},"
             "\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[4,12]},"
             "\"s\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[14,16]},"
             "\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[12,14]}} ",
             values, sizeof values);
    assert_int_equal(add("a.safetensors"), CP_OK);
    assert_int_equal(tensors.count, 2);
    assert_str(tensors.items[0].name, "z");
    assert_str(tensors.items[1].name, "a");
    float rows[2];
    cp_tensor_rows(&tensors.items[0], 0, 1, rows);
    assert_true(rows[0] == 1 && rows[1] == 2);
}

/* Each header is of 4 bytes of values. */
static void test_a_header_that_lies_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
         "a: tensor a: its shape does not fit the 4 bytes of its values"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         "a: what the header says of tensor a is damaged"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
         "a: what the header says of tensor a is damaged"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
         "a: what the header says of tensor a is damaged"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,16,1],"
         "\"data_offsets\":[0,4]}}",
         "a: what the header says of tensor a is damaged"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,1073741824,1],"
         "\"data_offsets\":[0,0]}}",
         "a: tensor a: its shape does not fit the 0 bytes of its values"},
        {"{\"a\":1}", "a: what the header says of tensor a is damaged"},
        {"{\"a\":", "a: neither a safetensors nor an npy file, or damaged"},
        {"[]", "a: neither a safetensors nor an npy file, or damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_safe("a", cases[i].json, "1234", 4);
        assert_int_equal(add("a"), CP_ERR_SYNTAX);
        assert_string_equal(err.msg, cases[i].message);
        assert_int_equal(tensors.count, 0);
    }
}

static void test_an_npy_that_is_not_read_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *dict, *message;
    } cases[] = {
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
         "a: its values are neither little-endian float32 nor float16; convert them"},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}",
         "a: its values are neither little-endian float32 nor float16; convert them"},
        {"{'descr': '<V2', 'fortran_order': False, 'shape': (2,)}",
         "a: npy does not say that its values are bfloat16; write them as safetensors"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}",
         "a: it is in Fortran order; write numpy.ascontiguousarray of it"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()}",
         "a: it has no shape with a dimension of experts"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, -1)}",
         "a: it has no shape with a dimension of experts"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
         "a: it has no shape with a dimension of experts"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
         "a: its shape does not fit the 4 bytes of its values"},
        {"{'descr': '<f4', 'shape': (1,)}", "a: the header of this npy file is damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_npy("a", cases[i].dict, "1234", 4);
        assert_int_equal(add("a"), CP_ERR_SYNTAX);
        assert_string_equal(err.msg, cases[i].message);
    }
    put("a", CP_STR("\x93NUMPY\x01\x00\xff\xff{}"), "", 0);
    assert_int_equal(add("a"), CP_ERR_SYNTAX);
    put("a", CP_STR("\x93NUMPY"), "", 0);
    assert_int_equal(add("a"), CP_ERR_SYNTAX);
    assert_int_equal(tensors.count, 0);
}

static void test_what_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(add("none"), CP_ERR_IO);
    assert_string_equal(err.msg, "none: cannot open: No such file or directory");
    assert_int_equal(add("."), CP_ERR_IO);
    assert_string_equal(err.msg, ".: not a regular file");
    put("a", CP_STR(""), "", 0);
    assert_int_equal(add("a"), CP_ERR_SYNTAX);
    assert_string_equal(err.msg, "a: empty");
    put("a", CP_STR("1234567"), "", 0);
    assert_int_equal(add("a"), CP_ERR_SYNTAX);
}

static cp_status open_captures(const char *path)
{
    cp_str paths[] = {cp_str_of(path)};
    return cp_captures_open(&arena, paths, 1, &captures, &err);
}

static void test_logits_are_told_by_name_and_have_their_bias(void **state)
{
    (void)state;
    const float values[] = {1, 2, 3, 4, 5, 6, 7, 8};
    put_safe("a",
             "{\"m.4.router_logits\":{\"dtype\":\"F32\",\"shape\":[1,2],"
             "\"data_offsets\":[0,8]},"
             "\"m.4.e_score_correction_bias\":{\"dtype\":\"F32\",\"shape\":[2],"
             "\"data_offsets\":[8,16]},"
             "\"hidden\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[16,24]},"
             "\"m.5.router_logits\":{\"dtype\":\"F32\",\"shape\":[1,2],"
             "\"data_offsets\":[24,32]}}",
             values, sizeof values);
    assert_int_equal(open_captures("a"), CP_OK);
    assert_int_equal(captures.count, 2);
    assert_str(captures.items[0].logits->name, "m.4.router_logits");
    assert_str(captures.items[0].bias->name, "m.4.e_score_correction_bias");
    assert_null(captures.items[1].bias);
}

static void test_without_names_each_matrix_is_logits(void **state)
{
    (void)state;
    const float values[] = {1, 2, 3, 4};
    put_safe("a",
             "{\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
             "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
             "\"e\":{\"dtype\":\"F32\",\"shape\":[0,2],\"data_offsets\":[16,16]}}",
             values, sizeof values);
    assert_int_equal(open_captures("a"), CP_OK);
    assert_int_equal(captures.count, 1);
    assert_str(captures.items[0].logits->name, "x");
}

static void test_files_without_logits_are_a_mistake(void **state)
{
    (void)state;
    static float values[2000];
    put_npy("a", "{'descr': '<f4', 'fortran_order': False, 'shape': (2000,)}", values,
            sizeof values);
    assert_int_equal(open_captures("a"), CP_ERR_USAGE);
    assert_string_equal(err.msg,
                        "--logits: no router logits, [..., experts] in float32, bfloat16 "
                        "or float16, in the files named");
    put_npy("a", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2000)}", values,
            sizeof values);
    assert_int_equal(open_captures("a"), CP_ERR_USAGE);
    assert_string_equal(err.msg, "a: logits of 2000 experts; 1 to 1024 can be routed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE(test_an_npy_is_one_tensor),
        TREE(test_float16_is_widened),
        TREE(test_safetensors_are_found_where_they_lie),
        TREE(test_a_header_that_lies_is_refused),
        TREE(test_an_npy_that_is_not_read_says_why),
        TREE(test_what_is_no_file_is_refused),
        TREE(test_logits_are_told_by_name_and_have_their_bias),
        TREE(test_without_names_each_matrix_is_logits),
        TREE(test_files_without_logits_are_a_mistake),
    };
    return cmocka_run_group_tests_name("tensors", tests, NULL, NULL);
}
