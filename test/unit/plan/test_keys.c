/* Indexes, foreign keys, chunk keys. */
#include "build.h"

/* ---- chunk keys ------------------------------------------------------------------------------ */

static void test_usable_types(void)
{
    static const struct {
        const char *type;
        bool usable;
    } cases[] = {
        {"tinyint", true},
        {"int unsigned", true},
        {"bigint", true},
        {"decimal(10,2)", true},
        {"date", true},
        {"datetime(6)", true},
        {"timestamp", true},
        {"time", true},
        {"year", true},
        {"char(36)", true},
        {"varchar(36)", true},
        {"binary(16)", true},
        {"varbinary(16)", true},
        {"float", false},
        {"double", false},
        {"bit(8)", false},
        {"enum('a')", false},
        {"set('a')", false},
        {"text", false},
        {"blob", false},
        {"json", false},
        {"uuid", false},
        {"inet6", false},
        {"point", false},
        {"char(5) tis620_thai_ci", false},
        {"char(5) tis620_bin", true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        forget_tables();
        struct source_table *table = add_table("t");
        add_column(table, "a!", cases[i].type);
        add_column(table, "b!", "int");
        add_index(table, INDEX_PRIMARY, "PRIMARY", "b, a");
        build_plan();
        is_number(planned("t")->chunk_key_count, cases[i].usable ? 2 : 0, "%s in a key",
                  cases[i].type);
    }
}

static void test_chunk_key(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "e!", "enum('a','b')");
    add_column(table, "n", "int");
    add_column(table, "s!", "varchar(20)");
    add_column(table, "i!", "int");
    add_generated(table, "v!", "int", "(`i` + 1)")->generated_stored = false;
    add_index(table, INDEX_PRIMARY, "PRIMARY", "e");
    add_index(table, INDEX_UNIQUE, "nullable", "n");
    add_index(table, INDEX_UNIQUE, "prefix", "s(5)");
    add_index(table, INDEX_UNIQUE, "descending", "i desc");
    add_index(table, INDEX_UNIQUE, "hidden", "i")->invisible = true;
    add_index(table, INDEX_UNIQUE, "virtual", "v");
    add_index(table, INDEX_UNIQUE, "function", "(`i` + 1)");
    add_index(table, INDEX_PLAIN, "plain", "i");
    add_index(table, INDEX_UNIQUE, "good", "i, s");
    add_index(table, INDEX_UNIQUE, "later", "i");
    build_plan();
    is_str(planned("t")->chunk_key_index, STR("good"), "the first usable one");
    is_number(planned("t")->chunk_key_count, 2, "both of its columns");
    is_number(planned("t")->chunk_key[0], 3, "in the key's order");
    table->index_count = 8;
    build_plan();
    is_number(planned("t")->chunk_key_count, 0, "none of the others");
}

/* ---- indexes --------------------------------------------------------------------------------- */

static void is_part(const char *index, size_t part, const char *column, const char *expression)
{
    const struct target_index_part *found = &planned_index_of("t", index)->target.parts[part];

    is_str(found->column, str_of(column), "column %s", column);
    is_str(found->expression_sql, str_of(expression), "expression %s", expression);
}

static void test_indexes(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "id!", "int");
    add_column(table, "ci", "varchar(500)");
    add_column(table, "by", "varbinary(500)");
    add_column(table, "js", "json")->type.is_json_tree = false; /* MariaDB's */
    add_column(table, "wide", "varchar(768) utf8mb4_0900_bin");
    add_column(table, "exact", "varchar(20) utf8mb4_0900_bin");
    add_column(table, "place!", "point");
    add_index(table, INDEX_PLAIN, "plain", "id desc, ci");
    add_index(table, INDEX_UNIQUE, "u_ci", "ci");
    add_index(table, INDEX_UNIQUE, "u_exact", "exact");
    add_index(table, INDEX_UNIQUE, "u_prefix", "ci(10)");
    add_index(table, INDEX_PLAIN, "by_prefix", "by(8)");
    add_index(table, INDEX_PLAIN, "on_json", "js");
    add_index(table, INDEX_FULLTEXT, "ft", "ci");
    add_index(table, INDEX_SPATIAL, "sp", "place");
    add_index(table, INDEX_PLAIN, "calc", "(`id` + 1)")->comment = STR("it's calculated");
    add_index(table, INDEX_PLAIN, "folded", "(lower(`ci`))");
    add_index(table, INDEX_UNIQUE, "u_folded", "(lower(`ci`))");
    add_index(table, INDEX_UNIQUE, "u_left", "(left(`ci`; 3))")->parts[0].expression =
        STR("left(`ci`,3)");
    add_index(table, INDEX_PLAIN, "wide", "wide");
    add_index(table, INDEX_PLAIN, "hidden", "id")->invisible = true;
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id desc");
    build_plan();
    ok(planned("t")->indexes[0].target.kind == TARGET_INDEX_PRIMARY, "the primary key first");
    ok(!planned("t")->indexes[0].target.parts[0].descending, "without a direction");
    ok(planned("t")->indexes[1].target.kind == TARGET_INDEX_UNIQUE, "then the unique ones");
    ok(planned_index_of("t", "plain")->target.parts[0].descending, "a direction is kept");
    is_part("u_prefix", 0, "", "left(\"ci\", 10)");
    is_part("by_prefix", 0, "", "substring(\"by\", 1, 8)");
    is_part("calc", 0, "", "(\"id\"::bigint + 1::bigint)");
    is_part("folded", 0, "", "lower(\"ci\")");
    ok_finding(SEVERITY_CHANGES, "app.t.u_ci", "unique by the bytes of \"ci\"");
    ok_finding(SEVERITY_CHANGES, "app.t.u_prefix", "unique by the bytes");
    ok_finding(SEVERITY_CHANGES, "app.t.u_left", "unique by the bytes of an expression");
    ok(find_finding("app.t.u_exact", "unique") == NULL, "an exact collation changes nothing");
    ok_finding(SEVERITY_CHANGES, "app.t.on_json", "json has no order");
    ok_finding(SEVERITY_CHANGES, "app.t.ft", "FULLTEXT becomes a GIN index");
    ok_finding(SEVERITY_CHANGES, "app.t.sp", "does not become a geometry");
    ok_finding(SEVERITY_CHANGES, "app.t.u_folded", "this index is left out");
    ok_finding(SEVERITY_NOTE, "app.t.wide", "2704 bytes");
    ok_finding(SEVERITY_NOTE, "app.t.hidden", "INVISIBLE");
    const struct finding *finding = find_finding("app.t.sp", "left out");
    is_str(finding->detail, STR("SPATIAL KEY `sp` (`place`)"), "with its source text");
    ok(!planned_index_of("t", "sp")->translated && planned_index_of("t", "calc")->translated,
       "marked");
    is_str(planned_index_of("t", "calc")->target.comment, STR("it's calculated"), "its comment");
}

static void test_search(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "ti\"tle", "varchar(500)");
    add_column(table, "body", "text");
    add_column(table, "place!", "point");
    add_index(table, INDEX_FULLTEXT, "ft", "ti\"tle, body");
    add_index(table, INDEX_SPATIAL, "sp", "place");
    static struct column_rule rules[] = {
        {.pattern = STR("t.place"), .has_type = true, .type = {.kind = TARGET_GEOMETRY}}};
    options.rules = rules;
    options.rule_count = 1;
    build_plan();
    is_str(planned_index_of("t", "ft")->target.parts[0].expression_sql,
           STR("to_tsvector('simple'::regconfig, coalesce(\"ti\"\"tle\", '') || ' ' || "
               "coalesce(\"body\", ''))"),
           "all columns as one text");
    is_text(planned_index_of("t", "ft")->target.method, "gin", "by GIN");
    is_text(planned_index_of("t", "sp")->target.method, "gist", "a geometry by GiST");
    is_number(planned_index_of("t", "ft")->target.part_count, 1, "one expression");
    options.fulltext = STR("o'dd");
    build_plan();
    is_str(str_slice(planned_index_of("t", "ft")->target.parts[0].expression_sql, 0, 31),
           STR("to_tsvector('o''dd'::regconfig,"), "another configuration");
    options.fulltext = STR("");
    table->columns[1].type = type_of("blob");
    build_plan();
    ok_finding(SEVERITY_CHANGES, "app.t.ft", "does not become text");
}

static struct source_sequence sequences[] = {
    {.name = STR("numbers"), .start = 1, .least = 1, .most = 99, .increment = 1, .next = 5},
    {.name = STR("odd"), .start = 1, .least = 1, .most = 99, .increment = 0, .next = 5},
    {.name = STR("tmp_x"), .start = 1, .least = 1, .most = 99, .increment = 1, .next = 5},
};

static void test_sequences(void)
{
    static struct str exclude[] = {STR("tmp_*")};

    forget_tables();
    catalog.flavor = FLAVOR_MARIADB;
    catalog.sequences = sequences;
    catalog.sequence_count = COUNT_OF(sequences);
    options.exclude = exclude;
    options.exclude_count = 1;
    struct source_table *table = add_table("t");
    add_default(table, "id!", "bigint", true, "nextval(`app`.`numbers`)");
    add_default(table, "away", "bigint", true, "nextval(`crm`.`numbers`)");
    add_default(table, "tmp", "bigint", true, "nextval(`app`.`tmp_x`)");
    add_default(table, "more", "bigint", true, "(nextval(`app`.`numbers`) + 1)");
    add_default(table, "text", "varchar(20)", true, "nextval(`app`.`numbers`)");
    add_index(table, INDEX_PLAIN, "numbers", "away");
    build_plan();
    is_number(plan.sequence_count, 3, "all are planned");
    ok(plan.sequences[2].is_left_out && !plan.sequences[0].is_left_out, "but those left out");
    is_number(plan.sequences[1].target.increment, 1, "PostgreSQL has no step of 0");
    ok_finding(SEVERITY_CHANGES, "app.odd", "auto_increment_increment");
    is_str(planned_column_of("t", "id")->default_sql,
           STR("nextval('\"public\".\"numbers\"'::regclass)"), "a default asks it");
    ok_finding(SEVERITY_CHANGES, "app.t.away", "what it asks of a sequence");
    ok_finding(SEVERITY_CHANGES, "app.t.tmp", "what it asks of a sequence");
    ok_finding(SEVERITY_CHANGES, "app.t.more", "what it asks of a sequence");
    ok_finding(SEVERITY_CHANGES, "app.t.text", "what it asks of a sequence");
    ok(!str_equal_c(planned_index_of("t", "numbers")->target.name, "numbers"),
       "an index leaves it its name");
    struct str digest = plan.digest;
    sequences[0].next = 6;
    build_plan();
    is_str(plan.digest, digest, "its next number is no decision");
    sequences[0].most = 100;
    build_plan();
    ok(!str_equal(plan.digest, digest), "its end is one");
    add_column(add_table("Odd"), "x", "int");
    options.names = NAMES_LOWER;
    build_plan();
    ok_finding(SEVERITY_BLOCKER, "app.odd", "the same name in PostgreSQL as \"Odd\"");
    catalog.sequence_count = 0;
}

static void test_prefix_primary_key(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "s!", "text utf8mb4_0900_bin");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "s(10)");
    build_plan();
    ok(planned("t")->indexes[0].target.kind == TARGET_INDEX_UNIQUE, "becomes a unique index");
    ok_finding(SEVERITY_CHANGES, "app.t.PRIMARY", "becomes a unique index");
    is_number(planned("t")->chunk_key_count, 0, "and cuts no chunks");
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

static void add_parent(const char *name)
{
    struct source_table *table = add_table(name);

    add_column(table, "id!", "int");
    add_column(table, "code", "varchar(20) utf8mb4_0900_bin");
    add_column(table, "plain", "int");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    add_index(table, INDEX_UNIQUE, arena_format(&arena, "%s_code", name).ptr, "code");
    add_index(table, INDEX_PLAIN, arena_format(&arena, "%s_plain", name).ptr, "plain");
}

static void test_foreign_keys(void)
{
    struct str gone = STR("g*");

    forget_tables();
    add_parent("parent");
    add_parent("gone");
    struct source_table *table = add_table("child");
    add_column(table, "a", "int");
    add_column(table, "c", "text utf8mb4_0900_bin");
    add_foreign_key(table, "good", "a", "parent", "ID");
    add_foreign_key(table, "texts", "c", "parent", "code");
    add_foreign_key(table, "loose", "a", "parent", "plain");
    add_foreign_key(table, "left_out", "a", "gone", "id");
    add_foreign_key(table, "nowhere", "a", "nosuch", "id");
    add_foreign_key(table, "column", "a", "parent", "nosuch");
    add_foreign_key(table, "abroad", "a", "parent", "id")->parent_database = STR("other");
    add_foreign_key(table, "self", "a", "child", "a");
    add_index(table, INDEX_UNIQUE, "a", "a");
    options.exclude = &gone;
    options.exclude_count = 1;
    build_plan();
    const struct planned_foreign_key *keys = planned("child")->foreign_keys;
    ok(keys[0].translated, "a good one");
    is_str(keys[0].target.parent_columns[0], STR("id"), "MySQL names columns in any case");
    is_str(keys[0].target.on_delete, STR("CASCADE"), "with its action");
    is_number(keys[0].parent, planned("parent")->number, "and its parent");
    ok(keys[1].translated, "text to varchar");
    ok(keys[7].translated, "to itself");
    static const char *const why[] = {[2] = "is not unique",
                                      [3] = "is left out",
                                      [4] = "does not exist",
                                      [5] = "has no column",
                                      [6] = "in another database"};
    for (size_t i = 2; i < COUNT_OF(why); i++) {
        ok(!keys[i].translated, STR_FMT " is left out", STR_ARG(keys[i].source->name));
        ok_finding(SEVERITY_CHANGES,
                   arena_format(&arena, "app.child." STR_FMT, STR_ARG(keys[i].source->name)).ptr,
                   why[i]);
    }
    ok(planned("gone")->disposition == DISPOSITION_LEFT_OUT, "its table, too");
    is_str(planned("gone")->disposition_reason, STR("--exclude g*"), "by whom");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "nothing is refused");
}

static void test_composite(void)
{
    forget_tables();
    struct source_table *table = add_table("t");
    add_column(table, "a!", "int");
    add_column(table, "b!", "int");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "a, b");
    struct source_foreign_key *key = add_foreign_key(table, "fk", "a", "t", "b");
    struct str parents[] = {STR("b"), STR("a")};
    int children[] = {0, 1};
    key->columns = children;
    key->parent_columns = parents;
    key->column_count = 2;
    build_plan();
    ok(planned("t")->foreign_keys[0].translated, "the key's columns in any order");
    key->column_count = 1;
    build_plan();
    ok(!planned("t")->foreign_keys[0].translated, "but not a part of them");
}

int main(void)
{
    test_usable_types();
    test_chunk_key();
    test_indexes();
    test_search();
    test_sequences();
    test_prefix_primary_key();
    test_foreign_keys();
    test_composite();
    return done_testing();
}
