/*
 * debt.h - the gate-dtype debt of a tree: what its comments promise, and whether
 * the promise can be kept by now.
 *
 * Layer: findings. Plain records in the run's arena. What is not known is empty;
 * a report says so and invents nothing.
 */
#ifndef CP_FINDINGS_DEBT_H
#define CP_FINDINGS_DEBT_H

#include "findings/study.h"

typedef enum cp_debt_state {
    CP_DEBT_ACTIONABLE,   /* CP301: the precondition holds at the pinned versions */
    CP_DEBT_BLOCKED,      /* CP302: it does not hold there */
    CP_DEBT_UNVERIFIABLE, /* CP303: the sources cannot settle it */
    CP_DEBT_STATE_COUNT,
} cp_debt_state;

/* One comment that puts off a decision about the gate's dtype. */
typedef struct cp_debt_item {
    cp_str path;
    uint32_t line;  /* 1-based */
    cp_str marker;  /* "TODO", "FIXME", "XXX" or "NOTE" as written; "" without one */
    cp_str text;    /* what stands after the marker, on one line */
    cp_str subject; /* the value or the call that it is about */
    cp_debt_state state;
    cp_str owner;        /* as in TODO(owner), else who last changed the line; or "" */
    int64_t age_days;    /* since then; -1 where no history says so */
    cp_str precondition; /* what must hold before it can be done */
    cp_str since;        /* PACKAGE VERSION from which it holds; "" if no known one */
    cp_str stated;       /* "file:line" of where the answer is stated; "" if nowhere */
    cp_str *unblocks;    /* what could be done then, a phrase each */
    uint32_t unblock_count;
    const cp_module *module;
    bool is_native; /* in a CUDA or C++ file */
    cp_span span;   /* of the comment */
    cp_role role;   /* of the subject; CP_ROLE_NONE where it is none of them */
} cp_debt_item;

/* What a consumer does at one release of the package that it is from. */
typedef struct cp_debt_release {
    cp_str version;
    cp_truth accepts_bf16; /* as in cp_debt_row */
    bool absent;           /* the package has no such entry point there */
    bool pinned;           /* the release counts for some call of it */
} cp_debt_release;

/* One place where the gate's output gets to a consumer. */
typedef struct cp_debt_arrival {
    const cp_node *at;   /* the call, the assertion, the computation */
    const cp_node *cast; /* the last cast on the way from the gate, or NULL */
    cp_truth takes;      /* bfloat16, at the releases that count for its file */
    cp_str since;        /* PACKAGE VERSION from which on it does; "" if none */
    bool computes;       /* in the dtype that it is given, which its result then has */
} cp_debt_arrival;

/* One consumer that the gate's output reaches. */
typedef struct cp_debt_row {
    cp_str consumer, parameter; /* dotted public name; its parameter */
    cp_truth accepts_bf16;      /* at the releases that count; CP_UNSURE where no
                                   contract says so, or they differ */
    cp_str since;               /* the first known release that does; "" if none */
    cp_str stated;              /* "file:line"; "" if nowhere */
    cp_str package;             /* whose releases decide; "" if none do */
    cp_debt_release *releases;  /* all that are known of it, oldest first */
    size_t release_count;
    cp_debt_arrival *arrivals; /* each once */
    size_t arrival_count, arrival_room;
} cp_debt_row;

typedef struct cp_debt {
    cp_debt_item *items; /* by path and line */
    size_t item_count;
    cp_debt_row *rows; /* by consumer and parameter */
    size_t row_count;
    const cp_node **gates; /* what the rows start from: a gate's output, each once */
    size_t gate_count, gate_room;
    const cp_node **lost; /* where it is given to code that could not be followed */
    size_t lost_count, lost_room;
    bool cut; /* there was more than could be looked at */
} cp_debt;

/* "actionable", "blocked" or "unverifiable". */
static inline const char *cp_debt_state_name(cp_debt_state state)
{
    return state == CP_DEBT_ACTIONABLE ? "actionable"
           : state == CP_DEBT_BLOCKED  ? "blocked"
                                       : "unverifiable";
}

/* "Python", "C++" or "CUDA". */
const char *cp_debt_language(const cp_debt_item *item);

/*
 * The debt of the whole program, in the study's arena: items with their history,
 * where the files lie in a repository, and the matrix.
 */
void cp_debt_find(cp_study *study, cp_debt *debt);

/* Adds CP301, CP302 and CP303, at the comments; the findings are sorted again. */
void cp_check_debt(cp_study *study);

#endif
