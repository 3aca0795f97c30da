/* Defaults, generated columns, CHECKs of types, ON UPDATE. */
#include "build.h"

struct default_case {
    const char *type;
    bool is_expression;
    const char *text;
    const char *sql; /* NULL: left out, with a finding */
};

#define NOW "date_trunc('second', CURRENT_TIMESTAMP)"
#define UTC_NOW "(" NOW " AT TIME ZONE 'UTC')"

static const struct default_case cases[] = {
    {"int", false, "5", "5"},
    {"int", false, "-5", "-5"},
    {"int(5) zerofill unsigned", false, "00042", "42"},
    {"int", false, "99999999999", NULL},
    {"int", false, "5.5", NULL},
    {"int", false, "", NULL},
    {"bigint unsigned", false, "18446744073709551615", "18446744073709551615"},
    {"decimal(5,2)", false, "003.00", "3.00"},
    {"decimal(5,2)", false, "-0.50", "-0.50"},
    {"double", false, "1e-300", "'1e-300'::double precision"},
    {"float", false, "1.1", "'1.1'::real"},
    {"double", false, "1e", NULL},
    {"double", false, "nan", NULL},
    {"bit(3)", false, "b'101'", "'101'::bit(3)"},
    {"bit(8)", false, "101", "'00000101'::bit(8)"},
    {"bit(2)", false, "101", NULL},
    {"date", false, "2020-02-29", "'2020-02-29'::date"},
    {"date", false, "2021-02-29", NULL},
    {"date", false, "0000-00-00", NULL},
    {"date", false, "2020-01-00", NULL},
    {"datetime(3)", false, "2020-01-01 10:00:00.123",
     "'2020-01-01 10:00:00.123'::timestamp(3) without time zone"},
    {"datetime", false, "0000-00-00 00:00:00", NULL},
    {"datetime", false, "2020-01-01 24:00:00", NULL},
    {"timestamp", false, "2020-01-01 10:00:00",
     "'2020-01-01 10:00:00+00'::timestamp(0) with time zone"},
    {"time(3)", false, "-800:10:20.500", "'-800:10:20.500'::interval(3)"},
    {"time", false, "839:00:00", NULL},
    {"year", false, "2020", "2020"},
    {"varchar(20)", false, "it's", "'it''s'"},
    {"varchar(20)", false, "", "''"},
    {"varchar(20)", false, "b\\s", " E'b\\\\s'"},
    {"varchar(20)", false, "\xff", NULL},
    {"enum('a','b')", false, "b", "'b'"},
    {"set('a','b')", false, "a,b", "ARRAY['a', 'b']::text[]"},
    {"set('a','b')", false, "", "ARRAY[]::text[]"},
    {"binary(4)", false, "0x61000000", "'\\x61000000'::bytea"},
    {"binary(4)", false, "0x61", NULL},
    {"varbinary(4)", false, "0x", "'\\x'::bytea"},
    {"varbinary(4)", false, "0x6g", NULL},
    {"json", false, "{\"a\": 1}", "'{\"a\": 1}'::jsonb"},
    {"json", false, "{", NULL},
    {"uuid", false, "123e4567-e89b-12d3-a456-426614174000",
     "'123e4567-e89b-12d3-a456-426614174000'::uuid"},
    {"uuid", false, "123e4567", NULL},
    {"timestamp", true, "CURRENT_TIMESTAMP", NOW},
    {"timestamp", true, "current_timestamp()", NOW},
    {"timestamp(6)", true, "CURRENT_TIMESTAMP(6)", "CURRENT_TIMESTAMP"},
    {"timestamp(3)", true, "now(3)", "date_trunc('milliseconds', CURRENT_TIMESTAMP)"},
    {"timestamp(1)", true, "now(1)",
     "date_bin('100 milliseconds', CURRENT_TIMESTAMP, '2000-01-01 00:00:00+00')"},
    {"datetime", true, "CURRENT_TIMESTAMP", UTC_NOW},
    {"date", true, "curdate()", UTC_NOW "::date"},
    {"time", true, "curtime()", UTC_NOW "::time::interval"},
    {"datetime", true, "utc_timestamp()", UTC_NOW},
    {"timestamp", true, "now(7)", NULL},
    {"timestamp", true, "now(", NULL},
    {"timestamp", true, "now() + 1", NULL},
    {"int", true, "now()", NULL},
    {"varchar(20)", true, "now()", NULL},
    {"varchar(36)", true, "uuid()", "gen_random_uuid()::text"},
    {"uuid", true, "uuid()", "gen_random_uuid()"},
    {"binary(16)", true, "uuid_to_bin(uuid())", "uuid_send(gen_random_uuid())"},
    {"char(32)", true, "replace(uuid(),'-','')", "replace(gen_random_uuid()::text, '-', '')"},
    {"char(32)", true, "replace(uuid(),'-','+')", NULL},
    {"bigint", true, "unix_timestamp()", "floor(extract(epoch from CURRENT_TIMESTAMP))::bigint"},
    {"int", true, "unix_timestamp()", NULL},
    {"binary(16)", true, "uuid_to_bin(uuid(),1)", NULL},
    {"int", true, "uuid()", NULL},
    {"json", true, "json_array()", "'[]'::jsonb"},
    {"json", true, "json_object()", "'{}'::jsonb"},
    {"json", true, "json_object('a',1)", NULL},
    {"json", true, "_utf8mb4'{\"a\": 1}'", "'{\"a\": 1}'::jsonb"},
    {"text", true, "_utf8mb4\\'x\\'", "'x'"},
    {"int", true, "(1 + 2)", "(1::bigint + 2::bigint)"},
    {"varchar(20)", true, "concat('a','b')", "('a'::text || 'b'::text)"},
    {"int", true, "concat('a','b')", NULL},
    {"int", true, "`other`", NULL},
    {"int", true, "nextval(`app`.`s`)", NULL},
    {"int", true, "floor((rand() * 3))", NULL},
    {"int", true, "", NULL},
};

static void test_defaults(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        forget_tables();
        add_default(add_table("t"), "c", cases[i].type, cases[i].is_expression, cases[i].text);
        build_plan();
        const char *sql = cases[i].sql == NULL ? "" : cases[i].sql;
        is_str(planned_column_of("t", "c")->default_sql, str_of(sql), "%s default %s",
               cases[i].type, cases[i].text);
        const struct finding *finding = find_finding("app.t.c", "its default is left out");
        ok((finding != NULL) == (cases[i].sql == NULL), "%s",
           cases[i].sql == NULL ? "with a finding" : "without a finding");
        if (finding != NULL)
            is_str(finding->detail, str_of(cases[i].text), "and the source text");
    }
}

static void test_maria_binary(void)
{
    forget_tables();
    catalog.flavor = FLAVOR_MARIADB;
    struct source_table *table = add_table("t");
    add_default(table, "a!", "varbinary(9)", false, "0x3f61");
    add_default(table, "b", "varbinary(9)", false, "0x3f61");
    build_plan();
    is_str(planned_column_of("t", "a")->default_sql, STR(""), "? may stand for anything");
    is_str(planned_column_of("t", "b")->default_sql, STR("'\\x3f61'::bytea"), "or is itself");
}

static void test_boolean(void)
{
    struct column_rule rule = {
        .pattern = STR("*"), .has_type = true, .type = {.kind = TARGET_BOOLEAN}};

    forget_tables();
    struct source_table *table = add_table("t");
    add_default(table, "yes", "tinyint(1)", false, "1");
    add_default(table, "no", "tinyint(1)", false, "0");
    add_default(table, "two", "tinyint(1)", false, "2");
    add_check(table, "c", "(`yes` = 1)");
    add_check(table, "d", "(`no` in (0,1))");
    options.rules = &rule;
    options.rule_count = 1;
    build_plan();
    is_str(planned_column_of("t", "yes")->default_sql, STR("true"), "true");
    is_str(planned_column_of("t", "no")->default_sql, STR("false"), "false");
    ok_finding(SEVERITY_CHANGES, "app.t.two", "'2' is no value of boolean");
    is_str(planned("t")->target.checks[0].expression_sql, STR("(\"yes\"::integer = 1)"), "CHECK");
    is_str(planned("t")->target.checks[1].expression_sql, STR("(\"no\"::integer IN (0, 1))"),
           "CHECK IN");
}

static void test_generated(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "i", "int");
    add_column(table, "d", "decimal(10,2)");
    add_column(table, "f", "double");
    add_column(table, "s", "varchar(20)");
    add_generated(table, "sum", "int", "(`i` + 1)")->generated_stored = false;
    add_generated(table, "flag", "tinyint(1)", "(`i` > 1)");
    add_generated(table, "name", "varchar(40)", "concat(`s`,_utf8mb4'x')");
    add_generated(table, "fixed", "char(40)", "concat(`s`,_utf8mb4'x')");
    add_generated(table, "real", "double", "(`f` + 1)");
    add_generated(table, "twice", "decimal(12,2)", "(`d` * 2)");
    add_generated(table, "coarse", "decimal(12,1)", "(`d` * 2)");
    add_generated(table, "chain", "int", "(`sum` + 1)");
    add_generated(table, "key", "int", "(`i` + 1)");
    add_index(table, INDEX_UNIQUE, "u", "i");
    add_foreign_key(table, "fk", "key", "t", "i");
    build_plan();
    is_str(planned_column_of("t", "sum")->generated_sql, STR("(\"i\"::bigint + 1::bigint)"),
           "computed");
    ok(!planned("t")->columns[4].copied, "and not copied");
    ok_finding(SEVERITY_NOTE, "app.t.sum", "is VIRTUAL");
    is_str(planned_column_of("t", "flag")->generated_sql, STR("(\"i\" > 1)::integer"), "a flag");
    is_str(planned_column_of("t", "name")->generated_sql, STR("(\"s\" || 'x'::text)"), "text");
    is_str(planned_column_of("t", "twice")->generated_sql, STR("(\"d\" * 2::bigint)"), "decimal");
    static const char *const plain[] = {"fixed", "real", "coarse", "chain", "key"};
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        is_str(planned_column_of("t", plain[i])->generated_sql, STR(""), "%s is plain", plain[i]);
        ok(planned("t")
               ->columns[catalog_find_column(planned("t")->source, str_of(plain[i]))]
               .copied,
           "and copied");
        ok_finding(SEVERITY_CHANGES, arena_format(&arena, "app.t.%s", plain[i]).ptr,
                   "becomes an ordinary column");
    }
}

static void test_type_checks(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "n", "int unsigned");
    add_column(table, "e", "enum('a','it''s')");
    add_column(table, "s", "set('x','y')");
    table->columns[1].type.labels[1] = STR("it's");
    add_check(table, "open", "(`n` > 1)");
    add_check(table, "shut", "rand()");
    add_check(table, "off", "(`n` > 1)")->enforced = false;
    build_plan();
    const struct target_check *checks = planned("t")->target.checks;
    is_number(planned("t")->target.check_count, 4, "four checks");
    is_str(checks[0].name, STR("n_unsigned"), "name");
    is_str(checks[0].expression_sql, STR("\"n\" >= 0"), "unsigned");
    ok(str_starts_with(checks[1].expression_sql, STR("\"e\" IN ('a', ")), "labels");
    is_str(checks[2].expression_sql, STR("\"s\" <@ ARRAY['x', 'y']::text[]"), "set");
    is_str(checks[3].name, STR("open"), "the source's own");
    ok_finding(SEVERITY_CHANGES, "app.t.shut", "this CHECK is left out");
    ok_finding(SEVERITY_NOTE, "app.t.off", "NOT ENFORCED");
}

static void test_clock(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_default(table, "at", "datetime", true, "CURRENT_TIMESTAMP")->on_update_now = true;
    add_column(table, "ts", "timestamp")->on_update_now = true;
    build_plan();
    is_number(planned("t")->on_update_count, 2, "both columns");
    is_str(planned("t")->on_update_trigger, STR("t_on_update"), "its trigger");
    ok(find_finding("app", "wall clock") == NULL, "UTC is UTC");
    facts.time_zone = STR("CET");
    build_plan();
    ok_finding(SEVERITY_CHANGES, "app", "wall clock of CET");
    const struct finding *finding = find_finding("app", "wall clock");
    is_str(finding != NULL ? finding->detail : STR(""), STR("t.at"), "the column without a zone");
    facts.time_zone = STR("UTC");
}

int main(void)
{
    test_defaults();
    test_maria_binary();
    test_boolean();
    test_generated();
    test_type_checks();
    test_clock();
    return done_testing();
}
