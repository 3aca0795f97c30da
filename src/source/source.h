/*
 * source/source.h: the door to the room that reads MySQL and MariaDB.
 *
 * Nothing here writes to the source server: every session is READ ONLY. Everything comes over
 * libmariadb, which no other room includes.
 * Threads: a source_session belongs to one thread at a time. Sessions of one snapshot see the same
 * data, so workers may read chunks of a table side by side. source_library_init() once, before any
 * thread starts.
 *
 * Errors: PGC-2xxx. A lost connection is ERROR_KIND_TEMPORARY (PGC_SOURCE_CONNECT): the session is
 * dead then, close it.
 */
#pragma once

#include "base/arena.h"
#include "model/catalog.h"
#include "model/charset.h"
#include "model/chunk.h"
#include "model/reference.h"
#include "model/row.h"
#include "model/token.h"

/* ---- how to get there ------------------------------------------------------------------------ */

enum source_ssl_mode {
    SOURCE_SSL_DEFAULT, /* off loopback and sockets: VERIFY_IDENTITY; there: PREFERRED */
    SOURCE_SSL_DISABLED,
    SOURCE_SSL_PREFERRED,
    SOURCE_SSL_REQUIRED,
    SOURCE_SSL_VERIFY_CA,
    SOURCE_SSL_VERIFY_IDENTITY,
};

/* Strings are the heap's and owned; source_options_done() frees them and wipes the password. */
struct source_options {
    char *host; /* NULL: a socket */
    unsigned port;
    char *socket;
    char *user;
    char *password; /* NULL: none given (not the same as empty) */
    char *database;
    enum source_ssl_mode ssl_mode;
    char *ssl_ca, *ssl_cert, *ssl_key;
    unsigned connect_timeout_s;
    char *run_id; /* shown in the connection attributes; may be NULL */
};

/*
 * mysql://user:pw@host:3306/db?ssl-mode=…&ssl-ca=…&ssl-cert=…&ssl-key=…&socket=…&connect-timeout=…
 * (also mariadb://), percent-decoded, IPv6 as [::1]; Go's form, with or without mysql:// before it:
 * user:pw@tcp(host:3306)/db?max_conns=20, user:pw@unix(/path)/db. Go's pool and parse keys are
 * dropped, and their names given in *ret_dropped (comma list in `arena`, for a notice); `tls=` is
 * translated. Unknown keys are errors. No silent root, no silent localhost: a URI without host and
 * socket, or without database, is an error (the database may be "" when `database_optional`).
 */
struct error *source_options_parse(struct str uri, bool database_optional, struct arena *arena,
                                   struct source_options *ret_options, struct str *ret_dropped)
    CHECKED;
/*
 * Fills what is still missing (user, password, host, port, socket, ssl-*) from the groups [client]
 * and [pgconverge] of an option file, of which the last wins. A missing file is no error.
 * !include and !includedir are followed once.
 */
struct error *source_options_read_my_cnf(struct source_options *options, const char *path) CHECKED;
void source_options_done(struct source_options *options);
/* "user@host:port/database", for people; without password. */
void source_options_print(const struct source_options *options, struct buf *text);
/* Whether the way is a unix socket or a loopback address. */
bool source_options_local(const struct source_options *options);

/* ---- sessions -------------------------------------------------------------------------------- */

struct source_session;

struct error *source_library_init(void) CHECKED;
void source_thread_done(void); /* at the end of every thread that used a session */

/* Connects, checks TLS and the plugin used, sets the session for exact reading, reads it back. */
struct error *source_open(const struct source_options *options, struct source_session **ret_session)
    CHECKED;
void source_close(struct source_session *session);
void source_closep(struct source_session **session);
/* Any thread: ends the session's connection under it, so that a blocked read returns an error. */
void source_interrupt(struct source_session *session);

/*
 * No packet of the server above limit_bytes is taken from now on: a wider row gives
 * PGC_SOURCE_ROW_TOO_WIDE before memory is spent on it, and the session is dead then. 1 GiB at the
 * start. Does not change the snapshot.
 */
void source_set_packet_limit(struct source_session *session, size_t limit_bytes);

struct error *source_read_facts(struct source_session *session, struct arena *arena,
                                struct source_facts *ret_facts) CHECKED;
/*
 * NULL when the user can see all of `database`: SELECT, SHOW VIEW, TRIGGER, EVENT on it, and
 * routines' bodies (MySQL: SHOW_ROUTINE; MariaDB: SELECT on mysql.proc). Rights by roles count.
 * Else PGC_SOURCE_PRIVILEGE whose fix is the exact GRANT statement(s).
 */
struct error *source_check_privileges(struct source_session *session, struct str database) CHECKED;
/* One row a statement, text: for doctor and for preflight checks. Cells are copied to `arena`. */
struct source_text_rows {
    struct str *cells; /* row after row; a NULL cell has ptr NULL */
    size_t row_count, column_count;
};
struct error *source_query(struct source_session *session, struct arena *arena,
                           struct source_text_rows *ret_rows, const char *format, ...) PRINTF(4, 5)
    CHECKED;

/* Everything of the database, sorted; charsets of labels, defaults and comments decoded. */
struct error *source_read_catalog(struct source_session *session, struct str database,
                                  struct arena *arena, struct source_catalog *ret_catalog) CHECKED;
/* The named character set, with its table read from the server. */
struct error *source_read_charset(struct source_session *session, struct str name,
                                  struct arena *arena, struct charset *ret_charset) CHECKED;

/* ---- one moment ------------------------------------------------------------------------------ */

struct error *source_read_token(struct source_session *session, struct arena *arena,
                                struct source_token *ret_token) CHECKED;
/*
 * Opens a consistent read-only snapshot on every session and proves that all are of one moment.
 * With `lock`, a global read lock is held while they open (needs RELOAD). Without: the token before
 * the first and, after a pause, behind the last must be equal; MariaDB's binlog_snapshot positions
 * must agree. Tries again for up to wait_ms while the source is busy; then PGC_SNAPSHOT. With one
 * session no proof is needed. *ret_token is of the snapshot's moment.
 */
struct error *source_snapshot_open(struct source_session **sessions, size_t count, bool lock,
                                   uint64_t wait_ms, struct arena *arena,
                                   struct source_token *ret_token) CHECKED;
/*
 * Opens a snapshot on a new session that must be of the same moment as `token`'s; PGC_SOURCE_MOVED
 * when the source was written since, or when nothing can prove that it was not.
 */
struct error *source_snapshot_join(struct source_session *session, const struct source_token *token,
                                   struct arena *arena) CHECKED;
/*
 * Whether the source stood still since `token`; looks again for up to wait_ms while only the LSN
 * moved.
 */
struct error *source_check_still(struct source_session *session, const struct source_token *token,
                                 uint64_t wait_ms, struct arena *arena,
                                 enum token_verdict *ret_verdict) CHECKED;

/* ---- references ------------------------------------------------------------------------------ */

/* Rows whose parent the target will not find. */
struct reference_scan {
    uint64_t orphans;         /* the source has none either */
    uint64_t misspelt;        /* the source finds one that is spelt otherwise */
    struct str orphan_rows;   /* up to five, a line each: key and columns of the foreign key */
    struct str misspelt_rows; /* the same, with the parent's spelling */
};
/* One statement that looks each child up in its parent's index; two more where it finds any. */
struct error *source_scan_reference(struct source_session *session,
                                    const struct source_reference *reference, struct arena *arena,
                                    struct reference_scan *ret_scan) CHECKED;

/* ---- entries of indexes ---------------------------------------------------------------------- */

/* A part of an index' entry whose length the values say. */
struct source_entry_part {
    int column;             /* by position in source_table.columns */
    uint32_t prefix_length; /* characters, of binary columns bytes; 0: the whole value */
};

/* All is borrowed. */
struct source_entry {
    const struct source_entry_part *parts;
    size_t part_count;
    uint64_t most_bytes; /* that its parts may have together */
};

/* Of some indexes of a table. All is borrowed. */
struct source_entries {
    struct str database;
    const struct source_table *table;
    const struct source_entry *items;
    size_t count;
};

/* Rows whose parts have more. */
struct source_entry_scan {
    uint64_t rows;
    uint64_t longest; /* bytes of the parts of the longest entry of them all */
    struct str lines; /* up to five, a line each: the row's key and the bytes of its parts */
};
/*
 * How long the entries are, texts in UTF-8: one statement that goes through the table, and one more
 * for each index that has rows to show. ret_scans runs parallel to them; texts in `arena`.
 */
struct error *source_scan_entries(struct source_session *session,
                                  const struct source_entries *entries, struct arena *arena,
                                  struct source_entry_scan *ret_scans) CHECKED;

/* ---- rows ------------------------------------------------------------------------------------ */

/* Columns by position in source_table.columns. */
struct source_key {
    const int *columns;
    size_t column_count;
};

/*
 * What makes a row of interest. In the server's own SQL, and true for every row that is meant: a
 * few others may come along, so that the reader has to look again.
 */
enum source_condition_kind {
    CONDITION_ODD_DATE,     /* a year, month or day of 0, or a day that its month has not */
    CONDITION_FINER,        /* a fraction of a second that is no multiple of `high` microseconds */
    CONDITION_OUTSIDE,      /* an integer below `low` or above `high` */
    CONDITION_NOT_IN_DAY,   /* a TIME before 00:00 or behind 24:00 */
    CONDITION_NO_LABEL,     /* an ENUM of index 0 */
    CONDITION_LONGER,       /* more than `high` bytes */
    CONDITION_OTHER_LENGTH, /* not of `high` bytes */
    CONDITION_NULL,
};

struct source_condition {
    enum source_condition_kind kind;
    int column; /* by position in source_table.columns */
    int64_t low;
    uint64_t high;
};

/* How a table is read. All is borrowed. */
struct source_read {
    struct str database;
    const struct source_table *table;
    const int *columns; /* that are read, by position in table->columns */
    size_t column_count;
    struct source_key key; /* the order of the rows, and what chunks are ranges of; may be empty */
    const struct source_condition *conditions; /* rows that fulfil one of them; none: all rows */
    size_t condition_count;
    const struct source_lookup *lookups; /* their cells come behind a row's own cell_count */
    size_t lookup_count;
};

struct error *source_count_rows(struct source_session *session, struct str database,
                                const struct source_table *table, uint64_t *ret_rows) CHECKED;
/*
 * The upper bounds of all chunks but the last, of about rows_per_chunk rows each, in key order. For
 * one integer column with few gaps they are computed from min and max; other keys are looked into
 * by index dives, or walked. Without a key: no bounds (one chunk).
 */
struct error *source_split(struct source_session *session, const struct source_read *read,
                           uint64_t rows_per_chunk, struct arena *arena,
                           struct key_bound **ret_bounds, size_t *ret_count) CHECKED;

struct source_cursor;
/*
 * Reads the rows of one chunk, in key order, as binary rows (prepared statement, streamed: never
 * the whole result in memory). `chunk` NULL: the whole table.
 */
struct error *source_cursor_open(struct source_session *session, const struct source_read *read,
                                 const struct chunk *chunk, struct source_cursor **ret_cursor)
    CHECKED;
/*
 * The next row, borrowed until the next call; NULL at the end. The server's error 1412 becomes
 * PGC_SOURCE_CHANGED_DEFINITION with the table's name. PGC_VALUE_TOO_BIG: a value is larger than
 * any field of PostgreSQL; *ret_row is the row all the same, its long values cut short, and the
 * next call goes on behind it.
 */
struct error *source_next_row(struct source_cursor *cursor, const struct row **ret_row) CHECKED;
/* Also in the middle of a result: the rest is thrown away (the session may be closed by that). */
void source_cursor_close(struct source_cursor *cursor);
void source_cursor_closep(struct source_cursor **cursor);

/*
 * ---- rows as text: a second way, that shares nothing with the first
 * ----------------------------
 */

/* How a table is read as text. All is borrowed. */
struct source_text_read {
    struct str database;
    const struct source_table *table;
    const int *columns; /* by position in table->columns */
    size_t column_count;
    /* Parallel to `columns`, or NULL: what a column is on the target in place of its own value. */
    const struct source_taken *const *taken;
    /* lower < column <= upper of one integer column; without bounds the column is not looked at. */
    int range_column;
    bool has_lower, has_upper;
    int64_t lower, upper; /* of an unsigned column: the same bits as uint64_t */
};

struct source_text_cursor;
/*
 * Reads rows in no order, as the server prints them in its text protocol, streamed: numbers and
 * times as text, FLOAT with all digits of the double of the same value, BIT and binary as bytes,
 * text in the column's own character set.
 */
struct error *source_text_open(struct source_session *session, const struct source_text_read *read,
                               struct source_text_cursor **ret_cursor) CHECKED;
/*
 * The next row's cells, borrowed until the next call; a NULL has ptr NULL. *ret_cells is NULL at
 * the end. Errors as of source_next_row().
 */
struct error *source_text_next(struct source_text_cursor *cursor, const struct str **ret_cells)
    CHECKED;
/* Also in the middle of a result: the session may be closed by that. */
void source_text_close(struct source_text_cursor *cursor);
void source_text_closep(struct source_text_cursor **cursor);

struct source_limits {
    bool some;         /* false: the table has no row */
    int64_t low, high; /* of an unsigned column: the same bits as uint64_t */
};
/* Least and largest value of an integer column. */
struct error *source_read_limits(struct source_session *session, struct str database,
                                 const struct source_table *table, int column,
                                 struct source_limits *ret_limits) CHECKED;

/* `name` in backticks, safely. */
void source_quote_ident(struct buf *sql, struct str name);
