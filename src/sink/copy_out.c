/*
 * COPY … TO STDOUT. Binary framing ("COPY, Binary Format" in PostgreSQL's manual) around fields
 * that
 * the query has cast to text: no escapes, and bytes of up to 1 GB, of which the text format can
 * send
 * only half.
 */
#include "base/limits.h"
#include "base/stop.h"
#include "sink/session_internal.h"

#define SIGNATURE "PGCOPY\n\377\r\n"
#define SIGNATURE_SIZE 11
#define HEADER_SIZE 19

struct error *sink_copy_out_begin(struct sink_session *session, const char *query)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    if (session->in_copy || session->in_copy_out)
        return error_new(PGC_INTERNAL, "two COPY streams on one session");
    if (sink_is_dead(session))
        return error_new(PGC_TARGET_CONNECT, "the connection to %s is lost", session->label);
    if (stop_requested() && !session->shielded)
        return wait_stop_error();
    buf_add_format(&sql, "COPY (%s) TO STDOUT (FORMAT binary)", query);
    TRY(buf_error(&sql));
    TRY(wait_copy_out(session, PQsendQuery(session->conn, buf_c_str(&sql))));
    session->in_copy_out = true;
    session->out_started = false;
    return NULL;
}

/* One message of the stream: a row, the first one with the header in front. NULL at the end. */
static struct error *next_message(struct sink_session *session, struct str *ret_message)
{
    int len;

    PQfreemem(session->out_row);
    session->out_row = NULL;
    while ((len = PQgetCopyData(session->conn, &session->out_row, 1)) == 0)
        TRY(wait_input(session));
    if (len == -2)
        return fail_lost(session);
    *ret_message = len < 0 ? STR_NULL : (struct str){session->out_row, (size_t)len};
    return NULL;
}

static int32_t get_i32(const char *at)
{
    uint32_t bits;

    memcpy(&bits, at, sizeof bits);
    return (int32_t)__builtin_bswap32(bits);
}

static struct error *garbled(struct sink_session *session)
{
    sink_copy_out_abort(session);
    return error_new(PGC_INTERNAL, "a COPY stream of the target is not of the form that was asked");
}

/* Behind the last row: the statement's own outcome, which may still be an error. */
static struct error *finish(struct sink_session *session)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;

    session->in_copy_out = false;
    return wait_result(session, 1, true, 0, &result);
}

static struct error *split(struct sink_session *session, struct str row, struct str *fields,
                           size_t column_count)
{
    size_t at = 2;

    for (size_t i = 0; i < column_count; i++) {
        if (row.len - at < 4)
            return garbled(session);
        int32_t len = get_i32(row.ptr + at);
        at += 4;
        if (len < -1 || (len > 0 && row.len - at < (size_t)len))
            return garbled(session);
        fields[i] = len < 0 ? STR_NULL : (struct str){row.ptr + at, (size_t)len};
        at += len > 0 ? (size_t)len : 0;
    }
    return at == row.len ? NULL : garbled(session);
}

static struct error *next_row(struct sink_session *session, struct str *fields, size_t column_count,
                              bool *ret_more)
{
    struct str row = STR_NULL;

    for (;;) {
        TRY(next_message(session, &row));
        if (row.ptr == NULL) {
            *ret_more = false;
            return finish(session);
        }
        if (!session->out_started) {
            if (row.len < HEADER_SIZE || memcmp(row.ptr, SIGNATURE, SIGNATURE_SIZE) != 0 ||
                get_i32(row.ptr + SIGNATURE_SIZE) != 0 || get_i32(row.ptr + 15) != 0)
                return garbled(session);
            session->out_started = true;
            row = str_slice(row, HEADER_SIZE, row.len);
        }
        if (row.len == 0) /* servers may send the header by itself */
            continue;
        if (row.len < 2)
            return garbled(session);
        uint16_t count = (uint16_t)((unsigned char)row.ptr[0] << 8 | (unsigned char)row.ptr[1]);
        if (count == UINT16_MAX) /* the trailer */
            continue;
        if (count != column_count)
            return garbled(session);
        *ret_more = true;
        return split(session, row, fields, column_count);
    }
}

struct error *sink_copy_out_next(struct sink_session *session, struct str *fields,
                                 size_t column_count, bool *ret_more)
{
    struct error *error;

    if (!session->in_copy_out)
        return error_new(PGC_INTERNAL, "a row of a COPY that was not begun");
    error = next_row(session, fields, column_count, ret_more);
    if (error != NULL)
        session->in_copy_out = false;
    return error;
}

void sink_copy_out_abort(struct sink_session *session)
{
    if (!session->in_copy_out)
        return;
    /* The rest of a table may be hours of rows: nobody waits for it. */
    session->in_copy_out = false;
    session->broken = true;
}
