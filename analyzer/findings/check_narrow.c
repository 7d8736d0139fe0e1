#include "findings/cast.h"

/* A check alone does not do: some kernels read what it lets through as another dtype. */
static bool takes_it_wide(const cp_cast *cast, const cp_terms *terms)
{
    return terms->told && !(cast->from & ~terms->accepts) && !terms->ignored &&
           !terms->coupled && !terms->labels;
}

cp_dtypes cp_cast_lost(const cp_cast *cast)
{
    cp_dtypes set = 0;
    for (int d = 0; d < CP_DTYPE_COUNT; d++)
        if ((cast->from & CP_DTYPES(d)) && !cp_dtype_holds(cast->to, (cp_dtype)d))
            set |= CP_DTYPES(d);
    return set;
}

/* What validation is to run: each method that the site leaves open. */
static void plan_runs(cp_study *study, const cp_cast *cast, const cp_judgement *judgement,
                      cp_finding *finding)
{
    const cp_terms *terms = &judgement->terms;
    cp_route_plan *plan = &finding->plan;
    plan->one_group = terms->may_round_to == cast->to;
    if (terms->computes != CP_DTYPE_NONE || terms->rounds_to == cast->to)
        return;
    plan->methods = cp_site_open_methods(judgement->site, judgement->release, cast->from,
                                         &plan->method_count, &plan->computes);
    if (!plan->one_group || terms->may_round_to == CP_DTYPE_NONE)
        return;
    cp_finding_assume(study, finding,
                      cp_str_printf(study->arena,
                                    "the routing has one group of experts: with several "
                                    "the kernel rounds the value to %s itself",
                                    cp_dtype_name(terms->may_round_to)));
}

static void say_narrowed(cp_study *study, const cp_cast *cast,
                         const cp_judgement *judgement, cp_dtypes loses,
                         cp_finding *finding)
{
    cp_arena *arena = study->arena;
    const cp_terms *terms = &judgement->terms;
    bool checked = terms->check && terms->check->accepts;
    finding->message = cp_str_printf(
        arena,
        "`%.*s` can be %.*s and is narrowed to %s although %.*s takes %.*s as %.*s "
        "(%.*s %.*s)",
        CP_STR_ARGS(finding->tensor), CP_STR_ARGS(cp_dtypes_or(arena, loses)),
        cp_dtype_name(cast->to), CP_STR_ARGS(finding->consumer),
        CP_STR_ARGS(finding->parameter),
        CP_STR_ARGS(cp_dtypes_or(arena, checked ? terms->accepts : cast->from)),
        CP_STR_ARGS(judgement->site->entry->package),
        CP_STR_ARGS(finding->contract_version));
    if (!checked && cast->uses_model)
        cp_finding_assume(study, finding,
                          CP_STR("no float16 comes that way: nothing checks the dtype at "
                                 "the call, and the kernel would misread it"));
    finding->help = cp_str_printf(
        arena,
        "pass it as it is: %.*s values are then routed unrounded, which can choose other "
        "experts than now%s",
        CP_STR_ARGS(cp_dtypes_or(arena, loses)),
        cast->from == loses ? "" : "; the others route as before");
}

/* The dtypes that reach the cast lose bits in it, and the call would take them. */
static cp_finding *narrowed(cp_study *study, const cp_cast *cast)
{
    cp_dtypes loses = cp_cast_lost(cast);
    if (!loses || cast->assumed ||
        cast->hazard) /* that anything is narrowed must be seen */
        return NULL;
    cp_judgement judgement = cp_cast_judge(study, cast, takes_it_wide);
    if (!judgement.judged || !judgement.holds)
        return NULL;
    cp_finding *finding = cp_cast_finding(study, cast, "CP104", judgement.site);
    cp_finding_contract(study, finding, &judgement);
    bool rounds = judgement.terms.rounds_to == cast->to;
    finding->effect = rounds ? CP_EFFECT_EXACT : CP_EFFECT_CHANGES_EXPERTS;
    say_narrowed(study, cast, &judgement, loses, finding);
    plan_runs(study, cast, &judgement, finding);
    cp_keep_move(cast, finding);
    cp_check_comments(study, cast, finding);
    return finding;
}

/*
 * Another cast rounds the value on the way to another call, with this one or without:
 * as long as this one stands it does nothing for models of the narrow dtype.
 */
static void follow_the_next(cp_study *study, const cp_cast *cast, cp_finding *first)
{
    for (uint32_t i = 0; i < cast->later_count; i++) {
        const cp_node *at = cast->later[i].at;
        cp_cast next;
        if (cast->later[i].kind != CP_USE_CAST || !cp_cast_of(study, at, &next) ||
            next.to != cast->to || next.argument || cp_cast_lost(&next) ||
            cp_noop_is_sure(study, &next))
            continue;
        next.from = cast->from;
        next.partly = cast->partly;
        next.assumed = cast->assumed;
        cp_finding *finding = narrowed(study, &next);
        if (!finding)
            continue;
        cp_place place = cp_place_of(at->module, at->expr->span,
                                     CP_STR("rounds it again, on another way"));
        cp_finding_relate(study, first, place);
        place = cp_place_of(cast->node->module, cast->node->expr->span,
                            CP_STR("rounds it before: the two go together"));
        cp_finding_relate(study, finding, place);
    }
}

void cp_check_narrow(cp_study *study, const cp_cast *cast)
{
    cp_finding *finding = narrowed(study, cast);
    if (finding)
        follow_the_next(study, cast, finding);
}
