#include "facts/from_python.h"

#include <ctype.h>
#include <stdlib.h>

#include "facts/dotted.h"

uint32_t cp_lower_part(const cp_lower *lower, uint32_t parent, uint32_t n)
{
    cp_each_part(lower, parent, child)
    {
        if (n-- == 0)
            return child;
    }
    return 0;
}

uint32_t cp_lower_find(const cp_lower *lower, uint32_t parent, cp_python_kind kind)
{
    cp_each_child(lower, parent, child)
    {
        if (cp_lower_kind(lower, child) == kind)
            return child;
    }
    return 0;
}

uint32_t cp_lower_count(const cp_lower *lower, uint32_t parent)
{
    uint32_t count = 0;
    cp_each_part(lower, parent, child) count++;
    return count;
}

bool cp_lower_has_token(const cp_lower *lower, uint32_t parent, const char *text,
                        uint32_t *at)
{
    cp_each_child(lower, parent, child)
    {
        if (cp_lower_kind(lower, child) != CP_PYTHON_TOKEN ||
            !cp_str_is(cp_lower_text(lower, child), text))
            continue;
        if (at)
            *at = child;
        return true;
    }
    return false;
}

cp_str cp_lower_name(const cp_lower *lower, uint32_t node)
{
    return cp_str_of(cp_python_name(lower->parser, &lower->nodes[node]));
}

cp_str cp_lower_dotted(const cp_lower *lower, uint32_t node)
{
    cp_str text = cp_lower_text(lower, node);
    bool plain = true;
    for (size_t i = 0; i < text.len && plain; i++)
        plain = !isspace((unsigned char)text.ptr[i]) && text.ptr[i] != '\\';
    if (plain)
        return text;
    cp_buf buf = {.arena = lower->arena};
    for (uint32_t i = node + 1; i < lower->nodes[node].next; i++) {
        if (cp_lower_kind(lower, i) != CP_PYTHON_IDENTIFIER)
            continue;
        if (buf.len)
            cp_buf_puts(&buf, ".");
        cp_buf_add(&buf, cp_lower_text(lower, i));
    }
    return cp_buf_str(&buf);
}

static void note_error(cp_lower *lower, cp_span span)
{
    cp_module *module = lower->module;
    cp_push(lower->arena, module->errors, module->error_count, lower->error_room, span);
}

void cp_lower_unread(cp_lower *lower, uint32_t node)
{
    lower->unread++;
    note_error(lower, cp_lower_span(lower, node));
    for (cp_func *func = lower->func; func; func = func->outer)
        func->has_error = true;
}

void cp_lower_errors(cp_lower *lower, uint32_t count)
{
    const cp_python_node *nodes = lower->nodes;
    uint32_t i = 0;
    while (i < count) {
        bool error = nodes[i].kind == CP_PYTHON_ERROR || nodes[i].missing;
        if (error)
            note_error(lower, cp_lower_span(lower, i));
        i = error || !nodes[i].broken ? nodes[i].next : i + 1;
    }
}

static int by_place(const void *a, const void *b)
{
    const cp_span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

void cp_lower_sort_errors(cp_module *module)
{
    if (module->error_count)
        qsort(module->errors, module->error_count, sizeof *module->errors, by_place);
}

cp_reader *cp_reader_new(cp_arena *arena)
{
    cp_reader *reader = cp_new(arena, cp_reader, 1);
    *reader = (cp_reader){arena, cp_python_parser_new(arena)};
    return reader;
}

void cp_reader_free(cp_reader *reader)
{
    if (reader)
        cp_python_parser_free(reader->parser);
}

static cp_lower begin(cp_reader *reader, const cp_source *source)
{
    cp_module *module = cp_new(reader->arena, cp_module, 1);
    module->source = source;
    module->is_package = cp_dotted_is_package(source->path);
    module->reader = reader;
    return (cp_lower){.arena = reader->arena,
                      .text = source->text.ptr,
                      .parser = reader->parser,
                      .module = module};
}

static void lower_all(cp_lower *lower, const cp_python_node *nodes, uint32_t count)
{
    lower->nodes = nodes;
    cp_lower_errors(lower, count);
    cp_lower_comments(lower, count);
    lower->module->body = cp_lower_root(lower);
    cp_lower_sort_errors(lower->module);
}

cp_module *cp_reader_read(cp_reader *reader, const cp_source *source,
                          cp_reader_wants *wants, const void *data)
{
    cp_arena scratch = {0};
    uint32_t count;
    cp_lower lower = begin(reader, source);
    const cp_python_node *nodes =
        wants ? cp_left_parse(reader, &scratch, &lower, wants, data, &count) : NULL;
    bool good = nodes != NULL;
    if (good) {
        lower_all(&lower, nodes, count);
        good = !lower.module->error_count && lower.left_at == lower.left_count &&
               cp_left_imports(reader, &scratch, &lower);
    }
    if (!good) {
        lower = begin(reader, source);
        nodes = cp_python_parse(reader->parser, &scratch, source->text, &count);
        lower_all(&lower, nodes, count);
    }
    cp_arena_dispose(&scratch);
    return lower.module;
}

cp_func *cp_reader_func(cp_reader *reader, const cp_source *source, cp_span span)
{
    cp_arena scratch = {0};
    cp_func *func = NULL;
    cp_lower lower = begin(reader, source);
    bool told = cp_left_outline(&scratch, &lower);
    for (uint32_t i = 0; told && i < lower.outline->func_count; i++) {
        const cp_outline_func *found = &lower.outline->funcs[i];
        if (found->first <= span.start && span.end <= found->body_end)
            func = cp_left_func(&lower, found)->func;
    }
    cp_arena_dispose(&scratch);
    if (func)
        cp_func_read(func);
    return func;
}

cp_module *cp_facts_from_python(cp_arena *arena, const cp_source *source)
{
    cp_reader *reader = cp_reader_new(arena);
    cp_module *module = cp_reader_read(reader, source, NULL, NULL);
    cp_reader_free(reader);
    return module;
}
