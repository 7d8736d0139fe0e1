/*
 * mine_reads.h - as what the elements of a tensor are read, and under which condition.
 *
 * Layer: contracts. Private to mine_*.c. A run with `reads` set follows the pointers of
 * the tensors that its entry point watches; any other run does not see them.
 */
#ifndef CP_CONTRACTS_MINE_READS_H
#define CP_CONTRACTS_MINE_READS_H

#include "contracts/mine_engine.h"

/* An entry point of Python whose tensors' pointers are followed. */
typedef struct mine_point {
    cp_func *func;
    cp_str call;
    /* Parameters whose dtypes C++ behind it checks, and then drops from a pointer. */
    cp_str *watched;
    size_t watched_count;
} mine_point;

/* A tensor's elements are read, or handed to code that nobody can follow. */
typedef struct mine_read {
    cp_str param;
    cp_dtypes as;           /* one dtype; MINE_OTHER: nobody knows as what */
    const mine_cond **path; /* conditions that it is under, as far as they are known */
    size_t count;
    const cp_module *module; /* where it is read */
    uint32_t offset;
    const cp_module *cast_module; /* where the pointer got its type; NULL: nowhere */
    uint32_t cast_offset;
    uint64_t hash; /* of the path, in any order */
} mine_read;

/* ---- pointers, in a run that follows them ---- */

/* A type that leaves a pointer as it is: `auto`. */
#define MINE_AS_IT_IS ((cp_dtypes)1 << 30)

/* What `type` points to: one dtype, 0 for void, MINE_OTHER for anything else. */
cp_dtypes mine_pointee(mine_run *run, mine_scope *scope, cp_expr *type);
bool mine_has_pointer(const mine_value *value);
/* The tensor's elements, taken as `as` at a place of `module`. */
const mine_value *mine_pointer_to(mine_run *run, const mine_value *tensor, cp_dtypes as,
                                  cp_module *module, uint32_t at);
/* The same pointers with another type; `module` is NULL where nobody wrote a cast. */
const mine_value *mine_retype(mine_run *run, const mine_value *value, cp_dtypes as,
                              cp_module *module, uint32_t at);
/* The value as the object's field holds it. */
const mine_value *mine_as_field(mine_run *run, const mine_object *object, cp_str name,
                                const mine_value *value);
/* What a field of a C++ class is declared to hold; NULL if nothing is known of it. */
const mine_value *mine_field_default(mine_run *run, const mine_object *object,
                                     cp_str name);
void mine_fill_aggregate(mine_run *run, cp_class *class, mine_object *object,
                         const mine_args *args);
/* Where run->memo has the value of such a call; "" for one that is not remembered. */
cp_str mine_memo_key(mine_run *run, const mine_value *callee, const mine_args *args);
void mine_note_read(mine_run *run, const cp_module *module, uint32_t offset,
                    const mine_value *value);
/* A kernel is started with so many arguments. */
void mine_launch(mine_run *run, const mine_value *kernel, const mine_bound *args,
                 size_t count, mine_scope *from, uint32_t at);
/* `kernel<<<…>>>(…)` */
const mine_value *mine_eval_launch(mine_run *run, mine_scope *scope, cp_expr *expr);
/* Notes what a call reads that is not followed; true where it started a kernel. */
bool mine_reads_call(mine_run *run, mine_scope *scope, const mine_value *callee,
                     const mine_args *args, cp_expr *call);
/* The last name of a callee, template arguments aside; "" if it has none. */
cp_str mine_last_name(const cp_expr *expr);
/* x.data_ptr<T>() and the like; NULL if it is no such call. */
const mine_value *mine_data_pointer(mine_run *run, mine_scope *scope, cp_expr *call,
                                    cp_expr *callee);
/* A cast, or another call that gives its argument. */
const mine_value *mine_passed(mine_run *run, mine_scope *scope, cp_expr *call);

/* Code asks for a class or function that nothing which was read defines. */
void mine_need(mine_run *run, cp_str name, cp_str space);

/* ---- what is misread ---- */

/* Notes the parameters of the entry point whose pointers are worth following. */
void mine_watch(cp_arena *arena, const mine_run *run, mine_point *point);

/* A dtype that a check lets through and that is read as another one. */
typedef struct mine_misread {
    cp_str call, parameter, when, check_when;
    cp_dtypes accepted, as; /* one each */
    cp_dtypes accepts;      /* all that the check lets through */
    cp_mine_place check, cast;
    cp_mine_place *reads;
    size_t read_count, read_room;
    mine_way *ways; /* conditions, while the entry point's run is there */
    size_t way_count, way_room;
} mine_misread;

typedef struct mine_misreads {
    cp_arena *arena;
    mine_misread *items;
    size_t count, room;
} mine_misreads;

/* The dtypes that the check lets through, if it lists them; else 0. */
cp_dtypes mine_listed(const mine_clause *clause, cp_str param);
void mine_find_misreads(mine_run *run, cp_str call, mine_misreads *out);
/* Sets `when` to what the ways say together. */
void mine_say_ways(cp_arena *arena, cp_arena *keep, mine_misread *m);

#endif
