#include "cli/commands.h"
#include "cli/help_items.h"
#include "cli/run.h"

/* Text as roff has it: no line of it is a request, a hyphen stays one. */
static void add_roff(cp_buf *out, cp_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (i == 0 && (c == '.' || c == '\''))
            cp_buf_puts(out, "\\&");
        if (c == '\\')
            cp_buf_puts(out, "\\e");
        else if (c == '-')
            cp_buf_puts(out, "\\-");
        else
            cp_buf_add(out, cp_str_cut(text, i, i + 1));
    }
    cp_buf_puts(out, "\n");
}

static void add_items(cp_buf *out, const cp_help_item *items, size_t count, bool commands)
{
    cp_str section = {"", 0};
    for (size_t i = 0; i < count; i++) {
        const cp_help_item *item = &items[i];
        if (cp_str_is(item->section, "Commands") != commands)
            continue;
        bool general = commands || cp_str_is(item->section, "Options");
        if (!general && !cp_str_eq(item->section, section))
            cp_buf_printf(out, ".SS of %.*s\n", CP_STR_ARGS(item->section));
        section = item->section;
        cp_buf_puts(out, ".TP\n.B ");
        add_roff(out, item->words);
        if (item->text.len)
            add_roff(out, item->text);
    }
}

static const char head[] =
    ".SH NAME\n"
    "castproof \\- finds dtype casts around MoE routing that kernels no longer need\n"
    ".SH SYNOPSIS\n"
    ".B castproof\n"
    ".I COMMAND\n"
    ".RI [ OPTION ...]\n"
    ".RI [ PATH ...]\n"
    ".SH DESCRIPTION\n"
    "castproof reads Python, CUDA and C++ sources and the versions of the kernel\n"
    "libraries that they pin. It finds the dtype casts around Mixture\\-of\\-Experts\n"
    "routing that those versions no longer need or no longer allow, writes the patches,\n"
    "and proves or measures what each of them does to the experts that are chosen.\n"
    "Without a PATH it reads the current folder.\n"
    ".SH COMMANDS\n";

static const char foot[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nnothing to report\n"
    ".TP\n.B 1\nfindings; of validate, a patch that does not hold its claim\n"
    ".TP\n.B 2\nthe run failed, and standard error says why\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B CASTPROOF_LIBCLANG\nthe libclang to load for CUDA and C++ files\n"
    ".TP\n.B NO_COLOR\nno colours, unless \\-\\-color says otherwise\n"
    ".TP\n.B FORCE_HYPERLINK\n1: file names are hyperlinks wherever there are colours; "
    "0: nowhere; else where\nthe terminal is known to take them\n"
    ".TP\n.B XDG_CACHE_HOME\nwhere what was found in C++ sources is kept, in a folder\n"
    "castproof; else ~/.cache\n"
    ".TP\n.B VIRTUAL_ENV, CONDA_PREFIX\nwhere \\-\\-package looks for packages\n"
    ".TP\n.B SOURCE_DATE_EPOCH\nthe date that patches carry\n"
    ".SH FILES\n"
    ".TP\n.B castproof.toml, pyproject.toml\nsettings, in the table [tool.castproof] of "
    "the\nlatter; the nearest one counts\n"
    ".SH EXAMPLES\n"
    ".TP\n.B castproof check \\-\\-assume flashinfer\\-python==0.6.18 serving\n"
    "what if that release were pinned?\n"
    ".TP\n.B castproof fix \\-\\-diff serving | git apply\nmakes the changes that are "
    "suggested\n"
    ".TP\n.B castproof trace serving/layer.py:120\nwhat is known of that line\n";

int cp_command_manual(cp_arena *arena, const cp_options *options)
{
    cp_err err = {0};
    cp_buf out = {.arena = arena};
    size_t count;
    const cp_help_item *items = cp_help_items(arena, &count);
    cp_buf_printf(&out, ".TH CASTPROOF 1 \"\" \"castproof %s\" \"User Commands\"\n",
                  CP_VERSION);
    cp_buf_puts(&out, head);
    add_items(&out, items, count, true);
    cp_buf_puts(&out, ".SH OPTIONS\n");
    add_items(&out, items, count, false);
    cp_buf_puts(&out, foot);
    return cp_run_write(options, cp_buf_str(&out), &err) ? cp_command_failed(&err) : 0;
}
