/* COLUMN_TYPE as both servers write it. */
#include "source/type_text.h"

#include "base/limits.h"
#include "tap.h"

static struct arena arena = ARENA_INIT(64 * MIB, "test");

static struct source_type parse(const char *text)
{
    struct source_type type;

    source_type_parse(str_of(text), &arena, &type);
    return type;
}

static void check_kind(const char *text, enum source_kind kind, bool is_unsigned)
{
    struct source_type type = parse(text);

    is_number(type.kind, kind, "kind of %s", text);
    ok(type.is_unsigned == is_unsigned, "… %s", is_unsigned ? "unsigned" : "signed");
    is_str(type.text, str_of(text), "… keeps its words");
}

static void test_kinds(void)
{
    check_kind("tinyint", SOURCE_TINYINT, false);
    check_kind("smallint(5) unsigned", SOURCE_SMALLINT, true);
    check_kind("mediumint(8) unsigned zerofill", SOURCE_MEDIUMINT, true);
    check_kind("int", SOURCE_INT, false);
    check_kind("bigint(20) unsigned", SOURCE_BIGINT, true);
    check_kind("float(7,3)", SOURCE_FLOAT, false);
    check_kind("double unsigned", SOURCE_DOUBLE, true);
    check_kind("date", SOURCE_DATE, false);
    check_kind("year(4)", SOURCE_YEAR, false);
    check_kind("longtext", SOURCE_TEXT, false);
    check_kind("tinyblob", SOURCE_BLOB, false);
    check_kind("json", SOURCE_JSON, false);
    check_kind("geomcollection", SOURCE_GEOMETRY, false);
    check_kind("uuid", SOURCE_UUID, false);
    check_kind("inet6", SOURCE_INET6, false);
    check_kind("timestamp /* mariadb-5.3 */", SOURCE_TIMESTAMP, false);
    check_kind("text /*M!100301 COMPRESSED*/", SOURCE_TEXT, false);
}

static void test_sizes(void)
{
    struct source_type type = parse("decimal(65,30)");

    is_number(type.precision, 65, "precision");
    is_number(type.scale, 30, "scale");
    is_number(parse("varchar(16383)").length, 16383, "varchar");
    is_number(parse("char(36)").length, 36, "char");
    is_number(parse("binary(16)").length, 16, "binary");
    is_number(parse("bit(10)").length, 10, "bit");
    is_number(parse("vector(3)").length, 3, "vector");
    is_number(parse("datetime(6)").fraction, 6, "datetime");
    is_number(parse("time").fraction, 0, "time");
    ok(parse("tinyint(1)").is_tinyint_1, "tinyint(1)");
    ok(parse("tinyint(1) unsigned").is_tinyint_1, "… unsigned too");
    ok(!parse("tinyint(1) unsigned zerofill").is_tinyint_1, "… with zeros it is a number");
    ok(!parse("tinyint(4)").is_tinyint_1 && !parse("tinyint").is_tinyint_1, "no other");
}

static void test_labels(void)
{
    struct source_type type =
        parse("enum('a','it''s','back\\\\slash','new\\nline','','comma,label','(paren','😀')");

    is_number(type.kind, SOURCE_ENUM, "enum");
    is_number(type.label_count, 8, "eight labels");
    if (type.label_count == 8) {
        is_str(type.labels[1], STR("it's"), "a quote");
        is_str(type.labels[2], STR("back\\slash"), "a backslash");
        is_str(type.labels[3], STR("new\nline"), "a line end");
        is_str(type.labels[4], STR(""), "an empty label");
        is_str(type.labels[5], STR("comma,label"), "a comma");
        is_str(type.labels[6], STR("(paren"), "a bracket");
        is_str(type.labels[7], STR("😀"), "beyond three bytes");
    }
    type = parse("set('x','y z')");
    is_number(type.kind, SOURCE_SET, "set");
    is_number(type.label_count, 2, "two labels");
}

/* What is not understood whole must not be taken for something near it. */
static void test_others(void)
{
    static const char *const texts[] = {
        "",
        "xmltype",
        "int(",
        "int(x)",
        "int(1,2,3)",
        "int signed",
        "INT",
        "int(10)unsignedx",
        "varchar",
        "varchar()",
        "bit(0)",
        "bit(65)",
        "decimal(66,0)",
        "decimal(5,6)",
        "datetime(7)",
        "enum()",
        "enum('a'",
        "enum('a','b)",
        "enum('a')x",
        "enum('a' 'b')",
        "enum",
        "set('a\\",
        "json(3)",
        "text /* open",
        "decimal(99999999999)",
        "date(3)",
        "geometry(1)",
        "integer",
        "point srid 4326",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct source_type type = parse(texts[i]);

        is_number(type.kind, SOURCE_OTHER, "other: '%s'", texts[i]);
        is_number(type.label_count, 0, "… without labels");
    }
}

static void test_many_labels(void)
{
    struct buf text = BUF_INIT(16 * MIB, "test");
    struct source_type type;

    buf_add_c(&text, "enum(");
    for (int i = 0; i < 65535; i++)
        buf_add_format(&text, "%s'label %d'", i > 0 ? "," : "", i);
    buf_add_c(&text, ")");
    source_type_parse(buf_str(&text), &arena, &type);
    is_number(type.label_count, 65535, "as many labels as there can be");
    buf_free(&text);
}

int main(void)
{
    test_kinds();
    test_sizes();
    test_labels();
    test_others();
    test_many_labels();
    ok(source_text_is_lossy(STR("a?"), STR("utf8mb4")), "a ? may stand for a wide character");
    ok(!source_text_is_lossy(STR("a?"), STR("latin1")), "… not in latin1");
    ok(!source_text_is_lossy(STR("a"), STR("utf8mb4")), "… and not without one");
    arena_free(&arena);
    return done_testing();
}
