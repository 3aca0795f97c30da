/*
 * source/session_internal.h: what the files of this room share about a session: its connection,
 * statements, and how the server's errors become ours. Nobody outside the room includes it.
 */
#pragma once

#include <mysql.h>

#include <stdatomic.h>

#include "source/source.h"

/* In which charset the server sends results. */
enum results_form {
    RESULTS_TEXT, /* utf8mb4: names, settings, anything for people */
    RESULTS_RAW,  /* the columns' own bytes: data */
};

struct source_session {
    MYSQL *mysql;
    enum source_flavor flavor;
    char *database; /* "" where none was given */
    char *way;      /* "user@host:port/database" */
    enum results_form results;
    bool in_snapshot;
    bool packet_limited; /* by source_set_packet_limit() */
    bool streaming;      /* a cursor's rows are on the line: no other statement can be sent */
    _Atomic int line_fd; /* a duplicate of the connection's descriptor, for source_interrupt() */
};

/* ---- statements ------------------------------------------------------------------------------ */

/* One statement without rows (or whose rows are of no interest). */
struct error *session_exec(struct source_session *session, const char *sql) CHECKED;
struct error *session_exec_str(struct source_session *session, struct str sql) CHECKED;
struct error *session_set_results(struct source_session *session, enum results_form form) CHECKED;

#define SESSION_COLUMNS_MAX 64

/* The rows of one statement in the text protocol, streamed. */
struct session_rows {
    struct source_session *session;
    MYSQL_RES *result;
    unsigned column_count;
    /* Of the row that session_rows_next() read last; a NULL has ptr NULL. Borrowed until then. */
    struct str cells[SESSION_COLUMNS_MAX];
};
/* The statement must give rows of at most SESSION_COLUMNS_MAX columns. */
struct error *session_rows_open(struct source_session *session, struct str sql,
                                struct session_rows *ret_rows) CHECKED;
/* *ret_more is false at the end. */
struct error *session_rows_next(struct session_rows *rows, bool *ret_more) CHECKED;
void session_rows_done(struct session_rows *rows);

/* All rows of one statement, in `arena`. */
struct error *session_query(struct source_session *session, struct arena *arena, struct str sql,
                            struct source_text_rows *ret_rows) CHECKED;
static inline struct str text_cell(const struct source_text_rows *rows, size_t row, size_t column)
{
    return rows->cells[row * rows->column_count + column];
}

/*
 * Ends the metadata locks of the tables read so far; the snapshot stays. A transaction keeps them
 * to its end: a TRUNCATE or ALTER TABLE of somebody else would wait for us, everybody else for it,
 * our own other readers among them. To be called behind every read within a snapshot.
 */
struct error *session_release_tables(struct source_session *session) CHECKED;

/* ---- errors ---------------------------------------------------------------------------------- */

/* What a number of the server or of the client library means. */
enum error_id source_error_id(unsigned server_errno);
/* The error of the last call on the session; secrets are taken out of the server's words. */
struct error *session_error(struct source_session *session) CHECKED;
struct error *source_error_from(MYSQL *mysql, unsigned server_errno, const char *message,
                                const char *sqlstate) CHECKED;

/* The same for a line that stood already: what says TLS there is a lost connection. */
struct error *source_line_error(MYSQL *mysql, unsigned server_errno, const char *message,
                                const char *sqlstate) CHECKED;

/*
 * Whether a failed read was given up because the packet was above the session's limit. libmariadb
 * calls that a lost connection too, and closes its side; ours of the descriptor still shows whether
 * the server is there and sending.
 */
bool session_hit_packet_limit(const struct source_session *session);

/* ---- pieces of a session's beginning --------------------------------------------------------- */

/* session_settings.c: sets the session as architecture.md says, and reads it back. */
struct error *session_settle(struct source_session *session) CHECKED;

/* ---- SQL text -------------------------------------------------------------------------------- */

/* A text literal that is safe under every sql_mode: _utf8mb4 x'…'. */
void source_quote_text(struct buf *sql, struct str text);
/* Bytes as x'…'. */
void source_quote_bytes(struct buf *sql, struct str bytes);
/* `database`.`table` */
void source_quote_table(struct buf *sql, struct str database, struct str table);
/*
 * An embedded statement in which each {database} becomes a text literal.
 */
void source_sql_for_database(struct buf *sql, const char *statement, struct str database);
