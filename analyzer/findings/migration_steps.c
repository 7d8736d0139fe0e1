#include <assert.h>

#include "findings/cast.h"
#include "findings/migration_parts.h"

cp_step *cp_migration_step(cp_migrating *make, cp_step_kind kind)
{
    cp_migration *out = make->out;
    cp_step step = {.kind = kind, .no_patch = {"", 0}};
    cp_push(make->study->arena, out->steps, out->step_count, out->step_room, step);
    return &out->steps[out->step_count - 1];
}

void cp_migration_need(cp_migrating *make, cp_step *step, uint32_t number)
{
    assert(number <= make->out->step_count);
    for (size_t i = 0; i < step->need_count; i++)
        if (step->needs[i] == number)
            return;
    if (!number)
        return;
    cp_push(make->study->arena, step->needs, step->need_count, step->need_room, number);
    for (size_t i = step->need_count - 1; i && step->needs[i - 1] > number; i--) {
        step->needs[i] = step->needs[i - 1];
        step->needs[i - 1] = number;
    }
}

void cp_migration_check(cp_migrating *make, cp_step *step, cp_str sentence)
{
    for (size_t i = 0; i < step->check_count; i++)
        if (cp_str_eq(step->checks[i], sentence))
            return;
    cp_push(make->study->arena, step->checks, step->check_count, step->check_room,
            sentence);
}

static bool is_of_casts(const cp_finding *finding)
{
    static const char *const codes[] = {"CP101", "CP102", "CP103", "CP104", "CP105"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (cp_str_is(finding->code, codes[i]))
            return true;
    return false;
}

/* A finding about the same cast that may be patched without a change of the routing. */
static const cp_finding *exact_at(const cp_findings *findings, const cp_finding *like)
{
    for (size_t i = 0; i < findings->count; i++) {
        const cp_finding *finding = findings->items[i];
        if (finding->module == like->module && finding->span.start == like->span.start &&
            finding->span.end == like->span.end && is_of_casts(finding) && finding->fix &&
            finding->effect == CP_EFFECT_EXACT)
            return finding;
    }
    return NULL;
}

/* Releases that the pin allows and nobody looked at. */
static void check_pin(cp_migrating *make, cp_step *step, const cp_finding *finding)
{
    cp_arena *arena = make->study->arena;
    const cp_contract *contract = finding->contract;
    if (!contract)
        return;
    size_t count;
    const cp_release *releases =
        cp_contracts_releases(make->study->contracts, contract->package, &count);
    cp_range range =
        cp_range_of(make->study, finding->module->source->path, contract->package);
    const cp_version *later = cp_version_parse(arena, CP_STR("999999"));
    if (!count || range.own || (range.pin && !cp_spec_allows(&range.pin->spec, later)))
        return;
    cp_migration_check(make, step,
                       cp_str_printf(arena,
                                     "the pin allows releases of %.*s after %.*s, of "
                                     "which nothing is known",
                                     CP_STR_ARGS(contract->package),
                                     CP_STR_ARGS(releases[count - 1].text)));
}

static void keep(cp_migrating *make, const cp_finding *finding, cp_str reason)
{
    cp_left left = {finding, reason};
    cp_migration *out = make->out;
    cp_push(make->study->arena, out->kept, out->kept_count, out->kept_room, left);
}

static void leave(cp_migrating *make, const cp_finding *finding, cp_str reason)
{
    cp_left left = {finding, reason};
    cp_migration *out = make->out;
    cp_push(make->study->arena, out->left, out->left_count, out->left_room, left);
}

/* Why a cast of the fix must stay although it could go; "" where it need not. `first` is
   the first raise that is made after the step. */
static cp_str why_kept(const cp_migrating *make, const cp_finding *finding, size_t first)
{
    cp_arena *arena = make->study->arena;
    const cp_debt_row *row =
        cp_migration_needs_cast(make, finding->module, finding->span);
    if (row)
        return cp_str_printf(arena,
                             "the gate's output gets through it to %.*s, of which it is "
                             "not known that it takes bfloat16",
                             CP_STR_ARGS(row->consumer));
    for (size_t i = first; i < make->raise_count; i++)
        if (!exact_at(make->raises[i].then, finding))
            return cp_str_printf(arena, "it is needed again at %.*s %.*s",
                                 CP_STR_ARGS(make->raises[i].package),
                                 CP_STR_ARGS(make->raises[i].version));
    return (cp_str){"", 0};
}

static bool keeps_one(cp_migrating *make, const cp_fix *fix, size_t first)
{
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        if (!is_of_casts(finding) || finding->change.kind == CP_CHANGE_NONE)
            continue;
        cp_str why = why_kept(make, finding, first);
        if (!why.len)
            continue;
        keep(make, finding, why);
        return true;
    }
    return false;
}

static void drop_with(cp_migrating *make, cp_step *step, const cp_fix *fix)
{
    cp_arena *arena = make->study->arena;
    step->fix = fix;
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        if (!is_of_casts(finding) || finding->change.kind == CP_CHANGE_NONE)
            continue;
        if (!step->finding)
            step->finding = finding;
        cp_map_put(&make->dropped,
                   cp_migration_key(arena, finding->module, finding->span),
                   (void *)finding);
        check_pin(make, step, finding);
        for (uint32_t a = 0; a < finding->assumption_count; a++)
            cp_migration_check(make, step, finding->assumptions[a]);
    }
}

/* Whether a fix drops casts, and all of them exactly. */
static bool is_exact_drop(const cp_fix *fix)
{
    bool drops = false;
    for (uint32_t i = 0; i < fix->finding_count; i++)
        drops |= is_of_casts(fix->findings[i]) &&
                 fix->findings[i]->change.kind != CP_CHANGE_NONE;
    return drops && fix->effect == CP_EFFECT_EXACT;
}

void cp_migration_add_drops(cp_migrating *make)
{
    const cp_findings *findings = make->study->findings;
    cp_map done = {.arena = make->study->arena};
    for (size_t i = 0; i < findings->count; i++) {
        const cp_finding *finding = findings->items[i];
        const cp_fix *fix = finding->fix;
        if (!is_of_casts(finding) || cp_str_is(finding->code, "CP105"))
            continue;
        if (!fix)
            leave(make, finding, CP_STR("there is no patch: it is to be done by hand"));
        else if (!is_exact_drop(fix))
            leave(make, finding,
                  cp_str_printf(make->study->arena, "its patch %.*s is not exact: %s",
                                CP_STR_ARGS(fix->id), cp_effect_name(fix->effect)));
        else if (!cp_map_get(&done, fix->id) && !keeps_one(make, fix, 0))
            drop_with(make, cp_migration_step(make, CP_STEP_DROP), fix);
        if (fix)
            cp_map_put(&done, fix->id, (void *)fix);
    }
}

/* Calls that reject a dtype after the raise, and did not before. */
static void add_breaks(cp_migrating *make, cp_step *step, const cp_findings *before)
{
    const cp_findings *then = step->raise->then;
    for (size_t i = 0; i < then->count; i++) {
        const cp_finding *finding = then->items[i];
        bool known = !cp_str_is(finding->code, "CP201");
        for (size_t b = 0; b < before->count && !known; b++)
            known = cp_str_is(before->items[b]->code, "CP201") &&
                    before->items[b]->module == finding->module &&
                    before->items[b]->span.start == finding->span.start;
        if (known)
            continue;
        cp_str what =
            cp_str_printf(make->study->arena, "%.*s; %.*s", CP_STR_ARGS(finding->message),
                          CP_STR_ARGS(finding->help));
        cp_place place = cp_place_of(finding->module, finding->span, what);
        cp_push(make->study->arena, step->breaks, step->break_count, step->break_room,
                place);
    }
}

/* Why the patch cannot be shown yet; "" where each cast that it drops is new with the
   raise. */
static cp_str why_no_patch(const cp_migrating *make, const cp_fix *fix)
{
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *other = fix->findings[i];
        cp_str key = cp_migration_key(make->study->arena, other->module, other->span);
        if (other->change.kind != CP_CHANGE_NONE && cp_map_get(&make->dropped, key))
            return CP_STR("it changes lines that an earlier step changes: castproof fix "
                          "makes it once the pin is raised");
    }
    return CP_STR("");
}

/* Why no step is made of a cast that can go after the raise; "" where one is. */
static cp_str why_left(const cp_migrating *make, const cp_finding *then,
                       const cp_raise *raise)
{
    if (!then)
        return cp_str_printf(
            make->study->arena,
            "there is no exact patch of it at %.*s %.*s either: it is to "
            "be done by hand then",
            CP_STR_ARGS(raise->package), CP_STR_ARGS(raise->version));
    return is_exact_drop(then->fix)
               ? CP_STR("")
               : CP_STR(
                     "other casts on its lines go only with another choice of experts");
}

static void add_later_drop(cp_migrating *make, const cp_finding *finding, size_t raise)
{
    const cp_finding *then = exact_at(make->raises[raise].then, finding);
    cp_str key = cp_migration_key(make->study->arena, finding->module, finding->span);
    cp_str left = why_left(make, then, &make->raises[raise]);
    if (cp_map_get(&make->dropped, key))
        return; /* with the patch of another one */
    if (left.len) {
        leave(make, finding, left);
        return;
    }
    cp_str no_patch = why_no_patch(make, then->fix);
    if (keeps_one(make, then->fix, raise + 1))
        return;
    cp_step *step = cp_migration_step(make, CP_STEP_DROP);
    step->raise = &make->raises[raise];
    step->finding = then;
    step->no_patch = no_patch;
    cp_migration_need(make, step, make->raise_steps[raise]);
    check_pin(make, step, finding);
    cp_map_put(&make->dropped, key, (void *)finding);
    if (!no_patch.len)
        drop_with(make, step, then->fix);
}

static void add_raise(cp_migrating *make, size_t index)
{
    const cp_findings *findings = make->study->findings;
    const cp_raise *raise = &make->raises[index];
    cp_step *step = cp_migration_step(make, CP_STEP_RAISE);
    step->raise = raise;
    step->pin = cp_pins_find(make->study->pins, raise->path, raise->package);
    if (index && cp_str_eq(make->raises[index - 1].package, raise->package))
        cp_migration_need(make, step, make->raise_steps[index - 1]);
    add_breaks(make, step, index ? make->raises[index - 1].then : findings);
    cp_migration_check(
        make, step,
        cp_str_printf(make->study->arena,
                      "only the dtypes that calls of %.*s take were looked "
                      "at, and only in %.*s",
                      CP_STR_ARGS(raise->package), CP_STR_ARGS(raise->version)));
    make->raise_steps[index] = (uint32_t)make->out->step_count;
    cp_migration_broken(make->study, raise, step);
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i]->since.len &&
            cp_migration_raise_of(make, findings->items[i]->package,
                                  findings->items[i]->since) == index)
            add_later_drop(make, findings->items[i], index);
}

void cp_migration_add_raises(cp_migrating *make)
{
    for (size_t i = 0; i < make->raise_count; i++)
        add_raise(make, i);
}
