/*
 * lineage.h - all that is known of the values at one place of the source.
 *
 * Layer: findings. What a reviewer asks before a cast goes: where the value gets its
 * dtype, which casts it came through, who takes it on, and what the libraries say of
 * that. Everything is in the study's arena; no place is in a list twice for the same
 * reason.
 */
#ifndef CP_FINDINGS_LINEAGE_H
#define CP_FINDINGS_LINEAGE_H

#include "findings/cast.h"
#include "flow/exprs.h"

/* What gives the value its dtype, or a cast that it came through. */
typedef struct cp_producer {
    cp_place place;      /* its `dtypes` may hold CP_SYM_MODEL */
    const char *unknown; /* why not all dtypes are known, or NULL */
    cp_str guard;
    cp_dtypes from;  /* of a cast: what it was before */
    cp_place behind; /* the cast that the value then came through; line 0 for none */
    int rank;        /* see cp_producer_rank; above all of those where it is not known */
} cp_producer;

/* In the order in which they are shown. */
typedef enum cp_consumer_kind {
    CP_CONSUMER_CONTRACT, /* an argument of an entry point that has a contract */
    CP_CONSUMER_CAST,
    CP_CONSUMER_COMPUTE,
    CP_CONSUMER_COPY,
    CP_CONSUMER_DTYPE, /* its dtype is asked for */
    CP_CONSUMER_CALL,  /* an argument of other code outside the tree */
    CP_CONSUMER_STORE,
    CP_CONSUMER_RETURN,
    CP_CONSUMER_LOST, /* given to code that could not be followed */
    CP_CONSUMER_KINDS,
} cp_consumer_kind;

/* "contract", "cast", "compute", …: the names in JSON. */
const char *cp_consumer_kind_name(cp_consumer_kind kind);

/* What a library says of a parameter, alike at several releases in a row. */
typedef struct cp_stand {
    const cp_release *first, *last;
    cp_terms terms; /* at the last of them */
    /* Where the terms do not say in which dtype it computes: what it is for one group of
       experts, and the routing methods, of those left open, for which that is known. */
    cp_dtype computes;
    cp_str *methods;
    uint32_t method_count;
    /* Where no dtype passes all that may apply: what is checked and what is read right
       under which condition. */
    const cp_contract **choices;
    size_t choice_count;
} cp_stand;

typedef struct cp_consumer {
    cp_consumer_kind kind;
    cp_place place;
    cp_str guard;
    cp_str call, parameter; /* of a call to the outside */
    cp_dtypes to;           /* of a cast: what it makes */
    const char *unknown;    /* of a cast: why that is not known, or NULL */
    cp_place *via; /* the calls on the way into inner functions, outermost first */
    uint32_t via_count;
    cp_place after; /* the cast of this value that it gets; line 0 for none */
    cp_str package; /* of a contract */
    cp_range range;
    cp_stand *stands; /* newest first; none where the pin names no known release */
    size_t stand_count;
} cp_consumer;

typedef struct cp_lineage {
    const cp_module *module;
    cp_span span;
    cp_str text;   /* the expression, on one line */
    cp_str tensor; /* of a cast: what is cast; else as `text` */
    cp_role role;
    cp_dtypes dtypes;    /* may hold CP_SYM_MODEL */
    const char *unknown; /* why not all are known, or NULL */
    bool is_cast;
    cp_dtypes from;           /* of a cast: what reaches it, the model's written out */
    const char *from_unknown; /* why not all of it is known, or NULL */
    cp_str guard;
    /* Those behind no cast first, then those that tell most; casts nearest first. */
    cp_producer *producers, *casts;
    size_t producer_count, cast_count;
    cp_consumer *consumers; /* by kind, nearest first */
    size_t consumer_count;
    bool whole; /* false: it goes to more places than were followed */
    cp_str
        namesake; /* what was taken for granted of a parameter on the way; "" if none */
    bool uses_model;       /* some dtype shown is the model's */
    cp_finding **findings; /* about this very expression */
    size_t finding_count;
    const char *unjudged; /* of a cast without a finding: why; else NULL */
} cp_lineage;

/*
 * The values at a line that carry a routing tensor or are cast there, in the order of
 * the source. With a column (0: none) the cast that begins there, as reports name it,
 * else the innermost value around that byte, whatever it carries. The study was run.
 */
cp_lineage *cp_lineages_at(cp_study *study, const cp_module *module, uint32_t line,
                           uint32_t column, size_t *count);

/* The line nearest to `line` with such a value, and its text; 0 where there is none. */
uint32_t cp_lineage_nearest(cp_study *study, const cp_module *module, uint32_t line,
                            cp_str *text);

/* lineage_from.c, lineage_into.c: fill in producers and casts; consumers. */
void cp_lineage_from(cp_study *study, const cp_node *node, cp_lineage *lineage);
void cp_lineage_into(cp_study *study, const cp_node *node, cp_lineage *lineage);
/* lineage_stands.c: what the library says of the parameter, release by release. */
void cp_lineage_stands(cp_study *study, const cp_lineage *lineage, const cp_site *site,
                       cp_consumer *consumer);
/* Where a node is, and its text; for what has none in the source, what it is. */
cp_place cp_lineage_place(cp_study *study, const cp_node *node);
/* The condition that the node is under, where it has a place. */
cp_str cp_lineage_guard(cp_study *study, const cp_node *node);
/* What is cast by a cast, or by a call of torch with an argument that names a dtype;
   NULL for all else: x.to(device) and x.view(n) name none. */
const cp_node *cp_lineage_operand(const cp_study *study, const cp_node *node);
/* Where findings say that such a cast is: all of it, or that argument. */
cp_span cp_lineage_cast_span(const cp_study *study, const cp_node *node);

#endif
