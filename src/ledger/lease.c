/*
 * Who owns a run: the holder of an advisory lock, which lives exactly as long as a session. After a
 * kill -9 the server notices an idle session's closed socket at once, so the lock is free before
 * the backends of that process' workers are gone; those are ended by pid and start time.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "ledger/ledger_internal.h"
#include "ledger/sql.h"

/* "pgconv" in bytes. Advisory locks are kept apart by database, so one number serves them all. */
#define LOCK_KEY "123589352189558"
#define TRY_EVERY_MS 250
/* A backend ends within a check interval; one that does not is stuck in the server. */
#define END_BACKENDS_MS 30000

static struct error *try_lock(struct ledger *ledger, bool *ret_taken)
{
    struct arena arena = ARENA_INIT(MIB, "lock of the run");
    struct sink_rows rows = {0};
    struct error *error =
        sink_query(ledger->session, "SELECT pg_catalog.pg_try_advisory_lock(" LOCK_KEY ")", 0, NULL,
                   &arena, &rows);

    if (error == NULL)
        *ret_taken = rows.row_count == 1 && str_equal(sink_cell(&rows, 0, 0), STR("t"));
    arena_free(&arena);
    return error;
}

static void unlock(struct ledger *ledger)
{
    ledger->owns_lock = false;
    error_free(
        ledger_run_sql(ledger, "SELECT pg_catalog.pg_advisory_unlock(" LOCK_KEY ")", 0, NULL));
}

static struct error *read_holder(struct ledger *ledger, struct arena *arena,
                                 struct sink_rows *ret_rows)
{
    const char *key[] = {LOCK_KEY};

    return ledger_query(ledger, sql_holder, COUNT_OF(key), key, arena, ret_rows);
}

struct error *ledger_is_owned(struct ledger *ledger, bool *ret_owned)
{
    struct arena arena = ARENA_INIT(MIB, "owner of the run");
    struct sink_rows rows = {0};
    struct error *error = read_holder(ledger, &arena, &rows);

    if (error == NULL)
        *ret_owned = rows.row_count > 0;
    arena_free(&arena);
    return error;
}

/* Names the owner by the run's row, and by what the server says of the session. */
static struct error *refuse_alive(struct ledger *ledger)
{
    struct arena arena = ARENA_INIT(LIMIT_DOCUMENT, "owner of the run");
    struct ledger_run run = {.owner = STR("a process that has not begun its run yet")};
    struct sink_rows rows = {0};
    bool found = false;
    struct error *error = ledger_read_run(ledger, &arena, &run, &found);

    if (error == NULL)
        error = read_holder(ledger, &arena, &rows);
    if (error == NULL) {
        error = error_new(PGC_RUN_ALIVE, "the target is in use by " STR_FMT, STR_ARG(run.owner));
        if (found)
            error_with_object(error, "run " STR_FMT, STR_ARG(run.run_id));
    }
    if (error->id == PGC_RUN_ALIVE && rows.row_count > 0)
        error_with_row(error,
                       "its lock is held by backend " STR_FMT " (" STR_FMT ", from " STR_FMT
                       ", since " STR_FMT ")",
                       STR_ARG(sink_cell(&rows, 0, 0)), STR_ARG(sink_cell(&rows, 0, 1)),
                       STR_ARG(sink_cell(&rows, 0, 2)), STR_ARG(sink_cell(&rows, 0, 3)));
    arena_free(&arena);
    return error;
}

static struct error *end_backends_once(struct ledger *ledger, size_t *ret_left)
{
    struct arena arena = ARENA_INIT(MIB, "recorded backends");
    struct sink_rows rows = {0};
    struct error *error = sink_query(ledger->session, sql_end_backends, 0, NULL, &arena, &rows);

    if (error == NULL)
        *ret_left = rows.row_count;
    arena_free(&arena);
    return error;
}

static struct error *end_backends(struct ledger *ledger)
{
    uint64_t deadline_ms = clock_ms() + END_BACKENDS_MS;
    size_t left = 0;

    for (;;) {
        TRY_DOING(end_backends_once(ledger, &left), "end sessions of the run's last owner");
        if (left == 0)
            break;
        if (clock_ms() >= deadline_ms)
            return error_with_fix(
                error_new(PGC_RUN_ALIVE, "%zu sessions of the run's last owner do not end", left),
                "see SELECT * FROM pgconverge.backend, and pg_stat_activity for these pids");
        clock_sleep_ms(TRY_EVERY_MS);
    }
    return ledger_run_sql(ledger, "DELETE FROM pgconverge.backend", 0, NULL);
}

struct error *ledger_take(struct ledger *ledger, uint64_t wait_ms)
{
    uint64_t deadline_ms = clock_ms() + wait_ms;
    enum ledger_presence presence = LEDGER_ABSENT;
    struct error *error;

    while (!ledger->owns_lock) {
        TRY_DOING(try_lock(ledger, &ledger->owns_lock), "take the lock of the run");
        if (ledger->owns_lock)
            break;
        if (clock_ms() >= deadline_ms)
            return refuse_alive(ledger);
        clock_sleep_ms(TRY_EVERY_MS);
    }
    error = ledger_look(ledger, &presence);
    if (error == NULL && presence == LEDGER_OURS)
        error = end_backends(ledger);
    if (error != NULL)
        unlock(ledger); /* who does not own must not look as if he did */
    return error;
}

/* ---- a lost session -------------------------------------------------------------------------- */

bool ledger_may_come_back(const struct ledger *ledger)
{
    return ledger->owns_lock && ledger->epoch != 0 && ledger->retry_ms > 0;
}

/* Where the network was cut, the server may believe in the old session, and its lock, for long. */
static struct error *end_former(struct ledger *ledger, int pid)
{
    struct arena arena = ARENA_INIT(MIB, "former session");
    const char *params[] = {LOCK_KEY, ledger_number(&arena, pid),
                            ledger_number(&arena, (int64_t)ledger->epoch)};
    struct error *error =
        sink_query(ledger->session, sql_end_former, COUNT_OF(params), params, NULL, NULL);

    arena_free(&arena);
    return error;
}

/* With a session of its own, not yet the ledger's: *ret_taken false when the lock is not free. */
static struct error *take_again(struct ledger *ledger, int former_pid, bool *ret_taken)
{
    TRY(try_lock(ledger, ret_taken));
    if (!*ret_taken)
        TRY(end_former(ledger, former_pid));
    /* Who took the run meanwhile has raised the epoch. */
    return ledger_heartbeat(ledger);
}

static struct error *open_again(struct ledger *ledger, int former_pid, bool *ret_back)
{
    struct ledger next = *ledger;
    struct error *error;

    next.session = NULL;
    next.retry_ms = 0; /* the caller does the retrying */
    next.shields = 0;
    TRY(sink_open(ledger->options, "ledger", &next.session));
    error = take_again(&next, former_pid, ret_back);
    if (error != NULL || !*ret_back) {
        sink_close(next.session);
        return error;
    }
    sink_close(ledger->session);
    ledger->session = next.session;
    sink_shield(ledger->session, ledger->shields > 0);
    return NULL;
}

struct error *ledger_come_back(struct ledger *ledger)
{
    uint64_t give_up_ms = clock_ms() + ledger->retry_ms;
    int former_pid = sink_backend_pid(ledger->session);
    bool back = !sink_is_dead(ledger->session) || !ledger_may_come_back(ledger);

    if (!back)
        log_warning("the connection that holds the run's lock is lost; trying again");
    while (!back) {
        struct error *error = open_again(ledger, former_pid, &back);
        bool over = stop_requested() || clock_ms() >= give_up_ms;

        if (error == NULL && !back && over)
            return error_new(PGC_RUN_ALIVE, "the run's lock was lost, and another session has it");
        if (error != NULL && (over || !error_is_temporary(error))) {
            error->retried = clock_ms() >= give_up_ms;
            return error_add_context(error, "take the run's lock again");
        }
        error_free(error);
        if (!back)
            clock_sleep_ms(TRY_EVERY_MS);
    }
    return NULL;
}

struct error *ledger_register_backend(struct ledger *ledger, struct sink_session *session)
{
    struct arena arena = ARENA_INIT(MIB, "registration");
    struct sink_rows rows = {0};
    struct error *error = ledger_check_owner(ledger);

    if (error == NULL)
        error = sink_query(session, sql_register, 0, NULL, &arena, &rows);
    if (error == NULL && rows.row_count != 1)
        error = error_new(PGC_INTERNAL, "the target does not show this process its own session");
    arena_free(&arena);
    return error;
}
