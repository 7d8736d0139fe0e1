#include "findings/cast.h"
#include "findings/missing.h"

/* The way back from an argument to those that give it a dtype which is rejected. */
typedef struct way_back {
    cp_study *study;
    cp_dtypes accepts;
    const cp_node **queue;
    size_t head, count, room;
    cp_map seen;
} way_back;

/* Farther back than this is not looked. */
enum { NODES_MAX = 20000 };

static void visit(way_back *way, const cp_node *node)
{
    if (!node->value.tensor && !node->value.ref_count)
        return; /* no tensor comes this way */
    const cp_node **kept = cp_new(way->study->arena, const cp_node *, 1);
    *kept = node;
    void **slot = cp_map_slot(&way->seen, (cp_str){(const char *)kept, sizeof *kept});
    if (*slot || way->count >= NODES_MAX)
        return;
    *slot = kept;
    cp_push(way->study->arena, way->queue, way->count, way->room, node);
}

static void visit_call(way_back *way, const cp_node *node)
{
    const cp_call *call = node->call;
    bool inside = false;
    for (uint32_t i = 0; i < node->input_count; i++) {
        const cp_node *input = node->inputs[i].node;
        bool result = input->kind == CP_NODE_JOIN && input->join == CP_JOIN_RETURN;
        if (result)
            visit(way, input);
        inside |= result;
    }
    const cp_node *moved = inside ? NULL : cp_trace_moved(way->study->flow, call);
    if (moved)
        visit(way, moved);
}

static void step(way_back *way, const cp_node *node)
{
    switch (node->kind) {
    case CP_NODE_JOIN:
        if (node->join != CP_JOIN_NAMESAKES && !node->by_name)
            for (uint32_t i = 0; i < node->input_count; i++)
                visit(way, node->inputs[i].node);
        return;
    case CP_NODE_ITEM:
    case CP_NODE_ATTR: /* what was found to stand there, not what holds it */
        for (uint32_t i = 1; i < node->input_count; i++)
            visit(way, node->inputs[i].node);
        if (node->input_count == 1 && node->inputs[0].node->value.tensor)
            visit(way, node->inputs[0].node);
        return;
    case CP_NODE_CALL:
        visit_call(way, node);
        return;
    default:
        return;
    }
}

/* What a function returns, alone or in a tuple, where this is that; or NULL. */
static const cp_expr *returned_as(const cp_node *node, const cp_module **module)
{
    for (uint32_t i = 0; i < node->user_count; i++) {
        const cp_node *user = node->users[i];
        bool tuple = user->kind == CP_NODE_FIXED && user->expr &&
                     user->expr->kind == CP_EXPR_TUPLE;
        for (uint32_t u = 0; tuple && u < user->user_count; u++) {
            const cp_node *result = user->users[u];
            if (result->kind != CP_NODE_JOIN || result->join != CP_JOIN_RETURN)
                continue;
            *module = user->module;
            for (uint32_t k = 0; k < user->input_count; k++)
                if (user->inputs[k].node == node)
                    return user->expr->kids[k];
        }
    }
    return NULL;
}

/* Whether some caller takes it out of the tuple as top-k weights, by the name. */
static bool is_taken_as_weights(const cp_study *study, const cp_node *node)
{
    const cp_map *names = &cp_flow_rules_of(study->flow)->weights;
    for (uint32_t i = 0; i < node->user_count; i++) {
        const cp_node *item = node->users[i];
        for (uint32_t u = 0; item->kind == CP_NODE_ITEM && u < item->user_count; u++)
            if (item->users[u]->kind == CP_NODE_JOIN &&
                cp_map_get(names, item->users[u]->name))
                return true;
    }
    return false;
}

static bool is_rejected(const way_back *way, const cp_node *node)
{
    const cp_value *value = &node->value;
    cp_dtypes dtypes = cp_dtypes_assume(value->tensor, way->study->model);
    return cp_value_only_tensor(value) && !(dtypes & way->accepts);
}

void cp_check_producers(cp_study *study, const cp_missing *missing)
{
    way_back way = {
        .study = study, .accepts = missing->accepts, .seen = {.arena = study->arena}};
    visit(&way, missing->argument->node);
    while (way.head < way.count) {
        const cp_node *node = way.queue[way.head++];
        const cp_module *module;
        const cp_expr *expr = is_rejected(&way, node) ? returned_as(node, &module) : NULL;
        if (expr && is_taken_as_weights(study, node))
            cp_missing_at(study, missing, node, module, expr);
        else
            step(&way, node);
    }
}
