#include "flow/rules.h"

#include <assert.h>
#include <stdlib.h>

#include "base/embed.h"
#include "parse/toml.h"

/*
 * A result as torch.toml writes it: "0" (as argument 0), "object 0", "pointee 0",
 * "number 0", "float32", "promote", "default" or "plain".
 */
static cp_result result_of(cp_str text)
{
    cp_result result = {0};
    if (text.len == 1 && text.ptr[0] >= '0' && text.ptr[0] <= '9') {
        result.arg = (uint32_t)(text.ptr[0] - '0');
    } else if (cp_str_starts(text, CP_STR("object "))) {
        result.kind = CP_RESULT_OBJECT;
        result.arg = (uint32_t)(text.ptr[text.len - 1] - '0');
    } else if (cp_str_starts(text, CP_STR("pointee "))) {
        result.kind = CP_RESULT_POINTEE;
        result.arg = (uint32_t)(text.ptr[text.len - 1] - '0');
    } else if (cp_str_starts(text, CP_STR("number "))) {
        result.kind = CP_RESULT_NUMBER;
        result.arg = (uint32_t)(text.ptr[text.len - 1] - '0');
    } else if (cp_str_starts(text, CP_STR("promote"))) {
        result.kind = CP_RESULT_PROMOTE;
        result.arg = cp_str_is(text, "promote 1");
    } else if (cp_str_is(text, "default")) {
        result.kind = CP_RESULT_DEFAULT;
    } else if (cp_str_is(text, "plain")) {
        result.kind = CP_RESULT_PLAIN;
    } else {
        result.kind = CP_RESULT_FIXED;
        result.dtype = cp_dtype_of_name(text);
        assert(result.dtype != CP_DTYPE_NONE);
    }
    return result;
}

static cp_str text_of(const cp_toml *table, const char *key)
{
    const cp_toml *value = cp_toml_get_kind(table, key, CP_TOML_STRING);
    return value ? value->text : (cp_str){"", 0};
}

static bool is_set(const cp_toml *table, const char *key)
{
    const cp_toml *value = cp_toml_get_kind(table, key, CP_TOML_BOOLEAN);
    return value && value->truth;
}

static cp_torch_rule *torch_rule(cp_arena *arena, const cp_toml *table)
{
    cp_torch_rule *rule = cp_new(arena, cp_torch_rule, 1);
    const cp_toml *gives = cp_toml_get_kind(table, "gives", CP_TOML_ARRAY);
    const cp_toml *position = cp_toml_get_kind(table, "dtype_position", CP_TOML_INTEGER);
    rule->moves = is_set(table, "moves");
    rule->converts = is_set(table, "converts");
    rule->stores = is_set(table, "stores");
    rule->has_dims = is_set(table, "has_dims");
    rule->reduces = is_set(table, "reduces");
    rule->dtype_keyword = text_of(table, "dtype");
    rule->dtype_position = position ? (int)position->integer : -1;
    assert(gives && gives->item_count >= 1 && gives->item_count <= 4);
    for (size_t i = 0; i < gives->item_count; i++)
        rule->results[rule->result_count++] = result_of(gives->items[i]->text);
    return rule;
}

static void read_torch(cp_arena *arena, const cp_toml *root, const char *section,
                       cp_map *into)
{
    const cp_toml *rules = cp_toml_get_kind(root, section, CP_TOML_ARRAY);
    for (size_t i = 0; rules && i < rules->item_count; i++) {
        cp_torch_rule *rule = torch_rule(arena, rules->items[i]);
        const cp_toml *names = cp_toml_get_kind(rules->items[i], "names", CP_TOML_ARRAY);
        for (size_t n = 0; names && n < names->item_count; n++)
            cp_map_put(into, names->items[n]->text, rule);
    }
}

static void read_layers(cp_arena *arena, const cp_toml *root, cp_map *into)
{
    const cp_toml *layers = cp_toml_get_kind(root, "layer", CP_TOML_ARRAY);
    for (size_t i = 0; layers && i < layers->item_count; i++) {
        const cp_toml *table = layers->items[i];
        cp_layer_rule *rule = cp_new(arena, cp_layer_rule, 1);
        const cp_toml *tuple = cp_toml_get_kind(table, "tuple", CP_TOML_BOOLEAN);
        rule->dtype_keyword = text_of(table, "dtype");
        rule->gives_tuple = tuple && tuple->truth;
        const cp_toml *names = cp_toml_get_kind(table, "names", CP_TOML_ARRAY);
        for (size_t n = 0; names && n < names->item_count; n++)
            cp_map_put(into, names->items[n]->text, rule);
    }
}

static void read_names(const cp_toml *root, const char *key, cp_map *into)
{
    const cp_toml *names = cp_toml_get_kind(root, key, CP_TOML_ARRAY);
    for (size_t i = 0; names && i < names->item_count; i++)
        cp_map_put(into, names->items[i]->text, names->items[i]);
}

static cp_str *read_words(cp_arena *arena, const cp_toml *root, const char *key,
                          size_t *count)
{
    const cp_toml *names = cp_toml_get_kind(root, key, CP_TOML_ARRAY);
    cp_str *words = NULL;
    size_t room = 0;
    *count = 0;
    for (size_t i = 0; names && i < names->item_count; i++)
        cp_push(arena, words, *count, room, names->items[i]->text);
    return words;
}

static const cp_toml *bundled(cp_arena *arena, const char *name)
{
    for (size_t i = 0; i < cp_embedded_count; i++) {
        const cp_embedded *file = &cp_embedded_files[i];
        if (strcmp(file->name, name) != 0)
            continue;
        cp_toml *root;
        cp_err err = {0};
        if (cp_toml_parse(arena, cp_str_of(name), file->text, &root, &err) == CP_OK)
            return root;
        break;
    }
    assert(!"the bundled rules are whole");
    abort();
}

const cp_flow_rules *cp_flow_rules_bundled(cp_arena *arena)
{
    cp_flow_rules *rules = cp_new(arena, cp_flow_rules, 1);
    rules->functions.arena = rules->methods.arena = rules->layers.arena = arena;
    rules->logits.arena = rules->bias.arena = arena;
    rules->weights.arena = rules->activations.arena = arena;
    rules->model_dtypes.arena = arena;
    rules->numbers.arena = rules->local_logits.arena = arena;
    rules->local_bias.arena = rules->local_weights.arena = arena;
    rules->inputs.arena = rules->whole_models.arena = arena;
    rules->loaders.arena = rules->test_folders.arena = arena;
    const cp_toml *torch = bundled(arena, "torch.toml");
    read_torch(arena, torch, "function", &rules->functions);
    read_torch(arena, torch, "method", &rules->methods);
    read_layers(arena, torch, &rules->layers);
    const cp_toml *roles = bundled(arena, "roles.toml");
    read_names(roles, "router_logits", &rules->logits);
    read_names(roles, "routing_bias", &rules->bias);
    read_names(roles, "topk_weights", &rules->weights);
    read_names(roles, "activations", &rules->activations);
    read_names(roles, "inputs", &rules->inputs);
    read_names(roles, "model_dtypes", &rules->model_dtypes);
    read_names(roles, "numbers", &rules->numbers);
    read_names(roles, "local_logits", &rules->local_logits);
    read_names(roles, "local_bias", &rules->local_bias);
    read_names(roles, "local_weights", &rules->local_weights);
    read_names(roles, "whole_models", &rules->whole_models);
    read_names(roles, "loaders", &rules->loaders);
    read_names(roles, "test_folders", &rules->test_folders);
    rules->needles = read_words(arena, roles, "needles", &rules->needle_count);
    rules->hints = read_words(arena, roles, "hints", &rules->hint_count);
    return rules;
}

bool cp_name_is_routing(const cp_flow_rules *rules, cp_str name)
{
    return cp_map_get(&rules->logits, name) || cp_map_get(&rules->bias, name) ||
           cp_map_get(&rules->weights, name);
}
