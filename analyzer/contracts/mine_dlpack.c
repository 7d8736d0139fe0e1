#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* The dtypes of DLPack: a code and a width. */
static const struct {
    const char *code, *bits;
    cp_dtype dtype;
} known[] = {{"kDLFloat", "16", CP_F16},
             {"kDLFloat", "32", CP_F32},
             {"kDLFloat", "64", CP_F64},
             {"kDLBfloat", "16", CP_BF16},
             {"kDLInt", "8", CP_I8},
             {"kDLInt", "16", CP_I16},
             {"kDLInt", "32", CP_I32},
             {"kDLInt", "64", CP_I64},
             {"kDLUInt", "8", CP_U8},
             {"kDLUInt", "16", CP_U16},
             {"kDLUInt", "32", CP_U32},
             {"kDLUInt", "64", CP_U64},
             {"kDLBool", "8", CP_BOOL},
             {"kDLFloat8_e4m3fn", "8", CP_F8E4M3},
             {"kDLFloat8_e5m2", "8", CP_F8E5M2}};

#define KNOWN_COUNT (sizeof known / sizeof *known)

const mine_value *mine_dlpack_dtype(mine_run *run, const cp_expr *call)
{
    if (call->arg_count < 2)
        return &mine_unknown;
    cp_str code = mine_last_name(call->args[0].value), bits = call->args[1].value->text;
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (cp_str_is(code, known[i].code) && cp_str_is(bits, known[i].bits))
            return mine_dtype_value(run, CP_DTYPES(known[i].dtype));
    return mine_dtype_value(run, MINE_OTHER);
}

const mine_value *mine_dtype_part(mine_run *run, const mine_value *dtype, cp_str name)
{
    bool code = cp_str_is(name, "code");
    if (cp_str_is(name, "lanes")) /* tensors of more are told apart by other names */
        return mine_text(run, VALUE_NUMBER, CP_STR("1"));
    if (!code && !cp_str_is(name, "bits"))
        return &mine_unknown;
    mine_value *part = cp_new(run->arena, mine_value, 1);
    *part = *dtype;
    part->kind = code ? VALUE_DTYPE_CODE : VALUE_DTYPE_BITS;
    return part;
}

/* Whether the dtype at `i` has the part that `other` is. */
static bool has_part(size_t i, bool code, const mine_value *other)
{
    if (other->kind == VALUE_ENUM || other->kind == VALUE_NUMBER)
        return cp_str_is(other->text, code ? known[i].code : known[i].bits);
    for (size_t k = 0; k < KNOWN_COUNT; k++)
        if (other->set & CP_DTYPES(known[k].dtype))
            return code ? strcmp(known[i].code, known[k].code) == 0
                        : strcmp(known[i].bits, known[k].bits) == 0;
    return false;
}

const mine_cond *mine_dtype_part_is(mine_run *run, const mine_value *part,
                                    const mine_value *other)
{
    bool code = part->kind == VALUE_DTYPE_CODE;
    if ((!code && part->kind != VALUE_DTYPE_BITS) || !part->text.len)
        return NULL;
    bool constant = other->kind == (code ? VALUE_ENUM : VALUE_NUMBER);
    bool of_dtype = other->kind == part->kind && !other->text.len;
    cp_dtypes set = 0;
    for (size_t i = 0; i < KNOWN_COUNT && (constant || of_dtype); i++)
        if (has_part(i, code, other))
            set |= CP_DTYPES(known[i].dtype);
    return set ? mine_dtype(run->arena, part->text, set) : NULL;
}
