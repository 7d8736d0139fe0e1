#include "findings/cast.h"

/* The check as it is written, from its first word to the bracket that closes it. */
static cp_span span_of_check(const cp_mine_place *place)
{
    cp_str text = place->module->source->text;
    uint32_t at = place->offset, depth = 0;
    cp_str line = cp_source_line_text(place->module->source,
                                      cp_source_line(place->module->source, at));
    uint32_t end = (uint32_t)(line.ptr + line.len - text.ptr);
    for (uint32_t i = at; i < text.len; i++) {
        char c = text.ptr[i];
        if (!depth && c != '(' && i >= end)
            break;
        depth += c == '(';
        if (c == ')' && depth && --depth == 0)
            return (cp_span){at, i + 1};
    }
    return (cp_span){at, end};
}

static cp_span at(const cp_mine_place *place)
{
    return (cp_span){place->offset, place->offset};
}

static cp_str where(cp_arena *arena, const cp_mine_place *place)
{
    const cp_source *source = place->module->source;
    const char *slash = memrchr(source->path.ptr, '/', source->path.len);
    size_t from = slash ? (size_t)(slash + 1 - source->path.ptr) : 0;
    return cp_str_printf(arena, "%.*s:%u",
                         CP_STR_ARGS(cp_str_cut(source->path, from, source->path.len)),
                         cp_source_line(source, place->offset));
}

static const cp_contract *contract_of(const cp_study *study, const cp_own_misread *own)
{
    const cp_misread *misread = &own->misread;
    cp_contract *contract = cp_new(study->arena, cp_contract, 1);
    cp_str *stated = cp_new(study->arena, cp_str, 1);
    const cp_source *source = misread->check.module->source;
    *stated = cp_str_printf(study->arena, "%.*s:%u", CP_STR_ARGS(source->path),
                            cp_source_line(source, misread->check.offset));
    *contract = (cp_contract){.kind = CP_CONTRACT_CHECK,
                              .package = own->package,
                              .call = misread->call,
                              .parameter = misread->parameter,
                              .when_text = misread->check_when,
                              .accepts = misread->accepts,
                              .computes = CP_DTYPE_NONE,
                              .rounds_to = CP_DTYPE_NONE,
                              .stated = stated,
                              .stated_count = 1,
                              .origin = CP_STR("mined")};
    return contract;
}

static void relate(const cp_study *study, cp_finding *finding, const cp_misread *misread)
{
    const char *as = cp_dtype_name(misread->as);
    if (misread->cast.module)
        cp_finding_relate(
            study, finding,
            cp_place_of(
                misread->cast.module, at(&misread->cast),
                cp_str_printf(study->arena, "the pointer becomes one to %s", as)));
    for (uint32_t i = 0; i < misread->read_count; i++)
        cp_finding_relate(
            study, finding,
            cp_place_of(misread->reads[i].module, at(&misread->reads[i]),
                        cp_str_printf(study->arena, "handed to code that reads %s", as)));
    for (size_t i = 0; i < misread->other_count; i++)
        cp_finding_relate(study, finding,
                          cp_place_of(misread->check.module, at(&misread->check),
                                      cp_str_printf(study->arena, "the same for %.*s",
                                                    CP_STR_ARGS(misread->others[i]))));
}

/* A parameter may have the name of a role itself. */
static cp_role role_of(const cp_study *study, cp_str parameter)
{
    for (int role = CP_ROLE_ROUTER_LOGITS; role <= CP_ROLE_GATE_OUTPUT; role++)
        if (cp_str_is(parameter, cp_role_name((cp_role)role)))
            return (cp_role)role;
    return cp_role_of_name(study, parameter);
}

static void report(cp_study *study, const cp_own_misread *own)
{
    const cp_misread *misread = &own->misread;
    cp_arena *arena = study->arena;
    cp_finding *finding = cp_findings_new(study->findings, "CP401", misread->check.module,
                                          span_of_check(&misread->check));
    const char *accepted = cp_dtype_name(misread->accepted);
    const char *as = cp_dtype_name(misread->as);
    finding->tensor = misread->parameter;
    finding->role = role_of(study, misread->parameter);
    finding->from = CP_DTYPES(misread->accepted);
    finding->to = misread->as;
    finding->is_reading = true;
    finding->guard = misread->when;
    finding->consumer = misread->call;
    finding->parameter = misread->parameter;
    finding->contract = contract_of(study, own);
    finding->contract_version = own->version.len ? own->version : CP_STR("as it is");
    finding->effect = CP_EFFECT_UNPROVED;
    finding->plan.computes = finding->plan.rounds_to = CP_DTYPE_NONE;
    finding->message = cp_str_printf(
        arena,
        "this check accepts %s for %.*s of %.*s, which is then read as %s%s%.*s (%.*s)",
        accepted, CP_STR_ARGS(misread->parameter), CP_STR_ARGS(misread->call), as,
        misread->when.len ? " when " : "", CP_STR_ARGS(misread->when),
        CP_STR_ARGS(where(arena, &misread->reads[0])));
    finding->help =
        cp_str_printf(arena, "accept %s alone%s, or read by the tensor's dtype", as,
                      misread->when.len ? " under that condition" : "");
    relate(study, finding, misread);
}

void cp_check_reinterpret(cp_study *study)
{
    size_t count = 0;
    const cp_own_misread *found = study->own ? cp_own_misreads(study->own, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        report(study, &found[i]);
}
