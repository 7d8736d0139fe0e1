#include <jansson.h>
#include <stdlib.h>

#include "validation/tensors_read.h"

#define PREFIX 8                     /* bytes that say how long the header is */
#define MAX_HEADER ((uint64_t)100e6) /* the limit of safetensors itself */

static bool cut(cp_str bytes, cp_str *header, cp_str *values)
{
    if (bytes.len < PREFIX)
        return false;
    uint64_t length = 0;
    for (int i = PREFIX - 1; i >= 0; i--)
        length = length << 8 | (unsigned char)bytes.ptr[i];
    if (length > MAX_HEADER || length > bytes.len - PREFIX)
        return false;
    *header = cp_str_cut(bytes, PREFIX, PREFIX + length);
    *values = cp_str_cut(bytes, PREFIX + length, bytes.len);
    return true;
}

/* False where it is a dtype that nothing routes by. */
static bool read_storage(const char *dtype, cp_storage *storage)
{
    static const struct {
        const char *name;
        cp_storage storage;
    } known[] = {{"F32", CP_STORE_F32}, {"BF16", CP_STORE_BF16}, {"F16", CP_STORE_F16}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(dtype, known[i].name) != 0)
            continue;
        *storage = known[i].storage;
        return true;
    }
    return false;
}

static bool read_shape(json_t *shape, cp_tensor *tensor)
{
    size_t i;
    json_t *size;
    json_array_foreach(
        shape, i,
        size) if (!json_is_integer(size) ||
                  !add_dimension(tensor, json_integer_value(size))) return false;
    return true;
}

/* Where the values are, of `all`. */
static bool read_place(json_t *offsets, cp_str all, cp_str *values)
{
    json_t *start = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(start) || !json_is_integer(end))
        return false;
    json_int_t from = json_integer_value(start), to = json_integer_value(end);
    if (from < 0 || to < from || (uint64_t)to > all.len)
        return false;
    *values = cp_str_cut(all, (size_t)from, (size_t)to);
    return true;
}

static cp_status read_entry(const tensor_reader *reader, const char *name, json_t *entry,
                            cp_str all, cp_err *err)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    json_t *shape = json_object_get(entry, "shape");
    cp_tensor tensor = {.name = cp_str_copy(reader->arena, cp_str_of(name))};
    cp_str values;
    if (!dtype || !json_is_array(shape) || !read_shape(shape, &tensor) ||
        !read_place(json_object_get(entry, "data_offsets"), all, &values))
        return cp_fail(err, CP_ERR_SYNTAX,
                       "%.*s: what the header says of tensor %s is damaged",
                       CP_STR_ARGS(reader->path), name);
    if (tensor.dims == 0 || !read_storage(dtype, &tensor.storage))
        return CP_OK;
    return add_tensor(reader, tensor, values, err);
}

static int by_place(const void *a, const void *b)
{
    const cp_tensor *first = a, *second = b;
    if (first->values != second->values)
        return first->values < second->values ? -1 : 1;
    return cp_str_cmp(first->name, second->name);
}

static cp_status read_header(const tensor_reader *reader, json_t *root, cp_str all,
                             cp_err *err)
{
    const char *name;
    json_t *entry;
    cp_status st = CP_OK;
    size_t before = reader->into->count;
    json_object_foreach(root, name, entry) if (!st && strcmp(name, "__metadata__") != 0)
        st = read_entry(reader, name, entry, all, err);
    if (!st && reader->into->count > before)
        qsort(reader->into->items + before, reader->into->count - before,
              sizeof(cp_tensor), by_place);
    return st;
}

cp_status read_safetensors(const tensor_reader *reader, cp_err *err)
{
    cp_str header, values;
    json_t *root = NULL;
    if (cut(reader->bytes, &header, &values))
        root = json_loadb(header.ptr, header.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        return cp_fail(err, CP_ERR_SYNTAX,
                       "%.*s: neither a safetensors nor an npy file, or damaged",
                       CP_STR_ARGS(reader->path));
    }
    cp_status st = read_header(reader, root, values, err);
    json_decref(root);
    return st;
}
