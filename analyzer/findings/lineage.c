#include "findings/lineage.h"

#include <stdlib.h>

/* How many of the places that a value comes from are asked for its role. */
enum { ORIGINS_ASKED = 16 };

/* A value at the place that was asked for. */
typedef struct candidate {
    cp_span span;
    const cp_node *node;
    const cp_expr *expr; /* NULL for a parameter */
} candidate;

typedef struct search {
    cp_study *study;
    const cp_module *module;
    const cp_placed *exprs; /* all of the module */
    size_t expr_count;
    candidate *found;
    size_t count, room;
    cp_map covered; /* expressions that belong to a value that was found, by pointer */
} search;

static cp_str key_of(const void *const *pointer)
{
    return (cp_str){(const char *)pointer, sizeof *pointer};
}

static uint32_t line_of(const search *at, uint32_t offset)
{
    return cp_source_line(at->module->source, offset);
}

/* Whether the value is a tensor, or may be one. */
static bool may_be_tensor(const cp_node *node)
{
    const cp_value *value = &node->value;
    return value->tensor || value->pointer ||
           (value->unknown && !value->ref_count && !value->plain);
}

static cp_role role_of_name(const cp_study *study, const cp_node *node)
{
    return node->kind == CP_NODE_JOIN ? cp_role_of_name(study, node->name) : CP_ROLE_NONE;
}

/* By what the value is made of. */
static cp_role role_of_origins(const cp_study *study, const cp_node *node)
{
    cp_arena scratch = {0};
    size_t count;
    cp_role role = CP_ROLE_NONE;
    cp_origin *origins = cp_trace_origins(&scratch, node, ORIGINS_ASKED, &count);
    for (size_t i = 0; i < count && role == CP_ROLE_NONE; i++)
        if (origins[i].node->expr)
            role = cp_role_of_text(study, origins[i].node->expr);
    cp_arena_dispose(&scratch);
    return role;
}

/* By what holds the value and gets it further on. */
static cp_role role_of_reach(const cp_study *study, const cp_node *node)
{
    cp_arena scratch = {0};
    cp_role role = CP_ROLE_NONE;
    cp_reach reach = cp_trace_reach(study->flow, &scratch, node, NULL);
    for (size_t i = 0; i < reach.join_count && role == CP_ROLE_NONE; i++)
        role = role_of_name(study, reach.joins[i]);
    for (size_t i = 0; i < reach.use_count && role == CP_ROLE_NONE; i++) {
        cp_site site;
        if (cp_site_of_use(study, &reach.uses[i], NULL, &site))
            role = cp_role_of_parameter(study, &site);
    }
    cp_arena_dispose(&scratch);
    return role;
}

static cp_role role_of(const search *at, const candidate *value, bool thorough)
{
    cp_role role = CP_ROLE_NONE;
    /* What code outside makes of a routing tensor may be anything. */
    bool made_outside =
        value->expr && value->expr->kind == CP_EXPR_CALL && !value->node->value.tensor;
    if (value->expr && !made_outside)
        role = cp_role_of_text(at->study, value->expr);
    if (role == CP_ROLE_NONE)
        role = role_of_name(at->study, value->node);
    if (role == CP_ROLE_NONE && thorough && value->node->value.tensor)
        role = role_of_origins(at->study, value->node);
    if (role == CP_ROLE_NONE && thorough)
        role = role_of_reach(at->study, value->node);
    return role;
}

/* What is called, read or indexed in the expression is shown as a part of it. */
static void cover(search *at, const cp_expr *expr)
{
    while (expr) {
        const cp_expr **key = cp_new(at->study->arena, const cp_expr *, 1);
        *key = expr;
        cp_map_put(&at->covered, key_of((const void *const *)key), at);
        bool part = expr->kind == CP_EXPR_CALL || expr->kind == CP_EXPR_ATTR ||
                    expr->kind == CP_EXPR_SUBSCRIPT;
        expr = part && expr->kid_count ? expr->kids[0] : NULL;
    }
}

/* What softmax(x, dtype=…) casts is shown with it, as what x.to(…) casts is. */
static void cover_operand(search *at, const cp_node *node)
{
    const cp_node *operand;
    const cp_argument *argument = NULL;
    uint32_t index;
    if (node->kind == CP_NODE_CALL &&
        cp_trace_converting(at->study->flow, node, &operand, &argument, &index) &&
        argument)
        cover(at, argument->expr);
}

static void add(search *at, candidate value)
{
    for (size_t i = 0; i < at->count; i++)
        if (at->found[i].node == value.node)
            return;
    cp_push(at->study->arena, at->found, at->count, at->room, value);
    if (value.expr)
        cover(at, value.expr);
    if (value.expr && value.node->expr == value.expr)
        cover_operand(at, value.node);
}

/* Choices and tuples are shown by what they choose from. */
static bool stands_for_itself(const cp_expr *expr)
{
    switch (expr->kind) {
    case CP_EXPR_NAME:
    case CP_EXPR_ATTR:
    case CP_EXPR_CALL:
    case CP_EXPR_SUBSCRIPT:
    case CP_EXPR_UNARY:
    case CP_EXPR_BINARY:
        return true;
    default:
        return false;
    }
}

static bool carries_routing(const search *at, const cp_placed *placed, bool thorough)
{
    candidate value = {placed->expr->span, placed->node, placed->expr};
    const void *key = placed->expr;
    return stands_for_itself(placed->expr) && may_be_tensor(placed->node) &&
           !cp_map_get(&at->covered, key_of(&key)) &&
           role_of(at, &value, thorough) != CP_ROLE_NONE;
}

static bool is_cast_there(const search *at, const cp_placed *placed)
{
    return placed->node->expr == placed->expr &&
           cp_lineage_operand(at->study, placed->node);
}

/* A cast over several lines is at each from its first to that of the method's name, and
   where findings say that it is. */
static bool is_at_line(const search *at, const cp_placed *placed, bool cast,
                       uint32_t line)
{
    const cp_expr *expr = placed->expr;
    uint32_t first = line_of(at, expr->span.start);
    if (!cast)
        return first == line;
    uint32_t last = line_of(at, expr->kids[0]->span.end - 1);
    cp_span span = cp_lineage_cast_span(at->study, placed->node);
    return (first <= line && line <= last) || line_of(at, span.start) == line;
}

static void add_params(search *at, uint32_t line)
{
    for (uint32_t f = 0; f < at->module->func_count; f++) {
        const cp_func *func = at->module->funcs[f];
        for (uint32_t p = 0; p < func->param_count; p++) {
            const cp_node *node = cp_flow_param_of(at->study->flow, func, p);
            candidate value = {func->params[p].span, node, NULL};
            if (node && line_of(at, value.span.start) == line && may_be_tensor(node) &&
                role_of(at, &value, false) != CP_ROLE_NONE)
                add(at, value);
        }
    }
}

static void find_at_line(search *at, uint32_t line)
{
    add_params(at, line);
    for (size_t i = 0; i < at->expr_count; i++) {
        const cp_placed *placed = &at->exprs[i];
        bool cast = is_cast_there(at, placed);
        if (is_at_line(at, placed, cast, line) &&
            (cast || carries_routing(at, placed, true)))
            add(at, (candidate){placed->expr->span, placed->node, placed->expr});
    }
}

/* The casts that begin at the byte; else the innermost value around it. */
static void find_at(search *at, uint32_t offset)
{
    candidate best = {0};
    for (size_t i = 0; i < at->expr_count; i++) {
        const cp_placed *placed = &at->exprs[i];
        cp_span span = placed->expr->span;
        candidate value = {span, placed->node, placed->expr};
        if (is_cast_there(at, placed) &&
            (span.start == offset ||
             cp_lineage_cast_span(at->study, placed->node).start == offset))
            add(at, value);
        bool around = span.start <= offset && offset < span.end;
        if (around && may_be_tensor(placed->node) &&
            (!best.node || span.end - span.start <= best.span.end - best.span.start))
            best = value;
    }
    for (uint32_t f = 0; !best.node && f < at->module->func_count; f++) {
        const cp_func *func = at->module->funcs[f];
        for (uint32_t p = 0; p < func->param_count; p++) {
            cp_span span = func->params[p].span;
            if (span.start <= offset && offset < span.end)
                best =
                    (candidate){span, cp_flow_param_of(at->study->flow, func, p), NULL};
        }
    }
    if (!at->count && best.node)
        add(at, best);
}

static search search_of(cp_study *study, const cp_module *module)
{
    search at = {.study = study, .module = module, .covered = {.arena = study->arena}};
    at.exprs = cp_flow_exprs_of(study->flow, study->arena, module, &at.expr_count);
    return at;
}

static bool same_span(cp_span a, cp_span b)
{
    return a.start == b.start && a.end == b.end;
}

/* Why nothing is said of a cast of which the rules have not even said that. */
static const char *why_nothing(const cp_lineage *lineage, bool routing)
{
    if (routing)
        return "what there is to say of it was silenced or not selected, or goes with "
               "another cast";
    if (lineage->role == CP_ROLE_NONE)
        return "nothing says that a routing tensor is cast here";
    if (lineage->unknown)
        return lineage->unknown;
    return lineage->from_unknown ? lineage->from_unknown
                                 : "it is no cast between two floating point dtypes";
}

/* What the rules said of the cast, or why they said nothing. */
static void find_verdict(const cp_study *study, cp_span span, bool routing,
                         cp_lineage *lineage)
{
    size_t room = 0;
    for (size_t i = 0; i < study->findings->count; i++) {
        cp_finding *finding = study->findings->items[i];
        if (finding->module == lineage->module && same_span(finding->span, span))
            cp_push(study->arena, lineage->findings, lineage->finding_count, room,
                    finding);
    }
    for (size_t i = 0; i < study->unjudged_count; i++) {
        const cp_unjudged *cast = &study->unjudged[i];
        if (cast->module == lineage->module && same_span(cast->span, lineage->span))
            lineage->unjudged = cast->why;
    }
    if (!lineage->finding_count && !lineage->unjudged)
        lineage->unjudged = why_nothing(lineage, routing);
}

static void fill_cast(const search *at, const candidate *value, const cp_node *operand,
                      cp_lineage *lineage)
{
    cp_cast cast;
    bool routing = cp_cast_of(at->study, value->node, &cast);
    lineage->is_cast = true;
    if (cast.value)
        lineage->tensor = cp_shown_text(at->study->arena, at->module, cast.value->span);
    lineage->uses_model |= (operand->value.tensor & CP_SYM_MODEL) != 0;
    lineage->from = cp_dtypes_assume(operand->value.tensor, at->study->model);
    lineage->from_unknown = operand->value.unknown;
    if (routing) {
        lineage->role = cast.role;
        lineage->from = cast.assumed ? 0 : cast.from;
    }
    find_verdict(at->study, cp_lineage_cast_span(at->study, value->node), routing,
                 lineage);
}

/* A name is under what the code that reads it is under. */
static cp_str guard_of(const search *at, const candidate *value)
{
    const cp_placed *around = NULL;
    for (size_t i = 0; i < at->expr_count; i++) {
        cp_span span = at->exprs[i].expr->span;
        if (span.start <= value->span.start && value->span.end <= span.end &&
            at->exprs[i].node->expr == at->exprs[i].expr)
            around = &at->exprs[i]; /* a later one is within those before it */
    }
    return around ? cp_lineage_guard(at->study, around->node) : (cp_str){"", 0};
}

static cp_lineage lineage_of(const search *at, const candidate *value)
{
    cp_study *study = at->study;
    const cp_node *node = value->node;
    cp_lineage lineage = {.module = at->module,
                          .span = value->span,
                          .text = cp_shown_text(study->arena, at->module, value->span),
                          .role = role_of(at, value, true),
                          .dtypes = node->value.tensor | node->value.pointer,
                          .unknown = node->value.unknown,
                          .guard = guard_of(at, value),
                          .uses_model = (node->value.tensor & CP_SYM_MODEL) != 0};
    lineage.tensor = lineage.text;
    const cp_node *operand = NULL;
    if (value->expr && node->expr == value->expr)
        operand = cp_lineage_operand(study, node);
    if (operand)
        fill_cast(at, value, operand, &lineage);
    lineage.namesake = cp_namesake_assumption(study, operand ? operand : node);
    cp_lineage_from(study, operand ? operand : node, &lineage);
    cp_lineage_into(study, node, &lineage);
    return lineage;
}

cp_lineage *cp_lineages_at(cp_study *study, const cp_module *module, uint32_t line,
                           uint32_t column, size_t *count)
{
    search at = search_of(study, module);
    if (column)
        find_at(&at, module->source->line_starts[line - 1] + column - 1);
    else
        find_at_line(&at, line);
    cp_lineage *all = cp_new(study->arena, cp_lineage, at.count + 1);
    for (size_t i = 0; i < at.count; i++)
        all[i] = lineage_of(&at, &at.found[i]);
    *count = at.count;
    return all;
}

uint32_t cp_lineage_nearest(cp_study *study, const cp_module *module, uint32_t line,
                            cp_str *text)
{
    search at = search_of(study, module);
    uint32_t best = 0, best_distance = UINT32_MAX;
    for (size_t i = 0; i < at.expr_count; i++) {
        const cp_placed *placed = &at.exprs[i];
        uint32_t here = line_of(&at, placed->expr->span.start);
        uint32_t distance = here > line ? here - line : line - here;
        if (distance >= best_distance ||
            !(is_cast_there(&at, placed) || carries_routing(&at, placed, false)))
            continue;
        best = here;
        best_distance = distance;
        *text = cp_shown_text(study->arena, module, placed->expr->span);
    }
    return best;
}
