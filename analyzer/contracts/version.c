#include "contracts/version.h"

#include "contracts/clause.h"

/* What is left of the text that is being read. */
typedef struct scan {
    cp_str rest;
} scan;

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool is_separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

static char peek(const scan *s, size_t ahead)
{
    return ahead < s->rest.len ? lower(s->rest.ptr[ahead]) : '\0';
}

static void skip(scan *s, size_t n)
{
    s->rest = cp_str_cut(s->rest, n, s->rest.len);
}

/* A run of digits; false where there is none or it does not fit. */
static bool take_number(scan *s, uint64_t *out)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; is_digit(peek(s, i)); i++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(peek(s, i) - '0'), &n))
            return false;
    *out = n;
    skip(s, i);
    return i > 0;
}

/* `[-_.]? word [-_.]? number?`: the first of `words` that stands here. */
static const char *take_tagged(scan *s, const char *const *words, uint64_t *number)
{
    size_t lead = is_separator(peek(s, 0)) ? 1 : 0;
    for (; *words; words++) {
        size_t n = 0;
        while ((*words)[n] && peek(s, lead + n) == (*words)[n])
            n++;
        if ((*words)[n])
            continue;
        skip(s, lead + n);
        bool apart = is_separator(peek(s, 0)) && is_digit(peek(s, 1));
        skip(s, apart);
        *number = 0;
        if (is_digit(peek(s, 0)) && !take_number(s, number))
            return NULL;
        return *words;
    }
    return NULL;
}

static bool take_release(cp_arena *arena, scan *s, cp_version *v)
{
    size_t count = 0, room = 0;
    uint64_t n;
    if (!take_number(s, &n))
        return false;
    if (peek(s, 0) == '!') {
        v->epoch = n;
        skip(s, 1);
        if (!take_number(s, &n))
            return false;
    }
    cp_push(arena, v->release, count, room, n);
    while (peek(s, 0) == '.' && is_digit(peek(s, 1))) {
        skip(s, 1);
        if (!take_number(s, &n))
            return false;
        cp_push(arena, v->release, count, room, n);
    }
    v->release_count = (uint32_t)count;
    return true;
}

static void take_suffixes(scan *s, cp_version *v)
{
    static const char *const pres[] = {"alpha", "a",  "beta", "b", "preview",
                                       "pre",   "rc", "c",    NULL};
    static const char *const posts[] = {"post", "rev", "r", NULL};
    static const char *const devs[] = {"dev", NULL};
    const char *word = take_tagged(s, pres, &v->pre);
    if (word)
        v->pre_kind = *word == 'a' || *word == 'b' ? *word : 'c';
    if (peek(s, 0) == '-' && is_digit(peek(s, 1))) {
        skip(s, 1);
        v->has_post = take_number(s, &v->post);
    } else {
        v->has_post = take_tagged(s, posts, &v->post) != NULL;
    }
    v->has_dev = take_tagged(s, devs, &v->dev) != NULL;
}

static bool take_local(scan *s, cp_version *v)
{
    if (peek(s, 0) != '+')
        return true;
    skip(s, 1);
    v->local = s->rest;
    size_t n = v->local.len;
    for (size_t i = 0; i < n; i++)
        if (!is_alnum(v->local.ptr[i]) && !(is_separator(v->local.ptr[i]) && i > 0 &&
                                            i + 1 < n && is_alnum(v->local.ptr[i - 1])))
            return false;
    skip(s, n);
    return n > 0;
}

cp_version *cp_version_parse(cp_arena *arena, cp_str text)
{
    cp_version v = {.text = cp_str_trim(text)};
    scan s = {v.text};
    if (peek(&s, 0) == 'v')
        skip(&s, 1);
    if (!take_release(arena, &s, &v))
        return NULL;
    take_suffixes(&s, &v);
    if (!take_local(&s, &v) || s.rest.len)
        return NULL;
    cp_version *made = cp_new(arena, cp_version, 1);
    *made = v;
    return made;
}

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_release(const cp_version *a, const cp_version *b)
{
    uint32_t count =
        a->release_count > b->release_count ? a->release_count : b->release_count;
    for (uint32_t i = 0; i < count; i++) {
        int c = compare(i < a->release_count ? a->release[i] : 0,
                        i < b->release_count ? b->release[i] : 0);
        if (c)
            return c;
    }
    return 0;
}

/* A pre-release sorts before the release; a bare dev release before both. */
static int pre_rank(const cp_version *v)
{
    if (v->pre_kind)
        return v->pre_kind;
    return v->has_dev && !v->has_post ? 0 : 'z';
}

static cp_str next_segment(cp_str *rest)
{
    size_t n = 0;
    while (n < rest->len && !is_separator(rest->ptr[n]))
        n++;
    cp_str segment = cp_str_cut(*rest, 0, n);
    *rest = cp_str_cut(*rest, n < rest->len ? n + 1 : n, rest->len);
    return segment;
}

/* Numbers sort by value and after words; words without case. */
static int compare_segment(cp_str a, cp_str b)
{
    scan as = {a}, bs = {b};
    uint64_t an, bn;
    bool a_number = take_number(&as, &an) && !as.rest.len;
    bool b_number = take_number(&bs, &bn) && !bs.rest.len;
    if (a_number || b_number)
        return a_number && b_number ? compare(an, bn) : a_number ? 1 : -1;
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int c = lower(a.ptr[i]) - lower(b.ptr[i]);
        if (c)
            return c;
    }
    return compare(a.len, b.len);
}

static int compare_local(cp_str a, cp_str b)
{
    while (a.len && b.len) {
        cp_str as = next_segment(&a), bs = next_segment(&b);
        int c = compare_segment(as, bs);
        if (c)
            return c;
    }
    return compare(a.len != 0, b.len != 0);
}

/* The order without the local labels. */
int clause_compare_public(const cp_version *a, const cp_version *b)
{
    int c = compare(a->epoch, b->epoch);
    if (!c)
        c = compare_release(a, b);
    if (!c)
        c = pre_rank(a) - pre_rank(b);
    if (!c)
        c = compare(a->pre, b->pre);
    if (!c)
        c = compare(a->has_post, b->has_post);
    if (!c)
        c = compare(a->post, b->post);
    if (!c)
        c = compare(!a->has_dev, !b->has_dev);
    return c ? c : compare(a->dev, b->dev);
}

int cp_version_cmp(const cp_version *a, const cp_version *b)
{
    int c = clause_compare_public(a, b);
    return c ? c : compare_local(a->local, b->local);
}

cp_str cp_package_name(cp_arena *arena, cp_str name)
{
    char *out = cp_new(arena, char, name.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++) {
        bool separator = is_separator(name.ptr[i]);
        if (!separator)
            out[n++] = lower(name.ptr[i]);
        else if (i == 0 || !is_separator(name.ptr[i - 1]))
            out[n++] = '-';
    }
    return (cp_str){out, n};
}
