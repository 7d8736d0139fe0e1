#include "findings/cast.h"
#include "findings/missing.h"

/* The functions of the tree that lead routing tensors to C++ code of the tree. */
typedef struct own_search {
    cp_study *study;
    cp_node *const *calls; /* all of the program */
    size_t call_count;
    const cp_own_function **found;
    size_t count, room;
} own_search;

static bool is_routing_argument(const cp_study *study, const cp_argument *arg)
{
    const cp_node *node = cp_past_names(arg->node);
    return (node && cp_role_of_name(study, node->name) != CP_ROLE_NONE) ||
           (arg->expr && cp_role_of_text(study, arg->expr) != CP_ROLE_NONE);
}

static bool takes_routing(const cp_study *study, const cp_node *call)
{
    for (uint32_t i = 0; i < call->call->arg_count; i++)
        if (is_routing_argument(study, &call->call->args[i]))
            return true;
    return false;
}

static void add_function(own_search *search, const cp_own_function *own)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->found[i] == own)
            return;
    cp_push(search->study->arena, search->found, search->count, search->room, own);
}

static bool is_tied_to(const cp_node *call, const cp_func *func)
{
    for (uint32_t i = 0; i < call->call->tied_count; i++)
        if (call->call->tied[i]->kind == CP_REF_FUNC && call->call->tied[i]->func == func)
            return true;
    return false;
}

/* The public functions that call a private one, or it itself where there are none. */
static void add_callers(own_search *search, const cp_own_function *own,
                        const cp_node *out)
{
    bool public = false;
    for (size_t i = 0; cp_own_is_private(own->func) && i < search->call_count; i++) {
        cp_func *caller = search->calls[i]->func;
        if (!caller || cp_own_is_private(caller) ||
            !is_tied_to(search->calls[i], own->func))
            continue;
        const cp_own_function *outer = cp_own_function_of(search->study->own, caller);
        if (!outer || !cp_own_leads_out(outer, out->expr))
            continue;
        add_function(search, outer);
        public = true;
    }
    if (!public)
        add_function(search, own);
}

/* Whether the argument is a parameter of the function that holds the call: then the calls
   of that function are looked at. */
static bool is_handed_on(const cp_argument *arg)
{
    const cp_node *node = cp_past_names(arg->node);
    return node && node->kind == CP_NODE_JOIN && node->join == CP_JOIN_PARAM;
}

static void check_call(cp_study *study, const cp_node *call, const cp_own_function *own)
{
    cp_site site = {.study = study,
                    .call = call,
                    .entry = own->entry,
                    .own = own,
                    .guard = call->guard};
    for (uint32_t p = 0; p < own->entry->parameter_count; p++) {
        bool unsure;
        cp_str parameter = own->entry->parameters[p];
        const cp_argument *arg = cp_site_argument(&site, parameter, &unsure);
        if (!arg || !arg->node || (!own->func && is_handed_on(arg)))
            continue;
        if (cp_role_of_name(study, parameter) != CP_ROLE_NONE ||
            is_routing_argument(study, arg))
            cp_check_argument(study, &site, parameter);
    }
}

/* Checks the operators of the tree that it may be; false for a call of others alone. */
static bool check_operators(cp_study *study, const cp_node *call)
{
    bool found = !call->call->external_count;
    for (uint32_t i = 0; i < call->call->external_count; i++) {
        const cp_own_function *own =
            cp_own_operator_of(study->own, call->module, call->call->externals[i]);
        if (own)
            check_call(study, call, own);
        found |= own != NULL;
    }
    return found;
}

void cp_check_missing_own(cp_study *study)
{
    own_search search = {.study = study};
    search.calls = cp_flow_calls(study->flow, &search.call_count);
    if (!study->own)
        return;
    for (size_t i = 0; i < search.call_count; i++) {
        const cp_node *call = search.calls[i];
        if (!cp_site_goes_out(study, call))
            continue;
        bool known = call->func && cp_own_is_known(study->own, call->func);
        if ((!takes_routing(study, call) && !known) || !check_operators(study, call) ||
            !call->func)
            continue;
        const cp_own_function *own = cp_own_function_of(study->own, call->func);
        if (own && cp_own_leads_out(own, call->expr))
            add_callers(&search, own, call);
    }
    for (size_t i = 0; search.count && i < search.call_count; i++)
        for (size_t k = 0; k < search.count; k++)
            if (is_tied_to(search.calls[i], search.found[k]->func))
                check_call(study, search.calls[i], search.found[k]);
}
