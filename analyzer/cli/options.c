#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    OPT_FORMAT = 256,
    OPT_SELECT,
    OPT_IGNORE,
    OPT_EXCLUDE,
    OPT_ASSUME,
    OPT_CONTRACTS,
    OPT_PACKAGE,
    OPT_STDIN,
    OPT_NO_CACHE,
    OPT_COLOR,
    OPT_VERSION,
    OPT_EXPLAIN_UNKNOWN,
    OPT_DIFF,
    OPT_PATCH_DIR,
    OPT_IN_PLACE,
    OPT_UNSAFE,
    OPT_DEVICE,
    OPT_MODEL,
    OPT_LOGITS,
    OPT_SEED,
    OPT_TOKENS,
    OPT_FAIL_ON,
    OPT_ROUTING,
    OPT_FORCE_EXCLUDE,
    OPT_CONFIG,
    OPT_ISOLATED,
    OPT_SHOW_SETTINGS,
    OPT_SHOW_FILES,
    OPT_STATISTICS,
    OPT_ADD_IGNORE,
    OPT_BASELINE,
    OPT_WRITE_BASELINE,
    OPT_DIFF_BASE,
    OPT_SHARD,
};

static const struct option known_options[] = {
    {"output-format", required_argument, NULL, OPT_FORMAT},
    {"output", required_argument, NULL, 'o'},
    {"select", required_argument, NULL, OPT_SELECT},
    {"ignore", required_argument, NULL, OPT_IGNORE},
    {"exclude", required_argument, NULL, OPT_EXCLUDE},
    {"assume", required_argument, NULL, OPT_ASSUME},
    {"contracts", required_argument, NULL, OPT_CONTRACTS},
    {"package", required_argument, NULL, OPT_PACKAGE},
    {"stdin-filename", required_argument, NULL, OPT_STDIN},
    {"no-cache", no_argument, NULL, OPT_NO_CACHE},
    {"jobs", required_argument, NULL, 'j'},
    {"color", required_argument, NULL, OPT_COLOR},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},
    {"explain-unknown", no_argument, NULL, OPT_EXPLAIN_UNKNOWN},
    {"diff", no_argument, NULL, OPT_DIFF},
    {"patch-dir", required_argument, NULL, OPT_PATCH_DIR},
    {"in-place", no_argument, NULL, OPT_IN_PLACE},
    {"unsafe-fixes", no_argument, NULL, OPT_UNSAFE},
    {"device", required_argument, NULL, OPT_DEVICE},
    {"model", required_argument, NULL, OPT_MODEL},
    {"logits", required_argument, NULL, OPT_LOGITS},
    {"seed", required_argument, NULL, OPT_SEED},
    {"tokens", required_argument, NULL, OPT_TOKENS},
    {"fail-on", required_argument, NULL, OPT_FAIL_ON},
    {"routing", no_argument, NULL, OPT_ROUTING},
    {"force-exclude", no_argument, NULL, OPT_FORCE_EXCLUDE},
    {"config", required_argument, NULL, OPT_CONFIG},
    {"isolated", no_argument, NULL, OPT_ISOLATED},
    {"show-settings", no_argument, NULL, OPT_SHOW_SETTINGS},
    {"show-files", no_argument, NULL, OPT_SHOW_FILES},
    {"statistics", no_argument, NULL, OPT_STATISTICS},
    {"add-ignore", required_argument, NULL, OPT_ADD_IGNORE},
    {"baseline", required_argument, NULL, OPT_BASELINE},
    {"write-baseline", required_argument, NULL, OPT_WRITE_BASELINE},
    {"diff-base", required_argument, NULL, OPT_DIFF_BASE},
    {"shard", required_argument, NULL, OPT_SHARD},
    {0},
};

static void add(cp_arena *arena, cp_list *list, cp_str item)
{
    cp_push(arena, list->items, list->count, list->room, item);
}

static void add_parts(cp_arena *arena, cp_list *list, const char *text)
{
    cp_str rest = cp_str_of(text);
    while (rest.len) {
        cp_str part = cp_str_trim(cp_str_next(&rest, ','));
        if (part.len)
            add(arena, list, part);
    }
}

static cp_status read_number(const char *text, const char *option, int64_t least,
                             int64_t *number, cp_err *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < least)
        return cp_fail(err, CP_ERR_USAGE,
                       "%s wants a whole number from %lld on, not '%s'", option,
                       (long long)least, text);
    *number = value;
    return CP_OK;
}

static cp_status one_of(const char *option, const char *text, const char *const *words,
                        cp_err *err)
{
    for (; *words; words++)
        if (strcmp(*words, text) == 0)
            return CP_OK;
    return cp_fail(err, CP_ERR_USAGE,
                   "%s does not know '%s'; castproof --help says what "
                   "it knows",
                   option, text);
}

static cp_status take_number(cp_options *options, int option, const char *text,
                             cp_err *err)
{
    int64_t number = 0;
    cp_status st = CP_OK;
    if (option == 'j') {
        st = read_number(text, "-j", 1, &number, err);
        options->jobs = number > 256 ? 256 : (int)number;
    } else if (option == OPT_SEED) {
        st = read_number(text, "--seed", 0, &number, err);
        options->seed = (uint64_t)number;
    } else {
        st = read_number(text, "--tokens", 1, &options->tokens, err);
    }
    return st;
}

/* "2/4" */
static cp_status take_shard(cp_options *options, const char *text, cp_err *err)
{
    unsigned index = 0, count = 0;
    int end = 0;
    bool read = sscanf(text, "%5u/%5u%n", &index, &count, &end) == 2 && !text[end] &&
                text[0] >= '0' && text[0] <= '9';
    options->shard = index;
    options->shard_count = count;
    return read && index && index <= count
               ? CP_OK
               : cp_fail(err, CP_ERR_USAGE,
                         "--shard wants a part and of how many, such as 2/4, not '%s'",
                         text);
}

static cp_status take_list(cp_arena *arena, cp_options *options, int option,
                           const char *text, cp_err *err)
{
    static const char *const states[] = {"actionable", "stale", "any", NULL};
    switch (option) {
    case OPT_SELECT:
        options->select_given = true;
        add_parts(arena, &options->select, text);
        return CP_OK;
    case OPT_IGNORE:
        add_parts(arena, &options->ignore, text);
        return CP_OK;
    case OPT_EXCLUDE:
        add(arena, &options->exclude, cp_str_of(text));
        return CP_OK;
    case OPT_ASSUME:
        add(arena, &options->assume, cp_str_of(text));
        return CP_OK;
    case OPT_CONTRACTS:
        add(arena, &options->contracts, cp_str_of(text));
        return CP_OK;
    case OPT_LOGITS:
        add_parts(arena, &options->logits, text);
        return options->logits.count
                   ? CP_OK
                   : cp_fail(err, CP_ERR_USAGE, "--logits wants the names of files");
    case OPT_PACKAGE:
        add_parts(arena, &options->packages, text);
        return options->packages.count ? CP_OK
                                       : cp_fail(err, CP_ERR_USAGE,
                                                 "--package wants the "
                                                 "name of an installed package");
    default:
        break;
    }
    size_t before = options->fail_on.count;
    add_parts(arena, &options->fail_on, text);
    for (size_t i = before; i < options->fail_on.count; i++) {
        cp_status st =
            one_of("--fail-on", cp_str_c(arena, options->fail_on.items[i]), states, err);
        if (st)
            return st;
    }
    return CP_OK;
}

/* Whether the option is one without a value, which then is set. */
static bool take_flag(cp_options *options, int option)
{
    const struct {
        int option;
        bool *flag;
    } flags[] = {
        {'q', &options->quiet},
        {'v', &options->verbose},
        {OPT_EXPLAIN_UNKNOWN, &options->explain_unknown},
        {OPT_NO_CACHE, &options->no_cache},
        {OPT_ROUTING, &options->routing},
        {OPT_DIFF, &options->diff},
        {OPT_IN_PLACE, &options->in_place},
        {OPT_UNSAFE, &options->unsafe},
        {OPT_FORCE_EXCLUDE, &options->force_exclude},
        {OPT_ISOLATED, &options->isolated},
        {OPT_SHOW_SETTINGS, &options->show_settings},
        {OPT_SHOW_FILES, &options->show_files},
        {OPT_STATISTICS, &options->statistics},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].option == option)
            return *flags[i].flag = true;
    if (option != OPT_VERSION && option != 'h')
        return false;
    options->command = option == 'h' ? CP_COMMAND_HELP : CP_COMMAND_VERSION;
    return true;
}

/* What becomes part of a comment must end with its line. */
static cp_status take_reason(cp_options *options, const char *text, cp_err *err)
{
    cp_str reason = cp_str_trim(cp_str_of(text));
    bool plain = reason.len > 0;
    for (size_t i = 0; i < reason.len; i++)
        plain = plain && ((unsigned char)reason.ptr[i] >= ' ' || reason.ptr[i] == '\t');
    options->add_ignore = reason;
    return plain ? CP_OK
                 : cp_fail(err, CP_ERR_USAGE,
                           "--add-ignore wants the reason, on one line, such as 'until "
                           "the next release'");
}

/* Whether the option is one whose value is any text, which then is set. */
static bool take_text(cp_options *options, int option, const char *text)
{
    const struct {
        int option;
        cp_str *text;
    } texts[] = {
        {'o', &options->output},
        {OPT_CONFIG, &options->config},
        {OPT_STDIN, &options->stdin_filename},
        {OPT_BASELINE, &options->baseline},
        {OPT_WRITE_BASELINE, &options->write_baseline},
        {OPT_DIFF_BASE, &options->diff_base},
        {OPT_PATCH_DIR, &options->patch_dir},
        {OPT_DEVICE, &options->device},
        {OPT_MODEL, &options->model},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].option != option)
            continue;
        *texts[i].text = cp_str_of(text);
        return true;
    }
    return false;
}

static cp_status take(cp_arena *arena, cp_options *options, int option, cp_err *err)
{
    static const char *const colors[] = {"auto", "always", "never", NULL};
    if (take_flag(options, option) || take_text(options, option, optarg))
        return CP_OK;
    switch (option) {
    case OPT_FORMAT:
        options->format_given = true;
        return cp_options_format(options, optarg, err);
    case OPT_ADD_IGNORE:
        return take_reason(options, optarg, err);
    case OPT_SHARD:
        return take_shard(options, optarg, err);
    case OPT_COLOR:
        options->color = cp_str_of(optarg);
        return one_of("--color", optarg, colors, err);
    case 'j':
    case OPT_SEED:
    case OPT_TOKENS:
        return take_number(options, option, optarg, err);
    default:
        return take_list(arena, options, option, optarg, err);
    }
}

static cp_status read_command(cp_options *options, cp_err *err)
{
    if (!options->paths.count)
        return cp_fail(err, CP_ERR_USAGE, "no command; castproof --help lists them");
    cp_str name = options->paths.items[0];
    options->paths.items++;
    options->paths.count--;
    options->paths.room--; /* it still ends where it did */
    if (cp_options_command(options, name))
        return CP_OK;
    return cp_fail(err, CP_ERR_USAGE, "'%.*s' is no command; castproof --help lists them",
                   CP_STR_ARGS(name));
}

cp_status cp_options_read(cp_arena *arena, int argc, char **argv, cp_options *options,
                          cp_err *err)
{
    *options = (cp_options){.command = CP_COMMAND_CHECK, .color = CP_STR("auto")};
    opterr = 0;
    for (;;) {
        int option = getopt_long(argc, argv, ":o:j:qvh", known_options, NULL);
        if (option == -1)
            break;
        if (option == ':')
            return cp_fail(err, CP_ERR_USAGE, "%s wants a value", argv[optind - 1]);
        if (option == '?')
            return cp_fail(err, CP_ERR_USAGE,
                           "%s is no option; castproof --help lists them",
                           argv[optind - 1]);
        cp_status st = take(arena, options, option, err);
        if (st)
            return st;
    }
    for (; optind < argc; optind++)
        add(arena, &options->paths, cp_str_of(argv[optind]));
    bool done =
        options->command == CP_COMMAND_HELP || options->command == CP_COMMAND_VERSION;
    if (done)
        return CP_OK;
    cp_status st = read_command(options, err);
    return st ? st : cp_options_together(options, err);
}

cp_option_word cp_options_word(size_t i)
{
    const struct option *option = &known_options[i];
    return (cp_option_word){option->name, option->has_arg == required_argument};
}
