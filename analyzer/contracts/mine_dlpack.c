#include "contracts/mine_engine.h"

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

static cp_str last_name(const cp_expr *expr)
{
    bool named = expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR;
    return named ? expr->text : (cp_str){"", 0};
}

const mine_value *mine_dlpack_dtype(mine_run *run, const cp_expr *call)
{
    if (call->arg_count < 2)
        return &mine_unknown;
    cp_str code = last_name(call->args[0].value), bits = call->args[1].value->text;
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (cp_str_is(code, known[i].code) && cp_str_is(bits, known[i].bits))
            return mine_dtype_value(run, CP_DTYPES(known[i].dtype));
    return mine_dtype_value(run, MINE_OTHER);
}

const mine_cond *mine_dtype_part_is(mine_run *run, const mine_value *part,
                                    const mine_value *other)
{
    bool code = part->kind == VALUE_DTYPE_CODE && other->kind == VALUE_ENUM;
    bool bits = part->kind == VALUE_DTYPE_BITS && other->kind == VALUE_NUMBER;
    cp_dtypes set = 0;
    for (size_t i = 0; i < KNOWN_COUNT && (code || bits); i++)
        if (cp_str_is(other->text, code ? known[i].code : known[i].bits))
            set |= CP_DTYPES(known[i].dtype);
    return set ? mine_dtype(run->arena, part->text, set) : NULL;
}
