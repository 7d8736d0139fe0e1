#include "contracts/mine_engine.h"

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

/* The functions that `cuda_wrappers=[("name", "Kernel<T>::run")]` exports. */
static const mine_value *wrapped(mine_run *run, const mine_value *wrappers,
                                 mine_scope *at)
{
    mine_value *bag = cp_new(run->arena, mine_value, 1);
    bag->kind = VALUE_OBJECT;
    bag->object = cp_new(run->arena, mine_object, 1);
    mine_scope *native = cp_new(run->arena, mine_scope, 1);
    native->is_native = true;
    native->module = at->module;
    for (uint32_t i = 0; i < wrappers->count; i++) {
        const mine_value *pair = wrappers->items[i];
        if (pair->kind != VALUE_LIST || pair->count != 2 ||
            pair->items[0]->kind != VALUE_TEXT || pair->items[1]->kind != VALUE_TEXT)
            continue;
        cp_str text = cp_str_copy(run->arena, pair->items[1]->text);
        for (size_t k = 0; k < text.len; k++) /* what is unknown becomes a name */
            if (text.ptr[k] == MINE_HOLE)
                ((char *)text.ptr)[k] = '_';
        cp_expr *target = cp_native_expr_of_text(run->arena, text);
        mine_set_field(run, bag->object, pair->items[0]->text,
                       mine_native_target(run, native, target, SIZE_MAX));
    }
    return bag->object->count ? bag : NULL;
}

const mine_value *mine_compiled(mine_run *run, mine_scope *scope, const mine_args *args)
{
    cp_buf files = {.arena = run->arena};
    for (size_t i = 0; i < args->count; i++) {
        const mine_value *value = args->items[i].value;
        if (value->kind == VALUE_LIST || value->kind == VALUE_SELECT ||
            value->kind == VALUE_NATIVE)
            cp_buf_add(&files, mine_files(run, value));
    }
    if (files.len && run->program->input->files)
        cp_mine_files_named(run->program->input->files, cp_buf_str(&files),
                            mine_program_add, run->program);
    for (size_t i = 0; i < args->count; i++) {
        const mine_value *value = args->items[i].value;
        bool wrappers = cp_str_ends(args->items[i].name, CP_STR("wrappers")) &&
                        value->kind == VALUE_LIST;
        const mine_value *bag = wrappers ? wrapped(run, value, scope) : NULL;
        if (bag)
            return bag;
    }
    return files.len ? mine_text(run, VALUE_NATIVE, cp_buf_str(&files)) : NULL;
}
