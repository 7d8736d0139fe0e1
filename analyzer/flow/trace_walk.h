/*
 * trace_walk.h - the walk from a value to its uses: shared by the files that make it.
 *
 * Layer: flow.
 */
#ifndef CP_FLOW_TRACE_WALK_H
#define CP_FLOW_TRACE_WALK_H

#include "flow/build.h"
#include "flow/trace.h"

/* Where the walk stands: the value itself, or a dict that holds it under `key`. */
typedef struct cp_station {
    const cp_node *node;
    cp_str key;
    size_t from;         /* cp_station before this one; SIZE_MAX for the first */
    bool computed;       /* what is here is computed from the value */
    const cp_node *call; /* the call that was gone into to get here, or NULL */
} cp_station;

typedef struct cp_use_walk {
    const cp_flow *flow;
    cp_arena *arena;
    cp_station *stations;
    size_t head, count, room;
    cp_table seen;      /* where the value itself was met */
    cp_map seen_within; /* and what holds it: node and key */
    const cp_reach_options *options;
    cp_reach reach;
    size_t use_room, join_room, stop_room;
} cp_use_walk;

/* Goes on to `node`; `call` is the call that is gone into by that, or NULL. */
void cp_use_go_to(cp_use_walk *walk, const cp_node *node, cp_str key, size_t from,
                  const cp_node *call);
/* The same to what is computed from the value, where that is asked for. */
void cp_use_go_past(cp_use_walk *walk, const cp_node *node, size_t from);
/* Notes a use of the value at station `from`. */
void cp_use_add(cp_use_walk *walk, cp_use_kind kind, const cp_node *at, size_t from);
/* One that converts the value to the dtype that `to` has or names. */
void cp_use_add_to(cp_use_walk *walk, cp_use_kind kind, const cp_node *at,
                   const cp_node *to, size_t from);

/* trace_call.c: the value as a part of a call. */
void cp_use_at_call(cp_use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from);
/* The call by which `value` gets into the parameter `param`; NULL if there are many. */
const cp_node *cp_use_call_into(const cp_node *value, const cp_node *param);

#endif
