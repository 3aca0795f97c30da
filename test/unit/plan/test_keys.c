/* Indexes, foreign keys, chunk keys. */
#include "build.h"

/* ---- chunk keys ------------------------------------------------------------------------------ */

static void test_usable_types(void)
{
    static const struct {
        const char *type;
        bool usable;
    } cases[] = {
        {"tinyint", true},       {"int unsigned", true}, {"bigint", true},
        {"decimal(10,2)", true}, {"date", true},         {"datetime(6)", true},
        {"timestamp", true},     {"time", true},         {"year", true},
        {"char(36)", true},      {"varchar(36)", true},  {"binary(16)", true},
        {"varbinary(16)", true}, {"float", false},       {"double", false},
        {"bit(8)", false},       {"enum('a')", false},   {"set('a')", false},
        {"text", false},         {"blob", false},        {"json", false},
        {"uuid", false},         {"inet6", false},       {"point", false},
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
    add_index(table, INDEX_PLAIN, "plain", "id desc, ci");
    add_index(table, INDEX_UNIQUE, "u_ci", "ci");
    add_index(table, INDEX_UNIQUE, "u_exact", "exact");
    add_index(table, INDEX_UNIQUE, "u_prefix", "ci(10)");
    add_index(table, INDEX_PLAIN, "by_prefix", "by(8)");
    add_index(table, INDEX_PLAIN, "on_json", "js");
    add_index(table, INDEX_FULLTEXT, "ft", "ci");
    add_index(table, INDEX_PLAIN, "calc", "(`id` + 1)");
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
    ok_finding(SEVERITY_CHANGES, "app.t.ft", "this index is left out");
    ok_finding(SEVERITY_CHANGES, "app.t.u_folded", "this index is left out");
    ok_finding(SEVERITY_NOTE, "app.t.wide", "2704 bytes");
    ok_finding(SEVERITY_NOTE, "app.t.hidden", "INVISIBLE");
    const struct finding *finding = find_finding("app.t.ft", "left out");
    is_str(finding->detail, STR("FULLTEXT KEY `ft` (`ci`)"), "with its source text");
    ok(!planned_index_of("t", "ft")->translated && planned_index_of("t", "calc")->translated,
       "marked");
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
    test_prefix_primary_key();
    test_foreign_keys();
    test_composite();
    return done_testing();
}
