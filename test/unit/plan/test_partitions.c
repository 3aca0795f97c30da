/* Partitions: which are kept, their bounds, and why others become plain tables. */
#include "build.h"

/* ---- building -------------------------------------------------------------------------------- */

static struct source_table *add_partitioned(const char *method, const char *expression)
{
    struct source_table *table;

    forget_tables();
    options.partitions = PARTITIONS_KEEP;
    table = add_table("t");
    table->partitioned = true;
    table->create_text = STR("CREATE TABLE …");
    table->partitioning = (struct source_partitioning){.method = str_of(method),
                                                       .expression = str_of(expression),
                                                       .sub_method = STR(""),
                                                       .sub_expression = STR("")};
    table->partitioning.parts = ARENA_ARRAY(&arena, MAX_THINGS, struct source_partition);
    return table;
}

static struct source_partition *add_part(struct source_table *table, const char *name,
                                         const char *description)
{
    struct source_partition *part = &table->partitioning.parts[table->partitioning.part_count++];

    *part = (struct source_partition){
        .name = str_of(name), .description = str_of(description), .comment = STR("")};
    return part;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void is_key(const char *sql)
{
    build_plan();
    is_str(planned("t")->target.partition_sql, str_of(sql), "partitioned by %s", sql);
}

static void is_part(size_t i, const char *name, const char *values)
{
    const struct target_table *target = &planned("t")->target;

    if (!ok(i < target->partition_count, "there is a partition %zu", i)) {
        print_findings();
        return;
    }
    is_str(target->partitions[i].name, str_of(name), "its name is %s", name);
    is_str(target->partitions[i].values_sql, str_of(values), "%s: %s", name, values);
}

static void is_merged(const char *why)
{
    build_plan();
    is_str(planned("t")->target.partition_sql, STR(""), "a plain table");
    is_number(planned("t")->target.partition_count, 0, "without partitions");
    ok_finding(SEVERITY_CHANGES, "app.t", why);
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static void test_numbers(void)
{
    struct source_table *table = add_partitioned("RANGE", "`id`");

    add_column(table, "id!", "int");
    add_part(table, "low", "-5");
    add_part(table, "mid", "10")->comment = STR("the middle");
    add_part(table, "top", "MAXVALUE");
    is_key("RANGE (\"id\")");
    is_number(planned("t")->target.partition_count, 3, "no DEFAULT for a column without NULLs");
    is_part(0, "t_low", "FOR VALUES FROM (MINVALUE) TO (-5)");
    is_part(1, "t_mid", "FOR VALUES FROM (-5) TO (10)");
    is_part(2, "t_top", "FOR VALUES FROM (10) TO (MAXVALUE)");
    is_str(planned("t")->target.partitions[1].comment, STR("the middle"), "with its comment");
    is_number((intmax_t)plan.findings.count, 0, "and nothing to be said");

    table->columns[0].nullable = true;
    is_key("RANGE (\"id\")");
    is_part(3, "t_default", "DEFAULT");
    is_str(planned("t")->target.partitions[3].check_sql, STR(""), "it holds NULLs alone anyway");
    ok_finding(SEVERITY_NOTE, "app.t", "NULLs, which MySQL keeps in the lowest range");

    table->partitioning.part_count = 2;
    is_key("RANGE (\"id\")");
    is_part(2, "t_default", "DEFAULT");
    is_str(planned("t")->target.partitions[2].check_sql, STR("\"id\" IS NULL"),
           "what MySQL refuses above the last range stays refused");
}

/* Bounds above what the type holds: the last range may have one. */
static void test_beyond(void)
{
    struct source_table *table = add_partitioned("RANGE", "`id`");

    add_column(table, "id!", "int");
    add_part(table, "a", "10");
    add_part(table, "b", "2147483648");
    is_key("RANGE (\"id\")");
    is_part(1, "t_b", "FOR VALUES FROM (10) TO (MAXVALUE)");
    add_part(table, "c", "2147483649");
    is_merged("beyond the column's type");

    table = add_partitioned("RANGE", "`id`");
    add_column(table, "id!", "bigint unsigned");
    add_part(table, "a", "10");
    add_part(table, "b", "-1"); /* as both servers show 2^64 - 1 */
    is_key("RANGE (\"id\")");
    is_part(1, "t_b", "FOR VALUES FROM (10) TO (18446744073709551615)");
}

static void test_days(void)
{
    static const struct {
        const char *type, *expression, *first, *second, *from, *to;
    } cases[] = {
        {"date", "year(`d`)", "2000", "2010", "'2000-01-01'::date", "'2010-01-01'::date"},
        {"datetime(3)", "year(`d`)", "1", "9999",
         "'0001-01-01 00:00:00'::timestamp(3) without time zone",
         "'9999-01-01 00:00:00'::timestamp(3) without time zone"},
        {"date", "to_days(`d`)", "366", "730485", "'0001-01-01'::date", "'2000-01-01'::date"},
        {"date", "to_days(`d`)", "0", "738214", "'0001-01-01 BC'::date", "'2021-02-28'::date"},
        {"datetime", "to_seconds(`d`)", "63700000000", "63700000001",
         "'2018-07-28 12:26:40'::timestamp(0) without time zone",
         "'2018-07-28 12:26:41'::timestamp(0) without time zone"},
        /* a day is below a moment within it when its beginning is */
        {"date", "to_seconds(`d`)", "63700000000", "63750326400", "'2018-07-29'::date",
         "'2020-03-02'::date"},
        {"timestamp", "unix_timestamp(`d`)", "0", "946684800",
         "'1970-01-01 00:00:00+00'::timestamp(0) with time zone",
         "'2000-01-01 00:00:00+00'::timestamp(0) with time zone"},
        {"date", "((year(`d`) * 100) + month(`d`))", "202000", "202013", "'2020-01-01'::date",
         "'2021-01-01'::date"},
        {"date", "year(`d`) * 100 + month(`d`)", "202002", "202012", "'2020-02-01'::date",
         "'2020-12-01'::date"},
        {"date", "extract(year_month from `d`)", "202002", "202012", "'2020-02-01'::date",
         "'2020-12-01'::date"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source_table *table = add_partitioned("RANGE", cases[i].expression);
        struct str values =
            arena_format(&arena, "FOR VALUES FROM (%s) TO (%s)", cases[i].from, cases[i].to);
        add_column(table, "d!", cases[i].type);
        add_part(table, "a", cases[i].first);
        add_part(table, "b", cases[i].second);
        is_key("RANGE (\"d\")");
        is_part(1, "t_b", values.ptr);
    }
}

static void test_range_columns(void)
{
    struct source_table *table = add_partitioned("RANGE COLUMNS", "`a`,`b`,`c`");

    add_column(table, "a!", "int");
    add_column(table, "b!", "varchar(10)");
    add_column(table, "c", "datetime");
    add_part(table, "p0", "1,'it''s','2020-01-01'");
    add_part(table, "p1", "5,MAXVALUE,'2020-01-01 10:00:00'");
    is_key("RANGE (\"a\", \"b\" COLLATE \"C\", \"c\")");
    is_part(0, "t_p0",
            "FOR VALUES FROM (MINVALUE, MINVALUE, MINVALUE) TO (1, 'it''s', "
            "'2020-01-01'::timestamp(0) without time zone)");
    is_part(1, "t_p1",
            "FOR VALUES FROM (1, 'it''s', '2020-01-01'::timestamp(0) without time zone) TO (5, "
            "MAXVALUE, MAXVALUE)");
    is_part(2, "t_default", "DEFAULT");
    is_str(planned("t")->target.partitions[2].check_sql, STR(""),
           "texts that are above the last range by their bytes need it");

    add_index(table, INDEX_PRIMARY, "PRIMARY", "a, b, c");
    is_merged("in an order that its unique keys have not");

    table = add_partitioned("RANGE COLUMNS", "`a`");
    add_column(table, "a!", "varchar(10)");
    add_part(table, "p0", "'b'");
    add_part(table, "p1", "'C'");
    is_merged("in another order by their bytes");

    table = add_partitioned("RANGE COLUMNS", "`a`");
    add_column(table, "a!", "binary(3)");
    add_part(table, "p0", "_binary 0x00ff");
    add_part(table, "p1", "'abc'");
    is_key("RANGE (\"a\")");
    is_part(1, "t_p1", "FOR VALUES FROM ('\\x00ff00'::bytea) TO ('\\x616263'::bytea)");
}

/* ---- lists ----------------------------------------------------------------------------------- */

static void test_lists(void)
{
    struct source_table *table = add_partitioned("LIST", "`n`");

    add_column(table, "n", "int");
    add_part(table, "a", "1,2,-3");
    add_part(table, "b", "NULL,7");
    is_key("LIST (\"n\")");
    is_number(planned("t")->target.partition_count, 2, "numbers are the same on both sides");
    is_part(0, "t_a", "FOR VALUES IN (1, 2, -3)");
    is_part(1, "t_b", "FOR VALUES IN (NULL, 7)");

    table = add_partitioned("LIST COLUMNS", "`s`");
    add_column(table, "s", "varchar(10)");
    add_part(table, "a", "'a','x''y',_utf8mb4 0xf09f9880");
    add_part(table, "b", "NULL,'\\\\',''");
    is_key("LIST (\"s\")");
    is_part(0, "t_a", "FOR VALUES IN ('a', 'x''y', '😀')");
    is_part(1, "t_b", "FOR VALUES IN (NULL,  E'\\\\', '')");
    is_part(2, "t_default", "DEFAULT");
    ok_finding(SEVERITY_NOTE, "app.t", "only MySQL's collation finds");

    table->columns[0].type = type_of("varchar(10) utf8mb4_0900_bin");
    build_plan();
    is_number(planned("t")->target.partition_count, 2, "bytes are the same on both sides");
    catalog.flavor = FLAVOR_MARIADB;
    table->partitioning.parts[1].description = STR("DEFAULT");
    is_key("LIST (\"s\")");
    is_part(1, "t_b", "DEFAULT");
    table->partitioning.parts[0].description = STR("'?"
                                                   "?"
                                                   "?"
                                                   "?'");
    is_merged("does not show the values of its partitions whole");

    table = add_partitioned("LIST COLUMNS", "`a`,`b`");
    add_column(table, "a", "int");
    add_column(table, "b", "int");
    add_part(table, "a", "(1,2),(3,4)");
    is_merged("lists are of one column");
}

/* ---- hashes and subpartitions ---------------------------------------------------------------- */

static void test_hashes(void)
{
    struct source_table *table = add_partitioned("LINEAR HASH", "(`n` + year(`d`))");

    add_column(table, "d!", "date");
    add_column(table, "n", "int");
    add_part(table, "p0", "");
    add_part(table, "p1", "");
    is_key("HASH (\"n\", \"d\")");
    is_part(0, "t_p0", "FOR VALUES WITH (MODULUS 2, REMAINDER 0)");
    is_part(1, "t_p1", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
    ok_finding(SEVERITY_NOTE, "app.t", "into other partitions");

    table->partitioning.method = STR("KEY");
    table->partitioning.expression = STR("");
    is_merged("by a key that is not there");
    add_index(table, INDEX_UNIQUE, "u", "d");
    is_key("HASH (\"d\")");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "d, n");
    table->columns[1].nullable = false;
    is_key("HASH (\"d\")");

    table = add_partitioned("KEY", "`j`");
    add_column(table, "j", "bit(3)");
    add_part(table, "p0", "");
    is_merged("no hash of bit(3)");
}

static void test_subpartitions(void)
{
    struct source_table *table = add_partitioned("RANGE", "`n`");
    struct source_partition *part;

    add_column(table, "n!", "int");
    add_column(table, "d!", "date");
    add_column(table, "b!", "bit(3)");
    table->partitioning.sub_method = STR("HASH");
    table->partitioning.sub_expression = STR("to_days(`d`)");
    part = add_part(table, "p0", "10");
    part->parts = ARENA_ARRAY(&arena, 2, struct source_partition);
    part->part_count = 2;
    part->parts[0] = (struct source_partition){.name = STR("s0"), .comment = STR("one")};
    part->parts[1] = (struct source_partition){.name = STR("s1")};
    is_key("RANGE (\"n\")");
    is_part(0, "t_p0", "FOR VALUES FROM (MINVALUE) TO (10)");
    const struct target_table *target = &planned("t")->target;
    is_str(target->sub_partition_sql, STR("HASH (\"d\")"), "by the columns of the expression");
    is_number(target->partitions[0].part_count, 2, "two subpartitions");
    is_str(target->partitions[0].parts[1].name, STR("t_s1"), "named as in MySQL");
    is_str(target->partitions[0].parts[1].values_sql,
           STR("FOR VALUES WITH (MODULUS 2, REMAINDER 1)"), "by a hash");
    is_str(target->partitions[0].parts[0].comment, STR("one"), "with comments");

    table->partitioning.sub_expression = STR("`b`");
    is_key("RANGE (\"n\")");
    is_str(planned("t")->target.sub_partition_sql, STR(""), "without subpartitions");
    ok_finding(SEVERITY_NOTE, "app.t", "subpartitions are left out: PostgreSQL has no hash of bit");
}

/* ---- what is not kept ------------------------------------------------------------------------ */

static struct source_table *add_simple(const char *type, const char *expression)
{
    struct source_table *table = add_partitioned("RANGE", expression);

    add_column(table, "k!", type);
    add_column(table, "u!", "varchar(20)");
    add_part(table, "p0", "10");
    return table;
}

static void test_merged(void)
{
    struct source_table *table;

    add_simple("int", "(`k` * 2)");
    is_merged("its ranges are of (`k` * 2), which is not translated");
    add_simple("int", "(`k` + char_length(`u`))");
    is_merged("which is not translated");
    add_simple("date", "month(`k`)");
    is_merged("which is not translated");
    add_simple("date", "year(`k`")->partitioning.parts[0].description = STR("1;DROP TABLE t");
    is_merged("which is not translated");
    add_simple("int", "`k`")->partitioning.parts[0].description = STR("1); DROP TABLE t; --");
    is_merged("not understood");
    add_simple("int", "`k`")->partitioning.parts[0].description = STR("");
    is_merged("not understood");
    add_simple("date", "year(`k`)")->partitioning.parts[0].description = STR("99999999999999999");
    is_merged("out of range");
    add_simple("float", "`k`");
    is_merged("becomes real");
    add_simple("int", "`k`")->partitioning.method = STR("SYSTEM_TIME");
    is_merged("partitions by SYSTEM_TIME are not translated");

    /* a key that is unique by the beginning of another column */
    table = add_simple("int", "`k`");
    add_index(table, INDEX_UNIQUE, "beginning", "u(5), k");
    is_key("RANGE (\"k\")");
    table->indexes[0].parts[1].column = 1;
    is_merged("a unique key does not hold the column");

    table = add_simple("int", "`k`");
    table->columns[0].is_generated = table->columns[0].generated_stored = true;
    table->columns[0].generation = STR("1");
    is_merged("cannot partition by a generated column");

    add_simple("int", "`k`");
    options.partitions = PARTITIONS_MERGE;
    build_plan();
    is_number(planned("t")->target.partition_count, 0, "merged on request");
    ok_finding(SEVERITY_NOTE, "app.t", "--partitions merge");
    options.partitions = PARTITIONS_KEEP;

    table = add_simple("int", "`k`");
    table->partitioning.parts = ARENA_ARRAY(&arena, 1002, struct source_partition);
    table->partitioning.part_count = 0;
    for (int i = 0; i < 1001; i++)
        add_part(table, arena_format(&arena, "p%d", i).ptr, arena_format(&arena, "%d", i).ptr);
    is_merged("it has 1001 partitions");
}

/* ---- names ----------------------------------------------------------------------------------- */

static void test_names(void)
{
    struct source_table *table = add_simple("int", "`k`");
    struct str wanted = STR("t_p0");

    table->columns[0].nullable = true;
    add_part(table, "default", "MAXVALUE");
    add_part(table, "a_partition_with_a_name_of_no_less_than_sixty_four_characters_x", "MAXVALUE");
    table->partitioning.part_count = 2;
    add_index(table, INDEX_PLAIN, "t_p0", "u");
    add_column(add_table("t_default"), "x", "int");
    is_key("RANGE (\"k\")");
    const struct target_table *target = &planned("t")->target;
    is_str(target->partitions[0].name, wanted, "a partition has its name before any index");
    ok(!str_equal(planned_index_of("t", "t_p0")->target.name, wanted), "which gets another");
    is_str(planned("t_default")->target.name, STR("t_default"), "a table keeps its own");
    ok(!str_equal(target->partitions[1].name, STR("t_default")) &&
           !str_equal(target->partitions[2].name, STR("t_default")) &&
           !str_equal(target->partitions[1].name, target->partitions[2].name),
       "both partitions get others");

    table->partitioning.part_count = 3;
    table->partitioning.parts[1].description = STR("20");
    is_key("RANGE (\"k\")");
    ok(planned("t")->target.partitions[2].name.len == LIMIT_PG_IDENTIFIER,
       "a long name is cut to what PostgreSQL keeps");
}

int main(void)
{
    test_numbers();
    test_beyond();
    test_days();
    test_range_columns();
    test_lists();
    test_hashes();
    test_subpartitions();
    test_merged();
    test_names();
    arena_free(&arena);
    return done_testing();
}
