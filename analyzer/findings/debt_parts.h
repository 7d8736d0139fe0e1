/*
 * debt_parts.h - what the files that find the debt share.
 *
 * Layer: findings. Private to debt*.c. From a comment to an item in three steps:
 * its words, the statement that it stands at, and what the contracts say of the
 * value there.
 */
#ifndef CP_FINDINGS_DEBT_PARTS_H
#define CP_FINDINGS_DEBT_PARTS_H

#include "findings/debt.h"
#include "findings/site.h"

/* A comment, taken apart. */
typedef struct cp_debt_note {
    const cp_module *module;
    const cp_comment *comment;
    cp_str marker, owner; /* "TODO" and "jo" of `# TODO(jo): …`; "" where not given */
    cp_str text;          /* the rest, further lines of the same remark included */
} cp_debt_note;

/* What the words of a note are about. */
typedef struct cp_debt_words {
    bool is_native;  /* they stand in a C++ file */
    bool tensor;     /* a routing tensor by its name, in one word or two */
    bool routing;    /* router logits, their bias, the weights, the gate */
    bool gate;       /* only the word `gate`, which can mean other gates too */
    bool dtype;      /* dtypes or precision */
    bool kernel;     /* kernels, what they compute or convert */
    bool accuracy;   /* what rounding does to the results */
    bool demands;    /* "requires", "only": what is named must be, and is not wanted */
    bool puts_off;   /* "for now", "after testing": it is to change one day */
    bool other;      /* something that shares the words: attention, shared experts */
    cp_dtype wanted; /* the one dtype that is asked for, or NONE */
    cp_str about;    /* the first word of routing, as written; else "" */
} cp_debt_words;

/* The statement that a note stands at. */
typedef struct cp_debt_target {
    const cp_stmt *stmt;   /* NULL: there is none */
    const cp_func *func;   /* that holds the note, or NULL */
    bool routing_code;     /* that function or its class is a router's, by its name */
    bool moe_code;         /* it belongs to a mixture of experts, by its name */
    bool about_dtype;      /* it casts a routing tensor, or makes it with a dtype */
    bool body_about_dtype; /* a statement in its body does */
    bool asks_ids;         /* it asks for the dtype of expert ids */
    bool sets_dtype;       /* it makes some tensor with a dtype, or casts one */
    const cp_expr *value;  /* the first routing tensor in it, or NULL */
    const cp_expr *cast;   /* the call that casts one, or NULL */
    cp_role role;          /* of `value` */
} cp_debt_target;

/* debt_comment.c: false where the comment has no marker and puts nothing off. */
bool cp_debt_note_of(cp_arena *arena, const cp_module *module, uint32_t index,
                     cp_debt_note *note);
cp_debt_words cp_debt_words_of(const cp_flow_rules *rules, cp_str text, bool is_native);

/* debt_native.c: the same for a remark in a C++ file, whose code is known by its words.
 */
/* The role of a tensor of that name, `mPtrRoutingBias` and the like included. */
cp_role cp_debt_tensor_of(const cp_flow_rules *rules, cp_str name);
/* False where it is not about the dtype of a routing tensor. */
bool cp_debt_native_item(const cp_study *study, const cp_debt_note *note,
                         const cp_debt_words *words, cp_debt_item *item);

/* debt_target.c */
cp_debt_target cp_debt_target_of(const cp_study *study, const cp_debt_note *note);
/* The innermost statement that holds the byte, or NULL. */
const cp_stmt *cp_debt_stmt_at(const cp_module *module, uint32_t offset);
/* Whether `x.to(torch.float32)`, `x.float()` and the like; the dtype may be a name. */
bool cp_debt_is_cast(const cp_expr *expr);

/* A function of the tree that is about the dtype of a tensor it is given. */
typedef struct cp_debt_own {
    cp_str function, parameter; /* dotted; which one */
    cp_str stated;              /* "file:line" of an assertion */
    const cp_expr *dtypes;      /* what it asserts, for cp_debt_names */
} cp_debt_own;

/* Where a value gets to. */
typedef struct cp_debt_reach {
    cp_site *sites; /* entry points with a contract */
    size_t site_count;
    cp_str *unknown; /* other code outside the tree, dotted, none twice */
    size_t unknown_count;
    cp_debt_own *asserts; /* functions of the tree that assert its dtype */
    size_t assert_count;
} cp_debt_reach;

/* debt_reach.c */
/* `role` is that of the value: logits do not get to where ids or weights go. */
cp_debt_reach cp_debt_reach_of(const cp_study *study, const cp_node *node, cp_role role);
/* Whether the value is a gate's output, or gets to where router logits go. */
bool cp_debt_reaches_routing(const cp_debt_reach *reach);
/*
 * Whether a use is the argument of a consumer of values of that role: of code
 * outside the tree that looks at the tensor, and not under the name of another.
 */
bool cp_debt_is_consumer(const cp_study *study, const cp_use *use, cp_role role);
/* The same of a call that the flow lost and that leads to C++ code of the tree. */
bool cp_debt_is_own(const cp_study *study, const cp_use *use, cp_role role);
/* Whether a value of that role is not called so: ids, or weights for logits. */
bool cp_debt_is_other_name(cp_str name, cp_role role);
/* Whether the entry point writes its result to the site's parameter. */
static inline bool cp_debt_is_written(const cp_site *site)
{
    return site->entry->writes.len && cp_str_eq(site->entry->writes, site->parameter);
}

/* debt_tree.c */
/* Whether the use is in `assert x.dtype == torch.float32`, or `in (…)`. */
bool cp_debt_assertion(const cp_study *study, const cp_use *use, cp_debt_own *own);
bool cp_debt_names(const cp_expr *dtypes, cp_dtype dtype);
/*
 * Whether a function of the tree hands its parameter to a kernel there which was
 * built at run time, and so has no name to follow.
 */
bool cp_debt_built(const cp_study *study, const cp_use *use, cp_debt_own *own);

/* debt_state.c */
/* Fills state, precondition, since, stated and unblocks of the item. */
void cp_debt_judge(const cp_study *study, const cp_debt_words *words,
                   const cp_debt_target *target, const cp_node *node,
                   const cp_debt_reach *reach, cp_debt_item *item);
/* Whether the site's parameter takes the dtype at the release. */
cp_truth cp_debt_takes(const cp_site *site, const cp_release *release, cp_dtype dtype);

/* debt_rows.c */
void cp_debt_find_rows(const cp_study *study, cp_debt *debt);

#endif
