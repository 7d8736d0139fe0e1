#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/run.h"

typedef struct place {
    cp_str path;
    uint32_t line, column; /* column 0: none was given */
} place;

/* Takes ":NUMBER" from the end of `text`; false where it does not end so. */
static bool take_number(cp_str *text, uint32_t *number)
{
    size_t start = text->len;
    uint64_t value = 0;
    while (start > 0 && text->ptr[start - 1] >= '0' && text->ptr[start - 1] <= '9')
        start--;
    if (start == text->len || start == 0 || text->ptr[start - 1] != ':')
        return false;
    for (size_t i = start; i < text->len && value <= UINT32_MAX; i++)
        value = value * 10 + (uint64_t)(text->ptr[i] - '0');
    *number = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
    *text = cp_str_cut(*text, 0, start - 1);
    return true;
}

static cp_status read_place(cp_str text, place *at, cp_err *err)
{
    cp_str rest = text;
    uint32_t first = 0, second = 0;
    bool one = take_number(&rest, &second), two = one && take_number(&rest, &first);
    *at = (place){rest, two ? first : second, two ? second : 0};
    if (!one || !rest.len)
        return cp_fail(err, CP_ERR_USAGE,
                       "'%.*s' is no place: trace wants FILE:LINE or FILE:LINE:COLUMN, "
                       "such as layer.py:120",
                       CP_STR_ARGS(text));
    if (!at->line || (two && !at->column))
        return cp_fail(err, CP_ERR_USAGE, "'%.*s': lines and columns count from 1",
                       CP_STR_ARGS(text));
    return CP_OK;
}

static bool is_stdin(const cp_options *options)
{
    return options->paths.count == 1 && cp_str_is(options->paths.items[0], "-");
}

/* Before anything is read: whether there is such a Python file. */
static cp_status check_file(cp_arena *arena, cp_str path, cp_err *err)
{
    struct stat info;
    const char *name = cp_str_c(arena, path);
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash ? slash : name, '.');
    if (stat(name, &info) != 0)
        return cp_fail(err, CP_ERR_IO, "%s: there is no such file", name);
    if (S_ISDIR(info.st_mode))
        return cp_fail(err, CP_ERR_USAGE, "%s is a folder: name a file in it", name);
    if (dot && strcmp(dot, ".py") != 0 && strcmp(dot, ".pyi") != 0)
        return cp_fail(err, CP_ERR_USAGE,
                       "%s is no Python file: only those (.py, .pyi) are traced", name);
    return CP_OK;
}

/* The name in the run of the file that `path` is; "" where the run has none of it. */
static cp_str name_in_run(const cp_run *run, cp_str path)
{
    struct stat asked, info;
    cp_str plain = cp_run_plain_path(path);
    for (size_t i = 0; i < run->file_count; i++)
        if (cp_str_eq(cp_run_plain_path(run->files[i]), plain))
            return run->files[i];
    if (stat(cp_str_c(run->arena, path), &asked) != 0)
        return (cp_str){"", 0};
    for (size_t i = 0; i < run->file_count; i++)
        if (stat(cp_str_c(run->arena, run->files[i]), &info) == 0 &&
            info.st_dev == asked.st_dev && info.st_ino == asked.st_ino)
            return run->files[i];
    return (cp_str){"", 0};
}

/* The module of the file; NULL where no code in it was looked at. */
static const cp_module *module_of(const cp_run *run, cp_str name)
{
    size_t count;
    cp_module *const *modules = cp_project_modules(run->project, &count);
    for (size_t i = 0; i < count; i++)
        if (cp_str_eq(modules[i]->source->path, name))
            return modules[i];
    return NULL;
}

static cp_status check_line(const cp_source *source, const place *at, cp_err *err)
{
    cp_str line = cp_source_line_text(source, at->line);
    uint32_t last = source->line_count;
    if (last > 1 && source->line_starts[last - 1] == source->text.len)
        last--; /* behind the last line break there is no line */
    if (at->line > last)
        return cp_fail(err, CP_ERR_USAGE, "%.*s has %u line%s, so none with number %u",
                       CP_STR_ARGS(source->path), last, last == 1 ? "" : "s", at->line);
    if (at->column > line.len)
        return cp_fail(err, CP_ERR_USAGE,
                       "line %u of %.*s has %zu bytes, so none in column %u", at->line,
                       CP_STR_ARGS(source->path), line.len, at->column);
    return CP_OK;
}

static void find_values(cp_run *run, const cp_module *module, cp_traced *traced)
{
    traced->values =
        cp_lineages_at(&run->study, module, traced->line, traced->column, &traced->count);
    if (traced->count)
        return;
    traced->nearest_line =
        cp_lineage_nearest(&run->study, module, traced->line, &traced->nearest);
    traced->nothing = traced->column ? CP_STR("no value that is followed is there")
                                     : CP_STR("no routing tensor and no cast is there");
    if (!traced->nearest_line)
        traced->nothing =
            CP_STR("no routing tensor and no cast is there, nor anywhere in the file");
}

/* Fills in what is to be shown of the place. */
static cp_status look(cp_run *run, const place *at, cp_traced *traced, cp_err *err)
{
    bool from_stdin = is_stdin(run->options);
    cp_str name = from_stdin ? at->path : name_in_run(run, at->path);
    if (!name.len)
        return cp_fail(err, CP_ERR_USAGE,
                       "%.*s is not among the files of the paths that were given: it "
                       "lies elsewhere, or is excluded or ignored",
                       CP_STR_ARGS(at->path));
    const cp_module *module = module_of(run, name);
    if (!module && from_stdin)
        return cp_fail(err, CP_ERR_USAGE,
                       "%.*s is not what standard input is called: --stdin-filename "
                       "names it",
                       CP_STR_ARGS(at->path));
    cp_source source;
    cp_status st = CP_OK;
    if (!module)
        st = cp_source_read(run->arena, name, &source, err);
    if (!st)
        st = check_line(module ? module->source : &source, at, err);
    if (st)
        return st;
    if (module)
        find_values(run, module, traced);
    else
        traced->nothing = CP_STR("nothing in the file mentions routing, so that none of "
                                 "its code was followed");
    return CP_OK;
}

static cp_status trace(cp_run *run, const place *at, int *exit_status, cp_err *err)
{
    cp_traced traced = {.version = CP_VERSION,
                        .path = at->path,
                        .line = at->line,
                        .column = at->column,
                        .model = run->study.model};
    cp_status st = look(run, at, &traced, err);
    if (st)
        return st;
    cp_report report = cp_run_report(run);
    cp_report_style style = cp_run_style(run->options);
    traced.troubles = report.troubles;
    traced.trouble_count = report.trouble_count;
    cp_run_complain(run);
    *exit_status = traced.count ? 0 : 1;
    return cp_run_write(
        run->options, cp_report_trace(run->arena, &traced, run->options->format, &style),
        err);
}

int cp_command_trace(cp_arena *arena, const cp_options *options)
{
    cp_run run = {0};
    cp_err err = {0};
    cp_options asked = *options;
    place at;
    int exit_status = 0;
    cp_status st = read_place(options->paths.items[0], &at, &err);
    asked.paths.items++;
    asked.paths.count--;
    asked.paths.room--; /* it still ends where it did */
    if (!st && !is_stdin(&asked))
        st = check_file(arena, at.path, &err);
    if (!st && !asked.paths.count)
        asked.paths = (cp_list){&at.path, 1, 1};
    if (!st)
        st = cp_run_read(&run, arena, &asked, &err);
    if (!st)
        st = cp_run_study(&run, &err);
    if (!st)
        st = trace(&run, &at, &exit_status, &err);
    cp_run_dispose(&run);
    return st ? cp_command_failed(&err) : exit_status;
}
