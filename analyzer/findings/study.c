#include "findings/cast.h"

/* Why no rule had anything to say: the first thing that stands in the way. */
static const char *why_unjudged(const cp_cast *cast)
{
    if (cast->hazard)
        return cast->hazard;
    if (cast->to == CP_DTYPE_NONE)
        return "the dtype that it makes is not known";
    if (!cast->from)
        return cast->partly ? cast->partly : "the dtype that it comes with is not known";
    if (cast->partly && !cast->site_count)
        return cast->partly;
    if (!cast->site_count)
        return cast->other_use ? cast->other_use : "nothing that uses it is visible";
    if (!cast->only_sites)
        return cast->other_use;
    const cp_site *site = &cast->sites[0];
    cp_range range = cp_site_range(site, cast->node->module->source->path);
    if (!range.count)
        return "no contract is known for the pinned release";
    cp_terms terms = cp_terms_at(site, range.releases[range.count - 1]);
    if (terms.labels)
        return "an output of the call has the dtype that it makes";
    if (terms.coupled)
        return "another argument must have the dtype that it makes";
    if (terms.known && (cast->from & ~terms.accepts))
        return "the kernel needs it";
    return "it is not known in which dtype the kernel computes";
}

static void run_rules(cp_study *study, const cp_node *node)
{
    cp_cast cast;
    if (!cp_cast_of(study, node, &cast))
        return;
    size_t before = study->findings->count;
    if (cast.from && cast.to != CP_DTYPE_NONE && !cast.argument) {
        cp_check_upcast(study, &cast);
        cp_check_narrow(study, &cast);
        cp_check_roundtrip(study, &cast);
    }
    cp_check_noop(study, &cast);
    cp_check_later(study, &cast);
    cp_check_promoted(study, &cast);
    cp_check_product(study, &cast);
    if (study->findings->count > before || cast.argument)
        return;
    cp_unjudged unjudged = {node->module, node->expr->span, cast.value->span,
                            why_unjudged(&cast)};
    cp_push(study->arena, study->unjudged, study->unjudged_count, study->unjudged_room,
            unjudged);
}

static const cp_resting *resting_at(const cp_study *study, const cp_node *node)
{
    for (size_t i = 0; i < study->resting_count; i++)
        if (study->resting[i].node == node)
            return &study->resting[i];
    return NULL;
}

/* Takes the change from a finding that others stand in the way of. */
static void keep_for(cp_study *study, cp_finding *finding, const char *other,
                     cp_str lines)
{
    if (finding->change.kind == CP_CHANGE_NONE)
        return;
    finding->change.kind = CP_CHANGE_NONE;
    finding->help =
        cp_str_printf(study->arena,
                      "%.*s, or follow %s at line%s %.*s instead: "
                      "not both",
                      CP_STR_ARGS(finding->help), other,
                      memchr(lines.ptr, ',', lines.len) ? "s" : "", CP_STR_ARGS(lines));
}

static uint32_t line_of(const cp_finding *finding)
{
    return cp_source_line(finding->module->source, finding->span.start);
}

/*
 * A cast that is redundant because of those behind it, which do nothing because of it:
 * the larger part of such a group can go, not all. Where it is one against one, the
 * first goes, for it is the one that copies.
 */
static void settle_groups(cp_study *study)
{
    for (size_t i = 0; i < study->resting_count; i++) {
        cp_resting *first = &study->resting[i];
        const cp_resting *last = NULL;
        cp_buf lines = {.arena = study->arena};
        uint32_t count = 0;
        for (uint32_t k = 0; k < first->stay_count; k++) {
            const cp_resting *behind = resting_at(study, first->stays[k]);
            if (!behind)
                continue;
            cp_buf_add(&lines, cp_str_printf(study->arena, "%s%u", count ? ", " : "",
                                             line_of(behind->finding)));
            count++;
            last = behind;
        }
        if (count > 1)
            keep_for(study, first->finding, "CP102", cp_buf_str(&lines));
        else if (count == 1)
            keep_for(study, last->finding, "CP101",
                     cp_str_printf(study->arena, "%u", line_of(first->finding)));
    }
}

void cp_study_run(cp_study *study)
{
    size_t count;
    cp_node *const *casts = cp_flow_casts(study->flow, &count);
    for (size_t i = 0; i < count; i++)
        run_rules(study, casts[i]);
    cp_node *const *calls = cp_flow_calls(study->flow, &count);
    for (size_t i = 0; i < count; i++)
        run_rules(study, calls[i]);
    settle_groups(study);
    cp_check_missing(study);
    cp_check_reinterpret(study);
    cp_findings_sort(study->findings);
}
