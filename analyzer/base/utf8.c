#include "base/utf8.h"

static size_t length_by_first(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0) /* C0 and C1 begin overlong forms only */
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

static bool is_well_formed(int32_t point, size_t length)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point >= least[length] && point <= 0x10FFFF && !surrogate;
}

int32_t cp_utf8_next(cp_str text, size_t *at)
{
    size_t start = (*at)++;
    unsigned char first = (unsigned char)text.ptr[start];
    size_t length = length_by_first(first);
    if (length < 2)
        return length ? first : -1;
    if (text.len - start < length)
        return -1;
    int32_t point = first & (0xFF >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        unsigned char more = (unsigned char)text.ptr[start + i];
        if ((more & 0xC0) != 0x80)
            return -1;
        point = point << 6 | (more & 0x3F);
    }
    if (!is_well_formed(point, length))
        return -1;
    *at = start + length;
    return point;
}

static bool is_utf8(cp_str text)
{
    for (size_t at = 0; at < text.len;)
        if (cp_utf8_next(text, &at) < 0)
            return false;
    return true;
}

cp_str cp_utf8_clean(cp_arena *arena, cp_str text)
{
    if (is_utf8(text))
        return text;
    cp_buf out = {.arena = arena};
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        if (cp_utf8_next(text, &at) < 0)
            cp_buf_puts(&out, "\xEF\xBF\xBD");
        else
            cp_buf_add(&out, cp_str_cut(text, start, at));
    }
    return cp_buf_str(&out);
}
