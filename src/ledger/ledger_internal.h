/*
 * ledger/ledger_internal.h: what the files of this room share.
 */
#pragma once

#include "ledger/ledger.h"

#define LEDGER_VERSION 2

struct ledger {
    struct sink_session *session;
    uint64_t epoch; /* ours; 0 before a run was begun or adopted */
    bool owns_lock;
    const struct sink_options *options; /* to connect again; the caller's, who outlives us */
    uint64_t retry_ms;                  /* how long a lost session is opened anew; 0: not at all */
    bool in_transaction;
    unsigned shields; /* how many callers want no stop to end a statement now */
};

/* What stands in the target under our schema's name. */
enum ledger_presence { LEDGER_ABSENT, LEDGER_EMPTY_SCHEMA, LEDGER_OURS };

/* PGC_LEDGER when the schema is somebody else's or of another version. */
struct error *ledger_look(struct ledger *ledger, enum ledger_presence *ret_presence) CHECKED;
/* Until the same with `off`, a stop ends no statement of the ledger's session. They nest. */
void ledger_shield(struct ledger *ledger, bool on);
/* One statement that is not to be cut off by a stop: with parameters, rows into `arena`. */
struct error *ledger_query(struct ledger *ledger, const char *sql, size_t param_count,
                           const char *const *params, struct arena *arena,
                           struct sink_rows *ret_rows) CHECKED;
/* As ledger_query() without rows. */
struct error *ledger_run_sql(struct ledger *ledger, const char *sql, size_t param_count,
                             const char *const *params) CHECKED;
/* BEGIN … COMMIT around `work`, shielded; rolled back when it fails. */
struct error *ledger_in_transaction(struct ledger *ledger,
                                    struct error *(*work)(struct ledger *ledger, void *context),
                                    void *context) CHECKED;
/* PGC_LOST_OWNERSHIP unless this ledger took the lock; a lost session is opened anew first. */
struct error *ledger_check_owner(struct ledger *ledger) CHECKED;
/*
 * A lost session of a run that is ours is opened anew, with its lock, for retry_ms. Nothing to do
 * without a run, without retry_ms and while the session lives; what follows then says what is
 * wrong. PGC_RUN_ALIVE or PGC_LOST_OWNERSHIP when another process was quicker.
 */
struct error *ledger_come_back(struct ledger *ledger) CHECKED;
bool ledger_may_come_back(const struct ledger *ledger);

/*
 * A text as a parameter: with a NUL behind it, and U+FFFD for what PostgreSQL's text cannot hold
 * (NULs, bytes that are not UTF-8).
 */
const char *ledger_text(struct arena *arena, struct str text);
const char *ledger_number(struct arena *arena, int64_t number);

/* ---- bounds.c: key bounds as bytea[] --------------------------------------------------------- */

/* A field of binary COPY: the length word and a bytea[]; an open bound is NULL. */
void bounds_add_binary(struct buf *bytes, const struct key_bound *bound);
/* From PostgreSQL's text form, {"\\x01ff","\\x"}; NULL (ptr NULL) is an open bound. */
bool bounds_parse(struct str text, struct arena *arena, struct key_bound *ret_bound) CHECKED;
