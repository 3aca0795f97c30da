/*
 * Values that their columns refuse, under every policy of every class: what stands in the target,
 * or that the row is set aside or still refused, and as what it is counted.
 */
#include "base/limits.h"
#include "one_value.h"

/* A value's column; what comes of it is one line: its bytes, "NULL", "aside CLASS", "PGC-4005". */
struct trial {
    struct source_type source;
    const char *target;
    const struct charset *charset;
    struct value_policies policies;
    bool labels_checked, not_null;
};

static void add_outcome(const struct error *error, const struct convert_result *result,
                        const struct buf *out, struct buf *text)
{
    if (error != NULL)
        buf_add_format(text, "PGC-%d", (int)error->id);
    else if (result->set_aside)
        buf_add_format(text, "aside %s", value_class_name(result->value_class));
    else if (out->len == 6 && memcmp(out->ptr + 2, "\xff\xff\xff\xff", 4) == 0)
        buf_add_c(text, "NULL");
    else
        buf_add_hex(text, str_slice(buf_str(out), 6, out->len));
    for (size_t i = 0; i < result->change_count; i++)
        buf_add_format(text, " %s", value_class_name(result->changes[i].value_class));
}

static bool is_possible(const struct trial *trial, const struct target_type *target,
                        enum value_class value_class)
{
    uint32_t classes = convert_classes(&trial->source, target, trial->labels_checked);
    return value_class == CLASS_NULL_IN_NOT_NULL || (classes >> value_class & 1) != 0;
}

/* The column stands between two others, so that nothing beside it may be disturbed. */
static void try_value(const struct trial *trial, struct cell cell, struct buf *text)
{
    CLEANUP(converter_freep) struct converter *converter = NULL;
    CLEANUP(buf_free) struct buf out = BUF_INIT(LIMIT_ROW, "test");
    struct target_type target = one_target(trial->target);
    struct source_type source = trial->source;
    struct convert_column column = {.source = &source,
                                    .target = &target,
                                    .charset = trial->charset,
                                    .labels_checked = trial->labels_checked,
                                    .not_null = trial->not_null,
                                    .policies = trial->policies,
                                    .object = STR("db.t.c")};
    struct row row = {.cells = &cell, .cell_count = 1};
    struct convert_result result = {0};

    source.text = STR("SOURCE");
    struct error *error = converter_new(&column, 1, &converter);
    if (error == NULL)
        error = converter_add_row(converter, &row, &out, &result);
    add_outcome(error, &result, &out, text);
    if (result.set_aside && !(out.len == 0 && result.reason != NULL))
        buf_add_c(text, " (the row was left in the buffer)");
    for (size_t i = 0; i < result.change_count; i++)
        if (!is_possible(trial, &target, result.changes[i].value_class))
            buf_add_c(text, " (which convert_classes() says cannot be)");
    error_free(result.reason);
    error_free(error);
}

#define gives(trial_, cell_, expected)                                                \
    do {                                                                              \
        CLEANUP(buf_free) struct buf said_ = BUF_INIT(64 * KIB, "test");              \
        try_value((trial_), (cell_), &said_);                                         \
        is_text(buf_c_str(&said_), (expected), "%s -> %s", #cell_, (trial_)->target); \
    } while (0)

/* All policies of one class over one value. NULL: the policy does not fit the class. */
static void all_policies(struct trial trial, struct cell cell, enum value_class value_class,
                         const char *replaced, const char *stripped)
{
    static const enum value_policy policies[] = {POLICY_REFUSE, POLICY_NULL, POLICY_STRIP,
                                                 POLICY_REPLACE, POLICY_QUARANTINE};
    const char *name = value_class_name(value_class);

    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        CLEANUP(buf_free) struct buf said = BUF_INIT(64 * KIB, "test");
        CLEANUP(buf_free) struct buf wanted = BUF_INIT(64 * KIB, "test");
        enum value_policy policy = policies[i];
        const char *changed = policy == POLICY_REPLACE ? replaced : stripped;
        bool refused = changed != NULL && strstr(changed, "PGC") != NULL;
        if (policy_effect(value_class, policy) == NULL)
            continue;
        struct target_type target = one_target(trial.target);
        if (!convert_can_follow(&trial.source, &target, value_class, policy))
            ok(refused, "%s: %s cannot be followed in %s, and is not", name,
               value_policy_name(policy), trial.target);
        trial.policies.of[value_class] = policy;
        try_value(&trial, cell, &said);
        if (policy == POLICY_REFUSE)
            buf_add_format(&wanted, "PGC-%d", (int)value_class_error(value_class));
        else if (policy == POLICY_NULL)
            buf_add_format(&wanted, "NULL %s", name);
        else if (policy == POLICY_QUARANTINE)
            buf_add_format(&wanted, "aside %s", name);
        else
            buf_add_format(&wanted, refused ? "%s" : "%s %s", changed != NULL ? changed : "", name);
        is_text(buf_c_str(&said), buf_c_str(&wanted), "%s: %s in %s", name,
                value_policy_name(policy), trial.target);
    }
}

/* ---- dates and times ------------------------------------------------------------------------- */

static void test_dates(void)
{
    struct trial day = {.source = {.kind = SOURCE_DATE}, .target = "date"};
    struct trial moment = {.source = {.kind = SOURCE_DATETIME}, .target = "timestamp(0)"};
    struct trial instant = {.source = {.kind = SOURCE_TIMESTAMP}, .target = "timestamptz(0)"};

    all_policies(day, TIME_CELL(0), CLASS_ZERO_DATE, "80000000", NULL);
    all_policies(moment, TIME_CELL(0), CLASS_ZERO_DATE, "8000000000000000", NULL);
    all_policies(moment, TIME_CELL(0, .hour = 10), CLASS_ZERO_DATE, "8000000000000000", NULL);
    all_policies(instant, TIME_CELL(0), CLASS_ZERO_DATE, "8000000000000000", NULL);

    /* 2000-01-01 is day 0. */
    all_policies(day, TIME_CELL(2000, 0, 0), CLASS_PARTIAL_DATE, "00000000", NULL);
    all_policies(day, TIME_CELL(2000, 0, 5), CLASS_PARTIAL_DATE, "00000004", NULL);
    all_policies(day, TIME_CELL(2000, 2, 0), CLASS_PARTIAL_DATE, "0000001f", NULL);
    all_policies(day, TIME_CELL(2000, 2, 31), CLASS_PARTIAL_DATE, "0000003b", NULL);
    all_policies(day, TIME_CELL(2001, 2, 29), CLASS_PARTIAL_DATE, "000001a8", NULL);
    all_policies(day, TIME_CELL(1900, 2, 29), CLASS_PARTIAL_DATE, "ffff718e", NULL);
    all_policies(day, TIME_CELL(2000, 4, 31), CLASS_PARTIAL_DATE, "00000078", NULL);
    all_policies(day, TIME_CELL(0, 5, 3), CLASS_PARTIAL_DATE, "fff4dbf9", NULL); /* 0001-01-01 */
    all_policies(day, TIME_CELL(0, 0, 3), CLASS_PARTIAL_DATE, "fff4dbf9", NULL);
    all_policies(moment, TIME_CELL(2000, 1, 0, .hour = 1), CLASS_PARTIAL_DATE, "00000000d693a400",
                 NULL);
    moment.policies.of[CLASS_PARTIAL_DATE] = POLICY_REPLACE;
    gives(&moment, TIME_CELL(2000, 13, 1), "PGC-4001");
    gives(&moment, TIME_CELL(0), "PGC-4001");
    gives(&moment, TIME_CELL(2000, 1, 1, .hour = 24), "PGC-4004");
    /* One value, two classes: the nearest day, then the fraction. */
    moment.source.fraction = 6;
    moment.policies.of[CLASS_TOO_LONG] = POLICY_REPLACE;
    gives(&moment, TIME_CELL(2000, 1, 0, .second = 1, .microsecond = 999999),
          "00000000000f4240 partial_date too_long");
    moment.policies.of[CLASS_TOO_LONG] = POLICY_QUARANTINE;
    gives(&moment, TIME_CELL(2000, 1, 0, .second = 1, .microsecond = 999999), "aside too_long");
}

static void test_times(void)
{
    struct trial time = {.source = {.kind = SOURCE_TIME, .fraction = 6}, .target = "time(0)"};
    struct trial span = {.source = {.kind = SOURCE_TIME, .fraction = 6}, .target = "interval(3)"};

    all_policies(time, TIME_CELL(.hour = 24, .second = 1), CLASS_OUT_OF_RANGE, "000000141dd76000",
                 NULL);
    all_policies(time, TIME_CELL(.hour = 838), CLASS_OUT_OF_RANGE, "000000141dd76000", NULL);
    all_policies(time, TIME_CELL(.second = 1, .negative = true), CLASS_OUT_OF_RANGE,
                 "0000000000000000", NULL);
    /* Toward zero, on both sides of it. */
    all_policies(span, TIME_CELL(.second = 1, .microsecond = 1999), CLASS_TOO_LONG,
                 "00000000000f46280000000000000000", "PGC-4005");
    all_policies(span, TIME_CELL(.second = 1, .microsecond = 1999, .negative = true),
                 CLASS_TOO_LONG, "fffffffffff0b9d80000000000000000", "PGC-4005");
    time.policies.of[CLASS_OUT_OF_RANGE] = POLICY_REPLACE;
    gives(&time, TIME_CELL(.minute = 60), "PGC-4004");
    gives(&time, TIME_CELL(.hour = 839), "PGC-4004");
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void test_integers(void)
{
    struct trial flag = {.source = {.kind = SOURCE_TINYINT}, .target = "boolean"};
    struct trial small = {.source = {.kind = SOURCE_INT}, .target = "smallint"};
    struct trial middle = {.source = {.kind = SOURCE_BIGINT}, .target = "integer"};
    struct trial big = {.source = {.kind = SOURCE_BIGINT, .is_unsigned = true}, .target = "bigint"};
    struct trial digits = {.source = {.kind = SOURCE_INT}, .target = "numeric(4,2)"};
    struct trial bits = {.source = {.kind = SOURCE_BIT, .length = 16}, .target = "smallint"};
    struct trial text = {.source = {.kind = SOURCE_INT}, .target = "varchar(3)"};

    all_policies(flag, INT_CELL(2), CLASS_NOT_BOOLEAN, "01", NULL);
    all_policies(flag, INT_CELL(-1), CLASS_NOT_BOOLEAN, "01", NULL);
    all_policies(small, INT_CELL(32768), CLASS_OUT_OF_RANGE, "7fff", NULL);
    all_policies(small, INT_CELL(-32769), CLASS_OUT_OF_RANGE, "8000", NULL);
    all_policies(middle, INT_CELL(INT64_MAX), CLASS_OUT_OF_RANGE, "7fffffff", NULL);
    all_policies(middle, INT_CELL(INT64_MIN), CLASS_OUT_OF_RANGE, "80000000", NULL);
    all_policies(big, UINT_CELL(UINT64_MAX), CLASS_OUT_OF_RANGE, "7fffffffffffffff", NULL);
    /* 99.99 and -99.99 */
    all_policies(digits, INT_CELL(100), CLASS_OUT_OF_RANGE,
                 "0002000000000002"
                 "006326ac",
                 NULL);
    all_policies(digits, INT_CELL(-100), CLASS_OUT_OF_RANGE,
                 "0002000040000002"
                 "006326ac",
                 NULL);
    all_policies(bits, BYTES_CELL("\xff\xff"), CLASS_OUT_OF_RANGE, "7fff", NULL);
    /* A number's text is not cut: 123 is no shorter form of 12345. */
    all_policies(text, INT_CELL(12345), CLASS_TOO_LONG, "PGC-4005", "PGC-4005");
}

static void test_decimals(void)
{
    struct source_type decimal = {.kind = SOURCE_DECIMAL, .precision = 10, .scale = 4};
    struct trial narrow = {.source = decimal, .target = "numeric(4,2)"};
    struct trial whole = {.source = decimal, .target = "smallint"};
    struct trial text = {.source = decimal, .target = "varchar(4)"};

    all_policies(narrow, BYTES_CELL("1.9999"), CLASS_TOO_LONG,
                 "0002000000000002"
                 "000126ac",
                 "PGC-4005");
    all_policies(narrow, BYTES_CELL("-1.9999"), CLASS_TOO_LONG,
                 "0002000040000002"
                 "000126ac",
                 "PGC-4005");
    all_policies(narrow, BYTES_CELL("-0.0001"), CLASS_TOO_LONG, "0000000000000002", "PGC-4005");
    all_policies(narrow, BYTES_CELL("100.5000"), CLASS_OUT_OF_RANGE,
                 "0002000000000002"
                 "006326ac",
                 NULL);
    all_policies(whole, BYTES_CELL("12.9000"), CLASS_TOO_LONG, "000c", "PGC-4005");
    all_policies(whole, BYTES_CELL("-12.9000"), CLASS_TOO_LONG, "fff4", "PGC-4005");
    all_policies(whole, BYTES_CELL("99999.0000"), CLASS_OUT_OF_RANGE, "7fff", NULL);
    all_policies(whole, BYTES_CELL("-99999.0000"), CLASS_OUT_OF_RANGE, "8000", NULL);
    all_policies(text, BYTES_CELL("12345.6789"), CLASS_TOO_LONG, "PGC-4005", "PGC-4005");
    whole.policies.of[CLASS_TOO_LONG] = whole.policies.of[CLASS_OUT_OF_RANGE] = POLICY_REPLACE;
    gives(&whole, BYTES_CELL("99999.9000"), "7fff too_long out_of_range");
    struct trial wide = {.source = {.kind = SOURCE_DECIMAL, .precision = 65},
                         .target = "numeric(99,97)",
                         .policies.of[CLASS_OUT_OF_RANGE] = POLICY_REPLACE};
    gives(&wide, BYTES_CELL("123"), "PGC-4004");
}

/* ---- text ------------------------------------------------------------------------------------ */

static void test_text(void)
{
    struct source_type varchar = {.kind = SOURCE_VARCHAR, .length = 40, .max_bytes = 160};
    struct trial text = {.source = varchar, .target = "text", .charset = &one_utf8};
    struct trial latin1 = {.source = varchar, .target = "text", .charset = one_latin1()};
    struct trial three = {.source = varchar, .target = "varchar(3)", .charset = &one_utf8};
    struct trial blob = {.source = {.kind = SOURCE_BLOB}, .target = "text"};

    all_policies(text, BYTES_CELL("a\0b\0"), CLASS_NUL_BYTE, "61efbfbd62efbfbd", "6162");
    all_policies(text, BYTES_CELL("\0"), CLASS_NUL_BYTE, "efbfbd", "");
    all_policies(latin1, BYTES_CELL("\xe9\0x"), CLASS_NUL_BYTE, "c3a9efbfbd78", "c3a978");
    all_policies(text, BYTES_CELL("a\xff\xe2\x82z"), CLASS_INVALID_BYTES, "61efbfbdefbfbdefbfbd7a",
                 "617a");
    all_policies(text, BYTES_CELL("\xed\xa0\x80"), CLASS_INVALID_BYTES, "efbfbdefbfbdefbfbd", "");
    all_policies(latin1, BYTES_CELL("a\x81\x80"), CLASS_INVALID_BYTES, "61efbfbde282ac",
                 "61e282ac");
    all_policies(blob, BYTES_CELL("\xff\0"), CLASS_INVALID_BYTES, "PGC-4002", "PGC-4002");
    all_policies(three, BYTES_CELL("abc  "), CLASS_TOO_LONG, "616263", "616263");
    all_policies(three, BYTES_CELL("ab   "), CLASS_TOO_LONG, "616220", "616220");
    all_policies(three, BYTES_CELL("abcd "), CLASS_TOO_LONG, "616263", "PGC-4005");
    all_policies(three, BYTES_CELL("äöüß"), CLASS_TOO_LONG, "c3a4c3b6c3bc", "PGC-4005");

    /* Each policy, then every other check again. */
    three.policies.of[CLASS_NUL_BYTE] = POLICY_REPLACE;
    gives(&three, BYTES_CELL("abc\0"), "PGC-4005");
    gives(&three, BYTES_CELL("ab\0"), "6162efbfbd nul_byte");
    three.policies.of[CLASS_TOO_LONG] = POLICY_REPLACE;
    gives(&three, BYTES_CELL("a\0bc"), "61efbfbd62 nul_byte too_long");
    three.policies.of[CLASS_TOO_LONG] = POLICY_QUARANTINE;
    gives(&three, BYTES_CELL("a\0bc"), "aside too_long");
    three.policies.of[CLASS_INVALID_BYTES] = POLICY_NULL;
    gives(&three, BYTES_CELL("\0\xff"), "NULL nul_byte invalid_bytes");
    three.policies.of[CLASS_INVALID_BYTES] = POLICY_STRIP;
    gives(&three, BYTES_CELL("\0a\xff\xff"), "efbfbd61 nul_byte invalid_bytes");
    gives(&three, BYTES_CELL("abc"), "616263");
}

static void test_wide_charsets(void)
{
    static const struct charset utf16 = {.form = CHARSET_UTF16}, utf32 = {.form = CHARSET_UTF32};
    struct source_type varchar = {.kind = SOURCE_VARCHAR, .length = 40};
    struct trial text = {.source = varchar, .target = "text", .charset = &utf16};

    all_policies(text, BYTES_CELL("\0a\0\0\0b"), CLASS_NUL_BYTE, "61efbfbd62", "6162");
    /* A lone surrogate is two bytes, and what follows is read on the same foot. */
    all_policies(text, BYTES_CELL("\xdc\0\0a"), CLASS_INVALID_BYTES, "efbfbd61", "61");
    all_policies(text, BYTES_CELL("\0ab"), CLASS_INVALID_BYTES, "61efbfbd", "61");
    text.charset = &utf32;
    all_policies(text, BYTES_CELL("\xff\0\0\0\0\0\0a"), CLASS_INVALID_BYTES, "efbfbd61", "61");
}

static void test_uuid(void)
{
    struct source_type varchar = {.kind = SOURCE_VARCHAR, .length = 40};
    struct trial uuid = {.source = varchar, .target = "uuid", .charset = &one_utf8};
    struct trial latin1 = {.source = varchar, .target = "uuid", .charset = one_latin1()};
    struct trial bytes = {.source = {.kind = SOURCE_VARBINARY, .length = 16}, .target = "uuid"};

    all_policies(uuid, BYTES_CELL(""), CLASS_EMPTY_UUID, "00000000000000000000000000000000", NULL);
    all_policies(bytes, BYTES_CELL(""), CLASS_EMPTY_UUID, "00000000000000000000000000000000", NULL);
    all_policies(uuid, BYTES_CELL("some-name"), CLASS_BAD_UUID, NULL, NULL);
    all_policies(bytes, BYTES_CELL("123"), CLASS_BAD_UUID, NULL, NULL);
    latin1.policies.of[CLASS_BAD_UUID] = POLICY_QUARANTINE;
    gives(&latin1, BYTES_CELL("\x81\0"), "aside bad_uuid");
}

static void test_enum(void)
{
    static struct str labels[] = {STR("red"), STR("x")};
    struct trial color = {.source = {.kind = SOURCE_ENUM, .labels = labels, .label_count = 2},
                          .target = "text",
                          .charset = &one_utf8,
                          .labels_checked = true};

    all_policies(color, BYTES_CELL(""), CLASS_EMPTY_ENUM, "", NULL);
    color.charset = one_latin1();
    all_policies(color, BYTES_CELL(""), CLASS_EMPTY_ENUM, "", NULL);
    color.policies.of[CLASS_EMPTY_ENUM] = POLICY_NULL;
    gives(&color, BYTES_CELL("blue"), "PGC-4015");
    gives(&color, BYTES_CELL("red"), "726564");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* jsonb's field begins with its version. */
#define JSONB(text) "01" text

static void test_json(void)
{
    struct source_type json = {.kind = SOURCE_JSON};
    struct trial jsonb = {.source = json, .target = "jsonb", .charset = &one_utf8};
    struct trial plain = {.source = json, .target = "json", .charset = &one_utf8};

    all_policies(jsonb, BYTES_CELL("\"\\u0000a\""), CLASS_JSON_NUL,
                 JSONB("225c756666666461"
                       "22"),
                 JSONB("226122"));
    /* An escaped backslash before u0000 is a backslash and five letters, and stays. */
    all_policies(jsonb, BYTES_CELL("\"\\\\u0000\\u0000\""), CLASS_JSON_NUL,
                 JSONB("225c5c75303030305c7566666664"
                       "22"),
                 JSONB("225c5c753030303022"));
    gives(&jsonb, BYTES_CELL("\"\\\\u0000\""), JSONB("225c5c753030303022"));
    gives(&plain, BYTES_CELL("\"\\u0000\""), "225c753030303022");
    all_policies(jsonb, BYTES_CELL("{\"a\":"), CLASS_BAD_JSON, NULL, NULL);
    all_policies(plain, BYTES_CELL("nope"), CLASS_BAD_JSON, NULL, NULL);
    all_policies(jsonb, BYTES_CELL("\"\\ud800\""), CLASS_BAD_JSON, NULL, NULL);
    jsonb.policies.of[CLASS_JSON_NUL] = POLICY_STRIP;
    gives(&jsonb, BYTES_CELL("[\"\\u0000\", nope]"), "PGC-4008");
    jsonb.policies.of[CLASS_BAD_JSON] = POLICY_QUARANTINE;
    gives(&jsonb, BYTES_CELL("[\"\\u0000\", nope]"), "aside bad_json");
    gives(&jsonb, BYTES_CELL("[nope, \"\\u0000\"]"), "aside bad_json");
    gives(&jsonb, BYTES_CELL("\"\xff\""), "PGC-4003");
    jsonb.policies.of[CLASS_INVALID_BYTES] = POLICY_REPLACE;
    gives(&jsonb, BYTES_CELL("\"\xff\\u0000\""), JSONB("22efbfbd22") " invalid_bytes json_nul");
}

/* ---- NULL, rows ------------------------------------------------------------------------------ */

static void test_null(void)
{
    struct trial day = {.source = {.kind = SOURCE_DATE}, .target = "date", .not_null = true};
    struct cell null = {.form = CELL_NULL};

    gives(&day, null, "PGC-4017");
    day.policies.of[CLASS_ZERO_DATE] = POLICY_NULL;
    gives(&day, null, "PGC-4017");
    gives(&day, TIME_CELL(0), "PGC-4017");
    day.policies.of[CLASS_NULL_IN_NOT_NULL] = POLICY_QUARANTINE;
    gives(&day, null, "aside null_in_not_null");
    gives(&day, TIME_CELL(0), "aside null_in_not_null");
}

/* A row that is set aside leaves nothing behind, whatever of it was changed before. */
static void test_row(void)
{
    CLEANUP(converter_freep) struct converter *converter = NULL;
    CLEANUP(buf_free) struct buf out = BUF_INIT(LIMIT_ROW, "test");
    struct source_type text = {.kind = SOURCE_VARCHAR, .length = 9}, date = {.kind = SOURCE_DATE};
    struct target_type to_text = one_target("text"), to_date = one_target("date");
    struct convert_column columns[] = {
        {.source = &text,
         .target = &to_text,
         .charset = &one_utf8,
         .policies.of[CLASS_NUL_BYTE] = POLICY_STRIP},
        {.source = &date, .target = &to_date, .policies.of[CLASS_ZERO_DATE] = POLICY_QUARANTINE}};
    struct cell cells[] = {BYTES_CELL("a\0b"), TIME_CELL(0)};
    struct row row = {.cells = cells, .cell_count = 2};
    struct convert_result result;

    ok_call(converter_new(columns, 2, &converter), "a converter");
    buf_add_c(&out, "before");
    ok_call(converter_add_row(converter, &row, &out, &result), "a row to set aside");
    ok(result.set_aside && result.column == 1 && result.value_class == CLASS_ZERO_DATE,
       "for its second column");
    ok(result.reason != NULL && strstr(result.reason->text, "0000-00-00") != NULL, "and says why");
    error_free(result.reason);
    is_number(result.change_count, 0, "what was changed in it does not count");
    is_str(buf_str(&out), STR("before"), "nothing is left in the buffer");
    cells[1] = TIME_CELL(2000, 1, 2);
    ok_call(converter_add_row(converter, &row, &out, &result), "a row to write");
    is_number(result.change_count, 1, "one change");
    ok(result.changes[0].column == 0 && result.changes[0].value_class == CLASS_NUL_BYTE,
       "of the first column");
    is_str(str_slice(buf_str(&out), 6, out.len), STR("\0\2\0\0\0\2ab\0\0\0\4\0\0\0\1"), "as it is");
    struct buf tiny = BUF_INIT(120, "test");
    fails_with(converter_add_row(converter, &row, &tiny, &result), PGC_NO_MEMORY,
               "a full buffer is no matter of policies");
    buf_free(&tiny);
}

int main(void)
{
    test_dates();
    test_times();
    test_integers();
    test_decimals();
    test_text();
    test_wide_charsets();
    test_uuid();
    test_enum();
    test_json();
    test_null();
    test_row();
    return done_testing();
}
