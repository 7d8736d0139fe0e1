#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "report/writers.h"

/* jansson gives NULL, or -1, only where memory is gone: the texts are UTF-8. */
static _Noreturn void out_of_memory(void)
{
    fputs("castproof: out of memory (writing JSON)\n", stderr);
    exit(2);
}

static json_t *there(json_t *value)
{
    if (!value)
        out_of_memory();
    return value;
}

json_t *cp_json_text(cp_arena *arena, cp_str text)
{
    cp_str clean = cp_utf8_clean(arena, text);
    return there(json_stringn(clean.ptr ? clean.ptr : "", clean.len));
}

json_t *cp_json_text_or_null(cp_arena *arena, cp_str text)
{
    return text.len ? cp_json_text(arena, text) : json_null();
}

json_t *cp_json_number(uint64_t number)
{
    return there(json_integer((json_int_t)number));
}

json_t *cp_json_real(double number)
{
    return isfinite(number) ? there(json_real(number)) : json_null();
}

json_t *cp_json_object(void)
{
    return there(json_object());
}

json_t *cp_json_list(void)
{
    return there(json_array());
}

json_t *cp_json_dtypes(cp_dtypes set)
{
    json_t *list = cp_json_list();
    for (int d = 0; d < CP_DTYPE_COUNT; d++)
        if (set & CP_DTYPES(d))
            cp_json_add(list, there(json_string(cp_dtype_name((cp_dtype)d))));
    return list;
}

void cp_json_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        out_of_memory();
}

void cp_json_add(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) != 0)
        out_of_memory();
}

void cp_json_merge(json_t *into, json_t *from)
{
    if (json_object_update(into, from) != 0)
        out_of_memory();
    json_decref(from);
}

static int add_piece(const char *piece, size_t length, void *data)
{
    cp_buf_add(data, (cp_str){piece, length});
    return 0;
}

void cp_json_write(cp_buf *out, json_t *root)
{
    /* 9 digits tell any two float32 apart, and hide the noise of a double. */
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(9);
    if (json_dump_callback(root, add_piece, out, flags) != 0)
        out_of_memory();
    cp_buf_puts(out, "\n");
    json_decref(root);
}
