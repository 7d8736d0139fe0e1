#include "cli/contracts.h"
#include "contracts/merge.h"
#include "flow/rules.h"
#include "read/source.h"

typedef struct routing {
    const cp_flow_rules *rules;
    const cp_contracts *bundled;
} routing;

static bool has_hint(const cp_flow_rules *rules, cp_str name)
{
    for (size_t i = 0; i < rules->hint_count; i++)
        if (cp_str_has(name, rules->hints[i]))
            return true;
    return false;
}

static bool takes_any(const cp_entry *entry, const cp_map *names)
{
    for (uint32_t i = 0; i < entry->parameter_count; i++)
        if (cp_map_get(names, entry->parameters[i]))
            return true;
    return false;
}

/* Whether a module on the way to it is private: others do not call it. */
static bool is_private(cp_str call)
{
    return cp_str_has(call, CP_STR("._"));
}

/* Whether it is a method: calls of an object are not recognised as calls of it. */
static bool is_method(cp_str call)
{
    const char *last = memrchr(call.ptr, '.', call.len);
    cp_str owner = last ? cp_str_cut(call, 0, (size_t)(last - call.ptr)) : (cp_str){0};
    const char *dot = owner.len ? memrchr(owner.ptr, '.', owner.len) : NULL;
    return dot && dot[1] >= 'A' && dot[1] <= 'Z';
}

/* By the names of its parameters, or because a hand-made record speaks of it. */
static bool keeps_routing(void *data, cp_entry *entry)
{
    const routing *r = data;
    const cp_flow_rules *rules = r->rules;
    bool hinted = has_hint(rules, entry->call);
    bool logits = takes_any(entry, &rules->logits) ||
                  (hinted && takes_any(entry, &rules->local_logits));
    bool weights = takes_any(entry, &rules->weights) ||
                   (hinted && takes_any(entry, &rules->local_weights));
    if (logits)
        entry->reads = CP_STR("router_logits");
    else if (weights)
        entry->reads = CP_STR("topk_weights");
    bool routes = logits || weights || takes_any(entry, &rules->bias);
    return (routes && !is_private(entry->call) && !is_method(entry->call)) ||
           cp_contracts_noted(r->bundled, entry->call);
}

/* By its name: callers hand over the numbers of few enums. */
static bool keeps_enum(void *data, cp_str name)
{
    const routing *r = data;
    return has_hint(r->rules, name);
}

cp_status cp_contracts_merge_files(cp_arena *arena, const cp_options *options,
                                   cp_buf *out, cp_err *err)
{
    cp_contracts *set = cp_contracts_empty(arena);
    cp_status st = CP_OK;
    for (size_t i = 1; !st && i < options->paths.count; i++) {
        cp_source source;
        cp_str path = options->paths.items[i];
        st = cp_source_read(arena, path, &source, err);
        if (!st)
            st = cp_contracts_add(set, path, source.text, err);
    }
    if (st)
        return st;
    routing r = {0};
    cp_merge_options merge = {
        .comment = CP_STR("Written by `castproof contracts merge` from what `castproof "
                          "mine` found in each release named.")};
    if (options->routing) {
        r = (routing){cp_flow_rules_bundled(arena), cp_contracts_bundled(arena)};
        merge.keep = keeps_routing;
        merge.keep_enum = keeps_enum;
        merge.data = &r;
    }
    cp_str text;
    st = cp_contracts_merge(arena, set, &merge, &text, err);
    if (!st)
        cp_buf_add(out, text);
    return st;
}
