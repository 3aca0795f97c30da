/* Expressions: what is translated, in which words, and above all what is not. */
#include "build.h"
#include "plan/expression.h"

static struct planner planner;
static struct planned_table *table;

static void make_table(void)
{
    struct source_table *t;

    forget_tables();
    t = add_table("t");
    add_column(t, "i", "int");
    add_column(t, "j", "bigint");
    add_column(t, "u", "int unsigned");
    add_column(t, "w", "bigint unsigned");
    add_column(t, "d", "decimal(10,2)");
    add_column(t, "big", "decimal(60,20)");
    add_column(t, "f", "double");
    add_column(t, "ci", "varchar(20)");
    add_column(t, "bin", "varchar(20) utf8mb4_bin");
    add_column(t, "exact", "varchar(20) utf8mb4_0900_bin");
    add_column(t, "l1", "varchar(20) latin1_bin");
    add_column(t, "e", "enum('a','b')");
    add_column(t, "day", "date");
    add_column(t, "at", "datetime(3)");
    add_column(t, "ts", "timestamp");
    add_column(t, "tm", "time");
    add_column(t, "by", "varbinary(9)");
    add_column(t, "js", "json");
    add_column(t, "y", "year");
    add_column(t, "z", "int(5) zerofill unsigned");
    add_column(t, "quo\"te", "int");
    add_generated(t, "g", "int", "(`i` + 1)");
    if (!build_plan())
        abort();
    planner = (struct planner){
        .arena = &arena, .catalog = &catalog, .facts = &facts, .options = &options, .plan = &plan};
    table = &plan.tables[0];
}

static const char *translate(enum expression_use use, const char *text)
{
    struct value value;
    struct str why;

    if (translate_expression(&planner, table, str_of(text), use, &value, &why))
        return value.sql.ptr;
    return arena_format(&arena, "NOT: " STR_FMT, STR_ARG(why)).ptr;
}

#define is_sql(text, wanted) is_text(translate(EXPRESSION_CHECK, text), wanted, "%s", text)

static void test_translated(void)
{
    is_sql("(`i` > 0)", "(\"i\" > 0)");
    is_sql("`i` > 0", "(\"i\" > 0)");
    is_sql("`quo\"te` > 0", "(\"quo\"\"te\" > 0)");
    is_sql("((`i` > 0) and (`j` <= 9) or (`i` is null))",
           "(((\"i\" > 0) AND (\"j\" <= 9)) OR (\"i\" IS NULL))");
    is_sql("`i` = 1 or `i` = 2 and `j` = 3 xor `f` = 0.5",
           "((\"i\" = 1) OR (((\"i\" = 2) AND (\"j\" = 3)) <> (\"f\" = 0.5)))");
    is_sql("(not((`i` = 1)))", "(NOT (\"i\" = 1))");
    is_sql("not `i` = 1 and `j` = 2", "((NOT (\"i\" = 1)) AND (\"j\" = 2))");
    is_sql("`i`", "\"i\"");
    is_sql("(`i` <=> `j`)", "(\"i\" IS NOT DISTINCT FROM \"j\")");
    is_sql("(`i` != 2)", "(\"i\" != 2)");
    is_sql("(`i` between 1 and 5)", "(\"i\" BETWEEN 1 AND 5)");
    is_sql("(`i` not between -(3) and 5)", "(\"i\" NOT BETWEEN (- 3::bigint) AND 5)");
    is_sql("(`i` in (1,2,`j`))", "(\"i\" IN (1, 2, \"j\"))");
    is_sql("((`i` + `j`) * 2 > 10)", "(((\"i\"::bigint + \"j\") * 2::bigint) > 10)");
    is_sql("(`i` - 1 > 0)", "((\"i\"::bigint - 1::bigint) > 0)");
    is_sql("(`u` + 1 > 10)", "((\"u\" + 1::bigint) > 10)");
    is_sql("(`i` DIV `j` = 3)", "((\"i\"::bigint / NULLIF(\"j\", 0)) = 3)");
    is_sql("((`i` % 2) = 0)", "((\"i\"::bigint % 2::bigint) = 0)");
    is_sql("(`d` > -(1.50))", "(\"d\" > (- 1.50))");
    is_sql("((`d` * 2.5) <= 99)", "((\"d\" * 2.5) <= 99)");
    is_sql("(`f` < 1e3)", "(\"f\" < '1e3'::double precision)");
    is_sql("((`i` > 1) = true)", "((\"i\" > 1)::integer = 1)");
    is_sql("((0 <> `i`) is true)", "((0 <> \"i\") IS TRUE)");
    is_sql("(`i` is not false)", "((\"i\" <> 0) IS NOT FALSE)");
    is_sql("(case when (`i` is null) then 0 when (`i` > 1) then 1 else 2 end = 1)",
           "((CASE WHEN (\"i\" IS NULL) THEN 0 WHEN (\"i\" > 1) THEN 1 ELSE 2 END) = 1)");
    is_sql("(case `i` when 1 then 2 end = 1)",
           "((CASE WHEN (\"i\" = 1) THEN 2 ELSE NULL END) = 1)");
    is_sql("(if((`i` > 1),1.5,2) > 1)", "((CASE WHEN (\"i\" > 1) THEN 1.5 ELSE 2 END) > 1)");
    is_sql("(coalesce(`i`,`j`,1) > 0)", "(COALESCE(\"i\", \"j\", 1) > 0)");
    is_sql("(abs(`i`) > 1)", "(abs(\"i\"::bigint) > 1)");
    is_sql("(floor(`d`) = 1)", "(floor(\"d\") = 1)");
    is_sql("(mod(`i`,3) = 1)", "((\"i\"::bigint % 3::bigint) = 1)");
    is_sql("isnull(`i`)", "(\"i\" IS NULL)");
    is_sql("json_valid(`js`)", "true");
    is_sql("(`js` is not null)", "(\"js\" IS NOT NULL)");
}

static void test_text(void)
{
    is_sql("(`exact` = _utf8mb4'it\\'s')", "(\"exact\" = 'it''s'::text)");
    is_sql("(`exact` = _utf8mb4\\'it\\\\\\'s\\')", "(\"exact\" = 'it''s'::text)");
    is_sql("(`exact` = 'it''s')", "(\"exact\" = 'it''s'::text)");
    is_sql("(`bin` = 'x')", "(rtrim(\"bin\", ' ') = rtrim('x'::text, ' '))");
    is_sql("(`bin` in ('x','y'))",
           "(rtrim(\"bin\", ' ') IN (rtrim('x'::text, ' '), rtrim('y'::text, ' ')))");
    is_sql("(`bin` like 'a%')", "(\"bin\" LIKE 'a%'::text)");
    is_sql("(`bin`  not like 'a%')", "(\"bin\" NOT LIKE 'a%'::text)");
    is_sql("(char_length(`ci`) > 2)", "(char_length(\"ci\") > 2)");
    is_sql("(length(`ci`) > 2)", "(octet_length(\"ci\") > 2)");
    is_sql("(length(`by`) = 16)", "(octet_length(\"by\") = 16)");
    is_sql("(`by` <> 0x00)", "(\"by\" <> '\\x00'::bytea)");
    is_sql("(`by` <> x'f')", "(\"by\" <> '\\x0f'::bytea)");
    is_sql("(`e` in ('a','b'))", "(\"e\" IN ('a', 'b'))");
    is_sql("(left(`exact`,3) = 'abc')", "(left(\"exact\", 3) = 'abc'::text)");
    is_sql("(concat(`exact`,'-',`i`) = 'x-1')",
           "((\"exact\" || '-'::text || \"i\"::text) = 'x-1'::text)");
}

static void test_times(void)
{
    is_sql("(`day` > '2020-01-01')", "(\"day\" > '2020-01-01'::timestamp(6) without time zone)");
    is_sql("(`day` > DATE'2020-02-29')", "(\"day\" > '2020-02-29'::date)");
    is_sql("(`at` >= TIMESTAMP'2020-01-01 10:00:00')",
           "(\"at\" >= '2020-01-01 10:00:00'::timestamp(6) without time zone)");
    is_sql("(`at` > `day`)", "(\"at\" > \"day\")");
    is_sql("(cast(`at` as date) = `day`)", "(\"at\"::date = \"day\")");
    is_sql("(year(`day`) > 2000)", "(extract(year from \"day\")::integer > 2000)");
    is_sql("(`tm` < '-10:00:00')", "(\"tm\" < '-10:00:00'::interval(6))");
    is_sql("(`ts` is null)", "(\"ts\" IS NULL)");
}

/* Each of these would, or could, mean something else in PostgreSQL. */
static const char *const refused[] = {
    "(`ci` = 'x')",
    "(`ci` <> '')",
    "(`ci` like 'x%')",
    "(`ci` in ('a'))",
    "(`bin` < 'x')",
    "(`exact` between 'a' and 'b')",
    "(`e` > 'a')",
    "(`e` = 'c')",
    "(`exact` = `ci`)",
    "(lower(`exact`) = 'x')",
    "(length(`l1`) > 2)",
    "(`i` = '5')",
    "(`exact` = 5)",
    "(`i` / 2 > 1)",
    "(`u` - 1 > 0)",
    "(`u` - `i` > 0)",
    "(`u` + `i` > 0)",
    "(-(`u`) < 0)",
    "(`w` DIV 2 = 1)",
    "(`big` * `big` > 1)",
    "(`f` % 2 = 1)",
    "(`d` DIV 2 = 1)",
    "(`i` | 2)",
    "(`i` << 2)",
    "(`i` & 1)",
    "(~`i`)",
    "(`i` ^ 2)",
    "(`i` || `j`)",
    "(`bin` like '%\\\\')",
    "(`bin` like `ci`)",
    "(`ts` > '2020-01-01')",
    "(`day` > '2020-02-30')",
    "(`day` > '0000-00-00')",
    "(`day` > 20200101)",
    "(`at` + interval 1 day > `day`)",
    "(`y` > 70)",
    "(`js` = '1')",
    "json_valid(`ci`)",
    "(json_extract(`js`,'$.a') = 1)",
    "(`js` ->> '$.a' = 1)",
    "(`nosuch` > 1)",
    "(nosuch > 1)",
    "nosuch(`i`)",
    "(rand() > 1)",
    "(greatest(`i`,`j`) > 1)",
    "regexp_like(`exact`,'a')",
    "(`exact` regexp 'a')",
    "(`exact` = _latin1'\xc3\xa9')",
    "(`exact` collate utf8mb4_bin = 'x')",
    "(cast(`exact` as signed) = 1)",
    "(cast(`u` as signed) = 1)",
    "(cast(`i` as char(3)) = '1')",
    "(coalesce(`i`,'x') = 1)",
    "(if(`i`,1,'x') = 1)",
    "(if(1,`u`,`i`) > 0)",
    "(concat(`z`,'') = '1')",
    "(left(`exact`,`i`) = 'x')",
    "(left(`exact`,-1) = 'x')",
    "('a' = 'b')",
    "(`i` = NULL)",
    "(b'1' = 1)",
    "@@version",
    "?",
    ":=",
    "",
    "(",
    "()",
    "`i` >",
    "`i` > 1)",
    "(`i` > 1",
    "`i",
    "'x",
    "1e",
    "0xg",
    "case end",
    "case when 1 then 2",
    "`i` in ()",
    "`i` in (",
    "`i` between 1",
    "`i` is",
    "`i` not 1",
    "if(1,2)",
    "cast(`i`)",
    "abs()",
    "abs(1,2)",
    "abs(1",
    "1 2",
    "'a\\0b'",
    "``",
    "_utf8mb4",
    "\"x\" = 1",
    "`i` > 1; drop table t",
    "/* x */ 1",
    "-- x",
};

static void test_refused(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const char *sql = translate(EXPRESSION_CHECK, refused[i]);
        if (!ok(strncmp(sql, "NOT: ", 5) == 0 && strlen(sql) > 5, "refused: %s", refused[i]))
            printf("# %s\n", sql);
    }
}

static void test_uses(void)
{
    is_text(translate(EXPRESSION_GENERATED, "(`i` + 1)"), "(\"i\"::bigint + 1::bigint)",
            "a generated column");
    ok(strncmp(translate(EXPRESSION_GENERATED, "(`g` + 1)"), "NOT", 3) == 0,
       "but none of a generated column");
    is_text(translate(EXPRESSION_CHECK, "(`g` > 1)"), "(\"g\" > 1)", "which a CHECK may name");
    is_text(translate(EXPRESSION_INDEX, "lower(`ci`)"), "lower(\"ci\")",
            "an index may serve lower()");
}

/* Depth, length and repetition have ends. */
static void test_hostile(void)
{
    struct buf text = BUF_INIT(1 * MIB, "test");

    for (size_t i = 0; i < 2000; i++)
        buf_add_char(&text, '(');
    ok(strncmp(translate(EXPRESSION_CHECK, buf_c_str(&text)), "NOT", 3) == 0, "2000 parentheses");
    buf_reset(&text, MIB);
    for (size_t i = 0; i < 900; i++)
        buf_add_c(&text, "not ");
    buf_add_c(&text, "1");
    ok(strncmp(translate(EXPRESSION_CHECK, buf_c_str(&text)), "NOT", 3) == 0, "900 nots");
    buf_reset(&text, MIB);
    for (size_t i = 0; i < 4000; i++)
        buf_add_c(&text, "-");
    ok(strncmp(translate(EXPRESSION_CHECK, buf_c_str(&text)), "NOT", 3) == 0, "4000 minus signs");
    buf_reset(&text, MIB);
    buf_add_c(&text, "`i`");
    for (size_t i = 0; i < 1000; i++)
        buf_add_c(&text, "+`i`");
    buf_add_c(&text, ">0");
    ok(strncmp(translate(EXPRESSION_CHECK, buf_c_str(&text)), "(((", 3) == 0, "a sum of 1001");
    buf_add_c(&text, " or 1 = 1 or 2 = 2 or 3 = 3 or 4 = 4");
    for (size_t i = 0; i < 100; i++)
        buf_add_c(&text, " or 1 = 1");
    ok(strncmp(translate(EXPRESSION_CHECK, buf_c_str(&text)), "NOT: it is longer", 17) == 0,
       "more than 4096 bytes");
    buf_reset(&text, MIB);
    for (size_t i = 0; i < 40; i++)
        buf_add_c(&text, "case ");
    buf_add_c(&text, "1 ");
    for (size_t i = 0; i < 40; i++)
        buf_add_c(&text, "when 1 then 2 when 3 then 4 when 5 then 6 end ");
    ok(strncmp(translate(EXPRESSION_CHECK, buf_c_str(&text)), "NOT", 3) == 0, "40 cases within");
    buf_free(&text);
}

int main(void)
{
    make_table();
    test_translated();
    test_text();
    test_times();
    test_refused();
    test_uses();
    test_hostile();
    return done_testing();
}
