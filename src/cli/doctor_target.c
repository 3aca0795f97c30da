/* What doctor looks at on PostgreSQL. */
#include <inttypes.h>
#include <time.h>

#include "base/limits.h"
#include "cli/doctor.h"
#include "cli/doctor_sql.h"

#define SIDE "target"
#define CLOCK_TOLERANCE_S 5
#define LISTED 8

struct visit {
    struct doctor *doctor;
    struct sink_options options;
    struct sink_session *session;
    struct sink_facts facts;
};

/* One statement with up to two parameters; false, and a check that says why, when it fails. */
static bool ask(struct visit *visit, const char *name, const char *sql, const char *first,
                const char *second, struct sink_rows *ret_rows)
{
    const char *params[] = {first, second};
    size_t count = first == NULL ? 0 : second == NULL ? 1 : 2;
    struct error *error =
        sink_query(visit->session, sql, count, params, visit->doctor->arena, ret_rows);

    if (error == NULL)
        return true;
    doctor_add_error(visit->doctor, SIDE, name, error);
    return false;
}

static bool is_true(const struct sink_rows *rows, size_t column)
{
    return str_equal_c(sink_cell(rows, 0, column), "t");
}

static uint64_t number(const struct sink_rows *rows, size_t column)
{
    uint64_t value = 0;

    return str_to_u64(sink_cell(rows, 0, column), &value) ? value : 0;
}

static void check_server(struct visit *visit)
{
    const struct sink_facts *facts = &visit->facts;
    struct sink_rows rows;

    doctor_add(visit->doctor, SIDE, CHECK_OK, "version", "PostgreSQL " STR_FMT,
               STR_ARG(facts->version_text));
    doctor_add(visit->doctor, SIDE, CHECK_OK, "encoding", STR_FMT, STR_ARG(facts->encoding));
    if (!ask(visit, "recovery", "SELECT pg_catalog.pg_is_in_recovery()", NULL, NULL, &rows))
        return;
    if (is_true(&rows, 0)) {
        doctor_add(visit->doctor, SIDE, CHECK_FAIL, "recovery",
                   "the server is a standby: nothing can be written");
        doctor_fix(visit->doctor, "connect to the primary server");
    } else {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "recovery", "a primary server");
    }
}

static void check_tls(struct visit *visit)
{
    struct sink_rows rows;

    if (!ask(visit, "tls", sql_doctor_tls, NULL, NULL, &rows) || rows.row_count == 0)
        return;
    if (is_true(&rows, 0)) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "tls", STR_FMT " " STR_FMT,
                   STR_ARG(sink_cell(&rows, 0, 1)), STR_ARG(sink_cell(&rows, 0, 2)));
    } else if (is_true(&rows, 3)) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "tls", "none, on this very machine");
    } else {
        doctor_add(visit->doctor, SIDE, CHECK_WARN, "tls",
                   "none: everybody on the way can read the data");
        doctor_fix(visit->doctor, "sslmode=verify-full and sslrootcert=FILE in --target");
    }
}

static void check_role(struct visit *visit)
{
    const struct sink_facts *facts = &visit->facts;
    CLEANUP(buf_free) struct buf sql = BUF_INIT(64 * KIB, "statement");

    if (facts->superuser) {
        doctor_add(visit->doctor, SIDE, CHECK_WARN, "role",
                   STR_FMT " is superuser: more than is needed", STR_ARG(facts->role));
        doctor_fix(visit->doctor, "connect as a role that has CREATE on the database");
    } else {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "role", STR_FMT, STR_ARG(facts->role));
    }
    if (facts->can_create_schema) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "ledger",
                   "the schema pgconverge may be created in " STR_FMT, STR_ARG(facts->database));
        return;
    }
    doctor_add(visit->doctor, SIDE, CHECK_FAIL, "ledger",
               "the role may not create the schema pgconverge in " STR_FMT,
               STR_ARG(facts->database));
    buf_add_c(&sql, "GRANT CREATE ON DATABASE ");
    sink_quote_ident(&sql, facts->database);
    buf_add_c(&sql, " TO ");
    sink_quote_ident(&sql, facts->role);
    doctor_fix(visit->doctor, "%s;", buf_c_str(&sql));
}

static void check_schema_rights(struct visit *visit)
{
    const char *schema = visit->doctor->options->schema;
    CLEANUP(buf_free) struct buf sql = BUF_INIT(64 * KIB, "statement");
    struct sink_rows rows;

    if (!ask(visit, "schema", sql_doctor_schema, schema, NULL, &rows))
        return;
    if (rows.row_count == 0) {
        enum check_status status = visit->facts.can_create_schema ? CHECK_OK : CHECK_FAIL;
        doctor_add(visit->doctor, SIDE, status, "schema", "%s does not exist%s", schema,
                   status == CHECK_OK ? ", and will be created" : "");
    } else if (is_true(&rows, 0) && is_true(&rows, 1)) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "schema", "the role may create in %s", schema);
        return;
    } else {
        doctor_add(visit->doctor, SIDE, CHECK_FAIL, "schema", "the role may not create in %s",
                   schema);
    }
    if (rows.row_count == 0 && visit->facts.can_create_schema)
        return;
    buf_add_c(&sql, rows.row_count == 0 ? "CREATE SCHEMA " : "GRANT USAGE, CREATE ON SCHEMA ");
    sink_quote_ident(&sql, str_of(schema));
    buf_add_c(&sql, rows.row_count == 0 ? " AUTHORIZATION " : " TO ");
    sink_quote_ident(&sql, visit->facts.role);
    doctor_fix(visit->doctor, "%s;", buf_c_str(&sql));
}

/* What stands in the schema already, and whether a run of ours made it. */
static void check_content(struct visit *visit)
{
    struct doctor *doctor = visit->doctor;
    const char *schema = doctor->options->schema;
    CLEANUP(buf_free) struct buf names = BUF_INIT(MIB, "names");
    struct sink_rows ledger, rows;

    if (!ask(visit, "content", sql_doctor_ledger, NULL, NULL, &ledger) ||
        !ask(visit, "content", sql_doctor_content, schema, NULL, &rows))
        return;
    for (size_t i = 0; i < rows.row_count && i < LISTED; i++)
        buf_add_format(&names, "%s" STR_FMT, i == 0 ? "" : ", ", STR_ARG(sink_cell(&rows, i, 0)));
    const char *more = rows.row_count > LISTED ? ", …" : "";
    if (is_true(&ledger, 0)) {
        doctor_add(doctor, SIDE, CHECK_WARN, "content",
                   "the database holds a run of pgconverge; %s holds %zu tables", schema,
                   rows.row_count);
        doctor_fix(doctor, "pgconverge status tells of it; pgconverge discard throws it away");
    } else if (rows.row_count > 0) {
        doctor_add(doctor, SIDE, CHECK_WARN, "content",
                   "%s holds %zu tables and views: %s%s; migrate refuses when names are the same",
                   schema, rows.row_count, buf_c_str(&names), more);
        doctor_fix(doctor, "another schema: --schema NAME");
    } else {
        doctor_add(doctor, SIDE, CHECK_OK, "content", "%s is empty", schema);
    }
}

static void check_owner(struct visit *visit)
{
    const char *owner = visit->doctor->options->owner;
    CLEANUP(buf_free) struct buf sql = BUF_INIT(64 * KIB, "statement");
    struct sink_rows rows;

    if (owner == NULL || !ask(visit, "owner", sql_doctor_owner, owner, NULL, &rows))
        return;
    if (rows.row_count > 0 && is_true(&rows, 0)) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "owner", "may be given to %s", owner);
        return;
    }
    doctor_add(visit->doctor, SIDE, CHECK_FAIL, "owner",
               rows.row_count == 0 ? "there is no role %s" : "the role is no member of %s", owner);
    buf_add_c(&sql, rows.row_count == 0 ? "CREATE ROLE " : "GRANT ");
    sink_quote_ident(&sql, str_of(owner));
    buf_add_c(&sql, rows.row_count == 0 ? "; GRANT " : " TO ");
    if (rows.row_count == 0) {
        sink_quote_ident(&sql, str_of(owner));
        buf_add_c(&sql, " TO ");
    }
    sink_quote_ident(&sql, visit->facts.role);
    doctor_fix(visit->doctor, "%s;", buf_c_str(&sql));
}

static void check_connections(struct visit *visit)
{
    struct sink_rows rows;
    /* The workers, the ledger's, and this one. */
    uint64_t wanted = visit->doctor->options->jobs + 2;

    if (!ask(visit, "connections", sql_doctor_connections, NULL, NULL, &rows) ||
        rows.row_count == 0)
        return;
    uint64_t limit = number(&rows, 0), used = number(&rows, 1);
    bool is_short = used + wanted > limit;
    doctor_add(visit->doctor, SIDE, is_short ? CHECK_WARN : CHECK_OK, "connections",
               "%" PRIu64 " of %" PRIu64 " are taken, %" PRIu64 " are wanted", used, limit, wanted);
    if (is_short)
        doctor_fix(visit->doctor, "give fewer --jobs, or raise max_connections or the role's and "
                                  "the database's CONNECTION LIMIT");
}

static void check_clock(struct visit *visit)
{
    struct sink_rows rows;

    if (!ask(visit, "clock",
             "SELECT pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp()))"
             "::pg_catalog.int8",
             NULL, NULL, &rows))
        return;
    int64_t ahead = (int64_t)number(&rows, 0) - (int64_t)time(NULL);
    bool is_off = ahead > CLOCK_TOLERANCE_S || ahead < -CLOCK_TOLERANCE_S;
    doctor_add(visit->doctor, SIDE, is_off ? CHECK_WARN : CHECK_OK, "clock",
               is_off ? "%" PRId64 " s apart from this machine's; time zone " STR_FMT
                      : "within %" PRId64 " s of this machine's; time zone " STR_FMT,
               ahead < 0 ? -ahead : ahead, STR_ARG(visit->facts.time_zone));
}

static void tell_space(struct visit *visit)
{
    uint64_t bytes = visit->doctor->source_bytes;

    if (bytes == 0)
        return;
    /* The tables, the sort files of their indexes, and the write-ahead log of both. */
    doctor_add(visit->doctor, SIDE, CHECK_OK, "space",
               "no client can see the server's free space: have about %" PRIu64
               " MiB, twice what the source takes",
               2 * (bytes / MIB + 1));
}

static struct error *visit_target(struct visit *visit)
{
    struct doctor *doctor = visit->doctor;
    CLEANUP(buf_free) struct buf name = BUF_INIT(64 * KIB, "target");
    struct error *error =
        cli_open_target(doctor->options, "doctor", &visit->options, &visit->session);

    if (error == NULL)
        error = sink_read_facts(visit->session, doctor->arena, &visit->facts);
    if (error != NULL && (error->kind == ERROR_KIND_USAGE || error->kind == ERROR_KIND_INTERRUPTED))
        return error;
    if (error != NULL) {
        doctor_add_error(doctor, SIDE, "connection", error);
        return NULL;
    }
    sink_options_print(&visit->options, &name);
    doctor_add(doctor, SIDE, CHECK_OK, "connection", "%s", buf_c_str(&name));
    check_server(visit);
    check_tls(visit);
    check_role(visit);
    check_schema_rights(visit);
    check_content(visit);
    check_owner(visit);
    check_connections(visit);
    check_clock(visit);
    tell_space(visit);
    return NULL;
}

struct error *doctor_target(struct doctor *doctor)
{
    struct visit visit = {.doctor = doctor};
    struct error *error = visit_target(&visit);

    sink_close(visit.session);
    sink_options_done(&visit.options);
    return error;
}
