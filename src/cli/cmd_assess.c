/* pgconverge assess: what would happen to every object and value, before anything is done. */
#include <inttypes.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/pre_scan.h"

struct assessment {
    const struct cli_options *options;
    struct prepared prepared;
    struct sink_options sink;
    struct copy_progress shown;
    struct assess_result result;
};

/* ---- JSON ------------------------------------------------------------------------------------ */

static void set_str(json_t *object, const char *key, struct str text)
{
    json_object_set_new(object, key, output_json_str(text));
}

static json_t *finding_json(const struct assessment *a, const struct assess_finding *found)
{
    const struct finding *finding = &found->finding;
    json_t *object = json_object(), *rows = json_array();

    if (finding->id != 0)
        json_object_set_new(object, "id", json_sprintf("PGC-%d", (int)finding->id));
    json_object_set_new(object, "severity", json_string(severity_name(finding->severity)));
    set_str(object, "object", finding->object);
    if (found->table != UINT32_MAX)
        set_str(object, "table", a->prepared.plan.tables[found->table].source->name);
    if (found->column.len > 0)
        set_str(object, "column", found->column);
    if (*found->value_class != '\0')
        json_object_set_new(object, "class", json_string(found->value_class));
    if (*found->policy != '\0')
        json_object_set_new(object, "policy", json_string(found->policy));
    set_str(object, "text", finding->text);
    if (finding->fix.len > 0)
        set_str(object, "fix", finding->fix);
    if (finding->rows >= 0)
        json_object_set_new(object, "count", json_integer(finding->rows));
    for (size_t i = 0; i < found->row_count; i++)
        json_array_append_new(rows, output_json_str(found->rows[i]));
    json_object_set_new(object, "rows", rows);
    return object;
}

static const char *way_name(enum assess_way way)
{
    switch (way) {
    case ASSESS_BY_SERVER:
        return "picked out by the server";
    case ASSESS_READ:
        return "columns read";
    case ASSESS_NOT_READ:
        break;
    }
    return "nothing to look for";
}

static json_t *tables_json(const struct assessment *a)
{
    const struct plan *plan = &a->prepared.plan;
    json_t *tables = json_array();

    for (size_t i = 0; i < plan->table_count; i++) {
        const struct assess_table *table = &a->result.tables[i];
        if (plan->tables[i].disposition != DISPOSITION_CREATED)
            continue;
        json_t *object = json_object();
        set_str(object, "table", plan->tables[i].source->name);
        json_object_set_new(object, "looked_at", json_string(way_name(table->way)));
        json_object_set_new(object, "rows", json_integer((json_int_t)table->rows));
        json_object_set_new(object, "bytes", json_integer((json_int_t)table->bytes));
        json_object_set_new(object, "rows_estimate",
                            json_integer((json_int_t)plan->tables[i].source->rows_estimate));
        json_object_set_new(object, "data_bytes",
                            json_integer((json_int_t)plan->tables[i].source->data_bytes));
        json_array_append_new(tables, object);
    }
    return tables;
}

static json_t *estimate_json(const struct assessment *a)
{
    struct assess_estimate e =
        assess_estimate(&a->prepared.plan, &a->result, (unsigned)a->options->jobs);
    json_t *object = json_object();

    json_object_set_new(object, "jobs", json_integer(e.jobs));
    json_object_set_new(object, "data_bytes", json_integer((json_int_t)e.data_bytes));
    json_object_set_new(object, "index_bytes", json_integer((json_int_t)e.index_bytes));
    json_object_set_new(object, "read_bytes_s", json_integer((json_int_t)e.read_bytes_s));
    json_object_set_new(object, "read_measured", json_boolean(e.read_measured));
    json_object_set_new(object, "write_bytes_s", json_integer((json_int_t)e.write_bytes_s));
    json_object_set_new(object, "write_measured", json_false());
    json_object_set_new(object, "pre_scan_ms", json_integer((json_int_t)e.pre_scan_ms));
    json_object_set_new(object, "copy_ms", json_integer((json_int_t)e.copy_ms));
    json_object_set_new(object, "indexes_ms", json_integer((json_int_t)e.index_ms));
    json_object_set_new(object, "compare_ms", json_integer((json_int_t)e.compare_ms));
    uint64_t window_ms = e.copy_ms + e.index_ms + e.compare_ms;
    json_object_set_new(object, "window_ms", json_integer((json_int_t)window_ms));
    return object;
}

static struct error *plan_json(const struct plan *plan, json_t **ret_plan)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "plan.json");

    TRY(plan_print_json(plan, &text));
    TRY(buf_error(&text));
    *ret_plan = json_loadb(text.ptr, text.len, 0, NULL);
    return *ret_plan != NULL ? NULL : error_new(PGC_INTERNAL, "the plan's JSON cannot be read");
}

static struct error *print_json(const struct assessment *a)
{
    json_t *document = json_object(), *findings = json_array(), *plan = NULL;

    for (size_t i = 0; i < a->result.count; i++)
        json_array_append_new(findings, finding_json(a, &a->result.findings[i]));
    json_object_set_new(document, "format", json_integer(1));
    set_str(document, "database", a->prepared.catalog.database);
    set_str(document, "server", a->prepared.facts.version);
    json_object_set_new(document, "findings", findings);
    for (enum severity s = SEVERITY_BLOCKER; s <= SEVERITY_NOTE; s++) {
        static const char *const keys[] = {"blockers", "changes", "notes"};
        size_t count = assess_count(&a->result, s);
        json_object_set_new(document, keys[s], json_integer((json_int_t)count));
    }
    json_object_set_new(document, "tables", tables_json(a));
    json_object_set_new(document, "estimate", estimate_json(a));
    json_object_set_new(document, "one_moment", json_boolean(a->result.one_moment));
    json_object_set_new(document, "wall_ms", json_integer((json_int_t)a->result.wall_ms));
    struct error *error = plan_json(&a->prepared.plan, &plan);
    if (error != NULL) {
        json_decref(document);
        return error;
    }
    json_object_set_new(document, "plan", plan);
    return output_json(document);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void add_coverage(const struct assessment *a, struct buf *text)
{
    const struct plan *plan = &a->prepared.plan;
    size_t ways[3] = {0}, tables = 0;
    uint64_t rows = 0;

    for (size_t i = 0; i < plan->table_count; i++) {
        if (plan->tables[i].disposition != DISPOSITION_CREATED)
            continue;
        tables++;
        ways[a->result.tables[i].way]++;
        rows += a->result.tables[i].rows;
    }
    buf_add_format(text,
                   "%zu table%s looked at in %.1f s (%" PRIu64 " rows were read): %zu by reading "
                   "columns, %zu by the server's own search, %zu with nothing to look for\n",
                   tables, tables == 1 ? "" : "s", (double)a->result.wall_ms / 1000, rows,
                   ways[ASSESS_READ], ways[ASSESS_BY_SERVER], ways[ASSESS_NOT_READ]);
    if (!a->result.one_moment)
        buf_add_c(text, "The source was written meanwhile: the counts are of several moments.\n");
}

static void add_time(struct buf *text, const char *phase, uint64_t ms, const char *why)
{
    uint64_t seconds = (ms + 999) / 1000;

    buf_add_format(text, "  %-12s %3" PRIu64 "h%02" PRIu64 "m%02" PRIu64 "s  %s\n", phase,
                   seconds / 3600, seconds / 60 % 60, seconds % 60, why);
}

static void add_estimate(const struct assessment *a, struct buf *text)
{
    struct assess_estimate e =
        assess_estimate(&a->prepared.plan, &a->result, (unsigned)a->options->jobs);

    buf_add_format(text,
                   "\nESTIMATE with %u jobs: of %.1f MiB of rows and %.1f MiB of indexes in the "
                   "source; a model, rehearse before you rely on it\n",
                   e.jobs, (double)e.data_bytes / (double)MIB, (double)e.index_bytes / (double)MIB);
    add_time(text, "pre-scan", e.pre_scan_ms, "measured; before the window");
    add_time(text, "copy", e.copy_ms, "the slower of reading and writing");
    add_time(text, "indexes", e.index_ms, "assumed 30 MiB/s a worker");
    add_time(text, "comparing", e.compare_ms, "as fast as the source is read");
    add_time(text, "the window", e.copy_ms + e.index_ms + e.compare_ms, "without the pre-scan");
    buf_add_format(text,
                   "  reading at %.1f MiB/s a reader (%s), writing at %.1f MiB/s a worker "
                   "(assumed)\n",
                   e.read_bytes_s / (double)MIB, e.read_measured ? "measured" : "assumed",
                   e.write_bytes_s / (double)MIB);
}

static struct error *print_text(const struct assessment *a)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "assessment");
    const struct assess_result *result = &a->result;

    TRY(assess_print_findings(result, &text));
    if (result->count > 0)
        buf_add_char(&text, '\n');
    buf_add_format(&text, "%zu blockers, %zu changes of meaning, %zu notes\n",
                   assess_count(result, SEVERITY_BLOCKER), assess_count(result, SEVERITY_CHANGES),
                   assess_count(result, SEVERITY_NOTE));
    add_coverage(a, &text);
    add_estimate(a, &text);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

/* ---- the command ----------------------------------------------------------------------------- */

/* With a target given, what only PostgreSQL can say is asked of it. */
static struct error *assess(struct assessment *a)
{
    const struct cli_options *options = a->options;

    TRY(cli_prepare(options, options->arena, &a->prepared));
    source_close(a->prepared.session);
    a->prepared.session = NULL;
    struct pre_scan_job job = {
        .options = options,
        .prepared = &a->prepared,
        .extent = ASSESS_FULL,
        .phase = "assess",
        .shown = &a->shown,
    };
    if (options->target != NULL) {
        struct sink_session *probe = NULL;
        TRY(cli_open_target(options, "assess", &a->sink, &probe));
        sink_close(probe);
        job.sink = &a->sink;
    }
    cli_progress_init(options, &a->prepared.plan, &a->shown);
    return cli_pre_scan(&job, &a->result);
}

struct error *cmd_assess(const struct cli_options *options)
{
    struct assessment *a = ARENA_NEW(options->arena, struct assessment);

    a->options = options;
    struct error *error = assess(a);
    if (error == NULL)
        error = options->format == FORMAT_JSON ? print_json(a) : print_text(a);
    if (error == NULL &&
        assess_count(&a->result, SEVERITY_BLOCKER) + assess_count(&a->result, SEVERITY_CHANGES) > 0)
        output_set_exit(ERROR_KIND_FINDINGS);
    sink_options_done(&a->sink);
    cli_prepare_done(&a->prepared);
    return error;
}
