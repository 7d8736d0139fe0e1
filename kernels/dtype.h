/*
 * dtype.h - how numbers lie in memory: float32, bfloat16 or float16.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA. All arithmetic is done in
 * float32: values are widened as they are read (exact, see float16.h) and rounded
 * as they are stored. A NaN is stored as the positive quiet one without payload,
 * whatever it was, so that results can be compared bit for bit.
 */
#ifndef CP_KERNELS_DTYPE_H
#define CP_KERNELS_DTYPE_H

#include <stddef.h>

#include "kernels/float16.h"

/* Of one number, or of each element of an array. */
typedef enum cp_storage {
    CP_STORE_F32,
    CP_STORE_BF16,
    CP_STORE_F16,
} cp_storage;

CP_HD size_t cp_storage_size(cp_storage storage)
{
    return storage == CP_STORE_F32 ? 4 : 2;
}

/* The bits under which `value` is stored, in the low 16 or all 32 bits. */
CP_HD uint32_t cp_store_bits(float value, cp_storage storage)
{
    if (storage == CP_STORE_BF16)
        return cp_bf16_of_float(value);
    if (storage == CP_STORE_F16)
        return cp_f16_of_float(value);
    return value != value ? 0x7fc00000u : cp_bits_of_float(value);
}

CP_HD float cp_widen_bits(uint32_t bits, cp_storage storage)
{
    if (storage == CP_STORE_BF16)
        return cp_float_of_bf16((uint16_t)bits);
    if (storage == CP_STORE_F16)
        return cp_float_of_f16((uint16_t)bits);
    return cp_float_of_bits(bits);
}

/* `value` after a cast to `storage` and back. */
CP_HD float cp_round_to(float value, cp_storage storage)
{
    return cp_widen_bits(cp_store_bits(value, storage), storage);
}

/* Element `index` of an array: of float for CP_STORE_F32, else of uint16_t. */
CP_HD float cp_load(const void *array, cp_storage storage, size_t index)
{
    if (storage == CP_STORE_F32)
        return ((const float *)array)[index];
    return cp_widen_bits(((const uint16_t *)array)[index], storage);
}

CP_HD void cp_store(void *array, cp_storage storage, size_t index, float value)
{
    uint32_t bits = cp_store_bits(value, storage);
    if (storage == CP_STORE_F32)
        ((float *)array)[index] = cp_float_of_bits(bits);
    else
        ((uint16_t *)array)[index] = (uint16_t)bits;
}

#endif
