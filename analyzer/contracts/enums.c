#include "contracts/enums.h"

#include <errno.h>
#include <stdlib.h>

#include "contracts/set.h"
#include "contracts/toml_text.h"

const cp_enum *const *cp_contracts_enums(const cp_contracts *set, size_t *count)
{
    *count = set->enum_count;
    return (const cp_enum *const *)set->enums;
}

const cp_member *cp_enum_member(const cp_enum *e, cp_str name)
{
    for (uint32_t i = 0; i < e->member_count; i++)
        if (cp_str_eq(e->members[i].name, name))
            return &e->members[i];
    return NULL;
}

static bool number_of_text(cp_str text, int64_t *number)
{
    char digits[24], *end;
    if (!text.len || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    errno = 0;
    *number = strtoll(digits, &end, 0);
    return !errno && *end == '\0';
}

static bool number_of(const cp_expr *expr, int64_t *number)
{
    if (expr->kind == CP_EXPR_TUPLE && expr->kid_count == 1 && cp_str_is(expr->text, "("))
        expr = expr->kids[0];
    cp_str text = expr->text;
    if (cp_str_ends(text, CP_STR(".0"))) /* int(9.0) is 9 */
        text.len -= 2;
    return expr->kind == CP_EXPR_NUMBER && number_of_text(text, number);
}

static bool is_of_numbers(const cp_class *class)
{
    for (uint32_t i = 0; i < class->base_count; i++)
        if (cp_str_is(class->bases[i]->text, "IntEnum") ||
            cp_str_is(class->bases[i]->text, "int"))
            return true;
    return false;
}

bool cp_enum_of_class(cp_arena *arena, const cp_class *class, cp_enum *out)
{
    size_t count = 0, room = 0;
    *out = (cp_enum){.name = class->name};
    if (!is_of_numbers(class))
        return false;
    for (uint32_t i = 0; i < class->body.count; i++) {
        const cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind != CP_STMT_ASSIGN || !stmt->value)
            continue;
        cp_member member = {.span = stmt->span};
        if (stmt->target_count != 1 || stmt->targets[0]->kind != CP_EXPR_NAME ||
            !number_of(stmt->value, &member.number))
            return false;
        member.name = stmt->targets[0]->text;
        cp_push(arena, out->members, count, room, member);
    }
    out->member_count = (uint32_t)count;
    return count > 0;
}

static bool read_members(cp_arena *arena, const cp_toml *list, cp_enum *e)
{
    e->members = cp_new(arena, cp_member, list->item_count + 1);
    for (size_t i = 0; i < list->item_count; i++) {
        cp_str rest = list->items[i]->text, name = cp_str_trim(cp_str_next(&rest, '='));
        cp_member *member = &e->members[e->member_count++];
        member->name = name;
        if (list->items[i]->kind != CP_TOML_STRING || !name.len ||
            !number_of_text(cp_str_trim(rest), &member->number))
            return false;
    }
    return e->member_count > 0;
}

static void read_stated(cp_arena *arena, const cp_toml *list, cp_enum *e)
{
    e->stated = cp_new(arena, cp_str, list->item_count + 1);
    for (size_t i = 0; i < list->item_count; i++)
        if (list->items[i]->kind == CP_TOML_STRING)
            e->stated[e->stated_count++] = list->items[i]->text;
}

static bool knows_keys(const cp_toml *table)
{
    static const char *const known[] = {"package", "version", "versions", "name",
                                        "members", "stated",  "origin",   "reason"};
    for (size_t i = 0; i < table->pair_count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            found |= cp_str_is(table->pairs[i].key, known[k]);
        if (!found)
            return false;
    }
    return true;
}

cp_status cp_enum_read(cp_contracts *set, cp_str path, const cp_toml *table, cp_err *err)
{
    const cp_toml *package = cp_toml_get_kind(table, "package", CP_TOML_STRING);
    const cp_toml *name = cp_toml_get_kind(table, "name", CP_TOML_STRING);
    const cp_toml *one = cp_toml_get_kind(table, "version", CP_TOML_STRING);
    const cp_toml *range = cp_toml_get_kind(table, "versions", CP_TOML_STRING);
    const cp_toml *members = cp_toml_get_kind(table, "members", CP_TOML_ARRAY);
    const cp_toml *stated = cp_toml_get_kind(table, "stated", CP_TOML_ARRAY);
    cp_enum *e = cp_new(set->arena, cp_enum, 1);
    bool whole = package && name && !one != !range && members && stated &&
                 stated->item_count && knows_keys(table) &&
                 read_members(set->arena, members, e);
    if (whole) {
        cp_str text = one ? cp_str_printf(set->arena, "==%.*s", CP_STR_ARGS(one->text))
                          : range->text;
        whole = cp_spec_parse(set->arena, text, &e->versions, NULL) == CP_OK;
    }
    if (!whole)
        return cp_fail(err, CP_ERR_SYNTAX,
                       "%.*s:%u: [[enum]] has `package`, `name`, one of `version` and "
                       "`versions`, the lists `members` (\"Default = 0\") and `stated`, "
                       "and no other key but `origin` and `reason`",
                       CP_STR_ARGS(path), table->line);
    e->package = cp_package_name(set->arena, package->text);
    e->name = name->text;
    read_stated(set->arena, stated, e);
    if (one && set_add_release(set, e->package, one->text, NULL))
        return cp_fail(err, CP_ERR_SYNTAX, "%.*s:%u: `version` is no version",
                       CP_STR_ARGS(path), table->line);
    cp_push(set->arena, set->enums, set->enum_count, set->enum_room, e);
    return CP_OK;
}

cp_str *cp_enum_texts(cp_arena *arena, const cp_enum *e)
{
    cp_str *texts = cp_new(arena, cp_str, e->member_count + 1);
    for (uint32_t i = 0; i < e->member_count; i++)
        texts[i] = cp_str_printf(arena, "%.*s = %lld", CP_STR_ARGS(e->members[i].name),
                                 (long long)e->members[i].number);
    return texts;
}

static bool says_the_same(const cp_enum *a, const cp_enum *b)
{
    bool same = cp_str_eq(a->package, b->package) && cp_str_eq(a->name, b->name) &&
                a->member_count == b->member_count &&
                cp_str_eq(a->stated[0], b->stated[0]);
    for (uint32_t i = 0; i < a->member_count && same; i++)
        same = cp_str_eq(a->members[i].name, b->members[i].name) &&
               a->members[i].number == b->members[i].number;
    return same;
}

static void put_enum(cp_arena *arena, cp_buf *out, const cp_enum *e, cp_str first,
                     cp_str last)
{
    cp_buf_puts(out, "\n[[enum]]\n");
    cp_toml_put(out, "package", e->package);
    if (cp_str_eq(first, last))
        cp_toml_put(out, "version", first);
    else
        cp_buf_printf(out, "versions = \">=%.*s,<=%.*s\"\n", CP_STR_ARGS(first),
                      CP_STR_ARGS(last));
    cp_toml_put(out, "name", e->name);
    cp_toml_put_list(out, "members", cp_enum_texts(arena, e), e->member_count);
    cp_toml_put_list(out, "stated", e->stated, e->stated_count);
    cp_toml_put(out, "origin", CP_STR("mined"));
}

/* Of the enums that say the same as number `at`, the last one that a release has. */
static const cp_enum *stated_at(const cp_contracts *set, size_t at, const cp_release *r)
{
    const cp_enum *found = NULL;
    for (size_t i = at; i < set->enum_count; i++)
        if (says_the_same(set->enums[at], set->enums[i]) &&
            cp_spec_allows(&set->enums[i]->versions, r->version))
            found = set->enums[i];
    return found;
}

/* Whether an enum before number `at` says the same. */
static bool came_before(const cp_contracts *set, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (says_the_same(set->enums[i], set->enums[at]))
            return true;
    return false;
}

static void merge_one(cp_arena *arena, const cp_contracts *set, size_t at, cp_buf *out)
{
    size_t count;
    const cp_release *releases =
        cp_contracts_releases(set, set->enums[at]->package, &count);
    for (size_t i = 0; i < count; i++) {
        size_t last = i;
        const cp_enum *e = stated_at(set, at, &releases[i]);
        if (!e)
            continue;
        while (last + 1 < count && stated_at(set, at, &releases[last + 1]))
            last++;
        put_enum(arena, out, e, releases[i].text, releases[last].text);
        i = last;
    }
}

void cp_enums_merge(cp_arena *arena, const cp_contracts *set,
                    const cp_merge_options *options, cp_buf *out)
{
    for (size_t at = 0; at < set->enum_count; at++)
        if (!came_before(set, at) &&
            (!options->keep_enum ||
             options->keep_enum(options->data, set->enums[at]->name)))
            merge_one(arena, set, at, out);
}
