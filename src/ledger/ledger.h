/*
 * ledger/ledger.h: the door to the room that remembers what happened, in the schema `pgconverge` of
 * the target database. There is no second store that could disagree.
 *
 * One process owns a run: a session-level advisory lock on the ledger's own connection, and an
 * epoch in the run's row that every commit checks on the server (ledger_*_sql raise an error there
 * when the epoch is no longer ours).
 * Threads: a ledger belongs to one thread, except the ledger_*_sql() functions, which are pure, and
 * ledger_counters.
 */
#pragma once

#include "base/arena.h"
#include "model/chunk.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/token.h"
#include "sink/sink.h"

enum run_state { RUN_RUNNING, RUN_DONE, RUN_DONE_FINDINGS, RUN_FAILED };

/* What a run is, as the ledger keeps it. */
struct ledger_run {
    struct str run_id;
    enum run_state state;
    struct str phase;         /* "schema", "copy", "indexes", … of the last phase started */
    struct str source;        /* "user@host:port/database" */
    struct str source_server; /* source_facts.identity */
    struct str database;
    struct str schema; /* target schema */
    struct str plan_digest;
    struct str plan_json;
    struct str token;   /* source_token_print() of the snapshot; "" before */
    struct str version; /* of the program */
    struct str started_at, finished_at;
    struct str verdict;
    uint64_t epoch;
    struct str owner; /* "host pid 123 since …" of the last owner */
    uint64_t max_quarantined;
};

struct ledger;

/* Opens the ledger's own session. Does not create anything. `options` must outlive the ledger. */
struct error *ledger_open(const struct sink_options *options, struct ledger **ret_ledger) CHECKED;
void ledger_close(struct ledger *ledger);
void ledger_closep(struct ledger **ledger);
struct sink_session *ledger_session(struct ledger *ledger);
/* The run in the ledger; *ret_found false when there is no ledger or no run. */
struct error *ledger_read_run(struct ledger *ledger, struct arena *arena,
                              struct ledger_run *ret_run, bool *ret_found) CHECKED;
/*
 * Becomes the owner: takes the advisory lock, waiting up to wait_ms for a dying owner's session to
 * go (its recorded backends that still hold on are ended with pg_terminate_backend() once the lock
 * is ours). PGC_RUN_ALIVE names the owner.
 */
struct error *ledger_take(struct ledger *ledger, uint64_t wait_ms) CHECKED;
/* Whether some process owns the run now (another, or this one). Takes nothing. */
struct error *ledger_is_owned(struct ledger *ledger, bool *ret_owned) CHECKED;
/* Creates the schema where missing and the run. Must own. One run per target database. */
struct error *ledger_begin_run(struct ledger *ledger, const struct ledger_run *run) CHECKED;
/*
 * A new epoch for the run found; from here on commits of earlier owners fail. The limit of rows set
 * aside becomes run->max_quarantined.
 */
struct error *ledger_adopt_run(struct ledger *ledger, const struct ledger_run *run) CHECKED;
/*
 * How long a lost session of a run that was begun or adopted is opened anew, with its lock, as long
 * as nobody else took the run meanwhile. 0, as at the start: not at all.
 */
void ledger_set_retry(struct ledger *ledger, uint64_t retry_ms);
/*
 * Checks that the lock's session lives (or opens it anew, see ledger_set_retry) and the epoch is
 * ours; call every few seconds.
 */
struct error *ledger_heartbeat(struct ledger *ledger) CHECKED;
/* A worker's session records itself, so that a later owner can end it. */
struct error *ledger_register_backend(struct ledger *ledger, struct sink_session *session) CHECKED;

struct error *ledger_set_phase(struct ledger *ledger, struct str phase) CHECKED;
struct error *ledger_set_token(struct ledger *ledger, struct str token) CHECKED;
struct error *ledger_finish_run(struct ledger *ledger, enum run_state state, struct str verdict)
    CHECKED;
/* DROP SCHEMA pgconverge CASCADE, and nothing else. Must own; success when there is no ledger. */
struct error *ledger_drop(struct ledger *ledger) CHECKED;

/* So many rows are named where more are counted. */
#define LEDGER_SAMPLES 5

/* ---- tables and chunks ----------------------------------------------------------------------- */

struct ledger_table {
    uint32_t number;
    struct str source_name;
    struct str target_schema, target_name;
    bool created;                       /* put so, or its step "table" (by target_name) is done */
    bool split;                         /* its chunks stand in the ledger */
    int64_t rows_counted;               /* COUNT(*) in the snapshot; -1: not yet */
    uint64_t rows_copied, bytes_copied; /* sums of done chunks */
    uint64_t rows_quarantined;          /* likewise */
    uint32_t chunk_count, chunks_done;
};

/* Those that are there already stay as they are, so that a repeated call is good. */
struct error *ledger_put_tables(struct ledger *ledger, const struct ledger_table *tables,
                                size_t count) CHECKED;
struct error *ledger_read_tables(struct ledger *ledger, struct arena *arena,
                                 struct ledger_table **ret_tables, size_t *ret_count) CHECKED;
struct error *ledger_set_count(struct ledger *ledger, uint32_t table, uint64_t rows) CHECKED;
/* Writes all chunks of a table and marks it split, in one transaction. PGC_LEDGER when it was. */
struct error *ledger_put_chunks(struct ledger *ledger, uint32_t table, const struct chunk *chunks,
                                size_t count) CHECKED;
/* The chunks of a table that are not done. */
struct error *ledger_read_open_chunks(struct ledger *ledger, uint32_t table, struct arena *arena,
                                      struct chunk_list *ret_chunks) CHECKED;
/* Values of one column and class that a policy changed. */
struct ledger_change {
    uint32_t table; /* only when read */
    struct str column;
    enum value_class value_class;
    enum value_policy policy;
    uint64_t count;
    struct str samples[LEDGER_SAMPLES]; /* keys of rows, for people */
    size_t sample_count;
};

/* What a chunk came to: its rows are those written and those set aside. */
struct ledger_outcome {
    uint64_t rows, bytes, rows_quarantined;
    const struct ledger_change *changes;
    size_t change_count;
};

/*
 * The statements that a worker runs in the rows' own transaction, last: they fail on the server
 * when the epoch is not ours, when the chunk is done already, or (PGC_QUARANTINE_FULL) when more
 * rows of the whole run would be set aside than allowed.
 */
void ledger_chunk_done_sql(const struct ledger *ledger, const struct chunk *chunk,
                           const struct ledger_outcome *outcome, struct buf *sql);
/* Summed up over chunks, in the order of tables, columns and classes. */
struct error *ledger_read_changes(struct ledger *ledger, struct arena *arena,
                                  struct ledger_change **ret_changes, size_t *ret_count) CHECKED;
/*
 * After an unknown COMMIT: waits for the session that may still be committing the chunk, then
 * answers for good.
 */
struct error *ledger_chunk_is_done(struct ledger *ledger, const struct chunk *chunk, bool *ret_done)
    CHECKED;

/* ---- rows set aside -------------------------------------------------------------------------- */

struct ledger_row {
    uint64_t number; /* by the order in which they came; only when read */
    uint32_t table;
    struct str run_id;
    struct str source_table;
    struct str row_key;
    struct str column; /* whose value it was for */
    struct str value_class;
    struct str reason;
    struct str *names;  /* of the source's columns … */
    struct str *values; /* … and their values: see pgconverge.quarantine; NULL has ptr NULL */
    size_t value_count;
};

/* Appends the row to `rows`, as COPY takes it; the next function sends one or more of them. */
void ledger_quarantine_add(struct buf *rows, const struct ledger_row *row);
/* Into pgconverge.quarantine, in the transaction of `session`. */
struct error *ledger_quarantine_send(struct sink_session *session, const struct buf *rows,
                                     uint64_t row_count) CHECKED;
/* The first row behind number `after`; of one table where `table` is not NULL. */
struct error *ledger_quarantine_next(struct ledger *ledger, uint64_t after, const char *table,
                                     struct arena *arena, struct ledger_row *ret_row,
                                     bool *ret_found) CHECKED;
/* What is there now, by table, column and class; the keys of a few. */
struct ledger_aside {
    struct str source_table, column, value_class, reason;
    uint64_t count;
    struct str samples[LEDGER_SAMPLES];
    size_t sample_count;
};
struct error *ledger_quarantine_list(struct ledger *ledger, struct arena *arena,
                                     struct ledger_aside **ret_list, size_t *ret_count) CHECKED;
/*
 * The row was written after all: it leaves pgconverge.quarantine in the transaction that wrote it,
 * which fails when the row is not there any more. `changes` are what policies did to it, one each.
 */
void ledger_quarantine_retried_sql(const struct ledger_row *row,
                                   const struct ledger_change *changes, size_t change_count,
                                   struct buf *sql);

/* ---- steps: every other thing that is done once (DDL, validation, sequences) ---------------- */

/*
 * `kind`: "collation", "type", "create sequence", "table", "index", "check", "fk", "validate" (of
 * either), "sequence" (its next number), "trigger", "comment", "view", "analyze".
 */
struct ledger_step {
    struct str kind;
    struct str name;   /* unique within its kind: "table.index" */
    struct str state;  /* "done", "failed" */
    struct str detail; /* of a failure */
};

/* To be run in the step's own transaction, as ledger_chunk_done_sql. */
void ledger_step_done_sql(const struct ledger *ledger, struct str kind, struct str name,
                          struct buf *sql);
struct error *ledger_step_failed(struct ledger *ledger, struct str kind, struct str name,
                                 struct str detail) CHECKED;
struct error *ledger_read_steps(struct ledger *ledger, struct arena *arena,
                                struct ledger_step **ret_steps, size_t *ret_count) CHECKED;

/*
 * After an unknown COMMIT: waits until no session is committing a step any more, then answers.
 */
struct error *ledger_step_is_done(struct ledger *ledger, struct str kind, struct str name,
                                  bool *ret_done) CHECKED;

/* Said once however often it is added: the same id, severity, object and text replace the rest. */
struct error *ledger_add_finding(struct ledger *ledger, const struct finding *finding) CHECKED;
/* Forgets those whose ids are of [first, last]: what found them is to look again. */
struct error *ledger_drop_findings(struct ledger *ledger, enum error_id first, enum error_id last)
    CHECKED;
struct error *ledger_read_findings(struct ledger *ledger, struct arena *arena,
                                   struct finding_list *ret_findings) CHECKED;
/* Durations: one row a phase, added up over resumptions. */
struct ledger_phase {
    struct str name;
    struct str started_at, finished_at; /* "" while it runs */
    uint64_t duration_ms;
};
struct error *ledger_phase_done(struct ledger *ledger, struct str phase, uint64_t duration_ms)
    CHECKED;
struct error *ledger_read_phases(struct ledger *ledger, struct arena *arena,
                                 struct ledger_phase **ret_phases, size_t *ret_count) CHECKED;
/*
 * What each target table held when the run ended, to know later that somebody else wrote: per table
 * the row count and pg_stat's or a content digest; made by `copy`, kept here as one text per table.
 */
struct error *ledger_set_digest(struct ledger *ledger, uint32_t table, struct str digest) CHECKED;
struct error *ledger_read_digest(struct ledger *ledger, uint32_t table, struct arena *arena,
                                 struct str *ret_digest) CHECKED;
