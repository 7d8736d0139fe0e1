#include "findings/cast.h"
#include "findings/debt_parts.h"

cp_truth cp_debt_takes(const cp_site *site, const cp_release *release, cp_dtype dtype)
{
    cp_terms terms = cp_terms_at(site, release);
    if (!terms.known && !terms.broken)
        return CP_UNSURE;
    return !terms.broken && (terms.accepts & CP_DTYPES(dtype)) ? CP_TRUE : CP_FALSE;
}

/* Whether both are of one library, and of its releases or of the checked tree. */
static bool same_library(const cp_site *a, const cp_site *b)
{
    return !a->own == !b->own && cp_str_eq(a->entry->package, b->entry->package);
}

/* The entry point that takes it: the site's own, or at a gate's output a variant. */
static const cp_entry *taker_at(const cp_site *site, const cp_release *release,
                                cp_dtype dtype)
{
    if (cp_debt_takes(site, release, dtype) == CP_TRUE)
        return site->entry;
    size_t count;
    const cp_entry *const *entries =
        cp_contracts_entries(cp_site_contracts(site), &count);
    for (size_t i = 0; i < count; i++) {
        cp_site variant = *site;
        variant.entry = entries[i];
        if (cp_str_eq(entries[i]->variant_of, site->entry->call) &&
            cp_spec_allows(&entries[i]->versions, release->version) &&
            cp_debt_takes(&variant, release, dtype) == CP_TRUE)
            return entries[i];
    }
    return NULL;
}

/* What stands in the way at a release: the first site that rejects it, or NULL. */
static const cp_site *obstacle_at(const cp_debt_reach *reach, const cp_release *release,
                                  const cp_site *like, cp_dtype dtype, bool written)
{
    for (size_t i = 0; i < reach->site_count; i++) {
        const cp_site *site = &reach->sites[i];
        if (!same_library(site, like) || cp_debt_is_written(site) != written)
            continue;
        if (cp_debt_takes(site, release, dtype) == CP_FALSE &&
            !taker_at(site, release, dtype))
            return site;
    }
    return NULL;
}

/* A reach, and what is asked of it. */
typedef struct question {
    const cp_study *study;
    const cp_debt_reach *reach;
    cp_dtype wanted;
    cp_str path;               /* of the remark: its pins count */
    const cp_site *main;       /* the site that the answer is told by */
    const cp_release *release; /* at which */
    cp_range range;
    const cp_release *since;
    const cp_entry *taker; /* of main, at the release or else since */
} question;

static const cp_site *obstacle(const question *ask, const cp_release *release,
                               const cp_site *like)
{
    const cp_site *found = obstacle_at(ask->reach, release, like, ask->wanted, true);
    return found ? found : obstacle_at(ask->reach, release, like, ask->wanted, false);
}

/* Whether all that is known of one package's entry points takes it where it counts. */
static bool package_holds(question *ask, const cp_site *first)
{
    cp_range range = cp_site_range(first, ask->path);
    const cp_site *found = NULL;
    for (size_t i = range.count; i > 0 && !found; i--) {
        found = obstacle(ask, range.releases[i - 1], first);
        ask->release = range.releases[i - 1];
    }
    ask->main = found ? found : first;
    ask->range = range;
    if (range.count && !found)
        ask->release = range.releases[range.count - 1];
    return !found;
}

/* Whether contracts settle the site alone, at the releases that count. */
static bool is_known(const question *ask, const cp_site *site)
{
    cp_range range = cp_site_range(site, ask->path);
    for (size_t i = 0; i < range.count; i++)
        if (cp_debt_takes(site, range.releases[i], ask->wanted) == CP_UNSURE ||
            cp_terms_at(site, range.releases[i]).coupled)
            return false;
    return range.count > 0;
}

/* The first site to judge by: one that the value is written to, else any. */
static const cp_site *first_known(const question *ask)
{
    const cp_site *found = NULL;
    for (size_t i = 0; i < ask->reach->site_count; i++) {
        const cp_site *site = &ask->reach->sites[i];
        if ((cp_debt_is_written(site) || !found) && is_known(ask, site))
            found = site;
        if (found && cp_debt_is_written(found))
            break;
    }
    return found;
}

static void find_since(question *ask)
{
    size_t count;
    cp_str package = ask->main->entry->package;
    const cp_release *releases =
        cp_contracts_releases(cp_site_contracts(ask->main), package, &count);
    for (size_t i = count; i > 0; i--) {
        if (obstacle(ask, &releases[i - 1], ask->main) ||
            !taker_at(ask->main, &releases[i - 1], ask->wanted))
            break;
        ask->since = &releases[i - 1];
    }
}

/* "call takes `parameter` as bfloat16". */
static void say_takes(const question *ask, cp_str call, cp_buf *text)
{
    cp_buf_printf(text, "%.*s takes `%.*s` as %s", CP_STR_ARGS(call),
                  CP_STR_ARGS(ask->main->parameter), cp_dtype_name(ask->wanted));
}

static cp_str what_it_takes(const question *ask)
{
    cp_terms terms = cp_terms_at(ask->main, ask->release);
    cp_arena *arena = ask->study->arena;
    return terms.broken ? CP_STR("nothing, its call cannot succeed")
                        : cp_dtypes_or(arena, terms.accepts & CP_CONCRETE);
}

/* Entry points beside the main one, each counted once, that take it. */
static size_t others_that_take(const question *ask)
{
    cp_map calls = {.arena = ask->study->arena};
    for (size_t i = 0; i < ask->reach->site_count; i++) {
        const cp_site *site = &ask->reach->sites[i];
        cp_str call = site->entry->call;
        if (same_library(site, ask->main) && !cp_str_eq(call, ask->main->entry->call) &&
            !cp_debt_is_written(site) &&
            cp_debt_takes(site, ask->release, ask->wanted) == CP_TRUE)
            cp_map_put(&calls, call, &calls);
    }
    return calls.count;
}

static void say_holds(const question *ask, cp_debt_item *item)
{
    cp_buf text = {.arena = ask->study->arena};
    const cp_entry *taker = ask->taker ? ask->taker : ask->main->entry;
    say_takes(ask, taker->call, &text);
    cp_buf_printf(&text, " in %.*s %.*s", CP_STR_ARGS(ask->main->entry->package),
                  CP_STR_ARGS(cp_range_text(ask->study, &ask->range)));
    if (taker != ask->main->entry)
        cp_buf_printf(&text, "; there %.*s still takes %.*s",
                      CP_STR_ARGS(ask->main->entry->call),
                      CP_STR_ARGS(what_it_takes(ask)));
    size_t others = others_that_take(ask);
    if (others)
        cp_buf_printf(
            &text, ", and %zu other entry point%s that `%.*s` gets to take%s it", others,
            others == 1 ? "" : "s", CP_STR_ARGS(item->subject), others == 1 ? "s" : "");
    item->precondition = cp_buf_str(&text);
}

static void say_blocked(const question *ask, cp_debt_item *item)
{
    cp_buf text = {.arena = ask->study->arena};
    say_takes(ask, ask->main->entry->call, &text);
    cp_buf_printf(&text, "; in %.*s %.*s it takes %.*s",
                  CP_STR_ARGS(ask->main->entry->package), CP_STR_ARGS(ask->release->text),
                  CP_STR_ARGS(what_it_takes(ask)));
    if (ask->since && ask->taker && ask->taker != ask->main->entry)
        cp_buf_printf(&text, ", and %.*s, which takes %s, comes with %.*s",
                      CP_STR_ARGS(ask->taker->call), cp_dtype_name(ask->wanted),
                      CP_STR_ARGS(ask->since->text));
    item->precondition = cp_buf_str(&text);
}

static cp_str stated_at(const question *ask, const cp_entry *entry)
{
    cp_site site = *ask->main;
    site.entry = entry;
    cp_terms terms = cp_terms_at(&site, ask->release);
    const cp_contract *from = terms.check ? terms.check : terms.inside;
    return from && from->stated_count ? from->stated[0] : (cp_str){"", 0};
}

static void add_phrase(cp_debt_item *item, cp_arena *arena, const char *what,
                       cp_buf *names)
{
    if (names->len)
        item->unblocks[item->unblock_count++] =
            cp_str_printf(arena, "%s: %.*s", what, CP_STR_ARGS(cp_buf_str(names)));
}

static bool asserts_dtype(const cp_debt_reach *reach, cp_str function)
{
    for (size_t i = 0; i < reach->assert_count; i++)
        if (cp_str_eq(reach->asserts[i].function, function))
            return true;
    return false;
}

static void add_unblocked(const question *ask, cp_debt_item *item)
{
    cp_arena *arena = ask->study->arena;
    const cp_debt_reach *reach = ask->reach;
    cp_buf unknown = {.arena = arena}, asserts = {.arena = arena};
    for (size_t i = 0; i < reach->unknown_count; i++)
        if (!asserts_dtype(reach, reach->unknown[i]))
            cp_buf_printf(&unknown, "%s%.*s", unknown.len ? ", " : "",
                          CP_STR_ARGS(reach->unknown[i]));
    for (size_t i = 0; i < reach->assert_count; i++)
        if (!cp_debt_names(reach->asserts[i].dtypes, ask->wanted))
            cp_buf_printf(&asserts, "%s%.*s (%.*s)", asserts.len ? ", " : "",
                          CP_STR_ARGS(reach->asserts[i].function),
                          CP_STR_ARGS(reach->asserts[i].stated));
    item->unblocks = cp_new(arena, cp_str, 3);
    item->unblocks[item->unblock_count++] =
        cp_str_printf(arena, "`%.*s` can be %s", CP_STR_ARGS(item->subject),
                      cp_dtype_name(ask->wanted));
    add_phrase(item, arena, "to change with it or to keep it from, asserts another dtype",
               &asserts);
    add_phrase(item, arena, "to look at by hand first, no contract is known", &unknown);
}

static void settle(question *ask, bool holds, cp_debt_item *item)
{
    item->state = holds ? CP_DEBT_ACTIONABLE : CP_DEBT_BLOCKED;
    find_since(ask);
    const cp_release *at = holds ? ask->release : ask->since;
    ask->taker = at ? taker_at(ask->main, at, ask->wanted) : NULL;
    if (holds)
        say_holds(ask, item);
    else
        say_blocked(ask, item);
    if (ask->since)
        item->since = cp_str_printf(ask->study->arena, "%.*s %.*s",
                                    CP_STR_ARGS(ask->main->entry->package),
                                    CP_STR_ARGS(ask->since->text));
    item->stated = stated_at(ask, holds && ask->taker ? ask->taker : ask->main->entry);
    add_unblocked(ask, item);
}

/* Whether the value has that dtype already, so that it cannot be what is waited for. */
static bool has_it(const cp_study *study, const cp_node *node, cp_dtype wanted)
{
    cp_dtypes now = cp_dtypes_assume(node->value.tensor, study->model);
    return !node->value.unknown && now == CP_DTYPES(wanted);
}

/* All packages must take it; false where one does not, with `ask` at that one. */
static bool all_hold(question *ask, const cp_site *first)
{
    if (!package_holds(ask, first))
        return false;
    const question kept = *ask;
    for (size_t i = 0; i < ask->reach->site_count; i++) {
        const cp_site *site = &ask->reach->sites[i];
        if (!same_library(site, first) && is_known(ask, site) &&
            !package_holds(ask, site))
            return false;
    }
    *ask = kept;
    return true;
}

/* Why there is no first known site. */
static cp_str why_unknown(const question *ask, cp_str subject)
{
    cp_arena *arena = ask->study->arena;
    for (size_t i = 0; i < ask->reach->site_count; i++) {
        const cp_site *site = &ask->reach->sites[i];
        cp_range range = cp_site_range(site, ask->path);
        for (size_t r = range.count; r > 0; r--) {
            cp_terms terms = cp_terms_at(site, range.releases[r - 1]);
            if (terms.coupled)
                return cp_str_printf(
                    arena, "`%.*s` and `%.*s` of %.*s become %s together",
                    CP_STR_ARGS(site->parameter), CP_STR_ARGS(terms.coupled->parameter),
                    CP_STR_ARGS(site->entry->call), cp_dtype_name(ask->wanted));
        }
    }
    return cp_str_printf(
        arena,
        "what `%.*s` gets to takes %s; no contract is known of it at the "
        "pinned versions",
        CP_STR_ARGS(subject), cp_dtype_name(ask->wanted));
}

void cp_debt_judge(const cp_study *study, const cp_debt_words *words,
                   const cp_debt_target *target, const cp_node *node,
                   const cp_debt_reach *reach, cp_debt_item *item)
{
    question ask = {
        .study = study, .reach = reach, .wanted = words->wanted, .path = item->path};
    item->state = CP_DEBT_UNVERIFIABLE;
    item->since = item->stated = (cp_str){"", 0};
    if (target->asks_ids)
        item->precondition = CP_STR("the kernel takes ids of the other dtypes; no "
                                    "contract is known of it");
    else if (words->wanted == CP_DTYPE_NONE)
        item->precondition = CP_STR("the remark names no one dtype to look up");
    else if (node && has_it(study, node, words->wanted))
        item->precondition = cp_str_printf(
            study->arena, "`%.*s` is %s already; what is waited for is not said",
            CP_STR_ARGS(item->subject), cp_dtype_name(words->wanted));
    else if (!node)
        item->precondition = cp_str_printf(
            study->arena, "no value there could be followed to a call that takes %s",
            cp_dtype_name(words->wanted));
    else if (!(ask.main = first_known(&ask)))
        item->precondition = why_unknown(&ask, item->subject);
    else
        settle(&ask, all_hold(&ask, ask.main), item);
}
