/*
 * Statements in the text protocol. Rows are streamed, so that a catalog of any size needs the
 * memory of what is kept of it.
 */
#include "source/session_internal.h"

#include "base/limits.h"
#include "source/token_internal.h"

/* A statement on a line that still carries a cursor's rows would be lost: our own bug. */
static struct error *check_free(struct source_session *session)
{
    if (session->streaming)
        return error_new(PGC_INTERNAL, "a statement was sent while a cursor was open");
    return NULL;
}

/* Reads to the end whatever the server still has to say, so that the next statement can go out. */
static void drain(MYSQL *mysql)
{
    while (mysql_next_result(mysql) == 0) {
        MYSQL_RES *more = mysql_use_result(mysql);

        if (more != NULL)
            mysql_free_result(more);
    }
}

struct error *session_exec_str(struct source_session *session, struct str sql)
{
    MYSQL_RES *result;

    TRY(check_free(session));
    if (mysql_real_query(session->mysql, sql.ptr, sql.len) != 0)
        return session_error(session);
    result = mysql_use_result(session->mysql);
    if (result != NULL)
        mysql_free_result(result);
    else if (mysql_errno(session->mysql) != 0)
        return session_error(session);
    drain(session->mysql);
    return NULL;
}

struct error *session_exec(struct source_session *session, const char *sql)
{
    return session_exec_str(session, str_of(sql));
}

struct error *session_set_results(struct source_session *session, enum results_form form)
{
    if (session->results == form)
        return NULL;
    token_count_own_statement();
    TRY(session_exec(session, form == RESULTS_RAW ? "SET character_set_results = NULL"
                                                  : "SET character_set_results = utf8mb4"));
    session->results = form;
    return NULL;
}

struct error *session_rows_open(struct source_session *session, struct str sql,
                                struct session_rows *ret_rows)
{
    MYSQL_RES *result;

    TRY(check_free(session));
    if (mysql_real_query(session->mysql, sql.ptr, sql.len) != 0)
        return session_error(session);
    result = mysql_use_result(session->mysql);
    if (result == NULL) {
        if (mysql_errno(session->mysql) != 0)
            return session_error(session);
        return error_new(PGC_INTERNAL, "a statement that should give rows gave none");
    }
    if (mysql_num_fields(result) > SESSION_COLUMNS_MAX) {
        mysql_free_result(result);
        return error_new(PGC_INTERNAL, "a statement gave more than %d columns",
                         SESSION_COLUMNS_MAX);
    }
    ret_rows->session = session;
    ret_rows->result = result;
    ret_rows->column_count = mysql_num_fields(result);
    return NULL;
}

struct error *session_rows_next(struct session_rows *rows, bool *ret_more)
{
    MYSQL_ROW row = rows->result != NULL ? mysql_fetch_row(rows->result) : NULL;
    unsigned long *lengths;

    if (row == NULL) {
        if (rows->result != NULL && mysql_errno(rows->session->mysql) != 0)
            return session_error(rows->session);
        *ret_more = false;
        return NULL;
    }
    lengths = mysql_fetch_lengths(rows->result);
    for (unsigned i = 0; i < rows->column_count; i++)
        rows->cells[i] = row[i] != NULL ? (struct str){.ptr = row[i], .len = lengths[i]} : STR_NULL;
    *ret_more = true;
    return NULL;
}

void session_rows_done(struct session_rows *rows)
{
    if (rows->result == NULL)
        return;
    mysql_free_result(rows->result);
    rows->result = NULL;
    drain(rows->session->mysql);
}

struct error *session_query(struct source_session *session, struct arena *arena, struct str sql,
                            struct source_text_rows *ret_rows)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct source_text_rows all = {0};
    size_t count = 0, capacity = 0;

    TRY(session_rows_open(session, sql, &rows));
    all.column_count = rows.column_count;
    for (;;) {
        bool more = false;

        TRY(session_rows_next(&rows, &more));
        if (!more)
            break;
        for (unsigned i = 0; i < rows.column_count; i++) {
            struct str cell = rows.cells[i];

            *ARENA_PUSH(arena, all.cells, count, capacity) =
                cell.ptr != NULL ? arena_str(arena, cell) : STR_NULL;
        }
        all.row_count++;
    }
    *ret_rows = all;
    return NULL;
}

struct error *source_query(struct source_session *session, struct arena *arena,
                           struct source_text_rows *ret_rows, const char *format, ...)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    va_list args;

    va_start(args, format);
    buf_add_vformat(&sql, format, args);
    va_end(args);
    TRY(buf_error(&sql));
    TRY(session_set_results(session, RESULTS_TEXT));
    return session_query(session, arena, buf_str(&sql), ret_rows);
}
