#include "cli/run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/mined.h"
#include "findings/debt.h"
#include "findings/drift.h"
#include "findings/fingerprint.h"
#include "findings/suppress.h"
#include "read/path.h"

static void remark(cp_run *run, cp_str path, const char *message)
{
    cp_trouble trouble = {cp_str_copy(run->arena, path),
                          cp_str_copy(run->arena, cp_str_of(message))};
    cp_push(run->arena, run->troubles, run->trouble_count, run->trouble_room, trouble);
}

void cp_run_trouble(cp_run *run, cp_str path, const char *message)
{
    remark(run, path, message);
    run->failures++;
}

/* A file that is not valid Python is read as far as it goes: that is worth a word. */
static void remark_broken(cp_run *run)
{
    size_t count;
    cp_module *const *modules = cp_project_modules(run->project, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_module *module = modules[i];
        if (!module->error_count || !cp_run_reports(run, module->source->path))
            continue;
        uint32_t line = cp_source_line(module->source, module->errors[0].start);
        remark(run, module->source->path,
               cp_str_printf(
                   run->arena,
                   "line %u is not valid Python: the code around it is left out", line)
                   .ptr);
    }
}

static void file_trouble(void *data, cp_str path, const cp_err *err)
{
    cp_run_trouble(data, path, err->msg);
}

/* The contracts of installed packages, in the place of those known of these releases. */
static cp_status add_packages(cp_run *run, cp_contracts *set, cp_err *err)
{
    const cp_list *names = &run->options->packages;
    cp_status st = CP_OK;
    for (size_t i = 0; !st && i < names->count; i++) {
        cp_mined_library mined;
        cp_progress_say(run->options->progress, "mining %.*s",
                        CP_STR_ARGS(names->items[i]));
        st = cp_mined_installed(&mined, run->arena, run->options, names->items[i], err);
        if (st)
            break;
        cp_progress_hush(run->options->progress);
        cp_mined_complain(&mined, true);
        st = cp_contracts_replace(set, mined.package, mined.version, err);
        if (!st)
            st = cp_contracts_add(set, mined.package, mined.toml, err);
        if (!st)
            st = cp_pins_installed(run->study.pins, mined.package, mined.version, err);
    }
    return st;
}

static cp_status add_contracts(cp_run *run, cp_contracts *set, cp_err *err)
{
    for (size_t i = 0; i < run->options->contracts.count; i++) {
        cp_source source;
        cp_str path = run->options->contracts.items[i];
        cp_status st = cp_source_read(run->arena, path, &source, err);
        if (!st)
            st = cp_contracts_add(set, path, source.text, err);
        if (st)
            return st;
    }
    return CP_OK;
}

static cp_status add_pins(cp_run *run, cp_err *err)
{
    run->study.pins = cp_pins_new(run->arena, file_trouble, run);
    for (size_t i = 0; i < run->options->assume.count; i++) {
        cp_status st =
            cp_pins_assume(run->study.pins, run->options->assume.items[i], err);
        if (st)
            return st;
    }
    return CP_OK;
}

cp_str cp_run_stdin_name(const cp_options *options)
{
    return options->stdin_filename.len ? options->stdin_filename : CP_STR("stdin.py");
}

static cp_status read_stdin(cp_run *run, cp_err *err)
{
    cp_buf text = {.arena = run->arena};
    char piece[65536];
    for (;;) {
        ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cp_fail(err, CP_ERR_IO, "standard input: %s", strerror(errno));
        if (got == 0)
            break;
        cp_buf_add(&text, (cp_str){piece, (size_t)got});
    }
    run->project = cp_project_of_text(cp_run_stdin_name(run->options), cp_buf_str(&text));
    return CP_OK;
}

static void own_remark(void *data, cp_str path, const char *message)
{
    remark(data, path, message);
}

void cp_run_own(cp_run *run, const cp_flow_rules *rules)
{
    const cp_options *options = run->options;
    static const cp_str here = {".", 1};
    cp_own_options own = {
        .paths = options->paths.count ? options->paths.items : &here,
        .path_count = options->paths.count ? options->paths.count : 1,
        .natives = run->natives,
        .native_count = run->native_count,
        .excludes = options->exclude.items,
        .exclude_count = options->exclude.count,
        .guess = {rules->needles, rules->needle_count, rules->hints, rules->hint_count},
        .use_cache = !options->no_cache,
        .threads = cp_run_threads(options),
        .trouble = own_remark,
        .data = run};
    run->study.own = cp_own_new(run->arena, &own);
}

/*
 * Whether rules about the tree's own kernels are to be run: where a check asks for one by
 * its code, or the tree is mostly CUDA and C++. Reading all of that takes seconds.
 */
static bool wants_kernels(const cp_run *run)
{
    const cp_options *options = run->options;
    cp_str code = CP_STR("CP401");
    if (!run->study.own || options->command != CP_COMMAND_CHECK ||
        cp_run_lists(&options->ignore, code))
        return false;
    return options->select.count ? cp_run_lists(&options->select, code)
                                 : run->native_count * 2 > run->file_count;
}

cp_status cp_run_read(cp_run *run, cp_arena *arena, const cp_options *options,
                      cp_err *err)
{
    *run = (cp_run){.arena = arena, .options = options};
    run->findings.arena = run->reported.arena = arena;
    run->rules = cp_rules_bundled(arena);
    cp_run_set_severities(run);
    cp_contracts *set = cp_contracts_bundled(arena);
    cp_status st = add_pins(run, err);
    if (!st)
        st = add_packages(run, set, err);
    if (!st)
        st = add_contracts(run, set, err);
    if (st)
        return st;
    const cp_flow_rules *rules = cp_flow_rules_bundled(arena);
    bool from_stdin =
        options->paths.count == 1 && cp_str_is(options->paths.items[0], "-");
    if (!from_stdin)
        cp_progress_say(options->progress, "reading the tree");
    st = from_stdin ? read_stdin(run, err) : cp_run_read_tree(run, rules, err);
    if (st)
        return st;
    if (run->study.own)
        cp_own_use(run->study.own, run->project);
    if (wants_kernels(run))
        cp_own_look_for_misreads(run->study.own);
    run->study.arena = arena;
    run->study.flow = cp_flow_new(run->project, rules);
    remark_broken(run); /* the flow reads what was left so far */
    run->study.contracts = set;
    run->study.model = options->model_dtypes ? options->model_dtypes : CP_DTYPES(CP_BF16);
    run->study.findings = &run->findings;
    return CP_OK;
}

void cp_run_keep_debt(const cp_run *run, cp_debt *debt)
{
    size_t kept = 0;
    for (size_t i = 0; i < debt->item_count; i++)
        if (cp_run_reports(run, debt->items[i].path))
            debt->items[kept++] = debt->items[i];
    debt->item_count = kept;
}

cp_status cp_run_study(cp_run *run, cp_err *err)
{
    cp_status st = cp_run_check_codes(run, err);
    if (st)
        return st;
    cp_progress_say(run->options->progress, "looking at casts, calls and comments");
    cp_study_run(&run->study);
    cp_check_debt(&run->study);
    cp_check_drift(&run->study);
    cp_check_enums(&run->study);
    cp_fingerprint(&run->findings); /* while all are there */
    cp_suppress(&run->findings, run->project);
    cp_fingerprint(&run->findings); /* of comments that silence nothing */
    cp_run_select(run);
    st = cp_run_narrow(run, err);
    if (st)
        return st;
    return cp_plan_fixes(run->arena, &run->findings, &run->plan, err);
}

void cp_run_dispose(cp_run *run)
{
    if (run->options)
        cp_progress_hush(run->options->progress);
    cp_own_dispose(run->study.own);
    run->study.own = NULL;
    if (run->project)
        cp_project_dispose(run->project);
    run->project = NULL;
}

static int by_path(const void *a, const void *b)
{
    const cp_trouble *left = a, *right = b;
    int order = cp_str_cmp(left->path, right->path);
    return order ? order : cp_str_cmp(left->message, right->message);
}

/* Of the files that findings are shown of, those that could be read. */
static size_t files_checked(const cp_run *run)
{
    size_t count = run->reported.count;
    if (!run->some)
        return cp_project_file_count(run->project);
    if (!run->named)
        return count;
    for (size_t i = 0; i < run->trouble_count; i++)
        if (count && cp_map_get(&run->reported, run->troubles[i].path))
            count--;
    return count;
}

static int by_module_path(const void *a, const void *b)
{
    const cp_unjudged *left = a, *right = b;
    int order = cp_str_cmp(left->module->source->path, right->module->source->path);
    if (!order)
        order = (left->span.start > right->span.start) -
                (left->span.start < right->span.start);
    if (!order)
        order = (left->span.end > right->span.end) - (left->span.end < right->span.end);
    return order ? order : strcmp(left->why, right->why);
}

/* Of the files that findings are shown of, by their paths and places. */
static cp_unjudged *unjudged_shown(const cp_run *run, size_t *count)
{
    const cp_study *study = &run->study;
    cp_unjudged *shown = cp_new(run->arena, cp_unjudged, study->unjudged_count + 1);
    *count = 0;
    for (size_t i = 0; i < study->unjudged_count; i++)
        if (cp_run_reports(run, study->unjudged[i].module->source->path))
            shown[(*count)++] = study->unjudged[i];
    if (*count)
        qsort(shown, *count, sizeof *shown, by_module_path);
    return shown;
}

/* Other programs name files from the root of the repository on. */
static cp_str root_of_names(cp_arena *arena)
{
    cp_str here = cp_path_whole(arena, CP_STR(".")), last = {"", 0};
    for (cp_str at = here; !cp_str_eq(at, last); last = at, at = cp_path_parent(at))
        if (cp_path_has(arena, at, ".git"))
            return at;
    return here;
}

static bool is_file(cp_str path)
{
    char name[PATH_MAX];
    struct stat info;
    if (path.len >= sizeof name)
        return false;
    *cp_str_put(name, path) = '\0';
    return stat(name, &info) == 0 && S_ISREG(info.st_mode);
}

cp_report cp_run_report(const cp_run *run)
{
    size_t modules, unjudged;
    const cp_unjudged *casts = unjudged_shown(run, &unjudged);
    cp_project_modules(run->project, &modules);
    if (run->trouble_count)
        qsort(run->troubles, run->trouble_count, sizeof *run->troubles, by_path);
    return (cp_report){.version = CP_VERSION,
                       .rules = &run->rules,
                       .findings = &run->findings,
                       .files_checked = (uint32_t)files_checked(run),
                       .files_parsed = (uint32_t)modules,
                       .troubles = run->troubles,
                       .trouble_count = run->trouble_count,
                       .unjudged = casts,
                       .unjudged_count = unjudged,
                       .shard = run->options->shard,
                       .shard_count = run->options->shard_count,
                       .in_baseline = run->in_baseline,
                       .with_unjudged = run->options->explain_unknown,
                       .failed = run->failures > 0,
                       .root = root_of_names(run->arena),
                       .has_file = is_file};
}

void cp_run_complain(const cp_run *run)
{
    cp_progress_hush(run->options->progress);
    for (size_t i = 0; i < run->trouble_count; i++) {
        const cp_trouble *trouble = &run->troubles[i];
        if (cp_str_has(trouble->message, trouble->path))
            fprintf(stderr, "castproof: %.*s\n", CP_STR_ARGS(trouble->message));
        else
            fprintf(stderr, "castproof: %.*s: %.*s\n", CP_STR_ARGS(trouble->path),
                    CP_STR_ARGS(trouble->message));
    }
}
