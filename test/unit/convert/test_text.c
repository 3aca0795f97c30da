/* UTF-8 over all short sequences and random long ones, by a decoder without tricks; charsets. */
#include "convert/charset.h"
#include "one_value.h"

/* The first offence of the bytes by the definition in RFC 3629, counted bit by bit. */
static enum utf8_verdict slow_check(const unsigned char *bytes, size_t len, size_t *ret_chars,
                                    size_t *ret_bad_at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t at = 0, chars = 0;

    while (at < len) {
        size_t ones = 0;
        while (ones < 8 && (bytes[at] << ones & 0x80) != 0)
            ones++;
        size_t size = ones == 0 ? 1 : ones;
        uint32_t value = ones == 0 ? bytes[at] : bytes[at] & (0x7fu >> ones);
        bool good = ones != 1 && ones <= 4 && size <= len - at;
        for (size_t i = 1; good && i < size; i++) {
            good = (bytes[at + i] >> 6) == 2;
            value = value * 64 + bytes[at + i] % 64;
        }
        good = good && value >= least[ones] && value <= 0x10ffff && value / 0x800 != 0x1b;
        if (!good || value == 0) {
            *ret_bad_at = at;
            return good ? UTF8_NUL : UTF8_INVALID;
        }
        at += size;
        chars++;
    }
    *ret_chars = chars;
    return UTF8_GOOD;
}

static bool agree(const unsigned char *bytes, size_t len)
{
    size_t chars = 0, bad_at = 0, slow_chars = 0, slow_bad_at = 0;
    enum utf8_verdict verdict = utf8_check((const char *)bytes, len, &chars, &bad_at);
    enum utf8_verdict slow = slow_check(bytes, len, &slow_chars, &slow_bad_at);
    return verdict == slow && chars == slow_chars && bad_at == slow_bad_at;
}

static uint64_t random_state = 0x2545f4914f6cdd1du;
static unsigned random_below(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % n;
}

static void test_utf8(void)
{
    unsigned char bytes[200];
    size_t wrong = 0;

    for (unsigned i = 0; i < 0x1000000; i++) {
        /* The third byte matters only by its class; all of them behind every pair is too slow. */
        static const unsigned char third[] = {0x00, 0x01, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                              0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xff};
        if ((i & 0xff) >= COUNT_OF(third)) {
            i |= 0xff;
            continue;
        }
        bytes[0] = (unsigned char)(i >> 16);
        bytes[1] = (unsigned char)(i >> 8);
        bytes[2] = third[i & 0xff];
        for (size_t len = 0; len <= 3; len++)
            wrong += !agree(bytes, len);
    }
    is_number(wrong, 0, "all sequences of one to three bytes");
    for (int i = 0; i < 400000; i++) {
        size_t len = 4 + random_below(3);
        bytes[0] = (unsigned char)(0xe0 + random_below(0x20));
        for (size_t j = 1; j < len; j++)
            bytes[j] =
                (unsigned char)(random_below(8) ? 0x80 + random_below(0x40) : random_below(256));
        wrong += !agree(bytes, len);
    }
    is_number(wrong, 0, "random sequences of four bytes and more");
    /* One odd byte, or a character, at every place of text of every length: the word loops. */
    for (size_t len = 1; len < 100; len++)
        for (size_t at = 0; at < len; at++)
            for (int odd = 0; odd < 6; odd++) {
                static const char *const put[] = {
                    "", "\x80", "\xff", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xed\xa0\x80"};
                memset(bytes, 'a', sizeof bytes);
                size_t size = odd == 0 ? 1 : strlen(put[odd]);
                memcpy(bytes + at, odd == 0 ? "\0" : put[odd], size);
                wrong += !agree(bytes, len);
            }
    is_number(wrong, 0, "an odd byte at every place of every length to 100");
}

static void test_utf8_columns(void)
{
    struct source_type text = {.kind = SOURCE_VARCHAR, .length = 10, .charset = STR("utf8mb4")};
    struct source_type blob = {.kind = SOURCE_BLOB};

    becomes(text, "text", &one_utf8, BYTES_CELL(""), "");
    becomes(text, "text", &one_utf8, ((struct cell){.form = CELL_BYTES}), "");
    becomes(text, "bytea", &one_utf8, ((struct cell){.form = CELL_BYTES}), "");
    becomes(text, "varchar(3)", &one_utf8, BYTES_CELL("\xf0\x9f\x98\x80\xc3\xa9x"),
            "f09f9880c3a978");
    refused(text, "varchar(2)", &one_utf8, BYTES_CELL("\xf0\x9f\x98\x80\xc3\xa9x"),
            PGC_VALUE_TOO_LONG, "3 characters, the target keeps 2");
    refused(text, "varchar(2)", &one_utf8, BYTES_CELL("ab "), PGC_VALUE_TOO_LONG, "3 characters");
    refused(text, "text", &one_utf8, BYTES_CELL("ab\0c"), PGC_VALUE_NUL, "byte 3 of 4");
    refused(text, "text", &one_utf8, BYTES_CELL("ab\x80"), PGC_VALUE_INVALID_TEXT, "byte 3 of 3");
    becomes(text, "bytea", &one_utf8, BYTES_CELL("a\0\x80"), "610080");
    becomes(blob, "text", NULL, BYTES_CELL("\xc3\xa9"), "c3a9");
    refused(blob, "text", NULL, BYTES_CELL("\xe9"), PGC_VALUE_INVALID_TEXT, "byte 1 of 1");
    refused(blob, "text", NULL, BYTES_CELL("\0"), PGC_VALUE_NUL, "byte 1 of 1");
}

static void test_charsets(void)
{
    struct source_type text = {.kind = SOURCE_TEXT, .charset = STR("some")};
    static uint32_t single[256], pairs[65536];
    static const struct charset utf16 = {.form = CHARSET_UTF16}, ucs2 = {.form = CHARSET_UCS2},
                                utf16le = {.form = CHARSET_UTF16LE},
                                utf32 = {.form = CHARSET_UTF32},
                                unknown = {.form = CHARSET_UNKNOWN},
                                twice = {.form = CHARSET_DOUBLE, .single = single, .pairs = pairs},
                                holes = {.form = CHARSET_SINGLE};

    becomes(text, "text", one_latin1(), BYTES_CELL("12345678\351\20012345678"),
            "3132333435363738c3a9e282ac3132333435363738");
    refused(text, "text", one_latin1(), BYTES_CELL("12345678\201"), PGC_VALUE_INVALID_TEXT,
            "byte 9");
    refused(text, "text", one_latin1(), BYTES_CELL("1234567\0"), PGC_VALUE_NUL, "byte 8 of 8");
    refused(text, "varchar(2)", one_latin1(), BYTES_CELL("\200\200\200"), PGC_VALUE_TOO_LONG,
            "3 ch");
    becomes(text, "text", &utf16, BYTES_CELL("\0a\0\351\40\254\330\75\336\0"),
            "61c3a9e282acf09f9880");
    refused(text, "text", &utf16, BYTES_CELL("\0a\330\75"), PGC_VALUE_INVALID_TEXT, "byte 3 of 4");
    refused(text, "text", &utf16, BYTES_CELL("\330\75\0a"), PGC_VALUE_INVALID_TEXT, "byte 1 of 4");
    refused(text, "text", &utf16, BYTES_CELL("\336\0\0a"), PGC_VALUE_INVALID_TEXT, "byte 1 of 4");
    refused(text, "text", &utf16, BYTES_CELL("\0a\0"), PGC_VALUE_INVALID_TEXT, "byte 3 of 3");
    refused(text, "text", &utf16, BYTES_CELL("\0a\0\0"), PGC_VALUE_NUL, "byte 3 of 4");
    becomes(text, "text", &utf16le, BYTES_CELL("a\0\75\330\0\336"), "61f09f9880");
    refused(text, "text", &ucs2, BYTES_CELL("\330\75\336\0"), PGC_VALUE_INVALID_TEXT,
            "byte 1 of 4");
    becomes(text, "text", &ucs2, BYTES_CELL("\40\254"), "e282ac");
    becomes(text, "text", &utf32, BYTES_CELL("\0\1\366\0\0\0\0a"), "f09f988061");
    refused(text, "text", &utf32, BYTES_CELL("\0\21\0\0"), PGC_VALUE_INVALID_TEXT, "byte 1 of 4");
    refused(text, "text", &utf32, BYTES_CELL("\0\0\0a\0"), PGC_VALUE_INVALID_TEXT, "byte 5 of 5");

    for (uint32_t i = 0; i < 65536; i++) {
        pairs[i] = i >= 0x8140 ? i - 0x8140 + 0x4e00 : CHARSET_INVALID;
        single[i & 0xff] = (i & 0xff) < 0x80 ? i & 0xff : CHARSET_INVALID;
    }
    becomes(text, "text", &twice, BYTES_CELL("a\201\100b"), "61e4b88062");
    refused(text, "text", &twice, BYTES_CELL("a\201"), PGC_VALUE_INVALID_TEXT, "byte 2 of 2");
    refused(text, "text", &twice, BYTES_CELL("a\201\77"), PGC_VALUE_INVALID_TEXT, "byte 2 of 3");
    refused(text, "text", &twice, BYTES_CELL("a\0"), PGC_VALUE_NUL, "byte 2 of 2");
    refused(text, "text", &unknown, BYTES_CELL("a"), PGC_SOURCE_UNSUPPORTED, "set some");
    refused(text, "text", &holes, BYTES_CELL("a"), PGC_SOURCE_UNSUPPORTED, "set some");
    refused(text, "text", NULL, BYTES_CELL("a"), PGC_SOURCE_UNSUPPORTED, "set some");
    becomes(text, "bytea", &unknown, BYTES_CELL("a"), "61");
}

static void test_longer_characters(void)
{
    struct source_type text = {.kind = SOURCE_TEXT, .charset = STR("some")};
    static uint32_t single[256], pairs[65536], triples[65536], quads[CHARSET_QUADS];
    static const struct charset
        euc = {.form = CHARSET_EUC, .single = single, .pairs = pairs, .longer = triples},
        gb = {.form = CHARSET_GB18030, .single = single, .pairs = pairs, .longer = quads},
        holes = {.form = CHARSET_EUC, .single = single, .pairs = pairs};

    for (uint32_t i = 0; i < 65536; i++) {
        single[i & 0xff] = (i & 0xff) < 0x80 ? i & 0xff : CHARSET_INVALID;
        pairs[i] = i == 0xa4a2 ? 0x3042 : CHARSET_INVALID;
        triples[i] = i == 0xb0a1 ? 0x4e02 : CHARSET_INVALID;
    }
    for (uint32_t i = 0; i < CHARSET_QUADS; i++)
        quads[i] = i < 39420 ? 0x80 + i : CHARSET_INVALID;
    becomes(text, "text", &euc, BYTES_CELL("a\xa4\xa2\x8f\xb0\xa1z"), "61e38182e4b8827a");
    becomes(text, "varchar(2)", &euc, BYTES_CELL("\x8f\xb0\xa1z"), "e4b8827a");
    refused(text, "text", &euc, BYTES_CELL("a\x8f\xb0"), PGC_VALUE_INVALID_TEXT, "byte 2 of 3");
    refused(text, "text", &euc, BYTES_CELL("\x8f\xb0\xa2"), PGC_VALUE_INVALID_TEXT, "byte 1 of 3");
    refused(text, "text", &euc, BYTES_CELL("\xa4"), PGC_VALUE_INVALID_TEXT, "byte 1 of 1");
    becomes(text, "text", &gb, BYTES_CELL("\xa4\xa2\x81\x30\x81\x30\x81\x30\x81\x31z"),
            "e38182c280c2817a");
    becomes(text, "text", &gb, BYTES_CELL("\x90\x30\x81\x30\xe3\x32\x9a\x35"), "f0908080f48fbfbf");
    refused(text, "text", &gb, BYTES_CELL("\xe3\x32\x9a\x36"), PGC_VALUE_INVALID_TEXT,
            "byte 1 of 4");
    refused(text, "text", &gb, BYTES_CELL("\x84\x39\xfe\x39"), PGC_VALUE_INVALID_TEXT,
            "byte 1 of 4");
    refused(text, "text", &gb, BYTES_CELL("\x85\x30\x81\x30"), PGC_VALUE_INVALID_TEXT,
            "byte 1 of 4");
    refused(text, "text", &gb, BYTES_CELL("a\x81\x30\x81"), PGC_VALUE_INVALID_TEXT, "byte 2 of 4");
    refused(text, "text", &gb, BYTES_CELL("\x81\x30\x81\x40"), PGC_VALUE_INVALID_TEXT,
            "byte 1 of 4");
    refused(text, "text", &gb, BYTES_CELL("\xff\x30\x81\x30"), PGC_VALUE_INVALID_TEXT,
            "byte 1 of 4");
    refused(text, "text", &holes, BYTES_CELL("a"), PGC_SOURCE_UNSUPPORTED, "set some");
}

/* Values of every length around the slices in which they are decoded, no character cut wrongly. */
static void test_slices(void)
{
    static uint32_t pairs[65536], single[256];
    static const struct charset twice = {.form = CHARSET_DOUBLE, .single = single, .pairs = pairs};
    static char bytes[40000], want[80000];
    struct source_type source = {.kind = SOURCE_TEXT, .text = STR("text")};
    struct target_type target = {.kind = TARGET_TEXT};
    CLEANUP(buf_free) struct buf out = BUF_INIT(1 << 20, "test");
    size_t wrong = 0;

    for (uint32_t i = 0; i < 256; i++)
        single[i] = i < 0x80 ? i : CHARSET_INVALID;
    for (uint32_t i = 0x8000; i < 65536; i++)
        pairs[i] = 0x3042;
    for (size_t shift = 0; shift < 3; shift++)
        for (size_t count = 8180; count < 8200; count++) {
            size_t len = 0, want_len = 0;
            for (size_t i = 0; i < shift; i++)
                bytes[len++] = want[want_len++] = 'x';
            for (size_t i = 0; i < count; i++) {
                memcpy(bytes + len, "\x90\x41", 2);
                memcpy(want + want_len, "\xe3\x81\x82", 3);
                len += 2;
                want_len += 3;
            }
            struct cell cell = {.form = CELL_BYTES, .bytes = {bytes, len}};
            struct str field = {0};
            struct error *error = one_convert(&source, &target, &twice, cell, &out, &field);
            wrong += error != NULL || !str_equal(field, (struct str){want, want_len});
            error_free(error);
        }
    is_number(wrong, 0, "characters across the ends of slices");

    /* The first offence is found in whichever slice it stands. */
    for (size_t at = 0; at < 36000; at += 4000) {
        struct cell cell = {.form = CELL_BYTES, .bytes = {bytes, 36000}};
        char got[1024], place[40];
        for (size_t i = 0; i < 36000; i++)
            bytes[i] = i % 2 == 0 ? '\x90' : '\x41';
        bytes[at] = '\x80', bytes[at + 1] = '\xff';
        pairs[0x80ff] = CHARSET_INVALID;
        snprintf(place, sizeof place, "byte %zu of 36000 ", at + 1);
        ok(one_value(source, "text", &twice, cell, got) == (int)PGC_VALUE_INVALID_TEXT &&
               strstr(got, place) != NULL,
           "refused: %s", place);
    }
}

/* A column whose CHECK takes the labels alone: the '' of index 0 is refused, a label '' is not. */
static void test_labels(void)
{
    struct str labels[] = {STR("a"), STR("")};
    struct source_type type = {
        .kind = SOURCE_ENUM, .labels = labels, .label_count = 1, .text = STR("enum('a')")};
    struct target_type target = one_target("text");

    for (int round = 0; round < 6; round++) {
        bool checked = round < 4, has_empty = round % 2 == 1, is_empty = round != 2;
        CLEANUP(converter_freep) struct converter *converter = NULL;
        CLEANUP(buf_free) struct buf out = BUF_INIT(1 << 16, "test");
        struct convert_column column = {.source = &type,
                                        .target = &target,
                                        .charset = round == 3 ? one_latin1() : &one_utf8,
                                        .labels_checked = checked,
                                        .object = STR("db.t.c")};
        struct cell cell = is_empty ? BYTES_CELL("") : BYTES_CELL("a");
        struct convert_result result;

        type.label_count = has_empty ? 2 : 1;
        struct error *error = converter_new(&column, 1, &converter);
        ok(error == NULL, "a converter");
        error = converter_add_row(converter, &(struct row){.cells = &cell, .cell_count = 1}, &out,
                                  &result);
        bool refuses = checked && is_empty && !has_empty;
        ok(refuses ? error != NULL && error->id == PGC_VALUE_NO_LABEL && out.len == 0
                   : error == NULL && out.len == (is_empty ? 6u : 7u),
           "round %d: %s", round, refuses ? "refused" : "taken");
        error_free(error);
    }
}

/* Every label passes, in the column's own character set, and nothing near one does. */
static void test_label_words(void)
{
    static const struct {
        struct str bytes;
        bool good;
    } cases[] = {
        {STR("b"), true},    {STR("B"), true},  {STR("ab"), true},        {STR("c'"), true},
        {STR("\351"), true}, {STR("e"), false}, {STR("a"), false},        {STR("abc"), false},
        {STR("ab "), false}, {STR(""), false},  {STR("\351\351"), false}, {STR("bb"), false},
    };
    struct str labels[] = {STR("é"), STR("b"), STR("c'"), STR("ab"), STR("B")};
    struct source_type type = {.kind = SOURCE_ENUM,
                               .labels = labels,
                               .label_count = COUNT_OF(labels),
                               .charset = STR("latin1"),
                               .text = STR("enum(…)")};
    struct target_type target = one_target("text");
    CLEANUP(converter_freep) struct converter *converter = NULL;
    CLEANUP(buf_free) struct buf out = BUF_INIT(1 << 16, "test");
    struct convert_column column = {.source = &type,
                                    .target = &target,
                                    .charset = one_latin1(),
                                    .labels_checked = true,
                                    .object = STR("db.t.c")};

    ok(converter_new(&column, 1, &converter) == NULL, "a converter of labels");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cell cell = {.form = CELL_BYTES, .bytes = cases[i].bytes};
        size_t before = out.len;
        struct convert_result result;
        struct error *error = converter_add_row(
            converter, &(struct row){.cells = &cell, .cell_count = 1}, &out, &result);
        ok(cases[i].good ? error == NULL && out.len > before
                         : error != NULL && error->id == PGC_VALUE_NO_LABEL && out.len == before,
           "value %zu is %s", i, cases[i].good ? "a label" : "none");
        error_free(error);
    }
}

int main(void)
{
    test_labels();
    test_label_words();
    test_utf8();
    test_utf8_columns();
    test_charsets();
    test_longer_characters();
    test_slices();
    return done_testing();
}
