/* PostgreSQL's errors as ours: the SQLSTATE decides the id and the kind, never the text. */
#include "base/limits.h"
#include "base/secret.h"
#include "sink/session_internal.h"

struct rule {
    const char *prefix; /* of the SQLSTATE; the first that fits */
    enum error_id id;
    bool temporary; /* else the id's own kind */
};

static const struct rule rules[] = {
    {"08", PGC_TARGET_CONNECT, true},    /* connection exceptions */
    {"57P01", PGC_TARGET_CONNECT, true}, /* shut down by the administrator */
    {"57P02", PGC_TARGET_CONNECT, true}, /* another backend crashed */
    {"57P03", PGC_TARGET_CONNECT, true}, /* starting up or shutting down */
    {"57P05", PGC_TARGET_CONNECT, true}, /* idle session timeout */
    {"25P03", PGC_TARGET_CONNECT, true}, /* idle in transaction timeout */
    {"25P04", PGC_TARGET_CONNECT, true}, /* transaction timeout */
    {"53300", PGC_TARGET_CONNECT, true}, /* too many connections */
    {"40", PGC_TARGET_QUERY, true},      /* serialization failure, deadlock */
    {"55P03", PGC_TARGET_QUERY, true},   /* lock not available */
    {"28", PGC_TARGET_AUTH, false},
    {"3D000", PGC_TARGET_AUTH, false}, /* no such database */
    {"42501", PGC_TARGET_PRIVILEGE, false},
    {"53100", PGC_TARGET_SPACE, false},
    {"PG419", PGC_QUARANTINE_FULL, false}, /* raised by the ledger's chunk_done() */
    {"23505", PGC_DUPLICATE_KEYS, false},
    {"23503", PGC_ORPHANS, false},
};

/*
 * The ledger's functions raise PGCnn for the id 80nn: the epoch is not ours, the chunk is done.
 */
static bool is_own_state(const char *sqlstate, enum error_id *ret_id)
{
    uint64_t number = 0;

    if (strncmp(sqlstate, "PGC", 3) != 0 || !str_to_u64(str_of(sqlstate + 3), &number) ||
        error_describe((int)(8000 + number)) == NULL)
        return false;
    *ret_id = (enum error_id)(8000 + number);
    return true;
}

static struct rule find_rule(const char *sqlstate)
{
    enum error_id id;

    if (is_own_state(sqlstate, &id))
        return (struct rule){.id = id};
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (strncmp(sqlstate, rules[i].prefix, strlen(rules[i].prefix)) == 0)
            return rules[i];
    return (struct rule){.id = PGC_TARGET_QUERY};
}

static void scrub(struct error *error)
{
    secret_scrub(error->text);
    secret_scrub(error->object);
    secret_scrub(error->row);
    secret_scrub(error->fix);
}

/* Class 22 ("invalid input syntax for type uuid: "…"") and CONTEXT quote values behind a colon. */
static struct str without_value(const char *text)
{
    struct str all = str_of(text);
    size_t value = str_search(all, STR(": \""));

    return str_slice(all, 0, value);
}

static void add_object(struct error *error, const struct server_message *message)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "error text");

    if (message->schema != NULL)
        buf_add_c(&text, message->schema);
    if (message->table != NULL)
        buf_add_format(&text, "%s%s", text.len > 0 ? "." : "", message->table);
    if (message->column != NULL)
        buf_add_format(&text, "%s%s", text.len > 0 ? "." : "", message->column);
    if (message->constraint != NULL)
        buf_add_format(&text, "%sconstraint %s", text.len > 0 ? " " : "", message->constraint);
    if (text.len > 0)
        error_with_object(error, "%s", buf_c_str(&text));
    buf_free(&text);
}

/*
 * Everything that may quote values: DETAIL, and the position in a COPY. A violated NOT NULL or
 * CHECK has the whole row for a DETAIL, which is too much to show; of a key it names the values.
 */
static void add_row(struct error *error, const struct server_message *message, bool value_in_text)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    bool whole_row =
        strcmp(message->sqlstate, "23502") == 0 || strcmp(message->sqlstate, "23514") == 0;

    if (value_in_text)
        buf_add_c(&text, message->primary);
    if (message->detail != NULL && !whole_row)
        buf_add_format(&text, "%s%s", text.len > 0 ? "; " : "", message->detail);
    if (message->context != NULL && strncmp(message->context, "COPY ", 5) == 0)
        buf_add_format(&text, "%s%s", text.len > 0 ? "; " : "", message->context);
    if (text.len > 0)
        error_with_row(error, "%s", buf_c_str(&text));
    buf_free(&text);
}

static void grant_database(struct buf *fix, const char *right, const char *database,
                           const char *role)
{
    buf_add_format(fix, "GRANT %s ON DATABASE ", right);
    sink_quote_ident(fix, str_of(database));
    buf_add_c(fix, " TO ");
    sink_quote_ident(fix, str_of(role));
    buf_add_char(fix, ';');
}

static void grant_schema(struct buf *fix, struct str schema, const char *role)
{
    buf_add_c(fix, "GRANT USAGE, CREATE ON SCHEMA ");
    if (schema.len > 0)
        sink_quote_ident(fix, schema);
    else
        buf_add_c(fix, "(the target schema)");
    buf_add_c(fix, " TO ");
    sink_quote_ident(fix, str_of(role));
    buf_add_char(fix, ';');
}

/*
 * The statement that gives what the message misses. The wording is in the server's language; where
 * it is none of these, both rights that a migration needs are shown.
 */
static void add_grant(struct error *error, const char *primary, const char *role,
                      const char *database)
{
    struct str text = str_of(primary);
    struct str on_schema = STR("permission denied for schema ");
    struct buf fix = BUF_INIT(LIMIT_ERROR_TEXT, "error text");

    if (str_starts_with(text, STR("must be owner of ")) ||
        str_starts_with(text, STR("permission denied for table "))) {
        buf_add_c(&fix, "make the role its owner (ALTER … OWNER TO …), or connect as the owner");
    } else if (str_starts_with(text, on_schema)) {
        grant_schema(&fix, str_slice(text, on_schema.len, text.len), role);
    } else {
        grant_database(&fix, "CREATE", database, role);
        if (!str_starts_with(text, STR("permission denied for database "))) {
            buf_add_char(&fix, ' ');
            grant_schema(&fix, STR_NULL, role);
        }
    }
    error_with_fix(error, "%s", buf_c_str(&fix));
    buf_free(&fix);
}

struct error *fail_message(const struct server_message *message, const char *role,
                           const char *database)
{
    const char *sqlstate = message->sqlstate;
    struct rule rule = find_rule(sqlstate);
    const char *primary = message->primary != NULL ? message->primary : "(no message)";
    struct str shown = strncmp(sqlstate, "22", 2) == 0 ? without_value(primary) : str_of(primary);
    struct error *error = error_new(rule.id, STR_FMT " (SQLSTATE %s)", STR_ARG(shown), sqlstate);

    if (rule.temporary)
        error_with_kind(error, ERROR_KIND_TEMPORARY);
    if (strlen(sqlstate) < sizeof error->sqlstate && error->id == rule.id)
        memcpy(error->sqlstate, sqlstate, strlen(sqlstate) + 1);
    add_object(error, message);
    add_row(error, message, shown.len < strlen(primary));
    if (rule.id == PGC_TARGET_PRIVILEGE)
        add_grant(error, primary, role, database);
    else if (message->hint != NULL && rule.id == PGC_TARGET_QUERY)
        error_with_fix(error, "%s", message->hint);
    scrub(error);
    return error;
}

struct error *fail_result(struct sink_session *session, const PGresult *result)
{
    struct server_message message = {
        .sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE),
        .primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
        .detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL),
        .hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT),
        .context = PQresultErrorField(result, PG_DIAG_CONTEXT),
        .schema = PQresultErrorField(result, PG_DIAG_SCHEMA_NAME),
        .table = PQresultErrorField(result, PG_DIAG_TABLE_NAME),
        .column = PQresultErrorField(result, PG_DIAG_COLUMN_NAME),
        .constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME),
    };

    /* Results without a state are libpq's own: the connection broke, or it ran out of memory. */
    if (message.sqlstate == NULL)
        return fail_lost(session);
    return fail_message(&message, PQuser(session->conn), PQdb(session->conn));
}

/* libpq's messages in one line, without its guesses, which stand on lines behind a tab. */
static void add_flat(struct buf *text, struct str message)
{
    size_t from = 0;

    while (from < message.len) {
        size_t end = str_find(message, '\n', from);
        struct str line = str_trim(str_slice(message, from, end));

        if (message.ptr[from] != '\t' && line.len > 0) {
            buf_add_c(text, text->len > 0 ? "; " : "");
            buf_add_str(text, line);
        }
        from = end + 1;
    }
}

struct error *fail_lost(struct sink_session *session)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    struct error *error;

    add_flat(&text, str_of(PQerrorMessage(session->conn)));
    error = error_new(PGC_TARGET_CONNECT, "the connection to %s was lost: %s", session->label,
                      text.len > 0 ? buf_c_str(&text) : "no reply came");
    buf_free(&text);
    scrub(error);
    /* Whatever it was, the protocol's state is not known any more. */
    session->broken = true;
    return error;
}

/* ---- a connection that never came about ------------------------------------------------------ */

/*
 * libpq 15 keeps the SQLSTATE of a refused login to itself, except in verbose messages, where it
 * stands between severity and text: "FATAL:  28P01: password …". The last one counts.
 */
static bool find_state(struct str text, char ret_state[6], struct str *ret_message)
{
    bool found = false;

    for (size_t i = 0; i + 10 <= text.len; i++) {
        bool state = memcmp(text.ptr + i, ":  ", 3) == 0 && text.ptr[i + 8] == ':';

        for (size_t j = i + 3; state && j < i + 8; j++)
            state = (text.ptr[j] >= '0' && text.ptr[j] <= '9') ||
                    (text.ptr[j] >= 'A' && text.ptr[j] <= 'Z');
        if (!state)
            continue;
        memcpy(ret_state, text.ptr + i + 3, 5);
        ret_state[5] = '\0';
        *ret_message = str_trim(str_slice(text, i + 9, str_find(text, '\n', i + 9)));
        found = true;
    }
    return found;
}

/* The line "LOCATION:  auth_failed, auth.c:337" of verbose messages helps nobody. */
static struct str before_location(struct str text)
{
    return str_slice(text, 0, str_search(text, STR("\nLOCATION:")));
}

static bool is_tls_refusal(struct str text)
{
    static const char *const signs[] = {"certificate", "SSL was required", "requires SSL",
                                        "SSL negotiation", "SSL error"};

    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_search(text, str_of(signs[i])) < text.len)
            return true;
    return false;
}

struct error *fail_connect_text(const char *message, bool wants_password, const char *label)
{
    struct str all = str_of(message);
    struct str told = STR_NULL;
    char state[6] = "";
    bool has_state = find_state(all, state, &told);
    struct rule rule = has_state ? find_rule(state) : (struct rule){.id = PGC_TARGET_CONNECT};
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    struct error *error;

    /* A state that means a statement's failure elsewhere is a refused session here. */
    if ((!has_state && wants_password) || rule.id == PGC_TARGET_QUERY)
        rule.id = PGC_TARGET_AUTH;
    else if (!has_state && is_tls_refusal(all))
        rule.id = PGC_TARGET_TLS;
    add_flat(&text, has_state ? told : before_location(all));
    error = error_new(rule.id, "%s: %s", label, text.len > 0 ? buf_c_str(&text) : "no answer");
    buf_free(&text);
    if (has_state && error->id == rule.id)
        memcpy(error->sqlstate, state, sizeof state);
    if (rule.temporary)
        error_with_kind(error, ERROR_KIND_TEMPORARY);
    scrub(error);
    return error;
}

struct error *fail_connect(PGconn *conn, const char *label)
{
    struct error *error =
        fail_connect_text(PQerrorMessage(conn), PQconnectionNeedsPassword(conn) != 0, label);
    struct buf fix = BUF_INIT(LIMIT_ERROR_TEXT, "error text");

    if (error->id == PGC_TARGET_PRIVILEGE) {
        grant_database(&fix, "CONNECT", PQdb(conn), PQuser(conn));
        error_with_fix(error, "%s", buf_c_str(&fix));
    }
    buf_free(&fix);
    return error;
}
