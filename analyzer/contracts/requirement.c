#include "contracts/version.h"

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The name at the start of `rest`, which is moved behind it; "" if none is there. */
static cp_str take_name(cp_str *rest)
{
    size_t n = 0;
    while (n < rest->len && (is_alnum(rest->ptr[n]) || strchr("._-", rest->ptr[n])) &&
           rest->ptr[n])
        n++;
    cp_str name = cp_str_cut(*rest, 0, n);
    if (n && (!is_alnum(name.ptr[0]) || !is_alnum(name.ptr[n - 1])))
        name.len = 0;
    *rest = cp_str_trim(cp_str_cut(*rest, n, rest->len));
    return name;
}

/* Skips `[extra, …]` if it is there; false where its bracket is not closed. */
static bool skip_extras(cp_str *rest)
{
    if (!rest->len || rest->ptr[0] != '[')
        return true;
    size_t end = cp_str_find(*rest, CP_STR("]"), 0);
    if (end == SIZE_MAX)
        return false;
    *rest = cp_str_trim(cp_str_cut(*rest, end + 1, rest->len));
    return true;
}

/* Splits off the marker; a URL may hold a `;` of its own, so a blank must precede it. */
static cp_str split_marker(cp_str *rest, bool by_url)
{
    size_t at =
        by_url ? cp_str_find(*rest, CP_STR(" ;"), 0) : cp_str_find(*rest, CP_STR(";"), 0);
    if (at == SIZE_MAX)
        return (cp_str){"", 0};
    cp_str marker = cp_str_trim(cp_str_cut(*rest, at + (by_url ? 2 : 1), rest->len));
    *rest = cp_str_trim(cp_str_cut(*rest, 0, at));
    return marker;
}

cp_status cp_requirement_parse(cp_arena *arena, cp_str text, cp_requirement *requirement,
                               cp_err *err)
{
    cp_str rest = cp_str_trim(text);
    cp_requirement made = {0};
    cp_str name = take_name(&rest);
    if (!name.len)
        return cp_fail(err, CP_ERR_SYNTAX, "`%.*s` does not begin with a package's name",
                       (int)(text.len > 80 ? 80 : text.len), text.ptr);
    made.package = cp_package_name(arena, name);
    if (!skip_extras(&rest))
        return cp_fail(err, CP_ERR_SYNTAX, "the extras of `%.*s` are not closed by `]`",
                       CP_STR_ARGS(name));
    made.by_url = rest.len && rest.ptr[0] == '@';
    made.marker = split_marker(&rest, made.by_url);
    if (!made.by_url) {
        if (rest.len > 1 && rest.ptr[0] == '(' && rest.ptr[rest.len - 1] == ')')
            rest = cp_str_cut(rest, 1, rest.len - 1);
        cp_status st = cp_spec_parse(arena, rest, &made.spec, err);
        if (st)
            return st;
    }
    *requirement = made;
    return CP_OK;
}
