/* The ledger's session, and the little that every other file here is made of. */
#include "base/limits.h"
#include "base/text.h"
#include "ledger/ledger_internal.h"
#include "ledger/sql.h"

struct error *ledger_open(const struct sink_options *options, struct ledger **ret_ledger)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    struct error *error;

    if (ledger == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for the ledger");
    ledger->options = options;
    error = sink_open(options, "ledger", &ledger->session);
    if (error != NULL) {
        ledger_close(ledger);
        return error;
    }
    *ret_ledger = ledger;
    return NULL;
}

void ledger_close(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    sink_close(ledger->session); /* and with it the lock */
    free(ledger);
}

void ledger_closep(struct ledger **ledger)
{
    ledger_close(*ledger);
    *ledger = NULL;
}

void ledger_set_retry(struct ledger *ledger, uint64_t retry_ms)
{
    ledger->retry_ms = retry_ms;
}

struct sink_session *ledger_session(struct ledger *ledger)
{
    return ledger->session;
}

void ledger_shield(struct ledger *ledger, bool on)
{
    if (on)
        ledger->shields++;
    else
        ledger->shields--;
    sink_shield(ledger->session, ledger->shields > 0);
}

/* Short statements all of them: a stop lets them end, so that a checkpoint is written whole. */
static struct error *query_shielded(struct ledger *ledger, const char *sql, size_t param_count,
                                    const char *const *params, struct arena *arena,
                                    struct sink_rows *ret_rows)
{
    struct error *error;

    ledger_shield(ledger, true);
    error = sink_query(ledger->session, sql, param_count, params, arena, ret_rows);
    ledger_shield(ledger, false);
    return error;
}

struct error *ledger_query(struct ledger *ledger, const char *sql, size_t param_count,
                           const char *const *params, struct arena *arena,
                           struct sink_rows *ret_rows)
{
    struct error *error;

    /* A new session knows nothing of the transaction that the old one was in. */
    if (ledger->in_transaction)
        return query_shielded(ledger, sql, param_count, params, arena, ret_rows);
    TRY(ledger_come_back(ledger));
    error = query_shielded(ledger, sql, param_count, params, arena, ret_rows);
    if (error == NULL || !sink_is_dead(ledger->session) || !ledger_may_come_back(ledger))
        return error;
    /* Its reply may be what was lost: every statement here may be run twice. */
    error_free(error);
    TRY(ledger_come_back(ledger));
    return query_shielded(ledger, sql, param_count, params, arena, ret_rows);
}

struct error *ledger_run_sql(struct ledger *ledger, const char *sql, size_t param_count,
                             const char *const *params)
{
    return ledger_query(ledger, sql, param_count, params, NULL, NULL);
}

struct error *ledger_in_transaction(struct ledger *ledger,
                                    struct error *(*work)(struct ledger *ledger, void *context),
                                    void *context)
{
    bool unknown = false;
    struct error *error;

    TRY(ledger_come_back(ledger));
    ledger_shield(ledger, true);
    ledger->in_transaction = true;
    error = sink_begin(ledger->session);
    if (error == NULL)
        error = work(ledger, context);
    if (error == NULL)
        error = sink_commit(ledger->session, &unknown);
    if (error != NULL)
        sink_rollback(ledger->session);
    ledger->in_transaction = false;
    ledger_shield(ledger, false);
    return error;
}

struct error *ledger_check_owner(struct ledger *ledger)
{
    TRY(ledger_come_back(ledger));
    if (ledger->owns_lock && sink_is_dead(ledger->session))
        return error_new(PGC_TARGET_CONNECT, "the connection that holds the run's lock is lost");
    if (ledger->owns_lock)
        return NULL;
    return error_new(PGC_LOST_OWNERSHIP, "this process does not hold the lock of the run");
}

const char *ledger_text(struct arena *arena, struct str text)
{
    size_t len = 0, step = 0;
    char *copy = arena_alloc(arena, text.len * 3 + 1); /* each bad byte becomes three */

    for (size_t at = 0; at < text.len; at += step) {
        if (text_decode(text, at, &step) == TEXT_INVALID || text.ptr[at] == '\0') {
            memcpy(copy + len, "\xef\xbf\xbd", 3);
            len += 3;
        } else {
            memcpy(copy + len, text.ptr + at, step);
            len += step;
        }
    }
    copy[len] = '\0';
    return copy;
}

const char *ledger_number(struct arena *arena, int64_t number)
{
    return arena_format(arena, "%lld", (long long)number).ptr;
}

static struct error *check_version(struct ledger *ledger)
{
    struct arena arena = ARENA_INIT(MIB, "ledger version");
    struct sink_rows rows = {0};
    struct error *error =
        ledger_query(ledger, "SELECT ledger_version FROM pgconverge.run", 0, NULL, &arena, &rows);

    if (error == NULL && rows.row_count > 0) {
        struct str version = sink_cell(&rows, 0, 0);
        char ours[16];

        snprintf(ours, sizeof ours, "%d", LEDGER_VERSION);
        if (!str_equal_c(version, ours))
            error =
                error_new(PGC_LEDGER, "the ledger has version " STR_FMT ", this program writes %s",
                          STR_ARG(version), ours);
    }
    arena_free(&arena);
    return error;
}

struct error *ledger_look(struct ledger *ledger, enum ledger_presence *ret_presence)
{
    struct arena arena = ARENA_INIT(MIB, "ledger schema");
    struct sink_rows rows = {0};
    struct error *error = ledger_query(ledger, sql_look, 0, NULL, &arena, &rows);
    bool yes[3] = {false};

    for (size_t i = 0; error == NULL && i < COUNT_OF(yes); i++)
        yes[i] = rows.row_count == 1 && str_equal(sink_cell(&rows, 0, i), STR("t"));
    arena_free(&arena);
    TRY(error);
    if (yes[1]) {
        TRY(check_version(ledger));
        *ret_presence = LEDGER_OURS;
    } else if (yes[2]) {
        return error_with_fix(error_new(PGC_LEDGER, "the schema pgconverge of the target holds "
                                                    "something that is no ledger"),
                              "rename that schema, or use another target database");
    } else {
        *ret_presence = yes[0] ? LEDGER_EMPTY_SCHEMA : LEDGER_ABSENT;
    }
    return NULL;
}
