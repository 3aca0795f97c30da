/*
 * COPY … FROM STDIN. What is sent is flushed to the socket before the call returns, so libpq's
 * buffer never holds more than one slice.
 */
#include <poll.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/stop.h"
#include "sink/session_internal.h"

/* How long the server may take to acknowledge a stream that is thrown away. */
#define ABORT_MS 5000

struct error *sink_copy_begin(struct sink_session *session, const struct target_table *table,
                              const size_t *columns, size_t column_count)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct error *error;

    buf_add_c(&sql, "COPY ");
    sink_quote_name(&sql, table->schema, table->name);
    for (size_t i = 0; i < column_count; i++) {
        buf_add_c(&sql, i > 0 ? ", " : " (");
        sink_quote_ident(&sql, table->columns[columns[i]].name);
    }
    /* No list means all that are not generated: none, where nothing is copied. */
    buf_add_c(&sql, column_count > 0 ? ")" : "");
    buf_add_c(&sql, " FROM STDIN (FORMAT binary)");
    error = buf_error(&sql);
    if (error == NULL)
        error = sink_exec(session, buf_c_str(&sql));
    buf_free(&sql);
    session->in_copy = error == NULL;
    return error;
}

/* Ends the stream with `why` as its failure (NULL: all is sent) and takes the server's answer. */
static struct error *finish(struct sink_session *session, const char *why, bool heed_stop,
                            uint64_t deadline_ms, PGresult **ret_result)
{
    int sent;

    session->in_copy = false;
    while ((sent = PQputCopyEnd(session->conn, why)) == 0) {
        bool speaks = false;

        TRY(wait_flush(session, deadline_ms, &speaks));
    }
    return wait_result(session, sent > 0, heed_stop, deadline_ms, ret_result);
}

/*
 * The server said something in the middle of a stream, which libpq only reveals after the stream's
 * end. A notice was counted by its receiver; else it can only be an error, and the rest of the
 * chunk would be sent in vain.
 */
static struct error *take_early_error(struct sink_session *session)
{
    PGresult *result = NULL;
    struct error *error =
        finish(session, "pgconverge: ended early", false, clock_ms() + ABORT_MS, &result);

    PQclear(result);
    if (error == NULL)
        return error_new(PGC_INTERNAL, "a COPY that was ended early succeeded");
    if (strcmp(error->sqlstate, "57014") == 0) /* our own words: it was no error after all */
        return error_with_kind(error, ERROR_KIND_TEMPORARY);
    return error;
}

/* What came in without our having to wait, at no more than a system call. */
static struct error *look_for_input(struct sink_session *session, bool *ret_speaks)
{
    struct pollfd waiting = {.fd = PQsocket(session->conn), .events = POLLIN};

    if (poll(&waiting, 1, 0) <= 0)
        return NULL;
    *ret_speaks = true;
    return PQconsumeInput(session->conn) != 0 ? NULL : fail_lost(session);
}

static struct error *send_slice(struct sink_session *session, const char *bytes, int len)
{
    uint64_t notices = session->notices;
    bool speaks = false;
    int sent;

    while ((sent = PQputCopyData(session->conn, bytes, len)) == 0)
        TRY(wait_flush(session, 0, &speaks));
    if (sent < 0)
        return fail_lost(session);
    TRY(wait_flush(session, 0, &speaks));
    if (!speaks)
        TRY(look_for_input(session, &speaks));
    if (!speaks)
        return NULL;
    (void)PQisBusy(session->conn); /* has libpq look at what came; it hands notices out */
    return session->notices != notices ? NULL : take_early_error(session);
}

struct error *sink_copy_send(struct sink_session *session, const void *bytes, size_t len)
{
    const char *at = bytes;

    if (!session->in_copy)
        return error_new(PGC_INTERNAL, "COPY data outside of a COPY");
    while (len > 0) {
        size_t slice = len < LIMIT_COPY_SLICE ? len : LIMIT_COPY_SLICE;
        struct error *error = stop_requested() && !session->shielded
                                  ? wait_stop_error()
                                  : send_slice(session, at, (int)slice);

        if (error != NULL) {
            if (session->in_copy)
                sink_copy_abort(session);
            return error;
        }
        at += slice;
        len -= slice;
    }
    return NULL;
}

struct error *sink_copy_end(struct sink_session *session, uint64_t *ret_rows)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;
    uint64_t rows = 0;

    if (!session->in_copy)
        return error_new(PGC_INTERNAL, "the end of a COPY that was not begun");
    TRY(finish(session, NULL, true, 0, &result));
    if (!str_to_u64(str_of(PQcmdTuples(result)), &rows))
        return error_new(PGC_INTERNAL, "a COPY told no row count");
    *ret_rows = rows;
    return NULL;
}

void sink_copy_abort(struct sink_session *session)
{
    PGresult *result = NULL;
    bool shielded = session->shielded;
    struct error *error;

    if (!session->in_copy)
        return;
    session->in_copy = false;
    if (sink_is_dead(session))
        return;
    session->shielded = true; /* the wait is bounded; a stop must not end it half-way */
    error = finish(session, "pgconverge: thrown away", false, clock_ms() + ABORT_MS, &result);
    session->shielded = shielded;
    if (error == NULL || error->id == PGC_INTERNAL)
        session->broken = true;
    error_free(error);
    PQclear(result);
}
