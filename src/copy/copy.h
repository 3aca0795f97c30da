/*
 * copy/copy.h: the door to the room that moves the data: schema, chunks, rows, then keys, indexes,
 * foreign keys, sequences, triggers, comments. What is done is known by the ledger alone, so the
 * same call continues an unfinished run.
 *
 * Threads: copy_run() makes its own (jobs workers, one that splits and counts). Any thread may read
 * struct copy_progress meanwhile.
 */
#pragma once

#include "ledger/ledger.h"
#include "model/progress.h"
#include "plan/plan.h"
#include "source/source.h"

/* ---- the job --------------------------------------------------------------------------------- */

struct copy_job {
    const struct plan *plan;
    const struct source_options *source;
    const struct source_facts *facts;
    const struct sink_options *sink;
    struct ledger *ledger; /* taken, with a run begun or adopted */
    struct str run_token;  /* the ledger's, "" when no snapshot was ever taken */
    unsigned jobs;
    uint64_t chunk_rows;  /* 0: by size */
    bool lock;            /* hold a global read lock while the snapshots open */
    bool show_values;     /* a refused value may stand in the error */
    uint64_t retry_ms;    /* how long lost connections are retried */
    uint64_t deadline_ms; /* of the monotonic clock; 0 without */
    struct copy_progress *progress;
};

enum snapshot_kind { SNAPSHOT_SHARED, SNAPSHOT_LOCKED, SNAPSHOT_ONE_READER, SNAPSHOT_NOT_NEEDED };

struct copy_outcome {
    enum snapshot_kind snapshot;
    enum token_verdict moved; /* how the source stood at the end, against the snapshot */
    uint64_t rows_written;
    uint64_t rows_quarantined; /* set aside by policy */
    uint64_t values_changed;   /* by policy, in rows that were written */
    size_t failed_steps;
};

/*
 * Does everything that the ledger does not call done. On success all rows are there and counted;
 * failed steps (an index, an orphaned foreign key) are findings in the ledger and in the outcome.
 */
struct error *copy_run(const struct copy_job *job, struct arena *arena,
                       struct copy_outcome *ret_outcome) CHECKED;

/* Whether copy_find_collisions() has anything to look at. */
bool copy_may_collide(const struct plan *plan);
/*
 * Unique keys whose rows MySQL keeps apart and the target would take for equal, as blockers with
 * keys of rows: where a rule or a type makes that possible at all, every row's key is looked at.
 * The values go into a temporary table of `sink`, and nothing of it stays.
 */
struct error *copy_find_collisions(const struct plan *plan, struct source_session *source,
                                   struct sink_session *sink, struct arena *arena,
                                   struct finding_list *ret_findings) CHECKED;
/* The names of the plan's tables that stand in the target already; none: the target is free. */
struct error *copy_find_existing(struct sink_session *session, const struct plan *plan,
                                 struct arena *arena, struct str **ret_names, size_t *ret_count)
    CHECKED;
/*
 * Records what each table holds now, and compares later: PGC_TARGET_WRITTEN names the tables that
 * somebody else wrote to. For a run without records the rows must be those of the finished chunks.
 * What verification recorded of a table stays as it is, unless `anew`: rows were written since.
 */
struct error *copy_record_digests(struct ledger *ledger, bool anew, struct arena *arena) CHECKED;
struct error *copy_check_digests(struct ledger *ledger, struct arena *arena) CHECKED;
/*
 * Writes rows that were set aside, as the plan's configuration has them now: each in a transaction
 * of its own, with its deletion from pgconverge.quarantine. What the configuration or the target
 * still refuses stays there, and is told.
 */
struct copy_retry {
    const struct plan *plan;
    struct source_session *source; /* for character sets */
    const struct sink_options *sink;
    struct ledger *ledger; /* taken */
    /* Called for every row that stays, in the end; `reason` is one sentence. */
    void (*tell)(void *context, const struct ledger_row *row, const char *reason);
    void *context;
};

struct copy_retried {
    uint64_t written, refused;
};

/*
 * Errors: PGC_LEDGER when the run is not finished, or when a table is not as it was planned then;
 * of lost connections: what is written by then stays written, and the same call goes on.
 */
struct error *copy_retry_quarantine(const struct copy_retry *job, struct arena *arena,
                                    struct copy_retried *ret_retried) CHECKED;
/* Drops every table and function that the run made, in one transaction, then the ledger. */
struct error *copy_discard(struct ledger *ledger, struct arena *arena) CHECKED;
