/*
 * One moment for several readers, without locks. The token is read before the first snapshot and
 * behind the last: equal tokens mean that nothing was committed in between. Pauses stand on both
 * sides, because a commit reaches the log, the readers and the GTID set a moment after another.
 */
#include "source/session_internal.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "source/token_internal.h"

#define PAUSE_MS 30
#define RETRY_MS 100
/* The log is at rest when it did not move from look to look, so often, with this pause between. */
#define REST_LOOKS 3
#define REST_PAUSE_MS 150

static const char start_snapshot[] = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

static struct error *open_one(struct source_session *session)
{
    if (session->in_snapshot)
        TRY(session_exec(session, "ROLLBACK"));
    session->in_snapshot = false;
    token_count_own_statement();
    TRY_DOING(session_exec(session, start_snapshot), "open a snapshot");
    session->in_snapshot = true;
    TRY_DOING(session_exec(session, "SAVEPOINT pgconverge"), "open a snapshot");
    return NULL;
}

struct error *session_release_tables(struct source_session *session)
{
    if (!session->in_snapshot)
        return NULL;
    TRY_DOING(session_exec(session, "ROLLBACK TO SAVEPOINT pgconverge"), "let go of a table");
    return NULL;
}

/* MariaDB tells each reader the binlog position of its snapshot, exactly. "" elsewhere. */
static struct error *read_position(struct source_session *session, struct arena *arena,
                                   struct str *ret_position)
{
    struct source_text_rows rows;
    struct str position = STR("");

    *ret_position = position;
    if (session->flavor != FLAVOR_MARIADB)
        return NULL;
    TRY(session_query(session, arena,
                      STR("SHOW SESSION STATUS WHERE Variable_name IN "
                          "('binlog_snapshot_file', 'binlog_snapshot_position')"),
                      &rows));
    for (size_t i = 0; i < rows.row_count; i++)
        position = arena_format(arena, STR_FMT ":" STR_FMT, STR_ARG(position),
                                STR_ARG(text_cell(&rows, i, 1)));
    *ret_position = position;
    return NULL;
}

/* Whether all readers' own positions agree; true where the server tells none. */
static struct error *positions_agree(struct source_session **sessions, size_t count,
                                     struct arena *arena, bool *ret_agree)
{
    struct str first;

    *ret_agree = true;
    TRY(read_position(sessions[0], arena, &first));
    for (size_t i = 1; i < count && *ret_agree; i++) {
        struct str position;

        TRY(read_position(sessions[i], arena, &position));
        *ret_agree = str_equal(first, position);
    }
    return NULL;
}

static struct error *same_server(struct source_session **sessions, size_t count,
                                 struct arena *arena)
{
    struct source_token first, other;

    TRY(source_read_token(sessions[0], arena, &first));
    for (size_t i = 1; i < count; i++) {
        TRY(source_read_token(sessions[i], arena, &other));
        if (!str_equal(first.server, other.server))
            return error_new(PGC_SOURCE_DIFFERENT_SERVERS,
                             "one reader is on " STR_FMT ", another on " STR_FMT,
                             STR_ARG(first.server), STR_ARG(other.server));
    }
    return NULL;
}

/*
 * A table committed to within the token's own second could not be told from one committed to a
 * moment later: wait until the newest commit is older, where that comes about.
 */
static struct error *settle(struct source_session *session, struct arena *arena, uint64_t deadline)
{
    for (;;) {
        struct tables_since since;

        TRY(source_tables_since(session, arena, &since));
        if (since.newest_s + 1 < since.now_s || clock_ms() >= deadline)
            return NULL;
        clock_sleep_ms(RETRY_MS);
    }
}

/*
 * The engine tidies up for a while behind the last writer, and that moves its log. Where it comes
 * to rest within the time, a log that has not moved at the end proves that nothing was written.
 */
static struct error *let_log_rest(struct source_session *session, struct arena *arena,
                                  uint64_t deadline)
{
    struct source_token before, now;
    unsigned quiet = 0;

    TRY(source_read_token(session, arena, &before));
    while (quiet < REST_LOOKS && clock_ms() < deadline) {
        clock_sleep_ms(REST_PAUSE_MS);
        TRY(source_read_token(session, arena, &now));
        /* Somebody is writing: waiting helps nobody. */
        if (!str_equal(before.gtid_set, now.gtid_set) || !str_equal(before.binlog, now.binlog))
            return NULL;
        quiet = before.lsn == now.lsn ? quiet + 1 : 0;
        before = now;
    }
    return NULL;
}

static struct error *open_all(struct source_session **sessions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(open_one(sessions[i]));
    return NULL;
}

static struct error *open_locked(struct source_session **sessions, size_t count, uint64_t wait_ms,
                                 struct arena *arena, struct source_token *ret_token)
{
    char set[64];
    struct error *error;

    snprintf(set, sizeof set, "SET SESSION lock_wait_timeout = %" PRIu64,
             wait_ms / 1000 > 0 ? wait_ms / 1000 : 1);
    token_count_own_statement();
    TRY(session_exec(sessions[0], set));
    /* The lock is taken outside of a transaction, and not ended by START TRANSACTION. */
    error = session_exec(sessions[0], "FLUSH TABLES WITH READ LOCK");
    if (error != NULL && error->id == PGC_SOURCE_PRIVILEGE)
        error = error_with_fix(error, "GRANT RELOAD ON *.* TO this user; or run without --lock");
    TRY_DOING(error, "take the global read lock of --lock");
    error = open_all(sessions, count);
    if (error == NULL)
        error = source_read_token(sessions[0], arena, ret_token);
    return error_first(error, session_exec(sessions[0], "UNLOCK TABLES"));
}

static struct error *busy(enum token_verdict verdict, uint64_t wait_ms)
{
    if (verdict == TOKEN_UNKNOWN)
        return error_new(PGC_SNAPSHOT, "this source shows nothing by which several readers could "
                                       "be proven to see the same moment");
    if (verdict == TOKEN_LSN_MOVED)
        return error_new(PGC_SNAPSHOT,
                         "the source's log kept moving for %" PRIu64 " ms, and it cannot be told "
                         "whether by writes",
                         wait_ms);
    return error_new(PGC_SNAPSHOT, "the source was written all the time for %" PRIu64 " ms",
                     wait_ms);
}

/* One try: *ret_verdict is TOKEN_SAME when all readers see one moment. */
static struct error *try_open(struct source_session **sessions, size_t count, struct arena *arena,
                              struct source_token *ret_token, enum token_verdict *ret_verdict)
{
    struct source_token before, after;
    bool agree;

    TRY(source_read_token(sessions[0], arena, &before));
    clock_sleep_ms(PAUSE_MS);
    TRY(open_all(sessions, count));
    clock_sleep_ms(PAUSE_MS);
    TRY(source_judge(sessions[0], &before, arena, &after, ret_verdict));
    TRY(positions_agree(sessions, count, arena, &agree));
    if (*ret_verdict == TOKEN_SAME && !agree)
        *ret_verdict = TOKEN_MOVED;
    /* The earlier one: whatever is committed since counts as moved. */
    *ret_token = before;
    return NULL;
}

struct error *source_snapshot_open(struct source_session **sessions, size_t count, bool lock,
                                   uint64_t wait_ms, struct arena *arena,
                                   struct source_token *ret_token)
{
    uint64_t deadline = clock_ms() + wait_ms;
    uint64_t settle_deadline = clock_ms() + (wait_ms < 2500 ? wait_ms : 2500);

    if (count == 0)
        return error_new(PGC_INTERNAL, "a snapshot of no session");
    TRY(same_server(sessions, count, arena));
    TRY(settle(sessions[0], arena, settle_deadline));
    TRY(let_log_rest(sessions[0], arena, deadline));
    if (lock)
        return open_locked(sessions, count, wait_ms, arena, ret_token);
    for (;;) {
        enum token_verdict verdict;

        TRY_DOING(try_open(sessions, count, arena, ret_token, &verdict),
                  "open one snapshot on %zu connections", count);
        if (verdict == TOKEN_SAME || count == 1)
            return NULL;
        if (verdict == TOKEN_OTHER_SERVER)
            return error_new(PGC_SOURCE_DIFFERENT_SERVERS, "the server changed while snapshots "
                                                           "were opened");
        if (verdict == TOKEN_UNKNOWN || clock_ms() >= deadline)
            return busy(verdict, wait_ms);
        clock_sleep_ms(RETRY_MS);
    }
}

struct error *source_snapshot_join(struct source_session *session, const struct source_token *token,
                                   struct arena *arena)
{
    struct source_token now;
    enum token_verdict verdict;

    TRY(open_one(session));
    clock_sleep_ms(PAUSE_MS);
    TRY(source_judge(session, token, arena, &now, &verdict));
    switch (verdict) {
    case TOKEN_SAME:
        return NULL;
    case TOKEN_OTHER_SERVER:
        return error_new(PGC_SOURCE_DIFFERENT_SERVERS,
                         "the snapshot is of server " STR_FMT ", this is " STR_FMT,
                         STR_ARG(token->server), STR_ARG(now.server));
    case TOKEN_MOVED:
        return error_new(PGC_SOURCE_MOVED, "the source was written since the snapshot");
    case TOKEN_LSN_MOVED:
    case TOKEN_UNKNOWN:
        break;
    }
    return error_new(PGC_SOURCE_MOVED, "nothing proves that the source was not written since the "
                                       "snapshot");
}
