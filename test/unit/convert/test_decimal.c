/*
 * DECIMAL to numeric, against a slow second opinion: the field is decoded the way PostgreSQL prints
 * a numeric, and must give the source's text again, normalised.
 */
#include "one_value.h"

static uint64_t random_state = 0x9e3779b97f4a7c15u;
static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}
static unsigned random_below(unsigned n)
{
    return (unsigned)(random_next() >> 33) % n;
}

static int word_at(struct str field, size_t index)
{
    int high = (unsigned char)field.ptr[2 * index], low = (unsigned char)field.ptr[2 * index + 1];
    int word = high << 8 | low;
    return word >= 0x8000 ? word - 0x10000 : word;
}

/* Digit by digit, as get_str_from_var() would print it. "bad" when the form is not canonical. */
static void print_numeric(struct str field, char *text)
{
    char digits[400] = "", *to = text;

    snprintf(text, 4, "bad");
    if (field.len < 8)
        return;
    int count = word_at(field, 0), weight = word_at(field, 1), scale = word_at(field, 3);
    if (count < 0 || scale < 0 || field.len != 8 + 2 * (size_t)count)
        return;
    for (int i = 0; i < count; i++)
        if (word_at(field, 4 + (size_t)i) < 0 || word_at(field, 4 + (size_t)i) > 9999)
            return;
    if (count > 0 && (word_at(field, 4) == 0 || word_at(field, 3 + (size_t)count) == 0))
        return;
    if ((word_at(field, 2) != 0 && word_at(field, 2) != 0x4000) ||
        (count == 0 && (word_at(field, 2) != 0 || weight != 0)))
        return;
    if (word_at(field, 2) == 0x4000)
        *to++ = '-';
    int high = weight > 0 ? weight : 0, length = 0, low = -((scale + 3) / 4);
    for (int group = high; group >= low; group--) {
        int index = weight - group;
        int value = index >= 0 && index < count ? word_at(field, 4 + (size_t)index) : 0;
        length += snprintf(digits + length, 8, "%04d", value);
    }
    if (weight - count + 1 < low)
        return; /* digits beyond the scale */
    int point = (high + 1) * 4, first = 0;
    while (first < point - 1 && digits[first] == '0')
        first++;
    for (int i = first; i < point; i++)
        *to++ = digits[i];
    if (scale > 0)
        *to++ = '.';
    for (int i = point; i < point + scale; i++)
        *to++ = digits[i];
    for (int i = point + scale; i < length; i++)
        if (digits[i] != '0') {
            snprintf(text, 4, "bad");
            return;
        }
    *to = '\0';
}

/* A random DECIMAL(precision, scale) as MySQL sends it, and the text PostgreSQL should show. */
static void random_decimal(unsigned precision, unsigned scale, char *sent, char *shown)
{
    unsigned whole = precision - scale, used = whole > 0 ? random_below(whole + 1) : 0;
    bool negative = random_below(2) == 0, zero = true;
    char digits[80];
    size_t n = 0;

    for (unsigned i = 0; i < used; i++)
        digits[n++] = (char)(i == 0 ? '1' + (int)random_below(9) : '0' + (int)random_below(10));
    unsigned sparse = random_below(4); /* often runs of zeros */
    for (unsigned i = 0; i < scale; i++)
        digits[used + i] =
            (char)(sparse == 0 || random_below(4) < sparse ? '0' : '0' + (int)random_below(10));
    n = used + scale;
    for (size_t i = 0; i < n; i++)
        zero = zero && digits[i] == '0';
    for (int form = 0; form < 2; form++) {
        char *to = form == 0 ? sent : shown;
        if (negative && (form == 0 || !zero))
            *to++ = '-';
        if (form == 0 && random_below(8) == 0) /* ZEROFILL */
            for (unsigned i = used; i < whole; i++)
                *to++ = '0';
        if (used == 0 && (to == (form == 0 ? sent : shown) || to[-1] != '0'))
            *to++ = '0';
        memcpy(to, digits, used);
        to += used;
        if (scale > 0)
            *to++ = '.';
        memcpy(to, digits + used, scale);
        to[scale] = '\0';
    }
}

static void test_random(bool constrained)
{
    CLEANUP(buf_free) struct buf out = BUF_INIT(4096, "test");
    unsigned wrong = 0;

    for (int i = 0; i < 30000 && wrong < 5; i++) {
        char sent[256], shown[256], got[512];
        unsigned precision = 1 + random_below(65);
        unsigned scale = random_below((precision < 38 ? precision : 38) + 1);
        struct source_type source = {.kind = SOURCE_DECIMAL, .text = STR("decimal")};
        struct target_type target = {.kind = TARGET_NUMERIC};
        struct str field = {0};

        source.precision = (uint8_t)precision;
        source.scale = (uint8_t)scale;
        if (constrained) {
            target.precision = (uint16_t)precision;
            target.scale = (uint16_t)scale;
        }
        random_decimal(precision, scale, sent, shown);
        struct cell cell = {.form = CELL_BYTES, .bytes = str_of(sent)};
        struct error *error = one_convert(&source, &target, NULL, cell, &out, &field);
        if (error == NULL)
            print_numeric(field, got);
        if (error != NULL || strcmp(got, shown) != 0) {
            wrong++;
            printf("# decimal(%u,%u) %s: got %s, expected %s\n", precision, scale, sent,
                   error != NULL ? error->text : got, shown);
        }
        error_free(error);
    }
    is_number(wrong, 0, "30000 random decimals, target %s",
              constrained ? "of the same precision" : "numeric");
}

static void test_edges(void)
{
    struct source_type source = {.kind = SOURCE_DECIMAL};

    becomes(source, "numeric(10,2)", NULL, BYTES_CELL("0.00"), "0000000000000002");
    becomes(source, "numeric(10,2)", NULL, BYTES_CELL("-0.00"), "0000000000000002");
    becomes(source, "numeric(10,2)", NULL, BYTES_CELL("-0.10"), "0001ffff4000000203e8");
    becomes(source, "numeric(12,8)", NULL, BYTES_CELL("0.00001234"), "0001fffe0000000804d2");
    becomes(source, "numeric(10,2)", NULL, BYTES_CELL("00000003.50"),
            "0002000000000002"
            "00031388");
    becomes(source, "numeric(10,4)", NULL, BYTES_CELL("1.50"),
            "0002000000000004"
            "00011388");
    becomes(source, "numeric(10,1)", NULL, BYTES_CELL("1.50"),
            "0002000000000001"
            "00011388");
    becomes(source, "numeric", NULL, BYTES_CELL("100000000"), "00010002000000000001");
    refused(source, "numeric(10,1)", NULL, BYTES_CELL("1.05"), PGC_VALUE_TOO_LONG, "digit 2");
    refused(source, "numeric(3,1)", NULL, BYTES_CELL("100.0"), PGC_VALUE_OUT_OF_RANGE, "3 digits");
    becomes(source, "numeric(3,1)", NULL, BYTES_CELL("-99.9"),
            "0002000040000001"
            "00632328");
    becomes(source, "numeric(2,2)", NULL, BYTES_CELL("0.99"), "0001ffff0000000226ac");
    refused(source, "numeric(2,2)", NULL, BYTES_CELL("1.00"), PGC_VALUE_OUT_OF_RANGE, "1 digits");
    becomes(source, "bigint", NULL, BYTES_CELL("-9223372036854775808.00"), "8000000000000000");
    refused(source, "bigint", NULL, BYTES_CELL("9223372036854775808"), PGC_VALUE_OUT_OF_RANGE, "");
    refused(source, "bigint", NULL, BYTES_CELL("-9223372036854775809"), PGC_VALUE_OUT_OF_RANGE, "");
    refused(source, "bigint", NULL, BYTES_CELL("99999999999999999999"), PGC_VALUE_OUT_OF_RANGE, "");
    refused(source, "integer", NULL, BYTES_CELL("1.5"), PGC_VALUE_TOO_LONG, "digit 1");
    becomes(source, "smallint", NULL, BYTES_CELL("0007"), "0007");
    becomes(source, "text", NULL, BYTES_CELL("-0.10"), "2d302e3130");
    refused(source, "varchar(4)", NULL, BYTES_CELL("-0.10"), PGC_VALUE_TOO_LONG, "5 characters");

    static const char *const none[] = {"",      "-",   ".",   "1e5", " 1",  "1 ",
                                       "1.2.3", "--1", "abc", "1,5", "0x10"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        char got[1024];
        struct cell cell = {.form = CELL_BYTES, .bytes = str_of(none[i])};
        is_number(one_value(source, "numeric(10,2)", NULL, cell, got), (int)PGC_INTERNAL,
                  "'%s' is no DECIMAL", none[i]);
    }
    char long_one[300], got[1024];
    memset(long_one, '9', sizeof long_one);
    struct cell cell = {.form = CELL_BYTES, .bytes = {long_one, sizeof long_one}};
    is_number(one_value(source, "numeric", NULL, cell, got), (int)PGC_INTERNAL, "300 digits");
    cell.bytes.len = 65;
    is_number(one_value(source, "numeric", NULL, cell, got), 0, "65 digits");
}

int main(void)
{
    test_random(false);
    test_random(true);
    test_edges();
    return done_testing();
}
