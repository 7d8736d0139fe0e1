#include "harness.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read/scan.h"

static cp_scanner *scanner_for(const char *words)
{
    cp_str needles[CP_SCAN_MAX], rest = cp_str_of(words);
    size_t count = 0;
    while (rest.len)
        needles[count++] = cp_str_next(&rest, ' ');
    return cp_scanner_new(&arena, needles, count);
}

/* What each way finds; all of them must find the same. */
static uint64_t scan(const cp_scanner *scanner, cp_str text)
{
    uint64_t plain = cp_scan_by(CP_SCAN_PLAIN, scanner, text);
    for (cp_scan_way way = CP_SCAN_PLAIN; way <= CP_SCAN_AVX2; way++)
        if (cp_scan_can(way))
            assert_int_equal(cp_scan_by(way, scanner, text), plain);
    assert_int_equal(cp_scan(scanner, text), plain);
    return plain;
}

static void test_each_word_has_its_bit(void **state)
{
    (void)state;
    cp_scanner *s = scanner_for("router topk gate_proj absent");
    assert_int_equal(scan(s, CP_STR("x = topk(router)")), 3);
    assert_int_equal(scan(s, CP_STR("gate_proj")), 4);
    assert_int_equal(scan(s, CP_STR("nothing of it")), 0);
}

static void test_words_are_found_within_words_and_over_each_other(void **state)
{
    (void)state;
    cp_scanner *s = scanner_for("fused_topk topk_weights topk");
    assert_int_equal(scan(s, CP_STR("biased_fused_topk_weights")), 7);
}

static void test_case_counts(void **state)
{
    (void)state;
    assert_int_equal(scan(scanner_for("TODO"), CP_STR("todo Todo")), 0);
}

static void test_no_words_and_no_text_find_nothing(void **state)
{
    (void)state;
    assert_int_equal(scan(cp_scanner_new(&arena, NULL, 0), CP_STR("text")), 0);
    assert_int_equal(scan(scanner_for("a bc"), (cp_str){0}), 0);
}

static void test_the_empty_word_occurs_in_every_text(void **state)
{
    (void)state;
    cp_str needles[] = {CP_STR("a"), CP_STR("")};
    cp_scanner *s = cp_scanner_new(&arena, needles, 2);
    assert_int_equal(scan(s, CP_STR("b")), 2);
    assert_int_equal(scan(s, (cp_str){0}), 2);
}

static void test_a_word_is_found_at_every_place_of_texts_of_every_length(void **state)
{
    (void)state;
    cp_scanner *s = scanner_for("router_logits gate mo x");
    const char *words[] = {"router_logits", "gate", "mo", "x"};
    char text[140];
    for (int w = 0; w < 4; w++) {
        size_t len = strlen(words[w]);
        for (size_t size = len; size < sizeof text; size += 3) {
            for (size_t at = 0; at + len <= size; at++) {
                memset(text, ' ', sizeof text);
                memcpy(text + at, words[w], len);
                assert_int_equal(scan(s, (cp_str){text, size}), 1u << w);
            }
        }
    }
}

static void test_a_word_cut_off_by_the_end_is_not_found(void **state)
{
    (void)state;
    cp_scanner *s = scanner_for("router_logits mo");
    const char text[] = "a text of some length before it, then router_logits";
    for (size_t cut = 1; cut < 13; cut++)
        assert_int_equal(scan(s, (cp_str){text, sizeof text - 1 - cut}), 0);
    assert_int_equal(scan(s, cp_str_cut(CP_STR("mo"), 0, 1)), 0);
}

static void test_nuls_and_high_bytes_are_bytes_like_others(void **state)
{
    (void)state;
    cp_str needles[] = {CP_STR("a\0"), CP_STR("\xff\xfe\x80"), CP_STR("\0\0\0\0\0")};
    cp_scanner *s = cp_scanner_new(&arena, needles, 3);
    assert_int_equal(scan(s, CP_STR("xa\0")), 1);
    assert_int_equal(scan(s, CP_STR("xa")), 0);
    assert_int_equal(scan(s, CP_STR("..\xff\xfe\x80..")), 2);
    assert_int_equal(scan(s, CP_STR("..\0\0\0\0")), 0);
}

static void test_no_byte_is_read_before_or_behind_the_text(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages =
        mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    mprotect(pages, page, PROT_NONE);
    mprotect(pages + 2 * page, page, PROT_NONE);
    cp_scanner *s = scanner_for("router_logits gate mo x");
    memset(pages + page, 'g', page);
    for (size_t size = 0; size < 100; size++) {
        assert_int_equal(scan(s, (cp_str){pages + 2 * page - size, size}), 0);
        assert_int_equal(scan(s, (cp_str){pages + page, size}), 0);
    }
    munmap(pages, 3 * page);
}

static uint64_t by_find(const cp_str *needles, size_t count, cp_str text)
{
    uint64_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (cp_str_has(text, needles[i]))
            found |= (uint64_t)1 << i;
    return found;
}

static unsigned random_below(uint64_t *seed, unsigned limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % limit;
}

static cp_str random_text(uint64_t *seed, size_t len, unsigned letters)
{
    char *text = cp_new(&arena, char, len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + random_below(seed, letters));
    return (cp_str){text, len};
}

static void test_random_words_are_found_as_a_plain_search_finds_them(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 300; round++) {
        cp_str needles[CP_SCAN_MAX];
        size_t count = 1 + random_below(&seed, CP_SCAN_MAX);
        unsigned letters = 2 + random_below(&seed, 20);
        for (size_t i = 0; i < count; i++)
            needles[i] = random_text(&seed, 1 + random_below(&seed, 9), letters);
        cp_str text = random_text(&seed, random_below(&seed, 400), letters);
        cp_scanner *s = cp_scanner_new(&arena, needles, count);
        assert_int_equal(scan(s, text), by_find(needles, count, text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_word_has_its_bit),
        TEST(test_words_are_found_within_words_and_over_each_other),
        TEST(test_case_counts),
        TEST(test_no_words_and_no_text_find_nothing),
        TEST(test_the_empty_word_occurs_in_every_text),
        TEST(test_a_word_is_found_at_every_place_of_texts_of_every_length),
        TEST(test_a_word_cut_off_by_the_end_is_not_found),
        TEST(test_nuls_and_high_bytes_are_bytes_like_others),
        TEST(test_no_byte_is_read_before_or_behind_the_text),
        TEST(test_random_words_are_found_as_a_plain_search_finds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
