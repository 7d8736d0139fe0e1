#include "cli/help_items.h"

#include "cli/options.h"

/* Where the words of an item end: before two blanks, or with the line. */
static size_t end_of_words(cp_str line)
{
    size_t end = cp_str_find(line, CP_STR("  "), 2);
    return end == SIZE_MAX ? line.len : end;
}

static void add_text(cp_arena *arena, cp_help_item *item, cp_str more)
{
    more = cp_str_trim(more);
    if (item->text.len && more.len)
        item->text =
            cp_str_printf(arena, "%.*s %.*s", CP_STR_ARGS(item->text), CP_STR_ARGS(more));
    else if (more.len)
        item->text = more;
}

cp_help_item *cp_help_items(cp_arena *arena, size_t *count)
{
    cp_str rest = cp_options_help(arena), section = {"", 0};
    cp_help_item *items = NULL;
    size_t room = 0;
    *count = 0;
    while (rest.len) {
        cp_str line = cp_str_next(&rest, '\n');
        bool indented = cp_str_starts(line, CP_STR("  "));
        if (!indented && cp_str_ends(line, CP_STR(":")))
            section = cp_str_cut(line, 0, line.len - 1);
        if (!indented || !section.len)
            continue;
        size_t end = end_of_words(line);
        if (line.ptr[2] != ' ') {
            cp_help_item item = {section, cp_str_cut(line, 2, end), {"", 0}};
            cp_push(arena, items, *count, room, item);
        }
        if (*count)
            add_text(arena, &items[*count - 1],
                     cp_str_cut(line, line.ptr[2] == ' ' ? 0 : end, line.len));
    }
    return items;
}

/* Whether `word` stands in `words` as a whole. */
static bool has_word(cp_str words, cp_str word)
{
    while (words.len) {
        cp_str one = cp_str_next(&words, ' ');
        if (cp_str_ends(one, CP_STR(",")))
            one = cp_str_cut(one, 0, one.len - 1);
        if (cp_str_eq(one, word))
            return true;
    }
    return false;
}

const cp_help_item *cp_help_find(const cp_help_item *items, size_t count, bool option,
                                 cp_str name)
{
    char text[64];
    size_t len = name.len + (option ? 2 : 0);
    if (len >= sizeof text)
        return NULL;
    cp_str_put(cp_str_put(text, option ? CP_STR("--") : CP_STR("")), name);
    for (size_t i = 0; i < count; i++) {
        cp_str first = items[i].words, word = {text, len};
        bool commands = cp_str_is(items[i].section, "Commands");
        if (option ? !commands && has_word(first, word)
                   : commands && cp_str_eq(cp_str_next(&first, ' '), word))
            return &items[i];
    }
    return NULL;
}
