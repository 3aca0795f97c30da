/* PostgreSQL's errors as ours. */
#include "tap.h"

#include "base/secret.h"
#include "sink/session_internal.h"

static struct error *of_state(const char *sqlstate)
{
    struct server_message message = {.sqlstate = sqlstate, .primary = "something"};

    return fail_message(&message, "role", "db");
}

static void check_state(const char *sqlstate, enum error_id id, enum error_kind kind)
{
    struct error *error = of_state(sqlstate);

    is_number(error->id, id, "id of %s", sqlstate);
    is_number(error->kind, kind, "kind of %s", sqlstate);
    is_text(error->sqlstate, sqlstate, "%s is kept", sqlstate);
    error_free(error);
}

static void test_states(void)
{
    check_state("08006", PGC_TARGET_CONNECT, ERROR_KIND_TEMPORARY);
    check_state("57P01", PGC_TARGET_CONNECT, ERROR_KIND_TEMPORARY);
    check_state("57P03", PGC_TARGET_CONNECT, ERROR_KIND_TEMPORARY);
    check_state("53300", PGC_TARGET_CONNECT, ERROR_KIND_TEMPORARY);
    check_state("40001", PGC_TARGET_QUERY, ERROR_KIND_TEMPORARY);
    check_state("40P01", PGC_TARGET_QUERY, ERROR_KIND_TEMPORARY);
    check_state("55P03", PGC_TARGET_QUERY, ERROR_KIND_TEMPORARY);
    check_state("57014", PGC_TARGET_QUERY, ERROR_KIND_TARGET);
    check_state("53100", PGC_TARGET_SPACE, ERROR_KIND_TARGET);
    check_state("28P01", PGC_TARGET_AUTH, ERROR_KIND_TARGET);
    check_state("3D000", PGC_TARGET_AUTH, ERROR_KIND_TARGET);
    check_state("23505", PGC_DUPLICATE_KEYS, ERROR_KIND_DATA);
    check_state("23503", PGC_ORPHANS, ERROR_KIND_FINDINGS);
    check_state("22003", PGC_TARGET_QUERY, ERROR_KIND_TARGET);
    check_state("42P07", PGC_TARGET_QUERY, ERROR_KIND_TARGET);
    check_state("PGC06", PGC_LOST_OWNERSHIP, ERROR_KIND_CONFLICT);
    check_state("PGC05", PGC_LEDGER, ERROR_KIND_CONFLICT);
    check_state("PGC99", PGC_TARGET_QUERY, ERROR_KIND_TARGET);
    check_state("PGCXX", PGC_TARGET_QUERY, ERROR_KIND_TARGET);
    check_state("", PGC_TARGET_QUERY, ERROR_KIND_TARGET);
}

static void test_parts(void)
{
    struct server_message message = {.sqlstate = "23505",
                                     .primary = "duplicate key value",
                                     .detail = "Key (i)=(secret value) already exists.",
                                     .context = "COPY t, line 3",
                                     .schema = "s",
                                     .table = "t",
                                     .constraint = "k"};
    struct error *error = fail_message(&message, "r", "d");

    is_text(error->text, "duplicate key value (SQLSTATE 23505)", "text");
    is_text(error->object, "s.t constraint k", "object");
    is_text(error->row, "Key (i)=(secret value) already exists.; COPY t, line 3", "row");
    error_free(error);

    message = (struct server_message){.sqlstate = "22P02",
                                      .primary = "invalid input syntax for type uuid: \"my value\"",
                                      .hint = "do this"};
    error = fail_message(&message, "r", "d");
    is_text(error->text, "invalid input syntax for type uuid (SQLSTATE 22P02)",
            "a value is not in the text");
    is_text(error->row, "invalid input syntax for type uuid: \"my value\"", "but in the row");
    is_text(error->fix, "do this", "the server's hint is the advice");
    error_free(error);

    message = (struct server_message){.sqlstate = "23514",
                                      .primary = "violates check constraint \"k\"",
                                      .detail = "Failing row contains (1, secret value).",
                                      .context = "COPY t, line 3"};
    error = fail_message(&message, "r", "d");
    is_text(error->row, "COPY t, line 3", "the other values of a row are not shown");
    error_free(error);

    message = (struct server_message){.sqlstate = "XX000", .context = "PL/pgSQL function f()"};
    error = fail_message(&message, "r", "d");
    is_text(error->text, "(no message) (SQLSTATE XX000)", "a message without text");
    ok(error->row == NULL && error->object == NULL && error->fix == NULL, "nothing is made up");
    error_free(error);
}

static void check_grant(const char *primary, const char *fix)
{
    struct server_message message = {.sqlstate = "42501", .primary = primary};
    struct error *error = fail_message(&message, "ro\"le", "db");

    is_number(error->id, PGC_TARGET_PRIVILEGE, "%s", primary);
    is_text(error->fix, fix, "%s", fix);
    error_free(error);
}

static void test_grants(void)
{
    check_grant("permission denied for schema public",
                "GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"ro\"\"le\";");
    check_grant("permission denied for database db",
                "GRANT CREATE ON DATABASE \"db\" TO \"ro\"\"le\";");
    check_grant("keine Berechtigung für Schema public",
                "GRANT CREATE ON DATABASE \"db\" TO \"ro\"\"le\"; GRANT USAGE, CREATE ON SCHEMA "
                "(the target schema) TO \"ro\"\"le\";");
    check_grant("must be owner of table t",
                "make the role its owner (ALTER … OWNER TO …), or connect as the owner");
}

static void check_connect(const char *text, bool wants_password, enum error_id id,
                          const char *state, const char *shown)
{
    struct error *error = fail_connect_text(text, wants_password, "u@h:1/d");

    is_number(error->id, id, "%s", shown);
    is_text(error->sqlstate, state, "its SQLSTATE");
    is_text(error->text, shown, "its text");
    error_free(error);
}

static void test_connect(void)
{
    check_connect("connection to server at \"h\", port 1 failed: FATAL:  28P01: password "
                  "authentication failed for user \"u\"\nLOCATION:  auth_failed, auth.c:337\n",
                  true, PGC_TARGET_AUTH, "28P01",
                  "u@h:1/d: password authentication failed for user \"u\"");
    check_connect("x failed: FATALE:  57P03: the database system is starting up\nLOCATION:  y\n",
                  false, PGC_TARGET_CONNECT, "57P03",
                  "u@h:1/d: the database system is starting up");
    check_connect("x failed: FATAL:  42501: permission denied for database \"d\"\n", false,
                  PGC_TARGET_PRIVILEGE, "42501", "u@h:1/d: permission denied for database \"d\"");
    check_connect("x failed: FATAL:  22023: unrecognized parameter\n", false, PGC_TARGET_AUTH,
                  "22023", "u@h:1/d: unrecognized parameter");
    check_connect("x failed: fe_sendauth: no password supplied\n", true, PGC_TARGET_AUTH, "",
                  "u@h:1/d: x failed: fe_sendauth: no password supplied");
    check_connect("x failed: server does not support SSL, but SSL was required\n", false,
                  PGC_TARGET_TLS, "",
                  "u@h:1/d: x failed: server does not support SSL, but SSL was required");
    check_connect("x failed: Connection refused\n\tIs the server running on that host?\n", false,
                  PGC_TARGET_CONNECT, "", "u@h:1/d: x failed: Connection refused");
    check_connect("", false, PGC_TARGET_CONNECT, "", "u@h:1/d: no answer");
}

static void test_secrets(void)
{
    struct server_message message = {.sqlstate = "XX000",
                                     .primary = "the p@ss word",
                                     .detail = "has p@ss in it",
                                     .hint = "use p@ss"};
    struct error *error;

    secret_register("p@ss");
    error = fail_message(&message, "r", "d");
    is_text(error->text, "the *** word (SQLSTATE XX000)", "not in the text");
    is_text(error->row, "has *** in it", "not in the row");
    is_text(error->fix, "use ***", "not in the advice");
    error_free(error);
    error = fail_connect_text("could not use p@ss", false, "l");
    is_text(error->text, "l: could not use ***", "not when connecting");
    error_free(error);
}

int main(void)
{
    test_states();
    test_parts();
    test_grants();
    test_connect();
    test_secrets();
    return done_testing();
}
