#include "cli/commands.h"
#include "cli/help_items.h"
#include "cli/run.h"

/* What a script is written from. */
typedef struct words {
    cp_arena *arena;
    const cp_help_item *items;
    size_t count;
    cp_str codes, formats; /* separated by blanks */
} words;

static void append(cp_buf *list, cp_str word)
{
    cp_buf_puts(list, list->len ? " " : "");
    cp_buf_add(list, word);
}

static words collect(cp_arena *arena)
{
    words all = {.arena = arena};
    cp_buf codes = {.arena = arena}, formats = {.arena = arena};
    cp_rules rules = cp_rules_bundled(arena);
    all.items = cp_help_items(arena, &all.count);
    for (size_t i = 0; i < rules.count; i++)
        append(&codes, rules.items[i].id);
    for (size_t i = 0; cp_options_format_word(i); i++)
        append(&formats, cp_str_of(cp_options_format_word(i)));
    all.codes = cp_buf_str(&codes);
    all.formats = cp_buf_str(&formats);
    return all;
}

/* The words that the option takes, separated by blanks; "" where it takes others. */
static cp_str choices_of(const words *all, const char *option)
{
    static const struct {
        const char *option, *choices;
    } known[] = {{"color", "auto always never"},
                 {"fail-on", "actionable stale any"},
                 {"device", "auto cpu cuda"}};
    if (strcmp(option, "output-format") == 0)
        return all->formats;
    if (strcmp(option, "select") == 0 || strcmp(option, "ignore") == 0)
        return all->codes;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].option, option) == 0)
            return cp_str_of(known[i].choices);
    return (cp_str){"", 0};
}

static cp_str text_of(const words *all, bool option, const char *name)
{
    const cp_help_item *item =
        cp_help_find(all->items, all->count, option, cp_str_of(name));
    return item ? item->text : (cp_str){"", 0};
}

/* `text` between single quotes, with a backslash before each of `special`. */
static cp_str quoted(const words *all, cp_str text, const char *special)
{
    cp_buf out = {.arena = all->arena};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\'')
            cp_buf_puts(&out, "'\\''");
        else
            cp_buf_printf(&out, strchr(special, c) ? "\\%c" : "%c", c);
    }
    return cp_buf_str(&out);
}

/* ---- bash ---- */

static void bash_case(cp_buf *out, const char *pattern, cp_str choices)
{
    cp_buf_printf(out,
                  "    %s)\n        COMPREPLY=($(compgen -W '%.*s' -- \"$cur\"))\n"
                  "        return\n        ;;\n",
                  pattern, CP_STR_ARGS(choices));
}

static void write_bash(cp_buf *out, const words *all)
{
    cp_buf options = {.arena = all->arena}, commands = {.arena = all->arena};
    cp_buf_puts(out, "_castproof() {\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
                     "    local prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "    case $prev in\n");
    bash_case(out, "explain", all->codes);
    bash_case(out, "completions", CP_STR("bash zsh fish"));
    for (size_t i = 0; cp_options_word(i).name; i++) {
        cp_option_word word = cp_options_word(i);
        cp_str dashed = cp_str_printf(all->arena, "--%s", word.name);
        append(&options, dashed);
        if (!word.takes_value)
            continue;
        cp_str choices = choices_of(all, word.name);
        if (choices.len)
            bash_case(out, dashed.ptr, choices);
        else
            cp_buf_printf(out, "    %s) return ;;\n", dashed.ptr);
    }
    for (size_t i = 0; cp_options_command_word(i); i++)
        append(&commands, cp_str_of(cp_options_command_word(i)));
    cp_buf_puts(out, "    esac\n"
                     "    case $cur in\n");
    bash_case(out, "-*", cp_buf_str(&options));
    cp_buf_printf(out,
                  "    esac\n"
                  "    if ((COMP_CWORD == 1)); then\n"
                  "        COMPREPLY=($(compgen -W '%.*s' -- \"$cur\"))\n"
                  "    fi\n"
                  "}\n"
                  "complete -o default -F _castproof castproof\n",
                  CP_STR_ARGS(cp_buf_str(&commands)));
}

/* ---- zsh ---- */

static void write_zsh(cp_buf *out, const words *all)
{
    cp_buf_puts(out, "#compdef castproof\n\n"
                     "_castproof() {\n"
                     "    local -a commands=(\n");
    for (size_t i = 0; cp_options_command_word(i); i++) {
        const char *name = cp_options_command_word(i);
        cp_str text = quoted(all, text_of(all, false, name), ":\\");
        cp_buf_printf(out, "        '%s:%.*s'\n", name, CP_STR_ARGS(text));
    }
    cp_buf_puts(out, "    )\n"
                     "    _arguments -s -S \\\n");
    for (size_t i = 0; cp_options_word(i).name; i++) {
        cp_option_word word = cp_options_word(i);
        cp_str text = quoted(all, text_of(all, true, word.name), "[]:\\");
        cp_str choices = choices_of(all, word.name);
        cp_buf_printf(out, "        '*--%s%s[%.*s]", word.name,
                      word.takes_value ? "=" : "", CP_STR_ARGS(text));
        if (choices.len)
            cp_buf_printf(out, ":%s:(%.*s)", word.name, CP_STR_ARGS(choices));
        else if (word.takes_value)
            cp_buf_printf(out, ":%s:_files", word.name);
        cp_buf_puts(out, "' \\\n");
    }
    cp_buf_printf(out,
                  "        '1:command:->command' '*:file:->argument'\n"
                  "    case $state in\n"
                  "    command) _describe command commands ;;\n"
                  "    argument)\n"
                  "        case ${words[2]} in\n"
                  "        explain) compadd -- %.*s ;;\n"
                  "        completions) compadd -- bash zsh fish ;;\n"
                  "        *) _files ;;\n"
                  "        esac\n"
                  "        ;;\n"
                  "    esac\n"
                  "}\n\n"
                  "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
                  "    _castproof \"$@\"\n"
                  "else\n"
                  "    compdef _castproof castproof\n"
                  "fi\n",
                  CP_STR_ARGS(all->codes));
}

/* ---- fish ---- */

static void write_fish(cp_buf *out, const words *all)
{
    for (size_t i = 0; cp_options_command_word(i); i++) {
        const char *name = cp_options_command_word(i);
        cp_str text = quoted(all, text_of(all, false, name), "\\");
        cp_buf_printf(
            out, "complete -c castproof -f -n __fish_use_subcommand -a %s -d '%.*s'\n",
            name, CP_STR_ARGS(text));
    }
    for (size_t i = 0; cp_options_word(i).name; i++) {
        cp_option_word word = cp_options_word(i);
        cp_str text = quoted(all, text_of(all, true, word.name), "\\");
        cp_str choices = choices_of(all, word.name);
        cp_buf_printf(out, "complete -c castproof -l %s", word.name);
        if (choices.len)
            cp_buf_printf(out, " -x -a '%.*s'", CP_STR_ARGS(choices));
        else if (word.takes_value)
            cp_buf_puts(out, " -r");
        cp_buf_printf(out, " -d '%.*s'\n", CP_STR_ARGS(text));
    }
    cp_buf_printf(out,
                  "complete -c castproof -f -n '__fish_seen_subcommand_from explain' -a "
                  "'%.*s'\n"
                  "complete -c castproof -f -n '__fish_seen_subcommand_from completions' "
                  "-a 'bash zsh fish'\n",
                  CP_STR_ARGS(all->codes));
}

int cp_command_completions(cp_arena *arena, const cp_options *options)
{
    static const struct {
        const char *shell;
        void (*write)(cp_buf *out, const words *all);
    } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    cp_err err = {0};
    cp_str asked = options->paths.items[0];
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (!cp_str_is(asked, shells[i].shell))
            continue;
        words all = collect(arena);
        cp_buf out = {.arena = arena};
        shells[i].write(&out, &all);
        return cp_run_write(options, cp_buf_str(&out), &err) ? cp_command_failed(&err)
                                                             : 0;
    }
    cp_fail(&err, CP_ERR_USAGE, "completions knows bash, zsh and fish, not '%.*s'",
            CP_STR_ARGS(asked));
    return cp_command_failed(&err);
}
