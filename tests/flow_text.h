/*
 * flow_text.h - the flow of a piece of Python, asked about by code.
 *
 * Layer: tests. The text is read as one module after imports of torch (also as nn
 * and F), of `other`, a package from outside, and of a kernel of flashinfer.
 */
#ifndef CP_TESTS_FLOW_TEXT_H
#define CP_TESTS_FLOW_TEXT_H

#include "flow/trace.h"

typedef struct flow_text {
    cp_arena *arena;
    cp_project *project; /* disposed of by flow_text_end */
    cp_flow *flow;
} flow_text;

flow_text flow_text_of(cp_arena *arena, const char *code);
void flow_text_end(flow_text *t);

/* The last cast that is spelt so; NULL if there is none. */
cp_node *flow_text_cast(const flow_text *t, const char *cast);

/* What is known of the value that the cast is of: "float32", "bfloat16 or unknown". */
cp_str flow_text_operand(const flow_text *t, const char *cast);

/* The kinds of uses of what the cast gives, each once: "sink escape". */
cp_str flow_text_uses(const flow_text *t, const char *cast);

#endif
