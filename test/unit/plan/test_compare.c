/* How texts compare: rules, both sides of foreign keys, collations, indexes over lower(). */
#include "build.h"

static struct column_rule rules[8];

static void add_rule(const char *pattern, enum text_compare compare)
{
    struct column_rule *rule = &rules[options.rule_count++];

    *rule = (struct column_rule){.pattern = str_of(pattern), .compare = compare};
    options.rules = rules;
}

static struct source_table *add_users(const char *collation)
{
    forget_tables();
    struct source_table *table = add_table("user");
    add_column(table, "id!", "int");
    add_column(table, "email!", arena_format(&arena, "varchar(100) %s", collation).ptr);
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    add_index(table, INDEX_UNIQUE, "email", "email");
    return table;
}

static const struct planned_index *twin_of(const char *table, const char *name)
{
    const struct planned_table *found = planned(table);

    for (size_t i = 0; i < found->index_count; i++)
        if (found->indexes[i].source == NULL && str_equal_c(found->indexes[i].target.name, name))
            return &found->indexes[i];
    return NULL;
}

/* ---- findings -------------------------------------------------------------------------------- */

static void test_unsettled(void)
{
    struct source_table *table = add_users("utf8mb4_0900_ai_ci");
    add_column(table, "nick", "varchar(20)");
    add_column(table, "exact", "varchar(20) utf8mb4_0900_bin");
    add_index(table, INDEX_PLAIN, "nick", "nick");
    add_index(table, INDEX_PLAIN, "exact", "exact");
    build_plan();
    ok_finding(SEVERITY_CHANGES, "app.user.email", "is unique by the bytes of \"email\"");
    const struct finding *finding = find_finding("app.user.email", "unique by the bytes");
    is_str(finding->fix,
           STR("columns: { \"user.email\": { compare: lower | icu | citext } }, or exact if bytes "
               "are meant"),
           "with what settles it");
    ok_finding(SEVERITY_CHANGES, "app.user.nick", "found by its bytes");
    ok(find_finding("app.user.exact", "") == NULL, "an exact collation changes nothing");
    add_rule("user.*", COMPARE_EXACT);
    build_plan();
    ok_finding(SEVERITY_NOTE, "app.user.email", "is unique by the bytes of \"email\"");
    ok(find_finding("app.user.nick", "found by") == NULL, "bytes are meant");
    is_number(planned("user")->index_count, 4, "and nothing is added");
}

static void test_meaningless(void)
{
    struct source_table *table = add_users("utf8mb4_bin");
    add_rule("*", COMPARE_ICU);
    add_column(table, "data", "varbinary(20)");
    add_column(table, "uuid", "char(36)");
    rules[options.rule_count++] = (struct column_rule){
        .pattern = STR("user.uuid"), .has_type = true, .type = {.kind = TARGET_UUID}};
    build_plan();
    ok_finding(SEVERITY_NOTE, "app.user.uuid",
               "compare: icu says nothing here: char(36) becomes uuid");
    ok(find_finding("app.user.id", "compare") == NULL, "numbers are passed over");
    ok_finding(SEVERITY_NOTE, "app.user.email", "utf8mb4_bin compares by bytes, too");
    is_number(plan.collation_count, 0, "no collation");
    is_str(planned_column_of("user", "email")->collation, STR(""), "none");
}

/* ---- lower ----------------------------------------------------------------------------------- */

static void test_lower(void)
{
    struct source_table *table = add_users("utf8mb4_0900_ai_ci");
    add_column(table, "nick", "varchar(500)");
    add_column(table, "role!", "varchar(20)");
    add_index(table, INDEX_PLAIN, "nick", "nick desc, id");
    add_index(table, INDEX_UNIQUE, "nick_start", "nick(10)");
    add_index(table, INDEX_UNIQUE, "both", "role, email");
    add_index(table, INDEX_FULLTEXT, "words", "nick");
    add_rule("user.email", COMPARE_LOWER);
    add_rule("user.nick", COMPARE_LOWER);
    build_plan();
    const struct planned_index *twin = twin_of("user", "email_lower");
    ok(twin != NULL && twin->translated && twin->target.kind == TARGET_INDEX_UNIQUE,
       "a second one");
    is_str(twin->target.parts[0].expression_sql, STR("lower(\"email\")"), "over lower()");
    ok(planned_index_of("user", "PRIMARY")->target.kind == TARGET_INDEX_PRIMARY, "key untouched");
    is_str(planned_index_of("user", "email")->target.parts[0].column, STR("email"), "first as is");
    twin = twin_of("user", "nick_lower");
    ok(twin != NULL && twin->target.kind == TARGET_INDEX_PLAIN, "lookups, too");
    ok(twin->target.parts[0].descending, "in their direction");
    is_str(twin->target.parts[1].column, STR("id"), "other parts as they are");
    is_str(twin_of("user", "nick_start_lower")->target.parts[0].expression_sql,
           STR("lower(left(\"nick\", 10))"), "the beginning of a column");
    is_str(twin_of("user", "both_lower")->target.parts[0].column, STR("role"),
           "a column without a rule");
    ok(twin_of("user", "words_lower") == NULL && twin_of("user", "user_lower") == NULL,
       "none for others");
    ok_finding(SEVERITY_NOTE, "app.user.email", "once more by lower()");
}

static void test_lower_primary(void)
{
    forget_tables();
    struct source_table *table = add_table("t\"\\`;--");
    add_column(table, "c\";DROP--!", "varchar(36)");
    add_column(table, "x", "int");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "c\";DROP--");
    /* The name that the second index wants is taken. */
    add_index(table, INDEX_PLAIN, "t\"\\`;--_lower", "x");
    add_rule("*DROP*", COMPARE_LOWER);
    build_plan();
    const struct planned_table *found = planned("t\"\\`;--");
    is_number(found->index_count, 3, "one more");
    const struct target_index *twin = &found->indexes[2].target;
    ok(twin->kind == TARGET_INDEX_UNIQUE, "unique, not primary");
    is_str(twin->parts[0].expression_sql, STR("lower(\"c\"\";DROP--\")"), "quoted");
    ok(!str_equal(twin->name, found->indexes[1].target.name), "a name of its own: " STR_FMT,
       STR_ARG(twin->name));
}

/* ---- icu ------------------------------------------------------------------------------------- */

static void test_locales(void)
{
    static const char *const cases[][2] = {
        {"utf8mb4_0900_ai_ci", "und-u-ks-level1"},
        {"utf8mb4_0900_as_ci", "und-u-ks-level2"},
        {"utf8mb4_0900_as_cs", "und-u-ks-level3"},
        {"utf8mb4_cs_0900_ai_ci", "cs-u-ks-level1"},
        {"utf8mb4_cs_0900_as_cs", "cs-u-ks-level3"},
        {"utf8mb4_de_pb_0900_ai_ci", "de-u-co-phonebk-ks-level1"},
        {"utf8mb4_es_trad_0900_as_cs", "es-u-co-trad-ks-level3"},
        {"utf8mb4_ja_0900_as_cs_ks", "ja-u-ks-level3"},
        {"utf8mb4_general_ci", "und-u-ks-level1"},
        {"utf8mb4_unicode_520_ci", "und-u-ks-level1"},
        {"utf8mb4_german2_ci", "de-u-co-phonebk-ks-level1"},
        {"latin1_swedish_ci", "sv-u-ks-level1"},
        {"latin1_general_cs", "und-u-ks-level3"},
        {"utf8mb4_uca1400_ai_ci", "und-u-ks-level1"},
        {"utf8mb4_uca1400_nopad_as_ci", "und-u-ks-level2"},
        {"utf8mb4_uca1400_swedish_ai_cs", "sv-u-ks-level1-kc-true"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        add_users(cases[i][0]);
        add_rule("user.email", COMPARE_ICU);
        build_plan();
        ok(plan.collation_count == 1, "%s: a collation", cases[i][0]);
        if (plan.collation_count == 1)
            is_str(plan.collations[0].locale, str_of(cases[i][1]), "%s", cases[i][0]);
    }
}

static void test_icu(void)
{
    struct source_table *table = add_users("utf8mb4_general_ci");
    add_column(table, "other", "varchar(20) utf8mb4_general_ci");
    add_rule("user.email", COMPARE_ICU);
    add_rule("user.other", COMPARE_ICU);
    build_plan();
    is_number(plan.collation_count, 1, "one collation for both");
    is_str(planned_column_of("user", "email")->collation, STR("utf8mb4_general_ci"), "its name");
    ok_finding(SEVERITY_NOTE, "app.user.email", "is unique by the ICU collation und-u-ks-level1");
    ok_finding(SEVERITY_NOTE, "utf8mb4_general_ci", "LIKE");
    ok_finding(SEVERITY_NOTE, "utf8mb4_general_ci", "took ß for s");
    ok_finding(SEVERITY_NOTE, "utf8mb4_general_ci", "spaces at the end count");
    struct buf sql = BUF_INIT(MIB, "sql");
    error_free(plan_print_sql(&plan, &sql));
    struct str text = buf_str(&sql);
    size_t made = str_search(text, STR("CREATE COLLATION \"public\".\"utf8mb4_general_ci\" "
                                       "(PROVIDER = icu, DETERMINISTIC = false, "
                                       "LOCALE = 'und-u-ks-level1');"));
    size_t used = str_search(
        text, STR("\"email\" character varying(100) COLLATE \"public\".\"utf8mb4_general_ci\""));
    ok(made < used && used < text.len, "made before the column that uses it");
    buf_free(&sql);
}

/* ---- citext ---------------------------------------------------------------------------------- */

static void test_citext(void)
{
    struct source_table *table = add_users("utf8mb4_general_ci");
    struct source_table *child = add_table("child");
    add_column(child, "email", "varchar(100) utf8mb4_general_ci");
    add_foreign_key(child, "child_user", "email", "user", "email");
    add_index(table, INDEX_UNIQUE, "start", "email(10)");
    add_rule("user.email", COMPARE_CITEXT);
    build_plan();
    ok_finding(SEVERITY_BLOCKER, "app.user.email", "citext, an extension that the target does not");
    ok_finding(SEVERITY_BLOCKER, "app.child.email", "citext, an extension");
    options.citext_schema = STR("ext\"ensions");
    build_plan();
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "there");
    is_str(str_of(type_words_of(&planned_column_of("user", "email")->type)),
           STR("\"ext\"\"ensions\".citext"), "the type, with its schema");
    is_str(str_of(type_words_of(&planned_column_of("child", "email")->type)),
           STR("\"ext\"\"ensions\".citext"), "on both sides of the key");
    is_str(planned_index_of("user", "start")->target.parts[0].expression_sql,
           STR("left(\"email\", 10)::\"ext\"\"ensions\".citext"), "its beginning");
    ok(planned("child")->foreign_keys[0].matches[0] == MATCH_FOLDED,
       "parents are found without case");
    options.citext_schema = STR("");
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

static void add_children(void)
{
    struct source_table *user = add_users("utf8mb4_0900_ai_ci");
    (void)user;
    struct source_table *child = add_table("child");
    add_column(child, "email!", "varchar(100)");
    add_foreign_key(child, "child_user", "email", "user", "email");
    add_index(child, INDEX_PRIMARY, "PRIMARY", "email");
    struct source_table *grand = add_table("grandchild");
    add_column(grand, "mail", "varchar(100)");
    add_foreign_key(grand, "grandchild_child", "mail", "child", "email");
}

static void test_group(void)
{
    add_children();
    add_rule("grandchild.mail", COMPARE_ICU);
    build_plan();
    is_str(planned_column_of("user", "email")->collation, STR("utf8mb4_0900_ai_ci"),
           "up to the first parent");
    is_str(planned_column_of("child", "email")->collation, STR("utf8mb4_0900_ai_ci"), "through");
    const struct planned_column *column = &planned("child")->columns[0];
    is_str(str_of(column->rule), STR("key-group"), "as a group");
    is_str(column->reason, STR("a foreign key joins it to grandchild.mail, which compares by icu"),
           "with a reason");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "nothing is in the way");

    add_rule("user.email", COMPARE_EXACT);
    build_plan();
    ok_finding(SEVERITY_BLOCKER, "app.user.email", "is to compare by exact, while a foreign key");

    add_children();
    add_rule("grandchild.mail", COMPARE_LOWER);
    build_plan();
    ok(planned("child")->columns[0].compare == COMPARE_UNSET, "lower() concerns one side alone");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "and is in nobody's way");
}

/* ---- policies for references ----------------------------------------------------------------- */

static void add_policy(const char *pattern, enum value_class value_class, enum value_policy policy)
{
    add_rule(pattern, COMPARE_UNSET);
    rules[options.rule_count - 1].policies.of[value_class] = policy;
}

static void test_reference_policies(void)
{
    size_t i = 9;

    add_children();
    build_plan();
    const struct planned_foreign_key *key = &planned("child")->foreign_keys[0];
    ok(key->orphan == POLICY_REFUSE && key->spelling == POLICY_REFUSE, "refused unless told");
    ok(key->matches[0] == MATCH_BYTES, "found by bytes");
    ok(plan_key_above(planned("child"), 0, &i) == NULL, "nothing is written into the child");
    add_policy("child.email", CLASS_PARENT_SPELLING, POLICY_REPLACE);
    add_policy("grandchild.mail", CLASS_ORPHAN, POLICY_NULL);
    build_plan();
    key = &planned("child")->foreign_keys[0];
    ok(key->spelling == POLICY_REPLACE && key->orphan == POLICY_REFUSE, "as told");
    ok(plan_key_above(planned("child"), 0, &i) == key && i == 0, "the child takes the spelling");
    ok(plan_key_above(planned("grandchild"), 0, &i) == &planned("grandchild")->foreign_keys[0],
       "NULL is another value, too");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "a chain ends");
    struct buf text = BUF_INIT(MIB, "text");
    error_free(plan_print_text(&plan, &text));
    ok(str_search(buf_str(&text), STR("a child whose parent is spelt otherwise")) < text.len,
       "the plan says so");
    buf_free(&text);
}

static void test_reference_circle(void)
{
    forget_tables();
    struct source_table *a = add_table("a"), *b = add_table("b");
    add_column(a, "x!", "varchar(10)");
    add_column(b, "y!", "varchar(10)");
    add_index(a, INDEX_PRIMARY, "PRIMARY", "x");
    add_index(b, INDEX_PRIMARY, "PRIMARY", "y");
    add_foreign_key(a, "ab", "x", "b", "y");
    add_foreign_key(b, "ba", "y", "a", "x");
    add_policy("*", CLASS_PARENT_SPELLING, POLICY_REPLACE);
    build_plan();
    ok_finding(SEVERITY_BLOCKER, "app.a.ab", "a circle of foreign keys");
    add_policy("b.y", CLASS_PARENT_SPELLING, POLICY_REFUSE);
    build_plan();
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "one that refuses breaks it");
}

/* Two columns that refer to each other, and a table to itself: the search for groups ends. */
static void test_circle(void)
{
    forget_tables();
    struct source_table *a = add_table("a"), *b = add_table("b");
    add_column(a, "x!", "varchar(10)");
    add_column(a, "up", "varchar(10)");
    add_column(b, "y!", "varchar(10)");
    add_index(a, INDEX_PRIMARY, "PRIMARY", "x");
    add_index(b, INDEX_PRIMARY, "PRIMARY", "y");
    add_foreign_key(a, "ab", "x", "b", "y");
    add_foreign_key(b, "ba", "y", "a", "x");
    add_foreign_key(a, "aa", "up", "a", "x");
    add_rule("b.y", COMPARE_ICU);
    build_plan();
    ok(planned("a")->columns[0].compare == COMPARE_ICU &&
           planned("a")->columns[1].compare == COMPARE_ICU,
       "all of them");
}

int main(void)
{
    test_unsettled();
    test_meaningless();
    test_lower();
    test_lower_primary();
    test_locales();
    test_icu();
    test_citext();
    test_group();
    test_circle();
    test_reference_policies();
    test_reference_circle();
    return done_testing();
}
