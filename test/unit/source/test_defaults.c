/* COLUMN_DEFAULT, EXTRA and expressions, as MySQL 9.7 and MariaDB 10.11 write them. */
#include "source/type_text.h"

#include "base/limits.h"
#include "tap.h"

static struct arena arena = ARENA_INIT(8 * MIB, "test");

static struct source_column parse(enum source_flavor flavor, const char *type, const char *text,
                                  const char *extra)
{
    struct source_column column = {0};
    struct str value = text != NULL ? str_of(text) : STR_NULL;

    source_type_parse(str_of(type), &arena, &column.type);
    source_extra_parse(str_of(extra), &column);
    source_default_parse(flavor, value, str_of(extra), &arena, &column);
    return column;
}

static void check(enum source_flavor flavor, const char *type, const char *text, const char *extra,
                  bool is_expression, const char *want)
{
    struct source_column column = parse(flavor, type, text, extra);
    const char *server = flavor == FLAVOR_MYSQL ? "MySQL" : "MariaDB";

    ok(column.has_default, "%s: %s default %s", server, type, text);
    ok(column.default_is_expression == is_expression, "… %s",
       is_expression ? "an expression" : "a value");
    is_str(column.default_text, str_of(want), "… its text");
}

static void test_mysql(void)
{
    check(FLAVOR_MYSQL, "int", "5", "", false, "5");
    check(FLAVOR_MYSQL, "int(7) unsigned zerofill", "0000042", "", false, "42");
    check(FLAVOR_MYSQL, "int(7) unsigned zerofill", "0000000", "", false, "0");
    check(FLAVOR_MYSQL, "varchar(9)", "NULL", "", false, "NULL");
    check(FLAVOR_MYSQL, "varchar(9)", "", "", false, "");
    check(FLAVOR_MYSQL, "varchar(9)", "'q'", "", false, "'q'");
    check(FLAVOR_MYSQL, "varchar(9)", "it's \\ x", "", false, "it's \\ x");
    check(FLAVOR_MYSQL, "varchar(30)", "CURRENT_TIMESTAMP", "", false, "CURRENT_TIMESTAMP");
    check(FLAVOR_MYSQL, "bit(10)", "b'1000000001'", "", false, "1000000001");
    check(FLAVOR_MYSQL, "date", "0000-00-00", "", false, "0000-00-00");
    check(FLAVOR_MYSQL, "datetime(6)", "CURRENT_TIMESTAMP(6)", "DEFAULT_GENERATED", true,
          "CURRENT_TIMESTAMP(6)");
    check(FLAVOR_MYSQL, "timestamp", "CURRENT_TIMESTAMP", "", true, "CURRENT_TIMESTAMP");
    check(FLAVOR_MYSQL, "varchar(9)", "concat(_utf8mb4\\'a\\',_utf8mb4\\'it\\\\\\'s\\')",
          "DEFAULT_GENERATED", true, "concat(_utf8mb4'a',_utf8mb4'it\\'s')");
    ok(!parse(FLAVOR_MYSQL, "int", NULL, "").has_default, "MySQL: NULL is no default");
}

static void test_mariadb(void)
{
    check(FLAVOR_MARIADB, "int(11)", "5", "", false, "5");
    check(FLAVOR_MARIADB, "int(11)", "-5", "", false, "-5");
    check(FLAVOR_MARIADB, "double", "1e100", "", false, "1e100");
    check(FLAVOR_MARIADB, "varchar(9)", "'NULL'", "", false, "NULL");
    check(FLAVOR_MARIADB, "varchar(9)", "''", "", false, "");
    check(FLAVOR_MARIADB, "varchar(9)", "'''q'''", "", false, "'q'");
    check(FLAVOR_MARIADB, "varchar(99)", "'it''s \\\\ \"q\"\\n nl'", "", false,
          "it's \\ \"q\"\n nl");
    check(FLAVOR_MARIADB, "varchar(30)", "'current_timestamp()'", "", false, "current_timestamp()");
    check(FLAVOR_MARIADB, "bit(8)", "b'101'", "", false, "101");
    check(FLAVOR_MARIADB, "datetime", "current_timestamp()", "", true, "current_timestamp()");
    check(FLAVOR_MARIADB, "int(11)", "(1 + 1)", "", true, "(1 + 1)");
    check(FLAVOR_MARIADB, "uuid", "uuid()", "", true, "uuid()");
    check(FLAVOR_MARIADB, "varchar(9)", "'a' || 'b'", "", true, "'a' || 'b'");
    check(FLAVOR_MARIADB, "int(11)", "1e", "", true, "1e");
    ok(!parse(FLAVOR_MARIADB, "int(11)", "NULL", "").has_default, "MariaDB: NULL is no default");
    ok(!parse(FLAVOR_MARIADB, "int(11)", NULL, "").has_default, "… in both forms");
}

static void test_extra(void)
{
    struct source_column column = parse(FLAVOR_MYSQL, "datetime(6)", "CURRENT_TIMESTAMP(6)",
                                        "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)");

    ok(column.on_update_now, "on update");
    is_number(column.on_update_fraction, 6, "… with its fraction");
    column = parse(FLAVOR_MARIADB, "datetime", NULL, "on update current_timestamp()");
    ok(column.on_update_now && column.on_update_fraction == 0, "MariaDB's");
    column = parse(FLAVOR_MYSQL, "bigint unsigned", NULL, "auto_increment INVISIBLE");
    ok(column.auto_increment && column.invisible && !column.is_generated, "an invisible key");
    column = parse(FLAVOR_MYSQL, "int", NULL, "VIRTUAL GENERATED");
    ok(column.is_generated && !column.generated_stored, "virtual");
    column = parse(FLAVOR_MARIADB, "int", NULL, "STORED GENERATED");
    ok(column.is_generated && column.generated_stored, "stored");
    column = parse(FLAVOR_MARIADB, "int", NULL, "PERSISTENT");
    ok(column.is_generated && column.generated_stored, "… as older MariaDB says it");
    column = parse(FLAVOR_MYSQL, "datetime", "x", "DEFAULT_GENERATED");
    ok(!column.is_generated && !column.on_update_now, "a generated default is no generated column");
}

static void test_expressions(void)
{
    is_str(source_expression_text(FLAVOR_MYSQL, STR("concat(`v`,_utf8mb4\\'x\\\\\\'y\\\\\\\\\\')"),
                                  &arena),
           STR("concat(`v`,_utf8mb4'x\\'y\\\\')"), "MySQL escapes once more");
    is_str(source_expression_text(FLAVOR_MARIADB, STR("concat(`v`,'x\\'y')"), &arena),
           STR("concat(`v`,'x\\'y')"), "MariaDB does not");
    is_str(source_expression_text(FLAVOR_MYSQL, STR("a\\"), &arena), STR("a\\"),
           "a backslash at the end");
    is_str(source_expression_text(FLAVOR_MYSQL, STR(""), &arena), STR(""), "nothing");
    is_str(source_expression_text(FLAVOR_MYSQL, STR("(`Ã¼` <> 'Ã©ð\xc2\x9f\xc2\x98\xc2\x80')"),
                                  &arena),
           STR("(`ü` <> 'é😀')"), "MySQL encodes once more");
    is_str(source_expression_text(FLAVOR_MYSQL, STR("'é'"), &arena), STR("'é'"),
           "what was encoded once stays");
    is_str(source_expression_text(FLAVOR_MYSQL, STR("'Ã©中'"), &arena), STR("'Ã©中'"),
           "and what cannot have been encoded twice");
    is_str(source_expression_text(FLAVOR_MYSQL, STR("'Ã\x83Â©'"), &arena), STR("'Ã\x83Â©'"),
           "and what is no UTF-8 at all");
    is_str(source_expression_text(FLAVOR_MARIADB, STR("'Ã©'"), &arena), STR("'Ã©'"),
           "MariaDB encodes once");
}

/* What MariaDB shows for a character of four bytes; a word, since ??' is a trigraph. */
#define LOST "????"

static void test_restore(void)
{
    struct str create = STR("CREATE TABLE `t` (\n  `a` int CHECK (`a` <> '😀'),\n"
                            "  `b` int CHECK (`a` <> '🦆'),\n"
                            "  CONSTRAINT `c` CHECK (`a` <> '" LOST "' or `a` = '😀!')\n)");

    is_str(source_expression_restore(STR("`a` <> '" LOST "'"), create, STR("\n  `a` ")),
           STR("`a` <> '😀'"), "the check of the first column");
    is_str(source_expression_restore(STR("`a` <> '" LOST "'"), create, STR("\n  `b` ")),
           STR("`a` <> '🦆'"), "of the second");
    is_str(source_expression_restore(STR("`a` <> '" LOST "' or `a` = '" LOST "!'"), create,
                                     STR("\n  CONSTRAINT `c` ")),
           STR("`a` <> '" LOST "' or `a` = '😀!'"), "question marks that were written");
    ok(source_expression_restore(STR("`x` <> '" LOST "'"), create, STR("\n  `b` ")).ptr == NULL,
       "an expression that is not there");
    ok(source_expression_restore(STR("`a` <> '" LOST "'"), create, STR("\n  `x` ")).ptr == NULL,
       "a column that is not there");
    ok(source_expression_restore(STR("'" LOST "'"), STR("x'\xf0\x9f"), STR("x")).ptr == NULL,
       "a text that ends early");
}

int main(void)
{
    test_mysql();
    test_mariadb();
    test_extra();
    test_expressions();
    test_restore();
    arena_free(&arena);
    return done_testing();
}
