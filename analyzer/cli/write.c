#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/run.h"

static bool wants_color(const cp_options *options)
{
    if (options->output.len || cp_str_is(options->color, "never"))
        return false;
    if (cp_str_is(options->color, "always"))
        return true;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no_color && *no_color) || (term && strcmp(term, "dumb") == 0))
        return false;
    return isatty(STDOUT_FILENO);
}

/* Whether the terminal is one of those known to take hyperlinks; the others would show
   the address as text. FORCE_HYPERLINK decides for the rest. */
static bool takes_links(void)
{
    static const char *const variables[] = {"VTE_VERSION",     "KONSOLE_VERSION",
                                            "KITTY_WINDOW_ID", "WT_SESSION",
                                            "WEZTERM_PANE",    "DOMTERM"};
    static const char *const terminals[] = {"xterm-kitty", "xterm-ghostty", "foot",
                                            "alacritty", "wezterm"};
    static const char *const programs[] = {"iTerm.app", "vscode", "WezTerm", "ghostty"};
    const char *asked = getenv("FORCE_HYPERLINK"), *term = getenv("TERM"),
               *program = getenv("TERM_PROGRAM");
    if (asked)
        return *asked && strcmp(asked, "0") != 0;
    bool takes = false;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        takes |= getenv(variables[i]) != NULL;
    for (size_t i = 0; term && i < sizeof terminals / sizeof *terminals; i++)
        takes |= strcmp(term, terminals[i]) == 0;
    for (size_t i = 0; program && i < sizeof programs / sizeof *programs; i++)
        takes |= strcmp(program, programs[i]) == 0;
    return takes && isatty(STDOUT_FILENO);
}

cp_report_style cp_run_style(const cp_options *options)
{
    cp_report_style style = {.color = wants_color(options), .quiet = options->quiet};
    style.links = style.color && takes_links();
    struct winsize size;
    bool terminal = !options->output.len && isatty(STDOUT_FILENO);
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        style.width = size.ws_col;
    return style;
}

static cp_status write_to(FILE *file, cp_str text, const char *name, cp_err *err)
{
    bool whole = fwrite(text.ptr, 1, text.len, file) == text.len;
    if (fflush(file) != 0 || !whole)
        return cp_fail(err, CP_ERR_IO, "%s: cannot write: %s", name, strerror(errno));
    return CP_OK;
}

/* A device, a pipe, a link: what is there already is written to, and never replaced. */
static bool is_no_plain_file(const char *name)
{
    struct stat info;
    return lstat(name, &info) == 0 && !S_ISREG(info.st_mode);
}

static cp_status write_through(const char *name, cp_str text, cp_err *err)
{
    FILE *file = fopen(name, "wbe");
    if (!file)
        return cp_fail(err, CP_ERR_IO, "%s: cannot write: %s", name, strerror(errno));
    cp_status st = write_to(file, text, name, err);
    if (fclose(file) != 0 && !st)
        st = cp_fail(err, CP_ERR_IO, "%s: cannot write: %s", name, strerror(errno));
    return st;
}

/* Into a new file that then takes the name, so that no half report is ever there. */
static cp_status replace_file(const char *name, const char *part, cp_str text,
                              cp_err *err)
{
    cp_status st = CP_OK;
    FILE *file = fopen(part, "wbxe");
    if (!file)
        return cp_fail(err, CP_ERR_IO, "%s: cannot write: %s", name, strerror(errno));
    st = write_to(file, text, name, err);
    if (fclose(file) != 0 && !st)
        st = cp_fail(err, CP_ERR_IO, "%s: cannot write: %s", name, strerror(errno));
    if (!st && rename(part, name) != 0)
        st = cp_fail(err, CP_ERR_IO, "%s: cannot write: %s", name, strerror(errno));
    if (st)
        unlink(part);
    return st;
}

static cp_status write_file(cp_str path, cp_str text, cp_err *err)
{
    cp_arena arena = {0};
    const char *name = cp_str_c(&arena, path);
    const char *part = cp_str_printf(&arena, "%s.part-%ld", name, (long)getpid()).ptr;
    cp_status st = is_no_plain_file(name) ? write_through(name, text, err)
                                          : replace_file(name, part, text, err);
    cp_arena_dispose(&arena);
    return st;
}

cp_status cp_run_write(const cp_options *options, cp_str text, cp_err *err)
{
    if (options->output.len)
        return write_file(options->output, text, err);
    return write_to(stdout, text, "standard output", err);
}

static void file_trouble(void *data, cp_str path, const cp_err *err)
{
    (void)data;
    (void)path;
    fprintf(stderr, "castproof: %s\n", err->msg);
}

cp_status cp_run_apply(const cp_run *run, const cp_patches *patches, size_t *written,
                       cp_err *err)
{
    cp_apply_options apply = {.roots = run->options->paths.items,
                              .root_count = run->options->paths.count,
                              .trouble = file_trouble};
    return cp_patches_apply(run->arena, patches, &apply, written, err);
}
