/*
 * enums.h - which numbers a library gives the members of its enums.
 *
 * Layer: contracts. Conditions name members, never numbers; but a caller with a copy of
 * the enum hands over its own number, and the library takes it for its own member.
 */
#ifndef CP_CONTRACTS_ENUMS_H
#define CP_CONTRACTS_ENUMS_H

#include "contracts/merge.h"
#include "facts/fact.h"
#include "parse/toml.h"

typedef struct cp_member {
    cp_str name;
    int64_t number;
    cp_span span; /* where a class of Python says so; else empty */
} cp_member;

/* [[enum]] */
typedef struct cp_enum {
    cp_str package, name;
    cp_spec versions;
    cp_member *members; /* in the order written */
    uint32_t member_count;
    cp_str *stated; /* "file:line" */
    uint32_t stated_count;
} cp_enum;

/* The records of the set, in the order read. */
const cp_enum *const *cp_contracts_enums(const cp_contracts *set, size_t *count);

/*
 * The members of a class of whole numbers; false where it is none, or where a member's
 * number is not written down. A comma behind it makes no difference: `A = (1,)` is 1.
 */
bool cp_enum_of_class(cp_arena *arena, const cp_class *class, cp_enum *out);

/* The member of that name, or NULL. */
const cp_member *cp_enum_member(const cp_enum *e, cp_str name);

/* Adds one [[enum]] of a file to the set; CP_ERR_SYNTAX: it is none. */
CP_MUST_CHECK cp_status cp_enum_read(cp_contracts *set, cp_str path, const cp_toml *table,
                                     cp_err *err);

/* The members as [[enum]] has them: "Default = 0". */
cp_str *cp_enum_texts(cp_arena *arena, const cp_enum *e);

/*
 * Writes the enums of the set that the options keep, a record for each run of releases
 * that agree.
 */
void cp_enums_merge(cp_arena *arena, const cp_contracts *set,
                    const cp_merge_options *options, cp_buf *out);

#endif
