/* Steps, findings and phases. */
#include <inttypes.h>

#include "base/limits.h"
#include "ledger/ledger_internal.h"
#include "ledger/sql.h"

/* ---- steps ----------------------------------------------------------------------------------- */

void ledger_step_done_sql(const struct ledger *ledger, struct str kind, struct str name,
                          struct buf *sql)
{
    buf_add_format(sql, "SELECT pgconverge.step_done(%" PRIu64 ", ", ledger->epoch);
    sink_quote_literal(sql, kind);
    buf_add_c(sql, ", ");
    sink_quote_literal(sql, name);
    buf_add_c(sql, ");\n");
}

/* Texts as parameters of a statement that returns nothing. The ledger must be ours. */
static struct error *write_texts(struct ledger *ledger, const char *sql, const struct str *texts,
                                 size_t count)
{
    struct arena arena = ARENA_INIT(LIMIT_DOCUMENT, "a row of the ledger");
    const char *params[8] = {0};
    struct error *error = ledger_check_owner(ledger);

    for (size_t i = 0; i < count && i < COUNT_OF(params); i++)
        params[i] = texts[i].ptr != NULL ? ledger_text(&arena, texts[i]) : NULL;
    if (error == NULL)
        error = ledger_run_sql(ledger, sql, count, params);
    arena_free(&arena);
    return error;
}

static struct str not_null(struct str text)
{
    return text.ptr != NULL ? text : STR("");
}

struct error *ledger_step_failed(struct ledger *ledger, struct str kind, struct str name,
                                 struct str detail)
{
    const struct str texts[] = {kind, name, not_null(detail)};

    return write_texts(ledger,
                       "INSERT INTO pgconverge.step AS s (kind, name, state, detail)"
                       " VALUES ($1, $2, 'failed', $3) ON CONFLICT (kind, name) DO UPDATE"
                       " SET detail = EXCLUDED.detail, at = pg_catalog.now()"
                       " WHERE s.state <> 'done'",
                       texts, COUNT_OF(texts));
}

struct error *ledger_read_steps(struct ledger *ledger, struct arena *arena,
                                struct ledger_step **ret_steps, size_t *ret_count)
{
    struct sink_rows rows = {0};
    struct ledger_step *steps;

    TRY_DOING(ledger_query(ledger,
                           "SELECT kind, name, state, detail FROM pgconverge.step"
                           " ORDER BY kind COLLATE \"C\", name COLLATE \"C\"",
                           0, NULL, arena, &rows),
              "read the ledger's steps");
    steps = ARENA_ARRAY(arena, rows.row_count + 1, struct ledger_step);
    for (size_t i = 0; i < rows.row_count; i++)
        steps[i] = (struct ledger_step){.kind = sink_cell(&rows, i, 0),
                                        .name = sink_cell(&rows, i, 1),
                                        .state = sink_cell(&rows, i, 2),
                                        .detail = sink_cell(&rows, i, 3)};
    *ret_steps = steps;
    *ret_count = rows.row_count;
    return NULL;
}

struct step_question {
    struct str kind, name;
    bool done;
};

static struct error *ask_step(struct ledger *ledger, void *context)
{
    struct step_question *question = context;
    struct arena arena = ARENA_INIT(MIB, "state of a step");
    struct sink_rows rows = {0};
    const char *params[] = {ledger_text(&arena, question->kind),
                            ledger_text(&arena, question->name)};
    /* A row that is still being committed cannot be waited for by itself. */
    struct error *error =
        ledger_run_sql(ledger, "LOCK TABLE pgconverge.step IN SHARE MODE", 0, NULL);

    if (error == NULL)
        error = ledger_query(ledger,
                             "SELECT 1 FROM pgconverge.step WHERE kind = $1 AND name = $2"
                             " AND state = 'done'",
                             COUNT_OF(params), params, &arena, &rows);
    question->done = error == NULL && rows.row_count == 1;
    arena_free(&arena);
    return error;
}

struct error *ledger_step_is_done(struct ledger *ledger, struct str kind, struct str name,
                                  bool *ret_done)
{
    struct step_question question = {.kind = kind, .name = name};

    TRY_DOING(ledger_in_transaction(ledger, ask_step, &question), "ask for a step");
    *ret_done = question.done;
    return NULL;
}

/* ---- findings -------------------------------------------------------------------------------- */

/* Said once: a part of the run that is done again after a crash finds the same things again. */
struct error *ledger_add_finding(struct ledger *ledger, const struct finding *finding)
{
    char id[16], rows[24];

    snprintf(id, sizeof id, "%d", (int)finding->id);
    snprintf(rows, sizeof rows, "%" PRId64, finding->rows);
    const struct str texts[] = {
        str_of(id),
        str_of(severity_name(finding->severity)),
        not_null(finding->object),
        not_null(finding->text),
        not_null(finding->fix),
        not_null(finding->detail),
        finding->rows >= 0 ? str_of(rows) : STR_NULL,
    };

    return write_texts(
        ledger,
        "WITH again AS (UPDATE pgconverge.finding SET fix = $5, detail = $6, rows = $7::bigint"
        " WHERE error_id = $1::integer AND severity = $2 AND object = $3 AND text = $4"
        " RETURNING 1)"
        " INSERT INTO pgconverge.finding (error_id, severity, object, text, fix, detail, rows)"
        " SELECT $1::integer, $2, $3, $4, $5, $6, $7::bigint"
        " WHERE NOT EXISTS (SELECT FROM again)",
        texts, COUNT_OF(texts));
}

struct error *ledger_drop_findings(struct ledger *ledger, enum error_id first, enum error_id last)
{
    char low[16], high[16];

    snprintf(low, sizeof low, "%d", (int)first);
    snprintf(high, sizeof high, "%d", (int)last);
    const struct str texts[] = {str_of(low), str_of(high)};

    return write_texts(ledger,
                       "DELETE FROM pgconverge.finding"
                       " WHERE error_id BETWEEN $1::integer AND $2::integer",
                       texts, COUNT_OF(texts));
}

static bool read_finding(const struct sink_rows *rows, size_t row, struct finding *finding)
{
    uint64_t id = 0;
    struct str severity = sink_cell(rows, row, 1), counted = sink_cell(rows, row, 6);

    finding->rows = -1;
    if (!str_to_u64(sink_cell(rows, row, 0), &id) || id > 9999 ||
        (counted.ptr != NULL && !str_to_i64(counted, &finding->rows)))
        return false;
    finding->id = (enum error_id)id;
    finding->object = sink_cell(rows, row, 2);
    finding->text = sink_cell(rows, row, 3);
    finding->fix = sink_cell(rows, row, 4);
    finding->detail = sink_cell(rows, row, 5);
    for (int i = SEVERITY_BLOCKER; i <= SEVERITY_NOTE; i++)
        if (str_equal_c(severity, severity_name((enum severity)i))) {
            finding->severity = (enum severity)i;
            return true;
        }
    return false;
}

struct error *ledger_read_findings(struct ledger *ledger, struct arena *arena,
                                   struct finding_list *ret_findings)
{
    struct sink_rows rows = {0};
    struct finding *items;

    TRY_DOING(ledger_query(ledger,
                           "SELECT error_id, severity, object, text, fix, detail, rows"
                           " FROM pgconverge.finding ORDER BY number",
                           0, NULL, arena, &rows),
              "read the ledger's findings");
    items = ARENA_ARRAY(arena, rows.row_count + 1, struct finding);
    for (size_t i = 0; i < rows.row_count; i++)
        if (!read_finding(&rows, i, &items[i]))
            return error_new(PGC_LEDGER, "a finding in the ledger makes no sense");
    *ret_findings = (struct finding_list){
        .items = items, .count = rows.row_count, .capacity = rows.row_count + 1};
    return NULL;
}

/* ---- phases ---------------------------------------------------------------------------------- */

struct error *ledger_phase_done(struct ledger *ledger, struct str phase, uint64_t duration_ms)
{
    char duration[24];

    snprintf(duration, sizeof duration, "%" PRIu64, duration_ms);
    const struct str texts[] = {phase, str_of(duration)};
    return write_texts(ledger,
                       "INSERT INTO pgconverge.phase AS p (name, finished_at, duration_ms)"
                       " VALUES ($1, pg_catalog.now(), $2::bigint) ON CONFLICT (name) DO UPDATE"
                       " SET finished_at = EXCLUDED.finished_at,"
                       " duration_ms = p.duration_ms + EXCLUDED.duration_ms"
                       " WHERE p.finished_at IS NULL", /* else said already, its reply lost */
                       texts, COUNT_OF(texts));
}

struct error *ledger_read_phases(struct ledger *ledger, struct arena *arena,
                                 struct ledger_phase **ret_phases, size_t *ret_count)
{
    struct sink_rows rows = {0};
    struct ledger_phase *phases;

    TRY_DOING(
        ledger_query(
            ledger,
            "SELECT name, pg_catalog.to_char(started_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
            " pg_catalog.to_char(finished_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
            " duration_ms FROM pgconverge.phase ORDER BY number",
            0, NULL, arena, &rows),
        "read the ledger's phases");
    phases = ARENA_ARRAY(arena, rows.row_count + 1, struct ledger_phase);
    for (size_t i = 0; i < rows.row_count; i++) {
        phases[i].name = sink_cell(&rows, i, 0);
        phases[i].started_at = sink_cell(&rows, i, 1);
        phases[i].finished_at = not_null(sink_cell(&rows, i, 2));
        if (!str_to_u64(sink_cell(&rows, i, 3), &phases[i].duration_ms))
            return error_new(PGC_LEDGER, "a phase in the ledger makes no sense");
    }
    *ret_phases = phases;
    *ret_count = rows.row_count;
    return NULL;
}
