/*
 * trace_rules.h - what counts as a use of a value: shared by the files that trace.
 *
 * Layer: flow.
 */
#ifndef CP_FLOW_TRACE_RULES_H
#define CP_FLOW_TRACE_RULES_H

#include "flow/graph.h"

/* Whether what a method gives depends on how the elements are stored. */
bool cp_trace_shows_storage(cp_str method);

/* Whether it is a number, a text and the like, and cannot be anything else. */
bool cp_trace_only_number(const cp_value *value);

/* Whether a store to an attribute of the value ends in a join of that field. */
bool cp_trace_kept_by_field(const cp_value *held);

/*
 * What names the dtype that a call to torch converts its argument `index` to before
 * anything else is done with it (a method's receiver is 0); NULL where it does not.
 */
const cp_node *cp_trace_converts_to(const cp_torch_rule *rule, const cp_call *call,
                                    size_t index);

/* Whether an attribute of a tensor says nothing of its dtype or elements. */
bool cp_trace_harmless_attr(cp_str name);

/*
 * Whether code that is not walked may read the join: what a function gives to
 * callers out of sight, a name of a module, a field that is not told by its name.
 */
bool cp_trace_seen_elsewhere(const cp_flow_rules *rules, const cp_node *join);

#endif
