/*
 * dtype.h - the element types of tensors, sets of them, and what holds what.
 *
 * Layer: facts.
 */
#ifndef CP_FACTS_DTYPE_H
#define CP_FACTS_DTYPE_H

#include "base/str.h"

typedef enum cp_dtype {
#define X(id, name, significand, exponent, torch) CP_##id,
#include "facts/dtype.def"
#undef X
    CP_DTYPE_COUNT,
    CP_DTYPE_NONE = CP_DTYPE_COUNT, /* not the name of a dtype */
} cp_dtype;

/* A set of dtypes, one bit each: 1u << CP_F32. 0 is the empty set. */
typedef uint32_t cp_dtypes;
#define CP_DTYPES(d) ((cp_dtypes)1 << (d))

/* "float32": the name used in reports, contracts and JSON. */
const char *cp_dtype_name(cp_dtype dtype);

/* The dtype whose report name is `name`; CP_DTYPE_NONE if there is none. */
cp_dtype cp_dtype_of_name(cp_str name);

/* The dtype of `torch.<name>`, aliases such as `half` included; else CP_DTYPE_NONE. */
cp_dtype cp_dtype_of_torch(cp_str name);

/* The dtype that the tensor method `name` casts to (float, bfloat16, half, …). */
cp_dtype cp_dtype_of_method(cp_str name);

/*
 * The dtype that CUDA or C++ code names, by the last part of a qualified name:
 * "dl_float32", "kBFloat16", "__half", "int32_t"; else CP_DTYPE_NONE.
 */
cp_dtype cp_dtype_of_native(cp_str name);

bool cp_dtype_is_float(cp_dtype dtype);

/*
 * Whether each finite value of `narrow` is one of `wide` too, so that casting
 * `narrow` to `wide` loses nothing: no fewer significand bits, and no smaller
 * range. A dtype holds itself. float16 is not held by bfloat16, nor the
 * reverse. False where either is no floating point type, unless they are equal.
 */
bool cp_dtype_holds(cp_dtype wide, cp_dtype narrow);

/* Whether `wide` holds each dtype of the set. True for the empty set. */
bool cp_dtype_holds_all(cp_dtype wide, cp_dtypes set);

/*
 * The dtype of arithmetic between tensors of the two dtypes (both of one or
 * more dimensions), as torch.promote_types; CP_DTYPE_NONE where torch raises.
 * Source: PyTorch, "Tensor Attributes", section on type promotion.
 */
cp_dtype cp_dtype_promote(cp_dtype a, cp_dtype b);

/* "bfloat16, float32" in `arena`, in the order of dtype.def; "" for the empty set. */
cp_str cp_dtypes_text(cp_arena *arena, cp_dtypes set);

#endif
