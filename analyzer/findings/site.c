#include "findings/site.h"

#include <stdlib.h>

/* Parameters come and go: those of the newest release that may be installed count. */
static const cp_entry *pinned_entry(const cp_study *study, const cp_entry *entry,
                                    cp_str path)
{
    if (!entry->next)
        return entry;
    cp_range range = cp_range_of(study, path, entry->package);
    return range.count ? cp_entry_at(entry, range.releases[range.count - 1]->version)
                       : entry;
}

bool cp_site_of_use(const cp_study *study, const cp_use *use, const cp_guard *guard,
                    cp_site *site)
{
    const cp_entry *entry = use->kind == CP_USE_SINK
                                ? cp_contracts_entry(study->contracts, use->dotted)
                                : NULL;
    if (!entry)
        return cp_site_of_own(study, use, guard, site);
    entry = pinned_entry(study, entry, use->at->module->source->path);
    cp_str parameter = use->keyword;
    if (use->position != SIZE_MAX) {
        if (use->position >= entry->parameter_count)
            return false;
        parameter = entry->parameters[use->position];
    }
    *site = (cp_site){.study = study,
                      .call = use->at,
                      .hops = use->hops,
                      .hop_count = use->hop_count,
                      .guard = guard,
                      .entry = entry,
                      .parameter = parameter};
    return true;
}

const cp_argument *cp_site_argument(const cp_site *site, cp_str parameter, bool *unsure)
{
    size_t position = SIZE_MAX;
    for (uint32_t i = 0; i < site->entry->parameter_count; i++)
        if (cp_str_eq(site->entry->parameters[i], parameter))
            position = i;
    return cp_call_argument(site->call->call, parameter, position, unsure);
}

/* An expression, and the call whose function it stands in: 0 is the outermost. */
typedef struct located {
    const cp_expr *expr;
    uint32_t level;
} located;

static const cp_node *call_at(const cp_site *site, uint32_t level)
{
    return level < site->hop_count ? site->hops[level] : site->call;
}

/* The first parameter that a call gives: self and cls are given by the binding. */
static size_t first_given(cp_func *func)
{
    return func->owner && !cp_func_decorated(func, "staticmethod");
}

/* The argument that the call one level out gives to `param`; NULL if it gives none. */
static const cp_expr *given_outside(const cp_site *site, uint32_t level,
                                    const cp_node *param)
{
    const cp_call *call = site->hops[level - 1]->call;
    bool unsure;
    size_t position = (size_t)param->index;
    if (!param->func || first_given(param->func) > position)
        return NULL; /* self is no argument of the call */
    position -= first_given(param->func);
    const cp_argument *arg = cp_call_argument(call, param->name, position, &unsure);
    return arg ? arg->expr : NULL;
}

/* The one node that a use of a name stands for, past joins of a single input. */
const cp_node *cp_past_names(const cp_node *node)
{
    while (node && (node->kind == CP_NODE_REFINE ||
                    (node->kind == CP_NODE_JOIN && node->join == CP_JOIN_LOCAL &&
                     node->input_count == 1)))
        node = node->inputs[0].node;
    return node;
}

/*
 * The expression that the value is written as: a local name gives what it was
 * bound to, a wrapper's parameter what the caller passed.
 */
static located resolve(const cp_site *site, located at)
{
    for (int steps = 0; steps < 32; steps++) {
        if (at.expr->kind == CP_EXPR_CALL && at.expr->arg_count == 1 &&
            !at.expr->args[0].name.len &&
            (cp_str_is(at.expr->kids[0]->text, "int") ||
             cp_str_ends(at.expr->kids[0]->text, CP_STR("Type")))) {
            at.expr = at.expr->args[0].value; /* int(x), RoutingMethodType(x) */
            continue;
        }
        if (at.expr->kind != CP_EXPR_NAME)
            return at;
        const cp_node *node = cp_past_names(cp_flow_node_of(site->study->flow, at.expr));
        if (!node)
            return at;
        if (node->kind == CP_NODE_JOIN && node->join == CP_JOIN_PARAM && at.level) {
            const cp_expr *outside = given_outside(site, at.level, node);
            if (!outside)
                return at;
            at = (located){outside, at.level - 1};
            continue;
        }
        if (!node->expr || node->expr == at.expr || node->expr->kind == CP_EXPR_NAME)
            return at;
        at.expr = node->expr;
    }
    return at;
}

static bool same_value(const cp_site *site, located a, const cp_expr *b)
{
    if (cp_expr_same(a.expr, b) &&
        (b->kind != CP_EXPR_NAME || cp_flow_node_of(site->study->flow, a.expr) ==
                                        cp_flow_node_of(site->study->flow, b)))
        return true;
    located left = resolve(site, a), right = resolve(site, (located){b, a.level});
    return left.level == right.level && cp_expr_same(left.expr, right.expr);
}

/* The member that `X.NAME` names where X looks like an enum; "" for anything else. */
static cp_str member_of(const cp_expr *expr)
{
    if (expr->kind != CP_EXPR_ATTR)
        return (cp_str){"", 0};
    const cp_expr *owner = expr->kids[0];
    if (owner->kind != CP_EXPR_NAME && owner->kind != CP_EXPR_ATTR)
        return (cp_str){"", 0};
    if (cp_str_is(expr->text, "value") || cp_str_is(expr->text, "name"))
        return member_of(owner);
    bool type = owner->text.len && owner->text.ptr[0] >= 'A' && owner->text.ptr[0] <= 'Z';
    return type ? expr->text : (cp_str){"", 0};
}

/* What a test says about `value == member`, if it holds or if it does not. */
static cp_truth from_test(const cp_site *site, located value, cp_str member,
                          const cp_guard *guard)
{
    const cp_expr *test = guard->test;
    if (test->kind != CP_EXPR_COMPARE || test->kid_count != 2)
        return CP_UNSURE;
    bool equals = cp_str_is(test->text, "==") || cp_str_is(test->text, "is");
    bool differs = cp_str_is(test->text, "!=") || cp_str_is(test->text, "is not");
    if (equals || differs) {
        int side = same_value(site, value, test->kids[0])   ? 1
                   : same_value(site, value, test->kids[1]) ? 0
                                                            : -1;
        cp_str named = side < 0 ? (cp_str){"", 0} : member_of(test->kids[side]);
        if (!named.len)
            return CP_UNSURE;
        bool it_is = guard->holds == equals;
        if (cp_str_eq(named, member))
            return it_is ? CP_TRUE : CP_FALSE;
        return it_is ? CP_FALSE : CP_UNSURE;
    }
    bool in = cp_str_is(test->text, "in"), not_in = cp_str_is(test->text, "not in");
    if ((!in && !not_in) || test->kids[1]->kind != CP_EXPR_TUPLE ||
        !same_value(site, value, test->kids[0]))
        return CP_UNSURE;
    bool listed = false;
    for (uint32_t i = 0; i < test->kids[1]->kid_count; i++)
        listed |= cp_str_eq(member_of(test->kids[1]->kids[i]), member);
    bool inside = guard->holds == in;
    return inside != listed                          ? CP_FALSE
           : inside && test->kids[1]->kid_count == 1 ? CP_TRUE
                                                     : CP_UNSURE;
}

static cp_truth from_guards(const cp_site *site, located value, cp_str member,
                            const cp_guard *guard)
{
    for (; guard; guard = guard->outer) {
        cp_truth truth = from_test(site, value, member, guard);
        if (truth != CP_UNSURE)
            return truth;
    }
    return CP_UNSURE;
}

static cp_truth is_member(const cp_site *site, located value, cp_str member, int depth);

/* Whether a test holds at the site, as far as it is about enum members. */
static cp_truth test_holds(const cp_site *site, located test, int depth)
{
    const cp_expr *expr = test.expr;
    if (expr->kind == CP_EXPR_UNARY && cp_str_is(expr->text, "not"))
        return cp_truth_not(
            test_holds(site, (located){expr->kids[0], test.level}, depth));
    if (expr->kind != CP_EXPR_COMPARE || expr->kid_count != 2)
        return CP_UNSURE;
    cp_str member = member_of(expr->kids[1]);
    located left = {expr->kids[0], test.level};
    if (cp_str_is(expr->text, "==") && member.len)
        return is_member(site, left, member, depth + 1);
    if (cp_str_is(expr->text, "!=") && member.len)
        return cp_truth_not(is_member(site, left, member, depth + 1));
    return CP_UNSURE;
}

static cp_truth is_member(const cp_site *site, located value, cp_str member, int depth)
{
    if (depth > 8)
        return CP_UNSURE;
    const cp_guard *here = call_at(site, value.level)->guard;
    cp_truth truth = from_guards(site, value, member, here);
    if (truth == CP_UNSURE && value.level == 0)
        truth = from_guards(site, value, member, site->guard);
    if (truth != CP_UNSURE)
        return truth;
    located written = resolve(site, value);
    const cp_expr *expr = written.expr;
    if (expr->kind == CP_EXPR_TERNARY) {
        cp_truth test = test_holds(site, (located){expr->kids[1], written.level}, depth);
        cp_truth yes =
            is_member(site, (located){expr->kids[0], written.level}, member, depth + 1);
        cp_truth no =
            is_member(site, (located){expr->kids[2], written.level}, member, depth + 1);
        if (test == CP_UNSURE)
            /* `x if x is not None else D`: a known x is not None */
            return yes == no || yes == CP_TRUE ? yes : CP_UNSURE;
        return test == CP_TRUE ? yes : no;
    }
    if (expr->kind == CP_EXPR_CONST && cp_str_is(expr->text, "None"))
        return CP_FALSE;
    cp_str named = member_of(expr);
    if (named.len)
        return cp_str_eq(named, member) ? CP_TRUE : CP_FALSE;
    if (expr == value.expr && written.level == value.level)
        return CP_UNSURE;
    here = call_at(site, written.level)->guard;
    truth = from_guards(site, written, member, here);
    if (truth == CP_UNSURE && written.level == 0)
        truth = from_guards(site, written, member, site->guard);
    return truth;
}

static bool as_number(cp_str text, double *number)
{
    char digits[32];
    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    char *end;
    *number = strtod(digits, &end);
    return *end == '\0';
}

static cp_truth compare_number(const cp_expr *expr, const cp_atom *atom)
{
    double left, right;
    if (expr->kind != CP_EXPR_NUMBER || !as_number(expr->text, &left) ||
        !as_number(atom->value, &right))
        return CP_UNSURE;
    bool holds = atom->op == CP_ATOM_LT   ? left < right
                 : atom->op == CP_ATOM_LE ? left <= right
                 : atom->op == CP_ATOM_GT ? left > right
                 : atom->op == CP_ATOM_GE ? left >= right
                                          : left == right;
    return holds ? CP_TRUE : CP_FALSE;
}

static cp_truth is_given(const cp_site *site, located value)
{
    located written = resolve(site, value);
    if (written.expr->kind == CP_EXPR_CONST && cp_str_is(written.expr->text, "None"))
        return CP_FALSE;
    if (written.expr->kind == CP_EXPR_CONST || written.expr->kind == CP_EXPR_NUMBER ||
        written.expr->kind == CP_EXPR_STRING)
        return CP_TRUE;
    const cp_node *node = cp_flow_node_of(site->study->flow, written.expr);
    if (node && !node->value.none && !node->value.unknown &&
        (node->value.tensor || node->value.ref_count))
        return CP_TRUE;
    return CP_UNSURE;
}

static bool is_constant(const cp_expr *expr, const char *text)
{
    return expr->kind == CP_EXPR_CONST && cp_str_is(expr->text, text);
}

/* What the tree's own function takes the parameter as where none is given, or NULL. */
static const cp_expr *fallback_of(const cp_site *site, const cp_atom *atom)
{
    const cp_func *func = site->own ? site->own->func : NULL;
    for (uint32_t i = 0; func && i < func->param_count; i++)
        if (cp_str_eq(func->params[i].name, atom->parameter))
            return func->params[i].fallback;
    return NULL;
}

cp_truth cp_site_atom(const cp_atom *atom, void *data)
{
    const cp_site *site = data;
    bool unsure;
    /* On any other device the call fails before its dtypes matter. */
    if (cp_str_is(atom->parameter, "compute_capability"))
        return CP_TRUE;
    if (atom->op == CP_ATOM_GIVEN && cp_str_eq(atom->parameter, site->parameter))
        return CP_TRUE; /* the value under study is what is given */
    if (site->method.len && atom->op == CP_ATOM_EQ &&
        cp_str_is(atom->parameter, "routing_method_type"))
        return cp_str_eq(site->method, atom->value) ? CP_TRUE : CP_FALSE;
    if (site->one_group && cp_str_is(atom->parameter, "n_group") &&
        cp_str_is(atom->value, "1") && atom->op >= CP_ATOM_LT)
        return atom->op == CP_ATOM_LE || atom->op == CP_ATOM_GE ? CP_TRUE : CP_FALSE;
    const cp_argument *arg = cp_site_argument(site, atom->parameter, &unsure);
    const cp_expr *given = arg ? arg->expr : unsure ? NULL : fallback_of(site, atom);
    if (!arg && !given)
        return atom->op == CP_ATOM_GIVEN && !unsure && !site->own ? CP_FALSE : CP_UNSURE;
    located value = {given, site->hop_count};
    if (!given)
        return CP_UNSURE;
    located written = resolve(site, value);
    switch (atom->op) {
    case CP_ATOM_GIVEN:
        return is_given(site, value);
    case CP_ATOM_TRUE:
        return is_constant(written.expr, "True")    ? CP_TRUE
               : is_constant(written.expr, "False") ? CP_FALSE
               : is_constant(written.expr, "None")  ? CP_FALSE
                                                    : CP_UNSURE;
    case CP_ATOM_EQ:
        if (written.expr->kind == CP_EXPR_NUMBER)
            return compare_number(written.expr, atom);
        if (written.expr->kind == CP_EXPR_STRING)
            return cp_str_eq(written.expr->text, atom->value) ? CP_TRUE : CP_FALSE;
        if (cp_str_is(atom->value, "True") || cp_str_is(atom->value, "False"))
            return written.expr->kind != CP_EXPR_CONST          ? CP_UNSURE
                   : cp_str_eq(written.expr->text, atom->value) ? CP_TRUE
                                                                : CP_FALSE;
        return is_member(site, value, atom->value, 0);
    case CP_ATOM_LT:
    case CP_ATOM_LE:
    case CP_ATOM_GT:
    case CP_ATOM_GE:
        if (is_constant(written.expr, "None"))
            return CP_UNSURE;
        return compare_number(written.expr, atom);
    }
    return CP_UNSURE;
}
