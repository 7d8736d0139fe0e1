#include "findings/cast.h"
#include "findings/docstring.h"
#include "findings/drift.h"

/* A function of the tree, and what its code enforces. */
typedef struct drift {
    cp_study *study;
    const cp_own_function *own;
    const cp_contract *const *facts;
    size_t count;
} drift;

/* What a check is behind as a rule: the argument is there, the device is a known one. */
static cp_truth usual_atom(const cp_atom *atom, void *data)
{
    (void)data;
    return atom->op == CP_ATOM_GIVEN || cp_str_is(atom->parameter, "compute_capability")
               ? CP_TRUE
               : CP_UNSURE;
}

static bool always_holds(const cp_contract *fact)
{
    return cp_cond_eval(fact->when, usual_atom, NULL) == CP_TRUE;
}

/* What the checks of a parameter leave, whatever else is given. */
typedef struct checked {
    cp_dtypes accepts; /* 0: no check says it */
    cp_str same_as;
    const cp_contract *by;
    bool unsure; /* some check holds only at times */
} checked;

static checked checks_of(const drift *d, cp_str parameter)
{
    checked out = {.same_as = {"", 0}};
    for (size_t i = 0; i < d->count; i++) {
        const cp_contract *fact = d->facts[i];
        if (!cp_str_eq(fact->parameter, parameter) || fact->broken || fact->unchecked)
            continue;
        if (!always_holds(fact)) {
            out.unsure = true;
            continue;
        }
        if (fact->accepts)
            out.accepts = out.accepts ? out.accepts & fact->accepts : fact->accepts;
        else
            out.same_as = fact->same_as;
        if (!out.by)
            out.by = fact;
    }
    return out;
}

static bool is_one(cp_dtypes set)
{
    return set && !(set & (set - 1));
}

/* "the check takes …", where that is not what the docstring says; else "". */
static cp_str against_set(const drift *d, const cp_claim *claim, const checked *own)
{
    cp_arena *arena = d->study->arena;
    if (own->accepts && ((claim->dtypes & ~own->accepts) ||
                         (claim->demands && (own->accepts & ~claim->dtypes))))
        return cp_str_printf(arena, "the check takes %.*s",
                             CP_STR_ARGS(cp_dtypes_or(arena, own->accepts)));
    checked other = checks_of(d, own->same_as);
    if (own->same_as.len && !own->accepts && !other.unsure &&
        (other.accepts & ~claim->dtypes))
        return cp_str_printf(
            arena, "the check asks for the dtype of `%.*s`, which can be %.*s",
            CP_STR_ARGS(own->same_as), CP_STR_ARGS(cp_dtypes_or(arena, other.accepts)));
    return (cp_str){"", 0};
}

/* Whether some check ties the dtypes of the two together. */
static bool are_tied(const drift *d, cp_str a, cp_str b)
{
    for (size_t i = 0; i < d->count; i++) {
        const cp_contract *fact = d->facts[i];
        bool one = cp_str_eq(fact->parameter, a), two = cp_str_eq(fact->parameter, b);
        if ((one || two) &&
            (fact->same_as.len || cp_str_has(fact->when_text, CP_STR(".dtype"))))
            return true;
    }
    return false;
}

static cp_str against_same(const drift *d, const cp_claim *claim, const checked *own)
{
    checked other = checks_of(d, claim->same_as);
    bool equal = is_one(own->accepts) && own->accepts == other.accepts;
    if (!own->accepts || !other.accepts || other.unsure || equal ||
        are_tied(d, claim->parameter, claim->same_as))
        return (cp_str){"", 0};
    return cp_str_printf(d->study->arena, "the check takes %.*s whatever that is",
                         CP_STR_ARGS(cp_dtypes_or(d->study->arena, own->accepts)));
}

static cp_finding *new_finding(const drift *d, const cp_module *module, cp_span span,
                               const cp_contract *by)
{
    cp_finding *finding = cp_findings_new(d->study->findings, "CP402", module, span);
    finding->to = CP_DTYPE_NONE;
    finding->effect = CP_EFFECT_UNPROVED;
    finding->plan.computes = finding->plan.rounds_to = finding->plan.cast_to =
        CP_DTYPE_NONE;
    finding->consumer = d->own->entry->call;
    finding->contract = by;
    finding->contract_version = d->own->release->text;
    return finding;
}

static void check_claim(const drift *d, const cp_claim *claim)
{
    cp_arena *arena = d->study->arena;
    checked own = checks_of(d, claim->parameter);
    if (own.unsure || !own.by)
        return;
    cp_str says =
        claim->same_as.len ? against_same(d, claim, &own) : against_set(d, claim, &own);
    if (!says.len)
        return;
    cp_finding *finding = new_finding(d, d->own->func->module, claim->span, own.by);
    finding->tensor = finding->parameter = claim->parameter;
    finding->role = cp_role_of_name(d->study, claim->parameter);
    cp_str stated =
        claim->same_as.len
            ? cp_str_printf(arena, "in the dtype of `%.*s`", CP_STR_ARGS(claim->same_as))
            : cp_str_printf(arena, "as %.*s",
                            CP_STR_ARGS(cp_dtypes_or(arena, claim->dtypes)));
    finding->message = cp_str_printf(arena, "the docstring %s `%.*s` %.*s, but %.*s",
                                     claim->demands ? "asks for" : "takes",
                                     CP_STR_ARGS(claim->parameter), CP_STR_ARGS(stated),
                                     CP_STR_ARGS(says));
    finding->help = CP_STR("let both say the same: callers follow whichever they read");
}

/* The module of the project that "file:line" is of, and the text of the line. */
static const cp_module *module_at(const cp_study *study, cp_str stated, cp_span *span)
{
    size_t count;
    cp_module *const *all = cp_project_modules(cp_flow_project(study->flow), &count);
    cp_str rest = stated, file = cp_str_next(&rest, ':');
    uint32_t line = 0;
    for (size_t i = 0; i < rest.len && rest.ptr[i] >= '0' && rest.ptr[i] <= '9'; i++)
        line = line * 10 + (uint32_t)(rest.ptr[i] - '0');
    for (size_t i = 0; i < count; i++) {
        const cp_source *source = all[i]->source;
        cp_str path = source->path;
        bool here = cp_str_ends(path, file) &&
                    (path.len == file.len || path.ptr[path.len - file.len - 1] == '/');
        if (!here || !line || line > source->line_count)
            continue;
        cp_str text = cp_source_line_text(source, line), code = cp_str_trim(text);
        uint32_t start = (uint32_t)(code.ptr - source->text.ptr);
        *span = (cp_span){start, start + (uint32_t)code.len};
        return all[i];
    }
    return NULL;
}

/* Whether another entry point led to the same call before. */
static bool is_reported(const cp_study *study, const cp_module *module, cp_span span)
{
    for (size_t i = 0; i < study->findings->count; i++) {
        const cp_finding *other = study->findings->items[i];
        if (cp_str_is(other->code, "CP402") && other->module == module &&
            other->span.start == span.start)
            return true;
    }
    return false;
}

static void check_broken(const drift *d, const cp_contract *fact)
{
    cp_span span;
    const cp_module *module =
        fact->stated_count ? module_at(d->study, fact->stated[0], &span) : NULL;
    if (!module || is_reported(d->study, module, span))
        return;
    cp_finding *finding = new_finding(d, module, span, fact);
    finding->guard = fact->when_text;
    finding->parameter = (cp_str){"", 0};
    finding->message = cp_str_printf(d->study->arena, "this call cannot succeed: %.*s",
                                     CP_STR_ARGS(fact->reason));
    finding->help = CP_STR("hand over what the function takes");
    if (fact->stated_count > 1)
        cp_finding_relate(d->study, finding,
                          cp_place_stated(fact->stated[1], CP_STR("the function")));
}

/* Whether what the function does with dtypes may matter here: it takes routing tensors.
 */
static bool takes_routing(const cp_study *study, const cp_func *func)
{
    for (uint32_t i = 0; i < func->param_count; i++)
        if (cp_role_of_name(study, func->params[i].name) != CP_ROLE_NONE)
            return true;
    return false;
}

static void check_function(cp_study *study, cp_func *func)
{
    size_t count;
    const cp_claim *claims = cp_docstring_claims(study->arena, func, &count);
    if (!count && !takes_routing(study, func))
        return;
    drift d = {.study = study, .own = cp_own_function_of(study->own, func)};
    if (!d.own)
        return;
    d.facts = cp_contracts_of(d.own->contracts, d.own->entry->call, &d.count);
    for (size_t i = 0; i < count; i++)
        check_claim(&d, &claims[i]);
    for (size_t i = 0; i < d.count; i++)
        if (d.facts[i]->broken)
            check_broken(&d, d.facts[i]);
}

void cp_check_drift(cp_study *study)
{
    size_t count;
    cp_module *const *all = cp_project_modules(cp_flow_project(study->flow), &count);
    for (size_t m = 0; study->own && m < count; m++) {
        cp_module *module = all[m];
        if (module->is_native || !cp_own_may_lead_out(study->own, module))
            continue;
        for (uint32_t i = 0; i < module->func_count; i++) {
            cp_func *func = module->funcs[i];
            bool public = func->name.len && func->name.ptr[0] != '_';
            /* What holds no word of routing was not read. */
            if (public && !func->owner && !func->outer && !func->left)
                check_function(study, func);
        }
    }
    cp_findings_sort(study->findings);
}
