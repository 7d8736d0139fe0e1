#include "facts/from_python.h"

#include <stdlib.h>

/* What is still to be read of a function. */
struct cp_left {
    cp_stmt *stmt;
    cp_python_range range;
};

static bool is_left(const cp_outline_func *func, cp_str text, cp_reader_wants *wants,
                    const void *data)
{
    return !func->holds_class &&
           !wants(data, text, (cp_span){func->first, func->body_end});
}

static void choose(cp_arena *arena, cp_lower *lower, cp_reader_wants *wants,
                   const void *data)
{
    const cp_outline *outline = lower->outline;
    lower->left = cp_new(arena, const cp_outline_func *, outline->func_count);
    for (uint32_t i = 0; i < outline->func_count; i++)
        if (is_left(&outline->funcs[i], lower->module->source->text, wants, data))
            lower->left[lower->left_count++] = &outline->funcs[i];
}

bool cp_left_outline(cp_arena *scratch, cp_lower *lower)
{
    cp_str text = lower->module->source->text;
    cp_outline *outline = cp_new(scratch, cp_outline, 1);
    lower->outline = outline;
    return text.len < UINT32_MAX && cp_outline_of(scratch, text, outline);
}

static int by_start(const void *a, const void *b)
{
    const cp_stmt *x = *(cp_stmt *const *)a, *y = *(cp_stmt *const *)b;
    return (x->span.start > y->span.start) - (x->span.start < y->span.start);
}

/* The import statements of what was left, among those of the module. */
bool cp_left_imports(cp_reader *reader, cp_arena *scratch, cp_lower *lower)
{
    const cp_outline *outline = lower->outline;
    cp_python_range *ranges = cp_new(scratch, cp_python_range, outline->import_count);
    size_t count = 0;
    uint32_t at = 0, nodes;
    for (uint32_t i = 0; i < outline->import_count; i++) {
        const cp_outline_import *import = &outline->imports[i];
        const cp_outline_func *func = &outline->funcs[import->func];
        while (at < lower->left_count && lower->left[at] < func)
            at++;
        if (at < lower->left_count && lower->left[at] == func)
            ranges[count++] = (cp_python_range){import->start, import->end};
    }
    if (!count)
        return true;
    lower->nodes = cp_python_parse_ranges(
        reader->parser, scratch, lower->module->source->text, ranges, count, &nodes);
    cp_module *module = lower->module;
    cp_lower_root(lower);
    qsort(module->imports, module->import_count, sizeof *module->imports, by_start);
    return !lower->nodes[0].broken;
}

const cp_python_node *cp_left_parse(cp_reader *reader, cp_arena *scratch, cp_lower *lower,
                                    cp_reader_wants *wants, const void *data,
                                    uint32_t *count)
{
    cp_str text = lower->module->source->text;
    if (!cp_left_outline(scratch, lower))
        return NULL;
    choose(scratch, lower, wants, data);
    if (!lower->left_count)
        return NULL;
    cp_python_range *ranges = cp_new(scratch, cp_python_range, lower->left_count + 1);
    size_t range_count = 0;
    uint32_t done = 0;
    for (uint32_t i = 0; i <= lower->left_count; i++) {
        const cp_outline_func *func = i < lower->left_count ? lower->left[i] : NULL;
        uint32_t end = func ? func->line : (uint32_t)text.len;
        if (end > done)
            ranges[range_count++] = (cp_python_range){done, end};
        done = func ? func->end : end;
    }
    if (!range_count) /* nothing but functions */
        ranges[range_count++] = (cp_python_range){done, done};
    return cp_python_parse_ranges(reader->parser, scratch, text, ranges, range_count,
                                  count);
}

cp_stmt *cp_left_func(cp_lower *lower, const cp_outline_func *found)
{
    cp_str name = {lower->text + found->name, found->name_end - found->name};
    cp_stmt *stmt = cp_new(lower->arena, cp_stmt, 1);
    stmt->kind = CP_STMT_DEF;
    stmt->span = (cp_span){found->first, found->code_end};
    stmt->func = cp_lower_new_func(lower, (cp_span){found->start, found->body_end}, name);
    stmt->func->decorated = found->first != found->start;
    stmt->func->left = cp_new(lower->arena, struct cp_left, 1);
    *stmt->func->left = (struct cp_left){stmt, {found->first, found->end}};
    return stmt;
}

cp_stmt *cp_left_stmt(cp_lower *lower, uint32_t class, uint32_t before)
{
    if (lower->left_at == lower->left_count)
        return NULL;
    const cp_outline_func *found = lower->left[lower->left_at];
    uint32_t holder = found->class == CP_OUTLINE_MODULE
                          ? CP_OUTLINE_MODULE
                          : lower->outline->classes[found->class].start;
    if (holder != class || found->first >= before)
        return NULL;
    lower->left_at++;
    return cp_left_func(lower, found);
}

uint32_t cp_left_class_end(const cp_lower *lower, uint32_t class, uint32_t end)
{
    for (uint32_t i = 0; lower->outline && i < lower->outline->class_count; i++)
        if (lower->outline->classes[i].start == class &&
            lower->outline->classes[i].body_end > end)
            return lower->outline->classes[i].body_end;
    return end;
}

/* The definition that is all that stands in the text; 0 where it is not. */
static uint32_t only_function(const cp_lower *lower, uint32_t *decorated)
{
    *decorated = 0;
    uint32_t node = cp_lower_part(lower, 0, 0);
    if (lower->nodes[0].broken || !node || cp_lower_part(lower, 0, 1))
        return 0;
    if (cp_lower_kind(lower, node) == CP_PYTHON_DECORATED_DEFINITION) {
        *decorated = node;
        return cp_lower_find(lower, node, CP_PYTHON_FUNCTION_DEFINITION);
    }
    return cp_lower_kind(lower, node) == CP_PYTHON_FUNCTION_DEFINITION ? node : 0;
}

static void read_left(cp_lower *lower, cp_func *func, cp_stmt *stmt)
{
    uint32_t decorated, node = only_function(lower, &decorated);
    if (node) {
        func->span = cp_lower_span(lower, node);
        cp_lower_func_into(lower, func, node, decorated);
    } else {
        lower->func = func;
        cp_lower_unread(lower, 0);
    }
    stmt->has_error = func->has_error;
}

void cp_func_read(cp_func *func)
{
    struct cp_left *left = func->left;
    if (!left)
        return;
    func->left = NULL;
    cp_module *module = func->module;
    cp_arena scratch = {0};
    uint32_t count;
    cp_lower lower = {.arena = module->reader->arena,
                      .text = module->source->text.ptr,
                      .parser = module->reader->parser,
                      .module = module,
                      .class = func->owner,
                      .imports_known = true,
                      .func_room = module->func_count,
                      .error_room = module->error_count};
    if (func->owner)
        lower.scope =
            cp_str_printf(lower.arena, "%.*s.", CP_STR_ARGS(func->owner->qualname));
    lower.nodes = cp_python_parse_ranges(module->reader->parser, &scratch,
                                         module->source->text, &left->range, 1, &count);
    cp_lower_errors(&lower, count);
    read_left(&lower, func, left->stmt);
    cp_lower_sort_errors(module);
    cp_arena_dispose(&scratch);
}
