/* pgconverge status: what the ledger in the target says of the run, and what to do next. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/connect.h"
#include "cli/output.h"
#include "ledger/ledger.h"

#define WATCH_MS 2000
#define TABLES_SHOWN 40
#define FINDINGS_SHOWN 40

struct status {
    const struct cli_options *options;
    struct arena *arena;
    bool found, alive;
    struct ledger_run run;
    struct ledger_table *tables;
    size_t table_count, tables_done;
    uint64_t rows_done, rows_total; /* of the tables that are counted */
    uint64_t rows_set_aside;
    struct ledger_step *steps;
    size_t step_count;
    struct ledger_phase *phases;
    size_t phase_count;
    struct finding_list findings;
    struct str next; /* what to do */
};

static bool is_done(const struct ledger_table *table)
{
    return table->split && table->chunks_done == table->chunk_count;
}

static bool is_unfinished(const struct status *status)
{
    return status->run.state == RUN_RUNNING || status->run.state == RUN_FAILED;
}

static const char *state_name(const struct status *status)
{
    switch (status->run.state) {
    case RUN_DONE:
        return "done";
    case RUN_DONE_FINDINGS:
        return "done with findings";
    case RUN_RUNNING:
    case RUN_FAILED:
        break;
    }
    return status->alive ? "at work" : "unfinished";
}

/* 0 … 100; -1 when nothing is known yet. */
static double percent_of(const struct ledger_table *table)
{
    if (is_done(table))
        return 100;
    if (table->rows_counted > 0)
        return 100.0 * (double)(table->rows_copied + table->rows_quarantined) /
               (double)table->rows_counted;
    if (table->split && table->chunk_count > 0)
        return 100.0 * table->chunks_done / table->chunk_count;
    return -1;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void find_next(struct status *status)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(64 * KIB, "next step");

    if (!status->found) {
        buf_add_c(&text, "nothing was begun here: pgconverge migrate");
    } else if (is_unfinished(status) && status->alive) {
        buf_add_c(&text, "wait: its owner is at work");
    } else if (is_unfinished(status)) {
        buf_add_c(&text, "the same migrate command continues: ");
        cli_same_command(status->options, COMMAND_migrate, &text);
        buf_add_c(&text, "\nor throw it away: ");
        cli_same_command(status->options, COMMAND_discard, &text);
    } else if (status->run.state == RUN_DONE_FINDINGS) {
        buf_add_c(&text, "look at the findings");
    } else {
        buf_add_c(&text, "nothing");
    }
    status->next = arena_str(status->arena, buf_str(&text));
}

static struct error *read_status(struct ledger *ledger, struct status *status)
{
    TRY(ledger_read_run(ledger, status->arena, &status->run, &status->found));
    if (!status->found) {
        find_next(status);
        return NULL;
    }
    TRY(ledger_is_owned(ledger, &status->alive));
    TRY(ledger_read_tables(ledger, status->arena, &status->tables, &status->table_count));
    TRY(ledger_read_steps(ledger, status->arena, &status->steps, &status->step_count));
    TRY(ledger_read_phases(ledger, status->arena, &status->phases, &status->phase_count));
    TRY(ledger_read_findings(ledger, status->arena, &status->findings));
    for (size_t i = 0; i < status->table_count; i++) {
        const struct ledger_table *table = &status->tables[i];
        status->tables_done += is_done(table);
        status->rows_done += table->rows_copied;
        status->rows_set_aside += table->rows_quarantined;
        status->rows_total += table->rows_counted > 0 ? (uint64_t)table->rows_counted : 0;
    }
    find_next(status);
    return NULL;
}

static enum error_kind exit_kind(const struct status *status)
{
    return status->run.state == RUN_DONE_FINDINGS ? ERROR_KIND_FINDINGS
           : status->alive                        ? ERROR_KIND_CONFLICT
                                                  : ERROR_KIND_TEMPORARY;
}

static bool is_fine(const struct status *status)
{
    return !status->found || status->run.state == RUN_DONE;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void add_line(struct buf *text, const char *label, struct str value)
{
    if (value.len == 0)
        return;
    for (size_t from = 0; from <= value.len;) {
        size_t end = str_find(value, '\n', from);
        buf_add_format(text, "  %-10s", from == 0 ? label : "");
        text_add_printable(text, str_slice(value, from, end));
        buf_add_char(text, '\n');
        from = end + 1;
    }
}

static void add_tables(struct buf *text, const struct status *status)
{
    size_t shown = 0;

    buf_add_format(text, "\nTables: %zu of %zu complete, %" PRIu64 " rows", status->tables_done,
                   status->table_count, status->rows_done);
    if (status->rows_total > 0)
        buf_add_format(text, " of %" PRIu64 " counted", status->rows_total);
    buf_add_char(text, '\n');
    if (status->rows_set_aside > 0)
        buf_add_format(text,
                       "Set aside by policy: %" PRIu64 " rows of at most %" PRIu64
                       "; see pgconverge quarantine list\n",
                       status->rows_set_aside, status->run.max_quarantined);
    for (size_t i = 0; i < status->table_count && shown < TABLES_SHOWN; i++) {
        const struct ledger_table *table = &status->tables[i];
        double percent = percent_of(table);
        if (is_done(table) || !table->split)
            continue;
        shown++;
        buf_add_c(text, "  ");
        if (percent >= 0)
            buf_add_format(text, "%5.1f %%  ", percent > 99.9 ? 99.9 : percent);
        else
            buf_add_c(text, "      -  ");
        text_add_printable(text, table->source_name);
        buf_add_format(text, "  %" PRIu64 " rows, %u of %u parts\n", table->rows_copied,
                       table->chunks_done, table->chunk_count);
    }
}

static void add_findings(struct buf *text, const struct status *status)
{
    if (status->findings.count == 0)
        return;
    buf_add_format(text, "\nFindings: %zu\n", status->findings.count);
    for (size_t i = 0; i < status->findings.count && i < FINDINGS_SHOWN; i++) {
        const struct finding *finding = &status->findings.items[i];
        buf_add_format(text, "  %s", severity_name(finding->severity));
        if (finding->id != 0)
            buf_add_format(text, " PGC-%d", (int)finding->id);
        buf_add_c(text, "  ");
        text_add_printable(text, finding->object);
        buf_add_c(text, finding->object.len > 0 ? ": " : "");
        text_add_printable(text, finding->text);
        buf_add_char(text, '\n');
        if (finding->fix.len > 0)
            add_line(text, "  fix", finding->fix);
    }
    if (status->findings.count > FINDINGS_SHOWN)
        buf_add_c(text, "  … the rest is in the report\n");
}

static void add_phases(struct buf *text, const struct status *status)
{
    if (status->phase_count == 0)
        return;
    buf_add_c(text, "\nPhases:\n");
    for (size_t i = 0; i < status->phase_count; i++) {
        buf_add_format(text, "  %-14.*s", STR_ARG(status->phases[i].name));
        if (status->phases[i].finished_at.len > 0)
            buf_add_format(text, "%10.1f s\n", (double)status->phases[i].duration_ms / 1000);
        else
            buf_add_format(text, "%12s\n", status->alive ? "at work" : "unfinished");
    }
}

static void add_text(struct buf *text, const struct status *status)
{
    const struct ledger_run *run = &status->run;

    if (!status->found) {
        buf_add_c(text, "The target holds no run.\n");
        return;
    }
    buf_add_format(text, "Run " STR_FMT ": %s", STR_ARG(run->run_id), state_name(status));
    if (run->verdict.len > 0)
        buf_add_format(text, ", " STR_FMT, STR_ARG(run->verdict));
    buf_add_char(text, '\n');
    add_line(text, "source", run->source);
    add_line(text, "schema", run->schema);
    add_line(text, "started", run->started_at);
    add_line(text, "finished", run->finished_at);
    add_line(text, "owner",
             arena_format(status->arena, STR_FMT "%s", STR_ARG(run->owner),
                          status->alive           ? ", at work"
                          : is_unfinished(status) ? ", gone"
                                                  : ""));
    add_line(text, "phase", run->phase);
    add_tables(text, status);
    add_phases(text, status);
    add_findings(text, status);
    buf_add_char(text, '\n');
    add_line(text, "next", status->next);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void set_str(json_t *object, const char *key, struct str text)
{
    json_object_set_new(object, key, output_json_str(text));
}

static json_t *tables_json(const struct status *status)
{
    json_t *list = json_array();

    for (size_t i = 0; i < status->table_count; i++) {
        const struct ledger_table *table = &status->tables[i];
        double percent = percent_of(table);
        json_t *object = json_object();
        set_str(object, "source", table->source_name);
        set_str(object, "target_schema", table->target_schema);
        set_str(object, "target", table->target_name);
        json_object_set_new(object, "created", json_boolean(table->created));
        json_object_set_new(object, "done", json_boolean(is_done(table)));
        json_object_set_new(object, "rows", json_integer((json_int_t)table->rows_copied));
        json_object_set_new(object, "rows_set_aside",
                            json_integer((json_int_t)table->rows_quarantined));
        json_object_set_new(object, "bytes", json_integer((json_int_t)table->bytes_copied));
        json_object_set_new(object, "rows_counted",
                            table->rows_counted < 0 ? json_null()
                                                    : json_integer(table->rows_counted));
        json_object_set_new(object, "chunks", json_integer(table->chunk_count));
        json_object_set_new(object, "chunks_done", json_integer(table->chunks_done));
        json_object_set_new(object, "percent", percent < 0 ? json_null() : json_real(percent));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *findings_json(const struct status *status)
{
    json_t *list = json_array();

    for (size_t i = 0; i < status->findings.count; i++) {
        const struct finding *finding = &status->findings.items[i];
        json_t *object = json_object();
        if (finding->id != 0)
            json_object_set_new(object, "id", json_sprintf("PGC-%d", (int)finding->id));
        json_object_set_new(object, "severity", json_string(severity_name(finding->severity)));
        set_str(object, "object", finding->object);
        set_str(object, "text", finding->text);
        set_str(object, "fix", finding->fix);
        json_object_set_new(object, "rows",
                            finding->rows < 0 ? json_null() : json_integer(finding->rows));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *phases_json(const struct status *status)
{
    json_t *list = json_array();

    for (size_t i = 0; i < status->phase_count; i++) {
        const struct ledger_phase *phase = &status->phases[i];
        json_t *object = json_object();
        set_str(object, "name", phase->name);
        set_str(object, "started_at", phase->started_at);
        set_str(object, "finished_at", phase->finished_at);
        json_object_set_new(object, "ms", json_integer((json_int_t)phase->duration_ms));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *failed_steps_json(const struct status *status)
{
    json_t *list = json_array();

    for (size_t i = 0; i < status->step_count; i++) {
        const struct ledger_step *step = &status->steps[i];
        if (!str_equal_c(step->state, "failed"))
            continue;
        json_t *object = json_object();
        set_str(object, "kind", step->kind);
        set_str(object, "name", step->name);
        set_str(object, "detail", step->detail);
        json_array_append_new(list, object);
    }
    return list;
}

static struct error *print_json(const struct status *status)
{
    const struct ledger_run *run = &status->run;
    json_t *document = json_object();

    json_object_set_new(document, "found", json_boolean(status->found));
    json_object_set_new(document, "exit_code",
                        json_integer(is_fine(status) ? 0 : error_exit_code(exit_kind(status))));
    set_str(document, "next", status->next);
    if (!status->found)
        return output_json(document);
    set_str(document, "run_id", run->run_id);
    json_object_set_new(document, "state", json_string(state_name(status)));
    json_object_set_new(document, "owner_alive", json_boolean(status->alive));
    set_str(document, "owner", run->owner);
    set_str(document, "phase", run->phase);
    set_str(document, "verdict", run->verdict);
    set_str(document, "source", run->source);
    set_str(document, "database", run->database);
    set_str(document, "schema", run->schema);
    set_str(document, "started_at", run->started_at);
    set_str(document, "finished_at", run->finished_at);
    set_str(document, "version", run->version);
    json_object_set_new(document, "tables", tables_json(status));
    json_object_set_new(document, "phases", phases_json(status));
    json_object_set_new(document, "failed_steps", failed_steps_json(status));
    json_object_set_new(document, "findings", findings_json(status));
    return output_json(document);
}

/* ---- the command ----------------------------------------------------------------------------- */

static struct error *print(const struct status *status, bool again)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(4 * MIB, "status");

    if (status->options->format == FORMAT_JSON)
        return print_json(status);
    if (again)
        buf_add_char(&text, '\n');
    add_text(&text, status);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

static struct error *pause_watching(void)
{
    for (uint64_t waited_ms = 0; waited_ms < WATCH_MS; waited_ms += 100) {
        if (stop_requested())
            return error_new(PGC_INTERRUPTED, "stopped while watching; the run goes on");
        clock_sleep_ms(100);
    }
    return NULL;
}

static struct error *show(const struct cli_options *options, struct ledger *ledger)
{
    struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "status");
    struct error *error = NULL;
    bool again = false, watching = true;

    while (error == NULL && watching) {
        struct status status = {.options = options, .arena = &arena};
        error = read_status(ledger, &status);
        if (error == NULL)
            error = print(&status, again);
        watching = error == NULL && options->watch && status.alive;
        if (error == NULL && !watching && !is_fine(&status))
            output_set_exit(exit_kind(&status));
        again = true;
        arena_rewind(&arena);
        if (watching)
            error = pause_watching();
    }
    arena_free(&arena);
    return error;
}

struct error *cmd_status(const struct cli_options *options)
{
    struct sink_options target = {0};
    struct sink_session *probe = NULL;
    CLEANUP(ledger_closep) struct ledger *ledger = NULL;

    if (options->watch && options->format == FORMAT_JSON)
        return error_new(PGC_USAGE, "--watch shows text; JSON is one document");
    TRY(cli_open_target(options, "status", &target, &probe));
    sink_close(probe);
    struct error *error = ledger_open(&target, &ledger);
    if (error == NULL)
        error = show(options, ledger);
    sink_options_done(&target);
    return error;
}
