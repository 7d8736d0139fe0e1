#include "contracts/pins_read.h"

/* Files that include each other are followed no deeper than this. */
#define INCLUDE_MAX 16

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- METADATA and PKG-INFO: headers up to the first empty line ---- */

void pins_read_metadata(const pin_sink *sink, const cp_source *source)
{
    for (uint32_t line = 1; line <= source->line_count; line++) {
        cp_str text = cp_source_line_text(source, line);
        if (!text.len)
            return;
        size_t colon = cp_str_find(text, CP_STR(":"), 0);
        if (colon == SIZE_MAX || is_blank(text.ptr[0]))
            continue;
        cp_str key = cp_str_cut(text, 0, colon);
        cp_str value = cp_str_trim(cp_str_cut(text, colon + 1, text.len));
        if (key.len == 4 && cp_str_find_nocase(key, CP_STR("name"), 0) == 0)
            sink->dist->name = cp_package_name(sink->arena, value);
        if (key.len == 13 && cp_str_find_nocase(key, CP_STR("requires-dist"), 0) == 0)
            pins_add(sink, value, line);
    }
}

/* ---- setup.cfg ---- */

/* Adds the requirements of one line of a value; they may stand apart by `;` in a line
   only where no marker can be meant, so the line is taken whole. */
static void add_cfg_line(const pin_sink *sink, cp_str text, uint32_t line)
{
    text = cp_str_trim(text);
    if (text.len && text.ptr[0] != '#' && text.ptr[0] != ';')
        pins_add(sink, text, line);
}

/* Whether the values of `key` in `section` are requirements. */
static bool holds_requirements(cp_str section, cp_str key)
{
    if (cp_str_is(section, "options.extras_require"))
        return true;
    return cp_str_is(section, "options") &&
           (cp_str_is(key, "install_requires") || cp_str_is(key, "setup_requires") ||
            cp_str_is(key, "tests_require"));
}

void pins_read_setup_cfg(const pin_sink *sink, const cp_source *source)
{
    cp_str section = {"", 0};
    bool wanted = false;
    for (uint32_t line = 1; line <= source->line_count; line++) {
        cp_str text = cp_source_line_text(source, line);
        cp_str trimmed = cp_str_trim(text);
        if (!trimmed.len || text.ptr[0] == '#' || text.ptr[0] == ';')
            continue;
        if (is_blank(text.ptr[0])) {
            if (wanted)
                add_cfg_line(sink, trimmed, line);
            continue;
        }
        wanted = false;
        if (text.ptr[0] == '[') {
            size_t end = cp_str_find(text, CP_STR("]"), 0);
            section = cp_str_cut(text, 1, end == SIZE_MAX ? text.len : end);
            continue;
        }
        size_t equals = 0;
        while (equals < text.len && text.ptr[equals] != '=' && text.ptr[equals] != ':')
            equals++;
        cp_str key = cp_str_trim(cp_str_cut(text, 0, equals));
        wanted = equals < text.len && holds_requirements(section, key);
        if (wanted)
            add_cfg_line(sink, cp_str_cut(text, equals + 1, text.len), line);
    }
}

/* ---- requirements.txt ---- */

typedef struct reading {
    const pin_sink *sink;
    cp_map *seen; /* paths that were read already */
    unsigned depth;
} reading;

static void read_requirements(const reading *r, const cp_source *source);

/* `line` without its comment: a `#` at the start or behind white space. */
static cp_str strip_comment(cp_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
            return cp_str_cut(line, 0, i);
    return line;
}

/* A relative path that never leaves its folder. */
static bool stays_inside(cp_str path)
{
    if (!path.len || path.ptr[0] == '/' || cp_str_has(path, CP_STR("://")))
        return false;
    for (cp_str rest = path; rest.len;)
        if (cp_str_is(cp_str_next(&rest, '/'), ".."))
            return false;
    return true;
}

static void include(const reading *r, cp_str name, uint32_t line)
{
    pin_sink sink = *r->sink;
    reading inner = {&sink, r->seen, r->depth + 1};
    cp_source source;
    cp_err err, told;
    if (!stays_inside(name) || r->depth == INCLUDE_MAX)
        return;
    size_t end = sink.path.len;
    while (end > 0 && sink.path.ptr[end - 1] != '/')
        end--;
    sink.path = pins_join(sink.arena, cp_str_cut(sink.path, 0, end), name);
    if (cp_map_get(r->seen, sink.path))
        return;
    if (!cp_source_read(sink.arena, sink.path, &source, &err)) {
        read_requirements(&inner, &source);
        return;
    }
    cp_fail(&told, err.code, "%.*s:%u: %s", CP_STR_ARGS(r->sink->path), line, err.msg);
    pins_trouble(r->sink, &told);
}

/* The argument of an option in one of its spellings; false where it is another one. */
static bool take_option(cp_str line, const char *brief, const char *full, cp_str *value)
{
    cp_str b = cp_str_of(brief), f = cp_str_of(full);
    size_t n = cp_str_starts(line, f) ? f.len : cp_str_starts(line, b) ? b.len : 0;
    if (!n)
        return false;
    *value = cp_str_trim(cp_str_cut(line, n, line.len));
    if (value->len && value->ptr[0] == '=')
        *value = cp_str_trim(cp_str_cut(*value, 1, value->len));
    return true;
}

/* A path, a URL or a variable where a requirement could stand: nothing is pinned. */
static bool names_no_package(cp_str line)
{
    size_t at = cp_str_find(line, CP_STR("@"), 0);
    size_t url = cp_str_find(line, CP_STR("://"), 0);
    return line.ptr[0] == '.' || line.ptr[0] == '/' || line.ptr[0] == '$' ||
           (url != SIZE_MAX && (at == SIZE_MAX || at > url));
}

static void read_line(const reading *r, cp_str text, uint32_t line)
{
    cp_str value;
    text = cp_str_trim(text);
    if (!text.len)
        return;
    if (take_option(text, "-r", "--requirement", &value) ||
        take_option(text, "-c", "--constraint", &value)) {
        include(r, value, line);
        return;
    }
    if (text.ptr[0] == '-' || names_no_package(text))
        return;
    size_t options = cp_str_find(text, CP_STR(" --"), 0);
    if (options != SIZE_MAX)
        text = cp_str_cut(text, 0, options);
    pins_add(r->sink, text, line);
}

static void read_requirements(const reading *r, const cp_source *source)
{
    cp_map_put(r->seen, r->sink->path, (void *)"seen");
    cp_buf whole = {.arena = r->sink->arena};
    uint32_t start = 1;
    for (uint32_t line = 1; line <= source->line_count; line++) {
        cp_str raw = cp_source_line_text(source, line);
        cp_str text = strip_comment(raw);
        bool goes_on = text.len == raw.len && cp_str_ends(text, CP_STR("\\"));
        cp_buf_add(&whole, cp_str_cut(text, 0, text.len - goes_on));
        if (goes_on && line < source->line_count)
            continue;
        read_line(r, cp_str_copy(r->sink->arena, cp_buf_str(&whole)), start);
        whole.len = 0;
        start = line + 1;
    }
}

void pins_read_requirements(const pin_sink *sink, const cp_source *source)
{
    cp_map seen = {.arena = sink->arena};
    reading r = {sink, &seen, 0};
    read_requirements(&r, source);
}
