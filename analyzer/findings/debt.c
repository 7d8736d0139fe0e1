#include "findings/debt.h"

#include <stdlib.h>

#include "findings/blame.h"
#include "findings/cast.h"
#include "findings/debt_parts.h"

typedef struct item_list {
    cp_debt_item *items;
    size_t count, room;
} item_list;

/* A note in words that name no dtype, at a statement that makes one. */
static bool stands_at_dtype(const cp_debt_note *note, const cp_debt_words *words,
                            const cp_debt_target *target)
{
    if (words->routing &&
        (target->about_dtype || target->body_about_dtype || words->accuracy))
        return true;
    bool is_note = cp_str_find_nocase(note->marker, CP_STR("note"), 0) == 0;
    return target->about_dtype && words->kernel && !is_note;
}

/* Whether the note is about the dtype of what a gate makes or routing takes. */
static bool is_gate_dtype(const cp_debt_note *note, const cp_debt_words *words,
                          const cp_debt_target *target, bool flows_to_routing)
{
    if (!words->dtype)
        return stands_at_dtype(note, words, target);
    if (words->routing || (words->gate && target->moe_code))
        return note->marker.len || words->puts_off;
    return note->marker.len &&
           (target->about_dtype || target->asks_ids || flows_to_routing);
}

/* The same before the statement is known: false where no statement could make it so. */
static bool may_be_gate_dtype(const cp_debt_note *note, const cp_debt_words *words)
{
    if (words->other && !words->routing)
        return false;
    if (!words->dtype)
        return note->marker.len && (words->routing || words->kernel);
    return note->marker.len || words->puts_off;
}

/* The node whose way decides: the cast, else what is assigned, returned or called. */
static const cp_node *node_of(const cp_study *study, const cp_debt_target *target)
{
    if (target->cast)
        return cp_flow_node_of(study->flow, target->cast);
    const cp_stmt *stmt = target->stmt;
    bool plain = stmt && (stmt->kind == CP_STMT_ASSIGN || stmt->kind == CP_STMT_RETURN);
    return plain && stmt->value ? cp_flow_node_of(study->flow, stmt->value) : NULL;
}

static cp_str text_of(const cp_module *module, const cp_expr *expr)
{
    return cp_str_cut(module->source->text, expr->span.start, expr->span.end);
}

static cp_str subject_of(const cp_debt_note *note, const cp_debt_words *words,
                         const cp_debt_target *target)
{
    const cp_stmt *stmt = target->stmt;
    if (target->cast)
        return text_of(note->module, target->cast->kids[0]->kids[0]);
    if (stmt && stmt->kind == CP_STMT_ASSIGN && stmt->target_count == 1 &&
        stmt->targets[0]->kind != CP_EXPR_TUPLE)
        return text_of(note->module, stmt->targets[0]);
    if (target->value)
        return text_of(note->module, target->value);
    if (target->asks_ids)
        return CP_STR("topk_ids");
    if (words->about.len)
        return words->about;
    if (stmt && stmt->value && stmt->value->kind == CP_EXPR_CALL)
        return text_of(note->module, stmt->value->kids[0]);
    return stmt && stmt->func ? stmt->func->name
           : target->func     ? target->func->qualname
                              : (cp_str){"", 0};
}

const char *cp_debt_language(const cp_debt_item *item)
{
    bool cuda =
        cp_str_ends(item->path, CP_STR(".cu")) || cp_str_ends(item->path, CP_STR(".cuh"));
    return !item->is_native ? "Python" : cuda ? "CUDA" : "C++";
}

static cp_debt_item new_item(const cp_debt_note *note)
{
    const cp_source *source = note->module->source;
    return (cp_debt_item){.path = source->path,
                          .line = cp_source_line(source, note->comment->span.start),
                          .marker = note->marker,
                          .text = note->text,
                          .owner = note->owner,
                          .age_days = -1,
                          .module = note->module,
                          .is_native = note->module->is_native,
                          .span = note->comment->span};
}

static void add_note(cp_study *study, const cp_debt_note *note, item_list *list)
{
    bool is_native = note->module->is_native;
    cp_debt_words words =
        cp_debt_words_of(cp_flow_rules_of(study->flow), note->text, is_native);
    if (!may_be_gate_dtype(note, &words))
        return;
    if (is_native) {
        cp_debt_item item = new_item(note);
        if (cp_debt_native_item(study, note, &words, &item))
            cp_push(study->arena, list->items, list->count, list->room, item);
        return;
    }
    cp_debt_target target = cp_debt_target_of(study, note);
    const cp_node *node = node_of(study, &target);
    cp_debt_reach reach = {0};
    bool flows = node && words.dtype && (target.sets_dtype || target.cast);
    if (flows)
        reach = cp_debt_reach_of(study, node, target.role);
    if (!is_gate_dtype(note, &words, &target, cp_debt_reaches_routing(&reach)))
        return;
    cp_debt_item item = new_item(note);
    item.subject = subject_of(note, &words, &target);
    item.role = target.role;
    cp_debt_judge(study, &words, &target, flows ? node : NULL, &reach, &item);
    cp_push(study->arena, list->items, list->count, list->room, item);
}

static int by_place(const void *a, const void *b)
{
    const cp_debt_item *left = a, *right = b;
    int order = cp_str_cmp(left->path, right->path);
    return order                                  ? order
           : left->span.start < right->span.start ? -1
                                                  : left->span.start > right->span.start;
}

static item_list find_items(cp_study *study)
{
    item_list list = {0};
    size_t count;
    cp_module *const *modules = cp_project_modules(cp_flow_project(study->flow), &count);
    for (size_t m = 0; m < count; m++)
        for (uint32_t i = 0; i < modules[m]->comment_count; i++) {
            cp_debt_note note;
            if (cp_debt_note_of(study->arena, modules[m], i, &note))
                add_note(study, &note, &list);
        }
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, by_place);
    return list;
}

static void add_history(cp_study *study, item_list *list)
{
    cp_blame *lines = cp_new(study->arena, cp_blame, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        const cp_debt_item *item = &list->items[i];
        lines[i] = (cp_blame){
            .path = item->path, .text = item->module->source->text, .line = item->line};
    }
    cp_blame_lines(study->arena, lines, list->count);
    int64_t now = cp_blame_now();
    for (size_t i = 0; i < list->count; i++) {
        cp_debt_item *item = &list->items[i];
        if (!lines[i].known)
            continue;
        int64_t age = (now - lines[i].time) / (24 * 60 * 60);
        item->age_days = age > 0 ? age : 0;
        if (!item->owner.len)
            item->owner = lines[i].author;
    }
}

void cp_debt_find(cp_study *study, cp_debt *debt)
{
    item_list list = find_items(study);
    add_history(study, &list);
    *debt = (cp_debt){.items = list.items, .item_count = list.count};
    cp_debt_find_rows(study, debt);
}

static cp_str help_for(cp_arena *arena, const cp_debt_item *item)
{
    if (item->state == CP_DEBT_UNVERIFIABLE)
        return CP_STR("name the call and the dtype in the remark, or give the library's "
                      "contracts with --contracts");
    bool holds = item->state == CP_DEBT_ACTIONABLE;
    if (!item->since.len)
        return holds ? CP_STR("do it, or delete the remark")
                     : CP_STR("no known release lifts it yet");
    if (holds)
        return cp_str_printf(arena, "do it, or delete the remark: it holds since %.*s",
                             CP_STR_ARGS(item->since));
    return cp_str_printf(arena, "it holds from %.*s on", CP_STR_ARGS(item->since));
}

static void add_finding(cp_study *study, const cp_debt_item *item)
{
    static const char *const codes[] = {"CP301", "CP302", "CP303"};
    static const char *const says[] = {"the precondition of this remark holds",
                                       "the precondition of this remark does not hold",
                                       "nothing in the sources settles this remark"};
    cp_arena *arena = study->arena;
    cp_finding *finding =
        cp_findings_new(study->findings, codes[item->state], item->module, item->span);
    finding->tensor = item->subject;
    finding->role = item->role;
    finding->to = CP_DTYPE_NONE;
    finding->effect = CP_EFFECT_UNPROVED;
    finding->plan.computes = finding->plan.rounds_to = finding->plan.cast_to =
        CP_DTYPE_NONE;
    finding->message = cp_str_printf(arena, "%s: %.*s", says[item->state],
                                     CP_STR_ARGS(item->precondition));
    finding->help = help_for(study->arena, item);
    if (item->stated.len)
        cp_finding_relate(study, finding,
                          cp_place_stated(item->stated, CP_STR("stated here")));
}

void cp_check_debt(cp_study *study)
{
    item_list list = find_items(study);
    for (size_t i = 0; i < list.count; i++)
        add_finding(study, &list.items[i]);
    cp_findings_sort(study->findings);
}
