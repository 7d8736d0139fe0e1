#include "contracts/mine.h"
#include "contracts/toml_text.h"

static void put_head(cp_buf *out, const char *kind, cp_str package, cp_str version,
                     cp_str call)
{
    cp_buf_printf(out, "\n[[%s]]\n", kind);
    cp_toml_put(out, "package", package);
    cp_toml_put(out, "version", version);
    cp_toml_put(out, "call", call);
}

static void put_outputs(cp_buf *out, const cp_mined *fact)
{
    cp_buf_puts(out, "outputs = {");
    for (uint32_t i = 0; i < fact->output_count; i++) {
        cp_buf_puts(out, i ? ", " : " ");
        cp_toml_put_text(out, fact->outputs[i].name);
        cp_buf_puts(out, " = ");
        cp_toml_put_text(out, fact->outputs[i].how);
    }
    cp_buf_puts(out, fact->output_count ? " }\n" : "}\n");
}

static void put_fact(cp_buf *out, const cp_mined *fact, cp_str package, cp_str version)
{
    put_head(out, "contract", package, version, fact->call);
    cp_toml_put(out, "parameter", fact->parameter);
    if (fact->when.len)
        cp_toml_put(out, "when", fact->when);
    if (fact->broken)
        cp_buf_puts(out, "broken = true\n");
    else if (fact->unchecked)
        cp_buf_puts(out, "unchecked = true\n");
    else if (fact->same_as.len)
        cp_toml_put(out, "same_as", fact->same_as);
    else
        cp_toml_put_dtypes(out, "accepts", fact->accepts);
    put_outputs(out, fact);
    cp_toml_put_list(out, "stated", fact->stated, fact->stated_count);
    cp_toml_put(out, "origin", CP_STR("mined"));
    if (fact->reason.len)
        cp_toml_put(out, "reason", fact->reason);
}

static void put_enum(cp_buf *out, const cp_mined_enum *e, cp_str package, cp_str version)
{
    cp_buf_puts(out, "\n[[enum]]\n");
    cp_toml_put(out, "package", package);
    cp_toml_put(out, "version", version);
    cp_toml_put(out, "name", e->name);
    cp_toml_put_list(out, "members", e->members, e->member_count);
    cp_toml_put_list(out, "stated", &e->stated, 1);
    cp_toml_put(out, "origin", CP_STR("mined"));
}

cp_str cp_mine_toml(cp_arena *arena, const cp_mined_set *set, cp_str package,
                    cp_str version)
{
    cp_buf out = {.arena = arena};
    if (!version.len) /* the tree does not say */
        version = CP_STR("0+unknown");
    cp_buf_puts(&out, "# Written by `castproof mine`.\n\n[[package]]\n");
    cp_toml_put(&out, "name", package);
    cp_toml_put_list(&out, "releases", &version, 1);
    for (size_t i = 0; i < set->entry_count; i++) {
        const cp_mined_entry *entry = &set->entries[i];
        put_head(&out, "entry", package, version, entry->call);
        cp_toml_put_list(&out, "parameters", entry->parameters, entry->parameter_count);
        if (entry->alias_count)
            cp_toml_put_list(&out, "aliases", entry->aliases, entry->alias_count);
    }
    for (size_t i = 0; i < set->enum_count; i++)
        put_enum(&out, &set->enums[i], package, version);
    for (size_t i = 0; i < set->count; i++)
        put_fact(&out, &set->facts[i], package, version);
    return cp_buf_str(&out);
}
