/* A session: opened, set, and seen to have taken the settings. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/secret.h"
#include "sink/connect.h"
#include "sink/sql.h"

#define OLDEST_VERSION 140000

/* What is done about a setting. */
enum setting_rule {
    HOLD,       /* set, and must read back the same */
    IF_ALLOWED, /* as HOLD, unless the server's platform does not have it (22023) */
    SET_ONLY,   /* means nothing on a unix socket, and reads back as 0 there */
    CHECK_ONLY, /* setting it needs a superuser */
};

/*
 * Set after connecting, whatever ALTER ROLE … SET, ALTER DATABASE … SET, PGOPTIONS or the server's
 * files say, and read back in a second transaction.
 */
struct setting {
    const char *name, *value;
    enum setting_rule rule;
    int since; /* server version; 0: every one we take */
};

static const struct setting settings[] = {
    {"client_encoding", "UTF8", HOLD, 0},
    {"TimeZone", "UTC", HOLD, 0}, /* sessions are always UTC */
    {"DateStyle", "ISO, YMD", HOLD, 0},
    {"IntervalStyle", "postgres", HOLD, 0},
    {"extra_float_digits", "3", HOLD, 0}, /* floats as text lose nothing */
    {"bytea_output", "hex", HOLD, 0},
    {"standard_conforming_strings", "on", HOLD, 0}, /* sink_quote_literal() builds on it */
    {"transform_null_equals", "off", HOLD, 0},
    {"search_path", "", HOLD, 0}, /* every name is qualified (CVE-2018-1058) */
    {"client_min_messages", "warning", HOLD, 0},
    {"statement_timeout", "0", HOLD, 0}, /* a big index takes its time; a stop cancels it */
    /*
     * A backup that reads a table holds up its ALTER TABLE for a while. Waiting ends by itself;
     * giving up would throw away an index build's turn and start it over. A stop ends the wait.
     */
    {"lock_timeout", "0", HOLD, 0},
    {"idle_in_transaction_session_timeout", "0", HOLD, 0}, /* a slow source is no fault */
    {"idle_session_timeout", "0", HOLD, 0},
    {"transaction_timeout", "0", HOLD, 170000},
    {"default_transaction_read_only", "off", HOLD, 0},
    {"default_transaction_deferrable", "off", HOLD, 0},
    /* The ledger's epoch check must see what was committed while it waited. */
    {"default_transaction_isolation", "read committed", HOLD, 0},
    {"row_security", "off", HOLD, 0}, /* an error instead of missing rows */
    {"synchronous_commit", "on", HOLD, 0},
    {"check_function_bodies", "on", HOLD, 0},
    {"jit", "off", HOLD, 0}, /* short statements, many of them */
    /* How the server learns that we died: while it works, and while it waits for us. */
    {"client_connection_check_interval", "5s", IF_ALLOWED, 0},
    {"tcp_keepalives_idle", "10", SET_ONLY, 0},
    {"tcp_keepalives_interval", "5", SET_ONLY, 0},
    {"tcp_keepalives_count", "3", SET_ONLY, 0},
    {"session_replication_role", "origin", CHECK_ONLY, 0}, /* else FKs would not be checked */
};

static bool applies(const struct setting *setting, int version)
{
    return setting->since == 0 || version >= setting->since;
}

static struct error *run_one_row(struct sink_session *session, struct buf *sql,
                                 PGresult **ret_result)
{
    struct error *error = buf_error(sql);

    if (error == NULL)
        error =
            wait_result(session, PQsendQuery(session->conn, buf_c_str(sql)), true, 0, ret_result);
    buf_free(sql);
    if (error == NULL && PQntuples(*ret_result) != 1)
        error = error_new(PGC_INTERNAL, "one row was expected of the target");
    return error;
}

static struct error *refuse_pooler(const struct sink_session *session)
{
    return error_with_object(
        error_new(PGC_TARGET_SESSION,
                  "the connection is not to one PostgreSQL session: its process id changes"),
        "%s", session->label);
}

static struct error *check_pid(struct sink_session *session, const PGresult *result)
{
    uint64_t pid = 0;

    if (!str_to_u64(str_of(PQgetvalue(result, 0, 0)), &pid) ||
        pid != (uint64_t)PQbackendPID(session->conn))
        return refuse_pooler(session);
    return NULL;
}

static struct error *send_settings(struct sink_session *session, bool with_optional)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    int version = PQserverVersion(session->conn);

    buf_add_c(&sql, "SELECT pg_catalog.pg_backend_pid()");
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (!applies(&settings[i], version) || settings[i].rule == CHECK_ONLY ||
            (settings[i].rule == IF_ALLOWED && !with_optional))
            continue;
        buf_add_c(&sql, ", pg_catalog.set_config(");
        sink_quote_literal(&sql, str_of(settings[i].name));
        buf_add_c(&sql, ", ");
        sink_quote_literal(&sql, str_of(settings[i].value));
        buf_add_c(&sql, ", false)");
    }
    TRY(run_one_row(session, &sql, &result));
    return check_pid(session, result);
}

static struct error *refuse_setting(const struct sink_session *session,
                                    const struct setting *setting, const char *value)
{
    struct error *error = error_new(PGC_TARGET_SESSION, "the setting %s is \"%s\" and not \"%s\"",
                                    setting->name, value, setting->value);

    return error_with_object(error, "%s", session->label);
}

/* A second transaction, so that a pooler has had its chance to give us another backend. */
static struct error *check_settings(struct sink_session *session, bool with_optional)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    int version = PQserverVersion(session->conn);

    buf_add_c(&sql, "SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_is_in_recovery()");
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        buf_add_c(&sql, ", pg_catalog.current_setting(");
        sink_quote_literal(&sql, str_of(settings[i].name));
        buf_add_c(&sql, ", true)");
    }
    TRY(run_one_row(session, &sql, &result));
    TRY(check_pid(session, result));
    if (strcmp(PQgetvalue(result, 0, 1), "t") == 0)
        return error_with_fix(error_with_object(error_new(PGC_TARGET_SESSION,
                                                          "the target is a standby: it only reads"),
                                                "%s", session->label),
                              "connect to the primary");
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const char *value = PQgetvalue(result, 0, (int)i + 2);

        if (!applies(&settings[i], version) || settings[i].rule == SET_ONLY ||
            (settings[i].rule == IF_ALLOWED && !with_optional))
            continue;
        if (strcmp(value, settings[i].value) != 0)
            return refuse_setting(session, &settings[i], value);
    }
    return NULL;
}

static struct error *check_server(const struct sink_session *session)
{
    int version = PQserverVersion(session->conn);
    const char *encoding = PQparameterStatus(session->conn, "server_encoding");

    if (version < OLDEST_VERSION)
        return error_with_object(error_new(PGC_TARGET_VERSION, "the target is PostgreSQL %d.%d",
                                           version / 10000, version % 10000),
                                 "%s", session->label);
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return error_with_object(error_new(PGC_TARGET_ENCODING,
                                           "the encoding of the target database is %s",
                                           encoding != NULL ? encoding : "not known"),
                                 "%s", session->label);
    return NULL;
}

/* Counts what came, for copy_in.c; the texts are warnings that nobody asked for. */
static void count_notice(void *session, const PGresult *notice)
{
    (void)notice;
    ((struct sink_session *)session)->notices++;
}

/*
 * ALTER ROLE … SET statement_timeout = '1ms' would end the statement that takes it back; a shorter
 * one slips through sooner or later.
 */
static struct error *lift_timeout(struct sink_session *session)
{
    struct error *error = NULL;

    for (int i = 0; i < 50; i++) {
        PGresult *result = NULL;

        error_free(error);
        error = wait_result(session, PQsendQuery(session->conn, "SET statement_timeout = 0"), true,
                            0, &result);
        PQclear(result);
        if (error == NULL || strcmp(error->sqlstate, "57014") != 0)
            break;
    }
    return error;
}

static struct error *set_up(struct sink_session *session)
{
    bool with_optional = true;
    struct error *error;

    PQsetNoticeReceiver(session->conn, count_notice, session);
    if (PQsetnonblocking(session->conn, 1) != 0)
        return fail_lost(session);
    TRY(check_server(session));
    error = send_settings(session, with_optional);
    if (error != NULL && strcmp(error->sqlstate, "57014") == 0) {
        error_free(error);
        TRY(lift_timeout(session));
        error = send_settings(session, with_optional);
    }
    if (error != NULL && strcmp(error->sqlstate, "22023") == 0) {
        error_free(error);
        with_optional = false;
        error = send_settings(session, with_optional);
    }
    TRY(error);
    return check_settings(session, with_optional);
}

struct error *sink_open(const struct sink_options *options, const char *what,
                        struct sink_session **ret_session)
{
    struct resolved resolved = {0};
    struct buf label = BUF_INIT(LIMIT_CONFIG_FILE, "name of the target");
    struct sink_session *session;
    struct error *error;

    TRY(resolve_options(options, &resolved));
    session = calloc(1, sizeof *session);
    if (session == NULL) {
        resolved_done(&resolved);
        return error_new(PGC_NO_MEMORY, "no memory for a session");
    }
    resolved_print(&resolved, &label);
    session->label = secret_copy(buf_str(&label));
    buf_free(&label);
    error = connect_session(options, &resolved, what, session->label, &session->conn);
    resolved_done(&resolved);
    if (error == NULL)
        error = set_up(session);
    if (error != NULL) {
        sink_close(session);
        return error;
    }
    *ret_session = session;
    return NULL;
}

void sink_close(struct sink_session *session)
{
    if (session == NULL)
        return;
    PQfreemem(session->out_row);
    PQfinish(session->conn);
    free(session->label);
    free(session);
}

void sink_closep(struct sink_session **session)
{
    sink_close(*session);
    *session = NULL;
}

int sink_backend_pid(const struct sink_session *session)
{
    return PQbackendPID(session->conn);
}

void sink_shield(struct sink_session *session, bool on)
{
    session->shielded = on;
}

bool sink_is_dead(const struct sink_session *session)
{
    return session->broken || PQstatus(session->conn) != CONNECTION_OK;
}

/* ---- facts ----------------------------------------------------------------------------------- */

static struct error *read_identity(struct sink_session *session, bool readable, struct arena *arena,
                                   struct sink_facts *facts)
{
    struct sink_rows rows = {0};

    if (readable) {
        TRY(sink_query(session, "SELECT system_identifier FROM pg_catalog.pg_control_system()", 0,
                       NULL, arena, &rows));
        facts->identity = arena_format(arena, STR_FMT "/" STR_FMT, STR_ARG(sink_cell(&rows, 0, 0)),
                                       STR_ARG(facts->database));
    } else {
        const char *host = PQhost(session->conn);

        facts->identity = arena_format(arena, "%s:%s/" STR_FMT, host != NULL ? host : "",
                                       PQport(session->conn), STR_ARG(facts->database));
    }
    return NULL;
}

struct error *sink_read_facts(struct sink_session *session, struct arena *arena,
                              struct sink_facts *ret_facts)
{
    struct sink_facts facts = {.version = PQserverVersion(session->conn)};
    struct sink_rows rows = {0};

    TRY_DOING(sink_query(session, sql_facts, 0, NULL, arena, &rows), "read about the target");
    if (rows.row_count != 1 || rows.column_count != 8)
        return error_new(PGC_INTERNAL, "the target told no facts");
    facts.version_text = sink_cell(&rows, 0, 0);
    facts.encoding = sink_cell(&rows, 0, 1);
    facts.database = sink_cell(&rows, 0, 2);
    facts.role = sink_cell(&rows, 0, 3);
    facts.superuser = str_equal(sink_cell(&rows, 0, 4), STR("t"));
    facts.can_create_schema = str_equal(sink_cell(&rows, 0, 5), STR("t"));
    facts.time_zone = sink_cell(&rows, 0, 6);
    TRY_DOING(read_identity(session, str_equal(sink_cell(&rows, 0, 7), STR("t")), arena, &facts),
              "read the target's identity");
    *ret_facts = facts;
    return NULL;
}
