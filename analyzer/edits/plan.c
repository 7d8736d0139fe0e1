#include "edits/plan.h"

#include "edits/edit.h"
#include "edits/fix.h"

typedef struct planner {
    cp_arena *arena;
    cp_plan *plan;
    cp_group **groups; /* of the file at hand, by position */
    size_t count, room;
} planner;

static void refuse(planner *p, cp_finding *finding, cp_str reason)
{
    cp_refusal refusal = {finding, reason};
    finding->fix = NULL;
    finding->help = cp_str_printf(p->arena, "%.*s%sno patch is written: %.*s",
                                  CP_STR_ARGS(finding->help),
                                  finding->help.len ? "; " : "", CP_STR_ARGS(reason));
    cp_push(p->arena, p->plan->refusals, p->plan->refusal_count, p->plan->refusal_room,
            refusal);
}

static void refuse_group(planner *p, const cp_group *group, cp_str reason)
{
    for (uint32_t i = 0; i < group->count; i++)
        refuse(p, group->findings[i], reason);
}

static void remove_group(planner *p, size_t at)
{
    memmove(p->groups + at, p->groups + at + 1, (p->count - at - 1) * sizeof *p->groups);
    p->count--;
}

static bool is_refused(const cp_group *group)
{
    return cp_group_refusal(group).len > 0;
}

static bool same_func(const cp_group *a, const cp_group *b)
{
    return a->findings[0]->change.func == b->findings[0]->change.func;
}

/*
 * Fixes of different effects are worth keeping apart, so that the exact one can be
 * taken alone: one of them is drafted again with fewer lines, if that does it.
 */
static bool keep_apart(planner *p, size_t i, size_t k)
{
    if (cp_group_effect(p->groups[i]) == cp_group_effect(p->groups[k]))
        return false;
    for (int turn = 0; turn < 2; turn++) {
        size_t changed = turn ? i : k, other = turn ? k : i;
        cp_group *narrow = cp_group_narrow(p->arena, p->groups[changed], true);
        if (!is_refused(narrow) && !cp_group_touches(narrow, p->groups[other])) {
            p->groups[changed] = narrow;
            return true;
        }
        p->groups[changed] = cp_group_narrow(p->arena, p->groups[changed], false);
    }
    return false;
}

/* What the two make together where they must be one fix; NULL where they need not. */
static cp_group *must_join(planner *p, size_t i, size_t k)
{
    cp_group *pair[2] = {p->groups[i], p->groups[k]};
    bool touch = cp_group_touches(pair[0], pair[1]);
    if (!touch && !same_func(pair[0], pair[1]))
        return NULL;
    cp_group *joint = cp_group_join(p->arena, pair[0], pair[1]);
    bool alone = !is_refused(pair[0]) && !is_refused(pair[1]);
    if (is_refused(joint))
        return alone ? joint : NULL;
    if (!alone || cp_group_adds(joint, pair, 2))
        return joint;
    return touch && !keep_apart(p, i, k) ? joint : NULL;
}

static void join_pairs(planner *p)
{
    for (size_t i = 0; i < p->count; i++) {
        for (size_t k = i + 1; k < p->count; k++) {
            cp_group *joint = must_join(p, i, k);
            if (!joint)
                continue;
            if (is_refused(joint))
                refuse_group(p, p->groups[k], cp_group_refusal(joint));
            else
                p->groups[i] = joint;
            remove_group(p, k);
            k = i; /* what was left alone so far may have to join now */
        }
    }
}

static void drop_refused(planner *p)
{
    for (size_t i = p->count; i-- > 0;) {
        if (!is_refused(p->groups[i]))
            continue;
        refuse_group(p, p->groups[i], cp_group_refusal(p->groups[i]));
        remove_group(p, i);
    }
}

/* Three fixes can empty a block that no two of them empty. */
static void join_rest(planner *p)
{
    if (p->count < 3)
        return;
    cp_group *all = p->groups[0];
    for (size_t i = 1; i < p->count; i++)
        all = cp_group_join(p->arena, all, p->groups[i]);
    if (!is_refused(all) && !cp_group_adds(all, p->groups, p->count))
        return;
    if (!is_refused(all))
        p->groups[0] = all;
    for (size_t i = 1; is_refused(all) && i < p->count; i++)
        refuse_group(p, p->groups[i], cp_group_refusal(all));
    p->count = 1;
}

static uint32_t twins_of(const planner *p, size_t first, const cp_fix *fix)
{
    uint32_t twins = 0;
    for (size_t i = first; i < p->plan->fix_count; i++)
        twins += cp_str_eq(p->plan->fixes[i]->id, fix->id);
    return twins;
}

static void keep(planner *p, cp_fix *fix)
{
    for (uint32_t i = 0; i < fix->finding_count; i++)
        fix->findings[i]->fix = fix;
    cp_push(p->arena, p->plan->fixes, p->plan->fix_count, p->plan->fix_room, fix);
}

static const cp_str unreadable = {"the file could not be read after it", 35};

static void make_fixes(planner *p, const cp_module *module)
{
    size_t first = p->plan->fix_count;
    for (size_t i = 0; i < p->count; i++) {
        cp_fix *fix = cp_fix_of(p->arena, p->groups[i], 0);
        uint32_t twins = twins_of(p, first, fix);
        if (twins)
            fix = cp_fix_of(p->arena, p->groups[i], twins);
        if (cp_fix_reads_back(module, &fix, 1))
            keep(p, fix);
        else
            refuse_group(p, p->groups[i], unreadable);
    }
    size_t made = p->plan->fix_count - first;
    if (made < 2 || cp_fix_reads_back(module, p->plan->fixes + first, made))
        return;
    for (size_t i = first + 1; i < first + made; i++)
        for (uint32_t k = 0; k < p->plan->fixes[i]->finding_count; k++)
            refuse(p, p->plan->fixes[i]->findings[k], unreadable);
    p->plan->fix_count = first + 1;
}

/* Outside of functions an error anywhere may have moved the borders of statements. */
static bool was_understood(const cp_finding *f)
{
    const cp_func *func = f->change.func;
    return func ? !func->has_error : f->module->error_count == 0;
}

static void plan_module(planner *p, cp_findings *findings, const cp_module *module)
{
    p->count = 0;
    for (size_t i = 0; i < findings->count; i++) {
        cp_finding *f = findings->items[i];
        if (f->module != module || f->change.kind == CP_CHANGE_NONE)
            continue;
        if (!was_understood(f)) {
            refuse(p, f, CP_STR("the code around it could not be parsed"));
            continue;
        }
        cp_group *group = cp_group_new(p->arena, &f, 1);
        cp_push(p->arena, p->groups, p->count, p->room, group);
        for (size_t k = p->count - 1;
             k > 0 && p->groups[k - 1]->findings[0]->change.cast.start >
                          group->findings[0]->change.cast.start;
             k--) {
            p->groups[k] = p->groups[k - 1];
            p->groups[k - 1] = group;
        }
    }
    join_pairs(p);
    drop_refused(p);
    join_rest(p);
    make_fixes(p, module);
}

static bool removes_comment(const cp_finding *f, cp_span span)
{
    for (uint32_t i = 0; i < f->change.comment_count; i++) {
        cp_span comment = f->change.comments[i]->span;
        if (comment.start < span.end && span.start < comment.end)
            return true;
    }
    return false;
}

static void add_finding(cp_arena *arena, cp_fix *fix, cp_finding *finding)
{
    cp_finding **all = cp_new(arena, cp_finding *, fix->finding_count + 1);
    uint32_t at = 0;
    while (at < fix->finding_count &&
           fix->findings[at]->span.start <= finding->span.start)
        at++;
    memcpy(all, fix->findings, at * sizeof *all);
    all[at] = finding;
    memcpy(all + at + 1, fix->findings + at, (fix->finding_count - at) * sizeof *all);
    fix->findings = all;
    fix->finding_count++;
    finding->fix = fix;
}

/* A stale comment that goes with a cast is mended by the same fix. */
static void share_comments(cp_arena *arena, cp_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        cp_finding *stale = findings->items[i];
        if (!cp_str_is(stale->code, "CP202") || stale->change.kind != CP_CHANGE_NONE)
            continue;
        for (size_t k = 0; k < findings->count && !stale->fix; k++) {
            cp_finding *f = findings->items[k];
            if (f != stale && f->module == stale->module && f->fix &&
                removes_comment(f, stale->span))
                add_finding(arena, f->fix, stale);
        }
    }
}

static bool in_file(const cp_finding *f)
{
    const cp_change *c = &f->change;
    bool inside = c->cast.start <= c->keep.start && c->keep.end <= c->cast.end &&
                  (c->keep.start < c->keep.end || c->kind == CP_CHANGE_DROP_ARGUMENT) &&
                  c->cast.end <= f->module->source->text.len;
    for (uint32_t i = 0; i < c->comment_count; i++)
        inside = inside && c->comments[i]->span.end <= f->module->source->text.len;
    return inside;
}

static bool is_new(const cp_findings *findings, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (findings->items[i]->module == findings->items[at]->module &&
            findings->items[i]->change.kind != CP_CHANGE_NONE)
            return false;
    return findings->items[at]->change.kind != CP_CHANGE_NONE;
}

cp_status cp_plan_fixes(cp_arena *arena, cp_findings *findings, cp_plan *plan,
                        cp_err *err)
{
    *plan = (cp_plan){0};
    for (size_t i = 0; i < findings->count; i++) {
        cp_finding *f = findings->items[i];
        f->fix = NULL;
        if (f->change.kind != CP_CHANGE_NONE && !in_file(f))
            return cp_fail(err, CP_ERR_RANGE, "%.*s: %.*s wants bytes outside its file",
                           CP_STR_ARGS(f->module->source->path), CP_STR_ARGS(f->code));
    }
    planner p = {.arena = arena, .plan = plan};
    for (size_t i = 0; i < findings->count; i++)
        if (is_new(findings, i))
            plan_module(&p, findings, findings->items[i]->module);
    share_comments(arena, findings);
    return CP_OK;
}

static cp_safety safety_of(cp_effect effect)
{
    if (effect == CP_EFFECT_EXACT)
        return CP_SAFETY_EXACT;
    return effect == CP_EFFECT_SAME_EXPERTS ? CP_SAFETY_BOUNDED : CP_SAFETY_MANUAL;
}

cp_status cp_plan_apply(cp_arena *arena, const cp_module *module, cp_fix *const *fixes,
                        size_t count, cp_str *text, cp_err *err)
{
    cp_edit_set *set = cp_edit_set_new(arena, module->source->text);
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; fixes[i]->module == module && k < fixes[i]->edit_count;
             k++) {
            const cp_edit_range *range = &fixes[i]->edits[k];
            cp_edit edit = {range->start, range->end, range->text, fixes[i]->id.ptr,
                            safety_of(fixes[i]->effect)};
            cp_status st = cp_edit_set_add(set, &edit, err);
            if (st)
                return st;
        }
    }
    *text = cp_edit_set_apply(set, CP_SAFETY_MANUAL);
    return CP_OK;
}
