#include "contracts/mine_native.h"

#include "contracts/mine_files.h"

static bool is_source(cp_str name)
{
    static const char *const ends[] = {".cu", ".cuh", ".cpp", ".cc", ".cxx", NULL};
    for (size_t i = 0; ends[i]; i++)
        if (cp_str_ends(name, cp_str_of(ends[i])))
            return true;
    return false;
}

cp_str mine_files(mine_run *run, const mine_value *value)
{
    cp_buf files = {.arena = run->arena};
    switch (value->kind) {
    case VALUE_TEXT:
        if (is_source(value->text))
            cp_buf_printf(&files, "%.*s ", CP_STR_ARGS(value->text));
        break;
    case VALUE_NATIVE:
        cp_buf_add(&files, value->text);
        break;
    case VALUE_LIST:
        for (uint32_t i = 0; i < value->count && i < 200; i++)
            cp_buf_add(&files, mine_files(run, value->items[i]));
        break;
    case VALUE_SELECT:
        for (uint32_t i = 0; i < value->count; i++)
            cp_buf_add(&files, mine_files(run, value->options[i].value));
        break;
    default:
        break;
    }
    return cp_buf_str(&files);
}

/*
 * The text of an instantiation as code: a dtype that stands in it becomes a name that
 * `native` has, what is unknown a name that nothing has.
 */
static cp_str as_code(mine_run *run, cp_str text, mine_scope *native)
{
    cp_buf code = {.arena = run->arena};
    for (size_t i = 0; i < text.len; i++) {
        size_t hole = 0, end = i + 1;
        if (text.ptr[i] != MINE_HOLE) {
            cp_buf_add(&code, cp_str_cut(text, i, i + 1));
            continue;
        }
        while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
            hole = hole * 10 + (size_t)(text.ptr[end++] - '0');
        if (end == i + 1 || end == text.len || text.ptr[end] != MINE_HOLE_END ||
            hole >= run->hole_count) {
            cp_buf_puts(&code, "_");
            continue;
        }
        cp_str name = cp_str_printf(run->arena, "_dtype_%zu", hole);
        mine_set_var(run, native, name, run->holes[hole]);
        cp_buf_add(&code, name);
        i = end;
    }
    return cp_str_copy(run->arena, cp_buf_str(&code));
}

/* A function that is exported; that it is the one meant is sure in a file of the module.
 */
static const mine_value *wrapped_one(mine_run *run, mine_scope *native, cp_expr *target,
                                     cp_str name, cp_str files)
{
    const mine_value *found = mine_native_target(run, native, target, SIZE_MAX);
    if (found->kind != VALUE_FUNC || !mine_is_among(files, found->func->module))
        return found;
    mine_value *value = cp_new(run->arena, mine_value, 1);
    mine_export *export = cp_new(run->arena, mine_export, 1);
    *export = (mine_export){.name = name,
                            .target = target,
                            .module = found->func->module,
                            .form = EXPORT_TYPED};
    *value = *found;
    value->exported = export;
    return value;
}

static const mine_value *wrapped_target(mine_run *run, const mine_value *text,
                                        mine_scope *native, cp_str name, cp_str files)
{
    if (text->kind == VALUE_SELECT) {
        mine_option *options = cp_new(run->arena, mine_option, text->count);
        for (uint32_t i = 0; i < text->count; i++)
            options[i] = (mine_option){
                text->options[i].cond,
                wrapped_target(run, text->options[i].value, native, name, files)};
        return mine_select(run, options, text->count);
    }
    if (text->kind != VALUE_TEXT)
        return &mine_unknown;
    cp_expr *target =
        cp_native_expr_of_text(run->arena, as_code(run, text->text, native));
    return wrapped_one(run, native, target, name, files);
}

/* The functions that `cuda_wrappers=[("name", "Kernel<T>::run")]` exports. */
static const mine_value *wrapped(mine_run *run, const mine_value *wrappers,
                                 mine_scope *at, cp_str files)
{
    mine_value *bag = cp_new(run->arena, mine_value, 1);
    bag->kind = VALUE_OBJECT;
    bag->object = cp_new(run->arena, mine_object, 1);
    mine_scope *native = cp_new(run->arena, mine_scope, 1);
    native->is_native = true;
    native->module = at->module;
    for (uint32_t i = 0; i < wrappers->count; i++) {
        const mine_value *pair = wrappers->items[i];
        if (pair->kind == VALUE_LIST && pair->count == 2 &&
            pair->items[0]->kind == VALUE_TEXT)
            mine_set_field(
                run, bag->object, pair->items[0]->text,
                wrapped_target(run, pair->items[1], native, pair->items[0]->text, files));
    }
    return bag->object->count ? bag : NULL;
}

const mine_value *mine_compiled(mine_run *run, mine_scope *scope, const mine_args *args)
{
    cp_buf files = {.arena = run->arena};
    const mine_value *wrappers = NULL;
    for (size_t i = 0; i < args->count; i++) {
        const mine_value *value = args->items[i].value;
        bool list = value->kind == VALUE_LIST;
        if (list && cp_str_ends(args->items[i].name, CP_STR("wrappers")))
            wrappers = value;
        if (list || value->kind == VALUE_SELECT || value->kind == VALUE_NATIVE)
            cp_buf_add(&files, mine_files(run, value));
    }
    if (files.len && run->program->input->files)
        cp_mine_files_named(run->program->input->files, cp_buf_str(&files),
                            mine_program_add, run->program);
    const mine_value *bag =
        wrappers ? wrapped(run, wrappers, scope, cp_buf_str(&files)) : NULL;
    if (bag)
        return bag;
    return files.len ? mine_text(run, VALUE_NATIVE, cp_buf_str(&files)) : NULL;
}
