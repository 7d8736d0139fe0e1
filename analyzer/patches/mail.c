#include "patches/patch.h"

#include <stdlib.h>
#include <time.h>

#include "patches/words.h"

/* What git writes as the date of the line that separates mails. */
#define SEPARATOR_DATE "Mon Sep 17 00:00:00 2001"
#define FIXED_DATE 1000684800 /* the same moment */

/* Of an encoded word: each may become three, and a line holds 76. */
#define ENCODED_BYTES 15
#define BAR_WIDTH 40

static bool is_ascii(cp_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    return true;
}

/* One encoded word of RFC 2047, method Q. */
static void add_encoded(cp_buf *out, cp_str piece)
{
    cp_buf_puts(out, "=?UTF-8?q?");
    for (size_t i = 0; i < piece.len; i++) {
        unsigned char c = (unsigned char)piece.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '.' || c == '-';
        if (plain)
            cp_buf_add(out, cp_str_cut(piece, i, i + 1));
        else
            cp_buf_printf(out, "=%02X", c);
    }
    cp_buf_puts(out, "?=");
}

/* Whether byte `at` goes on with a character that began before it. */
static bool is_inside(cp_str text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

static void add_subject(cp_buf *out, const cp_patch *patch, size_t number, size_t total)
{
    cp_buf_printf(out, "Subject: [PATCH %zu/%zu]", number, total);
    cp_str rest = patch->subject;
    if (is_ascii(rest)) {
        size_t column = 22;
        while (rest.len) {
            cp_str word = cp_str_next(&rest, ' ');
            bool fold = column + 1 + word.len > 76;
            cp_buf_puts(out, fold ? "\n " : " ");
            cp_buf_add(out, word);
            column = (fold ? 0 : column) + 1 + word.len;
        }
    }
    while (rest.len) {
        size_t cut = rest.len < ENCODED_BYTES ? rest.len : ENCODED_BYTES;
        while (is_inside(rest, cut))
            cut--;
        cp_buf_puts(out, "\n ");
        add_encoded(out, cp_str_cut(rest, 0, cut));
        rest = cp_str_cut(rest, cut, rest.len);
    }
    cp_buf_puts(out, "\n");
}

static void add_date(cp_buf *out)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    long long given = epoch ? strtoll(epoch, &end, 10) : 0;
    bool good = epoch && end != epoch && *end == '\0' && given > 0 && given < 1LL << 36;
    time_t when = (time_t)(good ? given : FIXED_DATE);
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;
    gmtime_r(&when, &t);
    cp_buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n", days[t.tm_wday],
                  t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
                  t.tm_sec);
}

static void add_count(cp_buf *out, uint32_t n, const char *what, const char *sign)
{
    if (n)
        cp_buf_printf(out, ", %u %s%s(%s)", n, what, n == 1 ? "" : "s", sign);
}

static void add_stat(cp_buf *out, const cp_patch *patch)
{
    uint32_t all = patch->added + patch->removed;
    uint32_t plus = patch->added, minus = patch->removed;
    if (all > BAR_WIDTH) {
        plus = plus * BAR_WIDTH / all;
        minus = BAR_WIDTH - plus;
    }
    cp_str path = cp_words_line(out->arena, patch->path);
    cp_buf_printf(out, " %.*s | %u ", CP_STR_ARGS(path), all);
    for (uint32_t i = 0; i < plus + minus; i++)
        cp_buf_puts(out, i < plus ? "+" : "-");
    cp_buf_puts(out, "\n 1 file changed");
    add_count(out, patch->added, "insertion", "+");
    add_count(out, patch->removed, "deletion", "-");
    cp_buf_puts(out, "\n\n");
}

cp_str cp_patch_mail(cp_arena *arena, const cp_patch *patch, size_t number, size_t total)
{
    cp_buf out = {.arena = arena};
    cp_buf_printf(&out, "From %040d " SEPARATOR_DATE "\n", 0);
    cp_buf_puts(&out, "From: castproof <castproof@localhost>\n");
    add_date(&out);
    add_subject(&out, patch, number, total);
    cp_buf_puts(&out, "MIME-Version: 1.0\n"
                      "Content-Type: text/plain; charset=UTF-8\n"
                      "Content-Transfer-Encoding: 8bit\n\n");
    cp_buf_add(&out, cp_words_body(arena, patch));
    cp_buf_puts(&out, "---\n");
    add_stat(&out, patch);
    cp_buf_add(&out, patch->diff);
    cp_buf_puts(&out, "-- \n" CP_VERSION "\n\n");
    return cp_buf_str(&out);
}
