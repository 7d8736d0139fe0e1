#include "base/suggest.h"

enum { WORD_MAX = 48 };

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Row `i` tells what the first `i` letters of `a` are from each start of `b`. */
static size_t steps_between(cp_str a, cp_str b)
{
    size_t rows[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a.len; i++) {
        for (size_t k = 0; k <= b.len; k++) {
            if (!i || !k) {
                rows[i][k] = i + k;
                continue;
            }
            bool same = small(a.ptr[i - 1]) == small(b.ptr[k - 1]);
            size_t best = least(rows[i - 1][k], rows[i][k - 1]) + 1;
            best = least(best, rows[i - 1][k - 1] + !same);
            if (i > 1 && k > 1 && small(a.ptr[i - 1]) == small(b.ptr[k - 2]) &&
                small(a.ptr[i - 2]) == small(b.ptr[k - 1]))
                best = least(best, rows[i - 2][k - 2] + 1);
            rows[i][k] = best;
        }
    }
    return rows[a.len][b.len];
}

cp_str cp_suggest(cp_str word, const cp_str *known, size_t count)
{
    cp_str best = {"", 0};
    size_t fewest = word.len / 3 + 1;
    for (size_t i = 0; word.len <= WORD_MAX && i < count; i++) {
        if (known[i].len > WORD_MAX)
            continue;
        size_t steps = steps_between(word, known[i]);
        if (steps < fewest) {
            fewest = steps;
            best = known[i];
        }
    }
    return best;
}
