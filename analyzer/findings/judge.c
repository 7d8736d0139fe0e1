#include "findings/cast.h"

/* Whether the test is answered yes by every site at the release. */
static bool all_sites(const cp_cast *cast, const cp_release *release, cp_terms_test *test,
                      bool *known)
{
    for (uint32_t i = 0; i < cast->site_count; i++) {
        const cp_site *site = &cast->sites[i];
        cp_terms terms = cp_terms_at(site, site->own ? site->own->release : release);
        if (!terms.known)
            *known = false;
        if (!terms.known || terms.broken || !test(cast, &terms))
            return false;
    }
    return true;
}

/* The first known release from which on the answer is yes at all known ones. */
static const cp_release *find_since(const cp_study *study, const cp_cast *cast,
                                    cp_str package, cp_terms_test *test)
{
    size_t count;
    const cp_release *releases = cp_contracts_releases(study->contracts, package, &count);
    const cp_release *since = NULL;
    for (size_t i = count; i > 0; i--) {
        bool known = true;
        if (!all_sites(cast, &releases[i - 1], test, &known))
            break;
        since = &releases[i - 1];
    }
    return since;
}

cp_judgement cp_cast_judge(const cp_study *study, const cp_cast *cast,
                           cp_terms_test *test)
{
    cp_judgement verdict = {0};
    if (!cast->site_count || !cast->only_sites)
        return verdict;
    verdict.site = &cast->sites[0];
    for (uint32_t i = 1; i < cast->site_count && verdict.site->own; i++)
        verdict.site = &cast->sites[i]; /* one whose release may change, if any */
    cp_str package = verdict.site->entry->package;
    for (uint32_t i = 0; i < cast->site_count; i++)
        if (!cast->sites[i].own && !cp_str_eq(cast->sites[i].entry->package, package))
            return verdict; /* two libraries: not together yet */
    verdict.range = cp_site_range(verdict.site, cast->node->module->source->path);
    if (!verdict.range.count)
        return verdict;
    verdict.judged = verdict.holds = true;
    for (size_t i = 0; i < verdict.range.count; i++) {
        bool known = true;
        if (!all_sites(cast, verdict.range.releases[i], test, &known))
            verdict.holds = false;
        verdict.judged &= known;
    }
    verdict.release = verdict.range.releases[verdict.range.count - 1];
    if (!verdict.holds && !verdict.site->own)
        verdict.since = find_since(study, cast, package, test);
    if (verdict.since)
        verdict.release = verdict.since;
    verdict.terms = cp_terms_at(verdict.site, verdict.release);
    return verdict;
}
