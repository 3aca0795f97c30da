/* Statements and transactions. */
#include "base/clock.h"
#include "base/stop.h"
#include "sink/session_internal.h"

/* A rollback is quick; when its reply does not come the connection is as good as lost. */
#define ROLLBACK_MS 10000
#define PARAMETERS_MAX 64

static struct error *dead(const struct sink_session *session)
{
    return error_new(PGC_TARGET_CONNECT, "the connection to %s is lost", session->label);
}

/* Nothing new is begun on a lost connection, nor after a stop. */
static struct error *may_start(const struct sink_session *session)
{
    if (sink_is_dead(session))
        return dead(session);
    return stop_requested() && !session->shielded ? wait_stop_error() : NULL;
}

struct error *sink_exec(struct sink_session *session, const char *sql)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;

    TRY(may_start(session));
    return wait_result(session, PQsendQuery(session->conn, sql), true, 0, &result);
}

static void take_rows(const PGresult *result, struct arena *arena, struct sink_rows *ret_rows)
{
    int row_count = PQntuples(result), column_count = PQnfields(result);
    struct sink_rows rows = {.row_count = (size_t)row_count, .column_count = (size_t)column_count};

    rows.cells = ARENA_ARRAY(arena, rows.row_count * rows.column_count + 1, struct str);
    for (int i = 0; i < row_count; i++)
        for (int j = 0; j < column_count; j++)
            if (!PQgetisnull(result, i, j))
                rows.cells[(size_t)i * rows.column_count + (size_t)j] =
                    arena_str(arena, (struct str){.ptr = PQgetvalue(result, i, j),
                                                  .len = (size_t)PQgetlength(result, i, j)});
    *ret_rows = rows;
}

struct error *sink_query(struct sink_session *session, const char *sql, size_t param_count,
                         const char *const *params, struct arena *arena, struct sink_rows *ret_rows)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;

    TRY(may_start(session));
    if (param_count > PARAMETERS_MAX)
        return error_new(PGC_INTERNAL, "a statement with %zu parameters", param_count);
    TRY(wait_result(
        session,
        PQsendQueryParams(session->conn, sql, (int)param_count, NULL, params, NULL, NULL, 0), true,
        0, &result));
    if (ret_rows != NULL)
        take_rows(result, arena, ret_rows);
    return NULL;
}

struct error *sink_begin(struct sink_session *session)
{
    return sink_exec(session, "BEGIN");
}

/* Whether a server that said this may have committed before: it was ending the session. */
static bool leaves_unknown(const struct sink_session *session, const struct error *error)
{
    return sink_is_dead(session) || strncmp(error->sqlstate, "57P", 3) == 0 ||
           strncmp(error->sqlstate, "08", 2) == 0 || strcmp(error->sqlstate, "40003") == 0;
}

struct error *sink_commit(struct sink_session *session, bool *ret_unknown)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;
    struct error *error;

    *ret_unknown = false;
    if (sink_is_dead(session))
        return dead(session); /* nothing was sent: the transaction is gone with its session */
    if (PQtransactionStatus(session->conn) != PQTRANS_INTRANS)
        return error_new(PGC_INTERNAL, "a COMMIT outside of a good transaction");
    /* A cancelled COMMIT would tell nobody what it did. */
    error = wait_result(session, PQsendQuery(session->conn, "COMMIT"), false, 0, &result);
    if (error != NULL) {
        *ret_unknown = leaves_unknown(session, error);
        return *ret_unknown ? error_with_kind(error, ERROR_KIND_TEMPORARY) : error;
    }
    /* PostgreSQL answers the COMMIT of a failed transaction with success, and this tag. */
    if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
        return error_new(PGC_INTERNAL, "a COMMIT did a %s", PQcmdStatus(result));
    return NULL;
}

void sink_rollback(struct sink_session *session)
{
    PGresult *result = NULL;
    struct error *error;

    if (sink_is_dead(session))
        return;
    if (session->in_copy)
        sink_copy_abort(session);
    if (sink_is_dead(session) || PQtransactionStatus(session->conn) == PQTRANS_IDLE)
        return;
    error = wait_result(session, PQsendQuery(session->conn, "ROLLBACK"), false,
                        clock_ms() + ROLLBACK_MS, &result);
    if (error != NULL)
        session->broken = true; /* its state is not known; the server undoes it on its own */
    error_free(error);
    PQclear(result);
}
