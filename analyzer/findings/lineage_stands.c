#include "findings/lineage.h"

static bool says_the_same(const cp_terms *a, const cp_terms *b)
{
    cp_str a_same = a->check ? a->check->same_as : (cp_str){"", 0};
    cp_str b_same = b->check ? b->check->same_as : (cp_str){"", 0};
    return a->known == b->known && a->broken == b->broken && a->ignored == b->ignored &&
           a->labels == b->labels && a->accepts == b->accepts &&
           a->computes == b->computes && a->rounds_to == b->rounds_to &&
           a->may_round_to == b->may_round_to && !a->coupled == !b->coupled &&
           cp_str_eq(a_same, b_same);
}

/* What the library says under conditions that may hold, of one kind of contract. */
static void add_choices(cp_study *study, const cp_site *site, cp_contract_kind kind,
                        cp_stand *stand, size_t *room)
{
    cp_site asked = *site;
    size_t count;
    const cp_contract *const *all = cp_site_facts(site, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_contract *contract = all[i];
        if (contract->kind == kind && contract->accepts &&
            cp_str_eq(contract->parameter, site->parameter) &&
            cp_spec_allows(&contract->versions, stand->last->version) &&
            cp_cond_eval(contract->when, cp_site_atom, &asked) != CP_FALSE)
            cp_push(study->arena, stand->choices, stand->choice_count, *room,
                    cp_contract_at(study->arena, contract, stand->last->version));
    }
}

void cp_lineage_stands(cp_study *study, const cp_lineage *lineage, const cp_site *site,
                       cp_consumer *consumer)
{
    cp_arena *arena = study->arena;
    size_t room = 0;
    consumer->package = site->entry->package;
    consumer->range = cp_site_range(site, lineage->module->source->path);
    for (size_t i = consumer->range.count; i > 0; i--) {
        const cp_release *release = consumer->range.releases[i - 1];
        cp_terms terms = cp_terms_at(site, release);
        cp_stand *newer =
            consumer->stand_count ? &consumer->stands[consumer->stand_count - 1] : NULL;
        if (newer && says_the_same(&newer->terms, &terms)) {
            newer->first = release;
            continue;
        }
        cp_stand stand = {.first = release, .last = release, .terms = terms};
        cp_dtypes from = lineage->dtypes & CP_CONCRETE;
        if (terms.known && !terms.broken && terms.computes == CP_DTYPE_NONE)
            stand.methods = cp_site_open_methods(site, release, from, &stand.method_count,
                                                 &stand.computes);
        size_t choice_room = 0;
        if (!terms.accepts) { /* no dtype passes all of it */
            add_choices(study, site, CP_CONTRACT_CHECK, &stand, &choice_room);
            add_choices(study, site, CP_CONTRACT_EFFECTIVE, &stand, &choice_room);
        }
        cp_push(arena, consumer->stands, consumer->stand_count, room, stand);
    }
}
