#include "contracts/mine_native.h"
#include "contracts/mine_python.h"

/* torch.empty(…), torch.zeros_like(x, …), … */
const mine_value *mine_torch_call(mine_run *run, cp_str name, const mine_args *args)
{
    static const char *const makers[] = {"empty",         "zeros", "ones",  "full",
                                         "tensor",        "rand",  "randn", "arange",
                                         "empty_strided", NULL};
    static const char *const likes[] = {"empty_like", "zeros_like", "ones_like",
                                        "full_like",  "rand_like",  NULL};
    const mine_value *dtype = mine_dtype_argument(args);
    if (cp_str_is_one(name, makers))
        return mine_new_tensor(run, dtype);
    if (cp_str_is_one(name, likes))
        return mine_new_tensor(run, dtype ? dtype
                                    : args->count
                                        ? mine_dtype_of(run, args->items[0].value)
                                        : NULL);
    return NULL;
}

static void note_operator(mine_program *program, cp_str dotted)
{
    pthread_mutex_lock(&program->lock);
    if (!cp_map_get(&program->operators, dotted))
        cp_map_put(&program->operators, cp_str_copy(program->arena, dotted), program);
    pthread_mutex_unlock(&program->lock);
}

/* torch.ops.namespace.name, with or without .default */
const mine_value *mine_torch_operator(mine_run *run, cp_str dotted, size_t arg_count)
{
    if (!cp_str_starts(dotted, CP_STR("torch.ops.")))
        return NULL;
    if (cp_str_ends(dotted, CP_STR(".default")))
        dotted.len -= 8;
    cp_str rest = dotted, space = {0}, name = {0};
    while (rest.len) {
        space = name;
        name = cp_str_next(&rest, '.');
    }
    const mine_value *native = mine_native_export(run, (cp_str){0}, name, arg_count);
    if (!native)
        return mine_registered_operator(run, name);
    if (arg_count != SIZE_MAX) /* by its name alone: it cannot be called so */
        note_operator(run->program, dotted);
    if (!native->exported)
        return native;
    mine_value *value = cp_new(run->arena, mine_value, 1);
    *value = *native;
    value->text = space;
    return value;
}
