/*
 * tensors.h - the tensors of safetensors and npy files, where they lie in them.
 *
 * Layer: validation. Files are mapped, not read, so that they may be far larger than
 * memory. What a header says is held against the size of the file; no code in a file
 * is run, as that of a pickle would be.
 *
 * Formats: safetensors' README ("Format"); numpy.lib.format ("Format Version 1.0" to
 * "3.0"). Both are read little-endian, which is the only order that safetensors has.
 */
#ifndef CP_VALIDATION_TENSORS_H
#define CP_VALIDATION_TENSORS_H

#include "base/str.h"
#include "kernels/dtype.h"

/* A tensor of shape [..., columns], row after row. */
typedef struct cp_tensor {
    cp_str path; /* of its file, as it was given */
    cp_str name; /* "" in an npy, which names none */
    cp_storage storage;
    int64_t rows;    /* the product of all dimensions but the last; 1 where it is 1-D */
    int64_t columns; /* the last dimension */
    uint32_t dims;   /* how many dimensions it has, at least 1 */
    const char *values; /* aligned for nothing */
} cp_tensor;

/* {0} is no tensors. */
typedef struct cp_tensors {
    cp_tensor *items; /* by file in the order added, then by place in the file */
    size_t count, room;
    struct cp_mapping *mappings;
    size_t mapping_count, mapping_room;
} cp_tensors;

/*
 * Adds the tensors of the file at `path`. Those of a safetensors file that are of
 * integers, bools, float64 or float8 are left out, and so are scalars; an npy must be
 * one of float32 or float16. Names and items are in `arena`.
 *
 * CP_ERR_IO      it cannot be opened or mapped
 * CP_ERR_SYNTAX  it is neither format, damaged, or of a dtype, byte order or layout
 *                that is not read; the message says which
 *
 * After an error `tensors` is as it was.
 */
CP_MUST_CHECK cp_status cp_tensors_add(cp_arena *arena, cp_str path, cp_tensors *tensors,
                                       cp_err *err);

/* Takes the files out of memory; the tensors' values are gone. */
void cp_tensors_dispose(cp_tensors *tensors);

/* Rows from `first` on, widened to float32, which is exact: count * columns values. */
void cp_tensor_rows(const cp_tensor *tensor, int64_t first, int64_t count, float *rows);

#endif
