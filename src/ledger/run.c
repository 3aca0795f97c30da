/* The run's row: begun, adopted, told about, finished, dropped. */
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "ledger/ledger_internal.h"
#include "ledger/sql.h"

static const char *const state_names[] = {
    [RUN_RUNNING] = "running",
    [RUN_DONE] = "done",
    [RUN_DONE_FINDINGS] = "done with findings",
    [RUN_FAILED] = "failed",
};

/* Larger than any before, also than those of a run that was dropped: its sessions may still be. */
#define NEW_EPOCH "(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000000)::bigint"

/* "host pid 123 since 2026-11-23T03:47:01.123Z" */
static const char *own_name(struct arena *arena)
{
    char host[256] = "", now[32];

    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    clock_utc_text(now);
    return ledger_text(arena, arena_format(arena, "%s pid %d since %s",
                                           host[0] != '\0' ? host : "(a host without a name)",
                                           (int)getpid(), now));
}

static bool parse_state(struct str name, enum run_state *ret_state)
{
    for (size_t i = 0; i < COUNT_OF(state_names); i++)
        if (str_equal_c(name, state_names[i])) {
            *ret_state = (enum run_state)i;
            return true;
        }
    return false;
}

struct error *ledger_read_run(struct ledger *ledger, struct arena *arena,
                              struct ledger_run *ret_run, bool *ret_found)
{
    enum ledger_presence presence = LEDGER_ABSENT;
    struct ledger_run run = {0};
    struct sink_rows rows = {0};
    struct str *const texts[] = {&run.run_id,        NULL,          &run.phase,   &run.source,
                                 &run.source_server, &run.database, &run.schema,  &run.plan_digest,
                                 &run.plan_json,     &run.token,    &run.version, &run.started_at,
                                 &run.finished_at,   &run.verdict,  NULL,         &run.owner};

    TRY_DOING(ledger_look(ledger, &presence), "look for a ledger");
    if (presence != LEDGER_OURS) {
        *ret_found = false;
        return NULL;
    }
    TRY_DOING(ledger_query(ledger, sql_run, 0, NULL, arena, &rows), "read the run");
    if (rows.row_count == 0) {
        *ret_found = false;
        return NULL;
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i] != NULL)
            *texts[i] = sink_cell(&rows, 0, i).ptr != NULL ? sink_cell(&rows, 0, i) : STR("");
    if (!parse_state(sink_cell(&rows, 0, 1), &run.state) ||
        !str_to_u64(sink_cell(&rows, 0, 14), &run.epoch) ||
        !str_to_u64(sink_cell(&rows, 0, 16), &run.max_quarantined))
        return error_new(PGC_LEDGER, "the run's row in the ledger makes no sense");
    *ret_run = run;
    *ret_found = true;
    return NULL;
}

/* ---- begin ----------------------------------------------------------------------------------- */

struct beginning {
    const struct ledger_run *run;
    enum ledger_presence presence;
    uint64_t epoch;
};

static struct error *create_schema(struct ledger *ledger, enum ledger_presence presence)
{
    if (presence == LEDGER_ABSENT) {
        TRY(sink_exec(ledger->session, "CREATE SCHEMA pgconverge"));
        TRY(sink_exec(
            ledger->session,
            "COMMENT ON SCHEMA pgconverge IS 'The ledger of pgconverge: what its run has "
            "done. Removed by \"pgconverge discard\", or by hand once the run is done.'"));
    }
    return sink_exec(ledger->session, sql_schema);
}

static struct error *insert_run(struct ledger *ledger, const struct ledger_run *run,
                                struct arena *arena, uint64_t *ret_epoch)
{
    struct sink_rows rows = {0};
    const char *params[] = {
        ledger_number(arena, LEDGER_VERSION),
        ledger_text(arena, run->run_id),
        ledger_text(arena, run->phase),
        ledger_text(arena, run->source),
        ledger_text(arena, run->source_server),
        ledger_text(arena, run->database),
        ledger_text(arena, run->schema),
        ledger_text(arena, run->plan_digest),
        ledger_text(arena, run->plan_json),
        ledger_text(arena, run->token),
        ledger_text(arena, run->version),
        own_name(arena),
        ledger_number(arena, (int64_t)run->max_quarantined),
    };

    TRY(ledger_query(ledger,
                     "INSERT INTO pgconverge.run (ledger_version, run_id, state, phase, source,"
                     " source_server, source_database, target_schema, plan_digest, plan_json,"
                     " token, program_version, owner, max_quarantined, epoch) VALUES ($1, $2,"
                     " 'running', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, " NEW_EPOCH
                     ") ON CONFLICT DO NOTHING"
                     " RETURNING epoch",
                     COUNT_OF(params), params, arena, &rows));
    if (rows.row_count != 1)
        return error_new(PGC_LEDGER, "the target's ledger has a run already");
    return str_to_u64(sink_cell(&rows, 0, 0), ret_epoch)
               ? NULL
               : error_new(PGC_INTERNAL, "the new run has no epoch");
}

static struct error *begin(struct ledger *ledger, void *context)
{
    struct beginning *beginning = context;
    struct arena arena = ARENA_INIT(4 * LIMIT_DOCUMENT, "the run's row");
    struct error *error = NULL;

    if (beginning->presence != LEDGER_OURS)
        error = create_schema(ledger, beginning->presence);
    if (error == NULL)
        error = insert_run(ledger, beginning->run, &arena, &beginning->epoch);
    arena_free(&arena);
    return error;
}

struct error *ledger_begin_run(struct ledger *ledger, const struct ledger_run *run)
{
    struct beginning beginning = {.run = run};

    TRY(ledger_check_owner(ledger));
    TRY(ledger_look(ledger, &beginning.presence));
    TRY_DOING(ledger_in_transaction(ledger, begin, &beginning), "create the ledger");
    ledger->epoch = beginning.epoch;
    return NULL;
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct error *adopt(struct ledger *ledger, const struct ledger_run *run, struct arena *arena)
{
    struct sink_rows rows = {0};
    const char *params[] = {ledger_text(arena, run->run_id),
                            ledger_number(arena, (int64_t)run->epoch), own_name(arena),
                            ledger_number(arena, (int64_t)run->max_quarantined)};
    uint64_t epoch = 0;

    TRY(ledger_query(ledger,
                     "UPDATE pgconverge.run SET epoch = GREATEST(epoch + 1, " NEW_EPOCH "),"
                     " state = 'running', finished_at = NULL, verdict = '', owner = $3,"
                     " max_quarantined = $4"
                     " WHERE run_id = $1 AND epoch = $2 RETURNING epoch",
                     COUNT_OF(params), params, arena, &rows));
    if (rows.row_count != 1 || !str_to_u64(sink_cell(&rows, 0, 0), &epoch))
        return error_new(PGC_LEDGER, "the run in the ledger is not the one that was read");
    ledger->epoch = epoch;
    return NULL;
}

struct error *ledger_adopt_run(struct ledger *ledger, const struct ledger_run *run)
{
    struct arena arena = ARENA_INIT(MIB, "the run's row");
    struct error *error = ledger_check_owner(ledger);

    if (error == NULL)
        error = adopt(ledger, run, &arena);
    arena_free(&arena);
    return error;
}

struct error *ledger_heartbeat(struct ledger *ledger)
{
    struct arena arena = ARENA_INIT(MIB, "heartbeat");
    struct sink_rows rows = {0};
    uint64_t epoch = 0;
    struct error *error =
        ledger_query(ledger, ledger->epoch == 0 ? "SELECT 0" : "SELECT epoch FROM pgconverge.run",
                     0, NULL, &arena, &rows);

    /* The lock lives as long as its session, and this session has just answered. */
    if (error == NULL && (rows.row_count != 1 || !str_to_u64(sink_cell(&rows, 0, 0), &epoch) ||
                          epoch != ledger->epoch || !ledger->owns_lock))
        error = error_new(PGC_LOST_OWNERSHIP, "this run belongs to another process by now");
    arena_free(&arena);
    return error;
}

/* An UPDATE of the run's row with texts; it must find the row. */
static struct error *update_run(struct ledger *ledger, const char *sql, struct str first,
                                struct str second)
{
    struct arena arena = ARENA_INIT(LIMIT_DOCUMENT, "the run's row");
    struct sink_rows rows = {0};
    const char *params[] = {ledger_text(&arena, first), ledger_text(&arena, second)};
    struct error *error = ledger_check_owner(ledger);

    if (error == NULL)
        error = ledger_query(ledger, sql, second.ptr != NULL ? 2 : 1, params, &arena, &rows);
    if (error == NULL && rows.row_count != 1)
        error = error_new(PGC_LEDGER, "there is no run in the ledger");
    arena_free(&arena);
    return error;
}

/* One statement, and so one transaction. A phase that is entered again goes on counting. */
struct error *ledger_set_phase(struct ledger *ledger, struct str phase)
{
    return update_run(ledger,
                      "WITH started AS (INSERT INTO pgconverge.phase (name) VALUES ($1)"
                      " ON CONFLICT (name) DO UPDATE SET finished_at = NULL)"
                      " UPDATE pgconverge.run SET phase = $1 RETURNING 1",
                      phase, STR_NULL);
}

struct error *ledger_set_token(struct ledger *ledger, struct str token)
{
    return update_run(ledger, "UPDATE pgconverge.run SET token = $1 RETURNING 1", token, STR_NULL);
}

struct error *ledger_finish_run(struct ledger *ledger, enum run_state state, struct str verdict)
{
    return update_run(ledger,
                      "UPDATE pgconverge.run SET state = $1, verdict = $2,"
                      " finished_at = pg_catalog.now() RETURNING 1",
                      str_of(state_names[state]), verdict.ptr != NULL ? verdict : STR(""));
}

struct error *ledger_drop(struct ledger *ledger)
{
    enum ledger_presence presence = LEDGER_ABSENT;

    TRY(ledger_check_owner(ledger));
    TRY(ledger_look(ledger, &presence)); /* refuses what is not ours */
    if (presence == LEDGER_OURS)
        TRY_DOING(ledger_run_sql(ledger, "DROP SCHEMA pgconverge CASCADE", 0, NULL),
                  "drop the ledger");
    ledger->epoch = 0;
    return NULL;
}
