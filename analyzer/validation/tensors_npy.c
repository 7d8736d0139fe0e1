#include "validation/tensors_read.h"

#define MAGIC 6 /* bytes of "\x93NUMPY", then two of the version */

static cp_status bad(const tensor_reader *reader, const char *what, cp_err *err)
{
    return cp_fail(err, CP_ERR_SYNTAX, "%.*s: %s", CP_STR_ARGS(reader->path), what);
}

/* The dictionary that describes the array, and the values behind it. */
static bool cut(cp_str bytes, cp_str *header, cp_str *values)
{
    const unsigned char *at = (const unsigned char *)bytes.ptr + MAGIC;
    if (bytes.len < MAGIC + 6)
        return false;
    bool wide = at[0] >= 2; /* version 1 has two bytes of length */
    size_t start = MAGIC + 2 + (wide ? 4 : 2);
    size_t length = at[2] | (size_t)at[3] << 8;
    if (wide)
        length |= (size_t)at[4] << 16 | (size_t)at[5] << 24;
    if (at[0] < 1 || at[0] > 3 || length > bytes.len - start)
        return false;
    *header = cp_str_cut(bytes, start, start + length);
    *values = cp_str_cut(bytes, start + length, bytes.len);
    return true;
}

/* What stands behind "'key':" in the dictionary; false if the key is not there. */
static bool value_of(cp_str header, const char *key, cp_str *value)
{
    cp_str name = cp_str_of(key);
    for (size_t at = 0; (at = cp_str_find(header, name, at)) != SIZE_MAX; at++) {
        size_t end = at + name.len;
        if (at == 0 || end >= header.len)
            continue;
        char quote = header.ptr[at - 1];
        if ((quote != '\'' && quote != '"') || header.ptr[end] != quote)
            continue;
        cp_str rest = cp_str_trim(cp_str_cut(header, end + 1, header.len));
        if (rest.len == 0 || rest.ptr[0] != ':')
            continue;
        *value = cp_str_trim(cp_str_cut(rest, 1, rest.len));
        return true;
    }
    return false;
}

static bool read_storage(cp_str value, cp_storage *storage)
{
    if (cp_str_starts(value, CP_STR("'<f4'")))
        *storage = CP_STORE_F32;
    else if (cp_str_starts(value, CP_STR("'<f2'")))
        *storage = CP_STORE_F16;
    else
        return false;
    return true;
}

static bool read_size(cp_str text, int64_t *size)
{
    *size = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' ||
            __builtin_mul_overflow(*size, 10, size) ||
            __builtin_add_overflow(*size, text.ptr[i] - '0', size))
            return false;
    }
    return text.len > 0;
}

/* "(3, 256)" or "(256,)" */
static bool read_shape(cp_str value, cp_tensor *tensor)
{
    size_t end = cp_str_find(value, CP_STR(")"), 0);
    if (value.len == 0 || value.ptr[0] != '(' || end == SIZE_MAX)
        return false;
    cp_str rest = cp_str_cut(value, 1, end);
    while (rest.len) {
        cp_str part = cp_str_trim(cp_str_next(&rest, ','));
        int64_t size;
        if (part.len == 0 && rest.len == 0)
            break; /* behind the comma that ends a tuple of one */
        if (!read_size(part, &size) || !add_dimension(tensor, size))
            return false;
    }
    return tensor->dims > 0;
}

cp_status read_npy(const tensor_reader *reader, cp_err *err)
{
    cp_str header, values, descr, order, shape;
    cp_tensor tensor = {.name = CP_STR("")};
    if (!cut(reader->bytes, &header, &values) || !value_of(header, "descr", &descr) ||
        !value_of(header, "fortran_order", &order) || !value_of(header, "shape", &shape))
        return bad(reader, "the header of this npy file is damaged", err);
    if (cp_str_starts(descr, CP_STR("'<V2'")) || cp_str_starts(descr, CP_STR("'|V2'")))
        return bad(reader,
                   "npy does not say that its values are bfloat16; write them as "
                   "safetensors",
                   err);
    if (!read_storage(descr, &tensor.storage))
        return bad(reader,
                   "its values are neither little-endian float32 nor float16; convert "
                   "them",
                   err);
    if (!cp_str_starts(order, CP_STR("False")))
        return bad(reader, "it is in Fortran order; write numpy.ascontiguousarray of it",
                   err);
    if (!read_shape(shape, &tensor))
        return bad(reader, "it has no shape with a dimension of experts", err);
    return add_tensor(reader, tensor, values, err);
}
