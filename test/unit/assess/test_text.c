/* What text looks like, and how counts of chunks come together. */
#include "assess/internal.h"
#include "base/limits.h"
#include "tap.h"

static bool twice(const char *text)
{
    return text_twice_encoded(str_of(text));
}

static void test_twice(void)
{
    ok(twice("caf\xc3\x83\xc2\xa9"), "é as two characters");
    ok(twice("\xc3\xa2\xe2\x80\x9a\xc2\xac"), "€ as three, one of them of cp1252 alone");
    ok(twice("\xc3\xb0\xc5\xb8\xcb\x9c\xe2\x82\xac"), "a character of four bytes");
    ok(!twice("plain"), "ASCII");
    ok(!twice(""), "nothing");
    ok(!twice("caf\xc3\xa9"), "é as itself");
    ok(!twice("\xc3\x83\xc2\xa9 \xc3\xa9"), "both in one text: somebody wrote that");
    ok(!twice("\xd0\xbf\xd1\x80\xd0\xb8"), "Cyrillic");
    ok(!twice("\xe6\xbc\xa2\xe5\xad\x97"), "Chinese");
    ok(!twice("\xc3\x83"), "Ã alone");
    ok(!twice("\xc3\x83z"), "Ã before ASCII");
    ok(!twice("\xc3\xa0\xc2\x80\xc2\x80"), "an overlong form is no character");
}

static void test_uuid(void)
{
    ok(text_is_uuid(STR("6ccd780c-baba-1026-9564-5b8c656024dB")), "a UUID");
    ok(!text_is_uuid(STR("6ccd780cxbaba-1026-9564-5b8c656024dB")), "without a hyphen");
    ok(!text_is_uuid(STR("6ccd780c-baba-1026-9564-5b8c656024d")), "too short");
    ok(!text_is_uuid(STR("6ccd780c-baba-1026-9564-5b8c656024dg")), "no digit");
}

static struct tally of_chunk(uint32_t chunk, uint64_t count, const char *first, const char *second)
{
    struct tally tally = {.count = count, .sample_count = 2};

    tally.samples[0] = (struct scan_sample){.chunk = chunk, .text = str_of(first)};
    tally.samples[1] = (struct scan_sample){.chunk = chunk, .text = str_of(second)};
    return tally;
}

/* Readers finish in any order: the samples are those of the first rows all the same. */
static void test_merge(void)
{
    struct arena arena = ARENA_INIT(MIB, "test");
    struct tally all = {0};
    static const struct {
        uint32_t chunk;
        uint64_t count;
        const char *first, *second;
    } done[] = {{3, 2, "g", "h"}, {1, 9, "c", "d"}, {2, 2, "e", "f"}, {0, 2, "a", "b"}};

    for (size_t i = 0; i < COUNT_OF(done); i++) {
        struct tally one = of_chunk(done[i].chunk, done[i].count, done[i].first, done[i].second);
        tally_merge(&all, &one, &arena);
    }
    is_number((int)all.count, 15, "counts add up");
    is_number((int)all.sample_count, ASSESS_SAMPLES, "no more samples than there is room for");
    bool right = true;
    for (size_t i = 0; i < ASSESS_SAMPLES; i++)
        right = right && all.samples[i].text.ptr[0] == (char)('a' + (int)i);
    ok(right, "those of the earliest chunks, in their order");
    arena_free(&arena);
}

int main(void)
{
    test_twice();
    test_uuid();
    test_merge();
    return done_testing();
}
