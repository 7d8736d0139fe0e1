#include "contracts/mine_solve.h"

#include <stdlib.h>

#define PARTS_MAX 24
#define SAME_DTYPE "the same dtype"

/* What a condition says, all parts that must hold together; "" where it cannot be said.
 */
static cp_str told(cp_arena *arena, const mine_cond *cond)
{
    const mine_cond *parts[PARTS_MAX], *open[PARTS_MAX] = {cond};
    uint32_t count = 0, left = 1;
    while (left) {
        const mine_cond *one = open[--left];
        if (one->kind == COND_AND && left + 2 <= PARTS_MAX) {
            open[left++] = one->b;
            open[left++] = one->a;
        } else if (count < PARTS_MAX) {
            parts[count++] = one;
        }
    }
    cp_str text =
        cond->kind == COND_TRUE ? (cp_str){"", 0} : mine_when(arena, parts, count);
    return cp_str_has(text, CP_STR("`?`")) ? (cp_str){"", 0} : text;
}

static cp_str bare(cp_str param)
{
    return param.len && param.ptr[0] == MINE_IS_DTYPE ? cp_str_cut(param, 1, param.len)
                                                      : param;
}

static void add_output(mine_run *run, cp_str param, cp_str name, cp_str how)
{
    param = bare(param);
    name = bare(name);
    for (size_t i = 0; i < run->output_count; i++)
        if (cp_str_eq(run->outputs[i].param, param) &&
            cp_str_eq(run->outputs[i].name, name)) {
            if (!cp_str_eq(run->outputs[i].how, how) &&
                cp_str_starts(how, CP_STR(SAME_DTYPE)))
                run->outputs[i].how = CP_STR(SAME_DTYPE); /* one way or the other */
            return;
        }
    mine_output output = {param, name, how};
    cp_push(run->arena, run->outputs, run->output_count, run->output_room, output);
}

/* The parameters whose dtypes the condition asks for. */
static void asked(const mine_cond *cond, cp_str *params, uint32_t *count)
{
    if (cond->kind == COND_DTYPE) {
        bool known = *count == PARTS_MAX;
        for (uint32_t i = 0; i < *count && !known; i++)
            known = cp_str_eq(params[i], cond->param);
        if (!known)
            params[(*count)++] = cond->param;
    }
    if (cond->a)
        asked(cond->a, params, count);
    if (cond->b)
        asked(cond->b, params, count);
}

static cp_str dtype_text(cp_arena *arena, const mine_value *dtype)
{
    if (dtype->kind == VALUE_DTYPE && dtype->set != MINE_OTHER)
        return cp_dtypes_text(arena, dtype->set);
    if (dtype->kind == VALUE_DTYPE_OF)
        return dtype->text.ptr[0] == MINE_IS_DTYPE
                   ? bare(dtype->text)
                   : cp_str_printf(arena, "that of %.*s", CP_STR_ARGS(dtype->text));
    return (cp_str){"", 0};
}

/* A dtype by cases: told if each case is, for each parameter that they ask for. */
static void note_cases(mine_run *run, const mine_value *dtype, cp_str name)
{
    cp_buf how = {.arena = run->arena};
    cp_str params[PARTS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < dtype->count; i++) {
        const mine_option *option = &dtype->options[i];
        cp_str what = dtype_text(run->arena, option->value);
        cp_str when = told(run->arena, option->cond);
        if (!what.len || (!when.len && option->cond->kind != COND_TRUE))
            return;
        asked(option->cond, params, &count);
        if (option->value->kind == VALUE_DTYPE_OF && count < PARTS_MAX)
            params[count++] = option->value->text;
        cp_buf_printf(&how, "%s%.*s%s%.*s", i ? ", " : "", CP_STR_ARGS(what),
                      when.len ? " if " : "", CP_STR_ARGS(when));
    }
    for (uint32_t i = 0; i < count; i++)
        add_output(run, params[i], name, cp_buf_str(&how));
}

static void note(mine_run *run, const mine_value *value, const mine_cond *when,
                 unsigned depth)
{
    if (depth > 4)
        return;
    if (value->kind == VALUE_LIST)
        for (uint32_t i = 0; i < value->count; i++)
            note(run, value->items[i], when, depth + 1);
    if (value->kind == VALUE_SELECT)
        for (uint32_t i = 0; i < value->count; i++)
            note(run, value->options[i].value,
                 mine_and(run->arena, when, value->options[i].cond), depth + 1);
    if (value->kind != VALUE_TENSOR || !value->of)
        return;
    const mine_value *dtype = mine_dtype_of(run, value);
    cp_str name = value->text.len ? value->text : CP_STR("return");
    if (dtype->kind == VALUE_SELECT)
        note_cases(run, dtype, name);
    if (dtype->kind != VALUE_DTYPE_OF)
        return;
    cp_str condition = told(run->arena, when);
    add_output(run, dtype->text, name,
               condition.len ? cp_str_printf(run->arena, SAME_DTYPE ", if %.*s",
                                             CP_STR_ARGS(condition))
                             : CP_STR(SAME_DTYPE));
}

void mine_note_outputs(mine_run *run, const mine_value *returned)
{
    note(run, returned, &mine_true, 0);
}

void mine_note_same(mine_run *run, const open_fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (facts[i].same_as.len)
            add_output(run, facts[i].same_as, facts[i].parameter,
                       CP_STR("must have this dtype"));
}

const mine_value *mine_named_tensor(mine_run *run, const mine_value *value, cp_str name)
{
    if (value->kind != VALUE_TENSOR || value->text.len || !value->of || !name.len)
        return value;
    mine_value *named = cp_new(run->arena, mine_value, 1);
    *named = *value;
    named->text = name;
    return named;
}

static int by_name(const void *a, const void *b)
{
    const mine_output *x = a, *y = b;
    return cp_str_cmp(x->name, y->name);
}

void mine_keep_outputs(cp_arena *arena, mine_run *run, cp_mined *fact)
{
    cp_str param = fact->parameter;
    size_t room = 0, count = 0;
    if (run->output_count)
        qsort(run->outputs, run->output_count, sizeof *run->outputs, by_name);
    for (size_t i = 0; i < run->output_count; i++) {
        const mine_output *one = &run->outputs[i];
        if (!cp_str_eq(one->param, param))
            continue;
        cp_mined_output output = {cp_str_copy(arena, one->name),
                                  cp_str_copy(arena, one->how)};
        cp_push(arena, fact->outputs, count, room, output);
    }
    fact->output_count = (uint32_t)count;
}
