/* Types: defaults, rules, key groups, what is refused. */
#include "build.h"

static void test_defaults(void)
{
    static const struct {
        const char *source, *target;
    } cases[] = {
        {"tinyint(1)", "smallint"},
        {"tinyint", "smallint"},
        {"tinyint unsigned", "smallint"},
        {"smallint", "smallint"},
        {"smallint unsigned", "integer"},
        {"mediumint", "integer"},
        {"mediumint unsigned", "integer"},
        {"int", "integer"},
        {"int unsigned", "bigint"},
        {"bigint", "bigint"},
        {"bigint unsigned", "numeric(20,0)"},
        {"decimal(10,2)", "numeric(10,2)"},
        {"decimal(65,30)", "numeric(65,30)"},
        {"float", "real"},
        {"double", "double precision"},
        {"bit(12)", "bit(12)"},
        {"date", "date"},
        {"datetime", "timestamp(0) without time zone"},
        {"datetime(6)", "timestamp(6) without time zone"},
        {"timestamp(3)", "timestamp(3) with time zone"},
        {"time(2)", "interval(2)"},
        {"year", "smallint"},
        {"char(3)", "character varying(3)"},
        {"char(0)", "character varying(1)"},
        {"varchar(255)", "character varying(255)"},
        {"text", "text"},
        {"binary(16)", "bytea"},
        {"varbinary(16)", "bytea"},
        {"blob", "bytea"},
        {"enum('a','b')", "text"},
        {"set('a','b')", "text[]"},
        {"json", "jsonb"},
        {"uuid", "uuid"},
        {"inet4", "inet"},
        {"inet6", "inet"},
        {"point", "bytea"},
        {"vector", "bytea"},
    };
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        add_column(table, arena_format(&arena, "c%zu", i).ptr, cases[i].source);
    ok(build_plan(), "planned");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        is_text(type_words_of(&plan.tables[0].target.columns[i].type), cases[i].target, "%s -> %s",
                cases[i].source, cases[i].target);
        is_text(plan.tables[0].columns[i].rule, "default", "by default");
    }
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "nothing is refused");
    ok_finding(SEVERITY_CHANGES, "app.t.c35", "arrives as bytes");
    ok(plan.tables[0].columns[35].lossy && !plan.tables[0].columns[0].lossy, "marked");
}

static void test_rules(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("*.flag"), .has_type = true, .type = {.kind = TARGET_BOOLEAN}},
        {.pattern = STR("t.flag"), .has_type = true, .type = {.kind = TARGET_INTEGER}},
        {.pattern = STR("*.fl?g"), .has_type = true, .type = {.kind = TARGET_BIGINT}},
        {.pattern = STR("app.u.doc"), .has_type = true, .type = {.kind = TARGET_JSONB}},
        {.pattern = STR("u.doc"), .has_type = true, .type = {.kind = TARGET_TEXT}},
        {.pattern = STR("nowhere.flag"), .has_type = true, .type = {.kind = TARGET_TEXT}},
        {.pattern = STR("*.bad"), .has_type = true, .type = {.kind = TARGET_UUID}},
        {.pattern = STR("*.tie"), .has_type = true, .type = {.kind = TARGET_TEXT}},
        {.pattern = STR("*.tie"), .has_type = true, .type = {.kind = TARGET_VARCHAR, .length = 10}},
    };
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "flag", "tinyint(1)");
    add_column(table, "bad", "int");
    add_column(table, "tie", "varchar(20)");
    table = add_table("u");
    add_column(table, "flag", "tinyint(1)");
    add_column(table, "doc", "json");
    options.rules = rules;
    options.rule_count = COUNT_OF(rules);
    ok(build_plan(), "planned");
    is_text(type_words_of(&planned_column_of("t", "flag")->type), "integer", "the most specific");
    is_text(type_words_of(&planned_column_of("u", "flag")->type), "boolean", "the glob elsewhere");
    is_text(type_words_of(&planned_column_of("u", "doc")->type), "jsonb", "with the database");
    is_text(type_words_of(&planned_column_of("t", "tie")->type), "character varying(10)",
            "the later of equals");
    is_text(planned("t")->columns[0].rule, "columns:", "says so");
    ok(rules[0].used && !rules[5].used, "use is noted");
    ok_finding(SEVERITY_CHANGES, "nowhere.flag", "fits no column");
    ok_finding(SEVERITY_BLOCKER, "app.t.bad", "cannot become uuid");
    const struct finding *finding = find_finding("app.t.bad", "cannot become");
    ok(finding != NULL && str_search(finding->fix, STR("smallint, ")) < finding->fix.len,
       "with the alternatives");
    ok_finding(SEVERITY_NOTE, "app.t.tie", "does not hold every varchar(20)");
    ok_finding(SEVERITY_NOTE, "app.u.flag", "does not hold every tinyint(1)");
    ok(find_finding("app.t.flag", "does not hold") == NULL, "a wider type is no finding");
}

static void test_type_rules(void)
{
    struct type_rule types[] = {
        {.source = STR("int"), .type = {.kind = TARGET_TEXT}},
        {.source = STR("INT  UNSIGNED"), .type = {.kind = TARGET_NUMERIC}},
        {.source = STR("int unsigned"), .type = {.kind = TARGET_BIGINT}},
        {.source = STR("tinyint(1)"), .type = {.kind = TARGET_BOOLEAN}},
        {.source = STR("json"), .type = {.kind = TARGET_TEXT}},
        {.source = STR("year"), .type = {.kind = TARGET_TEXT}},
        {.source = STR("date"), .type = {.kind = TARGET_UUID}},
    };
    struct column_rule rules[] = {
        {.pattern = STR("t.by_name"), .has_type = true, .type = {.kind = TARGET_INTEGER}}};
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "plain", "int");
    add_column(table, "wide", "int(11)");
    add_column(table, "positive", "int(10) unsigned");
    add_column(table, "filled", "int(10) unsigned zerofill");
    add_column(table, "flag", "tinyint(1)");
    add_column(table, "tiny", "tinyint(4)");
    add_column(table, "by_name", "int");
    add_column(table, "day", "date");
    add_column(table, "doc", "json")->type.text = STR("longtext");
    options.type_rules = types;
    options.type_rule_count = COUNT_OF(types);
    options.rules = rules;
    options.rule_count = COUNT_OF(rules);
    ok(build_plan(), "planned");
    is_text(type_words_of(&planned_column_of("t", "plain")->type), "text", "the word");
    is_text(type_words_of(&planned_column_of("t", "wide")->type), "text", "any width");
    is_text(type_words_of(&planned_column_of("t", "positive")->type), "bigint", "the longest");
    is_text(type_words_of(&planned_column_of("t", "filled")->type), "text", "not zerofill");
    is_text(type_words_of(&planned_column_of("t", "flag")->type), "boolean", "with a width");
    is_text(type_words_of(&planned_column_of("t", "tiny")->type), "smallint", "another width");
    is_text(type_words_of(&planned_column_of("t", "by_name")->type), "integer", "columns: wins");
    is_text(type_words_of(&planned_column_of("t", "doc")->type), "text", "MariaDB's json");
    is_text(planned("t")->columns[0].rule, "types:", "says so");
    ok_finding(SEVERITY_BLOCKER, "app.t.day", "cannot become uuid");
    ok_finding(SEVERITY_NOTE, "year", "fits no column");
    ok(find_finding("int", "fits no column") == NULL, "use is noted");
}

static void test_enum_types(void)
{
    static const char *const name64 =
        "x234567890123456789012345678901234567890123456789012345678901234";
    struct type_rule types[] = {{.source = STR("enum"), .type = {.kind = TARGET_ENUM}}};
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_default(table, "c!", "enum('it','','b')", false, "b");
    add_column(table, "d", "enum('a')");
    add_column(table, "plain", "int");
    add_table("t_d");
    table = add_table("u");
    add_column(table, "long_label", arena_format(&arena, "enum('a','%s')", name64).ptr);
    add_column(table, name64, "enum('a')");
    options.type_rules = types;
    options.type_rule_count = COUNT_OF(types);
    ok(build_plan(), "planned");
    is_number(plan.enum_count, 4, "four types");
    is_str(plan.enums[0].target.name, STR("t_c"), "named after table and column");
    is_str(plan.enums[1].target.name, STR("t_d_enum"), "a table's name is taken");
    ok(plan.enums[3].target.name.len <= 63, "fitted");
    is_text(type_words_of(&planned_column_of("t", "c")->type), "\"public\".\"t_c\"", "with schema");
    is_str(planned_column_of("t", "c")->default_sql, STR("'b'"), "a default");
    is_number(planned("t")->target.check_count, 0, "no CHECK");
    ok(planned("t")->columns[0].labels_checked, "the labels alone");
    ok_finding(SEVERITY_BLOCKER, "app.u.long_label", "label 2 has 64 bytes");
    ok_call(plan_print_sql(&plan, &sql), "printed");
    ok(str_search(buf_str(&sql), STR("CREATE TYPE \"public\".\"t_c\" AS ENUM ('it', '', 'b');\n")) <
           sql.len,
       "created");
    buf_free(&sql);
}

static void test_enum_foreign_key(void)
{
    struct type_rule types[] = {{.source = STR("enum"), .type = {.kind = TARGET_ENUM}}};
    struct source_table *table;

    forget_tables();
    table = add_table("parent");
    add_column(table, "e!", "enum('a')");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "e");
    table = add_table("child");
    add_column(table, "e", "enum('a')");
    add_foreign_key(table, "fk", "e", "parent", "e");
    options.type_rules = types;
    options.type_rule_count = COUNT_OF(types);
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.child.e", "a foreign key joins it");
}

static void test_extensions(void)
{
    struct type_rule types[] = {{.source = STR("point"), .type = {.kind = TARGET_GEOMETRY}},
                                {.source = STR("vector"), .type = {.kind = TARGET_VECTOR}}};
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "p", "point");
    add_column(table, "v", "vector(3)");
    options.type_rules = types;
    options.type_rule_count = COUNT_OF(types);
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.t.p", "of the extension postgis");
    ok_finding(SEVERITY_BLOCKER, "app.t.v", "of the extension vector");
    options.postgis_schema = STR("geo \"x");
    options.vector_schema = STR("ext");
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "with the extensions");
    is_text(type_words_of(&planned_column_of("t", "p")->type), "\"geo \"\"x\".geometry", "quoted");
    is_text(type_words_of(&planned_column_of("t", "v")->type), "\"ext\".vector", "quoted");
    types[1].type.length = 3;
    ok(build_plan(), "planned");
    is_text(type_words_of(&planned_column_of("t", "v")->type), "\"ext\".vector(3)", "with 3");
}

static void test_unknown(void)
{
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "a", "xmltype");
    add_column(table, "b", "text klingon_bin");
    add_column(table, "d", "text ujis_japanese_ci");
    add_column(table, "c", "varchar(9) sjis_bin");
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.t.a", "is not known");
    ok_finding(SEVERITY_BLOCKER, "app.t.b", "character set klingon");
    ok(find_finding("app.t.c", "character set") == NULL, "sjis is known");
    ok(find_finding("app.t.d", "character set") == NULL, "ujis is known");
    struct str everything = STR("*");
    options.exclude = &everything;
    options.exclude_count = 1;
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "what is left out is no blocker");
}

static void test_key_group(void)
{
    struct source_table *parent, *child, *grandchild, *apart;

    forget_tables();
    parent = add_table("parent");
    add_column(parent, "id!", "bigint unsigned")->auto_increment = true;
    add_column(parent, "amount", "bigint unsigned");
    add_index(parent, INDEX_PRIMARY, "PRIMARY", "id");
    child = add_table("child");
    add_column(child, "parent_id", "bigint unsigned");
    add_foreign_key(child, "fk1", "parent_id", "parent", "id");
    add_index(child, INDEX_UNIQUE, "u", "parent_id");
    grandchild = add_table("grandchild");
    add_column(grandchild, "p", "bigint unsigned");
    add_foreign_key(grandchild, "fk2", "p", "child", "parent_id");
    apart = add_table("apart");
    add_column(apart, "n!", "bigint unsigned");
    add_column(apart, "m", "bigint unsigned");
    add_index(apart, INDEX_UNIQUE, "n", "n");
    add_foreign_key(apart, "fk3", "m", "apart", "n");
    parent->auto_increment = 7;
    ok(build_plan(), "planned");
    is_text(type_words_of(&planned_column_of("parent", "id")->type), "bigint", "the key");
    is_text(type_words_of(&planned_column_of("parent", "amount")->type), "numeric(20,0)",
            "its neighbour");
    is_text(type_words_of(&planned_column_of("child", "parent_id")->type), "bigint", "the child");
    is_text(type_words_of(&planned_column_of("grandchild", "p")->type), "bigint", "its child");
    is_text(planned("grandchild")->columns[0].rule, "key-group", "says so");
    is_text(type_words_of(&planned_column_of("apart", "n")->type), "numeric(20,0)", "no key");
    is_text(type_words_of(&planned_column_of("apart", "m")->type), "numeric(20,0)",
            "and its child alike");
    ok(planned_column_of("parent", "id")->identity && planned("parent")->identity_column == 0,
       "an identity");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "nothing is refused");

    parent->auto_increment = (uint64_t)INT64_MAX + 2;
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.parent.id", "AUTO_INCREMENT");
}

static void test_split_key(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("parent.id"), .has_type = true, .type = {.kind = TARGET_UUID}}};
    struct source_table *table;

    forget_tables();
    table = add_table("parent");
    add_column(table, "id!", "char(36) utf8mb4_bin");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    table = add_table("child");
    add_column(table, "p", "char(36) utf8mb4_bin");
    add_foreign_key(table, "fk", "p", "parent", "id");
    options.rules = rules;
    options.rule_count = 1;
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.child.p", "which becomes uuid");
    rules[0].pattern = STR("*");
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "both by one rule");
}

static void test_identity(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("t.id"), .has_type = true, .type = {.kind = TARGET_TEXT}}};
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "id!", "smallint")->auto_increment = true;
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    table->auto_increment = 32768;
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "a full smallint still fits");
    options.rules = rules;
    options.rule_count = 1;
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_CHANGES, "app.t.id", "AUTO_INCREMENT is not kept");
    ok(!planned_column_of("t", "id")->identity, "no identity on text");
}

int main(void)
{
    test_defaults();
    test_rules();
    test_type_rules();
    test_enum_types();
    test_enum_foreign_key();
    test_extensions();
    test_unknown();
    test_key_group();
    test_split_key();
    test_identity();
    return done_testing();
}
