#include "validation/tensors.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read/source.h"
#include "validation/tensors_read.h"

struct cp_mapping {
    void *at;
    size_t size;
};

static cp_status map_open(int fd, size_t size, cp_str path, struct cp_mapping *mapping,
                          cp_err *err)
{
    if (size == 0)
        return cp_fail(err, CP_ERR_SYNTAX, "%.*s: empty", CP_STR_ARGS(path));
    mapping->size = size;
    mapping->at = mmap(NULL, mapping->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping->at == MAP_FAILED)
        return cp_fail(err, CP_ERR_IO, "%.*s: cannot map: %s", CP_STR_ARGS(path),
                       strerror(errno));
    return CP_OK;
}

static cp_status map(cp_arena *arena, cp_str path, struct cp_mapping *mapping,
                     cp_err *err)
{
    int fd;
    size_t size = 0;
    cp_status st = cp_source_open(cp_str_c(arena, path), &fd, &size, err);
    if (st)
        return st;
    st = map_open(fd, size, path, mapping, err);
    close(fd);
    return st;
}

cp_status cp_tensors_add(cp_arena *arena, cp_str path, cp_tensors *tensors, cp_err *err)
{
    struct cp_mapping mapping = {0};
    cp_status st = map(arena, path, &mapping, err);
    if (st)
        return st;
    size_t before = tensors->count;
    cp_str bytes = {mapping.at, mapping.size};
    tensor_reader reader = {arena, path, bytes, tensors};
    st = cp_str_starts(bytes, CP_STR("\x93NUMPY")) ? read_npy(&reader, err)
                                                   : read_safetensors(&reader, err);
    if (st) {
        tensors->count = before;
        munmap(mapping.at, mapping.size);
        return st;
    }
    cp_push(arena, tensors->mappings, tensors->mapping_count, tensors->mapping_room,
            mapping);
    return CP_OK;
}

void cp_tensors_dispose(cp_tensors *tensors)
{
    for (size_t i = 0; i < tensors->mapping_count; i++)
        munmap(tensors->mappings[i].at, tensors->mappings[i].size);
    *tensors = (cp_tensors){0};
}

void cp_tensor_rows(const cp_tensor *tensor, int64_t first, int64_t count, float *rows)
{
    size_t each = cp_storage_size(tensor->storage);
    size_t values = (size_t)count * (size_t)tensor->columns;
    const char *from = tensor->values + (size_t)first * (size_t)tensor->columns * each;
    if (tensor->storage == CP_STORE_F32) {
        memcpy(rows, from, values * each);
        return;
    }
    for (size_t i = 0; i < values; i++) {
        uint16_t bits;
        memcpy(&bits, from + i * each, each);
        rows[i] = cp_widen_bits(bits, tensor->storage);
    }
}

cp_status add_tensor(const tensor_reader *reader, cp_tensor tensor, cp_str values,
                     cp_err *err)
{
    uint64_t each = cp_storage_size(tensor.storage), size;
    if (__builtin_mul_overflow((uint64_t)tensor.rows, (uint64_t)tensor.columns, &size) ||
        __builtin_mul_overflow(size, each, &size) || size != values.len)
        return cp_fail(err, CP_ERR_SYNTAX,
                       "%.*s: %s%.*s%sits shape does not fit the %zu bytes of its values",
                       CP_STR_ARGS(reader->path), tensor.name.len ? "tensor " : "",
                       CP_STR_ARGS(tensor.name), tensor.name.len ? ": " : "", values.len);
    tensor.path = reader->path;
    tensor.values = values.ptr;
    cp_tensors *all = reader->into;
    cp_push(reader->arena, all->items, all->count, all->room, tensor);
    return CP_OK;
}

bool add_dimension(cp_tensor *tensor, int64_t size)
{
    bool first = tensor->dims++ == 0;
    if (first)
        tensor->rows = tensor->columns = 1;
    if (size < 0 || __builtin_mul_overflow(tensor->rows, tensor->columns, &tensor->rows))
        return false;
    tensor->columns = size;
    return true;
}
