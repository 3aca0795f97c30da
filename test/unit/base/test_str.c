#include "base/limits.h"
#include "base/str.h"
#include "tap.h"

/* The same random numbers every time. */
static uint64_t random_state = 1;
static unsigned random_below(unsigned end)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % end;
}

static void test_compare(void)
{
    struct str nul = {"a\0b", 3};

    is_str(str_of(NULL), STR(""), "NULL is empty");
    ok(str_equal(STR_NULL, STR("")), "so is STR_NULL");
    ok(!str_equal(nul, STR("a")), "a NUL is a byte");
    ok(str_equal_c(STR("ab"), "ab") && !str_equal_c(STR("ab"), "abc"), "with a C string");
    ok(str_equal_nocase(STR("AbZ[é"), STR("aBz[é")), "ASCII case is ignored");
    ok(!str_equal_nocase(STR("É"), STR("é")) && !str_equal_nocase(STR("@"), STR("`")) &&
           !str_equal_nocase(STR("a"), STR("ab")),
       "nothing else is");
    ok(str_compare(STR("a"), STR("b")) < 0 && str_compare(STR("b"), STR("a")) > 0 &&
           str_compare(STR("a"), STR("a")) == 0,
       "order");
    ok(str_compare(STR("a"), STR("aa")) < 0 && str_compare(STR(""), STR("a")) < 0 &&
           str_compare(STR_NULL, STR("")) == 0,
       "the shorter first");
    ok(str_compare(STR("\x80"), STR("\x7f")) > 0, "bytes are unsigned");
    ok(str_starts_with(STR("abc"), STR("ab")) && str_starts_with(STR("abc"), STR("")) &&
           !str_starts_with(STR("a"), STR("ab")),
       "the beginning");
    ok(str_ends_with(STR("abc"), STR("bc")) && str_ends_with(STR("abc"), STR("")) &&
           !str_ends_with(STR("c"), STR("bc")),
       "the end");
}

static void test_find(void)
{
    struct str s = STR("a.b.c");

    is_number(str_find(s, '.', 0), 1, "the first dot");
    is_number(str_find(s, '.', 2), 3, "the next");
    is_number(str_find(s, '.', 4), 5, "none");
    is_number(str_find(s, '.', 99), 5, "from behind the end");
    is_number(str_find(STR_NULL, 'x', 0), 0, "in nothing");
    is_number(str_search(s, STR("b.")), 2, "a needle");
    is_number(str_search(s, STR("x")), 6, "none");
    is_number(str_search(STR("ab"), STR("abc")), 3, "longer than the str");
    is_number(str_search(STR("ab"), STR("")), 0, "the empty needle is everywhere");
    is_number(str_search(STR_NULL, STR("a")), 1, "nothing in nothing");
    is_str(str_slice(s, 2, 3), STR("b"), "a slice");
    is_str(str_slice(s, 4, SIZE_MAX), STR("c"), "clamped");
    is_str(str_slice(s, 9, 12), STR(""), "behind the end");
    is_str(str_slice(s, 3, 2), STR(""), "backwards");
    is_str(str_trim(STR(" \t\r\n a b\v\f ")), STR("a b"), "trimmed");
    is_str(str_trim(STR("  ")), STR(""), "nothing but spaces");
}

static void test_numbers(void)
{
    static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "0x1", "1.0", "--1", "1e3"};
    uint64_t u = 42;
    int64_t i = 42;

    ok(str_to_u64(STR("0"), &u) && u == 0, "0");
    ok(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX, "the largest");
    ok(str_to_u64(STR("0000000000000000000000000000007"), &u) && u == 7, "leading zeros");
    u = 42;
    ok(!str_to_u64(STR("18446744073709551616"), &u) && !str_to_u64(STR("-1"), &u) &&
           !str_to_u64((struct str){"1\0", 2}, &u) && u == 42,
       "one more, a sign, a NUL: refused, and nothing is written");
    ok(str_to_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN, "the smallest");
    ok(str_to_i64(STR("9223372036854775807"), &i) && i == INT64_MAX, "the largest");
    ok(!str_to_i64(STR("9223372036854775808"), &i) && !str_to_i64(STR("-9223372036854775809"), &i),
       "one more");
    for (size_t n = 0; n < COUNT_OF(bad); n++)
        ok(!str_to_u64(str_of(bad[n]), &u) && !str_to_i64(str_of(bad[n]), &i), "'%s' is none",
           bad[n]);
}

/* What a glob means, written the plain way; exponential, for short inputs. */
static bool slow_glob(const char *pattern, const char *s)
{
    if (*pattern == '\0')
        return *s == '\0';
    if (*pattern == '*')
        return slow_glob(pattern + 1, s) || (*s != '\0' && slow_glob(pattern, s + 1));
    return *s != '\0' && (*pattern == '?' || *pattern == *s) && slow_glob(pattern + 1, s + 1);
}

static void test_glob(void)
{
    static char many_a[5001], pattern[501];
    int wrong = 0, matched = 0;

    ok(str_glob(STR("a*c"), STR("abbc")) && !str_glob(STR("a*c"), STR("abbd")), "a star");
    ok(str_glob(STR("*"), STR("")) && str_glob(STR(""), STR("")) && !str_glob(STR(""), STR("a")),
       "nothing");
    ok(str_glob(STR("?"), STR("é")) && !str_glob(STR("??"), STR("é")),
       "a question mark is a character, not a byte");
    ok(str_glob(STR("*?x"), STR("€x")) && !str_glob(STR("*??x"), STR("€x")), "behind a star too");
    ok(str_glob(STR("?"), STR("\xff")), "a byte that is no text is one");
    ok(!str_glob(STR("A"), STR("a")), "case matters");
    ok(str_glob(STR("*.is_*"), STR("t.is_deleted")), "as in columns:");
    ok(str_glob(STR("[a]"), STR("[a]")) && !str_glob(STR("[a]"), STR("a")), "no brackets");
    for (int round = 0; round < 200000; round++) {
        char p[8] = "", s[8] = "";
        bool want;

        for (unsigned i = 0, len = random_below(7); i < len; i++)
            p[i] = "ab*?"[random_below(4)];
        for (unsigned i = 0, len = random_below(7); i < len; i++)
            s[i] = "ab"[random_below(2)];
        want = slow_glob(p, s);
        matched += want;
        wrong += want != str_glob(str_of(p), str_of(s));
    }
    ok(matched > 1000, "%d random patterns matched", matched);
    is_number(wrong, 0, "as the plain definition says");
    memset(many_a, 'a', sizeof many_a - 1);
    for (size_t i = 0; i + 1 < sizeof pattern; i++)
        pattern[i] = "*a"[i % 2];
    pattern[sizeof pattern - 2] = 'b';
    ok(!str_glob(str_of(pattern), str_of(many_a)), "a hostile pattern ends soon");
}

int main(void)
{
    test_compare();
    test_find();
    test_numbers();
    test_glob();
    return done_testing();
}
