/*
 * The canonical forms: what both servers print for one value becomes the same bytes, and what
 * differs stays different. Pairs are from real servers (MySQL 9.7, MariaDB 10.11, PostgreSQL 17) or
 * from their documentation.
 */
#include "base/limits.h"
#include "tap.h"
#include "verify/canonical.h"

struct pair {
    enum source_kind kind;
    uint32_t length;    /* of a BIT */
    const char *target; /* its type */
    struct str source, arrived;
    bool same;
};

#define SAME(kind, target, source, arrived)              \
    {                                                    \
        kind, 0, target, STR(source), STR(arrived), true \
    }
#define OTHER(kind, target, source, arrived)              \
    {                                                     \
        kind, 0, target, STR(source), STR(arrived), false \
    }

static const struct pair pairs[] = {
    /* numbers */
    SAME(SOURCE_INT, "integer", "-5", "-5"),
    OTHER(SOURCE_INT, "integer", "5", "-5"),
    SAME(SOURCE_INT, "integer", "00000042", "42"),
    OTHER(SOURCE_INT, "integer", "4", "42"),
    SAME(SOURCE_BIGINT, "numeric(20)", "18446744073709551615", "18446744073709551615"),
    OTHER(SOURCE_BIGINT, "numeric(20)", "18446744073709551615", "18446744073709551616"),
    SAME(SOURCE_DECIMAL, "numeric(10,2)", "00000003.50", "3.50"),
    SAME(SOURCE_DECIMAL, "numeric", "3.50", "3.5"),
    SAME(SOURCE_DECIMAL, "numeric(5,2)", "0.00", "0"),
    SAME(SOURCE_DECIMAL, "numeric(5,2)", "-0.00", "0.00"),
    OTHER(SOURCE_DECIMAL, "numeric(65,30)", "1.000000000000000000000000000001", "1"),
    OTHER(SOURCE_DECIMAL, "numeric(5,2)", "1", "NaN"),
    OTHER(SOURCE_DECIMAL, "numeric(5,2)", "10", "1"),
    OTHER(SOURCE_DECIMAL, "numeric(5,2)", "0.10", "0.01"),
    SAME(SOURCE_DECIMAL, "text", "1.50", "1.50"),
    OTHER(SOURCE_DECIMAL, "text", "1.50", "1.5"),
    SAME(SOURCE_YEAR, "smallint", "0000", "0"),
    SAME(SOURCE_YEAR, "text", "0000", "0000"),
    OTHER(SOURCE_INT, "text", "7", "007"),
    SAME(SOURCE_TINYINT, "boolean", "1", "true"),
    SAME(SOURCE_TINYINT, "boolean", "0", "false"),
    OTHER(SOURCE_TINYINT, "boolean", "2", "true"),
    OTHER(SOURCE_TINYINT, "boolean", "0", "true"),
    /* floating point, by bits */
    SAME(SOURCE_FLOAT, "real", "0.10000000149011612", "0.1"),
    SAME(SOURCE_FLOAT, "real", "16777217", "1.6777216e+07"),
    OTHER(SOURCE_FLOAT, "real", "0.10000000149011612", "0.10000001"),
    OTHER(SOURCE_FLOAT, "real", "0", "-0"),
    SAME(SOURCE_FLOAT, "double precision", "0.10000000149011612", "0.10000000149011612"),
    OTHER(SOURCE_FLOAT, "double precision", "0.10000000149011612", "0.1"),
    SAME(SOURCE_DOUBLE, "double precision", "1e15", "1e+15"),
    SAME(SOURCE_DOUBLE, "double precision", "9.007199254740992e15", "9007199254740992"),
    SAME(SOURCE_DOUBLE, "double precision", "5e-324", "5e-324"),
    SAME(SOURCE_DOUBLE, "double precision", "-0", "-0"),
    OTHER(SOURCE_DOUBLE, "double precision", "-0", "0"),
    OTHER(SOURCE_DOUBLE, "double precision", "1.7976931348623157e308", "Infinity"),
    OTHER(SOURCE_DOUBLE, "double precision", "0", "NaN"),
    OTHER(SOURCE_DOUBLE, "double precision", "0.1", "0.10000000000000002"),
    SAME(SOURCE_DOUBLE, "text", "0.00001", "1e-05"),
    OTHER(SOURCE_DOUBLE, "text", "1", "1x"),
    /* bits */
    {SOURCE_BIT, 5, "bit(5)", STR("\x15"), STR("10101"), true},
    {SOURCE_BIT, 5, "bit(5)", STR("\x15"), STR("10111"), false},
    {SOURCE_BIT, 9, "bit(9)", STR("\x01\x00"), STR("100000000"), true},
    {SOURCE_BIT, 64, "numeric(20)", STR("\xff\xff\xff\xff\xff\xff\xff\xff"),
     STR("18446744073709551615"), true},
    {SOURCE_BIT, 1, "boolean", STR("\x01"), STR("true"), true},
    {SOURCE_BIT, 1, "boolean", STR("\x00"), STR("true"), false},
    /* dates and times */
    SAME(SOURCE_DATE, "date", "2024-02-29", "2024-02-29"),
    OTHER(SOURCE_DATE, "date", "0000-00-00", "0000-00-00"),
    OTHER(SOURCE_DATE, "date", "2023-02-29", "2023-02-29"),
    OTHER(SOURCE_DATE, "date", "0001-01-01", "0001-01-01 BC"),
    SAME(SOURCE_DATETIME, "timestamp", "2024-01-02 03:04:05.120000", "2024-01-02 03:04:05.12"),
    SAME(SOURCE_DATETIME, "timestamp", "2024-01-02 03:04:05.000", "2024-01-02 03:04:05"),
    OTHER(SOURCE_DATETIME, "timestamp", "2024-01-02 03:04:05.100", "2024-01-02 03:04:05.01"),
    OTHER(SOURCE_DATETIME, "timestamp", "2024-01-02 03:04:05", "infinity"),
    SAME(SOURCE_TIMESTAMP, "timestamptz", "2024-01-02 03:04:05", "2024-01-02 03:04:05+00"),
    OTHER(SOURCE_TIMESTAMP, "timestamptz", "2024-01-02 03:04:05", "2024-01-02 03:04:05+01"),
    OTHER(SOURCE_TIMESTAMP, "timestamptz", "2024-01-02 03:04:05", "2024-01-02 03:04:05"),
    SAME(SOURCE_TIME, "interval", "-838:59:58.999999", "-838:59:58.999999"),
    SAME(SOURCE_TIME, "interval", "00:00:00", "00:00:00"),
    SAME(SOURCE_TIME, "interval", "00:00:00.50", "00:00:00.5"),
    OTHER(SOURCE_TIME, "interval", "26:00:00", "1 day 02:00:00"),
    OTHER(SOURCE_TIME, "interval", "01:00:00", "-01:00:00"),
    SAME(SOURCE_TIME, "time", "12:34:56.500000", "12:34:56.5"),
    SAME(SOURCE_TIME, "time", "24:00:00", "24:00:00"),
    SAME(SOURCE_TIME, "bigint", "-00:00:00.000001", "-1"),
    /* text */
    SAME(SOURCE_VARCHAR, "varchar(10)", "abc  ", "abc  "),
    OTHER(SOURCE_VARCHAR, "varchar(10)", "abc", "abc "),
    OTHER(SOURCE_VARCHAR, "text", "abc", "Abc"),
    OTHER(SOURCE_VARCHAR, "text", "a\xff", "a\xff"),
    OTHER(SOURCE_VARCHAR, "text", "a\0b", "a\0b"),
    OTHER(SOURCE_VARCHAR, "text", "\xed\xa0\x80", "\xed\xa0\x80"),
    OTHER(SOURCE_VARCHAR, "text", "\xc0\xaf", "/"),
    SAME(SOURCE_ENUM, "text", "green", "green"),
    SAME(SOURCE_SET, "text[]", "a,b x", "{a,\"b x\"}"),
    SAME(SOURCE_SET, "text[]", "", "{}"),
    SAME(SOURCE_SET, "text[]", "q\"\\", "{\"q\\\"\\\\\"}"),
    SAME(SOURCE_SET, "text[]", "NULL", "{\"NULL\"}"),
    OTHER(SOURCE_SET, "text[]", "NULL", "{NULL}"),
    OTHER(SOURCE_SET, "text[]", "a,b", "{b,a}"),
    OTHER(SOURCE_SET, "text[]", "a,b", "{\"a,b\"}"),
    OTHER(SOURCE_SET, "text[]", "", "{\"\"}"),
    SAME(SOURCE_BLOB, "bytea", "a\0\xff", "a\0\xff"),
    OTHER(SOURCE_BINARY, "bytea", "\x07\0", "\x07"),
    SAME(SOURCE_VARBINARY, "text", "abc", "abc"),
    /* UUIDs */
    SAME(SOURCE_CHAR, "uuid", "550E8400-E29B-41D4-A716-446655440000",
         "550e8400-e29b-41d4-a716-446655440000"),
    SAME(SOURCE_CHAR, "uuid", "550e8400e29b41d4a716446655440000",
         "550e8400-e29b-41d4-a716-446655440000"),
    SAME(SOURCE_BINARY, "uuid", "abcdefghijklmnop", "61626364-6566-6768-696a-6b6c6d6e6f70"),
    OTHER(SOURCE_CHAR, "uuid", "", "00000000-0000-0000-0000-000000000000"),
    OTHER(SOURCE_CHAR, "uuid", "550e8400-e29b-41d4-a716-446655440001",
          "550e8400-e29b-41d4-a716-446655440000"),
    /* addresses */
    SAME(SOURCE_INET4, "inet", "10.0.0.1", "10.0.0.1/32"),
    SAME(SOURCE_INET6, "inet", "::ffff:1.2.3.4", "::ffff:1.2.3.4/128"),
    OTHER(SOURCE_INET4, "inet", "10.0.0.1", "10.0.0.1/24"),
    /* JSON */
    SAME(SOURCE_JSON, "json", "{\"a\": 1}", "{\"a\": 1}"),
    OTHER(SOURCE_JSON, "json", "{\"a\": 1}", "{\"a\":1}"),
    SAME(SOURCE_JSON, "jsonb", "{\"b\":1,\"a\":2}", "{\"a\": 2, \"b\": 1}"),
    SAME(SOURCE_JSON, "jsonb", "{\"a\": 1, \"a\": 2}", "{\"a\": 2}"),
    OTHER(SOURCE_JSON, "jsonb", "{\"a\": 1, \"a\": 2}", "{\"a\": 1}"),
    SAME(SOURCE_JSON, "jsonb", "1e20", "100000000000000000000"),
    SAME(SOURCE_JSON, "jsonb", "-0.0", "0.0"),
    SAME(SOURCE_JSON, "jsonb", "1.50", "1.5"),
    SAME(SOURCE_JSON, "jsonb", "0.00012e3", "0.12"),
    OTHER(SOURCE_JSON, "jsonb", "12", "1.2"),
    OTHER(SOURCE_JSON, "jsonb", "10", "1"),
    OTHER(SOURCE_JSON, "jsonb", "9007199254740993", "9007199254740992"),
    OTHER(SOURCE_JSON, "jsonb", "1", "\"1\""),
    OTHER(SOURCE_JSON, "jsonb", "[1, 2]", "[2, 1]"),
    OTHER(SOURCE_JSON, "jsonb", "[1, [2]]", "[[1], 2]"),
    OTHER(SOURCE_JSON, "jsonb", "[]", "{}"),
    OTHER(SOURCE_JSON, "jsonb", "null", "false"),
    SAME(SOURCE_JSON, "jsonb", "\"\\u00e9\\n\"", "\"\xc3\xa9\\n\""),
    SAME(SOURCE_JSON, "jsonb", "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""),
    OTHER(SOURCE_JSON, "jsonb", "\"\\ud83d\"", "\"\\ud83d\""),
    OTHER(SOURCE_JSON, "jsonb", "[1", "[1"),
    OTHER(SOURCE_JSON, "jsonb", "1 2", "1"),
    OTHER(SOURCE_JSON, "jsonb", "{\"a\": 1}", "{\"a\": 1, \"b\": 1}"),
    OTHER(SOURCE_JSON, "jsonb", "{\"ab\": 1}", "{\"a\": \"b1\"}"),
};

static struct canonical_row row = {
    .bytes = {.limit = LIMIT_ROW, .what = "row"},
    .text = {.limit = LIMIT_ROW, .what = "text"},
    .scratch = {.limit = LIMIT_ROW, .what = "scratch"},
    .seed = 42,
    .long_limit = CANONICAL_LONG,
};

static struct canonical_column column_of(enum source_kind kind, const char *target,
                                         struct source_type *source, struct target_type *type)
{
    struct canonical_column column = {.source = source, .target = type};

    source->kind = kind;
    if (!target_type_parse(str_of(target), type) || !canonical_pick(&column))
        printf("Bail out! %s\n", target);
    return column;
}

static struct str canonical(const struct canonical_column *column, enum canonical_side side,
                            struct str raw, struct buf *copy)
{
    row.bytes.len = 0;
    canonical_add(column, side, raw, &row);
    buf_reset(copy, MIB);
    buf_add_str(copy, buf_str(&row.bytes));
    return buf_str(copy);
}

static void test_pairs(void)
{
    CLEANUP(buf_free) struct buf a = BUF_INIT(LIMIT_ROW, "a"), b = BUF_INIT(LIMIT_ROW, "b");

    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        const struct pair *pair = &pairs[i];
        struct source_type source = {.length = pair->length};
        struct target_type target = {0};
        struct canonical_column column = column_of(pair->kind, pair->target, &source, &target);
        bool same = str_equal(canonical(&column, SIDE_SOURCE, pair->source, &a),
                              canonical(&column, SIDE_TARGET, pair->arrived, &b));

        ok(same == pair->same, "%s: " STR_FMT " %s " STR_FMT, pair->target, STR_ARG(pair->source),
           pair->same ? "is" : "is not", STR_ARG(pair->arrived));
    }
}

/* NULL is NULL and nothing else; a value is never taken for its neighbour's part. */
static void test_rows(void)
{
    CLEANUP(buf_free) struct buf a = BUF_INIT(LIMIT_ROW, "a"), b = BUF_INIT(LIMIT_ROW, "b");
    struct source_type source = {0};
    struct target_type target = {0};
    struct canonical_column column = column_of(SOURCE_VARCHAR, "text", &source, &target);
    struct str null = STR_NULL;

    ok(str_equal(canonical(&column, SIDE_SOURCE, null, &a),
                 canonical(&column, SIDE_TARGET, null, &b)),
       "NULL is NULL");
    ok(!str_equal(canonical(&column, SIDE_SOURCE, null, &a),
                  canonical(&column, SIDE_TARGET, STR(""), &b)),
       "NULL is not ''");
    row.bytes.len = 0;
    canonical_add(&column, SIDE_SOURCE, STR("ab"), &row);
    canonical_add(&column, SIDE_SOURCE, STR("c"), &row);
    buf_reset(&a, MIB);
    buf_add_str(&a, buf_str(&row.bytes));
    row.bytes.len = 0;
    canonical_add(&column, SIDE_TARGET, STR("a"), &row);
    canonical_add(&column, SIDE_TARGET, STR("bc"), &row);
    ok(!str_equal(buf_str(&a), buf_str(&row.bytes)), "('ab', 'c') is not ('a', 'bc')");
}

static void test_long_values(void)
{
    CLEANUP(buf_free) struct buf a = BUF_INIT(LIMIT_ROW, "a"), b = BUF_INIT(LIMIT_ROW, "b");
    static char text[2 * MIB];
    struct source_type source = {0};
    struct target_type target = {0};
    struct canonical_column column = column_of(SOURCE_TEXT, "text", &source, &target);
    struct str whole = {text, sizeof text};

    memset(text, 'x', sizeof text);
    ok(canonical(&column, SIDE_SOURCE, whole, &a).len < 64, "a long value enters by its hash");
    ok(str_equal(buf_str(&a), canonical(&column, SIDE_TARGET, whole, &b)),
       "the same on both sides");
    text[sizeof text - 1] = 'y';
    ok(!str_equal(buf_str(&a), canonical(&column, SIDE_TARGET, whole, &b)), "its last byte counts");
    text[sizeof text - 1] = '\0';
    canonical(&column, SIDE_SOURCE, whole, &a);
    ok(!str_equal(buf_str(&a), canonical(&column, SIDE_TARGET, whole, &b)),
       "a long value that is no text of the source equals nothing");
}

static void test_charsets(void)
{
    CLEANUP(buf_free) struct buf a = BUF_INIT(LIMIT_ROW, "a"), b = BUF_INIT(LIMIT_ROW, "b");
    static uint32_t single[256];
    const struct charset latin1 = {.form = CHARSET_SINGLE, .single = single};
    const struct charset utf16 = {.form = CHARSET_UTF16};
    struct source_type source = {0};
    struct target_type target = {0};
    struct canonical_column column = column_of(SOURCE_VARCHAR, "text", &source, &target);

    for (uint32_t i = 0; i < 256; i++)
        single[i] = i;
    single[0x80] = 0x20ac;
    single[0x81] = CHARSET_INVALID;
    column.charset = &latin1;
    (void)canonical_pick(&column);
    ok(str_equal(canonical(&column, SIDE_SOURCE, STR("\x80g\xfc"), &a),
                 canonical(&column, SIDE_TARGET, STR("\xe2\x82\xacg\xc3\xbc"), &b)),
       "one byte a character");
    ok(!str_equal(canonical(&column, SIDE_SOURCE, STR("\x81"), &a),
                  canonical(&column, SIDE_TARGET, STR("?"), &b)),
       "a byte that is none is no question mark");
    column.charset = &utf16;
    (void)canonical_pick(&column);
    ok(str_equal(canonical(&column, SIDE_SOURCE, STR("\0a\xd8\x3d\xde\x00"), &a),
                 canonical(&column, SIDE_TARGET, STR("a\xf0\x9f\x98\x80"), &b)),
       "UTF-16 with a pair");
    ok(!str_equal(canonical(&column, SIDE_SOURCE, STR("\xd8\x3d\0a"), &a),
                  canonical(&column, SIDE_TARGET, STR("?a"), &b)),
       "half a pair is nothing");
}

static void mended(const char *type, enum source_kind kind, enum value_class value_class,
                   enum value_policy policy, struct str raw, struct str arrived)
{
    CLEANUP(buf_free) struct buf a = BUF_INIT(LIMIT_ROW, "a"), b = BUF_INIT(LIMIT_ROW, "b");
    struct value_policies policies = {0};
    struct source_type source = {0};
    struct target_type target = {0};
    struct canonical_column column = column_of(kind, type, &source, &target);

    policies.of[value_class] = policy;
    column.policies = &policies;
    ok(str_equal(canonical(&column, SIDE_SOURCE, raw, &a),
                 canonical(&column, SIDE_TARGET, arrived, &b)),
       "%s, %s: %s", value_class_name(value_class), value_policy_name(policy), type);
    policies.of[value_class] = POLICY_REFUSE;
    ok(!str_equal(canonical(&column, SIDE_SOURCE, raw, &a),
                  canonical(&column, SIDE_TARGET, arrived, &b)),
       "%s, refused: %s", value_class_name(value_class), type);
}

static void test_policies(void)
{
    struct str null = STR_NULL;

    mended("date", SOURCE_DATE, CLASS_ZERO_DATE, POLICY_NULL, STR("0000-00-00"), null);
    mended("date", SOURCE_DATE, CLASS_ZERO_DATE, POLICY_REPLACE, STR("0000-00-00"),
           STR("-infinity"));
    mended("timestamptz", SOURCE_TIMESTAMP, CLASS_ZERO_DATE, POLICY_REPLACE,
           STR("0000-00-00 00:00:00"), STR("-infinity"));
    mended("timestamp", SOURCE_DATETIME, CLASS_PARTIAL_DATE, POLICY_REPLACE,
           STR("2023-02-31 01:02:03"), STR("2023-02-28 01:02:03"));
    mended("date", SOURCE_DATE, CLASS_PARTIAL_DATE, POLICY_REPLACE, STR("2024-00-00"),
           STR("2024-01-01"));
    mended("text", SOURCE_TEXT, CLASS_NUL_BYTE, POLICY_STRIP, STR("a\0b"), STR("ab"));
    mended("text", SOURCE_TEXT, CLASS_NUL_BYTE, POLICY_REPLACE, STR("a\0b"),
           STR("a\xef\xbf\xbd"
               "b"));
    mended("text", SOURCE_TEXT, CLASS_INVALID_BYTES, POLICY_STRIP, STR("a\xff\xfe"), STR("a"));
    mended("text", SOURCE_TEXT, CLASS_INVALID_BYTES, POLICY_NULL, STR("a\xff"), null);
    mended("jsonb", SOURCE_JSON, CLASS_JSON_NUL, POLICY_STRIP, STR("\"a\\u0000\""), STR("\"a\""));
    mended("jsonb", SOURCE_JSON, CLASS_BAD_JSON, POLICY_NULL, STR("{"), null);
    mended("uuid", SOURCE_CHAR, CLASS_EMPTY_UUID, POLICY_REPLACE, STR(""),
           STR("00000000-0000-0000-0000-000000000000"));
    mended("uuid", SOURCE_CHAR, CLASS_BAD_UUID, POLICY_NULL, STR("x"), null);
    mended("boolean", SOURCE_TINYINT, CLASS_NOT_BOOLEAN, POLICY_REPLACE, STR("-7"), STR("true"));
    mended("smallint", SOURCE_INT, CLASS_OUT_OF_RANGE, POLICY_REPLACE, STR("70000"), STR("32767"));
    mended("smallint", SOURCE_INT, CLASS_OUT_OF_RANGE, POLICY_NULL, STR("-70000"), null);
    mended("numeric(4,1)", SOURCE_DECIMAL, CLASS_OUT_OF_RANGE, POLICY_REPLACE, STR("-1234.5"),
           STR("-999.9"));
    mended("numeric(4,1)", SOURCE_DECIMAL, CLASS_TOO_LONG, POLICY_REPLACE, STR("1.29"), STR("1.2"));
    mended("varchar(3)", SOURCE_VARCHAR, CLASS_TOO_LONG, POLICY_REPLACE, STR("abc\xc3\xbc"),
           STR("abc"));
    mended("varchar(3)", SOURCE_VARCHAR, CLASS_TOO_LONG, POLICY_STRIP, STR("abc  "), STR("abc"));
    mended("time", SOURCE_TIME, CLASS_OUT_OF_RANGE, POLICY_REPLACE, STR("25:00:00"),
           STR("24:00:00"));
    mended("timestamp(3)", SOURCE_DATETIME, CLASS_TOO_LONG, POLICY_REPLACE,
           STR("2024-01-01 00:00:00.123456"), STR("2024-01-01 00:00:00.123"));
}

int main(void)
{
    test_pairs();
    test_rows();
    test_long_values();
    test_charsets();
    test_policies();
    buf_free(&row.bytes);
    buf_free(&row.text);
    arena_free(&row.scratch);
    return done_testing();
}
