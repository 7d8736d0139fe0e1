#include "findings/cast.h"

cp_place cp_place_of(const cp_module *module, cp_span span, cp_str what)
{
    cp_place place = {.path = module->source->path, .what = what};
    cp_source_position(module->source, span.start, &place.line, &place.column);
    place.end_line =
        cp_source_line(module->source, span.end > span.start ? span.end - 1 : span.end);
    return place;
}

cp_str cp_dtypes_or(cp_arena *arena, cp_dtypes set)
{
    cp_buf buf = {.arena = arena};
    cp_dtypes left = set;
    for (int d = 0; d < CP_DTYPE_COUNT; d++) {
        if (!(set & CP_DTYPES(d)))
            continue;
        left &= ~CP_DTYPES(d);
        if (buf.len)
            cp_buf_puts(&buf, left ? ", " : " or ");
        cp_buf_puts(&buf, cp_dtype_name((cp_dtype)d));
    }
    return cp_buf_str(&buf);
}

void cp_finding_assume(const cp_study *study, cp_finding *finding, cp_str sentence)
{
    size_t count = finding->assumption_count;
    cp_str *all = cp_new(study->arena, cp_str, count + 1);
    if (count)
        memcpy(all, finding->assumptions, count * sizeof *all);
    all[count] = sentence;
    finding->assumptions = all;
    finding->assumption_count++;
}

void cp_keep_move(const cp_cast *cast, cp_finding *finding)
{
    if (!cast->moves_device)
        return;
    finding->help =
        CP_STR("drop the dtype, and keep the move to the device if it is one");
    finding->change.kind = CP_CHANGE_NONE;
}

void cp_finding_relate(const cp_study *study, cp_finding *finding, cp_place place)
{
    size_t count = finding->related_count;
    cp_place *all = cp_new(study->arena, cp_place, count + 1);
    if (count)
        memcpy(all, finding->related, count * sizeof *all);
    all[count] = place;
    finding->related = all;
    finding->related_count++;
}

cp_str cp_shown_text(cp_arena *arena, const cp_module *module, cp_span span)
{
    cp_str text = cp_str_cut(module->source->text, span.start, span.end);
    cp_buf buf = {.arena = arena};
    while (text.len && buf.len < 100) {
        if (buf.len)
            cp_buf_puts(&buf, " ");
        cp_buf_add(&buf, cp_str_trim(cp_str_next(&text, '\n')));
    }
    if (text.len)
        cp_buf_puts(&buf, " …");
    return cp_buf_str(&buf);
}

enum { PRODUCERS_MAX = 8, ORIGINS_MAX = 64, RANKS = 4 };

int cp_producer_rank(const cp_node *node)
{
    static const char *const gates[] = {"linear", "mm", "matmul", "bmm", "Parameter"};
    static const char *const buffers[] = {"empty", "zeros", "new_empty", "new_zeros"};
    if (node->kind == CP_NODE_CAST)
        return 1;
    if (node->expr->kind != CP_EXPR_CALL)
        return 2;
    cp_str callee = node->expr->kids[0]->text;
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        if (cp_str_is(callee, gates[i]) || cp_str_ends(callee, CP_STR("Linear")))
            return 0;
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        if (cp_str_is(callee, buffers[i]))
            return 3;
    return 2;
}

static bool can_be_shown(const cp_origin *origin)
{
    cp_dtypes floats = origin->dtypes & CP_SYM_MODEL;
    for (int d = 0; d < CP_DTYPE_COUNT; d++)
        if (cp_dtype_is_float((cp_dtype)d))
            floats |= origin->dtypes & CP_DTYPES(d);
    return origin->node->expr && origin->node->module && floats && !origin->unknown;
}

/*
 * The next origin to show: the best rank first, and within it one of a dtype that
 * was shown less often than the others, so that each dtype has its witness.
 */
static const cp_origin *next_origin(const cp_origin *origins, size_t count,
                                    const bool *shown, const uint32_t *times)
{
    const cp_origin *best = NULL;
    uint64_t best_cost = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (shown[i] || !can_be_shown(&origins[i]))
            continue;
        uint32_t least = UINT32_MAX;
        for (int d = 0; d <= CP_DTYPE_COUNT; d++)
            if ((origins[i].dtypes & CP_DTYPES(d)) && times[d] < least)
                least = times[d];
        uint64_t cost =
            (uint64_t)least * RANKS + (uint64_t)cp_producer_rank(origins[i].node);
        if (cost < best_cost) {
            best_cost = cost;
            best = &origins[i];
        }
    }
    return best;
}

static void add_producers(const cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    size_t count, room = 0, kept = 0;
    cp_origin *origins =
        cp_trace_origins(study->arena, cast->operand, ORIGINS_MAX, &count);
    bool shown[ORIGINS_MAX] = {false};
    uint32_t times[CP_DTYPE_COUNT + 1] = {0};
    while (kept < PRODUCERS_MAX) {
        const cp_origin *origin = next_origin(origins, count, shown, times);
        if (!origin)
            break;
        shown[origin - origins] = true;
        for (int d = 0; d <= CP_DTYPE_COUNT; d++)
            times[d] += (origin->dtypes >> d) & 1;
        const cp_node *node = origin->node;
        cp_place place =
            cp_place_of(node->module, node->expr->span,
                        cp_shown_text(study->arena, node->module, node->expr->span));
        place.dtypes = cp_dtypes_assume(origin->dtypes, study->model);
        cp_push(study->arena, finding->producers, kept, room, place);
    }
    finding->producer_count = (uint32_t)kept;
}

static void add_trace(const cp_study *study, const cp_site *site, cp_finding *finding)
{
    cp_place *trace = cp_new(study->arena, cp_place, site->hop_count + 1);
    for (uint32_t i = 0; i < site->hop_count; i++) {
        const cp_node *hop = site->hops[i];
        trace[i] = cp_place_of(hop->module, hop->expr->kids[0]->span,
                               cp_str_printf(study->arena, "handed to %.*s",
                                             CP_STR_ARGS(hop->expr->kids[0]->text)));
    }
    trace[site->hop_count] = cp_place_of(
        site->call->module, site->call->expr->kids[0]->span,
        cp_str_printf(study->arena, "%.*s of %.*s", CP_STR_ARGS(site->parameter),
                      CP_STR_ARGS(site->entry->call)));
    finding->trace = trace;
    finding->trace_count = site->hop_count + 1;
}

cp_str cp_namesake_assumption(const cp_study *study, const cp_node *node)
{
    const cp_node *named = cp_trace_namesake(study->arena, node);
    if (!named)
        return (cp_str){"", 0};
    return cp_str_printf(study->arena,
                         "`%.*s`, which no visible call gives to %.*s, is of the dtypes "
                         "that others of that name have",
                         CP_STR_ARGS(named->name), CP_STR_ARGS(named->func->qualname));
}

static void add_assumptions(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    cp_arena *arena = study->arena;
    if (cast->uses_model)
        cp_finding_assume(study, finding,
                          cp_str_printf(arena, "the model's dtype is %.*s",
                                        CP_STR_ARGS(cp_dtypes_or(arena, study->model))));
    cp_str named = cp_namesake_assumption(study, cast->operand);
    if (named.len && !cast->assumed)
        cp_finding_assume(study, finding, named);
    if (cast->assumed)
        cp_finding_assume(
            study, finding,
            cp_str_printf(arena,
                          "no visible code gives `%.*s` a dtype (%s): it is taken to be "
                          "the model's or float32",
                          CP_STR_ARGS(finding->tensor),
                          cast->partly ? cast->partly : "nothing assigns it"));
    else if (cast->partly)
        cp_finding_assume(
            study, finding,
            cp_str_printf(arena,
                          "what else reaches `%.*s` has one of these dtypes too (%s)",
                          CP_STR_ARGS(finding->tensor), cast->partly));
}

cp_finding *cp_cast_finding(cp_study *study, const cp_cast *cast, const char *code,
                            const cp_site *site)
{
    const cp_module *module = cast->node->module;
    cp_span span = cast->argument ? cast->argument->span : cast->node->expr->span;
    cp_finding *finding = cp_findings_new(study->findings, code, module, span);
    finding->tensor =
        cp_str_cut(module->source->text, cast->value->span.start, cast->value->span.end);
    finding->role = cast->role;
    finding->from = cast->from;
    finding->to = cast->to;
    finding->guard = cp_guard_text(study->arena, module, cast->node->guard);
    finding->effect = CP_EFFECT_UNPROVED;
    finding->change = (cp_change){
        .kind = cast->argument ? CP_CHANGE_DROP_ARGUMENT : CP_CHANGE_DROP_CAST,
        .cast = span,
        .keep = cast->argument ? (cp_span){span.start, span.start} : cast->value->outer,
        .func = cast->node->func};
    finding->plan = (cp_route_plan){.role = cast->role,
                                    .before = cast->from,
                                    .cast_to = cast->to,
                                    .computes = CP_DTYPE_NONE,
                                    .rounds_to = CP_DTYPE_NONE};
    add_producers(study, cast, finding);
    add_assumptions(study, cast, finding);
    if (!site)
        return finding;
    finding->consumer = site->entry->call;
    finding->parameter = site->parameter;
    finding->plan.methods = cp_site_methods(site, &finding->plan.method_count);
    add_trace(study, site, finding);
    return finding;
}

/* "file:line" as a place. */
static cp_place stated_place(cp_str stated, cp_str what)
{
    cp_place place = {.path = stated, .what = what};
    const char *colon = stated.len ? memrchr(stated.ptr, ':', stated.len) : NULL;
    if (!colon)
        return place;
    place.path = cp_str_cut(stated, 0, (size_t)(colon - stated.ptr));
    for (const char *at = colon + 1; at < stated.ptr + stated.len; at++)
        place.line = place.line * 10 + (uint32_t)(*at - '0');
    place.end_line = place.line;
    return place;
}

void cp_finding_contract(const cp_study *study, cp_finding *finding,
                         const cp_judgement *verdict)
{
    const cp_terms *terms = &verdict->terms;
    finding->contract = terms->check ? terms->check : terms->inside;
    finding->contract_version = verdict->range.count == 1 || verdict->since
                                    ? verdict->release->text
                                    : cp_range_text(study, &verdict->range);
    finding->plan.computes = terms->computes;
    finding->plan.rounds_to = terms->rounds_to;
    if (terms->inside && terms->inside->stated_count)
        finding->plan.computes_stated = terms->inside->stated[0];
    if (terms->inside && terms->inside != finding->contract &&
        terms->inside->stated_count)
        cp_finding_relate(study, finding,
                          stated_place(terms->inside->stated[0], terms->inside->reason));
    if (verdict->range.pin && verdict->range.pin->line)
        cp_finding_relate(study, finding,
                          (cp_place){.path = verdict->range.pin->path,
                                     .line = verdict->range.pin->line,
                                     .end_line = verdict->range.pin->line,
                                     .what = cp_str_printf(
                                         study->arena, "pins %.*s%.*s",
                                         CP_STR_ARGS(verdict->range.pin->package),
                                         CP_STR_ARGS(verdict->range.pin->spec.text))});
}
