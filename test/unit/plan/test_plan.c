/* The whole: what is selected, the three printed forms, plan.json read back. */
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/text.h"
#include "build.h"

/* ---- golden files ---------------------------------------------------------------------------- */

static struct str read_file(const char *path)
{
    int fd = open(path, O_RDONLY);
    char *text = arena_alloc(&arena, MIB);
    ssize_t len = fd >= 0 ? read(fd, text, MIB) : -1;

    close(fd);
    return (struct str){text, len > 0 ? (size_t)len : 0};
}

/* The file of test/golden holds exactly this; PGCONVERGE_GOLDEN=write makes it so. */
static void is_golden(struct str text, const char *name)
{
    struct str path = arena_format(&arena, "%s/%s", GOLDEN_DIR, name);
    const char *wish = getenv("PGCONVERGE_GOLDEN");

    if (wish != NULL && strcmp(wish, "write") == 0) {
        FILE *file = fopen(path.ptr, "w");

        ok(file != NULL && fwrite(text.ptr, 1, text.len, file) == text.len, "%s written", name);
        if (file != NULL)
            fclose(file);
        return;
    }
    is_str(text, read_file(path.ptr), "%s", name);
}

static struct str printed(struct error *(*print)(const struct plan *, struct buf *))
{
    struct buf buf = BUF_INIT(LIMIT_DOCUMENT, "test");
    struct error *error = print(&plan, &buf);

    ok(error == NULL, "printed");
    error_free(error);
    struct str text = arena_str(&arena, buf_str(&buf));
    buf_free(&buf);
    return text;
}

/* ---- a database of many kinds ---------------------------------------------------------------- */

static void add_users(void)
{
    struct source_table *table = add_table("user");

    add_column(table, "id!", "bigint unsigned")->auto_increment = true;
    add_column(table, "emailAddress!", "varchar(255)")->comment = STR("it's theirs");
    add_default(table, "is_active!", "tinyint(1)", false, "1");
    add_default(table, "role!", "enum('admin','member','guest')", false, "guest");
    add_column(table, "tags", "set('a','b')");
    add_column(table, "settings", "json");
    add_default(table, "balance!", "decimal(12,2) unsigned", false, "0.00");
    add_default(table, "created_at!", "datetime(3)", true, "CURRENT_TIMESTAMP(3)");
    add_default(table, "updated_at", "timestamp", true, "CURRENT_TIMESTAMP")->on_update_now = true;
    add_generated(table, "emailLength", "int", "char_length(`emailAddress`)")->generated_stored =
        false;
    add_generated(table, "emailLower", "varchar(255)", "lower(`emailAddress`)");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "id");
    add_index(table, INDEX_UNIQUE, "idx_email", "emailAddress");
    add_index(table, INDEX_PLAIN, "idx_created", "created_at desc, role");
    add_index(table, INDEX_FULLTEXT, "ft_email", "emailAddress");
    add_check(table, "balance_ok", "(`balance` <= 1000000)");
    add_check(table, "email_ok", "(`emailAddress` <> _utf8mb4'')");
    table->comment = STR("people");
    table->rows_estimate = 123456;
    table->data_bytes = 45678901;
    table->auto_increment = 200001;
}

static void add_orders(void)
{
    static struct source_partition parts[] = {
        {.name = STR("p0"), .description = STR(""), .comment = STR("first")},
        {.name = STR("p1"), .description = STR(""), .comment = STR("")},
    };
    struct source_table *table = add_table("order");

    add_column(table, "userId!", "bigint unsigned");
    add_column(table, "no!", "int unsigned");
    add_column(table, "note", "text");
    add_column(table, "signature", "blob");
    add_column(table, "place", "point");
    add_column(table, "took", "time(6)");
    add_index(table, INDEX_PRIMARY, "PRIMARY", "userId, no");
    add_index(table, INDEX_PLAIN, "idx_created", "note(20)");
    add_foreign_key(table, "fk_user", "userId", "user", "id");
    add_foreign_key(table, "fk_away", "userId", "user", "id")->parent_database = STR("crm");
    table->rows_estimate = 5;
    table->data_bytes = 16384;
    table->partitioned = true;
    table->partitioning = (struct source_partitioning){.method = STR("KEY"),
                                                       .expression = STR("`userId`"),
                                                       .sub_method = STR(""),
                                                       .sub_expression = STR(""),
                                                       .parts = parts,
                                                       .part_count = COUNT_OF(parts)};
    table->create_text = STR("CREATE TABLE `order` (…) PARTITION BY HASH (`userId`)");
}

static struct source_object objects[] = {
    {OBJECT_VIEW, {"active_user", 11}, {"", 0}, {"CREATE VIEW …", 15}},
    {OBJECT_TRIGGER, {"before_user", 11}, {"user", 4}, {"CREATE TRIGGER …", 18}},
};

static void build_shop(void)
{
    static struct column_rule rules[] = {
        {.pattern = STR("*.is_active"), .has_type = true, .type = {.kind = TARGET_BOOLEAN}}};
    static struct str exclude[] = {STR("tmp_*")};

    forget_tables();
    add_users();
    add_orders();
    struct source_table *table = add_table("log");
    add_column(table, "line", "varchar(20) utf8mb4_bin");
    table->engine = STR("MyISAM");
    add_column(add_table("tmp_1"), "x", "xml");
    /* 64 characters, quotes, a line end, a terminal's escape: names are anything. */
    table =
        add_table("\"; DROP TABLE \x1b[31mx\n\xe2\x80\xae😀 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    add_column(table, "`\"'\\", "int");
    options.rules = rules;
    options.rule_count = 1;
    options.exclude = exclude;
    options.exclude_count = 1;
    catalog.objects = objects;
    catalog.object_count = COUNT_OF(objects);
    ok(build_plan(), "planned");
}

/* Every line fits the page and holds nothing that a terminal would obey. */
static void is_readable(struct str text)
{
    size_t widest = 0, hidden = 0, blank_ends = 0, len;

    for (size_t from = 0, end; from < text.len; from = end + 1) {
        end = str_find(text, '\n', from);
        struct str line = str_slice(text, from, end);
        widest = text_width(line) > widest ? text_width(line) : widest;
        blank_ends += line.len > 0 && line.ptr[line.len - 1] == ' ';
        for (size_t at = 0; at < line.len; at += len)
            hidden += !text_is_printable(text_decode(line, at, &len));
    }
    ok(widest > 40 && widest <= 100, "at most 100 columns (%zu)", widest);
    is_number(hidden, 0, "nothing that is not printable");
    is_number(blank_ends, 0, "no blanks at the ends of lines");
}

static void test_golden(void)
{
    build_shop();
    struct str text = printed(plan_print_text);
    is_readable(text);
    is_golden(text, "plan-shop.txt");
    is_golden(printed(plan_print_json), "plan-shop.json");
    is_golden(printed(plan_print_sql), "plan-shop.sql");
}

/* ---- what is selected ------------------------------------------------------------------------ */

static void test_selection(void)
{
    struct str include[] = {STR("u*"), STR("app.log"), STR("nosuch")};
    struct str exclude[] = {STR("user")};

    build_shop();
    options.include = include;
    options.include_count = COUNT_OF(include);
    options.exclude = exclude;
    ok(build_plan(), "planned");
    ok(planned("user")->disposition == DISPOSITION_LEFT_OUT, "exclude wins");
    ok(planned("order")->disposition == DISPOSITION_LEFT_OUT, "not included");
    ok(planned("log")->disposition == DISPOSITION_CREATED, "with the database's name");
    ok_finding(SEVERITY_CHANGES, "nosuch", "--tables: this pattern fits no table");
    ok_finding(SEVERITY_BLOCKER, "app.log", "has no snapshots");
    options.engines_locked = true;
    ok(build_plan(), "planned");
    ok_finding(SEVERITY_NOTE, "app.log", "the lock keeps it still");
    options.engines_locked = false;
}

static void test_options(void)
{
    static const struct {
        struct str schema, owner;
    } wrong[] = {
        {{"", 0}, {"", 0}},
        {{"pg_catalog", 10}, {"", 0}},
        {{"pgconverge", 10}, {"", 0}},
        {{"information_schema", 18}, {"", 0}},
        {{"1234567890123456789012345678901234567890123456789012345678901234", 64}, {"", 0}},
        {{"public", 6}, {"1234567890123456789012345678901234567890123456789012345678901234", 64}},
    };
    struct plan_options kept = options;
    struct plan other;

    build_shop();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        options.schema = wrong[i].schema;
        options.owner = wrong[i].owner;
        fails_with(plan_make(&catalog, &facts, &options, &arena, &other), PGC_BAD_OPTION_VALUE,
                   "schema " STR_FMT, STR_ARG(wrong[i].schema));
    }
    options = kept;
}

/* ---- the digest ------------------------------------------------------------------------------ */

static void digest_changes(const char *what)
{
    struct str before = plan.digest;

    ok(build_plan(), "planned");
    ok(!str_equal(before, plan.digest), "another digest: %s", what);
}

static void test_digest(void)
{
    build_shop();
    struct str digest = plan.digest;
    is_number(digest.len, 64, "SHA-256");
    ok(build_plan() && str_equal(plan.digest, digest), "the same plan, the same digest");
    built[0].rows_estimate++;
    built[0].data_bytes++;
    built[0].auto_increment++;
    ok(build_plan() && str_equal(plan.digest, digest), "sizes and counters are not in it");
    built[0].columns[1].nullable = true;
    digest_changes("nullable");
    built[0].columns[1].type.text = STR("varchar(256)");
    digest_changes("a type's text");
    built[0].columns[1].type.collation = STR("utf8mb4_general_ci");
    digest_changes("a collation");
    built[0].columns[2].default_text = STR("0");
    digest_changes("a default");
    built[0].indexes[2].parts[0].descending = false;
    digest_changes("a direction");
    built[0].checks[1].expression = STR("(`emailAddress` <> _utf8mb4'x')");
    digest_changes("a CHECK that is left out");
    built[1].foreign_keys[0].on_delete = STR("NO ACTION");
    digest_changes("an action");
    built[1].foreign_keys[1].on_delete = STR("NO ACTION");
    digest_changes("a foreign key that is left out");
    objects[0].text = STR("CREATE VIEW … 2");
    digest_changes("a view");
    options.names = NAMES_SNAKE;
    digest_changes("an option");
}

/* ---- plan.json read back --------------------------------------------------------------------- */

static void test_round_trip(void)
{
    static struct str include[] = {STR("*\"\\\n")};
    struct plan_options read;
    struct str digest;

    build_shop();
    options.owner = STR("own\"er");
    options.names = NAMES_SNAKE;
    options.include = include;
    options.include_count = 1;
    options.engines_locked = true;
    ok(build_plan(), "planned");
    struct str json = printed(plan_print_json);
    ok(json.ptr[json.len - 1] == '\n', "ends with a line end");
    ok_call(plan_read_json(json, &arena, &read, &digest), "read");
    is_str(digest, plan.digest, "the digest");
    is_str(read.schema, options.schema, "schema");
    is_str(read.owner, options.owner, "owner");
    ok(read.names == NAMES_SNAKE && read.engines_locked, "names, lock");
    is_str(read.include[0], include[0], "tables");
    is_str(read.exclude[0], options.exclude[0], "exclude");
    is_str(read.rules[0].pattern, options.rules[0].pattern, "a rule");
    ok(target_type_equal(&read.rules[0].type, &options.rules[0].type), "its type");
    ok_call(plan_make(&catalog, &facts, &read, &arena, &plan), "made anew");
    is_str(plan.digest, digest, "the same digest");
    options.owner = STR("");
    options.engines_locked = false;
}

/* A binary default is no text, and a plan holds it all the same. */
static void test_bytes(void)
{
    struct plan_options read;
    struct str digest;

    forget_tables();
    add_default(add_table("t"), "c", "varchar(9)", false, "\xff\xfe");
    ok(build_plan(), "planned");
    struct str json = printed(plan_print_json);
    ok(str_search(json, STR("\"hex\": \"fffe\"")) < json.len, "as hexadecimal digits");
    ok_call(plan_read_json(json, &arena, &read, &digest), "read");
}

static struct str replaced(struct str text, const char *from, const char *to)
{
    size_t at = str_search(text, str_of(from));
    struct buf buf = BUF_INIT(LIMIT_DOCUMENT, "test");

    if (at > text.len)
        abort();
    buf_add_str(&buf, str_slice(text, 0, at));
    buf_add_c(&buf, to);
    buf_add_str(&buf, str_slice(text, at + strlen(from), text.len));
    struct str result = arena_str(&arena, buf_str(&buf));
    buf_free(&buf);
    return result;
}

static void test_edited(void)
{
    static const struct {
        const char *from, *to;
        enum error_id id;
    } edits[] = {
        {"\"copied\": true", "\"copied\": false", PGC_STALE_PLAN},
        {"\"type\": \"boolean\"", "\"type\": \"smallint\"", PGC_STALE_PLAN},
        {"\"schema\": \"public\"", "\"schema\": \"other\"", PGC_STALE_PLAN},
        {"\"pgconverge_plan\": 2", "\"pgconverge_plan\": 1", PGC_STALE_PLAN},
        {"\"digest\": \"", "\"digest\": \"0", PGC_STALE_PLAN},
        {"\"pgconverge_plan\": 2", "\"pgconverge_plan\": \"2\"", PGC_CONFIG},
        {"\"owner\": \"\"", "\"owner\": 5", PGC_CONFIG},
        {"\"owner\": \"\",", "", PGC_CONFIG},
        {"\"owner\": \"\"", "\"owner\": \"\", \"oops\": 1", PGC_CONFIG},
        {"\"owner\": \"\"", "\"owner\": \"\", \"owner\": \"\"", PGC_CONFIG},
        {"\"names\": \"keep\"", "\"names\": \"loud\"", PGC_CONFIG},
        {"\"lock\": false", "\"lock\": 0", PGC_CONFIG},
        {"\"pattern\": \"*.is_active\"", "\"pattern\": null", PGC_CONFIG},
        {"\"exclude\": [", "\"exclude\": [7,", PGC_CONFIG},
        {"\"options\": {", "\"options\": [], \"more\": {", PGC_CONFIG},
        {"\"objects\": [", "\"extra\": [], \"objects\": [", PGC_CONFIG},
        {"}\n", "", PGC_CONFIG},
        {"{", "{ \"\\u0000\": 1,", PGC_CONFIG},
    };
    static const char *const files[] = {"",         "null",     "[]",
                                        "5",        "{}",       "{\"pgconverge_plan\":2}",
                                        "not json", "\xff\xfe", "[[[[[[[[[[[[[[[["};
    struct plan_options read;
    struct str digest;

    build_shop();
    struct str json = printed(plan_print_json);
    for (size_t i = 0; i < COUNT_OF(edits); i++)
        fails_with(
            plan_read_json(replaced(json, edits[i].from, edits[i].to), &arena, &read, &digest),
            edits[i].id, "%s -> %s", edits[i].from, edits[i].to);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        fails_with(plan_read_json(str_of(files[i]), &arena, &read, &digest), PGC_CONFIG,
                   "file %zu is no plan", i);
    /* Blanks mean nothing. */
    ok_call(plan_read_json(replaced(json, "{", "{ \n\t"), &arena, &read, &digest), "reformatted");
}

static void test_empty(void)
{
    forget_tables();
    ok(build_plan(), "planned");
    is_golden(printed(plan_print_text), "plan-empty.txt");
    is_golden(printed(plan_print_sql), "plan-empty.sql");
}

int main(void)
{
    test_golden();
    test_selection();
    test_options();
    test_digest();
    test_round_trip();
    test_bytes();
    test_edited();
    test_empty();
    return done_testing();
}
