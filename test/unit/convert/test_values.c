/* Numbers, bits, UUIDs, sets: by bytes written down here from PostgreSQL's binary formats. */
#include "one_value.h"

#include <float.h>

static void test_integers(void)
{
    struct source_type tiny = {.kind = SOURCE_TINYINT}, big = {.kind = SOURCE_BIGINT};
    struct source_type year = {.kind = SOURCE_YEAR};

    becomes(tiny, "boolean", NULL, INT_CELL(0), "00");
    becomes(tiny, "boolean", NULL, INT_CELL(1), "01");
    refused(tiny, "boolean", NULL, INT_CELL(-1), PGC_VALUE_NOT_BOOLEAN, "neither 0 nor 1");
    refused(tiny, "boolean", NULL, INT_CELL(2), PGC_VALUE_NOT_BOOLEAN,
            "db.t.c   SOURCE -> boolean");
    becomes(big, "smallint", NULL, INT_CELL(-32768), "8000");
    becomes(big, "smallint", NULL, UINT_CELL(32767), "7fff");
    refused(big, "smallint", NULL, INT_CELL(32768), PGC_VALUE_OUT_OF_RANGE, "smallint");
    refused(big, "smallint", NULL, INT_CELL(-32769), PGC_VALUE_OUT_OF_RANGE, "smallint");
    refused(big, "smallint", NULL, UINT_CELL(UINT64_MAX), PGC_VALUE_OUT_OF_RANGE, "smallint");
    becomes(big, "integer", NULL, INT_CELL(INT32_MIN), "80000000");
    becomes(big, "integer", NULL, INT_CELL(INT32_MAX), "7fffffff");
    refused(big, "integer", NULL, INT_CELL((int64_t)INT32_MAX + 1), PGC_VALUE_OUT_OF_RANGE, "");
    refused(big, "integer", NULL, INT_CELL((int64_t)INT32_MIN - 1), PGC_VALUE_OUT_OF_RANGE, "");
    becomes(big, "bigint", NULL, INT_CELL(INT64_MIN), "8000000000000000");
    becomes(big, "bigint", NULL, UINT_CELL(INT64_MAX), "7fffffffffffffff");
    refused(big, "bigint", NULL, UINT_CELL((uint64_t)INT64_MAX + 1), PGC_VALUE_OUT_OF_RANGE, "");
    becomes(big, "numeric(20)", NULL, UINT_CELL(0), "0000000000000000");
    becomes(big, "numeric(20)", NULL, UINT_CELL(10000), "00010001000000000001");
    becomes(big, "numeric(20)", NULL, INT_CELL(-1), "00010000400000000001");
    becomes(big, "numeric(20)", NULL, UINT_CELL(UINT64_MAX),
            "000500040000000007341a5802e103bb064f");
    becomes(big, "numeric(20)", NULL, INT_CELL(INT64_MIN), "0005000440000000039a0d2c0170156516b0");
    becomes(big, "numeric(6,2)", NULL, INT_CELL(9999), "0001000000000002270f");
    refused(big, "numeric(6,2)", NULL, INT_CELL(10000), PGC_VALUE_OUT_OF_RANGE, "5 digits");
    becomes(big, "text", NULL, INT_CELL(INT64_MIN), "2d39323233333732303336383534373735383038");
    becomes(big, "text", NULL, UINT_CELL(UINT64_MAX), "3138343436373434303733373039353531363135");
    refused(big, "varchar(3)", NULL, INT_CELL(-100), PGC_VALUE_TOO_LONG, "4 characters");
    becomes(big, "varchar(3)", NULL, INT_CELL(-10), "2d3130");
    becomes(year, "smallint", NULL, INT_CELL(2155), "086b");
    becomes(year, "text", NULL, INT_CELL(0), "30303030");
    becomes(year, "text", NULL, INT_CELL(1901), "31393031");
    becomes(big, "bigint", NULL, (struct cell){.form = CELL_NULL}, "NULL");
    refused(big, "bigint", NULL, BYTES_CELL("1"), PGC_INTERNAL, "form");
    refused(big, "date", NULL, INT_CELL(1), PGC_INTERNAL, "no conversion");
}

static void test_floating(void)
{
    struct source_type real = {.kind = SOURCE_FLOAT}, twice = {.kind = SOURCE_DOUBLE};
#define FLOAT_CELL(v) ((struct cell){.form = CELL_FLOAT, .real = (v)})
#define DOUBLE_CELL(v) ((struct cell){.form = CELL_DOUBLE, .real_double = (v)})

    becomes(real, "real", NULL, FLOAT_CELL(16777217.0f), "4b800000");
    becomes(real, "real", NULL, FLOAT_CELL(-0.0f), "80000000");
    becomes(real, "double precision", NULL, FLOAT_CELL(0.1f), "3fb99999a0000000");
    becomes(twice, "double precision", NULL, DOUBLE_CELL(5e-324), "0000000000000001");
    becomes(twice, "double precision", NULL, DOUBLE_CELL(-DBL_MAX), "ffefffffffffffff");
}

/* Compared as text: what the target's text type receives. */
static void is_printed(struct cell cell, enum source_kind kind, const char *want)
{
    struct source_type source = {.kind = kind, .text = STR("SOURCE")};
    struct target_type target = {.kind = TARGET_TEXT};
    CLEANUP(buf_free) struct buf out = BUF_INIT(4096, "test");
    struct str field = {0};

    ok_call(one_convert(&source, &target, NULL, cell, &out, &field), "%s can be text", want);
    is_str(field, str_of(want), "printed as %s", want);
}

static void test_floating_text(void)
{
    /* As MySQL 9.7 prints these doubles. */
    is_printed(DOUBLE_CELL(0.0), SOURCE_DOUBLE, "0");
    is_printed(DOUBLE_CELL(-0.0), SOURCE_DOUBLE, "-0");
    is_printed(DOUBLE_CELL(1e15), SOURCE_DOUBLE, "1e15");
    is_printed(DOUBLE_CELL(1e14), SOURCE_DOUBLE, "100000000000000");
    is_printed(DOUBLE_CELL(123456789012345.0), SOURCE_DOUBLE, "123456789012345");
    is_printed(DOUBLE_CELL(9007199254740992.0), SOURCE_DOUBLE, "9.007199254740992e15");
    is_printed(DOUBLE_CELL(0.00001), SOURCE_DOUBLE, "0.00001");
    is_printed(DOUBLE_CELL(1e-15), SOURCE_DOUBLE, "0.000000000000001");
    is_printed(DOUBLE_CELL(1e-16), SOURCE_DOUBLE, "1e-16");
    is_printed(DOUBLE_CELL(-1.5e-300), SOURCE_DOUBLE, "-1.5e-300");
    is_printed(DOUBLE_CELL(DBL_MAX), SOURCE_DOUBLE, "1.7976931348623157e308");
    is_printed(DOUBLE_CELL(5e-324), SOURCE_DOUBLE, "5e-324");
    is_printed(DOUBLE_CELL(0.1 + 0.2), SOURCE_DOUBLE, "0.30000000000000004");
    is_printed(DOUBLE_CELL(1234.5), SOURCE_DOUBLE, "1234.5");
    is_printed(FLOAT_CELL(0.1f), SOURCE_FLOAT, "0.1");
    is_printed(FLOAT_CELL(16777216.0f), SOURCE_FLOAT, "16777216");
    is_printed(FLOAT_CELL(FLT_MAX), SOURCE_FLOAT, "3.4028235e38");
    is_printed(FLOAT_CELL(1e-45f), SOURCE_FLOAT, "1e-45");

    /* Whatever is printed reads back as the same bits. */
    uint64_t state = 88172645463325252u;
    size_t wrong = 0;
    for (int i = 0; i < 20000; i++) {
        struct source_type source = {.kind = SOURCE_DOUBLE, .text = STR("double")};
        struct target_type target = {.kind = TARGET_TEXT};
        CLEANUP(buf_free) struct buf out = BUF_INIT(4096, "test");
        struct str field = {0};
        struct cell cell = {.form = CELL_DOUBLE};
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        memcpy(&cell.real_double, &state, sizeof state);
        if (cell.real_double - cell.real_double != 0)
            continue;
        struct error *error = one_convert(&source, &target, NULL, cell, &out, &field);
        buf_add_char(&out, '\0'); /* the field is the last thing there, and did not move */
        double back = error == NULL && field.ptr != NULL ? strtod(field.ptr, NULL) : 0;
        uint64_t back_bits;
        memcpy(&back_bits, &back, sizeof back_bits);
        wrong += error != NULL || back_bits != state;
        error_free(error);
    }
    is_number(wrong, 0, "20000 random doubles read back as they were");
}

static void test_bits(void)
{
    struct source_type bit1 = {.kind = SOURCE_BIT, .length = 1};
    struct source_type bit10 = {.kind = SOURCE_BIT, .length = 10};
    struct source_type bit64 = {.kind = SOURCE_BIT, .length = 64};

    becomes(bit1, "boolean", NULL, BYTES_CELL("\1"), "01");
    becomes(bit1, "bit(1)", NULL, BYTES_CELL("\1"), "0000000180");
    becomes(bit10, "bit(10)", NULL, BYTES_CELL("\2\1"), "0000000a8040");
    becomes(bit10, "bit(10)", NULL, BYTES_CELL("\3\377"), "0000000affc0");
    becomes(bit64, "bit(64)", NULL, BYTES_CELL("\200\0\0\0\0\0\0\1"), "000000408000000000000001");
    refused(bit10, "bit(10)", NULL, BYTES_CELL("\4\0"), PGC_VALUE_TOO_LONG, "10 bits");
    refused(bit10, "bit(10)", NULL, BYTES_CELL("123456789"), PGC_INTERNAL, "9 bytes");
    refused(bit10, "bit(9)", NULL, BYTES_CELL("\1\0"), PGC_INTERNAL, "no conversion");
    becomes(bit10, "smallint", NULL, BYTES_CELL("\2\1"), "0201");
    becomes(bit64, "bigint", NULL, BYTES_CELL("\177\377\377\377\377\377\377\377"),
            "7fffffffffffffff");
    refused(bit64, "bigint", NULL, BYTES_CELL("\200\0\0\0\0\0\0\0"), PGC_VALUE_OUT_OF_RANGE, "");
    refused(bit64, "integer", NULL, BYTES_CELL("\0\0\0\0\200\0\0\0"), PGC_VALUE_OUT_OF_RANGE, "");
    becomes(bit64, "numeric", NULL, BYTES_CELL("\377\377\377\377\377\377\377\377"),
            "000500040000000007341a5802e103bb064f");
    becomes(bit10, "bytea", NULL, BYTES_CELL("\2\1"), "0201");
    becomes(bit10, "text", NULL, BYTES_CELL("\2\1"), "31303030303030303031");
}

static void test_uuids(void)
{
    struct source_type text = {.kind = SOURCE_CHAR, .length = 36};
    struct source_type binary = {.kind = SOURCE_BINARY, .length = 16};
    struct source_type own = {.kind = SOURCE_UUID};
    static const struct charset utf16 = {.form = CHARSET_UTF16};

    becomes(text, "uuid", &one_utf8, BYTES_CELL("00112233-4455-6677-8899-aabbccddeeff"),
            "00112233445566778899aabbccddeeff");
    becomes(text, "uuid", &one_utf8, BYTES_CELL("FFEEDDCC-bbaa-9988-7766-554433221100"),
            "ffeeddccbbaa99887766554433221100");
    becomes(text, "uuid", &one_utf8, BYTES_CELL("00112233445566778899AaBbCcDdEeFf"),
            "00112233445566778899aabbccddeeff");
    becomes(text, "uuid", one_latin1(), BYTES_CELL("00112233445566778899aabbccddeeff"),
            "00112233445566778899aabbccddeeff");
    becomes(text, "uuid", &utf16,
            BYTES_CELL("\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a"
                       "\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a"),
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    becomes(own, "uuid", NULL, BYTES_CELL("00112233-4455-6677-8899-aabbccddeeff"),
            "00112233445566778899aabbccddeeff");
    refused(text, "uuid", &one_utf8, BYTES_CELL(""), PGC_VALUE_BAD_UUID, "0 bytes");
    refused(text, "uuid", &one_utf8, BYTES_CELL("some-name-id"), PGC_VALUE_BAD_UUID, "12 bytes");
    refused(text, "uuid", &one_utf8, BYTES_CELL("0011223-34455-6677-8899-aabbccddeeff"),
            PGC_VALUE_BAD_UUID, "36");
    refused(text, "uuid", &one_utf8, BYTES_CELL("00112233-4455-6677-8899-aabbccddeefg"),
            PGC_VALUE_BAD_UUID, "36");
    refused(text, "uuid", &one_utf8, BYTES_CELL("00112233-4455-6677-8899-aabbccddee:0"),
            PGC_VALUE_BAD_UUID, "36");
    refused(text, "uuid", one_latin1(), BYTES_CELL("0011223344\20166778899aabbccddeeff0"),
            PGC_VALUE_INVALID_TEXT, "byte 11");
    for (size_t i = 0; i < 36; i++) {
        char bytes[] = "00112233-4455-6677-8899-aabbccddeeff", got[1024];
        struct cell cell = {.form = CELL_BYTES, .bytes = {bytes, 36}};
        bytes[i] = bytes[i] == '-' ? '0' : '-';
        is_number(one_value(text, "uuid", &one_utf8, cell, got), (int)PGC_VALUE_BAD_UUID,
                  "a wrong character at %zu", i);
    }
    becomes(binary, "uuid", NULL, BYTES_CELL("0123456789abcdef"),
            "30313233343536373839616263646566");
    refused(binary, "uuid", NULL, BYTES_CELL("0123456789abcde"), PGC_VALUE_BAD_UUID, "15 bytes");
}

static void test_sets(void)
{
    struct source_type set = {.kind = SOURCE_SET};
    static const struct charset utf16 = {.form = CHARSET_UTF16};
    char many[200];

    becomes(set, "text[]", &one_utf8, BYTES_CELL(""), "000000000000000000000019");
    becomes(set, "text[]", &one_utf8, BYTES_CELL("a"),
            "00000001000000000000001900000001000000010000000161");
    becomes(set, "text[]", &one_utf8, BYTES_CELL("a,,b x"),
            "000000010000000000000019000000030000000100000001610000000000000003622078");
    becomes(set, "text[]", one_latin1(), BYTES_CELL("\200,\351"),
            "000000010000000000000019000000020000000100000003e282ac00000002c3a9");
    becomes(set, "text[]", &utf16, BYTES_CELL("\0a\0,\0b"),
            "000000010000000000000019000000020000000100000001610000000162");
    becomes(set, "text", &one_utf8, BYTES_CELL("a,b"), "612c62");
    refused(set, "text[]", &one_utf8, BYTES_CELL("a,\377"), PGC_VALUE_INVALID_TEXT, "byte 3 of 3");

    for (size_t members = 64; members <= 65; members++) {
        struct cell cell = {.form = CELL_BYTES, .bytes = {many, 2 * members - 1}};
        char got[1024];
        for (size_t i = 0; i < members; i++)
            many[2 * i] = 'm', many[2 * i + 1] = ',';
        is_number(one_value(set, "text[]", &one_utf8, cell, got),
                  members == 64 ? 0 : (int)PGC_INTERNAL, "a SET of %zu members", members);
    }
}

static void test_inet(void)
{
    struct source_type four = {.kind = SOURCE_INET4}, six = {.kind = SOURCE_INET6};

    becomes(four, "inet", NULL, BYTES_CELL("1.2.3.255"), "02200004010203ff");
    becomes(four, "inet", NULL, BYTES_CELL("0.0.0.0"), "0220000400000000");
    becomes(six, "inet", NULL, BYTES_CELL("::"), "0380001000000000000000000000000000000000");
    becomes(six, "inet", NULL, BYTES_CELL("fe80::1"), "03800010fe800000000000000000000000000001");
    /* An IPv4 address in an INET6 stays an IPv6 one. */
    becomes(six, "inet", NULL, BYTES_CELL("::ffff:1.2.3.4"),
            "0380001000000000000000000000ffff01020304");
    becomes(six, "inet", NULL, BYTES_CELL("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            "03800010ffffffffffffffffffffffffffffffff");
    becomes(four, "text", NULL, BYTES_CELL("1.2.3.4"), "312e322e332e34");
    refused(four, "inet", NULL, BYTES_CELL(""), PGC_INTERNAL, "none");
    refused(four, "inet", NULL, BYTES_CELL("1.2.3.4\0"), PGC_INTERNAL, "none");
    refused(four, "inet", NULL, BYTES_CELL("1.2.3.256"), PGC_INTERNAL, "none");
    refused(six, "inet", NULL, BYTES_CELL("1.2.3.4"), PGC_INTERNAL, "none");
    refused(six, "inet", NULL, BYTES_CELL("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            PGC_INTERNAL, "characters");
}

static void test_vectors(void)
{
    struct source_type vector = {.kind = SOURCE_VECTOR, .length = 3};

    becomes(vector, "bytea", NULL, BYTES_CELL("\0\0\x80\x3f"), "0000803f");
    becomes(vector, "real[]", NULL, BYTES_CELL("\0\0\x80\x3f\0\0\0\x80"),
            "0000000100000000000002bc0000000200000001000000043f8000000000000480000000");
    becomes(vector, "real[]", NULL, BYTES_CELL(""), "0000000000000000000002bc");
    becomes(vector, "vector", NULL, BYTES_CELL("\0\0\x80\x3f\0\0\0\x80"),
            "000200003f80000080000000");
    becomes(vector, "vector(2)", NULL, BYTES_CELL("\0\0\x80\x3f\0\0\0\x80"),
            "000200003f80000080000000");
    refused(vector, "vector(3)", NULL, BYTES_CELL("\0\0\x80\x3f\0\0\0\x80"), PGC_VALUE_TOO_LONG,
            "2 numbers, the target takes 3");
    refused(vector, "vector", NULL, BYTES_CELL(""), PGC_VALUE_OUT_OF_RANGE, "0 numbers");
    refused(vector, "vector", NULL, BYTES_CELL("\0\0\x80\x7f"), PGC_VALUE_OUT_OF_RANGE,
            "number 1 is not finite");
    refused(vector, "real[]", NULL, BYTES_CELL("\0\0\x80"), PGC_INTERNAL, "3 bytes");
    refused(vector, "vector(4)", NULL, BYTES_CELL("\0\0\x80\x3f"), PGC_INTERNAL, "no conversion");
}

/* As PostGIS' ST_AsEWKB() writes them, little endian. */
static void test_geometry(void)
{
    struct source_type type = {.kind = SOURCE_GEOMETRY};
#define POINT_1_2 "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40"
#define HEX_POINT_1_2 "000000000000f03f0000000000000040"

    becomes(type, "bytea", NULL, BYTES_CELL("\0\0\0\0\1\1\0\0\0" POINT_1_2),
            "0101000000" HEX_POINT_1_2);
    becomes(type, "geometry", NULL, BYTES_CELL("\xe6\x10\0\0\1\1\0\0\0" POINT_1_2),
            "0101000020e6100000" HEX_POINT_1_2);
    becomes(type, "bytea", NULL,
            BYTES_CELL("\xe6\x10\0\0\1\7\0\0\0\2\0\0\0\1\1\0\0\0" POINT_1_2 "\1\7\0\0\0\0\0\0\0"),
            "0107000020e6100000020000000101000000" HEX_POINT_1_2 "010700000000000000");
    becomes(type, "bytea", NULL,
            BYTES_CELL("\0\0\0\0\1\3\0\0\0\1\0\0\0\2\0\0\0" POINT_1_2 POINT_1_2),
            "01030000000100000002000000" HEX_POINT_1_2 HEX_POINT_1_2);
    refused(type, "bytea", NULL, BYTES_CELL(""), PGC_VALUE_BAD_GEOMETRY, "belongs to no geometry");
    refused(type, "bytea", NULL, BYTES_CELL("\0\0\0\0"), PGC_VALUE_BAD_GEOMETRY, "of 4");
    refused(type, "bytea", NULL, BYTES_CELL("\0\0\0\0\0\0\0\0\1" POINT_1_2), PGC_VALUE_BAD_GEOMETRY,
            "of 25");
    refused(type, "bytea", NULL, BYTES_CELL("\0\0\0\0\1\1\0\0\0" POINT_1_2 "x"),
            PGC_VALUE_BAD_GEOMETRY, "byte 26 of 26");
    refused(type, "bytea", NULL, BYTES_CELL("\0\0\0\0\1\4\0\0\0\xff\xff\xff\xff"),
            PGC_VALUE_BAD_GEOMETRY, "of 13");
    refused(type, "bytea", NULL, BYTES_CELL("\0\0\0\0\1\x08\0\0\0" POINT_1_2),
            PGC_VALUE_BAD_GEOMETRY, "");
    /* A line among the points of a multipoint. */
    refused(type, "bytea", NULL, BYTES_CELL("\0\0\0\0\1\4\0\0\0\1\0\0\0\1\2\0\0\0\0\0\0\0"),
            PGC_VALUE_BAD_GEOMETRY, "");
}

/* Collections in collections: as deep as PostGIS reads, and one deeper. */
static void test_deep_geometry(void)
{
    struct source_type type = {.kind = SOURCE_GEOMETRY};
    static char bytes[4 + 9 * 201] = {0};
    static const char head[9] = {1, 7, 0, 0, 0, 1, 0, 0, 0};
    char hex[1024];

    for (size_t i = 0; i < 201; i++)
        memcpy(bytes + 4 + 9 * i, head, sizeof head);
    bytes[4 + 9 * 199 + 5] = 0;
    struct cell cell = {.form = CELL_BYTES, .bytes = {bytes, 4 + 9 * 200}};
    is_number(one_value(type, "bytea", NULL, cell, hex), 0, "200 levels");
    bytes[4 + 9 * 199 + 5] = 1;
    bytes[4 + 9 * 200 + 5] = 0;
    cell.bytes.len += 9;
    is_number(one_value(type, "bytea", NULL, cell, hex), PGC_VALUE_BAD_GEOMETRY, "201 levels");
}

static void test_enum_type(void)
{
    static struct str labels[] = {{"b", 1}, {"", 0}, {"\xe2\x82\xac", 3}};
    struct source_type type = {.kind = SOURCE_ENUM, .labels = labels, .label_count = 3};

    becomes(type, "enum", &one_utf8, BYTES_CELL("b"), "62");
    becomes(type, "enum", one_latin1(), BYTES_CELL("\x80"), "e282ac");
    becomes(type, "enum", &one_utf8, BYTES_CELL(""), "");
    type.label_count = 1;
    refused(type, "enum", &one_utf8, BYTES_CELL(""), PGC_VALUE_NO_LABEL, "index 0");
}

/* What MySQL shows of its trees is refused where jsonb would be another document. */
static void test_json_tree(void)
{
    struct source_type tree = {.kind = SOURCE_JSON, .is_json_tree = true};
    struct source_type text = {.kind = SOURCE_JSON};

    becomes(tree, "jsonb", NULL, BYTES_CELL("[0.0]"), "015b302e305d");
    becomes(tree, "jsonb", NULL, BYTES_CELL("-0.5"), "012d302e35");
    becomes(tree, "json", NULL, BYTES_CELL("-0.0"), "2d302e30");
    becomes(text, "jsonb", NULL, BYTES_CELL("-0.0"), "012d302e30");
    refused(tree, "jsonb", NULL, BYTES_CELL("[1, -0.0]"), PGC_VALUE_BAD_JSON, "sign");
    refused(tree, "jsonb", NULL, BYTES_CELL("-0"), PGC_VALUE_BAD_JSON, "sign");
    refused(tree, "jsonb", NULL, BYTES_CELL("-0e5"), PGC_VALUE_BAD_JSON, "sign");
    refused(tree, "jsonb", NULL, BYTES_CELL("\"\\u0000\""), PGC_VALUE_BAD_JSON, "u0000");
}

int main(void)
{
    test_integers();
    test_floating();
    test_floating_text();
    test_bits();
    test_uuids();
    test_sets();
    test_inet();
    test_vectors();
    test_geometry();
    test_deep_geometry();
    test_enum_type();
    test_json_tree();
    return done_testing();
}
