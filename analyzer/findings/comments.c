#include <assert.h>

#include "findings/cast.h"

static bool has_word(cp_str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cp_str_find_nocase(text, cp_str_of(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

#define HAS_WORD(text, words) has_word((text), (words), sizeof(words) / sizeof *(words))

/* Whether the text is about the tensor that plays the role. */
static bool is_about(cp_str text, cp_role role)
{
    static const char *const logits[] = {"logit", "routing", "router", "gating", "gate"};
    static const char *const bias[] = {"bias"};
    static const char *const weights[] = {"weight", "topk", "top-k"};
    static const char *const others[] = {"shared", "attention"};
    if (HAS_WORD(text, others))
        return false;
    if (role == CP_ROLE_ROUTING_BIAS)
        return HAS_WORD(text, bias);
    if (role == CP_ROLE_TOPK_WEIGHTS)
        return HAS_WORD(text, weights);
    static const char *const named[] = {"logit"};
    return HAS_WORD(text, logits) && (!HAS_WORD(text, bias) || HAS_WORD(text, named));
}

/* "… requires float32 router logits": a demand, of a dtype, about the tensor. */
static bool states_contract(cp_str text, cp_dtype dtype, cp_role role)
{
    static const char *const demands[] = {"require",    "must",     "need",
                                          "expect",     "only",     "has to be",
                                          "have to be", "should be"};
    static const char *const denials[] = {" not ",   "n't",       "no longer",
                                          "cannot",  "any more",  "anymore",
                                          "used to", "instead of"};
    static const char *const f32[] = {"float32", "fp32", "f32", "float 32"};
    static const char *const bf16[] = {"bfloat16", "bf16"};
    static const char *const f16[] = {"float16", "fp16", "half"};
    bool named = dtype == CP_F32    ? HAS_WORD(text, f32)
                 : dtype == CP_BF16 ? HAS_WORD(text, bf16)
                 : dtype == CP_F16  ? HAS_WORD(text, f16)
                                    : false;
    return named && HAS_WORD(text, demands) && !HAS_WORD(text, denials) &&
           is_about(text, role);
}

/* A further line of the same remark: it goes on in lower case, or is a link. */
static bool continues(cp_str text)
{
    text = cp_str_trim(text);
    if (!text.len)
        return false;
    return (text.ptr[0] >= 'a' && text.ptr[0] <= 'z') || cp_str_has(text, CP_STR("://"));
}

typedef struct statement_walk {
    uint32_t offset;
    const cp_stmt *innermost, *guarding; /* the `if` that has it as its body */
} statement_walk;

static void find_statement(const cp_block *block, const cp_stmt *parent,
                           statement_walk *walk)
{
    for (uint32_t i = 0; i < block->count; i++) {
        const cp_stmt *stmt = block->stmts[i];
        if (walk->offset < stmt->span.start || walk->offset >= stmt->span.end)
            continue;
        walk->innermost = stmt;
        walk->guarding = parent;
        find_statement(&stmt->body, stmt, walk);
        find_statement(&stmt->orelse, stmt, walk);
        find_statement(&stmt->final, stmt, walk);
        for (uint32_t h = 0; h < stmt->handler_count; h++)
            find_statement(&stmt->handlers[h], stmt, walk);
        for (uint32_t c = 0; c < stmt->case_count; c++)
            find_statement(&stmt->cases[c].body, stmt, walk);
        if (stmt->func) {
            cp_func_read(stmt->func);
            find_statement(&stmt->func->body, NULL, walk);
        }
        if (stmt->class)
            find_statement(&stmt->class->body, NULL, walk);
        return;
    }
}

/* The line on which the statement that the cast belongs to begins, its `if` included. */
static uint32_t first_line(const cp_module *module, uint32_t offset, uint32_t *own_line)
{
    statement_walk walk = {.offset = offset};
    find_statement(&module->body, NULL, &walk);
    if (!walk.innermost)
        return 0;
    *own_line = cp_source_line(module->source, walk.innermost->span.start);
    const cp_stmt *guard = walk.guarding;
    bool guarded = guard && guard->kind == CP_STMT_IF && !guard->is_elif;
    return cp_source_line(module->source,
                          guarded ? guard->span.start : walk.innermost->span.start);
}

static const cp_comment *comment_on(const cp_module *module, uint32_t line)
{
    for (uint32_t i = 0; i < module->comment_count; i++) {
        const cp_comment *comment = &module->comments[i];
        if (cp_source_line(module->source, comment->span.start) == line)
            return comment;
    }
    return NULL;
}

static void report_comment(cp_study *study, const cp_finding *cast,
                           const cp_comment *comment)
{
    cp_finding *finding =
        cp_findings_new(study->findings, "CP202", cast->module, comment->span);
    finding->tensor = cast->tensor;
    finding->role = cast->role;
    finding->from = cast->from;
    finding->to = cast->to;
    finding->guard = cast->guard;
    finding->consumer = cast->consumer;
    finding->parameter = cast->parameter;
    finding->contract = cast->contract;
    finding->contract_version = cast->contract_version;
    finding->effect = CP_EFFECT_EXACT;
    finding->plan.computes = finding->plan.rounds_to = CP_DTYPE_NONE;
    assert(cast->contract);
    cp_dtypes accepts = cast->contract->accepts ? cast->contract->accepts : cast->from;
    finding->message = cp_str_printf(
        study->arena, "the comment asks for %s, but %.*s takes %.*s as %.*s (%.*s %.*s)",
        cp_dtype_name(cast->to), CP_STR_ARGS(cast->consumer),
        CP_STR_ARGS(cast->parameter),
        CP_STR_ARGS(cp_dtypes_or(study->arena, accepts | CP_DTYPES(cast->to))),
        CP_STR_ARGS(cast->contract->package), CP_STR_ARGS(cast->contract_version));
    finding->help = CP_STR("remove the comment with the cast");
}

/* The block of own-line comments that ends right above `line`. */
static uint32_t block_start(const cp_module *module, uint32_t line)
{
    uint32_t start = line;
    while (start > 1) {
        const cp_comment *above = comment_on(module, start - 1);
        if (!above || !above->own_line)
            break;
        start--;
    }
    return start;
}

static void take(cp_study *study, cp_finding *finding, const cp_comment *comment,
                 bool states)
{
    size_t count = finding->change.comment_count;
    const cp_comment **all = cp_new(study->arena, const cp_comment *, count + 1);
    if (count)
        memcpy(all, finding->change.comments, count * sizeof *all);
    all[count] = comment;
    finding->change.comments = all;
    finding->change.comment_count++;
    if (!states)
        return;
    cp_finding_relate(study, finding,
                      cp_place_of(finding->module, comment->span,
                                  CP_STR("this comment states the old contract")));
    report_comment(study, finding, comment);
}

void cp_check_comments(cp_study *study, const cp_cast *cast, cp_finding *finding)
{
    const cp_module *module = finding->module;
    uint32_t own_line = 0;
    uint32_t line = first_line(module, cast->node->expr->span.start, &own_line);
    if (!line || !finding->contract)
        return;
    bool stated = false;
    for (uint32_t at = block_start(module, line); at < line; at++) {
        const cp_comment *comment = comment_on(module, at);
        bool states = comment && states_contract(comment->text, cast->to, cast->role);
        bool goes = states || (comment && stated && continues(comment->text));
        if (goes)
            take(study, finding, comment, states);
        stated = goes;
    }
    for (uint32_t at = line; at <= own_line; at++) {
        const cp_comment *comment = comment_on(module, at);
        if (comment && states_contract(comment->text, cast->to, cast->role))
            take(study, finding, comment, true);
    }
}
