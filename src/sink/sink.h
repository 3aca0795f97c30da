/*
 * sink/sink.h: the door to the room that reads and writes PostgreSQL.
 *
 * Everything goes over libpq, which no other room includes. Identifiers and literals reach SQL
 * through sink_quote_*() alone; every name is schema-qualified (search_path is empty).
 * Threads: a sink_session belongs to one thread at a time. Every wait looks at base/stop.h a few
 * times a second: when a stop is requested a running statement is cancelled on the server and the
 * call returns PGC_INTERRUPTED (or PGC_DEADLINE), except between sink_shield() calls.
 *
 * A stop that was requested before is seen too: nothing new is begun then.
 *
 * Errors: PGC-3xxx with the SQLSTATE. Lost connections, and 40001, 40P01, 55P03, 57P01-57P03, are
 * ERROR_KIND_TEMPORARY; 53100 is PGC_TARGET_SPACE, 23505 PGC_DUPLICATE_KEYS, 23503
 * PGC_ORPHANS, 42501 PGC_TARGET_PRIVILEGE with the GRANT; PGCnn, raised by SQL functions of our
 * own, is the id 80nn. PostgreSQL's DETAIL (it holds values) goes into error.row, never into the
 * text.
 */
#pragma once

#include "base/arena.h"
#include "model/structure.h"
#include "model/target.h"

struct sink_options {
    char *conninfo; /* URI or keyword=value, without password; "" means libpq's defaults */
    char *password; /* NULL: libpq's own ways (.pgpass, PGPASSWORD, service) */
    char *run_id;   /* into application_name "pgconverge/<run>/<what>"; may be NULL */
};

/*
 * Takes a password out of a URI or keyword string: *ret_options owns both parts. Validates the
 * string with libpq's own parser. "pg://" is not accepted; postgres:// and postgresql:// are.
 */
struct error *sink_options_parse(struct str target, struct sink_options *ret_options) CHECKED;
void sink_options_done(struct sink_options *options);
/* "role@host:port/database", for people, as libpq resolves it; without password. */
void sink_options_print(const struct sink_options *options, struct buf *text);

struct sink_session;

struct sink_facts {
    int version; /* 170005 */
    struct str version_text;
    struct str encoding;
    struct str database;
    struct str role;
    struct str identity; /* system identifier where readable, else host:port, and the database */
    bool superuser;
    bool can_create_schema;
    struct str time_zone;
};

/*
 * `what`: "control", "worker 3" … shown in application_name. Sets every GUC of architecture.md,
 * reads them back, refuses a pooler, an encoding other than UTF8, versions before 14. TLS: loopback
 * and sockets may go without; elsewhere sslmode defaults to verify-full unless the string says.
 */
struct error *sink_open(const struct sink_options *options, const char *what,
                        struct sink_session **ret_session) CHECKED;
void sink_close(struct sink_session *session);
void sink_closep(struct sink_session **session);
struct error *sink_read_facts(struct sink_session *session, struct arena *arena,
                              struct sink_facts *ret_facts) CHECKED;
int sink_backend_pid(const struct sink_session *session);
/* While on, a requested stop does not cancel this session's statements (checkpoint writing). */
void sink_shield(struct sink_session *session, bool on);
/* Whether the connection is of no use any more. */
bool sink_is_dead(const struct sink_session *session);

/* ---- statements ------------------------------------------------------------------------------ */

struct sink_rows {
    struct str *cells; /* text, row after row; a NULL cell has ptr NULL; live in the arena given */
    size_t row_count, column_count;
};
static inline struct str sink_cell(const struct sink_rows *rows, size_t row, size_t column)
{
    return rows->cells[row * rows->column_count + column];
}

/* One or several statements, no result wanted. */
struct error *sink_exec(struct sink_session *session, const char *sql) CHECKED;
/* One statement with $1… parameters (text; NULL pointers are NULLs). `rows` may be NULL. */
struct error *sink_query(struct sink_session *session, const char *sql, size_t param_count,
                         const char *const *params, struct arena *arena, struct sink_rows *ret_rows)
    CHECKED;
struct error *sink_begin(struct sink_session *session) CHECKED;
/*
 * When the connection is lost between COMMIT and its reply the outcome is unknown: the error is
 * TEMPORARY and *ret_unknown is true; the caller asks the ledger over a new session.
 */
struct error *sink_commit(struct sink_session *session, bool *ret_unknown) CHECKED;
/* Ends a transaction in whatever state, quietly; the session is dead when that did not work. */
void sink_rollback(struct sink_session *session);

/* ---- the catalog ----------------------------------------------------------------------------- */

struct sink_structure_options {
    const struct str *schemas; /* none: all but PostgreSQL's own */
    size_t schema_count;
    /* The only schema is called this, in every name and definition; "": by its own name. */
    struct str shown_as;
};

/*
 * What stands in these schemas, the ledger's never among them, and the extensions of the database:
 * about twenty queries for any number of tables. Everybody may ask them, and they wait for nobody
 * but who changes a view at that moment. In one REPEATABLE READ transaction of the caller's they
 * show one moment. All lives in `arena`: about half a KiB a column or other object.
 */
struct error *sink_read_structure(struct sink_session *session,
                                  const struct sink_structure_options *options, struct arena *arena,
                                  struct structure *ret_structure) CHECKED;

/* ---- rows ------------------------------------------------------------------------------------ */

/* Inside a transaction: COPY schema.table (columns) FROM STDIN (FORMAT binary). */
struct error *sink_copy_begin(struct sink_session *session, const struct target_table *table,
                              const size_t *columns, size_t column_count) CHECKED;
/* Any slice of the stream; sent before it returns, so memory stays bounded. */
struct error *sink_copy_send(struct sink_session *session, const void *bytes, size_t len) CHECKED;
/* Ends the stream; the number of rows the server took. */
struct error *sink_copy_end(struct sink_session *session, uint64_t *ret_rows) CHECKED;
/* Ends a stream that shall not be kept; the transaction is then only good for a rollback. */
void sink_copy_abort(struct sink_session *session);

/* ---- rows back ------------------------------------------------------------------------------- */

/*
 * Inside a transaction: `COPY (query) TO STDOUT (FORMAT binary)`. Whoever composes the query casts
 * to
 * text what is to come as text; a bytea comes as its bytes. Streamed: libpq holds one row.
 */
struct error *sink_copy_out_begin(struct sink_session *session, const char *query) CHECKED;
/*
 * The next row's fields, borrowed until the next call; a NULL has ptr NULL. There must be
 * column_count of them. *ret_more is false at the end, and then the statement is over.
 */
struct error *sink_copy_out_next(struct sink_session *session, struct str *fields,
                                 size_t column_count, bool *ret_more) CHECKED;
/* In the middle of a stream: the session is dead then. Nothing after its end or an error. */
void sink_copy_out_abort(struct sink_session *session);

/*
 * ---- SQL text --------------------------------------------------------------------------------
 *
 * Pure: nothing is sent. A NUL inside a name or text, which SQL cannot hold, is written as U+FFFD;
 * whoever decides about such a value does it before. Each statement ends in ";\n".
 */

void sink_quote_ident(struct buf *sql, struct str name);
void sink_quote_literal(struct buf *sql, struct str text);
/* "schema"."name" */
void sink_quote_name(struct buf *sql, struct str schema, struct str name);
void sink_ddl_collation(struct buf *sql, const struct target_collation *collation);
/* CREATE TYPE … AS ENUM. */
void sink_ddl_enum(struct buf *sql, const struct target_enum *type);
/* With the first type_check_count of its checks: the others are for after the rows. */
/*
 * With the first type_check_count of its checks: the others are for after the rows. A partitioned
 * table's partitions come in statements of their own behind it.
 */
void sink_ddl_table(struct buf *sql, const struct target_table *table);
/* ALTER TABLE … OWNER TO, for the table and each of its partitions. */
void sink_ddl_table_owner(struct buf *sql, const struct target_table *table, struct str owner);
/* ALTER TABLE … ADD CONSTRAINT … CHECK … NOT VALID. */
void sink_ddl_check(struct buf *sql, const struct target_table *table,
                    const struct target_check *check);
/*
 * CREATE INDEX …, or ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY | UNIQUE where all parts are plain
 * columns; its comment behind it. Indexes of one table may be built side by side; a constraint
 * locks the whole table, so it waits for them and they for it (no deadlock, but no gain either).
 */
void sink_ddl_index(struct buf *sql, const struct target_table *table,
                    const struct target_index *index);
/* ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … NOT VALID. */
void sink_ddl_foreign_key(struct buf *sql, const struct target_table *table,
                          const struct target_foreign_key *key);
void sink_ddl_validate(struct buf *sql, const struct target_table *table, struct str constraint);
/* COMMENT ON TABLE and COLUMN, one statement each; nothing when there are none. */
void sink_ddl_comments(struct buf *sql, const struct target_table *table);
/*
 * A trigger (and its function in the table's schema) that sets `columns` to now, in each column's
 * own type, when a row changes and the statement did not set the column itself to another value:
 * as ON UPDATE CURRENT_TIMESTAMP does. Columns without a zone get UTC, as the sessions that read
 * them from the source have it. Function and trigger bear the same name.
 */
void sink_ddl_on_update(struct buf *sql, const struct target_table *table, const size_t *columns,
                        size_t column_count, struct str trigger_name);
/* CREATE SEQUENCE, which gives its first number next. */
void sink_ddl_create_sequence(struct buf *sql, const struct target_sequence *sequence);
/*
 * setval, so that `next` comes next. One beyond the end starts over where the sequence cycles, and
 * is the end where it does not. Good to repeat.
 */
void sink_ddl_set_sequence(struct buf *sql, const struct target_sequence *sequence, int64_t next);
/*
 * setval of the identity column to the larger of max(column) and next_value - 1; 1 comes first in
 * an empty table, and where all values are below 1. next_value 0: not known. Not undone by a
 * rollback, and good to repeat.
 */
void sink_ddl_sequence(struct buf *sql, const struct target_table *table, size_t column,
                       uint64_t next_value);
void sink_ddl_analyze(struct buf *sql, const struct target_table *table);
