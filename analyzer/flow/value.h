/*
 * value.h - what the analysis knows of a value.
 *
 * Layer: flow. A value is a set of possibilities that only grows while the flow
 * is computed. What is not known is said to be so, with the reason; a value
 * whose `unknown` is NULL is known in full.
 */
#ifndef CP_FLOW_VALUE_H
#define CP_FLOW_VALUE_H

#include "facts/dtype.h"
#include "facts/fact.h"

/* In a cp_dtypes: the dtype of the model, whichever that is. */
#define CP_SYM_MODEL ((cp_dtypes)1 << CP_DTYPE_COUNT)
/* In the dtypes of a pointer: it may point to what is not known. */
#define CP_SYM_ANY ((cp_dtypes)2 << CP_DTYPE_COUNT)
/* The bits of a cp_dtypes that stand for dtypes by name. */
#define CP_CONCRETE (CP_SYM_MODEL - 1)

typedef enum cp_ref_kind {
    CP_REF_FUNC,     /* func; called with `self` in front where bound is true */
    CP_REF_LAUNCH,   /* func[grid] of a Triton kernel: its tensors arrive as pointers */
    CP_REF_CLASS,    /* class */
    CP_REF_OBJECT,   /* an instance of class */
    CP_REF_MODULE,   /* module of the tree */
    CP_REF_EXTERNAL, /* dotted: a name of a package outside the tree */
    CP_REF_INSTANCE, /* what calling the external dotted name gave, at `site` */
    CP_REF_TUPLE,    /* a tuple or list written at `site` */
    CP_REF_DICT,     /* a dict written at `site` */
    CP_REF_PARTIAL,  /* functools.partial(…) written at `site` */
} cp_ref_kind;

/* Something that is not a tensor. Interned: equal refs are one pointer. */
typedef struct cp_ref {
    cp_ref_kind kind;
    bool bound;
    cp_func *func;
    cp_class *class;
    cp_module *module;
    cp_str dotted;
    struct cp_node *site;
} cp_ref;

/* More refs than this in one value are not told apart: it is unknown then. */
enum { CP_REFS_MAX = 24 };

typedef struct cp_value {
    cp_dtypes tensor;  /* as a tensor: its possible dtypes */
    cp_dtypes dtype;   /* as a torch.dtype: which one */
    cp_dtypes pointer; /* as a pointer in a Triton kernel: dtypes of what it points to */
    const cp_ref **refs; /* sorted by address */
    uint32_t ref_count;
    bool none;           /* it can be None */
    bool plain;          /* it can be something of no interest: a number, a text */
    const char *unknown; /* why it can also be something else; NULL: it cannot */
} cp_value;

/* Whether nothing at all is known yet: code that no one reaches. */
bool cp_value_is_bottom(const cp_value *value);

/* Whether it is a tensor, and cannot be anything else. */
bool cp_value_only_tensor(const cp_value *value);

/* Adds the possibilities of `more` to `value`; whether there were new ones. */
bool cp_value_join(cp_arena *arena, cp_value *value, const cp_value *more);
bool cp_value_add_ref(cp_arena *arena, cp_value *value, const cp_ref *ref);

/* "bfloat16, float32, the model's dtype". */
cp_str cp_value_text(cp_arena *arena, cp_dtypes set);

/* The set with the model's dtype written out as `model`. */
static inline cp_dtypes cp_dtypes_assume(cp_dtypes set, cp_dtypes model)
{
    return (set & CP_CONCRETE) | (set & CP_SYM_MODEL ? model : 0);
}

#endif
