/* Names: mapped, cut, told apart, whatever the order. */
#include "build.h"
#include "plan/internal.h"

static struct str mapped(enum plan_names names, const char *name)
{
    struct plan_options o = {.names = names};
    struct planner planner = {.arena = &arena, .options = &o};

    return map_name(&planner, str_of(name));
}

static void test_mapping(void)
{
    static const struct {
        const char *name, *lower, *snake;
    } cases[] = {
        {"user", "user", "user"},
        {"userId", "userid", "user_id"},
        {"userID", "userid", "user_id"},
        {"HTTPServer", "httpserver", "http_server"},
        {"parseHTTPRequest2", "parsehttprequest2", "parse_http_request2"},
        {"v2Name", "v2name", "v2_name"},
        {"already_snake", "already_snake", "already_snake"},
        {"Already_Snake", "already_snake", "already_snake"},
        {"with space-dash", "with space-dash", "with_space_dash"},
        {"ÄpfelUndÖl", "ÄpfelundÖl", "Äpfel_undÖl"},
        {"A", "a", "a"},
        {"AB", "ab", "ab"},
        {"\"; DROP", "\"; drop", "\";_drop"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        is_str(mapped(NAMES_KEEP, cases[i].name), str_of(cases[i].name), "keep %s", cases[i].name);
        is_str(mapped(NAMES_LOWER, cases[i].name), str_of(cases[i].lower), "lower %s",
               cases[i].name);
        is_str(mapped(NAMES_SNAKE, cases[i].name), str_of(cases[i].snake), "snake %s",
               cases[i].name);
    }
}

static void test_length(void)
{
    char name[257], other[257];

    memset(name, 'a', sizeof name);
    is_number(fit_name(&arena, (struct str){name, 63}).len, 63, "63 bytes stay");
    struct str cut = fit_name(&arena, (struct str){name, 64});
    is_number(cut.len, 63, "64 bytes are cut to 63");
    ok(cut.ptr[54] == '_', "with a hash behind");
    is_str(cut, fit_name(&arena, (struct str){name, 64}), "the same each time");
    memcpy(other, name, sizeof name);
    other[63] = 'b';
    ok(!str_equal(cut, fit_name(&arena, (struct str){other, 64})),
       "names that differ in what is cut off differ");
    /* 64 characters of 4 bytes: MySQL's longest. 54 bytes would end inside the 14th. */
    for (size_t i = 0; i < 256; i += 4)
        memcpy(name + i, "😀", 4);
    cut = fit_name(&arena, (struct str){name, 256});
    is_number(cut.len, 52 + 9, "cut at a character");
    ok(cut.ptr[52] == '_', "with the hash right behind it");
}

static void settle(struct name_wish *wishes, size_t count, const struct map *reserved,
                   const size_t *order)
{
    struct name_wish turned[8];

    for (size_t i = 0; i < count; i++) {
        *wishes[i].ret_name = STR_NULL;
        turned[i] = wishes[order[i]];
    }
    settle_names(&arena, reserved, turned, count);
}

static void test_settling(void)
{
    struct str names[5];
    struct name_wish wishes[5] = {
        {{STR("idx"), STR("a_idx"), STR("a_1")}, &names[0]},
        {{STR("idx"), STR("b_idx"), STR("b_2")}, &names[1]},
        {{STR("a_idx"), STR("c_a_idx"), STR("c_3")}, &names[2]},
        {{STR("taken"), STR("d_taken"), STR("d_4")}, &names[3]},
        {{STR("own"), STR("e_own"), STR("e_5")}, &names[4]},
    };
    static const char *const wanted[] = {"a_1", "b_idx", "a_idx", "d_taken", "own"};
    struct map reserved;
    size_t order[5];

    map_init(&reserved, &arena);
    map_add(&reserved, STR("taken"), &reserved);
    /* All 120 orders. */
    bool same = true;
    for (size_t n = 0; n < 120; n++) {
        size_t left = n;
        for (size_t i = 0; i < 5; i++)
            order[i] = i;
        for (size_t i = 5; i > 1; left /= i, i--) {
            size_t k = left % i, swapped = order[i - 1];
            order[i - 1] = order[k];
            order[k] = swapped;
        }
        settle(wishes, 5, &reserved, order);
        for (size_t i = 0; i < 5; i++)
            same = same && str_equal_c(names[i], wanted[i]);
    }
    ok(same, "the same names in every order");
    for (size_t i = 0; i < 5; i++)
        is_str(names[i], str_of(wanted[i]), "%s", wanted[i]);
}

static void add_plain_table(const char *name, bool turned)
{
    struct source_table *table = add_table(name);

    add_column(table, "id!", "int");
    add_column(table, "a", "int");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    add_index(table, INDEX_PLAIN, turned ? "idx_b" : "idx_a", "a");
    add_index(table, INDEX_PLAIN, turned ? "idx_a" : "idx_b", "a");
}

static void test_plan_names(void)
{
    forget_tables();
    add_plain_table("one", false);
    add_plain_table("two", true);
    add_plain_table("idx_c", false);
    struct source_table *table = add_table("four");
    add_column(table, "id!", "int");
    add_index(table, INDEX_UNIQUE, "idx_c", "id");
    add_index(table, INDEX_PLAIN, "alone", "id");
    add_index(table, INDEX_PLAIN, "two_idx_a", "id");
    ok(build_plan(), "planned");
    is_str(planned_index_of("one", "PRIMARY")->target.name, STR("one_pkey"), "primary key");
    is_str(planned_index_of("one", "idx_a")->target.name, STR("one_idx_a"), "one_idx_a");
    is_str(planned_index_of("four", "alone")->target.name, STR("alone"), "a lone name is kept");
    is_str(planned_index_of("four", "idx_c")->target.name, STR("four_idx_c"), "a table's name");
    is_str(planned_index_of("four", "two_idx_a")->target.name, STR("two_idx_a"), "two_idx_a kept");
    struct str hashed = planned_index_of("two", "idx_a")->target.name;
    ok(str_starts_with(hashed, STR("two_idx_a_")) && hashed.len == 18, "and the other is hashed");
    ok_finding(SEVERITY_NOTE, "app", "indexes get other names");
}

static void test_columns(void)
{
    struct source_table *table;
    char name[65];

    forget_tables();
    table = add_table("t");
    add_column(table, "userId", "int");
    add_column(table, "user_id", "int");
    add_column(table, "xmin", "int");
    memset(name, 'x', 64);
    name[64] = '\0';
    add_column(table, arena_str_c(&arena, name).ptr, "int");
    add_column(add_table("A"), "x", "int");
    add_column(add_table("a"), "x", "int");
    options.names = NAMES_SNAKE;
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.t.user_id", "gets the same name");
    ok_finding(SEVERITY_BLOCKER, "app.a", "gets the same name");
    ok_finding(SEVERITY_CHANGES, "app.t.xmin", "PostgreSQL keeps this name");
    is_str(planned_column_of("t", "xmin")->name, STR("xmin_"), "xmin_");
    is_number(planned("t")->target.columns[3].name.len, 63, "cut");
    options.names = NAMES_KEEP;
    ok(build_plan(), "planned");
    ok(find_finding("app.t.user_id", "gets the same") == NULL, "no collision when kept");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "no blocker");
}

static void test_sequences(void)
{
    struct source_table *table;

    forget_tables();
    table = add_table("user");
    add_column(table, "id!", "int")->auto_increment = true;
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    add_index(table, INDEX_PLAIN, "user_id_seq", "id");
    ok(build_plan(), "planned");
    is_str(planned_index_of("user", "user_id_seq")->target.name, STR("user_user_id_seq"),
           "an index leaves the sequence its name");
    add_column(add_table("user_id_seq"), "x", "int");
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.user_id_seq", "sequence");
}

static void test_constraints(void)
{
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "id!", "int unsigned");
    add_column(table, "up", "int unsigned");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    add_index(table, INDEX_UNIQUE, "up", "up");
    add_foreign_key(table, "up", "up", "t", "id");
    add_check(table, "id_unsigned", "(`id` < 5)");
    ok(build_plan(), "planned");
    is_str(planned("t")->foreign_keys[0].target.name, STR("up_fkey"), "a key beside a unique key");
    ok(planned("t")->target.check_count == 3, "three checks");
    ok(!str_equal(planned("t")->target.checks[0].name, planned("t")->target.checks[2].name),
       "checks are told apart");
}

int main(void)
{
    test_mapping();
    test_length();
    test_settling();
    test_plan_names();
    test_columns();
    test_sequences();
    test_constraints();
    return done_testing();
}
