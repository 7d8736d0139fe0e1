/*
 * captures.h - router logits of a model that ran, to route instead of drawn ones.
 *
 * Layer: validation. In a set of files, the tensors called "router_logits" or
 * "NAME.router_logits" are logits, [..., experts], and "NAME.e_score_correction_bias",
 * [experts], is the routing bias that belongs to them. Where no tensor of the whole set
 * is called so, each one with two dimensions or more is taken for logits.
 */
#ifndef CP_VALIDATION_CAPTURES_H
#define CP_VALIDATION_CAPTURES_H

#include "validation/tensors.h"

/* The logits of one router: a token a row. */
typedef struct cp_capture {
    const cp_tensor *logits;
    const cp_tensor *bias; /* of as many columns; NULL: none was captured */
} cp_capture;

/* {0} is no captures. */
typedef struct cp_captures {
    cp_capture *items; /* in the order of their files; none without tokens */
    size_t count, room;
    cp_tensors tensors;
} cp_captures;

/*
 * Opens all `paths`; `captures` is in `arena`, its values in the files until
 * cp_captures_close.
 *
 * Errors as cp_tensors_add; CP_ERR_USAGE: there are no logits in them, or of more experts
 * than can be routed. All is closed then.
 */
CP_MUST_CHECK cp_status cp_captures_open(cp_arena *arena, const cp_str *paths,
                                         size_t count, cp_captures *captures,
                                         cp_err *err);

void cp_captures_close(cp_captures *captures);

#endif
