#include "report/writers.h"

static json_t *reason_or_null(cp_arena *arena, const char *reason)
{
    return reason ? cp_json_text(arena, cp_str_of(reason)) : json_null();
}

static json_t *dtypes_of(const cp_traced *traced, cp_dtypes set)
{
    return cp_json_dtypes(cp_dtypes_assume(set, traced->model));
}

static json_t *dtype_or_null(cp_arena *arena, cp_dtype dtype)
{
    if (dtype == CP_DTYPE_NONE)
        return json_null();
    return cp_json_text(arena, cp_str_of(cp_dtype_name(dtype)));
}

static void set_place(json_t *value, cp_arena *arena, const cp_place *place)
{
    bool known = place->line != 0;
    cp_json_set(value, "path", cp_json_text_or_null(arena, place->path));
    cp_json_set(value, "line", known ? cp_json_number(place->line) : json_null());
    cp_json_set(value, "column",
                place->column ? cp_json_number(place->column) : json_null());
    if (place->end_line > place->line)
        cp_json_set(value, "end_line", cp_json_number(place->end_line));
    cp_json_set(value, "what", cp_json_text(arena, place->what));
}

static json_t *place_or_null(cp_arena *arena, const cp_place *place)
{
    if (!place->line)
        return json_null();
    json_t *value = cp_json_object();
    set_place(value, arena, place);
    return value;
}

static json_t *producers_value(cp_arena *arena, const cp_traced *traced,
                               const cp_producer *producers, size_t count, bool casts)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < count; i++) {
        const cp_producer *from = &producers[i];
        json_t *one = cp_json_object();
        set_place(one, arena, &from->place);
        if (casts)
            cp_json_set(one, "from", dtypes_of(traced, from->from));
        cp_json_set(one, "dtypes", dtypes_of(traced, from->place.dtypes));
        cp_json_set(one, "unknown", reason_or_null(arena, from->unknown));
        cp_json_set(one, "guard", cp_json_text_or_null(arena, from->guard));
        cp_json_set(one, "before", place_or_null(arena, &from->behind));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *stated_value(cp_arena *arena, const cp_contract *contract)
{
    bool stated = contract && contract->stated_count;
    return stated ? cp_json_text(arena, contract->stated[0]) : json_null();
}

/* What excludes each other, where no dtype passes all of it. */
static json_t *choices_value(cp_arena *arena, const cp_stand *stand)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < stand->choice_count; i++) {
        const cp_contract *choice = stand->choices[i];
        bool checked = choice->kind == CP_CONTRACT_CHECK;
        json_t *one = cp_json_object();
        cp_json_set(one, checked ? "accepts" : "reads", cp_json_dtypes(choice->accepts));
        cp_json_set(one, "when", cp_json_text_or_null(arena, choice->when_text));
        cp_json_set(one, "stated", stated_value(arena, choice));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *stand_value(cp_arena *arena, const cp_consumer *consumer,
                           const cp_stand *stand)
{
    const cp_terms *terms = &stand->terms;
    const cp_contract *check = terms->check;
    cp_str same_as = check ? check->same_as : (cp_str){"", 0};
    cp_str coupled = terms->coupled ? terms->coupled->parameter : (cp_str){"", 0};
    bool any = !terms->known || terms->accepts == CP_CONCRETE;
    json_t *value = cp_json_object();
    cp_json_set(value, "package", cp_json_text(arena, consumer->package));
    cp_json_set(value, "first", cp_json_text(arena, stand->first->text));
    cp_json_set(value, "last", cp_json_text(arena, stand->last->text));
    cp_json_set(value, "known", json_boolean(terms->known));
    cp_json_set(value, "accepts", any ? json_null() : cp_json_dtypes(terms->accepts));
    cp_json_set(value, "choices", choices_value(arena, stand));
    cp_json_set(value, "unchecked", json_boolean(check && check->unchecked));
    cp_json_set(value, "same_as", cp_json_text_or_null(arena, same_as));
    cp_json_set(value, "computes", dtype_or_null(arena, terms->computes));
    json_t *methods = cp_json_list();
    for (uint32_t i = 0; i < stand->method_count; i++)
        cp_json_add(methods, cp_json_text(arena, stand->methods[i]));
    cp_json_set(value, "open_methods", methods);
    cp_json_set(value, "open_computes",
                stand->method_count ? dtype_or_null(arena, stand->computes)
                                    : json_null());
    cp_json_set(value, "rounds_to", dtype_or_null(arena, terms->rounds_to));
    cp_json_set(value, "may_round_to", dtype_or_null(arena, terms->may_round_to));
    cp_json_set(value, "coupled", cp_json_text_or_null(arena, coupled));
    cp_json_set(value, "labels", json_boolean(terms->labels));
    cp_json_set(value, "ignored", json_boolean(terms->ignored));
    cp_json_set(value, "broken", json_boolean(terms->broken));
    cp_json_set(value, "stated", stated_value(arena, check));
    cp_json_set(value, "computes_stated", stated_value(arena, terms->inside));
    return value;
}

static json_t *pin_value(cp_arena *arena, const cp_pin *pin)
{
    if (!pin)
        return json_null();
    json_t *value = cp_json_object();
    cp_json_set(value, "path", cp_json_text_or_null(arena, pin->path));
    cp_json_set(value, "line", pin->line ? cp_json_number(pin->line) : json_null());
    cp_json_set(value, "package", cp_json_text(arena, pin->package));
    cp_json_set(value, "versions", cp_json_text(arena, pin->spec.text));
    return value;
}

static json_t *consumer_value(cp_arena *arena, const cp_traced *traced,
                              const cp_consumer *consumer)
{
    json_t *value = cp_json_object(), *via = cp_json_list(), *stands = cp_json_list();
    const char *kind = cp_consumer_kind_name(consumer->kind);
    cp_json_set(value, "kind", cp_json_text(arena, cp_str_of(kind)));
    set_place(value, arena, &consumer->place);
    cp_json_set(value, "guard", cp_json_text_or_null(arena, consumer->guard));
    cp_json_set(value, "call", cp_json_text_or_null(arena, consumer->call));
    cp_json_set(value, "parameter", cp_json_text_or_null(arena, consumer->parameter));
    if (consumer->kind == CP_CONSUMER_CAST) {
        cp_json_set(value, "to", dtypes_of(traced, consumer->to));
        cp_json_set(value, "unknown", reason_or_null(arena, consumer->unknown));
    }
    for (uint32_t i = 0; i < consumer->via_count; i++) {
        json_t *one = cp_json_object();
        set_place(one, arena, &consumer->via[i]);
        cp_json_add(via, one);
    }
    for (size_t i = 0; i < consumer->stand_count; i++)
        cp_json_add(stands, stand_value(arena, consumer, &consumer->stands[i]));
    cp_json_set(value, "via", via);
    cp_json_set(value, "after", place_or_null(arena, &consumer->after));
    cp_json_set(value, "contracts", stands);
    cp_json_set(value, "pin", pin_value(arena, consumer->range.pin));
    return value;
}

static json_t *findings_value(cp_arena *arena, const cp_lineage *value)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < value->finding_count; i++) {
        const cp_finding *finding = value->findings[i];
        cp_str fix = finding->fix ? finding->fix->id : (cp_str){"", 0};
        json_t *one = cp_json_object();
        cp_json_set(one, "code", cp_json_text(arena, finding->code));
        cp_json_set(one, "message", cp_json_text(arena, finding->message));
        cp_json_set(one, "fix", cp_json_text_or_null(arena, fix));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *lineage_value(cp_arena *arena, const cp_traced *traced,
                             const cp_lineage *value)
{
    json_t *one = cp_json_object(), *consumers = cp_json_list();
    const char *role = cp_role_name(value->role);
    cp_json_set_span(one, arena, value->module->source, value->span);
    cp_json_set(one, "what", cp_json_text(arena, value->text));
    cp_json_set(one, "tensor", cp_json_text(arena, value->tensor));
    cp_json_set(one, "role", cp_json_text_or_null(arena, cp_str_of(role)));
    cp_json_set(one, "dtypes", dtypes_of(traced, value->dtypes));
    cp_json_set(one, "unknown", reason_or_null(arena, value->unknown));
    cp_json_set(one, "is_cast", json_boolean(value->is_cast));
    if (value->is_cast) {
        cp_json_set(one, "from", dtypes_of(traced, value->from));
        cp_json_set(one, "from_unknown", reason_or_null(arena, value->from_unknown));
    }
    cp_json_set(one, "guard", cp_json_text_or_null(arena, value->guard));
    cp_json_set(one, "uses_model_dtype", json_boolean(value->uses_model));
    cp_json_set(one, "assumes", cp_json_text_or_null(arena, value->namesake));
    cp_json_set(
        one, "producers",
        producers_value(arena, traced, value->producers, value->producer_count, false));
    cp_json_set(one, "casts",
                producers_value(arena, traced, value->casts, value->cast_count, true));
    for (size_t i = 0; i < value->consumer_count; i++)
        cp_json_add(consumers, consumer_value(arena, traced, &value->consumers[i]));
    cp_json_set(one, "consumers", consumers);
    cp_json_set(one, "whole", json_boolean(value->whole));
    cp_json_set(one, "findings", findings_value(arena, value));
    cp_json_set(one, "unjudged", reason_or_null(arena, value->unjudged));
    return one;
}

static json_t *nearest_value(cp_arena *arena, const cp_traced *traced)
{
    if (!traced->nearest_line)
        return json_null();
    json_t *value = cp_json_object();
    cp_json_set(value, "line", cp_json_number(traced->nearest_line));
    cp_json_set(value, "what", cp_json_text(arena, traced->nearest));
    return value;
}

void cp_json_trace(cp_buf *out, const cp_traced *traced)
{
    cp_arena *arena = out->arena;
    json_t *root = cp_json_object(), *values = cp_json_list();
    for (size_t i = 0; i < traced->count; i++)
        cp_json_add(values, lineage_value(arena, traced, &traced->values[i]));
    cp_json_set(root, "tool", cp_json_text(arena, CP_STR("castproof")));
    cp_json_set(root, "version", cp_json_text(arena, cp_str_of(traced->version)));
    cp_json_set(root, "path", cp_json_text(arena, traced->path));
    cp_json_set(root, "line", cp_json_number(traced->line));
    cp_json_set(root, "column",
                traced->column ? cp_json_number(traced->column) : json_null());
    cp_json_set(root, "values", values);
    cp_json_set(root, "nothing", cp_json_text_or_null(arena, traced->nothing));
    cp_json_set(root, "nearest", nearest_value(arena, traced));
    cp_json_set(root, "errors",
                cp_json_errors(arena, traced->troubles, traced->trouble_count));
    cp_json_write(out, root);
}
