/*
 * contract.h - which dtypes a kernel library's entry point takes, per release.
 *
 * Layer: contracts. Contracts are data: TOML, bundled under rules/contracts/ or
 * given by the user. Two kinds of entry:
 *
 *   [[contract]]   what the library checks. Several that apply to one call are
 *                  meant together: a dtype must be accepted by all of them.
 *   [[effective]]  what the kernel then does with it: the dtypes that it reads
 *                  right, what it computes in. Curated, each with its reason.
 *
 * Everything lives in the set's arena and is never changed after loading.
 */
#ifndef CP_CONTRACTS_CONTRACT_H
#define CP_CONTRACTS_CONTRACT_H

#include "contracts/cond.h"
#include "contracts/version.h"
#include "facts/dtype.h"

typedef enum cp_contract_kind {
    CP_CONTRACT_CHECK,     /* [[contract]] */
    CP_CONTRACT_EFFECTIVE, /* [[effective]] */
} cp_contract_kind;

typedef struct cp_contract {
    cp_contract_kind kind;
    cp_str package;   /* "flashinfer-python" */
    cp_spec versions; /* the releases that it was read in */
    cp_str call;      /* "flashinfer.fused_moe.trtllm_fp4_block_scale_moe" */
    cp_str parameter; /* "routing_logits" */
    cp_str when_text; /* "" is always */
    const cp_cond *when;

    cp_dtypes accepts; /* of a check; of an effective one: what is read right
                          (TOML key `reads`). 0 where same_as or unchecked says it */
    cp_str same_as;    /* the parameter whose dtype it must have */
    bool unchecked;    /* nothing checks it */
    bool broken;       /* the call fails whatever its arguments are */
    bool ignored;      /* effective: the kernel never reads the parameter */

    cp_dtype computes;  /* effective: every accepted dtype is widened to this one,
                           exactly, before anything is computed; else NONE */
    cp_dtype rounds_to; /* effective: the kernel rounds it to this dtype itself */
    cp_str labels;      /* effective: an output that gets this parameter's dtype; "" */
    cp_str outputs;     /* what takes its dtype from it, in words; "" if nothing */

    cp_str *stated; /* "file:line", the check first, then the chain to it: where they
                       stand in the oldest release of `versions` */
    uint32_t stated_count;
    struct cp_move *moves; /* the lines they stand at later, oldest first */
    uint32_t move_count;
    cp_str origin; /* "bundled", "curated", "mined" or the path of a user's file */
    cp_str reason; /* of a curated one */
} cp_contract;

/* [[entry]]: what is known of an entry point itself. */
typedef struct cp_entry {
    cp_str package, call;
    cp_spec versions;
    cp_str *parameters; /* in positional order; none: it adds to what others say */
    uint32_t parameter_count;
    cp_str *aliases; /* other dotted names it can be imported by */
    uint32_t alias_count;
    cp_str variant_of; /* the entry point it does the same as, with other dtypes; "" */
    cp_str writes;     /* the parameter that it writes its result to; "" */
    cp_str reads;      /* the role of what it reads ("router_logits", "topk_weights",
                          "gate_input"); "" */
    bool is_gate;      /* it computes router logits */
    cp_str *stated;    /* of one that adds to others: "file:line" */
    uint32_t stated_count;
    cp_str reason; /* of the same; else "" */

    struct cp_entry *next; /* another one of this call, read later; or NULL */
} cp_entry;

typedef struct cp_contracts cp_contracts;

/* The bundled sets. They are part of the binary; a fault in one is a bug. */
cp_contracts *cp_contracts_bundled(cp_arena *arena);

/* A set without anything in it. */
cp_contracts *cp_contracts_empty(cp_arena *arena);

/* Adds the entries of a TOML text. CP_ERR_SYNTAX names path, line and what is wrong. */
CP_MUST_CHECK cp_status cp_contracts_add(cp_contracts *set, cp_str path, cp_str text,
                                         cp_err *err);

/*
 * What the set says so far that this release of `package` checks no longer counts, for
 * what its own sources say is about to be added. What was stated by hand stays.
 * CP_ERR_SYNTAX: `version` is no version.
 */
CP_MUST_CHECK cp_status cp_contracts_replace(cp_contracts *set, cp_str package,
                                             cp_str version, cp_err *err);

/*
 * The entry point that the dotted name (or an alias of it) means, or NULL.
 * Several [[entry]] of one call differ in `versions`; the first one is given.
 */
const cp_entry *cp_contracts_entry(const cp_contracts *set, cp_str dotted);

/* The entry of the same call that counts for the release; `entry` where none does. */
const cp_entry *cp_entry_at(const cp_entry *entry, const cp_version *release);

/* Whether a hand-made [[entry]] without parameters speaks of the call. */
bool cp_contracts_noted(const cp_contracts *set, cp_str call);

/* All [[entry]] records, in the order read. */
const cp_entry *const *cp_contracts_entries(const cp_contracts *set, size_t *count);

/* All facts about `call` (its canonical name), in the order read. */
const cp_contract *const *cp_contracts_of(const cp_contracts *set, cp_str call,
                                          size_t *count);

/* Calls `visit` for every fact, calls in the order in which they were first read. */
void cp_contracts_each(const cp_contracts *set,
                       void (*visit)(void *data, const cp_contract *contract),
                       void *data);

/*
 * The fact as it is stated in that release: `contract` itself, or a copy whose places are
 * those of the release. The copy is made once; one thread asks at a time.
 */
const cp_contract *cp_contract_at(cp_arena *arena, const cp_contract *contract,
                                  const cp_version *release);

/* The packages that the set has releases of, in the order read. */
const cp_str *cp_contracts_packages(const cp_contracts *set, cp_arena *arena,
                                    size_t *count);

typedef struct cp_release {
    cp_str text;
    const cp_version *version;
} cp_release;

/* The releases of `package` that the set knows, oldest first. */
const cp_release *cp_contracts_releases(const cp_contracts *set, cp_str package,
                                        size_t *count);

#endif
