#include "cli/options.h"

cp_status cp_options_together(const cp_options *options, cp_err *err)
{
    int ways = options->diff + options->in_place + (options->patch_dir.len > 0);
    if (ways > 1)
        return cp_fail(err, CP_ERR_USAGE,
                       "--diff, --patch-dir and --in-place exclude each other");
    bool from_stdin = options->paths.count && cp_str_is(options->paths.items[0], "-");
    bool from_files = options->command == CP_COMMAND_CHECK && !from_stdin;
    if (options->add_ignore.len && !from_files)
        return cp_fail(err, CP_ERR_USAGE, "--add-ignore goes with check, and with files");
    if (options->write_baseline.len && (!from_files || options->add_ignore.len))
        return cp_fail(err, CP_ERR_USAGE,
                       "--write-baseline goes with check, with files, and without "
                       "--add-ignore");
    if (options->diff_base.len && from_stdin)
        return cp_fail(err, CP_ERR_USAGE,
                       "--diff-base goes with files: git knows nothing of standard "
                       "input");
    if (options->command == CP_COMMAND_EXPLAIN && options->paths.count != 1)
        return cp_fail(err, CP_ERR_USAGE, "explain wants one code, such as CP101");
    if (options->command == CP_COMMAND_COMPLETIONS && options->paths.count != 1)
        return cp_fail(err, CP_ERR_USAGE, "completions wants bash, zsh or fish");
    if (options->command == CP_COMMAND_MERGE && !options->paths.count)
        return cp_fail(err, CP_ERR_USAGE,
                       "merge wants the files that the shards wrote, in JSON");
    if (options->shard && from_stdin)
        return cp_fail(err, CP_ERR_USAGE, "--shard goes with files");
    if (options->command == CP_COMMAND_TRACE && !options->paths.count)
        return cp_fail(err, CP_ERR_USAGE, "trace wants a place, such as layer.py:120");
    bool has_page = options->command == CP_COMMAND_DEBT;
    if (options->format == CP_FORMAT_HTML && !has_page)
        return cp_fail(err, CP_ERR_USAGE, "only debt is written as html");
    if (options->format == CP_FORMAT_MARKDOWN && !has_page &&
        options->command != CP_COMMAND_PLAN)
        return cp_fail(err, CP_ERR_USAGE, "only debt and plan are written as markdown");
    bool findings =
        options->command == CP_COMMAND_CHECK || options->command == CP_COMMAND_VALIDATE;
    if (options->format >= CP_FORMAT_SARIF && !findings)
        return cp_fail(err, CP_ERR_USAGE,
                       "only check and validate are written in the formats of others; "
                       "text and json are known everywhere");
    return CP_OK;
}
