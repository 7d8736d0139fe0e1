#include "contracts/mine.h"

static void put_text(cp_buf *out, cp_str text)
{
    cp_buf_puts(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            cp_buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            cp_buf_printf(out, "\\u%04x", c);
        else
            cp_buf_add(out, cp_str_cut(text, i, i + 1));
    }
    cp_buf_puts(out, "\"");
}

static void put_key(cp_buf *out, const char *key, cp_str text)
{
    cp_buf_printf(out, "%s = ", key);
    put_text(out, text);
    cp_buf_puts(out, "\n");
}

static void put_list(cp_buf *out, const char *key, const cp_str *items, size_t count)
{
    cp_buf_printf(out, "%s = [", key);
    for (size_t i = 0; i < count; i++) {
        if (i)
            cp_buf_puts(out, ", ");
        put_text(out, items[i]);
    }
    cp_buf_puts(out, "]\n");
}

static void put_head(cp_buf *out, const char *kind, cp_str package, cp_str version,
                     cp_str call)
{
    cp_buf_printf(out, "\n[[%s]]\n", kind);
    put_key(out, "package", package);
    put_key(out, "version", version);
    put_key(out, "call", call);
}

static void put_fact(cp_buf *out, const cp_mined *fact, cp_str package, cp_str version)
{
    put_head(out, "contract", package, version, fact->call);
    put_key(out, "parameter", fact->parameter);
    if (fact->when.len)
        put_key(out, "when", fact->when);
    cp_str names[CP_DTYPE_COUNT];
    size_t count = 0;
    for (unsigned d = 0; d < CP_DTYPE_COUNT; d++)
        if (fact->accepts & CP_DTYPES(d))
            names[count++] = cp_str_of(cp_dtype_name((cp_dtype)d));
    if (fact->unchecked)
        cp_buf_puts(out, "unchecked = true\n");
    else if (fact->same_as.len)
        put_key(out, "same_as", fact->same_as);
    else
        put_list(out, "accepts", names, count);
    cp_buf_puts(out, "outputs = {}\n");
    put_list(out, "stated", fact->stated, fact->stated_count);
    put_key(out, "origin", CP_STR("mined"));
}

cp_str cp_mine_toml(cp_arena *arena, const cp_mined_set *set, cp_str package,
                    cp_str version)
{
    cp_buf out = {.arena = arena};
    if (!version.len) /* the tree does not say */
        version = CP_STR("0+unknown");
    cp_buf_puts(&out, "# Written by `castproof mine`.\n\n[[package]]\n");
    put_key(&out, "name", package);
    put_list(&out, "releases", &version, 1);
    for (size_t i = 0; i < set->entry_count; i++) {
        const cp_mined_entry *entry = &set->entries[i];
        put_head(&out, "entry", package, version, entry->call);
        put_list(&out, "parameters", entry->parameters, entry->parameter_count);
        if (entry->alias_count)
            put_list(&out, "aliases", entry->aliases, entry->alias_count);
    }
    for (size_t i = 0; i < set->count; i++)
        put_fact(&out, &set->facts[i], package, version);
    return cp_buf_str(&out);
}
