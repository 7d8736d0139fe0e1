#include "findings/cast.h"

/*
 * The kernel takes each dtype that reaches the cast, and widens it itself to
 * what the cast makes: then the cast changes nothing.
 */
static bool takes_it_uncast(const cp_cast *cast, const cp_terms *terms)
{
    return !(cast->from & ~terms->accepts) && terms->computes == cast->to &&
           cp_dtype_holds_all(terms->computes, cast->from) && !terms->coupled &&
           !terms->labels;
}

static void say_redundant(cp_study *study, const cp_judgement *verdict,
                          cp_finding *finding)
{
    cp_arena *arena = study->arena;
    cp_str takes = cp_dtypes_or(arena, verdict->terms.accepts & ~CP_DTYPES(CP_F16));
    if (verdict->terms.check && verdict->terms.check->accepts)
        takes = cp_dtypes_or(arena, verdict->terms.accepts);
    finding->message = cp_str_printf(
        arena,
        "`%.*s` is widened to %s although %.*s takes %.*s as %.*s (%.*s %.*s) and widens "
        "it itself",
        CP_STR_ARGS(finding->tensor), cp_dtype_name(finding->to),
        CP_STR_ARGS(finding->consumer), CP_STR_ARGS(finding->parameter),
        CP_STR_ARGS(takes), CP_STR_ARGS(verdict->site->entry->package),
        CP_STR_ARGS(finding->contract_version));
    finding->help = CP_STR("pass it as it is: the experts chosen and their weights stay "
                           "the same, bit for bit");
    if (finding->from & CP_DTYPES(finding->to))
        finding->help = cp_str_printf(
            arena,
            "%.*s. Narrowing it instead would be taken too, but it would round %s values "
            "before the routing, which can choose other experts",
            CP_STR_ARGS(finding->help), cp_dtype_name(finding->to));
    finding->effect = CP_EFFECT_EXACT;
}

/* Whether each release that counts takes what the cast makes: then it is needed now. */
static bool is_needed_now(const cp_judgement *judgement, cp_dtype to)
{
    for (size_t i = 0; i < judgement->range.count; i++) {
        cp_terms terms = cp_terms_at(judgement->site, judgement->range.releases[i]);
        if (terms.labels || !(terms.accepts & CP_DTYPES(to)))
            return false;
    }
    return true;
}

/* Whether the release just before `since` fails only because its call is broken. */
static cp_str broken_before(const cp_study *study, const cp_judgement *verdict)
{
    size_t count;
    const cp_release *releases =
        cp_contracts_releases(study->contracts, verdict->site->entry->package, &count);
    for (size_t i = 1; i < count; i++) {
        if (&releases[i] != verdict->since)
            continue;
        cp_terms before = cp_terms_at(verdict->site, &releases[i - 1]);
        if (before.broken)
            return releases[i - 1].text;
    }
    return (cp_str){"", 0};
}

static void say_after_upgrade(cp_study *study, const cp_cast *cast,
                              const cp_judgement *verdict, cp_finding *finding)
{
    cp_arena *arena = study->arena;
    cp_str package = verdict->site->entry->package, since = verdict->since->text;
    finding->message = cp_str_printf(
        arena,
        "`%.*s` needs no cast to %s once %.*s>=%.*s: %.*s then takes %.*s as %.*s; "
        "%.*s is allowed now",
        CP_STR_ARGS(finding->tensor), cp_dtype_name(cast->to), CP_STR_ARGS(package),
        CP_STR_ARGS(since), CP_STR_ARGS(finding->consumer),
        CP_STR_ARGS(finding->parameter),
        CP_STR_ARGS(cp_dtypes_or(arena, verdict->terms.accepts & CP_CONCRETE)),
        CP_STR_ARGS(cp_range_text(study, &verdict->range)));
    cp_str broken = broken_before(study, verdict);
    if (broken.len)
        finding->message =
            cp_str_printf(arena, "%.*s (%.*s takes it too, but its call cannot succeed)",
                          CP_STR_ARGS(finding->message), CP_STR_ARGS(broken));
    finding->help =
        cp_str_printf(arena, "keep the cast until the pin allows only %.*s>=%.*s",
                      CP_STR_ARGS(package), CP_STR_ARGS(since));
    finding->package = package;
    finding->since = since;
    finding->change.kind = CP_CHANGE_NONE;
}

void cp_check_upcast(cp_study *study, const cp_cast *cast)
{
    if (cast->from == CP_DTYPES(cast->to) || !cp_dtype_holds_all(cast->to, cast->from) ||
        cast->hazard)
        return; /* nothing is widened, or something is narrowed */
    cp_judgement verdict = cp_cast_judge(study, cast, takes_it_uncast);
    if (!verdict.judged || (!verdict.holds && !verdict.since))
        return;
    if (!verdict.holds && !is_needed_now(&verdict, cast->to))
        return;
    cp_finding *finding =
        cp_cast_finding(study, cast, verdict.holds ? "CP101" : "CP105", verdict.site);
    cp_finding_contract(study, finding, &verdict);
    if (verdict.holds) {
        cp_keep_move(cast, finding);
        say_redundant(study, &verdict, finding);
        cp_check_comments(study, cast, finding);
    } else {
        say_after_upgrade(study, cast, &verdict, finding);
    }
}
