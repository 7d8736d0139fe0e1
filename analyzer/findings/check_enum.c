#include <stdlib.h>

#include "contracts/enums.h"
#include "facts/native.h"
#include "findings/cast.h"
#include "findings/drift.h"

/* Enums of one name are copies of each other where so many members agree. */
enum { COPY_MIN = 3 };

static bool is_copy(const cp_enum *a, const cp_enum *b)
{
    unsigned same = 0;
    for (uint32_t i = 0; i < a->member_count; i++) {
        const cp_member *other = cp_enum_member(b, a->members[i].name);
        same += other && other->number == a->members[i].number;
    }
    return same >= COPY_MIN;
}

static const cp_member *member_of_number(const cp_enum *e, int64_t number)
{
    for (uint32_t i = 0; i < e->member_count; i++)
        if (e->members[i].number == number)
            return &e->members[i];
    return NULL;
}

static void report(cp_study *study, const cp_module *module, const cp_enum *own,
                   const cp_member *member, const cp_enum *other, cp_str where)
{
    cp_arena *arena = study->arena;
    cp_finding *finding = cp_findings_new(study->findings, "CP402", module, member->span);
    finding->tensor = cp_str_printf(arena, "%.*s.%.*s", CP_STR_ARGS(own->name),
                                    CP_STR_ARGS(member->name));
    finding->to = CP_DTYPE_NONE;
    finding->effect = CP_EFFECT_UNPROVED;
    finding->plan.computes = finding->plan.rounds_to = finding->plan.cast_to =
        CP_DTYPE_NONE;
    const cp_member *taken = member_of_number(other, member->number);
    cp_buf text = {.arena = arena};
    cp_buf_printf(&text, "`%.*s` is %lld here, but %lld in %.*s",
                  CP_STR_ARGS(finding->tensor), (long long)member->number,
                  (long long)cp_enum_member(other, member->name)->number,
                  CP_STR_ARGS(where));
    if (taken)
        cp_buf_printf(&text, ", where %lld is `%.*s`", (long long)member->number,
                      CP_STR_ARGS(taken->name));
    finding->message = cp_buf_str(&text);
    finding->help = CP_STR("take the enum from where it is defined: what is handed over "
                           "is the number");
    if (other->stated_count)
        cp_finding_relate(study, finding,
                          cp_place_stated(other->stated[0], CP_STR("the other one")));
}

/* The record of a release for an enum of that name; NULL where there is none. */
static const cp_enum *enum_at(const cp_study *study, cp_str package, cp_str name,
                              const cp_release *release)
{
    size_t count;
    const cp_enum *const *all = cp_contracts_enums(study->contracts, &count);
    for (size_t i = 0; i < count; i++)
        if (cp_str_eq(all[i]->package, package) && cp_str_eq(all[i]->name, name) &&
            cp_spec_allows(&all[i]->versions, release->version))
            return all[i];
    return NULL;
}

/* Whether each release that counts has another number for the member. */
static bool differs_everywhere(const cp_study *study, const cp_range *range,
                               cp_str package, const cp_enum *own,
                               const cp_member *member)
{
    for (size_t i = 0; i < range->count; i++) {
        const cp_enum *other = enum_at(study, package, own->name, range->releases[i]);
        const cp_member *there = other ? cp_enum_member(other, member->name) : NULL;
        if (!there || there->number == member->number || !is_copy(own, other))
            return false;
    }
    return range->count > 0;
}

/* The tree's copy against the release of the package that it pins. */
static void check_pinned(cp_study *study, const cp_module *module, const cp_enum *own)
{
    size_t count;
    const cp_str *packages =
        cp_contracts_packages(study->contracts, study->arena, &count);
    for (size_t p = 0; p < count; p++) {
        cp_range range = cp_range_of(study, module->source->path, packages[p]);
        if (!range.pin || !range.count)
            continue;
        const cp_release *last = range.releases[range.count - 1];
        const cp_enum *other = enum_at(study, packages[p], own->name, last);
        cp_str where = cp_str_printf(study->arena, "%.*s %.*s", CP_STR_ARGS(packages[p]),
                                     CP_STR_ARGS(cp_range_text(study, &range)));
        for (uint32_t i = 0; other && i < own->member_count; i++)
            if (differs_everywhere(study, &range, packages[p], own, &own->members[i]))
                report(study, module, own, &own->members[i], other, where);
    }
}

/* `enum class NAME … { A = 0, B, … };` in C++ text; false where it cannot be read. */
static bool enum_of_text(cp_study *study, const cp_module *native, size_t at,
                         cp_enum *out)
{
    cp_str text = native->source->text;
    size_t open = cp_str_find(text, CP_STR("{"), at);
    size_t close = cp_str_find(text, CP_STR("}"), at);
    if (open == SIZE_MAX || close == SIZE_MAX || close < open ||
        cp_str_find(text, CP_STR(";"), at) < open)
        return false;
    cp_native_code code =
        cp_native_code_of(study->arena, cp_str_cut(text, open + 1, close));
    int64_t next = 0;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < code.count; i++) {
        cp_member member = {.name = code.words[i].text, .number = next};
        if (!code.words[i].is_name)
            return false;
        if (i + 2 < code.count && cp_str_is(code.words[i + 1].text, "=")) {
            char *end;
            cp_str number = code.words[i + 2].text;
            member.number = strtoll(cp_str_c(study->arena, number), &end, 0);
            if (!number.len || *end)
                return false;
            i += 2;
        }
        next = member.number + 1;
        cp_push(study->arena, out->members, count, room, member);
        if (++i < code.count && !cp_str_is(code.words[i].text, ","))
            return false;
    }
    out->member_count = (uint32_t)count;
    out->stated = cp_new(study->arena, cp_str, 1);
    out->stated[out->stated_count++] =
        cp_str_printf(study->arena, "%.*s:%u", CP_STR_ARGS(native->source->path),
                      cp_source_line(native->source, (uint32_t)at));
    return count > 0;
}

/* The tree's copy in Python against the one in its C++ files. */
static void check_native(cp_study *study, const cp_module *module, const cp_enum *own,
                         const cp_module *native)
{
    cp_enum other = {.name = own->name};
    cp_str wanted =
        cp_str_printf(study->arena, "enum class %.*s ", CP_STR_ARGS(own->name));
    size_t at = cp_str_find(native->source->text, wanted, 0);
    if (at == SIZE_MAX || !enum_of_text(study, native, at, &other) ||
        !is_copy(own, &other))
        return;
    for (uint32_t i = 0; i < own->member_count; i++) {
        const cp_member *there = cp_enum_member(&other, own->members[i].name);
        if (there && there->number != own->members[i].number)
            report(study, module, own, &own->members[i], &other, other.stated[0]);
    }
}

void cp_check_enums(cp_study *study)
{
    size_t count;
    cp_module *const *all = cp_project_modules(cp_flow_project(study->flow), &count);
    for (size_t m = 0; m < count; m++)
        for (uint32_t i = 0; i < all[m]->class_count; i++) {
            cp_enum own;
            if (!cp_enum_of_class(study->arena, all[m]->classes[i], &own))
                continue;
            check_pinned(study, all[m], &own);
            for (size_t n = 0; n < count; n++)
                if (all[n]->is_native)
                    check_native(study, all[m], &own, all[n]);
        }
    cp_findings_sort(study->findings);
}
