#include "kernels/route.h"

#include "kernels/route_token.h"

static const char *const names[CP_METHOD_COUNT] = {
#define CP_METHOD(member, name, score, biased, grouped, weight) name,
#include "kernels/method.def"
#undef CP_METHOD
};

const char *cp_method_name(cp_method method)
{
    return (unsigned)method < CP_METHOD_COUNT ? names[method] : "";
}

cp_method cp_method_of_name(const char *name, size_t len)
{
    for (unsigned m = 0; m < CP_METHOD_COUNT; m++)
        if (strlen(names[m]) == len && memcmp(names[m], name, len) == 0)
            return (cp_method)m;
    return CP_METHOD_COUNT;
}

const char *cp_route_fault(const cp_route_spec *spec)
{
    if ((unsigned)spec->method >= CP_METHOD_COUNT)
        return "the routing method is not known";
    if (spec->experts < 1 || spec->experts > CP_ROUTE_MAX_EXPERTS)
        return "the number of experts is not from 1 to 1024";
    if (spec->top_k < 1 || spec->top_k > CP_ROUTE_MAX_TOP_K)
        return "top-k is not from 1 to 32";
    if (spec->top_k > spec->experts)
        return "top-k is larger than the number of experts";
    if (spec->groups < 1 || spec->groups > spec->experts ||
        spec->experts % spec->groups != 0)
        return "the experts cannot be shared equally among the groups";
    if (spec->keep_groups < 1 || spec->keep_groups > spec->groups)
        return "more groups are kept than there are, or none";
    if (spec->top_k > spec->experts / spec->groups * spec->keep_groups)
        return "the groups that are kept hold fewer than top-k experts";
    return NULL;
}

void cp_route_f32(const cp_route_spec *spec, const void *logits, const void *bias,
                  int64_t tokens, int32_t *ids, void *weights)
{
    float row[CP_ROUTE_MAX_EXPERTS] = {0}, added[CP_ROUTE_MAX_EXPERTS] = {0};
    float chosen[CP_ROUTE_MAX_TOP_K] = {0};
    size_t experts = (size_t)spec->experts, top_k = (size_t)spec->top_k;
    for (size_t e = 0; e < experts; e++)
        added[e] = cp_route_bias(spec, bias, (int32_t)e);
    for (size_t t = 0; t < (size_t)tokens; t++) {
        for (size_t e = 0; e < experts; e++)
            row[e] = cp_route_logit(spec, logits, t * experts + e);
        cp_route_token(spec, row, added, ids + t * top_k, chosen);
        for (size_t k = 0; k < top_k; k++)
            cp_store(weights, spec->weights, t * top_k + k, chosen[k]);
    }
}
