#include "cli/settings.h"
#include "contracts/toml_text.h"

static void put_list(cp_buf *out, const char *key, const cp_list *list)
{
    cp_str *items = cp_new(out->arena, cp_str, list->count + 1);
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[i].len ? list->items[i] : CP_STR(".");
    if (list->count)
        cp_toml_put_list(out, key, items, list->count);
}

static void put_tables(cp_buf *out, const cp_options *options)
{
    if (options->per_file_count)
        cp_buf_puts(out, "\n[per-file-ignores]\n");
    for (size_t i = 0; i < options->per_file_count; i++) {
        const cp_file_codes *one = &options->per_file[i];
        cp_buf name = {.arena = out->arena};
        cp_toml_put_text(&name, one->glob);
        cp_toml_put_list(out, cp_str_c(out->arena, cp_buf_str(&name)), one->codes.items,
                         one->codes.count);
    }
    if (options->severity_count)
        cp_buf_puts(out, "\n[severity]\n");
    for (size_t i = 0; i < options->severity_count; i++) {
        const cp_code_severity *one = &options->severities[i];
        cp_toml_put(out, cp_str_c(out->arena, one->code),
                    cp_str_of(cp_severity_name(one->severity)));
    }
}

cp_str cp_settings_text(cp_arena *arena, const cp_settings *settings,
                        const cp_options *options)
{
    cp_buf out = {.arena = arena};
    if (settings->path.len)
        cp_buf_printf(&out, "# settings: %.*s\n", CP_STR_ARGS(settings->path));
    else
        cp_buf_puts(&out, "# settings: none found\n");
    put_list(&out, "select", &options->select);
    put_list(&out, "ignore", &options->ignore);
    put_list(&out, "exclude", &options->exclude);
    put_list(&out, "contracts", &options->contracts);
    put_list(&out, "packages", &options->packages);
    put_list(&out, "assume", &options->assume);
    put_list(&out, "roots", &options->roots);
    if (options->model_dtypes)
        cp_toml_put_dtypes(&out, "model-dtypes", options->model_dtypes);
    cp_toml_put(&out, "output-format",
                cp_str_of(cp_options_format_name(options->format)));
    if (options->baseline.len)
        cp_toml_put(&out, "baseline", options->baseline);
    put_tables(&out, options);
    return cp_buf_str(&out);
}
