/* Policies: which rule decides each part, what cannot be followed; and plan.json keeps them. */
#include "base/limits.h"
#include "build.h"
#include "tap.h"

static enum value_policy policy_of(const char *table, const char *column, enum value_class of)
{
    struct planned_table *found = planned(table);
    int position = catalog_find_column(found->source, str_of(column));

    return position < 0 ? POLICY_UNSET : found->columns[position].policies.of[of];
}

#define is_policy(table, column, value_class, policy)                                       \
    ok(policy_of(table, column, value_class) == (policy), "%s.%s: %s is %s", table, column, \
       value_class_name(value_class), value_policy_name(policy))

static void use_rules(struct column_rule *rules, size_t count)
{
    options.rules = rules;
    options.rule_count = count;
}

static struct source_table *add_values(void)
{
    struct source_table *table = add_table("t");

    add_column(table, "id!", "int");
    add_column(table, "day", "date");
    add_column(table, "must!", "datetime");
    add_column(table, "word", "varchar(20)");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    return table;
}

static void test_parts(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("*.day"), .policies.of[CLASS_ZERO_DATE] = POLICY_REPLACE},
        {.pattern = STR("t.day"), .has_type = true, .type = {.kind = TARGET_DATE}},
        {.pattern = STR("app.t.day"), .policies.of[CLASS_PARTIAL_DATE] = POLICY_QUARANTINE},
        {.pattern = STR("*.*"),
         .compare = COMPARE_LOWER,
         .policies.of = {[CLASS_ZERO_DATE] = POLICY_QUARANTINE, [CLASS_NUL_BYTE] = POLICY_STRIP}},
        {.pattern = STR("*.word"), .compare = COMPARE_ICU},
        {.pattern = STR("t.word"), .policies.of[CLASS_NUL_BYTE] = POLICY_REFUSE},
    };

    forget_tables();
    add_values();
    use_rules(rules, COUNT_OF(rules));
    options.policies.of[CLASS_INVALID_BYTES] = POLICY_REPLACE;
    options.policies.of[CLASS_PARTIAL_DATE] = POLICY_REPLACE;
    ok(build_plan(), "planned");
    is_policy("t", "day", CLASS_ZERO_DATE, POLICY_REPLACE);
    is_policy("t", "day", CLASS_PARTIAL_DATE, POLICY_QUARANTINE);
    is_policy("t", "must", CLASS_ZERO_DATE, POLICY_QUARANTINE);
    is_policy("t", "must", CLASS_PARTIAL_DATE, POLICY_REPLACE);
    is_policy("t", "word", CLASS_NUL_BYTE, POLICY_REFUSE);
    is_policy("t", "word", CLASS_INVALID_BYTES, POLICY_REPLACE);
    is_policy("t", "word", CLASS_ZERO_DATE, POLICY_REFUSE);
    is_policy("t", "id", CLASS_NUL_BYTE, POLICY_REFUSE);
    is_number(planned("t")->columns[3].compare, COMPARE_ICU, "a comparison of its own");
    is_number(planned("t")->columns[0].compare, COMPARE_EXACT, "a number is never folded");
    is_text(planned("t")->columns[1].rule, "columns:", "a type by rule");
    is_text(planned("t")->columns[3].rule, "default", "a policy is no rule of the type");
    for (size_t i = 0; i < CLASS_COUNT; i++)
        ok(options.policies.of[i] != POLICY_UNSET, "%s is settled", value_class_name(i));
}

static void test_null(void)
{
    struct column_rule nullable[] = {{.pattern = STR("t.must"), .nullable = true},
                                     {.pattern = STR("t.day"), .nullable = true}};
    struct column_rule own[] = {
        {.pattern = STR("t.must"), .policies.of[CLASS_ZERO_DATE] = POLICY_NULL}};

    forget_tables();
    add_values();
    options.policies.of[CLASS_ZERO_DATE] = POLICY_NULL;
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "for all that take NULL");
    is_policy("t", "must", CLASS_ZERO_DATE, POLICY_REFUSE);
    use_rules(own, 1);
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 1, "one column cannot take it");
    ok_finding(SEVERITY_BLOCKER, "app.t.must", "zero_date: \"null\" cannot be followed");
    const struct finding *finding = find_finding("app.t.must", "NOT NULL");
    ok(finding != NULL &&
           str_search(finding->fix, STR("\"t.must\": { nullable: true }")) < finding->fix.len,
       "with the choice");
    ok(planned_column_of("t", "must")->not_null, "NOT NULL stays");
    use_rules(nullable, 2);
    ok(build_plan(), "planned");
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), 0, "nullable: true settles it");
    ok(!planned_column_of("t", "must")->not_null, "NOT NULL is dropped");
    ok_finding(SEVERITY_CHANGES, "app.t.must", "loses its NOT NULL");
    ok(find_finding("app.t.day", "loses") == NULL, "a nullable column loses nothing");
}

static void test_primary_key(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("t.*"), .nullable = true},
        {.pattern = STR("t.day"), .policies.of[CLASS_ZERO_DATE] = POLICY_NULL}};
    struct source_table *table;

    forget_tables();
    table = add_table("t");
    add_column(table, "day!", "date");
    add_column(table, "other!", "varchar(20) utf8mb4_bin");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "day");
    use_rules(rules + 1, 1);
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.t.day", "part of the primary key");
    use_rules(rules, 2);
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.t.day", "part of the primary key");
    ok(planned_column_of("t", "day")->not_null, "a key's column stays NOT NULL");
    ok(!planned_column_of("t", "other")->not_null, "another one does not");
}

static void test_references(void)
{
    struct column_rule own[] = {
        {.pattern = STR("child.parent"), .policies.of[CLASS_ORPHAN] = POLICY_NULL}};
    struct source_table *table;

    forget_tables();
    table = add_table("child");
    add_column(table, "parent!", "int");
    add_column(table, "maybe", "int");
    add_foreign_key(table, "f1", "parent", "parent", "id");
    add_foreign_key(table, "f2", "maybe", "parent", "id");
    table = add_table("parent");
    add_column(table, "id!", "int");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    options.policies.of[CLASS_ORPHAN] = POLICY_NULL;
    ok(build_plan(), "planned");
    is_policy("child", "parent", CLASS_ORPHAN, POLICY_REFUSE);
    use_rules(own, 1);
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_BLOCKER, "app.child.parent", "orphan: \"null\" cannot be followed");
    is_policy("child", "maybe", CLASS_ORPHAN, POLICY_NULL);
    is_policy("parent", "id", CLASS_ORPHAN, POLICY_REFUSE);
}

/* The '' of index 0 becomes a label, and the CHECK takes it. */
static void test_empty_enum(void)
{
    static struct str labels[] = {STR("a"), STR("b")};
    struct source_column *column;

    forget_tables();
    column = add_column(add_table("t"), "e", "varchar(1) utf8mb4_bin");
    column->type.kind = SOURCE_ENUM;
    column->type.labels = labels;
    column->type.label_count = 2;
    ok(build_plan(), "planned");
    is_str(planned("t")->target.checks[0].expression_sql, STR("\"e\" IN ('a', 'b')"),
           "the labels alone");
    options.policies.of[CLASS_EMPTY_ENUM] = POLICY_REPLACE;
    ok(build_plan(), "planned");
    is_str(planned("t")->target.checks[0].expression_sql, STR("\"e\" IN ('a', 'b', '')"),
           "and the empty text");
}

/* What a wish for all columns cannot mean in this one is a note, and nothing happens there. */
static void test_impossible(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("t.id"), .has_type = true, .type = {.kind = TARGET_VARCHAR, .length = 3}},
        {.pattern = STR("t.word"),
         .has_type = true,
         .type = {.kind = TARGET_VARCHAR, .length = 3}}};

    forget_tables();
    add_values();
    use_rules(rules, 2);
    options.policies.of[CLASS_TOO_LONG] = POLICY_REPLACE;
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_NOTE, "app.t.id", "too_long: \"replace\" does nothing here");
    is_policy("t", "id", CLASS_TOO_LONG, POLICY_REFUSE);
    is_policy("t", "word", CLASS_TOO_LONG, POLICY_REPLACE);
    ok(find_finding("app.t.word", "does nothing") == NULL, "words can be cut");
}

static void test_wrong(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("t.day"), .policies.of[CLASS_ZERO_DATE] = POLICY_STRIP}};
    struct error *error;

    forget_tables();
    add_values();
    use_rules(rules, 1);
    error = plan_make(&catalog, &facts, &options, &arena, &plan);
    ok(error != NULL && error->id == PGC_CONFIG && strstr(error->fix, "-infinity") != NULL,
       "a policy that does not fit is an error that says what does");
    error_free(error);
}

static void test_file(void)
{
    struct column_rule rules[] = {
        {.pattern = STR("t.day"),
         .nullable = true,
         .compare = COMPARE_CITEXT,
         .policies.of = {[CLASS_ZERO_DATE] = POLICY_REPLACE, [CLASS_BAD_JSON] = POLICY_REFUSE}}};
    CLEANUP(buf_free) struct buf json = BUF_INIT(LIMIT_DOCUMENT, "test");
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "test");
    struct plan_options read;
    struct str digest;

    forget_tables();
    add_values();
    use_rules(rules, 1);
    options.policies.of[CLASS_NUL_BYTE] = POLICY_QUARANTINE;
    options.max_quarantined = 7;
    ok(build_plan(), "planned");
    struct str before = plan.digest;
    ok_call(plan_print_json(&plan, &json), "printed");
    ok_call(plan_read_json(buf_str(&json), &arena, &read, &digest), "read");
    is_str(digest, before, "the digest");
    ok(memcmp(&read.rules[0].policies, &rules[0].policies, sizeof rules[0].policies) == 0,
       "a rule's policies, refuse among them");
    ok(read.rules[0].nullable && !read.rules[0].has_type, "a rule without a type");
    is_number(read.rules[0].compare, COMPARE_CITEXT, "its comparison");
    is_number(read.policies.of[CLASS_NUL_BYTE], POLICY_QUARANTINE, "values:");
    is_number(read.max_quarantined, 7, "the limit");
    ok_call(plan_make(&catalog, &facts, &read, &arena, &plan), "made anew");
    is_str(plan.digest, before, "the same digest");
    read.max_quarantined = 8;
    ok_call(plan_make(&catalog, &facts, &read, &arena, &plan), "with another limit");
    is_str(plan.digest, before, "the same digest: a limit may be raised");
    ok_call(plan_print_text(&plan, &text), "as text");
    ok(str_search(buf_str(&text), STR("zero_date: becomes -infinity\n")) < text.len,
       "a column's policy");
    ok(str_search(buf_str(&text), STR("nul_byte: the row is set aside\n")) < text.len,
       "the common one, where it can happen");
    ok(str_search(buf_str(&text), STR("set aside: at most 8\n")) < text.len, "and the limit");
    read.policies.of[CLASS_NUL_BYTE] = POLICY_STRIP;
    ok_call(plan_make(&catalog, &facts, &read, &arena, &plan), "with another policy");
    ok(!str_equal(plan.digest, before), "another digest");
}

int main(void)
{
    test_parts();
    test_null();
    test_primary_key();
    test_references();
    test_empty_enum();
    test_impossible();
    test_wrong();
    test_file();
    return done_testing();
}
