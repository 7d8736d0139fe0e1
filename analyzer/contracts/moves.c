#include "contracts/set.h"

/* Takes the next line off a move's text; false where none is left. */
static bool next_line(cp_str *rest, cp_str *line)
{
    cp_str left = *rest;
    *line = cp_str_next(&left, ' ');
    bool digits = line->len > 0;
    for (size_t i = 0; i < line->len && digits; i++)
        digits = line->ptr[i] >= '0' && line->ptr[i] <= '9';
    if (digits)
        *rest = left;
    return digits;
}

static bool read_move(cp_arena *arena, cp_str text, uint32_t lines, struct cp_move *move)
{
    cp_str rest = text, line;
    *move = (struct cp_move){.text = text};
    move->from = cp_version_parse(arena, cp_str_next(&rest, ' '));
    uint32_t count = 0;
    while (next_line(&rest, &line))
        count++;
    return move->from && count == lines && !rest.len;
}

bool moves_read(cp_arena *arena, cp_contract *contract, const cp_str *texts,
                uint32_t count, cp_str *wrong)
{
    contract->moves = cp_new(arena, struct cp_move, count);
    contract->move_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct cp_move *move = &contract->moves[i];
        *wrong = texts[i];
        if (!read_move(arena, texts[i], contract->stated_count, move) ||
            (i && cp_version_cmp(move[-1].from, move->from) >= 0))
            return false;
    }
    return true;
}

static cp_contract *at_lines(cp_arena *arena, const cp_contract *contract, cp_str lines)
{
    cp_contract *made = cp_new(arena, cp_contract, 1);
    *made = *contract;
    made->moves = NULL;
    made->move_count = 0;
    made->stated = cp_new(arena, cp_str, contract->stated_count);
    cp_str line;
    cp_str_next(&lines, ' '); /* the release */
    for (uint32_t i = 0; i < contract->stated_count && next_line(&lines, &line); i++) {
        cp_str place = contract->stated[i];
        const char *colon = memrchr(place.ptr, ':', place.len);
        size_t path = colon ? (size_t)(colon - place.ptr) : place.len;
        made->stated[i] =
            cp_str_printf(arena, "%.*s:%.*s", (int)path, place.ptr, CP_STR_ARGS(line));
    }
    return made;
}

const cp_contract *cp_contract_at(cp_arena *arena, const cp_contract *contract,
                                  const cp_version *release)
{
    uint32_t i = contract->move_count;
    while (i > 0 && cp_version_cmp(contract->moves[i - 1].from, release) > 0)
        i--;
    if (!i)
        return contract;
    struct cp_move *move = &contract->moves[i - 1];
    if (!move->made)
        move->made = at_lines(arena, contract, move->text);
    return move->made;
}
