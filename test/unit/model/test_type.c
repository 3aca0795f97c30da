#include "base/limits.h"
#include "model/type.h"
#include "tap.h"

static void reads(const char *text, const char *want)
{
    struct target_type type, again;
    struct buf printed = BUF_INIT(KIB, "test");
    bool parsed = target_type_parse(str_of(text), &type);

    if (parsed)
        target_type_print(&type, &printed);
    is_text(parsed ? buf_c_str(&printed) : NULL, want, "'%s' is %s", text, want);
    if (parsed)
        ok(target_type_parse(buf_str(&printed), &again) && target_type_equal(&type, &again),
           "and reads back as the same");
    buf_free(&printed);
}

static void test_good(void)
{
    reads("boolean", "boolean");
    reads(" BOOL ", "boolean");
    reads("int2", "smallint");
    reads("Int", "integer");
    reads("int8", "bigint");
    reads("numeric", "numeric");
    reads("numeric(20)", "numeric(20,0)");
    reads("decimal ( 65 , 30 )", "numeric(65,30)");
    reads("real", "real");
    reads("double", "double precision");
    reads("double \t precision", "double precision");
    reads("bit", "bit(1)");
    reads("bit(64)", "bit(64)");
    reads("varchar", "character varying");
    reads("varchar(40)", "character varying(40)");
    reads("CHARACTER VARYING (10485760)", "character varying(10485760)");
    reads("text", "text");
    reads("bytea", "bytea");
    reads("date", "date");
    reads("time", "time(6) without time zone");
    reads("time(0) without time zone", "time(0) without time zone");
    reads("timestamp", "timestamp(6) without time zone");
    reads("timestamp(3)", "timestamp(3) without time zone");
    reads("timestamp with time zone", "timestamp(6) with time zone");
    reads("timestamp(2) with time zone", "timestamp(2) with time zone");
    reads("timestamptz(3)", "timestamp(3) with time zone");
    reads("interval(6)", "interval(6)");
    reads("uuid", "uuid");
    reads("json", "json");
    reads("jsonb", "jsonb");
    reads("text[]", "text[]");
    reads("real[]", "real[]");
    reads("FLOAT4[]", "real[]");
    reads("inet", "inet");
    reads("enum", "enum");
    reads("geometry", "geometry");
    reads("vector", "vector");
    reads("vector(16000)", "vector(16000)");
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "int3",
        "boolean(1)",
        "text(40)",
        "varchar(0)",
        "varchar()",
        "varchar(-1)",
        "varchar(10485761)",
        "varchar(40",
        "varchar 40)",
        "varchar(40) x",
        "varchar(40))",
        "numeric(0)",
        "numeric(1001)",
        "numeric(5,6)",
        "numeric(5,)",
        "numeric(,5)",
        "numeric(5,2,1)",
        "timestamp(7)",
        "timestamp with time",
        "timestamp withtime zone",
        "timestampwith time zone",
        "timestamp with time zone(3)",
        "timestamptz with time zone",
        "doubleprecision",
        "double(3) precision",
        "character(4) varying",
        "char(4)",
        "int[]",
        "text []",
        "json; drop table x",
    };
    struct target_type type;

    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ok(!target_type_parse(str_of(bad[i]), &type), "'%s' is no type", bad[i]);
    ok(!target_type_parse((struct str){"text\0", 5}, &type), "nor is one with a NUL");
}

static void test_equal(void)
{
    struct target_type a = {.kind = TARGET_VARCHAR, .length = 40, .fraction = 3};
    struct target_type b = {.kind = TARGET_VARCHAR, .length = 40, .fraction = 6};

    ok(target_type_equal(&a, &b), "numbers that the type does not have do not count");
    b.length = 41;
    ok(!target_type_equal(&a, &b), "those that it has do");
    b = a;
    b.kind = TARGET_TEXT;
    ok(!target_type_equal(&a, &b), "so does the kind");
    a = (struct target_type){.kind = TARGET_NUMERIC, .precision = 10, .scale = 2};
    b = (struct target_type){.kind = TARGET_NUMERIC, .precision = 10, .scale = 3};
    ok(!target_type_equal(&a, &b), "and the scale");
    a = (struct target_type){.kind = TARGET_TIME, .fraction = 0};
    b = (struct target_type){.kind = TARGET_TIME, .fraction = 6};
    ok(!target_type_equal(&a, &b), "and the fraction");
}

static void test_width(void)
{
    is_number((int)target_type_width(TARGET_SMALLINT), 2, "smallint");
    is_number((int)target_type_width(TARGET_INTERVAL), 16, "interval");
    is_number((int)target_type_alignment(TARGET_INTERVAL), 8, "… which holds a number of 8 bytes");
    is_number((int)target_type_alignment(TARGET_UUID), 1, "uuid stands anywhere");
    is_number((int)target_type_width(TARGET_JSONB), 0, "jsonb has no bound");
    is_number((int)target_type_alignment(TARGET_JSONB), 4, "… and a length before it");
    is_number((int)target_type_width(TARGET_VECTOR), 0, "vector, the last, neither");
}

int main(void)
{
    test_good();
    test_bad();
    test_equal();
    test_width();
    return done_testing();
}
