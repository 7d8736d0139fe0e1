#include "facts/dtype.h"

static const struct dtype {
    const char *name;
    int significand, exponent; /* bits; the implicit one counted; 0: no float */
    const char *torch;
} dtypes[CP_DTYPE_COUNT] = {
#define X(id, name, significand, exponent, torch) {name, significand, exponent, torch},
#include "facts/dtype.def"
#undef X
};

const char *cp_dtype_name(cp_dtype dtype)
{
    return dtype < CP_DTYPE_COUNT ? dtypes[dtype].name : "";
}

cp_dtype cp_dtype_of_name(cp_str name)
{
    int dtype = 0;
    while (dtype < CP_DTYPE_COUNT && !cp_str_is(name, dtypes[dtype].name))
        dtype++;
    return (cp_dtype)dtype;
}

cp_dtype cp_dtype_of_torch(cp_str name)
{
    for (int dtype = 0; dtype < CP_DTYPE_COUNT; dtype++) {
        cp_str rest = cp_str_of(dtypes[dtype].torch);
        while (rest.len) {
            if (cp_str_eq(cp_str_next(&rest, ' '), name))
                return (cp_dtype)dtype;
        }
    }
    return CP_DTYPE_NONE;
}

cp_dtype cp_dtype_of_method(cp_str name)
{
    static const struct {
        const char *name;
        cp_dtype dtype;
    } methods[] = {
        {"float", CP_F32}, {"double", CP_F64}, {"half", CP_F16},  {"bfloat16", CP_BF16},
        {"int", CP_I32},   {"long", CP_I64},   {"short", CP_I16}, {"char", CP_I8},
        {"byte", CP_U8},   {"bool", CP_BOOL},
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (cp_str_is(name, methods[i].name))
            return methods[i].dtype;
    }
    return CP_DTYPE_NONE;
}

bool cp_dtype_is_float(cp_dtype dtype)
{
    return dtype < CP_DTYPE_COUNT && dtypes[dtype].significand > 0;
}

bool cp_dtype_holds(cp_dtype wide, cp_dtype narrow)
{
    if (wide == narrow)
        return wide < CP_DTYPE_COUNT;
    if (!cp_dtype_is_float(wide) || !cp_dtype_is_float(narrow))
        return false;
    return dtypes[wide].significand >= dtypes[narrow].significand &&
           dtypes[wide].exponent >= dtypes[narrow].exponent;
}

bool cp_dtype_holds_all(cp_dtype wide, cp_dtypes set)
{
    for (int dtype = 0; dtype < CP_DTYPE_COUNT; dtype++) {
        if ((set & CP_DTYPES(dtype)) && !cp_dtype_holds(wide, (cp_dtype)dtype))
            return false;
    }
    return true;
}

static bool is_float8(cp_dtype dtype)
{
    return dtype == CP_F8E4M3 || dtype == CP_F8E5M2 || dtype == CP_F8E8M0;
}

/* torch promotes these with floating point types only. */
static bool is_shell_unsigned(cp_dtype dtype)
{
    return dtype == CP_U64 || dtype == CP_U32 || dtype == CP_U16;
}

static cp_dtype promote_floats(cp_dtype a, cp_dtype b)
{
    if (cp_dtype_holds(a, b))
        return a;
    if (cp_dtype_holds(b, a))
        return b;
    return CP_F32; /* float16 and bfloat16: neither holds the other */
}

/* Signed types by width; uint8 fits into each but int8, and bool into all. */
static cp_dtype promote_integers(cp_dtype a, cp_dtype b)
{
    static const int rank[CP_DTYPE_COUNT] = {
        [CP_I64] = 5, [CP_I32] = 4, [CP_I16] = 3, [CP_I8] = 2, [CP_U8] = 1, [CP_BOOL] = 0,
    };
    cp_dtype high = rank[a] > rank[b] ? a : b, low = rank[a] > rank[b] ? b : a;
    return high == CP_I8 && low == CP_U8 ? CP_I16 : high;
}

cp_dtype cp_dtype_promote(cp_dtype a, cp_dtype b)
{
    if (a >= CP_DTYPE_COUNT || b >= CP_DTYPE_COUNT)
        return CP_DTYPE_NONE;
    if (a == b)
        return a;
    if (is_float8(a) || is_float8(b))
        return CP_DTYPE_NONE;
    if (cp_dtype_is_float(a) && cp_dtype_is_float(b))
        return promote_floats(a, b);
    if (cp_dtype_is_float(a) || cp_dtype_is_float(b))
        return cp_dtype_is_float(a) ? a : b;
    if (is_shell_unsigned(a) || is_shell_unsigned(b))
        return CP_DTYPE_NONE;
    return promote_integers(a, b);
}

cp_str cp_dtypes_text(cp_arena *arena, cp_dtypes set)
{
    cp_buf buf = {.arena = arena};
    for (int dtype = 0; dtype < CP_DTYPE_COUNT; dtype++) {
        if (!(set & CP_DTYPES(dtype)))
            continue;
        if (buf.len)
            cp_buf_puts(&buf, ", ");
        cp_buf_puts(&buf, dtypes[dtype].name);
    }
    return cp_buf_str(&buf);
}

cp_dtype cp_dtype_of_native(cp_str name)
{
    static const struct {
        cp_dtype dtype;
        const char *names;
    } spellings[] = {
#define X(id, names) {CP_##id, (names)},
#include "facts/dtype_native.def"
#undef X
    };
    for (size_t i = 0; name.len && i < sizeof spellings / sizeof *spellings; i++) {
        cp_str rest = cp_str_of(spellings[i].names);
        while (rest.len)
            if (cp_str_eq(cp_str_next(&rest, ' '), name))
                return spellings[i].dtype;
    }
    return CP_DTYPE_NONE;
}
