/*
 * prove.h - runs the reference kernels for each planned fix.
 *
 * Layer: cli.
 */
#ifndef CP_CLI_PROVE_H
#define CP_CLI_PROVE_H

#include "cli/run.h"
#include "patches/patch.h"
#include "validation/gate.h"

typedef struct cp_proofs {
    cp_checked *checked; /* one for each finding whose fix drops a cast */
    size_t count, room;
    cp_patch_proof *for_patches; /* one for each fix of the plan, in its order */
    cp_str note; /* of the engine: where runs were made, or why not on a GPU; "": none
                    were */
} cp_proofs;

/*
 * Validates each fix of the run's plan, or those alone that claim to be exact; may be
 * called for several runs, whose fixes `checked` then holds. CP_ERR_USAGE: no such device
 * or model; what cp_captures_open says of the files of logits.
 */
CP_MUST_CHECK cp_status cp_prove(cp_run *run, bool only_exact, cp_proofs *proofs,
                                 cp_err *err);

/*
 * What rounding the gate's output does for the preset that --model names, or the default
 * ones. CP_ERR_USAGE: no such model.
 */
CP_MUST_CHECK cp_status cp_prove_gate(cp_run *run, cp_gate_effects *gate, cp_err *err);

#endif
