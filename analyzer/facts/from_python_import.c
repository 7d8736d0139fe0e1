#include "facts/from_python.h"

static cp_import import_of(const cp_lower *lower, uint32_t node)
{
    cp_import import = {.span = cp_lower_span(lower, node)};
    bool aliased = cp_lower_kind(lower, node) == CP_PYTHON_ALIASED_IMPORT;
    uint32_t name = aliased ? cp_lower_part(lower, node, 0) : node;
    uint32_t alias = aliased ? cp_lower_part(lower, node, 1) : 0;
    import.name = name ? cp_lower_dotted(lower, name) : CP_STR("");
    import.local = alias ? cp_lower_text(lower, alias) : import.name;
    return import;
}

/* Where the names of `from … import` come from. */
static cp_import origin_of(const cp_lower *lower, uint32_t node)
{
    cp_import origin = {0};
    if (cp_lower_kind(lower, node) != CP_PYTHON_RELATIVE_IMPORT) {
        origin.module = cp_lower_dotted(lower, node);
        return origin;
    }
    uint32_t prefix = cp_lower_find(lower, node, CP_PYTHON_IMPORT_PREFIX);
    uint32_t name = cp_lower_find(lower, node, CP_PYTHON_DOTTED_NAME);
    cp_str dots = prefix ? cp_lower_text(lower, prefix) : CP_STR("");
    for (size_t i = 0; i < dots.len; i++)
        origin.level += dots.ptr[i] == '.';
    origin.module = name ? cp_lower_dotted(lower, name) : CP_STR("");
    return origin;
}

static void import_names(cp_lower *lower, uint32_t node, uint32_t from, cp_import origin,
                         cp_stmt *stmt)
{
    size_t room = cp_lower_count(lower, node);
    stmt->imports = cp_new(lower->arena, cp_import, room);
    for (uint32_t i = cp_python_part_from(lower->nodes, node, from); i;
         i = cp_python_part_from(lower->nodes, node, lower->nodes[i].next)) {
        cp_import import = import_of(lower, i);
        import.module = origin.module;
        import.level = origin.level;
        cp_push(lower->arena, stmt->imports, stmt->import_count, room, import);
    }
}

static void import_modules(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    size_t room = cp_lower_count(lower, node);
    stmt->imports = cp_new(lower->arena, cp_import, room);
    cp_each_part(lower, node, part)
    {
        cp_import import = import_of(lower, part);
        import.module = import.name;
        if (cp_lower_kind(lower, part) != CP_PYTHON_ALIASED_IMPORT)
            import.local = cp_str_next(&import.name, '.');
        import.name = CP_STR("");
        cp_push(lower->arena, stmt->imports, stmt->import_count, room, import);
    }
}

void cp_lower_import(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    cp_python_kind kind = cp_lower_kind(lower, node);
    uint32_t module = cp_lower_part(lower, node, 0);
    if (kind == CP_PYTHON_IMPORT_STATEMENT)
        import_modules(lower, node, stmt);
    else if (kind == CP_PYTHON_FUTURE_IMPORT_STATEMENT)
        import_names(lower, node, node + 1, (cp_import){.module = CP_STR("__future__")},
                     stmt);
    else if (module)
        import_names(lower, node, lower->nodes[module].next, origin_of(lower, module),
                     stmt);
}
