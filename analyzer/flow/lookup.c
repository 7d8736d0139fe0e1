#include "flow/build.h"

cp_func_flow *cp_func_flow_of(cp_flow *flow, cp_func *func)
{
    cp_func_flow *known = cp_map_get(&flow->funcs, cp_key_of((const void *const *)&func));
    if (known)
        return known;
    cp_func_read(func);
    known = cp_new(flow->arena, cp_func_flow, 1);
    known->func = func;
    known->names = (cp_map){.arena = flow->arena};
    known->result = cp_node_join(flow, CP_JOIN_RETURN, func->qualname);
    known->result->module = func->module;
    known->result->func = func;
    known->params = cp_new(flow->arena, cp_node *, func->param_count + 1);
    for (uint32_t i = 0; i < func->param_count; i++) {
        cp_node *param = cp_node_join(flow, CP_JOIN_PARAM, func->params[i].name);
        param->module = func->module;
        param->func = func;
        param->index = (int)i;
        known->params[i] = param;
    }
    cp_map_put(&flow->funcs, cp_key_of((const void *const *)&known->func), known);
    return known;
}

cp_module_flow *cp_module_flow_of(cp_flow *flow, cp_module *module)
{
    cp_module_flow *known = cp_table_get(&flow->modules, module);
    if (known)
        return known;
    known = cp_new(flow->arena, cp_module_flow, 1);
    known->module = module;
    known->globals = (cp_map){.arena = flow->arena};
    cp_table_put(&flow->modules, module, known);
    return known;
}

cp_node *cp_global_of(cp_flow *flow, cp_module *module, cp_str name)
{
    void **slot = cp_map_slot(&cp_module_flow_of(flow, module)->globals, name);
    if (!*slot) {
        cp_node *node = cp_node_join(flow, CP_JOIN_GLOBAL, name);
        node->module = module;
        *slot = node;
    }
    return *slot;
}

cp_node *cp_wide_field(cp_flow *flow, cp_str name)
{
    void **slot = cp_map_slot(&flow->wide, name);
    if (!*slot) {
        *slot = cp_node_join(flow, CP_JOIN_FIELD, name);
        cp_node_add_input(flow, *slot, cp_stray_field(flow, name), NULL);
    }
    return *slot;
}

bool cp_flow_has_field(const cp_flow *flow, cp_str name)
{
    return cp_map_get(&flow->wide, name);
}

cp_node *cp_stray_field(cp_flow *flow, cp_str name)
{
    void **slot = cp_map_slot(&flow->stray, name);
    if (!*slot) {
        cp_node *node = cp_node_join(flow, CP_JOIN_FIELD, name);
        /* No such assignment is no reason for doubt: it starts as nothing at all. */
        node->late = true;
        *slot = node;
    }
    return *slot;
}

cp_node *cp_namesakes(cp_flow *flow, cp_str name)
{
    void **slot = cp_map_slot(&flow->namesakes, name);
    if (!*slot) {
        cp_node *node = cp_node_join(flow, CP_JOIN_NAMESAKES, name);
        node->late = true;
        *slot = node;
    }
    return *slot;
}

/* By its path: a folder called as tests are, or a file name that begins with "test_". */
static bool is_test(const cp_flow *flow, cp_str path)
{
    cp_str rest = path, name = path;
    while (rest.len) {
        name = cp_str_next(&rest, '/');
        if (rest.len && cp_map_get(&flow->rules->test_folders, name))
            return true;
    }
    return cp_str_starts(name, CP_STR("test_")) || cp_str_is(name, "conftest.py");
}

cp_node *cp_field_of(cp_flow *flow, cp_class *class, cp_str name)
{
    void **slot = cp_map_slot(&cp_class_flow_of(flow, class)->fields, name);
    if (!*slot) {
        cp_node *node = cp_node_join(flow, CP_JOIN_FIELD, name);
        node->module = class->module;
        node->class = class;
        *slot = node;
        if (is_test(flow, class->module->source->path))
            return node;
        cp_node_add_input(flow, cp_wide_field(flow, name), node, NULL);
        if (cp_map_get(&flow->rules->weights, name))
            cp_node_add_input(flow, cp_namesakes(flow, name), node, NULL);
    }
    return *slot;
}

cp_func *cp_class_method(cp_flow *flow, cp_class *class, cp_str name)
{
    cp_class_flow *known = cp_class_flow_of(flow, class);
    for (uint32_t i = 0; i < known->mro_count; i++) {
        cp_func *method = cp_map_get(&known->mro[i]->methods, name);
        if (method)
            return method;
    }
    return NULL;
}

bool cp_in_tests(const cp_flow *flow, const cp_module *module)
{
    return is_test(flow, module->source->path);
}

bool cp_only_tests(const cp_flow *flow, const cp_node *site, const cp_module *to)
{
    return site->module && to && is_test(flow, site->module->source->path) &&
           !is_test(flow, to->source->path);
}

bool cp_models_are_cast(const cp_flow *flow, const cp_module *module)
{
    for (uint32_t i = 0; i < module->import_count; i++)
        for (uint32_t k = 0; k < module->imports[i]->import_count; k++)
            if (cp_map_get(&flow->rules->whole_models,
                           module->imports[i]->imports[k].name))
                return true;
    return false;
}

static void add_import_value(cp_flow *flow, cp_node *node, const cp_ref *like)
{
    cp_value value = {0};
    cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, like));
    cp_node_grow(flow, node, &value);
}

static bool under_root(cp_str dotted, cp_str root)
{
    return cp_str_starts(dotted, root) &&
           (dotted.len == root.len || dotted.ptr[root.len] == '.');
}

/* Whether what is imported by this name is likely to route: then it is worth reading. */
static bool sounds_like_routing(const cp_flow *flow, cp_str name)
{
    for (size_t i = 0; i < flow->rules->hint_count; i++)
        if (cp_str_has(name, flow->rules->hints[i]))
            return true;
    return false;
}

/*
 * `from m import name`: a name of the module, or a module below it. Only a module
 * that was found to matter is looked into; the names of all others are foreign.
 */
static void import_name(cp_flow *flow, cp_node *node, cp_module *module, cp_str target,
                        cp_str name)
{
    cp_str below =
        cp_str_printf(flow->arena, "%.*s.%.*s", CP_STR_ARGS(target), CP_STR_ARGS(name));
    cp_module *from = sounds_like_routing(flow, name)
                          ? cp_project_import(flow->project, module, target)
                          : cp_project_loaded(flow->project, module, target);
    if (from && from != module) {
        cp_build_module(flow, from);
        if (cp_map_get(&cp_module_flow_of(flow, from)->globals, name)) {
            cp_node_add_input(flow, node, cp_global_of(flow, from, name), NULL);
            return;
        }
    }
    cp_module *submodule = cp_project_loaded(flow->project, module, below);
    if (submodule)
        add_import_value(flow, node,
                         &(cp_ref){.kind = CP_REF_MODULE, .module = submodule});
    else if (from && from != module) /* bound later, or by a star import */
        cp_node_add_input(flow, node, cp_global_of(flow, from, name), NULL);
    else
        add_import_value(flow, node, &(cp_ref){.kind = CP_REF_EXTERNAL, .dotted = below});
}

cp_node *cp_import_node(cp_flow *flow, cp_module *module, const cp_import *import)
{
    cp_node *node = cp_node_join(flow, CP_JOIN_LOCAL, import->local);
    node->module = module;
    cp_str target = cp_import_target(flow->arena, module, import);
    if (import->name.len) {
        import_name(flow, node, module, target, import->name);
        return node;
    }
    /* `import a.b` binds a, `import a.b as c` binds a.b */
    bool whole = !under_root(target, import->local) || import->local.len == target.len;
    cp_str dotted = whole ? target : import->local;
    cp_module *found = cp_project_loaded(flow->project, module, dotted);
    if (found)
        add_import_value(flow, node, &(cp_ref){.kind = CP_REF_MODULE, .module = found});
    else
        add_import_value(flow, node,
                         &(cp_ref){.kind = CP_REF_EXTERNAL, .dotted = dotted});
    return node;
}
