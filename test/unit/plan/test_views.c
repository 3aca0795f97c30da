/*
 * Views: what is translated, in which words, and what is not, with its reason. The definitions in
 * test/golden/views-*.in are what both servers' SHOW CREATE VIEW prints for the views of the tables
 * below, a line each: name, tab, text. PGCONVERGE_GOLDEN=write writes the answers anew.
 */
#include <fcntl.h>
#include <unistd.h>

#include "build.h"

#define MAX_VIEWS 128

static struct source_object objects[MAX_VIEWS];

static struct str read_file(const char *name)
{
    struct str path = arena_format(&arena, "%s/%s", GOLDEN_DIR, name);
    int fd = open(path.ptr, O_RDONLY);
    char *text = arena_alloc(&arena, MIB);
    ssize_t len = fd >= 0 ? read(fd, text, MIB) : -1;

    close(fd);
    return (struct str){text, len > 0 ? (size_t)len : 0};
}

static void is_golden(struct str text, const char *name)
{
    const char *wish = getenv("PGCONVERGE_GOLDEN");

    if (wish != NULL && strcmp(wish, "write") == 0) {
        FILE *file = fopen(arena_format(&arena, "%s/%s", GOLDEN_DIR, name).ptr, "w");
        ok(file != NULL && fwrite(text.ptr, 1, text.len, file) == text.len, "%s written", name);
        if (file != NULL)
            fclose(file);
        return;
    }
    is_str(text, read_file(name), "%s", name);
}

static void add_tables(void)
{
    struct source_table *t = add_table("customer");

    add_column(t, "id!", "int");
    add_column(t, "name!", "varchar(60)");
    add_column(t, "email", "varchar(100) utf8mb4_0900_bin");
    add_column(t, "city", "varchar(40)");
    add_column(t, "vip!", "tinyint(1)");
    add_column(t, "kind!", "enum('retail','wholesale','other')");
    add_column(t, "born", "date");
    add_column(t, "created!", "datetime");
    add_column(t, "touched", "timestamp");
    add_column(t, "credit", "decimal(10,2)");
    t = add_table("item");
    add_column(t, "order_id!", "bigint");
    add_column(t, "line!", "int");
    add_column(t, "product_id!", "int");
    add_column(t, "qty!", "int");
    add_column(t, "price!", "decimal(10,2)");
    t = add_table("order");
    add_column(t, "id!", "bigint");
    add_column(t, "customer_id!", "int");
    add_column(t, "placed!", "datetime(3)");
    add_column(t, "status!", "varchar(20)");
    add_column(t, "total", "decimal(12,2)");
    add_column(t, "note", "text");
    t = add_table("product");
    add_column(t, "id!", "int");
    add_column(t, "title!", "varchar(80)");
    add_column(t, "price!", "decimal(10,2)");
    add_column(t, "stock!", "int unsigned");
    add_column(t, "weight", "double");
    add_column(t, "parent_id", "int");
    add_column(t, "tags", "set('a','b')");
    add_column(t, "photo", "blob");
    add_column(t, "doc", "json");
    add_column(t, "y", "year");
    add_column(t, "dur", "time");
    add_column(t, "big", "bigint unsigned");
}

/* A line each: "name<tab>text". */
static size_t read_views(struct str text)
{
    size_t count = 0;

    for (size_t from = 0, to; from < text.len && count < MAX_VIEWS; from = to + 1) {
        to = str_find(text, '\n', from);
        struct str line = str_slice(text, from, to);
        size_t tab = str_find(line, '\t', 0);
        objects[count++] =
            (struct source_object){.kind = OBJECT_VIEW,
                                   .name = arena_str(&arena, str_slice(line, 0, tab)),
                                   .table = STR(""),
                                   .text = arena_str(&arena, str_slice(line, tab + 1, line.len))};
    }
    return count;
}

static void plan_views(enum source_flavor flavor, size_t count)
{
    forget_tables();
    add_tables();
    catalog.database = STR("vx");
    catalog.flavor = flavor;
    catalog.objects = objects;
    catalog.object_count = count;
    if (!build_plan())
        abort();
}

static void add_findings(struct buf *text, const struct planned_view *view)
{
    struct str object = arena_format(&arena, "vx." STR_FMT, STR_ARG(view->source->name));

    for (size_t i = 0; i < plan.findings.count; i++) {
        const struct finding *finding = &plan.findings.items[i];
        if (str_equal(finding->object, object))
            buf_add_format(text, "-- %s: " STR_FMT "\n", severity_name(finding->severity),
                           STR_ARG(finding->text));
    }
}

/* In the order of the catalog, so that a difference stays small. */
static struct str answers(void)
{
    struct buf text = BUF_INIT(MIB, "test");

    for (size_t i = 0; i < catalog.object_count; i++) {
        const struct planned_view *view = plan_find_view(&plan, &catalog.objects[i]);
        buf_add_format(&text, "-- " STR_FMT "\n", STR_ARG(view->source->name));
        add_findings(&text, view);
        plan_print_view(&plan, view, &text);
    }
    struct str copy = arena_str(&arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

/* A view stands behind those that it reads. */
static size_t place_of(const char *name)
{
    for (size_t i = 0; i < plan.view_count; i++)
        if (str_equal_c(plan.views[i].source->name, name))
            return i;
    return plan.view_count;
}

static void test_golden(enum source_flavor flavor, const char *in, const char *out)
{
    size_t count = read_views(read_file(in));

    ok(count >= 80, "%zu views", count);
    plan_views(flavor, count);
    is_golden(answers(), out);
    ok(place_of("v54") < place_of("v58") && place_of("v02") < place_of("v58"), "in order");
    ok(place_of("v58") < plan.view_count, "all are there");
}

/* ---- single views ---------------------------------------------------------------------------- */

static const struct planned_view *plan_one(const char *query)
{
    objects[0] =
        (struct source_object){.kind = OBJECT_VIEW,
                               .name = STR("v"),
                               .table = STR(""),
                               .text = arena_format(&arena, "CREATE VIEW `v` AS %s", query)};
    plan_views(FLAVOR_MYSQL, 1);
    return &plan.views[0];
}

static const char *outcome_of(const char *query)
{
    const struct planned_view *view = plan_one(query);

    if (view->disposition == DISPOSITION_CREATED)
        return view->query_sql.ptr;
    return arena_format(&arena, "NOT: " STR_FMT, STR_ARG(view->disposition_reason)).ptr;
}

#define is_view(query, wanted) is_text(outcome_of(query), wanted, "%s", query)

static void test_refused(void)
{
    is_view("select `customer`.`id` AS `id` from `other`.`customer`",
            "NOT: it reads the database other");
    is_view("select `t`.`id` AS `id` from `t`",
            "NOT: it reads t, which is not among the tables and views");
    is_view("select `v`.`id` AS `id` from `v`", "NOT: it reads itself through the view v");
    is_view("select `customer`.`nope` AS `id` from `customer`",
            "NOT: it names a column that is not there: customer.nope");
    is_view("select 1 AS `a`,2 AS `A`", "SELECT 1 AS \"a\", 2 AS \"A\"");
    is_view("select 1 AS `a`,2 AS `a`", "NOT: two of its columns would be named \"a\"");
    is_view("select 1 AS `a` from", "NOT: \"\" stands where a table should");
    is_view("select", "NOT: it ends too soon");
    is_view("select 1 AS `a` into outfile 'x'", "NOT: \"into\" is not translated");
    is_view("select sleep(5) AS `a`", "NOT: the function sleep() is not translated");
    is_view("select `f`(1) AS `a`", "NOT: it names a column that is not there: f");
    is_view("select 1 AS `a`; drop table x", "NOT: it holds something that is not translated");
    is_view("select 1 AS `a` where 'x'",
            "NOT: it takes something for a condition that is none to PostgreSQL");
    is_view("select if(1,`customer`.`born`,`customer`.`id`) AS `a` from `customer`",
            "NOT: its results are of different kinds");
}

/* MySQL's average is shown with four digits more, and computed on with nine. */
static void test_hidden_digits(void)
{
    is_view("select floor(avg(`item`.`price`)) AS `a` from `item`",
            "NOT: floor() of an average or quotient, of which the source keeps more digits than it "
            "shows");
    is_view("select (avg(`item`.`price`) * 2) AS `a` from `item`",
            "NOT: it computes with an average or quotient, of which the source keeps more digits "
            "than it shows");
    is_view("select 1 AS `a` from `item` having if(avg(`item`.`price`),1,0)",
            "NOT: it takes something for a condition that is none to PostgreSQL");
    is_view("select ifnull(avg(`item`.`price`),0) AS `a` from `item`",
            "SELECT COALESCE(round(avg(\"item\".\"price\"), 6), 0) AS \"a\" FROM "
            "\"public\".\"item\" AS \"item\"");
    is_view("select round(ifnull(avg(`item`.`price`),0),1) AS `a` from `item`",
            "SELECT round(COALESCE(avg(\"item\".\"price\"), 0), 1) AS \"a\" FROM "
            "\"public\".\"item\" AS \"item\"");
    is_view("select round(-(avg(`item`.`price`)),1) AS `a` from `item`",
            "NOT: round() of a quotient to more digits than are shown is not translated");
}

/* Whatever a text holds: outside of the stubs every line is a comment, and no stub ends early. */
static void test_objects_sql(void)
{
    static struct source_parameter parameters[] = {
        {.name = {"", 0}, .mode = {"", 0}, .type = {.kind = SOURCE_INT}},
        {.name = {"a\"; --", 6}, .mode = {"IN", 2}, .type = {.kind = SOURCE_TEXT}},
    };
    static const char evil[] =
        "line\r\n*/ $$ ; DROP TABLE x\r\\! true\x0b\x0c\xe2\x80\xa8\0x\n\tend";
    struct buf sql = BUF_INIT(MIB, "test");
    struct str name = STR("f'\"\n; DROP TABLE x; --\\");

    objects[0] = (struct source_object){.kind = OBJECT_FUNCTION,
                                        .name = name,
                                        .table = STR(""),
                                        .text = {evil, sizeof evil - 1},
                                        .parameters = parameters,
                                        .parameter_count = 2};
    objects[1] = (struct source_object){.kind = OBJECT_TRIGGER,
                                        .name = name,
                                        .table = STR("item"),
                                        .text = STR("CREATE TRIGGER `x` BEFORE INSERT ON `item`…")};
    plan_views(FLAVOR_MYSQL, 2);
    ok(plan_print_objects(&plan, &sql) == NULL, "printed");
    struct str text = buf_str(&sql);
    is_number(strlen(buf_c_str(&sql)), text.len, "no NUL");
    ok(str_search(text, STR("\r")) > text.len, "no other line ends");
    for (size_t from = 0, to; from < text.len; from = to + 1) {
        to = str_find(text, '\n', from);
        struct str line = str_slice(text, from, to);
        bool is_stub = str_starts_with(line, STR("CREATE FUNCTION \"public\".\"f'")) ||
                       str_starts_with(line, STR("; DROP TABLE x; --\\\"(\"a\"\"; --\" text)")) ||
                       str_starts_with(line, STR("LANGUAGE plpgsql AS  E'BEGIN RAISE"));
        bool is_frame =
            line.len == 0 || str_equal_c(line, "BEGIN;") || str_equal_c(line, "COMMIT;");
        ok(is_stub || is_frame || str_starts_with(line, STR("--")), "line \"" STR_FMT "\"",
           STR_ARG(line));
    }
    ok(str_search(text, STR("--   CREATE TRIGGER")) <= text.len, "a trigger's frame is a comment");
    buf_free(&sql);
}

/* What is deep, long or wide ends in a reason, not in a crash. */
static void test_limits(void)
{
    struct buf text = BUF_INIT(MIB, "test");

    buf_add_c(&text, "select ");
    for (int i = 0; i < 5000; i++)
        buf_add_char(&text, '(');
    is_view(buf_c_str(&text), "NOT: it is nested too deeply");
    buf_reset(&text, MIB);
    buf_add_c(&text, "select 1 AS `a` where 1");
    for (int i = 0; i < 10000; i++)
        buf_add_c(&text, " or 1");
    ok(str_starts_with(str_of(outcome_of(buf_c_str(&text))), STR("NOT: it is ")), "long");
    buf_reset(&text, MIB);
    buf_add_c(&text, "select ");
    for (int i = 0; i < 18; i++)
        buf_add_c(&text, "greatest(");
    buf_add_c(&text, "1");
    for (int i = 0; i < 18; i++)
        buf_add_c(&text, ",1)");
    buf_add_c(&text, " AS `a`");
    is_view(buf_c_str(&text), "NOT: an argument is too long");
    buf_free(&text);
}

static void test_left_out(void)
{
    static struct str exclude[] = {STR("item"), STR("v02")};
    size_t count = read_views(read_file("views-mysql.in"));

    options.exclude = exclude;
    options.exclude_count = COUNT_OF(exclude);
    plan_views(FLAVOR_MYSQL, count);
    options.exclude = exclude;
    options.exclude_count = COUNT_OF(exclude);
    if (!build_plan())
        abort();
    is_str(plan.views[place_of("v69")].disposition_reason, STR("the table item is left out"),
           "over a table that is left out");
    ok(plan.views[place_of("v02")].disposition == DISPOSITION_LEFT_OUT, "left out itself");
    is_str(plan.views[place_of("v58")].disposition_reason,
           STR("the view v02, which it reads, is not taken along"), "over such a view");
    is_number(plan.view_count, count, "each view is there once");
    options.exclude_count = 0;
}

int main(void)
{
    test_golden(FLAVOR_MYSQL, "views-mysql.in", "views-mysql.out");
    test_golden(FLAVOR_MARIADB, "views-mariadb.in", "views-mariadb.out");
    test_refused();
    test_hidden_digits();
    test_limits();
    test_objects_sql();
    test_left_out();
    return done_testing();
}
