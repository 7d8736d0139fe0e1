#include "cli/options.h"

static const struct {
    const char *name;
    cp_command command;
} commands[] = {
    {"check", CP_COMMAND_CHECK},         {"fix", CP_COMMAND_FIX},
    {"validate", CP_COMMAND_VALIDATE},   {"debt", CP_COMMAND_DEBT},
    {"plan", CP_COMMAND_PLAN},           {"trace", CP_COMMAND_TRACE},
    {"mine", CP_COMMAND_MINE},           {"merge", CP_COMMAND_MERGE},
    {"contracts", CP_COMMAND_CONTRACTS}, {"explain", CP_COMMAND_EXPLAIN},
    {"rules", CP_COMMAND_RULES},         {"completions", CP_COMMAND_COMPLETIONS},
    {"manual", CP_COMMAND_MANUAL},       {"help", CP_COMMAND_HELP},
    {"version", CP_COMMAND_VERSION},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

bool cp_options_command(cp_options *options, cp_str name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (!cp_str_is(name, commands[i].name))
            continue;
        options->command = commands[i].command;
        return true;
    }
    return false;
}

const char *cp_options_command_word(size_t i)
{
    return i < COMMAND_COUNT ? commands[i].name : NULL;
}

static const struct {
    const char *name;
    cp_format format;
} formats[] = {{"full", CP_FORMAT_FULL},         {"text", CP_FORMAT_FULL},
               {"concise", CP_FORMAT_CONCISE},   {"json", CP_FORMAT_JSON},
               {"markdown", CP_FORMAT_MARKDOWN}, {"html", CP_FORMAT_HTML},
               {"sarif", CP_FORMAT_SARIF},       {"github", CP_FORMAT_GITHUB},
               {"gitlab", CP_FORMAT_GITLAB},     {"rdjson", CP_FORMAT_RDJSON},
               {"junit", CP_FORMAT_JUNIT}};
enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

cp_status cp_options_format(cp_options *options, const char *text, cp_err *err)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(formats[i].name, text) != 0)
            continue;
        options->format = formats[i].format;
        return CP_OK;
    }
    return cp_fail(
        err, CP_ERR_USAGE,
        "--output-format is full, concise, json, sarif, github, gitlab, rdjson "
        "or junit (for debt and plan text, markdown or json, for debt html too), not "
        "'%s'",
        text);
}

const char *cp_options_format_name(cp_format format)
{
    size_t i = 0;
    while (i + 1 < FORMAT_COUNT && formats[i].format != format)
        i++;
    return formats[i].name;
}

const char *cp_options_format_word(size_t i)
{
    return i < FORMAT_COUNT ? formats[i].name : NULL;
}
