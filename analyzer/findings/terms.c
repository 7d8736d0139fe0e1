#include "findings/site.h"

static bool counts_at(const cp_contract *contract, const cp_release *release)
{
    return cp_spec_allows(&contract->versions, release->version);
}

static void add_check(cp_terms *terms, const cp_contract *contract)
{
    if (!terms->check)
        terms->check = contract;
    terms->known = true;
    if (!contract->unchecked && !contract->same_as.len)
        terms->accepts &= contract->accepts;
}

/* Statements about the inside narrow what is read right; certain ones tell how. */
static void add_inside(cp_terms *terms, const cp_contract *contract, cp_truth when,
                       bool *all_compute)
{
    if (contract->accepts)
        terms->accepts &= contract->accepts;
    terms->told |= contract->accepts || contract->ignored;
    terms->labels |= contract->labels.len > 0;
    if (contract->labels.len)
        return;
    if (contract->ignored && when == CP_TRUE)
        terms->ignored = true;
    if (!contract->accepts && contract->computes == CP_DTYPE_NONE)
        ; /* it says something else */
    else if (contract->computes == CP_DTYPE_NONE)
        *all_compute = false;
    else if (when == CP_TRUE)
        terms->computes = contract->computes;
    if (contract->rounds_to != CP_DTYPE_NONE && when == CP_TRUE)
        terms->rounds_to = contract->rounds_to;
    else if (contract->rounds_to != CP_DTYPE_NONE)
        terms->may_round_to = contract->rounds_to;
    if (when == CP_TRUE && (contract->computes != CP_DTYPE_NONE ||
                            contract->rounds_to != CP_DTYPE_NONE || !terms->inside))
        terms->inside = contract;
}

cp_terms cp_terms_at(const cp_site *site, const cp_release *release)
{
    cp_site asked = *site; /* what the atoms are evaluated at */
    cp_terms terms = {.accepts = CP_CONCRETE,
                      .computes = CP_DTYPE_NONE,
                      .rounds_to = CP_DTYPE_NONE,
                      .may_round_to = CP_DTYPE_NONE};
    bool all_compute = true;
    cp_arena *arena = site->study->arena;
    size_t count;
    const cp_contract *const *contracts = cp_site_facts(site, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_contract *contract = contracts[i];
        if (!counts_at(contract, release))
            continue;
        terms.broken |= contract->broken &&
                        cp_cond_eval(contract->when, cp_site_atom, &asked) == CP_TRUE;
        bool other = !cp_str_eq(contract->parameter, site->parameter);
        if (other && cp_str_eq(contract->same_as, site->parameter))
            terms.coupled = cp_contract_at(arena, contract, release->version);
        if (other)
            continue;
        cp_truth when = cp_cond_eval(contract->when, cp_site_atom, &asked);
        if (when == CP_FALSE)
            continue;
        contract = cp_contract_at(arena, contract, release->version);
        if (contract->kind == CP_CONTRACT_CHECK)
            add_check(&terms, contract);
        else
            add_inside(&terms, contract, when, &all_compute);
    }
    if (!all_compute)
        terms.computes = CP_DTYPE_NONE;
    return terms;
}

/* The members of RoutingMethodType that some release of flashinfer has. */
static const char *const routing_methods[] = {
    "Default", "Renormalize",   "DeepSeekV3", "Llama4",  "RenormalizeNaive",
    "TopK",    "SigmoidRenorm", "MiniMax2",   "Sigmoid",
};
enum { METHOD_COUNT = sizeof routing_methods / sizeof *routing_methods };

static cp_truth routes_by(const cp_site *site, cp_str method)
{
    cp_atom atom = {CP_STR("routing_method_type"), CP_ATOM_EQ, method};
    cp_site asked = *site;
    return cp_site_atom(&atom, &asked);
}

cp_str *cp_site_methods(const cp_site *site, uint32_t *count)
{
    cp_str *found = cp_new(site->study->arena, cp_str, METHOD_COUNT);
    *count = 0;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (routes_by(site, cp_str_of(routing_methods[i])) == CP_TRUE)
            found[(*count)++] = cp_str_of(routing_methods[i]);
    return found;
}

cp_str *cp_site_open_methods(const cp_site *site, const cp_release *release,
                             cp_dtypes from, uint32_t *count, cp_dtype *computes)
{
    cp_str *found = cp_new(site->study->arena, cp_str, METHOD_COUNT);
    *count = 0;
    *computes = CP_DTYPE_NONE;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        cp_str method = cp_str_of(routing_methods[i]);
        if (routes_by(site, method) == CP_FALSE)
            continue;
        cp_site narrowed = *site;
        narrowed.method = method;
        narrowed.one_group = true; /* with more, some kernels round the bias themselves */
        cp_terms terms = cp_terms_at(&narrowed, release);
        bool known = terms.computes != CP_DTYPE_NONE && !(from & ~terms.accepts) &&
                     !terms.ignored && terms.rounds_to == CP_DTYPE_NONE;
        if (!known || (*count && terms.computes != *computes))
            continue;
        *computes = terms.computes;
        found[(*count)++] = method;
    }
    return found;
}
