#include "contracts/toml_text.h"

#include "base/utf8.h"

enum { LINE_WIDTH = 100 };

/* A byte that is no UTF-8, as there may be in the name of a file, becomes U+FFFD. */
void cp_toml_put_text(cp_buf *out, cp_str text)
{
    text = cp_utf8_clean(out->arena, text);
    cp_buf_puts(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            cp_buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            cp_buf_printf(out, "\\u%04x", c);
        else
            cp_buf_add(out, cp_str_cut(text, i, i + 1));
    }
    cp_buf_puts(out, "\"");
}

void cp_toml_put(cp_buf *out, const char *key, cp_str text)
{
    cp_buf_printf(out, "%s = ", key);
    cp_toml_put_text(out, text);
    cp_buf_puts(out, "\n");
}

void cp_toml_put_list(cp_buf *out, const char *key, const cp_str *items, size_t count)
{
    cp_buf_printf(out, "%s = [", key);
    size_t used = strlen(key) + 4;
    for (size_t i = 0; i < count; i++) {
        size_t width = items[i].len + 4;
        bool full = used + width > LINE_WIDTH;
        if (i)
            cp_buf_puts(out, full ? "," : ", ");
        if (i && full)
            cp_buf_puts(out, "\n    ");
        used = i && full ? 4 + width : used + width;
        cp_toml_put_text(out, items[i]);
    }
    cp_buf_puts(out, "]\n");
}

void cp_toml_put_dtypes(cp_buf *out, const char *key, cp_dtypes set)
{
    cp_str names[CP_DTYPE_COUNT];
    size_t count = 0;
    for (unsigned d = 0; d < CP_DTYPE_COUNT; d++)
        if (set & CP_DTYPES(d))
            names[count++] = cp_str_of(cp_dtype_name((cp_dtype)d));
    cp_toml_put_list(out, key, names, count);
}
