#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "shop.h"
#include "tap.h"

static struct arena arena = ARENA_INIT(64 * MIB, "test");

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

/* Every line fits the page and holds nothing that a terminal would obey. */
static void is_readable(struct str text, const char *name)
{
    size_t widest = 0, hidden = 0, blank_ends = 0, len;

    for (size_t from = 0, end; from < text.len; from = end + 1) {
        struct str line;

        end = str_find(text, '\n', from);
        line = str_slice(text, from, end);
        widest = text_width(line) > widest ? text_width(line) : widest;
        blank_ends += line.len > 0 && line.ptr[line.len - 1] == ' ';
        for (size_t at = 0; at < line.len; at += len)
            hidden += !text_is_printable(text_decode(line, at, &len));
    }
    ok(widest > 40 && widest <= 100, "%s: at most 100 columns (%zu)", name, widest);
    is_number(hidden, 0, "%s: nothing that is not printable", name);
    is_number(blank_ends, 0, "%s: no blanks at the ends of lines", name);
}

static struct str make_text(const struct report_input *input)
{
    struct buf text = BUF_INIT(LIMIT_DOCUMENT, "report");
    struct str copy;

    ok_call(report_make_text(input, &arena, &text), "the text is made");
    copy = arena_str(&arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static struct str make_json(const struct report_input *input)
{
    struct buf json = BUF_INIT(LIMIT_DOCUMENT, "report");
    struct str copy;

    ok_call(report_make_json(input, &arena, &json), "the JSON is made");
    copy = arena_str(&arena, buf_str(&json));
    buf_free(&json);
    return copy;
}

static const char *string_at(const json_t *object, const char *outer, const char *inner)
{
    return json_string_value(json_object_get(json_object_get(object, outer), inner));
}

static void test_done(void)
{
    struct report_input input = shop_input;
    struct str text = make_text(&input), json = make_json(&input);
    json_t *document = json_loadb(json.ptr, json.len, 0, NULL);
    const json_t *rows = json_array_get(json_object_get(document, "rows"), 0);

    is_golden(text, "report-done.txt");
    is_readable(text, "done");
    ok(str_starts_with(text, STR("VERDICT: DONE\n")), "the verdict comes first");
    is_golden(json, "report-done.json");
    ok(document != NULL, "the JSON is JSON");
    is_text(string_at(document, "verdict", "word"), "DONE", "the verdict in the JSON");
    is_number(json_integer_value(json_object_get(rows, "written")), 1234567, "rows in the JSON");
    ok(json_is_true(json_object_get(rows, "equal")), "are equal");
    ok(json_is_false(json_object_get(json_object_get(document, "verdict"), "values_compared")),
       "values were not compared, and it says so");
    is_number(json_integer_value(json_object_get(json_object_get(document, "time"), "elapsed_ms")),
              4801250, "the downtime as measured");
    is_str(make_json(&input), json, "the same input gives the same bytes");
    json_decref(document);
}

/* Each thing that can go wrong with an object is told as it is. */
static void test_findings(void)
{
    static struct ledger_step steps[COUNT_OF(shop_steps)];
    static struct finding found[] = {
        {.id = PGC_ORPHANS,
         .severity = SEVERITY_CHANGES,
         .object = STR("validate order.order_ibfk_1"),
         .text = STR("2 rows of order have no parent in customer (order_ibfk_1); they are data and "
                     "were left in place"),
         .fix = STR("add the parents or remove the rows, then: ALTER TABLE \"public\".\"order\" "
                    "VALIDATE CONSTRAINT \"order_ibfk_1\""),
         .detail = STR("customerId -> 7\ncustomerId -> 9"),
         .rows = 2},
        {.id = PGC_OBJECT_FAILED,
         .severity = SEVERITY_CHANGES,
         .object = STR("index customer.customer_by_name"),
         .text = STR("index row size 2712 exceeds btree version 4 maximum 2704"),
         .rows = -1},
        {.id = PGC_CHECK_VIOLATED,
         .severity = SEVERITY_CHANGES,
         .object = STR("validate customer.customer_chk_1"),
         .text = STR("1 row of customer breaks the CHECK customer_chk_1; it is data and was left "
                     "in place"),
         .fix = STR("correct or remove the rows, then: ALTER TABLE \"public\".\"customer\" "
                    "VALIDATE CONSTRAINT \"customer_chk_1\";"),
         .detail = STR("id = 0"),
         .rows = 1},
    };
    struct ledger ledger = shop_ledger;
    struct report_input input = shop_input;
    struct str text;

    memcpy(steps, shop_steps, sizeof steps);
    steps[3].state = STR("failed");
    steps[3].detail = found[1].text;
    steps[5].state = STR("failed");
    steps[5].detail = found[0].text;
    steps[9].state = STR("failed");
    steps[9].detail = found[2].text;
    ledger.steps = steps;
    ledger.findings = (struct finding_list){.items = found, .count = COUNT_OF(found)};
    ledger.run.state = RUN_DONE_FINDINGS;
    input.ledger = &ledger;
    input.verdict = STR("SOURCE MOVED, AND OBJECTS FAILED");
    input.verdict_reason = STR("All rows were written and counted, but objects failed: see "
                               "findings.");
    input.source_state = STR("was written after the snapshot");
    input.exit_code = 3;
    input.rehearsal = input.visible_only = input.moved = true;
    text = make_text(&input);
    is_golden(text, "report-findings.txt");
    is_readable(text, "findings");
}

static void test_unfinished(void)
{
    struct ledger_table tables[] = {shop_ledger_tables[0]};
    struct ledger ledger = shop_ledger;
    struct report_input input = shop_input;
    struct error *error = error_new(PGC_VALUE_ZERO_DATE, "the date 0000-00-00 cannot be kept");
    struct str text;

    error_with_object(error, "shop.customer.changed (timestamp(3) -> timestamptz(3))");
    error_with_row(error, "id = 9014   value \"0000-00-00\"");
    error_add_context(error, "copy chunk 4 of customer");
    tables[0].rows_counted = -1;
    tables[0].chunks_done = 3;
    tables[0].rows_copied = 150000;
    ledger.tables = tables;
    ledger.table_count = 1;
    ledger.step_count = 2;
    ledger.phase_count = 1;
    ledger.run.finished_at = STR("");
    ledger.run.state = RUN_RUNNING;
    input.ledger = &ledger;
    input.verdict = STR("NOT FINISHED");
    input.verdict_reason = str_of(error->text);
    input.source_state = STR("not compared");
    input.error = error;
    input.exit_code = 6;
    text = make_text(&input);
    is_golden(text, "report-unfinished.txt");
    is_readable(text, "unfinished");
    is_golden(make_json(&input), "report-unfinished.json");
    error_free(error);
}

/* What comes from servers and people is data, however it looks. */
static void test_hostile(void)
{
    static const char evil[] = "\033]0;x\a\033[2J\n\xe2\x80\xae"
                               "drop\xff \"'`\\ 漢字";
    static char longest[1025], words[4000];
    struct source_table tables[COUNT_OF(shop_tables)];
    struct planned_table planned[COUNT_OF(shop_planned)];
    struct source_column columns[COUNT_OF(customer_columns)];
    struct finding findings[2] = {
        {.severity = SEVERITY_BLOCKER, .rows = 3},
        {.id = (enum error_id)4999, .severity = SEVERITY_NOTE, .rows = 0}};
    struct source_catalog catalog = shop_catalog;
    struct plan plan = shop_plan;
    struct report_input input = shop_input;
    struct sink_facts target = shop_target;
    struct str text, json;
    json_t *document;

    memset(longest, 'w', sizeof longest - 1);
    for (size_t i = 0; i + 1 < sizeof words; i++)
        words[i] = i % 40 == 39 ? '\n' : "line "[i % 5];
    memcpy(tables, shop_tables, sizeof tables);
    memcpy(planned, shop_planned, sizeof planned);
    memcpy(columns, customer_columns, sizeof columns);
    tables[1].name = columns[1].name = str_of(evil);
    tables[2].name = columns[2].name = columns[2].type.text = str_of(longest);
    tables[1].columns = columns;
    for (size_t i = 0; i < COUNT_OF(planned); i++)
        planned[i].source = &tables[i];
    planned[0].disposition_reason = str_of(words);
    findings[0].object = findings[0].fix = findings[1].detail = str_of(evil);
    findings[0].text = str_of(longest);
    findings[0].detail = str_of(words);
    catalog.tables = tables;
    plan.catalog = &catalog;
    plan.tables = planned;
    plan.findings = (struct finding_list){.items = findings, .count = COUNT_OF(findings)};
    target.version_text = target.role = str_of(evil);
    input.plan = &plan;
    input.target = &target;
    input.verdict = input.verdict_reason = input.snapshot = input.source_text = str_of(evil);
    text = make_text(&input);
    is_golden(text, "report-hostile.txt");
    is_readable(text, "hostile");
    json = make_json(&input);
    document = json_loadb(json.ptr, json.len, 0, NULL);
    ok(document != NULL, "the JSON is JSON");
    is_readable(STR("1234567890123456789012345678901234567890X\n"), "(the measure itself)");
    ok(str_find(json, '\033', 0) == json.len && str_search(json, STR("\xe2\x80\xae")) > json.len,
       "without anything that a terminal would obey");
    json_decref(document);
}

static struct str make_summary(const struct report_input *input)
{
    struct buf text = BUF_INIT(LIMIT_DOCUMENT, "report");
    struct str copy;

    ok_call(report_make_summary(input, &arena, &text), "the summary is made");
    copy = arena_str(&arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

/* The first page stays a page: many equal tables are one line, the rest is listed. */
static void test_summary(void)
{
    enum { TABLES = 40, FINDINGS = 20 };
    struct source_table *sources = ARENA_ARRAY(&arena, TABLES, struct source_table);
    struct planned_table *planned = ARENA_ARRAY(&arena, TABLES, struct planned_table);
    struct ledger_table *in_ledger = ARENA_ARRAY(&arena, TABLES, struct ledger_table);
    struct finding *findings = ARENA_ARRAY(&arena, FINDINGS, struct finding);
    struct report_input input = shop_input;
    struct source_catalog catalog = {.database = STR("shop")};
    struct plan plan = {.catalog = &catalog, .tables = planned, .table_count = TABLES};
    struct ledger ledger = shop_ledger;

    is_golden(make_summary(&input), "report-summary.txt");
    for (size_t i = 0; i < TABLES; i++) {
        sources[i].name = arena_format(&arena, "table_%02zu", i);
        planned[i] = (struct planned_table){.number = (uint32_t)i, .identity_column = -1};
        planned[i].source = &sources[i];
        planned[i].target = (struct target_table){.schema = STR("public"), .name = sources[i].name};
        in_ledger[i] =
            (struct ledger_table){.number = (uint32_t)i, .split = true, .chunk_count = 1};
        in_ledger[i].chunks_done = 1;
        in_ledger[i].rows_copied = 1000 * i;
        in_ledger[i].rows_counted = 1000 * (int64_t)i + (i == 7);
    }
    in_ledger[9].chunks_done = 0;
    for (size_t i = 0; i < FINDINGS; i++)
        findings[i] = (struct finding){.severity = i < 15 ? SEVERITY_CHANGES : SEVERITY_NOTE,
                                       .object = arena_format(&arena, "shop.table_%02zu", i),
                                       .text = STR("changes"),
                                       .rows = -1};
    plan.findings = (struct finding_list){.items = findings, .count = FINDINGS};
    ledger.tables = in_ledger;
    ledger.table_count = TABLES;
    input.plan = &plan;
    input.ledger = &ledger;
    is_golden(make_summary(&input), "report-summary-many.txt");
    is_readable(make_summary(&input), "summary");
}

static void test_edges(void)
{
    struct source_catalog catalog = {.database = STR("empty")};
    struct plan plan = {.catalog = &catalog, .options = &shop_options};
    struct ledger ledger = {.run = shop_ledger.run};
    struct report_input input = shop_input;
    struct buf small = BUF_INIT(1000, "a small report");
    struct ledger_table tables[2];
    struct str text;

    input.plan = &plan;
    input.ledger = &ledger;
    text = make_text(&input);
    is_golden(text, "report-empty.txt");
    is_readable(text, "empty");
    fails_with(report_make_text(&input, &arena, &small), PGC_NO_MEMORY, "a buffer too small");
    buf_reset(&small, 0);
    fails_with(report_make_json(&input, &arena, &small), PGC_NO_MEMORY, "for JSON too");
    buf_free(&small);
    ledger.missing = true;
    fails_with(report_make_text(&input, &arena, &small), PGC_LEDGER, "no run, no report");
    ledger.missing = false;
    ledger.broken = true;
    fails_with(report_make_json(&input, &arena, &small), PGC_TARGET_CONNECT, "a lost connection");

    input = shop_input;
    ledger = shop_ledger;
    input.ledger = &ledger;
    memcpy(tables, shop_ledger_tables, sizeof tables);
    ledger.tables = tables;
    tables[0].rows_counted++;
    text = make_text(&input);
    ok(str_search(text, STR("NOT EQUAL")) < text.len, "one row less is not equal");
    ok(str_search(text, STR("equal to the rows written: 1 of 2 tables")) < text.len, "and counts");
    tables[0].rows_counted = -1;
    text = make_text(&input);
    ok(str_search(text, STR("not counted")) < text.len,
       "a table that was not counted is not equal");
    ledger.run.started_at = STR("2026-11-23 03:00:00.5+02");
    ledger.run.finished_at = STR("2026-11-22 20:00:01.75-05:30");
    text = make_text(&input);
    ok(str_search(text, STR("30 min 01 s   from the start")) < text.len,
       "PostgreSQL's own form of times is understood");
    ledger.run.finished_at = STR("soon");
    text = make_text(&input);
    ok(str_search(text, STR("the run has not ended")) < text.len, "what is no time is none");
}

static void test_write(void)
{
    char base[] = "/tmp/pgconverge-report-XXXXXX";
    struct report_input input = shop_input;
    struct str dir, text_path, json_path;
    struct stat status;
    bool made = mkdtemp(base) != NULL;

    ok(made, "a folder to write in");
    dir = arena_format(&arena, "%s/a/b", base);
    text_path = arena_format(&arena, "%s/report.txt", dir.ptr);
    json_path = arena_format(&arena, "%s/report.json", dir.ptr);
    ok_call(report_write(&input, dir.ptr, &arena), "written, with its folders");
    ok(stat(dir.ptr, &status) == 0 && (status.st_mode & 0777) == 0700, "the folder is 0700");
    ok(stat(text_path.ptr, &status) == 0 && (status.st_mode & 0777) == 0600, "the text is 0600");
    ok(stat(json_path.ptr, &status) == 0 && (status.st_mode & 0777) == 0600, "the JSON is 0600");
    is_golden(read_file(text_path.ptr), "report-done.txt");
    is_golden(read_file(json_path.ptr), "report-done.json");
    input.verdict = STR("AGAIN");
    ok_call(report_write(&input, dir.ptr, &arena), "written again");
    ok(str_starts_with(read_file(text_path.ptr), STR("VERDICT: AGAIN\n")),
       "in the old one's place");
    is_number(rmdir(dir.ptr), -1, "(the folder is not empty)");
    struct str stubs_path = arena_format(&arena, STR_FMT "/objects.sql", STR_ARG(dir));
    ok(stat(stubs_path.ptr, &status) == 0 && (status.st_mode & 0777) == 0600, "so are the stubs");
    unlink(stubs_path.ptr);
    unlink(text_path.ptr);
    unlink(json_path.ptr);
    is_number(rmdir(dir.ptr), 0, "nothing else was left in the folder");
    rmdir(arena_format(&arena, "%s/a", base).ptr);
    fails_with(report_write(&input, "", &arena), PGC_FILE, "no name");
    fails_with(report_write(&input, "/proc/nowhere/x", &arena), PGC_FILE, "no such place");
    close(open(arena_format(&arena, "%s/file", base).ptr, O_CREAT | O_WRONLY, 0600));
    fails_with(report_write(&input, arena_format(&arena, "%s/file/x", base).ptr, &arena), PGC_FILE,
               "a file in the way");
    fails_with(report_write(&input, arena_format(&arena, "%s/file", base).ptr, &arena), PGC_FILE,
               "a file in its place");
    unlink(arena_format(&arena, "%s/file", base).ptr);
    rmdir(base);
}

int main(void)
{
    test_done();
    test_findings();
    test_unfinished();
    test_hostile();
    test_summary();
    test_edges();
    test_write();
    arena_free(&arena);
    return done_testing();
}
