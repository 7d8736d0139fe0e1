/*
 * tensors_read.h - the headers of the two formats.
 *
 * Layer: validation. Private to tensors*.c.
 */
#ifndef CP_VALIDATION_TENSORS_READ_H
#define CP_VALIDATION_TENSORS_READ_H

#include "validation/tensors.h"

/* A mapped file, and where its tensors go. */
typedef struct tensor_reader {
    cp_arena *arena;
    cp_str path, bytes;
    cp_tensors *into;
} tensor_reader;

CP_MUST_CHECK cp_status read_safetensors(const tensor_reader *reader, cp_err *err);
CP_MUST_CHECK cp_status read_npy(const tensor_reader *reader, cp_err *err);

/* Gives a tensor one more dimension, the last; false: it is negative or too large. */
bool add_dimension(cp_tensor *tensor, int64_t size);

/* CP_ERR_SYNTAX: the shape and storage of `tensor` do not fill `values`. */
CP_MUST_CHECK cp_status add_tensor(const tensor_reader *reader, cp_tensor tensor,
                                   cp_str values, cp_err *err);

#endif
