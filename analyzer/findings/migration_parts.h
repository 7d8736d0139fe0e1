/*
 * migration_parts.h - what the files that make the migration share.
 *
 * Layer: findings. Private to migration*.c.
 */
#ifndef CP_FINDINGS_MIGRATION_PARTS_H
#define CP_FINDINGS_MIGRATION_PARTS_H

#include "findings/migration.h"

typedef struct cp_migrating {
    const cp_study *study;
    const cp_debt *debt;
    const cp_raise *raises;
    size_t raise_count;
    cp_migration *out;
    uint32_t *raise_steps; /* the number of each raise's step */
    cp_map dropped;        /* casts that some step drops, by cp_migration_key */
} cp_migrating;

/* A cast by its place. */
cp_str cp_migration_key(cp_arena *arena, const cp_module *module, cp_span span);

/* migration_reach.c */
void cp_migration_find_gates(cp_migrating *make);
/* Whether some gate makes, or may make, another dtype than bfloat16. */
bool cp_migration_gate_changes(const cp_migration *migration);
void cp_migration_find_consumers(cp_migrating *make);
/*
 * The consumer that the gate's output gets to through this cast, and that is not known
 * to take bfloat16 even with all raises; NULL where there is none.
 */
const cp_debt_row *cp_migration_needs_cast(const cp_migrating *make,
                                           const cp_module *module, cp_span span);

/* migration_raises.c */
/* The first raise to that version or a later one; UINT32_MAX where there is none. */
uint32_t cp_migration_raise_of(const cp_migrating *make, cp_str package, cp_str version);
/* The number of its step, of "PACKAGE VERSION"; 0 where there is none. */
uint32_t cp_migration_raise_step(const cp_migrating *make, cp_str since);
/* Adds the calls that cannot succeed there to what the raise breaks. */
void cp_migration_broken(const cp_study *study, const cp_raise *raise, cp_step *step);

/* migration_steps.c */
cp_step *cp_migration_step(cp_migrating *make, cp_step_kind kind);
void cp_migration_need(cp_migrating *make, cp_step *step, uint32_t number);
void cp_migration_check(cp_migrating *make, cp_step *step, cp_str sentence);
void cp_migration_add_drops(cp_migrating *make);
void cp_migration_add_raises(cp_migrating *make);

#endif
